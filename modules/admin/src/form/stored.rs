//! Stored versions of all objects in a form.

use module_api::admin::{InlineRelation, ModelAdmin};
use module_api::db::{DatabaseKind, Db, DbError, Executor, Transaction, Value, quoted};
use module_api::model::{
    Display, Filter, ManyToManyInfo, ModelInfo, Path, Record, Records, related_ids,
};
use module_api::sqlx::AssertSqlSafe;
use sha2::{Digest, Sha256};

use super::plan::{Content, MAX_ROWS, Plan, PlannedField};
use crate::access::AdminContext;
use crate::labels::Label;

/// An object with its label.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) record: Record,
    /// The label, for the log.
    pub(crate) text: String,
    /// The label for the user: the primary key in place of parts that they may not view.
    pub(crate) label: String,
    /// The labels of the objects that its foreign keys refer to, by the names of these.
    links: Vec<(&'static str, Option<String>)>,
}

impl Loaded {
    /// The primary key.
    pub(crate) fn id(&self) -> i64 {
        self.record.id()
    }

    /// The label of the object that a foreign key references; `None` if the user may not view it.
    pub(crate) fn link(&self, name: &str) -> Option<&str> {
        self.links.iter().find(|(known, _)| *known == name)?.1.as_deref()
    }
}

/// A query for objects with their labels.
pub(crate) struct Loading<'a, 'r> {
    cx: &'a AdminContext<'r>,
    records: Records,
    display: Display,
    label: Label<'r>,
    links: Vec<(&'static str, Label<'r>)>,
}

impl<'a, 'r> Loading<'a, 'r> {
    /// Creates a query over a model.
    pub(crate) fn of(cx: &'a AdminContext<'r>, model: &'static ModelInfo) -> Self {
        let mut records = Records::of(model);
        let (display, label) = (records.display(), Label::of(cx, &mut records));
        let mut link = |field| Label::at_end_of(cx, &Path::of(field), &mut records);
        let links = model.foreign_keys().map(|(field, _)| (field.name, link(field))).collect();
        Self { cx, records, display, label, links }
    }

    /// Adds a condition.
    pub(crate) fn filter(mut self, filter: Filter) -> Self {
        self.records = self.records.filter(filter);
        self
    }

    /// Fetches the objects, up to a maximum number.
    pub(crate) async fn fetch(
        self,
        at_most: u32,
        on: impl Into<Executor<'_>>,
    ) -> Result<Vec<Loaded>, DbError> {
        let records = self.records.limit(at_most).fetch(on).await?;
        let loaded = |record: Record| Loaded {
            text: self.display.text(&record),
            label: self.label.link(self.cx, &record),
            links: self
                .links
                .iter()
                .map(|(name, link)| (*name, link.text(self.cx, &record)))
                .collect(),
            record,
        };
        Ok(records.into_iter().map(loaded).collect())
    }
}

/// The object with that primary key, if there is one.
pub(crate) async fn object(
    cx: &AdminContext<'_>,
    model: &'static ModelInfo,
    id: i64,
    on: impl Into<Executor<'_>>,
) -> Result<Option<Loaded>, DbError> {
    let filter = Filter::key_is_in(model, [id]);
    Ok(Loading::of(cx, model).filter(filter).fetch(1, on).await?.pop())
}

/// Returns the label of an object that has just been written.
pub(crate) async fn text_of(
    written: &Record,
    on: impl Into<Executor<'_>>,
) -> Result<String, DbError> {
    if let Some(text) = written.text() {
        return Ok(text);
    }
    let (model, id) = (written.model(), written.id());
    let mut records = Records::of(model).filter(Filter::key_is_in(model, [id]));
    let display = records.display();
    let stored = records.first(on).await?;
    Ok(stored.map_or_else(String::new, |stored| display.text(&stored)))
}

/// The objects with a foreign key to the form's object.
#[derive(Debug, Default)]
pub(crate) struct StoredRows {
    pub(crate) rows: Vec<Loaded>,
    /// `true` if there are more than a form shows.
    pub(crate) more: bool,
}

/// The stored values of all objects in a form.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) main: Loaded,
    /// The related rows of each many-to-many field in the form.
    pub(crate) many: Vec<(&'static str, Vec<i64>)>,
    /// In the order of the plan.
    pub(crate) targets: Vec<Option<Loaded>>,
    /// In the order of the plan.
    pub(crate) rows: Vec<StoredRows>,
}

impl Stored {
    /// Loads the other objects and relations in a form.
    pub(crate) async fn load(
        cx: &AdminContext<'_>,
        main: Loaded,
        plan: &Plan<'_>,
        on: impl Into<Executor<'_>>,
    ) -> Result<Self, DbError> {
        let mut on = on.into();
        let mut stored = Self { main, many: Vec::new(), targets: Vec::new(), rows: Vec::new() };
        let id = stored.main.id();
        for field in many_fields(&plan.fields) {
            stored.many.push((field.name, related_ids(field, id, on.reborrow()).await?));
        }
        for target in &plan.targets {
            let key = stored.main.record.get(target.foreign_key.name).as_int();
            stored.targets.push(match key {
                Some(key) => object(cx, target.model, key, on.reborrow()).await?,
                None => None,
            });
        }
        for rows in &plan.rows {
            if !rows.may_see {
                stored.rows.push(StoredRows::default());
                continue;
            }
            let of_main = Filter::is(Path::of(rows.foreign_key), Value::from(id));
            let loading = Loading::of(cx, rows.model).filter(of_main);
            let mut loaded = loading.fetch(MAX_ROWS + 1, on.reborrow()).await?;
            let most = usize::try_from(MAX_ROWS).unwrap_or(usize::MAX);
            let more = loaded.len() > most;
            loaded.truncate(most);
            stored.rows.push(StoredRows { rows: loaded, more });
        }
        Ok(stored)
    }

    /// The fingerprint of all stored values that the form could overwrite.
    pub(crate) fn fingerprint(&self, plan: &Plan<'_>) -> String {
        let mut digest = Sha256::new();
        digest_object(&mut digest, &self.main.record, &plan.fields);
        for field in plan.fields.iter().filter(|field| field.editable) {
            let name = field.content.name();
            if let Some((_, ids)) = self.many.iter().find(|(known, _)| *known == name) {
                digest.update(format!("{name} {ids:?}\n"));
            }
        }
        for (target, planned) in self.targets.iter().zip(&plan.targets) {
            digest.update("target\n");
            if let Some(target) = target {
                digest_object(&mut digest, &target.record, &planned.fields);
            }
        }
        for (rows, planned) in self.rows.iter().zip(&plan.rows) {
            digest.update("rows\n");
            for row in &rows.rows {
                digest_object(&mut digest, &row.record, &planned.fields);
            }
        }
        hex::encode(&digest.finalize()[..16])
    }
}

/// The many-to-many fields among these.
pub(crate) fn many_fields(
    fields: &[PlannedField],
) -> impl Iterator<Item = &'static ManyToManyInfo> {
    fields.iter().filter_map(|field| match field.content {
        Content::Many(many) => Some(many),
        _ => None,
    })
}

fn digest_object(digest: &mut Sha256, record: &Record, fields: &[PlannedField]) {
    digest.update(format!("{} {}\n", record.model().label, record.id()));
    for field in fields.iter().filter(|field| field.editable) {
        if let Content::Column(field) = field.content {
            digest.update(format!("{} {:?}\n", field.name, record.get(field.name)));
        }
    }
}

/// Begins a transaction in which no other one changes the objects of a form. On SQLite no other one
/// writes anyway. A row is locked before those that refer to it, in whichever form, so that no two
/// forms deadlock.
pub(crate) async fn begin(
    db: &Db,
    admin: &ModelAdmin,
    id: Option<i64>,
) -> Result<Transaction, DbError> {
    match id {
        Some(id) if db.kind() == DatabaseKind::Postgres => {
            db.begin_with(AssertSqlSafe(locks(admin, id))).await
        }
        _ => db.begin().await,
    }
}

/// The statements that lock the objects of a form.
fn locks(admin: &ModelAdmin, id: i64) -> String {
    let model = admin.model;
    let (table, key) = (quoted(model.table), quoted(model.primary_key().column));
    let (mut targets, mut rows) = (Vec::new(), Vec::new());
    for inline in &admin.inlines {
        match inline.relation {
            InlineRelation::Target { foreign_key } => {
                let Some(field) = model.field(foreign_key) else { continue };
                let its_key = quoted(inline.model.primary_key().column);
                let column = quoted(field.column);
                let which =
                    format!("{its_key} = (SELECT {column} FROM {table} WHERE {key} = {id})");
                targets.push(locking(inline.model, &which));
            }
            InlineRelation::Rows { foreign_key, .. } => {
                let Some(field) = inline.model.field(foreign_key) else { continue };
                rows.push(locking(inline.model, &format!("{} = {id}", quoted(field.column))));
            }
        }
    }
    let main = locking(model, &format!("{key} = {id}"));
    targets.into_iter().chain([main]).chain(rows).collect()
}

/// A statement that locks the rows of a model that meet a condition.
fn locking(model: &ModelInfo, condition: &str) -> String {
    let (table, key) = (quoted(model.table), quoted(model.primary_key().column));
    format!("SELECT {key} FROM {table} WHERE {condition} ORDER BY {key} FOR UPDATE;\n")
}
