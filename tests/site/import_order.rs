//! Within a crate imports run one way: each top-level room uses only those below it.

mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use source::Source;

/// The rooms of each crate by its folder, the lowest first. A room uses those before it in its list.
const ORDERS: &[(&str, &str)] = &[
    ("bench/axum", "assets database headers rows pages"),
    ("bench/constant", "pages axum_server rocket_server"),
    ("bench/floor", "database engine headers rows pages"),
    ("bench/many", ""),
    ("bench/migrations", ""),
    ("bench/queries", "by_hand kinds"),
    (
        "crates/cargo-installed-apps",
        "arguments linking names placeholders relative error template changes manifest engine \
         manifest_edits new_site site add_module start_module dev",
    ),
    (
        "crates/db",
        "error kind names share limits sqlite_file duration row json value causes options query \
         postgres_pool reaching connection pool database freshness tables",
    ),
    (
        "crates/fixtures",
        "elements json json_text keys natural problems progress source write cells error object dump \
         mapping read references load fuzzing",
    ),
    ("crates/mail", "error message server way settings mailer"),
    (
        "crates/migrate",
        "sql_tokens statements graph schema error lock ledger target steps states foreign_keys execute \
         adopt run makemigrations inspect",
    ),
    (
        "crates/model",
        "clock id paging validation_errors error rule constraint info validators validation parse fold \
         query records constraints rules catalog write delete typed",
    ),
    (
        "crates/module-api",
        "auth client_address configure csrf files kept_pages linking literal_name logged_path \
         module_future name navigation nearest problem program secret_key settings \
         admin check command gauge health messages migration urls error \
         section request_info local_start module site_modules registration rendering page forms host",
    ),
    (
        "crates/module-macros",
        "display embed errors field_type kind literal names reading from_row projection choices \
         attributes constraints rules column many_to_many field model description through expand form",
    ),
    (
        "crates/module-test",
        "database document local_module mail_server page_form user answer http site browser \
         served setup",
    ),
    (
        "host",
        "files_below fingerprint problem_pages registry site settings planned \
         chunks headers reload gate connections request reports logging assets kept overlap \
         json_errors watch error_pages templates sections plan makemigrations database site_modules health boundary shutdown \
         assembly command fuzzing",
    ),
    (
        "modules/accounts",
        "expired permissions random_text secret usernames models admin devices passwords sessions \
         authentication new_user settings signed_in throttle first_administrator \
         new_password visitor commands password_reset reset_mail routes",
    ),
    (
        "modules/admin",
        "text denied access labels csv models search_index search export list log object shell \
         deletion import form routes fuzzing",
    ),
    ("modules/bookings", "models offer admin routes"),
    ("modules/home", "routes"),
    ("modules/lettings", "models settings admin routes"),
    ("modules/profiles", "models member settings username admin routes"),
    ("tests", "program cluster dump holiday_homes django ingest pooler"),
    ("tests/browser", "artifacts chromedriver look browser finding audit reading verbs"),
    ("tests/guide", ""),
    ("tests/rows", ""),
];

/// A crate's top-level rooms with the rooms that each uses, and where.
struct Crate {
    folder: &'static str,
    uses: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

impl Crate {
    fn read(folder: &'static str) -> Self {
        let src = root().join(folder).join("src");
        let lib = ["lib.rs", "main.rs"].map(|file| src.join(file));
        let lib = lib.iter().find(|file| file.is_file()).expect("a crate has a root");
        let lib = Source::parse(&read(lib));
        let rooms: BTreeSet<String> = lib.modules.iter().cloned().collect();
        let mut uses: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> =
            rooms.iter().map(|room| (room.clone(), BTreeMap::new())).collect();
        let mut waiting: Vec<(String, Vec<String>)> =
            rooms.iter().map(|room| (room.clone(), vec![room.clone()])).collect();
        while let Some((room, path)) = waiting.pop() {
            let file = src.join(path.join("/")).with_extension("rs");
            let source = Source::parse(&read(&file));
            for inner in &source.modules {
                waiting.push((room.clone(), [&path[..], std::slice::from_ref(inner)].concat()));
            }
            for name in source.names_from_root(path.len()) {
                let used = lib.exported_from(&name).unwrap_or(&name).to_owned();
                if used == room || lib.is_of_another_crate(&used) {
                    continue;
                }
                let file = format!("{}.rs", path.join("/"));
                uses.get_mut(&room).unwrap().entry(used).or_default().insert(file);
            }
        }
        Self { folder, uses }
    }

    /// The imports that do not run down the order.
    fn upward(&self, order: &[&str]) -> Vec<String> {
        let place = |room: &str| order.iter().position(|known| *known == room);
        let mut found = Vec::new();
        for (room, uses) in &self.uses {
            for (used, files) in uses {
                if place(used).is_none_or(|used| place(room).is_none_or(|room| used >= room)) {
                    let files = files.iter().cloned().collect::<Vec<_>>().join(", ");
                    let folder = self.folder;
                    found.push(format!("{folder}: `{room}` uses `{used}` above it, in {files}"));
                }
            }
        }
        found
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn rooms(order: &str) -> Vec<&str> {
    order.split_whitespace().collect()
}

#[test]
fn no_room_uses_one_above_it() {
    let mut found = Vec::new();
    for (folder, order) in ORDERS {
        found.extend(Crate::read(folder).upward(&rooms(order)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn each_room_has_one_place_in_its_crate_s_order() {
    for (folder, order) in ORDERS {
        let read = Crate::read(folder);
        let mut ordered = rooms(order);
        ordered.sort_unstable();
        let rooms: Vec<&str> = read.uses.keys().map(String::as_str).collect();
        assert_eq!(ordered, rooms, "{folder}");
    }
}

#[test]
fn each_crate_but_the_site_has_an_order() {
    let mut folders = vec!["host".to_owned(), "tests".to_owned()];
    for parent in ["bench", "crates", "modules", "tests"] {
        for entry in root().join(parent).read_dir().unwrap() {
            let entry = entry.unwrap();
            if entry.path().join("Cargo.toml").is_file() {
                folders.push(format!("{parent}/{}", entry.file_name().into_string().unwrap()));
            }
        }
    }
    folders.sort();
    let mut ordered: Vec<&str> = ORDERS.iter().map(|(folder, _)| *folder).collect();
    ordered.sort_unstable();
    assert_eq!(ordered, folders);
}

#[test]
fn an_import_that_runs_up_is_found() {
    let host = Crate::read("host");
    let (_, order) = ORDERS.iter().find(|(folder, _)| *folder == "host").unwrap();
    let order = rooms(order);
    let reversed: Vec<&str> = order.into_iter().rev().collect();
    let found = host.upward(&reversed);
    let expected = "host: `settings` uses `site` above it, in settings.rs";
    assert!(found.iter().any(|line| line == expected), "{found:?}");
}
