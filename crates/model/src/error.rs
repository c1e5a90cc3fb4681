//! Errors of writing and deleting rows.

use std::fmt;

use db::DbError;

use crate::ValidationErrors;

/// An error of writing rows.
///
/// ```
/// use module_api::model::{Model, WriteError};
/// # #[derive(Model)]
/// # #[model(label = "lettings.letting", display = "{title}")]
/// # struct Letting { id: i64, #[model(max_length = 256, unique)] title: String, price: i32 }
/// # static LETTINGS: module_test::LocalModule = module_test::LocalModule {
/// #     models: &[Letting::INFO],
/// #     migrations: &[("0001_initial.sql", b"
/// #         CREATE TABLE lettings_letting (id integer PRIMARY KEY, title text UNIQUE, price integer);
/// #         INSERT INTO lettings_letting VALUES
/// #             (1, 'Sea view', 90), (2, 'Old mill', 120), (3, 'Sea house', 150);
/// #     ")],
/// #     ..module_test::LocalModule::named("lettings")
/// # };
/// # async fn example(db: &module_api::db::Db) -> Result<(), Box<dyn std::error::Error>> {
///
/// let mut transaction = db.begin().await?;
/// let mut letting = Letting { id: 0, title: "Sea view".to_owned(), price: 80 };
/// match letting.insert(&mut transaction).await {
///     Err(WriteError::Invalid(errors)) => assert!(!errors.field("title").is_empty()),
///     other => panic!("the title is taken: {other:?}"),
/// }
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The values do not fit their fields, or break a rule.
    #[error(transparent)]
    Invalid(#[from] ValidationErrors),
    /// Other rows protect rows that were to be deleted.
    #[error(transparent)]
    Protected(#[from] Protected),
    /// There is no row with that primary key any more.
    #[error("there is no {model} with the primary key {id}")]
    Gone {
        /// The model's verbose name.
        model: &'static str,
        /// The primary key.
        id: i64,
    },
    /// No active module has the model, so the relations to it are unknown.
    #[error("no active module brings the model `{0}`: name it in `Module::models`")]
    Unknown(&'static str),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Rows of other models that prevent a deletion.
///
/// ```
/// use module_api::model::{Model, WriteError};
/// # #[derive(Model)]
/// # #[model(label = "lettings.address", display = "{city}")]
/// # struct Address { id: i64, #[model(max_length = 64)] city: String }
/// # #[derive(Model)]
/// # #[model(label = "lettings.letting", display = "{title}, {address.city}")]
/// # struct Letting {
/// #     id: i64,
/// #     #[model(max_length = 256)] title: String,
/// #     opened: module_api::time::Date,
/// #     #[model(on_delete = protect)] address: module_api::model::ForeignKey<Address>,
/// # }
/// # static LETTINGS: module_test::LocalModule = module_test::LocalModule {
/// #     models: &[Address::INFO, Letting::INFO],
/// #     migrations: &[("0001_initial.sql", b"
/// #         CREATE TABLE lettings_address (id integer PRIMARY KEY, city text);
/// #         CREATE TABLE lettings_letting (id integer PRIMARY KEY, title text, opened text,
/// #             address_id integer REFERENCES lettings_address);
/// #         INSERT INTO lettings_address VALUES (1, 'Oslo'), (2, 'Bergen');
/// #         INSERT INTO lettings_letting VALUES
/// #             (1, 'Sea view', '2024-06-14', 1), (2, 'Old mill', '2024-07-01', 2),
/// #             (3, 'Sea house', '2025-06-02', 2);
/// #     ")],
/// #     ..module_test::LocalModule::named("lettings")
/// # };
/// # async fn example(db: &module_api::db::Db) -> Result<(), Box<dyn std::error::Error>> {
///
/// let mut transaction = db.begin().await?;
/// // `Letting::address` has the attribute `on_delete = protect`.
/// let oslo = Address::get(1, &mut transaction).await?.unwrap();
/// match oslo.delete(&mut transaction).await {
///     Err(WriteError::Protected(protected)) => {
///         assert_eq!(protected.by, [("lettings.letting", "address", vec![1])]);
///     }
///     other => panic!("a letting protects the address: {other:?}"),
/// }
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protected {
    /// The label of the model that has them, the name of its foreign key, and their primary keys.
    pub by: Vec<(&'static str, &'static str, Vec<i64>)>,
}

impl fmt::Display for Protected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "cannot be deleted, since it is referenced through protected foreign keys by ",
        )?;
        for (index, (label, field, ids)) in self.by.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{} of {label} ({field})", ids.len())?;
        }
        Ok(())
    }
}

impl std::error::Error for Protected {}
