//! Signing in and out through the site's forms.

use site_tests::{DatabaseKind, NewUser, TestSite, on_both_databases};

on_both_databases! {
    who_knows_the_password_is_signed_in,
}

async fn who_knows_the_password_is_signed_in(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    site.add_user(NewUser::named("tunde", "blue kettle on fire")).await;
    let browser = site.sign_in("tunde", "blue kettle on fire").await;
    let page = browser.get("/lettings/").await;
    assert!(page.text().contains("Logged in as <strong>tunde</strong>"), "{}", page.text());
    assert_eq!(page.header("cache-control"), Some("private, no-store"));
}
