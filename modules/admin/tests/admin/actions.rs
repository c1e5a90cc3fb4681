//! Actions on the selected rows of a list.

use module_api::db::query;
use module_test::{Answer, Browser, DatabaseKind, Document, Element, TestSite, on_both_databases};

use crate::hotel::{
    Guest, add_guests, add_room, add_tag, all_guests, firsts, hotel, messages, messages_on, names,
    page, staff, superuser, tag,
};

on_both_databases! {
    actions_are_those_the_user_may_do,
    an_action_is_done_with_the_selected_rows_and_no_others,
    an_action_is_done_with_all_rows_that_the_list_has,
    rows_that_the_list_does_not_have_are_not_touched,
    without_an_action_or_a_selection_nothing_is_done,
    an_action_that_fails_leaves_nothing_behind,
    a_conflict_with_other_rows_is_said_and_leaves_nothing_behind,
    an_action_asks_for_the_permission_that_it_requires,
    a_rule_keeps_objects_from_an_action,
    more_rows_than_can_be_chosen_at_once_are_refused,
    deleting_shows_what_goes_first_and_then_does_it,
    deleting_all_rows_of_a_filter_deletes_those_and_no_others,
    what_was_not_shown_is_not_deleted,
    every_action_is_written_into_the_log_of_each_row,
    a_form_from_elsewhere_is_refused,
}

const LIST: &str = "/admin/hotel/guest/";

async fn act(browser: &Browser<'_>, query: &str, action: &str, ids: &[i64]) -> Answer {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let mut fields = vec![("action", action)];
    fields.extend(ids.iter().map(|id| ("_selected_action", id.as_str())));
    browser.post(&format!("{LIST}{query}"), &fields).await
}

/// Returns the guests who have left.
async fn left(site: &TestSite) -> Vec<String> {
    let guests = all_guests(site).await;
    guests.into_iter().filter(|guest| guest.left.is_some()).map(|guest| guest.name).collect()
}

async fn guests(on: DatabaseKind) -> (TestSite, Vec<i64>) {
    let site = hotel(on).await;
    let ids = add_guests(&site, ["Ann", "Bob", "Cid", "Locked"].map(Guest::named)).await;
    (site, ids)
}

async fn actions_are_those_the_user_may_do(on: DatabaseKind) {
    let (site, _) = guests(on).await;
    let offered = |page: &Document| -> Vec<String> {
        let options = page.all("option").filter_map(|option| option.attribute("value"));
        options.map(str::to_owned).collect()
    };
    let boss = superuser(&site).await;
    let list = page(&boss, LIST).await;
    assert_eq!(offered(&list), ["", "delete_selected", "check_out", "fail", "clash", "evict"]);
    let labels: Vec<String> = list.all("option").map(Element::words).collect();
    assert_eq!(labels[1..3], ["Delete selected guests", "Check out selected guests"]);
    let clerk = staff(&site, &["view_guest", "change_guest"]).await;
    let list = page(&clerk, LIST).await;
    assert_eq!(offered(&list), ["", "check_out", "fail", "clash"]);
}

async fn an_action_is_done_with_the_selected_rows_and_no_others(on: DatabaseKind) {
    let (site, ids) = guests(on).await;
    let browser = superuser(&site).await;
    let answer = act(&browser, "?o=1&q=n&e=1", "check_out", &[ids[0]]).await;
    assert_eq!(answer.location(), "/admin/hotel/guest/?o=1&q=n", "back to the same list");
    assert_eq!(messages(&browser, &answer).await, ["boss checked 1 guests out."]);
    assert_eq!(left(&site).await, ["Ann"]);
}

async fn an_action_is_done_with_all_rows_that_the_list_has(on: DatabaseKind) {
    let (site, ids) = guests(on).await;
    let browser = superuser(&site).await;
    let fields = [("action", "check_out"), ("select_across", "1")];
    let answer = browser.post(&format!("{LIST}?kind__exact=1&q=b&p=7"), &fields).await;
    assert_eq!(messages(&browser, &answer).await, ["boss checked 1 guests out."]);
    assert_eq!(left(&site).await, ["Bob"]);
    let one = ids[0].to_string();
    let fields =
        [("action", "check_out"), ("_selected_action", one.as_str()), ("select_across", "1")];
    let answer = browser.post(LIST, &fields).await;
    assert_eq!(messages(&browser, &answer).await, ["boss checked 4 guests out."]);
    let fields =
        [("action", "check_out"), ("_selected_action", one.as_str()), ("select_across", "0")];
    let answer = browser.post(LIST, &fields).await;
    assert_eq!(messages(&browser, &answer).await, ["boss checked 1 guests out."]);
}

async fn rows_that_the_list_does_not_have_are_not_touched(on: DatabaseKind) {
    let (site, ids) = guests(on).await;
    let browser = superuser(&site).await;
    let [ann, bob, ..] = ids[..] else { panic!() };
    let answer = act(&browser, "?q=ann", "check_out", &[ann, bob, 4711, i64::MAX, -1]).await;
    assert_eq!(messages(&browser, &answer).await, ["boss checked 1 guests out."]);
    assert_eq!(left(&site).await, ["Ann"]);
    let fields = [
        ("action", "check_out"),
        ("_selected_action", "x"),
        ("_selected_action", "1 OR 1=1"),
        ("_selected_action", "99999999999999999999"),
    ];
    let said = messages_on(&browser.post(LIST, &fields).await.page());
    assert_eq!(said[0], "No guests selected. Nothing was changed.");
    let answer = act(&browser, "?nothing=1", "check_out", &ids).await;
    assert_eq!(answer.location(), "/admin/hotel/guest/?e=1");
    assert_eq!(left(&site).await, ["Ann"]);
}

/// The names and values of the boxes that are checked.
fn checked(page: &Document) -> Vec<(String, String)> {
    let boxes = page.all("input").filter(|input| input.attribute("checked").is_some());
    let pair = |input: &Element| {
        let value = |name| input.attribute(name).unwrap().to_owned();
        (value("name"), value("value"))
    };
    boxes.map(pair).collect()
}

async fn without_an_action_or_a_selection_nothing_is_done(on: DatabaseKind) {
    let (site, ids) = guests(on).await;
    let browser = superuser(&site).await;
    for action in ["", "dance", "__init__"] {
        let again = act(&browser, "?q=n", action, &ids[..1]).await.page();
        assert_eq!(messages_on(&again), ["No action selected."], "{action}");
        assert_eq!(firsts(&again), ["Ann"], "{action}");
        assert_eq!(checked(&again), [("_selected_action".to_owned(), ids[0].to_string())]);
    }
    let all = [("action", ""), ("select_across", "1")];
    let again = browser.post("/admin/hotel/guest/?o=1", &all).await.page();
    assert_eq!(firsts(&again)[0], "Ann", "in the order of before");
    assert_eq!(
        browser
            .get("/admin/hotel/guest/")
            .await
            .page()
            .all("li")
            .filter(|li| li.words() == "No action selected.")
            .count(),
        0,
        "it is said once"
    );
    for action in ["check_out", "delete_selected", "evict"] {
        let again = act(&browser, "", action, &[]).await.page();
        let chosen = again.all("option").find(|option| option.attribute("selected").is_some());
        assert_eq!(chosen.unwrap().attribute("value"), Some(action));
        assert_eq!(messages_on(&again), ["No guests selected. Nothing was changed."], "{action}");
    }
    assert_eq!(all_guests(&site).await.len(), 4);
    assert_eq!(left(&site).await, [] as [&str; 0]);
}

async fn an_action_that_fails_leaves_nothing_behind(on: DatabaseKind) {
    let (site, ids) = guests(on).await;
    let browser = superuser(&site).await;
    let answer = act(&browser, "", "fail", &ids).await;
    let said = messages(&browser, &answer).await;
    assert!(
        said[0].starts_with("“Fail in the middle” failed, and nothing was changed: "),
        "{said:?}"
    );
    assert_eq!(left(&site).await, [] as [&str; 0]);
    assert_eq!(entries(&site).await, []);
}

async fn a_conflict_with_other_rows_is_said_and_leaves_nothing_behind(on: DatabaseKind) {
    let (site, ids) = guests(on).await;
    add_room(&site, 1).await;
    let browser = superuser(&site).await;
    let answer = act(&browser, "", "clash", &ids).await;
    assert_eq!(
        messages(&browser, &answer).await,
        ["“Clash with others” failed, and nothing was changed: it conflicts with other objects."]
    );
    assert_eq!(left(&site).await, [] as [&str; 0]);
    assert!(all_guests(&site).await.iter().all(|guest| guest.room.is_none()));
}

async fn an_action_asks_for_the_permission_that_it_requires(on: DatabaseKind) {
    let (site, ids) = guests(on).await;
    let clerk = staff(&site, &["view_guest", "change_guest"]).await;
    for action in ["evict", "delete_selected"] {
        assert_eq!(act(&clerk, "", action, &ids[..1]).await.status, 403, "{action}");
    }
    assert_eq!(all_guests(&site).await.len(), 4);
    let boss = superuser(&site).await;
    let answer = act(&boss, "", "evict", &ids[..1]).await;
    assert_eq!(messages(&boss, &answer).await, ["1 are gone."]);
    assert_eq!(all_guests(&site).await.len(), 3);
}

async fn a_rule_keeps_objects_from_an_action(on: DatabaseKind) {
    let (site, ids) = guests(on).await;
    let clerk = staff(&site, &["view_guest", "change_guest"]).await;
    let answer = act(&clerk, "", "check_out", &ids).await;
    assert_eq!(
        messages(&clerk, &answer).await,
        ["You do not have permission to do this with “Locked”. Nothing was changed."]
    );
    assert_eq!(left(&site).await, [] as [&str; 0], "all or nothing");
    let answer = act(&clerk, "", "check_out", &ids[..3]).await;
    assert_eq!(messages(&clerk, &answer).await, ["clerk checked 3 guests out."]);
}

async fn more_rows_than_can_be_chosen_at_once_are_refused(on: DatabaseKind) {
    let site = hotel(on).await;
    let mut transaction = site.db().begin().await.unwrap();
    query(
        "INSERT INTO hotel_guest (name, kind, is_member, arrived, secret, town) \
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10001) \
         SELECT 'Guest', 1, FALSE, CURRENT_TIMESTAMP, '', '' FROM numbers",
    )
    .execute(&mut transaction)
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    let browser = superuser(&site).await;
    let list = page(&browser, LIST).await;
    assert!(list.main().contains("Select all 10001 guests, on all pages"), "{}", list.main());
    let fields = [("action", "check_out"), ("select_across", "1")];
    let answer = browser.post(LIST, &fields).await;
    let said = messages(&browser, &answer).await;
    assert!(
        said[0].starts_with("More than 10000 objects are selected. Nothing was changed."),
        "{said:?}"
    );
    let answer = browser.post(&format!("{LIST}?id__gt=1"), &fields).await;
    assert_eq!(messages(&browser, &answer).await, ["boss checked 10000 guests out."]);
    assert_eq!(left(&site).await.len(), 10_000);
}

/// The fields of the form that asks whether to delete.
fn fields_of(page: &Document) -> Vec<(String, String)> {
    let hidden = page.all("input").filter(|input| input.attribute("type") == Some("hidden"));
    let pair = |input: &Element| {
        let (name, value) = (input.attribute("name")?, input.attribute("value")?);
        (name != "csrf_token").then(|| (name.to_owned(), value.to_owned()))
    };
    hidden.filter_map(pair).collect()
}

/// Answers the page that asks whether to delete with yes.
async fn confirm(browser: &Browser<'_>, asked: &Answer) -> Answer {
    assert_eq!(asked.status, 200, "{}", asked.text());
    let page = asked.page();
    let form = page
        .all("form")
        .find(|form| form.attribute("action").is_some_and(|action| action.starts_with(LIST)));
    let action = form.expect("it is asked").attribute("action").unwrap().to_owned();
    let fields = fields_of(&page);
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(&action, &fields).await
}

async fn deleting_shows_what_goes_first_and_then_does_it(on: DatabaseKind) {
    let (site, ids) = guests(on).await;
    let early = add_tag(&site, "Early").await;
    tag(&site, ids[0], &[early]).await;
    let browser = superuser(&site).await;
    let asked = act(&browser, "?o=1&p=1", "delete_selected", &ids[..2]).await;
    let page = asked.page();
    assert_eq!(page.heading(), "Delete 2 guests");
    let text = page.main();
    assert!(text.contains("Are you sure you want to delete the selected guests?"), "{text}");
    assert!(text.contains("Guests: 2") && text.contains("Ann") && text.contains("Bob"), "{text}");
    assert!(!text.contains("Cid"), "{text}");
    assert_eq!(page.link("Cancel"), Some("/admin/hotel/guest/?o=1&p=1"));
    assert_eq!(all_guests(&site).await.len(), 4, "nothing is deleted yet");
    let answer = confirm(&browser, &asked).await;
    assert_eq!(answer.location(), "/admin/hotel/guest/?o=1&p=1");
    assert_eq!(messages(&browser, &answer).await, ["Deleted 2 guests."]);
    assert_eq!(names(&browser, "").await, ["Locked", "Cid"]);
    let deleted = entries(&site).await;
    assert_eq!(deleted.len(), 2);
    assert!(deleted.iter().all(|(flag, ..)| *flag == 3), "{deleted:?}");
    let answer = act(&browser, "", "delete_selected", &ids[..2]).await;
    assert_eq!(messages(&browser, &answer).await, ["The selected guests no longer exist."]);
}

async fn deleting_all_rows_of_a_filter_deletes_those_and_no_others(on: DatabaseKind) {
    let (site, _) = guests(on).await;
    let browser = superuser(&site).await;
    let fields = [("action", "delete_selected"), ("select_across", "1")];
    let asked = browser.post(&format!("{LIST}?q=n"), &fields).await;
    assert!(asked.page().main().contains("Guests: 1"), "{}", asked.page().main());
    let answer = confirm(&browser, &asked).await;
    assert_eq!(messages(&browser, &answer).await, ["Deleted 1 guest."]);
    assert_eq!(names(&browser, "").await, ["Locked", "Cid", "Bob"]);
}

async fn what_was_not_shown_is_not_deleted(on: DatabaseKind) {
    let (site, ids) = guests(on).await;
    let browser = superuser(&site).await;
    let fields = [("action", "delete_selected"), ("select_across", "1")];
    let asked = browser.post(&format!("{LIST}?q=n"), &fields).await;
    add_guests(&site, [Guest::named("Anna")]).await;
    let again = confirm(&browser, &asked).await;
    assert_eq!(again.status, 200, "it is asked again");
    assert!(again.page().main().contains("the objects have changed"), "{}", again.page().main());
    assert_eq!(all_guests(&site).await.len(), 5);
    let id = ids[0].to_string();
    let fields =
        [("action", "delete_selected"), ("_selected_action", id.as_str()), ("post", "yes")];
    assert_eq!(browser.post(LIST, &fields).await.status, 200, "without having seen it");
    assert_eq!(all_guests(&site).await.len(), 5);
}

/// Returns the log: user, action, and guest of each entry.
async fn entries(site: &TestSite) -> Vec<(i64, String, String, String)> {
    struct Entry(i64, String, String, String);
    impl module_api::db::FromRow for Entry {
        fn from_row(row: &module_api::db::Row<'_>) -> Result<Self, module_api::db::DbError> {
            Ok(Self(row.get_at(0)?, row.get_at(1)?, row.get_at(2)?, row.get_at(3)?))
        }
    }
    let mut db = site.db().acquire().await.unwrap();
    let entries = query(
        "SELECT action_flag, object_id, object_repr, change_message FROM django_admin_log \
         JOIN django_content_type content ON content.id = content_type_id \
         WHERE content.app_label = 'hotel' AND content.model = 'guest' ORDER BY object_id",
    );
    let entries = entries.fetch_all::<Entry>(&mut db).await.unwrap();
    entries.into_iter().map(|Entry(flag, id, shown, text)| (flag, id, shown, text)).collect()
}

async fn every_action_is_written_into_the_log_of_each_row(on: DatabaseKind) {
    let (site, ids) = guests(on).await;
    let browser = superuser(&site).await;
    act(&browser, "", "check_out", &ids[..2]).await;
    let expected = |flag: i64, id: i64, name: &str, text: &str| {
        (flag, id.to_string(), name.to_owned(), text.to_owned())
    };
    let label = "Check out selected guests";
    assert_eq!(
        entries(&site).await,
        [expected(2, ids[0], "Ann", label), expected(2, ids[1], "Bob", label)]
    );
    act(&browser, "", "evict", &ids[2..3]).await;
    let last = entries(&site).await.pop().unwrap();
    assert_eq!(last, expected(3, ids[2], "Cid", "Evict selected guests"));
}

async fn a_form_from_elsewhere_is_refused(on: DatabaseKind) {
    let (site, ids) = guests(on).await;
    let browser = superuser(&site).await;
    let id = ids[0].to_string();
    let fields = [("action", "check_out"), ("_selected_action", id.as_str())];
    assert_eq!(browser.post_without_token(LIST, &fields).await.status, 403);
    assert_eq!(left(&site).await, [] as [&str; 0]);
    assert_eq!(names(&browser, "").await.len(), 4);
    let anonymous = site.browser();
    let answer = anonymous.post(LIST, &fields).await;
    assert_eq!(answer.status, 302);
    assert!(answer.location().starts_with("/accounts/login/"), "{}", answer.location());
}
