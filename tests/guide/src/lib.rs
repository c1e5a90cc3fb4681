//! The Rust examples of the guide, as doc tests: `cargo test --doc -p guide-tests`.

// The examples and tests of this package use them.
use accounts as _;
use admin as _;
use clap as _;

use host::{Registry, Settings, Site};
use module_api::Module;
use module_api::host::{LiteralName, NamedItem};
use module_test::registry_of;
use rocket::figment::Figment;
use rocket::figment::providers::{Format, Toml};

/// Returns the ids of the problems, warnings included, of a site of these modules with a `Rocket.toml` of
/// this content. A first line `# ROCKET_PROFILE=name` chooses a profile.
pub fn problem_ids(modules: &[&'static dyn Module], toml: &str) -> Vec<String> {
    problem_ids_of(registry_of(modules), toml)
}

/// Does the same for the modules of a registry.
pub fn problem_ids_of(registry: Registry, toml: &str) -> Vec<String> {
    let first = toml.lines().next().unwrap_or_default();
    let profile = first.strip_prefix("# ROCKET_PROFILE=").unwrap_or("local");
    let figment =
        Figment::from(rocket::Config::default()).merge(Toml::string(toml).nested()).select(profile);
    let problems = match Settings::from_figment(figment, ".".into()) {
        Err(problems) => problems,
        Ok(settings) => {
            let site = Site::new("my-site", "1.0.0").modules(registry);
            site.plan(&settings).map_or_else(|problems| problems, |plan| plan.warnings)
        }
    };
    problems.into_iter().map(|problem| problem.id).collect()
}

/// Asserts that the problem of that id is among those of a site of these modules.
///
/// # Panics
///
/// If it is not.
#[track_caller]
pub fn assert_problem(id: &str, modules: &[&'static dyn Module]) {
    let found = problem_ids(modules, "");
    assert!(found.iter().any(|it| it == id), "{id} is not among {found:?}");
}

/// Returns the ids of the problems of a site of this module, whose Rust code has this name.
pub fn literal_problem_ids(
    module: &'static dyn Module,
    kind: NamedItem,
    name: &'static str,
) -> Vec<String> {
    let literal = LiteralName { kind, name, package: "test", file: "src/routes.rs", line: 1 };
    problem_ids_of(registry_of(&[module]).with_literal_names(vec![literal]), "")
}

/// The chapters as documentation, whose examples rustdoc runs.
#[cfg(doctest)]
pub mod chapters {
    macro_rules! chapters {
        ($($name:ident: $path:literal),* $(,)?) => {
            $(
                #[doc = include_str!($path)]
                pub mod $name {}
            )*
        };
    }

    chapters! {
        accounts: "../../../guide/src/accounts.md",
        admin: "../../../guide/src/admin.md",
        commands: "../../../guide/src/commands.md",
        forms: "../../../guide/src/forms.md",
        mail: "../../../guide/src/mail.md",
        migrations: "../../../guide/src/migrations.md",
        models: "../../../guide/src/models.md",
        modules: "../../../guide/src/modules.md",
        moving_from_django: "../../../guide/src/moving-from-django.md",
        operating: "../../../guide/src/operating.md",
        settings: "../../../guide/src/settings.md",
        start: "../../../guide/src/start.md",
        templates: "../../../guide/src/templates.md",
        testing: "../../../guide/src/testing.md",
        modules_e001: "../../../guide/src/problems/modules.E001.md",
        modules_e002: "../../../guide/src/problems/modules.E002.md",
        modules_e003: "../../../guide/src/problems/modules.E003.md",
        modules_e006: "../../../guide/src/problems/modules.E006.md",
        modules_e007: "../../../guide/src/problems/modules.E007.md",
        modules_e009: "../../../guide/src/problems/modules.E009.md",
        modules_e010: "../../../guide/src/problems/modules.E010.md",
        modules_e011: "../../../guide/src/problems/modules.E011.md",
        modules_e012: "../../../guide/src/problems/modules.E012.md",
        sections_e001: "../../../guide/src/problems/sections.E001.md",
        sections_e002: "../../../guide/src/problems/sections.E002.md",
        sections_e003: "../../../guide/src/problems/sections.E003.md",
        settings_e005: "../../../guide/src/problems/settings.E005.md",
        routes_e001: "../../../guide/src/problems/routes.E001.md",
        routes_e002: "../../../guide/src/problems/routes.E002.md",
        routes_e003: "../../../guide/src/problems/routes.E003.md",
        routes_e004: "../../../guide/src/problems/routes.E004.md",
        routes_e005: "../../../guide/src/problems/routes.E005.md",
        routes_e006: "../../../guide/src/problems/routes.E006.md",
        routes_e007: "../../../guide/src/problems/routes.E007.md",
        routes_e008: "../../../guide/src/problems/routes.E008.md",
        routes_e009: "../../../guide/src/problems/routes.E009.md",
        routes_e010: "../../../guide/src/problems/routes.E010.md",
        routes_e011: "../../../guide/src/problems/routes.E011.md",
        routes_e012: "../../../guide/src/problems/routes.E012.md",
        templates_e001: "../../../guide/src/problems/templates.E001.md",
        templates_e002: "../../../guide/src/problems/templates.E002.md",
        templates_e008: "../../../guide/src/problems/templates.E008.md",
        assets_e001: "../../../guide/src/problems/assets.E001.md",
        admin_e001: "../../../guide/src/problems/admin.E001.md",
        admin_e002: "../../../guide/src/problems/admin.E002.md",
        admin_e003: "../../../guide/src/problems/admin.E003.md",
        admin_e004: "../../../guide/src/problems/admin.E004.md",
        admin_e005: "../../../guide/src/problems/admin.E005.md",
        admin_e006: "../../../guide/src/problems/admin.E006.md",
        admin_e007: "../../../guide/src/problems/admin.E007.md",
        models_e001: "../../../guide/src/problems/models.E001.md",
        models_e002: "../../../guide/src/problems/models.E002.md",
    }
}
