//! The command `cargo installed-apps`: creates sites and modules, links modules, and runs sites.

mod add_module;
mod arguments;
mod changes;
mod dev;
mod engine;
mod error;
mod linking;
mod manifest;
mod manifest_edits;
mod names;
mod new_site;
mod placeholders;
mod relative;
mod site;
mod start_module;
mod template;

use std::env;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::arguments::{Arguments, Command};
use crate::error::Error;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = env::args_os().collect();
    // Cargo passes the name of the subcommand as the first argument.
    if arguments.get(1).is_some_and(|first| first == "installed-apps") {
        arguments.remove(1);
    }
    let Arguments { command, dry_run } = Arguments::parse_from(arguments);
    match run(&command, dry_run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command, dry_run: bool) -> Result<(), Error> {
    let here = env::current_dir().map_err(|error| Error::io("read", ".", error))?;
    let plan = match command {
        Command::New(asked) => new_site::plan(asked, &here)?,
        Command::Startmodule(asked) => start_module::plan(asked, &here)?,
        Command::Add(asked) => add_module::plan(asked, &here)?,
        Command::Dev(_) if dry_run => {
            let message = "`dev` writes no files that --dry-run could leave out";
            Arguments::command().error(ErrorKind::ArgumentConflict, message).exit()
        }
        Command::Dev(asked) => return dev::run(asked, &here),
    };
    if !dry_run {
        plan.changes.apply()?;
    }
    print!("{}", plan.changes.report(&here, dry_run));
    println!("{}", if dry_run { "nothing was written: --dry-run" } else { &plan.next });
    Ok(())
}
