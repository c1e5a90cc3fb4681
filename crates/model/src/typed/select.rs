//! Typed queries for common cases.

use std::marker::PhantomData;

use db::{DbError, Executor, FromRow, Row, Transaction, Value, execute_script};

use super::{Assignment, Column, Condition, Model, Order, Projection, Relation};
use crate::query::{Fetched, FieldPath, Rows};
use crate::rules::check_rules_of;
use crate::validation::check_fields;
use crate::{Deleted, Deletion, FieldInfo, PageNumber, Pagination, WriteError};

/// A query over the rows of a model, with joined rows: [`Model::objects`] begins one.
///
/// Rows are in the requested order, or that of the model, and then by primary key.
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
    rows: Rows,
    fetched: Vec<Fetched>,
    types: PhantomData<fn() -> (M, Out)>,
}

/// A value read from consecutive columns of a row: a model, a projection, or a pair of one of them
/// and a joined row.
///
/// ```
/// use module_api::model::Model;
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
/// let mut connection = db.acquire().await?;
/// let lettings = Letting::objects().with(&Letting::ADDRESS).all(&mut connection).await?;
/// let (letting, address) = &lettings[0];
/// assert_eq!((letting.title.as_str(), address.city.as_str()), ("Sea view", "Oslo"));
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
pub trait FromJoined: Sized + Send {
    /// The number of its columns.
    #[doc(hidden)]
    const WIDTH: usize;

    /// Reads the columns, beginning at the index `first`.
    #[doc(hidden)]
    fn from_joined(row: &Row<'_>, first: usize) -> Result<Self, DbError>;
}

impl<M: Model> FromJoined for M {
    const WIDTH: usize = M::INFO.fields.len();

    fn from_joined(row: &Row<'_>, first: usize) -> Result<Self, DbError> {
        M::read(row, first)
    }
}

/// An optional row: without one, its primary key is `NULL`.
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

/// Reads a row of a typed query, by the indexes of its columns.
struct Joined<Out>(Out);

impl<Out: FromJoined> FromRow for Joined<Out> {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        Out::from_joined(row, 0).map(Self)
    }
}

impl<M: Model> Select<M> {
    pub(super) fn new() -> Self {
        let own = Fetched::Table { keys: FieldPath::Borrowed(&[]), written: &M::COLUMNS };
        Self { rows: Rows::of(M::INFO), fetched: vec![own], types: PhantomData }
    }

    /// Fetches only the columns of a projection, in place of all columns of the model.
    ///
    /// ```
    /// # use module_api::model::{ForeignKey, Model};
    /// # use module_api::db::{Db, DbError};
    /// # use module_api::{Connection, PageNumber};
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
    /// use module_api::model::Projection;
    ///
    /// #[derive(Projection)]
    /// #[projection(model = Letting)]
    /// struct Place {
    ///     title: String,
    ///     #[projection(column = Letting::ADDRESS.to(&Address::CITY))]
    ///     city: String,
    /// }
    ///
    /// # async fn example(mut db: Connection<Db>) -> Result<(), DbError> {
    /// let page = PageNumber::new(1);
    /// let (places, pagination) =
    ///     Letting::objects().project::<Place>().page(page, 20, &mut db).await?;
    /// for place in places {
    ///     println!("{}, {}", place.title, place.city);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn project<P: Projection<Model = M>>(self) -> Select<M, P> {
        let fetched = P::columns().iter().map(|column| Fetched::Column(column.0.clone()));
        Select { rows: self.rows, fetched: fetched.collect(), types: PhantomData }
    }

    /// Sets fields of all rows, and returns the number of rows.
    ///
    /// The values are validated like those of a form, except for unique values and the rows of
    /// foreign keys, which the database checks. If the model has [rules](crate::Rule) over the whole
    /// object, all rows are read after the change, and the rules are checked for each.
    ///
    /// # Errors
    ///
    /// A value does not fit its field, a rule does not hold, or the database refuses. No row is
    /// changed then.
    ///
    /// # Panics
    ///
    /// There is nothing to assign.
    pub async fn update(
        self,
        assignments: impl IntoIterator<Item = Assignment<M>>,
        on: &mut Transaction,
    ) -> Result<u64, WriteError> {
        let assignments = assignments.into_iter();
        let assignments: Vec<_> =
            assignments.map(|a| (a.field, a.field.normalized(a.value))).collect();
        check_fields(&assignments, on.kind())?;
        if M::INFO.rules.is_empty() && M::INFO.constraints.is_empty() {
            return Ok(self.rows.update(assignments, on.kind()).execute(on).await?);
        }
        // The transaction can go on after a refusal.
        execute_script("SAVEPOINT rules", &mut *on).await?;
        let updated = self.update_by_rules(assignments, on).await;
        if updated.is_err() {
            execute_script("ROLLBACK TO SAVEPOINT rules", &mut *on).await?;
        }
        execute_script("RELEASE SAVEPOINT rules", &mut *on).await?;
        updated
    }

    async fn update_by_rules(
        self,
        assignments: Vec<(&'static FieldInfo, Value)>,
        on: &mut Transaction,
    ) -> Result<u64, WriteError> {
        let update = self.rows.update_returning_keys(assignments, on.kind());
        let updated = update.fetch_all_with(|row| row.get_at(0), (&mut *on).into()).await;
        let ids: Vec<i64> = updated.map_err(|error| M::INFO.refused(error))?;
        if !M::INFO.rules.is_empty() {
            check_rules_of(M::INFO, &ids, on).await?;
        }
        Ok(u64::try_from(ids.len()).unwrap_or(u64::MAX))
    }

    /// Deletes all rows with their cascades, and returns the numbers of deleted rows.
    ///
    /// # Errors
    ///
    /// Rows of other models protect one of them, or the database refuses.
    pub async fn delete(self, on: &mut Transaction) -> Result<Deleted, WriteError> {
        let ids = self.ids(&mut *on).await?;
        Deletion::of(M::INFO, ids, on).await?.run(on).await
    }

    /// The primary keys of the rows, in order.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the query.
    pub async fn ids(self, on: impl Into<Executor<'_>>) -> Result<Vec<i64>, DbError> {
        let on = on.into();
        self.rows.keys(on.kind()).fetch_all_with(|row| row.get_at(0), on).await
    }
}

impl<M: Model, Out: FromJoined> Select<M, Out> {
    /// Adds a condition.
    pub fn filter(mut self, condition: Condition<M>) -> Self {
        self.rows.conditions.push(condition.expression);
        self
    }

    /// Sets the order, in place of one set before or the model's own.
    pub fn order_by(mut self, order: impl IntoIterator<Item = Order<M>>) -> Self {
        self.rows.order = order.into_iter().map(|order| (order.path, order.descending)).collect();
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

    /// Joins the row that the foreign key refers to, in the same query.
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
        let mut fetched = self.fetched;
        let written = &<R::Target as Model>::COLUMNS;
        fetched.push(Fetched::Table { keys: relation.path(), written });
        Select { rows: self.rows, fetched, types: PhantomData }
    }

    /// Returns all rows.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the query.
    pub async fn all(self, on: impl Into<Executor<'_>>) -> Result<Vec<Out>, DbError> {
        self.fetch(on.into()).await
    }

    async fn fetch(&self, on: Executor<'_>) -> Result<Vec<Out>, DbError> {
        let query = self.rows.fetch(&self.fetched, on.kind());
        query.fetch_all_with(|row| Out::from_joined(row, 0), on).await
    }

    /// Returns the first row, if there is one.
    ///
    /// # Errors
    ///
    /// Same as [`all`](Select::all).
    pub async fn first(self, on: impl Into<Executor<'_>>) -> Result<Option<Out>, DbError> {
        let on = on.into();
        let Self { rows, fetched, .. } = self.limit(1);
        let query = rows.fetch(&fetched, on.kind());
        Ok(query.fetch_optional::<Joined<Out>>(on).await?.map(|row| row.0))
    }

    /// Locks the rows until the transaction ends, and returns their current values.
    ///
    /// Another transaction that locks, changes or deletes one of them waits until this one ends. This
    /// lets a [rule](crate::Rule) about other rows hold between transactions: both lock a common row
    /// before they read. On SQLite a transaction is the only writer from its start, so nothing more
    /// needs a lock. Joined rows are not locked. Transactions that lock several rows in the same
    /// order cannot deadlock.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the query, or another transaction holds the lock for
    /// too long.
    pub async fn lock(mut self, on: &mut Transaction) -> Result<Vec<Out>, DbError> {
        self.rows.locked = true;
        self.fetch(on.into()).await
    }

    /// Returns the number of rows.
    ///
    /// # Errors
    ///
    /// Same as [`all`](Select::all).
    pub async fn count(self, on: impl Into<Executor<'_>>) -> Result<u64, DbError> {
        let rows = self.rows.count_part(on.into()).await?;
        Ok(u64::try_from(rows).unwrap_or(0))
    }

    /// Returns `true` if any row matches.
    ///
    /// # Errors
    ///
    /// Same as [`all`](Select::all).
    pub async fn exists(self, on: impl Into<Executor<'_>>) -> Result<bool, DbError> {
        let on = on.into();
        Ok(self.rows.exists(on.kind()).fetch_optional::<(i64,)>(on).await?.is_some())
    }

    /// Returns the rows of a page of `size` rows, and the links to the adjacent pages. If there is no
    /// such page, it is the last one, or the deepest that can be [reached](PageNumber::reachable). A
    /// limit or offset set before is ignored.
    ///
    /// A page costs one query, which fetches one more row in place of a count. Only a number past the
    /// end costs more: the rows, which are few then, are counted, and the last page is read from the
    /// end.
    ///
    /// # Errors
    ///
    /// Same as [`all`](Select::all).
    pub async fn page(
        mut self,
        page: PageNumber,
        size: u32,
        on: impl Into<Executor<'_>>,
    ) -> Result<(Vec<Out>, Pagination), DbError> {
        let (mut on, page) = (on.into(), page.reachable(size));
        self.rows.limit = Some(size.saturating_add(1));
        self.rows.offset = u64::try_from(page.offset(size)).unwrap_or(0);
        let mut rows = self.fetch(on.reborrow()).await?;
        if rows.is_empty() && page.get() > 1 {
            return self.last_page(size, on).await;
        }
        let on_page = usize::try_from(size).unwrap_or(usize::MAX);
        let more = rows.len() > on_page;
        rows.truncate(on_page);
        Ok((rows, Pagination::new(page, size, more)))
    }

    async fn last_page(
        mut self,
        size: u32,
        mut on: Executor<'_>,
    ) -> Result<(Vec<Out>, Pagination), DbError> {
        let total = self.rows.count(on.reborrow()).await?;
        let page = PageNumber::last(total, size);
        let on_page = total - page.offset(size);
        self.rows.limit = Some(u32::try_from(on_page).unwrap_or(size));
        self.rows.offset = 0;
        let order = self.rows.full_order();
        self.rows.order = order.into_iter().map(|(path, down)| (path, !down)).collect();
        let mut rows = self.fetch(on).await?;
        rows.reverse();
        Ok((rows, Pagination::new(page, size, false)))
    }
}
