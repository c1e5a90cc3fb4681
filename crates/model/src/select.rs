//! Typed queries for the everyday cases.

use std::borrow::Cow;
use std::marker::PhantomData;

use sqlx::AssertSqlSafe;

use super::column::{Expression, FieldPath};
use super::sql::Statement;
use super::{Assignment, Column, Condition, Model, ModelInfo, Order, Relation, WriteError};
use crate::{PageNumber, Pagination};
use db::{DatabaseKind, DbError, Executor, FromRow, Query, Row, Transaction};

/// A query over the rows of a model, with what is fetched along: [`Model::objects`] begins one.
///
/// Rows come in the order that was asked for, else in that of the model, and then by primary key.
///
/// ```
/// # use module_api::model::Model;
/// # use module_api::db::{Db, DbError};
/// # use module_api::Connection;
/// #[derive(Model)]
/// #[model(label = "lettings.letting")]
/// struct Letting {
///     id: i64,
///     #[model(max_length = 256)]
///     title: String,
/// }
///
/// # async fn example(mut db: Connection<Db>) -> Result<(), DbError> {
/// let by_the_sea = Letting::objects()
///     .filter(Letting::TITLE.contains_ignoring_case("sea"))
///     .order_by([Letting::TITLE.desc()])
///     .limit(10)
///     .all(&mut db)
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a query does nothing until it is run"]
pub struct Select<M, Out = M> {
    conditions: Vec<Expression>,
    order: Vec<(FieldPath, bool)>,
    limit: Option<u32>,
    offset: u64,
    related: Vec<(FieldPath, &'static [&'static str; 3])>,
    types: PhantomData<fn() -> (M, Out)>,
}

/// What is made of the columns of a row from a certain one on: a model, or a pair of what was asked
/// for and what was fetched along.
pub trait FromJoined: Sized + Send {
    /// How many columns it takes.
    #[doc(hidden)]
    const WIDTH: usize;

    /// Reads them, from the column of that number on.
    #[doc(hidden)]
    fn from_joined(row: &Row<'_>, first: usize) -> Result<Self, DbError>;
}

impl<M: Model> FromJoined for M {
    const WIDTH: usize = M::INFO.fields.len();

    fn from_joined(row: &Row<'_>, first: usize) -> Result<Self, DbError> {
        M::read(row, first)
    }
}

/// A row that there may be none of, which shows in its primary key.
impl<M: Model> FromJoined for Option<M> {
    const WIDTH: usize = M::INFO.fields.len();

    fn from_joined(row: &Row<'_>, first: usize) -> Result<Self, DbError> {
        if row.is_null(first)? { Ok(None) } else { M::read(row, first).map(Some) }
    }
}

impl<A: FromJoined, B: FromJoined> FromJoined for (A, B) {
    const WIDTH: usize = A::WIDTH + B::WIDTH;

    fn from_joined(row: &Row<'_>, first: usize) -> Result<Self, DbError> {
        Ok((A::from_joined(row, first)?, B::from_joined(row, first + A::WIDTH)?))
    }
}

/// Reads a row of a typed query, by the places of its columns.
struct Joined<Out>(Out);

impl<Out: FromJoined> FromRow for Joined<Out> {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        Out::from_joined(row, 0).map(Self)
    }
}

impl<M: Model> Select<M> {
    pub(crate) fn new() -> Self {
        Self {
            conditions: Vec::new(),
            order: Vec::new(),
            limit: None,
            offset: 0,
            related: Vec::new(),
            types: PhantomData,
        }
    }

    /// Gives fields new values in all rows; the number of rows.
    ///
    /// The values are checked as those of a form are, apart from what only the database can tell:
    /// whether a value is unique, and whether the row of a foreign key exists. The database sees to
    /// these.
    ///
    /// # Errors
    ///
    /// A value is not one that its field may have, or the database refuses it.
    ///
    /// # Panics
    ///
    /// The query has a limit, an offset or nothing to assign.
    pub async fn update(
        self,
        assignments: impl IntoIterator<Item = Assignment<M>>,
        on: &mut Transaction,
    ) -> Result<u64, WriteError> {
        let assignments: Vec<_> = assignments.into_iter().map(|a| (a.field, a.value)).collect();
        super::validation::check_fields(&assignments)?;
        assert!(!assignments.is_empty(), "an update assigns something");
        let mut statement = Statement::new(on.kind());
        statement.push("UPDATE ");
        statement.push_name(M::INFO.table);
        statement.push(" AS t0");
        for (index, (field, value)) in assignments.into_iter().enumerate() {
            statement.push(if index > 0 { ", " } else { " SET " });
            statement.push_name(field.column);
            statement.push(" = ");
            statement.push_parameter(value);
        }
        for condition in &self.conditions {
            statement.join_for_condition(condition);
        }
        if statement.has_joins() || self.is_part() {
            statement.push(" WHERE t0.");
            statement.push_name(M::INFO.primary_key().column);
            statement.push(" IN (");
            statement.within(|inner| self.push_keys(on.kind(), inner));
            statement.push(")");
        } else {
            self.push_conditions(&mut statement);
        }
        Ok(run(statement).execute(on).await?)
    }

    /// Deletes all rows, with everything that goes with them; what was deleted.
    ///
    /// # Errors
    ///
    /// Rows of other models protect one of them, or the database refuses.
    pub async fn delete(self, on: &mut Transaction) -> Result<super::Deleted, WriteError> {
        let ids = self.ids(&mut *on).await?;
        super::Deletion::of(M::INFO, ids, on).await?.run(on).await
    }

    /// The primary keys of the rows.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the query.
    pub async fn ids(self, on: impl Into<Executor<'_>>) -> Result<Vec<i64>, DbError> {
        let on = on.into();
        let mut statement = Statement::new(on.kind());
        self.push_keys(on.kind(), &mut statement);
        let rows = run(statement).fetch_all::<FirstColumn>(on).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}

/// A whole number in the first column.
struct FirstColumn(i64);

impl FromRow for FirstColumn {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        row.get_at(0).map(Self)
    }
}

fn run(statement: Statement) -> Query {
    // Every part of it is this crate's own or a quoted name; values are parameters.
    Query::with_values(AssertSqlSafe(statement.sql), statement.values)
}

impl<M: Model, Out: FromJoined> Select<M, Out> {
    /// Only rows for which the condition holds, beside those given before.
    pub fn filter(mut self, condition: Condition<M>) -> Self {
        self.conditions.push(condition.expression);
        self
    }

    /// In this order, instead of that given before or the model's own.
    pub fn order_by(mut self, order: impl IntoIterator<Item = Order<M>>) -> Self {
        self.order = order.into_iter().map(|order| (order.path, order.descending)).collect();
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

    /// Fetches the row that the foreign key leads to along with each, in the same query.
    ///
    /// ```
    /// # use module_api::model::{ForeignKey, Model};
    /// # use module_api::db::{Db, DbError};
    /// # use module_api::Connection;
    /// # #[derive(Model)]
    /// # #[model(label = "lettings.address")]
    /// # struct Address { id: i64, #[model(max_length = 64)] city: String }
    /// # #[derive(Model)]
    /// # #[model(label = "lettings.letting")]
    /// # struct Letting {
    /// #     id: i64,
    /// #     #[model(max_length = 256)] title: String,
    /// #     #[model(one_to_one, on_delete = cascade)] address: ForeignKey<Address>,
    /// # }
    /// # async fn example(mut db: Connection<Db>) -> Result<(), DbError> {
    /// for (letting, address) in Letting::objects().with(&Letting::ADDRESS).all(&mut db).await? {
    ///     println!("{}, {}", letting.title, address.city);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn with<R: Relation>(self, relation: &Column<M, R>) -> Select<M, (Out, R::Row)> {
        let mut related = self.related;
        related.push((relation.path(), &<R::Target as Model>::COLUMNS));
        Select {
            conditions: self.conditions,
            order: self.order,
            limit: self.limit,
            offset: self.offset,
            related,
            types: PhantomData,
        }
    }

    /// All rows.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the query.
    pub async fn all(self, on: impl Into<Executor<'_>>) -> Result<Vec<Out>, DbError> {
        let on = on.into();
        let rows = self.query(on.kind()).fetch_all::<Joined<Out>>(on).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    ///
    /// As [`all`](Select::all).
    pub async fn first(self, on: impl Into<Executor<'_>>) -> Result<Option<Out>, DbError> {
        let on = on.into();
        let row = self.limit(1).query(on.kind()).fetch_optional::<Joined<Out>>(on).await?;
        Ok(row.map(|row| row.0))
    }

    /// The number of rows.
    ///
    /// # Errors
    ///
    /// As [`all`](Select::all).
    pub async fn count(self, on: impl Into<Executor<'_>>) -> Result<u64, DbError> {
        let on = on.into();
        let mut statement = Statement::new(on.kind());
        if self.is_part() {
            statement.push("SELECT COUNT(*) FROM (SELECT 1");
            self.push_source(&mut statement);
            self.push_window(on.kind(), &mut statement);
            statement.push(") counted");
        } else {
            statement.push("SELECT COUNT(*)");
            self.push_source(&mut statement);
        }
        let row = run(statement).fetch_one::<FirstColumn>(on).await?;
        Ok(u64::try_from(row.0).unwrap_or(0))
    }

    /// Whether there is a row.
    ///
    /// # Errors
    ///
    /// As [`all`](Select::all).
    pub async fn exists(self, on: impl Into<Executor<'_>>) -> Result<bool, DbError> {
        let on = on.into();
        let mut statement = Statement::new(on.kind());
        statement.push("SELECT 1");
        self.push_source(&mut statement);
        self.limit(1).push_window(on.kind(), &mut statement);
        Ok(run(statement).fetch_optional::<FirstColumn>(on).await?.is_some())
    }

    /// The rows of a page of `size` rows, and the links to the pages beside it. If there is no such
    /// page, it is the last there is. A limit or offset given before is of no account.
    ///
    /// A page costs one query, with the row after it fetched too in place of a count. Only a number
    /// past the end costs more: the rows are counted, and the last page is read from the end.
    ///
    /// # Errors
    ///
    /// As [`all`](Select::all).
    pub async fn page(
        mut self,
        page: PageNumber,
        size: u32,
        on: impl Into<Executor<'_>>,
    ) -> Result<(Vec<Out>, Pagination), DbError> {
        let mut on = on.into();
        self.limit = Some(size.saturating_add(1));
        self.offset = u64::try_from(page.offset(size)).unwrap_or(0);
        let rows = self.query(on.kind()).fetch_all::<Joined<Out>>(on.reborrow()).await?;
        let mut rows: Vec<Out> = rows.into_iter().map(|row| row.0).collect();
        if rows.is_empty() && page.get() > 1 {
            return self.last_page(size, on).await;
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        Ok((rows, Pagination::new(page, more)))
    }

    async fn last_page(
        mut self,
        size: u32,
        mut on: Executor<'_>,
    ) -> Result<(Vec<Out>, Pagination), DbError> {
        let mut statement = Statement::new(on.kind());
        statement.push("SELECT COUNT(*)");
        self.push_source(&mut statement);
        let total = run(statement).fetch_one::<FirstColumn>(on.reborrow()).await?.0;
        let page = PageNumber::last(total, size);
        let on_page = total - page.offset(size);
        self.limit = Some(u32::try_from(on_page).unwrap_or(size));
        self.offset = 0;
        self.order = self.full_order().into_iter().map(|(path, down)| (path, !down)).collect();
        let rows = self.query(on.kind()).fetch_all::<Joined<Out>>(on).await?;
        Ok((rows.into_iter().rev().map(|row| row.0).collect(), Pagination::new(page, false)))
    }

    /// The order with all that makes it complete.
    fn full_order(&self) -> Vec<(FieldPath, bool)> {
        let model: &'static ModelInfo = M::INFO;
        let mut order = self.order.clone();
        if order.is_empty() {
            let part =
                |part: &super::Ordering| Some((path_of(model.field(part.field)?), part.descending));
            order.extend(model.ordering.iter().filter_map(part));
        }
        let key = model.primary_key();
        if !order.iter().any(|(path, _)| path.len() == 1 && path[0].column == key.column) {
            order.push((path_of(key), false));
        }
        order
    }

    fn push_order(statement: &mut Statement, order: &[(FieldPath, bool)]) {
        for (index, (path, descending)) in order.iter().enumerate() {
            statement.push(if index > 0 { ", " } else { " ORDER BY " });
            statement.push_column(path);
            statement.push(if *descending { " DESC" } else { "" });
        }
    }

    /// `FROM` and `WHERE`, with what was joined before besides.
    fn push_source(&self, statement: &mut Statement) {
        for condition in &self.conditions {
            statement.join_for_condition(condition);
        }
        statement.push(" FROM ");
        statement.push_name(M::INFO.table);
        statement.push(" t0");
        statement.push_joins();
        self.push_conditions(statement);
    }

    fn push_conditions(&self, statement: &mut Statement) {
        for (index, condition) in self.conditions.iter().enumerate() {
            statement.push(if index > 0 { " AND " } else { " WHERE " });
            statement.push_condition(condition);
        }
    }

    /// Whether only a part of the rows that meet the conditions is wanted.
    fn is_part(&self) -> bool {
        self.limit.is_some() || self.offset > 0
    }

    /// Whether at most one row can meet the conditions: they ask for a value of a unique column.
    fn is_single(&self) -> bool {
        let is_unique = |condition: &Expression| match condition {
            Expression::Compare { path, operator: "=", .. } => path.len() == 1 && path[0].unique,
            _ => false,
        };
        self.conditions.iter().any(is_unique)
    }

    /// `LIMIT` and `OFFSET`, which stand in the statement literally: as parameters PostgreSQL would
    /// guess the limit to be a tenth of the table, and join the tables whole.
    fn push_window(&self, kind: DatabaseKind, statement: &mut Statement) {
        if let Some(limit) = self.limit {
            statement.push(" LIMIT ");
            statement.push_number(limit.into());
        } else if self.offset > 0 && kind == DatabaseKind::Sqlite {
            // SQLite has no offset without a limit.
            statement.push(" LIMIT -1");
        }
        if self.offset > 0 {
            statement.push(" OFFSET ");
            statement.push_number(self.offset);
        }
    }

    /// The query for the primary keys alone.
    fn push_keys(&self, kind: DatabaseKind, statement: &mut Statement) {
        let order = if self.is_part() { self.full_order() } else { Vec::new() };
        for (path, _) in &order {
            statement.join_for(path);
        }
        statement.push("SELECT t0.");
        statement.push_name(M::INFO.primary_key().column);
        self.push_source(statement);
        Self::push_order(statement, &order);
        self.push_window(kind, statement);
    }

    /// The whole query. Where only a part of the rows is wanted, that part is chosen before
    /// anything is joined to it; after an offset the rows before it are read from the index only.
    fn query(&self, kind: DatabaseKind) -> Query {
        let is_single = self.is_single() && self.offset == 0;
        let order = if is_single { Vec::new() } else { self.full_order() };
        let mut statement = Statement::new(kind);
        statement.push("SELECT ");
        statement.push_columns(M::INFO, &M::COLUMNS, 0);
        for (path, columns) in &self.related {
            let alias = statement.join(path);
            let key = path.last().and_then(|field| field.foreign_key());
            let target = (key.expect("only foreign keys are fetched along").target)();
            statement.push(", ");
            statement.push_columns(target, *columns, alias);
        }
        for (path, _) in &order {
            statement.join_for(path);
        }
        if !self.is_part() || is_single || (self.related.is_empty() && self.offset == 0) {
            self.push_source(&mut statement);
            Self::push_order(&mut statement, &order);
            self.push_window(kind, &mut statement);
            return run(statement);
        }
        if self.offset == 0 {
            statement.push(" FROM (SELECT t0.*");
            statement.within(|inner| {
                for (path, _) in &order {
                    inner.join_for(path);
                }
                self.push_source(inner);
                Self::push_order(inner, &order);
            });
            self.push_window(kind, &mut statement);
            statement.push(") t0");
        } else {
            let key = M::INFO.primary_key().column;
            statement.push(" FROM (");
            statement.within(|inner| self.push_keys(kind, inner));
            statement.push(") chosen JOIN ");
            statement.push_name(M::INFO.table);
            statement.push(" t0 ON t0.");
            statement.push_name(key);
            statement.push(" = chosen.");
            statement.push_name(key);
        }
        statement.push_joins();
        Self::push_order(&mut statement, &order);
        run(statement)
    }
}

fn path_of(field: &'static super::FieldInfo) -> FieldPath {
    Cow::Owned(vec![field])
}
