//! The guide as a book: its links, and its tables compared with the program.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod commands;
mod examples;
mod links;
mod pages;
mod problems;
mod settings;
mod words;
