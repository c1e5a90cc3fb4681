//! A letting with its address in one form.

use super::{Filled, errors, execute, form, log, site, staff, superuser, value, values};
use module_test::{DatabaseKind, on_both_databases};
use site_rows::{AddRows, Address};

on_both_databases!(
    both_are_made_together_or_not_at_all,
    the_errors_of_both_are_shown_at_once,
    both_are_changed_together_and_the_log_says_what,
    what_the_form_does_not_have_is_not_taken,
    who_may_not_add_addresses_chooses_one,
    who_may_not_change_addresses_sees_them,
);

const ADD: &str = "/admin/lettings/letting/add/";
const CHANGE: &str = "/admin/lettings/letting/1/change/";

fn beach(form: &Filled) -> Filled {
    form.clone()
        .set("title", "Beach hut")
        .set("address-number", "7")
        .set("address-street", "Shore Road")
        .set("address-city", "Laguna Beach")
        .set("address-state", "CA")
        .set("address-zip_code", "92651")
        .set("address-country_iso_code", "USA")
}

async fn both_are_made_together_or_not_at_all(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let new = beach(&form(&ann, ADD).await);
    for (field, typed, message) in [
        ("title", "", "This field is required."),
        ("address-state", "California", "Ensure this value has at most 2 characters (it has 10)."),
        ("address-number", "10000", "Ensure this value is less than or equal to 9999."),
    ] {
        let answer = new.clone().set(field, typed).send(&ann, ADD, "_save").await;
        assert_eq!(errors(&answer.page(), field), message);
        let count: i64 = value(
            &site,
            "SELECT (SELECT COUNT(*) FROM lettings_address) + (SELECT COUNT(*) FROM \
             lettings_letting) AS value",
        )
        .await;
        assert_eq!(count, 0, "{field}");
    }
    new.save(&ann, ADD).await;
    let stored: Vec<String> = values(
        &site,
        "SELECT letting.title || ': ' || address.street || ' ' || CAST(address.zip_code AS text) \
         AS value FROM lettings_letting letting JOIN lettings_address address \
         ON address.id = letting.address_id",
    )
    .await;
    assert_eq!(stored, ["Beach hut: Shore Road 92651"]);
    assert_eq!(
        log(&site).await,
        ["1 lettings.letting 1 Beach hut [{\"added\": {}}, {\"added\": {\"name\": \"address\", \
          \"object\": \"7 Shore Road\"}}]"]
    );
}

async fn the_errors_of_both_are_shown_at_once(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let wrong = form(&ann, ADD).await.set("address-zip_code", "CA 92651");
    let answer = wrong.send(&ann, ADD, "_save").await;
    let page = answer.page();
    for required in ["title", "address-number", "address-street", "address-country_iso_code"] {
        assert_eq!(errors(&page, required), "This field is required.", "{required}");
    }
    assert_eq!(errors(&page, "address-zip_code"), "Enter a whole number.");
    assert_eq!(Filled::of(&answer).get("address-zip_code"), Some("CA 92651"));
    assert!(!page.main().contains("cannot be null"), "nothing is said of the key between them");
}

async fn both_are_changed_together_and_the_log_says_what(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    site.add_letting("Sea view", Address::SOMEWHERE).await;
    let shown = form(&ann, CHANGE).await;
    assert_eq!(shown.get("address-street"), Some("Bedford Street"));
    assert_eq!(shown.get("address"), None, "the key itself is not to be typed");
    shown.set("address-street", "Shore Road").save(&ann, CHANGE).await;
    form(&ann, CHANGE)
        .await
        .set("title", "Hut")
        .set("address-number", "1")
        .save(&ann, CHANGE)
        .await;
    let address = "\"name\": \"address\", \"object\"";
    assert_eq!(
        log(&site).await,
        [
            format!(
                "2 lettings.letting 1 Sea view [{{\"changed\": {{{address}: \"7217 Shore Road\", \
                 \"fields\": [\"Street\"]}}}}]"
            ),
            format!(
                "2 lettings.letting 1 Hut [{{\"changed\": {{\"fields\": [\"Title\"]}}}}, \
                 {{\"changed\": {{{address}: \"1 Shore Road\", \"fields\": [\"Number\"]}}}}]"
            ),
        ]
    );
}

async fn what_the_form_does_not_have_is_not_taken(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    site.add_letting("Sea view", Address::SOMEWHERE).await;
    site.add_letting("Other", Address { street: "Far away", ..Address::SOMEWHERE }).await;
    let change = form(&ann, CHANGE).await.set("title", "Mine").set("id", "2").set("address", "2");
    let change = change.set("address_id", "2").set("address-id", "2").set("address-street", "Here");
    change.save(&ann, CHANGE).await;
    let lettings = "SELECT CAST(id AS text) || title || CAST(address_id AS text) AS value FROM \
                    lettings_letting ORDER BY id";
    assert_eq!(values::<String>(&site, lettings).await, ["1Mine1", "2Other2"]);
    let streets = "SELECT street AS value FROM lettings_address ORDER BY id";
    assert_eq!(values::<String>(&site, streets).await, ["Here", "Far away"]);
}

async fn who_may_not_add_addresses_chooses_one(kind: DatabaseKind) {
    let site = site(kind).await;
    site.add_letting("Sea view", Address::SOMEWHERE).await;
    let sql = "INSERT INTO lettings_address (number, street, city, state, zip_code, \
               country_iso_code) VALUES (3, 'Free', 'X', 'CA', 1, 'USA')";
    execute(&site, sql, &[]).await;
    let eve = staff(&site, "eve", &["lettings.add_letting"]).await;
    let new = form(&eve, ADD).await.set("title", "Hut");
    assert_eq!(new.get("address-street"), None);
    let taken = new.clone().set("address", "1").send(&eve, ADD, "_save").await;
    assert_eq!(errors(&taken.page(), "address"), "Letting with this Address already exists.");
    new.set("address", "2").set("address-street", "Made up").save(&eve, ADD).await;
    let streets = "SELECT street AS value FROM lettings_address ORDER BY id";
    assert_eq!(values::<String>(&site, streets).await, ["Bedford Street", "Free"]);
    assert_eq!(eve.get(CHANGE).await.status, 403);
}

async fn who_may_not_change_addresses_sees_them(kind: DatabaseKind) {
    let site = site(kind).await;
    site.add_letting("Sea view", Address::SOMEWHERE).await;
    let permissions = ["lettings.change_letting", "lettings.view_address"];
    let eve = staff(&site, "eve", &permissions).await;
    let page = eve.get(CHANGE).await;
    assert!(page.page().main().contains("Bedford Street"));
    let change = Filled::of(&page);
    assert_eq!(change.get("address-street"), None);
    change.set("title", "Hut").set("address-street", "Mine").save(&eve, CHANGE).await;
    let streets = "SELECT street AS value FROM lettings_address";
    assert_eq!(values::<String>(&site, streets).await, ["Bedford Street"]);
}
