//! There is not enough memory to hash a password.

use std::process::Command;

use module_test::Document;
use site_tests::{Answer, DatabaseKind, ask, ask_with, on_both_databases};

use crate::program::{Program, until};
use crate::workshop::Workshop;

on_both_databases! {
    without_memory_to_hash_in_a_login_is_answered_503_and_not_counted,
}

/// Of `lètmein`, as Django makes it.
const SCRYPT: &str = "scrypt$16384$0qnBcBS65bEyhTwFjzw3ju$8$5$M2Z4tV1TumhJrGY/+BjxpjCugxTiy61WDa6I0TQc\
                      IurU93rJVE0XLuFaZAifNiXfsLlkPAA9eY1xp5lhAUSrYg==";
const ARGON2: &str = "argon2$argon2id$v=19$m=102400,t=2,p=8$SFZSRE80SU0yNXZURjVOT2JuMG9wWA\
                      $llzxP+bzZBfJjWJXhsBhNcjZG39LXOB5Br3M0xSxExQ";

/// Sends the form for a login as a browser does that has just loaded it.
async fn sign_in(program: &Program, username: &str) -> Answer {
    const LOGIN: &str = "/accounts/login/";
    let page = ask(program.port(), "GET", LOGIN, &[]).await.unwrap();
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let document = Document::parse(page.text());
    let mut inputs = document.all("input");
    let token = inputs.find(|input| input.attribute("name") == Some("csrf_token")).unwrap();
    let token = token.attribute("value").unwrap();
    let body = format!("csrf_token={token}&username={username}&password=l%C3%A8tmein");
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let headers = [form, ("Cookie", cookie.as_str()), ("Origin", "http://localhost")];
    ask_with(program.port(), "POST", LOGIN, &headers, body.as_bytes()).await.unwrap()
}

async fn without_memory_to_hash_in_a_login_is_answered_503_and_not_counted(kind: DatabaseKind) {
    const FAILURES: &str =
        "SELECT CAST(COALESCE(SUM(failures), 0) AS bigint) AS value FROM accounts_throttle";
    let workshop = Workshop::with_linked_modules(kind).await;
    workshop.run(&["migrate"]);
    for (username, hash) in [("scrypt", SCRYPT), ("argon2", ARGON2)] {
        workshop
            .execute(&[&format!(
                "INSERT INTO auth_user (username, password, first_name, last_name, email, \
                 is_superuser, is_staff, is_active, date_joined) VALUES ('{username}', '{hash}', '', \
                 '', '', FALSE, FALSE, TRUE, '2020-06-14 09:41:15')"
            )])
            .await;
    }
    let mut command = workshop.command(&[]);
    // Of what the allocator reserves at once, no limit could refuse a part.
    command.env("MIMALLOC_DISALLOW_ARENA_ALLOC", "1");
    let program = Program::start(command);
    program.answers("/", 200).await;
    let limit = |bytes: &str| {
        let (pid, bytes) = (program.id().to_string(), format!("--as={bytes}"));
        let mut limit = Command::new("prlimit");
        assert!(limit.args(["--pid", &pid, &bytes]).status().unwrap().success());
    };
    // Room for what a request takes, and not for a hash.
    limit(&format!("{}:unlimited", program.memory("VmSize") + (16 << 20)));
    for username in ["scrypt", "argon2"] {
        let answer = sign_in(&program, username).await;
        assert_eq!(answer.status, 503, "{username}: {}", program.log());
        assert!(answer.header("retry-after").is_some());
        assert!(answer.text().contains("Passwords cannot be checked"), "{}", answer.text());
    }
    let logged = || program.log().matches("there is no memory").count();
    until("both are logged", || logged() == 2).await;
    let failures = workshop.values::<i64>(FAILURES).await;
    assert_eq!(failures, [0], "nobody failed");
    assert_eq!(program.get("/lettings/").await.status, 200, "all else goes on");

    limit("unlimited:unlimited");
    for username in ["scrypt", "argon2"] {
        assert_eq!(sign_in(&program, username).await.status, 303, "{username}: {}", program.log());
    }
    program.stop().await;
}
