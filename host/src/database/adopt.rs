//! Finds the tables that are there already, as Django made them, so that the migrations that would
//! make them are recorded and not run.

use std::collections::BTreeSet;
use std::fmt;

use module_api::MigrationId;
use module_api::db::{DatabaseKind, DbError, DbPool, query};
use sqlx::AssertSqlSafe;

use super::DatabaseError;
use crate::plan::{Direction, MigrationGraph, PlannedMigration};
use crate::schema::{
    Difference, Mismatch, Schema, Scratch, Table, compare, compare_columns, is_same_name,
    perhaps_null,
};

/// What keeps the tables that are there from being taken over.
#[derive(Debug)]
pub struct AdoptionError {
    /// The initial migrations some of whose tables are there, with all that is not as they make
    /// it.
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
        f.write_str(
            "\nmend the tables, and run `host migrate` again; or rename those that are there, and \
             all are made anew; or take them as they are:",
        )?;
        for (id, _) in &self.migrations {
            write!(f, "\n  host migrate {} --fake-initial", id.module)?;
        }
        Ok(())
    }
}

/// Which of the initial migrations have made their tables already, by another program's hand.
///
/// `initial` are migrations that are the first of their module and not applied. Such a migration is
/// in the result if all tables that it makes are there and fit; it is not if none of them is there,
/// or if it makes none.
///
/// Nothing is changed.
///
/// # Errors
///
/// Some of the tables that an initial migration makes are there and others are not, or one does not
/// fit: the error has all differences of all of them. A migration cannot be run on an empty SQLite
/// database, or the site's database fails.
pub(super) async fn already_there(
    pool: &DbPool,
    graph: &MigrationGraph,
    initial: &[&PlannedMigration],
) -> Result<BTreeSet<MigrationId>, DatabaseError> {
    let mut adopted = BTreeSet::new();
    if initial.is_empty() {
        return Ok(adopted);
    }
    let database = {
        let mut connection = pool.acquire().await?;
        Schema::read(&mut connection).await?
    };
    // A new database has no tables, and what the migrations make need not be known.
    if database.tables.is_empty() {
        return Ok(adopted);
    }
    let database = Adopting { pool, schema: database };
    let mut scratch = Scratch::new().await?;
    let initial: BTreeSet<MigrationId> = initial.iter().map(|planned| planned.id()).collect();
    let places = (0..graph.all().len()).filter(|place| initial.contains(&graph.at(*place).id()));
    let mut found = Vec::new();
    // What they do not depend on cannot change what they make.
    for place in graph.closure(places, Direction::Forward) {
        let planned = graph.at(place);
        let id = planned.id();
        let is_initial = initial.contains(&id);
        if is_initial {
            scratch.mark().await?;
        }
        scratch.run(planned.module, &id.name, &planned.migration.sqlite).await?;
        if !is_initial {
            continue;
        }
        let made = scratch.made().await?;
        if !made.tables.iter().any(|table| database.table(&table.name).is_some()) {
            continue;
        }
        let mut differences = Vec::new();
        for table in &made.tables {
            differences.extend(database.differences(table, compare).await?);
        }
        for table in &made.additions {
            differences.extend(database.differences(table, compare_columns).await?);
        }
        if differences.is_empty() {
            adopted.insert(id);
        } else {
            found.push((id, differences));
        }
    }
    if found.is_empty() { Ok(adopted) } else { Err(AdoptionError { migrations: found }.into()) }
}

/// The site's database, and the tables that it has.
struct Adopting<'a> {
    pool: &'a DbPool,
    schema: Schema,
}

impl Adopting<'_> {
    fn table(&self, name: &str) -> Option<&Table> {
        self.schema.tables.values().find(|table| is_same_name(&table.name, name, self.pool.kind()))
    }

    /// What keeps the table that is there from standing for this one.
    async fn differences(
        &self,
        made: &Table,
        compare: fn(&Table, &Table, DatabaseKind) -> Vec<Difference>,
    ) -> Result<Vec<Difference>, DbError> {
        let Some(there) = self.table(&made.name) else {
            let table = made.name.clone();
            return Ok(vec![Difference { table, column: None, mismatch: Mismatch::NoTable }]);
        };
        let mut differences = compare(made, there, self.pool.kind());
        for column in perhaps_null(made, there, self.pool.kind()) {
            let rows = self.rows_with_null(&there.name, &column.name).await?;
            if rows > 0 {
                differences.push(Difference {
                    table: there.name.clone(),
                    column: Some(column.name.clone()),
                    mismatch: Mismatch::HoldsNull(rows),
                });
            }
        }
        Ok(differences)
    }

    /// In how many rows a column is `NULL`.
    async fn rows_with_null(&self, table: &str, column: &str) -> Result<i64, DbError> {
        let (table, column) = (quote(table), quote(column));
        let count = format!("SELECT COUNT(*) AS value FROM {table} WHERE {column} IS NULL");
        let mut connection = self.pool.acquire().await?;
        let (rows,) = query(AssertSqlSafe(count)).fetch_one::<(i64,)>(&mut connection).await?;
        Ok(rows)
    }
}

/// A name as it stands in SQL, whatever its characters.
fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
