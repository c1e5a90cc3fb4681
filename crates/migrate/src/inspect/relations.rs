//! Classifies tables as models or many-to-many tables, and resolves foreign keys.

use std::collections::{BTreeMap, BTreeSet};

use module_api::db::DatabaseKind;
use module_api::model::ModelInfo;

use super::names::snake_case;
use super::table_names::Named;
use crate::schema::{Column, ColumnKind, ForeignKey, Numbering, Table, is_same_name};

/// The relations between tables.
pub(super) struct Relations {
    named: BTreeMap<String, Named>,
    /// The tables that are models, with the columns of their primary keys.
    keys: BTreeMap<String, String>,
    /// The models of the site, which are not generated.
    known: Vec<&'static ModelInfo>,
    /// The tables between two models.
    between: Vec<Between>,
    kind: DatabaseKind,
}

/// A table that holds a many-to-many field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Between {
    /// The table.
    pub(super) table: String,
    /// The table of the model that has the field.
    pub(super) owner: String,
    /// The column with the primary key of the model that has the field.
    pub(super) source_column: String,
    /// The foreign key to the other model.
    pub(super) target: ForeignKey,
    /// The field's name.
    pub(super) field: String,
}

impl Relations {
    /// The relations of these tables. `known` are models of the site.
    pub(super) fn of(
        tables: &[&Table],
        named: BTreeMap<String, Named>,
        known: &[&'static ModelInfo],
        kind: DatabaseKind,
    ) -> Self {
        let keys = tables.iter().filter_map(|table| {
            let key = key_of(table).ok()?;
            Some((table.name.clone(), key.name.clone()))
        });
        let is_written = |model: &&ModelInfo| named.contains_key(model.table);
        let known = known.iter().copied().filter(|model| !is_written(model)).collect();
        let keys = keys.collect();
        let mut relations = Self { named, keys, known, between: Vec::new(), kind };
        let referred: BTreeSet<&str> = tables
            .iter()
            .flat_map(|table| table.foreign_keys.iter().map(|key| key.to_table.as_str()))
            .collect();
        let is_free = |table: &&&Table| !referred.contains(table.name.as_str());
        let between =
            tables.iter().filter(is_free).filter_map(|table| relations.find_between(table));
        relations.between = between.collect();
        relations
    }

    /// The names of a table in code.
    pub(super) fn name_of(&self, table: &Table) -> &Named {
        &self.named[&table.name]
    }

    /// Returns `true` if the table holds a many-to-many field of a model.
    pub(super) fn is_between(&self, table: &Table) -> bool {
        self.between.iter().any(|between| between.table == table.name)
    }

    /// The tables that hold the many-to-many fields of a model.
    pub(super) fn between_of<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a Between> {
        self.between.iter().filter(|between| between.owner == table.name)
    }

    /// The struct that a foreign key refers to by its primary key: a model in the same file, or its
    /// path.
    pub(super) fn target(&self, key: &ForeignKey) -> Option<&str> {
        let [to_column] = &key.to_columns[..] else { return None };
        let leads_to = |table: &str, column: &str| {
            is_same_name(table, &key.to_table, self.kind)
                && is_same_name(column, to_column, self.kind)
        };
        if let Some((table, _)) = self.keys.iter().find(|(table, key)| leads_to(table, key)) {
            return Some(&self.named[table].ident);
        }
        let mut known = self.known.iter();
        let model = known.find(|model| leads_to(model.table, model.primary_key().column))?;
        Some(model.path)
    }

    /// Reads a table as one that Django creates for a many-to-many field: an id and two foreign keys,
    /// which are unique together.
    fn find_between(&self, table: &Table) -> Option<Between> {
        let key = key_of(table).ok().filter(|key| key.name == "id")?;
        let [first, second] = &table.foreign_keys[..] else { return None };
        let pair = |names: &[String]| {
            let both = [&first.columns, &second.columns];
            names.len() == 2
                && both.iter().all(|of_key| of_key.len() == 1 && names.contains(&of_key[0]))
        };
        let others: Vec<String> = table
            .columns
            .iter()
            .filter(|it| it.name != key.name)
            .map(|it| it.name.clone())
            .collect();
        let is_plain = table.columns.iter().all(|column| !column.null && column.default.is_none())
            && table.checks.is_empty()
            && table.special_indexes.is_empty();
        let is_unique = table.indexes.iter().any(|index| index.unique && pair(&index.columns));
        if !pair(&others) || !is_plain || !is_unique {
            return None;
        }
        self.target(first)?;
        self.target(second)?;
        let owner = |key: &ForeignKey| {
            self.keys.keys().find(|owner| is_same_name(owner, &key.to_table, self.kind)).cloned()
        };
        let field =
            |owner: &str| table.name.strip_prefix(owner)?.strip_prefix('_').map(str::to_owned);
        // Django names the table by that of the model with the field, and that field.
        let mut ways: Vec<(String, Option<String>, &ForeignKey, &ForeignKey)> = Vec::new();
        for (source, target) in [(first, second), (second, first)] {
            ways.extend(owner(source).map(|owner| {
                let field = field(&owner);
                (owner, field, source, target)
            }));
        }
        ways.sort_by_key(|(owner, field, source, _)| {
            // For a relation of a model to itself, Django names the columns `from_…` and `to_…`.
            let is_from = source.columns[0].starts_with("from_");
            (field.is_none(), std::cmp::Reverse(owner.len()), !is_from)
        });
        let (owner, field, source, target) = ways.into_iter().next()?;
        Some(Between {
            table: table.name.clone(),
            source_column: source.columns[0].clone(),
            target: target.clone(),
            field: field.unwrap_or_else(|| snake_case(&table.name)),
            owner,
        })
    }
}

/// The primary key of a table, or the reason why no model can have it.
pub(super) fn key_of(table: &Table) -> Result<&Column, String> {
    let is_number = |column: &Column| {
        use ColumnKind::{BigInteger, Integer, SmallInteger};
        matches!(column.kind, SmallInteger | Integer | BigInteger)
    };
    match &table.primary_key[..] {
        [] => Err("it has no primary key".to_owned()),
        [only] => {
            if let Some(key) = table.foreign_keys.iter().find(|key| key.columns == [only.as_str()])
            {
                return Err(format!(
                    "its primary key `{only}` is that of a row of `{}`, as Django's of a model that \
                     inherits from another",
                    key.to_table
                ));
            }
            let column = table.columns.iter().find(|column| column.name == *only);
            let column = column.filter(|column| is_number(column));
            column.ok_or_else(|| format!("its primary key `{only}` is not a number"))
        }
        several => Err(format!("its primary key has several columns: {}", several.join(", "))),
    }
}

/// Returns `true` if the database assigns the primary keys of new rows.
pub(super) fn is_numbered(key: &Column) -> bool {
    key.numbering != Numbering::No || key.default.is_some()
}
