//! Date ranges: those of a filter, and the years, months and days of a date hierarchy.

use module_api::admin::ModelAdmin;
use module_api::db::{DbError, Executor, Value, date_text};
use module_api::model::{Comparison, FieldInfo, FieldKind, Filter, Path, Period, Records};
use module_api::serde::Serialize;
use module_api::time::{Date, Duration, Month, Time, UtcDateTime};

use super::conditions::Malformed;
use super::parameters::{PAGE, Parameters};

/// The maximum number of years; there are fewer months and days.
const MAX_PERIODS: u32 = 100;

/// A half-open range of dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: Date,
    /// `None` if there is no later date.
    pub(crate) until: Option<Date>,
}

impl Range {
    /// Matches the moments or days of a column in the range.
    pub(crate) fn filter(self, path: &Path) -> Filter {
        let bound = |comparison, date| {
            let value = match path.field().kind {
                FieldKind::Date => Value::from(date),
                _ => Value::from(UtcDateTime::new(date, Time::MIDNIGHT)),
            };
            Filter::compare(path.clone(), comparison, value)
        };
        let until = self.until.map(|until| bound(Comparison::Lt, until));
        Filter::all([bound(Comparison::Ge, self.from)].into_iter().chain(until))
    }

    /// The ranges that a filter offers, with their names.
    pub(crate) fn offered(today: Date) -> [(&'static str, Self); 4] {
        let tomorrow = today.next_day();
        let month = today.replace_day(1).unwrap_or(today);
        let year = month.replace_month(Month::January).unwrap_or(month);
        [
            ("Today", Self { from: today, until: tomorrow }),
            ("Past 7 days", Self { from: today - Duration::days(7), until: tomorrow }),
            ("This month", Self { from: month, until: first_of_next_month(month) }),
            ("This year", Self { from: year, until: first_of_next_year(year) }),
        ]
    }
}

/// A day, or its midnight for a field of moments, in Django's format.
pub(crate) fn bound(field: &FieldInfo, date: Date) -> String {
    let text = date_text(date);
    if matches!(field.kind, FieldKind::Date) { text } else { text + " 00:00:00+00:00" }
}

fn first_of_next_month(first: Date) -> Option<Date> {
    let later = first.checked_add(Duration::days(31))?;
    later.replace_day(1).ok()
}

fn first_of_next_year(first: Date) -> Option<Date> {
    first.replace_year(first.year() + 1).ok().filter(|date| date.year() <= 9999)
}

/// The date hierarchy in an address: `date_joined__year=2020&date_joined__month=6`.
#[derive(Debug, Clone)]
pub(crate) struct Hierarchy {
    name: &'static str,
    path: Path,
    chosen: Chosen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chosen {
    Nothing,
    Year(Date),
    Month(Date),
    Day(Date),
}

/// The links of the date hierarchy.
#[derive(Debug, Default, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct HierarchyLinks {
    /// The link to the longer period.
    back: Option<HierarchyLink>,
    /// The links to the shorter periods; without an address it is the selected day.
    parts: Vec<HierarchyLink>,
}

#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct HierarchyLink {
    label: String,
    url: Option<String>,
    count: Option<u64>,
}

impl Hierarchy {
    /// Parses the query string of an address; `None` if the model has no date hierarchy.
    pub(crate) fn read(
        parameters: &Parameters,
        admin: &ModelAdmin,
    ) -> Result<Option<Self>, Malformed> {
        let Some(name) = admin.date_hierarchy else { return Ok(None) };
        let Ok(path) = Path::parse(admin.model, name) else { return Ok(None) };
        let [year, month, day] = Self::names_of(name).map(|name| parameters.get(&name));
        let malformed = || Malformed(format!("{name}__year"));
        let number = |text: &str| text.parse::<u16>().map_err(|_| malformed());
        let date = |year: &str, month: Option<&str>, day: Option<&str>| {
            let month = u8::try_from(month.map_or(Ok(1), number)?).map_err(|_| malformed())?;
            let day = u8::try_from(day.map_or(Ok(1), number)?).map_err(|_| malformed())?;
            let year = i32::from(number(year)?);
            let month = Month::try_from(month).map_err(|_| malformed())?;
            let date = Date::from_calendar_date(year, month, day).map_err(|_| malformed())?;
            if (1..=9999).contains(&year) { Ok(date) } else { Err(malformed()) }
        };
        let chosen = match (year, month, day) {
            (Some(year), None, None) => Chosen::Year(date(year, None, None)?),
            (Some(year), month @ Some(_), None) => Chosen::Month(date(year, month, None)?),
            (Some(year), month @ Some(_), day) => Chosen::Day(date(year, month, day)?),
            // A month without a year, for example, is a condition like any other.
            _ => Chosen::Nothing,
        };
        Ok(Some(Self { name, path, chosen }))
    }

    /// The column of the hierarchy.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The names of its parameters in the address.
    pub(crate) fn names(&self) -> Vec<String> {
        if self.chosen == Chosen::Nothing { Vec::new() } else { Self::names_of(self.name).into() }
    }

    fn names_of(name: &str) -> [String; 3] {
        ["year", "month", "day"].map(|part| format!("{name}__{part}"))
    }

    /// The condition for the selected period, if there is one.
    pub(crate) fn filter(&self) -> Option<Filter> {
        let range = match self.chosen {
            Chosen::Nothing => return None,
            Chosen::Year(from) => Range { from, until: first_of_next_year(from) },
            Chosen::Month(from) => Range { from, until: first_of_next_month(from) },
            Chosen::Day(from) => Range { from, until: from.next_day() },
        };
        Some(range.filter(&self.path))
    }

    /// The links to the longer and the shorter periods, with the number of rows in each. A period
    /// that all rows share is selected implicitly: a year, or a month.
    pub(crate) async fn links(
        &self,
        rows: &Records,
        parameters: &Parameters,
        mut on: Executor<'_>,
    ) -> Result<HierarchyLinks, DbError> {
        let link = |chosen| self.link(chosen, parameters);
        let (back, mut period) = match self.chosen {
            Chosen::Nothing => (None, Period::Year),
            Chosen::Year(_) => (Some(link(Chosen::Nothing)), Period::Month),
            Chosen::Month(first) => (Some(link(Chosen::Year(first))), Period::Day),
            Chosen::Day(day) => {
                let part = HierarchyLink { url: None, ..link(Chosen::Day(day)) };
                let back = Some(link(Chosen::Month(day)));
                return Ok(HierarchyLinks { back, parts: vec![part] });
            }
        };
        loop {
            let counts =
                rows.counts_by_period(&self.path, period, MAX_PERIODS, on.reborrow()).await?;
            match (self.chosen, period) {
                (Chosen::Nothing, Period::Year) if counts.len() == 1 => period = Period::Month,
                (Chosen::Nothing, Period::Month) if counts.len() == 1 => period = Period::Day,
                _ => {
                    let part = |(text, count): (String, u64)| {
                        let part = link(read_period(&text)?);
                        Some(HierarchyLink { count: Some(count), ..part })
                    };
                    let parts = counts.into_iter().filter_map(part).collect();
                    return Ok(HierarchyLinks { back, parts });
                }
            }
        }
    }

    /// Only the link to the longer period, which costs no query.
    pub(crate) fn way_back(&self, parameters: &Parameters) -> HierarchyLinks {
        let back = match self.chosen {
            Chosen::Nothing => None,
            Chosen::Year(_) => Some(Chosen::Nothing),
            Chosen::Month(first) => Some(Chosen::Year(first)),
            Chosen::Day(day) => Some(Chosen::Month(day)),
        };
        let here = HierarchyLink { url: None, ..self.link(self.chosen, parameters) };
        let parts = if back.is_some() { vec![here] } else { Vec::new() };
        HierarchyLinks { back: back.map(|back| self.link(back, parameters)), parts }
    }

    fn link(&self, chosen: Chosen, parameters: &Parameters) -> HierarchyLink {
        let names = Self::names_of(self.name);
        let mut asked = parameters.without(&[&names[0], &names[1], &names[2], PAGE]);
        let numbers =
            |date: Date| [date.year(), i32::from(u8::from(date.month())), i32::from(date.day())];
        let (label, numbers) = match chosen {
            Chosen::Nothing => ("All dates".to_owned(), Vec::new()),
            Chosen::Year(date) => (date.year().to_string(), numbers(date)[..1].to_vec()),
            Chosen::Month(date) => {
                (format!("{} {}", date.month(), date.year()), numbers(date)[..2].to_vec())
            }
            Chosen::Day(date) => {
                (format!("{} {}", date.month(), date.day()), numbers(date).to_vec())
            }
        };
        for (name, number) in names.iter().zip(numbers) {
            asked = asked.with(name, number.to_string());
        }
        HierarchyLink { label, url: Some(asked.link()), count: None }
    }
}

/// Parses the text of a period: `2020`, `2020-06`, `2020-06-14`.
fn read_period(text: &str) -> Option<Chosen> {
    let mut numbers = text.split('-').map(str::parse::<u16>);
    let year = i32::from(numbers.next()?.ok()?);
    let month = numbers.next().transpose().ok()?;
    let day = numbers.next().transpose().ok()?;
    let part = |number: Option<u16>| u8::try_from(number.unwrap_or(1)).ok();
    let month_of = Month::try_from(part(month)?).ok()?;
    let date = Date::from_calendar_date(year, month_of, part(day)?).ok()?;
    Some(match (month, day) {
        (None, _) => Chosen::Year(date),
        (Some(_), None) => Chosen::Month(date),
        (Some(_), Some(_)) => Chosen::Day(date),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: u8, day: u8) -> Date {
        Date::from_calendar_date(year, Month::try_from(month).unwrap(), day).unwrap()
    }

    #[test]
    fn the_ranges_end_with_the_day_the_month_and_the_year() {
        let range = |from, until| Range { from, until: Some(until) };
        for (today, expected) in [
            (
                date(2024, 2, 29),
                [
                    range(date(2024, 2, 29), date(2024, 3, 1)),
                    range(date(2024, 2, 22), date(2024, 3, 1)),
                    range(date(2024, 2, 1), date(2024, 3, 1)),
                    range(date(2024, 1, 1), date(2025, 1, 1)),
                ],
            ),
            (
                date(2025, 12, 31),
                [
                    range(date(2025, 12, 31), date(2026, 1, 1)),
                    range(date(2025, 12, 24), date(2026, 1, 1)),
                    range(date(2025, 12, 1), date(2026, 1, 1)),
                    range(date(2025, 1, 1), date(2026, 1, 1)),
                ],
            ),
        ] {
            assert_eq!(Range::offered(today).map(|(_, range)| range), expected);
        }
        let of = |kind| bound(&FieldInfo::new("field", kind), date(2024, 2, 29));
        assert_eq!(of(FieldKind::DateTime), "2024-02-29 00:00:00+00:00");
        assert_eq!(of(FieldKind::Date), "2024-02-29");
    }

    #[test]
    fn nothing_comes_after_the_last_day_there_is() {
        assert_eq!(first_of_next_year(date(9999, 1, 1)), None);
        assert_eq!(first_of_next_month(date(9999, 12, 1)), None);
    }

    #[test]
    fn periods_are_read_by_their_length() {
        assert_eq!(read_period("2020"), Some(Chosen::Year(date(2020, 1, 1))));
        assert_eq!(read_period("2020-06"), Some(Chosen::Month(date(2020, 6, 1))));
        assert_eq!(read_period("2020-06-14"), Some(Chosen::Day(date(2020, 6, 14))));
        for text in ["", "x", "2020-13", "2020-02-30", "2020-300"] {
            assert_eq!(read_period(text), None, "{text}");
        }
    }
}
