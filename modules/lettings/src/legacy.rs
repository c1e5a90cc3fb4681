//! The lettings of the site from before its apps were split, whose tables had other names.

use module_api::MigrationFuture;
use module_api::db::{Transaction, continue_sequence, query, table_exists};

/// Copies the addresses and lettings of the old tables, if there are some, into the new ones, which
/// were just made. The old ones stay as they are.
pub(crate) fn copy(transaction: &mut Transaction) -> MigrationFuture<'_> {
    Box::pin(async move {
        if table_exists("oc_lettings_site_address", &mut *transaction).await? {
            query(
                "INSERT INTO lettings_address \
                 (id, number, street, city, state, zip_code, country_iso_code) \
                 SELECT id, number, street, city, state, zip_code, country_iso_code \
                 FROM oc_lettings_site_address",
            )
            .execute(&mut *transaction)
            .await?;
            continue_sequence("lettings_address", &mut *transaction).await?;
        }
        if table_exists("oc_lettings_site_letting", &mut *transaction).await? {
            query(
                "INSERT INTO lettings_letting (id, title, address_id) \
                 SELECT id, title, address_id FROM oc_lettings_site_letting",
            )
            .execute(&mut *transaction)
            .await?;
            continue_sequence("lettings_letting", &mut *transaction).await?;
        }
        Ok(())
    })
}
