//! `createsuperuser`: creates a user who has all permissions.

use std::env;

use module_api::clap::error::ErrorKind;
use module_api::clap::{self, Arg, ArgAction, ArgMatches};
use module_api::db::{Db, DbError, Value};
use module_api::model::{ManyToMany, Model, WriteError};
use module_api::{CommandContext, ModuleFuture, now, program_name};

use super::{Failure, Terminal, account, print_success, system_user};
use crate::authentication::MAX_PASSWORD;
use crate::models::User;
use crate::new_password::check_new_password;
use crate::passwords::{Hasher, UserAttributes, unusable};
use crate::settings::AccountsSettings;
use crate::usernames::normalized_username;

/// Django's names of the variables for non-interactive use.
const USERNAME_VARIABLE: &str = "DJANGO_SUPERUSER_USERNAME";
const EMAIL_VARIABLE: &str = "DJANGO_SUPERUSER_EMAIL";
const PASSWORD_VARIABLE: &str = "DJANGO_SUPERUSER_PASSWORD";

const TAKEN: &str = "That username is already taken.";

/// A user to be created.
struct NewSuperuser {
    username: String,
    email: String,
    /// The password; `None` creates a user who cannot log in until one is set.
    password: Option<String>,
}

pub(super) fn definition() -> clap::Command {
    clap::Command::new("createsuperuser")
        .about("Create a user with all permissions")
        .after_help(
            "With --noinput, what is not given is read from DJANGO_SUPERUSER_USERNAME and \
             DJANGO_SUPERUSER_EMAIL, and the password from DJANGO_SUPERUSER_PASSWORD. Without a \
             password nobody can log in as the user until `changepassword` has set one.",
        )
        .arg(Arg::new("username").long("username").help("The username"))
        .arg(Arg::new("email").long("email").help("The email address; may be empty"))
        .arg(
            Arg::new("noinput")
                .long("noinput")
                .visible_alias("no-input")
                .action(ArgAction::SetTrue)
                .help("Do not prompt"),
        )
}

pub(super) fn run(context: CommandContext, arguments: ArgMatches) -> ModuleFuture<'static> {
    Box::pin(async move {
        let wanted = if arguments.get_flag("noinput") {
            from_environment(&arguments)?
        } else {
            ask(&arguments, &context.db).await?
        };
        create(wanted, &context).await
    })
}

/// Reads the values from the arguments and the environment.
fn from_environment(arguments: &ArgMatches) -> Result<NewSuperuser, Failure> {
    let given = |name: &str, variable: &str| {
        let argument = arguments.get_one::<String>(name).cloned();
        argument.or_else(|| env::var(variable).ok())
    };
    let missing = |name: &str, variable: &str| {
        let message = format!("with --noinput, give --{name} or set {variable}");
        definition()
            .bin_name(format!("{} createsuperuser", program_name()))
            .error(ErrorKind::MissingRequiredArgument, message)
    };
    let username = given("username", USERNAME_VARIABLE).filter(|name| !name.is_empty());
    let username = username.ok_or_else(|| missing("username", USERNAME_VARIABLE))?;
    let username = normalized_username(&username);
    let email = given("email", EMAIL_VARIABLE);
    let email = normalized_email(&email.ok_or_else(|| missing("email", EMAIL_VARIABLE))?);
    let password = env::var(PASSWORD_VARIABLE).ok().filter(|password| !password.is_empty());
    if let Some(password) = &password {
        let attributes =
            UserAttributes { username: &username, email: &email, ..Default::default() };
        let messages = check_new_password(password, &attributes).err().unwrap_or_default();
        if password.len() > MAX_PASSWORD {
            return Err(messages.join(" ").into());
        }
        // As in Django, an invalid password is allowed non-interactively, while a person is
        // asked.
        for message in messages {
            eprintln!("warning: {message}");
        }
    }
    Ok(NewSuperuser { username, email, password })
}

/// Asks for the values at the terminal.
async fn ask(arguments: &ArgMatches, db: &Db) -> Result<NewSuperuser, Failure> {
    let terminal = Terminal::open().map_err(|error| {
        format!("{error}: use --noinput, with {PASSWORD_VARIABLE} set to the password")
    })?;
    let username = match arguments.get_one::<String>("username") {
        Some(username) => {
            let username = normalized_username(username);
            if let Some(message) = wrong_with_username(&username, db).await? {
                return Err(message.into());
            }
            username
        }
        None => ask_username(&terminal, db).await?,
    };
    let email = match arguments.get_one::<String>("email") {
        Some(email) => {
            let email = normalized_email(email);
            if let Some(message) = field_error("email", &email) {
                return Err(message.into());
            }
            email
        }
        None => ask_email(&terminal).await?,
    };
    let password = Some(ask_password(&username, &email, &terminal).await?);
    Ok(NewSuperuser { username, email, password })
}

async fn ask_username(terminal: &Terminal, db: &Db) -> Result<String, Failure> {
    let proposed = match system_user() {
        Some(name) => {
            let name: String =
                normalized_username(&name).to_lowercase().split_whitespace().collect();
            let is_good = wrong_with_username(&name, db).await?.is_none();
            if is_good { Some(name) } else { None }
        }
        None => None,
    };
    let question = match &proposed {
        Some(name) => format!("Username (leave blank to use '{name}'): "),
        None => "Username: ".to_owned(),
    };
    loop {
        let answer = normalized_username(&terminal.ask(&question).await?);
        let username = match &proposed {
            Some(name) if answer.is_empty() => name.clone(),
            _ => answer,
        };
        match wrong_with_username(&username, db).await? {
            Some(message) => terminal.tell(&format!("Error: {message}")),
            None => return Ok(username),
        }
    }
}

async fn ask_email(terminal: &Terminal) -> Result<String, Failure> {
    loop {
        let email = normalized_email(&terminal.ask("Email address: ").await?);
        match field_error("email", &email) {
            Some(message) => terminal.tell(&format!("Error: {message}")),
            None => return Ok(email),
        }
    }
}

async fn ask_password(username: &str, email: &str, terminal: &Terminal) -> Result<String, Failure> {
    let attributes = UserAttributes { username, email, ..Default::default() };
    loop {
        let password = terminal.ask_hidden("Password: ").await?;
        let again = terminal.ask_hidden("Password (again): ").await?;
        if password != again {
            terminal.tell("Error: Your passwords didn't match.");
        } else if password.trim().is_empty() {
            terminal.tell("Error: Blank passwords aren't allowed.");
        } else {
            let Err(messages) = check_new_password(&password, &attributes) else {
                return Ok(password);
            };
            terminal.tell(&messages.join("\n"));
            // A longer password would not be accepted at the login.
            if password.len() <= MAX_PASSWORD {
                let question = "Bypass password validation and create user anyway? [y/N]: ";
                if terminal.ask(question).await?.eq_ignore_ascii_case("y") {
                    return Ok(password);
                }
            }
        }
    }
}

/// Returns the error of a field's value, if there is one.
fn field_error(field: &str, value: &str) -> Option<String> {
    let field = User::INFO.field(field).expect("users have that field");
    let messages = field.validate(&Value::from(value));
    if messages.is_empty() { None } else { Some(messages.join(" ")) }
}

async fn wrong_with_username(username: &str, db: &Db) -> Result<Option<String>, DbError> {
    if username.is_empty() {
        return Ok(Some("Username cannot be blank.".to_owned()));
    }
    if let Some(message) = field_error("username", username) {
        return Ok(Some(message));
    }
    let other = account(username, &mut db.acquire().await?).await?;
    Ok(other.map(|_| TAKEN.to_owned()))
}

/// The address with its domain in lower case, as Django stores it.
fn normalized_email(email: &str) -> String {
    let email = email.trim();
    match email.rsplit_once('@') {
        Some((name, domain)) => format!("{name}@{}", domain.to_lowercase()),
        None => email.to_owned(),
    }
}

async fn create(wanted: NewSuperuser, context: &CommandContext) -> Result<(), Failure> {
    if let Some(message) = wrong_with_username(&wanted.username, &context.db).await? {
        return Err(message.into());
    }
    let hasher = Hasher::new(AccountsSettings::of(&context.figment).passwords);
    let password = match &wanted.password {
        Some(password) => hasher.encode(password).await?,
        None => unusable(),
    };
    let mut user = User {
        id: 0,
        password,
        last_login: None,
        is_superuser: true,
        username: wanted.username,
        first_name: String::new(),
        last_name: String::new(),
        email: wanted.email,
        is_staff: true,
        is_active: true,
        date_joined: now(),
        groups: ManyToMany::default(),
        user_permissions: ManyToMany::default(),
    };
    let mut transaction = context.db.begin().await?;
    match user.insert(&mut transaction).await {
        Ok(()) => transaction.commit().await?,
        Err(WriteError::Invalid(errors)) => {
            let messages = errors.iter().flat_map(|(_, messages)| messages.iter().cloned());
            return Err(messages.collect::<Vec<_>>().join(" ").into());
        }
        Err(error) => return Err(error.into()),
    }
    print_success("Superuser created successfully.");
    if wanted.password.is_none() {
        let name = user.username;
        print_success(&format!(
            "Nobody can log in as {name} yet: `{} changepassword {name}` sets a password.",
            program_name()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{field_error, normalized_email};

    #[test]
    fn the_domain_of_an_address_is_in_small_letters() {
        assert_eq!(normalized_email(" Ann@EXAMPLE.Org "), "Ann@example.org");
        assert_eq!(normalized_email("nobody"), "nobody");
        assert_eq!(normalized_email(""), "");
    }

    #[test]
    fn names_and_addresses_are_checked_with_django_s_messages() {
        assert!(field_error("username", "a b").unwrap_or_default().contains("valid username"));
        assert!(field_error("username", &"x".repeat(151)).is_some());
        assert_eq!(field_error("email", "x"), Some("Enter a valid email address.".to_owned()));
        assert_eq!(field_error("email", ""), None);
    }
}
