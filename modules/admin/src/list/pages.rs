//! The pages of a list: the rows of one, and the links to others.

use module_api::PageNumber;
use module_api::db::{DbError, Executor};
use module_api::model::{MAX_OFFSET, Path, Record, Records};
use module_api::serde::Serialize;

use super::parameters::{ALL, PAGE, Parameters};

/// The maximum number of rows on one page, as in Django.
pub(crate) const MAX_ALL: u32 = 200;

/// The number of links on each side of the current page, and at both ends.
const ON_EACH_SIDE: u64 = 3;
const AT_ENDS: u64 = 2;

/// A page of a list.
pub(crate) struct Rows {
    pub(crate) records: Vec<Record>,
    /// The number of rows on all pages, as far as they were counted.
    pub(crate) total: u64,
    /// `true` if there may be more than were counted.
    pub(crate) is_partial: bool,
    /// The number of the page, from 1; `None` if all rows are on it.
    pub(crate) page: Option<u64>,
    /// `true` if the requested page lies too far from both ends.
    pub(crate) is_too_deep: bool,
    /// The number of rows on a page.
    size: u32,
}

impl Rows {
    /// Fetches the requested page, or the nearest existing one.
    ///
    /// The rows are counted only if there are more than fit on a page, and up to a maximum if that
    /// is given. The pages of the second half are read from the end; those further than
    /// [`MAX_OFFSET`] rows from both ends cannot be opened.
    pub(crate) async fn fetch(
        records: &Records,
        order: &[(Path, bool)],
        size: u32,
        parameters: &Parameters,
        counted: Option<u32>,
        mut on: Executor<'_>,
    ) -> Result<Self, DbError> {
        let sorted = |reversed: bool| {
            order.iter().fold(records.clone(), |records, (path, descending)| {
                records.order_by(path.clone(), *descending != reversed)
            })
        };
        if parameters.has(ALL) {
            let rows = sorted(false).limit(MAX_ALL + 1).fetch(on.reborrow()).await?;
            if rows.len() <= MAX_ALL as usize {
                let total = rows.len() as u64;
                return Ok(Self {
                    records: rows,
                    total,
                    is_partial: false,
                    page: None,
                    is_too_deep: false,
                    size,
                });
            }
        }
        let asked = parameters.get(PAGE).map_or(PageNumber::new(1), PageNumber::parse);
        if asked.get() == 1 {
            let first = sorted(false).limit(size.saturating_add(1));
            let mut rows = first.fetch(on.reborrow()).await?;
            let has_more = rows.len() > size as usize;
            rows.truncate(size as usize);
            let (total, is_partial) = if has_more {
                count(records, counted, on).await?
            } else {
                (rows.len() as u64, false)
            };
            return Ok(Self {
                records: rows,
                total,
                is_partial,
                page: Some(1),
                is_too_deep: false,
                size,
            });
        }
        // Far enough to detect whether there is a page after it.
        let asked_rows = asked.get().saturating_mul(size).min(MAX_OFFSET.saturating_add(size));
        let counted = counted.map(|counted| counted.max(asked_rows));
        let (total, is_partial) = count(records, counted, on.reborrow()).await?;
        let last = last_page(total, size);
        let asked = u64::from(asked.get()).min(last);
        let page = if is_partial {
            asked.min(u64::from(MAX_OFFSET / size.max(1)) + 1)
        } else {
            nearest(asked, last, size)
        };
        let before = (page - 1) * u64::from(size);
        let on_page = u64::from(size).min(total - before);
        let after = total - before - on_page;
        let limit = u32::try_from(on_page).unwrap_or(size);
        let from_end = after < before && !is_partial;
        let offset = if from_end { after } else { before };
        let mut rows = sorted(from_end).limit(limit).offset(offset).fetch(on).await?;
        if from_end {
            rows.reverse();
        }
        let is_too_deep = page != asked;
        Ok(Self { records: rows, total, is_partial, page: Some(page), is_too_deep, size })
    }

    /// The links to the other pages.
    pub(crate) fn links(&self, parameters: &Parameters) -> PageLinks {
        let last = last_page(self.total, self.size);
        let parameters = parameters.without(&[PAGE, ALL]);
        let url = |page: u64| {
            let parameters = if page == 1 {
                parameters.clone()
            } else {
                parameters.with(PAGE, page.to_string())
            };
            parameters.link()
        };
        let numbers = match self.page {
            Some(page) if last > 1 => numbers(page, last),
            _ => Vec::new(),
        };
        let can_open =
            |page: &u64| (1..=last).contains(page) && nearest(*page, last, self.size) == *page;
        let link = |number: Option<u64>| PageLink {
            number: number.filter(can_open),
            url: number.filter(can_open).filter(|number| Some(*number) != self.page).map(url),
        };
        let beside = |page: Option<u64>| page.filter(can_open).map(url);
        let can_show_all = last > 1 && self.total <= u64::from(MAX_ALL);
        PageLinks {
            previous: beside(self.page.and_then(|page| page.checked_sub(1))),
            next: beside(self.page.map(|page| page + 1)),
            pages: deduplicated(numbers.into_iter().map(link).collect()),
            is_too_deep: self.is_too_deep,
            all: (can_show_all && self.page.is_some()).then(|| parameters.with(ALL, "").link()),
            paged: self.page.is_none().then(|| url(1)),
        }
    }
}

/// The page, or the nearest one that can be opened, counted from either end.
fn nearest(page: u64, last: u64, size: u32) -> u64 {
    let reach = u64::from(MAX_OFFSET / size.max(1));
    let (from_begin, from_end) = (reach + 1, last.saturating_sub(reach));
    if page <= from_begin || page >= from_end {
        return page;
    }
    if page - from_begin <= from_end - page { from_begin } else { from_end }
}

/// Collapses consecutive omitted pages to one sign.
fn deduplicated(mut links: Vec<PageLink>) -> Vec<PageLink> {
    links.dedup_by(|link, before| link.number.is_none() && before.number.is_none());
    links
}

/// Counts the rows up to a maximum, and returns `true` if there are more.
async fn count(
    records: &Records,
    up_to: Option<u32>,
    on: Executor<'_>,
) -> Result<(u64, bool), DbError> {
    let Some(up_to) = up_to else { return Ok((records.count(on).await?, false)) };
    let total = records.count_up_to(up_to.saturating_add(1), on).await?;
    let up_to = u64::from(up_to);
    Ok((total.min(up_to), total > up_to))
}

fn last_page(total: u64, size: u32) -> u64 {
    total.div_ceil(u64::from(size.max(1))).max(1)
}

/// The numbers of the linked pages; `None` for an omission between two.
fn numbers(page: u64, last: u64) -> Vec<Option<u64>> {
    let mut numbers = Vec::new();
    let mut before = 0;
    for number in 1..=last.min(AT_ENDS) {
        push(number, &mut before, &mut numbers);
    }
    let around = page.saturating_sub(ON_EACH_SIDE).max(1)..=(page + ON_EACH_SIDE).min(last);
    for number in around {
        push(number, &mut before, &mut numbers);
    }
    for number in (last + 1).saturating_sub(AT_ENDS).max(1)..=last {
        push(number, &mut before, &mut numbers);
    }
    numbers
}

/// Adds a number that is greater than those before. A single page is not omitted: its link takes no
/// more room than the sign.
fn push(number: u64, before: &mut u64, numbers: &mut Vec<Option<u64>>) {
    if number <= *before {
        return;
    }
    match number - *before {
        1 => {}
        2 => numbers.push(Some(number - 1)),
        _ => numbers.push(None),
    }
    numbers.push(Some(number));
    *before = number;
}

/// The links to a list's pages.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct PageLinks {
    previous: Option<String>,
    next: Option<String>,
    pages: Vec<PageLink>,
    /// The address of all rows on one page.
    all: Option<String>,
    /// The address of the pages, from there.
    paged: Option<String>,
    /// `true` if the requested page cannot be opened, and this is the nearest that can.
    is_too_deep: bool,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(crate = "module_api::serde")]
struct PageLink {
    /// `None` for omitted pages.
    number: Option<u64>,
    /// `None` for the current page.
    url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(page: u64, last: u64) -> String {
        let number = |number: Option<u64>| number.map_or_else(|| "…".to_owned(), |n| n.to_string());
        numbers(page, last).into_iter().map(number).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_first_the_last_and_the_pages_beside_are_linked_to() {
        for (page, last, expected) in [
            (1, 1, "1"),
            (1, 2, "1 2"),
            (1, 10, "1 2 3 4 … 9 10"),
            (5, 10, "1 2 3 4 5 6 7 8 9 10"),
            (500, 1000, "1 2 … 497 498 499 500 501 502 503 … 999 1000"),
            (1000, 1000, "1 2 … 997 998 999 1000"),
            (7, 13, "1 2 3 4 5 6 7 8 9 10 11 12 13"),
            (8, 15, "1 2 … 5 6 7 8 9 10 11 … 14 15"),
        ] {
            assert_eq!(text(page, last), expected, "{page} of {last}");
        }
    }

    #[test]
    fn a_page_too_far_from_both_ends_is_the_nearest_that_is_not() {
        for (page, last, expected) in [
            (1, 10_000, 1),
            (101, 10_000, 101),
            (102, 10_000, 101),
            (5_000, 10_000, 101),
            (5_001, 10_000, 9_900),
            (9_899, 10_000, 9_900),
            (9_900, 10_000, 9_900),
            (10_000, 10_000, 10_000),
            (150, 200, 150),
            (102, 202, 102),
            (102, 203, 101),
        ] {
            assert_eq!(nearest(page, last, 100), expected, "{page} of {last}");
        }
        assert_eq!(nearest(7, 7, 0), 7);
    }

    #[test]
    fn there_is_always_a_first_page() {
        assert_eq!(last_page(0, 100), 1);
        assert_eq!(last_page(100, 100), 1);
        assert_eq!(last_page(101, 100), 2);
        assert_eq!(last_page(1, 0), 1);
    }
}
