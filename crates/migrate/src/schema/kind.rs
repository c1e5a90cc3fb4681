//! Kinds of columns, independent of the database.

/// The kinds of columns that both databases have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// A whole number of 16 bits.
    SmallInteger,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    BigInteger,
    /// True or false.
    Bool,
    /// Text, with a maximum length or without.
    Text,
    /// A moment: `datetime` on SQLite, `timestamp with time zone` on PostgreSQL.
    DateTime,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A duration.
    Duration,
    /// A floating-point number.
    Float,
    /// A number of decimal digits.
    Decimal,
    /// Bytes.
    Binary,
    /// A UUID.
    Uuid,
    /// An IP address.
    Ip,
    /// JSON.
    Json,
    /// Any other declared type, in lower case.
    Other(String),
}

/// The parts of a declared type: `varchar(64)` is `varchar` with the length 64.
struct Declared {
    name: String,
    length: Option<u32>,
}

impl Declared {
    fn new(declared: &str) -> Self {
        let lower = declared.to_ascii_lowercase();
        let (head, inner, tail) = match (lower.find('('), lower.rfind(')')) {
            (Some(open), Some(close)) if open < close => {
                (&lower[..open], Some(&lower[open + 1..close]), &lower[close + 1..])
            }
            _ => (&*lower, None, ""),
        };
        let words = head.split_whitespace().chain(tail.split_whitespace());
        let name = words.collect::<Vec<_>>().join(" ");
        Self { name, length: inner.and_then(|inner| inner.trim().parse().ok()) }
    }

    fn text_or(self, kind: ColumnKind) -> (ColumnKind, Option<u32>) {
        let length = self.length.filter(|_| kind == ColumnKind::Text);
        (kind, length)
    }
}

impl ColumnKind {
    /// Returns the kind of a SQLite column and its maximum number of characters. Declared types are
    /// free text there; Django's and common ones are recognized.
    pub(super) fn of_sqlite(declared: &str) -> (Self, Option<u32>) {
        let declared_type = Declared::new(declared);
        let name = declared_type.name.strip_suffix(" unsigned").unwrap_or(&declared_type.name);
        let kind = match name {
            "smallint" | "int2" | "tinyint" => Self::SmallInteger,
            "integer" | "int" | "int4" | "mediumint" => Self::Integer,
            "bigint" | "int8" => Self::BigInteger,
            "bool" | "boolean" => Self::Bool,
            "varchar" | "character varying" | "char" | "character" | "nchar" | "nvarchar"
            | "native character" | "varying character" | "text" | "clob" => Self::Text,
            "datetime" | "timestamp" | "timestamptz" | "timestamp with time zone" => Self::DateTime,
            "date" => Self::Date,
            "time" => Self::Time,
            "interval" => Self::Duration,
            "real" | "double" | "double precision" | "float" => Self::Float,
            "decimal" | "numeric" => Self::Decimal,
            "blob" => Self::Binary,
            "uuid" => Self::Uuid,
            "inet" => Self::Ip,
            "json" | "jsonb" => Self::Json,
            _ => Self::Other(declared.to_ascii_lowercase()),
        };
        declared_type.text_or(kind)
    }

    /// Returns the name of the type in PostgreSQL.
    pub(crate) fn postgres_name(&self, max_length: Option<u32>) -> String {
        let name = match self {
            Self::SmallInteger => "smallint",
            Self::Integer => "integer",
            Self::BigInteger => "bigint",
            Self::Bool => "boolean",
            Self::Text => {
                return max_length.map_or("text".to_owned(), |n| format!("character varying({n})"));
            }
            Self::DateTime => "timestamp with time zone",
            Self::Date => "date",
            Self::Time => "time without time zone",
            Self::Duration => "interval",
            Self::Float => "double precision",
            Self::Decimal => "numeric",
            Self::Binary => "bytea",
            Self::Uuid => "uuid",
            Self::Ip => "inet",
            Self::Json => "jsonb",
            Self::Other(declared) => declared,
        };
        name.to_owned()
    }

    /// Returns the kind of a PostgreSQL column and its maximum number of characters, from the type
    /// name of `format_type`.
    pub(super) fn of_postgres(declared: &str) -> (Self, Option<u32>) {
        let declared_type = Declared::new(declared);
        let kind = match &*declared_type.name {
            "smallint" => Self::SmallInteger,
            "integer" => Self::Integer,
            "bigint" => Self::BigInteger,
            "boolean" => Self::Bool,
            // `citext` is text with case-insensitive comparisons.
            "character varying" | "character" | "text" | "citext" => Self::Text,
            "timestamp with time zone" => Self::DateTime,
            "date" => Self::Date,
            "time without time zone" => Self::Time,
            "real" | "double precision" => Self::Float,
            "numeric" => Self::Decimal,
            "bytea" => Self::Binary,
            "uuid" => Self::Uuid,
            "inet" => Self::Ip,
            "interval" => Self::Duration,
            "json" | "jsonb" => Self::Json,
            _ => Self::Other(declared.to_owned()),
        };
        declared_type.text_or(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_django_declares_on_sqlite_are_known() {
        for (declared, kind, length) in [
            ("integer", ColumnKind::Integer, None),
            ("INTEGER", ColumnKind::Integer, None),
            ("integer unsigned", ColumnKind::Integer, None),
            ("bigint unsigned", ColumnKind::BigInteger, None),
            ("smallint unsigned", ColumnKind::SmallInteger, None),
            ("bigint", ColumnKind::BigInteger, None),
            ("bool", ColumnKind::Bool, None),
            ("varchar(150)", ColumnKind::Text, Some(150)),
            ("varchar( 64 )", ColumnKind::Text, Some(64)),
            ("char(32)", ColumnKind::Text, Some(32)),
            ("text", ColumnKind::Text, None),
            ("datetime", ColumnKind::DateTime, None),
            ("date", ColumnKind::Date, None),
            ("time", ColumnKind::Time, None),
            ("real", ColumnKind::Float, None),
            ("decimal", ColumnKind::Decimal, None),
            ("decimal(10, 2)", ColumnKind::Decimal, None),
            ("BLOB", ColumnKind::Binary, None),
            ("", ColumnKind::Other(String::new()), None),
            ("Geometry", ColumnKind::Other("geometry".to_owned()), None),
        ] {
            assert_eq!(ColumnKind::of_sqlite(declared), (kind, length), "{declared}");
        }
    }

    #[test]
    fn types_of_postgresql_are_known() {
        for (declared, kind, length) in [
            ("integer", ColumnKind::Integer, None),
            ("bigint", ColumnKind::BigInteger, None),
            ("boolean", ColumnKind::Bool, None),
            ("character varying(254)", ColumnKind::Text, Some(254)),
            ("character varying", ColumnKind::Text, None),
            ("character(2)", ColumnKind::Text, Some(2)),
            ("timestamp with time zone", ColumnKind::DateTime, None),
            ("timestamp(3) with time zone", ColumnKind::DateTime, None),
            ("numeric(10,2)", ColumnKind::Decimal, None),
            ("jsonb", ColumnKind::Json, None),
            ("interval", ColumnKind::Duration, None),
            ("inet", ColumnKind::Ip, None),
        ] {
            assert_eq!(ColumnKind::of_postgres(declared), (kind, length), "{declared}");
        }
    }

    #[test]
    fn arrays_and_times_without_a_zone_are_something_else() {
        for declared in
            ["integer[]", "character varying(3)[]", "timestamp without time zone", "int4range"]
        {
            let (kind, length) = ColumnKind::of_postgres(declared);
            assert_eq!((kind, length), (ColumnKind::Other(declared.to_owned()), None));
        }
    }
}
