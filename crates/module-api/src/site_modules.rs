//! The modules of the site, for pages that show them to its operators.

use std::fmt;

use crate::model::ModelInfo;
use crate::{Error, MigrationId};

/// All modules that are linked into the program, active or not. The host manages it.
///
/// ```
/// use module_api::rocket::{State, get};
/// use module_api::{Error, SiteModules};
///
/// #[get("/missing-migrations")]
/// async fn missing(site: &State<SiteModules>) -> Result<String, Error> {
///     let missing = site.migrations().await?.into_iter().filter(|migration| !migration.applied);
///     Ok(missing.map(|migration| format!("{}\n", migration.id)).collect())
/// }
/// ```
pub struct SiteModules {
    modules: Vec<SiteModule>,
    ledger: Box<dyn MigrationLedger>,
}

/// A linked module as the site runs it.
///
/// ```
/// use module_api::SiteModules;
/// # use module_api::host::MigrationLedger;
/// # use module_api::{Error, MigrationStatus, SiteModule};
///
/// fn active(site: &SiteModules) -> String {
///     let active = site.all().iter().filter(|module| module.active);
///     active.map(|module| format!("{} at {}\n", module.title, module.mount)).collect()
/// }
/// # struct Ledger;
/// # #[module_api::rocket::async_trait]
/// # impl MigrationLedger for Ledger {
/// #     async fn migrations(&self) -> Result<Vec<MigrationStatus>, Error> {
/// #         Ok(Vec::new())
/// #     }
/// # }
/// # let module = |name: &'static str, active| SiteModule {
/// #     name, title: name.to_uppercase(), version: "1.2.0", mount: format!("/{name}"), active,
/// #     requires: &[], uses: &[], models: Vec::new(),
/// # };
/// # let site = SiteModules::new(vec![module("guests", true), module("shop", false)], Ledger);
///
/// assert_eq!(active(&site), "GUESTS at /guests\n");
/// ```
#[derive(Debug, Clone)]
pub struct SiteModule {
    /// The name.
    pub name: &'static str,
    /// The title for people.
    pub title: String,
    /// The version.
    pub version: &'static str,
    /// The mount, even if it is not active.
    pub mount: String,
    /// `true` if it is active in the running site.
    pub active: bool,
    /// The modules it depends on.
    pub requires: &'static [&'static str],
    /// The modules of its optional dependencies.
    pub uses: &'static [&'static str],
    /// The models.
    pub models: Vec<&'static ModelInfo>,
}

/// A migration, and whether it is applied.
///
/// Returned by [`SiteModules::migrations`]: see [`SiteModules`] for an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The module and the name. Migrations of the host have the module `host`.
    pub id: MigrationId,
    /// `true` if it is applied to the site's database.
    pub applied: bool,
    /// `true` if a linked module or the host has its file. A migration that was applied once and
    /// has no file is harmless.
    pub has_file: bool,
}

/// The source of applied migrations: the host.
#[rocket::async_trait]
pub trait MigrationLedger: Send + Sync {
    /// All migrations of the host and the linked modules, those of a module in order, and applied
    /// migrations that belong to no linked module.
    ///
    /// # Errors
    ///
    /// The database is out of reach.
    async fn migrations(&self) -> Result<Vec<MigrationStatus>, Error>;
}

impl SiteModules {
    /// The modules of a site, and the source of their migrations.
    pub fn new(modules: Vec<SiteModule>, ledger: impl MigrationLedger + 'static) -> Self {
        Self { modules, ledger: Box::new(ledger) }
    }

    /// The active modules in the order in which they start, then the others by name.
    pub fn all(&self) -> &[SiteModule] {
        &self.modules
    }

    /// All migrations in their current state: see [`MigrationLedger::migrations`].
    ///
    /// # Errors
    ///
    /// The database is out of reach.
    pub async fn migrations(&self) -> Result<Vec<MigrationStatus>, Error> {
        self.ledger.migrations().await
    }
}

impl fmt::Debug for SiteModules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SiteModules").field("modules", &self.modules).finish_non_exhaustive()
    }
}
