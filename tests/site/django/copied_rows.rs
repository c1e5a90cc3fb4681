//! A site from before its apps were split has its rows copied into the tables of today.

use site_tests::{AddRows, Address, Django, Layout, Person};

use super::adoption::migrate;

on_every_database_of_django! {
    old => [
        all_rows_are_copied_with_their_keys,
        what_was_copied_is_not_copied_again,
        old_tables_without_rows_are_copied_too,
        tables_that_django_made_and_left_empty_are_filled,
        tables_that_both_have_rows_stay_as_they_are,
    ]
}

const MODELS: [&str; 3] = ["address", "letting", "profile"];

async fn all_rows_are_copied_with_their_keys(django: Django) {
    let site = django.filled().await;
    let dump = migrate(&site).await;
    for (model, count) in [("address", 9), ("letting", 8), ("profile", 8)] {
        let old = &dump.table(&Layout::Old.table(model)).rows;
        assert_eq!(old.len(), count, "{model}");
        assert_eq!(&dump.table(&Layout::Split.table(model)).rows, old, "{model}");
    }
}

async fn what_was_copied_is_not_copied_again(django: Django) {
    let site = django.filled().await;
    migrate(&site).await;
    // Each goes its own way from now on.
    site.manage(&["add_lettings", "Of Django alone"]).await;
    site.manage(&["add_member", "django_alone", "Ulm"]).await;
    let successor = site.successor().start().await;
    successor.add_letting("Of the successor alone", Address::SOMEWHERE).await;
    successor.add_profile(Person::named("successor_alone")).await;
    let before = site.dump().await;
    for model in MODELS {
        let (old, new) = (Layout::Old.table(model), Layout::Split.table(model));
        assert_ne!(before.table(&old).rows, before.table(&new).rows, "{model}");
    }
    assert_eq!(migrate(&site).await, before);
}

async fn old_tables_without_rows_are_copied_too(django: Django) {
    let site = django.migrated().await;
    let before = site.dump().await;
    let after = migrate(&site).await;
    before.assert_kept_in(&after);
    for model in MODELS {
        assert_eq!(after.table(&Layout::Split.table(model)).rows, []);
    }
    let successor = site.successor().start().await;
    assert_eq!(successor.add_letting("The first", Address::SOMEWHERE).await, 1);
}

async fn tables_that_django_made_and_left_empty_are_filled(django: Django) {
    let site = django.filled().await;
    site.manage_as(Layout::Split, &["migrate", "lettings", "--verbosity=0"]).await;
    let before = site.dump().await;
    assert_eq!(before.table("lettings_letting").rows, []);
    assert!(!before.tables.contains_key("profiles_profile"), "it is only half split");
    let after = migrate(&site).await;
    for model in MODELS {
        let old = &before.table(&Layout::Old.table(model)).rows;
        assert_ne!(*old, [], "{model}");
        assert_eq!(&after.table(&Layout::Old.table(model)).rows, old, "{model}");
        assert_eq!(&after.table(&Layout::Split.table(model)).rows, old, "{model}");
    }
}

async fn tables_that_both_have_rows_stay_as_they_are(django: Django) {
    let site = django.filled().await;
    site.manage_as(Layout::Split, &["migrate", "--verbosity=0"]).await;
    site.manage_as(Layout::Split, &["add_lettings", "Of the split site alone"]).await;
    let before = site.dump().await;
    let after = migrate(&site).await;
    for model in ["address", "letting"] {
        for layout in [Layout::Old, Layout::Split] {
            let table = layout.table(model);
            assert_ne!(before.table(&table).rows, [], "{table}");
            assert_eq!(after.table(&table).rows, before.table(&table).rows, "{table}");
        }
    }
}
