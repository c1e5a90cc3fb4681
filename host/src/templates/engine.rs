//! The template engine with the site's templates and their globals.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State};
use module_api::{Urls, csrf_input, csrf_token};

use super::TemplateSet;
use super::navigation::site;
use super::places::place;
use crate::assets::AssetStore;
use crate::planned::PlannedItem;

/// The globals of all templates of a site.
#[derive(Clone)]
pub(crate) struct Globals {
    pub(crate) site_name: String,
    pub(crate) navigation: Vec<PlannedItem>,
    pub(crate) urls: Urls,
    pub(crate) assets: Arc<AssetStore>,
    pub(crate) modules: BTreeSet<&'static str>,
}

/// Installs all templates and globals in an engine. It and the texts live as long as the program: a
/// borrowed template is found without a lock and a copy of its name, at each use.
///
/// # Errors
///
/// The first template that cannot be parsed.
pub(crate) fn install_for_good(
    engine: &mut Environment<'static>,
    set: &TemplateSet,
    globals: &Globals,
) -> Result<(), Error> {
    install_with(engine, set, globals, |text| Cow::Borrowed(text.leak()))
}

/// Installs all templates and globals in an engine.
///
/// # Errors
///
/// The first template that cannot be parsed.
pub(crate) fn install(
    engine: &mut Environment<'static>,
    set: &TemplateSet,
    globals: &Globals,
) -> Result<(), Error> {
    install_with(engine, set, globals, Cow::Owned)
}

fn install_with(
    engine: &mut Environment<'static>,
    set: &TemplateSet,
    globals: &Globals,
    keep: impl Fn(String) -> Cow<'static, str>,
) -> Result<(), Error> {
    set_rules(engine, set);
    add_globals(engine, globals);
    for (name, source) in set.sources() {
        let text = set.text(&name, source).into_owned();
        engine.add_template_owned(keep(name), keep(text))?;
    }
    Ok(())
}

/// Sets the rules for escaping, and for removing lines with only a block. The engine of
/// `rocket_dyn_templates` would not escape templates that are added to it.
pub(super) fn set_rules(engine: &mut Environment<'static>, set: &TemplateSet) {
    engine.set_trim_blocks(true);
    engine.set_lstrip_blocks(true);
    let plain: BTreeSet<String> =
        set.sources().filter(|(_, source)| !source.is_escaped()).map(|(name, _)| name).collect();
    engine.set_auto_escape_callback(move |name| {
        if plain.contains(name) { AutoEscape::None } else { AutoEscape::Html }
    });
}

fn add_globals(engine: &mut Environment<'static>, globals: &Globals) {
    engine.add_global("site", site(&globals.site_name, &globals.navigation));

    let urls = globals.urls.clone();
    engine
        .add_function("url", move |route: &str, parameters: Kwargs| url(&urls, route, &parameters));

    let assets = Arc::clone(&globals.assets);
    engine.add_function("asset", move |path: &str| match assets.current().address(path) {
        Some(address) => Ok(address.clone()),
        None => Err(Error::new(ErrorKind::InvalidOperation, format!("there is no asset `{path}`"))),
    });

    engine.add_function("csrf_input", || csrf_input().map(Value::from_safe_string));
    engine.add_function("csrf_token", csrf_token);

    engine.add_function("place", |state: &State<'_, '_>, name: &str, arguments: Kwargs| {
        place(state, name, &arguments)
    });

    let modules = globals.modules.clone();
    engine.add_function("module", move |name: &str| modules.contains(name));
}

/// The function `url`: an address that needs no escaping in `href`.
fn url(urls: &Urls, route: &str, parameters: &Kwargs) -> Result<Value, Error> {
    let value_of = |name: &str| {
        // Peeking at a missing argument creates an error with a message.
        let is_given = parameters.args().any(|given| given == name);
        is_given.then(|| parameters.peek::<Value>(name).ok()).flatten()
    };
    urls.url_with(route, parameters.args(), value_of)
        .map(Value::from_safe_string)
        .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}
