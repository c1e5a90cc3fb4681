//! `host serve`.

use anyhow::anyhow;
use rocket::fairing::AdHoc;

use super::output;
use crate::{Plan, Settings, boot};

/// Serves the site until the process is told to stop.
pub(super) async fn serve(plan: Plan, settings: &Settings) -> anyhow::Result<()> {
    let name = settings.site.site_name.clone();
    let rocket = boot(plan, settings).await?.attach(AdHoc::on_liftoff("Address", |rocket| {
        Box::pin(async move {
            let config = rocket.config();
            let host = match config.address {
                address if address.is_loopback() => "localhost".to_owned(),
                address => address.to_string(),
            };
            output::line(&format!("{name} is at http://{host}:{}", config.port));
        })
    }));
    // Rocket's error has to be looked at, or it panics when dropped.
    match rocket.launch().await {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.kind() {
            rocket::error::ErrorKind::Bind(cause) => anyhow!(
                "cannot listen: {cause}; set ROCKET_PORT or ROCKET_ADDRESS to another, or stop the \
                 program that listens there"
            ),
            _ => anyhow!("{error}"),
        }),
    }
}
