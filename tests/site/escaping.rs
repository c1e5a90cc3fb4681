//! Escaping: values in the database are shown as text, never read as HTML.

use module_api::{Page, context};
use site_tests::{
    AddRows, Address, Answer, DatabaseKind, HolidayHomes, LocalModule, Person, TestSite,
    on_both_databases,
};

on_both_databases! {
    a_letting_s_title_is_text_everywhere,
    an_address_is_text,
    a_profile_is_text_and_so_is_its_mail_link,
    templates_on_disk_escape_too,
    templates_in_the_code_escape_too,
    an_edited_template_escapes_too,
}

const HOSTILE: &str = "</title></h1>\"'><script>alert(1)</script>&amp;{{ 7 * 7 }}";

#[track_caller]
fn assert_harmless(answer: &Answer) {
    assert_eq!(answer.status, 200);
    let page = answer.page();
    assert_eq!(page.all("script").count(), 0, "{}", answer.text());
    assert_eq!(page.all("title").count(), 1);
    for element in &page.elements {
        assert!(!element.attributes.keys().any(|name| name.starts_with("on")), "{element:?}");
    }
    assert!(!answer.text().contains("<script>alert"), "{}", answer.text());
}

async fn a_letting_s_title_is_text_everywhere(on: DatabaseKind) {
    let site = HolidayHomes::on(on).start().await;
    let plain = site.add_letting("<script>alert(1)</script>", Address::SOMEWHERE).await;
    let id = site.add_letting(HOSTILE, Address::SOMEWHERE).await;
    let list = site.get("/lettings/").await;
    assert_harmless(&list);
    assert_eq!(list.page().link(HOSTILE), Some(&*format!("/lettings/{id}/")));
    assert_eq!(
        list.page().link("<script>alert(1)</script>"),
        Some(&*format!("/lettings/{plain}/"))
    );
    let letting = site.get(&format!("/lettings/{id}/")).await;
    assert_harmless(&letting);
    assert_eq!(letting.page().title(), HOSTILE);
    assert_eq!(letting.page().heading(), HOSTILE);
}

async fn an_address_is_text(on: DatabaseKind) {
    let site = HolidayHomes::on(on).start().await;
    let script = "<script>alert(1)</script>";
    let at = Address {
        street: script,
        city: script,
        state: "<b",
        country_iso_code: "<i>",
        ..Address::SOMEWHERE
    };
    let id = site.add_letting("Trap", at).await;
    assert_harmless(&site.get("/lettings/").await);
    let answer = site.get(&format!("/lettings/{id}/")).await;
    assert_harmless(&answer);
    let details = answer.page();
    let details = details.id("details").unwrap().words();
    assert!(details.contains(&format!("7217 {script}")), "{details}");
    assert!(details.contains(&format!("{script}, <b 31525")), "{details}");
    assert!(details.contains("<i>"), "{details}");
}

async fn a_profile_is_text_and_so_is_its_mail_link(on: DatabaseKind) {
    let site = HolidayHomes::on(on).start().await;
    let hostile = "\"><script>alert(1)</script>";
    let person = Person {
        username: "mallory",
        first_name: hostile,
        last_name: hostile,
        email: "\" onmouseover=\"alert(1)",
        favorite_city: hostile,
    };
    site.add_profile(person).await;
    site.add_profile(Person::named("<script>alert(1)</script>")).await;
    assert_harmless(&site.get("/profiles/").await);
    let answer = site.get("/profiles/mallory/").await;
    assert_harmless(&answer);
    let page = answer.page();
    assert_eq!(page.link("\" onmouseover=\"alert(1)"), Some("mailto:\" onmouseover=\"alert(1)"));
    assert!(page.id("details").unwrap().words().contains(hostile));
    // Such a name is none that Django takes, but a database may hold it.
    let list = site.get("/profiles/").await.page();
    let address = list.link("<script>alert(1)</script>").unwrap();
    assert!(!address.contains('<'), "{address}");
    assert_harmless(&site.get(address).await);
}

const ON_DISK: &str = "{% extends \"base\" %}\n{% block title %}{{ letting.title }}{% endblock %}\n\
    {% block content %}<h1 title=\"{{ letting.title }}\" lang='{{ letting.title }}'>\
    {{ letting.title }}</h1>{% endblock %}";

#[track_caller]
fn assert_shows_hostile_title(answer: &Answer) {
    assert_harmless(answer);
    let page = answer.page();
    assert_eq!(page.title(), HOSTILE);
    let heading = page.all("h1").next().unwrap();
    assert_eq!(heading.text, HOSTILE);
    assert_eq!(heading.attribute("title"), Some(HOSTILE));
    assert_eq!(heading.attribute("lang"), Some(HOSTILE));
}

async fn templates_on_disk_escape_too(on: DatabaseKind) {
    for file in ["lettings/letting.html.j2", "lettings/letting.j2"] {
        let site = HolidayHomes::on(on).template(file, ON_DISK).start().await;
        let id = site.add_letting(HOSTILE, Address::SOMEWHERE).await;
        assert_shows_hostile_title(&site.get(&format!("/lettings/{id}/")).await);
    }
}

async fn an_edited_template_escapes_too(on: DatabaseKind) {
    let site = HolidayHomes::on(on).start().await;
    let id = site.add_letting(HOSTILE, Address::SOMEWHERE).await;
    site.write_template("lettings/letting.html.j2", ON_DISK);
    assert_shows_hostile_title(&site.get(&format!("/lettings/{id}/")).await);
}

static ECHO: LocalModule = LocalModule {
    routes: || rocket::routes![echo],
    templates: &[("echo/index.html.j2", ON_DISK.as_bytes())],
    ..LocalModule::named("echo")
};

#[rocket::get("/")]
fn echo() -> Page {
    Page::render("echo/index", context! { letting: context! { title: HOSTILE } })
}

async fn templates_in_the_code_escape_too(on: DatabaseKind) {
    let site = TestSite::on(on).modules(&[&ECHO]).start().await;
    assert_shows_hostile_title(&site.get("/echo/").await);
}
