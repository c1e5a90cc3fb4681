//! `createsuperuser` and `changepassword`, with flags, with variables, and at a terminal.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use accounts::passwords::{Algorithm, Verification, verify};
use site_tests::{DatabaseKind, HolidayHomes, NewUser, on_both_databases};

use crate::workshop::{Workshop, lines};

on_both_databases!(
    a_script_makes_a_superuser_with_flags_and_variables,
    variables_say_what_flags_do_not,
    without_a_password_nobody_can_log_in_until_there_is_one,
    what_a_script_does_not_say_is_wrong_usage,
    what_cannot_be_a_user_is_refused_and_nothing_is_written,
    a_script_is_warned_of_a_weak_password,
    without_a_terminal_nothing_is_asked,
    a_superuser_is_asked_for_at_the_terminal,
    a_weak_password_is_taken_only_on_confirmation,
    passwords_are_asked_for_until_they_fit,
    a_password_is_changed_at_the_terminal_and_sessions_end,
    after_three_attempts_the_password_stays,
    whoever_interrupts_changes_nothing_and_gets_the_terminal_back,
    the_setting_for_new_passwords_holds_for_commands_too,
);

const GOOD: &str = "blue kettle on fire";

/// Runs a program at a pseudo-terminal, and ends with its status.
const AT_TERMINAL: &str = "import os, pty, sys; \
                           sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

/// A program at a pseudo-terminal, and what was said there so far.
struct Conversation {
    python: Child,
    keyboard: ChildStdin,
    screen: ChildStdout,
    said: String,
}

impl Conversation {
    /// Begins with a command, or with a shell that runs it, which is told by `shell`.
    fn begin(host: &Command, shell: Option<&str>) -> Self {
        let mut command = Command::new("python3");
        command.args(["-c", AT_TERMINAL]);
        match shell {
            Some(script) => command.args(["sh", "-c", script, "sh"]),
            None => &mut command,
        }
        .arg(host.get_program())
        .args(host.get_args());
        for (name, value) in host.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.current_dir(host.get_current_dir().unwrap()).env("LOGNAME", "dr.strange");
        let mut python = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (keyboard, screen) = (python.stdin.take().unwrap(), python.stdout.take().unwrap());
        Self { python, keyboard, screen, said: String::new() }
    }

    /// Waits until it is asked, and then types.
    fn answer(&mut self, question: &str, keys: &str) {
        let mut bytes = Vec::new();
        while !bytes.ends_with(question.as_bytes()) {
            let mut byte = [0];
            if self.screen.read(&mut byte).unwrap() == 0 {
                let rest = String::from_utf8_lossy(&bytes);
                panic!("it never asked `{question}`: {}{rest}", self.said);
            }
            bytes.extend(byte);
        }
        self.said += &String::from_utf8(bytes).unwrap();
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits for the end: the status, and all that was said.
    fn end(mut self) -> (i32, String) {
        let mut rest = Vec::new();
        self.screen.read_to_end(&mut rest).unwrap();
        let said = std::mem::take(&mut self.said) + &String::from_utf8(rest).unwrap();
        (self.python.wait().unwrap().code().unwrap(), said.replace("\r\n", "\n"))
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        let _ = self.python.kill();
        let _ = self.python.wait();
    }
}

async fn migrated(kind: DatabaseKind) -> Workshop {
    let workshop = Workshop::with_linked_modules(kind).await;
    workshop.run(&["migrate"]);
    workshop
}

/// A command with variables.
fn with_variables(workshop: &Workshop, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = workshop.command(arguments);
    for name in ["USERNAME", "EMAIL", "PASSWORD"] {
        command.env_remove(format!("DJANGO_SUPERUSER_{name}"));
    }
    for (name, value) in variables {
        command.env(format!("DJANGO_SUPERUSER_{name}"), value);
    }
    command.output().unwrap()
}

/// All users, as `username email staff superuser active`.
async fn users(workshop: &Workshop) -> Vec<String> {
    let sql = "SELECT username || ' ' || email || CASE WHEN is_staff THEN ' staff' ELSE '' END \
               || CASE WHEN is_superuser THEN ' superuser' ELSE '' END \
               || CASE WHEN is_active THEN ' active' ELSE '' END AS value \
               FROM auth_user ORDER BY id";
    workshop.values(sql).await
}

async fn hash(workshop: &Workshop, username: &str) -> String {
    let sql = format!("SELECT password AS value FROM auth_user WHERE username = '{username}'");
    workshop.values::<String>(&sql).await.remove(0)
}

/// Returns `true` if a user has that password.
async fn has_password(workshop: &Workshop, username: &str, password: &str) -> bool {
    let hash = hash(workshop, username).await;
    verify(password, &hash, Algorithm::Argon2).unwrap() == Verification::Right
}

fn error(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

async fn a_script_makes_a_superuser_with_flags_and_variables(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    for (flag, name) in [("--noinput", "zoë"), ("--no-input", "ann")] {
        let arguments = ["createsuperuser", flag, "--username", name, "--email", "Z@Example.ORG"];
        let output = with_variables(&workshop, &arguments, &[("PASSWORD", GOOD)]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(lines(&output), ["Superuser created successfully."]);
        assert!(has_password(&workshop, name, GOOD).await);
    }
    let rights = "Z@example.org staff superuser active";
    assert_eq!(users(&workshop).await, [format!("zoë {rights}"), format!("ann {rights}")]);
}

async fn variables_say_what_flags_do_not(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    // In full width, which is read as in a form.
    let variables = [("USERNAME", "ｏｐｓ"), ("EMAIL", ""), ("PASSWORD", GOOD)];
    let output = with_variables(&workshop, &["createsuperuser", "--noinput"], &variables);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let arguments = ["createsuperuser", "--noinput", "--username", "other", "--email", "o@x.org"];
    let output = with_variables(&workshop, &arguments, &variables);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let rights = "staff superuser active";
    assert_eq!(
        users(&workshop).await,
        [format!("ops  {rights}"), format!("other o@x.org {rights}")]
    );
}

async fn without_a_password_nobody_can_log_in_until_there_is_one(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    let arguments = ["createsuperuser", "--noinput", "--username", "ann", "--email", ""];
    let output = with_variables(&workshop, &arguments, &[]);
    let expected = "Nobody can log in as ann yet: `small-host changepassword ann` sets a password.";
    assert_eq!(lines(&output), ["Superuser created successfully.", expected]);
    assert!(hash(&workshop, "ann").await.starts_with('!'));
}

async fn what_a_script_does_not_say_is_wrong_usage(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    for (arguments, missing) in [
        (&["createsuperuser", "--noinput", "--email", "a@b.org"][..], "--username"),
        (&["createsuperuser", "--noinput", "--username", "ann"], "--email"),
    ] {
        let output = with_variables(&workshop, arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let name = missing.trim_start_matches('-').to_uppercase();
        let said = format!("give {missing} or set DJANGO_SUPERUSER_{name}");
        assert!(error(&output).contains(&said), "{output:?}");
        assert!(error(&output).contains("Usage: small-host createsuperuser"), "{output:?}");
    }
    // Nobody writes a password where all can read it.
    let output = with_variables(&workshop, &["createsuperuser", "--password", GOOD], &[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(users(&workshop).await.is_empty());
}

async fn what_cannot_be_a_user_is_refused_and_nothing_is_written(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    let create = |name: &str, email: &str, password: &str| {
        let arguments = ["createsuperuser", "--noinput", "--username", name, "--email", email];
        with_variables(&workshop, &arguments, &[("PASSWORD", password)])
    };
    assert_eq!(create("ann", "", GOOD).status.code(), Some(0));
    let before = users(&workshop).await;
    let long = "x".repeat(4097);
    for (name, email, password, said) in [
        ("ann", "", GOOD, "error: That username is already taken."),
        ("an n", "", GOOD, "error: Enter a valid username."),
        (" ", "", GOOD, "error: Username cannot be blank."),
        (&long[..151], "", GOOD, "at most 150 characters"),
        ("bob", "nowhere", GOOD, "error: Enter a valid email address."),
        ("bob", "", &long, "error: This password is too long."),
    ] {
        let output = create(name, email, password);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(error(&output).contains(said), "{said}: {output:?}");
    }
    assert_eq!(users(&workshop).await, before);
}

async fn a_script_is_warned_of_a_weak_password(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    let arguments = ["createsuperuser", "--noinput", "--username", "ann", "--email", ""];
    let output = with_variables(&workshop, &arguments, &[("PASSWORD", "12345")]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for warning in ["too short", "too common", "entirely numeric"] {
        let mut said = error(&output).lines().filter(|line| line.starts_with("warning: "));
        assert!(said.any(|line| line.contains(warning)), "{warning}: {output:?}");
    }
    assert!(!error(&output).contains("12345"));
    assert!(has_password(&workshop, "ann", "12345").await);
}

async fn without_a_terminal_nothing_is_asked(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    let create = with_variables(&workshop, &["createsuperuser"], &[("PASSWORD", GOOD)]);
    assert_eq!(create.status.code(), Some(1), "{create:?}");
    let said = "there is no terminal to ask on: use --noinput, with DJANGO_SUPERUSER_PASSWORD set";
    assert!(error(&create).contains(said), "{create:?}");
    assert!(users(&workshop).await.is_empty());

    let arguments = ["createsuperuser", "--noinput", "--username", "ann", "--email", ""];
    with_variables(&workshop, &arguments, &[("PASSWORD", GOOD)]);
    let said = workshop.fails(1, &["changepassword", "ann"]);
    assert!(said.contains("there is no terminal to ask on"), "{said}");
    let said = workshop.fails(1, &["changepassword", "bob"]);
    assert!(said.contains("error: user 'bob' does not exist"), "{said}");
    assert!(has_password(&workshop, "ann", GOOD).await);
}

async fn a_superuser_is_asked_for_at_the_terminal(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    let create = workshop.command(&["createsuperuser"]);
    let mut at = Conversation::begin(&create, None);
    at.answer("Username (leave blank to use 'dr.strange'): ", "no name\n");
    at.answer("characters.\r\nUsername (leave blank to use 'dr.strange'): ", "\n");
    at.answer("Email address: ", "nowhere\n");
    at.answer("Error: Enter a valid email address.\r\nEmail address: ", "doctor@EXAMPLE.org\n");
    at.answer("Password: ", &format!("{GOOD}\n"));
    at.answer("Password (again): ", &format!("{GOOD}\n"));
    let (status, said) = at.end();
    assert_eq!(status, 0, "{said}");
    assert!(said.ends_with("\nSuperuser created successfully.\n"), "{said}");
    assert!(!said.contains(GOOD), "nobody sees the password: {said}");
    assert_eq!(users(&workshop).await, ["dr.strange doctor@example.org staff superuser active"]);
    assert!(has_password(&workshop, "dr.strange", GOOD).await);

    // The name is taken now, and not proposed; what flags say is not asked.
    let create = workshop.command(&["createsuperuser", "--email", ""]);
    let mut at = Conversation::begin(&create, None);
    at.answer("Username: ", "dr.strange\n");
    at.answer("Error: That username is already taken.\r\nUsername: ", "\n");
    at.answer("Error: Username cannot be blank.\r\nUsername: ", "wong\n");
    at.answer("Password: ", &format!("{GOOD}\n"));
    at.answer("Password (again): ", &format!("{GOOD}\n"));
    assert_eq!(at.end().0, 0);
    assert_eq!(users(&workshop).await[1], "wong  staff superuser active");
}

async fn a_weak_password_is_taken_only_on_confirmation(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    let arguments = ["createsuperuser", "--username", "ann", "--email", ""];
    let mut at = Conversation::begin(&workshop.command(&arguments), None);
    let bypass = "Bypass password validation and create user anyway? [y/N]: ";
    for answer in ["\n", "n\n", "y\n"] {
        at.answer("Password: ", "1234\n");
        at.answer("Password (again): ", "1234\n");
        at.answer(bypass, answer);
    }
    let (status, said) = at.end();
    assert_eq!(status, 0, "{said}");
    assert_eq!(said.matches("This password is too short.").count(), 3, "{said}");
    assert!(has_password(&workshop, "ann", "1234").await);
}

async fn passwords_are_asked_for_until_they_fit(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    let arguments = ["createsuperuser", "--username", "ann", "--email", ""];
    let mut at = Conversation::begin(&workshop.command(&arguments), None);
    at.answer("Password: ", "one\n");
    at.answer("Password (again): ", "other\n");
    at.answer("Error: Your passwords didn't match.\r\nPassword: ", "  \n");
    at.answer("Password (again): ", "  \n");
    at.answer("Error: Blank passwords aren't allowed.\r\nPassword: ", &format!("{GOOD}\n"));
    at.answer("Password (again): ", &format!("{GOOD}\n"));
    let (status, said) = at.end();
    assert_eq!(status, 0, "{said}");
    assert!(has_password(&workshop, "ann", GOOD).await);
}

async fn a_password_is_changed_at_the_terminal_and_sessions_end(kind: DatabaseKind) {
    let site = HolidayHomes::on(kind).start().await;
    NewUser::named("ann", GOOD).add_to(site.db()).await.unwrap();
    let browser = site.sign_in("ann", GOOD).await;
    let is_signed_in = async || browser.get("/accounts/password_change/").await.status == 200;
    assert!(is_signed_in().await);

    let workshop = Workshop::with_linked_modules(kind).await;
    let mut command = workshop.command(&["changepassword", "ann"]);
    command.env("DATABASE_URL", &site.database().url);
    let mut at = Conversation::begin(&command, None);
    let new = "green kettle on ice";
    at.answer("Changing password for user 'ann'\r\nPassword: ", &format!("{new}\n"));
    at.answer("Password (again): ", "something else\n");
    let again = "Passwords do not match. Please try again.\r\nPassword: ";
    at.answer(again, &format!("{new}\n"));
    at.answer("Password (again): ", &format!("{new}\n"));
    let (status, said) = at.end();
    assert_eq!(status, 0, "{said}");
    assert!(said.ends_with("\nPassword changed successfully for user 'ann'\n"), "{said}");
    assert!(!said.contains(new), "{said}");

    assert!(!is_signed_in().await, "the session is over");
    assert_ne!(site.browser().sign_in("ann", GOOD).await.status, 303);
    site.sign_in("ann", new).await;
}

async fn after_three_attempts_the_password_stays(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    let arguments = ["createsuperuser", "--noinput", "--username", "ann", "--email", ""];
    with_variables(&workshop, &arguments, &[("PASSWORD", GOOD)]);
    let mut at = Conversation::begin(&workshop.command(&["changepassword", "ann"]), None);
    for _ in 0..3 {
        at.answer("Password: ", "12345678\n");
        at.answer("Password (again): ", "12345678\n");
    }
    let (status, said) = at.end();
    assert_eq!(status, 1, "{said}");
    assert_eq!(said.matches("This password is too common.").count(), 3, "{said}");
    let end = "aborting password change for user 'ann' after 3 attempts\n";
    assert!(said.ends_with(end), "{said}");
    assert!(has_password(&workshop, "ann", GOOD).await);
}

async fn whoever_interrupts_changes_nothing_and_gets_the_terminal_back(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    // Ctrl+C, and Ctrl+D.
    for key in ["\x03", "\x04"] {
        let arguments = ["createsuperuser", "--username", "ann", "--email", ""];
        let script = "trap : INT; \"$@\"; echo status $?; stty -a";
        let mut at = Conversation::begin(&workshop.command(&arguments), Some(script));
        at.answer("Password: ", key);
        let (_, said) = at.end();
        assert!(said.contains("error: operation cancelled\nstatus 1\n"), "{said}");
        let modes: Vec<&str> = said.split_whitespace().collect();
        assert!(modes.contains(&"echo") && modes.contains(&"-echonl"), "{said}");
    }
    assert!(users(&workshop).await.is_empty());
}

async fn the_setting_for_new_passwords_holds_for_commands_too(kind: DatabaseKind) {
    let workshop = migrated(kind).await;
    let mut command = workshop.command(&["createsuperuser", "--noinput"]);
    command.env("ROCKET_MODULES", "{accounts={password_hasher=\"pbkdf2_sha256\"}}");
    for (name, value) in [("USERNAME", "ann"), ("EMAIL", ""), ("PASSWORD", GOOD)] {
        command.env(format!("DJANGO_SUPERUSER_{name}"), value);
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(hash(&workshop, "ann").await.starts_with("pbkdf2_sha256$1000000$"));
}
