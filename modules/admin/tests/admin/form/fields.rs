//! The fields of a form, and the errors of submitted values.

use super::{Filled, errors, execute, form, input, log, messages, site, superuser, value};
use module_test::{DatabaseKind, Document, on_both_databases};

on_both_databases!(
    every_field_has_the_input_of_its_kind,
    what_was_typed_is_stored_and_shown_again,
    what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept,
    a_new_object_begins_with_defaults_and_what_the_query_says,
    a_field_that_is_unique_says_so,
    what_is_left_as_it_was_shown_stays_as_it_is_stored,
    many_objects_are_chosen_with_boxes,
    a_foreign_key_with_too_many_choices_is_typed_as_a_key,
    nothing_is_written_where_nothing_is_changed,
);

const ADD: &str = "/admin/atelier/maker/add/";
const CHANGE: &str = "/admin/atelier/maker/1/change/";

/// The form of a new maker with what is required.
fn potter(form: &Filled) -> Filled {
    form.clone().set("name", "Ines").set("material", "clay")
}

async fn every_field_has_the_input_of_its_kind(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    execute(&site, "INSERT INTO atelier_tool (name) VALUES ('Wheel')", &[]).await;
    let page = ann.get(ADD).await.page();
    assert_eq!(
        (page.title().as_str(), page.heading().as_str()),
        ("Add maker | My site administration", "Add maker")
    );
    let has = |name: &str, attributes: &[(&str, Option<&str>)]| {
        for (attribute, expected) in attributes {
            assert_eq!(input(&page, name).attribute(attribute), *expected, "{name} {attribute}");
        }
    };
    has("name", &[("type", Some("text")), ("maxlength", Some("20")), ("required", Some(""))]);
    has("name", &[("aria-describedby", Some("id_name_help")), ("aria-invalid", None)]);
    assert_eq!(page.id("id_name_help").unwrap().text, "As on the door.");
    has("email", &[("type", Some("email")), ("maxlength", Some("254")), ("required", None)]);
    has("age", &[("type", Some("number")), ("min", Some("1")), ("max", Some("99"))]);
    has("visible", &[("type", Some("checkbox")), ("checked", Some("")), ("required", None)]);
    has("since_0", &[("type", Some("date")), ("value", Some(""))]);
    has("since_1", &[("type", Some("time")), ("value", Some(""))]);
    assert_eq!(input(&page, "notes").name, "textarea");
    let options = |name: &str| -> Vec<String> {
        let begin = page.elements.iter().position(|e| e.attribute("name") == Some(name)).unwrap();
        let options = page.elements[begin + 1..].iter().take_while(|e| e.name == "option");
        options.map(|e| format!("{}={}", e.attribute("value").unwrap(), e.text)).collect()
    };
    assert_eq!(options("material"), ["=---------", "wood=Wood", "clay=Clay"]);
    assert_eq!(options("member"), ["=Unknown", "true=Yes", "false=No"]);
    assert_eq!(options("favorite"), ["=---------", "1=Wheel"]);
    assert!(page.main().contains("UTC"), "whose time it is");
    for absent in ["hidden", "state", "id"] {
        let is_it = |e: &module_test::Element| e.attribute("name") == Some(absent);
        assert!(!page.elements.iter().any(is_it), "{absent}");
    }
    let details: Vec<_> = page.all("details").collect();
    assert_eq!(details.len(), 1);
    assert!(details[0].text.contains("What else there is to say."));
    assert_eq!(details[0].attribute("open"), None, "it is closed at first");
    each_input_has_a_label(&page);
}

/// Every input that one can see has a label, and every id that is referred to is there once.
fn each_input_has_a_label(page: &Document) {
    for element in &page.elements {
        if !["input", "select", "textarea"].contains(&element.name.as_str())
            || element.attribute("type") == Some("hidden")
            || element.attribute("name").is_none_or(|name| name.contains("__prefix__"))
        {
            continue;
        }
        let Some(id) = element.attribute("id") else { continue };
        let labels = page.all("label").filter(|label| label.attribute("for") == Some(id)).count();
        assert!(labels == 1 || id.ends_with("DELETE") || id == "admin-search", "{id}: {labels}");
        assert!(page.id(id).is_some());
        for described_by in element.attribute("aria-describedby").unwrap_or_default().split(' ') {
            assert!(described_by.is_empty() || page.id(described_by).is_some(), "{described_by}");
        }
    }
}

async fn what_was_typed_is_stored_and_shown_again(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    execute(&site, "INSERT INTO atelier_tool (name) VALUES ('Wheel'), ('Kiln')", &[]).await;
    let new = form(&ann, ADD).await.set("name", "  Inès “<b>” ").set("email", "ines@example.org");
    let new = new.set("notes", " first\r\nsecond ").set("material", "clay").set("age", " 42 ");
    let new = new.set("member", "false").without("visible").set("favorite", "2");
    let new = new.set("since_0", "2020-06-14").set("since_1", "09:41").and("tools", "1");
    assert_eq!(new.save(&ann, ADD).await, "/admin/atelier/maker/");
    let said = messages(&ann).await;
    assert_eq!(said, ["The maker “Inès “<b>”” was added successfully. Open it again"]);
    let notes: String = value(&site, "SELECT notes AS value FROM atelier_maker").await;
    assert_eq!(notes, "first\nsecond");
    let hidden: i64 = value(&site, "SELECT hidden AS value FROM atelier_maker").await;
    assert_eq!(hidden, 7, "what the form leaves out has its default");

    let page = ann.get(CHANGE).await;
    let shown = Filled::of(&page);
    for (name, expected) in [
        ("name", Some("Inès “<b>”")),
        ("email", Some("ines@example.org")),
        ("notes", Some("first\r\nsecond")),
        ("material", Some("clay")),
        ("age", Some("42")),
        ("member", Some("false")),
        ("visible", None),
        ("favorite", Some("2")),
        ("since_0", Some("2020-06-14")),
        ("since_1", Some("09:41:00")),
        ("tools", Some("1")),
    ] {
        assert_eq!(shown.get(name), expected, "{name}");
    }
    assert!(page.page().main().contains("State new"), "what cannot be changed is shown");
    assert_eq!(log(&site).await, ["1 atelier.maker 1 Inès “<b>” [{\"added\": {}}]"]);
}

async fn what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let wrong = form(&ann, ADD).await.set("name", "x".repeat(21).as_str()).set("email", "no");
    let wrong = wrong.set("age", "many").set("since_0", "some day").set("since_1", "noon");
    let wrong = wrong.set("material", "gold").set("favorite", "99").and("tools", "x");
    let answer = wrong.send(&ann, ADD, "_save").await;
    assert_eq!(answer.status, 200);
    let page = answer.page();
    assert!(page.main().contains("Please correct the errors below."));
    for (field, expected) in [
        ("name", "Ensure this value has at most 20 characters (it has 21)."),
        ("email", "Enter a valid email address."),
        ("age", "Enter a whole number."),
        ("since", "Enter a valid date.Enter a valid time."),
        ("material", "Select a valid choice. gold is not one of the available choices."),
        ("favorite", "tool instance with id 99 does not exist."),
        ("tools", "“x” is not a valid value."),
    ] {
        assert_eq!(errors(&page, field), expected, "{field}");
    }
    let name = input(&page, "name");
    assert_eq!(name.attribute("aria-invalid"), Some("true"));
    assert_eq!(name.attribute("aria-describedby"), Some("id_name_errors id_name_help"));
    assert!(page.all("details").next().unwrap().attribute("open").is_some(), "it has errors");
    let kept = Filled::of(&answer);
    for (name, typed) in [
        ("email", "no"),
        ("age", "many"),
        ("since_0", "some day"),
        ("since_1", "noon"),
        ("material", "gold"),
        ("favorite", "99"),
    ] {
        assert_eq!(kept.get(name), Some(typed), "{name}");
        if name.starts_with("since") || name == "age" {
            // Browsers show nothing of what is no number or date in inputs of these types.
            assert_eq!(input(&page, name).attribute("type"), Some("text"), "{name}");
        }
    }
    let empty = form(&ann, ADD).await;
    let page = empty.send(&ann, ADD, "_save").await.page();
    for field in ["name", "material"] {
        assert_eq!(errors(&page, field), "This field is required.", "{field}");
    }
    assert_eq!(errors(&page, "email"), "");
    let one = potter(&empty).set("age", "100").send(&ann, ADD, "_save").await.page();
    assert!(one.main().contains("Please correct the error below."));
    assert_eq!(errors(&one, "age"), "Ensure this value is less than or equal to 99.");
    let count: i64 = value(&site, "SELECT COUNT(*) AS value FROM atelier_maker").await;
    assert_eq!((count, log(&site).await.len()), (0, 0), "nothing is written");
}

async fn a_new_object_begins_with_defaults_and_what_the_query_says(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    execute(&site, "INSERT INTO atelier_tool (name) VALUES ('Wheel'), ('Kiln')", &[]).await;
    let plain = form(&ann, ADD).await;
    assert_eq!((plain.get("rank"), plain.get("visible")), (Some("0"), Some("on")));
    let address = format!(
        "{ADD}?name=Sea+%3Cb%3E&visible=false&age=x&since=2020-06-14+09:41&favorite=2&tools=1,2\
         &hidden=1&state=old&id=9&member=nonsense&_changelist_filters=q%3D1"
    );
    let begun = form(&ann, &address).await;
    assert_eq!(begun.get("name"), Some("Sea <b>"));
    assert_eq!((begun.get("visible"), begun.get("age")), (None, Some("x")));
    assert_eq!(
        (begun.get("since_0"), begun.get("since_1")),
        (Some("2020-06-14"), Some("09:41:00"))
    );
    assert_eq!((begun.get("favorite"), begun.get("member")), (Some("2"), Some("")));
    assert_eq!(begun.0.iter().filter(|(name, _)| name == "tools").count(), 2);
    assert_eq!((begun.get("hidden"), begun.get("state"), begun.get("id")), (None, None, None));
    let broken = ann.get(&format!("{ADD}?name=%ff&x=%00")).await;
    assert_eq!(broken.status, 200, "a query that cannot be read is none");
}

async fn a_field_that_is_unique_says_so(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    potter(&form(&ann, ADD).await).save(&ann, ADD).await;
    let again = potter(&form(&ann, ADD).await).send(&ann, ADD, "_save").await;
    assert_eq!(again.status, 200);
    assert_eq!(errors(&again.page(), "name"), "Maker with this Name already exists.");
    potter(&form(&ann, ADD).await).set("name", "Ada").save(&ann, ADD).await;
    let other = "/admin/atelier/maker/2/change/";
    let taken = form(&ann, other).await.set("name", "Ines").send(&ann, other, "_save").await;
    assert_eq!(errors(&taken.page(), "name"), "Maker with this Name already exists.");
}

async fn what_is_left_as_it_was_shown_stays_as_it_is_stored(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    execute(
        &site,
        "INSERT INTO atelier_maker (name, email, notes, material, visible, since, rank, state, \
         hidden) VALUES (' Ines ', '', $1, 'clay', TRUE, $2, 0, 'new', 3)",
        &[
            module_api::db::Value::from("\r\none\r\n two \n"),
            module_api::db::Value::from(
                module_api::time::UtcDateTime::from_unix_timestamp_nanos(1_592_127_675_326_411_000)
                    .unwrap(),
            ),
        ],
    )
    .await;
    form(&ann, CHANGE).await.set("email", "a@example.org").save(&ann, CHANGE).await;
    assert_eq!(
        log(&site).await,
        ["2 atelier.maker 1  Ines  [{\"changed\": {\"fields\": [\"Email\"]}}]"]
    );
    let notes: String = value(&site, "SELECT notes AS value FROM atelier_maker").await;
    assert_eq!(notes, "\r\none\r\n two \n");
    let since: module_api::time::UtcDateTime =
        value(&site, "SELECT since AS value FROM atelier_maker").await;
    assert_eq!(since.microsecond(), 326_411, "what the inputs do not show is not lost");
    let hidden: i64 = value(&site, "SELECT hidden AS value FROM atelier_maker").await;
    assert_eq!(hidden, 3);
}

async fn many_objects_are_chosen_with_boxes(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    execute(&site, "INSERT INTO atelier_tool (name) VALUES ('Wheel'), ('Kiln'), ('Saw')", &[])
        .await;
    let new = potter(&form(&ann, ADD).await).and("tools", "1").and("tools", "3").and("tools", "3");
    new.save(&ann, ADD).await;
    let chosen = "SELECT tool_id AS value FROM atelier_maker_tools ORDER BY tool_id";
    assert_eq!(values_of(&site, chosen).await, [1, 3]);
    let page = ann.get(CHANGE).await.page();
    let boxes = page.elements.iter().filter(|e| e.attribute("name") == Some("tools"));
    let checked = |e: &module_test::Element| e.attribute("checked").is_some();
    assert_eq!(boxes.map(checked).collect::<Vec<_>>(), [true, true, false], "chosen ones first");
    let change = form(&ann, CHANGE).await.without("tools").and("tools", "2").and("tools", "3");
    change.save(&ann, CHANGE).await;
    assert_eq!(values_of(&site, chosen).await, [2, 3]);
    assert_eq!(
        log(&site).await.last().unwrap(),
        "2 atelier.maker 1 Ines [{\"changed\": {\"fields\": [\"Tools\"]}}]"
    );
    let unknown = form(&ann, CHANGE).await.and("tools", "99").send(&ann, CHANGE, "_save").await;
    let expected = "Select a valid choice. 99 is not one of the available choices.";
    assert_eq!(errors(&unknown.page(), "tools"), expected);
    form(&ann, CHANGE).await.without("tools").save(&ann, CHANGE).await;
    assert_eq!(values_of(&site, chosen).await, [0; 0]);
}

async fn values_of(site: &module_test::TestSite, sql: &'static str) -> Vec<i64> {
    super::values(site, sql).await
}

async fn a_foreign_key_with_too_many_choices_is_typed_as_a_key(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    potter(&form(&ann, ADD).await).save(&ann, ADD).await;
    let sql = "INSERT INTO atelier_tool (name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL \
               SELECT i + 1 FROM n WHERE i < 1001) SELECT 'Tool ' || CAST(i AS text) FROM n";
    execute(&site, sql, &[]).await;
    execute(&site, "UPDATE atelier_maker SET favorite_id = 7", &[]).await;
    execute(&site, "INSERT INTO atelier_maker_tools (maker_id, tool_id) VALUES (1, 8)", &[]).await;
    let page = ann.get(CHANGE).await.page();
    let favorite = input(&page, "favorite");
    assert_eq!((favorite.name.as_str(), favorite.attribute("value")), ("input", Some("7")));
    assert!(page.main().contains("Tool 7"), "what is chosen is named");
    assert_eq!(page.link("Look up the ID, in a new tab"), Some("/admin/atelier/tool/lookup/"));
    let field = page.elements.iter().find(|e| e.attribute("data-search").is_some()).unwrap();
    assert_eq!(field.attribute("data-search"), Some("/admin/atelier/tool/autocomplete/"));
    let change = form(&ann, CHANGE).await.set("favorite", "1000").set("tools_add", "9, 10");
    change.save(&ann, CHANGE).await;
    let chosen = "SELECT tool_id AS value FROM atelier_maker_tools ORDER BY tool_id";
    assert_eq!(values_of(&site, chosen).await, [8, 9, 10]);
    let favorite: i64 = value(&site, "SELECT favorite_id AS value FROM atelier_maker").await;
    assert_eq!(favorite, 1000);
    for (typed, message) in [
        ("5000", "tool instance with id 5000 does not exist."),
        ("Tool 5", "Select a valid choice. That choice is not one of the available choices."),
    ] {
        let wrong =
            form(&ann, CHANGE).await.set("favorite", typed).send(&ann, CHANGE, "_save").await;
        assert_eq!(errors(&wrong.page(), "favorite"), message);
        assert_eq!(Filled::of(&wrong).get("favorite"), Some(typed));
    }
}

async fn nothing_is_written_where_nothing_is_changed(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    potter(&form(&ann, ADD).await).save(&ann, ADD).await;
    form(&ann, CHANGE).await.save(&ann, CHANGE).await;
    assert_eq!(log(&site).await.len(), 1, "only that it was added");
    let said = messages(&ann).await;
    assert_eq!(said.last().unwrap(), "The maker “Ines” was changed successfully. Open it again");
}
