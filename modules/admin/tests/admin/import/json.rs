//! Lists of objects in JSON, as Django's fixtures have them.

use accounts::NewUser;
use module_test::{DatabaseKind, on_both_databases};
use serde_json::{Value, json};
use site_rows::{AddRows, Address};

use super::super::desk::{site, superuser};
use super::{ADDRESSES, LETTINGS, add_addresses, import, preview, stored, titles};

const USERS: &str = "/admin/auth/user/import/";
const GROUPS: &str = "/admin/auth/group/import/";
const PROFILES: &str = "/admin/profiles/profile/import/";

on_both_databases! {
    objects_are_added_and_changed_by_their_primary_keys,
    foreign_keys_may_be_natural_keys,
    usernames_are_imported_in_their_normal_form,
    many_to_many_fields_are_imported,
    objects_without_a_primary_key_are_found_by_their_natural_key,
    objects_of_other_models_are_refused_by_name,
    fields_that_are_none_or_there_twice_are_named,
    values_have_to_be_of_the_type_of_their_field,
}

fn object(model: &str, pk: impl Into<Option<i64>>, fields: &Value) -> Value {
    json!({"model": model, "pk": pk.into(), "fields": fields})
}

async fn objects_are_added_and_changed_by_their_primary_keys(on: DatabaseKind) {
    let site = site(on).await;
    let beach = site.add_letting("Beach house", Address::SOMEWHERE).await;
    let free = add_addresses(&site, 2).await;
    let desk = superuser(&site).await;
    let list = json!([
        object("lettings.letting", beach, &json!({"title": "Sea house"})),
        object("Lettings.Letting", 50, &json!({"title": "Fifty", "address": free[0]})),
        object("lettings.letting", None, &json!({"title": "Next", "address": free[1]})),
    ]);
    let shown = preview(&desk, LETTINGS, "a.json", list.to_string()).await;
    assert_eq!(shown.counts, [2, 1, 0, 0]);
    assert!(shown.rows[0].starts_with("Object 1 changed"), "{:?}", shown.rows);
    import(&desk, LETTINGS, "", &format!("\n {list}")).await;
    let after = stored(&site, "lettings.letting", &["id", "title"]).await;
    assert_eq!(after, [&format!("{beach}|Sea house"), "50|Fifty", "51|Next"]);
}

async fn foreign_keys_may_be_natural_keys(on: DatabaseKind) {
    let site = site(on).await;
    let ann = NewUser::named("ann", "x").add_to(site.db()).await.unwrap();
    let desk = superuser(&site).await;
    let list = json!([object(
        "profiles.profile",
        None,
        &json!({"user": ["ann"], "favorite_city": "Rome"})
    ),]);
    import(&desk, PROFILES, "a.json", &list.to_string()).await;
    let after = stored(&site, "profiles.profile", &["user", "favorite_city"]).await;
    assert_eq!(after, [format!("{ann}|Rome")]);
    for (key, message) in [
        (json!(["bob"]), "user instance with the natural key “bob” does not exist."),
        (json!([]), "The natural key of “auth.user” is [username]; this has 0 values."),
        (json!(["a", "b"]), "The natural key of “auth.user” is [username]; this has 2 values."),
        (json!(["a\u{0}"]), "Null characters are not allowed."),
        (json!([{}]), "“{}” is not text."),
    ] {
        let list = json!([object("profiles.profile", None, &json!({"user": key}))]);
        let shown = preview(&desk, PROFILES, "a.json", list.to_string()).await;
        assert_eq!(shown.problems, [format!("Object 1, User: {message}")]);
    }
    let list = json!([object("lettings.letting", None, &json!({"title": "x", "address": ["y"]}))]);
    let shown = preview(&desk, LETTINGS, "a.json", list.to_string()).await;
    let message = "“lettings.address” has no natural key: give the primary key.";
    assert_eq!(shown.problems, [format!("Object 1, Address: {message}")]);
}

async fn usernames_are_imported_in_their_normal_form(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let user = |name: &str| object("auth.user", None, &json!({"username": name}));
    import(&desk, USERS, "a.json", &json!([user("ﬂora"), user("x²")]).to_string()).await;
    import(&desk, USERS, "a.csv", "username\nzoe\u{308}\n").await;
    let names = stored(&site, "auth.user", &["username"]).await;
    assert_eq!(names[1..], ["flora", "x2", "zoë"]);

    // Without a primary key it is the same object, by its name as it is stored.
    let again = json!([object("auth.user", None, &json!({"username": "ﬂora", "email": "f@b.co"}))]);
    let shown = preview(&desk, USERS, "a.json", again.to_string()).await;
    assert_eq!(shown.counts, [0, 1, 0, 0]);
    for twice in ["username\nｆｌｏｒａ\n", "username\nann\nａｎｎ\n"] {
        let shown = preview(&desk, USERS, "a.csv", twice).await;
        assert!(shown.problems[0].contains("User with this Username"), "{:?}", shown.problems);
    }
}

async fn many_to_many_fields_are_imported(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let natural = json!([
        object(
            "auth.group",
            5,
            &json!({"name": "Editors", "permissions": [
                ["change_letting", "lettings", "letting"], ["add_letting", "lettings", "letting"],
            ]})
        ),
        object("auth.group", 6, &json!({"name": "Nobody", "permissions": []})),
    ]);
    import(&desk, GROUPS, "groups.json", &natural.to_string()).await;
    let group = module_api::model::Models::of(site.db()).get("auth.group").unwrap();
    let field = &group.many_to_many[0];
    let mut db = site.db().acquire().await.unwrap();
    let given = module_api::model::related_ids(field, 5, &mut db).await.unwrap();
    drop(db);
    assert_eq!(given.len(), 2);
    let kept = preview(&desk, GROUPS, "groups.json", natural.to_string()).await;
    assert_eq!(kept.counts, [0, 0, 2, 0]);

    let fewer = json!([object("auth.group", 5, &json!({"permissions": [given[1]]}))]);
    let shown = preview(&desk, GROUPS, "groups.json", fewer.to_string()).await;
    let change = format!("Permissions: was {}, {} → becomes {}", given[0], given[1], given[1]);
    assert!(shown.rows[0].ends_with(&change), "{:?}", shown.rows);
    let table = format!("id,permissions\n5,\"{}\"\n6,{}\n", given[0], given[1]);
    import(&desk, GROUPS, "groups.csv", &table).await;
    let mut db = site.db().acquire().await.unwrap();
    for (id, expected) in [(5, given[0]), (6, given[1])] {
        let now = module_api::model::related_ids(field, id, &mut db).await.unwrap();
        assert_eq!(now, [expected]);
    }
    drop(db);
    for (permissions, message) in [
        (json!([999_999]), "permission instance with id 999999 does not exist."),
        (json!(7), "“7” is not a list."),
        (json!([null]), "This field cannot be null."),
        (json!(["x"]), "“x” is not a whole number."),
    ] {
        let list = json!([object("auth.group", 5, &json!({"permissions": permissions}))]);
        let shown = preview(&desk, GROUPS, "groups.json", list.to_string()).await;
        assert_eq!(shown.problems, [format!("Object 1, Permissions: {message}")]);
    }
}

async fn objects_without_a_primary_key_are_found_by_their_natural_key(on: DatabaseKind) {
    let site = site(on).await;
    NewUser::named("ann", "x").add_to(site.db()).await.unwrap();
    let desk = superuser(&site).await;
    let list = json!([
        {"model": "auth.user", "fields": {"username": "ann", "first_name": "Ann"}},
        {"model": "auth.user", "fields": {"username": "bob"}},
    ]);
    let shown = preview(&desk, USERS, "users.json", list.to_string()).await;
    assert_eq!(shown.counts, [1, 1, 0, 0], "{:?}", shown.problems);
    import(&desk, USERS, "users.json", &list.to_string()).await;
    let users = stored(&site, "auth.user", &["username", "first_name"]).await;
    assert!(users.contains(&"ann|Ann".to_owned()) && users.contains(&"bob|".to_owned()));
    let twice = json!([
        {"model": "auth.user", "fields": {"username": "ann", "first_name": "A"}},
        {"model": "auth.user", "fields": {"username": "ann", "first_name": "B"}},
        {"model": "auth.user", "fields": {"username": "cid"}},
        {"model": "auth.user", "fields": {"username": "cid"}},
    ]);
    let shown = preview(&desk, USERS, "users.json", twice.to_string()).await;
    assert_eq!(
        shown.problems,
        [
            "Object 2, ID: Duplicate: the same object is in object 1.",
            "Object 4, Username: User with this Username is in object 3 already.",
        ]
    );
}

async fn objects_of_other_models_are_refused_by_name(on: DatabaseKind) {
    let site = site(on).await;
    let free = add_addresses(&site, 1).await[0];
    let desk = superuser(&site).await;
    let list = json!([
        object("lettings.letting", None, &json!({"title": "Good", "address": free})),
        object("lettings.address", 1, &json!({"city": "Rome"})),
        object("<b>", 1, &json!({})),
    ]);
    let shown = preview(&desk, LETTINGS, "a.json", list.to_string()).await;
    assert_eq!(shown.counts, [1, 0, 0, 2]);
    assert_eq!(
        shown.problems,
        [
            "Object 2: Its model is “lettings.address”. Only “lettings.letting” can be imported here.",
            "Object 3: Its model is “<b>”. Only “lettings.letting” can be imported here.",
        ]
    );
    assert_eq!(shown.confirmation, None);
    assert!(titles(&site).await.is_empty());
}

async fn fields_that_are_none_or_there_twice_are_named(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let list = r#"[{"model": "lettings.letting", "pk": 1,
                    "fields": {"title": "a", "Title": "b", "title": "c"}}]"#;
    let shown = preview(&desk, LETTINGS, "a.json", list).await;
    assert_eq!(
        shown.problems,
        [
            "Object 1: Unknown field “Title”. Allowed: id, title, address.",
            "Object 1: Duplicate field “title”.",
        ]
    );
}

async fn values_have_to_be_of_the_type_of_their_field(on: DatabaseKind) {
    let site = site(on).await;
    let id = add_addresses(&site, 1).await[0];
    let desk = superuser(&site).await;
    for (field, value, message) in [
        ("number", json!("twelve"), "Number: “twelve” is not a whole number."),
        ("number", json!(1.5), "Number: “1.5” is not a whole number."),
        ("number", json!(true), "Number: “true” is not a whole number."),
        ("number", json!(10_000), "Number: Ensure this value is less than or equal to 9999."),
        ("number", json!(null), "Number: This field cannot be null."),
        ("city", json!([1]), "City: “[1]” is not text."),
        ("city", json!("a\u{0}b"), "City: Null characters are not allowed."),
        ("city", json!(""), "City: This field cannot be blank."),
        (
            "city",
            json!("x".repeat(65)),
            "City: Ensure this value has at most 64 characters (it has 65).",
        ),
    ] {
        let list = json!([object("lettings.address", id, &json!({field: value}))]);
        let shown = preview(&desk, ADDRESSES, "a.json", list.to_string()).await;
        assert_eq!(shown.problems, [format!("Object 1, {message}")]);
    }
    for (pk, message) in [
        (json!(0), "Ensure this value is greater than or equal to 1."),
        (json!(-1), "Ensure this value is greater than or equal to 1."),
        (json!("x"), "“x” is not a whole number."),
        (json!([1]), "“[1]” is not a whole number."),
    ] {
        let list = json!([{"model": "lettings.address", "pk": pk, "fields": {"number": 3}}]);
        let shown = preview(&desk, ADDRESSES, "a.json", list.to_string()).await;
        assert_eq!(shown.problems[0], format!("Object 1, ID: {message}"));
    }
}
