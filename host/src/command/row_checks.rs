//! The modules' checks of rows in the site's database.

use std::error::Error;
use std::sync::Arc;

use module_api::db::Db;
use module_api::{Problem, program_name, with_causes};
use rocket_db_pools::Pool;

use crate::database;
use crate::plan::Plan;
use crate::settings::Settings;

const ID: &str = "databases.W002";

/// The problems of rows; none in an empty database.
pub(super) async fn problems(plan: &Plan, settings: &Settings) -> Vec<Problem> {
    let pool = match database::open_to_read(settings).await {
        Ok(pool) => pool,
        Err(error) => return vec![left_out("all modules", &error)],
    };
    let db = Db::new(pool, Arc::clone(&plan.models));
    let problems = match database::is_empty(&db).await {
        Ok(true) => Vec::new(),
        Ok(false) => of_modules(plan, &db).await,
        Err(error) => vec![left_out("all modules", &error)],
    };
    db.close().await;
    problems
}

async fn of_modules(plan: &Plan, db: &Db) -> Vec<Problem> {
    let mut problems = Vec::new();
    for planned in plan.active() {
        for check in planned.registration.module.database_checks() {
            match check(db).await {
                Ok(found) => {
                    problems.extend(found.into_iter().map(|it| it.module(planned.name())));
                }
                Err(error) => problems.push(left_out(&format!("`{}`", planned.name()), &*error)),
            }
        }
    }
    problems
}

fn left_out(whose: &str, error: &(dyn Error + 'static)) -> Problem {
    let message = format!("the rows of {whose} were not checked: {}", with_causes(error));
    Problem::warning(ID, message)
        .hint(format!("see that the database answers and `{} migrate` has run", program_name()))
}
