//! Kept pages: they are the same for all visitors, and never older than a commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use module_api::db::{DbPool, query};
use module_api::rocket_db_pools::Pool;
use module_api::{KeptPages, Messages, Page, context};
use rocket::figment::Figment;
use rocket::figment::value::Value;
use rocket::http::{Cookie, CookieJar};
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use rocket::tokio::net::{TcpListener, TcpStream};
use rocket::{Request, State, tokio};
use site_rows::{AddRows, Address};
use site_tests::{
    Answer, Database, DatabaseKind, HolidayHomes, LocalModule, TestSite, TestUser, ask,
    on_both_databases,
};
use sqlx::postgres::PgConnectOptions;

on_both_databases! {
    a_page_is_kept_until_another_program_commits,
    what_was_rolled_back_is_not_shown,
    no_request_after_a_commit_sees_the_page_from_before,
}

/// The value of the header that tells a hit from a miss; `None` on pages that are never kept.
fn kept(answer: &Answer) -> Option<&str> {
    answer.header("x-kept-page")
}

/// A site with one letting, whose list was asked for once: from then on it is kept.
async fn site(kind: DatabaseKind) -> TestSite {
    let site = HolidayHomes::on(kind).start().await;
    site.add_letting("Oceanview", Address::SOMEWHERE).await;
    site.get("/lettings/").await;
    site
}

/// The list of lettings, as a kept page. PostgreSQL tells of a transaction that it has ended, not in which
/// database: other tests have pages made anew.
async fn kept_list(site: &TestSite) -> Answer {
    for _ in 0..100 {
        let answer = site.get("/lettings/").await;
        if kept(&answer) == Some("hit") {
            return answer;
        }
    }
    panic!("the page is never kept");
}

/// The database as another program has it.
async fn elsewhere(database: &Database) -> DbPool {
    DbPool::init(&Figment::new().merge(("url", &database.url))).await.unwrap()
}

async fn rename(pool: &DbPool, title: &str) {
    let mut transaction = pool.begin().await.unwrap();
    let update = query("UPDATE lettings_letting SET title = $1").bind(title);
    update.execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn a_page_is_kept_until_another_program_commits(kind: DatabaseKind) {
    let site = site(kind).await;
    let other = elsewhere(site.database()).await;
    let made = site.get("/lettings/").await;
    assert_eq!((made.status, kept(&made)), (200, Some("miss")));
    let again = kept_list(&site).await;
    assert_eq!((&again.body, again.header("etag")), (&made.body, made.header("etag")));
    for title in ["Harbor House", "Lighthouse"] {
        rename(&other, title).await;
        let after = site.get("/lettings/").await;
        assert_eq!(kept(&after), Some("miss"));
        assert!(after.text().contains(title), "{}", after.text());
        assert!(kept_list(&site).await.text().contains(title));
    }
    other.close().await;
}

async fn what_was_rolled_back_is_not_shown(kind: DatabaseKind) {
    let site = site(kind).await;
    let other = elsewhere(site.database()).await;
    site.get("/lettings/").await;
    let mut transaction = other.begin().await.unwrap();
    let update = query("UPDATE lettings_letting SET title = 'Nowhere'");
    update.execute(&mut transaction).await.unwrap();
    assert!(site.get("/lettings/").await.text().contains("Oceanview"));
    drop(transaction);
    assert!(site.get("/lettings/").await.text().contains("Oceanview"));
    other.close().await;
}

/// Two writers count up, and readers ask of two replicas: each page shows at least the number whose
/// commit had been acknowledged when it was asked for.
async fn no_request_after_a_commit_sees_the_page_from_before(kind: DatabaseKind) {
    const COMMITS: u64 = 400;
    const READERS: u32 = 4;
    let database = Database::fresh(kind).await;
    let replica = || HolidayHomes::on(kind).database(&database).setting("metrics", true);
    let replicas = [replica().serve().await, replica().serve().await];
    let other = elsewhere(&database).await;
    let mut transaction = other.begin().await.unwrap();
    for sql in [
        "INSERT INTO lettings_address (number, street, city, state, zip_code, country_iso_code) \
         VALUES (1, 'Street', 'City', 'GA', 31525, 'USA')",
        "INSERT INTO lettings_letting (title, address_id) SELECT 'number 0 end', id FROM \
         lettings_address",
    ] {
        query(sql).execute(&mut transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();

    let (acknowledged, is_over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let readers: Vec<_> = (0..READERS)
        .map(|reader| {
            let (acknowledged, is_over) = (Arc::clone(&acknowledged), Arc::clone(&is_over));
            let port = replicas[reader as usize % 2].port();
            tokio::spawn(async move {
                let (mut asked, mut hits) = (0_u32, 0_u32);
                while !is_over.load(Ordering::SeqCst) {
                    let least = acknowledged.load(Ordering::SeqCst);
                    let page = ask(port, "GET", "/lettings/", &[]).await.unwrap();
                    assert_eq!(page.status, 200);
                    let text = page.text();
                    let start = text.find("number ").expect("the title") + "number ".len();
                    let number = text[start..].split(' ').next().unwrap();
                    let number: u64 = number.parse().unwrap();
                    assert!(number >= least, "{number} is from before {least}");
                    asked += 1;
                    hits += u32::from(kept(&page) == Some("hit"));
                }
                (asked, hits)
            })
        })
        .collect();
    for number in 1..=COMMITS {
        rename(&other, &format!("number {number} end")).await;
        acknowledged.store(number, Ordering::SeqCst);
        if number % 8 == 0 {
            // So that pages are kept for a while, too.
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        if number % 100 == 0 && kind == DatabaseKind::Sqlite {
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").await;
        }
    }
    is_over.store(true, Ordering::SeqCst);
    let (mut asked, mut hits) = (0, 0);
    for reader in readers {
        let counted = reader.await.unwrap();
        (asked, hits) = (asked + counted.0, hits + counted.1);
    }
    assert!(hits > 0 && hits < asked, "{hits} of {asked} were kept");
    other.close().await;
    for replica in replicas {
        let page = replica.get("/lettings/").await;
        assert!(page.text().contains(&format!("number {COMMITS} end")));
        replica.stop().await;
    }
}

/// Passes bytes on between the site and its PostgreSQL server, until it is told to keep silent.
async fn forwarder(to: (String, u16), is_silent: &Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let is_silent = Arc::clone(is_silent);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect((to.0.as_str(), to.1)).await.unwrap();
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::spawn(pass_on(from_client, to_server, Arc::clone(&is_silent)));
            tokio::spawn(pass_on(from_server, to_client, Arc::clone(&is_silent)));
        }
    });
    port
}

async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, is_silent: Arc<AtomicBool>) {
    let mut bytes = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        if !is_silent.load(Ordering::SeqCst) && to.write_all(&bytes[..length]).await.is_err() {
            break;
        }
    }
}

#[rocket::async_test]
async fn a_server_that_falls_silent_is_not_waited_for_any_longer_than_without_kept_pages() {
    let database = Database::fresh(DatabaseKind::Postgres).await;
    let options: PgConnectOptions = database.url.parse().unwrap();
    let (host, is_silent) = (options.get_host().to_owned(), Arc::default());
    let place = format!("{host}:{}", options.get_port());
    let port = forwarder((host, options.get_port()), &is_silent).await;
    let mut forwarded = database.clone();
    forwarded.url = database.url.replacen(&place, &format!("127.0.0.1:{port}"), 1);
    assert_ne!(forwarded.url, database.url);
    let site = HolidayHomes::on(DatabaseKind::Postgres)
        .database(&forwarded)
        .setting("request_timeout", 2)
        .start()
        .await;
    site.add_letting("Oceanview", Address::SOMEWHERE).await;
    kept_list(&site).await;
    is_silent.store(true, Ordering::SeqCst);
    assert_eq!(site.get("/lettings/").await.status, 503);
}

#[rocket::async_test]
async fn a_request_with_a_cookie_of_the_site_is_answered_by_the_handler() {
    let site = site(DatabaseKind::Sqlite).await;
    site.get("/lettings/").await;
    for cookie in ["session", "csrf", "messages"] {
        let answer = site.get_with("/lettings/", &[("Cookie", &format!("{cookie}=x"))]).await;
        assert_eq!((answer.status, kept(&answer)), (200, None), "{cookie}");
    }
    let answer = site.get_with("/lettings/", &[("Cookie", "statistics=7")]).await;
    assert_eq!(kept(&answer), Some("hit"), "it is not one of ours");

    let browser = site.browser().signed_in_as(TestUser::named("ann").staff());
    let page = browser.get("/lettings/").await;
    assert_eq!(kept(&page), None);
    assert_eq!(page.header("cache-control"), Some("private, no-store"));
    assert!(!site.get("/lettings/").await.text().contains("ann"));
}

#[rocket::async_test]
async fn parameters_that_the_route_does_not_read_make_no_page() {
    let site = site(DatabaseKind::Sqlite).await;
    let page = site.get("/lettings/").await;
    for same in ["/lettings/?junk=1", "/lettings/?junk=2&utm=x"] {
        let answer = site.get(same).await;
        assert_eq!((kept(&answer), &answer.body), (Some("hit"), &page.body), "{same}");
    }
    assert_eq!(kept(&site.get("/lettings/?page=1").await), Some("miss"));
    assert_eq!(kept(&site.get("/lettings/?page=1&junk=3").await), Some("hit"));
    let unknown = site.get("/lettings/99/").await;
    assert_eq!((unknown.status, kept(&unknown)), (404, None));
    let long = format!("/lettings/?page={}", "1".repeat(600));
    assert_eq!(kept(&site.get(&long).await), None);
}

#[rocket::async_test]
async fn a_kept_page_is_validated_and_compressed() {
    let site = site(DatabaseKind::Sqlite).await;
    let made = site.get("/lettings/").await;
    assert_eq!(made.header("cache-control"), Some("no-cache"));
    assert_eq!(made.header("vary"), Some("Accept-Encoding, Cookie"));
    let tag = made.header("etag").unwrap();
    let known = site.get_with("/lettings/", &[("If-None-Match", tag)]).await;
    assert_eq!((known.status, kept(&known), known.body.len()), (304, Some("hit"), 0));
    assert_eq!(known.header("etag"), Some(tag));
    let other = site.get_with("/lettings/", &[("If-None-Match", "\"x\"")]).await;
    assert_eq!((other.status, &other.body), (200, &made.body));

    let mut tags = vec![tag.to_owned()];
    for (accepted, expected) in [("gzip, br", "br"), ("gzip", "gzip")] {
        let answer = site.get_with("/lettings/", &[("Accept-Encoding", accepted)]).await;
        assert_eq!(answer.header("content-encoding"), Some(expected));
        assert!(answer.body.len() < made.body.len());
        tags.push(answer.header("etag").unwrap().to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "each form has its own");
    let head = site.head("/lettings/").await;
    assert_eq!((head.status, head.body.len(), kept(&head)), (200, 0, Some("hit")));
    let range = site.get_with("/lettings/", &[("Range", "bytes=0-9")]).await;
    assert_eq!((range.status, &range.body), (200, &made.body));
    for header in ["content-security-policy", "x-content-type-options", "x-request-id"] {
        assert!(range.header(header).is_some(), "{header}");
    }
}

/// A page that shows a number which no commit changes.
struct Number(AtomicU64);

static NUMBERS: LocalModule = LocalModule {
    routes: || rocket::routes![number, forget, cookie, told, formed],
    templates: &[
        ("numbers/number.html.j2", b"<p>{{ number }}</p>"),
        ("numbers/form.html.j2", b"<form method=post>{{ csrf_input() }}</form>"),
    ],
    configure: |configure| configure.manage(Number(AtomicU64::new(1))),
    ..LocalModule::named("numbers")
};

fn page(number: u64) -> Page {
    Page::render("numbers/number", context! { number }).kept()
}

#[rocket::get("/number")]
fn number(state: &State<Number>) -> Page {
    page(state.0.load(Ordering::SeqCst))
}

#[rocket::get("/forget")]
fn forget(state: &State<Number>, pages: &State<KeptPages>) -> &'static str {
    state.0.fetch_add(1, Ordering::SeqCst);
    pages.clear();
    "forgotten"
}

#[rocket::get("/cookie")]
fn cookie(cookies: &CookieJar<'_>) -> Page {
    cookies.add(Cookie::new("seen", "yes"));
    page(7)
}

#[rocket::get("/told")]
fn told(messages: Messages<'_>) -> Page {
    messages.info("Only for you.");
    page(7)
}

#[rocket::get("/formed")]
fn formed() -> Page {
    Page::render("numbers/form", context! {}).kept()
}

#[rocket::async_test]
async fn a_module_clears_kept_pages_when_it_changes_what_they_show() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).and_modules(&[&NUMBERS]).start().await;
    for expected in [None, Some("miss"), Some("hit")] {
        let answer = site.get("/numbers/number/").await;
        assert_eq!(kept(&answer), expected);
        assert!(answer.text().contains("<p>1</p>"));
    }
    site.get("/numbers/forget/").await;
    let answer = site.get("/numbers/number/").await;
    assert_eq!(kept(&answer), Some("miss"));
    assert!(answer.text().contains("<p>2</p>"));
}

#[rocket::async_test]
async fn pages_with_cookies_messages_or_forms_are_not_kept() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).and_modules(&[&NUMBERS]).start().await;
    for address in ["/numbers/cookie/", "/numbers/told/", "/numbers/formed/"] {
        for _ in 0..3 {
            let answer = site.get(address).await;
            assert_eq!((answer.status, kept(&answer)), (200, None), "{address}");
            assert!(
                address != "/numbers/cookie/" || answer.header("set-cookie").is_some(),
                "each visitor gets the cookie"
            );
        }
    }
}

fn language(request: &Request<'_>) -> Option<Value> {
    request.headers().get_one("Accept-Language").map(Value::from)
}

static UNDECLARED: LocalModule =
    LocalModule { page_context: language, ..LocalModule::named("undeclared") };
static DECLARED: LocalModule = LocalModule {
    page_context: language,
    page_context_headers: Some(&["Accept-Language"]),
    ..LocalModule::named("declared")
};

#[rocket::async_test]
async fn a_page_to_which_a_module_adds_something_of_the_request_is_kept_by_its_headers() {
    const TEMPLATE: &str = "<p>{{ page.declared }}{{ page.undeclared }} {{ number }}</p>";
    let start = async |module: &'static LocalModule| {
        let site = HolidayHomes::on(DatabaseKind::Sqlite).and_modules(&[&NUMBERS, module]);
        site.template("numbers/number.html.j2", TEMPLATE).start().await
    };
    let in_language = async |site: &TestSite, language: &str| {
        site.get_with("/numbers/number/", &[("Accept-Language", language)]).await
    };

    let site = start(&UNDECLARED).await;
    for expected in [None, Some("miss"), Some("hit")] {
        assert_eq!(kept(&site.get("/numbers/number/").await), expected);
    }
    for language in ["fr", "de"] {
        let answer = in_language(&site, language).await;
        assert_eq!(kept(&answer), None);
        assert!(answer.text().contains(language));
    }

    let site = start(&DECLARED).await;
    in_language(&site, "fr").await;
    for expected in ["miss", "hit"] {
        for language in ["fr", "de"] {
            let answer = in_language(&site, language).await;
            assert_eq!(kept(&answer), Some(expected));
            assert!(answer.text().contains(language));
            assert_eq!(answer.header("vary"), Some("Accept-Encoding, Cookie, Accept-Language"));
        }
    }
}

#[rocket::async_test]
async fn a_setting_keeps_no_pages() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).setting("kept_pages_mib", 0).start().await;
    for _ in 0..3 {
        assert_eq!(kept(&site.get("/lettings/").await), None);
    }
}

#[rocket::async_test]
async fn outside_of_local_no_header_tells() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).profile("production");
    let site = site.setting("migrate_on_start", true).start().await;
    for _ in 0..3 {
        let answer = site.get("/lettings/").await;
        assert_eq!((answer.status, kept(&answer)), (200, None));
    }
}
