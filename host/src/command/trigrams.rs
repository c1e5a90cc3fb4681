//! The PostgreSQL extension for the text index of the admin's search.

use module_api::Problem;
use module_api::db::{DatabaseKind, DbError, DbPool, trigram_operators};
use rocket_db_pools::Pool;

use crate::database;
use crate::plan::Plan;
use crate::settings::Settings;

/// The warning for a site whose search reads the texts of all rows, since the extension is missing
/// and could not be created. If the database cannot be queried, other errors are reported.
pub(super) async fn problem(plan: &Plan, settings: &Settings) -> Option<Problem> {
    let location = database::location(settings).ok()?;
    let is_searched = plan.models.searched().iter().any(|(_, columns)| !columns.is_empty());
    if location.kind() == DatabaseKind::Sqlite || !is_searched {
        return None;
    }
    let pool = database::open_to_read(settings).await.ok()?;
    let operators = ask(&pool).await;
    pool.close().await;
    let is_missing = operators.is_ok_and(|operators| operators.is_none());
    is_missing.then(|| {
        Problem::warning(
            "databases.W003",
            "the PostgreSQL database lacks the extension pg_trgm, or its user may not use the schema \
             of it: the admin's search reads the texts of all rows",
        )
        .hint(
            "let an administrator run `CREATE EXTENSION pg_trgm` in it, or grant USAGE on the \
             schema, and run `migrate`",
        )
    })
}

async fn ask(pool: &DbPool) -> Result<Option<String>, DbError> {
    trigram_operators(&mut pool.acquire().await?).await
}
