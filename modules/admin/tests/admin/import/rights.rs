//! Permissions: a file changes nothing that its user may not change.

use accounts::NewUser;
use module_api::db::query;
use module_test::{DatabaseKind, TestSite, on_both_databases};
use site_rows::{AddRows, Address};

use super::super::desk::{site, staff, superuser, upload};
use super::{LETTINGS, add_addresses, import, preview, stored, titles};

const USERS: &str = "/admin/auth/user/import/";

on_both_databases! {
    who_may_neither_add_nor_change_has_no_import,
    who_may_only_add_changes_nothing_and_the_other_way_round,
    passwords_are_never_imported_and_new_users_have_none,
    fields_for_superusers_are_left_out_for_others,
    what_a_rule_forbids_is_refused,
    a_permission_that_is_lost_before_the_confirmation_counts,
    no_key_is_given_after_which_there_is_none_left,
}

async fn who_may_neither_add_nor_change_has_no_import(on: DatabaseKind) {
    let site = site(on).await;
    let desk = staff(&site, "lettings.view_letting,lettings.delete_letting").await;
    assert_eq!(desk.get(LETTINGS).await.status, 403);
    assert_eq!(upload(&desk, LETTINGS, "a.csv", b"title\nx\n").await.status, 403);
    for permission in ["lettings.add_letting", "lettings.change_letting"] {
        assert_eq!(staff(&site, permission).await.get(LETTINGS).await.status, 200);
    }
    assert_eq!(desk.get("/admin/lettings/nothing/import/").await.status, 404);
    assert_eq!(desk.get("/admin/lettings/address/import/").await.status, 403);
    let nobody = site.browser();
    assert_eq!(nobody.get(LETTINGS).await.status, 302, "to the login");
}

async fn who_may_only_add_changes_nothing_and_the_other_way_round(on: DatabaseKind) {
    let site = site(on).await;
    let beach = site.add_letting("Beach house", Address::SOMEWHERE).await;
    let free = add_addresses(&site, 1).await[0];
    let new = format!("id,title,address\n,New,{free}\n");
    let changed = format!("id,title,address\n{beach},Changed,{beach}\n");
    let kept = format!("id,title,address\n{beach},Beach house,{beach}\n");
    let desk = staff(&site, "lettings.change_letting").await;
    let shown = preview(&desk, LETTINGS, "a.csv", &new).await;
    let message = "Line 2: It is new, and you do not have permission to add lettings.";
    assert_eq!(shown.problems, [message]);
    assert_eq!(preview(&desk, LETTINGS, "a.csv", &changed).await.counts, [0, 1, 0, 0]);
    let desk = staff(&site, "lettings.add_letting").await;
    let shown = preview(&desk, LETTINGS, "a.csv", &changed).await;
    assert_eq!(shown.problems, ["Line 2: You do not have permission to change it."]);
    assert!(!shown.page.main().contains("Beach house"), "what is not to be seen is not shown");
    assert_eq!(preview(&desk, LETTINGS, "a.csv", &kept).await.counts, [0, 0, 0, 1]);
    assert_eq!(preview(&desk, LETTINGS, "a.csv", &new).await.counts, [1, 0, 0, 0]);
}

async fn no_key_is_given_after_which_there_is_none_left(on: DatabaseKind) {
    let site = site(on).await;
    let free = add_addresses(&site, 1).await[0];
    let desk = staff(&site, "lettings.add_letting").await;
    for key in ["1000000001", "2147483647", "9223372036854775807"] {
        let table = format!("id,title,address\n{key},New,{free}\n");
        let shown = preview(&desk, LETTINGS, "a.csv", &table).await;
        assert_eq!(shown.counts, [0, 0, 0, 1], "{key}");
        assert!(shown.problems[0].contains("less than or equal to 1000000000"), "{shown:?}");
    }
}

async fn password_of(site: &TestSite, username: &str) -> String {
    let mut db = site.db().acquire().await.unwrap();
    let (password,): (String,) =
        query("SELECT password AS value FROM auth_user WHERE username = $1")
            .bind(username)
            .fetch_one(&mut db)
            .await
            .unwrap();
    password
}

async fn passwords_are_never_imported_and_new_users_have_none(on: DatabaseKind) {
    let site = site(on).await;
    let ann = NewUser::named("ann", "secret").add_to(site.db()).await.unwrap();
    let before = password_of(&site, "ann").await;
    let desk = superuser(&site).await;
    let table = format!("id,username,password,first_name\n{ann},ann,pwned,Ann\n,bob,pwned,Bob\n");
    let shown = preview(&desk, USERS, "users.csv", &table).await;
    let left_out = shown.page.id("left-out").unwrap().words();
    assert!(left_out.contains("password: passwords are never imported"), "{left_out}");
    assert!(!shown.page.main().contains("pwned"), "{}", shown.page.main());
    import(&desk, USERS, "users.csv", &table).await;
    assert_eq!(password_of(&site, "ann").await, before);
    let of_bob = password_of(&site, "bob").await;
    assert!(of_bob.starts_with('!') && of_bob.len() == 41, "{of_bob}");
    let json = r#"[{"model": "auth.user", "pk": 9999, "fields": {"username": "cid", "password": "pwned"}}]"#;
    import(&desk, USERS, "users.json", json).await;
    let of_cid = password_of(&site, "cid").await;
    assert!(of_cid.starts_with('!') && of_cid != of_bob, "{of_cid}");
    let only = preview_error(&desk, "username_is_missing.csv", "password\nx\n").await;
    assert!(only.contains("no columns that can be imported"), "{only}");
}

async fn preview_error(desk: &module_test::Browser<'_>, name: &str, content: &str) -> String {
    super::refusal(desk, USERS, name, content).await
}

async fn fields_for_superusers_are_left_out_for_others(on: DatabaseKind) {
    let site = site(on).await;
    let ann = NewUser::named("ann", "secret").add_to(site.db()).await.unwrap();
    let desk = staff(&site, "auth.add_user,auth.change_user").await;
    let table = format!(
        "id,username,is_superuser,is_staff,groups,user_permissions,first_name\n\
         {ann},ann,True,True,1,1,Ann\n,bob,True,True,,1,Bob\n"
    );
    let shown = preview(&desk, USERS, "users.csv", &table).await;
    assert_eq!(shown.counts, [1, 1, 0, 0], "{:?}", shown.problems);
    let left_out = shown.page.id("left-out").unwrap().words();
    for name in ["groups", "is_staff", "is_superuser", "user_permissions"] {
        let line = format!("{name}: only superusers can change this");
        assert!(left_out.contains(&line), "{left_out}");
    }
    import(&desk, USERS, "users.csv", &table).await;
    let users =
        stored(&site, "auth.user", &["username", "first_name", "is_staff", "is_superuser"]).await;
    for user in ["ann|Ann|False|False", "bob|Bob|False|False"] {
        assert!(users.contains(&user.to_owned()), "{users:?}");
    }
    let table = format!("id,username,is_staff\n{ann},ann,True\n");
    import(&superuser(&site).await, USERS, "users.csv", &table).await;
    let users = stored(&site, "auth.user", &["username", "is_staff"]).await;
    assert!(users.contains(&"ann|True".to_owned()), "{users:?}");
}

/// Superusers are changed by superusers alone.
async fn what_a_rule_forbids_is_refused(on: DatabaseKind) {
    let site = site(on).await;
    let root = NewUser::named("root", "secret").superuser().add_to(site.db()).await.unwrap();
    let desk = staff(&site, "auth.add_user,auth.change_user").await;
    let table = format!("id,email\n{root},evil@example.com\n");
    let shown = preview(&desk, USERS, "users.csv", &table).await;
    assert_eq!(shown.problems, ["Line 2: You do not have permission to change it."]);
    assert_eq!(shown.confirmation, None);
    let shown = preview(&superuser(&site).await, USERS, "users.csv", &table).await;
    assert_eq!(shown.counts, [0, 1, 0, 0]);
}

async fn a_permission_that_is_lost_before_the_confirmation_counts(on: DatabaseKind) {
    let site = site(on).await;
    let free = add_addresses(&site, 1).await[0];
    let desk = staff(&site, "lettings.add_letting,lettings.change_letting").await;
    let table = format!("title,address\nNew,{free}\n");
    let shown = preview(&desk, LETTINGS, "a.csv", &table).await;
    let mut transaction = site.db().begin().await.unwrap();
    let lost = query(
        "DELETE FROM auth_user_user_permissions WHERE permission_id IN \
         (SELECT id FROM auth_permission WHERE codename = 'add_letting')",
    );
    assert_eq!(lost.execute(&mut transaction).await.unwrap(), 1);
    transaction.commit().await.unwrap();
    let answer = shown.confirm(&desk, LETTINGS).await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.page().main().contains("you do not have permission to add"),
        "{}",
        answer.page().main()
    );
    assert!(titles(&site).await.is_empty());
}
