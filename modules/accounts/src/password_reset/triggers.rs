//! The triggers that end a user's keys as soon as any program changes the user.

use module_api::db::{DatabaseKind, Db, DbError, execute_script, query, table_exists};
use module_api::{ModuleFuture, Problem, program_name};

/// The scripts of the migrations that create the triggers.
const ON_SQLITE: [&str; 2] = [
    include_str!("../../migrations/0004_password_resets_end.sqlite.sql"),
    include_str!("../../migrations/0006_password_resets_end_on_insert.sqlite.sql"),
];
const ON_POSTGRES: [&str; 2] = [
    include_str!("../../migrations/0004_password_resets_end.postgres.sql"),
    include_str!("../../migrations/0005_password_resets_end_safely.postgres.sql"),
];

/// Creates the triggers again if one is missing or disabled: SQLite drops them with the table, which
/// Django's migrations rebuild. All keys end then, since any user may have been changed meanwhile.
pub(crate) fn restore(db: &Db) -> ModuleFuture<'_> {
    Box::pin(async move {
        if are_kept(db).await? {
            return Ok(());
        }
        let mut transaction = db.begin().await?;
        let scripts = match transaction.kind() {
            DatabaseKind::Sqlite => ON_SQLITE,
            DatabaseKind::Postgres => ON_POSTGRES,
        };
        for script in scripts {
            execute_script(script, &mut transaction).await?;
        }
        query("DELETE FROM accounts_password_reset").execute(&mut transaction).await?;
        transaction.commit().await?;
        tracing::warn!(
            "a trigger on auth_user was lost and is made again; all password resets end"
        );
        Ok(())
    })
}

/// Checks that the triggers exist and are enabled.
pub(crate) fn are_there(db: &Db) -> ModuleFuture<'_, Vec<Problem>> {
    Box::pin(async move {
        let is_migrated = table_exists("accounts_password_reset", &mut db.acquire().await?).await?;
        if !is_migrated || are_kept(db).await? {
            return Ok(Vec::new());
        }
        let message = "a trigger on `auth_user` is missing or disabled: a key for a new password that ended \
                       could become valid again";
        let hint = format!("run `{} migrate`, which creates it", program_name());
        Ok(vec![Problem::warning("accounts.W003", message).hint(hint)])
    })
}

async fn are_kept(db: &Db) -> Result<bool, DbError> {
    let (triggers, expected) = match db.kind() {
        DatabaseKind::Sqlite => (
            "SELECT COUNT(*) AS value FROM sqlite_master WHERE type = 'trigger' \
             AND tbl_name = 'auth_user' AND name IN \
             ('accounts_password_reset_ends', 'accounts_password_reset_ends_on_insert')",
            2,
        ),
        DatabaseKind::Postgres => (
            "SELECT COUNT(*) AS value FROM pg_trigger \
             WHERE tgrelid = CAST('auth_user' AS regclass) \
             AND tgname = 'accounts_password_reset_ends' AND tgenabled IN ('O', 'A')",
            1,
        ),
    };
    let (found,): (i64,) = query(triggers).fetch_one(&mut db.acquire().await?).await?;
    Ok(found == expected)
}
