//! Builds Rocket from the plan.

mod host_state;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use module_api::CookieRules;
use module_api::db::{ConnectionShare, Db, Freshness};
use module_api::host::Templates;
use module_api::{KeptPages, Problem, SecretKey, Section};
use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;
use rocket::http::ContentType;
use rocket::shield::Shield;
use rocket::tokio::time::{MissedTickBehavior, interval};
use rocket::{Build, Ignite, Rocket, tokio};
use rocket_dyn_templates::Template;

use crate::assets::AssetStore;
use crate::boundary;
use crate::connections::{self, Connections};
use crate::database::DatabaseError;
use crate::database::{Purpose, open_for_start};
use crate::error_pages;
use crate::headers::SecurityHeaders;
use crate::health::Readiness;
use crate::kept::{KeepPages, Keeping};
use crate::plan::mail_settings::mailer;
use crate::plan::{Plan, PlannedRoute, PlannedSections};
use crate::planned::PlannedModules;
use crate::reload::{self, Reload};
use crate::sections::{RouteSection, RouteSections};
use crate::settings::Settings;
use crate::site_modules::site_modules;
use crate::templates::{Globals, Renderer, TemplateSet};
use crate::watch::{InFlight, Metrics, Watch};

use host_state::HostState;
pub(crate) use host_state::managed_types;

type Shares = HashMap<&'static str, ConnectionShare>;

/// An error of starting a site.
///
/// Returned by [`boot`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BootError {
    /// The plan or the settings have errors.
    #[error("the site cannot start: {} found", count(.0))]
    Problems(Vec<Problem>),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A module's settings could be read for the plan, but not now.
    #[error("the settings of a module")]
    Settings(#[source] Box<rocket::figment::Error>),
    /// A template cannot be parsed, although the plan could.
    #[error("a template cannot be read")]
    Template(#[from] minijinja::Error),
    /// Rocket failed.
    #[error("{0}")]
    Rocket(String),
    /// The path of this program is unknown.
    #[error("the path of this program cannot be told")]
    Program(#[source] std::io::Error),
}

fn count(problems: &[Problem]) -> String {
    match problems.len() {
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    }
}

/// Opens the database, migrates it if `migrate_on_start` says so, loads demo data into an empty one if the
/// settings say so, and builds Rocket from the plan, ready to launch.
///
/// # Errors
///
/// See [`BootError`].
pub async fn boot(plan: Plan, settings: &Settings) -> Result<Rocket<Ignite>, BootError> {
    let opened = open_for_start(&plan, settings, Purpose::Site).await?;
    assemble(plan, settings, opened.db)?.ignite().await
}

/// Rocket built from the plan, and the conditions that it has to meet when it is ready.
pub(crate) struct Assembled {
    pub(crate) rocket: Rocket<Build>,
    pub(crate) in_flight: Arc<InFlight>,
    routes: Vec<String>,
    catchers: usize,
    with_fairings: BTreeSet<&'static str>,
}

impl Assembled {
    /// Ignites Rocket. It must still have exactly the routes and catchers of the plan: those that a fairing
    /// mounts at ignition escape all checks.
    pub(crate) async fn ignite(self) -> Result<Rocket<Ignite>, BootError> {
        let Self { rocket, routes, catchers, with_fairings, .. } = self;
        let rocket = rocket.ignite().await.map_err(|error| BootError::Rocket(explain(&error)))?;
        let mut unknown: Vec<String> = rocket.routes().map(ToString::to_string).collect();
        unknown.retain(|route| !routes.contains(route));
        if rocket.catchers().count() != catchers {
            unknown.push("catchers".to_owned());
        }
        if unknown.is_empty() {
            return Ok(rocket);
        }
        let names: Vec<String> = with_fairings.iter().map(|name| format!("`{name}`")).collect();
        let message = format!(
            "a fairing of {} mounts {} at ignition, which nobody could check",
            names.join(" or "),
            unknown.join(", "),
        );
        let hint = "mount them with Configure::mount or Configure::register";
        let problem = Problem::error("routes.E009", message).hint(hint);
        let problem = with_fairings.iter().fold(problem, |problem, name| problem.module(*name));
        Err(BootError::Problems(vec![problem]))
    }
}

/// Returns Rocket's message about a failed start, with the names that it omits. Reading the error
/// also keeps it from panicking when it is dropped.
pub(crate) fn explain(error: &rocket::Error) -> String {
    match error.kind() {
        ErrorKind::Bind(cause) => format!(
            "cannot listen: {cause}; set ROCKET_PORT or ROCKET_ADDRESS to another, or stop the \
             program that listens there"
        ),
        ErrorKind::FailedFairings(fairings) => {
            let names: Vec<&str> = fairings.iter().map(|fairing| fairing.name).collect();
            format!("{error}: {}", names.join(", "))
        }
        ErrorKind::SentinelAborts(sentries) => {
            let missing = sentries.iter().map(|sentry| {
                let (file, line, _) = sentry.location;
                format!("`{}` ({file}, line {line})", sentry.type_name)
            });
            let missing = missing.collect::<Vec<_>>().join(", ");
            format!("{error}: handlers ask for what nobody manages: {missing}")
        }
        _ => error.to_string(),
    }
}

/// Ranks the routes: within a module by their own ranks, and those of modules with few routes first. Rocket
/// tries all routes of a method one after another, so that an admin with many would slow down the pages of
/// all others. Between modules ranks are irrelevant, since the plan refuses routes that overlap.
fn in_order_of_asking(mut routes: Vec<PlannedRoute>) -> impl Iterator<Item = PlannedRoute> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for planned in &routes {
        *counts.entry(planned.owner.name()).or_default() += 1;
    }
    routes.sort_by_key(|planned| {
        let owner = planned.owner.name();
        (counts[owner], owner, planned.route.rank)
    });
    (0..).zip(routes).map(|(rank, mut planned)| {
        planned.route.rank = rank;
        planned
    })
}

/// Builds Rocket from the plan, with an open database.
pub(crate) fn assemble(plan: Plan, settings: &Settings, db: Db) -> Result<Assembled, BootError> {
    // All templates are added by the host. The folder that `rocket_dyn_templates` requires may be a file,
    // and this program is sure to exist.
    let program = std::env::current_exe().map_err(BootError::Program)?;
    let figment = settings.figment.clone().merge(("template_dir", program));

    let reload = reload(settings, &plan);
    let contributors = plan.active().map(|module| module.registration.module).collect();
    let assets = Arc::new(AssetStore::new(Arc::clone(&plan.assets)));
    let globals = Globals {
        site_name: settings.site.site_name.clone(),
        navigation: plan.navigation.clone(),
        urls: plan.urls.clone(),
        assets: Arc::clone(&assets),
        modules: plan.active().map(crate::planned::PlannedModule::name).collect(),
    };
    let content_types = content_types(&plan.templates);

    let in_flight = Arc::new(InFlight::default());
    let connections = Arc::new(Connections::new(settings.site.idle_timeout));
    let migrations = Arc::new(plan.migrations);
    let site_modules = site_modules(&plan.modules, Arc::clone(&migrations), (*db).clone());
    let shares = shares(&plan.routes, &plan.sections, &db);
    let for_health = db.for_health();
    let kept_pages = KeptPages::default();
    let keeping = keeping(settings, &plan.modules, &db, kept_pages.clone()).map(Arc::new);
    let metrics = Metrics::new(
        &plan.site,
        settings,
        &plan.modules,
        Arc::clone(&in_flight),
        Arc::clone(&connections),
        keeping.clone(),
    );
    let metrics = metrics.map(Arc::new);
    let shows_causes = cfg!(debug_assertions) && settings.is_local();
    let renderer = Renderer::new(plan.templates, globals, shows_causes)?;
    let engine = renderer.engine().clone();
    let watch =
        Watch::new(settings, Arc::clone(&in_flight), Arc::clone(&connections), metrics.clone());
    let watch = Arc::new(watch);
    let host_state = HostState {
        assets,
        cookie_rules: CookieRules { secure: !settings.is_local() },
        db,
        json_addresses: plan.json_addresses,
        kept_pages,
        mailer: mailer(settings).map_err(BootError::Problems)?,
        metrics: metrics.clone(),
        readiness: Readiness::new(migrations, &plan.modules, Arc::clone(&in_flight), for_health),
        registered_models: plan.registered_models,
        reload: reload.clone(),
        secret_key: secret_key(settings),
        site_modules,
        templates: Templates {
            engine: Box::new(renderer),
            content_types,
            contributors,
            shows_causes,
        },
        urls: plan.urls.clone(),
        watch: Arc::clone(&watch),
    };
    let rocket = rocket::custom(figment).attach(KeepPages);
    let rocket = reload
        .into_iter()
        .fold(rocket, Rocket::attach)
        .attach(watch)
        // Without any policy, in place of the one that Rocket attaches by default.
        .attach(Shield::new())
        .attach(SecurityHeaders::new(settings))
        .attach(tick(metrics))
        .attach(connections::guard(connections))
        .register("/", vec![error_pages::catcher()]);
    let mut rocket = host_state.manage(rocket);
    for module in plan.modules.active() {
        let schema = module.registration.module.settings();
        rocket = schema
            .manage(rocket, &module.section)
            .map_err(|error| BootError::Settings(Box::new(error)))?;
    }
    for state in plan.state {
        rocket = (state.manage)(rocket);
    }
    rocket = rocket.attach(Template::custom(move |engines| engines.minijinja = engine.clone()));

    let limit = request_limit(settings);
    let mut number = 0;
    let wrap = |planned: PlannedRoute| {
        let share = shares[planned.owner_name()].clone();
        number += 1;
        let kept = keeping.as_ref().map(|keeping| keeping.route(number, &planned.route));
        let sections = planned.name.as_ref().and_then(|name| plan.sections.get(name));
        let sections = sections.map(|sections| route_sections(sections, &shares));
        boundary::wrap(planned, limit, share, kept, sections)
    };
    let with_fairings = plan.fairings.iter().map(|(module, _)| *module).collect();
    rocket = rocket
        .mount("/", in_order_of_asking(plan.routes).map(wrap).collect::<Vec<_>>())
        .register("/", plan.catchers.into_iter().map(error_pages::wrap).collect::<Vec<_>>());
    let routes = rocket.routes().map(ToString::to_string).collect();
    let catchers = rocket.catchers().count();
    for (_, fairing) in plan.fairings {
        rocket = (fairing.attach)(rocket);
    }
    Ok(Assembled { rocket, in_flight, routes, catchers, with_fairings })
}

/// The fairing by which pages reload themselves after an edit, if it is enabled.
fn reload(settings: &Settings, plan: &Plan) -> Option<Arc<Reload>> {
    let templates = plan.templates.directories().map(Path::to_path_buf);
    let assets = plan.assets.directories().map(Path::to_path_buf);
    reload::is_on(settings).then(|| Arc::new(Reload::new(templates.chain(assets).collect())))
}

/// A share of the database connections for each owner of routes and sections.
fn shares(routes: &[PlannedRoute], sections: &PlannedSections, db: &Db) -> Shares {
    let of_sections = sections.values().flatten().map(|(module, _)| *module);
    let owners = routes.iter().map(PlannedRoute::owner_name).chain(of_sections);
    let owners: BTreeSet<&str> = owners.collect();
    owners.into_iter().map(|owner| (owner, db.share())).collect()
}

/// The media types of templates that are not HTML, by name.
fn content_types(templates: &TemplateSet) -> BTreeMap<String, ContentType> {
    let of = |name: &str| Some((name.to_owned(), templates.chain(name)[0].content_type()?));
    templates.names().filter_map(of).collect()
}

/// The sections of a route, each with the connections of its module.
fn route_sections(sections: &[(&'static str, Section)], shares: &Shares) -> RouteSections {
    let of = |(module, section): &(&'static str, Section)| RouteSection {
        module,
        section: *section,
        share: shares[module].clone(),
    };
    RouteSections(sections.iter().map(of).collect())
}

/// The timeout of a handler; `None` for no timeout.
fn request_limit(settings: &Settings) -> Option<Duration> {
    match settings.site.request_timeout {
        0 => None,
        seconds => Some(Duration::from_secs(seconds.into())),
    }
}

/// The store of kept pages; `None` if the settings disable it, or commits to the database cannot be
/// observed.
fn keeping(
    settings: &Settings,
    modules: &PlannedModules,
    db: &Db,
    cleared: KeptPages,
) -> Option<Keeping> {
    let mib = settings.site.kept_pages_mib.unwrap_or(if cfg!(debug_assertions) { 0 } else { 16 });
    // A kept page may be compressed, and no script can be added to it.
    let bytes = if reload::is_on(settings) { 0 } else { u64::from(mib) * 1024 * 1024 };
    let active = modules.active();
    let headers = active.filter_map(|module| module.registration.module.page_context_headers());
    let headers: BTreeSet<&'static str> = headers.flatten().copied().collect();
    let shows = settings.is_local();
    (bytes > 0).then(|| {
        Some(Keeping::new(bytes, Freshness::of(db)?, cleared, headers.into_iter().collect(), shows))
    })?
}

/// Returns the key for signatures. In the profile `local` it may be random: signatures are then invalid
/// after a restart.
fn secret_key(settings: &Settings) -> SecretKey {
    settings.site.secret_key.as_deref().map_or_else(SecretKey::random, SecretKey::new)
}

/// The fairing with a timer that ticks as long as the site runs, and aggregates metrics.
///
/// It ticks without metrics, too: a timer that is due before all others makes tokio wake itself, with a
/// write that the next poll reads. The timeout of a request would be such a timer whenever no other request
/// is in progress.
fn tick(metrics: Option<Arc<Metrics>>) -> AdHoc {
    AdHoc::on_liftoff("Tick", move |rocket| {
        let shutdown = rocket.shutdown();
        Box::pin(async move {
            tokio::spawn(async move {
                let mut tick = interval(Duration::from_secs(1));
                tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
                let tidying = async {
                    loop {
                        tick.tick().await;
                        if let Some(metrics) = &metrics {
                            metrics.tidy();
                        }
                    }
                };
                tokio::select! {
                    () = tidying => {}
                    () = shutdown => {}
                }
            });
        })
    })
}
