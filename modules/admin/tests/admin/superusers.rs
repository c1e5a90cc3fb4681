//! What is asked before users lock themselves or everybody out.

use accounts::NewUser;
use module_api::db::query;
use module_test::{Browser, DatabaseKind, TestSite, on_both_databases};

use crate::archive::{PASSWORD, archive, confirm, count, delete, execute, page, staff, superuser};

on_both_databases! {
    the_last_superuser_is_deleted_only_when_it_was_asked_twice,
    of_two_superusers_one_goes_without_a_question,
    who_deletes_the_own_account_is_asked,
    nobody_but_superusers_deletes_one,
    what_users_did_and_have_goes_with_them,
}

async fn id_of(site: &TestSite, username: &str) -> i64 {
    let mut db = site.db().acquire().await.unwrap();
    let id = query("SELECT id AS value FROM auth_user WHERE username = $1").bind(username);
    id.fetch_one::<(i64,)>(&mut db).await.unwrap().0
}

fn address(user: i64) -> String {
    format!("/admin/auth/user/{user}/delete/")
}

/// Tries to delete a user; what is asked, if anything is.
async fn question(browser: &Browser<'_>, user: i64) -> Option<String> {
    let answer = delete(browser, &address(user)).await;
    (answer.status == 200).then(|| page(&answer).id("question").map(module_test::Element::words))?
}

const LAST: &str = "No active superuser is left then";
const OWN: &str = "This is your own account";

async fn the_last_superuser_is_deleted_only_when_it_was_asked_twice(on: DatabaseKind) {
    let site = archive(on).await;
    let browser = superuser(&site).await;
    let boss = id_of(&site, "boss").await;
    // Neither counts: one is not active, the other no superuser.
    let inactive = NewUser { is_active: false, ..NewUser::named("old", PASSWORD).superuser() };
    inactive.add_to(site.db()).await.unwrap();
    NewUser::named("ann", PASSWORD).staff().add_to(site.db()).await.unwrap();
    let first = page(&browser.get(&address(boss)).await);
    let second = page(&confirm(&browser, &address(boss), &first).await);
    let asked = second.id("question").unwrap().words();
    assert!(asked.contains(LAST) && asked.contains(OWN), "{asked}");
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM auth_user").await, 3);
    let answer = confirm(&browser, &address(boss), &second).await;
    assert_eq!(answer.status, 303);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM auth_user").await, 2);
    assert_eq!(browser.get("/admin/").await.status, 302, "nobody is signed in any more");
}

async fn of_two_superusers_one_goes_without_a_question(on: DatabaseKind) {
    let site = archive(on).await;
    let browser = superuser(&site).await;
    let other = NewUser::named("other", PASSWORD).superuser().add_to(site.db()).await.unwrap();
    assert_eq!(question(&browser, other).await, None);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM auth_user").await, 1);
}

async fn who_deletes_the_own_account_is_asked(on: DatabaseKind) {
    let site = archive(on).await;
    let browser = superuser(&site).await;
    NewUser::named("other", PASSWORD).superuser().add_to(site.db()).await.unwrap();
    let asked = question(&browser, id_of(&site, "boss").await).await.unwrap();
    assert!(asked.contains(OWN) && !asked.contains(LAST), "{asked}");
}

async fn nobody_but_superusers_deletes_one(on: DatabaseKind) {
    let site = archive(on).await;
    superuser(&site).await;
    let clerk = staff(&site, &["delete_user", "delete_profile"]).await;
    let boss = id_of(&site, "boss").await;
    assert_eq!(clerk.get(&address(boss)).await.status, 403);
    assert_eq!(clerk.post(&address(boss), &[("post", "yes")]).await.status, 403);
    let user = NewUser::named("ann", PASSWORD).add_to(site.db()).await.unwrap();
    assert_eq!(question(&clerk, user).await, None);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM auth_user").await, 2);
}

async fn what_users_did_and_have_goes_with_them(on: DatabaseKind) {
    let site = archive(on).await;
    let browser = superuser(&site).await;
    let clerk = staff(&site, &["view_shelf", "view_folder"]).await;
    execute(
        &site,
        "INSERT INTO django_admin_log (action_time, user_id, object_id, object_repr, action_flag, \
         change_message) SELECT CURRENT_TIMESTAMP, id, '1', 'It', 1, '' FROM auth_user",
    )
    .await;
    let user = id_of(&site, "clerk").await;
    let asked = page(&browser.get(&address(user)).await);
    let shown: Vec<String> = asked.all("li").map(module_test::Element::words).collect();
    for item in ["Users: 1", "Log entries: 1", "Sessions: 1", "User–permission relationships: 2"]
    {
        assert!(shown.iter().any(|known| known == item), "{item} is not among {shown:?}");
    }
    assert_eq!(confirm(&browser, &address(user), &asked).await.status, 303);
    assert_eq!(clerk.get("/admin/").await.status, 302);
    // What is left is the entry of the one who is still there, and that of the deletion.
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM django_admin_log").await, 2);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM accounts_session").await, 1);
}
