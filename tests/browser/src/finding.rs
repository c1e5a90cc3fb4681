//! Elements by their accessible names.

use std::time::{Duration, Instant};

use rocket::tokio::time::sleep;
use thirtyfour::common::command::{Command, FormatRequestData};
use thirtyfour::common::requestdata::RequestData;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::{By, ElementId, SessionId, WebElement};

use crate::Browser;

/// The timeout for something to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// A kind of elements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    name: &'static str,
    css: &'static str,
}

pub(crate) const BUTTON: Kind =
    Kind { name: "button", css: "button, input[type=submit], input[type=button], summary" };
pub(crate) const FIELD: Kind =
    Kind { name: "field", css: "input:not([type=hidden], [type=submit]), select, textarea" };
pub(crate) const LINK: Kind = Kind { name: "link", css: "a[href]" };

/// `WebDriver`'s command Get Computed Label, which the crate lacks.
#[derive(Debug)]
struct ComputedLabel(ElementId);

impl FormatRequestData for ComputedLabel {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let uri = format!("session/{session}/element/{}/computedlabel", self.0);
        RequestData {
            uri: uri.into(),
            ..Command::GetElementText(self.0.clone()).format_request(session)
        }
    }
}

impl Browser {
    /// Waits for the only visible element of a kind with a name.
    pub(crate) async fn named(&self, kind: Kind, name: &str) -> WebElement {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (mut found, others) = self.look_for(kind, name).await;
            match (found.pop(), found.is_empty()) {
                (Some(element), true) => return element,
                (Some(_), false) => {
                    let place = self.address().await;
                    panic!("{} {}s are called `{name}` at {place}", found.len() + 1, kind.name);
                }
                (None, _) if Instant::now() > deadline => {
                    let (kind, place) = (kind.name, self.address().await);
                    panic!("no {kind} is called `{name}` at {place}; there are {others:?}");
                }
                (None, _) => sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// The visible elements of a kind that have a name, and the names of the others.
    async fn look_for(&self, kind: Kind, name: &str) -> (Vec<WebElement>, Vec<String>) {
        let (mut found, mut others) = (Vec::new(), Vec::new());
        let css = format!(":is({}) :is({})", self.part.borrow(), kind.css);
        for element in self.driver.find_all(By::Css(css)).await.expect("a good selector") {
            // What is gone by now is none.
            let Some(label) = self.label(&element).await else { continue };
            if label != name {
                others.push(label);
            } else if element.is_displayed().await.unwrap_or(false) {
                found.push(element);
            }
        }
        (found, others)
    }

    /// The accessible name of an element, if it still exists.
    pub(crate) async fn label(&self, element: &WebElement) -> Option<String> {
        let answer = self.driver.handle().cmd(ComputedLabel(element.element_id())).await.ok()?;
        let label: String = answer.value().ok()?;
        Some(label.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Waits until a condition holds; on timeout, fails with the description.
    pub(crate) async fn wait(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so().await {
            assert!(Instant::now() <= deadline, "{what}, at {}", self.address().await);
            sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Returns `true` if an element's page was left.
pub(crate) async fn is_gone(element: &WebElement) -> bool {
    match element.tag_name().await {
        Ok(_) => false,
        Err(error) => matches!(
            error.as_inner(),
            WebDriverErrorInner::StaleElementReference(_) | WebDriverErrorInner::NoSuchElement(_)
        ),
    }
}
