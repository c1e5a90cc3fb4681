//! Inline objects with a foreign key to the form's object.

use super::{Filled, errors, execute, form, input, log, site, staff, superuser, value, values};
use module_test::{DatabaseKind, TestSite, on_both_databases};
use site_rows::{AddRows, Address};

on_both_databases!(
    rows_are_added_changed_and_deleted_with_the_object,
    the_names_are_djangos_and_a_script_has_a_form_to_copy,
    what_is_wrong_with_a_row_stands_at_its_field_and_nothing_is_written,
    two_new_rows_that_must_not_be_alike_are_refused,
    rows_of_other_objects_are_refused,
    a_protected_row_is_not_deleted,
    of_a_one_to_one_there_is_one,
    what_one_may_not_do_with_rows_is_not_offered_and_not_done,
    no_more_rows_are_shown_than_fit,
);

const ADD: &str = "/admin/atelier/maker/add/";
const CHANGE: &str = "/admin/atelier/maker/1/change/";

const PIECES: &str = "SELECT CAST(maker_id AS text) || ' ' || title || ' ' || CAST(price AS text) \
                      AS value FROM atelier_piece ORDER BY id";

/// Makers 1 and 2, with the pieces 1 to 3: a vase and a bowl of the first, a cup of the second.
async fn with_pieces(site: &TestSite) {
    let maker = "INSERT INTO atelier_maker (name, email, notes, material, visible, rank, state, \
                 hidden) VALUES ('Ines', '', '', 'clay', TRUE, 0, 'new', 3), \
                 ('Ada', '', '', 'clay', TRUE, 0, 'new', 3)";
    execute(site, maker, &[]).await;
    let pieces = "INSERT INTO atelier_piece (maker_id, title, price) VALUES (1, 'Vase', 90), \
                  (1, 'Bowl', 20), (2, 'Cup', 5)";
    execute(site, pieces, &[]).await;
}

async fn rows_are_added_changed_and_deleted_with_the_object(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let new = form(&ann, ADD).await.set("name", "Ines").set("material", "clay");
    assert_eq!(new.get("piece_set-TOTAL_FORMS"), Some("2"), "two are offered");
    assert_eq!(new.get("piece_set-0-price"), Some("10"), "with their defaults");
    new.set("piece_set-1-title", "Vase").save(&ann, ADD).await;
    assert_eq!(values::<String>(&site, PIECES).await, ["1 Vase 10"], "an empty row is none");

    let change = form(&ann, CHANGE).await;
    assert_eq!(change.get("piece_set-INITIAL_FORMS"), Some("1"));
    assert_eq!(change.get("piece_set-TOTAL_FORMS"), Some("3"));
    let change = change.set("piece_set-0-price", "90").set("piece_set-1-title", "Bowl");
    let change = change.set("piece_set-1-price", "20").set("piece_set-2-title", "Cup");
    change.set("age", "30").save(&ann, CHANGE).await;
    assert_eq!(values::<String>(&site, PIECES).await, ["1 Vase 90", "1 Bowl 20", "1 Cup 10"]);

    let change = form(&ann, CHANGE).await.set("piece_set-0-DELETE", "on");
    change.set("piece_set-1-title", "Dish").save(&ann, CHANGE).await;
    assert_eq!(values::<String>(&site, PIECES).await, ["1 Dish 20", "1 Cup 10"]);
    assert_eq!(
        log(&site).await,
        [
            "1 atelier.maker 1 Ines [{\"added\": {}}, {\"added\": {\"name\": \"piece\", \
             \"object\": \"Vase\"}}]",
            "2 atelier.maker 1 Ines [{\"changed\": {\"fields\": [\"Age\"]}}, \
             {\"added\": {\"name\": \"piece\", \"object\": \"Bowl\"}}, \
             {\"added\": {\"name\": \"piece\", \"object\": \"Cup\"}}, \
             {\"changed\": {\"name\": \"piece\", \"object\": \"Vase\", \"fields\": [\"Price\"]}}]",
            "2 atelier.maker 1 Ines [\
             {\"changed\": {\"name\": \"piece\", \"object\": \"Dish\", \"fields\": [\"Title\"]}}, \
             {\"deleted\": {\"name\": \"piece\", \"object\": \"Vase\"}}]",
        ]
    );
    form(&ann, CHANGE).await.save(&ann, CHANGE).await;
    assert_eq!(log(&site).await.len(), 3, "nothing is changed");
}

async fn the_names_are_djangos_and_a_script_has_a_form_to_copy(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    with_pieces(&site).await;
    let page = ann.get(CHANGE).await.page();
    for (name, kind, content) in [
        ("piece_set-TOTAL_FORMS", "hidden", "4"),
        ("piece_set-INITIAL_FORMS", "hidden", "2"),
        ("piece_set-MIN_NUM_FORMS", "hidden", "0"),
        ("piece_set-MAX_NUM_FORMS", "hidden", "200"),
        ("piece_set-0-id", "hidden", "1"),
        ("piece_set-0-title", "text", "Vase"),
        ("piece_set-1-price", "number", "20"),
        ("piece_set-2-id", "hidden", ""),
        ("piece_set-__prefix__-title", "text", ""),
    ] {
        let found = input(&page, name);
        assert_eq!(found.attribute("type"), Some(kind), "{name}");
        assert_eq!(found.attribute("value"), Some(content), "{name}");
    }
    assert_eq!(input(&page, "piece_set-0-DELETE").attribute("type"), Some("checkbox"));
    let has = |name: &str| page.elements.iter().any(|e| e.attribute("name") == Some(name));
    assert!(!has("piece_set-2-DELETE"), "an empty form needs no box");
    assert!(!has("piece_set-0-maker"), "whose they are is no question");
    assert_eq!(input(&page, "piece_set-2-title").attribute("required"), None, "it may stay empty");
    assert_eq!(page.all("template").count(), 1);
    assert_eq!(page.link("Vase"), Some("/admin/atelier/piece/1/change/"));
    // Forms that a script adds are taken, too.
    let more = form(&ann, CHANGE).await.set("piece_set-TOTAL_FORMS", "6");
    more.set("piece_set-5-title", "Sixth").save(&ann, CHANGE).await;
    assert_eq!(values::<String>(&site, PIECES).await.len(), 4);
}

async fn what_is_wrong_with_a_row_stands_at_its_field_and_nothing_is_written(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    with_pieces(&site).await;
    let wrong = form(&ann, CHANGE).await.set("name", "Changed").set("piece_set-0-price", "2000");
    let wrong = wrong.set("piece_set-1-DELETE", "on").set("piece_set-1-price", "x");
    let wrong = wrong.set("piece_set-3-title", "New").set("piece_set-3-price", "cheap");
    let answer = wrong.send(&ann, CHANGE, "_save").await;
    assert_eq!(answer.status, 200);
    let page = answer.page();
    let most = "Ensure this value is less than or equal to 1000.";
    assert_eq!(errors(&page, "piece_set-0-price"), most);
    assert_eq!(errors(&page, "piece_set-1-price"), "", "what is to be deleted may be wrong");
    // The form that was left empty is gone, so the new one has another number.
    assert_eq!(errors(&page, "piece_set-2-price"), "Enter a whole number.");
    let kept = Filled::of(&answer);
    assert_eq!(kept.get("piece_set-2-title"), Some("New"));
    assert_eq!(kept.get("piece_set-2-price"), Some("cheap"));
    assert_eq!(kept.get("piece_set-1-DELETE"), Some("on"));
    assert_eq!(kept.get("name"), Some("Changed"));
    assert_eq!(values::<String>(&site, PIECES).await, ["1 Vase 90", "1 Bowl 20", "2 Cup 5"]);
    assert_eq!(log(&site).await.len(), 0);
    let mended = kept.set("piece_set-0-price", "91").set("piece_set-2-price", "3");
    mended.save(&ann, CHANGE).await;
    assert_eq!(values::<String>(&site, PIECES).await, ["1 Vase 91", "2 Cup 5", "1 New 3"]);
    let left_out =
        form(&ann, CHANGE).await.set("piece_set-2-title", "No").set("piece_set-2-price", "x");
    let answer = left_out.send(&ann, CHANGE, "_save").await;
    Filled::of(&answer).set("piece_set-2-DELETE", "on").save(&ann, CHANGE).await;
    assert_eq!(values::<String>(&site, PIECES).await.len(), 3, "a new row can be left out");
}

async fn two_new_rows_that_must_not_be_alike_are_refused(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    with_pieces(&site).await;
    let expected = "Piece with this Maker and Title already exists.";
    let alike = form(&ann, CHANGE).await.set("piece_set-2-title", "Urn").set("name", "Changed");
    let answer = alike.set("piece_set-3-title", "Urn").send(&ann, CHANGE, "_save").await;
    assert_eq!(answer.status, 200);
    assert!(answer.page().main().contains(expected));
    assert_eq!(Filled::of(&answer).get("piece_set-3-title"), Some("Urn"));
    let like_another = form(&ann, CHANGE).await.set("piece_set-2-title", "Vase");
    let answer = like_another.send(&ann, CHANGE, "_save").await;
    assert!(answer.page().main().contains(expected));
    let new = form(&ann, ADD).await.set("name", "New").set("material", "clay");
    let new = new.set("piece_set-0-title", "Urn").set("piece_set-1-title", "Urn");
    let answer = new.send(&ann, ADD, "_save").await;
    assert!(answer.page().main().contains(expected));
    let names = "SELECT name AS value FROM atelier_maker ORDER BY id";
    assert_eq!(values::<String>(&site, names).await, ["Ines", "Ada"], "nothing is half-written");
    assert_eq!(values::<String>(&site, PIECES).await.len(), 3);
}

async fn rows_of_other_objects_are_refused(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    with_pieces(&site).await;
    let refused = "Select a valid choice. That choice is not one of the available choices.";
    for id in ["3", "99", "x", "-1", "99999999999999999999"] {
        let posing = form(&ann, CHANGE).await.set("piece_set-1-id", id);
        let posing = posing.set("piece_set-1-title", "Stolen").set("piece_set-1-price", "0");
        let answer = posing.send(&ann, CHANGE, "_save").await;
        assert_eq!(answer.status, 200, "{id}");
        assert!(answer.page().main().contains(refused), "{id}");
        let posing = form(&ann, CHANGE).await.set("piece_set-1-id", id);
        posing.set("piece_set-1-DELETE", "on").send(&ann, CHANGE, "_save").await;
        assert_eq!(values::<String>(&site, PIECES).await, ["1 Vase 90", "1 Bowl 20", "2 Cup 5"]);
    }
    // The same row twice counts once; whose row it is cannot be said.
    let twice =
        form(&ann, CHANGE).await.set("piece_set-1-id", "1").set("piece_set-1-title", "Twice");
    let twice = twice.set("piece_set-0-maker", "2").set("piece_set-0-maker_id", "2");
    twice.set("piece_set-0-price", "91").save(&ann, CHANGE).await;
    assert_eq!(values::<String>(&site, PIECES).await, ["1 Vase 91", "1 Bowl 20", "2 Cup 5"]);
}

async fn a_protected_row_is_not_deleted(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    with_pieces(&site).await;
    execute(&site, "INSERT INTO atelier_sale (piece_id) VALUES (2)", &[]).await;
    let both = form(&ann, CHANGE).await.set("piece_set-0-DELETE", "on");
    let answer = both.set("piece_set-1-DELETE", "on").send(&ann, CHANGE, "_save").await;
    assert_eq!(answer.status, 200);
    let main = answer.page().main();
    assert!(main.contains("Piece “Bowl” cannot be deleted"), "{main}");
    assert_eq!(values::<String>(&site, PIECES).await.len(), 3, "the other one is not, either");
}

async fn of_a_one_to_one_there_is_one(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    site.add_letting("Sea view", Address::SOMEWHERE).await;
    let address = "/admin/lettings/address/1/change/";
    let page = ann.get(address).await.page();
    assert_eq!(input(&page, "letting-MAX_NUM_FORMS").attribute("value"), Some("1"));
    assert_eq!(input(&page, "letting-TOTAL_FORMS").attribute("value"), Some("1"));
    assert_eq!(page.all("template").count(), 0, "there can be no other");
    let change = form(&ann, address).await.set("letting-0-title", "Hut");
    let change = change.set("letting-TOTAL_FORMS", "2").set("letting-1-title", "Second");
    let answer = change.send(&ann, address, "_save").await;
    assert_eq!(answer.status, 200);
    assert!(answer.page().main().contains("Letting with this Address already exists."));
    form(&ann, address).await.set("letting-0-title", "Hut").save(&ann, address).await;
    let titles = "SELECT title AS value FROM lettings_letting";
    assert_eq!(values::<String>(&site, titles).await, ["Hut"]);
    let new = "/admin/lettings/address/add/";
    let alone = form(&ann, new).await;
    assert_eq!(alone.get("letting-TOTAL_FORMS"), Some("1"));
    let alone = alone.set("number", "1").set("street", "S").set("city", "C").set("state", "CA");
    let alone = alone.set("zip_code", "1").set("country_iso_code", "USA");
    alone.save(&ann, new).await;
    let lettings: i64 = value(&site, "SELECT COUNT(*) AS value FROM lettings_letting").await;
    assert_eq!(lettings, 1, "an address need not have a letting");
}

async fn what_one_may_not_do_with_rows_is_not_offered_and_not_done(kind: DatabaseKind) {
    let site = site(kind).await;
    with_pieces(&site).await;
    let everything = |form: Filled| {
        let form = form.set("piece_set-TOTAL_FORMS", "3").set("piece_set-INITIAL_FORMS", "2");
        let form = form.set("piece_set-0-id", "1").set("piece_set-0-title", "Taken");
        let form = form.set("piece_set-0-price", "1").set("piece_set-1-id", "2");
        let form = form.set("piece_set-1-title", "Bowl").set("piece_set-1-price", "20");
        form.set("piece_set-1-DELETE", "on")
            .set("piece_set-2-title", "New")
            .set("piece_set-2-price", "3")
    };
    for (number, permission, pieces) in [
        (1, None, vec!["1 Vase 90", "1 Bowl 20", "2 Cup 5"]),
        (2, Some("view"), vec!["1 Vase 90", "1 Bowl 20", "2 Cup 5"]),
        (3, Some("change"), vec!["1 Taken 1", "1 Bowl 20", "2 Cup 5"]),
        (4, Some("delete"), vec!["1 Taken 1", "2 Cup 5"]),
        (5, Some("add"), vec!["1 Taken 1", "2 Cup 5", "1 New 3"]),
    ] {
        let own = permission.map(|word| format!("atelier.{word}_piece"));
        let mut permissions = vec!["atelier.change_maker"];
        permissions.extend(own.as_deref());
        let name = format!("eve{number}");
        let eve = staff(&site, &name, &permissions).await;
        let page = eve.get(CHANGE).await;
        let shown = Filled::of(&page);
        assert_eq!(
            page.text().contains("Vase") || number >= 3,
            permission.is_some(),
            "{permission:?}"
        );
        let has = |name: &str| shown.get(name).is_some();
        // Of who may only add, the first is a new one.
        let is_filled_in = matches!(permission, Some("change" | "add"));
        assert_eq!(has("piece_set-0-title"), is_filled_in, "{permission:?}");
        assert_eq!(page.text().contains("-0-DELETE"), permission == Some("delete"));
        assert_eq!(page.text().contains("__prefix__"), permission == Some("add"));
        if permission == Some("add") {
            assert!(!page.text().contains("Taken"), "who may only add does not see what is there");
            let answer = everything(shown.clone()).send(&eve, CHANGE, "_save").await;
            assert_eq!(answer.status, 200, "nor can it be named");
            let new = shown.set("piece_set-TOTAL_FORMS", "1").set("piece_set-0-title", "New");
            new.set("piece_set-0-price", "3").save(&eve, CHANGE).await;
        } else {
            everything(shown).save(&eve, CHANGE).await;
        }
        assert_eq!(values::<String>(&site, PIECES).await, pieces, "{permission:?}");
    }
}

async fn no_more_rows_are_shown_than_fit(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    with_pieces(&site).await;
    let sql = "INSERT INTO atelier_piece (maker_id, title, price) WITH RECURSIVE n (i) AS \
               (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) \
               SELECT 1, 'Tile ' || CAST(i AS text), 1 FROM n";
    execute(&site, sql, &[]).await;
    let page = ann.get(CHANGE).await;
    let text = page.page().main();
    assert!(text.contains("Only the first 200 are shown. Show all"), "{text}");
    let shown = Filled::of(&page);
    assert_eq!(shown.get("piece_set-TOTAL_FORMS"), Some("200"));
    shown.set("piece_set-0-price", "7").set("age", "30").save(&ann, CHANGE).await;
    let count: i64 = value(&site, "SELECT COUNT(*) AS value FROM atelier_piece").await;
    assert_eq!(count, 303, "those that are not shown stay");
}
