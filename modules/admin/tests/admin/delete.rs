//! Deletion of an object, with its cascade.

use module_api::model::{ForeignKey, Model};
use module_test::{DatabaseKind, Document, TestSite, on_both_databases};
use site_rows::{AddRows, Address};

use crate::archive::{
    Loan, Logged, Note, Sheet, Shelf, Topic, add, add_folder, add_shelf, archive, confirm, count,
    delete, execute, log, messages, page, staff, superuser, value_of,
};

on_both_databases! {
    all_that_goes_is_shown_first_and_then_it_goes,
    what_protects_it_is_named_and_nothing_can_be_done,
    a_user_who_may_not_delete_something_that_goes_along_is_told,
    a_rule_counts_for_what_goes_along_too,
    who_may_not_delete_is_sent_away,
    the_second_of_two_who_delete_the_same_is_told,
    what_does_not_exist_is_no_error,
    it_is_asked_again_when_more_goes_than_was_shown,
    a_registration_asks_first_and_only_that_answer_counts,
    of_many_objects_a_hundred_are_shown,
    what_the_database_refuses_is_a_page_and_nothing_is_half_done,
    what_one_may_not_look_at_is_counted_only,
    names_are_text,
    the_list_comes_back_as_it_was_left,
    looking_at_it_changes_nothing,
    what_shares_the_form_stays_and_is_said,
    what_shares_the_form_goes_where_that_is_wanted,
    what_shares_the_form_goes_for_several_at_once,
}

fn address(shelf: i64) -> String {
    format!("/admin/archive/shelf/{shelf}/delete/")
}

/// A shelf with a bit of everything.
async fn full_shelf(site: &TestSite) -> i64 {
    let shelf = add_shelf(site, "Maps").await;
    let folder = add_folder(site, "Coast", shelf).await;
    add_folder(site, "Inland", shelf).await;
    for number in 1..=3 {
        add(site, Sheet { id: 0, number, folder: ForeignKey::to(folder) }).await;
    }
    let note = Note { id: 0, text: "Dust it".to_owned(), shelf: Some(ForeignKey::to(shelf)) };
    add(site, note).await;
    let topic = add(site, Topic { id: 0, name: "Sea".to_owned() }).await;
    let mut transaction = site.db().begin().await.unwrap();
    Shelf::TOPICS.set(shelf, &[topic], &mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    shelf
}

/// All items of the page's lists.
fn items(page: &Document) -> Vec<String> {
    page.all("li").map(module_test::Element::words).collect()
}

#[track_caller]
fn assert_has(page: &Document, texts: &[&str]) {
    let main = page.main();
    for text in texts {
        assert!(main.contains(text), "{text} is not in {main}");
    }
}

async fn all_that_goes_is_shown_first_and_then_it_goes(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = full_shelf(&site).await;
    let kept = add_shelf(&site, "Books").await;
    let kept_folder = add_folder(&site, "Novels", kept).await;
    let browser = superuser(&site).await;
    let asked = page(&browser.get(&address(shelf)).await);
    assert_eq!(asked.heading(), "Delete shelf “Maps”");
    assert_has(&asked, &["Are you sure you want to delete the shelf “Maps”?"]);
    let shown = items(&asked);
    for item in ["Shelves: 1", "Folders: 2", "Sheets: 3", "Shelf–topic relationships: 1", "Sheet 2"]
    {
        assert!(shown.iter().any(|known| known == item), "{item} is not among {shown:?}");
    }
    assert_has(&asked, &["“noted shelf” becomes empty"]);
    assert_eq!(asked.link("Maps"), Some(&*format!("/admin/archive/shelf/{shelf}/change/")));
    assert!(asked.link("Coast").unwrap().starts_with("/admin/archive/folder/"));
    assert!(asked.link("Dust it").unwrap().starts_with("/admin/archive/note/"));
    assert_eq!(asked.link("Sheet 1"), None, "it has no page");

    let answer = confirm(&browser, &address(shelf), &asked).await;
    assert_eq!((answer.status, answer.location()), (303, "/admin/archive/shelf/"));
    assert_eq!(messages(&browser).await, ["The shelf “Maps” was deleted successfully."]);
    assert_eq!(count(&site, "SELECT MIN(id) AS value FROM archive_shelf").await, kept);
    assert_eq!(count(&site, "SELECT MIN(id) AS value FROM archive_folder").await, kept_folder);
    for empty in [
        "SELECT COUNT(*) AS value FROM archive_sheet",
        "SELECT COUNT(*) AS value FROM archive_shelf_topics",
        "SELECT COUNT(*) AS value FROM archive_note WHERE shelf_id IS NOT NULL",
    ] {
        assert_eq!(count(&site, empty).await, 0, "{empty}");
    }
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM archive_note").await, 1);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM archive_topic").await, 1);
    let entry = Logged {
        user: "boss".to_owned(),
        model: "archive.shelf".to_owned(),
        object_id: shelf.to_string(),
        object: "Maps".to_owned(),
        flag: 3,
        message: String::new(),
    };
    assert_eq!(log(&site).await, [entry], "as in Django, not of what goes along");
}

async fn what_protects_it_is_named_and_nothing_can_be_done(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    let folder = add_folder(&site, "Coast", shelf).await;
    let loan = Loan { id: 0, reader: "Zoë".to_owned(), folder: ForeignKey::to(folder) };
    let browser = superuser(&site).await;
    let before = page(&browser.get(&address(shelf)).await);
    add(&site, loan).await;
    for asked in [
        page(&browser.get(&address(shelf)).await),
        page(&confirm(&browser, &address(shelf), &before).await),
    ] {
        assert_eq!(asked.heading(), "Cannot delete shelf");
        let words = "These protected objects refer to the shelf “Maps” and must be deleted first:";
        assert_has(&asked, &[words, "by “lent folder”"]);
        assert!(asked.link("Zoë").unwrap().starts_with("/admin/archive/loan/"));
        assert_eq!(value_of(&asked, "post"), None, "there is no form");
    }
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM archive_shelf").await, 1);
    assert_eq!(log(&site).await, []);
}

async fn a_user_who_may_not_delete_something_that_goes_along_is_told(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = full_shelf(&site).await;
    let browser = staff(&site, &["delete_shelf", "view_shelf"]).await;
    let asked = page(&browser.get(&address(shelf)).await);
    assert_eq!(asked.heading(), "Cannot delete shelf");
    let words = "Your account does not have permission to delete these types of objects:";
    assert_has(&asked, &[words]);
    assert!(items(&asked).contains(&"folder".to_owned()));
    assert!(!asked.main().contains("Coast"), "what may not be seen is not told");
    assert_eq!(value_of(&asked, "post"), None);
    let sent = confirm(&browser, &address(shelf), &asked).await;
    assert_eq!(sent.status, 403);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM archive_shelf").await, 1);
}

async fn a_rule_counts_for_what_goes_along_too(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    add_folder(&site, "Coast", shelf).await;
    let browser = staff(&site, &["delete_shelf", "delete_folder"]).await;
    assert_eq!(page(&browser.get(&address(shelf)).await).heading(), "Delete shelf “Maps”");
    let sealed = add_folder(&site, "Sealed", shelf).await;
    assert_eq!(page(&browser.get(&address(shelf)).await).heading(), "Cannot delete shelf");
    assert_eq!(browser.get(&format!("/admin/archive/folder/{sealed}/delete/")).await.status, 403);
    let boss = superuser(&site).await;
    assert_eq!(delete(&boss, &address(shelf)).await.status, 303);
}

async fn who_may_not_delete_is_sent_away(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    let browser = staff(&site, &["change_shelf"]).await;
    assert_eq!(browser.get(&address(shelf)).await.status, 403);
    assert_eq!(browser.post(&address(shelf), &[("post", "yes")]).await.status, 403);
    for nowhere in ["/admin/archive/sheet/1/delete/", "/admin/archive/shelf/x/delete/"] {
        assert_eq!(browser.get(nowhere).await.status, 404, "{nowhere}");
    }
    let nobody = site.browser();
    let answer = nobody.get(&address(shelf)).await;
    assert_eq!(answer.status, 302);
    assert!(answer.location().starts_with("/accounts/login/"), "{}", answer.location());
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM archive_shelf").await, 1);
}

async fn the_second_of_two_who_delete_the_same_is_told(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    let boss = superuser(&site).await;
    let clerk = staff(&site, &["delete_shelf"]).await;
    let asked = page(&clerk.get(&address(shelf)).await);
    let of_boss = page(&boss.get(&address(shelf)).await);
    let target = address(shelf);
    let (one, other) =
        rocket::tokio::join!(confirm(&boss, &target, &of_boss), confirm(&clerk, &target, &asked));
    assert_eq!((one.status, other.status), (303, 303));
    let told = [messages(&boss).await, messages(&clerk).await].concat();
    let done = "The shelf “Maps” was deleted successfully.".to_owned();
    let gone = format!("Shelf with ID “{shelf}” doesn’t exist. Perhaps it was deleted?");
    assert!(told.contains(&done) && told.contains(&gone), "{told:?}");
    assert_eq!(log(&site).await.len(), 1);
    assert_eq!(confirm(&clerk, &target, &asked).await.location(), "/admin/");
}

async fn what_does_not_exist_is_no_error(on: DatabaseKind) {
    let site = archive(on).await;
    let browser = superuser(&site).await;
    for id in [0, -7, 4711, i64::MAX] {
        let answer = browser.get(&address(id)).await;
        assert_eq!((answer.status, answer.location()), (303, "/admin/"));
        let gone = format!("Shelf with ID “{id}” doesn’t exist. Perhaps it was deleted?");
        assert_eq!(messages(&browser).await, [gone]);
    }
}

async fn it_is_asked_again_when_more_goes_than_was_shown(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    add_folder(&site, "Coast", shelf).await;
    let browser = superuser(&site).await;
    let asked = page(&browser.get(&address(shelf)).await);
    add_folder(&site, "Inland", shelf).await;
    let again = page(&confirm(&browser, &address(shelf), &asked).await);
    assert_has(&again, &["Not deleted: the objects have changed since you opened this page."]);
    assert!(again.link("Inland").is_some());
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM archive_folder").await, 2);
    assert_eq!(log(&site).await, []);
    // Without having seen anything, nothing is deleted either.
    let blind = browser.post(&address(shelf), &[("post", "yes")]).await;
    assert_has(&page(&blind), &["Please review the list again."]);
    assert_eq!(confirm(&browser, &address(shelf), &again).await.status, 303);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM archive_folder").await, 0);
}

async fn a_registration_asks_first_and_only_that_answer_counts(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Treasure").await;
    let browser = superuser(&site).await;
    let first = page(&browser.get(&address(shelf)).await);
    assert_eq!(value_of(&first, "_confirmed"), None);
    let second = page(&confirm(&browser, &address(shelf), &first).await);
    assert_has(&second, &["Really Treasure?"]);
    assert!(value_of(&second, "_confirmed").is_some());
    execute(&site, "UPDATE archive_shelf SET name = 'Treasures'").await;
    let third = page(&confirm(&browser, &address(shelf), &second).await);
    assert_has(&third, &["Really Treasures?"]);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM archive_shelf").await, 1);
    assert_eq!(confirm(&browser, &address(shelf), &third).await.status, 303);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM archive_shelf").await, 0);
}

async fn of_many_objects_a_hundred_are_shown(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    let folder = add_folder(&site, "Coast", shelf).await;
    let mut transaction = site.db().begin().await.unwrap();
    for number in 0..1203 {
        let mut sheet = Sheet { id: 0, number, folder: ForeignKey::to(folder) };
        sheet.insert(&mut transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let browser = superuser(&site).await;
    let asked = page(&browser.get(&address(shelf)).await);
    let shown = items(&asked);
    assert!(shown.contains(&"Sheets: 1203".to_owned()), "{shown:?}");
    assert!(shown.contains(&"and 1103 more".to_owned()), "{shown:?}");
    assert_eq!(shown.iter().filter(|item| item.starts_with("Sheet ")).count(), 100);
    assert_eq!(confirm(&browser, &address(shelf), &asked).await.status, 303);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM archive_sheet").await, 0);
}

async fn what_the_database_refuses_is_a_page_and_nothing_is_half_done(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = full_shelf(&site).await;
    execute(&site, "INSERT INTO archive_unknown (shelf_id) SELECT id FROM archive_shelf").await;
    let browser = superuser(&site).await;
    let refused = page(&delete(&browser, &address(shelf)).await);
    assert_has(&refused, &["Not deleted: the database refused.", "no active module describes"]);
    for (kept, rows) in [
        ("SELECT COUNT(*) AS value FROM archive_shelf", 1),
        ("SELECT COUNT(*) AS value FROM archive_folder", 2),
        ("SELECT COUNT(*) AS value FROM archive_sheet", 3),
        ("SELECT COUNT(*) AS value FROM archive_shelf_topics", 1),
        ("SELECT COUNT(*) AS value FROM archive_note WHERE shelf_id IS NOT NULL", 1),
        ("SELECT COUNT(*) AS value FROM django_admin_log", 0),
    ] {
        assert_eq!(count(&site, kept).await, rows, "{kept}");
    }
    execute(&site, "DELETE FROM archive_unknown").await;
    assert_eq!(confirm(&browser, &address(shelf), &refused).await.status, 303);
}

async fn what_one_may_not_look_at_is_counted_only(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = full_shelf(&site).await;
    let browser = staff(&site, &["delete_shelf", "delete_folder"]).await;
    let asked = page(&browser.get(&address(shelf)).await);
    assert_has(&asked, &["Coast", "1 that you do not have permission to view"]);
    assert!(!asked.main().contains("Dust it"), "{}", asked.main());
    assert_eq!(asked.link("Coast"), None, "its form may not be seen");
    let answer = confirm(&browser, &address(shelf), &asked).await;
    assert_eq!((answer.status, answer.location()), (303, "/admin/"));
}

async fn names_are_text(on: DatabaseKind) {
    const NAME: &str = "</h1>\"'><script>alert(1)</script>&amp;{{ 7 * 7 }}";
    let site = archive(on).await;
    let shelf = add_shelf(&site, NAME).await;
    add_folder(&site, NAME, shelf).await;
    let browser = superuser(&site).await;
    let answer = browser.get(&address(shelf)).await;
    let asked = page(&answer);
    assert_eq!(asked.heading(), format!("Delete shelf “{NAME}”"));
    assert!(asked.link(NAME).is_some());
    assert!(!answer.text().contains("<script>alert"));
    assert_eq!(confirm(&browser, &address(shelf), &asked).await.status, 303);
    assert_eq!(messages(&browser).await, [format!("The shelf “{NAME}” was deleted successfully.")]);
}

async fn the_list_comes_back_as_it_was_left(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    let browser = superuser(&site).await;
    let filters = "_changelist_filters=q%3Dsea%2520view%26p%3D2";
    let target = format!("{}?{filters}", address(shelf));
    let asked = page(&browser.get(&target).await);
    let mut actions = asked.all("form").filter_map(|form| form.attribute("action"));
    let action = actions.find(|action| action.starts_with(&target[..target.len() - 6])).unwrap();
    let change = format!("/admin/archive/shelf/{shelf}/change/?_changelist_filters=");
    assert!(asked.link("Cancel").unwrap().starts_with(&change));
    let answer = confirm(&browser, action, &asked).await;
    assert_eq!(answer.location(), "/admin/archive/shelf/?q=sea%20view&p=2");
}

async fn looking_at_it_changes_nothing(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = full_shelf(&site).await;
    let browser = superuser(&site).await;
    page(&browser.get(&address(shelf)).await);
    page(&browser.get(&format!("{}?post=yes", address(shelf))).await);
    let unsure = page(&browser.post(&address(shelf), &[]).await);
    assert!(!unsure.main().contains("Not deleted"), "{}", unsure.main());
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM archive_shelf").await, 1);
}

/// How many lettings and addresses there are.
async fn left(site: &TestSite) -> (i64, i64) {
    let lettings = count(site, "SELECT COUNT(*) AS value FROM lettings_letting").await;
    (lettings, count(site, "SELECT COUNT(*) AS value FROM lettings_address").await)
}

async fn what_shares_the_form_stays_and_is_said(on: DatabaseKind) {
    let site = archive(on).await;
    let letting = site.add_letting("Sea view", Address::SOMEWHERE).await;
    let target = format!("/admin/lettings/letting/{letting}/delete/");
    let browser = superuser(&site).await;
    let asked = page(&browser.get(&target).await);
    assert_has(&asked, &["Kept", "Addresses 1", "7217 Bedford Street"]);
    assert_eq!(confirm(&browser, &target, &asked).await.status, 303);
    let said = "The letting “Sea view” was deleted successfully. Kept: 1 address.";
    assert_eq!(messages(&browser).await, [said]);
    assert_eq!(left(&site).await, (0, 1));
}

async fn what_shares_the_form_goes_where_that_is_wanted(on: DatabaseKind) {
    let site = archive(on).await;
    let letting = site.add_letting("Sea view", Address::SOMEWHERE).await;
    site.add_letting("Other", Address::SOMEWHERE).await;
    let target = format!("/admin/lettings/letting/{letting}/delete/");
    let clerk = staff(&site, &["delete_letting"]).await;
    let both = page(&clerk.post(&target, &[("_along", "1")]).await);
    assert_eq!(both.heading(), "Cannot delete letting");
    assert!(!both.main().contains("Bedford"), "{}", both.main());
    let browser = superuser(&site).await;
    let both = page(&browser.post(&target, &[("_along", "1")]).await);
    assert_eq!(both.heading(), "Delete letting “Sea view”");
    assert_has(&both, &["Lettings: 1", "Addresses: 1", "7217 Bedford Street"]);
    assert!(!both.main().contains("Kept"), "{}", both.main());
    assert_eq!(left(&site).await, (2, 2), "it is only shown");
    // What was shown with the address is no answer to the question without, and the other way round.
    let without = page(&browser.get(&target).await);
    for (fingerprint, along) in [(&both, ""), (&without, "1")] {
        let fingerprint = value_of(fingerprint, "_fingerprint").unwrap();
        let sent = [("post", "yes"), ("_fingerprint", &fingerprint), ("_along", along)];
        assert_eq!(browser.post(&target, &sent).await.status, 200);
    }
    let fingerprint = value_of(&both, "_fingerprint").unwrap();
    assert_eq!(value_of(&both, "_along").as_deref(), Some("1"));
    let sent = [("post", "yes"), ("_fingerprint", fingerprint.as_str()), ("_along", "1")];
    assert_eq!(browser.post(&target, &sent).await.status, 303);
    let said = "The letting “Sea view” was deleted successfully. Also deleted: 1 address.";
    assert_eq!(messages(&browser).await, [said]);
    assert_eq!(left(&site).await, (1, 1));
    let logged = log(&site).await;
    let logged: Vec<&str> = logged.iter().map(|entry| entry.model.as_str()).collect();
    assert_eq!(logged, ["lettings.letting", "lettings.address"]);
}

async fn what_shares_the_form_goes_for_several_at_once(on: DatabaseKind) {
    const LIST: &str = "/admin/lettings/letting/";
    let site = archive(on).await;
    for title in ["One", "Two", "Three"] {
        site.add_letting(title, Address::SOMEWHERE).await;
    }
    let browser = superuser(&site).await;
    let chosen =
        [("action", "delete_selected"), ("_selected_action", "1"), ("_selected_action", "2")];
    let asked = page(&browser.post(LIST, &chosen).await);
    assert_has(&asked, &["Kept", "Addresses 2"]);
    let both = page(&browser.post(LIST, &[&chosen[..], &[("_along", "1")]].concat()).await);
    let fingerprint = value_of(&both, "_fingerprint").unwrap();
    let yes = [("post", "yes"), ("_fingerprint", fingerprint.as_str()), ("_along", "1")];
    assert_eq!(browser.post(LIST, &[&chosen[..], &yes[..]].concat()).await.status, 303);
    let said = "Deleted 2 lettings. Also deleted: 2 addresses.";
    assert_eq!(messages(&browser).await, [said]);
    assert_eq!(left(&site).await, (1, 1));
}
