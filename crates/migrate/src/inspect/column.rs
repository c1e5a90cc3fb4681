//! The type of a field for a column.

use module_api::db::DatabaseKind;

use super::names::literal;
use crate::schema::{Column, ColumnKind};

/// The maximum limit of a `varchar` in PostgreSQL.
const MAX_LENGTH: u32 = 10_485_760;
/// The maximum number of digits of a `Decimal`.
const MAX_DIGITS: u32 = 29;
/// The number of digits of a decimal number that SQLite keeps.
const SQLITE_DIGITS: u32 = 15;
/// The number of decimal places where the database does not declare it, as for money.
const DECIMAL_PLACES: u32 = 2;
/// A moment in an unknown time zone.
const LOCAL: &str = "timestamp without time zone";

/// A type with the attributes that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    /// The type: `String`.
    pub(super) rust: &'static str,
    /// The attributes: `max_length = 64`.
    pub(super) attributes: Vec<String>,
    /// Comments about the rest, for review.
    pub(super) notes: Vec<String>,
}

impl Held {
    fn plain(rust: &'static str) -> Self {
        Self { rust, attributes: Vec::new(), notes: Vec::new() }
    }
}

/// The type for a column, or `None` if no field can hold its values.
pub(super) fn held(column: &Column, kind: DatabaseKind) -> Option<Held> {
    let on_sqlite = kind == DatabaseKind::Sqlite;
    let mut held = Held::plain(match &column.kind {
        ColumnKind::SmallInteger => "i16",
        ColumnKind::Integer => "i32",
        ColumnKind::BigInteger => "i64",
        ColumnKind::Bool => "bool",
        // SQLite has no types for these, and Django declares text of their lengths.
        ColumnKind::Text if on_sqlite && column.declared == "char(32)" => "Uuid",
        ColumnKind::Text if on_sqlite && column.declared == "char(39)" => "IpAddr",
        ColumnKind::Text => "String",
        ColumnKind::DateTime => "UtcDateTime",
        ColumnKind::Date => "Date",
        ColumnKind::Time => "Time",
        ColumnKind::Duration => "Duration",
        ColumnKind::Float => "f64",
        ColumnKind::Decimal => "Decimal",
        ColumnKind::Binary => "Vec<u8>",
        ColumnKind::Uuid => "Uuid",
        ColumnKind::Ip => "IpAddr",
        ColumnKind::Json => "Json<Value>",
        ColumnKind::Other(declared) if declared == LOCAL => "UtcDateTime",
        ColumnKind::Other(_) => return None,
    });
    match held.rust {
        "String" => {
            let limit = column.max_length.filter(|limit| (1..=MAX_LENGTH).contains(limit));
            let limit = limit.map(|limit| format!("max_length = {limit}"));
            held.attributes.push(limit.unwrap_or_else(|| "long_text".to_owned()));
        }
        "Decimal" => add_digits(&mut held, &column.declared, on_sqlite),
        _ => {}
    }
    if column.positive {
        held.attributes.push("positive".to_owned());
    }
    if matches!(&column.kind, ColumnKind::Other(_)) {
        held.notes.push(format!(
            "{} is {LOCAL}: change its type USING the column AT TIME ZONE 'UTC'.",
            column.name
        ));
    }
    if let Some(collation) = &column.collation {
        held.notes.push(format!("Its collation is {collation}, which no attribute describes."));
    }
    let default = column.default.as_deref().filter(|it| !is_null(literal_of(it)));
    if let Some(default) = default {
        match default_of(literal_of(default), &held) {
            Some(attribute) => held.attributes.push(attribute),
            None => held.notes.push(format!("Its default in the database is {default}.")),
        }
    }
    Some(held)
}

fn add_digits(held: &mut Held, declared: &str, on_sqlite: bool) {
    let most = if on_sqlite { SQLITE_DIGITS } else { MAX_DIGITS };
    let (digits, places) = digits_of(declared).unwrap_or_else(|| {
        held.notes.push("The database does not tell its digits: correct them.".to_owned());
        (most, DECIMAL_PLACES)
    });
    if digits > MAX_DIGITS {
        held.notes.push(format!("It has {digits} digits, and a field {MAX_DIGITS} at most."));
    }
    let digits = digits.clamp(1, MAX_DIGITS);
    held.attributes.push(format!("max_digits = {digits}"));
    held.attributes.push(format!("decimal_places = {}", places.min(digits)));
}

/// The digits of `numeric(8,2)`: the total, and those after the decimal point.
fn digits_of(declared: &str) -> Option<(u32, u32)> {
    let (_, inner) = declared.strip_suffix(')')?.split_once('(')?;
    let (digits, places) = inner.split_once(',').unwrap_or((inner, "0"));
    Some((digits.trim().parse().ok()?, places.trim().parse().ok()?))
}

fn is_null(value: &str) -> bool {
    value.eq_ignore_ascii_case("null")
}

/// The attribute for a default, or `None` if no attribute can express it.
fn default_of(value: &str, held: &Held) -> Option<String> {
    let text = || {
        let inner = value.strip_prefix('\'')?.strip_suffix('\'')?;
        let text = inner.replace("''", "'");
        (!inner.replace("''", "").contains('\'')).then_some(text)
    };
    // PostgreSQL quotes numbers that it casts.
    let number = text().unwrap_or_else(|| value.to_owned());
    let is_number = !number.is_empty()
        && number.parse::<f64>().is_ok_and(f64::is_finite)
        && number.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    let written = match held.rust {
        "i16" | "i32" | "i64" => number.parse::<i64>().ok()?.to_string(),
        "f64" | "Decimal" if is_number => number.trim_end_matches('.').to_owned(),
        "bool" => match value.to_ascii_lowercase().as_str() {
            "true" | "1" => "true".to_owned(),
            "false" | "0" => "false".to_owned(),
            _ => return None,
        },
        "String" => {
            let text = text()?;
            let limit = held.attributes.iter().find_map(|it| it.strip_prefix("max_length = "));
            let limit = limit.and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
            (text.chars().count() <= limit).then(|| literal(&text))?
        }
        "UtcDateTime" | "Date" | "Time" => match value.to_ascii_lowercase().as_str() {
            "now()" | "current_timestamp" | "current_date" | "current_time" => "now".to_owned(),
            _ => return None,
        },
        _ => return None,
    };
    Some(format!("default = {written}"))
}

/// A default without surrounding parentheses and the cast that PostgreSQL appends.
fn literal_of(default: &str) -> &str {
    let mut value = default.trim();
    loop {
        let inner = value.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let before = value.rsplit_once("::").map(|(before, _)| before);
        // Inside a text it is not a cast.
        let before = before.filter(|before| before.matches('\'').count() % 2 == 0);
        match inner.or(before) {
            Some(shorter) => value = shorter.trim(),
            None => return value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Numbering;

    fn column(declared: &str, kind: ColumnKind, default: Option<&str>) -> Column {
        Column {
            name: "c".to_owned(),
            declared: declared.to_owned(),
            kind,
            max_length: Some(9),
            null: false,
            primary_key: false,
            numbering: Numbering::No,
            positive: false,
            computed: false,
            default: default.map(str::to_owned),
            collation: None,
        }
    }

    fn attributes(declared: &str, kind: ColumnKind, default: Option<&str>) -> Vec<String> {
        held(&column(declared, kind, default), DatabaseKind::Postgres).unwrap().attributes
    }

    #[test]
    fn defaults_that_are_literals_become_attributes() {
        for (kind, default, attribute) in [
            (ColumnKind::Integer, "7", "default = 7"),
            (ColumnKind::Integer, "'-1'::integer", "default = -1"),
            (ColumnKind::Bool, "true", "default = true"),
            (ColumnKind::Text, "'it''s'::character varying", "default = \"it's\""),
            (ColumnKind::Text, "'a::b'", "default = \"a::b\""),
            (ColumnKind::Float, "(0.5)::double precision", "default = 0.5"),
            (ColumnKind::DateTime, "now()", "default = now"),
            (ColumnKind::DateTime, "CURRENT_TIMESTAMP", "default = now"),
        ] {
            let found = attributes("", kind, Some(default));
            assert_eq!(found.last().map(String::as_str), Some(attribute), "{default}");
        }
        assert_eq!(attributes("", ColumnKind::Text, Some("NULL::text")), ["max_length = 9"]);
    }

    #[test]
    fn a_default_that_no_attribute_describes_is_noted() {
        for (kind, default) in [
            (ColumnKind::Integer, "nextval('a')"),
            (ColumnKind::Text, "'longer than nine'"),
            (ColumnKind::Text, "lower('A')"),
            (ColumnKind::Uuid, "gen_random_uuid()"),
        ] {
            let held = held(&column("", kind, Some(default)), DatabaseKind::Postgres).unwrap();
            assert_eq!(held.notes, [format!("Its default in the database is {default}.")]);
        }
    }

    #[test]
    fn the_digits_of_decimals_are_read_or_asked_for() {
        let digits = |declared| attributes(declared, ColumnKind::Decimal, None);
        assert_eq!(digits("numeric(8,2)"), ["max_digits = 8", "decimal_places = 2"]);
        assert_eq!(digits("decimal(40, 3)"), ["max_digits = 29", "decimal_places = 3"]);
        let unknown = held(&column("decimal", ColumnKind::Decimal, None), DatabaseKind::Sqlite);
        let unknown = unknown.unwrap();
        assert_eq!(unknown.attributes, ["max_digits = 15", "decimal_places = 2"]);
        assert_eq!(unknown.notes.len(), 1);
    }
}
