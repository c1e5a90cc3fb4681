//! A debug build shows an edit of a template at once, and survives a broken one.

use site_tests::{Answer, DatabaseKind, HolidayHomes, TestSite, on_both_databases};

on_both_databases! {
    an_edit_shows_on_the_next_request,
    a_template_that_breaks_is_explained_and_can_be_mended,
    a_template_that_fails_while_it_renders_is_explained,
    a_template_that_refers_to_a_missing_one_is_explained,
}

const FILE: &str = "lettings/index.html.j2";

fn page_with(heading: &str) -> String {
    format!("{{% extends \"base\" %}}\n{{% block content %}}<h1>{heading}</h1>{{% endblock %}}\n")
}

async fn an_edit_shows_on_the_next_request(on: DatabaseKind) {
    let site = HolidayHomes::on(on).start().await;
    assert_eq!(site.get("/lettings/").await.page().heading(), "Lettings");
    for heading in ["First", "Again", "Third"] {
        site.write_template(FILE, &page_with(heading));
        assert_eq!(site.get("/lettings/").await.page().heading(), heading);
    }
    site.remove_template(FILE);
    assert_eq!(site.get("/lettings/").await.page().heading(), "Lettings");

    let site = HolidayHomes::on(on).template(FILE, &page_with("At the start")).start().await;
    assert_eq!(site.get("/lettings/").await.page().heading(), "At the start");
    site.write_template(FILE, &page_with("Later"));
    assert_eq!(site.get("/lettings/").await.page().heading(), "Later");
}

/// That an answer explains a broken template: its file, the line, the reason.
#[track_caller]
fn assert_explains(site: &TestSite, answer: &Answer, line: usize, reason: &str) {
    assert_eq!(answer.status, 500);
    let words = answer.page().all("html").next().unwrap().words();
    let file = site.root().join("templates").join(FILE);
    assert!(words.contains(&file.display().to_string()), "{words}");
    assert!(words.contains(&format!("line {line}")), "{words}");
    assert!(words.contains(reason), "{words}");
}

async fn a_template_that_breaks_is_explained_and_can_be_mended(on: DatabaseKind) {
    let site = HolidayHomes::on(on).template(FILE, &page_with("Good")).start().await;
    for broken in [
        "{% extends \"base\" %}\n\n{% endfor <script>alert(1)</script> %}\n",
        "{% extends \"base\" %}\n\n{% block content %}{{ 1 + }}{% endblock %}\n",
    ] {
        site.write_template(FILE, broken);
        let answer = site.get("/lettings/").await;
        assert_explains(&site, &answer, 3, "syntax error");
        assert_eq!(answer.page().all("script").count(), 0);
        assert_explains(&site, &site.get("/lettings/").await, 3, "syntax error");
        site.write_template(FILE, &page_with("Mended"));
        assert_eq!(site.get("/lettings/").await.page().heading(), "Mended");
        assert_eq!(site.get("/").await.status, 200);
    }
}

async fn a_template_that_fails_while_it_renders_is_explained(on: DatabaseKind) {
    let site = HolidayHomes::on(on).template(FILE, &page_with("Good")).start().await;
    let failing =
        "{% extends \"base\" %}\n{% block content %}\n\n{{ nothing.of.this.kind }}{% endblock %}";
    site.write_template(FILE, failing);
    assert_explains(&site, &site.get("/lettings/").await, 4, "undefined");
    assert_eq!(site.get("/profiles/").await.status, 200, "other pages stand");
    site.write_template(FILE, &page_with("Mended"));
    assert_eq!(site.get("/lettings/").await.page().heading(), "Mended");
}

async fn a_template_that_refers_to_a_missing_one_is_explained(on: DatabaseKind) {
    let site = HolidayHomes::on(on).template(FILE, &page_with("Good")).start().await;
    site.write_template(FILE, "\n{% extends \"bass\" %}");
    assert_explains(&site, &site.get("/lettings/").await, 2, "bass");
}

#[test]
fn a_template_that_is_broken_at_the_start_stops_the_start() {
    let setup = HolidayHomes::on(DatabaseKind::Sqlite)
        .template(FILE, "{% extends \"base\" %}\n\n{% block content %}{{ 1 + }}{% endblock %}\n")
        .template("profiles/index.html.j2", "{% extends \"bass\" %}");
    let file = setup.root().join("templates").join(FILE).display().to_string();
    let problems = setup.problems();
    let about = problems.iter().find(|problem| problem.contains(&file));
    let about = about.unwrap_or_else(|| panic!("no problem names {file}: {problems:?}"));
    assert!(about.contains("templates.E003"), "{about}");
    assert!(about.contains("line 3"), "{about}");
    assert!(about.contains("syntax error"), "{about}");
    let other = problems.iter().find(|problem| problem.contains("profiles/index")).unwrap();
    assert!(other.contains("templates.E004") && other.contains("bass"), "{other}");
    assert!(other.contains("line 1") && other.contains("base"), "{other}");
}
