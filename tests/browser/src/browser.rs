//! A browser with a fresh profile: its start, its settings, its end.

use std::cell::{Cell, RefCell};
use std::env;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rocket::futures::FutureExt;
use rocket::tokio::sync::Semaphore;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::common::log::LoggingPrefsLogLevel;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

use crate::Look;
use crate::artifacts::Artifacts;
use crate::chromedriver::Chromedriver;

/// The variable with the path of the browser, if it is not the one that chromedriver finds.
const PROGRAM: &str = "TEST_CHROMIUM";

/// The maximum number of browsers at a time. With nextest each test is a process of its own, and
/// `.config/nextest.toml` has the same limit.
static SLOTS: Semaphore = Semaphore::const_new(2);

/// The selector of the whole page.
const WHOLE_PAGE: &str = ":root";

const ARGUMENTS: &[&str] = &[
    "--headless=new",
    // Root has no sandbox, and containers seldom allow one.
    "--no-sandbox",
    // In a container the shared memory is small.
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-US",
];

/// A browser, driven by a test. A missing element, or an impossible action, fails the test with a
/// message about what the page has instead.
pub struct Browser {
    pub(crate) driver: WebDriver,
    pub(crate) artifacts: Artifacts,
    /// The findings of [`Browser::check_page`].
    pub(crate) findings: RefCell<Vec<String>>,
    pub(crate) has_javascript: Cell<bool>,
    pub(crate) look: Cell<Look>,
    /// The selector of the part of the page in which elements are looked up.
    pub(crate) part: RefCell<String>,
}

/// Starts a browser, passes it to a test, and closes it however that ends.
///
/// The name is that of the test's folder below `target/browser`.
///
/// # Panics
///
/// If the test does, after a screenshot and the page's source were kept; and if findings of
/// [`Browser::check_page`] were not taken.
pub async fn in_browser(name: &str, test: impl AsyncFnOnce(&Browser)) {
    let _slot = SLOTS.acquire().await.expect("nobody closes the semaphore");
    let artifacts = Artifacts::of(name);
    let place = artifacts.place();
    let home = tempfile::tempdir().expect("a folder for the profile can be made");
    let driver = Chromedriver::start(home.path(), artifacts.log("chromedriver.log"));
    let browser = Browser::start(&driver, &home, artifacts).await;

    let outcome = AssertUnwindSafe(test(&browser)).catch_unwind().await;
    if outcome.is_err() {
        let kept = AssertUnwindSafe(browser.keep_failure()).catch_unwind().await;
        let what = if kept.is_ok() { "what it showed is kept" } else { "it cannot be asked" };
        eprintln!("the browser failed: {what} in {place}");
    }
    browser.note_console().await;
    let findings = browser.take_findings();
    let quit = browser.driver.quit().await;
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
    quit.expect("the browser closes");
    assert!(findings.is_empty(), "see {place}\n\n{}\n", findings.join("\n"));
}

impl Browser {
    async fn start(driver: &Chromedriver, home: &TempDir, artifacts: Artifacts) -> Self {
        let address = driver.address();
        let session = WebDriver::new(address, capabilities(home.path())).await;
        let driver = session.unwrap_or_else(|error| {
            panic!("Chromium does not start; run scripts/browser-tools, or set {PROGRAM}: {error}")
        });
        let timeouts = thirtyfour::TimeoutConfiguration::new(
            Some(Duration::from_mins(1)),
            Some(Duration::from_mins(1)),
            None,
        );
        driver.update_timeouts(timeouts).await.expect("times are set");
        let browser = Self {
            driver,
            artifacts,
            findings: RefCell::default(),
            has_javascript: Cell::new(true),
            look: Cell::new(Look::DESKTOP),
            part: RefCell::new(WHOLE_PAGE.to_owned()),
        };
        browser.look(Look::DESKTOP).await;
        browser
    }

    /// Sets whether scripts run, from the next page on.
    pub async fn javascript(&self, is_on: bool) {
        self.has_javascript.set(is_on);
        self.run_scripts(is_on).await;
    }

    /// Returns `true` if pages run their scripts.
    pub fn has_javascript(&self) -> bool {
        self.has_javascript.get()
    }

    pub(crate) async fn run_scripts(&self, is_on: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": !is_on })).await;
    }

    /// Sets the window and the colours, for this page and the next ones.
    pub async fn look(&self, look: Look) {
        self.look.set(look);
        let window = json!({
            "width": look.width,
            "height": look.height(),
            "deviceScaleFactor": 1,
            "mobile": look.is_phone(),
        });
        self.devtools("Emulation.setDeviceMetricsOverride", window).await;
        let scheme = if look.dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            // What moves looks different each time.
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Restricts `doing` to a part of the page, where names are not unique: a row, a group of
    /// fields.
    ///
    /// ```no_run
    /// # async fn example(browser: &browser_tests::Browser) {
    /// browser.within("main", async || browser.follow("Lettings").await).await;
    /// # }
    /// ```
    pub async fn within<T>(&self, css: &str, doing: impl AsyncFnOnce() -> T) -> T {
        let whole = self.part.replace(css.to_owned());
        let result = doing().await;
        self.part.replace(whole);
        result
    }

    /// Runs `doing` in another tab of the same browser, and returns to this one.
    pub async fn in_new_tab<T>(&self, doing: impl AsyncFnOnce() -> T) -> T {
        let here = self.driver.window().await.expect("the browser has a tab");
        let other = self.driver.new_tab().await.expect("another tab can be opened");
        self.driver.switch_to_window(other).await.expect("the other tab is there");
        // These are settings of a tab.
        self.run_scripts(self.has_javascript.get()).await;
        self.look(self.look.get()).await;
        let result = doing().await;
        self.driver.close_window().await.expect("the other tab can be closed");
        self.driver.switch_to_window(here).await.expect("the first tab is still there");
        result
    }

    /// Saves a screenshot of the whole page: `lettings` in `lettings.png`.
    pub async fn screenshot(&self, name: &str) {
        let layout = self.devtools("Page.getLayoutMetrics", json!({})).await;
        let size = &layout["cssContentSize"];
        let clip = json!({
            "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1,
        });
        let picture = json!({ "captureBeyondViewport": true, "clip": clip });
        let answer = self.devtools("Page.captureScreenshot", picture).await;
        let data = answer["data"].as_str().expect("a picture has data");
        let picture = BASE64_STANDARD.decode(data).expect("data are in base64");
        self.artifacts.keep(&format!("{name}.png"), &picture);
    }

    async fn keep_failure(&self) {
        let source = self.driver.source().await.expect("a page has a source");
        self.artifacts.keep("failed.html", source.as_bytes());
        eprintln!("the browser failed at {}", self.address().await);
        self.screenshot("failed").await;
    }

    /// Sends a command of the `DevTools` protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let answer = self.driver.cdp().send_raw(command, parameters).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }
}

fn capabilities(home: &Path) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    let profile = format!("--user-data-dir={}", home.join("profile").display());
    for argument in ARGUMENTS.iter().copied().chain([profile.as_str()]) {
        capabilities.add_arg(argument).expect("an argument is a text");
    }
    if let Ok(program) = env::var(PROGRAM) {
        capabilities.set_binary(&program).expect("a path is a text");
    }
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::Severe).expect("a level is a text");
    capabilities
}
