//! Plans a site including the parts of the host.

use clap::CommandFactory;
use module_api::Problem;

use super::Cli;
use crate::assembly::managed_types;
use crate::plan::{HostParts, Plan};
use crate::settings::Settings;
use crate::site::Site;
use crate::watch::metrics_routes;
use crate::{assets, health, reload, reports};

impl Site {
    /// Plans the site with these settings.
    ///
    /// # Errors
    ///
    /// All problems, warnings included.
    pub fn plan(&self, settings: &Settings) -> Result<Plan, Vec<Problem>> {
        Plan::new(self, settings, host_parts(settings))
    }
}

fn host_parts(settings: &Settings) -> HostParts {
    let routes = assets::routes().into_iter().chain(health::routes());
    HostParts {
        routes: routes.chain(metrics_routes(settings)).chain(reload::routes(settings)).collect(),
        pages: reports::routes(settings),
        commands: own_commands(),
        managed: managed_types(),
    }
}

/// The names of the host's own commands.
pub(super) fn own_commands() -> Vec<String> {
    let own = Cli::command();
    let names = own.get_subcommands().map(|command| command.get_name().to_owned());
    names.chain(["help".to_owned()]).collect()
}
