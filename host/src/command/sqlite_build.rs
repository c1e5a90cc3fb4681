//! Build options of SQLite that affect the performance of a site.

use module_api::Problem;
use module_api::db::Location;
use rocket::tokio::runtime;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, query_scalar};

use crate::database;
use crate::settings::Settings;

/// The option by which all connections share one page cache behind one lock.
const SHARED_CACHE: &str = "ENABLE_MEMORY_MANAGEMENT";

/// The warning for a site on SQLite whose program was built without the flags of this workspace.
pub(super) fn problem(settings: &Settings) -> Option<Problem> {
    let Ok(Location::Sqlite { .. }) = database::location(settings) else { return None };
    // If this fails, opening the database fails as well, and is reported there.
    let runtime = runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let is_shared = runtime.block_on(is_built_with(SHARED_CACHE)).ok()?;
    is_shared.then(|| {
        Problem::warning(
            "databases.W001",
            "SQLite was built such that all connections share one page cache: readers wait for each \
             other, and a search reads the file anew for every row",
        )
        .hint(
            "put LIBSQLITE3_FLAGS = \"-USQLITE_ENABLE_MEMORY_MANAGEMENT \
             -DSQLITE_DEFAULT_MEMSTATUS=0\" below [env] in the .cargo/config.toml of the workspace, and \
             build again",
        )
    })
}

/// Queries SQLite for a build option.
async fn is_built_with(option: &str) -> Result<bool, sqlx::Error> {
    let mut memory = SqliteConnectOptions::new().in_memory(true).connect().await?;
    query_scalar("SELECT sqlite_compileoption_used($1)").bind(option).fetch_one(&mut memory).await
}

#[cfg(test)]
mod tests {
    use super::{SHARED_CACHE, is_built_with};

    #[rocket::async_test]
    async fn sqlite_says_that_this_workspace_builds_it_without_the_shared_cache() {
        assert!(!is_built_with(SHARED_CACHE).await.unwrap());
        // An option that libsqlite3-sys sets and this workspace keeps.
        assert!(is_built_with("ENABLE_FTS5").await.unwrap());
    }
}
