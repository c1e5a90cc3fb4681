//! The floor of the benchmark: the site's five pages in one Rocket program, without host or
//! modules.
//!
//! `scripts/bench` runs it in turns with the host and checks that their pages are equal to the
//! byte. It has the same libraries, queries, templates and settings; the difference is the cost
//! of the host.

mod database;
mod engine;
mod headers;
mod pages;
mod rows;

use std::process::ExitCode;

use rocket::figment::Figment;
use rocket_dyn_templates::Template;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::database::Database;

/// The host's default filter.
const LOG: &str = "info,rocket=warn,rocket::launch=off";

#[rocket::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(LOG)?)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .finish()
        .try_init()?;
    let database = Database::open(&std::env::var("DATABASE_URL")?).await?;
    let manifest = engine::read_manifest(&std::env::var("BENCH_MANIFEST")?)?;
    // As in the host: all templates are added below, and the setting may name any file.
    let figment: Figment =
        rocket::Config::figment().merge(("template_dir", std::env::current_exe()?));
    rocket::custom(figment)
        .attach(headers::shield())
        .attach(headers::ids())
        .manage(database)
        .mount("/", pages::routes())
        .attach(Template::try_custom(move |engines| {
            engine::install(&mut engines.minijinja, &manifest).map_err(Into::into)
        }))
        .launch()
        .await?;
    Ok(())
}
