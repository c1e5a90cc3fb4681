//! `migrate` on a database that Django made changes nothing of what is there.

use std::collections::BTreeSet;

use module_api::with_causes;
use serde_json::json;
use site_tests::{AddRows, Address, Django, DjangoSite, Dump, Layout, Person, TestSite};

on_every_database_of_django! {
    split, old => [
        nothing_of_django_s_is_changed,
        a_second_migrate_does_nothing,
        rows_added_here_have_keys_after_the_highest,
        django_checks_reads_and_writes_as_before,
    ]
}

mod with_history {
    on_every_database_of_django! {
        split => [
            columns_that_an_older_django_made_shorter_fit,
            old_tables_beside_the_new_ones_are_left_alone,
        ]
    }

    use super::{
        columns_that_an_older_django_made_shorter_fit,
        old_tables_beside_the_new_ones_are_left_alone,
    };
}

/// The tables of the site's own models.
const OWN: [&str; 3] = ["lettings_address", "lettings_letting", "profiles_profile"];

/// Runs `migrate`; all that the database holds then.
pub(super) async fn migrate(site: &DjangoSite) -> Dump {
    if let Err(error) = site.successor().migrate().await {
        panic!("{:?}: {}", site.django, with_causes(&error));
    }
    site.dump().await
}

/// The module and name of each migration that is recorded as applied.
fn ledger(dump: &Dump) -> BTreeSet<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let rows = dump.table("host_migration").rows.iter();
    rows.map(|row| (text(&row["module"]), text(&row["name"]))).collect()
}

async fn nothing_of_django_s_is_changed(django: Django) {
    let site = django.filled().await;
    let before = site.dump().await;
    let empty = before.tables.iter().find(|(_, table)| table.rows.is_empty());
    assert_eq!(empty, None, "every table has rows to lose");
    assert!(before.tables.contains_key("django_migrations"));

    let after = migrate(&site).await;
    let mut added = before.assert_kept_in(&after);
    if django.layout == Layout::Old {
        for table in OWN {
            assert!(added.remove(table), "{table} is made");
        }
    }
    let ours = ["host_", "accounts_", "admin_search_", "bookings_"];
    added.retain(|table| !ours.iter().any(|start| table.starts_with(start)));
    assert_eq!(added, BTreeSet::new(), "tables that nobody needs");
    for module in ["accounts", "lettings", "profiles"] {
        let initial = (module.to_owned(), "0001_initial".to_owned());
        assert!(ledger(&after).contains(&initial), "{initial:?} is recorded");
    }
}

async fn a_second_migrate_does_nothing(django: Django) {
    let site = django.filled().await;
    let first = migrate(&site).await;
    assert_eq!(first, migrate(&site).await);
}

async fn rows_added_here_have_keys_after_the_highest(django: Django) {
    let site = django.filled().await;
    migrate(&site).await;
    let successor = site.successor().start().await;
    assert_eq!(successor.add_letting("The next", Address::SOMEWHERE).await, 4712);
    successor.add_profile(Person::named("next")).await;
    let dump = site.dump().await;
    let highest = |table: &str| {
        let keys = dump.table(table).rows.iter().map(|row| row["id"].as_i64().unwrap());
        keys.max().unwrap()
    };
    assert_eq!(highest("lettings_address"), 5001);
    assert_eq!(highest("profiles_profile"), 20_011);
    assert_eq!(highest("auth_user"), 2002);
}

async fn django_checks_reads_and_writes_as_before(django: Django) {
    let site = django.filled().await;
    let before = site.manage_json(&["show"]).await;
    let original = site.dump().await;
    migrate(&site).await;

    site.manage(&["check"]).await;
    site.manage(&["migrate", "--check"]).await;
    // Beyond `--check`, this completes content types and permissions.
    site.manage(&["migrate", "--verbosity=0"]).await;
    original.assert_kept_in(&site.dump().await);
    assert_eq!(site.manage_json(&["show"]).await, before);

    assert_eq!(
        site.manage_json(&["add_lettings", "Zum Anker ⚓", "二"]).await,
        json!([4712, 4713])
    );
    assert_eq!(site.manage_json(&["add_member", "Åke", "Malmö"]).await, json!(2002));
    let after = site.manage_json(&["show"]).await;
    for (list, more) in [("lettings", 2), ("profiles", 1)] {
        let (before, after) = (before[list].as_array().unwrap(), after[list].as_array().unwrap());
        assert_eq!(after.len(), before.len() + more);
        assert_eq!(&after[..before.len()], &before[..]);
    }
    assert_eq!(after["lettings"][8]["title"], "Zum Anker ⚓");
    assert_eq!(after["profiles"][8]["favorite_city"], "Malmö");

    let app = if django.layout == Layout::Old { "oc_lettings_site" } else { "lettings" };
    let counts = site.manage_json(&["visit_admin"]).await;
    assert_eq!(counts[format!("{app}.letting")], 10);
    assert_eq!(counts["auth.user"], 10);
}

async fn columns_that_an_older_django_made_shorter_fit(django: Django) {
    let site = django.filled().await;
    // Before, first names had 30 characters.
    site.manage(&["migrate", "auth", "0011", "--verbosity=0"]).await;
    let before = site.dump().await;
    let user = before.table("auth_user").schema.join("\n");
    assert!(
        user.contains("\"first_name\" varchar(30)")
            || user.contains("first_name character varying(30)"),
        "{user}"
    );
    before.assert_kept_in(&migrate(&site).await);
}

async fn old_tables_beside_the_new_ones_are_left_alone(django: Django) {
    let site = django.filled().await;
    site.manage_as(Layout::Old, &["migrate", "--verbosity=0"]).await;
    site.manage_as(Layout::Old, &["add_lettings", "What the old app had"]).await;
    let before = site.dump().await;
    assert!(before.tables.contains_key("oc_lettings_site_letting"));
    let after = migrate(&site).await;
    before.assert_kept_in(&after);
    let successor: TestSite = site.successor().start().await;
    assert_eq!(successor.get("/lettings/").await.page().link("What the old app had"), None);
}
