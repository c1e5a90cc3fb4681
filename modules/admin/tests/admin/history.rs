//! The history of an object.

use accounts::NewUser;
use module_api::db::query;
use module_test::{DatabaseKind, Document, TestSite, on_both_databases};
use site_rows::{AddRows, Address};

use crate::archive::{PASSWORD, add_shelf, archive, execute, messages, page, staff, superuser};

on_both_databases! {
    entries_of_django_are_shown_the_oldest_first,
    what_is_done_here_is_shown_too,
    other_objects_have_histories_of_their_own,
    an_object_without_a_history_says_so,
    a_hundred_entries_are_on_a_page,
    who_may_not_look_is_sent_away,
    what_was_deleted_has_no_page,
    what_stands_there_is_text,
}

/// The rows of the history.
fn rows(page: &Document) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for element in &page.elements {
        match element.name.as_str() {
            "tr" => rows.push(Vec::new()),
            "td" | "th" => rows.last_mut().expect("cells are in rows").push(element.words()),
            _ => {}
        }
    }
    if !rows.is_empty() {
        assert_eq!(rows.remove(0), ["Date/time", "User", "Action"]);
    }
    rows
}

/// Writes an entry as another program would.
async fn entry(site: &TestSite, model: (&str, &str), id: &str, time: &str, message: &str) {
    let mut transaction = site.db().begin().await.unwrap();
    let insert = query(
        "INSERT INTO django_admin_log (action_time, user_id, content_type_id, object_id, \
         object_repr, action_flag, change_message) \
         SELECT $1, (SELECT MIN(id) FROM auth_user), id, $2, 'It', $3, $4 \
         FROM django_content_type WHERE app_label = $5 AND model = $6",
    );
    let flag = i64::from(message.contains("changed") || message.contains("Changed")) + 1;
    let moment = module_api::time::UtcDateTime::from_unix_timestamp(time.parse().unwrap()).unwrap();
    let insert = insert.bind(moment).bind(id).bind(flag).bind(message).bind(model.0).bind(model.1);
    assert_eq!(insert.execute(&mut transaction).await.unwrap(), 1);
    transaction.commit().await.unwrap();
}

fn address(shelf: i64) -> String {
    format!("/admin/archive/shelf/{shelf}/history/")
}

const SHELF: (&str, &str) = ("archive", "shelf");

async fn entries_of_django_are_shown_the_oldest_first(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    let browser = superuser(&site).await;
    execute(&site, "UPDATE auth_user SET first_name = 'Zoë', last_name = 'Li'").await;
    let id = shelf.to_string();
    for (time, message) in [
        ("1592127675", r#"[{"changed": {"fields": ["Name"]}}]"#),
        ("1592124075", r#"[{"added": {}}]"#),
        ("1592131275", "Changed name and topics."),
        ("1592134875", "[]"),
        ("1592138475", r#"[{"added": {"name": "folder", "object": "\u00c5"}}]"#),
        ("1592142075", ""),
    ] {
        entry(&site, SHELF, &id, time, message).await;
    }
    let history = page(&browser.get(&address(shelf)).await);
    assert_eq!(history.heading(), "Change history: Maps");
    assert_eq!(history.link("Maps"), Some(&*format!("/admin/archive/shelf/{shelf}/change/")));
    assert_eq!(
        rows(&history),
        [
            ["2020-06-14 08:41", "boss (Zoë Li)", "Added."],
            ["2020-06-14 09:41", "boss (Zoë Li)", "Changed Name."],
            ["2020-06-14 10:41", "boss (Zoë Li)", "Changed name and topics."],
            ["2020-06-14 11:41", "boss (Zoë Li)", "No fields changed."],
            ["2020-06-14 12:41", "boss (Zoë Li)", "Added folder “Å”."],
            ["2020-06-14 13:41", "boss (Zoë Li)", "Added."],
        ]
    );
    assert!(history.main().contains("6 entries"), "{}", history.main());
}

async fn what_is_done_here_is_shown_too(on: DatabaseKind) {
    let site = archive(on).await;
    let letting = site.add_letting("Sea view", Address::SOMEWHERE).await;
    let browser = superuser(&site).await;
    let other = NewUser::named("ann", PASSWORD).add_to(site.db()).await.unwrap();
    let password = format!("/admin/auth/user/{other}/password/");
    let new = "a blue door in the fog";
    let answer = browser.post(&password, &[("password1", new), ("password2", new)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let history = page(&browser.get(&format!("/admin/auth/user/{other}/history/")).await);
    let shown = rows(&history);
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0][1..], ["boss", "Changed password."]);
    assert!(history.main().contains("1 entry"), "{}", history.main());
    let history = page(&browser.get(&format!("/admin/lettings/letting/{letting}/history/")).await);
    assert_eq!(rows(&history).len(), 0);
}

async fn other_objects_have_histories_of_their_own(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    let browser = superuser(&site).await;
    let id = shelf.to_string();
    entry(&site, SHELF, &id, "1592127675", "Changed this.").await;
    entry(&site, ("archive", "folder"), &id, "1592127675", "Changed a folder.").await;
    entry(&site, SHELF, &format!("{id}1"), "1592127675", "Changed another.").await;
    execute(
        &site,
        "INSERT INTO django_admin_log (action_time, user_id, content_type_id, object_id, \
         object_repr, action_flag, change_message) SELECT action_time, user_id, NULL, object_id, \
         object_repr, action_flag, 'Changed nobody knows what.' FROM django_admin_log",
    )
    .await;
    let shown = rows(&page(&browser.get(&address(shelf)).await));
    assert_eq!(shown.iter().map(|row| row[2].as_str()).collect::<Vec<_>>(), ["Changed this."]);
}

async fn an_object_without_a_history_says_so(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    let browser = superuser(&site).await;
    let history = page(&browser.get(&address(shelf)).await);
    let words = "No changes recorded. This object was probably not added in this admin.";
    assert!(history.main().contains(words), "{}", history.main());
    assert_eq!(history.all("table").count(), 0);
}

async fn a_hundred_entries_are_on_a_page(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    let browser = superuser(&site).await;
    for number in 0..205_i64 {
        let time = (1_592_127_675 + number).to_string();
        let message = format!("Changed {number}.");
        entry(&site, SHELF, &shelf.to_string(), &time, &message).await;
    }
    let on_page = async |query: &str| {
        let page = page(&browser.get(&format!("{}{query}", address(shelf))).await);
        let rows = rows(&page);
        let next = page.link("Next").map(str::to_owned);
        let previous = page.link("Previous").map(str::to_owned);
        (rows[0][2].clone(), rows.len(), previous, next)
    };
    let first = ("Changed 0.".to_owned(), 100, None, Some("?p=2".to_owned()));
    let third = ("Changed 200.".to_owned(), 5, Some("?p=2".to_owned()), None);
    for query in ["", "?p=1", "?p=0", "?p=-3", "?p=many", "?page=3"] {
        assert_eq!(on_page(query).await, first, "{query}");
    }
    let (message, count, previous, next) = on_page("?p=2").await;
    assert_eq!((message.as_str(), count), ("Changed 100.", 100));
    assert_eq!((previous.as_deref(), next.as_deref()), (Some("?p=1"), Some("?p=3")));
    for query in ["?p=3", "?p=4", "?p=99999999999999999999"] {
        assert_eq!(on_page(query).await, third, "{query}");
    }
}

async fn who_may_not_look_is_sent_away(on: DatabaseKind) {
    let site = archive(on).await;
    let shelf = add_shelf(&site, "Maps").await;
    let browser = staff(&site, &["view_folder", "delete_shelf"]).await;
    assert_eq!(browser.get(&address(shelf)).await.status, 403);
    assert_eq!(site.browser().get(&address(shelf)).await.status, 302);
    for nowhere in ["/admin/archive/sheet/1/history/", "/admin/archive/shelf/x/history/"] {
        assert_eq!(browser.get(nowhere).await.status, 404, "{nowhere}");
    }
}

async fn what_was_deleted_has_no_page(on: DatabaseKind) {
    let site = archive(on).await;
    let browser = superuser(&site).await;
    let answer = browser.get(&address(5)).await;
    assert_eq!((answer.status, answer.location()), (303, "/admin/"));
    let gone = "Shelf with ID “5” doesn’t exist. Perhaps it was deleted?";
    assert_eq!(messages(&browser).await, [gone]);
}

async fn what_stands_there_is_text(on: DatabaseKind) {
    const TEXT: &str = "<script>alert(1)</script>{{ 7 * 7 }}";
    let site = archive(on).await;
    let shelf = add_shelf(&site, TEXT).await;
    let browser = superuser(&site).await;
    let json = format!(r#"[{{"deleted": {{"name": "{TEXT}", "object": "{TEXT}"}}}}]"#);
    entry(&site, SHELF, &shelf.to_string(), "1592127675", TEXT).await;
    entry(&site, SHELF, &shelf.to_string(), "1592127676", &json).await;
    execute(&site, "UPDATE auth_user SET first_name = '<b>Zoë</b>'").await;
    let answer = browser.get(&address(shelf)).await;
    let history = page(&answer);
    let shown = rows(&history);
    assert_eq!(shown[0][1..], ["boss (<b>Zoë</b>)", TEXT]);
    assert_eq!(shown[1][2], format!("Deleted {TEXT} “{TEXT}”."));
    assert!(!answer.text().contains("<script>alert"));
}
