//! The list of a model: its columns, its order, its search and its pages.

use module_api::model::ForeignKey;
use module_test::{Browser, DatabaseKind, Element, TestSite, on_both_databases};
use site_rows::{AddRows, Address};

use crate::hotel::{
    Guest, add_guests, add_room, firsts, hotel, messages, moment, names, page, rows, staff,
    superuser,
};

on_both_databases! {
    columns_show_what_fields_hold_and_foreign_keys_lead_to,
    columns_that_link_lead_to_the_form_and_back_to_the_list,
    the_newest_come_first_unless_the_registration_says_otherwise,
    headings_sort_as_djangos_addresses_do,
    a_heading_turns_the_order_round_and_can_be_taken_out_again,
    every_word_has_to_match_in_a_field_of_the_search,
    strange_searches_break_nothing,
    pages_are_numbered_from_one_and_a_bad_number_is_the_nearest,
    every_row_is_on_one_page_in_whatever_order,
    up_to_200_rows_can_be_shown_at_once,
    a_page_too_far_from_both_ends_is_the_nearest_and_says_so,
    an_empty_list_says_so_and_so_does_one_without_results,
    it_says_how_many_results_there_are_of_how_many,
    what_is_stored_is_shown_as_text,
    who_may_not_look_is_answered_403_and_what_is_not_registered_404,
    who_may_only_look_is_offered_nothing_else,
    a_rule_hides_what_it_hides,
}

async fn columns_show_what_fields_hold_and_foreign_keys_lead_to(on: DatabaseKind) {
    let site = hotel(on).await;
    let room = add_room(&site, 12).await;
    let guests = [
        Guest {
            kind: 2,
            is_member: true,
            left: Some(moment("2024-05-03 09:30:59")),
            room: Some(ForeignKey::to(room)),
            secret: "pbkdf2$nobody".to_owned(),
            ..Guest::named("Ann")
        },
        Guest::named("Bob"),
    ];
    add_guests(&site, guests).await;
    let browser = superuser(&site).await;
    let answer = browser.get("/admin/hotel/guest/").await;
    assert!(!answer.text().contains("pbkdf2"), "the hash of a password is shown");
    let page = answer.page();
    assert_eq!(
        rows(&page),
        [
            ["Bob", "Regular", "No", "2024-05-01 12:00", "-", "-", "-", "3", "B"],
            [
                "Ann",
                "Important",
                "Yes",
                "2024-05-01 12:00",
                "2024-05-03 09:30",
                "Room 12",
                "12",
                "3",
                "A"
            ],
        ]
    );
    let headings: Vec<String> = page
        .all("th")
        .filter(|th| th.attribute("scope") == Some("col"))
        .map(Element::words)
        .collect();
    let expected = [
        "Select",
        "Name",
        "Kind",
        "Member of the club",
        "Arrived",
        "Left",
        "Room",
        "Number",
        "Letters",
        "Initial",
    ];
    assert_eq!(headings, expected);
    let times: Vec<_> = page.all("time").filter_map(|time| time.attribute("datetime")).collect();
    assert_eq!(times[0], "2024-05-01T12:00Z");
    assert_eq!(page.all("caption").count(), 1);
    assert_eq!(page.title(), "Guests | My site administration");
}

async fn columns_that_link_lead_to_the_form_and_back_to_the_list(on: DatabaseKind) {
    let site = hotel(on).await;
    let [id] = add_guests(&site, [Guest::named("Ann & Co")]).await[..] else { panic!() };
    let room = add_room(&site, 7).await;
    let browser = superuser(&site).await;
    let list = page(&browser, "/admin/hotel/guest/").await;
    let form = format!("/admin/hotel/guest/{id}/change/");
    assert_eq!(list.link("Ann & Co"), Some(&*form), "a column of list_display_links");
    assert_eq!(list.link("8"), Some(&*form), "another one");
    assert_eq!(list.link("A"), None);
    let found = page(&browser, "/admin/hotel/guest/?q=ann+co&p=1").await;
    let back = format!("{form}?_changelist_filters=q%3Dann%2520co%26p%3D1");
    assert_eq!(found.link("Ann & Co"), Some(&*back), "as in Django");
    let rooms = page(&browser, "/admin/hotel/room/").await;
    let form = format!("/admin/hotel/room/{room}/change/");
    assert_eq!(rooms.link("7"), Some(&*form), "without list_display_links it is the first");
    assert_eq!(rooms.link("Room 7"), None);
}

async fn the_newest_come_first_unless_the_registration_says_otherwise(on: DatabaseKind) {
    let site = hotel(on).await;
    add_guests(&site, ["Cid", "Ann", "Bob"].map(Guest::named)).await;
    let browser = superuser(&site).await;
    assert_eq!(names(&browser, "").await, ["Bob", "Ann", "Cid"]);
    site.add_profile(site_rows::Person::named("zoe")).await;
    site.add_profile(site_rows::Person::named("adam")).await;
    let users = page(&browser, "/admin/auth/user/").await;
    assert_eq!(firsts(&users), ["adam", "boss", "zoe"], "users are in the order of their names");
}

async fn headings_sort_as_djangos_addresses_do(on: DatabaseKind) {
    let site = hotel(on).await;
    let (high, low) = (add_room(&site, 30).await, add_room(&site, 4).await);
    let guests = [
        Guest { kind: 2, room: Some(ForeignKey::to(high)), ..Guest::named("Ann") },
        Guest { kind: 1, room: Some(ForeignKey::to(low)), ..Guest::named("Bob") },
        Guest { kind: 2, room: Some(ForeignKey::to(low)), ..Guest::named("Cid") },
    ];
    add_guests(&site, guests).await;
    let browser = superuser(&site).await;
    for (order, expected) in [
        ("1", ["Ann", "Bob", "Cid"]),
        ("-1", ["Cid", "Bob", "Ann"]),
        ("2.-1", ["Bob", "Cid", "Ann"]),
        ("-2.1", ["Ann", "Cid", "Bob"]),
        ("7.1", ["Bob", "Cid", "Ann"]),
        ("6.-1", ["Cid", "Bob", "Ann"]),
        ("-6", ["Ann", "Cid", "Bob"]),
        ("10", ["Ann", "Bob", "Cid"]),
        ("-10", ["Cid", "Bob", "Ann"]),
        // What is no column that can be sorted by is left out, as in Django.
        ("9", ["Cid", "Bob", "Ann"]),
        ("99.1", ["Ann", "Bob", "Cid"]),
        ("0.1", ["Ann", "Bob", "Cid"]),
        ("x.--1.1.-1", ["Ann", "Bob", "Cid"]),
        ("", ["Cid", "Bob", "Ann"]),
        ("%00", ["Cid", "Bob", "Ann"]),
    ] {
        assert_eq!(names(&browser, &format!("?o={order}")).await, expected, "o={order}");
    }
    let many = "1.".repeat(1_000);
    assert_eq!(names(&browser, &format!("?o={many}")).await, ["Ann", "Bob", "Cid"]);
}

/// The addresses of the headings, by their labels.
async fn heading(browser: &Browser<'_>, query: &str, label: &str) -> String {
    let list = page(browser, &format!("/admin/hotel/guest/{query}")).await;
    list.link(label).unwrap_or_else(|| panic!("{label} sorts")).to_owned()
}

async fn a_heading_turns_the_order_round_and_can_be_taken_out_again(on: DatabaseKind) {
    let site = hotel(on).await;
    add_guests(&site, [Guest::named("Ann")]).await;
    let browser = superuser(&site).await;
    assert_eq!(heading(&browser, "", "Name").await, "?o=1");
    assert_eq!(heading(&browser, "?o=1", "Name").await, "?o=-1");
    assert_eq!(heading(&browser, "?o=-1", "Name").await, "?o=1");
    assert_eq!(heading(&browser, "?o=-1&q=ann&p=1", "Kind").await, "?q=ann&o=2.-1");
    let list = page(&browser, "/admin/hotel/guest/?o=2.-1").await;
    let without = |label: &str| {
        let label = format!("Remove {label} from sorting");
        let link = list.all("a").find(|a| a.attribute("aria-label") == Some(&label))?;
        link.attribute("href")
    };
    assert_eq!(without("Kind"), Some("?o=-1"));
    assert_eq!(without("Name"), Some("?o=2"));
    assert_eq!(without("Room"), None);
    let sorted: Vec<_> = list.all("th").filter_map(|th| th.attribute("aria-sort")).collect();
    assert_eq!(sorted, ["ascending"], "of several only the first is told");
    assert_eq!(list.link("Letters"), None, "a function without order_by does not sort");
}

async fn every_word_has_to_match_in_a_field_of_the_search(on: DatabaseKind) {
    let site = hotel(on).await;
    let room = add_room(&site, 42).await;
    let guests = [
        Guest { town: "Westport".to_owned(), ..Guest::named("Ann Lee Marsh") },
        Guest { town: "Northwest".to_owned(), ..Guest::named("Marsha") },
        Guest { room: Some(ForeignKey::to(room)), ..Guest::named("100% Lee") },
        Guest { secret: "marshmallow".to_owned(), ..Guest::named("Zed") },
    ];
    add_guests(&site, guests).await;
    let browser = superuser(&site).await;
    for (text, expected) in [
        ("lee", &["100% Lee", "Ann Lee Marsh"] as &[&str]),
        ("LEE ann", &["Ann Lee Marsh"]),
        ("marsh lee", &["Ann Lee Marsh"]),
        ("\"lee marsh\"", &["Ann Lee Marsh"]),
        ("\"marsh lee\"", &[]),
        ("'ann lee' marsh", &["Ann Lee Marsh"]),
        ("west", &["Ann Lee Marsh"]),
        ("WESTPORT marsh", &["Ann Lee Marsh"]),
        ("42", &["100% Lee"]),
        ("042", &["100% Lee"]),
        ("4", &[]),
        ("%", &["100% Lee"]),
        ("_", &[]),
        ("  ", &["Zed", "100% Lee", "Marsha", "Ann Lee Marsh"]),
        ("mallow", &[]),
    ] {
        let query = format!("?{}", module_test::encoded(&[("q", text)]));
        assert_eq!(names(&browser, &query).await, expected, "{text}");
    }
    let list = page(&browser, "/admin/hotel/guest/?q=%22lee+marsh%22&o=1").await;
    assert_eq!(list.id("list-search").unwrap().attribute("value"), Some("\"lee marsh\""));
    assert_eq!(list.link("Clear search"), Some("?o=1"), "the order stays");
    let rooms = page(&browser, "/admin/hotel/room/").await;
    assert!(rooms.id("list-search").is_none(), "rooms cannot be searched");
}

async fn strange_searches_break_nothing(on: DatabaseKind) {
    let site = hotel(on).await;
    add_guests(&site, [Guest::named("Ann")]).await;
    let browser = superuser(&site).await;
    let long = "a".repeat(3_000);
    let many = "x+".repeat(1_000);
    let digits = "9".repeat(40);
    for text in [
        "%00",
        "ann%00",
        "%01%02",
        "%FF%FE",
        "%5C",
        "%5C%25",
        "'",
        "%22",
        "';--",
        "99999999999",
        &long,
        &many,
        &digits,
        "%E2%80%AE",
    ] {
        let list = page(&browser, &format!("/admin/hotel/guest/?q={text}")).await;
        assert_eq!(rows(&list).len(), 0, "{}", &text[..text.len().min(20)]);
    }
    assert_eq!(names(&browser, "?q=%20ann%09%0A").await, ["Ann"]);
}

/// Rooms 1 to `last`, of which five are on a page.
async fn rooms(site: &TestSite, last: i32) {
    for number in 1..=last {
        add_room(site, number).await;
    }
}

async fn numbers(browser: &Browser<'_>, query: &str) -> Vec<String> {
    firsts(&page(browser, &format!("/admin/hotel/room/{query}")).await)
}

async fn pages_are_numbered_from_one_and_a_bad_number_is_the_nearest(on: DatabaseKind) {
    let site = hotel(on).await;
    rooms(&site, 12).await;
    let browser = superuser(&site).await;
    let first = ["12", "11", "10", "9", "8"];
    for (asked, expected) in [
        ("", &first as &[&str]),
        ("?p=1", &first),
        ("?p=2", &["7", "6", "5", "4", "3"]),
        ("?p=3", &["2", "1"]),
        ("?p=4", &["2", "1"]),
        ("?p=99999999999999999999", &["2", "1"]),
        ("?p=0", &first),
        ("?p=-2", &first),
        ("?p=two", &first),
        ("?p=", &first),
        ("?p=2&p=3", &["2", "1"]),
        ("?p=%00", &first),
    ] {
        assert_eq!(numbers(&browser, asked).await, expected, "{asked}");
    }
    let list = page(&browser, "/admin/hotel/room/?o=1&p=2").await;
    assert_eq!(list.link("Previous"), Some("?o=1"));
    assert_eq!(list.link("Next"), Some("?o=1&p=3"));
    assert_eq!(list.link("1"), Some("?o=1"));
    assert_eq!(list.link("3"), Some("?o=1&p=3"));
    let current: Vec<String> = list
        .elements
        .iter()
        .filter(|element| element.attribute("aria-current") == Some("page"))
        .map(Element::words)
        .collect();
    assert!(current.contains(&"2".to_owned()), "{current:?}");
    let last = page(&browser, "/admin/hotel/room/?p=3").await;
    assert_eq!(last.link("Next"), None);
    let first = page(&browser, "/admin/hotel/room/").await;
    assert_eq!(first.link("Previous"), None);
    assert_eq!(first.id("content").map(|_| ()), Some(()));
    assert!(first.main().contains("12 rooms"), "{}", first.main());
}

/// The pages of the second half are read from the end.
async fn every_row_is_on_one_page_in_whatever_order(on: DatabaseKind) {
    let site = hotel(on).await;
    rooms(&site, 23).await;
    let browser = superuser(&site).await;
    let up: Vec<String> = (1..=23).map(|number| number.to_string()).collect();
    let down: Vec<String> = up.iter().rev().cloned().collect();
    for (order, expected) in [("", &down), ("o=1&", &up), ("o=-1&", &down), ("o=-2.1&", &down)] {
        let mut seen = Vec::new();
        for number in 1..=5 {
            seen.extend(numbers(&browser, &format!("?{order}p={number}")).await);
        }
        assert_eq!(&seen, expected, "{order}");
    }
}

async fn a_page_too_far_from_both_ends_is_the_nearest_and_says_so(on: DatabaseKind) {
    let site = hotel(on).await;
    let mut transaction = site.db().begin().await.unwrap();
    let rooms = "WITH RECURSIVE room(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM room \
                 WHERE number < 20100) INSERT INTO hotel_room (number, suffix) \
                 SELECT number, '' FROM room";
    module_api::db::query(rooms).execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let browser = superuser(&site).await;
    // Of 4020 pages with 5 rows each, those from 2002 to 2019 are too far in.
    for (asked, shown, first) in
        [(2001, 2001, 10_100), (2010, 2001, 10_100), (2011, 2020, 10_005), (2020, 2020, 10_005)]
    {
        let list = page(&browser, &format!("/admin/hotel/room/?p={asked}")).await;
        let is_current = |span: &&Element| span.attribute("aria-current") == Some("page");
        assert_eq!(
            list.all("span").filter(is_current).last().unwrap().words(),
            shown.to_string(),
            "{asked}"
        );
        assert_eq!(firsts(&list)[0], first.to_string(), "{asked}");
        let is_said = list.main().contains("is too far from both ends");
        assert_eq!(is_said, asked != shown, "{asked}");
        assert_eq!(list.link("Next").is_some(), shown == 2020, "{asked}");
        assert_eq!(list.link("Previous").is_some(), shown == 2001, "{asked}");
        assert_eq!(list.link("2002"), None, "no link leads to a page that cannot be opened");
    }
}

async fn up_to_200_rows_can_be_shown_at_once(on: DatabaseKind) {
    let site = hotel(on).await;
    rooms(&site, 200).await;
    let browser = superuser(&site).await;
    let list = page(&browser, "/admin/hotel/room/").await;
    assert_eq!(list.link("Show all"), Some("?all="));
    let all = page(&browser, "/admin/hotel/room/?all=").await;
    assert_eq!(rows(&all).len(), 200);
    assert_eq!(all.link("Show pages"), Some("?"));
    assert_eq!(all.link("Next"), None);
    add_room(&site, 201).await;
    let list = page(&browser, "/admin/hotel/room/?all=").await;
    assert_eq!(rows(&list).len(), 5, "more than 200 are shown page by page");
    assert_eq!(list.link("Show all"), None);
    assert_eq!(list.link("41"), Some("?p=41"));
}

async fn an_empty_list_says_so_and_so_does_one_without_results(on: DatabaseKind) {
    let site = hotel(on).await;
    let browser = superuser(&site).await;
    let list = page(&browser, "/admin/hotel/guest/").await;
    assert!(list.main().contains("There are no guests yet."), "{}", list.main());
    assert_eq!(list.all("table").count(), 0);
    assert!(list.id("list-action").is_none(), "there is nothing to act on");
    add_guests(&site, [Guest::named("Ann")]).await;
    let list = page(&browser, "/admin/hotel/guest/?q=bob").await;
    assert!(list.main().contains("No guests match."), "{}", list.main());
    assert_eq!(list.link("Show all 1"), Some("/admin/hotel/guest/"));
}

async fn it_says_how_many_results_there_are_of_how_many(on: DatabaseKind) {
    let site = hotel(on).await;
    add_guests(&site, ["Ann", "Anna", "Bob"].map(Guest::named)).await;
    let browser = superuser(&site).await;
    for (query, expected) in [
        ("", "3 guests"),
        ("?o=1", "3 guests"),
        ("?q=ann", "2 results (3 total)"),
        ("?q=bob", "1 result (3 total)"),
        ("?is_member__exact=1", "0 results (3 total)"),
    ] {
        let list = page(&browser, &format!("/admin/hotel/guest/{query}")).await;
        let status = list.all("p").find(|p| p.attribute("role") == Some("status")).unwrap();
        assert_eq!(status.words(), expected, "{query}");
    }
    let list = page(&browser, "/admin/hotel/guest/?q=ann").await;
    assert_eq!(list.link("3 total"), Some("/admin/hotel/guest/"));
}

async fn what_is_stored_is_shown_as_text(on: DatabaseKind) {
    let site = hotel(on).await;
    let name = "<script>alert(1)</script>\"'&amp;";
    add_guests(&site, [Guest::named(name), Guest::named("")]).await;
    let long = "x".repeat(64);
    site.add_letting(&long.repeat(4), Address::SOMEWHERE).await;
    let browser = superuser(&site).await;
    let list = page(&browser, "/admin/hotel/guest/").await;
    assert_eq!(firsts(&list), ["-", name]);
    let boxes: Vec<_> = list
        .all("input")
        .filter(|input| input.attribute("name") == Some("_selected_action"))
        .filter_map(|input| input.attribute("aria-label"))
        .collect();
    assert_eq!(boxes[1], format!("Select {name}"));
    assert!(list.all("script").all(|script| script.text.is_empty()));
    let list =
        page(&browser, &format!("/admin/hotel/guest/?{}", module_test::encoded(&[("q", name)])))
            .await;
    assert!(list.all("script").all(|script| script.text.is_empty()));
}

async fn who_may_not_look_is_answered_403_and_what_is_not_registered_404(on: DatabaseKind) {
    let site = hotel(on).await;
    let visitor = site.browser();
    for address in ["/admin/hotel/guest/", "/admin/hotel/nothing/", "/admin/hotel/guest/export/"] {
        let answer = visitor.get(address).await;
        assert_eq!(answer.status, 302, "{address}");
        assert!(answer.location().starts_with("/accounts/login/?next="), "{address}");
    }
    let clerk = staff(&site, &["view_room", "add_guest"]).await;
    assert_eq!(clerk.get("/admin/hotel/room/").await.status, 200);
    for address in ["/admin/hotel/guest/", "/admin/hotel/guest/export/?format=csv"] {
        assert_eq!(clerk.get(address).await.status, 403, "{address}");
    }
    for address in
        ["/admin/hotel/nothing/", "/admin/nothing/guest/", "/admin/hotel/nothing/export/"]
    {
        assert_eq!(clerk.get(address).await.status, 404, "{address}");
    }
    assert_eq!(clerk.post("/admin/hotel/guest/", &[("action", "check_out")]).await.status, 403);
}

async fn who_may_only_look_is_offered_nothing_else(on: DatabaseKind) {
    let site = hotel(on).await;
    add_guests(&site, [Guest::named("Ann")]).await;
    let clerk = staff(&site, &["view_guest"]).await;
    let list = page(&clerk, "/admin/hotel/guest/").await;
    assert_eq!(list.heading(), "Guests");
    assert_eq!(list.link("Add guest"), None);
    assert_eq!(list.link("Import"), None);
    assert!(list.id("list-action").is_none());
    assert!(list.all("input").all(|input| input.attribute("type") != Some("checkbox")));
    assert_eq!(firsts(&list), ["Ann"]);
    assert!(list.link("Export CSV").is_some());
    let answer = clerk.post("/admin/hotel/guest/", &[("action", "delete_selected")]).await;
    assert_eq!(answer.status, 403);
}

async fn a_rule_hides_what_it_hides(on: DatabaseKind) {
    let site = hotel(on).await;
    add_guests(&site, ["Ann", "Hidden", "Locked"].map(Guest::named)).await;
    let clerk = staff(&site, &["view_guest", "change_guest"]).await;
    assert_eq!(names(&clerk, "").await, ["Locked", "Ann"]);
    let export = clerk.get("/admin/hotel/guest/export/?format=csv").await;
    assert!(export.text().contains("Ann") && !export.text().contains("Hidden"));
    let boss = superuser(&site).await;
    assert_eq!(names(&boss, "").await, ["Locked", "Hidden", "Ann"]);
    let answer = boss.get("/admin/hotel/guest/?nonsense=1").await;
    assert_eq!(messages(&boss, &answer).await.len(), 1);
}
