//! `host serve`.

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
            let host = match config.address {
                address if address.is_loopback() => "localhost".to_owned(),
                address => address.to_string(),
            };
            output::line(&format!("{name} is at http://{host}:{}", config.port));
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
