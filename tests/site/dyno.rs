//! Conditions of a Heroku dyno: another user at each start, a read-only file system, a router in
//! front.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::available_parallelism;

use rocket::futures::future::join_all;
use site_tests::{Answer, Cluster, SECRET_KEY, ask, ask_with, encoded, free_port};
use tempfile::TempDir;

use crate::program::Program;
use crate::refusal::Refusal;

/// The number of a user that nobody has heard of.
const USER: &str = "54321";

/// A folder with the program and nothing else, in which nobody may write.
struct Dyno {
    folder: TempDir,
    cluster: Cluster,
    is_root: bool,
}

impl Dyno {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(env!("CARGO_BIN_EXE_small-host"), folder.path().join("host")).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        let id = Command::new("id").arg("-u").output().unwrap();
        Self { folder, cluster: Cluster::start(20), is_root: id.stdout.trim_ascii() == b"0" }
    }

    /// A command with the variables of a dyno, and no others.
    fn command(&self, arguments: &[&str]) -> Command {
        let program: PathBuf = self.folder.path().join("host");
        let mut command = if self.is_root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", USER, "--regid", USER, "--clear-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.env_clear().args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
            .env("ROCKET_PROFILE", "heroku")
            .env("DATABASE_URL", self.cluster.url())
            .env("SECRET_KEY", SECRET_KEY)
            .env("ALLOWED_HOSTS", "example.org")
            .env("SITE_URL", "https://example.org")
            .env("EMAIL_URL", "smtp://127.0.0.1:9")
            .env("EMAIL_FROM", "no-reply@example.org")
            .env("PORT", free_port().to_string());
        command
    }

    /// Runs the release phase.
    fn release(&self) {
        let output = self.command(&["migrate"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }

    /// The names in its folder.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Dyno {
    fn drop(&mut self) {
        let _ = fs::set_permissions(self.folder.path(), fs::Permissions::from_mode(0o755));
    }
}

/// Asks as the router does, with headers besides.
async fn routed(program: &Program, method: &str, to: &str, more: &[(&str, &str)]) -> Answer {
    let headers = [&[("Host", "example.org")], more].concat();
    ask(program.port(), method, to, &headers).await.unwrap()
}

const SECURE: (&str, &str) = ("X-Forwarded-Proto", "https");
const INSECURE: (&str, &str) = ("X-Forwarded-Proto", "http");

#[rocket::async_test]
async fn a_release_migrates_and_then_a_dyno_serves_where_it_is_told_and_writes_nothing() {
    let dyno = Dyno::new();
    // The release has to come first: a dyno does not migrate.
    let too_early = dyno.command(&["serve"]).output().unwrap();
    let said = String::from_utf8(too_early.stderr).unwrap();
    assert_eq!(too_early.status.code(), Some(1), "{said}");
    assert!(said.contains("lacks") && said.contains("run `host migrate`"), "{said}");
    dyno.release();
    let port = free_port();
    let mut command = dyno.command(&[]);
    command.env("PORT", port.to_string());
    let program = Program::start(command);
    assert_eq!(program.port(), port);
    for page in ["/", "/lettings/", "/profiles/", "/accounts/login/"] {
        assert_eq!(routed(&program, "GET", page, &[SECURE]).await.status, 200, "{page}");
    }
    assert_eq!(program.get("/readyz").await.status, 200, "of any host, and without the router");
    assert_eq!(dyno.names(), ["host"]);
    // One line for each request, as JSON.
    for line in program.log().lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect(line);
        assert!(line["level"].is_string(), "{line}");
    }
    program.stop().await;
    assert_eq!(dyno.names(), ["host"]);
}

#[rocket::async_test]
async fn an_address_of_the_database_may_ask_for_tls_as_far_as_the_server_has_it() {
    let dyno = Dyno::new();
    for mode in ["?sslmode=disable", "?sslmode=allow", "?sslmode=prefer", ""] {
        let mut migrate = dyno.command(&["migrate"]);
        let output = migrate.env("DATABASE_URL", dyno.cluster.url() + mode).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{mode}: {output:?}");
    }
    // As platforms write it, too.
    let other_scheme = dyno.cluster.url().replace("postgres://", "postgresql://");
    let mut migrate = dyno.command(&["migrate"]);
    assert!(migrate.env("DATABASE_URL", other_scheme).output().unwrap().status.success());
    for mode in ["require", "verify-ca", "verify-full"] {
        let url = format!("{}?sslmode={mode}", dyno.cluster.url());
        let mut migrate = dyno.command(&["migrate"]);
        Refusal::of(migrate.env("DATABASE_URL", url))
            .says("server does not support TLS", "turn on `ssl` in the server");
    }
    let url = format!("{}?sslmode=perhaps", dyno.cluster.url());
    let output = dyno.command(&["migrate"]).env("DATABASE_URL", url).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("unknown value \"perhaps\" for `ssl_mode`"), "{said}");
}

#[rocket::async_test]
async fn a_release_fails_while_the_database_is_away() {
    let dyno = Dyno::new();
    dyno.cluster.stop();
    Refusal::of(&mut dyno.command(&["migrate"]))
        .says("cannot open PostgreSQL database", "start the PostgreSQL server");
    dyno.cluster.start_again();
    dyno.release();
}

#[rocket::async_test]
async fn what_the_router_says_of_a_request_is_believed_behind_it_alone() {
    let dyno = Dyno::new();
    dyno.release();
    let router = [("X-Request-Id", "router-1"), ("X-Forwarded-For", "203.0.113.7"), SECURE];
    let id = |answer: &Answer| answer.header("x-request-id").unwrap().to_owned();

    let heroku = Program::start(dyno.command(&[]));
    assert_eq!(id(&routed(&heroku, "GET", "/lettings/", &router).await), "router-1");
    heroku.logs("\"request_id\":\"router-1\"").await;
    let insecure = routed(&heroku, "GET", "/lettings/", &[INSECURE]).await;
    assert_eq!(insecure.status, 301);
    let six: Vec<String> = (10..16).map(|last| format!("203.0.{last}.1")).collect();
    let six: Vec<&str> = six.iter().map(String::as_str).collect();
    assert!(!fails_from(&heroku, &six).await, "six are somebody else each");
    heroku.stop().await;

    let mut command = dyno.command(&[]);
    let port = free_port().to_string();
    command.env("ROCKET_PROFILE", "production").env("PORT", port);
    let production = Program::start(command);
    let answer = routed(&production, "GET", "/lettings/", &router).await;
    assert_eq!(answer.status, 200);
    assert_ne!(id(&answer), "router-1");
    let insecure = routed(&production, "GET", "/lettings/", &[INSECURE]).await;
    assert_eq!(insecure.status, 200, "anybody may have written that");
    let others: Vec<String> = (30..36).map(|last| format!("203.0.{last}.1")).collect();
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    assert!(fails_from(&production, &others).await, "it is one visitor who says to be six");
    production.stop().await;
}

/// Fails to sign in, from each of these addresses; whether the last time it has to wait.
async fn fails_from(program: &Program, addresses: &[&str]) -> bool {
    let mut last = 0;
    for address in addresses {
        last = fail(program, address, addresses[0]).await;
    }
    last == 429
}

/// Fails to sign in, from an address; the status of the answer.
async fn fail(program: &Program, address: &str, username: &str) -> u16 {
    let forwarded = ("X-Forwarded-For", address);
    let page = routed(program, "GET", "/accounts/login/", &[SECURE, forwarded]).await;
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let form = page.page();
    let token = form
        .all("input")
        .find(|input| input.attribute("name") == Some("csrf_token"))
        .and_then(|input| input.attribute("value"))
        .expect("the form has a token")
        .to_owned();
    let body = encoded(&[("csrf_token", &token), ("username", username), ("password", "wrong")]);
    let headers = [
        ("Host", "example.org"),
        SECURE,
        forwarded,
        ("Cookie", &cookie),
        ("Origin", "https://example.org"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    let answer = ask_with(program.port(), "POST", "/accounts/login/", &headers, body.as_bytes());
    answer.await.unwrap().status
}

#[rocket::async_test]
async fn the_memory_of_a_dyno_suffices_while_fifty_sign_in() {
    let dyno = Dyno::new();
    dyno.release();
    let program = Program::start(dyno.command(&[]));
    let addresses: Vec<String> = (0..50).map(|number| format!("203.0.{number}.1")).collect();
    let names: Vec<String> = (0..50).map(|number| format!("visitor-{number}")).collect();
    let pairs = addresses.iter().zip(&names);
    let statuses =
        join_all(pairs.map(|(address, name)| fail(&program, address, name.as_str()))).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    // A hash takes 19 MiB, and no more are computed at once than there are cores.
    let cores = available_parallelism().unwrap().get();
    let most = program.memory("VmHWM") >> 20;
    assert!(most < 512 && most < 70 + 20 * cores, "{most} MiB with {cores} cores");
    program.stop().await;
}

#[rocket::async_test]
async fn who_comes_over_plain_http_is_sent_to_https_and_told_to_stay_there() {
    let dyno = Dyno::new();
    dyno.release();
    let program = Program::start(dyno.command(&[]));
    for (method, status) in [("GET", 301), ("HEAD", 301), ("POST", 308), ("PUT", 308)] {
        let answer = routed(&program, method, "/lettings/1?a=b%20c", &[INSECURE]).await;
        assert_eq!(answer.status, status, "{method}");
        assert_eq!(answer.location(), "https://example.org/lettings/1?a=b%20c");
    }
    for address in ["/healthz", "/readyz"] {
        assert_eq!(routed(&program, "GET", address, &[INSECURE]).await.status, 200, "{address}");
    }
    let elsewhere = [("Host", "example.com"), INSECURE];
    let elsewhere = ask(program.port(), "GET", "/lettings/", &elsewhere).await.unwrap();
    assert_eq!(elsewhere.status, 400, "nobody is sent where the site is not");
    for address in ["/lettings/", "/no-such-page/", "/static/base.css"] {
        let answer = routed(&program, "GET", address, &[SECURE]).await;
        let kept = answer.header("strict-transport-security");
        assert_eq!(kept, Some("max-age=31536000"), "{address}");
    }
    program.stop().await;
}
