//! The SQL of queries, for either database.
//!
//! A statement is built for each query, so it is written into one string, piece by piece.

use std::fmt::Write;

use db::{DatabaseKind, Query, Value, push_quoted};
use sqlx::AssertSqlSafe;

use super::{Expression, FieldPath, Part, escape_like};
use crate::fold::{POSTGRES, glob_pattern, without_marks};
use crate::{FieldInfo, ModelInfo};

/// The usual maximum length of a statement, in bytes.
const USUAL_LENGTH: usize = 768;

/// Writes a number of parameters or aliases, usually small.
fn push_number(sql: &mut String, number: usize) {
    match u8::try_from(number) {
        Ok(digit @ 0..=9) => sql.push(char::from(b'0' + digit)),
        Ok(number @ 10..=99) => {
            sql.push(char::from(b'0' + number / 10));
            sql.push(char::from(b'0' + number % 10));
        }
        _ => write!(sql, "{number}").expect("a string takes all"),
    }
}

/// A statement under construction, over a model's table, which has the alias `t0`, and the tables
/// that are joined to it.
pub(crate) struct Statement {
    kind: DatabaseKind,
    joins: Vec<Join>,
    sql: String,
    values: Vec<Value>,
}

/// The table that a foreign key refers to; its alias is its index among the joins, from 1.
struct Join {
    parent: usize,
    field: &'static FieldInfo,
    outer: bool,
}

impl Statement {
    pub(crate) fn new(kind: DatabaseKind) -> Self {
        let sql = String::with_capacity(USUAL_LENGTH);
        Self { kind, joins: Vec::new(), sql, values: Vec::new() }
    }

    pub(crate) fn into_query(self) -> Query {
        // Every part is a literal of this crate or a quoted name; values are parameters.
        Query::with_values(AssertSqlSafe(self.sql), self.values)
    }

    pub(crate) const fn kind(&self) -> DatabaseKind {
        self.kind
    }

    pub(crate) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    pub(crate) fn push_name(&mut self, name: &str) {
        push_quoted(&mut self.sql, name);
    }

    pub(crate) fn push_number(&mut self, number: u64) {
        match usize::try_from(number) {
            Ok(number) => push_number(&mut self.sql, number),
            Err(_) => write!(self.sql, "{number}").expect("a string takes all"),
        }
    }

    /// Writes a subquery with aliases of its own that shares the parameters.
    pub(crate) fn within<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let joins = std::mem::take(&mut self.joins);
        let written = write(self);
        self.joins = joins;
        written
    }

    /// The alias of the table at the end of the foreign keys, which is joined only once. After a
    /// foreign key that may be `NULL` all joins are outer ones.
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

    /// Returns `true` if the statement reads any table besides the model's own.
    pub(crate) fn has_joins(&self) -> bool {
        !self.joins.is_empty()
    }

    /// Joins the tables on the way to a column.
    pub(crate) fn join_for(&mut self, path: &FieldPath) {
        self.join(&path[..path.len() - 1]);
    }

    /// Joins the tables of a condition.
    pub(crate) fn join_for_condition(&mut self, expression: &Expression) {
        match expression {
            Expression::Compare { path, .. }
            | Expression::Part { path, .. }
            | Expression::IsIn { path, .. }
            | Expression::IsNull { path }
            | Expression::Like { path, .. }
            | Expression::Folded { path, .. } => self.join_for(path),
            Expression::All(parts) | Expression::Any(parts) => {
                for part in parts {
                    self.join_for_condition(part);
                }
            }
            Expression::Not(inner) => self.join_for_condition(inner),
            Expression::Related { .. } => {}
        }
    }

    /// Writes a column for an expression.
    pub(crate) fn push_column(&mut self, path: &FieldPath) {
        let (field, foreign_keys) = path.split_last().expect("a path has at least one field");
        let alias = self.join(foreign_keys);
        self.push_column_of(alias, field);
    }

    fn push_column_of(&mut self, alias: usize, field: &FieldInfo) {
        self.push("t");
        push_number(&mut self.sql, alias);
        self.push(".");
        self.push_name(field.column);
    }

    /// Writes the clauses of the joins requested so far.
    pub(crate) fn push_joins(&mut self) {
        for (index, Join { parent, field, outer }) in self.joins.iter().enumerate() {
            let foreign_key = field.foreign_key().expect("only foreign keys are joined");
            let target = (foreign_key.target)();
            self.sql.push_str(if *outer { " LEFT JOIN " } else { " JOIN " });
            push_quoted(&mut self.sql, target.table);
            self.sql.push_str(" t");
            push_number(&mut self.sql, index + 1);
            self.sql.push_str(" ON t");
            push_number(&mut self.sql, index + 1);
            self.sql.push('.');
            push_quoted(&mut self.sql, target.primary_key().column);
            self.sql.push_str(" = t");
            push_number(&mut self.sql, *parent);
            self.sql.push('.');
            push_quoted(&mut self.sql, field.column);
        }
    }

    /// Writes all columns of a model, under an alias.
    pub(crate) fn push_columns(
        &mut self,
        model: &ModelInfo,
        written: &[&'static str],
        alias: usize,
    ) {
        if let Some(columns) = written.get(alias) {
            return self.push(columns);
        }
        for (index, field) in model.fields.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.push_column_of(alias, field);
        }
    }

    pub(crate) fn push_parameter(&mut self, value: Value) {
        self.values.push(value);
        self.push("$");
        push_number(&mut self.sql, self.values.len());
    }

    pub(crate) fn push_condition(&mut self, expression: &Expression) {
        match expression {
            Expression::Compare { path, operator, value } => {
                self.push_column(path);
                self.push(" ");
                self.push(operator);
                self.push(" ");
                self.push_parameter(value.clone());
            }
            Expression::Part { path, part, operator, number } => {
                let field = path.last().expect("a path has at least one field");
                let (before, after) = part.sql(field, self.kind);
                self.push(&before);
                self.push_column(path);
                self.push(&after);
                self.push(" ");
                self.push(operator);
                self.push(" ");
                self.push_parameter(Value::from(*number));
            }
            Expression::IsIn { values, .. } if values.is_empty() => self.push("FALSE"),
            Expression::IsIn { path, values } => {
                self.push_column(path);
                self.push(" IN (");
                for (index, value) in values.iter().enumerate() {
                    self.push(if index > 0 { ", " } else { "" });
                    self.push_parameter(value.clone());
                }
                self.push(")");
            }
            Expression::IsNull { path } => {
                self.push_column(path);
                self.push(" IS NULL");
            }
            Expression::Like { path, pattern, ignore_case } => {
                // SQLite's LIKE ignores the case of ASCII by itself.
                let upper = *ignore_case && self.kind == DatabaseKind::Postgres;
                let (before, between, after) =
                    if upper { ("UPPER(", ") LIKE UPPER(", ")") } else { ("", " LIKE ", "") };
                // PostgreSQL matches only text with a pattern.
                let is_text = path.last().is_some_and(|field| field.is_text());
                let cast = !is_text && self.kind == DatabaseKind::Postgres;
                self.push(before);
                self.push_column(path);
                self.push(if cast { "::text" } else { "" });
                self.push(between);
                self.push_parameter(Value::from(pattern.as_str()));
                self.push(after);
                self.push(" ESCAPE '\\'");
            }
            Expression::Folded { path, text, part } => self.push_folded(path, text, *part),
            Expression::Related { key, field, target } => {
                self.push_column_of(0, key);
                self.push(" IN (SELECT ");
                self.push_name(field.source_column);
                self.push(" FROM ");
                self.push_name(field.table);
                self.push(" WHERE ");
                self.push_name(field.target_column);
                match target {
                    Some(target) => {
                        self.push(" = ");
                        self.push_parameter(Value::from(*target));
                    }
                    // The key of a model between may be NULL.
                    None => self.push(" IS NOT NULL"),
                }
                self.push(")");
            }
            Expression::All(parts) => self.push_parts(parts, " AND ", "TRUE"),
            Expression::Any(parts) => self.push_parts(parts, " OR ", "FALSE"),
            Expression::Not(inner) => {
                self.push("(");
                self.push_condition(inner);
                self.push(") IS NOT TRUE");
            }
        }
    }

    fn push_folded(&mut self, path: &FieldPath, text: &str, part: Part) {
        let around = |pattern: String, any: &str| match part {
            Part::Anywhere => format!("{any}{pattern}{any}"),
            Part::Start => format!("{pattern}{any}"),
            Part::Whole => pattern,
        };
        if self.kind == DatabaseKind::Sqlite {
            let (before, after) = without_marks();
            self.push(before);
            self.push_column(path);
            self.push(after);
            self.push(" GLOB ");
            return self.push_parameter(Value::from(around(glob_pattern(text), "*")));
        }
        let (before, after) = POSTGRES;
        let is_text = path.last().is_some_and(|field| field.is_text());
        self.push(before);
        self.push_column(path);
        self.push(if is_text { "" } else { "::text" });
        self.push(after);
        self.push(" LIKE ");
        self.push(before);
        self.push_parameter(Value::from(around(escape_like(text), "%")));
        self.push("::text");
        self.push(after);
        self.push(" ESCAPE '\\'");
    }

    fn push_parts(&mut self, parts: &[Expression], operator: &str, of_none: &str) {
        match parts {
            [] => self.push(of_none),
            [one] => self.push_condition(one),
            several => {
                for (index, part) in several.iter().enumerate() {
                    self.push(if index > 0 { operator } else { "(" });
                    self.push_condition(part);
                }
                self.push(")");
            }
        }
    }
}
