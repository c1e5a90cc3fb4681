//! The extension of PostgreSQL that indexes the texts of the admin's search.

use module_api::Problem;
use module_api::db::{DatabaseKind, DbError, DbPool, has_trigrams};
use rocket_db_pools::Pool;

use crate::database;
use crate::plan::Plan;
use crate::settings::Settings;

/// The warning of a site whose search reads the texts of all rows, since the extension is not there
/// and could not be made. A database that cannot be asked has worse to report.
pub(super) async fn problem(plan: &Plan, settings: &Settings) -> Option<Problem> {
    let location = database::location(settings).ok()?;
    let is_searched = plan.models.searched().iter().any(|(_, columns)| !columns.is_empty());
    if location.kind() == DatabaseKind::Sqlite || !is_searched {
        return None;
    }
    let pool = database::open_to_read(settings).await.ok()?;
    let has_trigrams = ask(&pool).await;
    pool.close().await;
    let is_missing = has_trigrams.is_ok_and(|has_trigrams| !has_trigrams);
    is_missing.then(|| {
        Problem::warning(
            "databases.W003",
            "the PostgreSQL database lacks the extension pg_trgm: the admin's search reads the texts \
             of all rows",
        )
        .hint("let an administrator run `CREATE EXTENSION pg_trgm` in it, and run `migrate`")
    })
}

async fn ask(pool: &DbPool) -> Result<bool, DbError> {
    has_trigrams(&mut pool.acquire().await?).await
}
