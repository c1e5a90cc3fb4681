//! The definition of a model's index: its columns, and their tables.

use std::collections::BTreeSet;

use module_api::model::{
    ColumnPlace, FieldInfo, FieldKind, Filter, ModelInfo, Path, Record, Records, folded,
};

use super::names;

/// The version of the texts, raised when their format changes.
const VERSION: u32 = 1;

/// The index of a model.
#[derive(Clone)]
pub(super) struct Definition {
    pub(super) model: &'static ModelInfo,
    /// The table of the index.
    pub(super) table: String,
    paths: Vec<Path>,
    /// The tables of its texts.
    pub(super) sources: Vec<Source>,
}

/// A table with texts of an index.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) table: &'static str,
    /// The column of the primary key.
    pub(super) key: &'static str,
    /// The columns of the texts, and the foreign keys to other sources.
    pub(super) columns: BTreeSet<&'static str>,
    /// The path to its primary key from the model of the index.
    path: Path,
}

impl Definition {
    /// Creates the definition; `None` if a search field is neither text nor an integer.
    pub(super) fn new(model: &'static ModelInfo, paths: &[Path]) -> Option<Self> {
        let fits = |field: &FieldInfo| {
            field.is_text()
                || matches!(
                    field.kind,
                    FieldKind::SmallInteger | FieldKind::Integer | FieldKind::BigInteger
                )
        };
        if paths.is_empty() || !paths.iter().all(|path| fits(path.field())) {
            return None;
        }
        let mut sources = vec![Source::new(model, Path::of(model.primary_key()))];
        for path in paths {
            let (mut way, mut place): (Option<Path>, _) = (None, 0);
            let (field, passed) = path.fields().split_last()?;
            for key in passed {
                sources[place].columns.insert(key.column);
                let target = (key.foreign_key()?.target)();
                let to = way.map_or_else(|| Path::of(key), |way| way.to(key));
                let source = Source::new(target, to.to(target.primary_key()));
                way = Some(to);
                let known = sources.iter().position(|known| known.path == source.path);
                place = known.unwrap_or(sources.len());
                if known.is_none() {
                    sources.push(source);
                }
            }
            sources[place].columns.insert(field.column);
        }
        let table = names::table(model.label);
        Some(Self { model, table, paths: paths.to_vec(), sources })
    }

    /// The signature of the definition: an index with another one is rebuilt.
    pub(super) fn signature(&self, further: &str) -> String {
        let paths: Vec<String> = self.paths.iter().map(ToString::to_string).collect();
        format!("{VERSION} {}{further}", paths.join(" "))
    }

    /// Returns `true` if an index was built from this definition, with or without a trigram
    /// index.
    pub(super) fn is_signed(&self, signature: &str) -> bool {
        signature.starts_with(&self.signature(" "))
    }

    /// The rows, with the columns of their texts.
    pub(super) fn records(&self) -> (Records, Vec<ColumnPlace>) {
        let mut records = Records::of(self.model);
        let places = self.paths.iter().map(|path| records.column(path.clone())).collect();
        (records, places)
    }
}

impl Source {
    fn new(model: &'static ModelInfo, path: Path) -> Self {
        let key = model.primary_key().column;
        Self { table: model.table, key, columns: BTreeSet::new(), path }
    }

    /// Returns `true` if it is the table of the model itself.
    pub(super) fn is_own(&self) -> bool {
        self.path.is_own()
    }

    /// The rows of the model whose texts depend on these rows of the source.
    pub(super) fn rows(&self, model: &'static ModelInfo, ids: &[i64]) -> Records {
        let ids = ids.iter().map(|id| (*id).into());
        Records::of(model).filter(Filter::is_in(self.path.clone(), ids))
    }
}

/// The text of a row, with a line for each column.
pub(super) fn text(record: &Record, places: &[ColumnPlace]) -> String {
    let mut text = String::from("\n");
    for place in places {
        let value = record.at(*place);
        if !value.is_null() {
            text.push_str(&folded(&value.to_string().replace('\0', "")));
        }
        text.push('\n');
    }
    text
}
