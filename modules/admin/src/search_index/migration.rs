//! The code of migrations, which drops indexes, to be recreated after migrating; and the restoration
//! of lost bookkeeping tables.

use module_api::ModuleFuture;
use module_api::db::{
    DatabaseKind, Db, DbError, Executor, Transaction, execute_script, query, quoted, table_exists,
};
use module_api::sqlx::AssertSqlSafe;

use super::{tables, triggers};

/// The migration that creates the bookkeeping tables.
const ON_SQLITE: &str = include_str!("../../migrations/0002_search_index.sqlite.sql");
const ON_POSTGRES: &str = include_str!("../../migrations/0002_search_index.postgres.sql");

/// Creates the bookkeeping tables like the migrations if one is missing, since the triggers need them
/// for each write. All indexes are dropped, since recorded changes are lost.
pub(super) async fn restore_bookkeeping(db: &Db) -> Result<(), DbError> {
    if has_bookkeeping((&mut db.acquire().await?).into()).await? {
        return Ok(());
    }
    tracing::warn!("tables of the admin's search are missing, and are made again with its indexes");
    let mut transaction = db.begin().await?;
    drop_all(&mut transaction).await?;
    let drop = "DROP TABLE IF EXISTS admin_search_change; DROP TABLE IF EXISTS admin_search_index";
    execute_script(drop, &mut transaction).await?;
    let script = match transaction.kind() {
        DatabaseKind::Sqlite => ON_SQLITE,
        DatabaseKind::Postgres => ON_POSTGRES,
    };
    execute_script(script, &mut transaction).await?;
    make_records_unique(&mut transaction).await?;
    transaction.commit().await
}

async fn has_bookkeeping(mut on: Executor<'_>) -> Result<bool, DbError> {
    for table in ["admin_search_index", "admin_search_change"] {
        if !table_exists(table, on.reborrow()).await? {
            return Ok(false);
        }
    }
    if on.kind() == DatabaseKind::Sqlite {
        return Ok(true);
    }
    let index = "SELECT to_regclass('admin_search_change_source_object_id') IS NOT NULL AS value";
    Ok(query(index).fetch_one::<(bool,)>(on).await?.0)
}

/// Drops all indexes, with their triggers.
pub(crate) fn remove_all(on: &mut Transaction) -> ModuleFuture<'_> {
    Box::pin(async move { Ok(drop_all(on).await?) })
}

async fn drop_all(on: &mut Transaction) -> Result<(), DbError> {
    for trigger in triggers::all(on).await? {
        triggers::drop(&trigger, on).await?;
    }
    triggers::drop_function(on).await?;
    if table_exists("admin_search_index", &mut *on).await? {
        let labels = query("SELECT label AS value FROM admin_search_index");
        for (label,) in labels.fetch_all::<(String,)>(&mut *on).await? {
            tables::forget(&label, on).await?;
        }
    }
    Ok(())
}

/// Makes the recorded rows unique on PostgreSQL, as the triggers expect.
async fn make_records_unique(on: &mut Transaction) -> Result<(), DbError> {
    if on.kind() == DatabaseKind::Sqlite {
        return Ok(());
    }
    let script = "DELETE FROM admin_search_change; \
        CREATE UNIQUE INDEX IF NOT EXISTS admin_search_change_source_object_id \
        ON admin_search_change (source, object_id)";
    execute_script(script, on).await
}

/// Makes PostgreSQL record a row only once, however often it changes, as SQLite does. All indexes are
/// dropped, since their triggers still write in the old way, and the names of some may now belong to
/// others.
pub(crate) fn record_rows_once(on: &mut Transaction) -> ModuleFuture<'_> {
    Box::pin(async move {
        let labels = query("SELECT label AS value FROM admin_search_index");
        for (label,) in labels.fetch_all::<(String,)>(&mut *on).await? {
            let table = quoted(&format!("admin_search_{}", label.replace('.', "_")));
            execute_script(AssertSqlSafe(format!("DROP TABLE IF EXISTS {table}")), &mut *on)
                .await?;
        }
        drop_all(on).await?;
        make_records_unique(on).await?;
        Ok(())
    })
}

/// Unapplies [`record_rows_once`].
pub(crate) fn record_rows_repeatedly(on: &mut Transaction) -> ModuleFuture<'_> {
    Box::pin(async move {
        drop_all(on).await?;
        if on.kind() == DatabaseKind::Postgres {
            execute_script("DROP INDEX IF EXISTS admin_search_change_source_object_id", on).await?;
        }
        Ok(())
    })
}
