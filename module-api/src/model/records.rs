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
mod path;

use std::borrow::Cow;

use sqlx::AssertSqlSafe;

pub use aggregates::Period;
pub use path::{LOOKUP_SEPARATOR, Path, UnknownField};

use super::column::{Expression, escape_like};
use super::sql::Statement;
use super::{DisplayPart, FieldInfo, FieldKind, ManyToManyInfo, ModelInfo};
use crate::db::{DatabaseKind, DbError, Executor, Query, Row, Value};

/// A condition on the rows of a model that is known by its description alone.
#[derive(Debug, Clone)]
#[must_use = "a filter does nothing by itself"]
pub struct Filter(Expression);

/// How a column is compared with a value. `NULL` compares with nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

impl Filter {
    /// The column compares so with the value.
    pub fn compare(path: Path, comparison: Comparison, value: Value) -> Self {
        let operator = match comparison {
            Comparison::Eq => "=",
            Comparison::Lt => "<",
            Comparison::Le => "<=",
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
        };
        Self(Expression::Compare { path: path.fields.into(), operator, value })
    }

    /// The column has the value; if that is `NULL`, it is `NULL`.
    pub fn is(path: Path, value: Value) -> Self {
        if value.is_null() {
            Self::is_null(path)
        } else {
            Self::compare(path, Comparison::Eq, value)
        }
    }

    /// The column has one of the values.
    pub fn is_in(path: Path, values: impl IntoIterator<Item = Value>) -> Self {
        let values = values.into_iter().collect();
        Self(Expression::IsIn { path: path.fields.into(), values })
    }

    /// The primary key is one of these.
    pub fn key_is_in(model: &'static ModelInfo, ids: impl IntoIterator<Item = i64>) -> Self {
        Self::is_in(Path::of(model.primary_key()), ids.into_iter().map(Value::from))
    }

    /// The column is `NULL`.
    pub fn is_null(path: Path) -> Self {
        Self(Expression::IsNull { path: path.fields.into() })
    }

    /// The text stands in the column, capitals or not. SQLite knows the capitals of ASCII only. What
    /// is no text is compared as the database writes it.
    pub fn contains(path: Path, text: &str) -> Self {
        Self::like(path, format!("%{}%", escape_like(text)))
    }

    /// The column begins with the text, capitals or not. SQLite knows the capitals of ASCII only.
    pub fn starts_with(path: Path, text: &str) -> Self {
        Self::like(path, format!("{}%", escape_like(text)))
    }

    /// The column is the text, capitals or not. SQLite knows the capitals of ASCII only.
    pub fn equals_ignoring_case(path: Path, text: &str) -> Self {
        Self::like(path, escape_like(text))
    }

    fn like(path: Path, pattern: String) -> Self {
        Self(Expression::Like { path: path.fields.into(), pattern, ignore_case: true })
    }

    /// A many-to-many field of the model relates the row to that one.
    pub fn is_related(
        model: &'static ModelInfo,
        field: &'static ManyToManyInfo,
        target: i64,
    ) -> Self {
        Self(Expression::Related { key: model.primary_key(), field, target: Some(target) })
    }

    /// A many-to-many field of the model relates the row to any.
    pub fn has_related(model: &'static ModelInfo, field: &'static ManyToManyInfo) -> Self {
        Self(Expression::Related { key: model.primary_key(), field, target: None })
    }

    /// All hold, which they do if there are none.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        Self(Expression::All(filters.into_iter().map(|filter| filter.0).collect()))
    }

    /// At least one holds, which none does if there are none.
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        Self(Expression::Any(filters.into_iter().map(|filter| filter.0).collect()))
    }
}

/// All rows for which it does not hold, those of which it cannot be told for a `NULL` included.
impl std::ops::Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self(Expression::Not(Box::new(self.0)))
    }
}

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

/// A row: the values of the model's own fields, and of the further columns that were asked for.
#[derive(Debug, Clone)]
pub struct Record {
    model: &'static ModelInfo,
    values: Vec<Value>,
}

/// A further column of a [`Records`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnPlace(usize);

impl Record {
    /// A row of a model with these values, one for each of its fields.
    ///
    /// # Panics
    ///
    /// There are fewer values than fields.
    pub fn new(model: &'static ModelInfo, values: Vec<Value>) -> Self {
        assert!(values.len() >= model.fields.len(), "there is a value for each field");
        Self { model, values }
    }

    /// The model.
    pub fn model(&self) -> &'static ModelInfo {
        self.model
    }

    /// The primary key.
    pub fn id(&self) -> i64 {
        self.values[0].as_int().unwrap_or(0)
    }

    /// The values of the model's own fields, in their order.
    pub fn values(&self) -> &[Value] {
        &self.values[..self.model.fields.len()]
    }

    /// The value of one of the model's own fields.
    ///
    /// # Panics
    ///
    /// The model has no field of that name.
    pub fn get(&self, name: &str) -> &Value {
        match self.model.position(name) {
            Some(place) => &self.values[place],
            None => panic!("{} has no field `{name}`", self.model.label),
        }
    }

    /// What the row shows as, if the model's own fields are all that this takes.
    pub fn text(&self) -> Option<String> {
        let display = Records::of(self.model).display();
        let is_known = |piece: &Piece| match piece {
            Piece::Text(_) => true,
            Piece::Value(place) => place.0 < self.model.fields.len(),
        };
        display.pieces.iter().all(is_known).then(|| display.text(self))
    }

    /// The value of a further column.
    pub fn at(&self, place: ColumnPlace) -> &Value {
        &self.values[place.0]
    }
}

/// How rows show as text: made by [`Records::display`].
#[derive(Debug, Clone)]
pub struct Display {
    model: &'static ModelInfo,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    Text(&'static str),
    Value(ColumnPlace),
}

impl Display {
    /// The text of a row of the query that it was made by. A row that a foreign key leads to and
    /// that is not there has none.
    pub fn text(&self, record: &Record) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Value(place) => text.push_str(&record.at(*place).to_string()),
            }
        }
        text
    }

    /// The model whose rows it shows.
    pub fn model(&self) -> &'static ModelInfo {
        self.model
    }
}

impl FieldInfo {
    /// The value of the field in a row, in the column at that place, counted from 0.
    ///
    /// # Errors
    ///
    /// There is no such column, or its value is of another type.
    pub fn read(&self, row: &Row<'_>, place: usize) -> Result<Value, DbError> {
        Ok(match self.kind {
            FieldKind::Id
            | FieldKind::SmallInteger
            | FieldKind::Integer
            | FieldKind::BigInteger
            | FieldKind::ForeignKey(_) => Value::Int(row.get_at(place)?),
            FieldKind::Bool => Value::Bool(row.get_at(place)?),
            FieldKind::Char { .. } | FieldKind::Email { .. } | FieldKind::Text => {
                Value::Text(row.get_at(place)?)
            }
            FieldKind::DateTime => Value::DateTime(row.get_at(place)?),
        })
    }
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

    /// Fetches along what its rows show as.
    pub fn display(&mut self) -> Display {
        self.display_from(self.model, &[])
    }

    /// Fetches along what the rows show as to which a foreign key leads.
    ///
    /// # Panics
    ///
    /// The path ends in a field that is no foreign key.
    pub fn display_of(&mut self, path: &Path) -> Display {
        let key = path.field().foreign_key().expect("a foreign key leads to rows");
        self.display_from((key.target)(), path.fields())
    }

    fn display_from(
        &mut self,
        model: &'static ModelInfo,
        before: &[&'static FieldInfo],
    ) -> Display {
        let mut pieces = Vec::new();
        self.push_display(model, before, &mut pieces);
        Display { model, pieces }
    }

    fn push_display(
        &mut self,
        model: &'static ModelInfo,
        before: &[&'static FieldInfo],
        pieces: &mut Vec<Piece>,
    ) {
        for part in model.display {
            let names = match part {
                DisplayPart::Text(text) => {
                    pieces.push(Piece::Text(text));
                    continue;
                }
                DisplayPart::Field(names) => names,
            };
            let Ok(path) = Path::parse(model, &names.join(LOOKUP_SEPARATOR)) else { continue };
            let fields: Vec<_> = before.iter().chain(path.fields()).copied().collect();
            match path.field().foreign_key() {
                // A model that shows as what it leads to, and that as it, cannot be followed.
                Some(key) if fields.len() < 8 => {
                    self.push_display((key.target)(), &fields, pieces);
                }
                _ => {
                    let place = self.column(Path { fields });
                    pieces.push(Piece::Value(place));
                }
            }
        }
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
