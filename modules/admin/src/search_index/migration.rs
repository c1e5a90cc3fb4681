//! The code of migrations: indexes are dropped, and made anew after migrating.

use module_api::ModuleFuture;
use module_api::db::{DatabaseKind, Transaction, execute_script, query, quoted, table_exists};
use module_api::sqlx::AssertSqlSafe;

use super::{tables, triggers};

/// Drops all indexes, with their triggers.
pub(crate) fn remove_all(on: &mut Transaction) -> ModuleFuture<'_> {
    Box::pin(async move {
        for (name, table) in triggers::all(on).await? {
            triggers::drop(&name, &table, on).await?;
        }
        triggers::drop_function(on).await?;
        if table_exists("admin_search_index", &mut *on).await? {
            let labels = query("SELECT label AS value FROM admin_search_index");
            for (label,) in labels.fetch_all::<(String,)>(&mut *on).await? {
                tables::forget(&label, on).await?;
            }
        }
        Ok(())
    })
}

/// Has PostgreSQL record a row once, however often it changes, as SQLite does. All indexes go, since
/// their triggers write as before, and some have names that others may have.
pub(crate) fn record_rows_once(on: &mut Transaction) -> ModuleFuture<'_> {
    Box::pin(async move {
        let labels = query("SELECT label AS value FROM admin_search_index");
        for (label,) in labels.fetch_all::<(String,)>(&mut *on).await? {
            let table = quoted(&format!("admin_search_{}", label.replace('.', "_")));
            execute_script(AssertSqlSafe(format!("DROP TABLE IF EXISTS {table}")), &mut *on)
                .await?;
        }
        remove_all(on).await?;
        if on.kind() == DatabaseKind::Postgres {
            let script = "DELETE FROM admin_search_change; \
                CREATE UNIQUE INDEX IF NOT EXISTS admin_search_change_source_object_id \
                ON admin_search_change (source, object_id)";
            execute_script(script, on).await?;
        }
        Ok(())
    })
}

/// Undoes [`record_rows_once`].
pub(crate) fn record_rows_repeatedly(on: &mut Transaction) -> ModuleFuture<'_> {
    Box::pin(async move {
        remove_all(on).await?;
        if on.kind() == DatabaseKind::Postgres {
            execute_script("DROP INDEX IF EXISTS admin_search_change_source_object_id", on).await?;
        }
        Ok(())
    })
}
