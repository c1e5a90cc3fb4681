//! Accounts of Django's while both run: what it does to a user ends the sessions here, and passwords
//! that are set here are its own.

use site_tests::{Django, DjangoSite, DjangoVersion, NewUser, TestSite};

on_every_database_of_django! {
    split => [
        a_password_that_django_changes_ends_the_sessions,
        a_user_whom_django_deletes_takes_the_sessions_along,
        each_takes_the_passwords_that_the_other_set,
        with_djangos_rounds_neither_replaces_a_hash_of_the_other,
    ]
}

const OLD: &str = "blue kettle on fire";
const NEW: &str = "green teapot in rain";

/// Both on one database, with a user of which Django set the password.
async fn both(django: Django) -> (DjangoSite, TestSite) {
    let site = django.migrated().await;
    python(&site, "User.objects.create_user('tunde', 'tunde@example.org', 'blue kettle on fire')")
        .await;
    let successor = site.successor();
    // For as long as a Django runs that knows no other.
    let successor = successor.setting("modules.accounts.password_hasher", "pbkdf2_sha256");
    let successor = successor.start().await;
    (site, successor)
}

/// Runs Python in Django, which must not fail.
async fn python(site: &DjangoSite, code: &str) {
    let code = format!("from django.contrib.auth.models import User; {code}");
    site.manage(&["shell", "-c", &code]).await;
}

async fn is_signed_in(browser: &site_tests::Browser<'_>) -> bool {
    browser.get("/").await.text().contains("Logged in as <strong>tunde</strong>")
}

async fn a_password_that_django_changes_ends_the_sessions(django: Django) {
    let (site, successor) = both(django).await;
    let browser = successor.sign_in("tunde", OLD).await;
    assert!(is_signed_in(&browser).await);
    let change = "user = User.objects.get(username='tunde'); \
                  user.set_password('green teapot in rain'); user.save()";
    python(&site, change).await;
    assert!(!is_signed_in(&browser).await);
    assert_eq!(successor.browser().sign_in("tunde", OLD).await.status, 200);
    assert!(is_signed_in(&successor.sign_in("tunde", NEW).await).await);
}

async fn a_user_whom_django_deletes_takes_the_sessions_along(django: Django) {
    let (site, successor) = both(django).await;
    NewUser::named("other", OLD).add_to(successor.db()).await.unwrap();
    let browser = successor.sign_in("tunde", OLD).await;
    let other = successor.sign_in("other", OLD).await;
    assert!(is_signed_in(&browser).await);
    python(&site, "User.objects.get(username='tunde').delete()").await;
    assert!(!is_signed_in(&browser).await);
    assert!(other.get("/").await.text().contains("Logged in as <strong>other</strong>"));
    let dump = site.dump().await;
    for table in ["accounts_session", "accounts_device"] {
        assert_eq!(dump.table(table).rows.len(), 1, "{table}");
    }
}

async fn each_takes_the_passwords_that_the_other_set(django: Django) {
    let (site, successor) = both(django).await;
    let browser = successor.sign_in("tunde", OLD).await;
    let fields = [("old_password", OLD), ("new_password1", NEW), ("new_password2", NEW)];
    assert_eq!(browser.post("/accounts/password_change/", &fields).await.status, 303);
    let check = "from django.contrib.auth import authenticate; \
                 assert authenticate(username='tunde', password='green teapot in rain'); \
                 assert not authenticate(username='tunde', password='blue kettle on fire')";
    python(&site, check).await;
    // Django hashes anew what takes fewer rounds than its own; that is the same password still.
    assert_eq!(successor.browser().sign_in("tunde", NEW).await.status, 303);
}

async fn with_djangos_rounds_neither_replaces_a_hash_of_the_other(django: Django) {
    let (site, _) = both(django).await;
    let rounds = match django.version {
        DjangoVersion::V3_2 => 260_000,
        DjangoVersion::V5_2 => 1_000_000,
    };
    let successor = site
        .successor()
        .setting("modules.accounts.password_hasher", "pbkdf2_sha256")
        .setting("modules.accounts.pbkdf2_rounds", rounds)
        .start()
        .await;
    let hash = async || {
        let dump = site.dump().await;
        format!("{:?}", dump.table("auth_user").rows[0]["password"])
    };
    let of_django = hash().await;
    let browser = successor.sign_in("tunde", OLD).await;
    assert_eq!(hash().await, of_django);
    let fields = [("old_password", OLD), ("new_password1", NEW), ("new_password2", NEW)];
    assert_eq!(browser.post("/accounts/password_change/", &fields).await.status, 303);
    let of_successor = hash().await;
    assert_ne!(of_successor, of_django);
    python(
        &site,
        "from django.contrib.auth import authenticate; \
         assert authenticate(username='tunde', password='green teapot in rain')",
    )
    .await;
    assert_eq!(hash().await, of_successor);
    assert!(is_signed_in(&browser).await, "its session goes on");
}
