//! Liveness and readiness, which a router or an orchestrator queries every few seconds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use module_api::db::{Db, query};
use module_api::{Health, with_causes};
use rocket::futures::future::join_all;
use rocket::http::{ContentType, Method, Status};
use rocket::route::{Handler, Outcome};
use rocket::tokio::sync::Mutex;
use rocket::tokio::time::timeout;
use rocket::{Data, Request, Response, Route};
use serde::Serialize;

use crate::gate::PROBES;
use crate::headers::no_store;
use crate::planned::PlannedModules;
use crate::watch::InFlight;
use migrate::{MigrationGraph, check_applied};

/// The time that a result is cached: the maximum rate of queries to the database.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// The timeout of each check.
const PATIENCE: Duration = Duration::from_secs(2);

/// The health checks that must pass for the site to be ready.
pub(crate) struct Readiness {
    migrations: Arc<MigrationGraph>,
    modules: Vec<(&'static str, Health)>,
    in_flight: Arc<InFlight>,
    /// The database through a connection of its own, so that a busy site does not count as broken.
    db: Db,
    latest: Mutex<Option<(Instant, Vec<&'static str>)>>,
}

impl Readiness {
    pub(crate) fn new(
        migrations: Arc<MigrationGraph>,
        modules: &PlannedModules,
        in_flight: Arc<InFlight>,
        db: Db,
    ) -> Self {
        let active = modules.active();
        let modules = active
            .filter_map(|module| Some((module.name(), module.registration.module.health()?)))
            .collect();
        Self { migrations, modules, in_flight, db, latest: Mutex::default() }
    }

    /// The names of the failing checks.
    async fn failing(&self) -> Vec<&'static str> {
        if self.in_flight.is_stopping() {
            return vec!["stopping"];
        }
        let mut latest = self.latest.lock().await;
        if let Some((at, failing)) = &*latest
            && at.elapsed() < GOOD_FOR
        {
            return failing.clone();
        }
        let failing = self.ask().await;
        *latest = Some((Instant::now(), failing.clone()));
        failing
    }

    async fn ask(&self) -> Vec<&'static str> {
        let db = &self.db;
        if is_failing("database", answers(db)).await {
            // All other checks would fail for the same reason.
            return vec!["database"];
        }
        let mut failing = Vec::new();
        let applied = async { Ok(check_applied(db, &self.migrations).await?) };
        if is_failing("migrations", applied).await {
            failing.push("migrations");
        }
        let modules = self.modules.iter().map(|(name, health)| async move {
            is_failing(name, health(db)).await.then_some(*name)
        });
        failing.extend(join_all(modules).await.into_iter().flatten());
        failing
    }
}

type CheckResult = Result<(), Box<dyn std::error::Error + Send + Sync>>;

async fn answers(db: &Db) -> CheckResult {
    let mut connection = db.acquire().await?;
    let _: Option<(i64,)> = query("SELECT 1 AS value").fetch_optional(&mut connection).await?;
    Ok(())
}

/// Returns `true` if a health check fails; the reason is logged.
async fn is_failing(what: &'static str, asked: impl Future<Output = CheckResult>) -> bool {
    match timeout(PATIENCE, asked).await {
        Ok(Ok(())) => false,
        Ok(Err(error)) => {
            tracing::warn!(failing = what, "not ready: {}", with_causes(error.as_ref()));
            true
        }
        Err(_) => {
            tracing::warn!(failing = what, "not ready: no answer within {} s", PATIENCE.as_secs());
            true
        }
    }
}

/// The host's routes for health checks.
pub(crate) fn routes() -> Vec<Route> {
    let route = |address: &str, name: &'static str, handler: HealthQuery| {
        let mut route = Route::new(Method::Get, address, handler);
        route.name = Some(name.into());
        route
    };
    let [alive, ready] = PROBES;
    vec![route(alive, "healthz", HealthQuery::Alive), route(ready, "readyz", HealthQuery::Ready)]
}

/// The kind of a health query.
#[derive(Clone, Copy)]
enum HealthQuery {
    Alive,
    Ready,
}

#[derive(Serialize)]
struct Answer<'a> {
    status: &'static str,
    /// The names of the failing checks.
    failing: &'a [&'static str],
}

#[rocket::async_trait]
impl Handler for HealthQuery {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        let failing = match self {
            Self::Alive => Vec::new(),
            Self::Ready => {
                let rocket = request.rocket();
                let readiness = rocket.state::<Readiness>().expect("it is managed at assembly");
                readiness.failing().await
            }
        };
        let status = if failing.is_empty() { "ok" } else { "failing" };
        let answer = Answer { status, failing: &failing };
        let text = serde_json::to_string(&answer).expect("it has plain values");
        let mut response = Response::new();
        if !failing.is_empty() {
            response.set_status(Status::ServiceUnavailable);
        }
        response.set_header(ContentType::JSON);
        no_store(&mut response);
        response.set_sized_body(text.len(), std::io::Cursor::new(text));
        Outcome::Success(response)
    }
}
