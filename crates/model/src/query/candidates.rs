//! Candidates from a text index, which a search then filters by its own conditions.

use db::{DatabaseKind, Value};

use super::{Statement, escape_like};

/// The number of characters of a term in SQLite's index.
const LETTERS: usize = 3;

/// Words to look up in a text index.
///
/// The index is a table: on SQLite a full-text index of trigrams, whose row ids are the primary keys of
/// the model; on PostgreSQL one with the columns `object_id` and `text`. Its texts are
/// [`folded`](crate::folded). The candidates are filtered by the conditions, so the index may return
/// false positives, but no false negatives.
///
/// ```
/// use module_api::db::DatabaseKind;
/// use module_api::model::Candidates;
///
/// let candidates = |word: &str| {
///     let words = vec![vec![word.to_owned()]];
///     Candidates::new("guests_entry_search".to_owned(), words, DatabaseKind::Sqlite)
/// };
/// assert!(candidates("beach").is_some());
/// // SQLite indexes trigrams.
/// assert!(candidates("by").is_none());
/// ```
#[derive(Debug, Clone)]
pub struct Candidates {
    pub(crate) table: String,
    /// Groups of words, alternatives of which one has to occur.
    words: Vec<Vec<String>>,
    /// The primary keys of rows that are candidates regardless of the index.
    rows: Vec<i64>,
}

impl Candidates {
    /// Creates candidates whose texts contain one word of each group. `None` if SQLite's index cannot be
    /// used for any of the groups, since each has a word that is too short.
    pub fn new(table: String, mut words: Vec<Vec<String>>, kind: DatabaseKind) -> Option<Self> {
        if kind == DatabaseKind::Sqlite {
            words.retain(|group| group.iter().all(|word| word.chars().count() >= LETTERS));
        }
        (!words.is_empty()).then_some(Self { table, words, rows: Vec::new() })
    }

    /// Adds rows as candidates, since their texts in the index may be out of date.
    #[must_use]
    pub fn and_rows(mut self, ids: Vec<i64>) -> Self {
        self.rows = ids;
        self
    }

    /// Returns `true` if the statement needs the condition on the index, since there are no added rows.
    pub(crate) fn has_condition(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes the candidates in a `FROM`, as `c`: the index itself, or its rows and the added ones. The
    /// column with the primary keys is named as in the index.
    pub(crate) fn push_table(&self, statement: &mut Statement) {
        if self.has_condition() {
            statement.push_name(&self.table);
            return statement.push(" c");
        }
        let (key, further) = match statement.kind() {
            DatabaseKind::Sqlite => ("rowid", "value FROM json_each("),
            DatabaseKind::Postgres => {
                ("object_id", "CAST(id AS bigint) FROM unnest(string_to_array(")
            }
        };
        statement.push("(SELECT c.");
        statement.push(key);
        statement.push(" FROM ");
        statement.push_name(&self.table);
        statement.push(" c WHERE ");
        self.push_condition(statement);
        statement.push(" UNION SELECT ");
        statement.push(further);
        let ids: Vec<String> = self.rows.iter().map(ToString::to_string).collect();
        let ids = ids.join(",");
        match statement.kind() {
            DatabaseKind::Sqlite => {
                statement.push_parameter(Value::from(format!("[{ids}]")));
                statement.push(")) c");
            }
            DatabaseKind::Postgres => {
                statement.push_parameter(Value::from(ids));
                statement.push(", ',')) id) c");
            }
        }
    }

    /// Writes the condition on the index, which is `c` in the statement.
    pub(crate) fn push_condition(&self, statement: &mut Statement) {
        match statement.kind() {
            DatabaseKind::Sqlite => {
                // Of an index without places one asks the table.
                statement.push("c.");
                statement.push_name(&self.table);
                statement.push(" MATCH ");
                statement.push_parameter(Value::from(self.full_text_query()));
            }
            DatabaseKind::Postgres => {
                for (index, group) in self.words.iter().enumerate() {
                    statement.push(if index > 0 { " AND (" } else { "(" });
                    for (index, word) in group.iter().enumerate() {
                        statement.push(if index > 0 { " OR " } else { "" });
                        statement.push("c.\"text\" LIKE ");
                        statement.push_parameter(Value::from(format!("%{}%", escape_like(word))));
                        statement.push(" ESCAPE '\\'");
                    }
                    statement.push(")");
                }
            }
        }
    }

    /// The groups as a query of SQLite's full-text index.
    fn full_text_query(&self) -> String {
        let of_word = |word: &String| {
            let letters: Vec<char> = word.chars().collect();
            let parts = letters.windows(LETTERS).map(|part| {
                let part: String = part.iter().collect();
                format!("\"{}\"", part.replace('"', "\"\""))
            });
            format!("({})", parts.collect::<Vec<_>>().join(" AND "))
        };
        let of_group = |group: &Vec<String>| {
            format!("({})", group.iter().map(of_word).collect::<Vec<_>>().join(" OR "))
        };
        self.words.iter().map(of_group).collect::<Vec<_>>().join(" AND ")
    }
}
