//! `serve`.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use module_api::Notice;
use module_api::db::Db;
use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;
use rocket::tokio::time::timeout;
use rocket::{Config, tokio};
use rocket_db_pools::Pool;

use super::{model_checks, output};
use crate::assembly::{assemble, explain};
use crate::database::{Purpose, open_for_start};
use crate::plan::Plan;
use crate::settings::Settings;
use crate::shutdown::{self, Signals};

/// The timeout for closing the database connections.
const CLOSING: Duration = Duration::from_secs(1);

/// Serves the site until the process is told to stop.
pub(super) async fn serve(plan: Plan, settings: &Settings) -> anyhow::Result<()> {
    let config: Config = settings.figment.extract()?;
    // From now on: the first process of a container has no default handlers of signals.
    let mut signals = Signals::listen()?;
    let opened = tokio::select! {
        opened = open_for_start(&plan, settings, Purpose::WatchedSite) => opened?,
        name = signals.next() => {
            tracing::info!("{name}: stopping before the site has started");
            return Ok(());
        }
    };
    if settings.is_local() {
        for problem in model_checks::problems(&plan).await {
            tracing::warn!("{problem}");
        }
    }
    let notices = Arc::new(Notices(Mutex::new(opened.notices)));
    let served = launch(plan, settings, opened.db, Arc::clone(&notices), signals).await;
    // A notice is printed once, so it must not be lost if the launch fails.
    notices.print(&config);
    served
}

async fn launch(
    plan: Plan,
    settings: &Settings,
    db: Db,
    notices: Arc<Notices>,
    signals: Signals,
) -> anyhow::Result<()> {
    let name = settings.site.site_name.clone();
    let pool = db.clone();
    let mut site = assemble(plan, settings, db)?;
    let in_flight = Arc::clone(&site.in_flight);
    let port = Arc::new(AtomicU16::default());
    let known_port = Arc::clone(&port);
    site.rocket = shutdown::without_signals(site.rocket).attach(AdHoc::on_liftoff(
        "Address",
        move |rocket| {
            // With port 0 the operating system chooses one.
            known_port.store(rocket.config().port, Ordering::Relaxed);
            Box::pin(async move {
                output::line(&format!("{name} is at {}", address(rocket.config())));
                notices.print(rocket.config());
            })
        },
    ));
    allow_many_connections();
    let rocket = site.ignite().await?;
    let stop = rocket.shutdown();
    let drain = Duration::from_secs(settings.site.drain.into());
    tokio::spawn(shutdown::on_signal(signals, stop.clone(), Arc::clone(&in_flight), drain));
    let patience = &rocket.config().shutdown;
    let limit = Duration::from_secs(u64::from(patience.grace) + u64::from(patience.mercy));
    let mut stopped = pin!(shutdown::stopped_and_idle(stop, in_flight, &port, limit));
    let ended = tokio::select! {
        launched = rocket.launch() => match launched {
            Ok(_) => Ok(()),
            // Rocket returns this without waiting if it is told to stop while it accepts a
            // connection.
            Err(error) if matches!(error.kind(), ErrorKind::Shutdown(..)) => {
                stopped.await.map_err(anyhow::Error::from)
            }
            Err(error) => Err(anyhow::anyhow!(explain(&error))),
        },
        // Rocket would wait for idle keep-alive connections.
        stopped = &mut stopped => stopped.map_err(anyhow::Error::from),
    };
    // A handler that was cut off may never return its connection.
    let _ = timeout(CLOSING, pool.close()).await;
    ended
}

/// The modules' notices, until they are printed.
struct Notices(Mutex<Vec<Notice>>);

impl Notices {
    fn print(&self, config: &Config) {
        let notices = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for notice in notices {
            output::line(&notice(&address(config)));
        }
    }
}

/// Raises the limit of open files to the maximum: the default is often a thousand, which idle
/// clients would use up.
fn allow_many_connections() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!("the limit of open files stays at {:?}: {error}", limit.current);
        }
    }
}

/// Returns the URL of the site for a browser on this machine.
fn address(config: &Config) -> String {
    let (address, port) = (config.address, config.port);
    let is_local = address == Ipv4Addr::LOCALHOST || address == Ipv6Addr::LOCALHOST;
    if is_local || address.is_unspecified() {
        format!("http://localhost:{port}")
    } else {
        format!("http://{}", SocketAddr::new(address, port))
    }
}
