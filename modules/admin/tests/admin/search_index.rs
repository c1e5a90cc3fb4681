//! The search finds the same with its index and without, whoever changed the rows.

use module_api::db::query;
use module_api::model::ForeignKey;
use module_test::{Browser, DatabaseKind, TestSite, encoded, on_both_databases};

use crate::desk::superuser;
use crate::hotel::{Guest, add_guests, add_room, hotel};

on_both_databases! {
    capitals_and_accents_do_not_matter_with_the_index_and_without,
    what_other_programs_change_is_found_as_it_is,
    the_index_is_asked,
    an_index_whose_triggers_are_gone_is_not_asked_until_it_is_made_anew,
    many_results_are_counted_up_to_a_thousand,
}

/// The names of the guests that a text finds, the newest first.
async fn found(desk: &Browser<'_>, text: &str) -> Vec<String> {
    let address = format!("/admin/hotel/guest/?{}", encoded(&[("q", text)]));
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
    let left = query("SELECT COUNT(*) AS value FROM admin_search_change");
    let mut reader = site.db().acquire().await.unwrap();
    let (left,): (i64,) = left.fetch_one(&mut reader).await.unwrap();
    assert_eq!(left, 0, "all was taken in");
}

async fn the_index_is_asked(on: DatabaseKind) {
    let site = hotel(on).await;
    add_guests(&site, [guest("Anna", "Lyon"), guest("Berta", "Oslo")]).await;
    let desk = superuser(&site).await;
    assert_eq!(found(&desk, "anna").await, ["Anna"]);
    // Who tampers with an index finds less.
    site.database().execute("DELETE FROM admin_search_hotel_guest").await;
    assert_eq!(found(&desk, "anna").await, [""; 0]);
    let address = "/admin/search/?q=anna";
    assert!(!desk.get(address).await.text().contains("Anna</a>"));
    forget_index(&site).await;
    assert_eq!(found(&desk, "anna").await, ["Anna"]);
    assert!(desk.get(address).await.text().contains("Anna"));
}

async fn an_index_whose_triggers_are_gone_is_not_asked_until_it_is_made_anew(on: DatabaseKind) {
    let site = hotel(on).await;
    add_guests(&site, [guest("Anna", "Lyon")]).await;
    let desk = superuser(&site).await;
    assert_eq!(found(&desk, "anna").await, ["Anna"]);
    let drop = match on {
        DatabaseKind::Sqlite => "DROP TRIGGER admin_search_hotel_guest_update",
        DatabaseKind::Postgres => "DROP TRIGGER admin_search_hotel_guest_update ON hotel_guest",
    };
    site.database().execute(drop).await;
    site.database().execute("UPDATE hotel_guest SET name = 'Berta'").await;
    assert_eq!(found(&desk, "berta").await, ["Berta"]);
    assert_eq!(found(&desk, "anna").await, [""; 0]);
    let setup = TestSite::on(on).and_modules(&[&crate::hotel::HOTEL]).database(site.database());
    setup.migrate().await.unwrap();
    assert_eq!(found(&desk, "berta").await, ["Berta"]);
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
