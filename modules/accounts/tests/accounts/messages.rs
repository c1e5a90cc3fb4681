//! Flash messages.

use module_api::{Level, MessageLink, Messages, Page, SecretKey, context};
use module_test::{Browser, DatabaseKind, LocalModule, TestSite, encoded};
use rocket::get;
use rocket::response::Redirect;

static DESK: LocalModule = LocalModule {
    routes: || rocket::routes![say, several, with_link, index],
    templates: &[("desk/index.html.j2", b"{% extends \"base\" %}")],
    ..LocalModule::named("desk")
};

#[get("/say?<text>")]
fn say(text: &str, messages: Messages<'_>) -> Redirect {
    messages.warning(text);
    Redirect::to("/desk/")
}

#[get("/several?<number>&<length>")]
fn several(number: usize, length: usize, messages: Messages<'_>) -> Redirect {
    for index in 0..number {
        messages.info(format!("{index} {}", "ö".repeat(length)));
    }
    Redirect::to("/desk/")
}

#[get("/with_link?<url>")]
fn with_link(url: &str, messages: Messages<'_>) -> Redirect {
    let link = MessageLink { url: url.to_owned(), label: "there".to_owned() };
    messages.add(Level::Success, "Look", Some(link));
    Redirect::to("/desk/")
}

#[get("/")]
fn index() -> Page {
    Page::render("desk/index", context! {})
}

async fn desk() -> TestSite {
    TestSite::on(DatabaseKind::Sqlite).modules(&[&DESK]).start().await
}

/// The messages of the next page, each with its class.
async fn shown(browser: &Browser<'_>) -> Vec<(String, String)> {
    let page = browser.get("/desk/").await.page();
    let is_message = |class: &str| class.starts_with("message message-");
    let messages = page.all("li").filter(|li| li.attribute("class").is_some_and(is_message));
    messages.map(|li| (li.attribute("class").unwrap().to_owned(), li.words())).collect()
}

#[rocket::async_test]
async fn a_message_is_shown_once() {
    let site = desk().await;
    let browser = site.browser();
    assert_eq!(browser.get("/desk/say/?text=Done").await.status, 303);
    assert_eq!(shown(&browser).await, [("message message-warning".to_owned(), "Done".to_owned())]);
    assert_eq!(shown(&browser).await, []);
    assert_eq!(browser.cookie("messages"), None);
}

#[rocket::async_test]
async fn a_page_with_a_message_is_kept_by_nobody() {
    let site = desk().await;
    let browser = site.browser();
    browser.get("/desk/say/?text=Done").await;
    let page = browser.get("/desk/").await;
    assert_eq!(page.header("cache-control"), Some("private, no-store"));
    assert_eq!(browser.get("/desk/").await.header("cache-control"), None);
}

#[rocket::async_test]
async fn a_message_is_text_and_nothing_else() {
    let site = desk().await;
    let browser = site.browser();
    for (sent, read) in [
        ("%3Cscript%3Ealert(1)%3C/script%3E", "<script>alert(1)</script>"),
        ("a%0D%0ASet-Cookie:%20session=1", "a Set-Cookie: session=1"),
        ("%22%27;%20Path=/x;%20%C3%BC%20%F0%9F%8F%96", "\"'; Path=/x; ü 🏖"),
    ] {
        let answer = browser.get(&format!("/desk/say/?text={sent}")).await;
        assert_eq!(answer.status, 303);
        let names: Vec<&str> = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .map(|(_, cookie)| cookie.split('=').next().unwrap())
            .collect();
        assert_eq!(names, ["messages"], "no header is added");
        let page = browser.get("/desk/").await;
        assert!(!page.text().contains("<script>alert"), "{}", page.text());
        let main = page.page().main();
        assert!(main.contains(read), "{read} in {main}");
        assert_eq!(browser.cookie("session"), None);
    }
}

#[rocket::async_test]
async fn of_more_than_a_cookie_holds_the_latest_are_shown() {
    let site = desk().await;
    let browser = site.browser();
    let answer = browser.get("/desk/several/?number=40&length=1000").await;
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.len() < 4096, "{}", cookie.len());
    let messages = shown(&browser).await;
    assert!(!messages.is_empty());
    assert!(messages.last().unwrap().1.starts_with("39 ö"), "{messages:?}");
    assert!(messages.iter().all(|(_, text)| text.chars().count() <= 251));
}

#[rocket::async_test]
async fn a_long_message_in_any_script_is_cut_and_shown() {
    let site = desk().await;
    let browser = site.browser();
    for character in ["a", "ö", "家", "🏖"] {
        browser.get(&format!("/desk/say/?{}", encoded(&[("text", &character.repeat(500))]))).await;
        let text = format!("{}…", character.repeat(250));
        assert_eq!(shown(&browser).await, [("message message-warning".to_owned(), text)]);
    }
}

#[rocket::async_test]
async fn a_link_leads_to_this_site_and_a_forged_cookie_says_nothing() {
    let site = desk().await;
    let browser = site.browser();
    browser.get("/desk/with_link/?url=/lettings/").await;
    assert_eq!(browser.get("/desk/").await.page().link("there"), Some("/lettings/"));
    for evil in ["//evil.example", "javascript:alert(1)", "https://evil.example"] {
        browser.get(&format!("/desk/with_link/?url={evil}")).await;
        assert_eq!(browser.get("/desk/").await.page().link("there"), None, "{evil}");
    }
    let unsigned = "[{\"level\":\"info\",\"text\":\"You have won\"}]";
    let signed_by_others = SecretKey::random().sign("messages", unsigned);
    for forged in [
        unsigned,
        &signed_by_others,
        "nonsense",
        "[",
        "[{\"level\":\"x\",\"text\":1}]",
        "{}",
        &"[".repeat(3000),
    ] {
        browser.set_cookie("messages", forged);
        assert_eq!(shown(&browser).await, [], "{forged}");
    }
}
