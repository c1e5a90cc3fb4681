//! Migrations: their graph and order, the ledger of applied ones, the lock under which they run, the
//! adoption of existing tables, and the generation of migrations from models.
//!
//! Begin with [`MigrationGraph`], built from all modules' migrations; then [`Ledger`], and
//! [`migrate()`], which runs a [`Request`] in [`Step`]s. [`makemigrations`] generates migrations.

#![warn(missing_docs)]

mod adopt;
mod error;
mod execute;
mod foreign_keys;
mod graph;
pub mod inspect;
mod ledger;
mod lock;
pub mod makemigrations;
mod run;
mod schema;
mod sql_tokens;
mod statements;
mod states;
mod steps;
mod target;

pub use error::{AdoptionError, MigrateError};
pub use execute::Report;
pub use graph::{
    Direction, HOST, MigrationGraph, ModuleMigrations, PlannedMigration, SITE, is_no_module,
};
pub use ledger::Ledger;
pub use lock::{Lock, LockError, acquire};
pub use run::{Request, check_applied, find_steps, migrate, prune, unapplied};
pub use schema::{Difference, Mismatch, ScratchError};
pub use statements::transaction_control;
pub use states::{MigrationState, state_of_migrations};
pub use steps::{Action, Step};
pub use target::{LinkedModule, Target, TargetError, find_migration};
