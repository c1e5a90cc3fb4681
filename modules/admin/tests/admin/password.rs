//! Giving users a new password.

use accounts::NewUser;
use accounts::passwords::{Algorithm, Verification, verify};
use module_test::{Answer, Browser, DatabaseKind, TestSite, on_both_databases};

use crate::archive::{PASSWORD, archive, execute, log, messages, page, staff, superuser, value_of};

on_both_databases! {
    a_user_gets_a_new_password_and_all_sessions_end,
    who_changes_the_own_password_stays_signed_in_here_alone,
    what_is_no_good_password_is_refused_at_its_field,
    a_user_without_a_password_gets_one,
    nobody_but_superusers_sets_the_password_of_one,
    who_may_not_change_users_is_sent_away,
    only_users_have_passwords,
    a_user_who_is_gone_is_no_error,
    neither_hash_nor_password_is_ever_shown,
}

const NEW: &str = "a blue door in the fog";

fn address(user: i64) -> String {
    format!("/admin/auth/user/{user}/password/")
}

async fn set(browser: &Browser<'_>, user: i64, first: &str, second: &str) -> Answer {
    browser.post(&address(user), &[("password1", first), ("password2", second)]).await
}

/// Returns the stored hash of a user's password.
async fn stored(site: &TestSite, user: i64) -> String {
    let mut db = site.db().acquire().await.unwrap();
    let password = module_api::db::query("SELECT password AS value FROM auth_user WHERE id = $1");
    let (password,) = password.bind(user).fetch_one::<(String,)>(&mut db).await.unwrap();
    password
}

async fn id_of(site: &TestSite, username: &str) -> i64 {
    let mut db = site.db().acquire().await.unwrap();
    let id = module_api::db::query("SELECT id AS value FROM auth_user WHERE username = $1");
    let (id,) = id.bind(username).fetch_one::<(i64,)>(&mut db).await.unwrap();
    id
}

/// Returns `true` if a browser is still signed in, as staff.
async fn is_signed_in(browser: &Browser<'_>) -> bool {
    browser.get("/admin/").await.status == 200
}

async fn a_user_gets_a_new_password_and_all_sessions_end(on: DatabaseKind) {
    let site = archive(on).await;
    let boss = superuser(&site).await;
    let user = NewUser::named("ann", PASSWORD).staff().add_to(site.db()).await.unwrap();
    let of_user = site.sign_in("ann", PASSWORD).await;
    assert!(is_signed_in(&of_user).await);
    let form = page(&boss.get(&address(user)).await);
    assert_eq!(form.heading(), "Change password: ann");
    assert_eq!(value_of(&form, "username").as_deref(), Some("ann"));
    for name in ["password1", "password2"] {
        let field = form.id(&format!("id_{name}")).unwrap();
        assert_eq!(field.attribute("type"), Some("password"));
        assert_eq!(field.attribute("autocomplete"), Some("new-password"));
        assert_eq!(field.attribute("value"), None);
    }
    let answer = set(&boss, user, NEW, NEW).await;
    let change = format!("/admin/auth/user/{user}/change/");
    assert_eq!((answer.status, answer.location()), (303, &*change));
    assert_eq!(messages(&boss).await, ["Password changed successfully."]);
    assert!(!is_signed_in(&of_user).await, "the sessions of the user are over");
    assert!(is_signed_in(&boss).await, "that of who changed it goes on");
    assert_eq!(site.browser().sign_in("ann", PASSWORD).await.status, 200);
    site.sign_in("ann", NEW).await;
    let entries = log(&site).await;
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!((&*entry.user, &*entry.model, &*entry.object), ("boss", "auth.user", "ann"));
    assert_eq!((entry.flag, &*entry.object_id), (2, &*user.to_string()));
    assert_eq!(entry.message, r#"[{"changed": {"fields": ["password"]}}]"#, "as in Django");
}

async fn who_changes_the_own_password_stays_signed_in_here_alone(on: DatabaseKind) {
    let site = archive(on).await;
    let here = superuser(&site).await;
    let elsewhere = site.sign_in("boss", PASSWORD).await;
    let before = here.cookie("session");
    let boss = id_of(&site, "boss").await;
    assert_eq!(set(&here, boss, NEW, NEW).await.status, 303);
    assert!(is_signed_in(&here).await);
    assert_ne!(here.cookie("session"), before, "with a new key");
    assert!(!is_signed_in(&elsewhere).await);
    // The next form of the same browser is taken, whose token goes with the session.
    assert_eq!(set(&here, boss, PASSWORD, PASSWORD).await.status, 303);
}

async fn what_is_no_good_password_is_refused_at_its_field(on: DatabaseKind) {
    let site = archive(on).await;
    let boss = superuser(&site).await;
    let user = NewUser::named("annabelle", PASSWORD).add_to(site.db()).await.unwrap();
    let hash = stored(&site, user).await;
    let long = "a1 ".repeat(1400);
    for (first, second, of_first, of_second) in [
        ("", "", "This field is required.", "This field is required."),
        (NEW, "", "", "This field is required."),
        ("", NEW, "This field is required.", ""),
        (NEW, "a blue door in the dog", "", "The two password fields didn’t match."),
        ("12345678", "12345678", "", "This password is too common."),
        ("annabelle1", "annabelle1", "", "The password is too similar to the username."),
        ("ab1", "ab1", "", "This password is too short."),
        (&long, &long, "", "This password is too long."),
    ] {
        let answer = set(&boss, user, first, second).await;
        let form = page(&answer);
        let errors = |name: &str| {
            form.id(&format!("{name}-errors")).map(module_test::Element::words).unwrap_or_default()
        };
        for (name, expected) in [("password1", of_first), ("password2", of_second)] {
            assert!(errors(name).contains(expected), "{first} {second}: {}", errors(name));
            assert_eq!(errors(name).is_empty(), expected.is_empty(), "{first} {second}");
            let field = form.id(&format!("id_{name}")).unwrap();
            let is_marked = field.attribute("aria-invalid") == Some("true");
            assert_eq!(is_marked, !expected.is_empty());
        }
        assert!(form.main().contains("Please correct the error"), "{}", form.main());
        // A short one may stand in the token by chance.
        let is_telling = first.len() > 6;
        assert!(!is_telling || !answer.text().contains(first), "what was typed is shown");
    }
    assert_eq!(stored(&site, user).await, hash);
    assert_eq!(log(&site).await, []);
}

async fn a_user_without_a_password_gets_one(on: DatabaseKind) {
    let site = archive(on).await;
    let boss = superuser(&site).await;
    let user =
        NewUser { password: None, ..NewUser::named("ann", "") }.add_to(site.db()).await.unwrap();
    let form = page(&boss.get(&address(user)).await);
    assert_eq!(form.heading(), "Set password: ann");
    let words = "This enables logging in with a password for this user.";
    assert!(form.main().contains(words), "{}", form.main());
    assert_eq!(set(&boss, user, NEW, NEW).await.status, 303);
    let stored = stored(&site, user).await;
    assert_eq!(verify(NEW, &stored, Algorithm::Argon2).unwrap(), Verification::Right);
}

async fn nobody_but_superusers_sets_the_password_of_one(on: DatabaseKind) {
    let site = archive(on).await;
    superuser(&site).await;
    let boss = id_of(&site, "boss").await;
    let hash = stored(&site, boss).await;
    let user = NewUser::named("ann", PASSWORD).add_to(site.db()).await.unwrap();
    let clerk = staff(&site, &["change_user"]).await;
    assert_eq!(clerk.get(&address(boss)).await.status, 403);
    assert_eq!(set(&clerk, boss, NEW, NEW).await.status, 403);
    assert_eq!(stored(&site, boss).await, hash);
    assert_eq!(set(&clerk, user, NEW, NEW).await.status, 303, "of others it is allowed");
    execute(&site, "UPDATE auth_user SET is_superuser = TRUE WHERE username = 'ann'").await;
    assert_eq!(set(&clerk, user, PASSWORD, PASSWORD).await.status, 403);
}

async fn who_may_not_change_users_is_sent_away(on: DatabaseKind) {
    let site = archive(on).await;
    let user = NewUser::named("ann", PASSWORD).add_to(site.db()).await.unwrap();
    let hash = stored(&site, user).await;
    let clerk = staff(&site, &["view_user", "add_user", "delete_user"]).await;
    assert_eq!(clerk.get(&address(user)).await.status, 403);
    assert_eq!(set(&clerk, user, NEW, NEW).await.status, 403);
    let nobody = site.browser();
    assert_eq!(nobody.get(&address(user)).await.status, 302);
    assert_ne!(set(&nobody, user, NEW, NEW).await.status, 200);
    assert_eq!(stored(&site, user).await, hash);
}

async fn only_users_have_passwords(on: DatabaseKind) {
    let site = archive(on).await;
    let boss = superuser(&site).await;
    for nowhere in ["/admin/auth/group/1/password/", "/admin/archive/shelf/1/password/"] {
        assert_eq!(boss.get(nowhere).await.status, 404, "{nowhere}");
    }
}

async fn a_user_who_is_gone_is_no_error(on: DatabaseKind) {
    let site = archive(on).await;
    let boss = superuser(&site).await;
    for is_sent in [false, true] {
        let answer =
            if is_sent { set(&boss, 4711, NEW, NEW).await } else { boss.get(&address(4711)).await };
        assert_eq!((answer.status, answer.location()), (303, "/admin/"));
        let gone = "User with ID “4711” doesn’t exist. Perhaps it was deleted?";
        assert_eq!(messages(&boss).await, [gone]);
    }
}

async fn neither_hash_nor_password_is_ever_shown(on: DatabaseKind) {
    let site = archive(on).await;
    let boss = superuser(&site).await;
    let user = NewUser::named("ann", PASSWORD).add_to(site.db()).await.unwrap();
    set(&boss, user, NEW, NEW).await;
    let hash = stored(&site, user).await;
    let parts: Vec<&str> = hash.split('$').filter(|part| part.len() > 16).collect();
    assert!(!parts.is_empty());
    for page in ["password", "delete", "history", "change"] {
        let answer = boss.get(&format!("/admin/auth/user/{user}/{page}/")).await;
        assert_eq!(answer.status, 200, "{page}");
        for part in &parts {
            assert!(!answer.text().contains(part), "{page} shows {part}");
        }
        assert!(!answer.text().contains(NEW), "{page}");
    }
    let entries = log(&site).await;
    assert!(entries.iter().all(|entry| !entry.message.contains(NEW)), "{entries:?}");
}
