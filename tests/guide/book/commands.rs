//! The list of commands, made of the command line.

use std::fmt::Write;
use std::{env, fs};

use clap::{Arg, Command};
use host::Site;

use crate::pages::{read, root};

const CHAPTER: &str = "guide/src/commands.md";
const BEGIN: &str = "<!-- generated: UPDATE_GUIDE=1 cargo nextest run -p guide-tests -->\n";
const END: &str = "<!-- end -->";

/// The command line as a table, and a table of arguments for each command that has some.
fn reference(line: &Command) -> String {
    let mut text = "\n| command | effect |\n|---|---|\n".to_owned();
    let mut commands: Vec<&Command> = line.get_subcommands().collect();
    commands.sort_by_key(|command| command.get_name());
    let mut details = String::new();
    for command in commands {
        let name = command.get_name();
        let positionals: String = command.get_positionals().map(placeholder).collect();
        let positionals = positionals.replace('|', "\\|");
        let about = sentence(command.get_about());
        writeln!(text, "| `{name}{positionals}` | {about} |").expect("a string takes it");
        let arguments: Vec<&Arg> =
            command.get_arguments().filter(|it| it.get_help().is_some()).collect();
        if arguments.is_empty() {
            continue;
        }
        write!(details, "\n## {name}\n\n| argument | meaning |\n|---|---|\n")
            .expect("a string takes it");
        for argument in arguments {
            let help = sentence(argument.get_help());
            writeln!(details, "| `{}` | {help} |", shape(argument).replace('|', "\\|"))
                .expect("a string takes it");
        }
    }
    text + &details + "\n"
}

/// A positional argument in a command's usage.
fn placeholder(argument: &Arg) -> String {
    let value = value_name(argument);
    let many = argument.get_num_args().is_some_and(|range| range.max_values() > 1);
    let dots = if many { "…" } else { "" };
    if argument.is_required_set() { format!(" {value}{dots}") } else { format!(" [{value}]{dots}") }
}

/// An argument as it is typed.
fn shape(argument: &Arg) -> String {
    let Some(long) = argument.get_long() else { return value_name(argument) };
    let takes_value = argument.get_num_args().is_some_and(|range| range.takes_values())
        || argument.get_action().takes_values();
    if takes_value { format!("--{long} {}", value_name(argument)) } else { format!("--{long}") }
}

fn value_name(argument: &Arg) -> String {
    let names = argument.get_value_names().and_then(|names| names.first());
    names.map_or_else(|| argument.get_id().as_str().to_uppercase(), ToString::to_string)
}

/// A help text in a table.
fn sentence(text: Option<&clap::builder::StyledStr>) -> String {
    let text = text.map(ToString::to_string).unwrap_or_default();
    text.lines().next().unwrap_or_default().replace('|', "\\|")
}

#[test]
fn the_commands_are_those_of_the_program() {
    let chapter = read(CHAPTER);
    let begin =
        chapter.find(BEGIN).expect("the chapter has the mark of its beginning") + BEGIN.len();
    let end = chapter.find(END).expect("the chapter has the mark of its end");
    let made = reference(&Site::new("my-site", "1.0.0").command_line());
    if env::var_os("UPDATE_GUIDE").is_some() {
        let text = format!("{}{made}{}", &chapter[..begin], &chapter[end..]);
        fs::write(root().join(CHAPTER), text).unwrap();
        return;
    }
    assert_eq!(
        made,
        chapter[begin..end],
        "UPDATE_GUIDE=1 cargo nextest run -p guide-tests writes it"
    );
}
