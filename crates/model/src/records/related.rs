//! The rows that foreign keys of a query refer to.

use super::{ColumnPlace, Path, Record, Records};
use crate::ModelInfo;

/// The row that a foreign key refers to, in each row of a query: created by [`Records::related`].
///
/// ```
/// use module_api::model::{Model, Path, Records};
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
/// let mut lettings = Records::of(Letting::INFO);
/// let address = lettings.related(&Path::parse(Letting::INFO, "address")?);
/// let letting = lettings.first(&mut db.acquire().await?).await?.unwrap();
/// assert_eq!(address.record(&letting).unwrap().get("city").as_text(), Some("Oslo"));
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
#[derive(Debug, Clone)]
pub struct Related {
    model: &'static ModelInfo,
    places: Vec<ColumnPlace>,
}

impl Related {
    /// The related row; `None` if the foreign key is `NULL` or dangling.
    pub fn record(&self, record: &Record) -> Option<Record> {
        let values: Vec<_> = self.places.iter().map(|place| record.at(*place).clone()).collect();
        values.first()?.as_int()?;
        Some(Record::new(self.model, values))
    }
}

impl Records {
    /// Fetches the whole row that a foreign key refers to.
    ///
    /// # Panics
    ///
    /// The path ends in a field that is not a foreign key.
    pub fn related(&mut self, path: &Path) -> Related {
        let key = path.field().foreign_key().expect("a foreign key leads to rows");
        let model = (key.target)();
        let places = model.fields.iter().map(|field| self.column(path.to(field)));
        Related { model, places: places.collect() }
    }
}
