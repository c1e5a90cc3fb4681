//! The plan of the site: active modules, their order, their mounts, and all that they add. It is
//! complete before anything is opened, and all later steps read it.

mod admin;
mod admin_extensions;
mod catchers;
mod commands;
mod configuration;
mod database_settings;
mod host_parts;
mod json_addresses;
mod literal_names;
pub(crate) mod mail_settings;
mod migrations;
mod models;
mod module_settings;
mod mounts;
mod navigation;
mod routes;
mod sections;
mod selection;
mod site_settings;
mod state;

use std::collections::BTreeSet;
use std::sync::Arc;

use ::migrate::{LinkedModule, MigrationGraph};
use module_api::admin::RegisteredModels;
use module_api::host::{AttachedFairing, ManagedState};
use module_api::model::Models;
use module_api::{CheckContext, Command, Configure, Module, Problem, Severity, Urls};
use rocket::Catcher;

pub use routes::PlannedRoute;

pub(crate) use host_parts::{HostParts, ManagedType};
pub(crate) use migrations::{migrations_of_site, own_migrations};
pub(crate) use sections::PlannedSections;

use crate::assets::Catalog;
use crate::json_errors::JsonAddresses;
use crate::planned::{PlannedItem, PlannedModule, PlannedModules};
use crate::settings::Settings;
use crate::site::Site;
use crate::templates;
use crate::templates::TemplateSet;

/// The plan of a site, made by [`Site::plan`](crate::Site::plan) as in the example of this crate.
///
/// ```
/// use host::{Registry, Settings, Site};
/// use module_api::Module;
/// use module_api::host::Registration;
/// use module_api::rocket::{Route, get, routes};
///
/// struct Hello;
/// impl Module for Hello {
///     fn name(&self) -> &'static str {
///         "hello"
///     }
///
///     fn routes(&self) -> Vec<Route> {
///         routes![greeting]
///     }
/// }
///
/// #[get("/<name>")]
/// fn greeting(name: &str) -> String {
///     format!("Hello, {name}!")
/// }
///
/// let registry = Registry::new(vec![Registration::new(&Hello, "hello", "1.0.0")]);
/// let plan = Site::new("hello", "1.0.0").modules(registry).plan(&Settings::default()).unwrap();
/// assert_eq!(plan.modules.named("hello").unwrap().mount, "/hello");
/// let is_greeting = |name: &Option<String>| name.as_deref() == Some("hello:greeting");
/// let route = plan.routes.iter().find(|route| is_greeting(&route.name)).unwrap();
/// assert_eq!(route.pattern.to_string(), "/hello/<name>/");
/// ```
pub struct Plan {
    /// All linked modules.
    pub modules: PlannedModules,
    /// The routes of the active modules and the host.
    pub routes: Vec<PlannedRoute>,
    /// Warnings, which do not keep the site from starting.
    pub warnings: Vec<Problem>,
    pub(crate) site: Site,
    pub(crate) catchers: Vec<Catcher>,
    pub(crate) fairings: Vec<(&'static str, AttachedFairing)>,
    pub(crate) state: Vec<ManagedState>,
    pub(crate) templates: TemplateSet,
    pub(crate) sections: PlannedSections,
    pub(crate) json_addresses: JsonAddresses,
    pub(crate) assets: Arc<Catalog>,
    pub(crate) navigation: Vec<PlannedItem>,
    pub(crate) migrations: MigrationGraph,
    pub(crate) models: Arc<Models>,
    pub(crate) registered_models: RegisteredModels,
    pub(crate) commands: Vec<Command>,
    pub(crate) urls: Urls,
}

impl Plan {
    /// Plans a site with these settings and the parts of the host.
    ///
    /// # Errors
    ///
    /// All problems, warnings included.
    pub(crate) fn new(
        site: &Site,
        settings: &Settings,
        host: HostParts,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let registry = site.registry();
        let modules = selection::select(&registry, settings, &mut problems);
        site_settings::check(settings, &mut problems);
        database_settings::check(settings, &mut problems);
        problems.extend(mail_settings::mailer(settings).err().unwrap_or_default());
        module_settings::validate(&modules, settings, &mut problems);
        let modules = mounts::place(modules, settings, &mut problems);

        let mut parts = configuration::ask(&modules, settings);
        let routes =
            routes::collect(&modules, (host.routes, host.pages), &mut parts, &mut problems);
        let all_names = routes::names_of_linked(&modules, &routes);
        let catchers = catchers::collect(&modules, &mut parts, &mut problems);
        let urls = Urls::new(routes.iter().filter_map(PlannedRoute::address));
        let json_addresses = json_addresses::collect(&modules, &mut problems);
        let navigation = navigation::resolve(&modules, &urls, &mut problems);
        let (fairings, state) = state::collect(&modules, host.managed, parts, &mut problems);
        let assets = Catalog::collect(&modules, site, &mut problems);
        let templates = TemplateSet::collect(&modules, site, settings, &mut problems);
        let names = templates::Names { routes: &all_names, assets: &assets, modules: &modules };
        templates::check(&templates, &names, &mut problems);
        let sections = sections::collect(&modules, &templates, &mut problems);
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
        let searched = admin::searched(&registered_models);
        let commands = commands::collect(&modules, host.commands, &mut problems);
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
            sections,
            json_addresses,
            assets: Arc::new(assets),
            navigation,
            models: Arc::new(models.with_searched(searched).with_renamed(migrations.renames())),
            migrations,
            registered_models,
            commands,
            urls,
        })
    }

    /// All linked modules, for commands that name one.
    pub(crate) fn linked(&self) -> Vec<LinkedModule> {
        let linked =
            |planned: &PlannedModule| LinkedModule { name: planned.name(), active: planned.active };
        self.modules.iter().map(linked).collect()
    }

    /// Returns the active modules, in the order in which they start.
    pub(crate) fn active_modules(&self) -> Vec<&'static dyn Module> {
        self.active().map(|planned| planned.registration.module).collect()
    }

    /// The active modules, in the order in which they start.
    pub fn active(&self) -> impl Iterator<Item = &PlannedModule> {
        self.modules.active()
    }
}

/// Runs the checks of the active modules.
fn check_by_modules(modules: &PlannedModules, settings: &Settings, problems: &mut Vec<Problem>) {
    let names: BTreeSet<&'static str> = modules.active().map(PlannedModule::name).collect();
    let context = CheckContext { figment: &settings.figment, modules: &names };
    for module in modules.active() {
        for check in module.registration.module.checks() {
            let found = check(&context).into_iter();
            problems.extend(found.map(|problem| {
                if problem.modules.is_empty() { problem.module(module.name()) } else { problem }
            }));
        }
    }
}

/// The results of the modules' `configure` hooks.
struct Parts(Vec<(&'static str, Configure)>);
