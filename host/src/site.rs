//! A site: its name, settings and files, beside its modules.

use module_api::{Files, MigrationCode};

use crate::registry::Registry;

/// A site: the program that serves the linked modules.
///
/// Everything but the name and the version has a default: a site without files has the host's plain
/// layout and error pages. [`site!`](crate::site) takes name and version from the package.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     host::site!().run()
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Site {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) revision: Option<&'static str>,
    pub(crate) settings: &'static str,
    pub(crate) templates: Files,
    pub(crate) assets: Files,
    pub(crate) migrations: Files,
    pub(crate) migration_code: Vec<MigrationCode>,
    pub(crate) modules: Option<Registry>,
}

impl Site {
    /// A site of the linked modules. `name` and `version` are those of its package: error reports and
    /// metrics bear them.
    pub const fn new(name: &'static str, version: &'static str) -> Self {
        Self {
            name,
            version,
            revision: None,
            settings: "",
            templates: Files::none(),
            assets: Files::none(),
            migrations: Files::none(),
            migration_code: Vec::new(),
            modules: None,
        }
    }

    /// Sets the commit of the build, for error reports and metrics.
    pub const fn revision(mut self, revision: Option<&'static str>) -> Self {
        self.revision = revision;
        self
    }

    /// Sets the site's defaults of all settings: the text of a `Rocket.toml` with profiles. A
    /// `Rocket.toml` on disk and the environment override them.
    pub const fn settings(mut self, rocket_toml: &'static str) -> Self {
        self.settings = rocket_toml;
        self
    }

    /// Sets the site's templates: its layout `base`, its error pages, and any template of a module
    /// that it overrides. Those in the folder `templates/` where the site runs win over them.
    pub const fn templates(mut self, templates: Files) -> Self {
        self.templates = templates;
        self
    }

    /// Sets the site's assets, served at `/static/site/…`: `asset("site/style.css")`. One in a folder
    /// that is called `host` or as an active module replaces the asset of that name there:
    /// `host/favicon.svg`.
    pub const fn assets(mut self, assets: Files) -> Self {
        self.assets = assets;
        self
    }

    /// Sets the site's migrations, recorded as those of `site`. One that depends on a module that is
    /// not active waits until it is.
    pub const fn migrations(mut self, migrations: Files) -> Self {
        self.migrations = migrations;
        self
    }

    /// Sets the code of the site's migrations.
    pub fn migration_code(mut self, code: Vec<MigrationCode>) -> Self {
        self.migration_code = code;
        self
    }

    /// Sets the modules, in place of those that are linked.
    pub fn modules(mut self, modules: Registry) -> Self {
        self.modules = Some(modules);
        self
    }

    /// The modules of the site.
    pub fn registry(&self) -> Registry {
        self.modules.clone().unwrap_or_else(Registry::linked)
    }
}

/// The [`Site`] of the package that this is written in: with its name, its version, and the commit
/// in the environment variable `GIT_REVISION` of the build.
#[macro_export]
macro_rules! site {
    () => {
        $crate::Site::new(::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION"))
            .revision(::core::option_env!("GIT_REVISION"))
    };
}
