//! Deleting rows with their cascades.

use std::collections::BTreeSet;

use sqlx::AssertSqlSafe;

use crate::{FieldInfo, ManyToManyInfo, ModelInfo, Models, OnDelete, Protected, WriteError};
use db::{DbError, Executor, Transaction, query, quoted};

/// The maximum number of primary keys in one statement.
const CHUNK: usize = 500;

/// A deletion of rows: the rows that it deletes, and those that prevent it. It can be previewed, or
/// [`run`](Deletion::run).
///
/// Rows that refer to a deleted one are deleted with it, lose the reference, or protect it, as their
/// foreign keys declare, recursively.
///
/// ```
/// use module_api::db::Transaction;
/// use module_api::model::{Deletion, Model, WriteError};
///
/// #[derive(Model)]
/// #[model(label = "lettings.letting", display = "{title}")]
/// struct Letting {
///     id: i64,
///     #[model(max_length = 256)]
///     title: String,
/// }
///
/// async fn delete(id: i64, on: &mut Transaction) -> Result<u64, WriteError> {
///     let deletion = Deletion::of(Letting::INFO, [id], on).await?;
///     Ok(deletion.run(on).await?.total())
/// }
/// ```
#[derive(Debug)]
pub struct Deletion {
    /// The rows to delete, referenced ones first.
    rows: Vec<(&'static ModelInfo, BTreeSet<i64>)>,
    freed: Vec<(&'static ModelInfo, &'static FieldInfo, BTreeSet<i64>)>,
    protected: Vec<(&'static ModelInfo, &'static FieldInfo, BTreeSet<i64>)>,
}

/// The numbers of deleted rows, by the labels of their models.
///
/// ```
/// use module_api::model::Model;
/// # #[derive(Model)]
/// # #[model(label = "lettings.letting", display = "{title}")]
/// # struct Letting { id: i64, #[model(max_length = 256, unique)] title: String, price: i32 }
/// # static LETTINGS: module_test::LocalModule = module_test::LocalModule {
/// #     models: &[Letting::INFO],
/// #     migrations: &[("0001_initial.sql", b"
/// #         CREATE TABLE lettings_letting (id integer PRIMARY KEY, title text UNIQUE, price integer);
/// #         INSERT INTO lettings_letting VALUES
/// #             (1, 'Sea view', 90), (2, 'Old mill', 120), (3, 'Sea house', 150);
/// #     ")],
/// #     ..module_test::LocalModule::named("lettings")
/// # };
/// # async fn example(db: &module_api::db::Db) -> Result<(), Box<dyn std::error::Error>> {
///
/// let mut transaction = db.begin().await?;
/// let dear = Letting::objects().filter(Letting::PRICE.gt(100));
/// let deleted = dear.delete(&mut transaction).await?;
/// assert_eq!(deleted.by_model, [("lettings.letting", 2)]);
/// assert_eq!(deleted.total(), 2);
/// transaction.commit().await?;
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deleted {
    /// The label of a model, or the table of a many-to-many field, and the number of its rows.
    pub by_model: Vec<(&'static str, u64)>,
}

impl Deleted {
    /// The total number of rows.
    pub fn total(&self) -> u64 {
        self.by_model.iter().map(|(_, rows)| rows).sum()
    }
}

impl Deletion {
    /// Collects the consequences of deleting the rows of a model with these primary keys.
    ///
    /// # Errors
    ///
    /// No active module has the model, or the database is out of reach.
    pub async fn of(
        model: &'static ModelInfo,
        ids: impl IntoIterator<Item = i64>,
        on: &mut Transaction,
    ) -> Result<Self, WriteError> {
        let models = Models::within(on);
        Self::among(&models, vec![(model, ids.into_iter().collect())], on).await
    }

    /// Computes the deletion of rows of several models together, which do not protect each other.
    /// `models` are those of the site, [`Models::of`] its database.
    ///
    /// # Errors
    ///
    /// Same as [`of`](Deletion::of).
    pub async fn among(
        models: &Models,
        chosen: Vec<(&'static ModelInfo, BTreeSet<i64>)>,
        on: impl Into<Executor<'_>>,
    ) -> Result<Self, WriteError> {
        let mut on = on.into();
        if let Some((unknown, _)) = chosen.iter().find(|(model, _)| !models.contains(model)) {
            return Err(WriteError::Unknown(unknown.label));
        }
        let mut deletion = Self { rows: Vec::new(), freed: Vec::new(), protected: Vec::new() };
        let mut waiting = chosen.clone();
        while let Some((model, ids)) = waiting.pop() {
            let new = deletion.add(model, ids);
            if new.is_empty() {
                continue;
            }
            for referrer in models.referrers(model) {
                let (table, column) = (referrer.model.table, referrer.field.column);
                let key = referrer.model.primary_key().column;
                let mut found = keys_by(table, key, column, &new, on.reborrow()).await?;
                if referrer.foreign_key.on_delete == OnDelete::Protect {
                    let of_model = chosen.iter().filter(|(model, _)| model.is(referrer.model));
                    for (_, ids) in of_model {
                        found.retain(|id| !ids.contains(id));
                    }
                }
                if found.is_empty() {
                    continue;
                }
                match referrer.foreign_key.on_delete {
                    OnDelete::Cascade => waiting.push((referrer.model, found)),
                    OnDelete::SetNull => {
                        deletion.freed.push((referrer.model, referrer.field, found));
                    }
                    OnDelete::Protect => {
                        deletion.protected.push((referrer.model, referrer.field, found));
                    }
                }
            }
        }
        // As in Django, a row protects even if it would be deleted through another relation.
        deletion.sort(&models.by_dependency());
        Ok(deletion)
    }

    /// Adds rows to delete, and returns those that were not among them.
    fn add(&mut self, model: &'static ModelInfo, ids: BTreeSet<i64>) -> BTreeSet<i64> {
        match self.rows.iter_mut().find(|(known, _)| known.is(model)) {
            Some((_, known)) => {
                let new: BTreeSet<i64> = ids.difference(known).copied().collect();
                known.extend(&new);
                new
            }
            None => {
                self.rows.push((model, ids.clone()));
                ids
            }
        }
    }

    /// Sorts the models, referenced ones first.
    fn sort(&mut self, order: &[&'static ModelInfo]) {
        self.rows.retain(|(_, ids)| !ids.is_empty());
        self.rows.sort_by_key(|(model, _)| order.iter().position(|other| other.is(model)));
    }

    /// The rows to delete: the primary keys of each model, referenced models first.
    pub fn rows(&self) -> impl Iterator<Item = (&'static ModelInfo, &BTreeSet<i64>)> {
        self.rows.iter().map(|(model, ids)| (*model, ids))
    }

    /// The rows whose foreign key becomes `NULL`.
    pub fn freed(
        &self,
    ) -> impl Iterator<Item = (&'static ModelInfo, &'static FieldInfo, &BTreeSet<i64>)> {
        self.freed.iter().map(|(model, field, ids)| (*model, *field, ids))
    }

    /// The rows that prevent the deletion, with their foreign key that protects.
    pub fn protected(
        &self,
    ) -> impl Iterator<Item = (&'static ModelInfo, &'static FieldInfo, &BTreeSet<i64>)> {
        self.protected.iter().map(|(model, field, ids)| (*model, *field, ids))
    }

    /// The rows in the tables of many-to-many fields that are deleted too, since they relate deleted
    /// rows: for each such field the model that has it, and the primary keys in its table.
    ///
    /// # Errors
    ///
    /// The database is out of reach.
    pub async fn relations(
        &self,
        models: &Models,
        on: impl Into<Executor<'_>>,
    ) -> Result<Vec<(&'static ModelInfo, &'static ManyToManyInfo, BTreeSet<i64>)>, DbError> {
        let mut on = on.into();
        let mut relations: Vec<(_, &'static ManyToManyInfo, BTreeSet<i64>)> = Vec::new();
        for (model, ids) in &self.rows {
            for (owner, field, column) in tables_between(models, model) {
                let found = keys_by(field.table, "id", column, ids, on.reborrow()).await?;
                if found.is_empty() {
                    continue;
                }
                // A row may relate two that are both deleted.
                match relations.iter_mut().find(|(_, known, _)| known.table == field.table) {
                    Some((_, _, known)) => known.extend(found),
                    None => relations.push((owner, field, found)),
                }
            }
        }
        Ok(relations)
    }

    /// Runs the deletion, and returns the numbers of deleted rows.
    ///
    /// # Errors
    ///
    /// Other rows protect the rows, in which case none is deleted, or the database refuses.
    pub async fn run(self, on: &mut Transaction) -> Result<Deleted, WriteError> {
        if !self.protected.is_empty() {
            let of =
                |(model, field, ids): &(&'static ModelInfo, &'static FieldInfo, BTreeSet<i64>)| {
                    (model.label, field.name, ids.iter().copied().collect())
                };
            return Err(Protected { by: self.protected.iter().map(of).collect() }.into());
        }
        for (model, field, ids) in &self.freed {
            let (table, column) = (quoted(model.table), quoted(field.column));
            let key = quoted(model.primary_key().column);
            for list in lists(ids) {
                let sql = format!("UPDATE {table} SET {column} = NULL WHERE {key} IN ({list})");
                query(AssertSqlSafe(sql)).execute(&mut *on).await?;
            }
        }
        let mut deleted = Deleted::default();
        let models = Models::within(on);
        for (model, ids) in self.rows.iter().rev() {
            for (_, field, column) in tables_between(&models, model) {
                let rows = delete_by(field.table, column, ids, on).await?;
                if rows > 0 {
                    deleted.by_model.push((field.table, rows));
                }
            }
            let rows = delete_by(model.table, model.primary_key().column, ids, on).await?;
            deleted.by_model.push((model.label, rows));
        }
        Ok(deleted)
    }
}

/// The tables of many-to-many fields that relate rows of a model to others: each with the model that
/// has the field, and the column that refers to this model.
fn tables_between(
    models: &Models,
    model: &'static ModelInfo,
) -> Vec<(&'static ModelInfo, &'static ManyToManyInfo, &'static str)> {
    let from_here = model.many_to_many.iter().map(|field| (model, field, field.source_column));
    let to_here = models.many_to_many_referrers(model).into_iter();
    from_here.chain(to_here.map(|(owner, field)| (owner, field, field.target_column))).collect()
}

/// The primary keys of the rows with one of these numbers in a column.
async fn keys_by(
    table: &str,
    key: &str,
    column: &str,
    numbers: &BTreeSet<i64>,
    mut on: Executor<'_>,
) -> Result<BTreeSet<i64>, DbError> {
    let (table, key, column) = (quoted(table), quoted(key), quoted(column));
    let mut found = BTreeSet::new();
    for list in lists(numbers) {
        let sql = format!("SELECT {key} FROM {table} WHERE {column} IN ({list})");
        let rows = query(AssertSqlSafe(sql)).fetch_all::<(i64,)>(on.reborrow()).await?;
        found.extend(rows.into_iter().map(|row| row.0));
    }
    Ok(found)
}

async fn delete_by(
    table: &str,
    column: &str,
    ids: &BTreeSet<i64>,
    on: &mut Transaction,
) -> Result<u64, DbError> {
    let (table, column) = (quoted(table), quoted(column));
    let mut rows = 0;
    for list in lists(ids) {
        let sql = format!("DELETE FROM {table} WHERE {column} IN ({list})");
        rows += query(AssertSqlSafe(sql)).execute(&mut *on).await?;
    }
    Ok(rows)
}

/// The numbers as SQL lists of limited length.
fn lists(ids: &BTreeSet<i64>) -> Vec<String> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.chunks(CHUNK).map(|chunk| chunk.join(", ")).collect()
}
