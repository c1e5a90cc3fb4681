//! Sections of other modules on the page of a letting.

use module_api::db::{Db, query};
use module_api::{Error, ModuleFuture, Section, SectionContext, context, route_parameter};
use module_test::{Answer, DatabaseKind, LocalModule, TestSite, on_both_databases};
use rocket::Request;
use site_rows::{AddRows, Address};

on_both_databases! {
    sections_of_two_modules_follow_each_other_in_their_order,
    a_section_that_fails_is_left_out,
    a_page_with_a_kept_section_is_kept_until_the_database_changes,
    a_page_with_a_section_that_is_not_kept_is_made_for_each_request,
}

type Loaded<'a> = ModuleFuture<'a, Option<SectionContext>, Error>;

/// The title of the letting, from the database.
fn title<'a>(request: &'a Request<'_>, db: &'a Db) -> Loaded<'a> {
    Box::pin(async move {
        let Some(id) = route_parameter::<i64>(request, "letting_id") else { return Ok(None) };
        let mut connection = db.acquire().await?;
        let title = query("SELECT title FROM lettings_letting WHERE id = $1").bind(id);
        let title: Option<(String,)> = title.fetch_optional(&mut connection).await?;
        Ok(title.map(|(title,)| SectionContext::new(context! { title })))
    })
}

fn browser<'a>(request: &'a Request<'_>, _: &'a Db) -> Loaded<'a> {
    Box::pin(async move {
        let title = request.headers().get_one("User-Agent").map(str::to_owned);
        Ok(Some(SectionContext::new(context! { title })))
    })
}

fn failing<'a>(_: &'a Request<'_>, db: &'a Db) -> Loaded<'a> {
    Box::pin(async move {
        let mut connection = db.acquire().await?;
        query("SELECT nothing FROM nowhere").execute(&mut connection).await?;
        Ok(Some(SectionContext::default()))
    })
}

fn panicking<'a>(_: &'a Request<'_>, _: &'a Db) -> Loaded<'a> {
    Box::pin(async move { panic!("as asked") })
}

const ALPHA: LocalModule = LocalModule {
    uses: &["lettings"],
    templates: &[(
        "alpha/section.html.j2",
        b"<p id=\"alpha\">{{ title }} in {{ letting.address.city }}, {{ page.module }}</p>",
    )],
    sections: &[Section::new("lettings:letting", "alpha/section").load(title).kept()],
    ..LocalModule::named("alpha")
};

const BETA: LocalModule = LocalModule {
    uses: &["lettings"],
    templates: &[("beta/section.html.j2", b"<p id=\"beta\">{{ title }}</p>")],
    sections: &[Section::new("lettings:letting", "beta/section")],
    ..LocalModule::named("beta")
};

async fn letting(site: &TestSite) -> String {
    format!("/lettings/{}/", site.add_letting("A <b>barn</b>", Address::SOMEWHERE).await)
}

async fn sections_of_two_modules_follow_each_other_in_their_order(on: DatabaseKind) {
    static FIRST: LocalModule = ALPHA;
    static SECOND: LocalModule = BETA;
    let site = TestSite::on(on).and_modules(&[&SECOND, &FIRST]).start().await;
    let answer = site.get(&letting(&site).await).await;
    let city = Address::SOMEWHERE.city;
    let alpha = answer.page().id("alpha").unwrap().words();
    assert_eq!(alpha, format!("A <b>barn</b> in {city}, lettings"), "it is escaped once");
    let place = |id: &str| answer.text().find(&format!("id=\"{id}\"")).unwrap();
    assert!(place("details") < place("alpha") && place("alpha") < place("beta"));
    assert!(!site.get("/lettings/").await.text().contains("alpha"), "it is another page");
    assert_eq!(site.get("/lettings/99/").await.status, 404);
}

async fn a_section_that_fails_is_left_out(on: DatabaseKind) {
    static FAILING: LocalModule = LocalModule {
        sections: &[
            Section::new("lettings:letting", "beta/section").load(failing).kept(),
            Section::new("lettings:letting", "beta/section").load(panicking).kept(),
        ],
        ..BETA
    };
    static UNRENDERED: LocalModule = LocalModule {
        uses: &["lettings"],
        templates: &[("gamma/section.html.j2", b"<p>{{ nothing.at_all }}</p>")],
        sections: &[Section::new("lettings:letting", "gamma/section")],
        ..LocalModule::named("gamma")
    };
    static WHOLE: LocalModule = ALPHA;
    let modules: &[&'static dyn module_api::Module] = &[&FAILING, &UNRENDERED, &WHOLE];
    let site = TestSite::on(on).and_modules(modules).start().await;
    let address = letting(&site).await;
    for _ in 0..2 {
        let answer = site.get(&address).await;
        assert_eq!(answer.status, 200);
        let page = answer.page();
        assert!(page.id("alpha").is_some() && page.id("beta").is_none());
        assert_eq!(answer.header("x-kept-page"), None, "it may be whole the next time");
    }
}

fn kept(answer: &Answer) -> Option<&str> {
    answer.header("x-kept-page")
}

async fn a_page_with_a_kept_section_is_kept_until_the_database_changes(on: DatabaseKind) {
    static FIRST: LocalModule = ALPHA;
    static SECOND: LocalModule = BETA;
    let site = TestSite::on(on).and_modules(&[&FIRST, &SECOND]).start().await;
    let address = letting(&site).await;
    site.get(&address).await;
    assert_eq!(kept(&site.get(&address).await), Some("miss"));
    assert_eq!(kept(&site.get(&address).await), Some("hit"));
    let mut transaction = site.db().begin().await.unwrap();
    let rename = query("UPDATE lettings_letting SET title = 'A tent'");
    rename.execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let alpha = site.get(&address).await.page().id("alpha").unwrap().words();
    assert!(alpha.starts_with("A tent"), "{alpha}");
}

async fn a_page_with_a_section_that_is_not_kept_is_made_for_each_request(on: DatabaseKind) {
    static OWN: LocalModule = LocalModule {
        sections: &[Section::new("lettings:letting", "beta/section").load(browser)],
        ..BETA
    };
    let site = TestSite::on(on).and_modules(&[&OWN]).start().await;
    let address = letting(&site).await;
    for name in ["one", "two", "three"] {
        let answer = site.get_with(&address, &[("User-Agent", name)]).await;
        assert_eq!(kept(&answer), None);
        assert_eq!(answer.page().id("beta").unwrap().words(), name);
    }
}
