//! The rows that foreign keys of a query refer to.

use super::{ColumnPlace, Path, Record, Records};
use crate::ModelInfo;

/// The row that a foreign key refers to, in each row of a query: created by [`Records::related`].
#[derive(Debug, Clone)]
pub struct Related {
    model: &'static ModelInfo,
    places: Vec<ColumnPlace>,
}

impl Related {
    /// The related row; `None` if the foreign key is `NULL` or dangling.
    pub fn record(&self, record: &Record) -> Option<Record> {
        let values: Vec<_> = self.places.iter().map(|place| record.at(*place).clone()).collect();
        values.first()?.as_int()?;
        Some(Record::new(self.model, values))
    }
}

impl Records {
    /// Fetches the whole row that a foreign key refers to.
    ///
    /// # Panics
    ///
    /// The path ends in a field that is not a foreign key.
    pub fn related(&mut self, path: &Path) -> Related {
        let key = path.field().foreign_key().expect("a foreign key leads to rows");
        let model = (key.target)();
        let places = model.fields.iter().map(|field| self.column(path.to(field)));
        Related { model, places: places.collect() }
    }
}
