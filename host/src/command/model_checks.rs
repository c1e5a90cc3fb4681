//! Checks that the migrations build the tables that the models describe.

use module_api::{Problem, program_name, with_causes};

use crate::makemigrations::{MakeMigrationsError, Request, propose};
use crate::plan::Plan;

const ID: &str = "models.W001";

/// The problems of modules whose models and migrations differ. A page that reads such a model
/// fails with a missing table or column, although all migrations are applied.
///
/// The migrations are run on an empty in-memory database: the site's own is not used.
pub(super) async fn problems(plan: &Plan) -> Vec<Problem> {
    let hint = || format!("run `{} makemigrations`", program_name());
    // Nothing is written, so no data can be lost.
    let request = Request { may_lose_data: true, ..Request::default() };
    let message = match propose(plan, &request).await {
        Ok(proposals) => {
            let differs = |module: &'static str, changes: &[String]| {
                let changes = changes.join("; ");
                let message = format!("the models and migrations of `{module}` differ: {changes}");
                Problem::warning(ID, message).module(module).hint(hint())
            };
            return proposals.iter().map(|it| differs(it.module, &it.summary)).collect();
        }
        Err(MakeMigrationsError::NeedsValue(needed)) => {
            let fields: Vec<String> =
                needed.into_iter().map(|need| format!("`{}` has no column", need.field)).collect();
            format!("models and migrations differ: {}", fields.join("; "))
        }
        Err(error) => {
            format!("models and migrations differ, or cannot be compared: {}", with_causes(&error))
        }
    };
    vec![Problem::warning(ID, message).hint(hint())]
}
