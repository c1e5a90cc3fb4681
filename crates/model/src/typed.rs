//! Typed models: the trait that `#[derive(Model)]` implements, its columns and its queries.

mod choices;
mod column;
mod field_type;
mod iso8601;
mod label;
mod many_to_many;
mod projection;
mod select;

use db::{DbError, Executor, FromRow, Row, Transaction, Value, query};
use sqlx::SqlSafeStr;

pub use choices::{Choices, choice_of, choices_kind, read_choice};
pub use column::{Assignment, Column, Condition, Operand, Order, Relation, UniqueColumn};
pub use field_type::{FieldType, ForeignKey, ManyToMany, NullValue};
pub use iso8601::iso8601;
pub use label::label;
pub use many_to_many::{ManyToManyRelation, ThroughRelation};
pub use module_macros::{Choices, Model, Projection};
pub use projection::{ProjectedColumn, Projection, ReadAs};
pub use select::{FromJoined, Select};

use crate::{
    Deleted, Deletion, ModelInfo, ValidationErrors, WriteError, insert_values, save_values,
};

/// A struct whose values are the rows of a table: see [the crate](crate) for an example.
///
/// It is [derived](derive@Model), never written by hand. Its methods take a connection where they read and a
/// [`Transaction`] where they write.
///
/// ```
/// use module_api::model::Model;
///
/// #[derive(Model)]
/// #[model(label = "guests.entry")]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 40)]
///     author: String,
/// }
/// # static GUESTS: module_test::LocalModule = module_test::LocalModule {
/// #     models: &[Entry::INFO],
/// #     migrations: &[(
/// #         "0001_initial.sql",
/// #         b"CREATE TABLE guests_entry (id integer PRIMARY KEY, author text)",
/// #     )],
/// #     ..module_test::LocalModule::named("guests")
/// # };
/// # async fn example(db: &module_api::db::Db) -> Result<(), Box<dyn std::error::Error>> {
///
/// let mut transaction = db.begin().await?;
/// let mut entry = Entry { id: 0, author: "Ann".to_owned() };
/// entry.insert(&mut transaction).await?;
/// entry.author = "Anna".to_owned();
/// entry.save(&mut transaction).await?;
///
/// let entry = Entry::get(entry.id, &mut transaction).await?.unwrap();
/// assert_eq!(entry.author, "Anna");
/// entry.delete(&mut transaction).await?;
/// assert_eq!(Entry::objects().count(&mut transaction).await?, 0);
/// transaction.commit().await?;
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&GUESTS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no model",
    note = "write `#[derive(Model)]` and `#[model(label = \"app.name\")]` on the struct"
)]
pub trait Model: FromRow + Sync + 'static {
    /// The description of the model.
    const INFO: &'static ModelInfo;

    /// The label, separate from the description: two models may refer to each other.
    #[doc(hidden)]
    const MODEL_LABEL: &'static str;

    /// The query for the row with the primary key `$1`.
    #[doc(hidden)]
    const GET: &'static str;

    /// All columns in order, as in a query where the table is `t0`, `t1` or `t2`.
    #[doc(hidden)]
    const COLUMNS: [&'static str; 3];

    /// The primary key; 0 if the row is not in the database yet.
    fn id(&self) -> i64;

    /// Sets the primary key.
    #[doc(hidden)]
    fn set_id(&mut self, id: i64);

    /// The values, one for each of the description's fields.
    fn values(&self) -> Vec<Value>;

    /// Returns the object with these values, one for each of the description's fields; `None` if one of
    /// them is not of the type of its field.
    fn from_values(values: &[Value]) -> Option<Self>;

    /// Reads consecutive columns in order, beginning at the index `first`.
    #[doc(hidden)]
    fn read(row: &Row<'_>, first: usize) -> Result<Self, DbError>;

    /// Begins a query over the rows.
    fn objects() -> Select<Self> {
        Select::new()
    }

    /// Returns the row with that primary key, if there is one.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the query.
    fn get<'a>(
        id: impl Into<i64> + Send,
        on: impl Into<Executor<'a>> + Send,
    ) -> impl Future<Output = Result<Option<Self>, DbError>> + Send {
        async move {
            let get = query(Self::GET.into_sql_str()).bind(id.into());
            Ok(get.fetch_optional::<ByPlace<Self>>(on).await?.map(|row| row.0))
        }
    }

    /// Returns the row with that value in a unique column, if there is one.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the query.
    fn get_by<'a, T>(
        column: &UniqueColumn<Self, T>,
        value: impl Operand<T>,
        on: impl Into<Executor<'a>> + Send,
    ) -> impl Future<Output = Result<Option<Self>, DbError>> + Send {
        let select = Self::objects().filter(column.eq(value));
        select.first(on.into())
    }

    /// Validates the values and the rules over them, without querying the database.
    ///
    /// # Errors
    ///
    /// The errors of all fields and of the object.
    fn validate(&self) -> Result<(), ValidationErrors> {
        Self::INFO.validate(&self.values())
    }

    /// Inserts a row. If the primary key is 0, the database assigns one, and it is set in the object.
    ///
    /// # Errors
    ///
    /// The values do not fit their fields or break a rule, or the database refuses them.
    fn insert(
        &mut self,
        on: &mut Transaction,
    ) -> impl Future<Output = Result<(), WriteError>> + Send {
        async move {
            let id = insert_values(Self::INFO, self.values(), on).await?;
            self.set_id(id);
            Ok(())
        }
    }

    /// Updates all columns of the row.
    ///
    /// # Errors
    ///
    /// The values do not fit their fields or break a rule, the row is gone, or the database refuses.
    fn save(&self, on: &mut Transaction) -> impl Future<Output = Result<(), WriteError>> + Send {
        save_values(Self::INFO, self.values(), on)
    }

    /// Deletes the row with its cascade, and returns the numbers of deleted rows.
    ///
    /// # Errors
    ///
    /// Rows of other models protect it, or the database refuses.
    fn delete(
        self,
        on: &mut Transaction,
    ) -> impl Future<Output = Result<Deleted, WriteError>> + Send {
        let id = self.id();
        async move { Deletion::of(Self::INFO, [id], on).await?.run(on).await }
    }
}

/// Reads a row by the indexes of its columns.
struct ByPlace<M>(M);

impl<M: Model> FromRow for ByPlace<M> {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        M::read(row, 0).map(Self)
    }
}
