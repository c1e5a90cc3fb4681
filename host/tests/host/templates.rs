//! Templates in a foreign namespace, with errors, or with unknown names.

use rocket::{get, routes};

use crate::support::{SITE, Small, only_problem, plan, problems};

type Inline = &'static [(&'static str, &'static [u8])];

#[get("/")]
fn index() -> &'static str {
    "index"
}

fn with(templates: Inline) -> Small {
    Small { templates, routes: || routes![index], ..Small::new("theme") }
}

fn lettings() -> Small {
    Small {
        templates: &[("lettings/index.html.j2", b"{% extends \"base\" %}")],
        routes: || routes![index],
        ..Small::new("lettings")
    }
}

#[test]
fn a_template_in_the_namespace_of_a_stranger_names_both_modules() {
    let problem = only_problem(&[with(&[("lettings/index.html.j2", b"")]), lettings()], "");
    assert_eq!(problem.id, "templates.E001");
    assert_eq!(problem.modules, ["theme", "lettings"]);
}

#[test]
fn a_template_of_a_module_that_is_required_or_used_may_be_overridden() {
    let theme = with(&[("lettings/index.html.j2", b"{% extends \"lettings/index\" %}")]);
    assert!(plan(&[Small { uses: &["lettings"], ..theme.clone() }, lettings()], "").is_ok());
    assert!(plan(&[Small { requires: &["lettings"], ..theme }, lettings()], "").is_ok());
}

#[test]
fn the_host_s_templates_are_overridden_by_the_site_alone() {
    let base: Inline = &[("base.html.j2", b"")];
    let errors: Inline = &[("errors/404.html.j2", b"")];
    for templates in [base, errors] {
        let problem = only_problem(&[with(templates)], "");
        assert_eq!(problem.id, "templates.E001");
        assert_eq!(problem.modules, ["theme", "host"]);
    }
}

#[test]
fn a_broken_template_is_named_with_its_line_and_reason() {
    let problem = only_problem(&[with(&[("theme/a.html.j2", b"\n\n{% if %}")])], "");
    assert_eq!(problem.id, "templates.E003");
    assert!(
        problem
            .message
            .starts_with("templates/theme/a.html.j2 of module `theme`, line 3: syntax error"),
        "{problem}"
    );
}

#[test]
fn two_templates_of_one_name_in_one_folder_are_a_problem() {
    let problem = only_problem(&[with(&[("theme/a.html.j2", b""), ("theme/a.txt.j2", b"")])], "");
    assert_eq!(problem.id, "templates.E002");
}

#[test]
fn a_template_that_is_extended_has_to_exist() {
    let templates: Inline = &[
        ("theme/a.html.j2", b"{% extends \"bas\" %}"),
        ("theme/b.html.j2", b"{% include \"none\" ignore missing %}"),
        ("theme/c.html.j2", b"{% extends \"theme/c\" %}"),
    ];
    assert_eq!(
        problems(&[with(templates)], ""),
        [
            "templates.E004 templates/theme/a.html.j2 of module `theme`, line 1: there is no template `bas`",
            "templates.E004 templates/theme/c.html.j2 of module `theme`, line 1: `theme/c` hides no other",
        ]
    );
}

#[test]
fn a_route_that_a_linked_module_lacks_is_named_even_if_the_module_is_off() {
    let theme = Small {
        uses: &["lettings"],
        ..with(&[("theme/a.html.j2", b"{{ url(\"lettings:missing\") }}{{ url('theme:index') }}")])
    };
    for toml in ["", "[default.modules.lettings]\nenabled = false"] {
        let problem = only_problem(&[theme.clone(), lettings()], toml);
        assert_eq!(problem.id, "templates.E005");
        assert_eq!(problem.modules, ["theme", "lettings"]);
        assert_eq!(problem.hint, "did you mean `lettings:index`?");
    }
    assert!(plan(&[theme], "").is_ok(), "a module that is used need not be linked");
}

#[test]
fn a_route_of_a_module_that_is_neither_required_nor_used_names_both() {
    let theme = with(&[("theme/a.html.j2", b"{{ url(\"lettings:index\") }}")]);
    let problem = only_problem(&[theme, lettings()], "");
    assert_eq!(problem.id, "templates.E006");
    assert_eq!(problem.modules, ["theme", "lettings"]);
}

#[test]
fn the_site_may_override_templates_of_modules_that_are_off_or_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let templates = folder.path().join("templates/lettings");
    std::fs::create_dir_all(&templates).unwrap();
    std::fs::write(
        templates.join("index.html.j2"),
        "{% extends 'lettings/index' %}{{ url('letings:x') }}",
    )
    .unwrap();
    let settings = |toml: &str| host::Settings {
        root: folder.path().into(),
        ..crate::support::settings(toml)
    };
    let registry = crate::support::registry(&[lettings(), Small::new("other")]);
    for toml in ["", "[default.modules.lettings]\nenabled = false"] {
        let plan = SITE.modules(registry.clone()).plan(&settings(toml)).unwrap();
        assert_eq!(plan.warnings.len(), 1, "{:?}", plan.warnings);
        assert_eq!(plan.warnings[0].id, "templates.W001");
        assert_eq!(plan.warnings[0].hint, "did you mean `lettings`?");
    }
}

#[test]
fn a_template_on_disk_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let templates = folder.path().join("templates");
    std::fs::create_dir_all(&templates).unwrap();
    std::fs::write(templates.join("latin.html.j2"), b"caf\xe9").unwrap();
    std::fs::write(templates.join(".#base.html.j2"), b"\xff").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", templates.join("dangling.html.j2")).unwrap();
    let settings = host::Settings { root: folder.path().into(), ..crate::support::settings("") };
    let registry = crate::support::registry(&[lettings()]);
    let problems = SITE.modules(registry).plan(&settings).err().unwrap();
    let ids: Vec<&str> = problems.iter().map(|problem| problem.id.as_str()).collect();
    assert_eq!(ids, ["templates.E003", "templates.E003"], "{problems:?}");
}

#[test]
fn an_asset_that_is_not_there_is_named() {
    let theme = Small {
        assets: &[("theme.css", b"a{}")],
        ..with(&[(
            "theme/a.html.j2",
            b"{{ asset('theme/theme.css') }}{{ asset('theme/tehme.css') }}",
        )])
    };
    let problem = only_problem(&[theme], "");
    assert_eq!(problem.id, "templates.E007");
    assert_eq!(problem.hint, "did you mean `theme/theme.css`?");
}
