//! Labels of rows.

use super::{ColumnPlace, LOOKUP_SEPARATOR, Path, Record, Records};
use crate::{DisplayPart, FieldInfo, ModelInfo};

/// The labels of a query's rows: created by [`Records::display`].
///
/// See [`Records`] for an example.
#[derive(Debug, Clone)]
pub struct Display {
    model: &'static ModelInfo,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    Text(&'static str),
    Value(ColumnPlace, Path),
}

impl Display {
    /// The label of a row of the query; empty if the foreign key leads to no row.
    pub fn text(&self, record: &Record) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Value(place, _) => text.push_str(&record.at(*place).to_string()),
            }
        }
        text
    }

    /// The model of the labelled rows.
    pub fn model(&self) -> &'static ModelInfo {
        self.model
    }

    /// The columns of the label, by their paths from the query's rows.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Value(_, path) => Some(path),
        })
    }

    /// Returns `true` if the label needs only the first columns of a row, up to this number.
    pub(super) fn is_of(&self, columns: usize) -> bool {
        self.pieces.iter().all(|piece| match piece {
            Piece::Text(_) => true,
            Piece::Value(place, _) => place.0 < columns,
        })
    }
}

impl Records {
    /// Fetches the columns of the rows' labels.
    pub fn display(&mut self) -> Display {
        self.display_from(self.model(), &[])
    }

    /// Fetches the columns of the labels of the rows that a foreign key refers to.
    ///
    /// # Panics
    ///
    /// The path ends in a field that is not a foreign key.
    pub fn display_of(&mut self, path: &Path) -> Display {
        let key = path.field().foreign_key().expect("a foreign key leads to rows");
        self.display_from((key.target)(), path.fields())
    }

    fn display_from(
        &mut self,
        model: &'static ModelInfo,
        before: &[&'static FieldInfo],
    ) -> Display {
        let mut pieces = Vec::new();
        self.push_display(model, before, &mut pieces);
        Display { model, pieces }
    }

    fn push_display(
        &mut self,
        model: &'static ModelInfo,
        before: &[&'static FieldInfo],
        pieces: &mut Vec<Piece>,
    ) {
        for part in model.display {
            let names = match part {
                DisplayPart::Text(text) => {
                    pieces.push(Piece::Text(text));
                    continue;
                }
                DisplayPart::Field(names) => names,
            };
            let Ok(path) = Path::parse(model, &names.join(LOOKUP_SEPARATOR)) else { continue };
            let fields: Vec<_> = before.iter().chain(path.fields()).copied().collect();
            match path.field().foreign_key() {
                // Models whose labels refer to each other cannot be followed for ever.
                Some(key) if fields.len() < 8 => {
                    self.push_display((key.target)(), &fields, pieces);
                }
                _ => {
                    let path = Path { fields: fields.into() };
                    pieces.push(Piece::Value(self.column(path.clone()), path));
                }
            }
        }
    }
}
