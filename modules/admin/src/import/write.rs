//! Writes a plan, in the transaction in which it was made.

use module_api::db::{DatabaseKind, DbError, Transaction, query, quoted};
use module_api::model::{
    ModelInfo, Record, WriteError, insert_values, save_changes, set_related_ids,
};
use module_api::sqlx::AssertSqlSafe;
use module_api::with_causes;

use super::plan::question;
use super::{Importable, Plan, Row, Step, lookups};
use crate::access::AdminContext;
use crate::log::{self, ChangeMessage};

/// The number of written objects.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) added: usize,
    pub(crate) changed: usize,
}

/// The reason why nothing was written.
pub(crate) enum Refusal {
    /// A conflict that the plan could not foresee, as a sentence for the user.
    Conflict(String),
    /// The database is out of reach.
    Database(DbError),
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        if error.is_unavailable() {
            return Self::Database(error);
        }
        if !error.is_conflict() {
            tracing::warn!("the database refused an import: {}", with_causes(&error));
        }
        let message = "The database refused one of the objects: someone else was saving at the \
                       same time, or the database has a constraint that no model describes.";
        Self::Conflict(message.to_owned())
    }
}

impl From<WriteError> for Refusal {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Database(error) => error.into(),
            other => Self::Conflict(other.to_string()),
        }
    }
}

/// Locks the table for writes of others until the transaction ends, so that a plan made in it stays
/// valid. On SQLite no other transaction writes anyway.
pub(crate) async fn lock(model: &ModelInfo, on: &mut Transaction) -> Result<(), DbError> {
    if on.kind() == DatabaseKind::Postgres {
        // Concurrent writers of a row are waited for now, not later in a deadlock.
        let sql = format!("LOCK TABLE {} IN EXCLUSIVE MODE", quoted(model.table));
        query(AssertSqlSafe(sql)).execute(on).await?;
    }
    Ok(())
}

/// Writes a valid plan, with its log entries.
pub(crate) async fn write(
    cx: &AdminContext<'_>,
    importable: &Importable<'_>,
    plan: &Plan,
    on: &mut Transaction,
) -> Result<Counts, Refusal> {
    let model = importable.model();
    // A primary key that the database assigns must not be one that is given further down in the
    // file.
    let is_later = |row: &&Row| row.step == Step::Add && row.id.is_none();
    let (later, first): (Vec<&Row>, Vec<&Row>) = plan.rows.iter().partition(is_later);
    let mut written: Vec<(i64, &Row)> = Vec::new();
    let mut counts = Counts::default();
    for row in first.into_iter().chain(later) {
        let id = match row.step {
            Step::Keep | Step::Refuse => continue,
            Step::Add => {
                counts.added += 1;
                insert_values(model, row.values.clone(), on).await?
            }
            Step::Change => {
                // Earlier writes may have changed the answer.
                if let Some(question) = question(cx, importable, row, on).await? {
                    return Err(Refusal::Conflict(question));
                }
                counts.changed += 1;
                let before = row.before.as_ref().map_or(&[][..], Record::values);
                save_changes(model, before, row.values.clone(), on).await?;
                row.id.unwrap_or_default()
            }
        };
        for (place, ids) in &row.many {
            set_related_ids(&model.many_to_many[*place], id, ids, on).await?;
        }
        written.push((id, row));
    }
    enter(cx, model, &written, on).await?;
    Ok(counts)
}

/// Writes the log entries.
async fn enter(
    cx: &AdminContext<'_>,
    model: &'static ModelInfo,
    written: &[(i64, &Row)],
    on: &mut Transaction,
) -> Result<(), DbError> {
    let now = lookups::existing(cx, model, written.iter().map(|(id, _)| *id), on).await?;
    for (id, row) in written {
        let object = (*id, now.get(id).map_or("", |existing| &existing.text));
        if row.step == Step::Add {
            log::added(&cx.user, model, object, &ChangeMessage::added(), on).await?;
        } else {
            let labels = row.changes.iter().map(|change| change.label.as_str());
            log::changed(&cx.user, model, object, &ChangeMessage::changed(labels), on).await?;
        }
    }
    Ok(())
}
