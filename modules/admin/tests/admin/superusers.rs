//! Users who are deleted, and those who stay.

use accounts::NewUser;
use accounts::models::User;
use module_api::db::query;
use module_api::model::{Model, WriteError};
use module_test::{DatabaseKind, TestSite, on_both_databases};

use crate::archive::{
    PASSWORD, archive, confirm, count, delete, execute, page, staff, superuser, value_of,
};

on_both_databases! {
    nobody_deletes_their_own_account,
    of_two_superusers_one_goes_without_a_question,
    nobody_but_superusers_deletes_one,
    who_is_named_in_the_log_stays,
    what_users_have_goes_with_them,
}

async fn id_of(site: &TestSite, username: &str) -> i64 {
    let mut db = site.db().acquire().await.unwrap();
    let id = query("SELECT id AS value FROM auth_user WHERE username = $1").bind(username);
    id.fetch_one::<(i64,)>(&mut db).await.unwrap().0
}

fn address(user: i64) -> String {
    format!("/admin/auth/user/{user}/delete/")
}

async fn nobody_deletes_their_own_account(on: DatabaseKind) {
    let site = archive(on).await;
    let browser = superuser(&site).await;
    let boss = id_of(&site, "boss").await;
    let other = NewUser::named("other", PASSWORD).superuser().add_to(site.db()).await.unwrap();
    let asked = page(&browser.get(&address(boss)).await);
    assert_eq!(asked.heading(), "Cannot delete user");
    assert!(asked.main().contains("This is your own account."), "{}", asked.main());
    assert_eq!(value_of(&asked, "post"), None, "there is no form");
    // Neither by what another superuser would be shown, nor together with others.
    let of_other = NewUser::named("third", PASSWORD).superuser().add_to(site.db()).await.unwrap();
    let third = site.sign_in("third", PASSWORD).await;
    let shown_to_third = page(&third.get(&address(boss)).await);
    assert_eq!(confirm(&browser, &address(boss), &shown_to_third).await.status, 200);
    let (boss, other) = (boss.to_string(), other.to_string());
    let both = [
        ("action", "delete_selected"),
        ("_selected_action", boss.as_str()),
        ("_selected_action", other.as_str()),
    ];
    let asked = page(&browser.post("/admin/auth/user/", &both).await);
    assert_eq!(asked.heading(), "Cannot delete 2 users");
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM auth_user").await, 3);
    assert_eq!(delete(&browser, &address(of_other)).await.status, 303);
}

async fn of_two_superusers_one_goes_without_a_question(on: DatabaseKind) {
    let site = archive(on).await;
    let browser = superuser(&site).await;
    let other = NewUser::named("other", PASSWORD).superuser().add_to(site.db()).await.unwrap();
    assert_eq!(delete(&browser, &address(other)).await.status, 303);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM auth_user").await, 1);
}

async fn nobody_but_superusers_deletes_one(on: DatabaseKind) {
    let site = archive(on).await;
    superuser(&site).await;
    let clerk = staff(&site, &["delete_user", "delete_profile"]).await;
    let boss = id_of(&site, "boss").await;
    assert_eq!(clerk.get(&address(boss)).await.status, 403);
    assert_eq!(clerk.post(&address(boss), &[("post", "yes")]).await.status, 403);
    let user = NewUser::named("ann", PASSWORD).add_to(site.db()).await.unwrap();
    assert_eq!(delete(&clerk, &address(user)).await.status, 303);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM auth_user").await, 2);
}

async fn who_is_named_in_the_log_stays(on: DatabaseKind) {
    let site = archive(on).await;
    let browser = superuser(&site).await;
    let clerk = staff(&site, &["add_shelf"]).await;
    let added = clerk.post("/admin/archive/topic/add/", &[("name", "Sea")]).await;
    assert_eq!(added.status, 403);
    execute(
        &site,
        "INSERT INTO django_admin_log (action_time, user_id, object_id, object_repr, action_flag, \
         change_message) SELECT CURRENT_TIMESTAMP, id, '1', 'Old maps', 1, '' FROM auth_user \
         WHERE username = 'clerk'",
    )
    .await;
    let user = id_of(&site, "clerk").await;
    let asked = page(&browser.get(&address(user)).await);
    assert_eq!(asked.heading(), "Cannot delete user");
    for words in ["can be deactivated, but not deleted", "Clear “active”", "Old maps"] {
        assert!(asked.main().contains(words), "{words} is not in {}", asked.main());
    }
    assert_eq!(confirm(&browser, &address(user), &asked).await.status, 200);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM django_admin_log").await, 1);
    let mut transaction = site.db().begin().await.unwrap();
    let deleted = User::objects().filter(User::ID.eq(user)).delete(&mut transaction).await;
    assert!(matches!(deleted, Err(WriteError::Protected(_))), "{deleted:?}");
    drop(transaction);
    // Whoever may delete users and not look into the log is told as much, and nothing of it.
    NewUser::named("ann", PASSWORD).staff().add_to(site.db()).await.unwrap();
    execute(
        &site,
        "UPDATE auth_user_user_permissions SET user_id = (SELECT id FROM auth_user \
         WHERE username = 'ann'), permission_id = (SELECT id FROM auth_permission WHERE codename = \
         'delete_user')",
    )
    .await;
    let ann = site.sign_in("ann", PASSWORD).await;
    let asked = page(&ann.get(&address(user)).await);
    assert!(asked.main().contains("1 that you do not have permission to view"), "{}", asked.main());
    assert!(!asked.main().contains("Old maps"), "{}", asked.main());
}

async fn what_users_have_goes_with_them(on: DatabaseKind) {
    let site = archive(on).await;
    let browser = superuser(&site).await;
    let clerk = staff(&site, &["view_shelf", "view_folder"]).await;
    let user = id_of(&site, "clerk").await;
    let asked = page(&browser.get(&address(user)).await);
    let shown: Vec<String> = asked.all("li").map(module_test::Element::words).collect();
    for item in ["Users: 1", "Sessions: 1", "User–permission relationships: 2"] {
        assert!(shown.iter().any(|known| known == item), "{item} is not among {shown:?}");
    }
    assert_eq!(confirm(&browser, &address(user), &asked).await.status, 303);
    assert_eq!(clerk.get("/admin/").await.status, 302);
    let entry = "SELECT COUNT(*) AS value FROM django_admin_log WHERE object_repr = 'clerk'";
    assert_eq!(count(&site, entry).await, 1, "the deletion is in the log");
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM accounts_session").await, 1);
}
