//! The command line of a site.

mod assets;
mod deploy_checks;
mod explain;
mod fixtures;
mod healthcheck;
mod host_parts;
mod inspectdb;
mod listing;
mod makemigrations;
mod migrations;
mod model_checks;
mod output;
mod row_checks;
mod serve;
mod sqlite_build;
mod template;
mod trigrams;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use host_parts::own_commands;
use module_api::{Command, CommandContext, Problem, program_name, with_causes};
use rocket::tokio::runtime;

use crate::assembly::BootError;
use crate::database;
use crate::database::open_database;
use crate::logging;
use crate::plan::Plan;
use crate::reports;
use crate::settings::Settings;
use crate::site::Site;

/// Serves a site that is made of modules.
#[derive(Debug, Parser)]
#[command(version, about, subcommand_required = false)]
struct Cli {
    #[command(subcommand)]
    command: Option<Own>,
}

/// The host's own commands.
#[derive(Debug, Subcommand)]
enum Own {
    /// Serve the site; the default command.
    Serve,
    /// Check the site for problems without starting it.
    Check(CheckArguments),
    /// Print the page of a problem: its cause, an example, and its remedy.
    Explain {
        /// The problem's id: `modules.E003`.
        id: String,
    },
    /// Check that the site on this machine is alive; exits with 0 if it is.
    Healthcheck,
    /// List the linked modules in their order.
    Modules(Format),
    /// List the routes of the site.
    Routes(Format),
    /// Apply missing migrations, or migrate to a certain one.
    Migrate(migrations::MigrateArguments),
    /// Generate migrations for changes of the models.
    Makemigrations(makemigrations::MakeMigrations),
    /// Print models of the tables that the database has.
    Inspectdb(inspectdb::InspectArguments),
    /// List the migrations and their states.
    Showmigrations(migrations::ShowArguments),
    /// Print the SQL of a migration.
    Sqlmigrate(migrations::SqlArguments),
    /// Load fixtures in Django's JSON format, all or nothing.
    Loaddata(fixtures::LoadData),
    /// Write rows as a fixture in Django's JSON format.
    Dumpdata(fixtures::DumpData),
    /// Print the file of a template, and the ones it overrides.
    Findtemplate {
        /// The template's name: `lettings/index`.
        name: String,
    },
    /// Print the source of an asset, and how it is served.
    Findstatic {
        /// The asset's name: `lettings/lettings.css`.
        name: String,
    },
    /// Copy all assets to a folder, for another server.
    Collectstatic {
        /// The folder; created if it is missing.
        directory: std::path::PathBuf,
    },
}

#[derive(Debug, Clone, Copy, Args)]
struct CheckArguments {
    /// Check the settings of a public site, too.
    #[arg(long)]
    deploy: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Args)]
struct Format {
    /// The output format.
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// For people.
    Text,
    /// One array, and nothing else on standard output.
    Json,
}

/// The failure of a command.
enum Failure {
    /// The site has problems.
    Problems(Vec<Problem>),
    /// Any other error.
    Other(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        match error.into().downcast::<BootError>() {
            Ok(BootError::Problems(problems)) => Self::Problems(problems),
            Ok(other) => Self::Other(other.into()),
            Err(error) => Self::Other(error),
        }
    }
}

impl Site {
    /// Runs the program: parses its arguments, and serves the site or runs another command.
    ///
    /// The exit status is 0 for success, 1 if problems were found, 2 for wrong usage.
    pub fn run(self) -> ExitCode {
        run_site(&self)
    }

    /// Returns the site's command line: the host's commands, and those of all linked modules.
    pub fn command_line(&self) -> clap::Command {
        command_line(self, &Err(Vec::new()))
    }
}

fn run_site(site: &Site) -> ExitCode {
    // Dropped at the end, even by a panic.
    let _flush = logging::Flush;
    let (settings, mut problems) = Settings::load(site);
    problems.extend(logging::init(&settings).err());
    let plan = match site.plan(&settings) {
        Ok(plan) if problems.is_empty() => Ok(plan),
        Ok(plan) => Err([problems, plan.warnings].concat()),
        Err(found) => Err([problems, found].concat()),
    };
    let arguments = command_line(site, &plan).get_matches();
    match run(plan, site, &settings, &arguments) {
        Ok(code) => code,
        Err(Failure::Problems(problems)) => {
            output::print_problems(&problems);
            ExitCode::FAILURE
        }
        Err(Failure::Other(error)) => {
            output::error(&format!("error: {}", with_causes(error.as_ref())));
            if let Some(hint) = database::hint(error.as_ref(), &settings) {
                output::error(&format!("    hint: {hint}"));
            }
            ExitCode::FAILURE
        }
    }
}

/// Returns the commands of the host and the active modules; without a plan, which says which are
/// active, those of all linked modules, to distinguish commands from misspellings.
fn command_line(site: &Site, plan: &Result<Plan, Vec<Problem>>) -> clap::Command {
    let definitions: Vec<clap::Command> = match plan {
        Ok(plan) => plan.commands.iter().map(|command| command.definition.clone()).collect(),
        Err(_) => site
            .registry()
            .iter()
            .flat_map(|registration| registration.module.commands())
            .map(|command| command.definition)
            .collect(),
    };
    let mut taken = own_commands();
    let mut line = Cli::command().name(program_name()).version(site.version);
    for definition in definitions {
        let aliases = definition.get_all_aliases().chain([definition.get_name()]);
        let names: Vec<String> = aliases.map(str::to_owned).collect();
        if !names.iter().any(|name| taken.contains(name)) {
            taken.extend(names);
            line = line.subcommand(definition);
        }
    }
    line
}

fn run(
    plan: Result<Plan, Vec<Problem>>,
    site: &Site,
    settings: &Settings,
    arguments: &clap::ArgMatches,
) -> Result<ExitCode, Failure> {
    let own = match arguments.subcommand() {
        Some((name, _)) if !own_commands().iter().any(|own| own == name) => None,
        _ => Cli::from_arg_matches(arguments).ok().map(|cli| cli.command.unwrap_or(Own::Serve)),
    };
    if let Some(Own::Check(asked)) = own {
        let mut more = if asked.deploy { deploy_checks::problems(settings) } else { Vec::new() };
        more.extend(sqlite_build::problem(settings));
        if let Ok(plan) = &plan {
            more.extend(block_on(settings, async {
                let of_models = model_checks::problems(plan).await;
                let of_rows = row_checks::problems(plan, settings).await;
                let mut problems = [of_models, of_rows].concat();
                problems.extend(trigrams::problem(plan, settings).await);
                Ok::<_, anyhow::Error>(problems)
            })?);
        }
        return Ok(listing::check(&plan, &more, asked.format.format));
    }
    if let Some(Own::Healthcheck) = own {
        return Ok(healthcheck::ask(settings));
    }
    if let Some(Own::Explain { id }) = &own {
        return Ok(explain::explain(id));
    }
    let plan = plan.map_err(Failure::Problems)?;
    for warning in &plan.warnings {
        tracing::warn!("{warning}");
    }
    match own {
        Some(Own::Check(_) | Own::Healthcheck | Own::Explain { .. }) => {
            unreachable!("it was done above")
        }
        Some(Own::Modules(format)) => listing::modules(&plan, format.format),
        Some(Own::Routes(format)) => listing::routes(&plan, format.format),
        Some(Own::Findtemplate { name }) => return Ok(template::find(&plan, &name)),
        Some(Own::Findstatic { name }) => return Ok(assets::find(&plan, &name)),
        Some(Own::Collectstatic { directory }) => assets::collect(&plan, &directory)?,
        Some(Own::Serve) => {
            if let Some(warning) = sqlite_build::problem(settings) {
                tracing::warn!("{warning}");
            }
            logging::queue_lines()?;
            logging::log_panics();
            // Created before the threads of the runtime; their reports are sent when these are gone.
            let _reports = reports::start(site, settings, &plan.modules);
            block_on(settings, serve::serve(plan, settings))?;
        }
        Some(Own::Makemigrations(asked)) => {
            return block_on(settings, makemigrations::make(&plan, asked));
        }
        Some(Own::Migrate(arguments)) => {
            return block_on(settings, migrations::migrate(&plan, settings, arguments));
        }
        Some(Own::Inspectdb(arguments)) => {
            block_on(settings, inspectdb::write(&plan, settings, arguments))?;
        }
        Some(Own::Showmigrations(arguments)) => {
            block_on(settings, migrations::show(&plan, settings, &arguments))?;
        }
        Some(Own::Sqlmigrate(arguments)) => {
            migrations::print_sql(&plan, settings, &arguments)?;
        }
        Some(Own::Loaddata(arguments)) => {
            block_on(settings, fixtures::load(&plan, settings, arguments))?;
        }
        Some(Own::Dumpdata(arguments)) => {
            block_on(settings, fixtures::dump(&plan, settings, arguments))?;
        }
        None => return block_on(settings, run_of_module(plan, settings, arguments)),
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs a command of a module.
async fn run_of_module(
    mut plan: Plan,
    settings: &Settings,
    arguments: &clap::ArgMatches,
) -> Result<ExitCode, anyhow::Error> {
    let (name, arguments) = arguments.subcommand().expect("it is not the host's own command");
    let commands = std::mem::take(&mut plan.commands);
    let command: Option<Command> = commands.into_iter().find(|command| command.name() == name);
    let command = command.expect("the command line has those of the plan");
    let db = open_database(&plan, settings).await?;
    let context = CommandContext { figment: settings.figment.clone(), db };
    let Err(error) = (command.run)(context, arguments.clone()).await else {
        return Ok(ExitCode::SUCCESS);
    };
    let usage = error.downcast::<clap::Error>().map_err(anyhow::Error::from_boxed)?;
    let _ = usage.print();
    Ok(u8::try_from(usage.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Runs a future on the number of threads in the settings.
fn block_on<T, E: Into<anyhow::Error>>(
    settings: &Settings,
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, Failure> {
    let config: rocket::Config = settings.figment.extract()?;
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(config.workers)
        .max_blocking_threads(config.max_blocking)
        .thread_name("host-worker")
        .enable_all()
        .build()?;
    let done = runtime.block_on(future);
    // Remaining tasks are abandoned: a connection that a client keeps open, the hashing of a password
    // for a client that has gone.
    runtime.shutdown_timeout(Duration::from_secs(1));
    done.map_err(|error| Failure::from(error.into()))
}
