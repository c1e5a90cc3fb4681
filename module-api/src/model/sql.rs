//! The SQL of typed queries, for either database.

use std::fmt::Write;

use super::column::{Expression, FieldPath};
use super::{FieldInfo, ModelInfo};
use crate::db::{DatabaseKind, Value};

/// A name, quoted.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Builds a statement over a model's table, which is `t0` there, and the tables that are joined to
/// it.
pub(crate) struct Builder {
    kind: DatabaseKind,
    joins: Vec<Join>,
    pub(crate) values: Vec<Value>,
}

/// The table that a foreign key leads to; its alias is its place among the joins, counted from 1.
struct Join {
    parent: usize,
    field: &'static FieldInfo,
    outer: bool,
}

impl Builder {
    pub(crate) fn new(kind: DatabaseKind, values: Vec<Value>) -> Self {
        Self { kind, joins: Vec::new(), values }
    }

    /// The alias of the table at the end of the foreign keys, which is joined once only. Behind one
    /// that may be `NULL` all are joined such that no row is lost.
    pub(crate) fn join(&mut self, foreign_keys: &[&'static FieldInfo]) -> usize {
        let mut parent = 0;
        let mut outer = false;
        for field in foreign_keys {
            outer |= field.null;
            let known = |join: &Join| join.parent == parent && join.field.column == field.column;
            parent = 1 + self.joins.iter().position(known).unwrap_or_else(|| {
                self.joins.push(Join { parent, field, outer });
                self.joins.len() - 1
            });
        }
        parent
    }

    /// A column, as it stands in an expression.
    pub(crate) fn column(&mut self, path: &FieldPath) -> String {
        let (field, foreign_keys) = path.split_last().expect("a path has at least one field");
        format!("t{}.{}", self.join(foreign_keys), quoted(field.column))
    }

    /// The clauses that join what was asked for so far.
    pub(crate) fn joins(&self) -> String {
        let mut sql = String::new();
        for (index, Join { parent, field, outer }) in self.joins.iter().enumerate() {
            let foreign_key = field.foreign_key().expect("only foreign keys are joined");
            let target = (foreign_key.target)();
            let kind = if *outer { "LEFT JOIN" } else { "JOIN" };
            let alias = index + 1;
            let (table, key) = (quoted(target.table), quoted(target.primary_key().column));
            let column = quoted(field.column);
            write!(sql, " {kind} {table} t{alias} ON t{alias}.{key} = t{parent}.{column}")
                .expect("a string takes all");
        }
        sql
    }

    /// All columns of a model, under an alias.
    pub(crate) fn columns(model: &ModelInfo, alias: usize) -> String {
        let column = |field: &FieldInfo| format!("t{alias}.{}", quoted(field.column));
        model.fields.iter().map(column).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn parameter(&mut self, value: &Value) -> String {
        self.values.push(value.clone());
        format!("${}", self.values.len())
    }

    pub(crate) fn condition(&mut self, expression: &Expression) -> String {
        match expression {
            Expression::Compare { path, operator, value } => {
                format!("{} {operator} {}", self.column(path), self.parameter(value))
            }
            Expression::IsIn { values, .. } if values.is_empty() => "FALSE".to_owned(),
            Expression::IsIn { path, values } => {
                let column = self.column(path);
                let values: Vec<String> = values.iter().map(|v| self.parameter(v)).collect();
                format!("{column} IN ({})", values.join(", "))
            }
            Expression::IsNull { path } => format!("{} IS NULL", self.column(path)),
            Expression::Like { path, pattern, ignore_case } => {
                let column = self.column(path);
                let pattern = self.parameter(&Value::from(pattern.as_str()));
                // SQLite's LIKE ignores the case of ASCII by itself.
                if *ignore_case && self.kind == DatabaseKind::Postgres {
                    format!("UPPER({column}) LIKE UPPER({pattern}) ESCAPE '\\'")
                } else {
                    format!("{column} LIKE {pattern} ESCAPE '\\'")
                }
            }
            Expression::All(parts) => self.parts(parts, " AND ", "TRUE"),
            Expression::Any(parts) => self.parts(parts, " OR ", "FALSE"),
            Expression::Not(inner) => format!("({}) IS NOT TRUE", self.condition(inner)),
        }
    }

    fn parts(&mut self, parts: &[Expression], operator: &str, of_none: &str) -> String {
        match parts {
            [] => of_none.to_owned(),
            [one] => self.condition(one),
            several => {
                let parts: Vec<String> = several.iter().map(|part| self.condition(part)).collect();
                format!("({})", parts.join(operator))
            }
        }
    }
}
