//! Errors of an object's values, by field.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};

/// The validation errors of an object, by field.
///
/// ```
/// use module_api::model::ValidationErrors;
///
/// let mut errors = ValidationErrors::of("arrival", "Enter a date.");
/// errors.extend(ValidationErrors::of_object("The room is taken at that time."));
/// assert_eq!(errors.field("arrival"), ["Enter a date."]);
/// assert!(errors.into_result().is_err());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValidationErrors(Vec<(&'static str, Vec<String>)>);

/// The name for errors of several fields together, as in Django.
pub const NON_FIELD_ERRORS: &str = "__all__";

impl ValidationErrors {
    /// Returns an empty collection.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Returns one error of a field.
    pub fn of(field: &'static str, message: impl Into<String>) -> Self {
        Self(vec![(field, vec![message.into()])])
    }

    /// Returns one error of the object as a whole.
    pub fn of_object(message: impl Into<String>) -> Self {
        Self::of(NON_FIELD_ERRORS, message)
    }

    /// Adds an error of a field.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        match self.0.iter_mut().find(|(known, _)| *known == field) {
            Some((_, messages)) => messages.push(message.into()),
            None => self.0.push((field, vec![message.into()])),
        }
    }

    /// Adds all errors of another collection.
    pub fn extend(&mut self, others: Self) {
        for (field, messages) in others.0 {
            for message in messages {
                self.add(field, message);
            }
        }
    }

    /// Returns `true` if there are no errors.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the errors of each field.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.0.iter().map(|(field, messages)| (*field, messages.as_slice()))
    }

    /// Returns the errors of a field.
    pub fn field(&self, name: &str) -> &[String] {
        self.iter().find(|(field, _)| *field == name).map_or(&[], |(_, messages)| messages)
    }

    /// Returns `Ok` if there are no errors.
    ///
    /// # Errors
    ///
    /// Returns itself if there are errors.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// Formats the errors as `title: This field cannot be blank.; state: …`.
impl fmt::Display for ValidationErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (field, messages)) in self.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            if field != NON_FIELD_ERRORS {
                write!(f, "{field}: ")?;
            }
            f.write_str(&messages.join(" "))?;
        }
        Ok(())
    }
}

impl std::error::Error for ValidationErrors {}

/// Serializes the errors as a map from the fields' names to their messages.
impl Serialize for ValidationErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (field, messages) in self.iter() {
            map.serialize_entry(field, messages)?;
        }
        map.end()
    }
}
