//! The home page, word for word: bookmarks and the old site's tests rely on it.

use home as _;
use module_test::{DatabaseKind, TestSite, on_both_databases};

on_both_databases! {
    the_home_page_welcomes,
}

async fn the_home_page_welcomes(on: DatabaseKind) {
    let site = TestSite::on(on).setting("site_name", "Holiday Homes").start().await;
    let answer = site.get("/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.page().title(), "Holiday Homes");
    assert!(answer.text().contains("<h1>Welcome to Holiday Homes</h1>"));
    assert_eq!(answer.page().heading(), "Welcome to Holiday Homes");
}
