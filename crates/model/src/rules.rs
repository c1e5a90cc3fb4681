//! Checks the rules of a model.

use db::{Transaction, Value};

use crate::{Filter, ModelInfo, Records, Rule, ValidationErrors, WriteError};

impl ModelInfo {
    /// Adds the errors of the rules over the values alone.
    pub(crate) fn check_values(&self, values: &[Value], errors: &mut ValidationErrors) {
        for rule in self.rules {
            if let Rule::Values(rule) = rule
                && let Err(found) = rule(values)
            {
                errors.extend(found);
            }
        }
    }

    /// Checks an object against the constraints of its table, and the rules that query the database.
    ///
    /// # Errors
    ///
    /// A constraint or a rule does not hold, or the database is out of reach.
    pub async fn check_rows(
        &self,
        values: &[Value],
        on: &mut Transaction,
    ) -> Result<(), WriteError> {
        let mut errors = self.check_constraints(values, &mut *on).await?;
        for rule in self.rules {
            let Rule::Rows(rule) = rule else { continue };
            match rule(values, &mut *on).await {
                Err(WriteError::Invalid(found)) => errors.extend(found),
                other => other?,
            }
        }
        Ok(errors.into_result()?)
    }

    /// Checks all rules for an object as it is in the database.
    ///
    /// # Errors
    ///
    /// A rule does not hold, or the database is out of reach.
    pub async fn check_rules(
        &self,
        values: &[Value],
        on: &mut Transaction,
    ) -> Result<(), WriteError> {
        let mut errors = ValidationErrors::none();
        self.check_values(values, &mut errors);
        errors.into_result()?;
        self.check_rows(values, on).await
    }
}

/// The maximum number of rows that are read at once.
const CHUNK: usize = 500;

/// Checks all rules for the objects with these primary keys, as they are in the database.
pub(crate) async fn check_rules_of(
    model: &'static ModelInfo,
    ids: &[i64],
    on: &mut Transaction,
) -> Result<(), WriteError> {
    for ids in ids.chunks(CHUNK) {
        let filter = Filter::key_is_in(model, ids.iter().copied());
        for record in Records::of(model).filter(filter).fetch(&mut *on).await? {
            model.check_rules(record.values(), on).await?;
        }
    }
    Ok(())
}
