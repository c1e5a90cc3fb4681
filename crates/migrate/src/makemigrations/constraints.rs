//! Named constraints and indexes that models describe in SQL.

use std::collections::BTreeMap;

use module_api::db::{DatabaseKind, quoted as name};
use module_api::model::{ConstraintInfo, ConstraintKind};

use crate::schema::Table;
use crate::sql_tokens::{Token, tokens};

/// The comment in migrations that names the constraints of models: it distinguishes a constraint that
/// a model no longer has from a handwritten one.
pub(super) const MARK: &str = "-- constraints:";

/// The constraints and indexes of a table, by name.
pub(super) type Constraints = BTreeMap<String, Constraint>;

/// A named constraint or index, in SQL that both databases understand.
#[derive(Debug, Clone)]
pub(super) enum Constraint {
    /// The condition of a check.
    Check(String),
    /// The statement that creates an index.
    Index(String),
}

/// Space, comments and the quotes of names are ignored: SQLite quotes the names of renamed columns.
impl PartialEq for Constraint {
    fn eq(&self, other: &Self) -> bool {
        let is_same = |a: &str, b: &str| {
            let parts = |sql| tokens(sql, DatabaseKind::Sqlite).map(|(_, token)| plain(token));
            parts(a).eq(parts(b))
        };
        match (self, other) {
            (Self::Check(a), Self::Check(b)) | (Self::Index(a), Self::Index(b)) => is_same(a, b),
            _ => false,
        }
    }
}

impl Eq for Constraint {}

/// A name without its quotes.
fn plain(token: Token<'_>) -> Token<'_> {
    let Token::Quoted(quoted) = token else { return token };
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or(token, Token::Word)
}

/// The constraint as a model describes it.
pub(super) fn of_model(table: &str, info: &ConstraintInfo) -> Constraint {
    let index = |kind: &str, over: &[&str], condition: Option<&str>| {
        let condition = condition.map_or_else(String::new, |sql| format!(" WHERE {sql}"));
        Constraint::Index(format!(
            "CREATE {kind} {} ON {} ({}){condition}",
            name(info.name),
            name(table),
            over.join(", ")
        ))
    };
    match info.kind {
        ConstraintKind::Check(condition) => Constraint::Check(condition.to_owned()),
        ConstraintKind::Unique { over, condition } => index("UNIQUE INDEX", over, condition),
        ConstraintKind::Index { over, condition } => index("INDEX", over, condition),
    }
}

/// The constraints that models describe, or described earlier, of a table built by migrations on
/// SQLite.
pub(super) fn of_table(table: &Table, is_described: impl Fn(&str) -> bool) -> Constraints {
    let checks = table.checks.iter().filter_map(|check| {
        let name = check.name.clone().filter(|name| is_described(name))?;
        Some((name, Constraint::Check(check.expression.clone())))
    });
    let indexes = table.special_indexes.iter().filter(|index| is_described(&index.name));
    let indexes =
        indexes.map(|index| (index.name.clone(), Constraint::Index(index.definition.clone())));
    checks.chain(indexes).collect()
}

/// The checks, one line each of a `CREATE TABLE` statement.
pub(super) fn checks(constraints: &Constraints) -> impl Iterator<Item = String> {
    constraints.iter().filter_map(|(constraint, kind)| match kind {
        Constraint::Check(condition) => {
            Some(format!("CONSTRAINT {} CHECK ({condition})", name(constraint)))
        }
        Constraint::Index(_) => None,
    })
}

/// The statements that create the indexes.
pub(super) fn indexes(constraints: &Constraints) -> impl Iterator<Item = String> {
    constraints.values().filter_map(|kind| match kind {
        Constraint::Check(_) => None,
        Constraint::Index(statement) => Some(format!("{statement};")),
    })
}

/// The constraints of `from` that are missing in `to`, or differ there.
pub(super) fn lost<'a>(
    from: &'a Constraints,
    to: &'a Constraints,
) -> impl Iterator<Item = (&'a String, &'a Constraint)> {
    from.iter().filter(|(name, constraint)| to.get(*name) != Some(*constraint))
}

/// Drops an index. An adopted database may lack it.
pub(super) fn drop_index(index: &str) -> String {
    format!("DROP INDEX IF EXISTS {};", name(index))
}
