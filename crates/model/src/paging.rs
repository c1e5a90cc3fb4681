//! Pagination of lists: the page number in the query string, and links to adjacent pages.

use rocket::form::{self, FromFormField, ValueField};
use serde::Serialize;

/// The maximum offset of a page: a database reads and drops each row before it. Rows beyond it
/// are on no page, and are found by a search or a filter.
pub const MAX_OFFSET: u32 = 10_000;

/// The number of a page, from 1, as given by a query field: `?<page>` in a route.
///
/// Parsing never fails: text that is not a number gives the first page, a number out of range the
/// nearest in range.
///
/// ```
/// use module_api::PageNumber;
///
/// assert_eq!(PageNumber::parse("3"), PageNumber::new(3));
/// assert_eq!(PageNumber::parse("-3"), PageNumber::new(1));
/// assert_eq!(PageNumber::parse("many"), PageNumber::new(1));
/// assert_eq!(PageNumber::parse("99999999999999999999"), PageNumber::new(u32::MAX));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct PageNumber(u32);

impl PageNumber {
    /// The page with that number; the first for 0.
    pub fn new(number: u32) -> Self {
        Self(number.max(1))
    }

    /// Parses a page number.
    pub fn parse(text: &str) -> Self {
        let digits = text.trim();
        let digits = digits.strip_prefix('+').unwrap_or(digits);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::new(1);
        }
        Self::new(digits.parse().unwrap_or(u32::MAX))
    }

    /// The number, from 1.
    pub fn get(self) -> u32 {
        self.0
    }

    /// The same page, or the deepest one that can be reached on pages of `size` rows: at most
    /// [`MAX_OFFSET`] rows precede it.
    ///
    /// ```
    /// use module_api::PageNumber;
    ///
    /// assert_eq!(PageNumber::new(7).reachable(100), PageNumber::new(7));
    /// assert_eq!(PageNumber::new(80_000).reachable(100), PageNumber::new(101));
    /// ```
    #[must_use]
    pub fn reachable(self, size: u32) -> Self {
        self.min(Self(MAX_OFFSET / size.max(1) + 1))
    }

    /// The number of rows before this page, on pages of `size` rows.
    pub fn offset(self, size: u32) -> i64 {
        i64::from(self.0 - 1).saturating_mul(i64::from(size))
    }

    /// The last page of `total` rows on pages of `size` rows; the first if there are no rows.
    pub fn last(total: i64, size: u32) -> Self {
        let pages = (total.max(1) - 1) / i64::from(size.max(1)) + 1;
        Self::new(u32::try_from(pages).unwrap_or(u32::MAX))
    }
}

impl<'r> FromFormField<'r> for PageNumber {
    fn from_value(field: ValueField<'r>) -> form::Result<'r, Self> {
        Ok(Self::parse(field.value))
    }

    fn default() -> Option<Self> {
        Some(Self::new(1))
    }
}

/// The current page and the adjacent ones, for the template `pagination`.
///
/// The number of pages is not known: counting a long table would cost more than the page.
///
/// ```
/// use module_api::{PageNumber, Pagination};
///
/// let pagination = Pagination::new(PageNumber::new(2), 12, false);
/// assert_eq!(pagination.previous, Some(1));
/// assert_eq!(pagination.next, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pagination {
    /// The page's number, from 1.
    pub number: u32,
    /// The number of the previous page, if there is one.
    pub previous: Option<u32>,
    /// The number of the next page, if there is one.
    pub next: Option<u32>,
    /// `true` on the deepest page that can be reached, if there are more rows.
    pub goes_on: bool,
}

impl Pagination {
    /// The links of this page of `size` rows; `more` is `true` if more rows follow.
    pub fn new(page: PageNumber, size: u32, more: bool) -> Self {
        let number = page.get();
        let next = number.checked_add(1).map(PageNumber::new).filter(|_| more);
        let next = next.filter(|next| next.reachable(size) == *next).map(PageNumber::get);
        Self {
            number,
            previous: (number > 1).then(|| number - 1),
            next,
            goes_on: more && next.is_none(),
        }
    }
}
