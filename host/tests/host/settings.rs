//! Settings that are unknown or have the wrong type.

use std::collections::BTreeMap;

use module_api::serde::{Deserialize, Serialize};
use module_api::{SettingError, SettingsRules, SettingsSchema};

use crate::support::{Small, only_problem, plan, problems};

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

#[derive(Serialize, Deserialize)]
#[serde(crate = "module_api::serde", default)]
struct Ruled {
    max_nights: i32,
    prices: Prices,
}

#[derive(Serialize, Deserialize)]
#[serde(crate = "module_api::serde", default)]
struct Prices {
    lowest: i32,
}

impl Default for Ruled {
    fn default() -> Self {
        Self { max_nights: 28, prices: Prices::default() }
    }
}

impl Default for Prices {
    fn default() -> Self {
        Self { lowest: 50 }
    }
}

impl SettingsRules for Ruled {
    fn broken_rules(&self) -> Vec<SettingError> {
        let mut errors = Vec::new();
        if self.max_nights < 1 {
            errors.push(SettingError::new("max_nights", "a stay is at least one night"));
        }
        if self.prices.lowest < 0 {
            errors.push(SettingError::new("prices.lowest", "nobody is paid to stay"));
        }
        errors
    }
}

#[test]
fn values_that_break_rules_of_the_module_are_named_together_with_their_places() {
    let modules =
        [Small { settings: SettingsSchema::with_rules::<Ruled>(), ..module()[0].clone() }];
    assert!(plan(&modules, "[default.modules.lettings]\nmax_nights = 1").is_ok());
    let toml = "[default.modules.lettings]\nmax_nights = -5\n[local.modules.lettings]\n\
                prices.lowest = -1";
    let problems = plan(&modules, toml).err().unwrap();
    let [nights, price] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!(
        (nights.id.as_str(), nights.modules.as_slice()),
        ("settings.E015", &["lettings".to_owned()][..])
    );
    assert!(nights.message.starts_with("`modules.lettings.max_nights` in "), "{nights}");
    assert!(
        nights.message.ends_with("profile `default`: a stay is at least one night"),
        "{nights}"
    );
    assert_eq!(price.id, "settings.E015");
    assert!(price.message.starts_with("`modules.lettings.prices.lowest` in "), "{price}");
    assert!(price.message.ends_with("profile `local`: nobody is paid to stay"), "{price}");
}

#[test]
fn rules_are_asked_only_about_values_of_the_right_type() {
    let modules =
        [Small { settings: SettingsSchema::with_rules::<Ruled>(), ..module()[0].clone() }];
    let toml = "[default.modules.lettings]\nmax_nights = 'many'\nprices.lowest = -1";
    assert_eq!(only_problem(&modules, toml).id, "settings.E003");
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
    let modules = [module()[0].clone(), Small::new("other")];
    assert_eq!(only_problem(&modules, toml).id, "settings.E002");
}

#[test]
fn a_top_level_setting_that_nobody_reads_is_a_warning() {
    let plan = plan(&module(), "[default]\ninstaled = ['lettings']\nworkers = 2").unwrap();
    let warnings: Vec<String> = plan.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("`instaled`"), "{warnings:?}");
    assert!(warnings[0].contains(" (settings.W001)\n"), "{warnings:?}");
    assert!(warnings[0].contains("did you mean `installed`?"), "{warnings:?}");
}

#[test]
fn settings_of_the_database_are_checked_without_opening_it() {
    for (toml, id, key) in [
        ("url = 'mysql://me:secret@x/y'", "settings.E007", "`databases.site.url`"),
        ("url = 'postgres://me:secret@x:port/y'", "settings.E007", "`databases.site.url`"),
        ("max_connections = 0", "settings.E003", "`databases.site.max_connections`"),
        ("max_connections = 70000", "settings.E003", "`databases.site.max_connections`"),
        ("connect_timeout = 'long'", "settings.E003", "`databases.site.connect_timeout`"),
        ("max_conections = 5", "settings.E002", "`databases.site.max_conections`"),
    ] {
        let problem = only_problem(&module(), &format!("[default.databases.site]\n{toml}"));
        assert_eq!(problem.id, id, "{toml}");
        assert!(problem.message.contains(key), "{toml}: {problem}");
        assert!(!problem.to_string().contains("secret"), "{problem}");
    }
}

#[test]
fn databases_that_are_no_table_or_another_are_problems() {
    for (toml, id) in [
        ("[default]\ndatabases = 3", "settings.E003"),
        ("[default.databases]\nsite = 3", "settings.E003"),
        ("[default.databases.main]\nurl = 'sqlite:x'", "settings.E002"),
    ] {
        assert_eq!(only_problem(&module(), toml).id, id, "{toml}");
    }
}

#[test]
fn a_section_without_its_profile_is_a_warning() {
    let plan = plan(&module(), "[modules.lettings]\npage_size = 3").unwrap();
    assert_eq!(plan.warnings[0].id, "settings.W003");
    assert_eq!(plan.warnings[0].hint, "write [default.modules] for the setting");
}

#[test]
fn what_this_program_cannot_do_is_a_problem() {
    let problem = only_problem(&module(), "[default.tls]\ncerts = 'a.pem'\nkey = 'a.key'");
    assert_eq!(problem.id, "settings.E008");
    for key in ["workers", "max_blocking"] {
        let problem = only_problem(&module(), &format!("[default]\n{key} = 0"));
        assert_eq!(problem.id, "settings.E009");
    }
}
