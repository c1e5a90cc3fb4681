//! Settings that nobody reads or that have the wrong type.

use std::collections::BTreeMap;

use module_api::SettingsSchema;
use module_api::serde::{Deserialize, Serialize};

use crate::support::{Small, only_problem, plan, problems, run, text};

#[derive(Serialize, Deserialize, Default)]
#[serde(crate = "module_api::serde", default)]
struct Everything {
    page_size: u32,
    note: Option<String>,
    nested: Nested,
    free: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(crate = "module_api::serde", default)]
struct Nested {
    depth: u8,
}

fn module() -> [Small; 1] {
    [Small { settings: SettingsSchema::of::<Everything>(), ..Small::new("lettings") }]
}

#[test]
fn what_the_module_knows_is_read() {
    let toml = "[default.modules.lettings]\npage_size = 3\nnote = 'x'\nenabled = true\n\
                mount = '/stays'\nnested.depth = 2\nfree.anything = 'goes'";
    assert!(plan(&module(), toml).is_ok());
}

#[test]
fn a_key_that_the_module_does_not_know_is_named_with_the_nearest() {
    let problem = only_problem(&module(), "[default.modules.lettings]\npage_sze = 3");
    assert_eq!(problem.id, "settings.E002");
    assert_eq!(problem.modules, ["lettings"]);
    assert!(problem.message.contains("`modules.lettings.page_sze`"), "{problem}");
    assert!(problem.message.contains("profile `default`"), "{problem}");
    assert_eq!(problem.hint, "did you mean `page_size`?");
}

#[test]
fn an_unknown_key_inside_a_table_is_found_too() {
    let problem = only_problem(&module(), "[local.modules.lettings.nested]\ndepht = 3");
    assert!(problem.message.contains("`modules.lettings.nested.depht`"), "{problem}");
    assert!(problem.message.contains("profile `local`"), "{problem}");
    assert_eq!(problem.hint, "did you mean `depth`?");
}

#[test]
fn a_value_of_the_wrong_type_is_named() {
    for (toml, key) in [
        ("page_size = 'many'", "modules.lettings.page_size"),
        ("page_size = -1", "modules.lettings.page_size"),
        ("nested.depth = 300", "modules.lettings.nested.depth"),
        ("nested = 3", "modules.lettings.nested"),
        ("enabled = 'no'", "modules.lettings.enabled"),
        ("mount = 3", "modules.lettings.mount"),
    ] {
        let problem = only_problem(&module(), &format!("[default.modules.lettings]\n{toml}"));
        assert_eq!(problem.id, "settings.E003", "{toml}");
        assert!(problem.message.contains(&format!("`{key}`")), "{toml}: {problem}");
        assert!(problem.message.contains("profile `default`"), "{toml}: {problem}");
    }
}

#[test]
fn a_section_for_a_module_that_is_not_linked_is_named_with_the_nearest() {
    let problem = only_problem(&module(), "[default.modules.letings]\npage_size = 3");
    assert_eq!(problem.id, "settings.E001");
    assert!(problem.message.contains("`modules.letings`"), "{problem}");
    assert_eq!(problem.hint, "did you mean `lettings`?");
}

#[test]
fn a_section_that_is_no_table_is_a_problem() {
    assert_eq!(problems(&module(), "[default]\nmodules = 3").len(), 1);
    assert_eq!(problems(&module(), "[default.modules]\nlettings = 3").len(), 1);
}

#[test]
fn settings_of_a_module_that_is_switched_off_are_checked_all_the_same() {
    let toml = "[default.modules.lettings]\nenabled = false\npage_sze = 3";
    assert_eq!(only_problem(&module(), toml).id, "settings.E002");
}

#[test]
fn a_top_level_setting_that_nobody_reads_is_a_warning() {
    let plan = plan(&module(), "[default]\ninstaled = ['lettings']\nworkers = 2").unwrap();
    let warnings: Vec<String> = plan.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("settings.W001 `instaled`"), "{warnings:?}");
    assert!(warnings[0].contains("did you mean `installed`?"), "{warnings:?}");
}

#[test]
fn the_program_names_the_file_and_the_variable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Rocket.toml");
    std::fs::write(&file, "[default]\nport = 'x'").unwrap();
    let output = run(folder.path(), &["modules"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("`port` in "), "{output:?}");
    assert!(text(&output.stderr).contains("Rocket.toml, profile `default`"), "{output:?}");

    std::fs::remove_file(file).unwrap();
    let output = crate::support::program(folder.path(), &["modules"])
        .env("ROCKET_MODULES", "{lettings={page_sze=3}}")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("`ROCKET_` environment variable"), "{output:?}");
}
