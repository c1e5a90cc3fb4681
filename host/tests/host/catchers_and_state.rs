//! Error pages, managed state, fairings and commands of which there can be only one.

use module_api::{Configure, SettingsSchema};
use rocket::{Catcher, catch, catchers};
use rocket_dyn_templates::Template;

use crate::support::{Small, only_problem, plan};

#[catch(404)]
fn not_found() -> &'static str {
    "not here"
}

struct Shared;

fn two(module: &Small) -> [Small; 2] {
    [Small { name: "a", ..module.clone() }, Small { name: "b", ..module.clone() }]
}

#[test]
fn a_module_catches_errors_below_its_mount() {
    let modules = two(&Small { catchers: || catchers![not_found], ..Small::new("x") });
    assert!(plan(&modules, "").is_ok());
}

#[test]
fn a_module_at_the_root_cannot_take_the_site_s_error_pages() {
    let catchers: fn() -> Vec<Catcher> = || catchers![not_found];
    let problem = only_problem(&[Small { mount: Some("/"), catchers, ..Small::new("a") }], "");
    assert_eq!(problem.id, "routes.E007");
    assert_eq!(problem.modules, ["a", "host"]);
}

#[test]
fn two_modules_that_catch_the_same_are_both_named() {
    let modules =
        two(&Small { catchers: || catchers![not_found], mount: Some("/same"), ..Small::new("x") });
    let problem = only_problem(&modules, "");
    assert_eq!(problem.id, "routes.E008");
    assert_eq!(problem.modules, ["a", "b"]);
}

#[test]
fn a_module_cannot_catch_the_errors_of_one_that_is_mounted_inside_it() {
    let outer = Small { catchers: || catchers![not_found], ..Small::new("a") };
    let inner = Small { mount: Some("/a/inner"), ..Small::new("b") };
    let problem = only_problem(&[outer.clone(), inner.clone()], "");
    assert_eq!(problem.id, "routes.E008");
    assert_eq!(problem.modules, ["a", "b"]);
    let with_its_own = Small { catchers: || catchers![not_found], ..inner };
    assert!(plan(&[outer, with_its_own], "").is_ok());
}

#[test]
fn a_module_cannot_catch_the_errors_of_assets() {
    let configure = |configure: Configure| configure.register("/static", catchers![not_found]);
    let problem = only_problem(&[Small { mount: Some("/"), configure, ..Small::new("a") }], "");
    assert_eq!(problem.id, "routes.E008");
    assert_eq!(problem.modules, ["a", "host"]);
}

struct Single;

impl rocket::fairing::Fairing for Single {
    fn info(&self) -> rocket::fairing::Info {
        use rocket::fairing::{Info, Kind};
        Info { name: "Single", kind: Kind::Response | Kind::Singleton }
    }
}

#[test]
fn a_fairing_of_which_rocket_keeps_one_is_attached_by_one_module() {
    let configure = |configure: Configure| configure.attach(Single);
    let problem = only_problem(&two(&Small { configure, ..Small::new("x") }), "");
    assert_eq!(problem.id, "modules.E012");
    assert_eq!(problem.modules, ["a", "b"]);
}

#[test]
fn state_of_one_type_in_two_modules_is_a_problem_and_no_panic() {
    let configure = |configure: Configure| configure.manage(Shared);
    let problem = only_problem(&two(&Small { configure, ..Small::new("x") }), "");
    assert_eq!(problem.id, "modules.E010");
    assert_eq!(problem.modules, ["a", "b"]);
    assert!(problem.message.contains("Shared"), "{problem}");
}

#[test]
fn settings_of_one_type_in_two_modules_are_a_problem() {
    #[derive(module_api::serde::Serialize, module_api::serde::Deserialize, Default)]
    #[serde(crate = "module_api::serde")]
    struct Same {}
    let settings = SettingsSchema::of::<Same>();
    let problem = only_problem(&two(&Small { settings, ..Small::new("x") }), "");
    assert_eq!(problem.id, "modules.E010");
}

#[test]
fn what_the_host_manages_is_the_host_s() {
    let managing: [fn(Configure) -> Configure; 4] = [
        |configure| configure.manage(module_api::Urls::default()),
        |configure| configure.manage(module_api::CookieRules { secure: false }),
        |configure| configure.manage(module_api::SecretKey::random()),
        |configure| configure.manage(module_api::admin::RegisteredModels::default()),
    ];
    for configure in managing {
        let problem = only_problem(&[Small { configure, ..Small::new("a") }], "");
        assert_eq!(problem.id, "modules.E010");
        assert_eq!(problem.modules, ["host", "a"]);
    }
}

#[test]
fn the_template_fairing_is_the_host_s() {
    let configure = |configure: Configure| configure.attach(Template::fairing());
    assert_eq!(only_problem(&[Small { configure, ..Small::new("a") }], "").id, "modules.E011");
}

#[test]
fn a_command_of_one_name_in_two_modules_or_the_host_is_a_problem() {
    let problem = only_problem(&two(&Small { commands: &["greet"], ..Small::new("x") }), "");
    assert_eq!(
        (problem.id.as_str(), problem.modules),
        ("modules.E009", vec!["a".to_owned(), "b".to_owned()])
    );
    let problem = only_problem(&[Small { commands: &["serve"], ..Small::new("a") }], "");
    assert_eq!(problem.modules, ["host", "a"]);
}
