//! Copies the rows of the site from before its apps were split, whose tables had other names.
//!
//! It runs once, if the current tables are empty, whether they were just created or adopted from a
//! Django database that was only half split. The old tables are left unchanged.

use module_api::db::{Transaction, continue_sequence, query, table_exists};
use module_api::sqlx::AssertSqlSafe;
use module_api::{MigrationCode, ModuleFuture};

/// A table of the unsplit site, and the current one with its rows.
struct Moved {
    old: &'static str,
    new: &'static str,
    columns: &'static str,
}

const LETTINGS: [Moved; 2] = [
    Moved {
        old: "oc_lettings_site_address",
        new: "lettings_address",
        columns: "id, number, street, city, state, zip_code, country_iso_code",
    },
    Moved {
        old: "oc_lettings_site_letting",
        new: "lettings_letting",
        columns: "id, title, address_id",
    },
];

const PROFILES: [Moved; 1] = [Moved {
    old: "oc_lettings_site_profile",
    new: "profiles_profile",
    columns: "id, favorite_city, user_id",
}];

/// The migrations that copy the tables of the linked modules.
pub(crate) fn migrations() -> Vec<MigrationCode> {
    let mut migrations = Vec::new();
    // Undoing does nothing: the copied rows are dropped with their tables.
    if cfg!(feature = "lettings") {
        migrations.push(
            MigrationCode::new("0001_unsplit_lettings", |transaction| copy(&LETTINGS, transaction))
                .down(MigrationCode::nothing)
                .depends("lettings", "0001_initial"),
        );
    }
    if cfg!(feature = "profiles") {
        migrations.push(
            MigrationCode::new("0002_unsplit_profiles", |transaction| copy(&PROFILES, transaction))
                .down(MigrationCode::nothing)
                .depends("profiles", "0001_initial"),
        );
    }
    migrations
}

/// Copies tables whose rows refer to each other: all of them, or none if any of the new ones has a
/// row.
fn copy<'a>(tables: &'static [Moved], transaction: &'a mut Transaction) -> ModuleFuture<'a> {
    Box::pin(async move {
        let mut found = Vec::new();
        for table in tables {
            if table_exists(table.old, &mut *transaction).await? {
                found.push(table);
            }
        }
        let mut is_in_use = false;
        for table in tables {
            is_in_use |=
                count(&format!("SELECT 1 AS one FROM {}", table.new), transaction).await? > 0;
        }
        for Moved { old, new, columns } in found {
            if is_in_use {
                let others =
                    format!("SELECT {columns} FROM {old} EXCEPT SELECT {columns} FROM {new}");
                let rows = count(&others, transaction).await?;
                if rows > 0 {
                    tracing::warn!(
                        "{rows} rows of `{old}` were not copied, since `{new}` or a table that \
                         belongs with it has rows already; compare the two"
                    );
                }
                continue;
            }
            let insert = format!("INSERT INTO {new} ({columns}) SELECT {columns} FROM {old}");
            query(AssertSqlSafe(insert)).execute(&mut *transaction).await?;
            continue_sequence(new, &mut *transaction).await?;
        }
        Ok(())
    })
}

/// The number of rows that a query finds.
async fn count(sql: &str, transaction: &mut Transaction) -> Result<i64, module_api::db::DbError> {
    let sql = format!("SELECT COUNT(*) AS value FROM ({sql}) found");
    let (rows,): (i64,) = query(AssertSqlSafe(sql)).fetch_one(transaction).await?;
    Ok(rows)
}
