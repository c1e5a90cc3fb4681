//! Deletes expired rows, a few at each insert of new ones, so that they do not accumulate.

use module_api::db::{DatabaseKind, DbError, Transaction, Value, query};
use module_api::sqlx::AssertSqlSafe;

/// A table whose rows expire.
pub(crate) struct Expiring {
    pub(crate) table: &'static str,
    /// The column of the primary key.
    pub(crate) key: &'static str,
    /// The column with the moment after which a row expires.
    pub(crate) moment: &'static str,
    /// The number of rows deleted at once: more than are inserted meanwhile.
    pub(crate) at_once: i64,
}

impl Expiring {
    /// Deletes some of the rows whose moment is not after `expiry`, the oldest first.
    pub(crate) async fn clear(
        &self,
        expiry: impl Into<Value>,
        on: &mut Transaction,
    ) -> Result<(), DbError> {
        let Self { table, key, moment, at_once } = self;
        let lock = match on.kind() {
            DatabaseKind::Sqlite => "",
            // Two concurrent transactions would otherwise wait for each other.
            DatabaseKind::Postgres => "FOR UPDATE SKIP LOCKED",
        };
        let delete = format!(
            "DELETE FROM {table} WHERE {key} IN \
             (SELECT {key} FROM {table} WHERE {moment} <= $1 ORDER BY {moment} LIMIT $2 {lock})"
        );
        query(AssertSqlSafe(delete)).bind(expiry).bind(*at_once).execute(on).await.map(drop)
    }
}
