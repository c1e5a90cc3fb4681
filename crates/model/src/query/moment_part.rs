//! Parts of a moment, as numbers.

use db::DatabaseKind;

use crate::{FieldInfo, FieldKind};

/// A part of a moment, in UTC, with the names and numbers of Django.
///
/// ```
/// use module_api::model::{Comparison, Filter, Model, MomentPart, Path, Records};
/// # #[derive(Model)]
/// # #[model(label = "lettings.address", display = "{city}")]
/// # struct Address { id: i64, #[model(max_length = 64)] city: String }
/// # #[derive(Model)]
/// # #[model(label = "lettings.letting", display = "{title}, {address.city}")]
/// # struct Letting {
/// #     id: i64,
/// #     #[model(max_length = 256)] title: String,
/// #     opened: module_api::time::Date,
/// #     #[model(on_delete = protect)] address: module_api::model::ForeignKey<Address>,
/// # }
/// # static LETTINGS: module_test::LocalModule = module_test::LocalModule {
/// #     models: &[Address::INFO, Letting::INFO],
/// #     migrations: &[("0001_initial.sql", b"
/// #         CREATE TABLE lettings_address (id integer PRIMARY KEY, city text);
/// #         CREATE TABLE lettings_letting (id integer PRIMARY KEY, title text, opened text,
/// #             address_id integer REFERENCES lettings_address);
/// #         INSERT INTO lettings_address VALUES (1, 'Oslo'), (2, 'Bergen');
/// #         INSERT INTO lettings_letting VALUES
/// #             (1, 'Sea view', '2024-06-14', 1), (2, 'Old mill', '2024-07-01', 2),
/// #             (3, 'Sea house', '2025-06-02', 2);
/// #     ")],
/// #     ..module_test::LocalModule::named("lettings")
/// # };
/// # async fn example(db: &module_api::db::Db) -> Result<(), Box<dyn std::error::Error>> {
///
/// let opened = Path::parse(Letting::INFO, "opened")?;
/// let in_june = Filter::compare_part(opened, MomentPart::Month, Comparison::Eq, 6);
/// let lettings = Records::of(Letting::INFO).filter(in_june);
/// assert_eq!(lettings.ids(&mut db.acquire().await?).await?, [1, 3]);
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
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
    /// The part with that name: `month`.
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

    /// The SQL before and after a column that extracts the part of a moment, or of a day or time
    /// of day. On SQLite all of them are text of a fixed form.
    pub(crate) fn sql(self, field: &FieldInfo, kind: DatabaseKind) -> (String, String) {
        if kind == DatabaseKind::Postgres {
            let zone =
                if matches!(field.kind, FieldKind::DateTime) { " AT TIME ZONE 'UTC'" } else { "" };
            let (before, part, after) = match self {
                Self::Year => ("", "YEAR", ""),
                Self::Quarter => ("", "QUARTER", ""),
                Self::Month => ("", "MONTH", ""),
                Self::Day => ("", "DAY", ""),
                Self::WeekDay => ("", "DOW", " + 1"),
                Self::Hour => ("", "HOUR", ""),
                Self::Minute => ("", "MINUTE", ""),
                Self::Second => ("FLOOR(", "SECOND", ")"),
            };
            return (format!("{before}EXTRACT({part} FROM "), format!("{zone}){after}"));
        }
        // The offset of the time of day in the text.
        let clock = if matches!(field.kind, FieldKind::Time) { 1 } else { 12 };
        let number = |at: u32, length: u32| {
            ("CAST(SUBSTR(".to_owned(), format!(", {at}, {length}) AS INTEGER)"))
        };
        match self {
            Self::Year => number(1, 4),
            Self::Quarter => {
                let (before, after) = number(6, 2);
                (format!("({before}"), format!("{after} + 2) / 3"))
            }
            Self::Month => number(6, 2),
            Self::Day => number(9, 2),
            Self::WeekDay => ("CAST(STRFTIME('%w', ".to_owned(), ") AS INTEGER) + 1".to_owned()),
            Self::Hour => number(clock, 2),
            Self::Minute => number(clock + 3, 2),
            Self::Second => number(clock + 6, 2),
        }
    }

    /// Returns `true` if a field has such a part.
    pub fn is_of(self, field: &FieldInfo) -> bool {
        match field.kind {
            FieldKind::DateTime => true,
            FieldKind::Date => !matches!(self, Self::Hour | Self::Minute | Self::Second),
            FieldKind::Time => matches!(self, Self::Hour | Self::Minute | Self::Second),
            _ => false,
        }
    }
}
