//! Monitoring: request IDs, health, metrics; and admission of requests.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use module_api::db::Db;
use module_api::{ModuleFuture, RequestInfo};
use rocket::http::{Header, Method};
use rocket::{Responder, Route, get};
use site_tests::{
    Answer, DatabaseKind, HolidayHomes, LocalModule, SECRET_KEY, Setup, TestSite, on_both_databases,
};

static IS_WELL: AtomicBool = AtomicBool::new(true);

static CLINIC: LocalModule = LocalModule {
    routes: || -> Vec<Route> { rocket::routes![id, framed] },
    health: Some(a_doctor_is_in),
    ..LocalModule::named("clinic")
};

fn a_doctor_is_in(_: &Db) -> ModuleFuture<'_> {
    Box::pin(async {
        if IS_WELL.load(Ordering::SeqCst) { Ok(()) } else { Err("no doctor is in".into()) }
    })
}

#[get("/id")]
fn id(info: &RequestInfo) -> String {
    format!("{} {}", info.id, info.traceparent.as_deref().unwrap_or("-"))
}

/// A page that others of the site may frame.
#[derive(Responder)]
struct Framed {
    text: &'static str,
    frame: Header<'static>,
}

#[get("/framed")]
fn framed() -> Framed {
    Framed { text: "in a frame", frame: Header::new("x-frame-options", "SAMEORIGIN") }
}

on_both_databases! {
    a_site_that_can_do_its_work_is_ready,
    a_module_that_cannot_do_its_work_is_named,
    numbers_are_of_routes_and_never_of_paths,
}

/// A public site on SQLite.
fn public() -> Setup {
    HolidayHomes::on(DatabaseKind::Sqlite).profile("production").setting("migrate_on_start", true)
}

async fn ids(site: &TestSite, headers: &[(&'static str, &str)]) -> (String, String) {
    let answer = site.get_with("/clinic/id/", headers).await;
    (answer.header("x-request-id").unwrap().to_owned(), answer.text().to_owned())
}

async fn a_site_that_can_do_its_work_is_ready(on: DatabaseKind) {
    let site = HolidayHomes::on(on).start().await;
    for address in ["/healthz", "/readyz"] {
        let answer = site.get(address).await;
        assert_eq!((answer.status, answer.text()), (200, r#"{"status":"ok","failing":[]}"#));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("set-cookie"), None);
    }
}

async fn a_module_that_cannot_do_its_work_is_named(on: DatabaseKind) {
    let site = TestSite::on(on).modules(&[&CLINIC]).start().await;
    // Each database's test runs in a process of its own.
    IS_WELL.store(false, Ordering::SeqCst);
    assert_fails(&site, "clinic").await;
    assert_eq!(site.get("/healthz").await.status, 200, "it is alive all the same");
}

/// The site says that it is not ready, and what keeps it from that.
async fn assert_fails(site: &TestSite, what: &str) {
    let answer = site.get("/readyz").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.text(), format!(r#"{{"status":"failing","failing":["{what}"]}}"#));
}

#[rocket::async_test]
async fn a_site_without_its_database_is_not_ready() {
    let site = HolidayHomes::on(DatabaseKind::Postgres).start().await;
    site.database().drop_now().await;
    assert_fails(&site, "database").await;
}

#[rocket::async_test]
async fn a_migration_that_was_taken_back_makes_the_site_not_ready() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).start().await;
    site.database().execute("DELETE FROM host_migration WHERE module = 'lettings'").await;
    assert_fails(&site, "migrations").await;
}

#[rocket::async_test]
async fn each_request_has_an_id_that_its_answer_tells() {
    let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&CLINIC]).start().await;
    let mut seen = BTreeSet::new();
    for address in ["/clinic/id/", "/clinic/id/", "/nothing/", "/static/host/site.css"] {
        let answer = site.get(address).await;
        assert!(seen.insert(answer.header("x-request-id").unwrap().to_owned()), "{address}");
    }
    let (header, body) = ids(&site, &[("X-Request-Id", "forged")]).await;
    assert_eq!(body, format!("{header} -"));
    assert_ne!(header, "forged", "nobody is in front of the site who could have made it");
}

#[rocket::async_test]
async fn behind_a_router_its_ids_are_taken_if_they_can_stand_in_a_line() {
    let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&CLINIC]);
    let site = site.setting("behind_proxy", true).start().await;
    assert_eq!(ids(&site, &[("X-Request-Id", "a-1.b_2")]).await.0, "a-1.b_2");
    for forged in ["a b", "\"}", "", &"x".repeat(200)] {
        assert_ne!(ids(&site, &[("X-Request-Id", forged)]).await.0, forged);
    }
}

#[rocket::async_test]
async fn a_trace_is_passed_on_if_it_is_well_formed() {
    let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&CLINIC]).start().await;
    let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    assert!(ids(&site, &[("traceparent", good)]).await.1.ends_with(good));
    assert!(ids(&site, &[("traceparent", "00-1-2-3")]).await.1.ends_with(" -"));
}

#[rocket::async_test]
async fn every_answer_has_the_headers_that_protect_it() {
    let site = public().demo_data().start().await;
    for address in
        ["/", "/lettings/1/", "/nothing/", "/lettings", "/static/host/site.css", "/healthz"]
    {
        let answer = site.get(address).await;
        let header =
            |name: &str| answer.header(name).unwrap_or_else(|| panic!("{name}: {address}"));
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'self'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(header("strict-transport-security"), "max-age=31536000");
        assert!(header("permissions-policy").contains("camera=()"), "{address}");
    }
    let local = HolidayHomes::on(DatabaseKind::Sqlite).start().await;
    assert_eq!(local.get("/").await.header("strict-transport-security"), None);
}

#[rocket::async_test]
async fn what_an_answer_says_itself_stays() {
    let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&CLINIC]).start().await;
    let answer = site.get("/clinic/framed/").await;
    assert_eq!(answer.header("x-frame-options"), Some("SAMEORIGIN"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

async fn at(site: &TestSite, host: &str) -> Answer {
    site.get_with("/", &[("Host", host)]).await
}

#[rocket::async_test]
async fn a_public_site_answers_for_its_hosts_alone() {
    let site = public().setting("allowed_hosts", "Example.org, .homes.example").start().await;
    for host in ["example.org", "example.org:8000", "homes.example", "www.homes.example"] {
        assert_eq!(at(&site, host).await.status, 200, "{host}");
    }
    for host in ["evil.example", "www.example.org", "localhost", "example.org.evil"] {
        let answer = at(&site, host).await;
        assert_eq!(answer.status, 400, "{host}");
        assert_eq!(answer.text(), "This site is not at this host.\n");
    }
    let evil = [("Host", "evil.example")];
    for address in ["/nothing/", "/lettings", "/static/host/site.css", "/admin/"] {
        let answer = site.get_with(address, &evil).await;
        assert_eq!((answer.status, answer.header("location")), (400, None), "{address}");
    }
    for address in ["/healthz", "/readyz"] {
        assert_eq!(site.get_with(address, &evil).await.status, 200, "{address}");
    }
}

#[rocket::async_test]
async fn a_public_site_that_was_told_no_hosts_answers_for_this_machine_and_warns() {
    let setup = public();
    let plan = setup.plan().unwrap();
    assert!(plan.warnings.iter().any(|warning| warning.id == "settings.W004"));
    let site = setup.start().await;
    for host in ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"] {
        assert_eq!(at(&site, host).await.status, 200, "{host}");
    }
    assert_eq!(at(&site, "example.org").await.status, 400);
    let local = HolidayHomes::on(DatabaseKind::Sqlite).start().await;
    assert_eq!(at(&local, "my-laptop.lan").await.status, 200);
}

#[rocket::async_test]
async fn who_comes_without_https_is_sent_to_it_where_a_router_says_so() {
    let site = public().setting("allowed_hosts", "example.org").setting("behind_proxy", true);
    let site = site.start().await;
    let plain = [("Host", "example.org"), ("X-Forwarded-Proto", "http")];
    let answer = site.get_with("/lettings/?page=2", &plain).await;
    assert_eq!(answer.status, 301);
    assert_eq!(answer.header("location"), Some("https://example.org/lettings/?page=2"));
    let answer = site.post("/accounts/login/", &plain, b"").await;
    assert_eq!(answer.status, 308, "what was sent is sent again");
    let secure = [("Host", "example.org"), ("X-Forwarded-Proto", "https")];
    assert_eq!(site.get_with("/", &secure).await.status, 200);
    // What a client wrote stands before what the router adds.
    let forged = [("Host", "example.org"), ("X-Forwarded-Proto", "https, http")];
    assert_eq!(site.get_with("/", &forged).await.status, 301);
    let evil = [("Host", "evil.example"), ("X-Forwarded-Proto", "http")];
    assert_eq!(site.get_with("/", &evil).await.status, 400, "nobody is sent to another host");
    for address in ["/healthz", "/readyz"] {
        assert_eq!(site.get_with(address, &plain).await.status, 200, "{address}");
    }
    let alone = public().setting("allowed_hosts", "example.org").start().await;
    assert_eq!(alone.get_with("/", &plain).await.status, 200, "nobody is in front of it");
}

/// The lines of metrics, without comments.
fn samples(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 200);
    answer.text().lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect()
}

async fn numbers_are_of_routes_and_never_of_paths(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().setting("metrics", true).start().await;
    for address in ["/lettings/1/", "/lettings/2/", "/lettings/77777/", "/secret-path/"] {
        site.get(address).await;
    }
    site.send(Method::Head, "/lettings/1/", &[]).await;
    let answer = site.get("/metrics").await;
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let samples = samples(&answer);
    let has = |wanted: &str| assert!(samples.contains(&wanted), "{wanted}\n{samples:#?}");
    let of = |status: u16, count: u16| {
        format!(
            "http_requests_total{{module=\"lettings\",route=\"lettings:letting\",method=\"GET\",\
             status=\"{status}\"}} {count}"
        )
    };
    has(&of(200, 2));
    has(&of(404, 1));
    has("http_requests_total{module=\"\",route=\"\",method=\"GET\",status=\"404\"} 1");
    assert!(samples.iter().any(|line| line.contains("method=\"HEAD\"")), "{samples:#?}");
    assert!(!answer.text().contains("secret-path"), "{samples:#?}");
    assert!(!answer.text().contains("77777"), "{samples:#?}");
    for name in [
        "http_request_duration_seconds_bucket{module=\"lettings\"",
        "database_connections ",
        "database_connections_max ",
        "http_requests_in_flight 1",
        "accounts_sessions 0",
        "build_info{version=",
        "process_start_time_seconds ",
    ] {
        assert!(samples.iter().any(|line| line.starts_with(name)), "{name}\n{samples:#?}");
    }
}

#[rocket::async_test]
async fn numbers_are_shown_where_the_settings_say_so_and_elsewhere_with_a_token() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).start().await;
    assert_eq!(site.get("/metrics").await.status, 404);
    let without = public().setting("metrics", true);
    assert!(without.problems().iter().any(|problem| problem.contains("(settings.E012)")));
    let site = public().setting("metrics", true).setting("metrics_token", SECRET_KEY);
    let site = site.start().await;
    assert_eq!(site.get("/metrics").await.status, 404);
    let wrong = format!("Bearer {}", SECRET_KEY.replace('a', "b"));
    let short = "Bearer a";
    for given in [&*wrong, short, SECRET_KEY, "Bearer "] {
        let answer = site.get_with("/metrics", &[("Authorization", given)]).await;
        assert_eq!(answer.status, 404, "{given}");
    }
    let right = format!("Bearer {SECRET_KEY}");
    samples(&site.get_with("/metrics", &[("Authorization", &right)]).await);
}

#[rocket::async_test]
async fn outside_of_local_a_site_needs_a_secret() {
    let setup = || HolidayHomes::on(DatabaseKind::Sqlite).profile("production");
    assert!(setup().plan().is_ok());
    for secret in ["", "too short"] {
        let problems = setup().setting("secret_key", secret).problems();
        assert!(problems.iter().any(|problem| problem.contains("(settings.E011)")), "{problems:?}");
    }
}
