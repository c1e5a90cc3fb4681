//! Queries by the description of a model alone, for those who serve any model: the admin, above all.
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

use std::borrow::Cow;

use sqlx::AssertSqlSafe;

pub use aggregates::Period;
pub use display::Display;
pub use filter::{Comparison, Filter};
pub use path::{LOOKUP_SEPARATOR, Path, UnknownField};
pub use record::{ColumnPlace, Record};

use super::sql::Statement;
use super::{FieldInfo, ModelInfo};
use db::{DatabaseKind, DbError, Executor, Query, Row};

/// A query over the rows of a model that is known by its description alone.
#[derive(Debug, Clone)]
#[must_use = "a query does nothing until it is run"]
pub struct Records {
    model: &'static ModelInfo,
    columns: Vec<Path>,
    filters: Vec<Filter>,
    order: Vec<(Path, bool)>,
    limit: Option<u32>,
    offset: u64,
}

impl Records {
    /// All rows of a model, in the model's order.
    pub fn of(model: &'static ModelInfo) -> Self {
        Self {
            model,
            columns: Vec::new(),
            filters: Vec::new(),
            order: Vec::new(),
            limit: None,
            offset: 0,
        }
    }

    /// The model.
    pub fn model(&self) -> &'static ModelInfo {
        self.model
    }

    /// Only rows for which this holds, beside what was given before.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filters.push(filter);
        self
    }

    /// In the order of this column, after those given before; without any, in that of the model.
    /// Rows alike in all of them are in the order of their primary keys.
    pub fn order_by(mut self, path: Path, descending: bool) -> Self {
        self.order.push((path, descending));
        self
    }

    /// At most so many rows.
    pub fn limit(mut self, rows: u32) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Without the first so many rows.
    pub fn offset(mut self, rows: u64) -> Self {
        self.offset = rows;
        self
    }

    /// Fetches another column along; where it stands in each record.
    pub fn column(&mut self, path: Path) -> ColumnPlace {
        let own = self.model.fields.len();
        if path.is_own()
            && let Some(place) = self.model.position(path.field().name)
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
        let own = self.model.fields.iter();
        let further = self.columns.iter().map(Path::field);
        let fields: Vec<&'static FieldInfo> = own.chain(further).collect();
        let mut statement = Statement::new(on.kind());
        statement.push("SELECT ");
        let own = self.model.fields.iter().map(Path::of);
        for (index, path) in own.chain(self.columns.iter().cloned()).enumerate() {
            statement.push(if index > 0 { ", " } else { "" });
            statement.push_column(&Cow::Owned(path.fields));
        }
        let order = self.full_order();
        if self.is_chosen_first(&order) {
            self.push_chosen_rows(&order, &mut statement);
        } else {
            self.push_rows(&order, &mut statement);
        }
        let read = |row: &Row<'_>| {
            let values = fields.iter().enumerate().map(|(place, field)| field.read(row, place));
            Ok(Record { model: self.model, values: values.collect::<Result<_, DbError>>()? })
        };
        run(statement).fetch_all_with(read, on).await
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    ///
    /// As [`fetch`](Records::fetch).
    pub async fn first(&self, on: impl Into<Executor<'_>>) -> Result<Option<Record>, DbError> {
        Ok(self.clone().limit(1).fetch(on).await?.pop())
    }

    fn full_order(&self) -> Vec<(Path, bool)> {
        let mut order = self.order.clone();
        if order.is_empty() {
            let part = |part: &super::Ordering| {
                Some((Path::of(self.model.field(part.field)?), part.descending))
            };
            order.extend(self.model.ordering.iter().filter_map(part));
        }
        let is_complete =
            |(path, _): &(Path, bool)| path.is_own() && path.field().unique && !path.field().null;
        let key = Path::of(self.model.primary_key());
        if !order.iter().any(|part| part.0 == key || is_complete(part)) {
            order.push((key, false));
        }
        order
    }

    /// Whether the rows are chosen, by their keys, before anything is joined to them: where that
    /// spares joining rows that are not wanted.
    fn is_chosen_first(&self, order: &[(Path, bool)]) -> bool {
        let is_part = self.limit.is_some() || self.offset > 0;
        let key = self.model.primary_key();
        let by_key = order.first().is_some_and(|(path, _)| *path == Path::of(key));
        let has_joins = self.columns.iter().any(|column| !column.is_own());
        // From its beginning, an index on the key is read in order, and joins stop with the limit.
        is_part && has_joins && !(by_key && self.offset == 0)
    }

    /// What comes after the columns: where the rows are from, which of them, and their order.
    fn push_rows(&self, order: &[(Path, bool)], statement: &mut Statement) {
        for (path, _) in order {
            statement.join_for(&Cow::Owned(path.fields.clone()));
        }
        self.push_source(statement);
        Self::push_order(order, statement);
        self.push_window(statement);
    }

    /// The same, where the rows are chosen first.
    fn push_chosen_rows(&self, order: &[(Path, bool)], statement: &mut Statement) {
        let key = self.model.primary_key();
        for (path, _) in order {
            statement.join_for(&Cow::Owned(path.fields.clone()));
        }
        statement.push(" FROM (SELECT t0.");
        statement.push_name(key.column);
        statement.within(|inner| self.push_rows(order, inner));
        statement.push(") chosen JOIN ");
        statement.push_name(self.model.table);
        statement.push(" t0 ON t0.");
        statement.push_name(key.column);
        statement.push(" = chosen.");
        statement.push_name(key.column);
        statement.push_joins();
        Self::push_order(order, statement);
    }

    fn push_order(order: &[(Path, bool)], statement: &mut Statement) {
        for (index, (path, descending)) in order.iter().enumerate() {
            statement.push(if index > 0 { ", " } else { " ORDER BY " });
            statement.push_column(&Cow::Owned(path.fields.clone()));
            statement.push(if *descending { " DESC" } else { "" });
        }
    }

    /// `FROM` and `WHERE`, with what was joined before besides.
    fn push_source(&self, statement: &mut Statement) {
        for filter in &self.filters {
            statement.join_for_condition(&filter.0);
        }
        statement.push(" FROM ");
        statement.push_name(self.model.table);
        statement.push(" t0");
        statement.push_joins();
        for (index, filter) in self.filters.iter().enumerate() {
            statement.push(if index > 0 { " AND " } else { " WHERE " });
            statement.push_condition(&filter.0);
        }
    }

    fn push_window(&self, statement: &mut Statement) {
        if let Some(limit) = self.limit {
            statement.push(" LIMIT ");
            statement.push_number(limit.into());
        } else if self.offset > 0 && statement.kind() == DatabaseKind::Sqlite {
            statement.push(" LIMIT -1");
        }
        if self.offset > 0 {
            statement.push(" OFFSET ");
            statement.push_number(self.offset);
        }
    }
}

fn run(statement: Statement) -> Query {
    // Every part of it is this crate's own or a quoted name; values are parameters.
    Query::with_values(AssertSqlSafe(statement.sql), statement.values)
}
