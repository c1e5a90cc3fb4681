//! Health checks of modules.

use crate::ModuleFuture;
use crate::db::Db;

/// A function that checks whether a module can do its work.
///
/// `/readyz` calls those of all active modules, at most once a second, each with a timeout of two
/// seconds. While one fails, a router in front of the site sends no visitors to this replica: fail
/// for what another replica could do better, not for an outage that all share. The response names
/// the module; the error is logged.
///
/// ```
/// use module_api::db::{Db, query};
/// use module_api::{Health, ModuleFuture, Module};
///
/// fn the_book_can_be_read(db: &Db) -> ModuleFuture<'_> {
///     Box::pin(async move {
///         let mut connection = db.acquire().await?;
///         query("SELECT id FROM guests_entry LIMIT 1").execute(&mut connection).await?;
///         Ok(())
///     })
/// }
///
/// struct Guests;
/// impl Module for Guests {
///     fn name(&self) -> &'static str {
///         "guests"
///     }
///
///     fn health(&self) -> Option<Health> {
///         Some(the_book_can_be_read)
///     }
/// }
/// ```
pub type Health = for<'a> fn(&'a Db) -> ModuleFuture<'a>;
