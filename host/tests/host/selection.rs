//! The active modules, their order, and errors in the selection.

use host::Registry;
use module_api::host::{CONTRACT_VERSION, Registration};

use crate::support::{SITE, Small, active, only_problem, plan, problems, settings};

fn small(name: &'static str, requires: &'static [&'static str]) -> Small {
    Small { requires, ..Small::new(name) }
}

#[test]
fn requirements_come_first_and_then_names_decide() {
    let modules = [small("a", &["z"]), small("m", &[]), small("z", &[]), small("b", &["a"])];
    assert_eq!(active(&plan(&modules, "").unwrap()), ["m", "z", "a", "b"]);
}

#[test]
fn a_soft_requirement_does_not_change_the_order() {
    let modules = [Small { uses: &["z", "missing"], ..Small::new("a") }, Small::new("z")];
    assert_eq!(active(&plan(&modules, "").unwrap()), ["a", "z"]);
}

#[test]
fn installed_picks_modules_but_requirements_still_come_first() {
    let modules = [small("a", &["z"]), Small::new("m"), Small::new("z")];
    let plan = plan(&modules, "[default]\ninstalled = ['a', 'z']").unwrap();
    assert_eq!(active(&plan), ["z", "a"]);
    assert_eq!(plan.modules.len(), 3, "the one that is not active is in the plan too");
}

#[test]
fn enabled_false_switches_a_module_off() {
    let modules = [Small::new("a"), Small::new("b")];
    let plan = plan(&modules, "[default.modules.a]\nenabled = false").unwrap();
    assert_eq!(active(&plan), ["b"]);
}

#[test]
fn a_site_without_active_modules_is_a_warning() {
    let plan = plan(&[Small::new("a")], "[default]\ninstalled = []").unwrap();
    assert_eq!(plan.warnings[0].id, "modules.W001");
}

#[test]
fn an_empty_registry_is_a_problem() {
    let registry = Registry::new(Vec::new());
    let problems = SITE.modules(registry).plan(&settings("")).err().unwrap();
    assert_eq!(problems[0].id, "modules.E001");
    assert!(problems[0].hint.contains("`use my_module as _;` to its src/lib.rs"), "{problems:?}");
}

#[test]
fn a_bad_name_is_a_problem() {
    for name in ["Letters", "1st", "with-hyphen", "", "host", "errors", "é"] {
        let problem = only_problem(&[Small::new(name)], "");
        assert_eq!(problem.id, "modules.E002", "{name}");
    }
}

#[test]
fn two_modules_of_one_name_are_both_named_by_their_packages() {
    let twin = |package| Small { package, ..Small::new("twin") };
    let problem = only_problem(&[twin("first"), twin("second")], "");
    assert_eq!(problem.id, "modules.E003");
    assert!(problem.message.contains("`first 1.0.0`"), "{problem}");
    assert!(problem.message.contains("`second 1.0.0`"), "{problem}");
}

#[test]
fn a_module_for_another_version_of_the_contract_is_named_with_both() {
    let made_for = |contract_version| {
        let module: &'static Small = Box::leak(Box::new(Small::new("old")));
        let registration = Registration::new(module, "old-module", "3.1.4");
        let registry = Registry::new(vec![Registration { contract_version, ..registration }]);
        SITE.modules(registry).plan(&settings(""))
    };
    assert!(made_for(CONTRACT_VERSION).is_ok());
    let other = CONTRACT_VERSION + 1;
    let problems = made_for(other).err().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    let problem = &problems[0];
    assert_eq!((problem.id.as_str(), &*problem.modules), ("modules.E013", &["old".to_owned()][..]));
    assert!(problem.message.contains("`old` of package `old-module 3.1.4`"), "{problem}");
    assert!(problem.message.contains(&format!("version {other} of the contract")), "{problem}");
    assert!(problem.message.contains(&format!("built for {CONTRACT_VERSION}")), "{problem}");
    assert!(problem.hint.contains("the same release"), "{problem}");
}

#[test]
fn a_module_that_is_listed_but_not_linked_is_named_with_the_nearest_name() {
    let modules = [Small::new("lettings")];
    let problem = only_problem(&modules, "[default]\ninstalled = ['lettings', 'letings']");
    assert_eq!(
        (problem.id.as_str(), problem.modules.as_slice()),
        ("modules.E004", &["letings".to_owned()][..])
    );
    assert!(problem.hint.contains("did you mean `lettings`?"), "{problem}");
    assert!(problem.hint.contains("`use letings as _;` to its src/lib.rs"), "{problem}");
}

#[test]
fn a_module_that_is_listed_twice_is_a_problem() {
    let problem = only_problem(&[Small::new("a")], "[default]\ninstalled = ['a', 'a']");
    assert_eq!(problem.id, "modules.E005");
}

#[test]
fn a_missing_requirement_is_named_with_why_it_is_missing() {
    let modules = [small("a", &["b"]), Small::new("b")];
    let why = |modules: &[Small], toml| {
        let problem = only_problem(modules, toml);
        assert_eq!(problem.id, "modules.E006");
        assert_eq!(problem.modules, ["a", "b"]);
        problem
    };
    let not_linked = why(&modules[..1], "");
    assert_eq!(not_linked.message, "`a` requires `b`, which is not linked");
    assert!(not_linked.hint.contains("`use b as _;` to its src/lib.rs"), "{not_linked}");
    assert_eq!(
        why(&modules, "[default]\ninstalled = ['a']").message,
        "`a` requires `b`, which is not in `installed`"
    );
    assert_eq!(
        why(&modules, "[default.modules.b]\nenabled = false").message,
        "`a` requires `b`, which is switched off"
    );
}

#[test]
fn every_cycle_of_requirements_is_named_whole() {
    let modules = [
        small("a", &["b"]),
        small("b", &["c"]),
        small("c", &["a"]),
        small("self", &["self"]),
        small("x", &["a"]),
    ];
    assert_eq!(
        problems(&modules, ""),
        [
            "modules.E007 modules require each other: a → b → c → a",
            "modules.E007 modules require each other: self → self",
        ]
    );
}

#[test]
fn all_problems_are_reported_together() {
    let modules = [
        small("a", &["missing"]),
        Small::new("Bad"),
        Small { mount: Some("x"), ..Small::new("c") },
    ];
    let ids: Vec<String> = problems(&modules, "[default.modules.nobody]\nx = 1")
        .iter()
        .map(|problem| problem.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["modules.E002", "modules.E006", "settings.E001", "modules.E008"]);
}

#[test]
fn checks_of_modules_are_reported_with_the_rest_and_warnings_do_not_stop_the_start() {
    let warns: module_api::Check = |site| {
        assert!(site.modules.contains("a"));
        vec![module_api::Problem::warning("a.W001", "it is late")]
    };
    let fails: module_api::Check = |_| vec![module_api::Problem::error("a.E001", "it is over")];
    let with = |checks| [Small { checks, ..Small::new("a") }];
    let warnings = plan(&with(Box::leak(Box::new([warns]))), "").unwrap().warnings;
    assert_eq!(warnings[0].to_string(), "[a] it is late (a.W001)");
    assert_eq!(problems(&with(Box::leak(Box::new([fails]))), ""), ["a.E001 it is over"]);
}
