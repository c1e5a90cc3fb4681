//! Limits of what a module can do to a site.

use host::BootError;
use module_api::rocket::fairing::AdHoc;
use module_api::rocket::figment::value::Value;
use module_api::{Page, context};
use rocket::http::Status;
use rocket::{Catcher, Request};
use site_tests::{
    AddRows, Address, DatabaseKind, HolidayHomes, LocalModule, TestSite, on_both_databases,
};

on_both_databases! {
    what_a_module_adds_to_pages_reaches_all_of_them,
    a_module_s_page_for_errors_answers_below_its_mount_only,
    two_sites_in_one_process_share_nothing,
}

static GREETER: LocalModule = LocalModule {
    routes: || rocket::routes![greeting],
    templates: &[(
        "greeter/index.html.j2",
        b"<!doctype html><title>x</title><main>{{ page.greeter.word }} {{ page.counter }} \
          {{ page.module }} {{ page.path }} {{ own }}{{ page.silent }}</main>",
    )],
    page_context: |request| {
        let language = request.headers().get_one("Accept-Language").unwrap_or("none");
        let word = if language == "de" { "Hallo <b>" } else { "Hello" };
        Value::serialize(context! { word }).ok()
    },
    ..LocalModule::named("greeter")
};

static COUNTER: LocalModule =
    LocalModule { page_context: |_| Some(Value::from(7)), ..LocalModule::named("counter") };

static SILENT: LocalModule = LocalModule::named("silent");

#[rocket::get("/")]
fn greeting() -> Page {
    Page::render("greeter/index", context! { own: "own" })
}

async fn what_a_module_adds_to_pages_reaches_all_of_them(on: DatabaseKind) {
    let site = HolidayHomes::on(on)
        .and_modules(&[&GREETER, &COUNTER, &SILENT])
        .template(
            "errors/404.html.j2",
            "{% extends \"errors/404\" %}{% block head %}<meta name=\"word\" \
             content=\"{{ page.greeter.word }} {{ page.counter }}\">{% endblock %}",
        )
        .template(
            "lettings/index.html.j2",
            "{% extends \"base\" %}{% block content %}{{ page.greeter.word }}{% endblock %}",
        );
    let site = site.start().await;
    let german = [("Accept-Language", "de")];
    let own = site.get_with("/greeter/", &german).await.page();
    assert_eq!(own.main(), "Hallo <b> 7 greeter /greeter/ own");
    assert_eq!(site.get("/greeter/").await.page().main(), "Hello 7 greeter /greeter/ own");
    assert_eq!(site.get_with("/lettings/", &german).await.page().main(), "Hallo <b>");
    let lost = site.get_with("/nothing/", &german).await.page();
    let word = lost.all("meta").find(|meta| meta.attribute("name") == Some("word")).unwrap();
    assert_eq!(word.attribute("content"), Some("Hallo <b> 7"), "the host's pages too");

    let site = TestSite::on(on).modules(&[&GREETER, &COUNTER]);
    let site = site.setting("modules.counter.enabled", false).start().await;
    let page = site.get("/greeter/").await.page();
    assert_eq!(page.main(), "Hello greeter /greeter/ own", "an inactive module adds nothing");
}

static PATH: LocalModule =
    LocalModule { page_context: |_| Some(Value::from("stolen")), ..LocalModule::named("path") };

static MODULE: LocalModule =
    LocalModule { page_context: |_| Some(Value::from("stolen")), ..LocalModule::named("module") };

#[rocket::async_test]
async fn no_module_s_name_takes_the_place_of_what_a_page_knows_of_the_request() {
    for thief in [&PATH, &MODULE] {
        let setup = TestSite::on(DatabaseKind::Sqlite).modules(&[&GREETER, thief]);
        if setup.plan().is_err() {
            continue;
        }
        let answer = setup.start().await.get("/greeter/").await;
        assert!(answer.page().main().ends_with("greeter /greeter/ own"), "{}", answer.text());
    }
}

static SHOP: LocalModule = LocalModule {
    routes: || rocket::routes![item],
    catchers: || vec![Catcher::new(404, sold_out)],
    ..LocalModule::named("shop")
};

#[rocket::get("/item")]
fn item() -> Status {
    Status::NotFound
}

fn sold_out<'r>(status: Status, request: &'r Request<'_>) -> rocket::catcher::BoxFuture<'r> {
    use rocket::response::Responder;
    Box::pin(async move { (status, "sold out").respond_to(request) })
}

async fn a_module_s_page_for_errors_answers_below_its_mount_only(on: DatabaseKind) {
    for mount in ["/shop", "/market/stall"] {
        let site = HolidayHomes::on(on).and_modules(&[&SHOP]).setting("modules.shop.mount", mount);
        let site = site.start().await;
        for inside in ["/none/", "/item/", "/none/deeper/", "/"] {
            let answer = site.get(&format!("{mount}{inside}")).await;
            assert_eq!((answer.status, answer.text()), (404, "sold out"), "{mount}{inside}");
        }
        for outside in ["/none/", "/shopping/", "/market/", "/lettings/99999/", "/"] {
            let answer = site.get(outside).await;
            assert!(answer.page().id("main-content").is_some(), "{outside}");
            assert!(!answer.text().contains("sold out"), "{outside}");
        }
    }
}

static BURGLAR: LocalModule = LocalModule {
    configure: |configure| {
        configure.attach(AdHoc::on_ignite("Ladder", |rocket| {
            Box::pin(async { rocket.mount("/lettings/7", rocket::routes![item]) })
        }))
    },
    ..LocalModule::named("burglar")
};

static IMPOSTOR: LocalModule = LocalModule {
    configure: |configure| {
        configure.attach(AdHoc::on_ignite("Mask", |rocket| {
            Box::pin(async { rocket.register("/lettings", vec![Catcher::new(404, sold_out)]) })
        }))
    },
    ..LocalModule::named("impostor")
};

static ACCOMPLICE: LocalModule = LocalModule {
    configure: |configure| {
        configure.attach(AdHoc::on_ignite("Door", |rocket| {
            Box::pin(async {
                rocket.attach(AdHoc::on_ignite("Ladder", |rocket| {
                    Box::pin(async { rocket.mount("/lettings/7", rocket::routes![item]) })
                }))
            })
        }))
    },
    ..LocalModule::named("accomplice")
};

async fn does_not_launch(module: &'static LocalModule) {
    let setup = HolidayHomes::on(DatabaseKind::Sqlite).and_modules(&[module]);
    let (rocket, _database) = setup.boot().await;
    match rocket {
        Ok(_) => panic!("`{}` launches", module.name),
        Err(BootError::Problems(problems)) => {
            assert_eq!(problems[0].id, "routes.E009");
            // All that have fairings are named, since any of theirs may have done it.
            let named = &problems[0].modules;
            assert!(named.iter().any(|name| name == module.name), "{named:?}");
        }
        Err(other) => panic!("{other}"),
    }
}

#[rocket::async_test]
async fn a_fairing_that_mounts_routes_at_ignition_stops_the_launch() {
    does_not_launch(&BURGLAR).await;
}

#[rocket::async_test]
async fn a_fairing_that_registers_catchers_at_ignition_stops_the_launch() {
    does_not_launch(&IMPOSTOR).await;
}

#[rocket::async_test]
async fn a_fairing_that_attaches_one_that_mounts_routes_stops_the_launch() {
    does_not_launch(&ACCOMPLICE).await;
}

static FORGETFUL: LocalModule =
    LocalModule { routes: || rocket::routes![forgotten], ..LocalModule::named("forgetful") };

#[rocket::get("/")]
fn forgotten(state: &rocket::State<u16>) -> String {
    state.to_string()
}

#[rocket::async_test]
async fn state_that_nobody_manages_stops_the_launch_with_its_type() {
    let setup = HolidayHomes::on(DatabaseKind::Sqlite).and_modules(&[&FORGETFUL]);
    match setup.boot().await.0 {
        Err(BootError::Rocket(message)) => assert!(message.contains("State<u16>"), "{message}"),
        other => panic!("{:?}", other.map(drop)),
    }
}

static POLITE: LocalModule = LocalModule {
    configure: |configure| {
        configure
            .attach(AdHoc::on_ignite("Guest", |rocket| Box::pin(async { rocket.manage(7_u8) })))
    },
    routes: || rocket::routes![number],
    ..LocalModule::named("polite")
};

#[rocket::get("/")]
fn number(state: &rocket::State<u8>) -> String {
    state.to_string()
}

#[rocket::async_test]
async fn a_fairing_that_manages_state_is_welcome() {
    let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&POLITE]).start().await;
    assert_eq!(site.get("/polite/").await.text(), "7");
}

async fn two_sites_in_one_process_share_nothing(on: DatabaseKind) {
    let north = HolidayHomes::on(on)
        .setting("site_name", "North")
        .setting("modules.lettings.mount", "/stays")
        .setting("modules.lettings.page_size", 1)
        .template(
            "lettings/index.html.j2",
            "{% extends \"lettings/index\" %}{% block title %}Ours{% endblock %}",
        )
        .start()
        .await;
    let south = HolidayHomes::on(on).setting("site_name", "South").start().await;
    north.add_letting("In the north", Address::SOMEWHERE).await;
    south.add_letting("In the south", Address::SOMEWHERE).await;
    south.add_letting("Further south", Address::SOMEWHERE).await;

    assert_eq!(north.get("/").await.page().title(), "North");
    assert_eq!(south.get("/").await.page().title(), "South");
    let (in_north, in_south) =
        (north.get("/stays/").await.page(), south.get("/lettings/").await.page());
    assert_eq!((in_north.title().as_str(), in_south.title().as_str()), ("Ours", "Lettings"));
    assert_eq!(in_north.link("In the north"), Some("/stays/1/"));
    assert_eq!(in_north.link("In the south"), None);
    assert_eq!(in_south.link("In the south"), Some("/lettings/1/"));
    assert_eq!(in_south.link("Further south"), Some("/lettings/2/"));
    assert_eq!(in_south.link("In the north"), None);
    assert_eq!(north.get("/lettings/").await.status, 404);
    assert_eq!(south.get("/stays/").await.status, 404);
}
