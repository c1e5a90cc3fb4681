//! Placeholders in the files of the template, in the syntax of `cargo generate`.

use std::collections::BTreeMap;

/// The extension of a file with placeholders.
pub(crate) const SUFFIX: &str = ".liquid";

/// The text of each placeholder, by the content of its braces: `module_name | pascal_case`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placeholders(BTreeMap<&'static str, String>);

impl Placeholders {
    /// Sets the text of a placeholder.
    pub(crate) fn set(mut self, placeholder: &'static str, text: impl Into<String>) -> Self {
        self.0.insert(placeholder, text.into());
        self
    }

    /// Replaces the placeholders in a text, except in `{% raw %}…{% endraw %}`, which encloses the
    /// site's own templates.
    ///
    /// # Panics
    ///
    /// A placeholder is not set: a bug in the template, which tests render as a whole.
    pub(crate) fn render(&self, text: &str) -> String {
        let mut parts = text.split("{% raw %}");
        let mut rendered = self.replace(parts.next().unwrap_or_default());
        for part in parts {
            let (raw, rest) =
                part.split_once("{% endraw %}").expect("each raw part in the template is closed");
            rendered.push_str(raw);
            rendered.push_str(&self.replace(rest));
        }
        rendered
    }

    fn replace(&self, text: &str) -> String {
        let mut parts = text.split("{{");
        let mut replaced = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (placeholder, rest) =
                part.split_once("}}").expect("each placeholder in the template is closed");
            let value = self.0.get(placeholder.trim());
            replaced.push_str(value.expect("each placeholder in the template is set"));
            replaced.push_str(rest);
        }
        replaced
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
    fn what_is_raw_is_for_the_templates_of_the_site() {
        let placeholders = Placeholders::default().set("name", "news");
        let text = "{{name}}{% raw %}<h1>{{ name }}</h1>{% endraw %}{{name}}";
        assert_eq!(placeholders.render(text), "news<h1>{{ name }}</h1>news");
    }

    #[test]
    #[should_panic(expected = "is set")]
    fn a_placeholder_that_is_not_set_is_a_mistake() {
        Placeholders::default().render("{{nmae}}");
    }
}
