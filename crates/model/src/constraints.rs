//! Checks the constraints of a table before the database does, and parses the database's errors.

use std::fmt::Write;

use db::{DbError, Transaction, Value, query, quoted};
use sqlx::AssertSqlSafe;

use crate::{
    ConstraintInfo, ConstraintKind, FieldInfo, ModelInfo, NON_FIELD_ERRORS, ValidationErrors,
    WriteError,
};

impl ModelInfo {
    /// Checks the constraints that the database will enforce, so that all errors are reported.
    pub(crate) async fn check_constraints(
        &self,
        values: &[Value],
        on: &mut Transaction,
    ) -> Result<ValidationErrors, DbError> {
        let mut errors = ValidationErrors::none();
        for constraint in self.constraints {
            let Some(sql) = self.violation_of(constraint) else { continue };
            let broken = query(AssertSqlSafe(sql)).bind_all(values.to_vec());
            if broken.fetch_optional::<(i64,)>(&mut *on).await?.is_some() {
                errors.add(constraint.field.unwrap_or(NON_FIELD_ERRORS), constraint.text());
            }
        }
        Ok(errors)
    }

    /// The query that returns a row if an object with the values `$1`, `$2`… breaks the constraint.
    fn violation_of(&self, constraint: &ConstraintInfo) -> Option<String> {
        let columns = self.fields.iter().enumerate();
        let columns: Vec<String> = columns
            .map(|(place, field)| format!("${} AS {}", place + 1, quoted(field.column)))
            .collect();
        let object = format!("(SELECT {}) object", columns.join(", "));
        match constraint.kind {
            ConstraintKind::Check(condition) => {
                Some(format!("SELECT 1 FROM {object} WHERE NOT ({condition})"))
            }
            ConstraintKind::Unique { over, condition } => {
                let key = quoted(self.primary_key().column);
                let condition = condition.map_or_else(String::new, |sql| format!(" WHERE {sql}"));
                let mut parts = String::new();
                let mut same = String::new();
                for (place, part) in over.iter().enumerate() {
                    write!(parts, ", {part} AS part_{place}").expect("a string takes all");
                    write!(same, " AND own.part_{place} = other.part_{place}")
                        .expect("a string takes all");
                }
                // No row has the primary key 0, so a new object differs from all.
                let table = quoted(self.table);
                Some(format!(
                    "SELECT 1 FROM (SELECT {key} AS row_key{parts} FROM {object}{condition}) own, \
                     (SELECT {key} AS row_key{parts} FROM {table}{condition}) other \
                     WHERE other.row_key <> coalesce(own.row_key, 0){same} LIMIT 1"
                ))
            }
            ConstraintKind::Index { .. } => None,
        }
    }

    /// Returns the errors of a constraint or of unique fields, if one caused the database's error.
    pub fn violation(&self, error: &DbError) -> Option<ValidationErrors> {
        self.broken_constraint(error).or_else(|| self.duplicate(error))
    }

    fn broken_constraint(&self, error: &DbError) -> Option<ValidationErrors> {
        let named = error.constraint()?;
        let constraint = self.constraints.iter().find(|constraint| {
            let ConstraintKind::Unique { over, .. } = constraint.kind else {
                return constraint.name == named;
            };
            // SQLite names the columns in place of an index.
            let column = |part: &&str| format!("{}.{}", self.table, part.replace('"', ""));
            constraint.name == named
                || over.iter().map(column).collect::<Vec<_>>().join(", ") == named
        })?;
        let field = constraint.field.unwrap_or(NON_FIELD_ERRORS);
        Some(ValidationErrors::of(field, constraint.text()))
    }

    /// The errors of unique fields whose values another row got after their validation.
    fn duplicate(&self, error: &DbError) -> Option<ValidationErrors> {
        let columns = error.duplicate_columns(self.table)?;
        let field = |column: &String| self.fields.iter().find(|field| field.column == column);
        let fields: Vec<&FieldInfo> = columns.iter().map(field).collect::<Option<_>>()?;
        let message = self.already_exists(&fields);
        Some(match fields[..] {
            [field] if field.unique => ValidationErrors::of(field.name, message),
            _ => ValidationErrors::of_object(message),
        })
    }

    /// Django's message for values that another row has.
    pub(crate) fn already_exists(&self, fields: &[&FieldInfo]) -> String {
        let names: Vec<String> = fields.iter().map(|field| field.capitalized_name()).collect();
        format!("{} with this {} already exists.", self.capitalized_name(), and_list(&names))
    }

    /// Converts an error of the database to a [`WriteError`].
    pub(crate) fn refused(&self, error: DbError) -> WriteError {
        match self.violation(&error) {
            Some(errors) => errors.into(),
            None => error.into(),
        }
    }
}

/// `A`, `A and B`, `A, B and C`.
fn and_list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
