//! The search finds the same with its index and without, whoever changed the rows.

use module_api::db::query;
use module_api::model::ForeignKey;
use module_api::rocket::tokio;
use module_test::{Browser, Database, DatabaseKind, TestSite, encoded, on_both_databases};

use crate::desk::superuser;
use crate::hotel::{Guest, add_guests, add_room, hotel};

const GUESTS: &str = "/admin/hotel/guest/";

on_both_databases! {
    capitals_and_accents_do_not_matter_with_the_index_and_without,
    what_other_programs_change_is_found_as_it_is,
    the_index_is_asked,
    rows_whose_texts_changed_are_found_beside_the_index_while_others_write,
    what_changes_no_searched_column_is_not_recorded_and_a_row_is_recorded_once,
    an_index_whose_triggers_are_gone_is_not_asked_until_it_is_made_anew,
    many_results_are_counted_up_to_a_thousand,
}

/// The names of the guests that a text finds.
async fn found(desk: &Browser<'_>, text: &str) -> Vec<String> {
    found_in(desk, GUESTS, text).await
}

/// The names of the objects that a text finds in a list.
pub(crate) async fn found_in(desk: &Browser<'_>, list: &str, text: &str) -> Vec<String> {
    let address = format!("{list}?{}", encoded(&[("q", text)]));
    let answer = desk.get(&address).await;
    assert_eq!(answer.status, 200, "{text}: {}", answer.text());
    let page = answer.page();
    let mut names: Vec<String> = page
        .all("a")
        .filter(|link| link.attribute("href").is_some_and(|to| to.contains("/change/")))
        .map(module_test::Element::words)
        .filter(|name| !name.chars().all(|letter| letter.is_ascii_digit()))
        .collect();
    names.sort();
    names
}

/// The number of recorded changes.
async fn changes(site: &TestSite) -> i64 {
    let changes = query("SELECT COUNT(*) AS value FROM admin_search_change");
    let mut reader = site.db().acquire().await.unwrap();
    changes.fetch_one::<(i64,)>(&mut reader).await.unwrap().0
}

/// Searches until all recorded changes are applied.
pub(crate) async fn settle(site: &TestSite, desk: &Browser<'_>, list: &str) {
    for _ in 0..1_000 {
        if changes(site).await == 0 {
            return;
        }
        found_in(desk, list, "nobody at all").await;
        tokio::task::yield_now().await;
    }
    panic!("recorded changes are never applied");
}

/// The site asks its index no more.
async fn forget_index(site: &TestSite) {
    site.database().execute("DELETE FROM admin_search_index").await;
}

fn guest(name: &str, town: &str) -> Guest {
    Guest { town: town.to_owned(), ..Guest::named(name) }
}

async fn capitals_and_accents_do_not_matter_with_the_index_and_without(on: DatabaseKind) {
    let site = hotel(on).await;
    let room = add_room(&site, 42).await;
    let mut neighbour = guest("Łukasz 50% [x]", "Łódź");
    neighbour.room = Some(ForeignKey::to(room));
    let guests = [
        guest("Cádiz", "Nowhere"),
        guest("CA\u{301}DIZ de Oro", "Ávila"),
        guest("cadi z", "avilés"),
        guest("Ёлка Ángström", "Кривой Рог"),
        guest("a_b*c?d^e-f\"g'h\\i", "x"),
        neighbour,
    ];
    add_guests(&site, guests).await;
    let desk = superuser(&site).await;
    let cases: [(&str, &[&str]); 14] = [
        ("cadiz", &["CA\u{301}DIZ de Oro", "Cádiz"]),
        ("CÁDIZ", &["CA\u{301}DIZ de Oro", "Cádiz"]),
        ("oro cadi", &["CA\u{301}DIZ de Oro"]),
        ("iz", &["CA\u{301}DIZ de Oro", "Cádiz"]),
        ("angstrom", &["Ёлка Ángström"]),
        ("Елка", &["Ёлка Ángström"]),
        // The town is searched from its beginning, and the room as a number.
        ("avil", &["CA\u{301}DIZ de Oro", "cadi z"]),
        ("vila", &[]),
        ("0042", &["Łukasz 50% [x]"]),
        ("4", &[]),
        ("a_b*c?d^e-f", &["a_b*c?d^e-f\"g'h\\i"]),
        ("50% [", &["Łukasz 50% [x]"]),
        ("\\i", &["a_b*c?d^e-f\"g'h\\i"]),
        ("nobody", &[]),
    ];
    for with_index in [true, false] {
        if !with_index {
            forget_index(&site).await;
        }
        for (text, expected) in cases {
            assert_eq!(found(&desk, text).await, expected, "{text}, with the index: {with_index}");
        }
    }
}

async fn what_other_programs_change_is_found_as_it_is(on: DatabaseKind) {
    let site = hotel(on).await;
    add_room(&site, 7).await;
    add_guests(&site, [guest("Anna", "Lyon"), guest("Berta", "Oslo"), guest("Carla", "")]).await;
    let desk = superuser(&site).await;
    assert_eq!(found(&desk, "anna").await, ["Anna"]);
    site.database()
        .execute(
            "INSERT INTO hotel_guest (name, kind, is_member, arrived, secret, town) \
             VALUES ('Dòra', 1, TRUE, '2024-05-01 12:00:00', '', 'Rome')",
        )
        .await;
    site.database().execute("UPDATE hotel_guest SET name = 'Hanna' WHERE name = 'Anna'").await;
    site.database().execute("UPDATE hotel_guest SET room_id = 1 WHERE name = 'Berta'").await;
    site.database().execute("UPDATE hotel_room SET number = 1234").await;
    site.database().execute("DELETE FROM hotel_guest WHERE name = 'Carla'").await;
    for (text, expected) in [
        ("dora", &["Dòra"] as &[&str]),
        ("hanna", &["Hanna"]),
        ("1234", &["Berta"]),
        ("7", &[]),
        ("carla", &[]),
    ] {
        assert_eq!(found(&desk, text).await, expected, "{text}");
    }
    settle(&site, &desk, GUESTS).await;
    assert_eq!(found(&desk, "hanna").await, ["Hanna"], "all is applied");
}

async fn the_index_is_asked(on: DatabaseKind) {
    let site = hotel(on).await;
    add_guests(&site, [guest("Anna", "Lyon"), guest("Berta", "Oslo")]).await;
    let desk = superuser(&site).await;
    assert_eq!(found(&desk, "anna").await, ["Anna"]);
    settle(&site, &desk, GUESTS).await;
    // Who tampers with an index finds less.
    site.database().execute("DELETE FROM admin_search_hotel_guest").await;
    assert_eq!(found(&desk, "anna").await, [""; 0]);
    let address = "/admin/search/?q=anna";
    assert!(!desk.get(address).await.text().contains("Anna</a>"));
    forget_index(&site).await;
    assert_eq!(found(&desk, "anna").await, ["Anna"]);
    assert!(desk.get(address).await.text().contains("Anna"));
}

async fn rows_whose_texts_changed_are_found_beside_the_index_while_others_write(on: DatabaseKind) {
    let site = hotel(on).await;
    let room = add_room(&site, 7).await;
    let mut neighbour = guest("Carla", "Bonn");
    neighbour.room = Some(ForeignKey::to(room));
    add_guests(&site, [guest("Anna", "Lyon"), guest("Berta", "Oslo"), neighbour]).await;
    let desk = superuser(&site).await;
    settle(&site, &desk, GUESTS).await;
    site.database().execute("DELETE FROM admin_search_hotel_guest").await;
    site.database().execute("UPDATE hotel_guest SET name = 'Hanna' WHERE name = 'Berta'").await;
    site.database().execute("UPDATE hotel_room SET number = 4321").await;
    let writing = site.db().begin().await.unwrap();
    for (text, expected) in
        [("anna", &["Hanna"] as &[&str]), ("4321", &["Carla"]), ("bonn", &["Carla"]), ("lyon", &[])]
    {
        assert_eq!(found(&desk, text).await, expected, "{text}");
    }
    let list = desk.get("/admin/hotel/guest/?q=anna&o=1").await;
    assert!(list.text().contains("1 result"), "{}", list.text());
    drop(writing);
}

async fn what_changes_no_searched_column_is_not_recorded_and_a_row_is_recorded_once(
    on: DatabaseKind,
) {
    let site = hotel(on).await;
    add_guests(&site, [guest("Anna", "Lyon"), guest("Berta", "Oslo")]).await;
    let desk = superuser(&site).await;
    settle(&site, &desk, GUESTS).await;
    site.database().execute("UPDATE hotel_guest SET is_member = TRUE").await;
    site.database().execute("UPDATE auth_user SET last_login = '2024-05-01 12:00:00'").await;
    assert_eq!(changes(&site).await, 0);
    for _ in 0..3 {
        site.database().execute("UPDATE hotel_guest SET name = name || 'x'").await;
    }
    assert_eq!(changes(&site).await, 2);
    assert_eq!(found(&desk, "xxx").await, ["Annaxxx", "Bertaxxx"]);
    site.database().execute("DELETE FROM hotel_guest").await;
    assert_eq!(found(&desk, "xxx").await, [""; 0]);
}

/// The name of a `table` or `trigger` of the index, by a pattern.
pub(crate) async fn name_like(site: &TestSite, what: &str, pattern: &str) -> String {
    let mut reader = site.db().acquire().await.unwrap();
    let find = query(if site.database().kind == DatabaseKind::Sqlite {
        // The tables behind a full-text index have longer names.
        "SELECT name AS value FROM sqlite_master WHERE type = $1 AND name LIKE $2 \
         ORDER BY length(name)"
    } else {
        "SELECT name AS value FROM (SELECT 'trigger' AS what, CAST(tgname AS text) AS name \
         FROM pg_trigger UNION ALL SELECT 'table', CAST(tablename AS text) FROM pg_tables) named \
         WHERE what = $1 AND name LIKE $2"
    });
    let found: Vec<(String,)> = find.bind(what).bind(pattern).fetch_all(&mut reader).await.unwrap();
    found[0].0.clone()
}

#[rocket::async_test]
async fn a_change_is_not_lost_that_commits_while_an_earlier_one_is_applied_on_postgres() {
    let site = hotel(DatabaseKind::Postgres).await;
    add_guests(&site, [guest("Anna", "Lyon")]).await;
    let desk = superuser(&site).await;
    settle(&site, &desk, GUESTS).await;
    let setup = TestSite::on(DatabaseKind::Postgres).and_modules(&[&crate::hotel::HOTEL]);
    let other = setup.database(site.database()).start().await;
    site.database().execute("UPDATE hotel_guest SET name = 'Berta'").await;
    let mut later = other.db().begin().await.unwrap();
    query("UPDATE hotel_guest SET name = 'Carla'").execute(&mut later).await.unwrap();
    loop {
        assert_eq!(found(&desk, "berta").await, ["Berta"]);
        let text = query("SELECT \"text\" AS value FROM admin_search_hotel_guest");
        let mut reader = site.db().acquire().await.unwrap();
        let (text,): (String,) = text.fetch_one(&mut reader).await.unwrap();
        if text.contains("berta") {
            break;
        }
        tokio::task::yield_now().await;
    }
    later.commit().await.unwrap();
    assert_eq!(found(&desk, "carla").await, ["Carla"]);
    settle(&site, &desk, GUESTS).await;
    assert_eq!(found(&desk, "carla").await, ["Carla"]);
}

#[rocket::async_test]
async fn trigrams_are_indexed_with_the_extension_in_a_schema_of_its_own_on_postgres() {
    let database = Database::fresh(DatabaseKind::Postgres).await;
    database.execute("CREATE SCHEMA \"Exten sions\"").await;
    database.execute("CREATE EXTENSION pg_trgm SCHEMA \"Exten sions\"").await;
    let setup = TestSite::on(DatabaseKind::Postgres).and_modules(&[&crate::hotel::HOTEL]);
    let site = setup.database(&database).start().await;
    let index = query(
        "SELECT indexdef AS value FROM pg_indexes \
         WHERE indexname = 'admin_search_hotel_guest_trgm'",
    );
    let mut reader = site.db().acquire().await.unwrap();
    let (index,): (String,) = index.fetch_one(&mut reader).await.unwrap();
    assert!(index.contains("\"Exten sions\".gin_trgm_ops"), "{index}");
}

async fn an_index_whose_triggers_are_gone_is_not_asked_until_it_is_made_anew(on: DatabaseKind) {
    let site = hotel(on).await;
    add_guests(&site, [guest("Anna", "Lyon")]).await;
    let desk = superuser(&site).await;
    assert_eq!(found(&desk, "anna").await, ["Anna"]);
    let trigger = name_like(&site, "trigger", "admin_search_hotel_guest_update%").await;
    let drop: &str = match on {
        DatabaseKind::Sqlite => format!("DROP TRIGGER {trigger}").leak(),
        DatabaseKind::Postgres => format!("DROP TRIGGER {trigger} ON hotel_guest").leak(),
    };
    site.database().execute(drop).await;
    site.database().execute("UPDATE hotel_guest SET name = 'Berta'").await;
    assert_eq!(found(&desk, "berta").await, ["Berta"]);
    assert_eq!(found(&desk, "anna").await, [""; 0]);
    let setup = TestSite::on(on).and_modules(&[&crate::hotel::HOTEL]).database(site.database());
    setup.migrate().await.unwrap();
    assert_eq!(found(&desk, "berta").await, ["Berta"]);
    settle(&site, &desk, GUESTS).await;
    site.database().execute("DELETE FROM admin_search_hotel_guest").await;
    assert_eq!(found(&desk, "berta").await, [""; 0], "it is asked again");
}

async fn many_results_are_counted_up_to_a_thousand(on: DatabaseKind) {
    let site = hotel(on).await;
    add_guests(&site, (0..1_205).map(|number| guest(&format!("Guest {number:04}"), ""))).await;
    let desk = superuser(&site).await;
    let list = desk.get("/admin/hotel/guest/?q=guest").await;
    assert!(list.text().contains("1000+ results"), "{}", list.text());
    let last = desk.get("/admin/hotel/guest/?q=guest&p=13").await;
    assert!(last.text().contains("Guest 0004"), "{}", last.text());
    let fewer = desk.get("/admin/hotel/guest/?q=%22guest%2000%22").await;
    assert!(fewer.text().contains("100 results"), "{}", fewer.text());
}
