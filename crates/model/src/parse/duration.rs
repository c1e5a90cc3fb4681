//! Parses durations.

use time::Duration;

/// Parses a duration in Django's formats: `3 09:41:15.326411`, where only the seconds are required,
/// or ISO 8601, `P3DT9H41M15.326411S`.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let trimmed = text.trim();
    let micros = of_clock(trimmed).or_else(|| of_iso(trimmed));
    micros.and_then(|micros| i64::try_from(micros).ok()).map(Duration::microseconds).ok_or_else(
        || format!("“{text}” is not a duration. Write it as [DD] [[HH:]MM:]ss[.uuuuuu]."),
    )
}

const SECOND: i128 = 1_000_000;
const MINUTE: i128 = 60 * SECOND;
const HOUR: i128 = 60 * MINUTE;
const DAY: i128 = 24 * HOUR;

/// Parses `[-]D [-]HH:MM:SS.ffffff`, where only the seconds are required.
fn of_clock(text: &str) -> Option<i128> {
    let (days, clock) = match text.split_once(' ') {
        Some((days, clock)) => {
            let words = clock.strip_prefix("days").or_else(|| clock.strip_prefix("day"));
            let clock = words.map_or(clock, |rest| rest.trim_start_matches([',', ' ']));
            let (sign, days) = signed(days);
            (sign * whole(days)?, clock)
        }
        None => (0, text),
    };
    let (sign, clock) = signed(clock);
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [seconds] => ("0", "0", seconds),
        [minutes, seconds] => ("0", minutes, seconds),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let time = whole(hours)? * HOUR + whole(minutes)? * MINUTE + fraction(seconds, SECOND)?;
    Some(days * DAY + sign * time)
}

/// Parses `[-]P3DT9H41M15.3S`, where each part is optional.
fn of_iso(text: &str) -> Option<i128> {
    let (sign, text) = signed(text.strip_prefix('+').unwrap_or(text));
    let text = text.strip_prefix('P')?;
    let (days, mut clock) = text.split_once('T').unwrap_or((text, ""));
    let mut micros = match days {
        "" => 0,
        days => fraction(days.strip_suffix('D')?, DAY)?,
    };
    for (letter, unit) in [('H', HOUR), ('M', MINUTE), ('S', SECOND)] {
        if let Some((number, rest)) = clock.split_once(letter) {
            micros += fraction(number, unit)?;
            clock = rest;
        }
    }
    (clock.is_empty() && text.len() > 1).then_some(sign * micros)
}

fn signed(text: &str) -> (i128, &str) {
    text.strip_prefix('-').map_or((1, text), |rest| (-1, rest))
}

/// Parses a number of at most twelve digits, which cannot overflow in any unit.
fn whole(digits: &str) -> Option<i128> {
    let good = (1..=12).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| good)
}

/// Parses a number of units with a fraction of up to twelve digits into microseconds, truncated.
fn fraction(number: &str, unit: i128) -> Option<i128> {
    let Some((digits, fraction)) = number.split_once(['.', ',']) else {
        return Some(whole(number)? * unit);
    };
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok().filter(|length| *length <= 12)?);
    Some(whole(digits)? * unit + whole(fraction)? * unit / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_every_form_that_django_takes() {
        let micros = Duration::microseconds;
        for (text, duration) in [
            ("30", Duration::seconds(30)),
            ("15:30", Duration::seconds(930)),
            ("5:30:15", Duration::seconds(5 * 3600 + 1815)),
            ("10 15:04:23", Duration::seconds(10 * 86_400 + 54_263)),
            ("1 day, 0:00:10", Duration::seconds(86_410)),
            ("-1 23:59:00", Duration::minutes(-1)),
            ("-1 -00:00:10", Duration::seconds(-86_410)),
            ("-00:01:00", Duration::minutes(-1)),
            ("00:00:00.000001", micros(1)),
            ("8:45.1234567", micros(525_123_456)),
            ("P4Y", Duration::MAX),
            ("P3DT9H41M15.326411S", micros(294_075_326_411)),
            ("-P1DT1S", Duration::seconds(-86_401)),
            ("PT0.5H", Duration::minutes(30)),
        ] {
            let expected = (duration != Duration::MAX).then_some(duration);
            assert_eq!(parse(text).ok(), expected, "{text}");
        }
        for text in ["", "P", "PT", "a", "1:2:3:4", "٣", "106751992 00:00:00", "1.5:00"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
