//! A module's handler panics, or never returns.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rocket::tokio;
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpStream;
use site_tests::{DatabaseKind, HolidayHomes, LocalModule, ServedSite, Setup, ask, parse, request};

static CUT_OFF: AtomicUsize = AtomicUsize::new(0);
static BAD: LocalModule = LocalModule {
    routes: || rocket::routes![panics, panics_later, hangs, is_well],
    ..LocalModule::named("bad")
};

#[rocket::get("/panics")]
fn panics() -> &'static str {
    panic!("as asked")
}

#[rocket::get("/panics-later")]
async fn panics_later() -> &'static str {
    tokio::time::sleep(Duration::from_millis(10)).await;
    panic!("as asked, later")
}

#[rocket::get("/hangs")]
async fn hangs() -> &'static str {
    /// Counts what is cut off: it is dropped before it has answered.
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            CUT_OFF.fetch_add(1, Ordering::SeqCst);
        }
    }
    let _guard = Guard;
    std::future::pending().await
}

#[rocket::get("/is-well")]
fn is_well() -> &'static str {
    "well"
}

fn setup(request_timeout: u32) -> Setup {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).and_modules(&[&BAD]).demo_data();
    site.setting("request_timeout", request_timeout)
}

async fn site(request_timeout: u32) -> ServedSite {
    setup(request_timeout).serve().await
}

async fn others_are_well(site: &ServedSite) {
    for page in ["/", "/lettings/", "/lettings/1/", "/profiles/", "/bad/is-well/", "/healthz"] {
        assert_eq!(site.get(page).await.status, 200, "{page}");
    }
}

#[rocket::async_test]
async fn a_handler_that_panics_answers_an_error_page_and_others_go_on() {
    // In the profile `local` a debug build would show why.
    let site = setup(30).profile("production").setting("migrate_on_start", true).serve().await;
    for page in ["/bad/panics/", "/bad/panics-later/"] {
        // More than there are threads, in case each loses one.
        for _ in 0..20 {
            let answer = site.get(page).await;
            assert_eq!(answer.status, 500);
            assert!(!answer.page().main().contains("as asked"), "{}", answer.page().main());
        }
    }
    others_are_well(&site).await;
    site.stop().await;
}

#[rocket::async_test]
async fn a_handler_that_hangs_is_cut_off_and_others_go_on_meanwhile() {
    let site = site(3).await;
    let port = site.port();
    let hang = || tokio::spawn(async move { ask(port, "GET", "/bad/hangs/", &[]).await.unwrap() });
    let hanging: Vec<_> = (0..50).map(|_| hang()).collect();
    others_are_well(&site).await;
    for answer in hanging {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status, 503);
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert!(!answer.page().heading().is_empty(), "it is a page");
    }
    assert_eq!(CUT_OFF.load(Ordering::SeqCst), 50, "nothing of them is left");
    others_are_well(&site).await;
    site.stop().await;
}

#[rocket::async_test]
async fn a_form_that_stops_coming_is_cut_off_and_others_go_on_meanwhile() {
    let site = site(3).await;
    // Rocket itself looks at the first bytes of a form, and waits for those.
    let sent = format!("username={}", "a".repeat(60));
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let head = request("POST", "/accounts/login/", &headers, 1000);
    let mut waiting = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(("127.0.0.1", site.port())).await.unwrap();
        stream.write_all(format!("{head}{sent}").as_bytes()).await.unwrap();
        waiting.push(stream);
    }
    others_are_well(&site).await;
    for mut stream in waiting {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = parse(&answer).unwrap();
        assert_eq!(answer.status, 408);
        assert!(!answer.page().heading().is_empty(), "it is a page");
    }
    site.stop().await;
}

#[rocket::async_test]
async fn a_limit_of_nought_is_none() {
    static SLOW: LocalModule =
        LocalModule { routes: || rocket::routes![slow], ..LocalModule::named("slow") };
    #[rocket::get("/")]
    async fn slow() -> &'static str {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        "after a while"
    }
    for (limit, status) in [(0, 200), (1, 503)] {
        let site = HolidayHomes::on(DatabaseKind::Sqlite).and_modules(&[&SLOW]);
        let site = site.setting("request_timeout", limit).serve().await;
        assert_eq!(site.get("/slow/").await.status, status, "a limit of {limit}");
        site.stop().await;
    }
}
