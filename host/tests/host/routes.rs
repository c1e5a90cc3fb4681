//! Modules are confined to their mounts, and routes of two owners do not overlap.

use module_api::Configure;
use rocket::http::Method;
use rocket::route::Outcome;
use rocket::{Data, Request, Route, get, post, routes};

use crate::support::{Small, only_problem, plan, problems};

#[get("/")]
fn index() -> &'static str {
    "index"
}

#[get("/<_id>")]
fn one(_id: i64) -> &'static str {
    "one"
}

#[get("/lettings/7")]
fn seven() -> &'static str {
    "seven"
}

#[get("/<_path..>", rank = 100)]
fn rest(_path: std::path::PathBuf) -> &'static str {
    "rest"
}

#[post("/lettings/7")]
fn write() -> &'static str {
    "write"
}

mod other {
    use rocket::get;

    #[get("/other")]
    pub(super) fn index() -> &'static str {
        "another function of the same name"
    }
}

fn lettings() -> Small {
    Small { routes: || routes![index, one], ..Small::new("lettings") }
}

fn at_root(routes: fn() -> Vec<Route>) -> Small {
    Small { mount: Some("/"), routes, ..Small::new("home") }
}

/// A route without a name, as a hook may mount.
fn plain(method: Method, path: &str) -> Route {
    fn handle<'r>(_: &'r Request<'_>, data: Data<'r>) -> rocket::route::BoxFuture<'r> {
        Box::pin(async move { Outcome::forward(data, rocket::http::Status::NotFound) })
    }
    Route::new(method, path, handle)
}

/// A route that Rocket asks before any other.
fn urgent() -> Route {
    let mut route = plain(Method::Get, "/lettings/<id>");
    route.rank = -100;
    route
}

#[test]
fn routes_lie_below_the_mount_of_their_module() {
    let plan = plan(&[lettings()], "[default.modules.lettings]\nmount = '/stays/'").unwrap();
    let found: Vec<(&str, Option<&str>, String)> = plan
        .routes
        .iter()
        .map(|route| (route.owner_name(), route.name.as_deref(), route.pattern.to_string()))
        .collect();
    assert_eq!(
        found,
        [
            ("host", Some("host:static"), "/static/<path..>".to_owned()),
            ("host", Some("host:healthz"), "/healthz".to_owned()),
            ("host", Some("host:readyz"), "/readyz".to_owned()),
            ("host", Some("host:sentry_debug"), "/sentry-debug/".to_owned()),
            ("lettings", Some("lettings:index"), "/stays/".to_owned()),
            ("lettings", Some("lettings:one"), "/stays/<_id>/".to_owned()),
        ]
    );
}

#[test]
fn the_same_path_in_two_modules_names_both() {
    let problem = only_problem(
        &[
            lettings(),
            Small { mount: Some("/lettings"), routes: || routes![index], ..Small::new("copy") },
        ],
        "",
    );
    assert_eq!(problem.id, "routes.E002");
    assert_eq!(problem.modules, ["copy", "lettings"]);
}

#[test]
fn a_more_static_path_in_another_module_is_a_conflict() {
    let problem = only_problem(&[lettings(), at_root(|| routes![seven])], "");
    assert_eq!(
        (problem.id.as_str(), problem.modules),
        ("routes.E002", vec!["home".to_owned(), "lettings".to_owned()])
    );
}

#[test]
fn a_better_rank_in_another_module_is_a_conflict() {
    let problem = only_problem(&[lettings(), at_root(|| vec![urgent()])], "");
    assert_eq!(problem.id, "routes.E002");
    assert!(problem.message.contains("of rank -100 of `home`"), "{problem}");
}

#[test]
fn a_route_for_everything_conflicts_with_every_other_owner() {
    let found = problems(&[lettings(), at_root(|| routes![rest])], "");
    assert_eq!(found.len(), 6, "both routes of lettings and those of the host: {found:#?}");
    assert!(found.iter().any(|problem| problem.contains("of the host")), "{found:#?}");
}

#[test]
fn another_method_is_no_conflict() {
    assert!(plan(&[lettings(), at_root(|| routes![index, write])], "").is_ok());
}

#[test]
fn a_conflict_with_a_module_that_is_off_is_none() {
    let modules = [lettings(), at_root(|| routes![seven])];
    assert!(plan(&modules, "[default.modules.home]\nenabled = false").is_ok());
}

#[test]
fn routes_of_one_module_between_which_rocket_could_not_choose_are_named() {
    let module = Small {
        routes: || vec![plain(Method::Get, "/a"), plain(Method::Get, "/a")],
        ..Small::new("a")
    };
    let problem = only_problem(&[module], "");
    assert_eq!((problem.id.as_str(), problem.modules), ("routes.E003", vec!["a".to_owned()]));
}

#[test]
fn two_routes_of_one_name_are_a_problem() {
    let module = Small { routes: || routes![index, other::index], ..Small::new("a") };
    let problem = only_problem(&[module], "");
    assert_eq!(problem.id, "routes.E004");
    assert!(problem.message.contains("`a:index`"), "{problem}");
}

#[test]
fn a_route_that_the_hook_mounts_outside_of_the_mount_is_a_problem() {
    let configure = |configure: Configure| {
        configure
            .mount("/elsewhere", vec![plain(Method::Get, "/page")])
            .register("/elsewhere", rocket::catchers![not_found])
    };
    let found = problems(&[Small { configure, ..Small::new("a") }], "");
    assert_eq!(
        found,
        [
            "routes.E001 `a` mounts GET /elsewhere/page, which is outside its mount /a",
            "routes.E001 `a` registers a catcher at /elsewhere, which is outside its mount /a",
        ]
    );
}

#[test]
fn a_route_that_the_hook_mounts_inside_takes_part_in_conflicts() {
    let configure = |configure: Configure| {
        let base = configure.inside("/");
        configure.mount(&base, vec![plain(Method::Get, "/7")])
    };
    let nested = Small { mount: Some("/lettings"), configure, ..Small::new("b") };
    assert_eq!(only_problem(&[lettings(), nested], "").id, "routes.E002");
}

#[test]
fn a_base_with_a_parameter_is_a_problem_and_no_panic() {
    let configure =
        |configure: Configure| configure.mount("/a/<b>", vec![plain(Method::Get, "/7")]);
    assert_eq!(only_problem(&[Small { configure, ..Small::new("a") }], "").id, "routes.E006");
}

#[test]
fn a_navigation_item_has_to_lead_somewhere() {
    let to = |navigation| [Small { navigation: Some(navigation), ..lettings() }];
    assert!(plan(&to("lettings:index"), "").is_ok());
    assert_eq!(only_problem(&to("lettings:missing"), "").id, "routes.E005");
    assert_eq!(only_problem(&to("lettings:one"), "").id, "routes.E005");
    let stranger = Small { navigation: Some("lettings:index"), ..Small::new("stranger") };
    let problem = only_problem(&[lettings(), stranger], "");
    assert_eq!(problem.modules, ["stranger", "lettings"]);
}

#[rocket::catch(404)]
fn not_found() -> &'static str {
    "not here"
}
