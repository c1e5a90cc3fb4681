//! Gauges of a module, for monitoring.

use crate::ModuleFuture;
use crate::db::Db;

/// A gauge: a number that can go up and down, exported at `/metrics`.
///
/// ```
/// use module_api::db::{Db, query};
/// use module_api::{Gauge, ModuleFuture, Module};
///
/// fn entries(db: &Db) -> ModuleFuture<'_, f64> {
///     Box::pin(async move {
///         let mut connection = db.acquire().await?;
///         let count = query("SELECT count(*) AS value FROM guests_entry");
///         let (count,): (i64,) = count.fetch_one(&mut connection).await?;
///         Ok(count as f64)
///     })
/// }
///
/// struct Guests;
/// impl Module for Guests {
///     fn name(&self) -> &'static str {
///         "guests"
///     }
///
///     fn gauges(&self) -> Vec<Gauge> {
///         vec![Gauge { name: "entries", help: "Entries in the guest book.", value: entries }]
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Gauge {
    /// The name, without the module's: `entries` is shown as `guests_entries`.
    pub name: &'static str,
    /// The description, with the unit.
    pub help: &'static str,
    /// Reads the number. It is called at each request for `/metrics`.
    pub value: for<'a> fn(&'a Db) -> ModuleFuture<'a, f64>,
}
