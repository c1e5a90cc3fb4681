//! Problems of migrations, found before a database is opened.

use module_api::{MigrationCode, Problem};

use crate::support::{Small, only_problem, plan, problems};

type Files = &'static [(&'static str, &'static [u8])];

fn module(name: &'static str, migrations: Files) -> Small {
    Small { migrations, ..Small::new(name) }
}

/// The only problem of these modules, with its hint as the last line.
fn problem(modules: &[Small]) -> Problem {
    only_problem(modules, "")
}

const ONE: Files = &[("0001_initial.sql", b"SELECT 1;")];

#[test]
fn a_migration_that_ends_its_transaction_is_a_problem() {
    let problem = problem(&[module(
        "a",
        &[("0001_initial.sql", b"CREATE TABLE x (y int); COMMIT; SELECT 1;")],
    )]);
    assert_eq!(problem.id, "migrations.E002");
    assert_eq!(problem.message, "migration `0001_initial` of `a` says `COMMIT`");
}

#[test]
fn a_way_down_that_ends_its_transaction_is_a_problem_too() {
    let problem = problem(&[module(
        "a",
        &[
            ("0001_initial.sql", b"SELECT 1;"),
            ("0001_initial.down.sqlite.sql", b"SELECT 1;"),
            ("0001_initial.down.postgres.sql", b"BEGIN; SELECT 1;"),
        ],
    )]);
    assert_eq!(problem.id, "migrations.E002");
    assert_eq!(problem.message, "migration `0001_initial` of `a` says `BEGIN`");
}

#[test]
fn files_that_are_no_migrations_are_named() {
    assert!(plan(&[module("a", ONE)], "").is_ok());
    assert_eq!(
        problems(
            &[module(
                "a",
                &[
                    ("0001_a.sqlite.sql", b""),
                    ("0002_b.sql", b"-- depends: b"),
                    ("notes.txt", b""),
                    ("3_d.sql", b""),
                    ("0004_e.mysql.sql", b""),
                    ("0005_f.down.sql", b""),
                ]
            )],
            ""
        ),
        [
            "migrations.E001 a migration of `a`: `-- depends: b` in `0002_b.sql` does not name a \
             module and a migration of it",
            "migrations.E001 a migration of `a`: `0004_e.mysql.sql` is not named as a migration",
            "migrations.E001 a migration of `a`: `3_d.sql` is not named as a migration",
            "migrations.E001 a migration of `a`: `notes.txt` is not named as a migration",
            "migrations.E001 a migration of `a`: `0001_a` has no SQL for PostgreSQL",
            "migrations.E001 a migration of `a`: `0005_f.down` undoes a migration that is not there",
        ]
    );
}

#[test]
fn two_migrations_of_one_number_are_a_problem_until_one_comes_after_the_other() {
    let two: Files =
        &[("0001_a.sql", b""), ("0002_b.sql", b""), ("0002_c.sql", b""), ("0003_d.sql", b"")];
    let problem = problem(&[module("a", two)]);
    assert_eq!(problem.id, "migrations.E003");
    assert_eq!(problem.modules, ["a"]);
    assert_eq!(problem.message, "`0002_b` and `0002_c` of `a` have the same number");
    assert_eq!(
        problem.hint,
        "renumber one that was applied nowhere, or let it say that it comes after the other: \
         `-- depends: a 0002_b`"
    );
    let ordered: Files = &[
        ("0001_a.sql", b""),
        ("0002_b.sql", b"-- depends: a 0002_c"),
        ("0002_c.sql", b""),
        ("0003_d.sql", b""),
    ];
    assert!(plan(&[module("a", ordered)], "").is_ok());
}

#[test]
fn code_and_a_file_of_one_number_are_a_problem_too() {
    let migration_code = || vec![MigrationCode::new("0001_other", MigrationCode::nothing)];
    let problem = problem(&[Small { migration_code, ..module("a", ONE) }]);
    assert_eq!(problem.id, "migrations.E003");
    let migration_code = || vec![MigrationCode::new("0001_initial", MigrationCode::nothing)];
    assert!(plan(&[Small { migration_code, ..module("a", ONE) }], "").is_ok());
}

#[test]
fn an_edge_to_what_is_not_there_is_a_problem_that_names_both_modules() {
    let depends = |line: Files| [module("apples", ONE), module("bees", line)];
    let name = problem(&depends(&[("0001_x.sql", b"-- depends: apples 0001_intial")]));
    assert_eq!(name.id, "migrations.E004");
    assert_eq!(name.modules, ["bees", "apples"]);
    assert_eq!(
        name.message,
        "migration `0001_x` of `bees` depends on `0001_intial` of `apples`, which it does not have"
    );
    assert!(name.hint.ends_with("did you mean `0001_initial`?"), "{name}");

    let unlinked = problem(&depends(&[("0001_x.sql", b"-- depends: aples 0001_initial")]));
    assert_eq!(unlinked.id, "migrations.E004");
    assert!(unlinked.message.ends_with("but `aples` is not linked"), "{unlinked}");
    assert!(unlinked.hint.ends_with("did you mean `apples`?"), "{unlinked}");

    let later = problem(&depends(&[("0001_x.sql", b"-- before: apples 0002_next")]));
    assert_eq!(later.id, "migrations.E004");
    assert!(later.message.contains("comes before `0002_next` of `apples`"), "{later}");
}

#[test]
fn an_edge_to_a_module_that_is_not_active_counts_only_if_it_is_needed() {
    let off = "[default]\ninstalled = ['bees']";
    let depends: Files = &[("0001_x.sql", b"-- depends: apples 0001_initial")];
    let found = only_problem(&[module("apples", ONE), module("bees", depends)], off);
    assert_eq!(found.id, "migrations.E004");
    assert!(found.message.ends_with("but `apples` is not active"), "{found}");
    let before: Files = &[("0001_x.sql", b"-- before: apples 0001_initial")];
    assert!(plan(&[module("apples", ONE), module("bees", before)], off).is_ok());
    assert!(plan(&[module("bees", before)], "").is_ok(), "it need not be linked");
}

#[test]
fn migrations_that_depend_on_each_other_are_named_in_a_circle() {
    let apples: Files = &[("0001_a.sql", b""), ("0002_b.sql", b"-- depends: bees 0002_d")];
    let bees: Files = &[("0001_c.sql", b"-- depends: apples 0002_b"), ("0002_d.sql", b"")];
    let found = problem(&[module("apples", apples), module("bees", bees)]);
    assert_eq!(found.id, "migrations.E005");
    assert_eq!(found.modules, ["apples", "bees"]);
    assert_eq!(
        found.message,
        "migrations depend on each other: `apples 0002_b` → `bees 0002_d` → `bees 0001_c` → \
         `apples 0002_b`"
    );
    let itself: Files = &[("0001_a.sql", b"-- depends: a 0001_a")];
    assert_eq!(problem(&[module("a", itself)]).id, "migrations.E005");
}

#[test]
fn what_a_module_requires_comes_first_and_saying_otherwise_is_a_circle() {
    let early: Files = &[("0001_x.sql", b"-- before: apples 0001_initial")];
    let bees = Small { requires: &["apples"], ..module("bees", early) };
    let found = problem(&[module("apples", ONE), bees]);
    assert_eq!(found.id, "migrations.E005");
}
