//! The steps to a target, for small modules.

use module_api::host::migrations_of_module;
use module_api::{Files, MigrationId, Module};

use super::*;
use crate::graph::ModuleMigrations;
use crate::target::LinkedModule;

struct Small {
    name: &'static str,
    requires: &'static [&'static str],
    files: &'static [(&'static str, &'static [u8])],
}

impl Module for Small {
    fn name(&self) -> &'static str {
        self.name
    }

    fn requires(&self) -> &'static [&'static str] {
        self.requires
    }

    fn migrations(&self) -> Files {
        Files::inline(self.files)
    }
}

static PEOPLE: Small = Small {
    name: "people",
    requires: &[],
    files: &[
        ("0001_initial.sql", b"CREATE TABLE people (id int);"),
        ("0001_initial.down.sql", b"DROP TABLE people;"),
        ("0002_names.sql", b"ALTER TABLE people ADD name text;"),
        ("0002_names.down.sql", b"ALTER TABLE people DROP COLUMN name;"),
        ("0003_nicknames.sql", b"-- before: bookings 0002_guests\nSELECT 1;"),
        ("0003_nicknames.down.sql", b"SELECT 1;"),
    ],
};

static BOOKINGS: Small = Small {
    name: "bookings",
    requires: &["people"],
    files: &[
        ("0001_initial.sql", b"SELECT 1;"),
        ("0001_initial.down.sql", b"SELECT 1;"),
        ("0002_guests.sql", b"-- depends: people 0002_names\nSELECT 1;"),
        ("0002_guests.down.sql", b"SELECT 1;"),
        ("0003_forever.sql", b"SELECT 1;"),
    ],
};

static HOSTS: Small =
    Small { name: HOST, requires: &[], files: &[("0001_initial.sql", b"SELECT 1;")] };

const LINKED: [LinkedModule; 2] = [
    LinkedModule { name: "people", active: true },
    LinkedModule { name: "bookings", active: true },
];

fn graph() -> MigrationGraph {
    let of_module = |module: &Small| ModuleMigrations {
        module: module.name,
        requires: module.requires,
        migrations: migrations_of_module(module).unwrap(),
    };
    let mut problems = Vec::new();
    let all = [&HOSTS, &PEOPLE, &BOOKINGS].map(of_module).into();
    let graph = MigrationGraph::build(all, &LINKED.map(|module| module.name), &mut problems);
    assert_eq!(problems, []);
    graph
}

/// A ledger of these, written as `people 0001_initial`, with the host's.
fn ledger(applied: &[&str]) -> Ledger {
    let id = |name: &&str| {
        let (module, name) = name.split_once(' ').unwrap();
        (MigrationId::new(module, name), "x".to_owned())
    };
    let host = ["host 0001_initial"];
    Ledger { exists: true, applied: host.iter().chain(applied).map(id).collect() }
}

const ALL: &[&str] = &[
    "people 0001_initial",
    "people 0002_names",
    "people 0003_nicknames",
    "bookings 0001_initial",
    "bookings 0002_guests",
    "bookings 0003_forever",
];

fn try_way(
    module: Option<&str>,
    name: Option<&str>,
    ledger: &Ledger,
    fake: bool,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let graph = graph();
    let target = Target::read(&graph, &LINKED, module, name)?;
    let steps = steps(&graph, ledger, target, fake)?;
    let line = |step: &Step| format!("{} {}", step.action, graph.at(step.place).id());
    Ok(steps.iter().map(line).collect())
}

fn way(module: &str, name: Option<&str>, applied: &[&str]) -> Vec<String> {
    try_way(Some(module), name, &ledger(applied), false).unwrap()
}

#[test]
fn all_are_applied_in_the_order_of_what_they_depend_on() {
    let steps = try_way(None, None, &Ledger::default(), false).unwrap();
    let applied: Vec<String> =
        ["host 0001_initial"].iter().chain(ALL).map(|id| format!("apply {id}")).collect();
    assert_eq!(steps, applied);
    assert!(try_way(None, None, &ledger(ALL), false).unwrap().is_empty());
}

#[test]
fn a_module_brings_what_it_depends_on_and_no_more() {
    assert_eq!(
        way("bookings", Some("0001"), &[]),
        ["apply people 0001_initial", "apply bookings 0001_initial"]
    );
    assert_eq!(way("people", None, &[]).len(), 3);
    assert_eq!(
        way("bookings", None, &ALL[..2]),
        [
            "apply people 0003_nicknames",
            "apply bookings 0001_initial",
            "apply bookings 0002_guests",
            "apply bookings 0003_forever",
        ]
    );
}

#[test]
fn backward_all_goes_that_depends_on_what_goes_the_last_first() {
    assert_eq!(
        way("people", Some("0002"), &ALL[..5]),
        ["unapply bookings 0002_guests", "unapply people 0003_nicknames"]
    );
    assert_eq!(
        way("people", Some("0001"), &ALL[..5]),
        [
            "unapply bookings 0002_guests",
            "unapply people 0003_nicknames",
            "unapply people 0002_names",
        ]
    );
    assert_eq!(
        way("people", Some("zero"), &ALL[..5]),
        [
            "unapply bookings 0002_guests",
            "unapply bookings 0001_initial",
            "unapply people 0003_nicknames",
            "unapply people 0002_names",
            "unapply people 0001_initial",
        ]
    );
    assert!(way("bookings", Some("zero"), &ALL[..3]).is_empty());
    assert!(way("people", Some("0003"), &ALL[..3]).is_empty());
}

#[test]
fn what_cannot_be_undone_is_refused_before_anything_is_done() {
    let error = try_way(Some("people"), Some("zero"), &ledger(ALL), false).unwrap_err();
    assert!(error.to_string().contains("`0003_forever` of `bookings`"), "{error}");
    let faked = try_way(Some("people"), Some("zero"), &ledger(ALL), true).unwrap();
    assert_eq!(faked[0], "unfake bookings 0003_forever");
    assert_eq!(faked.len(), 6);
    for fake in [true, false] {
        let error = try_way(Some("host"), Some("zero"), &ledger(&[]), fake).unwrap_err();
        assert!(error.to_string().contains("`0001_initial` of `host`"), "{error}");
    }
}

#[test]
fn faked_are_all_but_the_ledger_itself() {
    let steps = try_way(Some("people"), Some("0001"), &Ledger::default(), true).unwrap();
    assert_eq!(steps, ["apply host 0001_initial", "fake people 0001_initial"]);
}

#[test]
fn a_migration_whose_dependency_is_not_applied_is_named_with_it() {
    let applied = ledger(&["people 0001_initial", "bookings 0001_initial", "bookings 0002_guests"]);
    for module in [None, Some("bookings")] {
        let error = try_way(module, None, &applied, false).unwrap_err().to_string();
        assert!(error.contains("`0002_guests` of `bookings` is applied"), "{error}");
        assert!(error.contains("`0002_names` of `people`"), "{error}");
    }
    let late = try_way(Some("people"), None, &applied, false).unwrap();
    assert_eq!(late, ["apply people 0002_names", "apply people 0003_nicknames"]);
}

#[test]
fn a_name_that_is_none_or_several_is_an_error_that_lists_what_there_is() {
    let error = |module, name| try_way(Some(module), name, &ledger(&[]), false).unwrap_err();
    let error = |module, name| error(module, name).to_string();
    assert_eq!(
        error("people", Some("000")),
        "more than one migration of `people` begins with `000`: 0001_initial, 0002_names, \
         0003_nicknames"
    );
    assert_eq!(
        error("people", Some("0002_nmes")),
        "`people` has no migration whose name begins with `0002_nmes`; did you mean `0002_names`?"
    );
    assert!(
        error("people", Some("9"))
            .ends_with("known: `0001_initial`, `0002_names`, `0003_nicknames`")
    );
    assert_eq!(error("peple", None), "no module `peple` is linked; did you mean `people`?");
}
