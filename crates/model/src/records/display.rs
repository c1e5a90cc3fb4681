//! Labels of rows.

use super::{ColumnPlace, LOOKUP_SEPARATOR, Path, Record, Records};
use crate::{DisplayPart, FieldInfo, ModelInfo};

/// How rows show as text: made by [`Records::display`].
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
    /// The text of a row of the query that it was made by. A row that a foreign key leads to and
    /// that is not there has none.
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

    /// The model whose rows it shows.
    pub fn model(&self) -> &'static ModelInfo {
        self.model
    }

    /// The columns that it takes, by the way to them from the query's rows.
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
    /// Fetches along what its rows show as.
    pub fn display(&mut self) -> Display {
        self.display_from(self.model(), &[])
    }

    /// Fetches along what the rows show as to which a foreign key leads.
    ///
    /// # Panics
    ///
    /// The path ends in a field that is no foreign key.
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
                // A model that shows as what it leads to, and that as it, cannot be followed.
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
