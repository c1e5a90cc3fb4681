//! Permissions to see and edit fields.

use super::{Filled, execute, form, log, site, staff, superuser, value, values};
use module_test::{Answer, DatabaseKind, on_both_databases};

on_both_databases!(
    without_a_permission_there_is_no_form,
    who_may_only_look_sees_everything_and_can_send_nothing,
    what_is_not_in_the_form_is_not_taken,
    what_is_asked_is_asked_once_and_the_form_is_kept,
    a_right_that_is_lost_meanwhile_counts,
);

const ADD: &str = "/admin/atelier/maker/add/";
const CHANGE: &str = "/admin/atelier/maker/1/change/";

async fn with_maker(site: &module_test::TestSite) {
    let maker = "INSERT INTO atelier_maker (name, email, notes, material, visible, rank, state, \
                 hidden) VALUES ('Ines', 'i@example.org', 'one', 'clay', TRUE, 0, 'new', 3)";
    execute(site, maker, &[]).await;
    let pieces = "INSERT INTO atelier_piece (maker_id, title, price) VALUES (1, 'Vase', 90)";
    execute(site, pieces, &[]).await;
    execute(site, "INSERT INTO atelier_tool (name) VALUES ('Wheel')", &[]).await;
    let tools = "INSERT INTO atelier_maker_tools (maker_id, tool_id) VALUES (1, 1)";
    execute(site, tools, &[]).await;
}

async fn without_a_permission_there_is_no_form(kind: DatabaseKind) {
    let site = site(kind).await;
    with_maker(&site).await;
    for (name, permissions, add, change) in [
        ("none", &[][..], 403, 403),
        ("other", &["atelier.add_tool", "atelier.change_tool"], 403, 403),
        ("view", &["atelier.view_maker"], 403, 200),
        ("add", &["atelier.add_maker"], 200, 403),
        ("change", &["atelier.change_maker"], 403, 200),
        ("delete", &["atelier.delete_maker"], 403, 403),
    ] {
        let eve = staff(&site, name, permissions).await;
        assert_eq!(eve.get(ADD).await.status, add, "{name} adds");
        assert_eq!(eve.get(CHANGE).await.status, change, "{name} changes");
        let sent = [("name", "Eve"), ("material", "clay"), ("_save", "1")];
        let posted = eve.post(ADD, &sent).await;
        assert_eq!(posted.status, if name == "add" { 303 } else { 403 }, "{name} adds");
        let posted = eve.post(CHANGE, &sent).await.status;
        assert_eq!(posted, if name == "change" { 409 } else { 403 }, "{name} changes");
        let copied = eve.post(CHANGE, &[("name", "Copy"), ("_saveasnew", "1")]).await.status;
        assert!(copied == 403, "{name} copies: {copied}");
    }
    let names = "SELECT name AS value FROM atelier_maker ORDER BY id";
    assert_eq!(values::<String>(&site, names).await, ["Ines", "Eve"]);
    let anonymous = site.get(ADD).await;
    assert_eq!(
        (anonymous.status, anonymous.location().split('?').next()),
        (302, Some("/accounts/login/"))
    );
    let nobody = site.browser();
    let answer = nobody.post(CHANGE, &[("name", "Eve")]).await;
    assert_eq!(answer.status, 302, "a visitor is sent to the login");
}

async fn who_may_only_look_sees_everything_and_can_send_nothing(kind: DatabaseKind) {
    let site = site(kind).await;
    with_maker(&site).await;
    let permissions = ["atelier.view_maker", "atelier.change_piece", "atelier.view_tool"];
    let eve = staff(&site, "eve", &permissions).await;
    let answer = eve.get(CHANGE).await;
    let page = answer.page();
    assert_eq!(page.heading(), "View maker");
    let main = page.main();
    for shown in
        ["Name Ines", "Email i@example.org", "Material Clay", "Visible Yes", "Vase", "Wheel"]
    {
        assert!(main.contains(shown), "{shown} in {main}");
    }
    let begin = page.elements.iter().position(|e| e.name == "main").unwrap();
    let inputs = page.elements[begin..]
        .iter()
        .filter(|e| ["form", "input", "textarea", "select", "button"].contains(&e.name.as_str()));
    assert_eq!(inputs.count(), 0);
    assert_eq!(page.link("Close"), Some("/admin/atelier/maker/"));
    assert_eq!(page.link("Delete"), None);
}

async fn what_is_not_in_the_form_is_not_taken(kind: DatabaseKind) {
    let site = site(kind).await;
    with_maker(&site).await;
    let eve = staff(&site, "eve", &["atelier.change_maker", "atelier.add_maker"]).await;
    let shown = form(&eve, CHANGE).await;
    assert_eq!(shown.get("rank"), None);
    let posing = |form: Filled, name: &str| {
        let form = form.set("name", name).set("rank", "9").set("hidden", "9").set("state", "old");
        form.set("id", "77").set("pk", "77").set("material", "clay").set("piece_set-0-id", "1")
    };
    posing(shown, "One").save(&eve, CHANGE).await;
    posing(form(&eve, ADD).await, "Two").save(&eve, ADD).await;
    let stored = "SELECT CAST(id AS text) || ' ' || name || ' ' || CAST(rank AS text) || ' ' || \
                  state || ' ' || CAST(hidden AS text) AS value FROM atelier_maker ORDER BY id";
    assert_eq!(values::<String>(&site, stored).await, ["1 One 0 new 3", "2 Two 0 new 7"]);
    let ann = superuser(&site, "ann").await;
    form(&ann, CHANGE).await.set("rank", "9").set("state", "old").save(&ann, CHANGE).await;
    let stored: String = value(
        &site,
        "SELECT CAST(rank AS text) || ' ' || state AS value FROM atelier_maker WHERE id = 1",
    )
    .await;
    assert_eq!(stored, "9 new", "superusers may fill it; what is read-only is for nobody");
}

fn question(answer: &Answer) -> Option<String> {
    assert_eq!(answer.status, 200);
    let page = answer.page();
    let notice = page.elements.iter().find(|e| e.attribute("class") == Some("panel notice"));
    notice.map(module_test::Element::words)
}

/// Returns the value of the confirmation checkbox.
pub(super) fn yes_to(asked: &Answer) -> String {
    let page = asked.page();
    let mut boxes = page.all("input").filter(|input| input.attribute("name") == Some("_confirmed"));
    boxes.next().unwrap().attribute("value").unwrap().to_owned()
}

async fn what_is_asked_is_asked_once_and_the_form_is_kept(kind: DatabaseKind) {
    let site = site(kind).await;
    with_maker(&site).await;
    let ann = superuser(&site, "ann").await;
    let risen = form(&ann, CHANGE).await.set("rank", "10").set("notes", "kept");
    let asked = risen.send(&ann, CHANGE, "_continue").await;
    let text = question(&asked).unwrap();
    assert!(text.contains("Does ann make <b>more</b> than 9?"), "it is text: {text}");
    let again = Filled::of(&asked);
    assert_eq!((again.get("rank"), again.get("notes")), (Some("10"), Some("kept")));
    assert!(
        question(&again.clone().set("_confirmed", "").send(&ann, CHANGE, "_save").await).is_some()
    );
    assert_eq!(value::<i64>(&site, "SELECT rank AS value FROM atelier_maker").await, 0);
    let wrong = again
        .clone()
        .set("_confirmed", &yes_to(&asked))
        .set("age", "x")
        .send(&ann, CHANGE, "_save")
        .await;
    assert_eq!(question(&wrong), None, "first what is wrong");
    let other = again.clone().set("_confirmed", "1").send(&ann, CHANGE, "_save").await;
    assert!(question(&other).is_some(), "it was no answer to this question");
    again.set("_confirmed", &yes_to(&asked)).save(&ann, CHANGE).await;
    assert_eq!(value::<i64>(&site, "SELECT rank AS value FROM atelier_maker").await, 10);
    form(&ann, CHANGE).await.set("rank", "11").save(&ann, CHANGE).await;
    let new = form(&ann, ADD).await.set("name", "New").set("material", "clay").set("rank", "12");
    let asked = new.send(&ann, ADD, "_save").await;
    assert!(question(&asked).is_some());
    Filled::of(&asked).set("_confirmed", &yes_to(&asked)).save(&ann, ADD).await;
    assert_eq!(log(&site).await.len(), 3);
}

async fn a_right_that_is_lost_meanwhile_counts(kind: DatabaseKind) {
    let site = site(kind).await;
    with_maker(&site).await;
    let eve = staff(&site, "eve", &["atelier.change_maker"]).await;
    let typed = form(&eve, CHANGE).await.set("name", "Eve");
    execute(&site, "DELETE FROM auth_user_user_permissions", &[]).await;
    assert_eq!(typed.send(&eve, CHANGE, "_save").await.status, 403);
    assert_eq!(value::<String>(&site, "SELECT name AS value FROM atelier_maker").await, "Ines");
}
