//! The definition of a model's index: the columns, and the tables where these are.

use module_api::model::{
    ColumnPlace, FieldInfo, FieldKind, Filter, ModelInfo, Path, Record, Records, folded,
};

/// The version of the texts: raised when they are made in another way.
const VERSION: u32 = 1;

/// The greatest length of a name on PostgreSQL.
const MAX_NAME: usize = 63;

/// The index of a model.
#[derive(Clone)]
pub(super) struct Definition {
    pub(super) model: &'static ModelInfo,
    /// The table that is the index.
    pub(super) table: String,
    paths: Vec<Path>,
    /// The tables that its texts come from.
    pub(super) sources: Vec<Source>,
}

/// A table that texts of an index come from.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) table: &'static str,
    /// The column of its primary key.
    pub(super) key: &'static str,
    /// The way to its primary key from the model of the index.
    path: Path,
}

impl Definition {
    /// `None` if a search field is neither text nor an integer.
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
        let table = table_of(model.label);
        if table.len() > MAX_NAME {
            return None;
        }
        let mut sources = vec![Source::new(model, Path::of(model.primary_key()))];
        for path in paths {
            let mut way: Option<Path> = None;
            for field in &path.fields()[..path.fields().len() - 1] {
                let target = (field.foreign_key()?.target)();
                let to = way.map_or_else(|| Path::of(field), |way| way.to(field));
                let source = Source::new(target, to.to(target.primary_key()));
                way = Some(to);
                if !sources.iter().any(|known| known.path == source.path) {
                    sources.push(source);
                }
            }
        }
        Some(Self { model, table, paths: paths.to_vec(), sources })
    }

    /// The signature of the definition: an index with another one is rebuilt.
    pub(super) fn signature(&self, further: &str) -> String {
        let paths: Vec<String> = self.paths.iter().map(ToString::to_string).collect();
        format!("{VERSION} {}{further}", paths.join(" "))
    }

    /// Returns `true` if an index was built from this definition, with or without an index of
    /// trigrams.
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
        Self { table: model.table, key: model.primary_key().column, path }
    }

    /// Returns `true` if it is the table of the model itself.
    pub(super) fn is_own(&self) -> bool {
        self.path.is_own()
    }

    /// The rows of the model whose texts come from these rows of the source.
    pub(super) fn rows(&self, model: &'static ModelInfo, ids: &[i64]) -> Records {
        let ids = ids.iter().map(|id| (*id).into());
        Records::of(model).filter(Filter::is_in(self.path.clone(), ids))
    }
}

/// The table of the index of a model.
pub(super) fn table_of(label: &str) -> String {
    format!("admin_search_{}", label.replace('.', "_"))
}

/// The text of a row: that of each column in a line of its own.
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
