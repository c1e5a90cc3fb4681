//! Captured pages as constant bytes, to measure the limit of a web framework.
//!
//! `bench-constant SERVER PORT FILE` serves the pages of a file that `scripts/bench` writes from the
//! site's answers, with their headers, under `rocket`, `rocket-one-chunk` or `axum`.

mod axum_server;
mod pages;
mod rocket_server;

use std::error::Error;
use std::process::ExitCode;

use crate::rocket_server::Chunks;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, port, file] = arguments.as_slice() else {
        return Err("usage: bench-constant rocket|rocket-one-chunk|axum PORT FILE".into());
    };
    let port = port.parse()?;
    let pages = pages::read(file)?;
    match server.as_str() {
        "rocket" => rocket_server::serve(pages, port, Chunks::Default),
        "rocket-one-chunk" => rocket_server::serve(pages, port, Chunks::One),
        "axum" => axum_server::serve(pages, port),
        other => Err(format!("there is no server `{other}`").into()),
    }
}
