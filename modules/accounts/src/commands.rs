//! Commands: creating a superuser, and changing a user's password.

mod change_password;
mod create_superuser;
mod terminal;

use std::io::{self, Write};

use module_api::Command;
use module_api::db::{DbConnection, DbError, FromRow, query};

use self::terminal::Terminal;

/// All commands of this module.
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

/// The user with that name, if there is one.
async fn account(username: &str, on: &mut DbConnection) -> Result<Option<Account>, DbError> {
    // PostgreSQL does not support null characters in text.
    if username.contains('\0') {
        return Ok(None);
    }
    let account = query(
        "SELECT id, username, first_name, last_name, email FROM auth_user WHERE username = $1",
    );
    account.bind(username).fetch_optional(on).await
}

/// Prints the result. A closed standard output is not an error.
fn print_success(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// The name of the operating system's user: the first variable that is set among those that Python
/// reads.
fn system_user() -> Option<String> {
    let names = ["LOGNAME", "USER", "LNAME", "USERNAME"];
    names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}
