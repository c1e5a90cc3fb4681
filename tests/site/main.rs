//! Tests of the whole site: as its visitors, its operators and the authors of its modules meet it.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod accounts;
mod addresses;
mod admin;
mod adoption;
mod after_migrate;
mod asset_delivery;
mod asset_names;
mod bad_fixtures;
mod choosing_modules;
mod crawl;
mod csrf;
mod dependencies;
#[macro_use]
mod django;
mod django_fixtures;
mod dyno;
mod errors;
mod escaping;
mod faults;
mod fixtures;
mod import_order;
mod kept_pages;
mod legacy_tables;
mod makemigrations;
mod makemigrations_command;
mod migrate_command;
mod migrate_failures;
mod migrate_processes;
mod models;
mod module_bounds;
mod navigation;
mod overrides;
mod pages;
mod pooler;
mod postgres_faults;
mod program;
mod rebuilt_tables;
mod records;
mod refusal;
mod refused_requests;
mod registered_models;
mod rolling;
mod sentry_reports;
mod showing_migrations;
mod site_modules;
mod sqlite_faults;
mod stopping;
mod template_edits;
mod tidiness;
mod watching;
mod wire;
mod workshop;
