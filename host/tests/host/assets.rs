//! Assets that cannot be served as they are.

use crate::support::{Small, only_problem, plan};

fn with(assets: &'static [(&'static str, &'static [u8])]) -> [Small; 1] {
    [Small { assets, ..Small::new("a") }]
}

#[test]
fn two_assets_of_one_name_are_a_problem() {
    let problem = only_problem(&with(&[("x.svg", b"1"), ("x.svg", b"2")]), "");
    assert_eq!(problem.id, "assets.E001");
    assert_eq!(problem.modules, ["a"]);
}

#[test]
fn a_reference_in_a_stylesheet_has_to_lead_somewhere() {
    let problem = only_problem(&with(&[("x.css", b"a{b:url(y.svg)}"), ("z.svg", b"")]), "");
    assert_eq!(problem.id, "assets.E002");
    assert_eq!(problem.message, "a/x.css refers to `y.svg`, which `a` does not have");
}

#[test]
fn stylesheets_that_import_each_other_are_a_problem() {
    let problem =
        plan(&with(&[("x.css", b"@import 'y.css';"), ("y.css", b"@import 'x.css';")]), "");
    assert_eq!(problem.err().unwrap()[0].id, "assets.E003");
}
