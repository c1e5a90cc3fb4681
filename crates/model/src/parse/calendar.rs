//! Parses moments, days and times of day.

use time::{Date, Duration, Month, Time, UtcDateTime};

/// Parses a moment in Django's formats: a date, or a date and a time with or without seconds,
/// their fraction, and an offset. Without an offset it is UTC.
pub(super) fn datetime(text: &str) -> Result<UtcDateTime, String> {
    let invalid_format = || {
        format!("“{text}” is not a date and time. Write it as YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ].")
    };
    let mut scan = Scan(text.trim());
    let date = scan.date().ok_or_else(invalid_format)?;
    if scan.0.is_empty() {
        let date = date.build().ok_or_else(|| invalid_date(text))?;
        return Ok(UtcDateTime::new(date, Time::MIDNIGHT));
    }
    let clock = scan.clock().ok_or_else(invalid_format)?;
    clock.on(&date).ok_or_else(|| format!("“{text}” is not a valid date and time."))
}

/// Parses a day in Django's format.
pub(super) fn date(text: &str) -> Result<Date, String> {
    let mut scan = Scan(text.trim());
    let date = scan
        .date()
        .filter(|_| scan.0.is_empty())
        .ok_or_else(|| format!("“{text}” is not a date. Write it as YYYY-MM-DD."))?;
    date.build().ok_or_else(|| invalid_date(text))
}

fn invalid_date(text: &str) -> String {
    format!("“{text}” is not a valid date.")
}

/// Parses a time of day in Django's format, with or without seconds and their fraction.
pub(super) fn time(text: &str) -> Result<Time, String> {
    let mut scan = Scan(text.trim());
    let clock = scan
        .time_of_day()
        .filter(|_| scan.0.is_empty())
        .ok_or_else(|| format!("“{text}” is not a time. Write it as HH:MM[:ss[.uuuuuu]]."))?;
    clock.time().ok_or_else(|| format!("“{text}” is not a valid time."))
}

/// The rest of the text.
struct Scan<'a>(&'a str);

/// The numbers of a date, which need not be valid.
struct Numbers {
    year: u32,
    month: u32,
    day: u32,
}

impl Numbers {
    fn build(&self) -> Option<Date> {
        let year = i32::try_from(self.year).ok().filter(|year| *year > 0)?;
        let month = Month::try_from(u8::try_from(self.month).ok()?).ok()?;
        Date::from_calendar_date(year, month, u8::try_from(self.day).ok()?).ok()
    }
}

/// The numbers of a time, which need not be valid, and the offset in minutes.
struct Clock {
    numbers: [u32; 3],
    micro: u32,
    offset: i64,
}

impl Clock {
    /// The time of day, if it is valid.
    fn time(&self) -> Option<Time> {
        let [hour, minute, second] =
            self.numbers.map(|number| u8::try_from(number).unwrap_or(u8::MAX));
        Time::from_hms_micro(hour, minute, second, self.micro).ok()
    }

    /// The moment on that date, if it is valid.
    fn on(&self, date: &Numbers) -> Option<UtcDateTime> {
        let moment = UtcDateTime::new(date.build()?, self.time()?);
        let moment = moment.checked_sub(Duration::minutes(self.offset))?;
        (moment.year() > 0).then_some(moment)
    }
}

impl Scan<'_> {
    fn take(&mut self, characters: &[char]) -> Option<()> {
        self.0 = self.0.strip_prefix(characters)?;
        Some(())
    }

    /// The next digits, all of them, whose number has to be from `least` to `most`.
    fn digits(&mut self, least: usize, most: usize) -> Option<&str> {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if count < least || count > most {
            return None;
        }
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        Some(digits)
    }

    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        self.digits(least, most)?.parse().ok()
    }

    fn date(&mut self) -> Option<Numbers> {
        let year = self.number(4, 4)?;
        self.take(&['-'])?;
        let month = self.number(1, 2)?;
        self.take(&['-'])?;
        Some(Numbers { year, month, day: self.number(1, 2)? })
    }

    /// Parses the text after the date.
    fn clock(&mut self) -> Option<Clock> {
        self.take(&['T', 't', ' '])?;
        let clock = self.time_of_day()?;
        self.0 = self.0.trim_start();
        Some(Clock { offset: self.offset()?, ..clock })
    }

    fn time_of_day(&mut self) -> Option<Clock> {
        let hour = self.number(1, 2)?;
        self.take(&[':'])?;
        let minute = self.number(1, 2)?;
        let (mut second, mut micro) = (0, 0);
        if self.take(&[':']).is_some() {
            second = self.number(1, 2)?;
            if self.take(&['.', ',']).is_some() {
                // Truncated to microseconds.
                let fraction = self.digits(1, 12)?;
                let fraction = &fraction[..fraction.len().min(6)];
                micro = format!("{fraction:0<6}").parse().ok()?;
            }
        }
        Some(Clock { numbers: [hour, minute, second], micro, offset: 0 })
    }

    /// Parses the offset from UTC, in minutes, which ends the text.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.0.chars().next() {
            None => return Some(0),
            Some('Z' | 'z') => 0,
            Some('+') => 1,
            Some('-') => -1,
            Some(_) => return None,
        };
        self.0 = &self.0[1..];
        let mut minutes = 0;
        if sign != 0 {
            let digits = self.digits(2, 4)?.to_owned();
            let (hours, rest) = digits.split_at(2);
            minutes = 60 * hours.parse::<i64>().ok()?;
            if rest.is_empty() && self.take(&[':']).is_some() {
                minutes += i64::from(self.number(2, 2)?);
            } else if !rest.is_empty() {
                minutes += (rest.len() == 2).then(|| rest.parse::<i64>().ok())??;
            }
        }
        (self.0.is_empty() && minutes < 24 * 60).then_some(sign * minutes)
    }
}

#[cfg(test)]
mod tests {
    use db::{Value, datetime_text};

    use crate::{FieldInfo, FieldKind};

    const FIELD: FieldInfo = FieldInfo::new("field", FieldKind::DateTime);

    fn moment(text: &str) -> String {
        match FIELD.parse(text) {
            Ok(Value::DateTime(Some(moment))) => datetime_text(moment),
            Ok(other) => panic!("{text} is {other:?}"),
            Err(message) => message,
        }
    }

    #[test]
    fn moments_are_read_in_every_form_that_django_takes() {
        for (text, expected) in [
            ("2020-06-14 09:41", "2020-06-14 09:41:00"),
            ("2020-06-14 09:41:15", "2020-06-14 09:41:15"),
            ("2020-06-14 09:41:15.3", "2020-06-14 09:41:15.300000"),
            ("2020-06-14T09:41:15.326411Z", "2020-06-14 09:41:15.326411"),
            ("2020-06-14T09:41:15.326411999", "2020-06-14 09:41:15.326411"),
            ("2020-06-14T09:41:15+02:00", "2020-06-14 07:41:15"),
            ("2020-06-14T09:41:15-0330", "2020-06-14 13:11:15"),
            ("2020-06-14 09:41 +02", "2020-06-14 07:41:00"),
            ("2020-6-4 9:41", "2020-06-04 09:41:00"),
            ("2020-06-14", "2020-06-14 00:00:00"),
            (" 2020-06-14 ", "2020-06-14 00:00:00"),
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused_in_djangos_words() {
        for text in [
            "yesterday",
            "2020-06",
            "20-06-14",
            "2020-06-14T",
            "2020-06-14 09:41:15.",
            "2020-06-14 09:41x",
            "2020-06-14 09:41+1",
            "2020-06-14 09:41+02:0",
            "2020-06-14 09",
            "2020-06-14 09:41+020",
            "2020-06-14é",
            "2020-06-14 09:41é",
        ] {
            let expected = format!(
                "“{text}” is not a date and time. Write it as YYYY-MM-DD \
                 HH:MM[:ss[.uuuuuu]][TZ]."
            );
            assert_eq!(moment(text), expected);
        }
        for text in ["2020-02-30", "0000-01-01", "2020-13-01"] {
            assert!(moment(text).ends_with("” is not a valid date."), "{text}");
        }
        for text in
            ["2020-06-14 24:00", "2020-06-14 23:60", "9999-12-31 23:00-02", "0001-01-01 01:00+02"]
        {
            assert!(moment(text).ends_with("” is not a valid date and time."), "{text}");
        }
    }
}
