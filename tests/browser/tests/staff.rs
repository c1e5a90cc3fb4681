//! A site with staff, and how they log in.

use browser_tests::Browser;
use site_tests::{
    AddRows, Address, Database, DatabaseKind, HolidayHomes, NewUser, ServedSite, Setup,
};

/// The password of all staff of [`site`].
pub(crate) const PASSWORD: &str = "tide pools at dawn";

/// A site with demo data, so many lettings more, the superuser `root`, and `clerk`, who is staff
/// without permissions.
pub(crate) async fn site(lettings: usize) -> ServedSite {
    site_with(lettings, |setup| setup).await
}

/// The same, with settings of its own.
pub(crate) async fn site_with(lettings: usize, set: impl Fn(Setup) -> Setup) -> ServedSite {
    let database = Database::fresh(DatabaseKind::Sqlite).await;
    let setup = || set(HolidayHomes::on(DatabaseKind::Sqlite).database(&database));
    let site = setup().demo_data().start().await;
    let root = NewUser { email: "root@example.com", ..NewUser::named("root", PASSWORD) };
    root.superuser().add_to(site.db()).await.expect("the user is added");
    NewUser::named("clerk", PASSWORD).staff().add_to(site.db()).await.expect("the user is added");
    for number in 1..=lettings {
        site.add_letting(&format!("Row house {number:03}"), Address::SOMEWHERE).await;
    }
    drop(site);
    setup().serve().await
}

/// Types a name and a password into the form that the browser shows.
pub(crate) async fn log_in(browser: &Browser, username: &str, password: &str) {
    browser.fill("Username", username).await;
    browser.fill("Password", password).await;
    browser.press("Log in").await;
}
