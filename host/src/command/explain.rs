//! `explain`: the page of a problem.

use std::process::ExitCode;

use module_api::suggestion;

use super::output;
use crate::problem_pages;

/// Prints the page of a problem's id.
pub(super) fn explain(id: &str) -> ExitCode {
    let Some(page) = problem_pages::page(id) else {
        let ids = problem_pages::ids();
        let near = suggestion(id, ids.iter().map(String::as_str));
        output::error(&format!("there is no page for `{id}`; {near}"));
        return ExitCode::FAILURE;
    };
    output::line(page.trim_end());
    ExitCode::SUCCESS
}
