//! The rows that a query returns.

use super::Records;
use crate::{FieldInfo, FieldKind, ModelInfo};
use db::{DbError, JsonText, Row, Value};

/// A row: the values of the model's own fields, and of the additional columns.
#[derive(Debug, Clone)]
pub struct Record {
    pub(super) model: &'static ModelInfo,
    pub(super) values: Vec<Value>,
}

/// The place of an additional column of a [`Records`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnPlace(pub(super) usize);

impl Record {
    /// A row of a model with these values, one for each of its fields.
    ///
    /// # Panics
    ///
    /// There are fewer values than fields.
    pub fn new(model: &'static ModelInfo, values: Vec<Value>) -> Self {
        assert!(values.len() >= model.fields.len(), "there is a value for each field");
        Self { model, values }
    }

    /// The model.
    pub fn model(&self) -> &'static ModelInfo {
        self.model
    }

    /// The primary key.
    pub fn id(&self) -> i64 {
        self.values[0].as_int().unwrap_or(0)
    }

    /// The values of the model's own fields, in their order.
    pub fn values(&self) -> &[Value] {
        &self.values[..self.model.fields.len()]
    }

    /// The value of one of the model's own fields.
    ///
    /// # Panics
    ///
    /// The model has no field of that name.
    pub fn get(&self, name: &str) -> &Value {
        match self.model.position(name) {
            Some(place) => &self.values[place],
            None => panic!("{} has no field `{name}`", self.model.label),
        }
    }

    /// Returns the label of the row, if it needs only the model's own fields.
    pub fn text(&self) -> Option<String> {
        let display = Records::of(self.model).display();
        display.is_of(self.model.fields.len()).then(|| display.text(self))
    }

    /// The value of an additional column.
    pub fn at(&self, place: ColumnPlace) -> &Value {
        &self.values[place.0]
    }
}

impl FieldInfo {
    /// Reads the value of the field from the column of a row at that index, from 0.
    ///
    /// # Errors
    ///
    /// There is no such column, or its value is of another type.
    pub fn read(&self, row: &Row<'_>, place: usize) -> Result<Value, DbError> {
        Ok(match self.kind {
            FieldKind::Id
            | FieldKind::SmallInteger
            | FieldKind::Integer
            | FieldKind::BigInteger
            | FieldKind::ForeignKey(_) => Value::Int(row.get_at(place)?),
            FieldKind::Bool => Value::Bool(row.get_at(place)?),
            FieldKind::Char { .. }
            | FieldKind::Email { .. }
            | FieldKind::Url { .. }
            | FieldKind::Slug { .. }
            | FieldKind::Text => Value::Text(row.get_at(place)?),
            FieldKind::Float => Value::Float(row.get_at(place)?),
            FieldKind::Decimal { .. } => self.normalized(Value::Decimal(row.get_at(place)?)),
            FieldKind::DateTime => Value::DateTime(row.get_at(place)?),
            FieldKind::Date => Value::Date(row.get_at(place)?),
            FieldKind::Time => Value::Time(row.get_at(place)?),
            FieldKind::Duration => Value::Duration(row.get_at(place)?),
            FieldKind::Uuid => Value::Uuid(row.get_at(place)?),
            FieldKind::Json => {
                Value::Json(row.get_at::<Option<JsonText>>(place)?.map(|text| text.0))
            }
            FieldKind::Ip => Value::Ip(row.get_at(place)?),
            FieldKind::Binary => Value::Binary(row.get_at(place)?),
        })
    }
}
