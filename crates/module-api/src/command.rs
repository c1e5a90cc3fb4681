//! A module's commands of the host's command line.

use rocket::figment::Figment;

use crate::ModuleFuture;
use crate::db::Db;

/// The input of a command: the site's settings and its database, opened and migrated.
pub struct CommandContext {
    /// All settings of the site.
    pub figment: Figment,
    /// The site's database.
    pub db: Db,
}

/// A subcommand of `host`.
///
/// Two modules, or a module and the host, with a command of the same name are a problem that
/// stops the start.
///
/// ```
/// use module_api::clap::{self, Arg, ArgMatches};
/// use module_api::{Command, CommandContext, ModuleFuture};
///
/// fn greet(context: CommandContext, arguments: ArgMatches) -> ModuleFuture<'static> {
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
    /// The name, help and arguments.
    pub definition: clap::Command,
    /// The function that runs it.
    pub run: fn(CommandContext, clap::ArgMatches) -> ModuleFuture<'static>,
}

impl Command {
    /// A command with this definition, which calls `run`.
    pub fn new(
        definition: clap::Command,
        run: fn(CommandContext, clap::ArgMatches) -> ModuleFuture<'static>,
    ) -> Self {
        Self { definition, run }
    }

    /// The name of the command.
    pub fn name(&self) -> &str {
        self.definition.get_name()
    }
}
