//! The rows of a list as a file.

use module_api::db::query;
use module_api::model::ForeignKey;
use module_test::{Browser, DatabaseKind, TestSite, on_both_databases};
use serde_json::{Value, json};

use crate::hotel::{
    Guest, add_guests, add_room, add_tag, hotel, messages, moment, page, staff, superuser, tag,
};

on_both_databases! {
    csv_has_a_line_of_names_and_one_for_each_row,
    json_is_a_fixture,
    cells_that_begin_like_formulas_are_guarded,
    a_file_has_the_rows_of_the_filtered_list,
    a_file_has_a_name_and_is_kept_by_no_cache,
    a_file_has_all_rows_however_many_there_are,
    hashes_of_passwords_are_in_no_file,
    an_unknown_format_leads_back_to_the_list,
    who_may_not_look_gets_no_file,
}

async fn guests(site: &TestSite) {
    let room = add_room(site, 12).await;
    let guests = [
        Guest {
            kind: 2,
            is_member: true,
            left: Some(moment("2024-05-03 09:30:59.123456")),
            room: Some(ForeignKey::to(room)),
            secret: "pbkdf2$x".to_owned(),
            town: "Ålesund, \"Møre\"\nNorway".to_owned(),
            ..Guest::named("Ann")
        },
        Guest::named("Bob"),
    ];
    let ids = add_guests(site, guests).await;
    let tags = [add_tag(site, "Early").await, add_tag(site, "Late").await];
    tag(site, ids[0], &tags).await;
}

async fn file(browser: &Browser<'_>, query: &str) -> String {
    let answer = browser.get(&format!("/admin/hotel/guest/export/{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().to_owned()
}

async fn csv_has_a_line_of_names_and_one_for_each_row(on: DatabaseKind) {
    let site = hotel(on).await;
    guests(&site).await;
    let browser = superuser(&site).await;
    let expected = "id,name,kind,is_member,arrived,left,room,town,tags\r\n\
         1,Ann,2,True,2024-05-01 12:00:00,2024-05-03 09:30:59.123456,1,\
         \"Ålesund, \"\"Møre\"\"\nNorway\",\"1,2\"\r\n\
         2,Bob,1,False,2024-05-01 12:00:00,,,,\r\n";
    assert_eq!(file(&browser, "?format=csv").await, expected);
    assert_eq!(file(&browser, "").await, expected, "it is what there is without a format");
    assert_eq!(
        file(&browser, "?q=nobody").await,
        "id,name,kind,is_member,arrived,left,room,town,tags\r\n"
    );
}

async fn json_is_a_fixture(on: DatabaseKind) {
    let site = hotel(on).await;
    guests(&site).await;
    let browser = superuser(&site).await;
    let text = file(&browser, "?format=json").await;
    let objects: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        objects,
        json!([
            {"model": "hotel.guest", "pk": 1, "fields": {
                "name": "Ann", "kind": 2, "is_member": true, "arrived": "2024-05-01T12:00:00Z",
                "left": "2024-05-03T09:30:59.123456Z", "room": 1,
                "town": "Ålesund, \"Møre\"\nNorway", "tags": [1, 2]}},
            {"model": "hotel.guest", "pk": 2, "fields": {
                "name": "Bob", "kind": 1, "is_member": false, "arrived": "2024-05-01T12:00:00Z",
                "left": null, "room": null, "town": "", "tags": []}},
        ])
    );
    assert!(text.find("\"name\"") < text.find("\"kind\""), "fields are in their order");
    assert_eq!(file(&browser, "?format=json&q=nobody").await, "[]\n");
    assert_eq!(text.lines().count(), 4, "an object a line");
}

async fn cells_that_begin_like_formulas_are_guarded(on: DatabaseKind) {
    let site = hotel(on).await;
    let guarded = [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@A1", "'@A1"),
        ("＝1", "'＝1"),
        ("\t=1", "'\t'=1"),
        ("a;=1\t-1", "a;'=1\t'-1"),
        ("'=1", "''=1"),
        ("a=1", "a=1"),
        ("'quoted'", "'quoted'"),
    ];
    add_guests(&site, guarded.map(|(text, _)| Guest::named(text))).await;
    add_room(&site, -5).await;
    let browser = superuser(&site).await;
    let csv = file(&browser, "").await;
    let cells: Vec<&str> =
        csv.split("\r\n").skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    assert_eq!(cells, guarded.map(|(_, cell)| cell));
    let rooms = browser.get("/admin/hotel/room/export/").await;
    assert_eq!(rooms.text(), "id,number,suffix\r\n1,-5,\r\n", "a number is no formula");
    let json = file(&browser, "?format=json").await;
    assert!(json.contains("\"=1+1\""), "no program takes a text of JSON for a formula");
}

async fn a_file_has_the_rows_of_the_filtered_list(on: DatabaseKind) {
    let site = hotel(on).await;
    guests(&site).await;
    let browser = superuser(&site).await;
    for (query, expected) in [
        ("q=bob", vec!["Bob"]),
        ("kind__exact=2", vec!["Ann"]),
        ("arrived__year=2024&tags__id__exact=2", vec!["Ann"]),
        ("o=1&p=9&all=&_facets=True", vec!["Ann", "Bob"]),
        ("arrived__year=2023", vec![]),
    ] {
        let csv = file(&browser, &format!("?format=csv&{query}")).await;
        let names: Vec<&str> =
            ["Ann", "Bob"].into_iter().filter(|name| csv.contains(name)).collect();
        assert_eq!(names, expected, "{query}");
    }
    let list = page(&browser, "/admin/hotel/guest/?q=bob&kind=1&p=3").await;
    assert_eq!(
        list.link("Export CSV"),
        Some("/admin/hotel/guest/export/?q=bob&kind=1&format=csv"),
        "the list leads there"
    );
    assert_eq!(
        list.link("Export JSON"),
        Some("/admin/hotel/guest/export/?q=bob&kind=1&format=json")
    );
}

async fn a_file_has_a_name_and_is_kept_by_no_cache(on: DatabaseKind) {
    let site = hotel(on).await;
    let browser = superuser(&site).await;
    for (format, content_type) in [("csv", "text/csv; charset=utf-8"), ("json", "application/json")]
    {
        let answer = browser.get(&format!("/admin/hotel/guest/export/?format={format}")).await;
        assert_eq!(answer.header("content-type"), Some(content_type));
        assert_eq!(answer.header("cache-control"), Some("private, no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let disposition = answer.header("content-disposition").unwrap();
        let name = disposition.strip_prefix("attachment; filename=\"guest-").unwrap();
        let date = name.strip_suffix(&format!(".{format}\"")).unwrap();
        assert_eq!(date.len(), 10);
        assert!(date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'), "{date}");
    }
}

async fn a_file_has_all_rows_however_many_there_are(on: DatabaseKind) {
    let site = hotel(on).await;
    let mut transaction = site.db().begin().await.unwrap();
    query(
        "INSERT INTO hotel_guest (name, kind, is_member, arrived, secret, town) \
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 3456) \
         SELECT 'Guest', 1, FALSE, CURRENT_TIMESTAMP, '', '' FROM numbers",
    )
    .execute(&mut transaction)
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    let browser = superuser(&site).await;
    let csv = file(&browser, "?q=guest").await;
    let ids: Vec<i64> =
        csv.lines().skip(1).map(|line| line.split(',').next().unwrap().parse().unwrap()).collect();
    assert_eq!(ids, (1..=3456).collect::<Vec<i64>>());
    let json: Value = serde_json::from_str(&file(&browser, "?format=json").await).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 3456);
}

async fn hashes_of_passwords_are_in_no_file(on: DatabaseKind) {
    let site = hotel(on).await;
    guests(&site).await;
    let browser = superuser(&site).await;
    for address in ["/admin/hotel/guest/export/", "/admin/auth/user/export/"] {
        for format in ["csv", "json"] {
            let answer = browser.get(&format!("{address}?format={format}")).await;
            let text = answer.text();
            for word in ["pbkdf2", "argon2", "secret", "password"] {
                assert!(!text.contains(word), "{address} in {format} has {word}: {text}");
            }
        }
    }
}

async fn an_unknown_format_leads_back_to_the_list(on: DatabaseKind) {
    let site = hotel(on).await;
    let browser = superuser(&site).await;
    for format in ["xlsx", "", "CSV", "csv%00"] {
        let answer = browser.get(&format!("/admin/hotel/guest/export/?format={format}")).await;
        assert_eq!(answer.location(), "/admin/hotel/guest/?e=1", "{format}");
        assert_eq!(messages(&browser, &answer).await.len(), 1);
    }
}

async fn who_may_not_look_gets_no_file(on: DatabaseKind) {
    let site = hotel(on).await;
    let clerk = staff(&site, &["add_guest", "view_room"]).await;
    assert_eq!(clerk.get("/admin/hotel/guest/export/").await.status, 403);
    assert_eq!(clerk.get("/admin/hotel/room/export/").await.status, 200);
    let answer = site.browser().get("/admin/hotel/room/export/").await;
    assert_eq!(answer.status, 302);
    assert!(answer.location().starts_with("/accounts/login/"));
}
