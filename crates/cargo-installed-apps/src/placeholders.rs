//! Placeholders in the files of the template, as `cargo generate` writes them.

use std::collections::BTreeMap;

/// The end of the name of a file with placeholders.
pub(crate) const SUFFIX: &str = ".liquid";

/// The text of each placeholder, by what stands between its braces: `module_name | pascal_case`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placeholders(BTreeMap<&'static str, String>);

impl Placeholders {
    /// Sets the text of a placeholder.
    pub(crate) fn set(mut self, placeholder: &'static str, text: impl Into<String>) -> Self {
        self.0.insert(placeholder, text.into());
        self
    }

    /// The text with its placeholders replaced.
    ///
    /// # Panics
    ///
    /// On a placeholder that is not set: a mistake in the template, which tests render as a whole.
    pub(crate) fn render(&self, text: &str) -> String {
        let mut parts = text.split("{{");
        let mut rendered = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (placeholder, rest) =
                part.split_once("}}").expect("each placeholder in the template is closed");
            let value = self.0.get(placeholder.trim());
            rendered.push_str(value.expect("each placeholder in the template is set"));
            rendered.push_str(rest);
        }
        rendered
    }
}

#[cfg(test)]
mod tests {
    use super::Placeholders;

    #[test]
    fn placeholders_are_replaced_and_all_else_stays() {
        let placeholders = Placeholders::default().set("name", "news").set("name | upper", "NEWS");
        let text = "{{name}}/{ {{ name | upper }} }\n{name}\n";
        assert_eq!(placeholders.render(text), "news/{ NEWS }\n{name}\n");
    }

    #[test]
    #[should_panic(expected = "is set")]
    fn a_placeholder_that_is_not_set_is_a_mistake() {
        Placeholders::default().render("{{nmae}}");
    }
}
