//! `inspectdb`: models of the tables in a database.

use clap::Args;

use super::output;
use crate::database;
use crate::plan::Plan;
use crate::settings::Settings;
use ::migrate::inspect::{Request, inspect};

/// The arguments of `inspectdb`.
#[derive(Debug, Args)]
pub(super) struct InspectArguments {
    /// The tables; if none is named, all that no migration of the site creates.
    #[arg(value_name = "TABLE")]
    tables: Vec<String>,
    /// The app in the models' labels; if no table is named, only tables with its prefix, if there are any.
    #[arg(long, value_name = "LABEL")]
    app: Option<String>,
}

/// Prints the models. The database is only read.
pub(super) async fn write(
    plan: &Plan,
    settings: &Settings,
    arguments: InspectArguments,
) -> anyhow::Result<()> {
    let InspectArguments { tables, app } = arguments;
    let pool = database::open_to_read(settings).await?;
    let mut connection = pool.acquire().await?;
    let known: Vec<_> = plan.active_modules().iter().flat_map(|module| module.models()).collect();
    let request = Request { tables, app };
    let models = inspect(&mut connection, &plan.migrations, &known, &request).await?;
    output::line(models.trim_end());
    Ok(())
}
