//! The places in templates for sections of other modules.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, State};

use super::TemplateSet;
use super::scan::{Kind, references};

/// The function `place`: the sections of a place, one after the other, marked as safe.
pub(super) fn place(state: &State<'_, '_>, name: &str, arguments: &Kwargs) -> Result<Value, Error> {
    let mut text = String::new();
    if let Some(places) = state.lookup("__sections") {
        for section in places.get_item(&Value::from(name))?.try_iter().into_iter().flatten() {
            match rendered(state, &section, arguments) {
                Ok(section) => text.push_str(&section),
                // The page is rendered without the section.
                Err(error) => tracing::error!(place = name, "a section is left out: {error:#}"),
            }
        }
    }
    Ok(Value::from_safe_string(text))
}

fn rendered(state: &State<'_, '_>, section: &Value, arguments: &Kwargs) -> Result<String, Error> {
    let mut context = BTreeMap::new();
    for name in arguments.args() {
        context.insert(name.to_owned(), arguments.peek::<Value>(name)?);
    }
    let own = section.get_attr("context")?;
    for name in own.try_iter().into_iter().flatten() {
        let value = own.get_item(&name)?;
        context.insert(name.to_string(), value);
    }
    context.extend(state.lookup("page").map(|page| ("page".to_owned(), page)));
    let template = section.get_attr("template")?;
    state.env().get_template(template.as_str().unwrap_or_default())?.render(context)
}

impl TemplateSet {
    /// The names of the places in templates.
    pub(crate) fn places(&self) -> BTreeSet<String> {
        let names = self.sources().flat_map(|(_, source)| references(&source.text));
        let places = names.filter(|reference| reference.kind == Kind::Place);
        places.map(|reference| reference.name.to_owned()).collect()
    }
}
