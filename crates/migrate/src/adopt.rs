//! Adoption: finds existing tables, so that the migrations that would create them are recorded and
//! not run. They are Django's, or those of a site whose ledger was lost.

use std::collections::{BTreeMap, BTreeSet};

use module_api::MigrationId;
use module_api::db::{DatabaseKind, DbError, DbPool, query, quoted};
use sqlx::AssertSqlSafe;

use crate::error::{AdoptionError, MigrateError};
use crate::graph::{Direction, MigrationGraph};
use crate::schema::{
    Difference, Mismatch, Schema, SchemaChanges, Scratch, Table, compare, compare_columns,
    is_same_name, newly_nullable,
};
use crate::statements::{Statement, statements};

/// Returns the unapplied migrations whose tables exist already, created by another program or before
/// the ledger was lost.
///
/// Of each module, the migrations count up to the last one with a trace in the database: a table, or,
/// if it is not the first, a column or an index. Those up to there whose tables exist have to fit the
/// state after the last one, and are in the result, together with those whose changes are no longer
/// visible by then, or that only change rows. The others are not.
///
/// The database is not changed.
///
/// # Errors
///
/// A migration is partly present, or does not fit: the error has all differences of all modules. Or a
/// first migration cannot be run on an empty SQLite database, or the site's database fails.
pub(crate) async fn already_there(
    pool: &DbPool,
    graph: &MigrationGraph,
    unapplied: &[usize],
) -> Result<BTreeSet<MigrationId>, MigrateError> {
    let mut adopted = BTreeSet::new();
    if unapplied.is_empty() {
        return Ok(adopted);
    }
    let database = {
        let mut connection = pool.acquire().await?;
        Schema::read(&mut connection).await?
    };
    // A new database has no tables, so the tables of migrations need not be known.
    if database.tables.is_empty() {
        return Ok(adopted);
    }
    let database = Adopting { pool, schema: database };
    let candidates = database.candidates(graph, unapplied);
    let mut found = Vec::new();
    let mut modules: BTreeMap<&str, Vec<(usize, SchemaChanges)>> = BTreeMap::new();
    for (place, made) in made_by(graph, &candidates).await? {
        modules.entry(graph.at(place).module).or_default().push((place, made));
    }
    for migrations in modules.into_values() {
        let left = SchemaState::by(migrations, graph, &database);
        let differences = database.differences_of(&left).await?;
        if differences.is_empty() {
            adopted.extend(left.adopted.iter().map(|place| graph.at(*place).id()));
        }
        let named = |(place, differences): (usize, _)| (graph.at(place).id(), differences);
        found.extend(differences.into_iter().map(named));
    }
    if found.is_empty() { Ok(adopted) } else { Err(AdoptionError { migrations: found }.into()) }
}

/// The tables, columns and indexes that each candidate creates.
async fn made_by(
    graph: &MigrationGraph,
    candidates: &BTreeSet<usize>,
) -> Result<Vec<(usize, SchemaChanges)>, MigrateError> {
    // Migrations that they do not depend on should not matter, and take time. If one fails, it
    // depends on more than it declares, and relies on the order alone.
    let needed = graph.closure(candidates.iter().copied(), Direction::Forward);
    match run(graph, needed, candidates).await {
        Err(MigrateError::Scratch(_)) => {
            let last = candidates.last().map_or(0, |last| last + 1);
            run(graph, 0..last, candidates).await
        }
        other => other,
    }
}

/// Runs the migrations at these places, and returns the changes of each candidate.
async fn run(
    graph: &MigrationGraph,
    places: impl IntoIterator<Item = usize>,
    candidates: &BTreeSet<usize>,
) -> Result<Vec<(usize, SchemaChanges)>, MigrateError> {
    let mut scratch = Scratch::new().await?;
    let mut made = Vec::new();
    for place in places {
        let planned = graph.at(place);
        let migration = &planned.migration;
        if candidates.contains(&place) {
            scratch.mark().await?;
        }
        scratch.run(planned.module, &migration.name, &migration.sqlite).await?;
        if candidates.contains(&place) {
            made.push((place, scratch.made().await?));
        }
    }
    Ok(made)
}

/// The state of the database after a module's migrations.
#[derive(Default)]
struct SchemaState {
    /// The migrations to adopt, if all tables fit.
    adopted: Vec<usize>,
    /// The tables in the state after the last of them, by name, each with the migration that created
    /// it.
    tables: BTreeMap<String, (usize, Table)>,
    /// The columns that they add to tables of other modules.
    additions: Vec<(usize, Table)>,
}

impl SchemaState {
    fn by(
        migrations: Vec<(usize, SchemaChanges)>,
        graph: &MigrationGraph,
        database: &Adopting<'_>,
    ) -> Self {
        let mut left = Self::default();
        let has_any = |(place, made): &(usize, SchemaChanges)| {
            database.has_any(made, graph.at(*place).is_initial)
        };
        let there: Vec<bool> = migrations.iter().map(has_any).collect();
        let Some(last) = there.iter().rposition(|is_there| *is_there) else { return left };
        let mut gone: BTreeSet<String> = BTreeSet::new();
        for ((place, made), is_there) in migrations.iter().zip(&there).take(last + 1).rev() {
            if *is_there || !made.leaves_any(&gone) {
                left.adopted.push(*place);
            }
            gone.extend(made.dropped.iter().cloned());
        }
        for ((place, made), is_there) in migrations.into_iter().zip(there).take(last + 1) {
            for name in &made.dropped {
                left.tables.remove(name);
            }
            for table in made.altered {
                if let Some((_, known)) = left.tables.get_mut(&table.name) {
                    *known = table;
                }
            }
            if !is_there {
                continue;
            }
            let of_others = |table: &Table| !left.tables.contains_key(&table.name);
            let additions = made.additions.into_iter().filter(of_others);
            left.additions.extend(additions.map(|table| (place, table)));
            let made = made.tables.into_iter();
            left.tables.extend(made.map(|table| (table.name.clone(), (place, table))));
        }
        left
    }
}

/// The site's database, and its tables.
struct Adopting<'a> {
    pool: &'a DbPool,
    schema: Schema,
}

impl Adopting<'_> {
    fn table(&self, name: &str) -> Option<&Table> {
        self.schema.tables.values().find(|table| is_same_name(&table.name, name, self.pool.kind()))
    }

    /// The migrations to examine: the first of a module, those after it, and those that create a
    /// table whose name is taken.
    fn candidates(&self, graph: &MigrationGraph, unapplied: &[usize]) -> BTreeSet<usize> {
        let kind = self.pool.kind();
        let begins = |place: &usize| {
            let planned = graph.at(*place);
            let sql = planned.migration.sql(kind);
            planned.is_initial
                || statements(sql, kind)
                    .iter()
                    .filter_map(Statement::created_table)
                    .any(|name| self.table(&name).is_some())
        };
        let modules: BTreeSet<&str> =
            unapplied.iter().filter(|place| begins(place)).map(|p| graph.at(*p).module).collect();
        let is_of_one = |place: &usize| modules.contains(graph.at(*place).module);
        unapplied.iter().copied().filter(is_of_one).collect()
    }

    /// Returns `true` if anything that a migration creates exists. For an initial migration only
    /// tables count: a column of another module's table with the same name proves nothing.
    fn has_any(&self, made: &SchemaChanges, is_initial: bool) -> bool {
        let kind = self.pool.kind();
        let has_column = |added: &Table| {
            let Some(there) = self.table(&added.name) else { return false };
            let is_there = |name| there.columns.iter().any(|it| is_same_name(&it.name, name, kind));
            added.columns.iter().any(|column| is_there(&column.name))
        };
        made.tables.iter().any(|table| self.table(&table.name).is_some())
            || (!is_initial
                && (made.additions.iter().any(has_column)
                    || made.indexes.keys().any(|name| self.has_index(name))))
    }

    fn has_index(&self, name: &str) -> bool {
        self.schema.tables.values().any(|table| {
            let special = table.special_indexes.iter().map(|index| &index.name);
            table.indexes.iter().map(|index| &index.name).chain(special).any(|it| it == name)
        })
    }

    /// The differences that prevent the adoption of existing tables, by migration.
    async fn differences_of(
        &self,
        left: &SchemaState,
    ) -> Result<BTreeMap<usize, Vec<Difference>>, DbError> {
        let mut found: BTreeMap<usize, Vec<Difference>> = BTreeMap::new();
        for (place, table) in left.tables.values() {
            found.entry(*place).or_default().extend(self.differences(table, compare).await?);
        }
        for (place, table) in &left.additions {
            let differences = self.differences(table, compare_columns).await?;
            found.entry(*place).or_default().extend(differences);
        }
        found.retain(|_, differences| !differences.is_empty());
        Ok(found)
    }

    /// Returns the differences that prevent the adoption of an existing table.
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
        for column in newly_nullable(made, there, self.pool.kind()) {
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

    /// The number of rows in which a column is `NULL`.
    async fn rows_with_null(&self, table: &str, column: &str) -> Result<i64, DbError> {
        let (table, column) = (quoted(table), quoted(column));
        let count = format!("SELECT COUNT(*) AS value FROM {table} WHERE {column} IS NULL");
        let mut connection = self.pool.acquire().await?;
        let (rows,) = query(AssertSqlSafe(count)).fetch_one::<(i64,)>(&mut connection).await?;
        Ok(rows)
    }
}
