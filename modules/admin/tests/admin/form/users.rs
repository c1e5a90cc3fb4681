//! Users and groups: passwords, rights, and questions.

use module_api::db::Value;
use module_test::{DatabaseKind, on_both_databases};

use super::{
    Filled, PASSWORD, errors, execute, form, input, log, messages, site, staff, superuser,
};
use super::{value, values};

on_both_databases!(
    a_new_user_gets_a_password_and_can_sign_in,
    a_username_is_stored_in_its_normal_form,
    a_bad_password_is_refused_and_never_shown_again,
    the_hash_is_neither_shown_nor_taken,
    staff_cannot_give_themselves_or_others_rights,
    what_locks_one_out_is_asked_first,
    more_groups_than_a_statement_takes_are_refused_at_the_field,
);

const ADD: &str = "/admin/auth/user/add/";

async fn a_new_user_gets_a_password_and_can_sign_in(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let new = form(&ann, ADD).await;
    assert_eq!(new.get("is_active"), Some("on"));
    let new = new.set("username", "zoë.li").set("password1", PASSWORD).set("password2", PASSWORD);
    let change = new.set("is_staff", "on").send(&ann, ADD, "_continue").await;
    let page = ann.get(change.location()).await.page();
    assert!(page.main().contains("Set (hashed with argon2)."), "{}", page.main());
    let password = page.link("Set another password").unwrap();
    assert!(password.ends_with("/password/"), "{password}");
    let zoe = site.sign_in("zoë.li", PASSWORD).await;
    assert_eq!(zoe.get("/admin/").await.status, 200);
    let entries = log(&site).await;
    assert_eq!(entries.len(), 1);
    assert!(entries[0].ends_with("zoë.li [{\"added\": {}}]"), "{entries:?}");
}

async fn a_username_is_stored_in_its_normal_form(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let new = form(&ann, ADD).await.set("password1", PASSWORD).set("password2", PASSWORD);
    let named = new.set("username", " ﬂora ");
    named.save(&ann, ADD).await;
    let names: Vec<String> =
        values(&site, "SELECT username AS value FROM auth_user ORDER BY id").await;
    assert_eq!(names, ["ann", "flora"]);
    site.sign_in("ﬂora", PASSWORD).await;
    let page = named.set("username", "ｆｌｏｒａ").send(&ann, ADD, "_save").await.page();
    assert_eq!(errors(&page, "username"), "User with this Username already exists.");

    // A name of before stays as it is until it is changed.
    execute(&site, "UPDATE auth_user SET username = 'ﬁona' WHERE username = 'flora'", &[]).await;
    let id: i64 = value(&site, "SELECT id AS value FROM auth_user WHERE username = 'ﬁona'").await;
    let change = format!("/admin/auth/user/{id}/change/");
    form(&ann, &change).await.set("first_name", "Fiona").save(&ann, &change).await;
    let of_id = "SELECT username AS value FROM auth_user WHERE username <> 'ann'";
    assert_eq!(value::<String>(&site, of_id).await, "ﬁona");
    form(&ann, &change).await.set("username", "ﬁona.b").save(&ann, &change).await;
    assert_eq!(value::<String>(&site, of_id).await, "fiona.b");
}

async fn a_bad_password_is_refused_and_never_shown_again(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let named = form(&ann, ADD).await.set("username", "zoë.li");
    for (first, second, of_first, of_second) in [
        ("", "", "This field is required.", "This field is required."),
        (PASSWORD, "", "", "This field is required."),
        (PASSWORD, "blue cattle on fire", "", "The two password fields didn’t match."),
        (
            "12345",
            "12345",
            "",
            "This password is too short. It must contain at least 8 characters.This password is too common.This password is entirely numeric.",
        ),
        ("zoë.li.1", "zoë.li.1", "", "The password is too similar to the username."),
    ] {
        let typed = named.clone().set("password1", first).set("password2", second);
        let answer = typed.send(&ann, ADD, "_save").await;
        let page = answer.page();
        assert_eq!(errors(&page, "password1"), of_first, "{first} {second}");
        assert_eq!(errors(&page, "password2"), of_second, "{first} {second}");
        assert_eq!(input(&page, "password1").attribute("value"), None);
        assert_eq!(Filled::of(&answer).get("username"), Some("zoë.li"));
    }
    // With a good password, what else is wrong is said as well.
    let typed = named.set("username", "not good!").set("password1", PASSWORD);
    let page = typed.set("password2", PASSWORD).send(&ann, ADD, "_save").await.page();
    assert!(errors(&page, "username").starts_with("Enter a valid username."));
    assert_eq!(errors(&page, "password1"), "");
    let users: i64 = value(&site, "SELECT COUNT(*) AS value FROM auth_user").await;
    assert_eq!(users, 1);
}

async fn the_hash_is_neither_shown_nor_taken(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let before: String = value(&site, "SELECT password AS value FROM auth_user").await;
    let id: i64 = value(&site, "SELECT id AS value FROM auth_user").await;
    let address = format!("/admin/auth/user/{id}/change/");
    let page = ann.get(&address).await;
    assert!(!page.text().contains(&before[10..]), "nothing of the hash is in the page");
    let change = Filled::of(&page).set("email", "ann@example.org").set("password", "!");
    let change =
        change.set("password1", "x").set("password2", "x").set("last_login_0", "2020-01-01");
    change.save(&ann, &address).await;
    let after: String = value(&site, "SELECT password AS value FROM auth_user").await;
    assert_eq!(after, before);
    let never: i64 =
        value(&site, "SELECT COUNT(*) AS value FROM auth_user WHERE last_login < '2021-01-01'")
            .await;
    assert_eq!(never, 0, "what is read-only is not taken");
}

async fn staff_cannot_give_themselves_or_others_rights(kind: DatabaseKind) {
    let site = site(kind).await;
    superuser(&site, "ann").await;
    execute(&site, "INSERT INTO auth_group (name) VALUES ('editors')", &[]).await;
    let rights = [
        "auth.add_user",
        "auth.change_user",
        "auth.view_user",
        "auth.change_group",
        "auth.view_permission",
    ];
    let eve = staff(&site, "eve", &rights).await;
    let own: i64 = value(&site, "SELECT id AS value FROM auth_user WHERE username = 'eve'").await;
    let address = format!("/admin/auth/user/{own}/change/");
    let page = eve.get(&address).await;
    let shown = Filled::of(&page);
    for name in ["is_superuser", "is_staff", "groups", "user_permissions", "password"] {
        assert_eq!(shown.get(name), None, "{name}");
    }
    assert!(page.page().main().contains("Superuser status No"), "it is shown");
    assert!(page.page().main().contains("Accounts: can change user"));
    let posing = |form: &Filled| {
        let form = form.clone().set("is_superuser", "on").set("is_staff", "on").set("groups", "1");
        form.set("user_permissions", "1").set("first_name", "Eve")
    };
    posing(&shown).save(&eve, &address).await;
    let new = form(&eve, ADD).await.set("username", "puppet");
    let new = posing(&new).set("password1", PASSWORD).set("password2", PASSWORD);
    new.save(&eve, ADD).await;
    let names = "SELECT username || ' ' || first_name AS value FROM auth_user \
                 WHERE NOT is_superuser ORDER BY id";
    assert_eq!(values::<String>(&site, names).await, ["eve Eve", "puppet Eve"]);
    let staff = "SELECT username AS value FROM auth_user WHERE is_staff ORDER BY id";
    assert_eq!(values::<String>(&site, staff).await, ["ann", "eve"]);
    let given = "SELECT (SELECT COUNT(*) FROM auth_user_groups) + \
                 (SELECT COUNT(*) FROM auth_user_user_permissions) AS value";
    assert_eq!(value::<i64>(&site, given).await, 5, "what eve had");
    // A group's permissions are for superusers to give.
    let group = "/admin/auth/group/1/change/";
    let change = form(&eve, group).await.set("name", "authors").set("permissions", "1");
    change.save(&eve, group).await;
    let given = "SELECT COUNT(*) AS value FROM auth_group_permissions";
    assert_eq!(value::<i64>(&site, given).await, 0);
    // A superuser is not for others to change.
    let ann: i64 = value(&site, "SELECT id AS value FROM auth_user WHERE username = 'ann'").await;
    let address = format!("/admin/auth/user/{ann}/change/");
    let page = eve.get(&address).await;
    assert_eq!(page.status, 200, "eve may look");
    assert!(!page.text().contains("name=\"_save\""));
    assert!(!page.text().contains("object-form\"><input"), "there is no form");
    let answer = eve.post(&address, &[("email", "eve@example.org"), ("_save", "1")]).await;
    assert_eq!(answer.status, 403);
}

async fn what_locks_one_out_is_asked_first(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let id: i64 = value(&site, "SELECT id AS value FROM auth_user").await;
    let address = format!("/admin/auth/user/{id}/change/");
    let change = form(&ann, &address).await.without("is_superuser").set("first_name", "Ann");
    let asked = change.send(&ann, &address, "_save").await;
    assert_eq!(asked.status, 200);
    let page = asked.page();
    assert!(page.main().contains("from your own account"), "{}", page.main());
    let again = Filled::of(&asked);
    assert_eq!((again.get("first_name"), again.get("is_superuser")), (Some("Ann"), None));
    assert_eq!(again.get("_confirmed"), None, "it is not checked at first");
    let is_superuser = "SELECT is_superuser AS value FROM auth_user";
    assert!(value::<bool>(&site, is_superuser).await);
    assert_eq!(again.send(&ann, &address, "_save").await.status, 200, "it is asked again");
    again.set("_confirmed", &super::rights::yes_to(&asked)).save(&ann, &address).await;
    assert!(!value::<bool>(&site, is_superuser).await);
    assert_eq!(log(&site).await.len(), 1);
    let rights = "SELECT COUNT(*) AS value FROM auth_user WHERE first_name = $1";
    let mut connection = site.db().acquire().await.unwrap();
    let (changed,): (i64,) = module_api::db::query(rights)
        .bind(Value::from("Ann"))
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(changed, 1);
    drop(connection);
    let said = messages(&ann).await;
    assert!(said[0].starts_with("The user “ann” was changed successfully."), "{said:?}");
    assert_eq!(ann.get(&address).await.status, 403, "the right is gone at the next request");
}

async fn more_groups_than_a_statement_takes_are_refused_at_the_field(kind: DatabaseKind) {
    let site = site(kind).await;
    let ann = superuser(&site, "ann").await;
    let ids: Vec<String> = (1..=70_000).map(|id| id.to_string()).collect();
    let new = form(&ann, ADD).await.set("username", "zoë.li");
    let new = new.set("password1", PASSWORD).set("password2", PASSWORD);
    for (count, error) in
        [(70_000, "Select at most 5000."), (5000, "1 is not one of the available")]
    {
        let typed = new.clone().set("groups_add", &ids[..count].join(","));
        let answer = typed.send(&ann, ADD, "_save").await;
        assert_eq!(answer.status, 200);
        let shown = errors(&answer.page(), "groups");
        assert!(shown.contains(error), "{shown}");
    }
    assert_eq!(value::<i64>(&site, "SELECT COUNT(*) AS value FROM auth_user").await, 1);
}
