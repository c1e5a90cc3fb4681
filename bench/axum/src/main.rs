//! The site's five pages with axum, sqlx and askama.
//!
//! `bench-axum PORT` is the baseline of `scripts/bench` for the site: pages equal to the byte, with
//! the same security headers, from one program that knows all of them at compile time.

mod assets;
mod database;
mod headers;
mod pages;
mod rows;

use std::error::Error;
use std::process::ExitCode;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::assets::Assets;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new("info")?)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .finish()
        .try_init()?;
    let port: u16 = std::env::args().nth(1).ok_or("usage: bench-axum PORT")?.parse()?;
    let router = router().await?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::warn!("cannot set TCP_NODELAY: {error}");
        }
    });
    axum::serve(listener, router).await?;
    Ok(())
}

/// The routes, on the database that `DATABASE_URL` names.
async fn router() -> Result<Router, Box<dyn Error>> {
    let url = std::env::var("DATABASE_URL")?;
    let assets = Assets::read(&std::env::var("BENCH_MANIFEST")?)?;
    Ok(if url.starts_with("sqlite:") {
        pages::router(database::sqlite(&url).await?, assets)
    } else {
        pages::router(database::postgres(&url).await?, assets)
    })
}
