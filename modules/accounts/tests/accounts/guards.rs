//! Guards: they check the user as of the request.

#![expect(clippy::needless_pass_by_value, reason = "guards are passed by value")]

use accounts::NewUser;
use module_api::auth::{CurrentUser, Permission, RequiredPermission, Staff};
use module_api::db::Value;
use module_api::rocket_db_pools::Pool;
use module_test::{Browser, DatabaseKind, LocalModule, TestSite, on_both_databases};
use rocket::{get, post};

use crate::{GOOD, execute, user};

on_both_databases! {
    a_visitor_is_sent_to_the_login_and_back,
    a_user_without_the_right_is_refused,
    a_right_lost_in_mid_session_is_lost_at_the_next_request,
    permissions_come_from_the_user_and_the_groups,
    without_the_cookie_nothing_is_asked_of_the_database,
}

static DESK: LocalModule = LocalModule {
    requires: &["accounts"],
    routes: || rocket::routes![greeting, mine, of_staff, change, post_change],
    ..LocalModule::named("desk")
};

struct ChangeLettings;

impl RequiredPermission for ChangeLettings {
    fn name() -> String {
        "lettings.change_letting".to_owned()
    }
}

#[get("/greeting")]
fn greeting(user: Option<CurrentUser>) -> String {
    user.map_or_else(|| "Hello!".to_owned(), |user| format!("Hello, {}!", user.username))
}

#[get("/mine?<page>")]
fn mine(user: CurrentUser, page: Option<u8>) -> String {
    format!("{} {page:?}", user.username)
}

#[get("/of_staff")]
fn of_staff(staff: Staff) -> String {
    staff.username.clone()
}

#[get("/change")]
fn change(user: Permission<ChangeLettings>) -> String {
    user.username.clone()
}

#[post("/change")]
fn post_change(user: Permission<ChangeLettings>) -> String {
    format!("changed by {}", user.username)
}

async fn desk(on: DatabaseKind) -> TestSite {
    TestSite::on(on).and_modules(&[&DESK]).start().await
}

async fn status(browser: &Browser<'_>, address: &str) -> u16 {
    browser.get(address).await.status
}

async fn a_visitor_is_sent_to_the_login_and_back(on: DatabaseKind) {
    let site = desk(on).await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.browser();
    let answer = browser.get("/desk/mine/?page=2").await;
    assert_eq!(
        (answer.status, answer.location()),
        (302, "/accounts/login/?next=%2Fdesk%2Fmine%2F%3Fpage%3D2")
    );
    let form = browser.get(answer.location()).await.page();
    let next = form.all("input").find(|input| input.attribute("name") == Some("next"));
    let next = next.unwrap().attribute("value").unwrap().to_owned();
    let fields = [("username", "tunde"), ("password", GOOD), ("next", next.as_str())];
    let answer = browser.post("/accounts/login/", &fields).await;
    assert_eq!(answer.location(), "/desk/mine/?page=2");
    assert_eq!(browser.get(answer.location()).await.text(), "tunde Some(2)");

    let sent = site.browser().post("/desk/change/", &[]).await;
    assert_eq!(
        (sent.status, sent.location()),
        (302, "/accounts/login/"),
        "a form is not sent again"
    );
    assert_eq!(site.get("/desk/greeting/").await.text(), "Hello!");
    assert_eq!(browser.get("/desk/greeting/").await.text(), "Hello, tunde!");
}

async fn a_user_without_the_right_is_refused(on: DatabaseKind) {
    let site = desk(on).await;
    for (name, staff, superuser) in
        [("nobody", false, false), ("staff", true, false), ("root", true, true)]
    {
        let new = NewUser { is_staff: staff, is_superuser: superuser, ..user(name) };
        new.add_to(site.db()).await.unwrap();
        let browser = site.sign_in(name, GOOD).await;
        let allowed = |may: bool| if may { 200 } else { 403 };
        assert_eq!(status(&browser, "/desk/mine/").await, 200, "{name}");
        assert_eq!(status(&browser, "/desk/of_staff/").await, allowed(staff), "{name}");
        assert_eq!(status(&browser, "/desk/change/").await, allowed(superuser), "{name}");
        let posted = browser.post("/desk/change/", &[]).await;
        assert_eq!(posted.status, allowed(superuser), "{name}");
    }
}

const GIVE: &str = "INSERT INTO auth_user_user_permissions (user_id, permission_id) \
                    SELECT auth_user.id, auth_permission.id FROM auth_user, auth_permission \
                    WHERE auth_permission.codename = $1";

async fn a_right_lost_in_mid_session_is_lost_at_the_next_request(on: DatabaseKind) {
    let site = desk(on).await;
    user("tunde").staff().add_to(site.db()).await.unwrap();
    let browser = site.sign_in("tunde", GOOD).await;
    assert_eq!(execute(&site, GIVE, &[Value::from("change_letting")]).await, 1);
    assert_eq!(status(&browser, "/desk/change/").await, 200, "as soon as it is given");
    assert_eq!(status(&browser, "/desk/of_staff/").await, 200);
    execute(&site, "DELETE FROM auth_user_user_permissions", &[]).await;
    assert_eq!(status(&browser, "/desk/change/").await, 403);
    assert_eq!(browser.post("/desk/change/", &[]).await.status, 403);
    execute(&site, "UPDATE auth_user SET is_staff = FALSE", &[]).await;
    assert_eq!(status(&browser, "/desk/of_staff/").await, 403);
    execute(&site, "UPDATE auth_user SET is_superuser = TRUE", &[]).await;
    assert_eq!(status(&browser, "/desk/change/").await, 200);
    execute(&site, "UPDATE auth_user SET is_active = FALSE", &[]).await;
    assert_eq!(status(&browser, "/desk/change/").await, 302);
}

async fn permissions_come_from_the_user_and_the_groups(on: DatabaseKind) {
    let site = desk(on).await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.sign_in("tunde", GOOD).await;
    for sql in [
        "INSERT INTO auth_group (name) VALUES ('editors')",
        "INSERT INTO auth_group (name) VALUES ('readers')",
        "INSERT INTO auth_group_permissions (group_id, permission_id) \
         SELECT auth_group.id, auth_permission.id FROM auth_group, auth_permission \
         WHERE auth_group.name = 'editors' AND auth_permission.codename = 'change_letting'",
    ] {
        assert_eq!(execute(&site, sql, &[]).await, 1);
    }
    let join = "INSERT INTO auth_user_groups (user_id, group_id) \
                SELECT auth_user.id, auth_group.id FROM auth_user, auth_group WHERE name = $1";
    assert_eq!(execute(&site, join, &[Value::from("readers")]).await, 1);
    assert_eq!(execute(&site, GIVE, &[Value::from("change_address")]).await, 1);
    assert_eq!(status(&browser, "/desk/change/").await, 403, "another group, another permission");
    assert_eq!(execute(&site, join, &[Value::from("editors")]).await, 1);
    assert_eq!(browser.get("/desk/change/").await.text(), "tunde");
    execute(&site, "DELETE FROM auth_user_groups", &[]).await;
    assert_eq!(status(&browser, "/desk/change/").await, 403);
}

async fn without_the_cookie_nothing_is_asked_of_the_database(on: DatabaseKind) {
    let site = desk(on).await;
    user("tunde").add_to(site.db()).await.unwrap();
    let signed_in = site.sign_in("tunde", GOOD).await;
    site.db().close().await;
    // Who has no cookie, or one that is none, is nobody, and that is known.
    let browser = site.browser();
    for cookie in [None, Some("nonsense")] {
        if let Some(cookie) = cookie {
            browser.set_cookie("session", cookie);
        }
        assert_eq!(status(&browser, "/desk/mine/").await, 302);
        assert_eq!(status(&browser, "/desk/change/").await, 302);
        assert_eq!(status(&browser, "/").await, 200);
    }
    // Who has one, may be somebody.
    for address in ["/desk/mine/", "/desk/of_staff/", "/desk/change/"] {
        assert_eq!(status(&signed_in, address).await, 503, "{address}");
    }
    let home = signed_in.get("/").await;
    assert_eq!(home.status, 200, "what needs nobody stands");
    assert_eq!(status(&signed_in, "/static/host/site.css").await, 200);
}
