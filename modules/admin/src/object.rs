//! Single objects of any model, by their primary keys.

use std::collections::BTreeSet;

use module_api::admin::ModelAdmin;
use module_api::db::{DatabaseKind, DbError, Executor, Transaction, query, quoted};
use module_api::model::{Filter, ModelInfo, Record, Records, capitalized};
use module_api::sqlx::AssertSqlSafe;
use module_api::{Error, Messages, route_name};
use rocket::response::Redirect;

use crate::access::AdminContext;
use crate::labels::Label;

/// The maximum number of objects in one query.
pub(crate) const CHUNK: usize = 500;

/// An object with its label.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) record: Record,
    /// The label, for the log.
    pub(crate) text: String,
    /// The label for the user: the primary key in place of parts that they may not view.
    pub(crate) label: String,
}

/// Returns the existing objects of a model with these primary keys, in order.
///
/// # Errors
///
/// The database is out of reach.
pub(crate) async fn objects(
    cx: &AdminContext<'_>,
    model: &'static ModelInfo,
    ids: impl IntoIterator<Item = i64>,
    on: impl Into<Executor<'_>>,
) -> Result<Vec<Object>, DbError> {
    let key = module_api::model::Path::of(model.primary_key());
    let mut records = Records::of(model).filter(Filter::key_is_in(model, ids)).order_by(key, false);
    let (display, label) = (records.display(), Label::of(cx, &mut records));
    let records = records.fetch(on).await?;
    let object =
        |record| Object { text: display.text(&record), label: label.link(cx, &record), record };
    Ok(records.into_iter().map(object).collect())
}

/// Returns the object with that primary key, if there is one.
///
/// # Errors
///
/// The database is out of reach.
pub(crate) async fn object(
    cx: &AdminContext<'_>,
    model: &'static ModelInfo,
    id: i64,
    on: impl Into<Executor<'_>>,
) -> Result<Option<Object>, DbError> {
    Ok(objects(cx, model, [id], on).await?.pop())
}

/// Locks these objects against changes and deletion until the transaction ends, and returns the
/// existing ones. On SQLite no other transaction writes anyway.
///
/// # Errors
///
/// The database is out of reach.
pub(crate) async fn lock(
    model: &'static ModelInfo,
    ids: &BTreeSet<i64>,
    on: &mut Transaction,
) -> Result<BTreeSet<i64>, DbError> {
    let (table, key) = (quoted(model.table), quoted(model.primary_key().column));
    let for_update = match on.kind() {
        DatabaseKind::Sqlite => "",
        DatabaseKind::Postgres => " FOR UPDATE",
    };
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    let mut found = BTreeSet::new();
    for ids in ids.chunks(CHUNK) {
        let list = ids.join(", ");
        // In order, so that two transactions that lock several rows do not deadlock.
        let sql = format!(
            "SELECT {key} AS value FROM {table} WHERE {key} IN ({list}) ORDER BY {key}{for_update}"
        );
        let rows = query(AssertSqlSafe(sql)).fetch_all::<(i64,)>(&mut *on).await?;
        found.extend(rows.into_iter().map(|(id,)| id));
    }
    Ok(found)
}

/// Redirects from a missing object to the index of the admin, like Django.
///
/// # Errors
///
/// The address cannot be made.
pub(crate) fn gone(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    id: i64,
    messages: Messages<'_>,
) -> Result<Redirect, Error> {
    let name = capitalized(admin.model.verbose_name);
    messages.warning(format!("{name} with ID “{id}” doesn’t exist. Perhaps it was deleted?"));
    Ok(Redirect::to(cx.urls.url(route_name!("admin:index"), &[])?))
}
