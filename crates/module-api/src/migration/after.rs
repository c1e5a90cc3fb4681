//! The hook of a module that is called after `migrate`.

use crate::ModuleFuture;
use crate::db::Db;

/// The hook called after every `migrate` run, for example to synchronize rows with the linked
/// modules, which no migration can know.
///
/// It is called by `migrate`, and by a start that migrates. All migrations of the module are
/// applied, and no other process migrates at the same time. It begins its own transactions. If there
/// is nothing to do, it should run no more than a query or two.
///
/// ```
/// use module_api::db::{Db, query};
/// use module_api::model::Models;
/// use module_api::{AfterMigrate, ModuleFuture, Module};
///
/// /// Has a row for each model of the site.
/// fn note_models(db: &Db) -> ModuleFuture<'_> {
///     Box::pin(async move {
///         let known = query("SELECT label AS value FROM census_model");
///         let known = known.fetch_all::<(String,)>(&mut db.acquire().await?).await?;
///         let is_new = |label: &&str| !known.iter().any(|(known,)| known == label);
///         let new: Vec<&str> = Models::of(db).iter().map(|m| m.label).filter(is_new).collect();
///         if new.is_empty() {
///             return Ok(());
///         }
///         let mut transaction = db.begin().await?;
///         for label in new {
///             let insert = query("INSERT INTO census_model (label) VALUES ($1)");
///             insert.bind(label).execute(&mut transaction).await?;
///         }
///         Ok(transaction.commit().await?)
///     })
/// }
///
/// struct Census;
/// impl Module for Census {
///     fn name(&self) -> &'static str {
///         "census"
///     }
///
///     fn after_migrate(&self) -> Option<AfterMigrate> {
///         Some(note_models)
///     }
/// }
/// ```
pub type AfterMigrate = for<'a> fn(&'a Db) -> ModuleFuture<'a>;
