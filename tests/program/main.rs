//! The program `holiday-homes` as a process: its commands, its settings, how it starts and stops.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod command_line;
mod problem_pages;
mod processes;
mod settings;
mod support;
