//! Flash messages: shown once, on the next page.

use rocket::Request;
use rocket::request::{FromRequest, Outcome};
use serde::{Deserialize, Serialize};

use crate::auth::local_address;
use crate::{CookieRules, SecretKey};

/// The maximum length of the cookie, in bytes; a byte that is percent-encoded counts as three.
const MAX_COOKIE: usize = 3500;
/// The maximum length of a message, in characters.
const MAX_TEXT: usize = 250;

/// The level of a message.
///
/// See [`Message`] for an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// An operation succeeded.
    Success,
    /// Information.
    Info,
    /// An unexpected result.
    Warning,
    /// An operation failed.
    Error,
}

/// A message for the visitor's next page.
///
/// ```
/// use module_api::rocket::serde::json::{json, to_value};
/// use module_api::{Level, Message};
///
/// let message = Message { level: Level::Success, text: "Saved.".to_owned(), link: None };
/// // As templates see it in `page.messages`:
/// assert_eq!(to_value(&message).unwrap(), json!({ "level": "success", "text": "Saved." }));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The level.
    pub level: Level,
    /// The text. It is escaped where it is shown.
    pub text: String,
    /// A link to a related page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<MessageLink>,
}

/// A link at the end of a message.
///
/// ```
/// use module_api::rocket::{self, local::blocking::Client, post, response::Redirect, routes};
/// use module_api::{CookieRules, Level, MessageLink, Messages, SecretKey};
///
/// #[post("/<id>/hide")]
/// fn hide(id: i64, messages: Messages<'_>) -> Redirect {
///     let undo = MessageLink { url: format!("/guests/{id}/show/"), label: "Undo".to_owned() };
///     messages.add(Level::Info, "The entry is hidden.", Some(undo));
///     Redirect::to("/guests/")
/// }
///
/// let rocket = rocket::build().manage(SecretKey::random()).manage(CookieRules { secure: true });
/// let client = Client::untracked(rocket.mount("/", routes![hide])).unwrap();
/// let answer = client.post("/7/hide").dispatch();
/// assert!(answer.cookies().get("__Host-messages").is_some());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageLink {
    /// The path, on this site.
    pub url: String,
    /// The text.
    pub label: String,
}

/// The guard by which a handler shows messages to the visitor: on the page it answers with, or after a
/// redirect on the next one. Templates read them from `page.messages`.
///
/// Messages are kept in a signed cookie until they are shown, so they cost no query, and must hold no
/// secrets.
///
/// ```
/// use module_api::Messages;
/// use module_api::rocket::post;
/// use module_api::rocket::response::Redirect;
///
/// #[post("/")]
/// fn sign(messages: Messages<'_>) -> Redirect {
///     messages.success("Thank you for your entry.");
///     Redirect::to("/guests/")
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Messages<'r> {
    request: &'r Request<'r>,
}

impl<'r> Messages<'r> {
    /// The messages for the visitor who sent a request.
    pub fn of(request: &'r Request<'_>) -> Self {
        Self { request }
    }

    /// Adds a message of the level [`Level::Success`].
    pub fn success(&self, text: impl Into<String>) {
        self.add(Level::Success, text, None);
    }

    /// Adds a message of the level [`Level::Info`].
    pub fn info(&self, text: impl Into<String>) {
        self.add(Level::Info, text, None);
    }

    /// Adds a message of the level [`Level::Warning`].
    pub fn warning(&self, text: impl Into<String>) {
        self.add(Level::Warning, text, None);
    }

    /// Adds a message of the level [`Level::Error`].
    pub fn error(&self, text: impl Into<String>) {
        self.add(Level::Error, text, None);
    }

    /// Adds a message, optionally with a link after it.
    pub fn add(&self, level: Level, text: impl Into<String>, link: Option<MessageLink>) {
        let Some(key) = key(self.request) else { return };
        let rules = CookieRules::of(self.request);
        let mut messages = pending(self.request, rules).unwrap_or_default();
        let mut text: String = text.into();
        if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
            text.truncate(end);
            text.push('…');
        }
        messages.push(Message { level, text, link });
        loop {
            let value = serde_json::to_string(&messages).expect("messages are plain values");
            let value = key.sign(PURPOSE, &value);
            if encoded_length(&value) <= MAX_COOKIE {
                let cookie = rules.cookie(rules.messages_cookie(), value);
                return self.request.cookies().add(cookie);
            }
            // The latest messages are about the page that is shown next.
            messages.remove(0);
        }
    }
}

/// The purpose that the messages are signed for.
const PURPOSE: &str = "messages";

fn key<'r>(request: &'r Request<'_>) -> Option<&'r SecretKey> {
    request.rocket().state::<SecretKey>()
}

/// The length of a value in a header, percent-encoded.
fn encoded_length(value: &str) -> usize {
    value.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum()
}

/// The messages that were not shown yet; `None` without their cookie. A cookie with an invalid
/// signature holds none.
fn pending(request: &Request<'_>, rules: CookieRules) -> Option<Vec<Message>> {
    let cookie = request.cookies().get_pending(rules.messages_cookie())?;
    let value = key(request).and_then(|key| key.verify(PURPOSE, cookie.value()));
    let messages = value.and_then(|value| serde_json::from_str::<Vec<Message>>(value).ok());
    let mut messages = messages.unwrap_or_default();
    for message in &mut messages {
        message.link.take_if(|link| local_address(&link.url).is_none());
    }
    Some(messages)
}

/// Takes the messages out of their cookie, if there is one, for the page that shows them.
pub(crate) fn take(request: &Request<'_>) -> Option<Vec<Message>> {
    let rules = CookieRules::of(request);
    let messages = pending(request, rules)?;
    request.cookies().remove(rules.cookie(rules.messages_cookie(), String::new()));
    Some(messages)
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Messages<'r> {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self::of(request))
    }
}
