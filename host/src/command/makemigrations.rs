//! `makemigrations`.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use module_api::program_name;

use super::output;
use crate::makemigrations::{MakeMigrationsError, Proposal, Renaming, Request, propose};
use crate::plan::Plan;
use crate::planned::PlannedModule;

/// The arguments of `makemigrations`.
#[derive(Debug, Args)]
pub(super) struct MakeMigrations {
    /// The modules; all active ones by default.
    modules: Vec<String>,
    /// Write nothing; exit with 1 if the models have changes without a migration.
    #[arg(long)]
    check: bool,
    /// Print the migrations without writing them.
    #[arg(long, conflicts_with = "check")]
    dry_run: bool,
    /// The new migration's name, without its number.
    #[arg(long, short)]
    name: Option<String>,
    /// Value for existing rows in a field that needs one: `lettings.letting.note=none`.
    #[arg(long = "default", value_name = "FIELD=VALUE", value_parser = parse_default)]
    defaults: Vec<(String, String)>,
    /// Rename of a field or model: `lettings.letting.title=name`, `lettings.letting=lettings.home`.
    #[arg(long = "rename", value_name = "OLD=NEW", value_parser = parse_rename)]
    renames: Vec<Renaming>,
    /// Allow migrations that drop columns, tables or values.
    #[arg(long)]
    allow_data_loss: bool,
}

fn parse_rename(text: &str) -> Result<Renaming, String> {
    match text.split_once('=') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => {
            Ok(Renaming { from: from.to_owned(), to: to.to_owned() })
        }
        _ => Err("write it as app.model.field=NEW or app.model=app.NEW".to_owned()),
    }
}

fn parse_default(text: &str) -> Result<(String, String), String> {
    let (field, value) =
        text.split_once('=').ok_or("write it as app.model.field=VALUE".to_owned())?;
    if field.split('.').count() == 3 {
        Ok((field.to_owned(), value.to_owned()))
    } else {
        Err("the field is named as app.model.field".to_owned())
    }
}

/// Writes the missing migrations.
pub(super) async fn make(plan: &Plan, asked: MakeMigrations) -> anyhow::Result<ExitCode> {
    let MakeMigrations { modules, check, dry_run, name, defaults, renames, allow_data_loss } =
        asked;
    let mut request = Request {
        modules,
        name,
        fillings: defaults,
        may_lose_data: allow_data_loss || check,
        renames,
        not_renamed: (can_ask() && !check).then(Vec::new),
    };
    let proposals = loop {
        match propose(plan, &request).await {
            Err(MakeMigrationsError::NeedsValue(needed)) if check => {
                for need in needed {
                    output::line(&format!("a migration is missing, and {}", need.why));
                }
                return Ok(ExitCode::FAILURE);
            }
            Err(error) if can_ask() => ask(error, &mut request)?,
            other => break other?,
        }
    };
    if proposals.is_empty() {
        output::line("no changes");
        return Ok(ExitCode::SUCCESS);
    }
    for proposal in &proposals {
        show(proposal, dry_run);
    }
    if check {
        output::line(&format!(
            "migrations are missing: run `{} makemigrations` and commit what it writes",
            program_name()
        ));
        return Ok(ExitCode::FAILURE);
    }
    if !dry_run {
        write(plan, &proposals)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn show(proposal: &Proposal, whole: bool) {
    output::line(&format!("{} {}", proposal.module, proposal.name));
    for line in &proposal.summary {
        output::line(&format!("    {line}"));
    }
    if let Some(reason) = &proposal.no_way_down {
        output::line(&format!("    no way down: {reason}"));
    }
    for (file, content) in proposal.files.iter().filter(|_| whole) {
        output::line(&format!("\n{file}\n\n{content}"));
    }
}

/// Writes the files of all migrations; if one fails, all are removed.
fn write(plan: &Plan, proposals: &[Proposal]) -> anyhow::Result<()> {
    let mut files: Vec<(PathBuf, &str)> = Vec::new();
    for proposal in proposals {
        let module = plan.active().find(|module| module.name() == proposal.module);
        let directory = module.and_then(directory_of).with_context(|| {
            format!(
                "where the migrations of `{}` are kept is not known: run a debug build in the \
                 checkout, and let its `migrations()` be `embed!(\"migrations\")`; or take what \
                 --dry-run prints",
                proposal.module
            )
        })?;
        let of_proposal = proposal.files.iter();
        files.extend(of_proposal.map(|(file, content)| (directory.join(file), content.as_str())));
    }
    for (index, (path, content)) in files.iter().enumerate() {
        if let Err(error) = write_new(path, content) {
            for (earlier, _) in &files[..index] {
                let _ = std::fs::remove_file(earlier);
            }
            bail!("cannot write {}: {error}; nothing was written", path.display());
        }
    }
    for (path, _) in &files {
        output::line(&format!("written: {}", path.display()));
    }
    Ok(())
}

/// Writes a new file atomically.
fn write_new(path: &Path, content: &str) -> std::io::Result<()> {
    let mut file = std::fs::File::create_new(path)?;
    let written = file.write_all(content.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(path);
    }
    written
}

fn directory_of(module: &PlannedModule) -> Option<&'static Path> {
    module.registration.module.migrations().directory().filter(|directory| directory.is_dir())
}

/// Returns `true` if the command is run interactively.
fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for missing values, and adds them to the request; gives up without an answer.
fn ask(error: MakeMigrationsError, request: &mut Request) -> anyhow::Result<()> {
    match error {
        MakeMigrationsError::NeedsValue(needed) => {
            for need in needed {
                output::error(&need.why);
                let value =
                    answer(&format!("value for the rows that are there, of {}: ", need.field));
                request.fillings.push((need.field, value.context("stopped: nothing was written")?));
            }
        }
        MakeMigrationsError::PerhapsRenamed(candidates) => {
            for renaming in candidates {
                let (from, to) = (&renaming.from, &renaming.to);
                let question = format!("was {from} renamed to {to}? [y/N] ");
                if answer(&question).is_some_and(|answer| answer.trim() == "y") {
                    request.renames.push(renaming);
                    // The remaining questions depend on this answer.
                    return Ok(());
                }
                request.not_renamed.get_or_insert_default().push(renaming);
            }
        }
        MakeMigrationsError::LosesData(losses) => {
            for loss in losses {
                output::error(&loss);
            }
            let yes = answer("this loses data; go on? [y/N] ").is_some_and(|a| a.trim() == "y");
            if !yes {
                bail!("stopped: nothing was written");
            }
            request.may_lose_data = true;
        }
        other => return Err(other.into()),
    }
    Ok(())
}

/// Reads an answer from the terminal; `None` at the end of the input.
fn answer(question: &str) -> Option<String> {
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{question}");
    let _ = stderr.flush();
    let mut line = String::new();
    let length = std::io::stdin().lock().read_line(&mut line).ok()?;
    (length > 0).then(|| line.trim_end_matches(['\n', '\r']).to_owned())
}
