//! Commands of the host's command line: to make a user who may do everything, and to give a user
//! another password.

mod change_password;
mod create_superuser;
mod terminal;

use std::io::{self, Write};

use module_api::Command;
use module_api::db::{DbConnection, DbError, FromRow, query};

use self::terminal::Terminal;

/// All commands.
pub(crate) fn all() -> Vec<Command> {
    vec![
        Command::new(create_superuser::definition(), create_superuser::run),
        Command::new(change_password::definition(), change_password::run),
    ]
}

/// The error of a command.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The attributes of a user that the rules for passwords compare.
#[derive(FromRow)]
struct Account {
    id: i64,
    username: String,
    first_name: String,
    last_name: String,
    email: String,
}

/// The user of that name, if there is one.
async fn account(username: &str, on: &mut DbConnection) -> Result<Option<Account>, DbError> {
    // PostgreSQL knows no texts with a zero byte.
    if username.contains('\0') {
        return Ok(None);
    }
    let account = query(
        "SELECT id, username, first_name, last_name, email FROM auth_user WHERE username = $1",
    );
    account.bind(username).fetch_optional(on).await
}

/// Prints what was done. Nobody needs to read it.
fn print_success(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// The name under which whoever runs the command is known to the operating system: the first of the
/// variables by which Python tells it that is set.
fn system_user() -> Option<String> {
    let names = ["LOGNAME", "USER", "LNAME", "USERNAME"];
    names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}
