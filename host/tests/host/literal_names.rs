//! Names of templates and routes that stand in Rust code.

use host::Registry;
use module_api::Problem;
use module_api::host::{LiteralName, NamedItem};
use rocket::{get, routes};

use crate::support::{SITE, Small, registry, settings};

#[get("/")]
fn index() {}

fn literal(kind: NamedItem, name: &'static str) -> LiteralName {
    LiteralName { kind, name, package: "small", file: "src/routes.rs", line: 7 }
}

/// The problems of a module `notes` with a template and a route, whose code has these names.
fn problems(toml: &str, names: Vec<LiteralName>) -> Vec<Problem> {
    let notes = Small {
        package: "small",
        routes: || routes![index],
        templates: &[("notes/index.html.j2", b"Notes")],
        uses: &["books"],
        ..Small::new("notes")
    };
    let registry: Registry = registry(&[notes]).with_literal_names(names);
    SITE.modules(registry).plan(&settings(toml)).err().unwrap_or_default()
}

#[test]
fn a_name_that_is_there_is_no_problem() {
    let names = vec![
        literal(NamedItem::Template, "notes/index"),
        literal(NamedItem::Template, "errors/404"),
        literal(NamedItem::Route, "notes:index"),
        // It may be linked into another site.
        literal(NamedItem::Route, "books:shelf"),
    ];
    assert_eq!(problems("", names), []);
}

#[test]
fn an_unknown_template_is_found_at_the_start_with_its_place() {
    let [problem] = &problems("", vec![literal(NamedItem::Template, "notes/indx")])[..] else {
        panic!("one problem")
    };
    assert_eq!(problem.id, "templates.E008");
    assert_eq!(problem.modules, ["notes"]);
    let place = "src/routes.rs, line 7, of package `small`";
    assert_eq!(problem.message, format!("{place}: there is no template `notes/indx`"));
    assert_eq!(problem.hint, "did you mean `notes/index`?");
}

#[test]
fn an_unknown_route_is_found_at_the_start() {
    for (name, what) in [
        ("notes:indx", "`notes` has no route `notes:indx`"),
        ("note:index", "`note:index` is a route of `note`, which is not linked"),
        ("index", "`index` is not the name of a route"),
    ] {
        let [problem] = &problems("", vec![literal(NamedItem::Route, name)])[..] else {
            panic!("one problem for {name}")
        };
        assert_eq!(problem.id, "routes.E011");
        assert!(problem.message.ends_with(what), "{}", problem.message);
    }
}

#[test]
fn code_of_a_module_that_is_off_is_not_looked_at() {
    let off = "[default.modules.notes]\nenabled = false";
    let found = problems(off, vec![literal(NamedItem::Template, "notes/indx")]);
    assert!(found.iter().all(|problem| problem.id != "templates.E008"), "{found:?}");
}
