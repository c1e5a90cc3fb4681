//! Signing in through the site's form.

use accounts::NewUser;
use module_api::db::Value;
use module_api::rocket_db_pools::Pool;
use module_test::{Answer, Browser, Database, DatabaseKind, TestSite, on_both_databases};
use rocket::http::Method;

use crate::{GOOD, execute, number, set_cookie, signed_in, text, user};

on_both_databases! {
    who_knows_the_password_is_signed_in,
    whatever_is_wrong_the_answer_is_the_same,
    a_username_is_read_as_django_reads_it,
    the_way_on_is_on_this_site,
    staff_go_to_the_admin,
    forms_that_no_browser_sends_are_refused_without_harm,
    while_the_database_is_away_nobody_is_refused_for_a_wrong_password,
}

async fn who_knows_the_password_is_signed_in(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.browser();
    assert_eq!(signed_in(&browser.get("/lettings/").await), None);
    let answer = browser.sign_in("tunde", GOOD).await;
    assert_eq!((answer.status, answer.location()), (303, "/"));
    let page = browser.get("/lettings/").await;
    assert_eq!(signed_in(&page).as_deref(), Some("tunde"));
    assert_eq!(page.header("cache-control"), Some("private, no-store"));
    let logins = "SELECT COUNT(*) AS value FROM auth_user WHERE last_login IS NOT NULL";
    assert_eq!(number(&site, logins).await, 1, "as Django does, it remembers when");
}

const WRONG: &str = "Please enter a correct username and password. Note that both fields may be \
                     case-sensitive.";

/// Returns the text of an answer without the parts that differ by visitor.
fn without_tokens(answer: &Answer) -> String {
    let mut text = answer.text().to_owned();
    while let Some((before, rest)) = text.split_once("name=\"csrf_token\" value=\"") {
        let (_, after) = rest.split_once('"').unwrap();
        text = format!("{before}{after}");
    }
    text
}

async fn whatever_is_wrong_the_answer_is_the_same(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("active").add_to(site.db()).await.unwrap();
    NewUser { is_active: false, ..user("passive") }.add_to(site.db()).await.unwrap();
    NewUser { password: None, ..user("locked") }.add_to(site.db()).await.unwrap();
    let long = "x".repeat(151);
    let attempts = [
        ("active", "wrong"),
        ("Active", GOOD),
        ("active", "Blue kettle on fire"),
        ("passive", GOOD),
        ("passive", "wrong"),
        ("locked", "!"),
        ("nobody", GOOD),
        ("ac\0tive", GOOD),
        (&long, GOOD),
    ];
    let attempt = |(username, password)| {
        let site = &site;
        async move {
            let browser = site.browser();
            let answer = browser.sign_in(username, password).await;
            assert_eq!(answer.status, 200, "{username}");
            let page = answer.page();
            let top = page.id("form-error").expect("the error stands at the top");
            assert_eq!(top.words(), WRONG, "{username}");
            let field = page.id("id_username").unwrap();
            let kept = username.replace('\0', "\u{fffd}");
            assert_eq!(field.attribute("value"), Some(kept.as_str()), "what was typed is kept");
            assert_eq!(page.id("id_password").unwrap().attribute("value"), None);
            assert_eq!((browser.cookie("session"), browser.cookie("device")), (None, None));
            assert_eq!(signed_in(&browser.get("/").await), None);
            without_tokens(&answer).replace(&format!("value=\"{kept}\""), "")
        }
    };
    let answers = rocket::futures::future::join_all(attempts.map(attempt)).await;
    for (answer, (username, _)) in answers[1..].iter().zip(&attempts[1..]) {
        assert_eq!(*answer, answers[0], "{username}");
    }
    assert_eq!(number(&site, "SELECT COUNT(*) AS value FROM accounts_session").await, 0);
    for (username, password, missing) in [
        ("", GOOD, "username-error"),
        (" ", GOOD, "username-error"),
        ("active", "", "password-error"),
    ] {
        let answer = site.browser().sign_in(username, password).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.page().id(missing).unwrap().words(), "This field is required.");
    }
}

async fn a_username_is_read_as_django_reads_it(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("zoë").add_to(site.db()).await.unwrap();
    for typed in ["zoë", "zoe\u{308}", "  zoë\t", "ｚｏë"] {
        let browser = site.sign_in(typed, GOOD).await;
        assert_eq!(signed_in(&browser.get("/").await).as_deref(), Some("zoë"), "{typed}");
    }
}

async fn location_after(site: &TestSite, next: &str) -> String {
    let fields = [("username", "tunde"), ("password", GOOD), ("next", next)];
    let answer = site.browser().post("/accounts/login/", &fields).await;
    assert_eq!(answer.status, 303, "{next}: {}", answer.text());
    answer.location().to_owned()
}

async fn the_way_on_is_on_this_site(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    for next in ["/lettings/?page=2", "/profiles/zo%C3%AB/", "/"] {
        let form = site
            .get(&format!("/accounts/login/?next={}", next.replace('%', "%25").replace('?', "%3F")))
            .await;
        let page = form.page();
        let field = page.all("input").find(|input| input.attribute("name") == Some("next"));
        assert_eq!(field.unwrap().attribute("value"), Some(next));
        assert_eq!(location_after(&site, next).await, next);
    }
    for evil in [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "evil.example",
        "",
        "/a\r\nSet-Cookie: session=1",
        "/ü b",
        "/%",
        "/\u{0}",
    ] {
        let location = location_after(&site, evil).await;
        assert!(location == "/" || location == evil && evil == "/%", "{evil:?} → {location:?}");
    }
    let quoted = site.get("/accounts/login/?next=/%22%3E%3Cscript%3E").await;
    assert!(!quoted.text().contains("<script>"), "{}", quoted.text());
}

async fn staff_go_to_the_admin(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").staff().add_to(site.db()).await.unwrap();
    let browser = site.browser();
    assert_eq!(browser.sign_in("tunde", GOOD).await.location(), "/admin/");
    assert_eq!(browser.get("/").await.page().link("Administration"), Some("/admin/"));

    let without = TestSite::on(on).setting("modules.admin.enabled", false).start().await;
    user("tunde").staff().add_to(without.db()).await.unwrap();
    let browser = without.browser();
    assert_eq!(browser.sign_in("tunde", GOOD).await.location(), "/");
    assert_eq!(browser.get("/").await.page().link("Administration"), None);
}

async fn send(browser: &Browser<'_>, content_type: &str, body: &[u8]) -> Answer {
    let headers = [("Content-Type", content_type)];
    browser.request(Method::Post, "/accounts/login/", &headers, body).await
}

async fn forms_that_no_browser_sends_are_refused_without_harm(on: DatabaseKind) {
    const FORM: &str = "application/x-www-form-urlencoded";
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.browser();
    let token = browser.token();
    let with = |rest: &str| format!("csrf_token={token}&{rest}").into_bytes();

    let oversized = with(&format!("username=tunde&password={}", "x".repeat(1_000_000)));
    let answer = send(&browser, FORM, &oversized).await;
    assert_eq!(answer.status, 413);
    answer.page();
    let long = with(&format!("username=tunde&password={}", "x".repeat(5000)));
    assert_eq!(send(&browser, FORM, &long).await.page().id("form-error").unwrap().words(), WRONG);
    let deep = with(&format!("username{}=tunde&password=wrong", "[a]".repeat(5000)));
    let dots = with(&format!("username{}=tunde&password=wrong", ".a".repeat(5000)));
    let many = with(&"username=a&".repeat(2000));
    let mut no_text = with("username=");
    no_text.extend([0xff, 0xfe]);
    for body in [deep, dots, many, with("username=%ff%fe&password=%00"), no_text, with("")] {
        let answer = send(&browser, FORM, &body).await;
        assert!(answer.status < 500, "{}", answer.status);
        answer.page();
    }
    let other_fields = with(&format!(
        "username=tunde&password={}&is_superuser=1&user_id=1&id=1",
        GOOD.replace(' ', "+")
    ));
    assert_eq!(send(&browser, FORM, &other_fields).await.status, 303);
    let rights = "SELECT COUNT(*) AS value FROM auth_user WHERE is_superuser OR is_staff";
    assert_eq!(number(&site, rights).await, 0);
    assert_eq!(send(&site.browser(), FORM, b"username=tunde").await.status, 403, "no token");
    assert_eq!(send(&browser, "application/json", b"{}").await.status, 403, "no form");
}

async fn while_the_database_is_away_nobody_is_refused_for_a_wrong_password(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.browser();
    let token = browser.token();
    site.db().close().await;
    let fields = [("csrf_token", token.as_str()), ("username", "tunde"), ("password", GOOD)];
    let answer = browser.post_without_token("/accounts/login/", &fields).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.page().heading(), "Temporarily unavailable");
    assert_eq!(browser.get("/accounts/login/").await.status, 200, "the form needs no database");
}

/// `Max-Age` and the other attributes of a cookie, sorted.
fn attributes(cookie: &str) -> Vec<&str> {
    let mut attributes: Vec<&str> = cookie.split("; ").skip(1).collect();
    attributes.retain(|attribute| !attribute.starts_with("Expires="));
    attributes.sort_unstable();
    attributes
}

#[rocket::async_test]
async fn the_cookies_are_for_this_site_alone() {
    let database = Database::fresh(DatabaseKind::Sqlite).await;
    let setup = || TestSite::on(DatabaseKind::Sqlite).database(&database);
    setup().migrate().await.unwrap();
    for (profile, prefix) in [("local", ""), ("heroku", "__Host-")] {
        let site = setup().profile(profile).start().await;
        user(profile).add_to(site.db()).await.unwrap();
        let answer = site.browser().sign_in(profile, GOOD).await;
        for (name, age) in [("session", "Max-Age=1209600"), ("device", "Max-Age=31449600")] {
            let name = format!("{prefix}{name}");
            let cookie = set_cookie(&answer, &name).unwrap_or_else(|| panic!("{name} is set"));
            let mut expected = vec!["HttpOnly", age, "Path=/", "SameSite=Lax"];
            if profile == "heroku" {
                expected.push("Secure");
            }
            assert_eq!(attributes(cookie), expected, "{cookie}");
        }
    }
}

#[rocket::async_test]
async fn the_database_has_nothing_that_opens_a_session() {
    let site = TestSite::on(DatabaseKind::Sqlite).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.sign_in("tunde", GOOD).await;
    let hash = text(&site, "SELECT key_hash AS value FROM accounts_session").await;
    assert_ne!(browser.cookie("session").unwrap(), hash);
    let thief = site.browser();
    thief.set_cookie("session", &hash);
    assert_eq!(signed_in(&thief.get("/").await), None);
    let device = text(&site, "SELECT key_hash AS value FROM accounts_device").await;
    assert_ne!(browser.cookie("device").unwrap(), device);
}

#[rocket::async_test]
async fn pages_of_anonymous_visitors_are_alike() {
    let site = TestSite::on(DatabaseKind::Sqlite).start().await;
    for address in ["/", "/lettings/", "/profiles/", "/accounts/logout/", "/nothing/"] {
        let answer = site.get(address).await;
        assert_eq!(answer.header("set-cookie"), None, "{address}");
        let caching = answer.header("cache-control");
        assert!(matches!(caching, None | Some("no-cache")), "{address}: {caching:?}");
        assert_eq!(answer.text(), site.get(address).await.text());
        let page = answer.page();
        assert_eq!(page.all("form").count(), 0, "{address}");
        assert_eq!(page.link("Log in"), Some("/accounts/login/"));
    }
    let form = site.get("/accounts/login/").await;
    assert_eq!(form.header("cache-control"), Some("private, no-store"));
}

#[rocket::async_test]
async fn without_the_module_there_is_no_menu() {
    let site = TestSite::on(DatabaseKind::Sqlite).installed(&["home", "lettings"]).start().await;
    let answer = site.get("/lettings/").await;
    assert_eq!(answer.status, 200);
    assert!(!answer.text().contains("account-menu"));
    assert_eq!(site.get("/accounts/login/").await.status, 404);
}

#[rocket::async_test]
async fn a_name_is_escaped_in_the_menu() {
    let site = TestSite::on(DatabaseKind::Sqlite).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let name = [Value::from("<script>alert(1)</script>")];
    assert_eq!(execute(&site, "UPDATE auth_user SET first_name = $1", &name).await, 1);
    let page = site.sign_in("tunde", GOOD).await.get("/").await;
    assert!(!page.text().contains("<script>alert"), "{}", page.text());
    assert!(page.text().contains("&lt;script&gt;alert"), "{}", page.text());
}
