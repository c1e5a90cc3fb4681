//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Makes sites and modules of `INSTALLED_APPS` for Rocket, links modules, and runs sites.
#[derive(Debug, Parser)]
#[command(version, bin_name = "cargo installed-apps")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Say which files would be made or changed, and write nothing.
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a site with one module, in a folder of its name.
    New(NewSite),
    /// Make a module in the current site, and link it.
    Startmodule(StartModule),
    /// Link a module that exists to the current site.
    Add(AddModule),
    /// Run the current site: build and restart it after edits, and reload its pages in the browser.
    Dev(Dev),
}

#[derive(Debug, Args)]
pub(crate) struct NewSite {
    /// The name of the site's package and program: `my-site`.
    pub(crate) name: String,
    /// The name of its first module, which has the home page.
    #[arg(long, value_name = "NAME", default_value = "news")]
    pub(crate) module: String,
    /// Depend on the engine in this checkout, not on its packages on the registry.
    #[arg(long, value_name = "PATH")]
    pub(crate) engine: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct StartModule {
    /// The module's name: `guest_book`.
    pub(crate) name: String,
}

#[derive(Debug, Args)]
pub(crate) struct AddModule {
    /// A package on the registry with its version, `some-module@1.0`.
    #[arg(value_name = "CRATE@VERSION", required_unless_present = "path")]
    pub(crate) package: Option<String>,
    /// The folder of a module's package, in place of one on the registry.
    #[arg(long, value_name = "DIR", conflicts_with = "package")]
    pub(crate) path: Option<PathBuf>,
    /// The name of the feature and dependency, if it is not to be that of the package.
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// Arguments of the site's program.
    #[arg(last = true)]
    pub(crate) arguments: Vec<OsString>,
}
