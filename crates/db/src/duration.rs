//! Durations in columns: an interval on PostgreSQL, a number of microseconds on SQLite.

use sqlx::postgres::types::PgInterval;
use time::Duration;

const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// The microseconds of a duration, limited to the range of a column.
#[doc(hidden)]
pub fn microseconds(duration: Duration) -> i64 {
    let limit = if duration.is_negative() { i64::MIN } else { i64::MAX };
    i64::try_from(duration.whole_microseconds()).unwrap_or(limit)
}

/// The interval of a duration: days and microseconds, as Django writes it.
#[doc(hidden)]
pub fn interval(duration: Duration) -> PgInterval {
    let micros = microseconds(duration);
    // All microseconds of 64 bits are days of 32.
    let days = i32::try_from(micros.div_euclid(DAY)).unwrap_or(i32::MAX);
    PgInterval { months: 0, days, microseconds: micros.rem_euclid(DAY) }
}

/// The duration of an interval. Years have 365 days and months 30, as in Django.
pub(crate) fn length(interval: &PgInterval) -> Duration {
    let days = i64::from(interval.months / 12) * 365
        + i64::from(interval.months % 12) * 30
        + i64::from(interval.days);
    Duration::days(days) + Duration::microseconds(interval.microseconds)
}
