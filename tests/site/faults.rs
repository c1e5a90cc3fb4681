//! Faults that a site survives: they are reported, and the site recovers.

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
