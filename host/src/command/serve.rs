//! `host serve`.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use module_api::Notice;
use module_api::db::Db;
use rocket::Config;
use rocket::fairing::AdHoc;
use rocket_db_pools::Pool;

use super::output;
use crate::assembly::{assemble, explain};
use crate::database::{Purpose, open_for_start};
use crate::{Plan, Settings};

/// Serves the site until the process is told to stop.
pub(super) async fn serve(plan: Plan, settings: &Settings) -> anyhow::Result<()> {
    let config: Config = settings.figment.extract()?;
    let opened = open_for_start(&plan, settings, Purpose::WatchedSite).await?;
    let notices = Arc::new(Notices(Mutex::new(opened.notices)));
    let served = launch(plan, settings, opened.db, Arc::clone(&notices)).await;
    // What is said once must not be lost with a start that fails.
    notices.print(&config);
    served
}

async fn launch(
    plan: Plan,
    settings: &Settings,
    db: Db,
    notices: Arc<Notices>,
) -> anyhow::Result<()> {
    let name = settings.site.site_name.clone();
    let mut site = assemble(plan, settings, db)?;
    site.rocket = site.rocket.attach(AdHoc::on_liftoff("Address", move |rocket| {
        Box::pin(async move {
            output::line(&format!("{name} is at {}", address(rocket.config())));
            notices.print(rocket.config());
        })
    }));
    match site.ignite().await?.launch().await {
        Ok(rocket) => {
            // Not in a shutdown fairing: those run while requests are still being answered.
            if let Some(db) = rocket.state::<Db>() {
                db.close().await;
            }
            Ok(())
        }
        Err(error) => Err(anyhow::anyhow!(explain(&error))),
    }
}

/// What the modules have to say, until it is printed.
struct Notices(Mutex<Vec<Notice>>);

impl Notices {
    fn print(&self, config: &Config) {
        let notices = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for notice in notices {
            output::line(&notice(&address(config)));
        }
    }
}

/// Where a browser on this machine finds the site.
fn address(config: &Config) -> String {
    let (address, port) = (config.address, config.port);
    let is_local = address == Ipv4Addr::LOCALHOST || address == Ipv6Addr::LOCALHOST;
    if is_local || address.is_unspecified() {
        format!("http://localhost:{port}")
    } else {
        format!("http://{}", SocketAddr::new(address, port))
    }
}
