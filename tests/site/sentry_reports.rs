//! Reports of the running program to a server that speaks Sentry's protocol.

use std::time::{Duration, Instant};

use module_api::db::query;
use rocket::futures::stream::{FuturesUnordered, StreamExt};
use serde_json::Value;
use site_tests::{
    Answer, DatabaseKind, HolidayHomes, Ingest, NewUser, Report, absent_ingest, ask, ask_with,
    encoded, on_both_databases, silent_ingest,
};

use crate::program::{Program, until};
use crate::workshop::Workshop;

on_both_databases!(
    a_page_that_fails_is_reported_with_the_causes_and_whose_it_is,
    only_staff_can_have_the_page_fail_outside_of_the_profile_local,
);

const ANY: DatabaseKind = DatabaseKind::Sqlite;
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// The site with its modules, which reports to the ingest.
fn reporting(workshop: &Workshop, ingest: &Ingest, variables: &[(&str, &str)]) -> Program {
    let dsn = ingest.dsn();
    start(workshop, &[variables, &[("SENTRY_DSN", &dsn)]].concat())
}

fn start(workshop: &Workshop, variables: &[(&str, &str)]) -> Program {
    let mut command = workshop.command(&[]);
    command.envs(variables.iter().copied());
    Program::start(command)
}

async fn get_with(site: &Program, target: &str, headers: &[(&str, &str)]) -> Answer {
    ask(site.port(), "GET", target, headers).await.expect("an answer")
}

/// The line of the log with this text, as soon as it is there.
async fn line(site: &Program, text: &str) -> String {
    let find = || Some(site.log().lines().find(|line| line.contains(text))?.to_owned());
    until(text, || find().is_some()).await;
    find().expect("it is there")
}

fn tags(report: &Report) -> [Option<&str>; 3] {
    ["tags.module", "tags.route", "tags.request_id"].map(|tag| report.text(tag))
}

async fn a_page_that_fails_is_reported_with_the_causes_and_whose_it_is(on: DatabaseKind) {
    let (workshop, ingest) = (Workshop::with_linked_modules(on).await, Ingest::start());
    workshop.run(&["migrate"]);
    // With a filter that takes finer lines of somebody, errors on PostgreSQL were lost once.
    let log = ("RUST_LOG", "info,rocket=warn,rocket::server=off,nobody=debug");
    let address = ("SITE_URL", "https://homes.example.org");
    let site = reporting(&workshop, &ingest, &[log, address]);
    assert_eq!(site.get("/lettings/").await.status, 200);
    workshop.execute(&["ALTER TABLE lettings_letting RENAME TO gone"]).await;
    let answer = site.get("/lettings/?page=2").await;
    assert_eq!(answer.status, 500);

    let report = ingest.next().await;
    // No level is that of errors.
    assert_eq!((&*report.kind, report.text("level")), ("event", None));
    let cause = match on {
        DatabaseKind::Sqlite => "no such table: lettings_letting (SQLite error 1)",
        DatabaseKind::Postgres => "relation \"lettings_letting\" does not exist (SQLSTATE 42P01)",
    };
    let exceptions = [("Database", cause), ("Database", "the database refused")];
    assert_eq!(report.exceptions(), exceptions);
    let id = answer.header("x-request-id");
    assert_eq!(tags(&report), [Some("lettings"), Some("lettings:index"), id]);
    assert_eq!(report.text("transaction"), Some("GET lettings:index"));
    assert_eq!(report.text("environment"), Some("local"));
    let release = report.text("release").unwrap();
    assert!(release.starts_with(concat!("holiday-homes@", env!("CARGO_PKG_VERSION"))), "{release}");
    let url = report.text("request.url");
    assert_eq!(url, Some("https://homes.example.org/lettings/"), "without the query");
    assert_eq!(report.text("request.method"), Some("GET"));

    let line = line(&site, "the database refused").await;
    assert_eq!(line.matches(cause).count(), 1, "{line}");
    assert!(!line.contains("causes"), "{line}");
    site.stop().await;
    let rest = ingest.rest().await;
    assert!(rest.is_empty(), "it is reported once, and no trace is: {rest:?}");
}

#[rocket::async_test]
async fn a_page_that_finds_all_connections_in_use_is_turned_away_and_not_reported() {
    let workshop = Workshop::with_linked_modules(DatabaseKind::Postgres).await;
    let ingest = Ingest::start();
    workshop.run(&["migrate"]);
    let few = ("ROCKET_DATABASES", "{site={max_connections=1,connect_timeout=1}}");
    let site = reporting(&workshop, &ingest, &[few]);
    let pool = workshop.pool().await;
    let mut transaction = pool.begin().await.unwrap();
    let lock = query("LOCK TABLE lettings_letting IN ACCESS EXCLUSIVE MODE");
    lock.execute(&mut transaction).await.unwrap();
    // One of them waits for the lock with the one connection, the other for the connection.
    let mut pages: FuturesUnordered<_> = (0..2).map(|_| site.get("/lettings/")).collect();
    assert_eq!(pages.next().await.unwrap().status, 503);
    transaction.commit().await.unwrap();
    assert_eq!(pages.next().await.unwrap().status, 200);
    site.logs("no connection for a handler").await;
    assert!(!site.log().contains("ERROR"), "{}", site.log());
    drop(pages);
    site.stop().await;
    let reports = ingest.rest().await;
    assert!(reports.is_empty(), "{reports:?}");
}

#[rocket::async_test]
async fn lines_in_json_say_each_cause_once_too() {
    let workshop = Workshop::with_linked_modules(ANY).await;
    let site = start(&workshop, &[("ROCKET_LOG_FORMAT", "json")]);
    assert_eq!(site.get("/sentry-debug/?how=error").await.status, 500);
    let line = line(&site, "this page fails on purpose").await;
    let line: Value = serde_json::from_str(&line).unwrap();
    let causes = "this page fails on purpose: invalid digit found in string";
    assert_eq!(line["message"], causes);
    assert_eq!(line.get("causes"), None);
    assert_eq!(line["module"], "host");
    site.stop().await;
}

#[rocket::async_test]
async fn a_panic_is_reported_once_with_its_place_and_whose_it_is() {
    let (workshop, ingest) = (Workshop::with_linked_modules(ANY).await, Ingest::start());
    let site = reporting(&workshop, &ingest, &[]);
    let answer = site.get("/sentry-debug/").await;
    assert_eq!(answer.status, 500);
    let report = ingest.next().await;
    assert_eq!((&*report.kind, report.text("level")), ("event", Some("fatal")));
    assert_eq!(report.exceptions(), [("panic", "this page panics on purpose")]);
    let id = answer.header("x-request-id");
    assert_eq!(tags(&report), [Some("host"), Some("host:sentry_debug"), id]);
    line(&site, "a handler failed").await;

    let answer = site.get("/sentry-debug/?how=error").await;
    assert_eq!(answer.status, 500);
    let report = ingest.next().await;
    let exceptions = [
        ("ParseIntError", "invalid digit found in string"),
        ("Other", "this page fails on purpose"),
    ];
    assert_eq!(report.exceptions(), exceptions);
    assert_eq!(report.text("tags.request_id"), answer.header("x-request-id"));
    site.stop().await;
    assert!(ingest.rest().await.is_empty());
}

#[rocket::async_test]
async fn an_error_before_any_handler_is_reported_with_the_request_s_id() {
    let (workshop, ingest) = (Workshop::with_linked_modules(ANY).await, Ingest::start());
    workshop.run(&["migrate"]);
    let site = reporting(&workshop, &ingest, &[]);
    workshop.execute(&["DROP TABLE accounts_session"]).await;
    let session = [("Cookie", &*format!("session={}", "0a".repeat(32)))];
    let answer = get_with(&site, "/lettings/", &session).await;
    assert_eq!(answer.status, 200, "{}", site.log());
    let report = ingest.next().await;
    let id = answer.header("x-request-id");
    assert_eq!(tags(&report), [Some("accounts"), None, id]);
    let message = report.text("message").unwrap();
    assert!(message.starts_with("who is signed in cannot be told: "), "{message}");
    let (_, cause) = report.exceptions()[0];
    assert!(message.ends_with(cause), "{message} is not of {cause}");
    site.stop().await;
    assert!(ingest.rest().await.is_empty());
}

#[rocket::async_test]
async fn an_error_after_the_answer_is_reported_with_its_module() {
    let (workshop, ingest) = (Workshop::with_linked_modules(ANY).await, Ingest::start());
    workshop.run(&["migrate"]);
    let site = reporting(&workshop, &ingest, &[]);
    let (token, cookie) = token_and_cookie(&site, "/accounts/password_reset/").await;
    workshop.execute(&["DROP TABLE auth_user"]).await;
    let form = encoded(&[("csrf_token", &token), ("email", "ann@example.org")]);
    let headers = [("Cookie", &*cookie), ("Content-Type", "application/x-www-form-urlencoded")];
    let target = "/accounts/password_reset/";
    let answer = ask_with(site.port(), "POST", target, &headers, form.as_bytes()).await;
    assert_eq!(answer.expect("an answer").status, 303);
    let report = ingest.next().await;
    assert_eq!(tags(&report), [Some("accounts"), None, None]);
    site.stop().await;
    assert!(ingest.rest().await.is_empty());
}

/// Returns the token and cookie that a page with a form gives to a new visitor.
async fn token_and_cookie(site: &Program, target: &str) -> (String, String) {
    let form = site.get(target).await;
    let page = form.page();
    let token = page.all("input").find(|input| input.attribute("name") == Some("csrf_token"));
    let token = token.and_then(|field| field.attribute("value")).unwrap();
    let cookie = form.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap();
    (token.to_owned(), cookie.to_owned())
}

/// Sends failing requests with a distinct text in each part.
async fn fail_for_a_visitor(site: &Program) {
    let (token, cookie) = token_and_cookie(site, "/accounts/login/").await;
    let cookies = format!("{cookie}; flavour=cookie-of-ann");
    let headers = [
        ("Cookie", &*cookies),
        ("User-Agent", "agent-of-ann"),
        ("X-Forwarded-For", "203.0.113.7"),
        ("Referer", "http://localhost/?q=referer-of-ann"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    for how in ["error", "panic"] {
        let target = format!("/sentry-debug/?how={how}&name=query-of-ann");
        assert_eq!(get_with(site, &target, &headers).await.status, 500);
    }
    let fields =
        [("csrf_token", &*token), ("username", "name-of-ann"), ("password", "word-of-ann")];
    let target = "/accounts/login/?next=query-of-ann";
    let form = encoded(&fields);
    let answer = ask_with(site.port(), "POST", target, &headers, form.as_bytes()).await;
    assert_eq!(answer.expect("an answer").status, 500);
}

/// All that an ingest is sent about a visitor.
async fn sent_about_a_visitor(variables: &[(&str, &str)]) -> (Vec<Report>, String) {
    let (workshop, ingest) = (Workshop::with_linked_modules(ANY).await, Ingest::start());
    workshop.run(&["migrate"]);
    let settings =
        [("ROCKET_SENTRY_TRACES_SAMPLE_RATE", "1"), ("ROCKET_IP_HEADER", "X-Forwarded-For")];
    let site = reporting(&workshop, &ingest, &[&settings, variables].concat());
    workshop.execute(&["DROP TABLE auth_user"]).await;
    fail_for_a_visitor(&site).await;
    site.stop().await;
    (ingest.rest().await, ingest.received())
}

#[rocket::async_test]
async fn nothing_personal_is_sent() {
    let (reports, sent) = sent_about_a_visitor(&[]).await;
    let of_kind = |kind| reports.iter().filter(|report| report.kind == kind).count();
    assert_eq!((of_kind("event"), of_kind("transaction")), (3, 4), "{sent}");
    assert!(!sent.contains("of-ann"), "{sent}");
    assert!(!sent.contains("203.0.113.7"), "{sent}");
    for report in &reports {
        for key in ["server_name", "user", "breadcrumbs"] {
            assert_eq!(report.content.get(key), None, "{sent}");
        }
        assert_eq!(report.content["request"].as_object().unwrap().len(), 2, "{sent}");
    }
}

#[rocket::async_test]
async fn what_is_personal_is_sent_if_the_settings_say_so_and_secrets_never() {
    let setting = ("ROCKET_SENTRY_SEND_PERSONAL_DATA", "true");
    let (reports, sent) = sent_about_a_visitor(&[setting]).await;
    let events: Vec<&Report> = reports.iter().filter(|report| report.kind == "event").collect();
    assert_eq!(events.len(), 3, "{sent}");
    for event in &events {
        assert_eq!(event.text("user.ip_address"), Some("203.0.113.7"));
        assert_eq!(event.text("request.headers.User-Agent"), Some("agent-of-ann"));
        assert!(event.text("request.query_string").unwrap().ends_with("=query-of-ann"));
        assert!(event.text("server_name").is_some_and(|name| !name.is_empty()));
    }
    for secret in ["cookie-of-ann", "name-of-ann", "word-of-ann"] {
        assert!(!sent.contains(secret), "{sent}");
    }
}

#[rocket::async_test]
async fn a_secret_in_an_address_is_neither_logged_nor_reported() {
    let workshop = Workshop::with_linked_modules(ANY).await;
    workshop.run(&["migrate"]);
    for format in ["text", "json"] {
        let ingest = Ingest::start();
        let traces = ("ROCKET_SENTRY_TRACES_SAMPLE_RATE", "1");
        let site = reporting(&workshop, &ingest, &[traces, ("ROCKET_LOG_FORMAT", format)]);
        site.get("/accounts/reset/hush-hush/").await;
        assert!(line(&site, "accounts:password_reset_confirm").await.contains("/reset/<key>"));
        assert!(!site.log().contains("hush-hush"), "{}", site.log());
        site.stop().await;
        let sent = ingest.received();
        assert!(sent.contains("accounts:password_reset_confirm"), "{sent}");
        assert!(!sent.contains("hush-hush"), "{sent}");
    }
}

#[rocket::async_test]
async fn a_trace_has_the_name_of_the_route_and_goes_on_where_the_request_comes_from() {
    let (workshop, ingest) = (Workshop::with_linked_modules(ANY).await, Ingest::start());
    let site = reporting(&workshop, &ingest, &[("ROCKET_SENTRY_TRACES_SAMPLE_RATE", "1.0")]);
    let w3c = ("traceparent", &*format!("00-{TRACE}-{PARENT}-00"));
    let own = ("sentry-trace", &*format!("{TRACE}-{PARENT}-0"));
    for header in [w3c, own] {
        let answer = get_with(&site, "/lettings/12345/", &[header]).await;
        assert_eq!(answer.status, 404);
        let report = ingest.next().await;
        assert_eq!(report.kind, "transaction");
        assert_eq!(report.text("transaction"), Some("GET lettings:letting"));
        let id = answer.header("x-request-id");
        assert_eq!(tags(&report), [Some("lettings"), Some("lettings:letting"), id]);
        let trace = |key: &str| report.text(&format!("contexts.trace.{key}"));
        assert_eq!((trace("trace_id"), trace("parent_span_id")), (Some(TRACE), Some(PARENT)));
        assert_eq!((trace("op"), trace("status")), (Some("http.server"), Some("not_found")));
        assert!(
            report.content["start_timestamp"].is_number() && report.text("timestamp").is_some()
        );
        assert!(
            report.text("release").is_some_and(|release| release.starts_with("holiday-homes@"))
        );
    }
    // What is asked every second is no trace.
    assert_eq!(site.get("/healthz").await.status, 200);
    assert_eq!(site.get("/static/host/nothing.css").await.status, 404);
    site.stop().await;
    let rest = ingest.rest().await;
    assert!(rest.is_empty(), "{rest:?}");
}

#[rocket::async_test]
async fn a_report_belongs_to_the_trace_of_its_request() {
    let (workshop, ingest) = (Workshop::with_linked_modules(ANY).await, Ingest::start());
    let w3c = [("traceparent", &*format!("00-{TRACE}-{PARENT}-01"))];
    for rate in ["0", "1"] {
        let rate = ("ROCKET_SENTRY_TRACES_SAMPLE_RATE", rate);
        let site = reporting(&workshop, &ingest, &[rate]);
        assert_eq!(get_with(&site, "/sentry-debug/", &w3c).await.status, 500);
        assert_eq!(site.get("/sentry-debug/").await.status, 500);
        site.stop().await;
        let reports = ingest.rest().await;
        let trace = |report: &Report| report.text("contexts.trace.trace_id").map(str::to_owned);
        let traces = |kind| reports.iter().filter(move |report| report.kind == kind).map(trace);
        let events: Vec<_> = traces("event").collect();
        assert_eq!(events[0].as_deref(), Some(TRACE));
        assert_ne!(events[1], events[0], "another request is not of that trace");
        let transactions: Vec<_> = traces("transaction").collect();
        if rate.1 == "1" {
            assert_eq!(events, transactions);
        } else {
            assert_eq!((&*transactions, &events[1]), (&[][..], &None));
        }
    }
}

#[rocket::async_test]
async fn without_a_dsn_all_works_and_nothing_is_sent() {
    let workshop = Workshop::with_linked_modules(ANY).await;
    for dsn in ["", "  "] {
        let rate = ("ROCKET_SENTRY_TRACES_SAMPLE_RATE", "1");
        let site = start(&workshop, &[("SENTRY_DSN", dsn), rate]);
        assert_eq!(site.get("/lettings/").await.status, 200);
        assert_eq!(site.get("/sentry-debug/").await.status, 500);
        assert_eq!(site.get("/sentry-debug/?how=error").await.status, 500);
        line(&site, "this page fails on purpose").await;
        assert_eq!(site.log().matches("a handler failed").count(), 1, "{}", site.log());
        site.stop().await;
    }
}

#[rocket::async_test]
async fn a_bad_dsn_is_a_clear_error_that_tells_no_secret() {
    let workshop = Workshop::with_linked_modules(ANY).await;
    for (dsn, why) in [
        ("https://key:hush@sentry.example.org/", "empty path"),
        ("https://sentry.example.org/1?token=hush", "username is empty"),
        ("ftp://key:hush@sentry.example.org/1", "no valid scheme"),
        ("hush", "no valid url provided"),
    ] {
        for command in ["serve", "check"] {
            let output = workshop.command(&[command]).env("SENTRY_DSN", dsn).output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{output:?}");
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8(said).unwrap();
            let problem = format!("`sentry_dsn` in SENTRY_DSN is no DSN of Sentry's: {why}");
            assert!(said.contains("settings.E013") && said.contains(&problem), "{said}");
            assert!(said.contains("https://KEY@HOST/PROJECT"), "{said}");
            assert!(!said.contains("hush"), "{said}");
        }
    }
}

#[rocket::async_test]
async fn a_rate_that_is_no_part_is_a_clear_error() {
    let workshop = Workshop::with_linked_modules(ANY).await;
    for rate in ["1.5", "-0.1", "nan"] {
        let rate = format!("{{sentry_traces_sample_rate={rate}}}");
        let file = format!("[default]\nport = 0\n{}\n", &rate[1..rate.len() - 1]);
        std::fs::write(workshop.folder().join("Rocket.toml"), file).unwrap();
        let error = workshop.fails(1, &["serve"]);
        assert!(error.contains("settings.E014"), "{error}");
        assert!(error.contains("0.1 for every tenth"), "{error}");
    }
}

#[rocket::async_test]
async fn a_server_that_does_not_answer_delays_no_page_and_no_end() {
    let workshop = Workshop::with_linked_modules(ANY).await;
    for dsn in [silent_ingest(), absent_ingest()] {
        let rate = ("ROCKET_SENTRY_TRACES_SAMPLE_RATE", "1");
        let site = start(&workshop, &[("SENTRY_DSN", &dsn), rate]);
        // If each waited for the server, if only for the two seconds that the end may take, all of
        // them would take longer than this.
        let patience = Instant::now() + Duration::from_mins(1);
        for _ in 0..60 {
            assert_eq!(site.get("/sentry-debug/").await.status, 500);
            assert!(Instant::now() < patience, "pages wait for the server of reports");
        }
        assert_eq!(site.get("/lettings/").await.status, 200);
        site.stop().await;
    }
}

#[rocket::async_test]
async fn what_is_not_sent_yet_is_sent_when_the_program_ends() {
    let workshop = Workshop::with_linked_modules(ANY).await;
    let ingest = Ingest::slow(Duration::from_millis(200));
    let site = reporting(&workshop, &ingest, &[]);
    let mut ids = Vec::new();
    for _ in 0..4 {
        let answer = site.get("/sentry-debug/").await;
        ids.push(answer.header("x-request-id").map(str::to_owned));
    }
    site.stop().await;
    let reports = ingest.rest().await;
    let reported: Vec<_> = reports.iter().map(|report| report.text("tags.request_id")).collect();
    assert_eq!(reported, ids.iter().map(Option::as_deref).collect::<Vec<_>>());
}

async fn only_staff_can_have_the_page_fail_outside_of_the_profile_local(on: DatabaseKind) {
    let site = HolidayHomes::on(on).profile("production").setting("migrate_on_start", true);
    let site = site.start().await;
    let password = "a stone that was a boat";
    NewUser::named("ann", password).add_to(site.db()).await.unwrap();
    NewUser::named("bob", password).staff().add_to(site.db()).await.unwrap();
    let address = "/sentry-debug/?how=error";
    assert_eq!(site.get(address).await.status, 404);
    assert_eq!(site.sign_in("ann", password).await.get(address).await.status, 404);
    assert_eq!(site.sign_in("bob", password).await.get(address).await.status, 500);
    let canonical = site.sign_in("bob", password).await.get("/sentry-debug").await;
    assert_eq!((canonical.status, canonical.location()), (301, "/sentry-debug/"));
}
