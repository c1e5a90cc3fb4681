//! Two people change one object.

use super::{Filled, errors, execute, form, log, site, staff, superuser, value, values};
use module_test::{Answer, Browser, DatabaseKind, TestSite, on_both_databases};
use site_rows::{AddRows, Address};

on_both_databases!(
    the_second_of_two_editors_sees_the_difference_and_overwrites_knowingly,
    field_by_field_one_takes_theirs,
    a_third_change_in_between_is_shown_again,
    a_form_without_its_fingerprint_overwrites_nothing,
    changes_of_rows_and_choices_are_conflicts_too,
    a_row_that_was_deleted_meanwhile_is_added_again_or_left_out,
    the_address_of_a_letting_is_guarded_from_both_forms,
    what_the_form_does_not_show_is_no_conflict,
    an_object_that_was_deleted_meanwhile_can_be_saved_as_new,
    of_many_saves_at_once_only_one_is_written,
    of_many_additions_of_one_name_only_one_is_written,
);

const CHANGE: &str = "/admin/atelier/maker/1/change/";

const MAKER: &str = "SELECT name || ' ' || email || ' ' || material AS value FROM atelier_maker";

async fn with_maker(site: &TestSite) {
    let maker = "INSERT INTO atelier_maker (name, email, notes, material, visible, rank, state, \
                 hidden) VALUES ('Ines', 'i@example.org', '', 'clay', TRUE, 0, 'new', 3)";
    execute(site, maker, &[]).await;
    let pieces = "INSERT INTO atelier_piece (maker_id, title, price) VALUES (1, 'Vase', 90), \
                  (1, 'Bowl', 20)";
    execute(site, pieces, &[]).await;
    execute(site, "INSERT INTO atelier_tool (name) VALUES ('Wheel'), ('Kiln')", &[]).await;
}

/// A site with a maker, and two who may change everything.
async fn two(kind: DatabaseKind) -> TestSite {
    let site = site(kind).await;
    with_maker(&site).await;
    site
}

/// A row of the comparison, as `Name: yours | theirs`, for those fields that differ.
fn differences(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 409);
    let page = answer.page();
    let mut found = Vec::new();
    for (index, element) in page.elements.iter().enumerate() {
        if element.attribute("class") != Some("differs") {
            continue;
        }
        let mut cells = page.elements[index + 1..]
            .iter()
            .filter(|cell| ["td", "th"].contains(&cell.name.as_str()))
            .map(module_test::Element::words);
        let mut next = || cells.next().unwrap();
        found.push(format!("{}: {} | {}", next(), next(), next()));
    }
    found
}

async fn the_second_of_two_editors_sees_the_difference_and_overwrites_knowingly(
    kind: DatabaseKind,
) {
    let site = two(kind).await;
    let (ann, bob) = (superuser(&site, "ann").await, superuser(&site, "bob").await);
    let (of_ann, of_bob) = (form(&ann, CHANGE).await, form(&bob, CHANGE).await);
    of_ann.set("name", "Anna").set("material", "wood").save(&ann, CHANGE).await;
    let of_bob = of_bob.set("name", "Bobbie").set("email", "b@example.org").set("age", "41");
    let answer = of_bob.send(&bob, CHANGE, "_save").await;
    assert_eq!(
        differences(&answer),
        [
            "Name: Bobbie | Anna",
            "Email: b@example.org | i@example.org",
            "Material: Clay | Wood",
            "Age: 41 | –",
        ]
    );
    let main = answer.page().main();
    assert!(main.contains("It was changed by someone else (ann, 2"), "{main}");
    assert_eq!(values::<String>(&site, MAKER).await, ["Anna i@example.org wood"]);
    let again = Filled::of(&answer);
    assert_eq!(
        (again.get("name"), again.get("email"), again.get("material"), again.get("age")),
        (Some("Bobbie"), Some("b@example.org"), Some("clay"), Some("41")),
        "nothing that was typed is lost"
    );
    again.save(&bob, CHANGE).await;
    assert_eq!(values::<String>(&site, MAKER).await, ["Bobbie b@example.org clay"]);
    assert_eq!(log(&site).await.len(), 2);
}

async fn field_by_field_one_takes_theirs(kind: DatabaseKind) {
    let site = two(kind).await;
    let (ann, bob) = (superuser(&site, "ann").await, superuser(&site, "bob").await);
    let (of_ann, of_bob) = (form(&ann, CHANGE).await, form(&bob, CHANGE).await);
    let of_ann = of_ann.set("name", "Anna").set("material", "wood").set("tools", "1");
    of_ann.set("piece_set-0-price", "91").save(&ann, CHANGE).await;
    let of_bob = of_bob.set("name", "Bobbie").set("tools", "2").set("piece_set-0-price", "92");
    let answer = of_bob.set("piece_set-0-title", "Urn").send(&bob, CHANGE, "_save").await;
    assert_eq!(
        differences(&answer),
        [
            "Name: Bobbie | Anna",
            "Material: Clay | Wood",
            "Tools: Kiln | Wheel",
            "Title: Urn | Vase",
            "Price: 92 | 91",
        ]
    );
    let again = Filled::of(&answer);
    let again = again.and("_theirs", "material").and("_theirs", "tools");
    let again = again.and("_theirs", "piece_set-0-price").and("_theirs", "nonsense");
    again.and("_theirs", "rank").save(&bob, CHANGE).await;
    assert_eq!(values::<String>(&site, MAKER).await, ["Bobbie i@example.org wood"]);
    let tools = "SELECT tool_id AS value FROM atelier_maker_tools";
    assert_eq!(values::<i64>(&site, tools).await, [1]);
    let piece = "SELECT title || ' ' || CAST(price AS text) AS value FROM atelier_piece \
                 WHERE id = 1";
    assert_eq!(values::<String>(&site, piece).await, ["Urn 91"]);
}

async fn a_third_change_in_between_is_shown_again(kind: DatabaseKind) {
    let site = two(kind).await;
    let (ann, bob) = (superuser(&site, "ann").await, superuser(&site, "bob").await);
    let of_bob = form(&bob, CHANGE).await.set("name", "Bobbie");
    form(&ann, CHANGE).await.set("name", "Anna").save(&ann, CHANGE).await;
    let first = of_bob.send(&bob, CHANGE, "_save").await;
    form(&ann, CHANGE).await.set("name", "Annie").save(&ann, CHANGE).await;
    let second = Filled::of(&first).send(&bob, CHANGE, "_save").await;
    assert_eq!(differences(&second), ["Name: Bobbie | Annie"]);
    Filled::of(&second).save(&bob, CHANGE).await;
    // Errors come before and after alike.
    let of_bob = form(&bob, CHANGE).await.set("name", "");
    form(&ann, CHANGE).await.set("age", "50").save(&ann, CHANGE).await;
    let conflict = of_bob.send(&bob, CHANGE, "_save").await;
    assert_eq!(differences(&conflict), ["Name: – | Bobbie", "Age: – | 50"]);
    let wrong = Filled::of(&conflict).send(&bob, CHANGE, "_save").await;
    assert_eq!(
        (wrong.status, errors(&wrong.page(), "name").as_str()),
        (200, "This field is required.")
    );
    Filled::of(&wrong).set("name", "Bo").save(&bob, CHANGE).await;
    assert_eq!(values::<String>(&site, MAKER).await, ["Bo i@example.org clay"]);
}

async fn a_form_without_its_fingerprint_overwrites_nothing(kind: DatabaseKind) {
    let site = two(kind).await;
    let bob = superuser(&site, "bob").await;
    for fingerprint in [None, Some(""), Some("0"), Some("é\0")] {
        let form = form(&bob, CHANGE).await.set("name", "Bobbie").without("_fingerprint");
        let form = fingerprint.map_or(form.clone(), |text| form.set("_fingerprint", text));
        let answer = form.send(&bob, CHANGE, "_save").await;
        assert_eq!(differences(&answer), ["Name: Bobbie | Ines"], "{fingerprint:?}");
    }
    assert_eq!(values::<String>(&site, MAKER).await, ["Ines i@example.org clay"]);
}

async fn changes_of_rows_and_choices_are_conflicts_too(kind: DatabaseKind) {
    let site = two(kind).await;
    let bob = superuser(&site, "bob").await;
    for change in [
        "UPDATE atelier_piece SET price = price + 1 WHERE id = 2",
        "INSERT INTO atelier_maker_tools (maker_id, tool_id) VALUES (1, 2)",
        "DELETE FROM atelier_maker_tools",
        "INSERT INTO atelier_piece (maker_id, title, price) VALUES (1, 'New', 1)",
        "DELETE FROM atelier_piece WHERE title = 'New'",
        "UPDATE atelier_maker SET age = 7",
    ] {
        let typed = form(&bob, CHANGE).await.set("email", "b@example.org");
        execute(&site, change, &[]).await;
        let answer = typed.send(&bob, CHANGE, "_save").await;
        assert_eq!(answer.status, 409, "{change}");
        assert_eq!(values::<String>(&site, MAKER).await, ["Ines i@example.org clay"]);
    }
}

async fn a_row_that_was_deleted_meanwhile_is_added_again_or_left_out(kind: DatabaseKind) {
    let site = two(kind).await;
    let (ann, bob) = (superuser(&site, "ann").await, superuser(&site, "bob").await);
    let of_bob = form(&bob, CHANGE).await.set("piece_set-0-title", "Urn");
    let of_bob = of_bob.set("piece_set-1-price", "21");
    form(&ann, CHANGE).await.set("piece_set-0-DELETE", "on").save(&ann, CHANGE).await;
    let answer = of_bob.send(&bob, CHANGE, "_save").await;
    assert_eq!(differences(&answer), ["Price: 21 | 20"]);
    let main = answer.page().main();
    assert!(main.contains("Deleted by someone else."), "{main}");
    let again = Filled::of(&answer);
    assert_eq!(again.get("piece_set-0-title"), Some("Bowl"), "what is stored comes first");
    assert_eq!(again.get("piece_set-1-title"), Some("Urn"));
    let pieces =
        "SELECT title || ' ' || CAST(price AS text) AS value FROM atelier_piece ORDER BY id";
    again.clone().set("piece_set-1-DELETE", "on").save(&bob, CHANGE).await;
    assert_eq!(values::<String>(&site, pieces).await, ["Bowl 21"]);
    let fresh = form(&bob, CHANGE).await;
    let fingerprint = fresh.get("_fingerprint").unwrap();
    again.set("_fingerprint", fingerprint).save(&bob, CHANGE).await;
    assert_eq!(values::<String>(&site, pieces).await, ["Bowl 21", "Urn 90"]);
}

async fn the_address_of_a_letting_is_guarded_from_both_forms(kind: DatabaseKind) {
    let site = site(kind).await;
    site.add_letting("Sea view", Address::SOMEWHERE).await;
    let (ann, bob) = (superuser(&site, "ann").await, superuser(&site, "bob").await);
    let (letting, address) =
        ("/admin/lettings/letting/1/change/", "/admin/lettings/address/1/change/");
    let of_bob = form(&bob, letting).await.set("address-city", "Here");
    form(&ann, address).await.set("street", "Shore Road").save(&ann, address).await;
    let answer = of_bob.send(&bob, letting, "_save").await;
    assert_eq!(
        differences(&answer),
        ["Street: Bedford Street | Shore Road", "City: Here | Brunswick"]
    );
    assert!(answer.page().main().contains("changed by someone else (ann, 2"));
    Filled::of(&answer).and("_theirs", "address-street").save(&bob, letting).await;
    let stored = "SELECT street || ', ' || city AS value FROM lettings_address";
    assert_eq!(values::<String>(&site, stored).await, ["Shore Road, Here"]);
    let of_ann = form(&ann, address).await.set("letting-0-title", "Mine");
    form(&bob, letting).await.set("title", "Hut").save(&bob, letting).await;
    assert_eq!(differences(&of_ann.send(&ann, address, "_save").await), ["Title: Mine | Hut"]);
}

async fn what_the_form_does_not_show_is_no_conflict(kind: DatabaseKind) {
    let site = two(kind).await;
    let eve = staff(&site, "eve", &["atelier.change_maker"]).await;
    let typed = form(&eve, CHANGE).await.set("email", "e@example.org");
    let sql = "UPDATE atelier_maker SET rank = 5, state = 'old', hidden = 9";
    execute(&site, sql, &[]).await;
    typed.save(&eve, CHANGE).await;
    let stored = "SELECT email || ' ' || CAST(rank AS text) || ' ' || state || ' ' || \
                  CAST(hidden AS text) AS value FROM atelier_maker";
    assert_eq!(values::<String>(&site, stored).await, ["e@example.org 5 old 9"]);
}

async fn an_object_that_was_deleted_meanwhile_can_be_saved_as_new(kind: DatabaseKind) {
    let site = site(kind).await;
    site.add_letting("Sea view", Address::SOMEWHERE).await;
    let ann = superuser(&site, "ann").await;
    let eve = staff(&site, "eve", &["lettings.change_letting"]).await;
    let address = "/admin/lettings/letting/1/change/";
    let of_ann = form(&ann, address).await.set("title", "Kept").set("address-city", "Here");
    let of_eve = form(&eve, address).await.set("title", "Of Eve");
    execute(&site, "DELETE FROM lettings_letting", &[]).await;
    let gone = of_eve.send(&eve, address, "_save").await;
    assert_eq!(gone.status, 409);
    let main = gone.page().main();
    assert!(main.contains("was deleted by someone else while you were editing it"), "{main}");
    assert!(main.contains("You do not have permission to add it again."));
    assert!(gone.text().contains("Of Eve"), "what was typed is kept");
    assert_eq!(of_eve.send(&eve, address, "_saveasnew").await.status, 403);

    let gone = of_ann.send(&ann, address, "_save").await;
    assert!(!gone.text().contains("name=\"_save\""));
    let again = Filled::of(&gone);
    assert_eq!((again.get("title"), again.get("address-city")), (Some("Kept"), Some("Here")));
    assert_eq!(again.send(&ann, address, "_save").await.status, 409, "it is still gone");
    let saved = again.send(&ann, address, "_saveasnew").await;
    assert_eq!(saved.status, 303);
    let stored = "SELECT title AS value FROM lettings_letting";
    assert_eq!(values::<String>(&site, stored).await, ["Kept"]);
    // Also of a model that offers no copies.
    with_maker(&site).await;
    let typed = form(&ann, CHANGE).await.set("name", "Kept").set("piece_set-0-title", "Urn");
    execute(&site, "DELETE FROM atelier_piece", &[]).await;
    execute(&site, "DELETE FROM atelier_maker", &[]).await;
    let gone = Filled::of(&typed.send(&ann, CHANGE, "_save").await);
    assert_eq!(gone.send(&ann, CHANGE, "_saveasnew").await.status, 303);
    assert_eq!(values::<String>(&site, MAKER).await, ["Kept i@example.org clay"]);
    let pieces = "SELECT title AS value FROM atelier_piece ORDER BY id";
    assert_eq!(values::<String>(&site, pieces).await, ["Urn", "Bowl"]);
}

/// Sends all forms at the same moment; the statuses, sorted.
async fn at_once(browsers: &[(Browser<'_>, Filled)], address: &str) -> Vec<u16> {
    let sent = browsers.iter().map(|(browser, form)| form.send(browser, address, "_save"));
    let mut statuses: Vec<u16> =
        rocket::futures::future::join_all(sent).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

async fn of_many_saves_at_once_only_one_is_written(kind: DatabaseKind) {
    let site = two(kind).await;
    let mut browsers = Vec::new();
    for number in 0..4 {
        let browser = superuser(&site, &format!("ann{number}")).await;
        let form = form(&browser, CHANGE).await.set("name", &format!("Ines {number}"));
        browsers.push((browser, form.set("piece_set-0-price", &number.to_string())));
    }
    assert_eq!(at_once(&browsers, CHANGE).await, [303, 409, 409, 409]);
    assert_eq!(log(&site).await.len(), 1);
    let name: String = value(&site, "SELECT name AS value FROM atelier_maker").await;
    let price: i64 = value(&site, "SELECT price AS value FROM atelier_piece WHERE id = 1").await;
    assert_eq!(name, format!("Ines {price}"), "both are of one of them");
}

async fn of_many_additions_of_one_name_only_one_is_written(kind: DatabaseKind) {
    let site = two(kind).await;
    let add = "/admin/atelier/maker/add/";
    let mut browsers = Vec::new();
    for number in 0..4 {
        let browser = superuser(&site, &format!("ann{number}")).await;
        let form = form(&browser, add).await.set("name", "Ada").set("material", "clay");
        browsers.push((browser, form));
    }
    assert_eq!(at_once(&browsers, add).await, [200, 200, 200, 303]);
    let makers: i64 = value(&site, "SELECT COUNT(*) AS value FROM atelier_maker").await;
    assert_eq!((makers, log(&site).await.len()), (2, 1));
}
