//! A web host whose apps are modules that register themselves at link time.
//!
//! A start is a sequence of steps, each a function of the values before it: [`Site`], [`Settings`],
//! [`Registry`], [`Plan`], [`open_database`], [`boot`]. A site's `main` calls [`Site::run`] alone; a
//! test builds a site of a few small modules:
//!
//! ```
//! use host::{Registry, Settings, Site};
//! use module_api::Module;
//! use module_api::host::Registration;
//!
//! struct Hello;
//! impl Module for Hello {
//!     fn name(&self) -> &'static str {
//!         "hello"
//!     }
//! }
//!
//! let registry = Registry::new(vec![Registration::new(&Hello, "hello", "1.0.0")]);
//! let site = Site::new("hello", "1.0.0").modules(registry);
//! let plan = site.plan(&Settings::default()).expect("nothing is wrong with it");
//! assert_eq!(plan.modules[0].mount, "/hello");
//! ```

#![warn(missing_docs)]

mod assembly;
mod assets;
mod boundary;
mod chunks;
mod command;
mod connections;
mod database;
mod error_pages;
mod files_below;
mod fingerprint;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod gate;
mod headers;
mod health;
mod json_errors;
mod kept;
mod logging;
pub mod makemigrations;
mod overlap;
mod plan;
mod planned;
mod problem_pages;
mod registry;
mod reload;
mod reports;
mod request;
mod sections;
mod settings;
mod shutdown;
mod site;
mod site_modules;
mod templates;
mod watch;

pub use ::migrate::{
    AdoptionError, Difference, LockError, MigrateError, Mismatch, ScratchError, TargetError,
};
pub use assembly::{BootError, boot};
pub use database::{DatabaseError, HookError, OpenError, open_database};
pub use plan::{Plan, PlannedRoute};
pub use planned::{PlannedModule, PlannedModules};
pub use registry::Registry;
pub use settings::{HostList, LogFormat, Settings, SiteSettings};
pub use site::Site;
