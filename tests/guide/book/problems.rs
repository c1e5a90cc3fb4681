//! A page for each problem's id, and the examples that provoke the problems.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use guide::{problem_ids, problem_ids_of};
use host::{Settings, Site};
use module_api::serde::{Deserialize, Serialize};
use module_api::{Files, Module, SettingError, SettingsRules, SettingsSchema};
use module_test::registry_of;
use rocket::{Route, get, routes};

use crate::pages::{Page, guide, read, root};

/// Ids whose example cannot be run alone, and the tests that provoke them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("accounts.W002", "tests/site/fixtures.rs"),
    ("accounts.W003", "tests/site/lost_triggers.rs"),
    ("admin.W001", "tests/site/lost_triggers.rs"),
    ("admin.W002", "tests/site/lost_triggers.rs"),
    ("databases.W001", "host/src/command/sqlite_build.rs"),
    ("databases.W003", "tests/program/problem_pages.rs"),
    ("models.W001", "tests/site/makemigrations_command.rs"),
    ("modules.E013", "host/tests/host/selection.rs"),
    ("routes.E009", "tests/site/module_bounds.rs"),
];

/// The languages of examples that a test runs: here, as doc tests, and in `tests/program`.
const RUN: [&str; 6] = ["css", "jinja", "rust", "sh", "sql", "toml"];

/// The module of the examples, with the files of one of them.
struct GuestBook {
    templates: Files,
    assets: Files,
    migrations: Files,
}

#[derive(Serialize, Deserialize)]
#[serde(crate = "module_api::serde", default)]
struct GuestBookSettings {
    page_size: u32,
}

impl Default for GuestBookSettings {
    fn default() -> Self {
        Self { page_size: 20 }
    }
}

impl SettingsRules for GuestBookSettings {
    fn broken_rules(&self) -> Vec<SettingError> {
        let error = || SettingError::new("page_size", "a page has at least one entry");
        if self.page_size == 0 { vec![error()] } else { Vec::new() }
    }
}

#[get("/")]
fn index() {}

impl Module for GuestBook {
    fn name(&self) -> &'static str {
        "guest_book"
    }

    fn routes(&self) -> Vec<Route> {
        routes![index]
    }

    fn settings(&self) -> SettingsSchema {
        SettingsSchema::with_rules::<GuestBookSettings>()
    }

    fn templates(&self) -> Files {
        self.templates
    }

    fn assets(&self) -> Files {
        self.assets
    }

    fn migrations(&self) -> Files {
        self.migrations
    }
}

/// A module that it does not know.
struct News;

impl Module for News {
    fn name(&self) -> &'static str {
        "news"
    }

    fn routes(&self) -> Vec<Route> {
        routes![index]
    }
}

/// Files whose names and contents last as long as the program.
fn files(of: &[(String, String)]) -> Files {
    let leaked: Vec<(&'static str, &'static [u8])> = of
        .iter()
        .map(|(name, text)| (&*name.clone().leak(), text.clone().leak().as_bytes()))
        .collect();
    Files::inline(leaked.leak())
}

/// The ids of the problems that the example of a page provokes; `None` if other tests run it.
fn provoked(page: &Page) -> Option<Vec<String>> {
    let blocks = page.blocks();
    let of = |language: &str, folder: &str| -> Vec<(String, String)> {
        let blocks = blocks.iter().filter(|block| block.info == language);
        let named = blocks.map(|block| {
            let lead = block.lead.trim_matches(['`', ':']);
            (
                lead.strip_prefix(folder).unwrap_or("guest_book/page.html.j2").to_owned(),
                block.code.clone(),
            )
        });
        named.collect()
    };
    let (jinja, css, sql) =
        (of("jinja", "templates/"), of("css", "assets/"), of("sql", "migrations/"));
    let is_site_s = blocks.iter().any(|block| block.lead == "In a template of the site:");
    let toml: Vec<&str> =
        blocks.iter().filter(|block| block.info == "toml").map(|block| &*block.code).collect();
    let is_run = blocks.iter().any(|block| ["rust", "sh"].contains(&block.info));
    if is_run || jinja.is_empty() && css.is_empty() && sql.is_empty() && toml.is_empty() {
        return None;
    }
    let (own, of_site) = if is_site_s { (Vec::new(), jinja) } else { (jinja, Vec::new()) };
    let module = GuestBook { templates: files(&own), assets: files(&css), migrations: files(&sql) };
    let modules: [&'static dyn Module; 2] = [Box::leak(Box::new(module)), &News];
    if of_site.is_empty() {
        return Some(problem_ids(&modules, toml.first().copied().unwrap_or_default()));
    }
    let site =
        Site::new("my-site", "1.0.0").templates(files(&of_site)).modules(registry_of(&modules));
    let problems = site.plan(&Settings::default()).map_or_else(|found| found, |plan| plan.warnings);
    Some(problems.into_iter().map(|problem| problem.id).collect())
}

/// The pages by their ids.
fn pages() -> BTreeMap<String, Page> {
    let named = guide().into_iter().filter_map(|page| {
        let id = page.path.strip_prefix("guide/src/problems/")?.strip_suffix(".md")?.to_owned();
        Some((id, page))
    });
    named.collect()
}

/// The ids in the code of the engine and its modules.
fn ids_in_code() -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for folder in ["crates", "host/src", "modules"] {
        collect(&root().join(folder), &mut ids);
    }
    ids
}

fn collect(folder: &Path, ids: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") && !path.ends_with("target") {
                collect(&path, ids);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            ids.extend(
                lines.flat_map(|line| line.split('"')).filter(|it| is_id(it)).map(str::to_owned),
            );
        }
    }
}

/// Returns `true` if a text is an id: `modules.E003`.
fn is_id(text: &str) -> bool {
    let Some((area, number)) = text.split_once('.') else { return false };
    let is_area = !area.is_empty() && area.bytes().all(|byte| byte.is_ascii_lowercase());
    let digits = number.strip_prefix(['E', 'W']).unwrap_or_default();
    is_area && digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn each_id_has_a_page_and_each_page_an_id() {
    let pages: BTreeSet<String> = pages().into_keys().collect();
    let missing: Vec<_> = ids_in_code().difference(&pages).cloned().collect();
    assert!(missing.is_empty(), "write host/problems/ID.md for {missing:?}");
    let stale: Vec<_> = pages.difference(&ids_in_code()).cloned().collect();
    assert!(stale.is_empty(), "no code has the ids of the pages {stale:?}");
}

#[test]
fn each_page_has_its_parts() {
    for (id, page) in pages() {
        assert!(page.text.starts_with(&format!("# {id}\n\n")), "{id}");
        let headings: Vec<&str> =
            page.prose().filter_map(|(_, line)| line.strip_prefix("## ")).collect();
        assert_eq!(headings, ["Cause", "Example", "Remedy"], "{id}");
        assert!(read("guide/src/problems.md").contains(&format!("(problems/{id}.md)")), "{id}");
    }
}

#[test]
fn the_example_of_each_page_provokes_its_problem() {
    let mut run = 0;
    for (id, page) in pages() {
        if let Some(found) = provoked(&page) {
            assert!(found.contains(&id), "{id} is not among {found:?}");
            run += 1;
        }
    }
    assert!(run > 30, "{run} examples");
}

#[test]
fn an_example_that_nothing_runs_is_provoked_by_another_test() {
    for (id, page) in pages() {
        let elsewhere = ELSEWHERE.iter().find(|(known, _)| *known == id);
        let is_run = page.blocks().iter().any(|block| RUN.contains(&block.info));
        match elsewhere {
            Some((_, test)) => assert!(read(test).contains(&id), "{test} does not provoke {id}"),
            None => assert!(is_run, "nothing runs the example of {id}"),
        }
    }
}

#[test]
fn a_site_without_problems_has_no_ids() {
    let module = GuestBook { templates: files(&[]), assets: files(&[]), migrations: files(&[]) };
    let modules: [&'static dyn Module; 2] = [Box::leak(Box::new(module)), &News];
    assert_eq!(problem_ids_of(registry_of(&modules), ""), Vec::<String>::new());
}
