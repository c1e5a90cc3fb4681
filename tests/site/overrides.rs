//! Templates can be overridden: by the site, and by a module that requires or uses their owner.

use module_api::{Page, context};
use site_tests::{DatabaseKind, HolidayHomes, LocalModule, Setup, TestSite, on_both_databases};

on_both_databases! {
    a_site_overrides_a_module_s_template,
    a_site_extends_the_template_it_overrides,
    a_site_overrides_the_layout_and_the_pages_for_errors,
    a_site_extends_the_layout_it_overrides,
    a_site_adds_a_template_of_its_own_for_others_to_include,
}

async fn a_site_overrides_a_module_s_template(on: DatabaseKind) {
    let text = "{% extends \"base\" %}{% block content %}<h1>Ours</h1>{% endblock %}";
    let site = HolidayHomes::on(on).template("lettings/index.html.j2", text).start().await;
    let page = site.get("/lettings/").await.page();
    assert_eq!(page.heading(), "Ours");
    assert_eq!(page.main(), "Ours");
    assert_eq!(site.get("/profiles/").await.page().heading(), "Profiles", "only that one");
}

async fn a_site_extends_the_template_it_overrides(on: DatabaseKind) {
    let text = "{% extends \"lettings/index\" %}\n{% block title %}Stays{% endblock %}\n\
                {% block content %}<p id=\"ours\">Ours</p>{{ super() }}{% endblock %}";
    let site = HolidayHomes::on(on).template("lettings/index.html.j2", text).start().await;
    let page = site.get("/lettings/").await.page();
    assert_eq!(page.title(), "Stays");
    assert_eq!(page.id("ours").unwrap().text, "Ours");
    assert_eq!(page.heading(), "Lettings");
    assert_eq!(page.id("index_lettings").unwrap().words(), "No lettings are available.");
}

async fn a_site_overrides_the_layout_and_the_pages_for_errors(on: DatabaseKind) {
    let site = HolidayHomes::on(on)
        .template(
            "base.html.j2",
            "<!doctype html><title>{% block title %}{% endblock %}</title>\
             <main>Our own layout {% block content %}{% endblock %}</main>",
        )
        .template(
            "errors/404.html.j2",
            "{% extends \"errors/404\" %}{% block title %}Lost at sea{% endblock %}",
        )
        .start()
        .await;
    let answer = site.get("/lettings/").await;
    assert!(answer.page().main().starts_with("Our own layout Lettings"), "{}", answer.text());
    let lost = site.get("/nothing/").await;
    assert_eq!((lost.status, lost.page().title()), (404, "Lost at sea".to_owned()));
    assert_eq!(lost.page().heading(), "Page not found");
}

async fn a_site_extends_the_layout_it_overrides(on: DatabaseKind) {
    let text = "{% extends \"base\" %}\
                {% block head %}{{ super() }}<meta name=\"ours\">{% endblock %}";
    let site = HolidayHomes::on(on).template("base.html.j2", text).start().await;
    for (address, status, heading) in
        [("/nothing/", 404, "Page not found"), ("/lettings/", 200, "Lettings")]
    {
        let answer = site.get(address).await;
        assert_eq!(answer.status, status, "{address}: {}", answer.text());
        assert_eq!(answer.page().heading(), heading, "{address}");
    }
    let page = site.get("/nothing/").await.page();
    assert!(page.all("meta").any(|meta| meta.attribute("name") == Some("ours")));
}

async fn a_site_adds_a_template_of_its_own_for_others_to_include(on: DatabaseKind) {
    let site = HolidayHomes::on(on)
        .template("parts/notice.html.j2", "<p id=\"notice\">{{ page.path }} {{ site.name }}</p>")
        .template(
            "lettings/index.html.j2",
            "{% extends \"lettings/index\" %}\
             {% block content %}{% include \"parts/notice\" %}{{ super() }}{% endblock %}",
        )
        .start()
        .await;
    let page = site.get("/lettings/").await.page();
    assert_eq!(page.id("notice").unwrap().text, "/lettings/ Holiday Homes");
}

static INN: LocalModule = LocalModule {
    routes: || rocket::routes![inn],
    templates: &[(
        "inn/index.html.j2",
        b"<!doctype html><title>inn</title><main>{% block content %}inn{% endblock %}</main>",
    )],
    ..LocalModule::named("inn")
};

static RED: LocalModule = LocalModule {
    requires: &["inn"],
    templates: &[(
        "inn/index.html.j2",
        b"{% extends \"inn/index\" %}{% block content %}red {{ super() }}{% endblock %}",
    )],
    ..LocalModule::named("red")
};

static BLUE: LocalModule = LocalModule {
    uses: &["inn"],
    templates: &[(
        "inn/index.html.j2",
        b"{% extends \"inn/index\" %}{% block content %}blue {{ super() }}{% endblock %}",
    )],
    ..LocalModule::named("blue")
};

static STRANGER: LocalModule = LocalModule {
    templates: &[("inn/index.html.j2", b"stranger")],
    ..LocalModule::named("stranger")
};

#[rocket::get("/")]
fn inn() -> Page {
    Page::render("inn/index", context! {})
}

async fn shown(setup: Setup) -> String {
    setup.start().await.get("/inn/").await.page().main()
}

fn of_colors() -> Setup {
    TestSite::on(DatabaseKind::Sqlite).modules(&[&INN, &RED, &BLUE])
}

#[rocket::async_test]
async fn of_several_modules_that_override_the_first_installed_wins() {
    assert_eq!(shown(of_colors().installed(&["red", "blue", "inn"])).await, "red blue inn");
    assert_eq!(shown(of_colors().installed(&["inn", "blue", "red"])).await, "blue red inn");
    assert_eq!(shown(of_colors().installed(&["inn", "blue"])).await, "blue inn");
    assert_eq!(shown(of_colors().installed(&["inn"])).await, "inn");
}

#[rocket::async_test]
async fn a_site_s_own_template_comes_before_those_of_modules() {
    let ours = "{% extends \"inn/index\" %}{% block content %}site {{ super() }}{% endblock %}";
    let setup = of_colors().installed(&["blue", "inn", "red"]).template("inn/index.html.j2", ours);
    assert_eq!(shown(setup).await, "site blue red inn");
}

#[test]
fn a_module_cannot_override_templates_of_one_it_has_nothing_to_do_with() {
    let problems =
        TestSite::on(DatabaseKind::Sqlite).modules(&[&INN, &STRANGER]).problems().join("\n");
    assert!(problems.contains("templates.E001"), "{problems}");
    assert!(problems.contains("stranger") && problems.contains("inn/index"), "{problems}");
}
