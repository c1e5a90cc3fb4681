//! The site's own templates and their functions, written for these pages alone.

use std::collections::HashMap;
use std::error::Error;

use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, ErrorKind, context};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

/// The bytes that the site leaves unencoded in a part of an address.
const SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

const TEMPLATES: [(&str, &str); 8] = [
    ("base", include_str!("../../../templates/base.html.j2")),
    ("pagination", include_str!("../../../host/templates/pagination.html.j2")),
    ("accounts/menu", include_str!("../../../modules/accounts/templates/accounts/menu.html.j2")),
    ("home/index", include_str!("../../../modules/home/templates/home/index.html.j2")),
    ("lettings/index", include_str!("../../../modules/lettings/templates/lettings/index.html.j2")),
    (
        "lettings/letting",
        include_str!("../../../modules/lettings/templates/lettings/letting.html.j2"),
    ),
    ("profiles/index", include_str!("../../../modules/profiles/templates/profiles/index.html.j2")),
    (
        "profiles/profile",
        include_str!("../../../modules/profiles/templates/profiles/profile.html.j2"),
    ),
];

/// The manifest from `collectstatic`: the hashed name of each asset.
#[derive(Deserialize)]
struct Manifest {
    paths: HashMap<String, String>,
}

/// Reads the addresses of the assets, so that pages use those of the host.
pub(crate) fn read_manifest(path: &str) -> Result<HashMap<String, String>, Box<dyn Error>> {
    let manifest: Manifest = serde_json::from_slice(&std::fs::read(path)?)?;
    let address = |(name, hashed)| (name, format!("/static/{hashed}"));
    Ok(manifest.paths.into_iter().map(address).collect())
}

/// Installs the templates and their functions in the engine.
pub(crate) fn install(
    engine: &mut Environment<'static>,
    assets: &HashMap<String, String>,
) -> Result<(), minijinja::Error> {
    engine.set_trim_blocks(true);
    engine.set_lstrip_blocks(true);
    engine.set_auto_escape_callback(|_| AutoEscape::Html);
    engine.add_global("site", context! { name => "Holiday Homes", navigation => navigation() });
    engine.add_function("url", |route: &str, parameters: Kwargs| url(route, &parameters));
    let assets = assets.clone();
    engine.add_function("asset", move |name: &str| match assets.get(name) {
        Some(address) => Ok(Value::from_safe_string(address.clone())),
        None => Err(broken(format!("there is no asset `{name}`"))),
    });
    // No module has sections on these pages.
    engine.add_function("place", |_: &str, _: Kwargs| "");
    for (name, source) in TEMPLATES {
        engine.add_template(name, source)?;
    }
    Ok(())
}

fn navigation() -> Vec<Value> {
    let item = |module: &str, label: &str, url: &str, summary: &str| {
        let url = Value::from_safe_string(url.to_owned());
        context! { module => module, id => module, label => label, url => url, summary => summary }
    };
    let lettings = "Homes by the coast and inland, to rent for a week or a season.";
    let profiles = "The people who let and rent here, and the cities they love.";
    vec![
        item("home", "Home", "/", ""),
        item("lettings", "Lettings", "/lettings/", lettings),
        item("profiles", "Profiles", "/profiles/", profiles),
    ]
}

fn url(route: &str, parameters: &Kwargs) -> Result<Value, minijinja::Error> {
    let address = match route {
        "accounts:login" => "/accounts/login/".to_owned(),
        "home:index" => "/".to_owned(),
        "lettings:index" => "/lettings/".to_owned(),
        "lettings:letting" => format!("/lettings/{}/", parameters.get::<i64>("letting_id")?),
        "profiles:index" => "/profiles/".to_owned(),
        "profiles:profile" => {
            let username = utf8_percent_encode(parameters.get("username")?, SEGMENT);
            format!("/profiles/{username}/")
        }
        _ => return Err(broken(format!("there is no route `{route}`"))),
    };
    Ok(Value::from_safe_string(address))
}

fn broken(message: String) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSETS: [&str; 7] = [
        "home/hero.svg",
        "home/home.css",
        "host/favicon.svg",
        "host/site.css",
        "lettings/lettings.css",
        "profiles/profiles.css",
        "site/style.css",
    ];

    #[test]
    fn all_pages_are_rendered_with_the_functions_that_are_there() {
        let mut engine = Environment::new();
        let assets = ASSETS.map(|name| (name.to_owned(), format!("/static/{name}")));
        install(&mut engine, &HashMap::from(assets)).unwrap();
        let letting = context! { id => 1, title => "Seaview", address => context! { number => 1 } };
        let profile = context! { username => "marisol" };
        let values = context! {
            page => context! { path => "/", module => "home" },
            lettings => [&letting],
            letting => &letting,
            profiles => [&profile],
            profile => &profile,
            pagination => context! { number => 1 },
        };
        for (name, _) in TEMPLATES.iter().filter(|(name, _)| name.contains('/')) {
            engine.get_template(name).unwrap().render(&values).unwrap();
        }
    }
}
