//! A module's commands of the host's command line.

use std::future::Future;
use std::pin::Pin;

use rocket::figment::Figment;

use crate::db::Db;

/// What a command works with: the site's settings and its database, opened and migrated.
pub struct CommandContext {
    /// All settings of the site.
    pub figment: Figment,
    /// The site's database.
    pub db: Db,
}

/// What a command returns: done, or an error that is printed and makes the exit status 1; 2 if it is
/// an error of clap, for wrong usage that clap cannot tell by itself.
pub type CommandFuture =
    Pin<Box<dyn Future<Output = Result<(), Box<dyn std::error::Error + Send + Sync>>> + Send>>;

/// A subcommand of `host`.
///
/// Two modules, or a module and the host, with a command of the same name are a problem that
/// stops the start.
///
/// ```
/// use module_api::clap::{self, Arg, ArgMatches};
/// use module_api::{Command, CommandContext, CommandFuture};
///
/// fn greet(context: CommandContext, arguments: ArgMatches) -> CommandFuture {
///     Box::pin(async move {
///         let name = arguments.get_one::<String>("name").expect("required by clap");
///         println!("Hello, {name}!");
///         Ok(())
///     })
/// }
///
/// let command = Command::new(
///     clap::Command::new("greet").about("Greets").arg(Arg::new("name").required(true)),
///     greet,
/// );
/// assert_eq!(command.name(), "greet");
/// ```
pub struct Command {
    /// Its name, help and arguments.
    pub definition: clap::Command,
    /// What it does.
    pub run: fn(CommandContext, clap::ArgMatches) -> CommandFuture,
}

impl Command {
    /// A command with that definition, which does `run`.
    pub fn new(
        definition: clap::Command,
        run: fn(CommandContext, clap::ArgMatches) -> CommandFuture,
    ) -> Self {
        Self { definition, run }
    }

    /// The word that calls it.
    pub fn name(&self) -> &str {
        self.definition.get_name()
    }
}
