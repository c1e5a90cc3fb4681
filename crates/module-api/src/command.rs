//! A module's commands of the host's command line.

use rocket::figment::Figment;

use crate::ModuleFuture;
use crate::db::Db;

/// The input of a command: the site's settings and its database, opened and migrated.
///
/// ```
/// use module_api::clap::ArgMatches;
/// use module_api::db::query;
/// use module_api::{CommandContext, ModuleFuture};
///
/// /// Deletes entries that are older than the setting `keep_days`.
/// fn prune(context: CommandContext, _: ArgMatches) -> ModuleFuture<'static> {
///     Box::pin(async move {
///         let days: i64 = context.figment.extract_inner("modules.guests.keep_days")?;
///         let mut transaction = context.db.begin().await?;
///         let delete = query("DELETE FROM guests_entry WHERE age > $1").bind(days);
///         println!("{} entries deleted", delete.execute(&mut transaction).await?);
///         Ok(transaction.commit().await?)
///     })
/// }
/// # use module_api::db::{DatabaseOptions, Db, DbPool, execute_script};
/// # use module_api::rocket::{async_test, figment::Figment};
/// # async_test(async {
/// #     let figment = Figment::from(("url", "sqlite::memory:")).join(("modules.guests.keep_days", 30));
/// #     let options: DatabaseOptions = figment.extract()?;
/// #     let db = Db::from(DbPool::open(options.location()?, &options).await?);
/// #     let table = "CREATE TABLE guests_entry (age integer); INSERT INTO guests_entry VALUES (3), (90)";
/// #     let mut transaction = db.begin().await?;
/// #     execute_script(table, &mut transaction).await?;
/// #     transaction.commit().await?;
/// #     let pool = DbPool::clone(&db);
/// #     prune(CommandContext { figment, db }, ArgMatches::default()).await?;
/// #     let mut connection = pool.acquire().await?;
/// #     let left: Vec<(i64,)> = query("SELECT age FROM guests_entry").fetch_all(&mut connection).await?;
/// #     assert_eq!(left, [(3,)]);
/// #     Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// # }).unwrap();
/// ```
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
