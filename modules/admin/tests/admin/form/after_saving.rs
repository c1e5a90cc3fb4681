//! Redirects and messages after saving a form.

use super::{Filled, form, log, messages, site, staff, superuser, value};
use module_test::{DatabaseKind, on_both_databases};
use site_rows::{AddRows, Address};

on_both_databases!(
    each_button_leads_where_djangos_does,
    the_list_comes_back_as_it_was,
    a_copy_is_saved_as_a_new_object,
    a_copy_that_is_wrong_is_still_to_be_a_copy,
    an_object_leads_to_its_history_its_page_and_its_deletion,
    who_may_only_add_comes_back_to_the_first_page,
    an_object_that_is_not_there_leads_to_the_first_page,
);

const ADD: &str = "/admin/atelier/tool/add/";
const CHANGE: &str = "/admin/atelier/tool/1/change/";
const LIST: &str = "/admin/atelier/tool/";

async fn each_button_leads_where_djangos_does(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let new = form(&ann, ADD).await.set("name", "Saw");
    for (button, leads_to, says) in [
        ("_save", LIST, "The tool “Saw” was added successfully. Open it again"),
        (
            "_continue",
            "/admin/atelier/tool/2/change/",
            "The tool “Saw” was added successfully. You may edit it again below.",
        ),
        (
            "_addanother",
            ADD,
            "The tool “Saw” was added successfully. You may add another tool below.",
        ),
    ] {
        let answer = new.send(&ann, ADD, button).await;
        assert_eq!((answer.status, answer.location()), (303, leads_to), "{button}");
        assert_eq!(messages(&ann).await, [says]);
    }
    for (button, name, leads_to, says) in [
        ("_save", "Axe", LIST, "The tool “Axe” was changed successfully. Open it again"),
        (
            "_continue",
            "Hoe",
            CHANGE,
            "The tool “Hoe” was changed successfully. You may edit it again below.",
        ),
        (
            "_addanother",
            "Pin",
            ADD,
            "The tool “Pin” was changed successfully. You may add another tool below.",
        ),
    ] {
        let answer = form(&ann, CHANGE).await.set("name", name).send(&ann, CHANGE, button).await;
        assert_eq!((answer.status, answer.location()), (303, leads_to), "{button}");
        assert_eq!(messages(&ann).await, [says]);
    }
    assert_eq!(
        log(&site).await,
        [
            "1 atelier.tool 1 Saw [{\"added\": {}}]",
            "1 atelier.tool 2 Saw [{\"added\": {}}]",
            "1 atelier.tool 3 Saw [{\"added\": {}}]",
            "2 atelier.tool 1 Axe [{\"changed\": {\"fields\": [\"Name\"]}}]",
            "2 atelier.tool 1 Hoe [{\"changed\": {\"fields\": [\"Name\"]}}]",
            "2 atelier.tool 1 Pin [{\"changed\": {\"fields\": [\"Name\"]}}]",
        ]
    );
}

async fn the_list_comes_back_as_it_was(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    form(&ann, ADD).await.set("name", "Saw").save(&ann, ADD).await;
    let back = "_changelist_filters=q%3Dsa%2Bw%26p%3D1";
    let address = format!("{CHANGE}?{back}");
    let page = ann.get(&address).await.page();
    let form_itself = page.elements.iter().find(|e| e.attribute("class") == Some("object-form"));
    let action = form_itself.unwrap().attribute("action");
    assert_eq!(action, None, "the form goes to its own address with the query");
    assert_eq!(page.link("Delete"), Some(&*format!("/admin/atelier/tool/1/delete/?{}", encoded())));
    let answer = form(&ann, &address).await.set("name", "Axe").send(&ann, &address, "_save").await;
    assert_eq!(answer.location(), "/admin/atelier/tool/?q=sa%20w&p=1");
    let again = form(&ann, &address).await.set("name", "Hoe");
    let answer = again.send(&ann, &address, "_continue").await;
    assert_eq!(answer.location(), format!("{CHANGE}?{}", encoded()));
    let answer = form(&ann, answer.location()).await.send(&ann, &address, "_addanother").await;
    assert_eq!(answer.location(), format!("{ADD}?{}", encoded()));
    let evil = format!("{CHANGE}?_changelist_filters=%0d%0aSet-Cookie:%20x%3d1//evil.example");
    let answer = form(&ann, &evil).await.send(&ann, &evil, "_save").await;
    assert!(answer.location().starts_with("/admin/atelier/tool/?%0D%0ASet-Cookie"));
}

/// The query as it is written anew.
fn encoded() -> String {
    "_changelist_filters=q%3Dsa%2Bw%26p%3D1".to_owned()
}

async fn a_copy_is_saved_as_a_new_object(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    site.add_letting("Sea view", Address::SOMEWHERE).await;
    let address = "/admin/lettings/letting/1/change/";
    let page = ann.get(address).await;
    assert!(page.text().contains("name=\"_saveasnew\""));
    assert!(!page.text().contains("name=\"_addanother\""), "as in Django, either of them");
    let copy = Filled::of(&page).set("title", "Copy").set("address-street", "Other street");
    let answer = copy.send(&ann, address, "_saveasnew").await;
    assert_eq!(answer.location(), "/admin/lettings/letting/2/change/");
    assert_eq!(
        messages(&ann).await,
        ["The letting “Copy” was added successfully. You may edit it again below."]
    );
    let (old, new) = (form(&ann, address).await, form(&ann, answer.location()).await);
    assert_eq!(
        (old.get("title"), old.get("address-street")),
        (Some("Sea view"), Some("Bedford Street"))
    );
    assert_eq!((new.get("title"), new.get("address-street")), (Some("Copy"), Some("Other street")));
    assert_eq!(
        log(&site).await,
        ["1 lettings.letting 2 Copy [{\"added\": {}}, {\"added\": {\"name\": \"address\", \
          \"object\": \"7217 Other street\"}}]"]
    );
    // Only where the registration offers it.
    execute_maker(&site).await;
    let maker = "/admin/atelier/maker/1/change/";
    let page = ann.get(maker).await;
    assert!(!page.text().contains("_saveasnew"));
    let posing = Filled::of(&page).set("name", "Ada").send(&ann, maker, "_saveasnew").await;
    assert_eq!(posing.status, 303);
    let makers: i64 = value(&site, "SELECT COUNT(*) AS value FROM atelier_maker").await;
    assert_eq!(makers, 1, "it is changed");
}

async fn execute_maker(site: &module_test::TestSite) {
    let sql = "INSERT INTO atelier_maker (name, email, notes, material, visible, rank, state, \
               hidden) VALUES ('Ines', '', '', 'clay', TRUE, 0, 'new', 3)";
    super::execute(site, sql, &[]).await;
}

async fn a_copy_that_is_wrong_is_still_to_be_a_copy(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    form(&ann, ADD).await.set("name", "Saw").save(&ann, ADD).await;
    let answer = form(&ann, CHANGE).await.set("name", "").send(&ann, CHANGE, "_saveasnew").await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("name=\"_saveasnew\""));
    assert!(!answer.text().contains("name=\"_save\""));
    let answer = Filled::of(&answer).set("name", "Axe").send(&ann, CHANGE, "_saveasnew").await;
    assert_eq!(answer.location(), "/admin/atelier/tool/2/change/");
}

async fn an_object_leads_to_its_history_its_page_and_its_deletion(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    site.add_letting("Sea view", Address::SOMEWHERE).await;
    let page = ann.get("/admin/lettings/letting/1/change/").await.page();
    assert_eq!(page.link("History"), Some("/admin/lettings/letting/1/history/"));
    assert_eq!(page.link("View on site"), Some("/lettings/1/"));
    assert_eq!(page.link("Delete"), Some("/admin/lettings/letting/1/delete/"));
    let itself = ann.get("/admin/lettings/letting/1/").await;
    assert_eq!((itself.status, itself.location()), (303, "/admin/lettings/letting/1/change/"));
    let add = ann.get("/admin/lettings/letting/add/").await.page();
    assert_eq!((add.link("History"), add.link("Delete")), (None, None));
}

async fn who_may_only_add_comes_back_to_the_first_page(kind: DatabaseKind) {
    let site = site(kind).await;
    let eve = staff(&site, "eve", &["atelier.add_tool"]).await;
    let page = eve.get(ADD).await;
    assert!(!page.text().contains("name=\"_continue\""), "there is nothing to go on with");
    assert_eq!(Filled::of(&page).set("name", "Saw").save(&eve, ADD).await, "/admin/");
    assert_eq!(messages(&eve).await, ["The tool “Saw” was added successfully."]);
    let answer = form(&eve, ADD).await.set("name", "Axe").send(&eve, ADD, "_continue").await;
    assert_eq!(answer.location(), "/admin/");
    assert_eq!(eve.get(CHANGE).await.status, 403);
}

async fn an_object_that_is_not_there_leads_to_the_first_page(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let answer = ann.get(CHANGE).await;
    assert_eq!((answer.status, answer.location()), (303, "/admin/"));
    assert_eq!(messages(&ann).await, ["Tool with ID “1” doesn’t exist. Perhaps it was deleted?"]);
    for nonsense in [
        "/admin/atelier/tool/x/change/",
        "/admin/atelier/tool/99999999999999999999/change/",
        "/admin/atelier/none/add/",
    ] {
        assert_eq!(ann.get(nonsense).await.status, 404, "{nonsense}");
        let anonymous = site.get(nonsense).await;
        assert_eq!(anonymous.status, 302, "nobody learns what there is");
        assert!(anonymous.location().starts_with("/accounts/login/?next="));
    }
}
