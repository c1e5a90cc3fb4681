//! What the site will be: which modules are active, in which order, at which mounts, and what
//! each of them brings. Complete before anything is opened, and read by everything after it.

mod admin;
mod catchers;
mod commands;
mod configuration;
mod database_settings;
mod linking;
mod literal_names;
pub(crate) mod mail_settings;
mod migrations;
mod models;
mod module_settings;
mod mounts;
mod navigation;
mod overlap;
mod routes;
mod selection;
mod site_settings;
mod state;
mod statements;

use std::any::TypeId;
use std::collections::BTreeSet;
use std::sync::Arc;

use module_api::admin::RegisteredModels;
use module_api::model::Models;
use module_api::{
    AttachedFairing, CheckContext, Command, Configure, ManagedState, Problem, Registration,
    Severity, Urls,
};
use rocket::Catcher;
use rocket::figment::Figment;

pub use routes::PlannedRoute;

pub(crate) use migrations::{
    Direction, HOST, MigrationGraph, PlannedMigration, SITE, is_no_module, migrations_of_site,
    own_migrations,
};
pub(crate) use navigation::PlannedItem;
pub(crate) use statements::{Statement, statements};

use crate::assets::Catalog;
use crate::templates::TemplateSet;
use crate::{Registry, Settings, Site, templates};

/// The plan of a site.
pub struct Plan {
    /// All linked modules: the active ones in the order in which they start, then the others by
    /// name.
    pub modules: Vec<PlannedModule>,
    /// The routes of the active modules and the host.
    pub routes: Vec<PlannedRoute>,
    /// What is worth knowing, but does not keep the site from starting.
    pub warnings: Vec<Problem>,
    pub(crate) site: Site,
    pub(crate) catchers: Vec<Catcher>,
    pub(crate) fairings: Vec<(&'static str, AttachedFairing)>,
    pub(crate) state: Vec<ManagedState>,
    pub(crate) templates: TemplateSet,
    pub(crate) assets: Arc<Catalog>,
    pub(crate) navigation: Vec<PlannedItem>,
    pub(crate) migrations: MigrationGraph,
    pub(crate) models: Arc<Models>,
    pub(crate) registered_models: RegisteredModels,
    pub(crate) commands: Vec<Command>,
    pub(crate) urls: Urls,
}

/// A linked module and its place in the plan.
#[derive(Debug, Clone)]
pub struct PlannedModule {
    /// The module as it was registered.
    pub registration: Registration,
    /// Whether it takes part in the running site.
    pub active: bool,
    /// Where it is mounted, without a `/` at the end unless it is `/` itself.
    pub mount: String,
    pub(crate) section: Figment,
}

impl PlannedModule {
    /// The module's name.
    pub fn name(&self) -> &'static str {
        self.registration.module.name()
    }

    /// Whether it names another module as one that it requires or uses.
    pub(crate) fn knows(&self, other: &str) -> bool {
        let module = self.registration.module;
        self.name() == other || module.requires().contains(&other) || module.uses().contains(&other)
    }
}

impl Plan {
    /// Plans a site of these modules with these settings.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, warnings included.
    pub fn new(
        registry: &Registry,
        site: &Site,
        settings: &Settings,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let modules = selection::select(registry, settings, &mut problems);
        site_settings::check(settings, &mut problems);
        database_settings::check(settings, &mut problems);
        problems.extend(mail_settings::mailer(settings).err().unwrap_or_default());
        module_settings::validate(&modules, settings, &mut problems);
        let modules = mounts::place(modules, settings, &mut problems);

        let mut parts = configuration::ask(&modules, settings);
        let routes = routes::collect(&modules, settings, &mut parts, &mut problems);
        let all_names = routes::names_of_linked(&modules, &routes);
        let catchers = catchers::collect(&modules, &mut parts, &mut problems);
        let urls = Urls::new(routes.iter().filter_map(PlannedRoute::address));
        let navigation = navigation::resolve(&modules, &urls, &mut problems);
        let (fairings, state) = state::collect(&modules, parts, &mut problems);
        let assets = Catalog::collect(&modules, site, &mut problems);
        let templates = TemplateSet::collect(&modules, site, settings, &mut problems);
        let names = templates::Names { routes: &all_names, assets: &assets, modules: &modules };
        templates::check(&templates, &names, &mut problems);
        literal_names::check(
            registry.literal_names(),
            &modules,
            &all_names,
            &templates,
            &mut problems,
        );
        let migrations = migrations::collect(&modules, site, &mut problems);
        let models = models::collect(&modules, &mut problems);
        let registered_models = admin::collect(&modules, &models, &mut problems);
        let commands = commands::collect(&modules, &mut problems);
        check_by_modules(&modules, settings, &mut problems);

        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(problems);
        }
        Ok(Self {
            site: site.clone(),
            modules,
            routes,
            warnings: problems,
            catchers,
            fairings,
            state,
            templates,
            assets: Arc::new(assets),
            navigation,
            migrations,
            models: Arc::new(models),
            registered_models,
            commands,
            urls,
        })
    }

    /// The active modules, in the order in which they start.
    pub fn active(&self) -> impl Iterator<Item = &PlannedModule> {
        active(&self.modules)
    }
}

/// The active ones among some modules.
fn active(modules: &[PlannedModule]) -> impl Iterator<Item = &PlannedModule> {
    modules.iter().filter(|module| module.active)
}

/// Runs the checks of the active modules.
fn check_by_modules(modules: &[PlannedModule], settings: &Settings, problems: &mut Vec<Problem>) {
    let names: BTreeSet<&'static str> = active(modules).map(PlannedModule::name).collect();
    let context = CheckContext { figment: &settings.figment, modules: &names };
    for module in active(modules) {
        for check in module.registration.module.checks() {
            let found = check(&context).into_iter();
            problems.extend(found.map(|problem| {
                if problem.modules.is_empty() { problem.module(module.name()) } else { problem }
            }));
        }
    }
}

/// What the modules' hooks to configure Rocket asked for.
struct Parts(Vec<(&'static str, Configure)>);

/// A type of which Rocket manages the one value.
struct Managed {
    owner: &'static str,
    type_id: TypeId,
    type_name: &'static str,
}
