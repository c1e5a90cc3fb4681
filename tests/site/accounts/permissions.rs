//! The permissions of all models, made after migrating.

use std::collections::BTreeSet;

use module_api::model::Models;
use site_tests::{DatabaseKind, HolidayHomes, on_both_databases};

use crate::workshop::Workshop;

on_both_databases!(
    every_model_has_four_permissions_in_the_order_of_django,
    only_what_is_missing_is_made_and_nothing_is_taken_away,
    keys_behind_those_that_are_there_are_no_obstacle,
    a_module_that_joins_later_gets_permissions_and_one_that_is_off_keeps_them,
    processes_that_migrate_at_once_make_each_permission_once,
    nobody_writes_where_nothing_is_missing,
);

/// A permission with its key, as `12 lettings.letting add_letting Can add letting`.
const PERMISSIONS: &str = "SELECT CAST(p.id AS text) || ' ' || c.app_label || '.' || c.model || ' ' \
                           || p.codename || ' ' || p.name AS value FROM auth_permission p \
                           JOIN django_content_type c ON c.id = p.content_type_id ORDER BY p.id";

const CONTENT_TYPES: &str = "SELECT CAST(id AS text) || ' ' || app_label || '.' || model AS value \
                             FROM django_content_type ORDER BY id";

/// The models of the linked modules, in the order in which these start.
pub(crate) fn models() -> Models {
    let setup = HolidayHomes::on(DatabaseKind::Sqlite);
    let plan = setup.plan().unwrap();
    Models::new(plan.active().flat_map(|module| module.registration.module.models()))
}

async fn every_model_has_four_permissions_in_the_order_of_django(kind: DatabaseKind) {
    let workshop = Workshop::with_linked_modules(kind).await;
    workshop.run(&["migrate"]);
    let expected: Vec<String> = models()
        .iter()
        .flat_map(|model| {
            ["add", "change", "delete", "view"].map(|word| {
                let (label, name, people) = (model.label, model.name(), model.verbose_name);
                format!("{label} {word}_{name} Can {word} {people}")
            })
        })
        .enumerate()
        .map(|(index, permission)| format!("{} {permission}", index + 1))
        .collect();
    assert!(expected.len() >= 28, "{expected:?}");
    let found = workshop.values::<String>(PERMISSIONS).await;
    assert_eq!(found, expected);
    assert!(found.iter().any(|one| one.ends_with("lettings.letting add_letting Can add letting")));
    let numbered = models();
    let numbered = numbered.iter().zip(1..).map(|(model, id)| format!("{id} {}", model.label));
    assert_eq!(workshop.values::<String>(CONTENT_TYPES).await, numbered.collect::<Vec<_>>());
}

async fn only_what_is_missing_is_made_and_nothing_is_taken_away(kind: DatabaseKind) {
    let workshop = Workshop::with_linked_modules(kind).await;
    workshop.run(&["migrate"]);
    let complete = workshop.values::<String>(PERMISSIONS).await;
    workshop
        .execute(&[
            "DELETE FROM auth_permission WHERE codename = 'change_letting'",
            "UPDATE auth_permission SET name = 'May put up a letting' WHERE codename = 'add_letting'",
            "DELETE FROM auth_permission WHERE codename LIKE '%_profile'",
            "DELETE FROM django_content_type WHERE model = 'profile'",
            "INSERT INTO django_content_type (id, app_label, model) VALUES (400, 'zoo', 'lion')",
            "INSERT INTO auth_permission (id, name, content_type_id, codename) \
             VALUES (900, 'Can feed', 400, 'feed')",
        ])
        .await;
    let before = workshop.values::<String>(PERMISSIONS).await;
    assert_eq!(workshop.run(&["migrate"]), ["nothing to migrate"]);
    let after = workshop.values::<String>(PERMISSIONS).await;
    let added: Vec<String> = after
        .iter()
        .filter(|one| !before.contains(one))
        .map(|one| one.split_once(' ').unwrap().1.to_owned())
        .collect();
    assert_eq!(
        added,
        [
            "lettings.letting change_letting Can change letting",
            "profiles.profile add_profile Can add profile",
            "profiles.profile change_profile Can change profile",
            "profiles.profile delete_profile Can delete profile",
            "profiles.profile view_profile Can view profile",
        ]
    );
    assert!(before.iter().all(|one| after.contains(one)), "{after:?}");
    assert_eq!(after.len(), complete.len() + 1);
    workshop.run(&["migrate"]);
    assert_eq!(workshop.values::<String>(PERMISSIONS).await, after);
}

async fn keys_behind_those_that_are_there_are_no_obstacle(kind: DatabaseKind) {
    // A copy of rows with their keys, after which PostgreSQL would begin at 1 again.
    let workshop = Workshop::with_linked_modules(kind).await;
    workshop.run(&["migrate"]);
    let complete = workshop.values::<String>(PERMISSIONS).await;
    workshop.execute(&["DELETE FROM auth_permission", "DELETE FROM django_content_type"]).await;
    if kind == DatabaseKind::Postgres {
        for table in ["auth_permission", "django_content_type"] {
            let restart = format!("ALTER TABLE {table} ALTER COLUMN id RESTART WITH 1");
            workshop.execute(&[&restart]).await;
        }
    }
    workshop
        .execute(&[
            "INSERT INTO django_content_type (id, app_label, model) VALUES (1, 'zoo', 'lion')",
            "INSERT INTO auth_permission (id, name, content_type_id, codename) \
             VALUES (1, 'Can feed', 1, 'feed')",
        ])
        .await;
    workshop.run(&["migrate"]);
    assert_eq!(workshop.values::<String>(PERMISSIONS).await.len(), complete.len() + 1);
}

async fn a_module_that_joins_later_gets_permissions_and_one_that_is_off_keeps_them(
    kind: DatabaseKind,
) {
    let workshop = Workshop::with_linked_modules(kind).await;
    let migrate = |modules: &str| {
        let mut command = workshop.command(&["migrate"]);
        let output = command.env("ROCKET_INSTALLED", modules).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    };
    let of_module = |app: &'static str| {
        let sql = "SELECT COUNT(*) AS value FROM auth_permission p \
                   JOIN django_content_type c ON c.id = p.content_type_id WHERE c.app_label =";
        let sql = format!("{sql} '{app}'");
        let workshop = &workshop;
        async move { workshop.values::<i64>(&sql).await[0] }
    };
    migrate("[accounts,profiles]");
    assert_eq!((of_module("profiles").await, of_module("lettings").await), (4, 0));
    migrate("[accounts,lettings]");
    assert_eq!((of_module("profiles").await, of_module("lettings").await), (4, 8));
}

async fn processes_that_migrate_at_once_make_each_permission_once(kind: DatabaseKind) {
    let workshop = Workshop::with_linked_modules(kind).await;
    let processes: Vec<_> = (0..4)
        .map(|_| {
            let mut command = workshop.command(&["migrate"]);
            command.stdout(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    let found = workshop.values::<String>(PERMISSIONS).await;
    assert_eq!(found.len(), models().iter().count() * 4);
    let names: BTreeSet<&str> = found.iter().map(|one| one.split_once(' ').unwrap().1).collect();
    assert_eq!(names.len(), found.len(), "none is there twice");
}

async fn nobody_writes_where_nothing_is_missing(kind: DatabaseKind) {
    let workshop = Workshop::with_linked_modules(kind).await;
    workshop.run(&["migrate"]);
    let refuse = match kind {
        DatabaseKind::Sqlite => {
            "CREATE TRIGGER refuse BEFORE INSERT ON auth_permission \
             BEGIN SELECT RAISE(ABORT, 'somebody writes'); END"
        }
        DatabaseKind::Postgres => {
            "CREATE FUNCTION refuse() RETURNS trigger AS \
             $$ BEGIN RAISE EXCEPTION 'somebody writes'; END $$ LANGUAGE plpgsql"
        }
    };
    workshop.execute(&[refuse]).await;
    if kind == DatabaseKind::Postgres {
        let trigger = "CREATE TRIGGER refuse BEFORE INSERT ON auth_permission \
                       EXECUTE FUNCTION refuse()";
        workshop.execute(&[trigger]).await;
    }
    workshop.run(&["migrate"]);
    workshop.execute(&["DELETE FROM auth_permission WHERE codename = 'view_user'"]).await;
    let error = workshop.fails(1, &["migrate"]);
    assert!(error.contains("`accounts`") && error.contains("somebody writes"), "{error}");
}
