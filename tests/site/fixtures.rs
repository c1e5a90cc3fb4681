//! Fixtures, dumped and loaded by the program with its own modules.

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::Stdio;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use site_tests::{DatabaseKind, on_both_databases};

use crate::workshop::Workshop;

on_both_databases!(
    what_is_dumped_loads_into_an_empty_database_and_is_dumped_the_same,
    natural_keys_take_the_place_of_primary_keys,
    natural_keys_may_lead_to_what_comes_later,
    usernames_are_loaded_in_their_normal_form,
    rows_that_are_there_get_the_values_of_the_fixture,
    references_may_lead_to_what_comes_later,
    what_comes_after_a_fixture_gets_new_keys,
    several_fixtures_are_loaded_as_one,
    a_fixture_may_be_compressed_with_gzip,
    a_dump_is_compressed_if_the_name_of_its_file_says_so,
    what_has_to_be_read_again_may_come_through_a_pipe,
    keys_of_content_types_and_permissions_are_mapped_in_whatever_order_they_come,
    what_refers_to_a_permission_that_is_bad_is_not_loaded,
    labels_choose_what_is_dumped,
    a_dump_looks_as_django_writes_it,
    what_nobody_knows_is_left_out_if_that_is_wanted,
    what_only_validators_refuse_is_loaded_if_that_is_wanted,
    more_rows_than_fit_into_a_batch_come_and_go,
);

/// A program with migrated tables, and nothing in them.
pub(crate) async fn empty(kind: DatabaseKind) -> Workshop {
    let workshop = Workshop::with_linked_modules(kind).await;
    workshop.run(&["migrate"]);
    workshop
}

impl Workshop {
    /// Writes a fixture.
    pub(crate) fn fixture(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.folder().join(name), content).unwrap();
    }

    /// All that a dump with these arguments prints.
    pub(crate) fn dump(&self, arguments: &[&str]) -> String {
        let output = self.command(&[&["dumpdata"], arguments].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

pub(crate) const ADDRESS: &str = r#"{"model": "lettings.address", "pk": 7, "fields": {"number": 1, "street": "Rue de l'Église", "city": "Saint-Étienne 🏡", "state": "FR", "zip_code": 42000, "country_iso_code": "FRA"}}"#;
pub(crate) const LETTING: &str = r#"{"model": "lettings.letting", "pk": 3, "fields": {"title": "Tab\tline\nend \"quoted\" \\ \u0001", "address": 7}}"#;

/// People who have everything: groups, permissions, microseconds, nothing at all.
const PEOPLE: &str = r#"[
    {"model": "contenttypes.contenttype", "pk": 1001, "fields": {"app_label": "zoo", "model": "lion"}},
    {"model": "auth.permission", "pk": 1001, "fields": {"name": "Can feed", "content_type": 1001, "codename": "feed"}},
    {"model": "auth.permission", "pk": 1002, "fields": {"name": "Can tame", "content_type": 1001, "codename": "tame"}},
    {"model": "auth.group", "pk": 5, "fields": {"name": "Wärter", "permissions": [1002, 1001]}},
    {"model": "auth.user", "pk": 9, "fields": {"password": "!x", "username": "zoë", "email": "z@example.org",
        "date_joined": "2020-06-14T09:41:15.326411Z", "last_login": "2020-06-14T09:41:15Z",
        "groups": [5], "user_permissions": [1001]}},
    {"model": "profiles.profile", "pk": 2, "fields": {"user": 9, "favorite_city": ""}}
]"#;

async fn what_is_dumped_loads_into_an_empty_database_and_is_dumped_the_same(kind: DatabaseKind) {
    let from = empty(kind).await;
    // What the demo data has no room for.
    from.fixture("people.json", PEOPLE.replace(": 9", ": 900").replace("\"pk\": 2", "\"pk\": 902"));
    from.fixture(
        "homes.json",
        format!("[{LETTING}, {ADDRESS}]").replace(": 7", ": 907").replace(": 3", ": 903"),
    );
    let loaded = from.run(&["loaddata", "demo", "people.json", "homes.json"]);
    assert!(loaded[0].ends_with(" objects from 6 fixtures"), "{loaded:?}");
    for options in [&[][..], &["--indent", "2"], &["--indent", "0"]] {
        let dumped = from.dump(options);
        let to = empty(kind).await;
        to.execute(&["DELETE FROM auth_permission", "DELETE FROM django_content_type"]).await;
        to.fixture("all.json", &dumped);
        to.run(&["loaddata", "all.json"]);
        assert_eq!(to.dump(options), dumped);
        // Once more, over the rows that are there.
        to.run(&["loaddata", "all.json"]);
        assert_eq!(to.dump(options), dumped);
    }
    let file = from.folder().join("out.json");
    assert_eq!(from.dump(&["-o", "out.json"]), "");
    assert_eq!(fs::read_to_string(file).unwrap(), from.dump(&[]));
    let left = fs::read_dir(from.folder()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().ends_with(".tmp")));
}

async fn natural_keys_take_the_place_of_primary_keys(kind: DatabaseKind) {
    let from = empty(kind).await;
    from.fixture("people.json", PEOPLE);
    from.run(&["loaddata", "people.json"]);
    let chosen = ["auth", "contenttypes", "profiles", "--natural-foreign", "--natural-primary"];
    let dumped = from.dump(&chosen);
    assert!(dumped.contains(r#""user": ["zoë"]"#), "{dumped}");
    assert!(
        dumped.contains(r#""permissions": [["feed", "zoo", "lion"], ["tame", "zoo", "lion"]]"#)
    );
    assert!(dumped.contains(r#"{"model": "auth.permission", "fields": {"name": "Can feed", "content_type": ["zoo", "lion"], "codename": "feed"}}"#));

    // Other rows have the keys that these had, and some of the objects are there already.
    let to = empty(kind).await;
    to.execute(&[
        "INSERT INTO auth_group (id, name) VALUES (5, 'others')",
        "INSERT INTO auth_group (id, name) VALUES (77, 'Wärter')",
    ])
    .await;
    to.fixture("natural.json", &dumped);
    to.run(&["loaddata", "natural.json"]);
    assert_eq!(to.values::<i64>("SELECT id AS value FROM auth_group ORDER BY id").await, [5, 77]);
    let names = "SELECT p.codename AS value FROM auth_group_permissions g \
                 JOIN auth_permission p ON p.id = g.permission_id WHERE g.group_id = 77 ORDER BY 1";
    assert_eq!(to.values::<String>(names).await, ["feed", "tame"]);
    let owner = "SELECT u.username AS value FROM profiles_profile p \
                 JOIN auth_user u ON u.id = p.user_id";
    assert_eq!(to.values::<String>(owner).await, ["zoë"]);
    // Once more: nothing is there twice.
    let users = to.values::<i64>("SELECT COUNT(*) AS value FROM auth_user").await;
    to.run(&["loaddata", "natural.json"]);
    assert_eq!(to.values::<i64>("SELECT COUNT(*) AS value FROM auth_user").await, users);
}

async fn usernames_are_loaded_in_their_normal_form(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    let user = |pk: i64, name: &str| {
        format!(
            r#"{{"model": "auth.user", "pk": {pk}, "fields": {{"username": "{name}", "password": "!"}}}}"#
        )
    };
    let profile = r#"{"model": "profiles.profile", "pk": 1, "fields": {"user": ["ﬂora"]}}"#;
    workshop.fixture("users.json", format!("[{}, {profile}]", user(1, "ﬂora")));
    workshop.run(&["loaddata", "users.json"]);
    workshop.fixture("more.json", format!("[{}]", user(2, " x² ")));
    workshop.run(&["loaddata", "--skip-validation", "more.json"]);
    let names = "SELECT username AS value FROM auth_user ORDER BY id";
    assert_eq!(workshop.values::<String>(names).await, ["flora", "x2"]);

    workshop.fixture("taken.json", format!("[{}]", user(3, "ｆｌｏｒａ")));
    let output = workshop.command(&["loaddata", "taken.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("username: User with this Username already exists."), "{said}");

    assert_eq!(workshop.run(&["check"]).len(), 1, "nothing is wrong");
    workshop
        .execute(&[
            "UPDATE auth_user SET username = 'ﬂora' WHERE id = 2",
            "INSERT INTO auth_user (id, username, password, first_name, last_name, email, \
             is_superuser, is_staff, is_active, date_joined) \
             SELECT 3, 'ann ', '!', '', '', '', is_superuser, is_staff, is_active, \
             date_joined FROM auth_user WHERE id = 1",
        ])
        .await;
    let output = workshop.command(&["check"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    for part in [
        "accounts.W002",
        "2 users cannot log in",
        r#"user 2, "ﬂora" (typed as "flora", which user 1 has)"#,
        r#"user 3, "ann " (typed as "ann")"#,
    ] {
        assert!(said.contains(part), "{said}");
    }
}

async fn natural_keys_may_lead_to_what_comes_later(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    workshop.fixture(
        "backwards.json",
        r#"[
        {"model": "profiles.profile", "pk": 1, "fields": {"user": ["ann"], "favorite_city": "Rome"}},
        {"model": "auth.user", "pk": 4, "fields": {"password": "!", "username": "ann", "groups": [["all"]]}},
        {"model": "auth.group", "fields": {"name": "all", "permissions": [["feed", "zoo", "lion"]]}},
        {"model": "auth.permission", "fields": {"name": "F", "content_type": ["zoo", "lion"], "codename": "feed"}},
        {"model": "contenttypes.contenttype", "fields": {"app_label": "zoo", "model": "lion"}}
        ]"#,
    );
    // A second file comes after all of the first.
    workshop.fixture("more.json", "[]");
    assert_eq!(
        workshop.run(&["loaddata", "backwards.json", "more.json"]),
        ["loaded 5 objects from 2 fixtures"]
    );
    let path = "SELECT c.model AS value FROM profiles_profile p \
                JOIN auth_user_groups ug ON ug.user_id = p.user_id \
                JOIN auth_group_permissions gp ON gp.group_id = ug.group_id \
                JOIN auth_permission r ON r.id = gp.permission_id \
                JOIN django_content_type c ON c.id = r.content_type_id";
    assert_eq!(workshop.values::<String>(path).await, ["lion"]);

    workshop.fixture(
        "nowhere.json",
        r#"[{"model": "profiles.profile", "pk": 1, "fields": {"user": ["nobody"]}}]"#,
    );
    let error = workshop.fails(1, &["loaddata", "nowhere.json"]);
    assert!(error.contains("there is no `auth.user` with the natural key [nobody]"), "{error}");
}

async fn a_fixture_may_be_compressed_with_gzip(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(format!("[{ADDRESS}]").as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    workshop.fixture("addresses.json.gz", &packed);
    let loaded = workshop.run(&["loaddata", "addresses.json.gz"]);
    assert_eq!(loaded, ["loaded 1 object from 1 fixture"]);
    workshop.fixture("half.json.gz", &packed[..packed.len() / 2]);
    let output = workshop.command(&["loaddata", "half.json.gz"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("half.json.gz: cannot be read"), "{said}");
}

async fn a_dump_is_compressed_if_the_name_of_its_file_says_so(kind: DatabaseKind) {
    let from = empty(kind).await;
    from.fixture("homes.json", format!("[{LETTING}, {ADDRESS}]"));
    from.run(&["loaddata", "homes.json"]);
    let dumped = from.dump(&["lettings"]);
    for name in ["homes.json.gz", "HOMES.GZ"] {
        assert_eq!(from.dump(&["lettings", "-o", name]), "");
        let packed = fs::read(from.folder().join(name)).unwrap();
        let mut text = String::new();
        GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, dumped);
    }
    let to = empty(kind).await;
    fs::copy(from.folder().join("homes.json.gz"), to.folder().join("homes.json.gz")).unwrap();
    to.run(&["loaddata", "homes.json.gz"]);
    assert_eq!(to.dump(&["lettings"]), dumped);

    let error = from.fails(1, &["dumpdata", "-o", "homes.json.xz"]);
    assert!(error.contains("cannot compress as `.xz`"), "{error}");
    assert!(!from.folder().join("homes.json.xz").exists());
}

async fn what_has_to_be_read_again_may_come_through_a_pipe(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    let owner = r#"{"model": "profiles.profile", "pk": 1, "fields": {"user": ["ann"]}}"#;
    let user = r#"{"model": "auth.user", "pk": 4, "fields": {"password": "!", "username": "ann"}}"#;
    let between: Vec<String> = (10..2110)
        .map(|id| format!(r#"{{"model": "auth.group", "pk": {id}, "fields": {{"name": "{id}"}}}}"#))
        .collect();
    let fixture = format!("[{owner}, {}, {user}]", between.join(", "));
    let mut command = workshop.command(&["loaddata", "/dev/stdin"]);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(fixture.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let users = "SELECT user_id AS value FROM profiles_profile";
    assert_eq!(workshop.values::<i64>(users).await, [4]);
}

async fn keys_of_content_types_and_permissions_are_mapped_in_whatever_order_they_come(
    kind: DatabaseKind,
) {
    let workshop = empty(kind).await;
    // Keys that are those of others here.
    let group =
        r#"{"model": "auth.group", "pk": 1, "fields": {"name": "all", "permissions": [2, 1]}}"#;
    let known = r#"{"model": "auth.permission", "pk": 1, "fields": {"name": "Can view it", "content_type": 2, "codename": "view_letting"}}"#;
    let new = r#"{"model": "auth.permission", "pk": 2, "fields": {"name": "Can feed", "content_type": 1, "codename": "feed"}}"#;
    let kinds = r#"{"model": "contenttypes.contenttype", "pk": 1, "fields": {"app_label": "zoo", "model": "lion"}},
        {"model": "contenttypes.contenttype", "pk": 2, "fields": {"app_label": "lettings", "model": "letting"}}"#;
    let entry = r#"{"model": "admin.logentry", "pk": 1, "fields": {"user": 9, "content_type": 1, "object_repr": "x", "action_flag": 1}}"#;
    let user = r#"{"model": "auth.user", "pk": 9, "fields": {"password": "!", "username": "ann", "user_permissions": [1]}}"#;
    // So many that they do not fit into a batch.
    let between: Vec<String> = (0..2100)
        .map(|id| {
            format!(r#"{{"model": "auth.group", "pk": {}, "fields": {{"name": "{id}"}}}}"#, id + 50)
        })
        .collect();
    let between = between.join(",");
    for order in [[kinds, known, new, user, entry, group], [entry, group, user, new, known, kinds]]
    {
        let joined = order.join(&format!(",{between},"));
        // Of what stands between them, each is there once.
        let mut objects: Vec<serde_json::Value> =
            serde_json::from_str(&format!("[{joined}]")).unwrap();
        let mut seen = std::collections::HashSet::new();
        objects.retain(|object| seen.insert(object.to_string()));
        workshop.fixture("all.json", serde_json::to_string(&objects).unwrap());
        let before = "SELECT COUNT(*) AS value FROM auth_permission WHERE codename <> 'feed'";
        let count = workshop.values::<i64>(before).await;
        workshop.run(&["loaddata", "all.json"]);
        assert_eq!(workshop.values::<i64>(before).await, count, "none was overwritten");
        let of_group = "SELECT kind.model || ' ' || p.codename || ' ' || p.name AS value \
                        FROM auth_group_permissions g JOIN auth_permission p \
                        ON p.id = g.permission_id JOIN django_content_type kind \
                        ON kind.id = p.content_type_id ORDER BY 1";
        let expected = ["letting view_letting Can view it", "lion feed Can feed"];
        assert_eq!(workshop.values::<String>(of_group).await, expected);
        let of_user = "SELECT p.codename AS value FROM auth_user_user_permissions u \
                       JOIN auth_permission p ON p.id = u.permission_id";
        assert_eq!(workshop.values::<String>(of_user).await, ["view_letting"]);
        let of_entry = "SELECT kind.model AS value FROM django_admin_log entry \
                        JOIN django_content_type kind ON kind.id = entry.content_type_id";
        assert_eq!(workshop.values::<String>(of_entry).await, ["lion"]);
    }
    // What is not in a fixture is meant by its key here.
    let id = workshop.values::<i64>("SELECT MAX(id) AS value FROM auth_permission").await[0];
    workshop.fixture("own.json", format!("[{}]", group.replace("[2, 1]", &format!("[{id}]"))));
    workshop.run(&["loaddata", "own.json"]);
    let of_group = "SELECT permission_id AS value FROM auth_group_permissions";
    assert_eq!(workshop.values::<i64>(of_group).await, [id]);
}

async fn what_refers_to_a_permission_that_is_bad_is_not_loaded(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    workshop.fixture(
        "bad.json",
        r#"[{"model": "auth.permission", "pk": 1, "fields": {"name": "x", "content_type": 777, "codename": "x"}},
            {"model": "auth.permission", "pk": 2, "fields": {"name": "", "content_type": 1, "codename": "y"}},
            {"model": "auth.group", "pk": 3, "fields": {"name": "all", "permissions": [2]}}]"#,
    );
    let output = workshop.command(&["loaddata", "bad.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    for part in [
        "object 1, line 1, auth.permission 1: content_type: content type instance with id 777 does not exist.",
        "object 2, line 2, auth.permission 2: name: This field cannot be blank.",
        "object 3, line 3, auth.group 3: `auth.permission` 2, which it leads to, was not loaded",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(workshop.values::<i64>("SELECT COUNT(*) AS value FROM auth_group").await, [0]);
}

async fn rows_that_are_there_get_the_values_of_the_fixture(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    workshop.fixture("people.json", PEOPLE);
    workshop.run(&["loaddata", "people.json"]);
    workshop.fixture(
        "changed.json",
        r#"[{"model": "auth.group", "pk": 5, "fields": {"name": "Keepers", "permissions": [1001]}},
            {"model": "profiles.profile", "pk": 2, "fields": {"user": 9, "favorite_city": "Rome"}}]"#,
    );
    workshop.run(&["loaddata", "changed.json"]);
    assert_eq!(
        workshop.dump(&["auth.group", "profiles"]),
        r#"[{"model": "auth.group", "pk": 5, "fields": {"name": "Keepers", "permissions": [1001]}}, {"model": "profiles.profile", "pk": 2, "fields": {"user": 9, "favorite_city": "Rome"}}]"#
    );
}

async fn references_may_lead_to_what_comes_later(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    workshop.fixture("homes.json", format!("[{LETTING},\n{ADDRESS}]"));
    let loaded = workshop.run(&["loaddata", "homes.json"]);
    assert_eq!(loaded, ["loaded 2 objects from 1 fixture"]);
    let street = "SELECT a.street AS value FROM lettings_letting l \
                  JOIN lettings_address a ON a.id = l.address_id";
    assert_eq!(workshop.values::<String>(street).await, ["Rue de l'Église"]);
}

async fn what_comes_after_a_fixture_gets_new_keys(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    let far = ADDRESS.replace("\"pk\": 7", "\"pk\": 4711");
    workshop.fixture("far.json", format!("[{far}]"));
    workshop.run(&["loaddata", "far.json"]);
    workshop
        .execute(&["INSERT INTO lettings_address (number, street, city, state, zip_code, \
                    country_iso_code) VALUES (1, 'a', 'b', 'cd', 2, 'efg')"])
        .await;
    let last = workshop.values::<i64>("SELECT MAX(id) AS value FROM lettings_address").await;
    assert_eq!(last, [4712]);
}

async fn several_fixtures_are_loaded_as_one(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    workshop.fixture("first.json", format!("[{ADDRESS}]"));
    workshop.fixture("second.json", format!("[\n{}\n]", LETTING.replace('7', "8")));
    let error = workshop.fails(1, &["loaddata", "first.json", "second.json"]);
    assert!(
        error.contains(
            "second.json: object 1, line 2, lettings.letting 3: address: address instance with \
             id 8 does not exist."
        ),
        "{error}"
    );
    assert_eq!(workshop.dump(&["lettings"]), "[]", "nothing of the first is kept");

    workshop.fixture("again.json", format!("[\n\n{ADDRESS}]"));
    let error = workshop.fails(1, &["loaddata", "first.json", "again.json"]);
    assert!(
        error.contains(
            "again.json: object 1, line 3, lettings.address 7: object 1 of first.json, line 1, \
             has the same model and primary key"
        ),
        "{error}"
    );
    assert_eq!(workshop.dump(&["lettings"]), "[]");
}

async fn labels_choose_what_is_dumped(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    workshop.run(&["loaddata", "demo"]);
    let models = |arguments: &[&str]| {
        let dumped: serde_json::Value = serde_json::from_str(&workshop.dump(arguments)).unwrap();
        let objects = dumped.as_array().unwrap().iter();
        let mut models: Vec<String> =
            objects.map(|object| object["model"].as_str().unwrap().to_owned()).collect();
        models.dedup();
        models
    };
    assert_eq!(models(&["lettings"]), ["lettings.address", "lettings.letting"]);
    assert_eq!(models(&["lettings.Letting"]), ["lettings.letting"]);
    assert_eq!(models(&["accounts", "-e", "contenttypes", "-e", "auth.permission"]), ["auth.user"]);
    assert_eq!(models(&["accounts.user", "profiles"]), ["auth.user", "profiles.profile"]);
    let error = workshop.fails(1, &["dumpdata", "letings"]);
    assert!(error.contains("did you mean `lettings`?"), "{error}");
}

async fn a_dump_looks_as_django_writes_it(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    assert_eq!(workshop.dump(&["lettings"]), "[]");
    assert_eq!(workshop.dump(&["lettings", "--indent", "2"]), "[\n]\n");
    workshop.fixture("homes.json", format!("[{LETTING},{ADDRESS}]"));
    workshop.run(&["loaddata", "homes.json"]);
    assert_eq!(workshop.dump(&["lettings"]), format!("[{ADDRESS}, {LETTING}]"));
    assert_eq!(
        workshop.dump(&["lettings.letting", "--indent", "4"]),
        "[\n{\n    \"model\": \"lettings.letting\",\n    \"pk\": 3,\n    \"fields\": {\n        \
         \"title\": \"Tab\\tline\\nend \\\"quoted\\\" \\\\ \\u0001\",\n        \"address\": 7\n    \
         }\n}\n]\n"
    );
}

async fn what_nobody_knows_is_left_out_if_that_is_wanted(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    let site = r#"{"model": "sites.site", "pk": 1, "fields": {"x": 1}}"#;
    let more = ADDRESS.replace("\"number\"", "\"floor\": 2, \"number\"");
    workshop.fixture("more.json", format!("[{site}, {site}, {more}]"));
    let error = workshop.fails(1, &["loaddata", "more.json"]);
    assert!(error.contains("no active module has a model `sites.site`"), "{error}");
    assert!(error.contains("`lettings.address` has no field `floor`"), "{error}");

    let output = workshop.command(&["loaddata", "--ignorenonexistent", "more.json"]).output();
    let output = output.unwrap();
    let (printed, warned) = (output.stdout, String::from_utf8(output.stderr).unwrap());
    assert_eq!(String::from_utf8(printed).unwrap(), "loaded 1 object from 1 fixture\n");
    assert!(warned.contains("left out 2 objects of `sites.site`"), "{warned}");
    assert!(warned.contains("left out 1 value of `lettings.address.floor`"), "{warned}");
}

async fn what_only_validators_refuse_is_loaded_if_that_is_wanted(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    let odd = ADDRESS.replace("Saint-Étienne 🏡", "").replace("\"FR\"", "\"F\"");
    workshop.fixture("odd.json", format!("[{odd}]"));
    let error = workshop.fails(1, &["loaddata", "odd.json"]);
    assert!(error.contains("city: This field cannot be blank."), "{error}");
    assert!(error.contains("hint: --skip-validation"), "{error}");
    workshop.run(&["loaddata", "odd.json", "--skip-validation"]);
    assert_eq!(workshop.dump(&["lettings"]), format!("[{odd}]"));

    let long = ADDRESS.replace("\"FR\"", "\"FRA\"");
    workshop.fixture("long.json", format!("[{long}]"));
    let error = workshop.fails(1, &["loaddata", "long.json", "--skip-validation"]);
    assert!(error.contains("state: Ensure this value has at most 2 characters"), "{error}");
    assert!(!error.contains("hint"), "{error}");
}

async fn more_rows_than_fit_into_a_batch_come_and_go(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    let address = |id| ADDRESS.replace("\"pk\": 7", &format!("\"pk\": {id}"));
    let letting = |id| {
        let letting = LETTING.replace("\"pk\": 3", &format!("\"pk\": {id}"));
        letting.replace("\"address\": 7", &format!("\"address\": {id}"))
    };
    let rows = 1..=4321;
    let objects: Vec<String> = rows.clone().map(address).chain(rows.rev().map(letting)).collect();
    workshop.fixture("many.json", format!("[{}]", objects.join(", ")));
    assert_eq!(workshop.run(&["loaddata", "many.json"]), ["loaded 8642 objects from 1 fixture"]);
    let mut sorted = objects;
    sorted[4321..].reverse();
    assert_eq!(workshop.dump(&["lettings"]), format!("[{}]", sorted.join(", ")));
}
