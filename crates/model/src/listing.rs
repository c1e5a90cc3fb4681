//! A table shown page by page, whatever its size.

use sqlx::AssertSqlSafe;

use crate::{PageNumber, Pagination};
use db::{DbError, Executor, FromRow, query};

/// The pages of a table in the order of its `id`.
///
/// A page costs one query, with the row after it fetched too in place of a count; joins are made
/// for the rows of the page alone. Only a number past the end costs more: the rows are counted, and
/// the last page is read from the end.
///
/// ```
/// use module_api::model::Listing;
///
/// const LETTINGS: Listing = Listing::new(
///     "lettings_letting",
///     "letting.id, letting.title, address.city",
///     "letting",
///     "JOIN lettings_address address ON address.id = letting.address_id",
/// );
/// ```
pub struct Listing {
    table: &'static str,
    columns: &'static str,
    alias: &'static str,
    joins: &'static str,
}

impl Listing {
    /// The rows of `table` as `alias`, with these columns, joined with these tables. All of them
    /// are SQL.
    pub const fn new(
        table: &'static str,
        columns: &'static str,
        alias: &'static str,
        joins: &'static str,
    ) -> Self {
        Self { table, columns, alias, joins }
    }

    /// The query for `rows` rows from one end of the table.
    ///
    /// Their number stands in it literally: as a parameter PostgreSQL would guess it to be a tenth
    /// of the table, and join the tables whole. Without any parameter it plans the query once.
    fn end(&self, direction: &str, rows: i64) -> AssertSqlSafe<String> {
        let Self { table, columns, alias, joins } = self;
        AssertSqlSafe(format!(
            "SELECT {columns} FROM (SELECT * FROM {table} ORDER BY id {direction} LIMIT {rows}) \
             {alias} {joins} ORDER BY {alias}.id"
        ))
    }

    /// The query for `rows` rows after as many as `$1`, of which only the index is read.
    fn middle(&self, rows: i64) -> AssertSqlSafe<String> {
        let Self { table, columns, alias, joins } = self;
        AssertSqlSafe(format!(
            "SELECT {columns} FROM (SELECT id FROM {table} ORDER BY id LIMIT {rows} OFFSET $1) page \
             JOIN {table} {alias} ON {alias}.id = page.id {joins} ORDER BY {alias}.id"
        ))
    }

    /// The rows of a page of `size` rows, and the links to the pages beside it. If there is no such
    /// page, it is the last there is.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the query.
    pub async fn fetch<T: FromRow>(
        &self,
        page: PageNumber,
        size: u32,
        on: impl Into<Executor<'_>>,
    ) -> Result<(Vec<T>, Pagination), DbError> {
        let mut on = on.into();
        let limit = i64::from(size) + 1;
        let rows = match page.offset(size) {
            0 => query(self.end("ASC", limit)),
            offset => query(self.middle(limit)).bind(offset),
        };
        let mut rows = rows.fetch_all::<T>(on.reborrow()).await?;
        if rows.is_empty() && page.get() > 1 {
            return self.fetch_last(size, on).await;
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        Ok((rows, Pagination::new(page, more)))
    }

    async fn fetch_last<T: FromRow>(
        &self,
        size: u32,
        mut on: Executor<'_>,
    ) -> Result<(Vec<T>, Pagination), DbError> {
        let count = query(AssertSqlSafe(format!("SELECT COUNT(*) AS value FROM {}", self.table)));
        let (total,) = count.fetch_one::<(i64,)>(on.reborrow()).await?;
        let page = PageNumber::last(total, size);
        let rows = query(self.end("DESC", total - page.offset(size))).fetch_all(on).await?;
        Ok((rows, Pagination::new(page, false)))
    }
}
