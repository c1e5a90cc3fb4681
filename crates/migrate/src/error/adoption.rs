//! Existing tables that differ from those of migrations.

use std::fmt;

use module_api::MigrationId;

use crate::schema::Difference;

/// The differences that prevent the adoption of existing tables.
///
/// Part of [`MigrateError::Adoption`](crate::MigrateError::Adoption).
#[derive(Debug)]
pub struct AdoptionError {
    /// The initial migrations with existing tables, and all differences of these.
    pub migrations: Vec<(MigrationId, Vec<Difference>)>,
}

impl std::error::Error for AdoptionError {}

impl fmt::Display for AdoptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "tables that migrations are to make are in the database already, and not as they would \
             make them; nothing was changed",
        )?;
        for (id, differences) in &self.migrations {
            write!(f, "\n  {id}")?;
            for difference in differences {
                write!(f, "\n    {difference}")?;
            }
        }
        Ok(())
    }
}
