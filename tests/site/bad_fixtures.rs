//! Fixtures that cannot be loaded: each gives a clear message, and the data stay as they were.

use std::fs;

use site_tests::{DatabaseKind, on_both_databases};

use crate::fixtures::{ADDRESS, LETTING, empty};
use crate::workshop::Workshop;

on_both_databases!(
    what_is_no_fixture_is_refused_with_what_to_do,
    every_bad_object_is_reported_with_its_place_field_and_reason,
    values_that_are_taken_are_named_in_djangos_words,
    only_the_first_of_many_problems_are_shown,
    a_long_value_is_not_shown_whole,
    names_that_are_no_fixture_are_refused,
    tables_that_are_missing_are_named_with_what_to_do,
);

/// Tries to load a fixture that must not be loaded; what is said about it.
fn refused(workshop: &Workshop, content: impl AsRef<[u8]>) -> String {
    workshop.fixture("bad.json", content);
    let before = workshop.run(&["dumpdata"]);
    let error = workshop.fails(1, &["loaddata", "bad.json"]);
    assert_eq!(workshop.run(&["dumpdata"]), before, "the data are as they were");
    error
}

async fn what_is_no_fixture_is_refused_with_what_to_do(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    let deep = format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000));
    let deep_field = format!(
        "[{{\"model\": \"auth.group\", \"pk\": 1, \"fields\": {{\"name\": {}{}}}}}]",
        "[".repeat(1000),
        "]".repeat(1000)
    );
    let cut = &format!("[{ADDRESS}, {LETTING}]")[..ADDRESS.len() + 30];
    let latin = [
        b"[{\"model\": \"auth.group\", \"pk\": 1, \"fields\": {\"name\": \"",
        &[0xe9][..],
        b"\"}}]",
    ];
    let half = r#"[{"model": "auth.group", "pk": 1, "fields": {"name": "\ud800"}}]"#;
    let cases: [(&[u8], &str); 16] = [
        (b"", "bad.json: is empty: a fixture is an array of objects in JSON"),
        (b"lettings", "is not a JSON array: it begins with `lettings`"),
        (b"<?xml version=\"1.0\"?>", "is not a JSON array: it begins with `<?xml"),
        (b"{}", "is not a JSON array"),
        (b"\xef\xbb\xbf[]", "begins with a byte order mark: save it as UTF-8 without one"),
        (b"[", "line 1: the file ends before the `]` at its end"),
        (cut.as_bytes(), "the file ends within object 2: it was cut off"),
        (b"[1]", "object 1, line 1: is not an object"),
        (b"[{\"model\"]}]", "object 1, line 1: is not JSON"),
        (b"[{}] []", "expected nothing after the `]`, found `[`"),
        (b"[{\"model\": nul}]", "object 1, line 1: is not JSON: line 1: expected"),
        (&latin.concat(), "it is not UTF-8: save the file as UTF-8"),
        (half.as_bytes(), "object 1, line 1, auth.group 1: name: unexpected end of hex escape"),
        (deep.as_bytes(), "is not an object"),
        (deep_field.as_bytes(), "auth.group 1: name: recursion limit exceeded"),
        (b"[{}]", "object 1, line 1: has no `model`"),
    ];
    for (content, expected) in cases {
        let error = refused(&workshop, content);
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(error.contains("; nothing was loaded"), "{expected}: {error}");
        assert!(error.len() < 1000, "{} characters", error.len());
    }
}

async fn every_bad_object_is_reported_with_its_place_field_and_reason(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    let error = refused(
        &workshop,
        r#"[
{"model": "lettings.address", "pk": 1, "fields": {"number": "many", "street": null, "city": "", "state": "abc", "zip_code": 100000, "country_iso_code": "a\u0000b"}},
{"model": "lettings.address", "pk": 2, "fields": {"number": 99999999999999999999, "street": true, "city": {}, "state": "ab", "zip_code": -1}},
{"model": "lettings.adress", "pk": 3, "fields": {}},
{"model": "lettings.letting", "pk": "x", "fields": {"titel": "a", "address": 1}},
{"model": "lettings.letting", "pk": 9999999999999999999999, "fields": {"title": "a", "address": [1]}},
{"model": "lettings.letting", "fields": {"title": "a", "address": 1}},
{"model": "lettings.letting", "pk": 4, "pk": 4, "fields": {"title": "a", "title": "b", "address": 404}},
{"model": "lettings.letting", "pk": 5, "fields": {"title": "a", "address": 404}},
{"model": "lettings.letting", "pk": 5, "fields": {"title": "b", "address": 405}},
{"model": "auth.user", "pk": 6, "fields": {"username": "u", "password": "!", "is_staff": "maybe", "date_joined": "yesterday", "last_login": "2020-02-30", "email": "@", "groups": 1, "user_permissions": [["a"], null, "x"]}},
{"model": "auth.group", "pk": 7, "fields": {"name": "g", "permissions": [4040]}},
{"model": "auth.group", "pk": 8, "field": {}}
]"#,
    );
    for expected in [
        "object 1, line 2, lettings.address 1: number: “many” is not a whole number.",
        "object 1, line 2, lettings.address 1: street: This field cannot be null.",
        "object 1, line 2, lettings.address 1: city: This field cannot be blank.",
        "object 1, line 2, lettings.address 1: state: Ensure this value has at most 2 characters (it has 3).",
        "object 1, line 2, lettings.address 1: zip_code: Ensure this value is less than or equal to 99999.",
        "object 1, line 2, lettings.address 1: country_iso_code: Null characters are not allowed.",
        "object 1, line 2, lettings.address 1: country_iso_code: “A\\0B” is no country’s code of three letters",
        "object 2, line 3, lettings.address 2: number: Ensure this value is less than or equal to 9999.",
        "object 2, line 3, lettings.address 2: street: “true” is not text.",
        "object 2, line 3, lettings.address 2: city: “{…}” is not text.",
        "object 2, line 3, lettings.address 2: zip_code: Ensure this value is greater than or equal to 0.",
        "object 2, line 3, lettings.address 2: country_iso_code: This field cannot be blank.",
        "object 3, line 4, lettings.adress: no active module has a model `lettings.adress`; did you mean `lettings.address`?",
        "object 4, line 5, lettings.letting: pk: “x” is not a whole number.",
        "object 4, line 5, lettings.letting: `lettings.letting` has no field `titel`; did you mean `title`?",
        "object 4, line 5, lettings.letting: title: This field cannot be blank.",
        "object 5, line 6, lettings.letting: pk: Ensure this value is less than or equal to",
        "object 5, line 6, lettings.letting: address: `lettings.address` has no natural key: give the primary key",
        "object 6, line 7, lettings.letting: has no `pk`, and `lettings.letting` has no natural key to find it by",
        "object 7, line 8, lettings.letting 4: has the key `pk` twice",
        "object 7, line 8, lettings.letting 4: has the field `title` twice",
        "object 8, line 9, lettings.letting 5: address: address instance with id 404 does not exist.",
        "object 9, line 10, lettings.letting 5: object 8, line 9, has the same model and primary key",
        "object 10, line 11, auth.user 6: is_staff: “maybe” is not True or False.",
        "object 10, line 11, auth.user 6: date_joined: “yesterday” is not a date and time.",
        "object 10, line 11, auth.user 6: last_login: “2020-02-30” is not a valid date.",
        "object 10, line 11, auth.user 6: email: Enter a valid email address.",
        "object 10, line 11, auth.user 6: groups: “1” is not a list.",
        "object 10, line 11, auth.user 6: user_permissions: the natural key of `auth.permission` is [codename, content_type.app_label, content_type.model], and this has 1 values",
        "object 10, line 11, auth.user 6: user_permissions: This field cannot be null.",
        "object 10, line 11, auth.user 6: user_permissions: “x” is not a whole number.",
        "object 11, line 12, auth.group 7: permissions: permission instance with id 4040 does not exist.",
        "object 12, line 13, auth.group 8: has no `fields`",
        "object 12, line 13, auth.group 8: has a key `field`; there are `model`, `pk` and `fields`",
        "34 problems; nothing was loaded",
    ] {
        assert!(
            error.contains(&format!("{expected}\n")) || error.contains(expected),
            "{expected}\n{error}"
        );
    }
    assert!(!error.contains("405"), "an object that is left out is not looked at: {error}");
}

async fn values_that_are_taken_are_named_in_djangos_words(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    workshop.fixture("homes.json", format!("[{LETTING},{ADDRESS}]"));
    workshop.run(&["loaddata", "homes.json"]);
    let taken = LETTING.replace("\"pk\": 3", "\"pk\": 4");
    let error = refused(&workshop, format!("[{ADDRESS}, {LETTING}, {taken}]"));
    assert!(
        error.contains(
            "object 3, line 1, lettings.letting 4: address: Letting with this Address already \
             exists.\n1 problem;"
        ),
        "{error}"
    );
    let error = refused(
        &workshop,
        r#"[{"model": "contenttypes.contenttype", "pk": 901, "fields": {"app_label": "a", "model": "b"}},
            {"model": "contenttypes.contenttype", "pk": 902, "fields": {"app_label": "a", "model": "b"}}]"#,
    );
    assert!(
        error.contains(
            "object 2, line 2, contenttypes.contenttype 902: an object with this natural key is \
             there twice\n1 problem;"
        ),
        "{error}"
    );
}

async fn only_the_first_of_many_problems_are_shown(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    let letting = |id: usize| {
        format!(
            r#"{{"model": "lettings.letting", "pk": {id}, "fields": {{"title": "", "address": {id}}}}}"#
        )
    };
    let lettings: Vec<String> = (1..=3000).map(letting).collect();
    let error = refused(&workshop, format!("[{}]", lettings.join(",\n")));
    assert_eq!(error.lines().count(), 52, "{error}");
    assert!(error.contains("object 50, line 50, lettings.letting 50: title"), "{error}");
    assert!(
        error.contains("3000 problems, of which these are the first 50; nothing was loaded"),
        "{error}"
    );
    let nowhere = lettings.join(",\n").replace("\"title\": \"\"", "\"title\": \"x\"");
    let error = refused(&workshop, format!("[{nowhere}]"));
    assert!(error.contains("address instance with id 50 does not exist."), "{error}");
    assert!(error.contains("3000 problems, of which these are the first 50"), "{error}");
}

async fn a_long_value_is_not_shown_whole(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    let long = "é".repeat(5_000_000);
    let fields = [
        ("street", "Ensure this value has at most 64 characters (it has 5000000)."),
        ("number", "” is not a whole number."),
        ("x", "has no field"),
    ];
    for (field, expected) in fields {
        let bad =
            ADDRESS.replace("\"number\": 1", &format!("\"number\": 1, \"{field}\": \"{long}\""));
        let bad = bad.replace("\"number\": 1, \"number\"", "\"number\"");
        let bad = bad.replace(", \"street\": \"Rue de l'Église\"", "");
        let error = refused(&workshop, format!("[{bad}]"));
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(error.len() < 3000, "{} bytes", error.len());
    }
    let model = LETTING.replace("lettings.letting", &"m".repeat(1_000_000));
    let error = refused(&workshop, format!("[{model}]"));
    assert!(error.contains("no active module has a model"), "{error}");
    assert!(error.len() < 1500, "{} bytes", error.len());
}

async fn names_that_are_no_fixture_are_refused(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    fs::create_dir(workshop.folder().join("folder")).unwrap();
    for (name, expected) in [
        ("nothing.json", "there is no file `nothing.json`, and no active module brings a fixture"),
        ("demo.jsn", "did you mean `demo.json`?"),
        ("folder", "`folder` is a folder: name the file inside it"),
    ] {
        let error = workshop.fails(1, &["loaddata", name]);
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(workshop.run(&["dumpdata", "lettings"]), ["[]"]);
    let error = workshop.fails(1, &["dumpdata", "-o", "no/such/folder.json"]);
    assert!(error.contains("cannot write no/such/folder.json"), "{error}");
}

async fn tables_that_are_missing_are_named_with_what_to_do(kind: DatabaseKind) {
    let workshop = Workshop::with_linked_modules(kind).await;
    for arguments in [&["loaddata", "demo"][..], &["dumpdata", "-o", "dump.json"]] {
        let error = workshop.fails(1, arguments);
        assert!(error.contains("run `small-host migrate` first"), "{error}");
    }
    assert!(!workshop.folder().join("dump.json").exists(), "nothing half-written is left");
}
