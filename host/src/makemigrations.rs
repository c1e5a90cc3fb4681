//! Writes the migrations that the models ask for: what the migrations build is compared with what
//! the models describe, and the difference written as SQL for both databases.

mod diff;
mod sql;
mod state;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use module_api::db::{DatabaseKind, DbError, Value, datetime_text};
use module_api::model::{DefaultValue, FieldInfo, FieldKind, ModelInfo};

use crate::schema::{Schema, Scratch, ScratchError};
use crate::{Plan, PlannedModule};

use diff::Changes;
use sql::{Filling, Fillings, Needed};
use state::State;

/// What is asked for.
#[derive(Debug, Default)]
pub struct Request {
    /// The modules; none means all active ones.
    pub modules: Vec<String>,
    /// The name of the new migration, without its number.
    pub name: Option<String>,
    /// What rows that are there get in columns that need a value: `lettings.letting.note` and the
    /// value as text.
    pub fillings: Vec<(String, String)>,
    /// Whether values, columns and tables may be lost.
    pub may_lose_data: bool,
}

/// A migration that is to be written.
#[derive(Debug)]
pub struct Proposal {
    /// The module that it belongs to.
    pub module: &'static str,
    /// Its name: `0002_letting_note`.
    pub name: String,
    /// Its files and what stands in them.
    pub files: Vec<(String, String)>,
    /// What it does, a line each.
    pub summary: Vec<String>,
    /// Why there is no way down, if there is none.
    pub no_way_down: Option<String>,
}

/// Why migrations cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MakeMigrationsError {
    /// There is no such module, or it is not active.
    #[error("there is no active module `{0}`{1}")]
    NoModule(String, String),
    /// The name is not one that a file can have.
    #[error("`{0}` is no name of a migration: lower-case letters, digits and `_`")]
    Name(String),
    /// A value was given for a field that there is not, or that does not take it.
    #[error("--default {0}: {1}")]
    Default(String, String),
    /// Rows that are there would have no value in a column that needs one.
    #[error("{}", .0.iter().map(|need| need.why.as_str()).collect::<Vec<_>>().join("; "))]
    NeedsValue(Vec<NeedsValue>),
    /// Something would be lost.
    #[error(
        "this loses data: {}; if that is meant, say --allow-data-loss, and if something was \
         renamed, write the migration by hand (ALTER TABLE … RENAME)", .0.join("; ")
    )]
    LosesData(Vec<String>),
    /// A model's table is made by a migration of another module.
    #[error("the table `{table}` of `{model}` is made by the migrations of `{owner}`")]
    ForeignTable {
        /// The table.
        table: String,
        /// The model's label.
        model: &'static str,
        /// The module whose migration makes it.
        owner: String,
    },
    /// The migrations that there are cannot be run.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// The database in memory.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// A field for which rows that are there have no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsValue {
    /// The field: `lettings.letting.note`.
    pub field: String,
    /// Why it needs a value, and how to give it.
    pub why: String,
}

/// What the migrations build, and which of them made each table.
struct Built {
    schema: Schema,
    triggers: BTreeMap<String, Vec<String>>,
    makers: BTreeMap<String, (&'static str, String)>,
    /// The tables that migrations say no model describes.
    unmanaged: BTreeSet<String>,
}

/// The migrations that are missing.
///
/// # Errors
///
/// See [`MakeMigrationsError`].
pub async fn propose(plan: &Plan, request: &Request) -> Result<Vec<Proposal>, MakeMigrationsError> {
    check_request(plan, request)?;
    let built = build(plan).await?;
    let mut proposals = Vec::new();
    let mut needed = Vec::new();
    let mut lost = Vec::new();
    for module in plan.active().filter(|module| is_asked_for(module, request)) {
        let models = module.registration.module.models();
        // The tables of a module without models are its own affair.
        if models.is_empty() {
            continue;
        }
        let (from, to) = states(module.name(), &models, &built)?;
        let changes = Changes::between(&from, &to);
        if changes.is_empty() {
            continue;
        }
        let fillings = fillings(&models, &request.fillings)?;
        needed.extend(sql::needed(&changes, &fillings).iter().map(|n| words::need(n, &models)));
        if !request.may_lose_data {
            lost.extend(words::losses(&changes));
        }
        proposals.push(proposal(plan, module, request, &built, &from, &to, &fillings));
    }
    if !needed.is_empty() {
        return Err(MakeMigrationsError::NeedsValue(needed));
    }
    if !lost.is_empty() {
        return Err(MakeMigrationsError::LosesData(lost));
    }
    Ok(proposals)
}

fn is_asked_for(module: &PlannedModule, request: &Request) -> bool {
    request.modules.is_empty() || request.modules.iter().any(|name| name == module.name())
}

fn check_request(plan: &Plan, request: &Request) -> Result<(), MakeMigrationsError> {
    for name in &request.modules {
        if !plan.active().any(|module| module.name() == name) {
            let names = plan.active().map(PlannedModule::name);
            let hint = crate::nearest::nearest(name, names)
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(MakeMigrationsError::NoModule(name.clone(), hint));
        }
    }
    let is_good = |name: &String| {
        let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        !name.is_empty() && name.len() <= 60 && name.bytes().all(good)
    };
    match &request.name {
        Some(name) if !is_good(name) => Err(MakeMigrationsError::Name(name.clone())),
        _ => Ok(()),
    }
}

/// Runs all migrations on an empty database.
async fn build(plan: &Plan) -> Result<Built, MakeMigrationsError> {
    let mut scratch = Scratch::new().await?;
    let mut makers = BTreeMap::new();
    let mut unmanaged = BTreeSet::new();
    for planned in plan.migrations.all() {
        let (module, migration) = (planned.module, &planned.migration);
        let sql = migration.sql(DatabaseKind::Sqlite);
        scratch.mark().await?;
        scratch.run(module, &migration.name, sql).await?;
        for table in scratch.made().await?.tables {
            makers.insert(table.name, (module, migration.name.clone()));
        }
        let declared = sql.lines().filter_map(|line| line.trim().strip_prefix("-- unmanaged:"));
        unmanaged.extend(declared.flat_map(str::split_whitespace).map(str::to_owned));
    }
    let (schema, triggers) = (scratch.schema().await?, scratch.triggers().await?);
    Ok(Built { schema, triggers, makers, unmanaged })
}

/// The tables of a module as its migrations build them, and as its models describe them.
fn states(
    module: &str,
    models: &[&'static ModelInfo],
    built: &Built,
) -> Result<(State, State), MakeMigrationsError> {
    let mut to = state::of_models(models);
    let mut from = State::new();
    for (name, table) in &built.schema.tables {
        let Some((owner, _)) = built.makers.get(name) else { continue };
        if *owner == module && (to.contains_key(name) || !built.unmanaged.contains(name)) {
            let triggers = built.triggers.get(name).map_or(&[][..], Vec::as_slice);
            from.insert(name.clone(), state::of_table(table, triggers));
        } else if let Some(model) = models.iter().find(|model| model.table == name) {
            let (table, owner) = (name.clone(), (*owner).to_owned());
            return Err(MakeMigrationsError::ForeignTable { table, model: model.label, owner });
        }
    }
    for table in to.values_mut() {
        if let Some(present) = from.get(&table.name) {
            table.besides = present.besides.clone();
        }
    }
    Ok((from, to))
}

/// What rows that are there get: the fields' defaults, and what was said on the command line.
fn fillings(
    models: &[&'static ModelInfo],
    given: &[(String, String)],
) -> Result<Fillings, MakeMigrationsError> {
    let mut fillings = Fillings::new();
    for model in models {
        for field in model.fields {
            let default = match field.default {
                Some(DefaultValue::Bool(value)) => Filling::Bool(value),
                Some(DefaultValue::Int(value)) => Filling::Int(value),
                Some(DefaultValue::Text(value)) => Filling::Text(value.to_owned()),
                Some(DefaultValue::Now) => Filling::Now,
                None if field.is_text() && field.blank => Filling::Text(String::new()),
                None => continue,
            };
            if !field.null {
                fillings.insert((model.table.to_owned(), field.column.to_owned()), default);
            }
        }
    }
    for (path, text) in given {
        let wrong = |why: String| MakeMigrationsError::Default(path.clone(), why);
        let found = path.rsplit_once('.').and_then(|(label, field)| {
            let model = models.iter().find(|model| model.label.eq_ignore_ascii_case(label))?;
            Some((model, model.field(field)?))
        });
        // It may be one of another module's.
        let Some((model, field)) = found else { continue };
        let filling = parse_filling(field, text).map_err(wrong)?;
        fillings.insert((model.table.to_owned(), field.column.to_owned()), filling);
    }
    Ok(fillings)
}

fn parse_filling(field: &FieldInfo, text: &str) -> Result<Filling, String> {
    if matches!(field.kind, FieldKind::DateTime) && text == "now" {
        return Ok(Filling::Now);
    }
    let value = field.parse(text)?;
    let problems = field.validate(&value);
    if !problems.is_empty() {
        return Err(problems.join(" "));
    }
    Ok(match value {
        Value::Bool(Some(value)) => Filling::Bool(value),
        Value::Int(Some(value)) => Filling::Int(value),
        Value::Text(Some(value)) => Filling::Text(value),
        Value::DateTime(Some(value)) => Filling::Text(datetime_text(value)),
        _ => return Err("a value is needed".to_owned()),
    })
}

fn proposal(
    plan: &Plan,
    module: &PlannedModule,
    request: &Request,
    built: &Built,
    from: &State,
    to: &State,
    fillings: &Fillings,
) -> Proposal {
    let changes = Changes::between(from, to);
    let present: Vec<&str> = plan
        .migrations
        .all()
        .iter()
        .filter(|planned| planned.module == module.name())
        .map(|planned| planned.migration.name.as_str())
        .collect();
    let last = present.iter().filter_map(|name| name.get(..4)?.parse::<u32>().ok()).max();
    let number = last.unwrap_or(0) + 1;
    let models = module.registration.module.models();
    let words = request.name.clone().unwrap_or_else(|| match last {
        None => "initial".to_owned(),
        Some(_) => words::name(&changes, &models),
    });
    let name = format!("{number:04}_{words}");

    let summary = words::summary(&changes, &models);
    let mut head = String::new();
    for depends in depends(module, &changes, built, last.is_none()) {
        head.push_str(&format!("-- depends: {depends}\n"));
    }
    for line in &summary {
        head.push_str(&format!("-- {line}\n"));
    }
    head.push('\n');
    let mut files = Vec::new();
    let script = |database| format!("{head}{}", sql::script(&changes, fillings, database));
    add_files(&name, "", script, &mut files);

    let back = Changes::between(to, from);
    let unknown: Vec<Needed> = sql::needed(&back, &Fillings::new());
    let no_way_down = words::no_way_down(&unknown);
    if no_way_down.is_none() {
        let script = |database| sql::script(&back, &Fillings::new(), database);
        add_files(&name, ".down", script, &mut files);
    }
    Proposal { module: module.name(), name, files, summary, no_way_down }
}

/// The migrations of other modules that make tables to which new foreign keys lead. That the first
/// ones of required modules come before, goes without saying.
fn depends(
    module: &PlannedModule,
    changes: &Changes,
    built: &Built,
    is_first: bool,
) -> BTreeSet<String> {
    let requires = module.registration.module.requires();
    let makers = changes.references().into_iter().filter_map(|table| built.makers.get(table));
    let others = makers.filter(|(maker, name)| {
        let is_first_of_required = requires.contains(maker) && name.starts_with("0001_");
        *maker != module.name() && !(is_first_of_required && is_first)
    });
    others.map(|(maker, name)| format!("{maker} {name}")).collect()
}

/// One file where both databases take the same, else one for each.
fn add_files(
    name: &str,
    way: &str,
    script: impl Fn(DatabaseKind) -> String,
    files: &mut Vec<(String, String)>,
) {
    let (sqlite, postgres) = (script(DatabaseKind::Sqlite), script(DatabaseKind::Postgres));
    if sqlite == postgres {
        files.push((format!("{name}{way}.sql"), sqlite));
    } else {
        files.push((format!("{name}{way}.sqlite.sql"), sqlite));
        files.push((format!("{name}{way}.postgres.sql"), postgres));
    }
}
