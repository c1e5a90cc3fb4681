//! Small modules, and plans made of them.

use std::borrow::Cow;
use std::path::PathBuf;

use host::{Plan, Registry, Settings, Site};
use module_api::host::Registration;
use module_api::model::ModelInfo;
use module_api::{
    Check, Configure, Files, MigrationCode, Module, NavigationItem, Problem, SettingsSchema,
};
use rocket::figment::Figment;
use rocket::figment::providers::{Format, Toml};
use rocket::{Catcher, Route};

/// A site without files of its own.
pub(crate) const SITE: Site = Site::new("test-site", "1.0.0");

/// A module made of values.
#[derive(Clone)]
pub(crate) struct Small {
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
    pub(crate) requires: &'static [&'static str],
    pub(crate) uses: &'static [&'static str],
    pub(crate) mount: Option<&'static str>,
    pub(crate) routes: fn() -> Vec<Route>,
    pub(crate) catchers: fn() -> Vec<Catcher>,
    pub(crate) templates: &'static [(&'static str, &'static [u8])],
    pub(crate) assets: &'static [(&'static str, &'static [u8])],
    pub(crate) migrations: &'static [(&'static str, &'static [u8])],
    pub(crate) models: &'static [&'static ModelInfo],
    pub(crate) migration_code: fn() -> Vec<MigrationCode>,
    pub(crate) navigation: Option<&'static str>,
    pub(crate) settings: SettingsSchema,
    pub(crate) checks: &'static [Check],
    pub(crate) commands: &'static [&'static str],
    pub(crate) configure: fn(Configure) -> Configure,
}

impl Small {
    /// A module with that name and nothing else.
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            package: "small",
            requires: &[],
            uses: &[],
            mount: None,
            routes: Vec::new,
            catchers: Vec::new,
            templates: &[],
            assets: &[],
            migrations: &[],
            models: &[],
            migration_code: Vec::new,
            navigation: None,
            settings: SettingsSchema::none(),
            checks: &[],
            commands: &[],
            configure: |configure| configure,
        }
    }
}

impl Module for Small {
    fn name(&self) -> &'static str {
        self.name
    }

    fn requires(&self) -> &'static [&'static str] {
        self.requires
    }

    fn uses(&self) -> &'static [&'static str] {
        self.uses
    }

    fn mount(&self) -> Cow<'static, str> {
        self.mount.map_or_else(|| format!("/{}", self.name).into(), Cow::Borrowed)
    }

    fn routes(&self) -> Vec<Route> {
        (self.routes)()
    }

    fn catchers(&self) -> Vec<Catcher> {
        (self.catchers)()
    }

    fn templates(&self) -> Files {
        Files::inline(self.templates)
    }

    fn assets(&self) -> Files {
        Files::inline(self.assets)
    }

    fn migrations(&self) -> Files {
        Files::inline(self.migrations)
    }

    fn models(&self) -> Vec<&'static ModelInfo> {
        self.models.to_vec()
    }

    fn migration_code(&self) -> Vec<MigrationCode> {
        (self.migration_code)()
    }

    fn navigation(&self) -> Vec<NavigationItem> {
        self.navigation.map(|route| NavigationItem::new(self.name, route)).into_iter().collect()
    }

    fn settings(&self) -> SettingsSchema {
        self.settings
    }

    fn checks(&self) -> Vec<Check> {
        self.checks.to_vec()
    }

    fn commands(&self) -> Vec<module_api::Command> {
        let command = |name: &&'static str| {
            module_api::Command::new(clap::Command::new(*name), |_, _| Box::pin(async { Ok(()) }))
        };
        self.commands.iter().map(command).collect()
    }

    fn configure(&self, configure: Configure) -> Configure {
        (self.configure)(configure)
    }
}

/// A registry of these modules.
pub(crate) fn registry(modules: &[Small]) -> Registry {
    let register = |module: &Small| {
        let module: &'static Small = Box::leak(Box::new(module.clone()));
        Registration::new(module, module.package, "1.0.0")
    };
    Registry::new(modules.iter().map(register).collect())
}

/// The settings in a `Rocket.toml` with this content, in a folder of its own.
pub(crate) fn settings(toml: &str) -> Settings {
    let figment =
        Figment::from(rocket::Config::default()).merge(Toml::string(toml).nested()).select("local");
    let root = PathBuf::from("/nonexistent");
    Settings::from_figment(figment, root).expect("the host's own settings can be read")
}

/// The plan of these modules under these settings.
pub(crate) fn plan(modules: &[Small], toml: &str) -> Result<Plan, Vec<Problem>> {
    SITE.modules(registry(modules)).plan(&settings(toml))
}

/// The problems of these modules under these settings, in the form `id message`.
pub(crate) fn problems(modules: &[Small], toml: &str) -> Vec<String> {
    match plan(modules, toml) {
        Ok(plan) => panic!("no problems, but {} active modules", plan.active().count()),
        Err(problems) => problems.iter().map(|p| format!("{} {}", p.id, p.message)).collect(),
    }
}

/// The only problem of these modules, with the modules it names.
pub(crate) fn only_problem(modules: &[Small], toml: &str) -> Problem {
    let mut problems = match plan(modules, toml) {
        Ok(plan) => panic!("no problems, but {} active modules", plan.active().count()),
        Err(problems) => problems,
    };
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

/// The names of the active modules of a plan, in their order.
pub(crate) fn active(plan: &Plan) -> Vec<&'static str> {
    plan.active().map(host::PlannedModule::name).collect()
}
