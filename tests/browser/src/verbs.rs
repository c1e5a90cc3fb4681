//! Actions of a visitor.

use std::fs;
use std::path::Path;

use serde_json::json;
use thirtyfour::components::SelectElement;
use thirtyfour::{By, Key, WebElement};

use crate::Browser;
use crate::finding::{BUTTON, FIELD, LINK, is_gone};

impl Browser {
    /// Opens an address.
    pub async fn open(&self, address: &str) {
        let opened = self.driver.goto(address).await;
        opened.unwrap_or_else(|error| panic!("{address} cannot be opened: {error}"));
    }

    /// Reloads the page.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("a page can be reloaded");
    }

    /// Goes back to the previous page.
    pub async fn back(&self) {
        self.driver.back().await.expect("one can go back");
    }

    /// Follows the link with a name to another page.
    pub async fn follow(&self, link: &str) {
        let element = self.named(LINK, link).await;
        self.leave_by(&element, link).await;
    }

    /// Presses the button with a name, which leads to another page.
    pub async fn press(&self, button: &str) {
        let element = self.named(BUTTON, button).await;
        self.leave_by(&element, button).await;
    }

    /// Clicks the button with a name that changes this page.
    pub async fn click(&self, button: &str) {
        click(&self.named(BUTTON, button).await, button).await;
    }

    /// Replaces the content of a field.
    pub async fn fill(&self, field: &str, text: &str) {
        let element = self.named(FIELD, field).await;
        let filled = async {
            element.clear().await?;
            element.send_keys(text).await
        };
        filled.await.unwrap_or_else(|error| panic!("`{field}` cannot be filled: {error}"));
    }

    /// Chooses an option of a list by its text.
    pub async fn choose(&self, field: &str, option: &str) {
        let element = self.named(FIELD, field).await;
        let chosen =
            async { SelectElement::new(&element).await?.select_by_exact_text(option).await };
        chosen.await.unwrap_or_else(|error| panic!("`{field}` has no `{option}`: {error}"));
    }

    /// Checks a checkbox, or one of several choices.
    pub async fn tick(&self, field: &str) {
        self.set_ticked(field, true).await;
    }

    /// Unchecks a checkbox.
    pub async fn untick(&self, field: &str) {
        self.set_ticked(field, false).await;
    }

    async fn set_ticked(&self, field: &str, is_on: bool) {
        let element = self.named(FIELD, field).await;
        if element.is_selected().await.expect("a box is ticked or not") != is_on {
            click(&element, field).await;
        }
    }

    /// Chooses a file for a field.
    pub async fn attach(&self, field: &str, file: &Path) {
        let path = file.canonicalize().expect("the file is there");
        let path = path.to_str().expect("its path is a text");
        let attached = self.named(FIELD, field).await.send_keys(path).await;
        attached.unwrap_or_else(|error| panic!("`{field}` takes no file: {error}"));
    }

    /// Downloads the file behind the link with a name, and returns its content.
    pub async fn download(&self, link: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder for the file can be made");
        let behavior = json!({ "behavior": "allow", "downloadPath": folder.path() });
        self.devtools("Browser.setDownloadBehavior", behavior).await;
        click(&self.named(LINK, link).await, link).await;
        let file = || {
            let entries = fs::read_dir(folder.path()).expect("the folder is there");
            let paths: Vec<_> =
                entries.map(|entry| entry.expect("it can be read").path()).collect();
            // Until the file is whole, there is another beside it or in its place.
            let [path] = paths.as_slice() else { return None };
            let content = fs::read(path).ok()?;
            (!content.is_empty() && !is_partial(path)).then_some(content)
        };
        self.wait(&format!("`{link}` brings no file"), async || file().is_some()).await;
        file().expect("a whole file stays")
    }

    /// Types a key, such as Tab, into the focused element.
    pub async fn type_key(&self, key: Key) {
        let typed = self.driver.action_chain().send_keys(key).perform().await;
        typed.expect("a key can be typed");
    }

    /// Types Enter into the focused element, which leads to another page.
    pub async fn enter(&self) {
        let page = self.page().await;
        self.type_key(Key::Enter).await;
        self.wait("enter led nowhere", async || is_gone(&page).await).await;
    }

    async fn leave_by(&self, element: &WebElement, name: &str) {
        let page = self.page().await;
        click(element, name).await;
        self.wait(&format!("`{name}` led nowhere"), async || is_gone(&page).await).await;
    }

    async fn page(&self) -> WebElement {
        self.driver.find(By::Css(":root")).await.expect("a page has a root")
    }
}

async fn click(element: &WebElement, name: &str) {
    let clicked = element.click().await;
    clicked.unwrap_or_else(|error| panic!("`{name}` cannot be clicked: {error}"));
}

/// Returns `true` if Chromium is still writing a file.
fn is_partial(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || name.ends_with(".crdownload")
}
