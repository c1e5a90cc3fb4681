//! `loaddata` and `dumpdata`.

use std::fs::File;
use std::io::ErrorKind;
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;
use module_api::db::Db;
use module_api::model::ModelInfo;
use rocket_db_pools::Pool;

use super::output;
use crate::database;
use crate::plan::Plan;
use crate::settings::Settings;
use ::fixtures::{DumpOptions, Fixture, FixtureError, LoadOptions};
use module_api::suggestion;

/// The arguments of `loaddata`.
#[derive(Debug, Args)]
pub(super) struct LoadData {
    /// Files, or names of fixtures of active modules, with or without `.json`.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Skip unknown models and fields.
    #[arg(long)]
    ignorenonexistent: bool,
    /// Load values that fit their columns without running validators, as Django does.
    #[arg(long)]
    skip_validation: bool,
}

/// The arguments of `dumpdata`.
#[derive(Debug, Args)]
pub(super) struct DumpData {
    /// Modules, apps, and models as `app.model` to dump; all by default.
    #[arg(value_name = "MODULE|APP[.MODEL]")]
    labels: Vec<String>,
    /// Indent by this number of spaces, instead of writing one line.
    #[arg(long, value_name = "SPACES")]
    indent: Option<u8>,
    /// Write natural keys in place of foreign keys, where the model has one.
    #[arg(long)]
    natural_foreign: bool,
    /// Omit the primary keys of objects with natural keys.
    #[arg(long)]
    natural_primary: bool,
    /// Exclude this module, app or model.
    #[arg(short, long, value_name = "LABEL")]
    exclude: Vec<String>,
    /// Write to this file, compressed if it ends in `.gz`; it is created only when complete.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Loads fixtures, all or nothing.
pub(super) async fn load(
    plan: &Plan,
    settings: &Settings,
    arguments: LoadData,
) -> anyhow::Result<()> {
    let mut found = Vec::new();
    for file in &arguments.files {
        found.extend(
            Fixture::named(file, &plan.active_modules()).map_err(|message| anyhow!(message))?,
        );
    }
    let count = found.len();
    let options = LoadOptions {
        ignore_unknown: arguments.ignorenonexistent,
        skip_validation: arguments.skip_validation,
        progress: true,
    };
    let db = open(plan, settings).await?;
    let loaded = ::fixtures::load(found, &db, options).await;
    db.close().await;
    let loaded = loaded.map_err(|error| match error {
        FixtureError::Bad { refused_by_validators: true, .. } => {
            anyhow!("{error}{SKIP_VALIDATION}")
        }
        error => error.into(),
    })?;
    for (what, skipped) in [("object", &loaded.skipped_objects), ("value", &loaded.skipped_fields)]
    {
        for (label, count) in skipped {
            let plural = if *count == 1 { "" } else { "s" };
            output::error(&format!(
                "warning: left out {count} {what}{plural} of `{label}`, which nobody knows"
            ));
        }
    }
    let objects = if loaded.objects == 1 { "object" } else { "objects" };
    let fixtures = if count == 1 { "fixture" } else { "fixtures" };
    output::line(&format!("loaded {} {objects} from {count} {fixtures}", loaded.objects));
    Ok(())
}

/// The remedy for rows of Django that its own validators would refuse.
const SKIP_VALIDATION: &str =
    "\nhint: --skip-validation loads what only validators refuse, as Django does";

/// Dumps rows as a fixture.
pub(super) async fn dump(
    plan: &Plan,
    settings: &Settings,
    arguments: DumpData,
) -> anyhow::Result<()> {
    let models = chosen(plan, &arguments)?;
    if let Some(suffix) = arguments.output.as_deref().and_then(unknown_compression) {
        return Err(anyhow!(
            "cannot compress as `.{suffix}`; name a file that ends in `.json` or `.json.gz`"
        ));
    }
    let options = DumpOptions {
        indent: arguments.indent.map(usize::from),
        natural_foreign: arguments.natural_foreign,
        natural_primary: arguments.natural_primary,
    };
    let pool = database::open_to_read(settings).await?;
    let db = Db::new(pool, std::sync::Arc::clone(&plan.models));
    let dumped = match &arguments.output {
        Some(file) => dump_into(file, &models, &db, options).await,
        None => {
            let out = std::io::stdout();
            ::fixtures::dump(&models, &db, options, out, "standard output").await.map(drop)
        }
    };
    db.close().await;
    match dumped {
        // A reader that stops early, such as `head`, is not an error.
        Err(FixtureError::Write { error, .. }) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(()),
    }
}

/// The suffix of a file, if it stands for a compression that Django supports and this command
/// does not.
fn unknown_compression(file: &Path) -> Option<&'static str> {
    ["bz2", "lzma", "xz", "zip"].into_iter().find(|suffix| has_suffix(file, suffix))
}

fn has_suffix(file: &Path, suffix: &str) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(suffix))
}

/// Writes a temporary file, and renames it when it is complete.
async fn dump_into(
    file: &Path,
    models: &[&'static ModelInfo],
    db: &Db,
    options: DumpOptions,
) -> Result<(), FixtureError> {
    let name = file.display().to_string();
    let wrong = |error| FixtureError::Write { file: name.clone(), error };
    let metadata = std::fs::metadata(file);
    // A pipe or a device is written to directly; it must not be replaced by a file.
    if metadata.is_ok_and(|metadata| !metadata.is_file()) {
        let out = File::options().write(true).open(file).map_err(wrong)?;
        return dump_open(file, out, models, db, options).await.map(drop);
    }
    let Some(last) = file.file_name() else {
        return Err(wrong(std::io::Error::new(ErrorKind::InvalidInput, "it is no file's name")));
    };
    let mut beside = std::ffi::OsString::from(".");
    beside.push(last);
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = file.with_file_name(beside);
    let written = async {
        let mut opening = File::options();
        opening.write(true).create_new(true);
        // It may contain password hashes.
        #[cfg(unix)]
        opening.mode(0o600);
        let out = opening.open(&beside).map_err(wrong)?;
        let out = dump_open(file, out, models, db, options).await?;
        out.sync_all().map_err(wrong)?;
        std::fs::rename(&beside, file).map_err(wrong)
    };
    let written = written.await;
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// Writes to the open file `out`, compressed if its name has the suffix.
async fn dump_open(
    file: &Path,
    out: File,
    models: &[&'static ModelInfo],
    db: &Db,
    options: DumpOptions,
) -> Result<File, FixtureError> {
    let name = file.display().to_string();
    if !has_suffix(file, "gz") {
        return ::fixtures::dump(models, db, options, out, &name).await;
    }
    let packed = GzEncoder::new(out, Compression::default());
    let packed = ::fixtures::dump(models, db, options, packed, &name).await?;
    packed.finish().map_err(|error| FixtureError::Write { file: name, error })
}

/// Opens the database without migrating.
async fn open(plan: &Plan, settings: &Settings) -> anyhow::Result<Db> {
    let (pool, _) = database::open(settings).await?;
    Ok(Db::new(pool, std::sync::Arc::clone(&plan.models)))
}

/// The models to dump, referenced ones first.
fn chosen(plan: &Plan, arguments: &DumpData) -> anyhow::Result<Vec<&'static ModelInfo>> {
    let all = plan.models.by_dependency();
    let mut wanted: Vec<&'static ModelInfo> = Vec::new();
    for label in &arguments.labels {
        wanted.extend(models_of(plan, &all, label)?);
    }
    let mut unwanted: Vec<&'static ModelInfo> = Vec::new();
    for label in &arguments.exclude {
        unwanted.extend(models_of(plan, &all, label)?);
    }
    let is_wanted = |model: &&'static ModelInfo| {
        let is = |other: &&'static ModelInfo| other.is(model);
        (arguments.labels.is_empty() || wanted.iter().any(is)) && !unwanted.iter().any(is)
    };
    Ok(all.into_iter().filter(is_wanted).collect())
}

/// The models that a label stands for: a module, an app, or a model.
fn models_of(
    plan: &Plan,
    all: &[&'static ModelInfo],
    label: &str,
) -> anyhow::Result<Vec<&'static ModelInfo>> {
    let of_module = |name: &str| {
        let module = plan.active().find(|module| module.name() == name)?;
        Some(module.registration.module.models())
    };
    if let Some(models) = of_module(label) {
        return Ok(models);
    }
    let of_app: Vec<&'static ModelInfo> =
        all.iter().copied().filter(|model| model.app().eq_ignore_ascii_case(label)).collect();
    if !of_app.is_empty() {
        return Ok(of_app);
    }
    if let Some(model) = plan.models.get(label) {
        return Ok(vec![model]);
    }
    if let Some((module, name)) = label.split_once('.') {
        let mut models = of_module(module).unwrap_or_default();
        models.retain(|model| model.name().eq_ignore_ascii_case(name));
        if !models.is_empty() {
            return Ok(models);
        }
    }
    let modules = plan.active().map(crate::planned::PlannedModule::name);
    let known: Vec<&str> = modules.chain(all.iter().flat_map(|m| [m.app(), m.label])).collect();
    let known = suggestion(label, known);
    Err(anyhow!("no active module, app or model is called `{label}`; {known}"))
}
