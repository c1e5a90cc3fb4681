//! Migrations that are Rust code.

use super::MigrationId;
use crate::ModuleFuture;
use crate::db::Transaction;
use std::fmt;

/// The code of a migration: a function of the transaction that it runs in.
///
/// See [`MigrationCode`] for an example.
pub type MigrationFunction = for<'a> fn(&'a mut Transaction) -> ModuleFuture<'a>;

/// A migration, or a part of one, that is Rust code: for moving data.
///
/// If the module has a file of the same name, the code runs after its SQL and in the same
/// transaction; on the way down, before it. Otherwise the code is the whole migration. It never
/// runs for a migration that was only recorded.
///
/// ```
/// use module_api::db::{Transaction, query};
/// use module_api::{MigrationCode, ModuleFuture};
///
/// fn trim_titles(transaction: &mut Transaction) -> ModuleFuture<'_> {
///     Box::pin(async move {
///         query("UPDATE hello SET title = trim(title)").execute(transaction).await?;
///         Ok(())
///     })
/// }
///
/// let code = MigrationCode::new("0002_trim_titles", trim_titles)
///     .down(MigrationCode::nothing)
///     .depends("accounts", "0001_initial");
/// assert_eq!(code.name(), "0002_trim_titles");
/// ```
#[derive(Clone)]
pub struct MigrationCode {
    pub(super) name: String,
    pub(super) up: MigrationFunction,
    pub(super) down: Option<MigrationFunction>,
    pub(super) depends: Vec<MigrationId>,
    pub(super) before: Vec<MigrationId>,
}

impl MigrationCode {
    /// The code of the migration with that name: four digits, `_` and a name, as for files.
    pub fn new(name: impl Into<String>, up: MigrationFunction) -> Self {
        Self { name: name.into(), up, down: None, depends: Vec::new(), before: Vec::new() }
    }

    /// Sets the function that unapplies the migration. Without it, the migration cannot be
    /// unapplied.
    pub fn down(mut self, down: MigrationFunction) -> Self {
        self.down = Some(down);
        self
    }

    /// Adds a migration of another module that has to be applied before this one.
    pub fn depends(mut self, module: &str, name: &str) -> Self {
        self.depends.push(MigrationId::new(module, name));
        self
    }

    /// Adds a migration of another module that must not be applied before this one. That module
    /// need not be active.
    pub fn before(mut self, module: &str, name: &str) -> Self {
        self.before.push(MigrationId::new(module, name));
        self
    }

    /// The migration's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the function that applies it.
    pub fn up_function(&self) -> MigrationFunction {
        self.up
    }

    /// Returns the function that unapplies it, if there is one.
    pub fn down_function(&self) -> Option<MigrationFunction> {
        self.down
    }

    /// A function that does nothing, for one direction of a migration.
    ///
    /// ```
    /// use module_api::MigrationCode;
    ///
    /// let code = MigrationCode::new("0002_later", MigrationCode::nothing);
    /// assert!(code.down_function().is_none());
    /// assert!(code.down(MigrationCode::nothing).down_function().is_some());
    /// ```
    pub fn nothing(_: &mut Transaction) -> ModuleFuture<'_> {
        Box::pin(async { Ok(()) })
    }
}

impl fmt::Debug for MigrationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MigrationCode")
            .field("name", &self.name)
            .field("has_down", &self.down.is_some())
            .field("depends", &self.depends)
            .field("before", &self.before)
            .finish_non_exhaustive()
    }
}
