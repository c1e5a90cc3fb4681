//! Fixtures go between Django and here. Django's half is in place: it writes and reads them.

on_every_database_of_django! { split => [what_django_dumps_django_loads] }

use site_tests::{Django, DjangoSite, Dump};

/// What has to be the same after a journey. Django shortens times to milliseconds and numbers the
/// rows of its many-to-many tables anew, so other tables are not.
const TABLES: [&str; 4] =
    ["auth_group", "lettings_address", "lettings_letting", "profiles_profile"];

/// The labels of the models that have rows worth a journey.
const LABELS: [&str; 4] = ["auth.group", "auth.user", "lettings", "profiles"];

/// What Django's `dumpdata` writes.
async fn dumped(site: &DjangoSite, options: &[&str]) -> String {
    let arguments: Vec<&str> = ["dumpdata"].iter().chain(options).chain(&LABELS).copied().collect();
    site.manage(&arguments).await
}

/// Has Django load a fixture.
async fn load(site: &DjangoSite, fixture: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fixture.json");
    std::fs::write(&file, fixture).unwrap();
    site.manage(&["loaddata", file.to_str().unwrap()]).await;
}

fn assert_same_rows(one: &Dump, other: &Dump) {
    for table in TABLES {
        assert_eq!(one.table(table).rows, other.table(table).rows, "{table}");
        assert_ne!(one.table(table).rows, [], "{table}");
    }
}

async fn what_django_dumps_django_loads(django: Django) {
    let from = django.filled().await;
    // Permissions by their names rather than their keys, which need not be the same elsewhere.
    let fixture = dumped(&from, &["--natural-foreign", "--indent", "2"]).await;
    assert!(fixture.contains("\"add_letting\""), "{fixture}");
    let to = django.migrated().await;
    load(&to, &fixture).await;
    assert_same_rows(&from.dump().await, &to.dump().await);
}
