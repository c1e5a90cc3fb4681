//! The content of a page as a visitor sees it.

use serde_json::{Value, json};
use thirtyfour::{By, WebElement};

use crate::Browser;
use crate::finding::FIELD;

impl Browser {
    /// The full address of the page.
    pub async fn address(&self) -> String {
        self.driver.current_url().await.map_or_else(|error| error.to_string(), String::from)
    }

    /// Returns the page's address after the site: `/lettings/?page=2`.
    pub async fn path(&self) -> String {
        let address = self.driver.current_url().await.expect("a page has an address");
        let site = address.origin().ascii_serialization();
        address.as_str().strip_prefix(&site).expect("it begins with the site").to_owned()
    }

    /// The page's title.
    pub async fn title(&self) -> String {
        self.driver.title().await.expect("a page has a title")
    }

    /// The text of the first heading.
    pub async fn heading(&self) -> String {
        self.texts("h1").await.into_iter().next().expect("a page has a heading")
    }

    /// The flash messages.
    pub async fn messages(&self) -> Vec<String> {
        self.texts(".messages > li").await
    }

    /// The visible text of the page's main part.
    pub async fn text(&self) -> String {
        self.texts("main").await.join("\n")
    }

    /// The visible texts of all elements that match a selector.
    pub async fn texts(&self, css: &str) -> Vec<String> {
        let texts = "return Array.from(document.querySelectorAll(arguments[0]), \
                     element => element.innerText.trim())";
        let texts = self.execute(texts, json!([css])).await;
        serde_json::from_value(texts).expect("they are texts")
    }

    /// The texts of those of the elements that are visible.
    pub async fn visible_texts(&self, css: &str) -> Vec<String> {
        let texts = "return Array.from(document.querySelectorAll(arguments[0]))\
                     .filter(element => element.checkVisibility())\
                     .map(element => element.innerText.trim())";
        let texts = self.execute(texts, json!([css])).await;
        serde_json::from_value(texts).expect("they are texts")
    }

    /// Returns the value of a field.
    pub async fn value(&self, field: &str) -> String {
        let value = self.named(FIELD, field).await.value().await;
        value.expect("a field can be read").unwrap_or_default()
    }

    /// Returns `true` if a checkbox is checked.
    pub async fn is_ticked(&self, field: &str) -> bool {
        self.named(FIELD, field).await.is_selected().await.expect("a box is ticked or not")
    }

    /// The only element that matches a selector, for elements without an accessible name.
    pub async fn element(&self, css: &str) -> WebElement {
        let mut found = self.driver.find_all(By::Css(css)).await.expect("a good selector");
        assert_eq!(found.len(), 1, "elements `{css}` at {}", self.address().await);
        found.remove(0)
    }

    /// The accessible name of the focused element.
    pub async fn focused(&self) -> String {
        let element = self.driver.active_element().await.expect("something has the focus");
        self.label(&element).await.expect("it is still there")
    }

    /// Waits until the main part shows a text.
    pub async fn wait_for(&self, text: &str) {
        let what = format!("`{text}` does not appear");
        self.wait(&what, async || self.text().await.contains(text)).await;
    }

    /// Waits until the browser is at a path, as in [`Browser::path`].
    pub async fn wait_for_path(&self, path: &str) {
        self.wait(&format!("not at {path}"), async || self.path().await == path).await;
    }

    /// Waits until the page has a title.
    pub async fn wait_for_title(&self, title: &str) {
        self.wait(&format!("no page is called `{title}`"), async || self.title().await == title)
            .await;
    }

    pub(crate) async fn execute(&self, script: &str, arguments: Value) -> Value {
        let Value::Array(arguments) = arguments else { panic!("arguments are an array") };
        let answer = self.driver.execute(script, arguments).await;
        let answer = answer.unwrap_or_else(|error| panic!("a script failed: {error}"));
        answer.json().clone()
    }
}
