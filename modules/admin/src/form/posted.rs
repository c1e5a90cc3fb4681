//! What a form or a query sends: names and values as they came, within limits.

use std::collections::HashMap;

use rocket::Request;
use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::http::{RawStr, Status};
use rocket::request::{self, FromRequest};

/// So many fields a form may have. The largest honest ones have a box for each of some thousand
/// choices.
const MAX_FIELDS: usize = 5000;

/// So many bytes a form may have, unless the limit `admin-form` says otherwise.
const MAX_MEBIBYTES: u64 = 2;

/// The fields of a form, by their names. It decides nothing: who reads it asks for the fields that
/// the user may fill.
#[derive(Debug, Default)]
pub(crate) struct Posted(HashMap<String, Vec<String>>);

/// Why a form cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It has too many bytes.
    TooLarge,
    /// It has too many fields.
    TooManyFields,
    /// It is not UTF-8.
    NotText,
    /// The body is not that of a form.
    NoForm,
    /// The body ended before its end.
    Broken,
}

impl Unreadable {
    /// The status that says so.
    pub(crate) fn status(self) -> Status {
        match self {
            Self::TooLarge => Status::PayloadTooLarge,
            Self::NoForm => Status::UnsupportedMediaType,
            Self::TooManyFields | Self::NotText | Self::Broken => Status::BadRequest,
        }
    }

    /// What is wrong and what to do.
    pub(crate) fn explanation(self) -> String {
        match self {
            Self::TooLarge => "What was sent is larger than a form may be. Shorten the longest \
                               text, and send it again."
                .to_owned(),
            Self::TooManyFields => format!(
                "What was sent has more than {MAX_FIELDS} fields. Change fewer objects at once."
            ),
            Self::NotText => "What was sent is not text in UTF-8. Go back to the form and send it \
                              from there."
                .to_owned(),
            Self::NoForm => {
                "What was sent is no form. Go back to the form and send it from there.".to_owned()
            }
            Self::Broken => {
                "The connection broke off before the form had arrived. Send it again.".to_owned()
            }
        }
    }
}

impl Posted {
    /// Reads the encoding of HTML's forms: `title=Sea+view&q=%C3%A9`.
    pub(crate) fn parse(text: &str) -> Result<Self, Unreadable> {
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

    /// Whether there is a field of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The value of a field; of several the last, as Django does.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.last().map(String::as_str)
    }

    /// All values of the fields of that name.
    pub(crate) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Posted {
    type Error = Unreadable;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match read(request, data).await {
            Ok(posted) => Outcome::Success(posted),
            Err(unreadable) => Outcome::Error((unreadable.status(), unreadable)),
        }
    }
}

async fn read(request: &Request<'_>, data: Data<'_>) -> Result<Posted, Unreadable> {
    if !request.content_type().is_some_and(|kind| kind.is_form()) {
        return Err(Unreadable::NoForm);
    }
    let limit = request.limits().get("admin-form").unwrap_or(MAX_MEBIBYTES.mebibytes());
    let body = data.open(limit).into_bytes().await.map_err(|_| Unreadable::Broken)?;
    if !body.is_complete() {
        return Err(Unreadable::TooLarge);
    }
    let text = String::from_utf8(body.into_inner()).map_err(|_| Unreadable::NotText)?;
    Posted::parse(&text)
}

/// The query of an address: what a new object begins with, and the list to come back to. What
/// cannot be read is as if it was not there.
pub(crate) struct AddressQuery(pub(crate) Posted);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for AddressQuery {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Self::Error> {
        let query = request.uri().query().map_or("", |query| query.as_str());
        request::Outcome::Success(Self(Posted::parse(query).unwrap_or_default()))
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
