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

/// The description of a model: its table, its fields, and its names for people.
///
/// `#[derive(Model)]` makes one; it is the model's [`INFO`](crate::Model::INFO).
///
/// ```
/// use module_api::model::Model;
///
/// #[derive(Model)]
/// #[model(label = "lettings.address", verbose_name_plural = "addresses")]
/// struct Address {
///     id: i64,
///     #[model(max_length = 64)]
///     city: String,
/// }
///
/// let info = Address::INFO;
/// assert_eq!((info.app(), info.name(), info.table), ("lettings", "address", "lettings_address"));
/// assert_eq!((info.verbose_name, info.verbose_name_plural), ("address", "addresses"));
/// assert!(info.field("city").is_some());
/// ```
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
    /// The parts of the text by which an object is displayed, in order.
    pub display: &'static [DisplayPart],
    /// The groups of fields whose values are unique together, by name.
    pub unique_together: &'static [&'static [&'static str]],
    /// The groups of fields with a common index, by name.
    pub indexes: &'static [&'static [&'static str]],
    /// The names of the fields by which a fixture can identify an object in place of its primary key.
    /// A foreign key stands for the natural key of its target. Empty if there is no natural key.
    pub natural_key: &'static [&'static str],
    /// `true` if each database numbers the rows itself: fixtures find them by the natural key, and
    /// primary keys in a fixture are mapped.
    pub found_by_natural_key: bool,
    /// Constraints and indexes beyond single columns.
    pub constraints: &'static [ConstraintInfo],
    /// Validation rules for the whole object.
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

    /// The field with that name.
    pub fn field(&self, name: &str) -> Option<&'static FieldInfo> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The index of the field with that name in [`fields`](ModelInfo::fields).
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The primary key.
    pub fn primary_key(&self) -> &'static FieldInfo {
        &self.fields[0]
    }

    /// The foreign keys of the model, one-to-one included.
    pub fn foreign_keys(
        &self,
    ) -> impl Iterator<Item = (&'static FieldInfo, &'static ForeignKeyInfo)> {
        self.fields.iter().filter_map(|field| Some((field, field.foreign_key()?)))
    }

    /// Returns `true` if the model has a column for a field with this name. `#[derive(Model)]` calls
    /// it at compile time.
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

    /// Returns the field with that name. `#[derive(Form)]` calls it at compile time.
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

    /// Returns the many-to-many field with that name, with or without a model between.
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
///
/// ```
/// use module_api::db::Value;
/// use module_api::model::Model;
///
/// #[derive(Model)]
/// #[model(label = "lettings.address")]
/// struct Address {
///     id: i64,
///     #[model(positive, max = 99999)]
///     zip_code: i32,
/// }
///
/// let zip_code = Address::INFO.field("zip_code").unwrap();
/// assert_eq!(zip_code.capitalized_name(), "Zip code");
/// assert!(zip_code.validate(&Value::from(12_345)).is_empty());
/// assert_eq!(zip_code.validate(&Value::from(-1)).len(), 1);
/// ```
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct FieldInfo {
    /// The name in code, fixtures and forms: `address`.
    pub name: &'static str,
    /// The column: `address_id`.
    pub column: &'static str,
    /// The kind of the values.
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
    /// `true` if the number must not be negative, which the database enforces as well.
    pub positive: bool,
    /// The default value for new objects.
    pub default: Option<DefaultValue>,
    /// The permitted values. Empty means any value.
    pub choices: &'static [Choice],
    /// The minimum of a number.
    pub min_value: Option<i64>,
    /// The maximum of a number.
    pub max_value: Option<i64>,
    /// The minimum number of characters.
    pub min_length: Option<u32>,
    /// Further rules.
    pub validators: &'static [Validator],
    /// The function that converts text to its normal form before it is stored.
    pub normalizer: Option<Normalizer>,
    /// The writes at which the field is set to the current time, whatever its value is.
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

    /// Returns the field if a new row has a value in it by default. `#[derive(Form)]` calls it at
    /// compile time.
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

    /// The foreign key, if the field is one.
    pub fn foreign_key(&self) -> Option<&ForeignKeyInfo> {
        match &self.kind {
            FieldKind::ForeignKey(foreign_key) => Some(foreign_key),
            _ => None,
        }
    }

    /// The maximum number of characters, if there is one.
    pub fn max_length(&self) -> Option<u32> {
        match self.kind {
            FieldKind::Char { max_length }
            | FieldKind::Email { max_length }
            | FieldKind::Url { max_length }
            | FieldKind::Slug { max_length } => Some(max_length),
            _ => None,
        }
    }

    /// Returns `true` if the field holds text.
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

    /// Returns `true` if the field holds whole numbers, keys included.
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
            // As in Django, longer text is left for validation to refuse: a normal form costs time.
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

    /// `NULL`, of the type of the column.
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

    /// The current time, if the field holds that kind of value.
    pub(crate) fn now(&self) -> Option<Value> {
        let now = now();
        match self.kind {
            FieldKind::DateTime => Some(Value::from(now)),
            FieldKind::Date => Some(Value::from(now.date())),
            FieldKind::Time => Some(Value::from(now.time())),
            _ => None,
        }
    }

    /// The value of a field that is not set in a new object: the default; without one, empty text in
    /// a text field, otherwise `NULL`.
    pub fn default_value(&self) -> Value {
        match self.default {
            Some(default) => default.value(self),
            None if self.is_text() && !self.null => Value::from(""),
            None => self.null_value(),
        }
    }
}

/// The kind of a field.
///
/// ```
/// use module_api::model::{FieldKind, Model};
///
/// #[derive(Model)]
/// #[model(label = "lettings.address")]
/// struct Address {
///     id: i64,
///     #[model(max_length = 64)]
///     city: String,
/// }
///
/// let [id, city] = Address::INFO.fields else { panic!("there are two fields") };
/// assert!(matches!(id.kind, FieldKind::Id));
/// assert!(matches!(city.kind, FieldKind::Char { max_length: 64 }));
/// ```
#[derive(Debug)]
pub enum FieldKind {
    /// The primary key, a number that the database assigns.
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
        /// The maximum number of characters.
        max_length: u32,
    },
    /// Text of any length.
    Text,
    /// An email address.
    Email {
        /// The maximum number of characters.
        max_length: u32,
    },
    /// A URL of `http`, `https`, `ftp` or `ftps`.
    Url {
        /// The maximum number of characters.
        max_length: u32,
    },
    /// A part of a URL: letters and digits of ASCII, `-` and `_`.
    Slug {
        /// The maximum number of characters.
        max_length: u32,
    },
    /// A floating-point number of 64 bits.
    Float,
    /// A decimal number.
    Decimal {
        /// The maximum number of digits, including those after the decimal point.
        max_digits: u32,
        /// The number of digits after the decimal point.
        decimal_places: u32,
    },
    /// A moment, in UTC, to the microsecond.
    DateTime,
    /// A day.
    Date,
    /// A time of day, to the microsecond.
    Time,
    /// A duration, to the microsecond.
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

/// A field in an `ORDER BY`.
///
/// ```
/// use module_api::model::{Model, Ordering};
///
/// #[derive(Model)]
/// #[model(label = "guests.entry", ordering = ["-stars", "author"])]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 40)]
///     author: String,
///     stars: i32,
/// }
///
/// let ordering = |field, descending| Ordering { field, descending };
/// assert_eq!(Entry::INFO.ordering, [ordering("stars", true), ordering("author", false)]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordering {
    /// The field's name.
    pub field: &'static str,
    /// `true` for descending order.
    pub descending: bool,
}

/// A part of the text by which an object is displayed.
///
/// ```
/// use module_api::model::{DisplayPart, Model};
///
/// #[derive(Model)]
/// #[model(label = "lettings.address", display = "{number} {street}")]
/// struct Address {
///     id: i64,
///     number: i32,
///     #[model(max_length = 64)]
///     street: String,
/// }
///
/// let field = |name: &'static [&'static str]| DisplayPart::Field(name);
/// assert_eq!(Address::INFO.display, [field(&["number"]), DisplayPart::Text(" "), field(&["street"])]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisplayPart {
    /// A fixed text.
    Text(&'static str),
    /// The value of a field, named by its path: `["title"]`, or `["user", "username"]` through a
    /// foreign key.
    Field(&'static [&'static str]),
}

/// A field's validation rule, which returns an error message. It is called with values that are
/// neither `NULL` nor empty.
///
/// ```
/// use module_api::db::Value;
/// use module_api::model::{FieldInfo, FieldKind};
///
/// fn whole_weeks(nights: &Value) -> Result<(), String> {
///     let is_week = nights.as_int().is_some_and(|nights| nights % 7 == 0);
///     if is_week { Ok(()) } else { Err("Book whole weeks.".to_owned()) }
/// }
///
/// const NIGHTS: FieldInfo =
///     FieldInfo { validators: &[whole_weeks], ..FieldInfo::new("nights", FieldKind::Integer) };
/// assert_eq!(NIGHTS.validate(&Value::from(8)), ["Book whole weeks."]);
/// ```
pub type Validator = fn(&Value) -> Result<(), String>;

/// A function that converts text to its normal form; it has to be idempotent.
///
/// ```
/// use module_api::db::Value;
/// use module_api::model::{FieldInfo, FieldKind};
///
/// const CODE: FieldInfo = FieldInfo {
///     normalizer: Some(str::to_uppercase),
///     ..FieldInfo::new("code", FieldKind::Char { max_length: 8 })
/// };
/// assert_eq!(CODE.normalized(Value::from("ab12")), Value::from("AB12"));
/// ```
pub type Normalizer = fn(&str) -> String;

/// Compares texts in constants, where `==` is not available.
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

/// The text with its first letter in upper case.
pub fn capitalized(name: &str) -> String {
    let mut characters = name.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
