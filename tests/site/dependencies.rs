//! Dependencies point one way: from the site to the host and the modules, from those to the contract.
//! Dependencies of a crate's own tests are ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use host::Registry;
use serde_json::Value;

/// The packages that may name modules beside the site: what tests or measures the whole site.
const OF_THE_WHOLE_SITE: &[&str] = &["tests", "bench"];

/// The engine.
const HOST: &str = "installed-apps";

/// The test kit, which runs the host.
const TEST_KIT: &str = "installed-apps-test";

/// The packages of the workspace.
struct Workspace {
    /// For each its folder, relative to the workspace, and the packages of the workspace it depends
    /// on.
    packages: BTreeMap<String, (String, BTreeSet<String>)>,
}

impl Workspace {
    fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
            .arg("--manifest-path")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
            .output()
            .expect("cargo can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let root = text(&metadata["workspace_root"]);
        let packages = metadata["packages"].as_array().unwrap();
        let read = |package: &Value| {
            let folder = Path::new(text(&package["manifest_path"])).parent().unwrap();
            let folder = folder.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            // A dependency of the workspace is one with a path. Tests may need more than the program.
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let inside = dependencies
                .filter(|dependency| !dependency["path"].is_null() && dependency["kind"] != "dev");
            let inside = inside.map(|dependency| text(&dependency["name"]).to_owned()).collect();
            (text(&package["name"]).to_owned(), (folder, inside))
        };
        Self { packages: packages.iter().map(read).collect() }
    }

    /// The packages below `modules/`.
    fn modules(&self) -> BTreeSet<&str> {
        let is_module = |(_, (folder, _)): &(&String, &(String, BTreeSet<String>))| {
            folder.starts_with("modules/")
        };
        self.packages.iter().filter(is_module).map(|(name, _)| name.as_str()).collect()
    }

    fn dependencies(&self, package: &str) -> &BTreeSet<String> {
        &self.packages[package].1
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn every_package_below_modules_is_linked_and_is_named_for_its_folder() {
    let workspace = Workspace::read();
    let registry = Registry::linked();
    let linked: BTreeSet<&str> = registry.iter().map(|module| module.package).collect();
    assert_eq!(workspace.modules(), linked);
    for name in workspace.modules() {
        let folder = format!("modules/{}", name.trim_start_matches("installed-apps-"));
        assert_eq!(workspace.packages[name].0, folder);
    }
}

#[test]
fn a_module_depends_on_the_contract_and_on_modules_it_requires() {
    let workspace = Workspace::read();
    let registry = Registry::linked();
    let packages: BTreeMap<&str, &str> =
        registry.iter().map(|linked| (linked.module.name(), linked.package)).collect();
    for linked in registry.iter() {
        let required = linked.module.requires().iter().map(|name| packages[name]);
        let allowed: BTreeSet<&str> = required.chain(["installed-apps-module-api"]).collect();
        for dependency in workspace.dependencies(linked.package) {
            assert!(
                allowed.contains(dependency.as_str()),
                "`{}` depends on `{dependency}`, which it does not require",
                linked.package,
            );
        }
    }
}

#[test]
fn the_contract_depends_on_models_those_on_the_database_and_that_on_nobody_here() {
    let workspace = Workspace::read();
    for (package, allowed) in [
        ("installed-apps-module-api", ["db", "mail", "model", "module-macros"].as_slice()),
        ("installed-apps-model", &["db", "module-macros"]),
        ("installed-apps-db", &["module-macros"]),
        ("installed-apps-mail", &[]),
        ("installed-apps-fixtures", &["module-api"]),
        ("installed-apps-migrate", &["module-api"]),
        ("installed-apps-module-macros", &[]),
    ] {
        let allowed = allowed.iter().map(|name| format!("installed-apps-{name}")).collect();
        let inside = workspace.dependencies(package);
        assert!(inside.is_subset(&allowed), "`{package}` depends on {inside:?}");
    }
}

#[test]
fn only_the_site_and_what_looks_at_the_whole_site_name_modules() {
    let workspace = Workspace::read();
    let modules = workspace.modules();
    for (name, (folder, dependencies)) in &workspace.packages {
        let is_allowed = name == "holiday-homes"
            || modules.contains(name.as_str())
            || OF_THE_WHOLE_SITE.iter().any(|top| folder.split('/').next() == Some(*top));
        if is_allowed {
            continue;
        }
        for dependency in dependencies {
            assert!(!modules.contains(dependency.as_str()), "`{name}` depends on `{dependency}`");
            let knows_the_host = dependency == HOST && name != TEST_KIT;
            assert!(!knows_the_host, "`{name}` depends on the host");
        }
    }
}

#[test]
fn no_module_knows_the_host_or_the_test_kit() {
    let workspace = Workspace::read();
    for name in workspace.modules() {
        assert!(
            !workspace.dependencies(name).contains(TEST_KIT),
            "`{name}` runs with the test kit"
        );
        assert!(!workspace.dependencies(name).contains(HOST), "`{name}` depends on the host");
    }
}
