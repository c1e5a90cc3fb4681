//! Generates migrations: compares the schema that the migrations build with the one that the
//! models describe, and writes the difference as SQL for both databases.

mod built;
mod constraints;
mod diff;
mod fillings;
mod proposal;
mod renames;
mod sql;
mod state;
mod words;

use std::collections::BTreeMap;
use std::fmt;

use module_api::Module;
use module_api::db::DbError;

use module_api::{nearest, suggestion};

use crate::graph::MigrationGraph;
use crate::schema::ScratchError;

use built::Built;
use proposal::Pending;
use renames::Renames;
use state::State;

/// The comment in migrations that names tables without a model.
pub(crate) const UNMANAGED: &str = "-- unmanaged:";

/// The options of a run.
///
/// See [`Proposal`] for an example.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The modules; if empty, all active ones.
    pub modules: Vec<String>,
    /// The name of the new migration, without its number.
    pub name: Option<String>,
    /// Values for existing rows in columns that need one: `lettings.letting.note` and the value as
    /// text.
    pub fillings: Vec<(String, String)>,
    /// `true` if values, columns and tables may be lost.
    pub may_lose_data: bool,
    /// The renamed fields and models.
    pub renames: Vec<Renaming>,
    /// Likely renames that were declined; `None` if the run is not interactive.
    pub not_renamed: Option<Vec<Renaming>>,
}

/// A renamed field or model.
///
/// ```
/// use migrate::makemigrations::Renaming;
///
/// let (from, to) = ("guests.entry.author".to_owned(), "name".to_owned());
/// assert_eq!(Renaming { from, to }.to_string(), "guests.entry.author=name");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renaming {
    /// The old name: `lettings.letting.title`, the label of a removed model, or its table.
    pub from: String,
    /// The new name: `name`, or the label of a model.
    pub to: String,
}

impl fmt::Display for Renaming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.from, self.to)
    }
}

/// A migration to be written.
///
/// ```
/// use migrate::MigrationGraph;
/// use migrate::makemigrations::{Request, propose};
/// use module_api::Module;
/// use module_api::model::{Model, ModelInfo};
///
/// #[derive(Model)]
/// #[model(label = "guests.entry")]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 40)]
///     author: String,
/// }
///
/// struct Guests;
/// impl Module for Guests {
///     fn name(&self) -> &'static str {
///         "guests"
///     }
///
///     fn models(&self) -> Vec<&'static ModelInfo> {
///         vec![Entry::INFO]
///     }
/// }
///
/// # module_api::rocket::async_test(async {
/// let proposals = propose(&MigrationGraph::default(), &[&Guests], &Request::default()).await?;
/// assert_eq!(proposals[0].name, "0001_initial");
/// let (file, sql) = &proposals[0].files[0];
/// assert!(file.starts_with("0001_initial.") && sql.contains("guests_entry"));
/// # Ok::<(), migrate::makemigrations::MakeMigrationsError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The module.
    pub module: &'static str,
    /// The name: `0002_letting_note`.
    pub name: String,
    /// The files and their contents.
    pub files: Vec<(String, String)>,
    /// The operations, one line each.
    pub summary: Vec<String>,
    /// The reason why it cannot be unapplied, if it cannot.
    pub no_way_down: Option<String>,
}

/// An error of `makemigrations`.
///
/// Returned by [`propose`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MakeMigrationsError {
    /// There is no such module, or it is not active.
    #[error("there is no active module `{0}`{1}")]
    NoModule(String, String),
    /// The name is not a valid file name.
    #[error("`{0}` is no name of a migration: at most 60 lower-case letters, digits and `_`")]
    Name(String),
    /// A value was given for an unknown field, or is not valid for the field.
    #[error("--default {0}: {1}")]
    Default(String, String),
    /// Existing rows would have no value in a column that needs one.
    #[error("{}", .0.iter().map(|need| need.why.as_str()).collect::<Vec<_>>().join("; "))]
    NeedsValue(Vec<NeedsValue>),
    /// A requested rename is not possible.
    #[error("--rename {0}: {1}")]
    Rename(String, String),
    /// Fields or models may have been renamed.
    #[error("perhaps renamed: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    PerhapsRenamed(Vec<Renaming>),
    /// Data would be lost.
    #[error(
        "this loses data: {}; if that is meant, say --allow-data-loss, and if something was \
         renamed, say --rename app.model.field=NEW or --rename app.model=app.NEW", .0.join("; ")
    )]
    LosesData(Vec<String>),
    /// The changes cannot be generated, and must be written by hand.
    #[error("write this migration by hand: {}", .0.join("; "))]
    ByHand(Vec<String>),
    /// The new migration cannot be run after the existing ones.
    #[error(
        "write the migration of `{module}` by hand: what it would be cannot be run, since a \
         trigger, view, index or check that an earlier migration made is in its way"
    )]
    Unfit {
        /// The module.
        module: &'static str,
        /// The error from SQLite.
        #[source]
        source: DbError,
    },
    /// A model's table is created by a migration of another module.
    #[error("the table `{table}` of `{model}` is made by the migrations of `{owner}`")]
    ForeignTable {
        /// The table.
        table: String,
        /// The model's label.
        model: &'static str,
        /// The module whose migration creates it.
        owner: String,
    },
    /// A foreign key refers to a table that no migration creates.
    #[error(
        "a foreign key of `{module}` leads to the table `{table}`, which no migration makes: \
         activate the module whose model it is, and run makemigrations for it as well"
    )]
    NoTable {
        /// The module with the foreign key.
        module: &'static str,
        /// The missing table.
        table: String,
    },
    /// The existing migrations cannot be run.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// The in-memory database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// A field without a value for existing rows.
///
/// Part of [`MakeMigrationsError::NeedsValue`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsValue {
    /// The field: `lettings.letting.note`.
    pub field: String,
    /// The reason why it needs a value, and the remedy.
    pub why: String,
}

/// Returns the missing migrations of these modules, which are the active ones.
///
/// Each was run after the existing migrations, and the resulting schema is that of the models; if
/// it can be unapplied, that was tried too.
///
/// # Errors
///
/// See [`MakeMigrationsError`].
pub async fn propose(
    graph: &MigrationGraph,
    modules: &[&'static dyn Module],
    request: &Request,
) -> Result<Vec<Proposal>, MakeMigrationsError> {
    check_request(modules, request)?;
    let mut built = Built::of(graph).await?;
    let asked: Vec<&'static dyn Module> =
        modules.iter().copied().filter(|module| is_asked_for(*module, request)).collect();
    let mut renames: BTreeMap<&str, (Renames, State)> = BTreeMap::new();
    for module in &asked {
        let of_module = Renames::of(*module, &request.renames, &built)?;
        if !of_module.is_empty() {
            let (before, _) = built.states(module.name(), &module.models())?;
            renames.insert(module.name(), (of_module, before));
        }
    }
    check_renames(request, &renames)?;
    built.rename(renames.iter().map(|(module, (renames, _))| (*module, renames))).await?;
    let mut pending = Vec::new();
    for module in asked {
        let renames = renames.remove(module.name());
        pending.extend(Pending::of(graph, module, request, &built, renames)?);
    }
    if let Some(answered) = &request.not_renamed {
        let mut perhaps: Vec<Renaming> = pending.iter().flat_map(Pending::candidates).collect();
        perhaps.retain(|renaming| !answered.contains(renaming));
        if !perhaps.is_empty() {
            return Err(MakeMigrationsError::PerhapsRenamed(perhaps));
        }
    }
    check_changes(&pending, request)?;
    let mut proposals: Vec<Proposal> = Vec::new();
    for one in &pending {
        proposals.push(one.proposal(&pending, &built)?);
    }
    built.rename_back(&pending).await?;
    built.try_out(&pending, &mut proposals).await?;
    Ok(proposals)
}

/// Fails if a rename belongs to none of the selected modules.
fn check_renames(
    request: &Request,
    renames: &BTreeMap<&str, (Renames, State)>,
) -> Result<(), MakeMigrationsError> {
    let found: usize = renames.values().map(|(renames, _)| renames.summary.len()).sum();
    match request.renames.first() {
        Some(first) if found < request.renames.len() => {
            let why = "one of these is of no model that an active module has; name a field as \
                       app.model.field=NEW and a model as app.model=app.NEW";
            Err(MakeMigrationsError::Rename(first.to_string(), why.to_owned()))
        }
        _ => Ok(()),
    }
}

fn is_asked_for(module: &dyn Module, request: &Request) -> bool {
    request.modules.is_empty() || request.modules.iter().any(|name| name == module.name())
}

fn check_request(
    modules: &[&'static dyn Module],
    request: &Request,
) -> Result<(), MakeMigrationsError> {
    for name in &request.modules {
        if !modules.iter().any(|module| module.name() == name) {
            let names = modules.iter().map(|module| module.name());
            let hint = nearest(name, names)
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(MakeMigrationsError::NoModule(name.clone(), hint));
        }
    }
    for (path, _) in &request.fillings {
        let models = modules.iter().flat_map(|module| module.models());
        let known = models.flat_map(|model| {
            model.fields.iter().map(|field| format!("{}.{}", model.label, field.name))
        });
        let known: Vec<String> = known.collect();
        if !known.iter().any(|known| known.eq_ignore_ascii_case(path)) {
            let hint = suggestion(path, known.iter().map(String::as_str));
            let why = format!("there is no such field; {hint}");
            return Err(MakeMigrationsError::Default(path.clone(), why));
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

/// Fails if changes need a decision: reports all problems of all modules.
fn check_changes(pending: &[Pending], request: &Request) -> Result<(), MakeMigrationsError> {
    let by_hand: Vec<String> = pending.iter().flat_map(Pending::by_hand).collect();
    if !by_hand.is_empty() {
        return Err(MakeMigrationsError::ByHand(by_hand));
    }
    let needed: Vec<NeedsValue> = pending.iter().flat_map(Pending::needed).collect();
    if !needed.is_empty() {
        return Err(MakeMigrationsError::NeedsValue(needed));
    }
    let lost: Vec<String> = pending.iter().flat_map(Pending::losses).collect();
    if !lost.is_empty() && !request.may_lose_data {
        return Err(MakeMigrationsError::LosesData(lost));
    }
    Ok(())
}
