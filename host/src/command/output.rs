//! Output of commands: tables for people, JSON for programs.

use std::io::Write;

use module_api::{Problem, program_name};
use serde::Serialize;

use crate::logging;
use crate::problem_pages;

/// Prints a line. A reader that stops early, such as `head`, is not an error; a full disk is, and
/// ends the program.
pub(super) fn line(text: &str) {
    match writeln!(std::io::stdout(), "{text}") {
        Err(failure) if failure.kind() != std::io::ErrorKind::BrokenPipe => {
            error(&format!("error: cannot write: {failure}"));
            drop(logging::Flush);
            std::process::exit(1);
        }
        _ => {}
    }
}

/// Prints a line on standard error.
pub(super) fn error(text: &str) {
    logging::print(text);
}

/// Prints a value as JSON.
pub(super) fn json(value: &impl Serialize) {
    line(&serde_json::to_string_pretty(value).expect("what the host prints has string keys only"));
}

/// Prints rows in columns under a heading.
pub(super) fn table<const COLUMNS: usize>(heading: [&str; COLUMNS], rows: &[[String; COLUMNS]]) {
    let mut widths = heading.map(|title| title.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    print_row(&heading.map(str::to_owned), &widths);
    for row in rows {
        print_row(row, &widths);
    }
}

fn print_row(row: &[String], widths: &[usize]) {
    let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
    line(cells.collect::<Vec<_>>().join("  ").trim_end());
}

/// Prints problems on standard error.
pub(super) fn print_problems(problems: &[Problem]) {
    for problem in problems {
        error(&format!("{problem}\n"));
    }
    error(&summary(problems));
    if let Some(explained) =
        problems.iter().find(|problem| problem_pages::page(&problem.id).is_some())
    {
        error(&format!(
            "`{} explain {}` prints its cause and remedy",
            program_name(),
            explained.id
        ));
    }
}

/// The numbers of errors and warnings.
pub(super) fn summary(problems: &[Problem]) -> String {
    match problems.len() {
        0 => "no problems".to_owned(),
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    }
}
