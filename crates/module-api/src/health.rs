//! Health checks of modules.

use crate::ModuleFuture;
use crate::db::Db;

/// A function that finds out whether a module can do its work.
///
/// The address `/readyz` asks all active modules, at most once a second and each for two seconds at
/// most. A router in front of the site sends no visitors to it while one fails: so fail for what
/// another replica could do better, not for what the whole world has to wait for. The answer names
/// the module; why it failed is logged.
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
