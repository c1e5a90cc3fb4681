//! A table shown page by page, whatever its size.

use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::{DbError, Executor, FromRow, query};
use crate::{PageNumber, Pagination};

/// The pages of a table in the order of its `id`.
///
/// A page costs one query, with the row after it fetched too in place of a count; joins are made for the
/// rows of the page alone. Only a number past the end costs more: the rows are
/// counted, and the last page is read from the end.
///
/// ```
/// use std::sync::LazyLock;
///
/// use module_api::db::Listing;
///
/// static LETTINGS: LazyLock<Listing> = LazyLock::new(|| {
///     Listing::new(
///         "lettings_letting",
///         "letting.id, letting.title, address.city",
///         "letting",
///         "JOIN lettings_address address ON address.id = letting.address_id",
///     )
/// });
/// ```
pub struct Listing {
    forward: Arc<str>,
    backward: Arc<str>,
    count: Arc<str>,
}

impl Listing {
    /// The rows of `table` as `alias`, with these columns, joined with these tables. All of them are SQL.
    pub fn new(
        table: &'static str,
        columns: &'static str,
        alias: &'static str,
        joins: &'static str,
    ) -> Self {
        let page = |direction: &str| {
            format!(
                "SELECT {columns} \
                 FROM (SELECT * FROM {table} ORDER BY id {direction} LIMIT $1 OFFSET $2) {alias} \
                 {joins} ORDER BY {alias}.id"
            )
        };
        Self {
            forward: page("ASC").into(),
            backward: page("DESC").into(),
            count: format!("SELECT COUNT(*) AS value FROM {table}").into(),
        }
    }

    /// The rows of a page of `size` rows, and the links to the pages beside it. If there is no such page, it is
    /// the last there is.
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
        let mut rows = query(AssertSqlSafe(Arc::clone(&self.forward)))
            .bind(i64::from(size) + 1)
            .bind(page.offset(size))
            .fetch_all::<T>(on.reborrow())
            .await?;
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
        let count = query(AssertSqlSafe(Arc::clone(&self.count)));
        let (total,) = count.fetch_one::<(i64,)>(on.reborrow()).await?;
        let page = PageNumber::last(total, size);
        let rows = query(AssertSqlSafe(Arc::clone(&self.backward)))
            .bind(total - page.offset(size))
            .bind(0)
            .fetch_all(on)
            .await?;
        Ok((rows, Pagination::new(page, false)))
    }
}
