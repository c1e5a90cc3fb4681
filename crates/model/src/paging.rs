//! Pages of a long list: the number in the query, and the links to the pages beside it.

use rocket::form::{self, FromFormField, ValueField};
use serde::Serialize;

/// The largest offset of a page: a database reads and drops each row before it. Rows that lie
/// deeper are on no page, and are found by a search or a filter.
pub const MAX_OFFSET: u32 = 10_000;

/// The number of a page, from 1, as given by a query field: `?<page>` in a route.
///
/// It never fails: what is no number is the first page, a number too low or too high the
/// nearest there is.
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
    /// The page of that number; the first for 0.
    pub fn new(number: u32) -> Self {
        Self(number.max(1))
    }

    /// Reads a page number.
    pub fn parse(text: &str) -> Self {
        let digits = text.trim();
        let digits = digits.strip_prefix('+').unwrap_or(digits);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::new(1);
        }
        Self::new(digits.parse().unwrap_or(u32::MAX))
    }

    /// Its number, from 1.
    pub fn get(self) -> u32 {
        self.0
    }

    /// The same page, or the deepest that can be opened on pages of `size` rows: one before which
    /// come [`MAX_OFFSET`] rows at most.
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

    /// How many rows come before it, on pages of `size` rows.
    pub fn offset(self, size: u32) -> i64 {
        i64::from(self.0 - 1).saturating_mul(i64::from(size))
    }

    /// The last page of `total` rows on pages of `size` rows; the first if there are none.
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

/// The page that is shown and those beside it, for the template `pagination`.
///
/// How many pages there are is not known: to count a long table would cost more than the page.
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
    /// The number of the page before, if there is one.
    pub previous: Option<u32>,
    /// The number of the page after, if there is one.
    pub next: Option<u32>,
    /// `true` on the deepest page that can be opened, if there are more rows.
    pub goes_on: bool,
}

impl Pagination {
    /// The links of that page of `size` rows, after which there are more rows or not.
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
