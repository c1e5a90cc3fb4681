//! Indexes of the texts that the search looks at, so that it does not read all rows.
//!
//! Each model that is registered with search fields has one, made after migrating: the texts of its
//! search fields in small letters and without accents, on SQLite in a full-text index, on PostgreSQL
//! in a table with an index of trigrams. Triggers record the rows that any program changes, and a search
//! applies them first. The candidates of an index are filtered by the search's own conditions, so the
//! result is the same without one: where it is missing, stale or too far behind, the search does
//! without.

mod definition;
mod tables;
mod triggers;
mod upkeep;

use std::sync::atomic::{AtomicBool, Ordering};

use module_api::admin::ModelAdmin;
use module_api::db::{DatabaseKind, Db, DbError, DbPool, Executor, query};
use module_api::model::{Candidates, Models};
use module_api::rocket::tokio;
use module_api::sqlx::AssertSqlSafe;
use module_api::{ModuleFuture, with_causes};

use definition::Definition;

pub(crate) use tables::remove_all;

/// The number of changed rows that a search applies itself; more are applied by a task.
const TAKEN_IN_AT_ONCE: i64 = 1_000;

/// Makes the indexes that the registrations ask for, after migrating.
pub(crate) fn prepare(db: &Db) -> ModuleFuture<'_> {
    Box::pin(async move {
        let definitions = definitions(Models::of(db));
        // Without an index the search takes longer, and nothing else is lost.
        if let Err(error) = tables::bring_up_to_date(db, &definitions).await {
            tracing::warn!("the admin searches without an index: {}", with_causes(&error));
        }
        Ok(())
    })
}

fn definitions(models: &Models) -> Vec<Definition> {
    models.searched().iter().filter_map(|(model, paths)| Definition::new(model, paths)).collect()
}

/// The rows that the index of a model offers for groups of words, one of each of which has to be
/// there. `None` if it cannot be asked.
pub(crate) async fn candidates(
    db: &Db,
    admin: &ModelAdmin,
    words: Vec<Vec<String>>,
    on: impl Into<Executor<'_>>,
) -> Option<Candidates> {
    let definitions = definitions(Models::of(db));
    let place = definitions.iter().position(|definition| definition.model.is(admin.model))?;
    let candidates = Candidates::new(definitions[place].table.clone(), words, db.kind())?;
    match is_ready(db, definitions, place, on.into()).await {
        Ok(is_ready) => is_ready.then_some(candidates),
        Err(error) => {
            tracing::debug!("the search does without its index: {}", with_causes(&error));
            None
        }
    }
}

/// Returns `true` if an index exists and is up to date.
async fn is_ready(
    db: &Db,
    definitions: Vec<Definition>,
    place: usize,
    on: Executor<'_>,
) -> Result<bool, DbError> {
    let definition = &definitions[place];
    let kind = on.kind();
    let names: Vec<String> = definition
        .sources
        .iter()
        .flat_map(|source| triggers::names(source.table))
        .map(|name| format!("'{}'", name.replace('\'', "''")))
        .collect();
    let triggers = match kind {
        DatabaseKind::Sqlite => {
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND name"
        }
        DatabaseKind::Postgres => {
            "SELECT COUNT(*) FROM pg_trigger WHERE tgenabled <> 'D' AND tgname"
        }
    };
    let state = format!(
        "SELECT (SELECT signature FROM admin_search_index WHERE label = $1), \
         ({triggers} IN ({})), \
         (SELECT COUNT(*) FROM (SELECT 1 FROM admin_search_change LIMIT {}) changed)",
        names.join(", "),
        TAKEN_IN_AT_ONCE + 1,
    );
    let state = query(AssertSqlSafe(state)).bind(definition.model.label);
    let (signature, triggers, changes): (Option<String>, i64, i64) = state.fetch_one(on).await?;
    let is_kept = usize::try_from(triggers).is_ok_and(|count| count == names.len());
    if !is_kept || !signature.is_some_and(|known| definition.is_signed(&known)) {
        return Ok(false);
    }
    if changes == 0 {
        return Ok(true);
    }
    let pool: DbPool = DbPool::clone(db);
    if changes <= TAKEN_IN_AT_ONCE {
        return upkeep::take_in(&pool, &definitions).await;
    }
    take_in_beside(pool, definitions);
    Ok(false)
}

/// Applies all changed rows in a task of its own, of which there is one at a time.
fn take_in_beside(pool: DbPool, definitions: Vec<Definition>) {
    static IS_RUNNING: AtomicBool = AtomicBool::new(false);
    if IS_RUNNING.swap(true, Ordering::AcqRel) {
        return;
    }
    tokio::spawn(async move {
        if let Err(error) = upkeep::take_in(&pool, &definitions).await {
            tracing::warn!("an index of the search stays behind: {}", with_causes(&error));
        }
        IS_RUNNING.store(false, Ordering::Release);
    });
}
