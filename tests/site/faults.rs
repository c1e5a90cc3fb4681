//! Faults that a site survives: what fails says so, and all is well when the fault is over.

mod clock;
mod connections;
mod disk_full;
mod handlers;
mod idle;
mod killed;
mod memory;
mod pool;
mod postgres_limits;
mod postgres_restart;
