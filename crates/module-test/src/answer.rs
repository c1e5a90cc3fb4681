//! A response, read to its end.

use crate::Document;

/// A response of the site.
///
/// ```
/// use module_test::{DatabaseKind, LocalModule, TestSite};
///
/// static NEWS: LocalModule = LocalModule::named("news");
///
/// module_test::block_on(async {
///     let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&NEWS]).start().await;
///     let answer = site.get("/nowhere/").await;
///     assert_eq!(answer.status, 404);
///     assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
///     assert_eq!(answer.page().heading(), "Page not found");
/// });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, with their names in lower case, sorted.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(
        status: u16,
        headers: impl Iterator<Item = (String, String)>,
        body: Vec<u8>,
    ) -> Self {
        let mut headers: Vec<(String, String)> =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        headers.sort();
        Self { status, headers, body }
    }

    /// The value of a header, if there is exactly one of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let (_, value) = found.next()?;
        assert_eq!(found.next(), None, "{name} is sent once");
        Some(value)
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is UTF-8")
    }

    /// The body as a page.
    ///
    /// # Panics
    ///
    /// The response is not HTML; the message gives the status and the address of a redirect.
    #[track_caller]
    pub fn page(&self) -> Document {
        assert_eq!(
            self.header("content-type"),
            Some("text/html; charset=utf-8"),
            "the response is not a page: status {}, location {:?}",
            self.status,
            self.header("location"),
        );
        Document::parse(self.text())
    }

    /// The target of a redirect.
    #[track_caller]
    pub fn location(&self) -> &str {
        self.header("location").expect("a redirect says where to")
    }
}
