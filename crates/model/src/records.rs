//! Untyped queries, for code that serves any model, such as the admin.
//!
//! ```
//! # use module_api::model::Model;
//! # use module_api::db::{Db, DbError};
//! # use module_api::Connection;
//! use module_api::model::{Filter, Path, Records};
//!
//! # #[derive(Model)]
//! # #[model(label = "lettings.letting", display = "{title}")]
//! # struct Letting { id: i64, #[model(max_length = 256)] title: String }
//! # async fn example(mut db: Connection<Db>) -> Result<(), Box<dyn std::error::Error>> {
//! let title = Path::parse(Letting::INFO, "title")?;
//! let mut records = Records::of(Letting::INFO)
//!     .filter(Filter::contains(title.clone(), "sea"))
//!     .order_by(title, false)
//!     .limit(10);
//! let display = records.display();
//! for record in records.fetch(&mut db).await? {
//!     println!("{} {}", record.id(), display.text(&record));
//! }
//! # Ok(())
//! # }
//! ```

mod aggregates;
mod display;
mod filter;
mod path;
mod record;
mod related;

use db::{DbError, Executor, Row};

pub use aggregates::Period;
pub use display::Display;
pub use filter::{Comparison, Filter};
pub use path::{LOOKUP_SEPARATOR, Path, UnknownField};
pub use record::{ColumnPlace, Record};
pub use related::Related;

use crate::query::{Candidates, Fetched, FieldPath, Rows};
use crate::{FieldInfo, ModelInfo};

/// A query over the rows of a model that is known only by its description.
///
/// ```
/// use module_api::model::{Filter, Model, Path, Records};
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
/// let title = Path::parse(Letting::INFO, "title")?;
/// let mut lettings = Records::of(Letting::INFO)
///     .filter(Filter::contains(title.clone(), "sea"))
///     .order_by(title, false)
///     .limit(10);
/// let display = lettings.display();
/// let records = lettings.fetch(&mut db.acquire().await?).await?;
/// let labels: Vec<String> = records.iter().map(|record| display.text(record)).collect();
/// assert_eq!(labels, ["Sea house", "Sea view"]);
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
#[derive(Debug, Clone)]
#[must_use = "a query does nothing until it is run"]
pub struct Records {
    rows: Rows,
    columns: Vec<Path>,
}

impl Records {
    /// All rows of a model, in the model's order.
    pub fn of(model: &'static ModelInfo) -> Self {
        Self { rows: Rows::of(model), columns: Vec::new() }
    }

    /// The model.
    pub fn model(&self) -> &'static ModelInfo {
        self.rows.model
    }

    /// Adds a condition.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.rows.conditions.push(filter.0);
        self
    }

    /// Restricts the rows to the candidates of a text index; they still have to meet the conditions.
    pub fn among(mut self, candidates: Option<Candidates>) -> Self {
        self.rows.candidates = candidates;
        self
    }

    /// Adds a column to the order; without any, the order is that of the model. Rows with equal
    /// values are in the order of their primary keys.
    pub fn order_by(mut self, path: Path, descending: bool) -> Self {
        self.rows.order.push((path.fields, descending));
        self
    }

    /// Limits the number of rows.
    pub fn limit(mut self, rows: u32) -> Self {
        self.rows.limit = Some(rows);
        self
    }

    /// Skips this many rows.
    pub fn offset(mut self, rows: u64) -> Self {
        self.rows.offset = rows;
        self
    }

    /// Fetches an additional column, and returns its place in each record.
    pub fn column(&mut self, path: Path) -> ColumnPlace {
        let own = self.model().fields.len();
        if path.is_own()
            && let Some(place) = self.model().position(path.field().name)
        {
            return ColumnPlace(place);
        }
        let known = self.columns.iter().position(|known| *known == path);
        ColumnPlace(
            own + known.unwrap_or_else(|| {
                self.columns.push(path);
                self.columns.len() - 1
            }),
        )
    }

    /// The rows.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the query.
    pub async fn fetch(&self, on: impl Into<Executor<'_>>) -> Result<Vec<Record>, DbError> {
        let on = on.into();
        let model = self.model();
        let fields: Vec<&'static FieldInfo> =
            model.fields.iter().chain(self.columns.iter().map(Path::field)).collect();
        let own = Fetched::Table { keys: FieldPath::Borrowed(&[]), written: &[] };
        let further = self.columns.iter().map(|path| Fetched::Column(path.fields.clone()));
        let fetched: Vec<Fetched> = [own].into_iter().chain(further).collect();
        let read = |row: &Row<'_>| {
            let values = fields.iter().enumerate().map(|(place, field)| field.read(row, place));
            Ok(Record { model, values: values.collect::<Result<_, DbError>>()? })
        };
        self.rows.fetch(&fetched, on.kind()).fetch_all_with(read, on).await
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    ///
    /// Same as [`fetch`](Records::fetch).
    pub async fn first(&self, on: impl Into<Executor<'_>>) -> Result<Option<Record>, DbError> {
        Ok(self.clone().limit(1).fetch(on).await?.pop())
    }
}
