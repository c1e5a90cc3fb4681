//! Aggregates over the rows of a model: counts, distinct values, dates.

use super::{Filter, Path, Records};
use crate::query::Statement;
use crate::{FieldKind, ManyToManyInfo};
use db::{DatabaseKind, DbError, Executor, Row, Value};

/// A period of the calendar.
///
/// ```
/// use module_api::model::{Model, Path, Period, Records};
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
/// let opened = Path::parse(Letting::INFO, "opened")?;
/// let lettings = Records::of(Letting::INFO);
/// let mut connection = db.acquire().await?;
/// let years = lettings.counts_by_period(&opened, Period::Year, 10, &mut connection).await?;
/// assert_eq!(years, [("2024".to_owned(), 2), ("2025".to_owned(), 1)]);
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A year.
    Year,
    /// A month of a year.
    Month,
    /// A day of a month.
    Day,
}

impl Period {
    /// The format of the period: `2020`, `2020-06`, `2020-06-14`.
    const fn pattern(self) -> &'static str {
        match self {
            Self::Year => "YYYY",
            Self::Month => "YYYY-MM",
            Self::Day => "YYYY-MM-DD",
        }
    }
}

impl Records {
    /// Counts the rows within the limit and after the offset that meet another condition.
    ///
    /// # Errors
    ///
    /// Same as [`fetch`](Records::fetch).
    pub async fn count_those(
        &self,
        filter: Filter,
        on: impl Into<Executor<'_>>,
    ) -> Result<u64, DbError> {
        let on = on.into();
        let mut statement = Statement::new(on.kind());
        statement.push("SELECT COUNT(*)");
        statement.join_for_condition(&filter.0);
        self.rows.push_part(&mut statement);
        statement.push(" AND ");
        statement.push_condition(&filter.0);
        let (count,): (i64,) = statement.into_query().fetch_one(on).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The number of rows, regardless of limit and offset.
    ///
    /// # Errors
    ///
    /// Same as [`fetch`](Records::fetch).
    pub async fn count(&self, on: impl Into<Executor<'_>>) -> Result<u64, DbError> {
        let rows = self.rows.count(on.into()).await?;
        Ok(u64::try_from(rows).unwrap_or(0))
    }

    /// Counts the rows, up to a maximum.
    ///
    /// # Errors
    ///
    /// Same as [`fetch`](Records::fetch).
    pub async fn count_up_to(
        &self,
        at_most: u32,
        on: impl Into<Executor<'_>>,
    ) -> Result<u64, DbError> {
        let counted = self.clone().limit(at_most);
        let rows = counted.rows.count_part(on.into()).await?;
        Ok(u64::try_from(rows).unwrap_or(0))
    }

    /// The primary keys of the rows, in their order.
    ///
    /// # Errors
    ///
    /// Same as [`fetch`](Records::fetch).
    pub async fn ids(&self, on: impl Into<Executor<'_>>) -> Result<Vec<i64>, DbError> {
        let on = on.into();
        self.rows.keys(on.kind()).fetch_all_with(|row| row.get_at(0), on).await
    }

    /// The distinct values of a column and the number of rows with each, in the order of the values, up
    /// to a maximum number of values.
    ///
    /// # Errors
    ///
    /// Same as [`fetch`](Records::fetch).
    pub async fn counts_by(
        &self,
        path: &Path,
        at_most: u32,
        on: impl Into<Executor<'_>>,
    ) -> Result<Vec<(Value, u64)>, DbError> {
        let on = on.into();
        let column = &path.fields;
        let mut statement = Statement::new(on.kind());
        statement.push("SELECT ");
        statement.push_column(column);
        statement.push(", COUNT(*)");
        self.rows.push_part(&mut statement);
        statement.push(" GROUP BY ");
        statement.push_column(column);
        statement.push(" ORDER BY ");
        statement.push_column(column);
        statement.push(" LIMIT ");
        statement.push_number(at_most.into());
        let field = path.field();
        let read = |row: &Row<'_>| {
            let count: i64 = row.get_at(1)?;
            Ok((field.read(row, 0)?, u64::try_from(count).unwrap_or(0)))
        };
        statement.into_query().fetch_all_with(read, on).await
    }

    /// The minimum and the maximum of a column; `None` if no row has a value.
    ///
    /// # Errors
    ///
    /// Same as [`fetch`](Records::fetch).
    pub async fn bounds(
        &self,
        path: &Path,
        on: impl Into<Executor<'_>>,
    ) -> Result<Option<(Value, Value)>, DbError> {
        let on = on.into();
        let column = &path.fields;
        let mut statement = Statement::new(on.kind());
        statement.push("SELECT MIN(");
        statement.push_column(column);
        statement.push("), MAX(");
        statement.push_column(column);
        statement.push(")");
        self.rows.push_source(&mut statement);
        let field = path.field();
        let read = |row: &Row<'_>| Ok((field.read(row, 0)?, field.read(row, 1)?));
        let bounds = statement.into_query().fetch_all_with(read, on).await?.pop();
        Ok(bounds.filter(|(least, _)| !least.is_null()))
    }

    /// The years, months or days, in UTC, of the moments or days in a column, and the number of rows in
    /// each, in order, up to a maximum number of periods: as `2020`, `2020-06` or `2020-06-14`.
    ///
    /// # Errors
    ///
    /// Same as [`fetch`](Records::fetch).
    pub async fn counts_by_period(
        &self,
        path: &Path,
        period: Period,
        at_most: u32,
        on: impl Into<Executor<'_>>,
    ) -> Result<Vec<(String, u64)>, DbError> {
        let on = on.into();
        let column = &path.fields;
        let pattern = period.pattern();
        let mut statement = Statement::new(on.kind());
        let is_date = matches!(path.field().kind, FieldKind::Date);
        // A moment is text on SQLite, and begins with its date.
        let (before, after) = match on.kind() {
            DatabaseKind::Sqlite => ("SUBSTR(", format!(", 1, {})", pattern.len())),
            DatabaseKind::Postgres if is_date => ("TO_CHAR(", format!(", '{pattern}')")),
            DatabaseKind::Postgres => ("TO_CHAR(", format!(" AT TIME ZONE 'UTC', '{pattern}')")),
        };
        statement.push("SELECT ");
        statement.push(before);
        statement.push_column(column);
        statement.push(&after);
        statement.push(", COUNT(*)");
        let not_null = !Filter::is_null(path.clone());
        self.clone().filter(not_null).rows.push_part(&mut statement);
        statement.push(" GROUP BY 1 ORDER BY 1 LIMIT ");
        statement.push_number(at_most.into());
        let read = |row: &Row<'_>| {
            let count: i64 = row.get_at(1)?;
            Ok((row.get_at(0)?, u64::try_from(count).unwrap_or(0)))
        };
        statement.into_query().fetch_all_with(read, on).await
    }

    /// The primary keys of the rows that a many-to-many field relates the rows to, and the number of rows
    /// related to each, in the order of the keys, up to a maximum number of keys.
    ///
    /// # Errors
    ///
    /// Same as [`fetch`](Records::fetch).
    pub async fn counts_by_related(
        &self,
        field: &ManyToManyInfo,
        at_most: u32,
        on: impl Into<Executor<'_>>,
    ) -> Result<Vec<(i64, u64)>, DbError> {
        let on = on.into();
        let mut statement = Statement::new(on.kind());
        statement.push("SELECT ");
        statement.push_name(field.target_column);
        // Rows of a model between may relate the same two several times.
        if field.through.is_some() {
            statement.push(", COUNT(DISTINCT ");
            statement.push_name(field.source_column);
            statement.push(") FROM ");
        } else {
            statement.push(", COUNT(*) FROM ");
        }
        statement.push_name(field.table);
        statement.push(" WHERE ");
        statement.push_name(field.target_column);
        statement.push(" IS NOT NULL");
        if !self.rows.conditions.is_empty() || self.rows.candidates.is_some() || self.rows.is_part()
        {
            statement.push(" AND ");
            statement.push_name(field.source_column);
            statement.push(" IN (");
            statement.within(|inner| self.rows.push_keys(inner));
            statement.push(")");
        }
        statement.push(" GROUP BY 1 ORDER BY 1 LIMIT ");
        statement.push_number(at_most.into());
        let read = |row: &Row<'_>| {
            let count: i64 = row.get_at(1)?;
            Ok((row.get_at(0)?, u64::try_from(count).unwrap_or(0)))
        };
        statement.into_query().fetch_all_with(read, on).await
    }
}
