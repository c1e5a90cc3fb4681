//! `host serve`.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use module_api::db::Db;
use rocket::fairing::AdHoc;
use rocket_db_pools::Pool;

use super::output;
use crate::assembly::{assemble, explain};
use crate::{Plan, Settings};

/// Serves the site until the process is told to stop.
pub(super) async fn serve(plan: Plan, settings: &Settings) -> anyhow::Result<()> {
    let name = settings.site.site_name.clone();
    let mut site = assemble(plan, settings).await?;
    site.rocket = site.rocket.attach(AdHoc::on_liftoff("Address", |rocket| {
        Box::pin(async move {
            let config = rocket.config();
            let (address, port) = (config.address, config.port);
            let is_local = address == Ipv4Addr::LOCALHOST || address == Ipv6Addr::LOCALHOST;
            if is_local || address.is_unspecified() {
                output::line(&format!("{name} is at http://localhost:{port}"));
            } else {
                output::line(&format!("{name} is at http://{}", SocketAddr::new(address, port)));
            }
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
