//! Parts of a moment, as numbers.

use db::DatabaseKind;

/// A part of a moment, in UTC, under Django's name and with its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MomentPart {
    /// The year.
    Year,
    /// The quarter of the year, from 1.
    Quarter,
    /// The month, from 1.
    Month,
    /// The day of the month, from 1.
    Day,
    /// The day of the week, from 1 for Sunday.
    WeekDay,
    /// The hour.
    Hour,
    /// The minute.
    Minute,
    /// The second.
    Second,
}

impl MomentPart {
    /// The part of that name: `month`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "year" => Self::Year,
            "quarter" => Self::Quarter,
            "month" => Self::Month,
            "day" => Self::Day,
            "week_day" => Self::WeekDay,
            "hour" => Self::Hour,
            "minute" => Self::Minute,
            "second" => Self::Second,
            _ => return None,
        })
    }

    /// The SQL before and after a column that extracts the part. On SQLite a moment is text
    /// of a fixed form.
    pub(crate) const fn sql(self, kind: DatabaseKind) -> (&'static str, &'static str) {
        match kind {
            DatabaseKind::Sqlite => match self {
                Self::Year => ("CAST(SUBSTR(", ", 1, 4) AS INTEGER)"),
                Self::Quarter => ("(CAST(SUBSTR(", ", 6, 2) AS INTEGER) + 2) / 3"),
                Self::Month => ("CAST(SUBSTR(", ", 6, 2) AS INTEGER)"),
                Self::Day => ("CAST(SUBSTR(", ", 9, 2) AS INTEGER)"),
                Self::WeekDay => ("CAST(STRFTIME('%w', ", ") AS INTEGER) + 1"),
                Self::Hour => ("CAST(SUBSTR(", ", 12, 2) AS INTEGER)"),
                Self::Minute => ("CAST(SUBSTR(", ", 15, 2) AS INTEGER)"),
                Self::Second => ("CAST(SUBSTR(", ", 18, 2) AS INTEGER)"),
            },
            DatabaseKind::Postgres => match self {
                Self::Year => ("EXTRACT(YEAR FROM ", " AT TIME ZONE 'UTC')"),
                Self::Quarter => ("EXTRACT(QUARTER FROM ", " AT TIME ZONE 'UTC')"),
                Self::Month => ("EXTRACT(MONTH FROM ", " AT TIME ZONE 'UTC')"),
                Self::Day => ("EXTRACT(DAY FROM ", " AT TIME ZONE 'UTC')"),
                Self::WeekDay => ("EXTRACT(DOW FROM ", " AT TIME ZONE 'UTC') + 1"),
                Self::Hour => ("EXTRACT(HOUR FROM ", " AT TIME ZONE 'UTC')"),
                Self::Minute => ("EXTRACT(MINUTE FROM ", " AT TIME ZONE 'UTC')"),
                Self::Second => ("FLOOR(EXTRACT(SECOND FROM ", " AT TIME ZONE 'UTC'))"),
            },
        }
    }
}
