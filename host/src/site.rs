//! A site: its name, settings and files, besides its modules.

use module_api::{Files, MigrationCode};

use crate::registry::Registry;

/// A site: the program that serves the linked modules.
///
/// All properties but the name and the version have defaults: a site without files has the host's
/// plain layout and error pages. [`site!`](crate::site) takes name and version from the package.
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
    /// Creates a site of the linked modules. `name` and `version` are those of its package, for error
    /// reports and metrics.
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

    /// Sets the site's templates: its layout `base`, its error pages, and overrides of modules'
    /// templates. Those in the folder `templates/` where the site runs take precedence.
    pub const fn templates(mut self, templates: Files) -> Self {
        self.templates = templates;
        self
    }

    /// Sets the site's assets, served at `/static/site/…`: `asset("site/style.css")`. An asset in a
    /// folder named `host` or like an active module overrides the asset of that name there:
    /// `host/favicon.svg`.
    pub const fn assets(mut self, assets: Files) -> Self {
        self.assets = assets;
        self
    }

    /// Sets the site's migrations, recorded under the module name `site`. One that depends on an
    /// inactive module is left out until that is active.
    pub const fn migrations(mut self, migrations: Files) -> Self {
        self.migrations = migrations;
        self
    }

    /// Sets the code of the site's migrations.
    pub fn migration_code(mut self, code: Vec<MigrationCode>) -> Self {
        self.migration_code = code;
        self
    }

    /// Sets the modules, in place of the linked ones.
    pub fn modules(mut self, modules: Registry) -> Self {
        self.modules = Some(modules);
        self
    }

    /// The modules of the site.
    pub fn registry(&self) -> Registry {
        self.modules.clone().unwrap_or_else(Registry::linked)
    }
}

/// Creates the [`Site`] of the current package: with its name, its version, and the commit in the
/// environment variable `GIT_REVISION` of the build.
#[macro_export]
macro_rules! site {
    () => {
        $crate::Site::new(::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION"))
            .revision(::core::option_env!("GIT_REVISION"))
    };
}
