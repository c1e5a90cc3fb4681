//! A response, read to its end.

use crate::Document;

/// What the site answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, with their names in small letters, sorted.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// What came over a connection.
    pub fn from_wire(answer: &[u8]) -> Self {
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a whole head");
        let head = std::str::from_utf8(&answer[..end]).expect("a head in ASCII");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
        let header = |line: &str| {
            let (name, value) = line.split_once(':').expect("a header has a colon");
            (name.to_owned(), value.trim().to_owned())
        };
        Self::new(status.parse().unwrap(), lines.map(header), answer[end + 4..].to_vec())
    }

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
    pub fn page(&self) -> Document {
        assert_eq!(self.header("content-type"), Some("text/html; charset=utf-8"));
        Document::parse(self.text())
    }

    /// The address that a redirect leads to.
    pub fn location(&self) -> &str {
        self.header("location").expect("a redirect says where to")
    }
}
