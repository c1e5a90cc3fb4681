//! The path from a model to a column, by the names of fields.

use std::fmt;

use crate::query::{FieldPath, path_of};
use crate::{FieldInfo, ModelInfo};

/// The separator between the names of a [`Path`], as in Django.
pub const LOOKUP_SEPARATOR: &str = "__";

/// The path to a column from a model: its own field, or foreign keys and then a field of the model
/// they lead to. It is written as in Django: `address__city`.
///
/// ```
/// use module_api::model::{ForeignKey, Model, Path};
///
/// #[derive(Model)]
/// #[model(label = "lettings.address")]
/// struct Address {
///     id: i64,
///     #[model(max_length = 64)]
///     city: String,
/// }
///
/// #[derive(Model)]
/// #[model(label = "lettings.letting")]
/// struct Letting {
///     id: i64,
///     #[model(on_delete = cascade)]
///     address: ForeignKey<Address>,
/// }
///
/// let city = Path::parse(Letting::INFO, "address__city").unwrap();
/// assert_eq!(city.field().name, "city");
/// assert!(!city.is_own());
/// let error = Path::parse(Letting::INFO, "address__town").unwrap_err();
/// assert_eq!(error.to_string(), "`lettings.address` has no field `town`, but id, city");
/// ```
#[derive(Debug, Clone)]
pub struct Path {
    pub(super) fields: FieldPath,
}

/// A name that is not a field of its model.
///
/// Returned by [`Path::parse`]: see [`Path`] for an example.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{model}` has no field `{name}`{}", known(.fields))]
pub struct UnknownField {
    /// The label of the model.
    pub model: &'static str,
    /// The name.
    pub name: String,
    /// The names of the model's fields.
    pub fields: Vec<&'static str>,
}

fn known(fields: &[&str]) -> String {
    if fields.is_empty() { String::new() } else { format!(", but {}", fields.join(", ")) }
}

impl Path {
    /// Parses a path in Django's notation. The last name can also be `pk`, or the column of a
    /// foreign key: `address_id`.
    ///
    /// # Errors
    ///
    /// A name is not a field, or one in the middle is not a foreign key.
    pub fn parse(model: &'static ModelInfo, path: &str) -> Result<Self, UnknownField> {
        let mut fields = Vec::new();
        let mut model = model;
        let mut names = path.split(LOOKUP_SEPARATOR).peekable();
        while let Some(name) = names.next() {
            let is_last = names.peek().is_none();
            let field = match name {
                "pk" if is_last => Some(model.primary_key()),
                _ => model.field(name).or_else(|| {
                    let by_column = |field: &&FieldInfo| field.column == name;
                    model.fields.iter().find(by_column).filter(|_| is_last)
                }),
            };
            let unknown =
                |fields| UnknownField { model: model.label, name: name.to_owned(), fields };
            let names_of = || model.fields.iter().map(|field| field.name).collect();
            let field = field.ok_or_else(|| unknown(names_of()))?;
            fields.push(field);
            if !is_last {
                let key = field.foreign_key().ok_or_else(|| unknown(Vec::new()))?;
                model = (key.target)();
            }
        }
        Ok(Self { fields: fields.into() })
    }

    /// The path to a model's own field.
    pub fn of(field: &'static FieldInfo) -> Self {
        Self { fields: path_of(field) }
    }

    /// The path extended by a field of the model that it leads to.
    pub fn to(&self, field: &'static FieldInfo) -> Self {
        let mut fields = self.fields.to_vec();
        fields.push(field);
        Self { fields: fields.into() }
    }

    /// The paths to the rows along it: one for each foreign key, including a last one.
    pub fn foreign_keys(&self) -> impl Iterator<Item = Self> {
        let is_key = |end: &usize| self.fields[end - 1].foreign_key().is_some();
        let to = |end: usize| Self { fields: self.fields[..end].to_vec().into() };
        (1..=self.fields.len()).filter(is_key).map(to)
    }

    /// The field at the end.
    pub fn field(&self) -> &'static FieldInfo {
        self.fields.last().expect("a path has at least one field")
    }

    /// All fields along the path, including the last.
    pub fn fields(&self) -> &[&'static FieldInfo] {
        &self.fields
    }

    /// Returns `true` if the path is a field of the model itself.
    pub fn is_own(&self) -> bool {
        self.fields.len() == 1
    }
}

/// Formats the path as it is parsed: `address__city`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, field) in self.fields.iter().enumerate() {
            f.write_str(if index > 0 { LOOKUP_SEPARATOR } else { "" })?;
            f.write_str(field.name)?;
        }
        Ok(())
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&&FieldInfo, &&FieldInfo)| a.name == b.name && a.column == b.column;
        self.fields.len() == other.fields.len()
            && self.fields.iter().zip(other.fields.iter()).all(same)
    }
}
