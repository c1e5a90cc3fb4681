//! A real browser for tests of the whole site: headless Chromium, driven like by a person, with
//! audits by axe-core and screenshots.
//!
//! ```no_run
//! use browser_tests::in_browser;
//!
//! # async fn example() {
//! in_browser("lettings", async |browser| {
//!     browser.open("http://127.0.0.1:8000/").await;
//!     browser.follow("Lettings").await;
//!     assert_eq!(browser.heading().await, "Lettings");
//!     browser.check_page("list").await;
//! })
//! .await;
//! # }
//! ```
//!
//! `scripts/browser-tools` installs the required programs. Screenshots are kept below
//! `target/browser`, in a folder for each test, together with the page at which a test failed.

mod artifacts;
mod audit;
mod browser;
mod chromedriver;
mod finding;
mod look;
mod reading;
mod verbs;

pub use browser::{Browser, in_browser};
pub use look::Look;

/// Turns each function that takes a [`Browser`] into two tests: one with JavaScript, one without.
///
/// Screenshots are in a folder of the function's name, and in one that ends in
/// `-without-javascript`.
#[macro_export]
macro_rules! with_and_without_javascript {
    ($($name:ident),* $(,)?) => {
        mod with_javascript {$(
            #[rocket::async_test]
            async fn $name() {
                $crate::in_browser(stringify!($name), super::$name).await;
            }
        )*}

        mod without_javascript {$(
            #[rocket::async_test]
            async fn $name() {
                let name = concat!(stringify!($name), "-without-javascript");
                $crate::in_browser(name, async |browser| {
                    browser.javascript(false).await;
                    super::$name(browser).await;
                })
                .await;
            }
        )*}
    };
}
