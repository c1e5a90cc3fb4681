//! Descriptions of models as data, for the admin, fixtures, checks and `makemigrations`.

mod choice;
mod default_value;
mod relation;
mod through;

use db::Value;

pub use choice::{Choice, ChoiceValue};
pub(crate) use default_value::with_places;
pub use default_value::{AutoNow, DefaultValue};
pub use relation::{ForeignKeyInfo, ManyToManyInfo, OnDelete};

use crate::clock::now;
use crate::{ConstraintInfo, Rule};

/// The description of a model: its table, its fields, and how people call it.
///
/// `#[derive(Model)]` makes one; it is the model's [`INFO`](crate::Model::INFO).
#[derive(Debug)]
pub struct ModelInfo {
    /// Django's label: the app and the model's name in lower case, `lettings.letting`.
    pub label: &'static str,
    /// The path of its struct: `lettings::models::Letting`.
    pub path: &'static str,
    /// The table.
    pub table: &'static str,
    /// The singular name for people: `letting`.
    pub verbose_name: &'static str,
    /// The plural name for people: `lettings`.
    pub verbose_name_plural: &'static str,
    /// The fields that are columns of the table. The first is the primary key, `id`.
    pub fields: &'static [FieldInfo],
    /// The fields that are tables of their own.
    pub many_to_many: &'static [ManyToManyInfo],
    /// The many-to-many fields with a model between: they are read, and its rows are written.
    pub many_through: &'static [ManyToManyInfo],
    /// The order of lists. Empty means that of the primary key.
    pub ordering: &'static [Ordering],
    /// How one of them shows as text, the parts in their order.
    pub display: &'static [DisplayPart],
    /// Names of fields that must not have the same values together twice.
    pub unique_together: &'static [&'static [&'static str]],
    /// Names of fields that have an index together.
    pub indexes: &'static [&'static [&'static str]],
    /// Names of the fields by which a fixture may name an object instead of by its primary key.
    /// A foreign key stands for the natural key of what it leads to. Empty if there is none.
    pub natural_key: &'static [&'static str],
    /// Set for rows that each database numbers itself: fixtures find them by the natural key, and
    /// primary keys in a fixture are mapped.
    pub found_by_natural_key: bool,
    /// Constraints and indexes that are more than columns.
    pub constraints: &'static [ConstraintInfo],
    /// Rules over a whole object.
    pub rules: &'static [Rule],
}

impl ModelInfo {
    /// The first part of the label: `lettings`.
    pub fn app(&self) -> &'static str {
        self.label.split_once('.').map_or(self.label, |(app, _)| app)
    }

    /// The second part of the label: `letting`.
    pub fn name(&self) -> &'static str {
        self.label.split_once('.').map_or(self.label, |(_, name)| name)
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static FieldInfo> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The place of the field of that name among [`fields`](ModelInfo::fields).
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The primary key.
    pub fn primary_key(&self) -> &'static FieldInfo {
        &self.fields[0]
    }

    /// Its foreign keys, one-to-one included.
    pub fn foreign_keys(
        &self,
    ) -> impl Iterator<Item = (&'static FieldInfo, &'static ForeignKeyInfo)> {
        self.fields.iter().filter_map(|field| Some((field, field.foreign_key()?)))
    }

    /// Returns `true` if it has a column for a field of this name. `#[derive(Model)]` calls it at
    /// compile time.
    #[doc(hidden)]
    pub const fn has_column_of(&self, name: &str) -> bool {
        let mut index = 0;
        while index < self.fields.len() {
            if same(self.fields[index].name, name) {
                return true;
            }
            index += 1;
        }
        false
    }

    /// Returns the field of that name while `#[derive(Form)]` compiles.
    #[doc(hidden)]
    pub const fn field_of_form(&'static self, name: &str) -> &'static FieldInfo {
        let mut index = 0;
        while index < self.fields.len() {
            if same(self.fields[index].name, name) {
                return &self.fields[index];
            }
            index += 1;
        }
        panic!("a field of the form is not a column of the model")
    }

    /// Returns the many-to-many field of that name, one with a model between included.
    pub fn any_many_to_many(&self, name: &str) -> Option<&'static ManyToManyInfo> {
        self.many_to_many.iter().chain(self.many_through).find(|field| field.name == name)
    }

    /// Returns `true` if both are the same model.
    pub fn is(&self, other: &Self) -> bool {
        self.label == other.label
    }

    /// Returns the singular name for people, capitalized: `Letting`.
    pub fn capitalized_name(&self) -> String {
        capitalized(self.verbose_name)
    }
}

/// A field of a model that is a column of its table.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct FieldInfo {
    /// Its name in code, fixtures and forms: `address`.
    pub name: &'static str,
    /// Its column: `address_id`.
    pub column: &'static str,
    /// The kind of its values.
    pub kind: FieldKind,
    /// The name for people: `zip code`.
    pub verbose_name: &'static str,
    /// The help text in forms. May be empty.
    pub help_text: &'static str,
    /// `true` if the column takes `NULL`.
    pub null: bool,
    /// `true` if forms accept it empty.
    pub blank: bool,
    /// `true` if no two rows may have the same value.
    pub unique: bool,
    /// `true` if the column has an index of its own. Foreign keys always do.
    pub index: bool,
    /// `true` if the number must not be negative, which the database checks as well.
    pub positive: bool,
    /// The value of a new object that is given none.
    pub default: Option<DefaultValue>,
    /// The only values there may be. Empty means that any will do.
    pub choices: &'static [Choice],
    /// The least number.
    pub min_value: Option<i64>,
    /// The greatest number.
    pub max_value: Option<i64>,
    /// The least number of characters.
    pub min_length: Option<u32>,
    /// Further rules.
    pub validators: &'static [Validator],
    /// Brings text into the form in which it is stored, on every way in.
    pub normalizer: Option<Normalizer>,
    /// When it is given the time of writing, whatever its value is.
    pub auto_now: Option<AutoNow>,
}

impl FieldInfo {
    /// A required field of a kind, without rules, in the column of its name.
    ///
    /// ```
    /// use module_api::model::{FieldInfo, FieldKind};
    ///
    /// const NIGHTS: FieldInfo =
    ///     FieldInfo { min_value: Some(1), ..FieldInfo::new("nights", FieldKind::Integer) };
    /// assert_eq!(NIGHTS.column, "nights");
    /// ```
    pub const fn new(name: &'static str, kind: FieldKind) -> Self {
        Self {
            name,
            column: name,
            kind,
            verbose_name: name,
            help_text: "",
            null: false,
            blank: false,
            unique: false,
            index: false,
            positive: false,
            default: None,
            choices: &[],
            min_value: None,
            max_value: None,
            min_length: None,
            validators: &[],
            normalizer: None,
            auto_now: None,
        }
    }

    /// Returns itself if a new row has a value in it without being given one, while `#[derive(Form)]`
    /// compiles.
    #[doc(hidden)]
    pub const fn with_initial_value(&self) -> &Self {
        let is_text =
            matches!(self.kind, FieldKind::Char { .. } | FieldKind::Email { .. } | FieldKind::Text);
        assert!(
            self.default.is_some() || self.null || is_text,
            "a field that a form excludes needs a default"
        );
        self
    }

    /// The foreign key, if it is one.
    pub fn foreign_key(&self) -> Option<&ForeignKeyInfo> {
        match &self.kind {
            FieldKind::ForeignKey(foreign_key) => Some(foreign_key),
            _ => None,
        }
    }

    /// The greatest number of characters, if there is one.
    pub fn max_length(&self) -> Option<u32> {
        match self.kind {
            FieldKind::Char { max_length }
            | FieldKind::Email { max_length }
            | FieldKind::Url { max_length }
            | FieldKind::Slug { max_length } => Some(max_length),
            _ => None,
        }
    }

    /// Returns `true` if it holds text.
    pub fn is_text(&self) -> bool {
        matches!(
            self.kind,
            FieldKind::Char { .. }
                | FieldKind::Email { .. }
                | FieldKind::Url { .. }
                | FieldKind::Slug { .. }
                | FieldKind::Text
        )
    }

    /// Returns `true` if it holds whole numbers, those of keys included.
    pub fn is_integer(&self) -> bool {
        matches!(
            self.kind,
            FieldKind::Id
                | FieldKind::SmallInteger
                | FieldKind::Integer
                | FieldKind::BigInteger
                | FieldKind::ForeignKey(_)
        )
    }

    /// Returns the name for people, capitalized: `Zip code`.
    pub fn capitalized_name(&self) -> String {
        capitalized(self.verbose_name)
    }

    /// The value as it is stored: text in the normal form of the field, if it has one, and a decimal
    /// number with all its decimal places.
    pub fn normalized(&self, value: Value) -> Value {
        if let (FieldKind::Decimal { decimal_places, .. }, Value::Decimal(Some(number))) =
            (&self.kind, &value)
        {
            return Value::from(with_places(*number, *decimal_places));
        }
        match (self.normalizer, value.as_text()) {
            // As in Django, longer text is left to be refused: a normal form costs time.
            (Some(normalize), Some(text)) if !self.is_too_long(text) => {
                Value::from(normalize(text))
            }
            _ => value,
        }
    }

    /// Returns `true` if a text exceeds the maximum length.
    pub(crate) fn is_too_long(&self, text: &str) -> bool {
        let limit = self.max_length().and_then(|limit| usize::try_from(limit).ok());
        limit.is_some_and(|limit| text.chars().nth(limit).is_some())
    }

    /// `NULL`, of the type of its column.
    pub fn null_value(&self) -> Value {
        match self.kind {
            FieldKind::Id
            | FieldKind::SmallInteger
            | FieldKind::Integer
            | FieldKind::BigInteger
            | FieldKind::ForeignKey(_) => Value::Int(None),
            FieldKind::Bool => Value::Bool(None),
            FieldKind::Float => Value::Float(None),
            FieldKind::Decimal { .. } => Value::Decimal(None),
            FieldKind::Char { .. }
            | FieldKind::Email { .. }
            | FieldKind::Url { .. }
            | FieldKind::Slug { .. }
            | FieldKind::Text => Value::Text(None),
            FieldKind::DateTime => Value::DateTime(None),
            FieldKind::Date => Value::Date(None),
            FieldKind::Time => Value::Time(None),
            FieldKind::Duration => Value::Duration(None),
            FieldKind::Uuid => Value::Uuid(None),
            FieldKind::Json => Value::Json(None),
            FieldKind::Ip => Value::Ip(None),
            FieldKind::Binary => Value::Binary(None),
        }
    }

    /// The time of now, if it holds that kind of value.
    pub(crate) fn now(&self) -> Option<Value> {
        let now = now();
        match self.kind {
            FieldKind::DateTime => Some(Value::from(now)),
            FieldKind::Date => Some(Value::from(now.date())),
            FieldKind::Time => Some(Value::from(now.time())),
            _ => None,
        }
    }

    /// The value of a new object that is given none: the default; else empty text where that is
    /// text, and `NULL`.
    pub fn default_value(&self) -> Value {
        match self.default {
            Some(default) => default.value(self),
            None if self.is_text() && !self.null => Value::from(""),
            None => self.null_value(),
        }
    }
}

/// The kind of a field.
#[derive(Debug)]
pub enum FieldKind {
    /// The primary key, a number that the database gives.
    Id,
    /// A whole number of 16 bits.
    SmallInteger,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    BigInteger,
    /// True or false.
    Bool,
    /// Text of limited length.
    Char {
        /// The limit, in characters.
        max_length: u32,
    },
    /// Text of any length.
    Text,
    /// An email address.
    Email {
        /// The limit, in characters.
        max_length: u32,
    },
    /// A URL of `http`, `https`, `ftp` or `ftps`.
    Url {
        /// The limit, in characters.
        max_length: u32,
    },
    /// A part of a URL: letters and digits of ASCII, `-` and `_`.
    Slug {
        /// The limit, in characters.
        max_length: u32,
    },
    /// A floating-point number of 64 bits.
    Float,
    /// A decimal number.
    Decimal {
        /// The limit of its digits, those after the point included.
        max_digits: u32,
        /// The number of digits after the point.
        decimal_places: u32,
    },
    /// A moment, in UTC, to the microsecond.
    DateTime,
    /// A day.
    Date,
    /// A time of day, to the microsecond.
    Time,
    /// A length of time, to the microsecond.
    Duration,
    /// A UUID.
    Uuid,
    /// JSON.
    Json,
    /// An IP address, of version 4 or 6.
    Ip,
    /// Bytes.
    Binary,
    /// The primary key of another row.
    ForeignKey(ForeignKeyInfo),
}

/// A field's part in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordering {
    /// The field's name.
    pub field: &'static str,
    /// `true` for descending order.
    pub descending: bool,
}

/// A part of how an object shows as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisplayPart {
    /// This text.
    Text(&'static str),
    /// The value of a field, named by the way to it: `["title"]`, or `["user", "username"]` through
    /// a foreign key.
    Field(&'static [&'static str]),
}

/// A rule of a field's own, with the message for who breaks it. It is asked about values that are
/// neither `NULL` nor empty.
pub type Validator = fn(&Value) -> Result<(), String>;

/// The normal form of a text, which has to be its own.
pub type Normalizer = fn(&str) -> String;

/// Compares texts in constants, where `==` cannot be used.
pub(crate) const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// The text with a capital.
pub fn capitalized(name: &str) -> String {
    let mut characters = name.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
