//! Writes the migrations that the models ask for: what the migrations build is compared with what
//! the models describe, and the difference written as SQL for both databases.

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

/// The comment in migrations that names tables which no model describes.
pub(crate) const UNMANAGED: &str = "-- unmanaged:";

/// The options of a run.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The modules; none means all active ones.
    pub modules: Vec<String>,
    /// The name of the new migration, without its number.
    pub name: Option<String>,
    /// Values for existing rows in columns that need one: `lettings.letting.note` and the value as
    /// text.
    pub fillings: Vec<(String, String)>,
    /// `true` if values, columns and tables may be lost.
    pub may_lose_data: bool,
    /// The fields and models that have another name now.
    pub renames: Vec<Renaming>,
    /// Renames that were declined, though they look likely; `None` if nobody can be asked.
    pub not_renamed: Option<Vec<Renaming>>,
}

/// A field or a model that has another name now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renaming {
    /// The old name: `lettings.letting.title`, the label of a model that is gone, or its table.
    pub from: String,
    /// The new name: `name`, or the label of a model.
    pub to: String,
}

impl fmt::Display for Renaming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.from, self.to)
    }
}

/// A migration that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The module that it belongs to.
    pub module: &'static str,
    /// Its name: `0002_letting_note`.
    pub name: String,
    /// Its files and what stands in them.
    pub files: Vec<(String, String)>,
    /// Its steps, a line each.
    pub summary: Vec<String>,
    /// The reason why there is no way down, if there is none.
    pub no_way_down: Option<String>,
}

/// An error of `makemigrations`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MakeMigrationsError {
    /// There is no such module, or it is not active.
    #[error("there is no active module `{0}`{1}")]
    NoModule(String, String),
    /// The name is not one that a file can have.
    #[error("`{0}` is no name of a migration: at most 60 lower-case letters, digits and `_`")]
    Name(String),
    /// A value was given for a field that there is not, or that does not take it.
    #[error("--default {0}: {1}")]
    Default(String, String),
    /// Rows that are there would have no value in a column that needs one.
    #[error("{}", .0.iter().map(|need| need.why.as_str()).collect::<Vec<_>>().join("; "))]
    NeedsValue(Vec<NeedsValue>),
    /// A rename that was asked for is not possible.
    #[error("--rename {0}: {1}")]
    Rename(String, String),
    /// Something may have been renamed.
    #[error("perhaps renamed: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    PerhapsRenamed(Vec<Renaming>),
    /// Something would be lost.
    #[error(
        "this loses data: {}; if that is meant, say --allow-data-loss, and if something was \
         renamed, say --rename app.model.field=NEW or --rename app.model=app.NEW", .0.join("; ")
    )]
    LosesData(Vec<String>),
    /// The changes cannot be generated, and must be written by hand.
    #[error("write this migration by hand: {}", .0.join("; "))]
    ByHand(Vec<String>),
    /// The new migration cannot be run after those that there are.
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
    /// A foreign key leads to a table that nobody makes.
    #[error(
        "a foreign key of `{module}` leads to the table `{table}`, which no migration makes: \
         activate the module whose model it is, and run makemigrations for it as well"
    )]
    NoTable {
        /// The module with the foreign key.
        module: &'static str,
        /// The table that is not there.
        table: String,
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
    /// The reason why it needs a value, and the remedy.
    pub why: String,
}

/// The migrations that are missing of these modules, which are the active ones.
///
/// Each was run on what the migrations build, which is then what the models say; so was its way
/// down, if it has one.
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

/// Fails if something that was said to be renamed is of no module that is looked at.
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

/// Fails if something about the changes needs a person: all that is amiss with all modules.
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
