//! Text indexes for the search, so that it does not read all rows.
//!
//! Each model that is registered with search fields has an index, created after migrating: the texts of
//! its search fields in lower case and without accents, on SQLite in a full-text index, on PostgreSQL in a
//! table with a trigram index. Triggers record the rows that any program changes; a search adds them to
//! the candidates, and a task updates their texts. The candidates from an index are filtered by the
//! search's own conditions, so the result is the same without one: if it is missing or too far behind, the
//! search does not use it.
//!
//! Each `migrate` creates what is missing: triggers, tables, indexes. Changes that bypassed the triggers
//! are detected by `check`, in a sample of rows.

mod definition;
mod migration;
mod names;
mod sample;
mod tables;
mod task;
mod triggers;
mod upkeep;

use module_api::admin::ModelAdmin;
use module_api::db::{DatabaseKind, Db, DbError, DbPool, Executor, query};
use module_api::model::{Candidates, Models};
use module_api::sqlx::AssertSqlSafe;
use module_api::{Command, ModuleFuture, Problem, clap, program_name, with_causes};

use definition::Definition;
use triggers::{FIRES, TrackedTable};

pub(crate) use migration::{record_rows_once, record_rows_repeatedly, remove_all};
pub(crate) use task::UpkeepTask;

/// The maximum number of changed rows that a search adds to the candidates.
const STALE_ROWS: u32 = 1_000;

/// Creates the indexes of all registrations, after migrating.
pub(crate) fn prepare(db: &Db) -> ModuleFuture<'_> {
    Box::pin(async move {
        let definitions = definitions(Models::of(db));
        // Without an index the search is slower, but complete.
        if let Err(error) = bring_up_to_date(db, &definitions).await {
            tracing::warn!("the admin searches without an index: {}", with_causes(&error));
        }
        Ok(())
    })
}

/// Checks that each searched model has its index, with all triggers and the texts of its rows.
pub(crate) fn are_usable(db: &Db) -> ModuleFuture<'_, Vec<Problem>> {
    Box::pin(async move {
        let definitions = definitions(Models::of(db));
        let (mut unusable, mut stale) = (Vec::new(), Vec::new());
        for (place, definition) in definitions.iter().enumerate() {
            let state = state(&definitions, place, (&mut db.acquire().await?).into()).await?;
            if matches!(state, State::Unusable) {
                unusable.push(definition.model.label);
            } else if sample::lacks_changes(db, definition).await? {
                stale.push(definition.model.label);
            }
        }
        let mut problems = Vec::new();
        if !unusable.is_empty() {
            let message = format!(
                "the index of the search lacks its table or a trigger, so each search reads all \
                 rows: {}",
                unusable.join(", "),
            );
            let hint = format!("run `{} migrate`, which creates it anew", program_name());
            problems.push(Problem::warning("admin.W001", message).hint(hint));
        }
        if !stale.is_empty() {
            let message = format!(
                "rows were changed while no trigger recorded it, so the search does not find them: {}",
                stale.join(", "),
            );
            let hint = format!("run `{} rebuildsearchindex`", program_name());
            problems.push(Problem::warning("admin.W002", message).hint(hint));
        }
        Ok(problems)
    })
}

/// The command that rebuilds the indexes.
pub(crate) fn rebuild_command() -> Command {
    let definition = clap::Command::new("rebuildsearchindex")
        .about("Create the index of the admin's search anew, from all rows");
    Command::new(definition, |context, _| {
        Box::pin(async move {
            migration::restore_bookkeeping(&context.db).await?;
            let mut transaction = context.db.begin().await?;
            // An index with another signature is made anew; one of no model is dropped.
            query("UPDATE admin_search_index SET signature = ''").execute(&mut transaction).await?;
            transaction.commit().await?;
            Ok(bring_up_to_date(&context.db, &definitions(Models::of(&context.db))).await?)
        })
    })
}

async fn bring_up_to_date(db: &Db, definitions: &[Definition]) -> Result<(), DbError> {
    migration::restore_bookkeeping(db).await?;
    tables::bring_up_to_date(db, definitions).await
}

fn definitions(models: &Models) -> Vec<Definition> {
    models.searched().iter().filter_map(|(model, paths)| Definition::new(model, paths)).collect()
}

/// The candidates from a model's index for groups of words, of each of which one has to occur. `None` if
/// the index cannot be used.
pub(crate) async fn candidates(
    db: &Db,
    upkeep: &UpkeepTask,
    admin: &ModelAdmin,
    words: Vec<Vec<String>>,
    on: impl Into<Executor<'_>>,
) -> Option<Candidates> {
    let definitions = definitions(Models::of(db));
    let place = definitions.iter().position(|definition| definition.model.is(admin.model))?;
    let candidates = Candidates::new(definitions[place].table.clone(), words, db.kind())?;
    let stale = match state(&definitions, place, on.into()).await {
        Ok(State::UpToDate) => Some(Vec::new()),
        Ok(State::Behind(stale)) => {
            take_in_beside(DbPool::clone(db), definitions, upkeep);
            stale
        }
        Ok(State::Unusable) => None,
        Err(error) => {
            tracing::debug!("the search does without its index: {}", with_causes(&error));
            None
        }
    };
    Some(candidates.and_rows(stale?))
}

/// The state of an index.
enum State {
    UpToDate,
    /// Changes were recorded: the rows with outdated texts, or `None` if there are too many.
    Behind(Option<Vec<i64>>),
    /// The index does not exist, lacks its table or a trigger, or one was disabled for a while.
    Unusable,
}

async fn state(
    definitions: &[Definition],
    place: usize,
    mut on: Executor<'_>,
) -> Result<State, DbError> {
    let definition = &definitions[place];
    let is_source = |tracked: &TrackedTable| {
        definition.sources.iter().any(|source| source.table == tracked.table)
    };
    let tables = TrackedTable::all(definitions);
    let triggers =
        tables.iter().filter(|table| is_source(table)).flat_map(TrackedTable::trigger_names);
    let names: Vec<String> = triggers
        .chain([definition.table.clone()])
        .map(|name| format!("'{}'", name.replace('\'', "''")))
        .collect();
    let parts = match on.kind() {
        DatabaseKind::Sqlite => "SELECT name FROM sqlite_master",
        DatabaseKind::Postgres => &format!(
            "SELECT tgname AS name FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid \
             WHERE {FIRES} AND pg_table_is_visible(pg_class.oid) \
             UNION ALL SELECT relname FROM pg_class WHERE pg_table_is_visible(oid)"
        ),
    };
    let state = format!(
        "SELECT (SELECT signature FROM admin_search_index WHERE label = $1), \
         (SELECT COUNT(*) FROM ({parts}) parts WHERE name IN ({})), \
         EXISTS (SELECT 1 FROM admin_search_change)",
        names.join(", "),
    );
    let state = query(AssertSqlSafe(state)).bind(definition.model.label);
    let (signature, parts, is_behind): (Option<String>, i64, bool) =
        state.fetch_one(on.reborrow()).await?;
    let is_kept = usize::try_from(parts).is_ok_and(|count| count == names.len());
    if !is_kept || !signature.is_some_and(|known| definition.is_signed(&known)) {
        return Ok(State::Unusable);
    }
    if !is_behind {
        return Ok(State::UpToDate);
    }
    Ok(State::Behind(upkeep::stale_rows(definition, STALE_ROWS, on).await?))
}

/// Applies all recorded changes in a task: a search only reads, and does not wait for writers.
fn take_in_beside(pool: DbPool, definitions: Vec<Definition>, task: &UpkeepTask) {
    task.start(async move {
        match upkeep::take_in(&pool, &definitions).await {
            // If others write for a long time, the next search tries again.
            Ok(()) | Err(DbError::Busy) => {}
            Err(error) => {
                tracing::warn!("an index of the search stays behind: {}", with_causes(&error));
            }
        }
    });
}
