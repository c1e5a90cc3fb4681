//! Permissions of models on a database that Django has too: neither of the two makes one that the
//! other has made.

use std::collections::BTreeSet;

use site_tests::{Database, Django, DjangoSite, Dump, Layout};

use crate::accounts::permissions::models;
use crate::workshop::Workshop;

on_every_database_of_django! {
    split, old => [
        a_database_of_django_gets_only_what_is_missing,
        permissions_are_named_as_django_names_them,
    ]
}

mod made_here {
    on_every_database_of_django! {
        split => [django_adds_nothing_to_what_was_made_here]
    }

    use super::django_adds_nothing_to_what_was_made_here;
}

/// A permission without its keys: its model, its codename and its name.
type Known = (String, String, String);

fn permissions(dump: &Dump) -> BTreeSet<Known> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let rows = &dump.table("auth_permission").rows;
    let permissions: BTreeSet<Known> = rows
        .iter()
        .map(|row| {
            let mut types = dump.table("django_content_type").rows.iter();
            let model = types.find(|model| model["id"] == row["content_type_id"]).unwrap();
            let label = format!("{}.{}", text(&model["app_label"]), text(&model["model"]));
            (label, text(&row["codename"]), text(&row["name"]))
        })
        .collect();
    assert_eq!(permissions.len(), rows.len(), "none is there twice");
    permissions
}

async fn migrate(database: &Database) {
    let workshop = Workshop::with_linked_modules(database.kind).await;
    let mut command = workshop.command(&["migrate"]);
    let output = command.env("DATABASE_URL", &database.url).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

async fn a_database_of_django_gets_only_what_is_missing(django: Django) {
    let site = django.filled().await;
    let before = site.dump().await;
    migrate(&site.database).await;
    let after = site.dump().await;
    before.assert_kept_in(&after);
    let (theirs, all) = (permissions(&before), permissions(&after));
    let of_theirs: BTreeSet<&String> = theirs.iter().map(|(model, ..)| model).collect();
    for (model, codename, _) in all.difference(&theirs) {
        assert!(!of_theirs.contains(model), "{model} {codename} was there");
        assert!(models().get(model).is_some(), "{model} is one of ours");
    }
    let added = all.iter().any(|(model, ..)| model == "lettings.letting");
    assert!(added, "whoever made them");
    assert_eq!(of_theirs.contains(&"lettings.letting".to_owned()), django.layout == Layout::Split);

    // Django finds nothing missing, and adds nothing twice.
    site.manage(&["migrate", "--verbosity=0"]).await;
    let later = site.dump().await;
    for table in ["auth_permission", "django_content_type"] {
        assert_eq!(after.table(table).rows, later.table(table).rows, "{table}");
    }
}

async fn permissions_are_named_as_django_names_them(django: Django) {
    let theirs = permissions(&django.migrated().await.dump().await);
    let database = Database::fresh(django.on).await;
    migrate(&database).await;
    let ours = permissions(&Dump::of(&database).await);
    let of_ours = |label: &str| models().get(label).is_some();
    let theirs: BTreeSet<Known> = theirs.into_iter().filter(|(model, ..)| of_ours(model)).collect();
    let models: BTreeSet<&String> = theirs.iter().map(|(model, ..)| model).collect();
    assert!(models.len() >= 4, "{models:?}");
    let same: BTreeSet<Known> =
        ours.iter().filter(|(model, ..)| models.contains(model)).cloned().collect();
    assert_eq!(same, theirs);
}

async fn django_adds_nothing_to_what_was_made_here(django: Django) {
    let database = Database::fresh(django.on).await;
    migrate(&database).await;
    let before = Dump::of(&database).await;
    let site = DjangoSite { django, database };
    let create = "from django.apps import apps\n\
                  from django.contrib.auth.management import create_permissions\n\
                  for app in apps.get_app_configs():\n    create_permissions(app, verbosity=0)\n";
    site.manage(&["shell", "-c", create]).await;
    let after = site.dump().await;
    let (ours, all) = (permissions(&before), permissions(&after));
    assert!(ours.is_subset(&all));
    let added: BTreeSet<&str> =
        all.difference(&ours).map(|(model, ..)| model.split('.').next().unwrap()).collect();
    for app in ["auth", "contenttypes", "lettings", "profiles"] {
        assert!(!added.contains(app), "{app}");
    }
    assert!(added.contains("sessions"), "Django did look: {added:?}");
}
