//! Differences between two states of tables.

use std::collections::BTreeSet;

use super::constraints::{self, Constraint};
use super::state::{ColumnState, IndexState, Kind, State, TableState};

/// The changes of a module's tables, table by table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Tables to be created.
    pub(super) created: Vec<TableState>,
    /// Tables to be altered.
    pub(super) altered: Vec<TableChange>,
    /// Tables to be dropped.
    pub(super) dropped: Vec<TableState>,
}

/// The change of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableChange {
    pub(super) from: TableState,
    /// The new state. Its columns are in their current order, new ones at the end.
    pub(super) to: TableState,
}

/// A column before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColumnChange<'a> {
    pub(super) from: &'a ColumnState,
    pub(super) to: &'a ColumnState,
}

impl Changes {
    /// Returns the changes from the tables `from` to the tables `to`.
    pub(super) fn between(from: &State, to: &State) -> Self {
        let mut changes = Self::default();
        for table in to.values() {
            match from.get(&table.name) {
                None => changes.created.push(table.clone()),
                Some(present) => {
                    let change = TableChange::new(present, table);
                    if !change.is_empty() {
                        changes.altered.push(change);
                    }
                }
            }
        }
        let dropped = from.values().filter(|table| !to.contains_key(&table.name));
        changes.dropped.extend(dropped.cloned());
        order(&mut changes.created);
        order(&mut changes.dropped);
        // Referring tables come first.
        changes.dropped.reverse();
        changes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.created.is_empty() && self.altered.is_empty() && self.dropped.is_empty()
    }

    /// The names of new or changed constraints.
    pub(super) fn new_constraints(&self) -> BTreeSet<&str> {
        let created = self.created.iter().flat_map(|table| table.constraints.keys());
        let altered = self.altered.iter().flat_map(TableChange::new_constraints);
        created.chain(altered.map(|(name, _)| name)).map(String::as_str).collect()
    }

    /// The tables of removed foreign keys.
    pub(super) fn lost_references(&self) -> BTreeSet<&str> {
        let dropped = self.dropped.iter().flat_map(|table| &table.columns);
        let altered = self.altered.iter().flat_map(|change| {
            let lost = |column: &&ColumnState| {
                change.to.column(&column.name).and_then(ColumnState::references)
                    != column.references()
            };
            change.from.columns.iter().filter(lost)
        });
        dropped.chain(altered).filter_map(ColumnState::references).collect()
    }

    /// The tables that new foreign keys refer to.
    pub(super) fn references(&self) -> BTreeSet<&str> {
        let created = self.created.iter().flat_map(|table| &table.columns);
        let altered = self.altered.iter().flat_map(|change| {
            let new = |column: &&ColumnState| {
                change.from.column(&column.name).and_then(ColumnState::references)
                    != column.references()
            };
            change.to.columns.iter().filter(new)
        });
        created.chain(altered).filter_map(ColumnState::references).collect()
    }
}

impl ColumnState {
    /// The referenced table, if the column is a foreign key.
    pub(super) fn references(&self) -> Option<&str> {
        self.target().map(|(table, _)| table)
    }

    /// The referenced table and its column, if the column is a foreign key.
    pub(super) fn target(&self) -> Option<(&str, &str)> {
        match &self.kind {
            Kind::Key { table, column } => Some((table, column)),
            _ => None,
        }
    }

    /// Returns `true` if the database stores both in the same way, apart from indexes.
    pub(super) fn is_stored_as(&self, other: &Self) -> bool {
        self.kind == other.kind && self.null == other.null && self.positive == other.positive
    }

    /// Returns `true` if both databases have SQL that converts the column into the other.
    pub(super) fn can_become(&self, to: &Self) -> bool {
        use Kind::{
            BigInteger, Binary, Bool, Date, DateTime, Decimal, Duration, Float, Id, Integer, Ip,
            Json, Key, Other, SmallInteger, Text, Time, Uuid, Varchar,
        };
        match (&self.kind, &to.kind) {
            (from, to) if from == to => true,
            (SmallInteger | Integer | BigInteger | Float | Decimal(..), Float | Decimal(..))
            | (Varchar(_) | Text, Json) => true,
            // Durations and the like are converted to text differently by each database.
            (Id | Duration | Uuid | Ip | Binary, _)
            | (
                _,
                Id
                | Other { .. }
                | Date
                | Time
                | Duration
                | Uuid
                | Ip
                | Binary
                | Float
                | Decimal(..)
                | Json,
            ) => false,
            (_, Varchar(_) | Text)
            | (Varchar(_) | Text, _)
            | (
                SmallInteger | Integer | BigInteger | Bool | Key { .. },
                SmallInteger | Integer | BigInteger | Bool | Key { .. },
            ) => true,
            (Date | Time | Float | Decimal(..) | Json | DateTime | Other { .. }, _)
            | (_, DateTime) => false,
        }
    }

    /// Returns `true` if the conversion into another kind may lose values. Values that do not fit
    /// at all, such as too long text, do not count: PostgreSQL refuses them, and SQLite keeps
    /// them.
    pub(super) fn loses_as(&self, to: &Self) -> bool {
        use Kind::{
            BigInteger, Bool, Decimal, Float, Integer, Json, Key, SmallInteger, Text, Varchar,
        };
        match (&self.kind, &to.kind) {
            (from, to) if from == to => false,
            (Decimal(_, from), Decimal(_, to)) => from > to,
            (_, Varchar(_) | Text)
            | (Varchar(_) | Text, Json)
            | (SmallInteger | Integer, Float)
            | (SmallInteger | Integer | BigInteger, Decimal(..))
            | (
                Bool | SmallInteger | Integer | BigInteger | Key { .. },
                SmallInteger | Integer | BigInteger | Key { .. },
            ) => false,
            // Many numbers become one of two values, and not every text is a number.
            _ => true,
        }
    }
}

impl TableChange {
    fn new(from: &TableState, to: &TableState) -> Self {
        let mut attributes = from.attributes.clone();
        // A default and a collation only fit the kind that they were set for.
        let kind_in =
            |table: &TableState, name: &str| table.column(name).map(|column| column.kind.clone());
        attributes.columns.retain(|name, _| kind_in(from, name) == kind_in(to, name));
        let mut to = TableState { attributes, ..to.clone() };
        let place = |name: &str| from.columns.iter().position(|column| column.name == name);
        let new = from.columns.len();
        // Sorting is stable: new columns keep the order of the model.
        to.columns.sort_by_key(|column| place(&column.name).unwrap_or(new));
        Self { from: from.clone(), to }
    }

    fn is_empty(&self) -> bool {
        self.from.columns == self.to.columns
            && self.from.indexes == self.to.indexes
            && self.from.constraints == self.to.constraints
    }

    pub(super) fn added(&self) -> impl Iterator<Item = &ColumnState> {
        self.to.columns.iter().filter(|column| self.from.column(&column.name).is_none())
    }

    pub(super) fn removed(&self) -> impl Iterator<Item = &ColumnState> {
        self.from.columns.iter().filter(|column| self.to.column(&column.name).is_none())
    }

    pub(super) fn changed(&self) -> impl Iterator<Item = ColumnChange<'_>> {
        let columns = self.to.columns.iter();
        let pairs = columns.filter_map(|to| {
            let from = self.from.column(&to.name)?;
            Some(ColumnChange { from, to })
        });
        pairs.filter(|change| change.from != change.to)
    }

    pub(super) fn new_indexes(&self) -> impl Iterator<Item = &IndexState> {
        self.to.indexes.difference(&self.from.indexes)
    }

    /// The new or changed constraints.
    pub(super) fn new_constraints(&self) -> impl Iterator<Item = (&String, &Constraint)> {
        constraints::lost(&self.to.constraints, &self.from.constraints)
    }

    /// The removed or changed constraints.
    pub(super) fn old_constraints(&self) -> impl Iterator<Item = (&String, &Constraint)> {
        constraints::lost(&self.from.constraints, &self.to.constraints)
    }

    pub(super) fn old_indexes(&self) -> impl Iterator<Item = &IndexState> {
        self.from.indexes.difference(&self.to.indexes)
    }
}

/// Sorts tables, referenced ones first.
fn order(tables: &mut Vec<TableState>) {
    let mut rest = std::mem::take(tables);
    while !rest.is_empty() {
        let is_ready = |table: &TableState| {
            let mut references = table.columns.iter().filter_map(ColumnState::references);
            !references.any(|to| to != table.name && rest.iter().any(|other| other.name == to))
        };
        // Of tables that refer to each other in a cycle, the first one goes first.
        let ready = rest.iter().position(is_ready).unwrap_or(0);
        tables.push(rest.remove(ready));
    }
}
