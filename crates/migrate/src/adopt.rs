//! Finds the tables that are there already, as Django made them, so that the migrations that would
//! make them are recorded and not run.

use std::collections::BTreeSet;

use module_api::MigrationId;
use module_api::db::{DatabaseKind, DbError, DbPool, query, quoted};
use sqlx::AssertSqlSafe;

use crate::error::{AdoptionError, MigrateError};
use crate::graph::{Direction, MigrationGraph, PlannedMigration};
use crate::schema::{
    Difference, Made, Mismatch, Schema, Scratch, Table, compare, compare_columns, is_same_name,
    perhaps_null,
};

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
pub(crate) async fn already_there(
    pool: &DbPool,
    graph: &MigrationGraph,
    initial: &[&PlannedMigration],
) -> Result<BTreeSet<MigrationId>, MigrateError> {
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
    let ids: BTreeSet<MigrationId> = initial.iter().map(|planned| planned.id()).collect();
    let is_initial = |place: &usize| ids.contains(&graph.at(*place).id());
    let initial: BTreeSet<usize> = (0..graph.all().len()).filter(is_initial).collect();
    let mut found = Vec::new();
    for (place, made) in made_by(graph, &initial).await? {
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
        let id = graph.at(place).id();
        if differences.is_empty() {
            adopted.insert(id);
        } else {
            found.push((id, differences));
        }
    }
    if found.is_empty() { Ok(adopted) } else { Err(AdoptionError { migrations: found }.into()) }
}

/// What each of the initial migrations makes.
async fn made_by(
    graph: &MigrationGraph,
    initial: &BTreeSet<usize>,
) -> Result<Vec<(usize, Made)>, MigrateError> {
    // What they do not depend on should not change what they make, and takes time. If something
    // fails, one of them needs more than it says, and the order has been all that it relied on.
    let needed = graph.closure(initial.iter().copied(), Direction::Forward);
    match run(graph, needed, initial).await {
        Err(MigrateError::Scratch(_)) => {
            let last = initial.last().map_or(0, |last| last + 1);
            run(graph, 0..last, initial).await
        }
        other => other,
    }
}

/// Runs the migrations at some places, and says what each of the initial ones makes.
async fn run(
    graph: &MigrationGraph,
    places: impl IntoIterator<Item = usize>,
    initial: &BTreeSet<usize>,
) -> Result<Vec<(usize, Made)>, MigrateError> {
    let mut scratch = Scratch::new().await?;
    let mut made = Vec::new();
    for place in places {
        let planned = graph.at(place);
        let migration = &planned.migration;
        if initial.contains(&place) {
            scratch.mark().await?;
        }
        scratch.run(planned.module, &migration.name, &migration.sqlite).await?;
        if initial.contains(&place) {
            made.push((place, scratch.made().await?));
        }
    }
    Ok(made)
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
        let (table, column) = (quoted(table), quoted(column));
        let count = format!("SELECT COUNT(*) AS value FROM {table} WHERE {column} IS NULL");
        let mut connection = self.pool.acquire().await?;
        let (rows,) = query(AssertSqlSafe(count)).fetch_one::<(i64,)>(&mut connection).await?;
        Ok(rows)
    }
}
