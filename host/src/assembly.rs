//! Builds Rocket from the plan.

use std::sync::Arc;

use module_api::db::Db;
use module_api::{PageContributors, Problem, Templates};
use rocket::fairing::{self, AdHoc, Fairing, Info};
use rocket::{Build, Data, Orbit, Request, Response, Rocket};
use rocket_db_pools::Pool;
use rocket_dyn_templates::Template;

use crate::assets::AssetStore;
use crate::database::open_for_start;
use crate::plan::Owner;
use crate::templates::{Globals, LiveTemplates, install};
use crate::{DatabaseError, Plan, Settings, boundary, error_pages};

/// Why a site does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BootError {
    /// The plan or the settings are wrong.
    #[error("the site cannot start: {} found", count(.0))]
    Problems(Vec<Problem>),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A module's settings could be read when the plan was made, and not now.
    #[error("the settings of a module")]
    Settings(#[source] Box<rocket::figment::Error>),
    /// This program does not know where it is.
    #[error("the path of this program cannot be told")]
    Program(#[source] std::io::Error),
}

fn count(problems: &[Problem]) -> String {
    match problems.len() {
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    }
}

/// Opens and migrates the database, fills it with demo data if it was empty and the settings say so, and
/// builds Rocket from the plan.
///
/// # Errors
///
/// See [`BootError`].
pub async fn boot(plan: Plan, settings: &Settings) -> Result<Rocket<Build>, BootError> {
    let db = open_for_start(&plan, settings).await?;
    assemble(plan, settings, db)
}

fn assemble(plan: Plan, settings: &Settings, db: Db) -> Result<Rocket<Build>, BootError> {
    // All templates are added by the host. The folder that `rocket_dyn_templates` asks for may be
    // a file, and there is none that is surer to exist than this program.
    let program = std::env::current_exe().map_err(BootError::Program)?;
    let figment = settings.figment.clone().merge(("template_dir", program));

    let contributors = plan.active().map(|module| module.registration.module).collect();
    let assets = Arc::new(AssetStore::new(Arc::clone(&plan.assets)));
    let globals = Globals {
        site_name: settings.site.site_name.clone(),
        navigation: plan.navigation.clone(),
        urls: plan.urls.clone(),
        assets: Arc::clone(&assets),
        modules: plan.active().map(crate::PlannedModule::name).collect(),
    };
    let content_types = plan
        .templates
        .names()
        .filter_map(|name| Some((name.to_owned(), plan.templates.chain(name)[0].content_type()?)))
        .collect();

    let mut rocket = rocket::custom(figment)
        .manage(db)
        .manage(plan.urls.clone())
        .manage(assets)
        .manage(PageContributors(contributors))
        .register("/", vec![error_pages::catcher()])
        .attach(AdHoc::on_shutdown("Database", |rocket| Box::pin(close_database(rocket))));
    for module in plan.modules.iter().filter(|module| module.active) {
        let schema = module.registration.module.settings();
        rocket = schema
            .manage(rocket, &module.section)
            .map_err(|error| BootError::Settings(Box::new(error)))?;
    }
    for state in plan.state {
        rocket = (state.manage)(rocket);
    }
    let set = Arc::new(plan.templates);
    let live = cfg!(debug_assertions)
        .then(|| Box::new(LiveTemplates::new(Arc::clone(&set), globals.clone())) as _);
    rocket = rocket.manage(Templates { content_types, live }).attach(Template::try_custom(
        move |engines| install(&mut engines.minijinja, &set, &globals).map_err(Into::into),
    ));

    let wrap = |planned: crate::PlannedRoute| match planned.owner {
        Owner::Host => planned.route,
        Owner::Module(_) => boundary::wrap(planned),
    };
    rocket = rocket.mount("/", plan.routes.into_iter().map(wrap).collect::<Vec<_>>());
    rocket = rocket.register("/", plan.catchers);
    for (module, inner) in plan.fairings {
        rocket = rocket.attach(ModuleFairing { module, inner });
    }
    Ok(rocket)
}

async fn close_database(rocket: &Rocket<Orbit>) {
    if let Some(db) = rocket.state::<Db>() {
        db.close().await;
    }
}

/// A module's fairing, which may do anything but mount what the plan does not know.
struct ModuleFairing {
    module: &'static str,
    inner: Box<dyn Fairing>,
}

#[rocket::async_trait]
impl Fairing for ModuleFairing {
    fn info(&self) -> Info {
        self.inner.info()
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        let before = (rocket.routes().count(), rocket.catchers().count());
        let rocket = self.inner.on_ignite(rocket).await?;
        if (rocket.routes().count(), rocket.catchers().count()) == before {
            return Ok(rocket);
        }
        let message = format!(
            "a fairing of `{}`, {}, mounts routes or catchers at ignition, which nobody can check",
            self.module,
            self.inner.info().name,
        );
        let hint = "mount them with Configure::mount or Configure::register";
        let problem = Problem::error("routes.E009", message).module(self.module).hint(hint);
        tracing::error!("{problem}");
        Err(rocket)
    }

    async fn on_liftoff(&self, rocket: &Rocket<Orbit>) {
        self.inner.on_liftoff(rocket).await;
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        self.inner.on_request(request, data).await;
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        self.inner.on_response(request, response).await;
    }

    async fn on_shutdown(&self, rocket: &Rocket<Orbit>) {
        self.inner.on_shutdown(rocket).await;
    }
}
