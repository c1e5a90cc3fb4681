//! The profiles of the site from before its apps were split, whose tables had other names.

use module_api::MigrationFuture;
use module_api::db::{Transaction, continue_sequence, query, table_exists};

/// Copies the profiles of the old table, if there is one, into the new one, which was just made.
/// The old one stays as it is.
pub(crate) fn copy(transaction: &mut Transaction) -> MigrationFuture<'_> {
    Box::pin(async move {
        if table_exists("oc_lettings_site_profile", &mut *transaction).await? {
            query(
                "INSERT INTO profiles_profile (id, favorite_city, user_id) \
                 SELECT id, favorite_city, user_id FROM oc_lettings_site_profile",
            )
            .execute(&mut *transaction)
            .await?;
            continue_sequence("profiles_profile", &mut *transaction).await?;
        }
        Ok(())
    })
}
