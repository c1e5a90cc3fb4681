//! Members of the staff at work.

use accounts::NewUser;
use module_test::{Answer, Browser, DatabaseKind, TestSite};
use std::sync::atomic::{AtomicU32, Ordering};

use module_api::db::query;
use rocket::http::Method;

const PASSWORD: &str = "correct horse battery";

/// A site with all modules.
pub(crate) async fn site(on: DatabaseKind) -> TestSite {
    TestSite::on(on).start().await
}

/// A superuser who has just signed in.
pub(crate) async fn superuser(site: &TestSite) -> Browser<'_> {
    let name = unique_name("root");
    NewUser::named(&name, PASSWORD).superuser().add_to(site.db()).await.unwrap();
    site.sign_in(&name, PASSWORD).await
}

/// A member of the staff who has just signed in, with these permissions, parted by commas, and no
/// others.
pub(crate) async fn staff<'a>(site: &'a TestSite, permissions: &str) -> Browser<'a> {
    let name = unique_name("staff");
    let id = NewUser::named(&name, PASSWORD).staff().add_to(site.db()).await.unwrap();
    for permission in permissions.split(',').filter(|permission| !permission.is_empty()) {
        give(site, id, permission).await;
    }
    site.sign_in(&name, PASSWORD).await
}

/// Gives a user a permission.
pub(crate) async fn give(site: &TestSite, user: i64, permission: &str) {
    let (app, codename) = permission.split_once('.').unwrap();
    let mut transaction = site.db().begin().await.unwrap();
    let given = query(
        "INSERT INTO auth_user_user_permissions (user_id, permission_id) \
         SELECT $1, permission.id FROM auth_permission permission \
         JOIN django_content_type type ON type.id = permission.content_type_id \
         WHERE type.app_label = $2 AND permission.codename = $3",
    );
    let given = given.bind(user).bind(app).bind(codename);
    assert_eq!(given.execute(&mut transaction).await.unwrap(), 1, "{permission} is there");
    transaction.commit().await.unwrap();
}

fn unique_name(word: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("{word}{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// Sends a form with a file.
pub(crate) async fn upload(
    browser: &Browser<'_>,
    address: &str,
    name: &str,
    content: &[u8],
) -> Answer {
    let token = browser.token();
    let head = format!(
        "--xYz\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n\
         --xYz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--xYz--\r\n"].concat();
    let multipart = ("Content-Type", "multipart/form-data; boundary=xYz");
    browser.request(Method::Post, address, &[multipart], &body).await
}
