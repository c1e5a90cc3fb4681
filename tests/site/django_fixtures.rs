//! Fixtures go between Django and here, both ways.

on_every_database_of_django! {
    split => [
        what_django_dumps_django_loads,
        what_django_dumps_loads_here,
        all_that_django_dumps_loads_here,
        what_is_dumped_here_django_loads,
        a_dump_is_byte_for_byte_that_of_django,
    ]
}

use site_tests::{Database, Django, DjangoSite, Dump};

use crate::workshop::Workshop;

/// Tables that must be equal after a round trip. Django shortens times to milliseconds and
/// renumbers the rows of its many-to-many tables, so other tables are not.
const TABLES: [&str; 4] =
    ["auth_group", "lettings_address", "lettings_letting", "profiles_profile"];

/// The labels of the models that have rows worth a journey.
const LABELS: [&str; 4] = ["auth.group", "auth.user", "lettings", "profiles"];

/// Returns the output of Django's `dumpdata`.
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

/// Returns the output of a command of the host, on a database.
async fn host(database: &Database, arguments: &[&str]) -> String {
    let workshop = Workshop::with_linked_modules(database.kind).await;
    let output = workshop.command(arguments).env("DATABASE_URL", &database.url).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Has the host load a fixture, with rows that validators would refuse.
async fn load_here(database: &Database, fixture: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fixture.json");
    std::fs::write(&file, fixture).unwrap();
    host(database, &["loaddata", "--skip-validation", file.to_str().unwrap()]).await;
}

async fn what_django_dumps_loads_here(django: Django) {
    let from = django.filled().await;
    for options in [&[][..], &["--natural-foreign"], &["--natural-foreign", "--natural-primary"]] {
        let more = ["contenttypes", "auth.permission"];
        let arguments = [&["dumpdata"], options, &more, &LABELS].concat();
        let fixture = from.manage(&arguments).await;
        let database = Database::fresh(django.on).await;
        host(&database, &["migrate"]).await;
        load_here(&database, &fixture).await;
        let (theirs, ours) = (from.dump().await, Dump::of(&database).await);
        if options.contains(&"--natural-primary") {
            // Users and groups have new keys then.
            for table in ["lettings_address", "lettings_letting"] {
                assert_eq!(theirs.table(table).rows, ours.table(table).rows, "{table}");
            }
        } else {
            assert_same_rows(&theirs, &ours);
        }
        // Whoever was given what is the same again, by names.
        let natural = [&["dumpdata"], &["--natural-foreign", "--natural-primary"][..], &LABELS];
        let natural = natural.concat();
        assert_eq!(sorted(&host(&database, &natural).await), sorted(&from.manage(&natural).await));
    }
}

async fn all_that_django_dumps_loads_here(django: Django) {
    let from = django.filled().await;
    let more = "from django.contrib.auth.models import User, Group, Permission; \
                from django.contrib.admin.models import LogEntry; \
                from django.contrib.contenttypes.models import ContentType; \
                from django.contrib.sessions.backends.db import SessionStore; \
                store = SessionStore(); store['a'] = 1; store.create(); \
                user = User.objects.order_by('pk').first(); \
                user.user_permissions.set(Permission.objects.filter(codename__in=['view_session', 'change_letting'])); \
                kind = ContentType.objects.get(app_label='lettings', model='address'); \
                LogEntry.objects.create(user=user, content_type=kind, object_id='1', object_repr='one', action_flag=2, change_message='')";
    from.manage(&["shell", "-c", more]).await;
    let fixture = from.manage(&["dumpdata"]).await;
    for part in ["sessions.session", "contenttypes.contenttype", "auth.permission"] {
        assert!(fixture.contains(part), "{fixture}");
    }
    let database = Database::fresh(django.on).await;
    host(&database, &["migrate"]).await;
    // Other keys than Django's: those of some of its permissions are other ones here, or none.
    database.execute("UPDATE auth_permission SET id = id + 7000 WHERE id % 2 = 0").await;
    database.execute("DELETE FROM auth_permission WHERE codename = 'view_letting'").await;
    for _ in 0..2 {
        load_here(&database, &fixture).await;
        assert_same_rows(&from.dump().await, &Dump::of(&database).await);
        let labels = [&["admin", "contenttypes", "auth.permission"][..], &LABELS].concat();
        let natural = [&["dumpdata", "--natural-foreign", "--natural-primary"], &labels[..]];
        let (theirs, ours) =
            (from.manage(&natural.concat()).await, host(&database, &natural.concat()).await);
        let (theirs, ours) = (sorted(&theirs), sorted(&ours));
        for object in &theirs {
            assert!(ours.contains(object), "{object}\n{ours:#?}");
        }
    }
}

async fn what_is_dumped_here_django_loads(django: Django) {
    let from = django.filled().await;
    host(&from.database, &["migrate"]).await;
    for options in [&["--indent", "2"][..], &["--natural-foreign"]] {
        let fixture = host(&from.database, &[&["dumpdata"], options, &LABELS].concat()).await;
        let to = django.migrated().await;
        load(&to, &fixture).await;
        assert_same_rows(&from.dump().await, &to.dump().await);
        // Microseconds have come along, which Django's own dump would have cut off.
        let users = |dump: &Dump| {
            let users = dump.table("auth_user").rows.iter();
            users.map(|row| row["date_joined"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(users(&from.dump().await), users(&to.dump().await));
    }
}

async fn a_dump_is_byte_for_byte_that_of_django(django: Django) {
    let site = django.filled().await;
    host(&site.database, &["migrate"]).await;
    let natural = ["--natural-foreign", "--natural-primary"];
    // With natural keys Django has another order of models that do not lead to each other.
    let together = ["auth.group", "auth.user", "profiles.profile"];
    for (options, labels) in
        [(&[][..], &LABELS[..]), (&["--indent", "2"], &LABELS), (&natural, &together)]
    {
        let arguments = [&["dumpdata"], options, labels].concat();
        let theirs = site.manage(&arguments).await;
        let ours = host(&site.database, &arguments).await;
        assert_eq!(without_microseconds(&ours), theirs, "{arguments:?}");
    }
}

/// A dump with moments as Django writes them: `.326411Z` is `.326Z`.
fn without_microseconds(dump: &str) -> String {
    let mut kept = String::new();
    let mut rest = dump;
    while let Some(at) = rest.find("Z\"") {
        let (before, after) = rest.split_at(at);
        let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
        let is_micro = digits == 6 && before[..at - digits].ends_with('.');
        kept.push_str(if is_micro { &before[..at - 3] } else { before });
        kept.push_str("Z\"");
        rest = &after[2..];
    }
    kept + rest
}

/// The objects of a dump, whatever their order, with moments as Django writes them.
fn sorted(dump: &str) -> Vec<String> {
    let dump = without_microseconds(dump).replace(".000Z\"", "Z\"");
    let objects: serde_json::Value = serde_json::from_str(&dump).unwrap();
    let mut objects: Vec<String> =
        objects.as_array().unwrap().iter().map(ToString::to_string).collect();
    objects.sort();
    objects
}
