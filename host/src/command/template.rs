//! `findtemplate`: the provider of a template.

use std::process::ExitCode;

use super::output;
use crate::plan::Plan;
use module_api::suggestion;

/// Prints the file in use, and those it overrides.
pub(super) fn find(plan: &Plan, name: &str) -> ExitCode {
    let Some((winner, hidden)) = plan.templates.chain(name).split_first() else {
        output::error(&format!(
            "there is no template `{name}`; {}",
            suggestion(name, plan.templates.names())
        ));
        return ExitCode::FAILURE;
    };
    output::line(&format!("{name} is {}", winner.describe()));
    for source in hidden {
        output::line(&format!("  it hides {}", source.describe()));
    }
    ExitCode::SUCCESS
}
