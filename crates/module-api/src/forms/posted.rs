//! The names and values that a form or a query string sends, within limits.

use std::collections::HashMap;

use rocket::Request;
use rocket::data::{ByteUnit, Data};
use rocket::http::{RawStr, Status};

/// The maximum number of fields in a form. The largest legitimate ones have a checkbox for each of
/// some thousand choices.
const MAX_FIELDS: usize = 5000;

/// The fields of a submitted form, by name. Only fields that the reader asks for have any effect.
///
/// ```
/// use module_api::forms::Posted;
///
/// let posted = Posted::parse("title=Sea+view&tag=beach&tag=quiet").unwrap();
/// assert_eq!(posted.get("title"), Some("Sea view"));
/// assert_eq!(posted.all("tag"), ["beach", "quiet"]);
/// assert!(!posted.has("price"));
/// ```
#[derive(Debug, Default)]
pub struct Posted(HashMap<String, Vec<String>>);

/// The reason for which a submitted form cannot be read.
///
/// ```
/// use module_api::forms::{Posted, Unreadable};
/// use module_api::rocket::http::Status;
///
/// let error = Posted::parse("title=%ff").unwrap_err();
/// assert_eq!(error, Unreadable::NotText);
/// assert_eq!(error.status(), Status::BadRequest);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreadable {
    /// The body is too large.
    TooLarge,
    /// There are too many fields.
    TooManyFields,
    /// The body is not UTF-8.
    NotText,
    /// The body is not URL-encoded, as a form without files is.
    NoForm,
    /// The body ended too early.
    Broken,
}

impl Unreadable {
    /// The status of the response.
    pub fn status(self) -> Status {
        match self {
            Self::TooLarge => Status::PayloadTooLarge,
            Self::NoForm => Status::UnsupportedMediaType,
            Self::TooManyFields | Self::NotText | Self::Broken => Status::BadRequest,
        }
    }

    /// The explanation for the visitor, with the remedy.
    pub fn explanation(self) -> String {
        match self {
            Self::TooLarge => {
                "The form is too large. Shorten the longest text, and send it again.".to_owned()
            }
            Self::TooManyFields => {
                format!("The form has more than {MAX_FIELDS} fields. Change fewer objects at once.")
            }
            Self::NotText => {
                "The form is not encoded in UTF-8. Go back, and send it again.".to_owned()
            }
            Self::NoForm => {
                "The request has no form. Go back to the form, and send it again.".to_owned()
            }
            Self::Broken => {
                "The connection ended before the form was complete. Send it again.".to_owned()
            }
        }
    }
}

impl Posted {
    /// Reads the body of a request, up to `limit`.
    ///
    /// # Errors
    ///
    /// The body is not a form, is not UTF-8, or exceeds a limit.
    pub async fn read(
        request: &Request<'_>,
        data: Data<'_>,
        limit: ByteUnit,
    ) -> Result<Self, Unreadable> {
        if !request.content_type().is_some_and(|kind| kind.is_form()) {
            return Err(Unreadable::NoForm);
        }
        let body = data.open(limit).into_bytes().await.map_err(|_| Unreadable::Broken)?;
        if !body.is_complete() {
            return Err(Unreadable::TooLarge);
        }
        let text = String::from_utf8(body.into_inner()).map_err(|_| Unreadable::NotText)?;
        Self::parse(&text)
    }

    /// Parses the encoding of HTML forms, `title=Sea+view&q=%C3%A9`.
    ///
    /// # Errors
    ///
    /// A part is not UTF-8, or there are more than 5,000 fields.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let mut fields: HashMap<String, Vec<String>> = HashMap::new();
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        for (index, pair) in pairs.enumerate() {
            if index >= MAX_FIELDS {
                return Err(Unreadable::TooManyFields);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = |part: &str| {
                let decoded = RawStr::new(part).url_decode();
                decoded.map(std::borrow::Cow::into_owned).map_err(|_| Unreadable::NotText)
            };
            fields.entry(decoded(name)?).or_default().push(decoded(value)?);
        }
        Ok(Self(fields))
    }

    /// Returns `true` if there is a field of that name.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Returns the value of a field; of several the last, as in Django.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.last().map(String::as_str)
    }

    /// Returns all values of the fields of that name.
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_FIELDS, Posted, Unreadable};

    #[test]
    fn fields_are_read_as_browsers_write_them() {
        let posted =
            Posted::parse("title=Sea+view%21&g=1&g=2&empty=&bare&&a%5Bb%5D=%C3%A9").unwrap();
        assert_eq!(posted.get("title"), Some("Sea view!"));
        assert_eq!(posted.all("g"), ["1", "2"]);
        assert_eq!(posted.get("g"), Some("2"));
        assert_eq!((posted.get("empty"), posted.get("bare")), (Some(""), Some("")));
        assert_eq!(posted.get("a[b]"), Some("é"));
        assert!(!posted.has("") && !posted.has("Title"));
    }

    #[test]
    fn what_is_no_text_or_too_much_is_refused() {
        assert_eq!(Posted::parse("a=%ff").unwrap_err(), Unreadable::NotText);
        assert_eq!(Posted::parse("%c3=1").unwrap_err(), Unreadable::NotText);
        let fields = |count: usize| vec!["a=1"; count].join("&");
        assert_eq!(Posted::parse(&fields(MAX_FIELDS)).unwrap().all("a").len(), MAX_FIELDS);
        let refused = Posted::parse(&fields(MAX_FIELDS + 1)).unwrap_err();
        assert_eq!(refused, Unreadable::TooManyFields);
    }
}
