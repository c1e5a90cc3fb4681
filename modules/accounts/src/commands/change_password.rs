//! `changepassword`: sets a user's password.

use module_api::clap::{self, Arg, ArgMatches};
use module_api::{CommandContext, ModuleFuture, program_name};

use super::{Account, Failure, Terminal, account, print_success, system_user};
use crate::new_password::{check_new_password, store_password};
use crate::passwords::{Hasher, UserAttributes};
use crate::settings::AccountsSettings;
use crate::usernames::normalized_username;

/// The number of attempts to enter a valid password.
const ATTEMPTS: u32 = 3;

pub(super) fn definition() -> clap::Command {
    clap::Command::new("changepassword")
        .about("Set a user's password, and end the user's sessions")
        .arg(Arg::new("username").help("The user; by default, your name on this machine"))
}

pub(super) fn run(context: CommandContext, arguments: ArgMatches) -> ModuleFuture<'static> {
    Box::pin(async move {
        let username = match arguments.get_one::<String>("username") {
            Some(username) => username.clone(),
            None => system_user().ok_or_else(|| {
                format!("say whose password: {} changepassword USERNAME", program_name())
            })?,
        };
        change(&normalized_username(&username), &context).await
    })
}

async fn change(username: &str, context: &CommandContext) -> Result<(), Failure> {
    let account = account(username, &mut context.db.acquire().await?).await?;
    let account = account.ok_or_else(|| gone(username))?;
    let password = ask(&account, &Terminal::open()?).await?;
    let hasher = Hasher::new(AccountsSettings::of(&context.figment).passwords);
    let hash = hasher.encode(&password).await?;
    let mut transaction = context.db.begin().await?;
    if !store_password(account.id, &hash, &mut transaction).await? {
        return Err(gone(username).into());
    }
    transaction.commit().await?;
    print_success(&format!("Password changed successfully for user '{username}'"));
    Ok(())
}

fn gone(username: &str) -> String {
    format!("user '{username}' does not exist")
}

/// Asks for a new password until it is valid, a few times.
async fn ask(account: &Account, terminal: &Terminal) -> Result<String, Failure> {
    let username = &account.username;
    terminal.tell(&format!("Changing password for user '{username}'"));
    let attributes = UserAttributes {
        username,
        first_name: &account.first_name,
        last_name: &account.last_name,
        email: &account.email,
    };
    for _ in 0..ATTEMPTS {
        let password = terminal.ask_hidden("Password: ").await?;
        let again = terminal.ask_hidden("Password (again): ").await?;
        if password != again {
            terminal.tell("Passwords do not match. Please try again.");
        } else if password.is_empty() {
            terminal.tell("Blank passwords aren't allowed.");
        } else if let Err(messages) = check_new_password(&password, &attributes) {
            terminal.tell(&messages.join("\n"));
        } else {
            return Ok(password);
        }
    }
    Err(format!("aborting password change for user '{username}' after {ATTEMPTS} attempts").into())
}
