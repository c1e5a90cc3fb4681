//! The common base of typed and untyped queries: the rows of a table, their order, and the fetched
//! columns.

mod candidates;
mod expression;
mod moment_part;
mod statement;

use std::borrow::Cow;

use db::{DatabaseKind, DbError, Executor, Query, Value};

pub use candidates::Candidates;
pub(crate) use expression::{Expression, FieldPath, Part, escape_like};
pub use moment_part::MomentPart;
pub(crate) use statement::Statement;

use crate::{FieldInfo, ModelInfo, Ordering};

/// Rows of a model's table.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) model: &'static ModelInfo,
    /// The conditions, all of which have to hold.
    pub(crate) conditions: Vec<Expression>,
    /// The candidates that restrict the rows.
    pub(crate) candidates: Option<Candidates>,
    /// Columns, each with `true` for descending order; if empty, the order is the model's.
    pub(crate) order: Vec<(FieldPath, bool)>,
    pub(crate) limit: Option<u32>,
    pub(crate) offset: u64,
    /// Set if the rows are locked as they are read.
    pub(crate) locked: bool,
}

/// A part of the fetched columns.
#[derive(Debug, Clone)]
pub(crate) enum Fetched {
    /// All columns of the table at the end of these foreign keys; if there are none, of the query's
    /// own table.
    Table {
        keys: FieldPath,
        /// The columns as in a query where the table is `t0`, `t1`…, as far as they were written in
        /// advance.
        written: &'static [&'static str],
    },
    /// One column.
    Column(FieldPath),
}

impl Rows {
    /// All rows of a model.
    pub(crate) fn of(model: &'static ModelInfo) -> Self {
        Self {
            model,
            conditions: Vec::new(),
            candidates: None,
            order: Vec::new(),
            limit: None,
            offset: 0,
            locked: false,
        }
    }

    /// The query for the rows.
    ///
    /// A limit or offset is applied before any join; skipped rows are read from the index only.
    pub(crate) fn fetch(&self, fetched: &[Fetched], kind: DatabaseKind) -> Query {
        let is_single = self.is_single() && self.offset == 0;
        let order = if is_single { Vec::new() } else { self.full_order() };
        let mut statement = Statement::new(kind);
        for (index, part) in fetched.iter().enumerate() {
            statement.push(if index > 0 { ", " } else { "SELECT " });
            self.push_fetched(part, &mut statement);
        }
        let has_related = statement.has_joins();
        for (path, _) in &order {
            statement.join_for(path);
        }
        if !self.is_part() || is_single || (!has_related && self.offset == 0) {
            self.push_source(&mut statement);
            self.push_source_order(&order, &mut statement);
            self.push_window(&mut statement);
            self.push_lock(&mut statement);
            return statement.into_query();
        }
        if self.offset == 0 {
            statement.push(" FROM (SELECT t0.*");
            statement.within(|inner| self.push_chosen(&order, inner));
            statement.push(") t0");
        } else {
            let key = self.model.primary_key().column;
            statement.push(" FROM (SELECT t0.");
            statement.push_name(key);
            statement.within(|inner| self.push_chosen(&order, inner));
            statement.push(") chosen JOIN ");
            statement.push_name(self.model.table);
            statement.push(" t0 ON t0.");
            statement.push_name(key);
            statement.push(" = chosen.");
            statement.push_name(key);
        }
        statement.push_joins();
        push_order(&order, &mut statement);
        self.push_lock(&mut statement);
        statement.into_query()
    }

    /// The query for the primary keys alone, in the order of the rows.
    pub(crate) fn keys(&self, kind: DatabaseKind) -> Query {
        let mut statement = Statement::new(kind);
        self.push_ordered_keys(&self.full_order(), &mut statement);
        statement.into_query()
    }

    /// The number of rows, regardless of limit and offset.
    pub(crate) async fn count(&self, on: Executor<'_>) -> Result<i64, DbError> {
        let mut statement = Statement::new(on.kind());
        statement.push("SELECT COUNT(*)");
        self.push_source(&mut statement);
        let (count,) = statement.into_query().fetch_one(on).await?;
        Ok(count)
    }

    /// The number of rows within the limit and after the offset.
    pub(crate) async fn count_part(&self, on: Executor<'_>) -> Result<i64, DbError> {
        if !self.is_part() {
            return self.count(on).await;
        }
        let mut statement = Statement::new(on.kind());
        statement.push("SELECT COUNT(*) FROM (SELECT 1");
        self.push_source(&mut statement);
        self.push_window(&mut statement);
        statement.push(") counted");
        let (count,) = statement.into_query().fetch_one(on).await?;
        Ok(count)
    }

    /// A query that returns a row without columns if any row matches.
    pub(crate) fn exists(mut self, kind: DatabaseKind) -> Query {
        self.limit = Some(1);
        let mut statement = Statement::new(kind);
        statement.push("SELECT 1");
        self.push_source(&mut statement);
        self.push_window(&mut statement);
        statement.into_query()
    }

    /// The statement that sets columns of all rows.
    ///
    /// # Panics
    ///
    /// There is nothing to assign.
    pub(crate) fn update(
        &self,
        assignments: Vec<(&'static FieldInfo, Value)>,
        kind: DatabaseKind,
    ) -> Query {
        self.update_statement(assignments, kind).into_query()
    }

    /// The statement of [`update`](Self::update), which also returns the primary keys of the rows.
    pub(crate) fn update_returning_keys(
        &self,
        assignments: Vec<(&'static FieldInfo, Value)>,
        kind: DatabaseKind,
    ) -> Query {
        let mut statement = self.update_statement(assignments, kind);
        statement.push(" RETURNING ");
        statement.push_name(self.model.primary_key().column);
        statement.into_query()
    }

    fn update_statement(
        &self,
        assignments: Vec<(&'static FieldInfo, Value)>,
        kind: DatabaseKind,
    ) -> Statement {
        assert!(!assignments.is_empty(), "an update assigns something");
        let mut statement = Statement::new(kind);
        statement.push("UPDATE ");
        statement.push_name(self.model.table);
        statement.push(" AS t0");
        for (index, (field, value)) in assignments.into_iter().enumerate() {
            statement.push(if index > 0 { ", " } else { " SET " });
            statement.push_name(field.column);
            statement.push(" = ");
            statement.push_parameter(value);
        }
        for condition in &self.conditions {
            statement.join_for_condition(condition);
        }
        if statement.has_joins() || self.is_part() || self.candidates.is_some() {
            statement.push(" WHERE t0.");
            statement.push_name(self.model.primary_key().column);
            statement.push(" IN (");
            statement.within(|inner| self.push_keys(inner));
            statement.push(")");
        } else {
            self.push_conditions(&mut statement);
        }
        statement
    }

    /// The requested order, or else the model's, with the primary key appended.
    pub(crate) fn full_order(&self) -> Vec<(FieldPath, bool)> {
        let mut order = self.order.clone();
        if order.is_empty() {
            let part =
                |part: &Ordering| Some((path_of(self.model.field(part.field)?), part.descending));
            order.extend(self.model.ordering.iter().filter_map(part));
        }
        let is_complete = |(path, _): &(FieldPath, bool)| match &path[..] {
            [field] => field.unique && !field.null,
            _ => false,
        };
        if !order.iter().any(is_complete) {
            order.push((path_of(self.model.primary_key()), false));
        }
        order
    }

    /// Writes `FROM` and `WHERE`, with the joins that were requested before.
    pub(crate) fn push_source(&self, statement: &mut Statement) {
        for condition in &self.conditions {
            statement.join_for_condition(condition);
        }
        statement.push(" FROM ");
        let key = self.model.primary_key().column;
        match (&self.candidates, statement.kind()) {
            (None, _) => {
                statement.push_name(self.model.table);
                statement.push(" t0");
            }
            // The full-text index comes first: it returns row after row, in their order.
            (Some(candidates), DatabaseKind::Sqlite) => {
                candidates.push_table(statement);
                statement.push(" CROSS JOIN ");
                statement.push_name(self.model.table);
                statement.push(" t0 ON t0.");
                statement.push_name(key);
                statement.push(" = c.rowid");
            }
            (Some(candidates), DatabaseKind::Postgres) => {
                statement.push_name(self.model.table);
                statement.push(" t0 JOIN ");
                candidates.push_table(statement);
                statement.push(" ON c.object_id = t0.");
                statement.push_name(key);
            }
        }
        statement.push_joins();
        self.push_conditions(statement);
    }

    /// Writes the order after [`push_source`](Self::push_source). That of the primary key is the order
    /// of the rows in SQLite's index.
    fn push_source_order(&self, order: &[(FieldPath, bool)], statement: &mut Statement) {
        if let ([(path, descending)], Some(_), DatabaseKind::Sqlite) =
            (order, &self.candidates, statement.kind())
            && path.len() == 1
            && path[0].column == self.model.primary_key().column
        {
            statement.push(" ORDER BY c.rowid");
            return statement.push(if *descending { " DESC" } else { "" });
        }
        push_order(order, statement);
    }

    fn push_fetched(&self, part: &Fetched, statement: &mut Statement) {
        match part {
            Fetched::Column(path) => statement.push_column(path),
            Fetched::Table { keys, written } => {
                let target = keys.last().map(|key| {
                    let key = key.foreign_key().expect("only foreign keys are fetched along");
                    (key.target)()
                });
                let alias = statement.join(keys);
                statement.push_columns(target.unwrap_or(self.model), written, alias);
            }
        }
    }

    fn push_conditions(&self, statement: &mut Statement) {
        let mut before = " WHERE ";
        if let Some(candidates) = self.candidates.as_ref().filter(|it| it.has_condition()) {
            statement.push(before);
            candidates.push_condition(statement);
            before = " AND ";
        }
        for condition in &self.conditions {
            statement.push(before);
            statement.push_condition(condition);
            before = " AND ";
        }
    }

    /// Writes a query for the primary keys alone, of the rows within the limit and after the offset.
    pub(crate) fn push_keys(&self, statement: &mut Statement) {
        let order = if self.is_part() { self.full_order() } else { Vec::new() };
        self.push_ordered_keys(&order, statement);
    }

    /// Writes `FROM` and `WHERE` for the rows within the limit and after the offset, with the joins
    /// that were requested before.
    pub(crate) fn push_part(&self, statement: &mut Statement) {
        if !self.is_part() {
            self.push_source(statement);
            return statement.push(if self.has_conditions() { "" } else { " WHERE TRUE" });
        }
        let key = self.model.primary_key().column;
        statement.push(" FROM ");
        statement.push_name(self.model.table);
        statement.push(" t0");
        statement.push_joins();
        statement.push(" WHERE t0.");
        statement.push_name(key);
        statement.push(" IN (");
        statement.within(|inner| self.push_keys(inner));
        statement.push(")");
    }

    fn push_ordered_keys(&self, order: &[(FieldPath, bool)], statement: &mut Statement) {
        statement.push("SELECT t0.");
        statement.push_name(self.model.primary_key().column);
        self.push_chosen(order, statement);
    }

    fn has_conditions(&self) -> bool {
        let has_condition = self.candidates.as_ref().is_some_and(Candidates::has_condition);
        !self.conditions.is_empty() || has_condition
    }

    /// Writes the clauses after the columns: rows, order, limit and offset.
    fn push_chosen(&self, order: &[(FieldPath, bool)], statement: &mut Statement) {
        for (path, _) in order {
            statement.join_for(path);
        }
        self.push_source(statement);
        self.push_source_order(order, statement);
        self.push_window(statement);
    }

    /// Returns `true` if a limit or offset selects a part of the rows.
    pub(crate) fn is_part(&self) -> bool {
        self.limit.is_some() || self.offset > 0
    }

    /// Returns `true` if at most one row can match: the conditions compare a unique column of the
    /// row itself, or of a row that belongs to it alone, with a value.
    fn is_single(&self) -> bool {
        let is_unique = |condition: &Expression| match condition {
            Expression::Compare { path, operator: "=", .. } => {
                path.iter().all(|field| field.unique)
            }
            _ => false,
        };
        self.conditions.iter().any(is_unique)
    }

    /// Writes the clause for row locks. SQLite has none and needs none: a transaction there is the
    /// only writer.
    fn push_lock(&self, statement: &mut Statement) {
        if self.locked && statement.kind() == DatabaseKind::Postgres {
            // Rows that refer to them can still be inserted meanwhile.
            statement.push(" FOR NO KEY UPDATE OF t0");
        }
    }

    /// Writes `LIMIT` and `OFFSET` literally: for parameters PostgreSQL would estimate the limit as a
    /// tenth of the table, and join whole tables.
    fn push_window(&self, statement: &mut Statement) {
        if let Some(limit) = self.limit {
            statement.push(" LIMIT ");
            statement.push_number(limit.into());
        } else if self.offset > 0 && statement.kind() == DatabaseKind::Sqlite {
            // SQLite has no offset without a limit.
            statement.push(" LIMIT -1");
        }
        if self.offset > 0 {
            statement.push(" OFFSET ");
            statement.push_number(self.offset);
        }
    }
}

fn push_order(order: &[(FieldPath, bool)], statement: &mut Statement) {
    for (index, (path, descending)) in order.iter().enumerate() {
        statement.push(if index > 0 { ", " } else { " ORDER BY " });
        statement.push_column(path);
        statement.push(if *descending { " DESC" } else { "" });
    }
}

/// The path to a model's own field.
pub(crate) fn path_of(field: &'static FieldInfo) -> FieldPath {
    Cow::Owned(vec![field])
}

#[cfg(test)]
mod tests;
