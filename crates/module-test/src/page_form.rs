//! The forms of a page, as a browser submits them.

use std::collections::BTreeSet;

use crate::{Document, Element};

/// A form of a page with the values of its controls.
///
/// ```
/// use module_test::Document;
///
/// let page = Document::parse(
///     r#"<form method="post" action="/sign/"><input name="author" value="Ann"></form>"#,
/// );
/// let mut form = page.form_with(&["author"]);
/// assert_eq!(form.fields, [("author".to_owned(), "Ann".to_owned())]);
/// form.fill("author", "Bo");
/// assert_eq!(form.fields, [("author".to_owned(), "Bo".to_owned())]);
/// assert_eq!(form.action.as_deref(), Some("/sign/"));
/// ```
#[derive(Debug, Clone)]
pub struct PageForm {
    /// The address it is submitted to; `None` for that of the page.
    pub action: Option<String>,
    /// The fields that a browser would send, in the order of the page.
    pub fields: Vec<(String, String)>,
    /// The names of all controls, unchecked boxes included.
    names: BTreeSet<String>,
}

impl Document {
    /// The first form with the method `post` that has controls with all these names.
    #[track_caller]
    pub fn form_with(&self, names: &[&str]) -> PageForm {
        let is_post = |element: &Element| {
            let method = element.attribute("method").unwrap_or_default();
            element.name == "form" && method.eq_ignore_ascii_case("post")
        };
        let places = (0..self.elements.len()).filter(|place| is_post(&self.elements[*place]));
        let forms: Vec<PageForm> = places.map(|place| PageForm::at(self, place)).collect();
        let found = forms.iter().find(|form| names.iter().all(|name| form.names.contains(*name)));
        found.unwrap_or_else(|| panic!("no form has {names:?}: {forms:#?}")).clone()
    }
}

impl PageForm {
    fn at(page: &Document, place: usize) -> Self {
        let form = &page.elements[place];
        let inside = &page.elements[place + 1..form.end];
        let (mut fields, mut names) = (Vec::new(), BTreeSet::new());
        for (at, control) in inside.iter().enumerate() {
            let Some(name) = control.attribute("name") else { continue };
            let value = match control.name.as_str() {
                "input" => input_value(control),
                // The line break right after the tag is not part of the text.
                "textarea" => {
                    let text = &control.text;
                    Some(text.strip_prefix('\n').unwrap_or(text).to_owned())
                }
                "select" => {
                    let end = control.end - place - 1;
                    Some(selected(&inside[at + 1..end]))
                }
                _ => continue,
            };
            names.insert(name.to_owned());
            fields.extend(value.map(|value| (name.to_owned(), value)));
        }
        Self { action: form.attribute("action").map(str::to_owned), fields, names }
    }

    /// Fills in a field; empty text unchecks a box.
    ///
    /// # Panics
    ///
    /// The form has no such field.
    #[track_caller]
    pub fn fill(&mut self, name: &str, value: &str) {
        assert!(self.names.contains(name), "the form has no field `{name}`: {:?}", self.names);
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
    }
}

/// The submitted value of an input; `None` for an unchecked box.
fn input_value(input: &Element) -> Option<String> {
    let value = input.attribute("value");
    match input.attribute("type") {
        Some("checkbox" | "radio") => {
            input.attribute("checked").map(|_| value.unwrap_or("on").to_owned())
        }
        _ => Some(value.unwrap_or_default().to_owned()),
    }
}

/// The value of the selected option: the first, if none is marked.
fn selected(options: &[Element]) -> String {
    let marked = options.iter().find(|option| option.attribute("selected").is_some());
    let option = marked.or(options.first());
    option.and_then(|option| option.attribute("value")).unwrap_or_default().to_owned()
}
