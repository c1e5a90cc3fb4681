//! Change messages: Django's JSON, and their display in words.

use std::io;

use module_api::serde::{Deserialize, Serialize};
use serde_json::ser::{CharEscape, Formatter, Serializer};

/// The changes of an object and of the inline objects in its form.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChangeMessage(Vec<Part>);

/// One change, as in the JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(crate = "module_api::serde", rename_all = "lowercase")]
enum Part {
    Added(About),
    Changed(About),
    Deleted(About),
}

/// The inline object, unless it is the form's object itself, and its fields.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(crate = "module_api::serde")]
struct About {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<String>>,
}

impl About {
    fn inline(name: &str, shown: &str) -> Self {
        Self { name: Some(name.to_owned()), object: Some(shown.to_owned()), fields: None }
    }

    fn with_fields(self, labels: impl IntoIterator<Item: Into<String>>) -> Self {
        Self { fields: Some(labels.into_iter().map(Into::into).collect()), ..self }
    }
}

impl ChangeMessage {
    /// The object was added.
    pub(crate) fn added() -> Self {
        Self(vec![Part::Added(About::default())])
    }

    /// Fields of the object were changed, as forms label them: `Title`. There may be none.
    pub(crate) fn changed(labels: impl IntoIterator<Item: Into<String>>) -> Self {
        let mut labels = labels.into_iter().peekable();
        if labels.peek().is_none() {
            return Self::default();
        }
        Self(vec![Part::Changed(About::default().with_fields(labels))])
    }

    /// An object in the same form was added; `name` is its model's verbose name.
    pub(crate) fn inline_added(&mut self, name: &str, shown: &str) {
        self.0.push(Part::Added(About::inline(name, shown)));
    }

    /// Fields of an object in the same form were changed, as forms label them.
    pub(crate) fn inline_changed(
        &mut self,
        name: &str,
        shown: &str,
        labels: impl IntoIterator<Item: Into<String>>,
    ) {
        self.0.push(Part::Changed(About::inline(name, shown).with_fields(labels)));
    }

    /// An object in the same form was deleted.
    pub(crate) fn inline_deleted(&mut self, name: &str, shown: &str) {
        self.0.push(Part::Deleted(About::inline(name, shown)));
    }

    /// Formats the message as Django's JSON.
    pub(crate) fn json(&self) -> String {
        let mut json = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut json, DjangoFormatter);
        self.0.serialize(&mut serializer).expect("a message is plain values");
        String::from_utf8(json).expect("JSON is text")
    }
}

/// A JSON formatter with a space after commas and colons, and only ASCII.
struct DjangoFormatter;

impl Formatter for DjangoFormatter {
    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut units = [0; 2];
        for character in fragment.chars() {
            match u8::try_from(character) {
                // Python escapes this one like all characters that are not ASCII.
                Ok(byte) if byte.is_ascii() && byte != 0x7f => writer.write_all(&[byte])?,
                _ => {
                    for unit in character.encode_utf16(&mut units) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        let text = match escape {
            CharEscape::Quote => "\\\"",
            CharEscape::ReverseSolidus => "\\\\",
            CharEscape::Solidus => "/",
            CharEscape::Backspace => "\\b",
            CharEscape::FormFeed => "\\f",
            CharEscape::LineFeed => "\\n",
            CharEscape::CarriageReturn => "\\r",
            CharEscape::Tab => "\\t",
            CharEscape::AsciiControl(byte) => return write!(writer, "\\u{byte:04x}"),
        };
        writer.write_all(text.as_bytes())
    }
}

/// Formats a message of the log in words, like Django: `Changed Title and Address.` A message
/// that is not Django's JSON is text already. Inline objects are named by label if their model
/// may be named.
pub(super) fn words(message: &str, may_name: impl Fn(&str) -> bool) -> String {
    if !message.starts_with('[') {
        return message.to_owned();
    }
    let parts: Option<Vec<String>> = serde_json::from_str::<Vec<Part>>(message)
        .ok()
        .and_then(|parts| parts.iter().map(|part| part.words(&may_name)).collect());
    match parts {
        None => message.to_owned(),
        Some(parts) if parts.is_empty() => "No fields changed.".to_owned(),
        Some(parts) => parts.join(" "),
    }
}

impl Part {
    /// Formats it in words; `None` if fields that Django expects are missing.
    fn words(&self, may_name: &impl Fn(&str) -> bool) -> Option<String> {
        Some(match self {
            Self::Added(About { name: None, object: None, fields: None }) => "Added.".to_owned(),
            Self::Added(about) => format!("Added {}.", about.object(may_name)?),
            Self::Changed(about) => {
                let fields = list(about.fields.as_ref()?);
                match about.name {
                    Some(_) => format!("Changed {fields} for {}.", about.object(may_name)?),
                    None => format!("Changed {fields}."),
                }
            }
            Self::Deleted(about) => format!("Deleted {}.", about.object(may_name)?),
        })
    }
}

impl About {
    fn object(&self, may_name: &impl Fn(&str) -> bool) -> Option<String> {
        let (name, object) = (self.name.as_ref()?, self.object.as_ref()?);
        Some(if may_name(name) { format!("{name} “{object}”") } else { name.clone() })
    }
}

/// `A`, `A and B`, `A, B and C`.
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by Django 5.2: `json.dumps`, and `LogEntry.get_change_message`.
    #[test]
    fn messages_are_written_and_read_as_django_does() {
        let mut several = ChangeMessage::changed(["Title", "Zip code", "Größe"]);
        several.inline_added("address", "12 “Main” \\ \"St\"\n\t/\u{7f}\u{1}");
        several.inline_changed("house", "🏠", ["Street"]);
        several.inline_deleted("profile", "zoë");
        for (message, json, words) in [
            (ChangeMessage::added(), r#"[{"added": {}}]"#, "Added."),
            (ChangeMessage::default(), "[]", "No fields changed."),
            (ChangeMessage::changed([""; 0]), "[]", "No fields changed."),
            (
                ChangeMessage::changed(["Title"]),
                r#"[{"changed": {"fields": ["Title"]}}]"#,
                "Changed Title.",
            ),
            (
                ChangeMessage::changed(["Title", "Address"]),
                r#"[{"changed": {"fields": ["Title", "Address"]}}]"#,
                "Changed Title and Address.",
            ),
            (
                several,
                concat!(
                    r#"[{"changed": {"fields": ["Title", "Zip code", "Gr\u00f6\u00dfe"]}}, "#,
                    r#"{"added": {"name": "address", "object": "#,
                    r#""12 \u201cMain\u201d \\ \"St\"\n\t/\u007f\u0001"}}, "#,
                    r#"{"changed": {"name": "house", "object": "\ud83c\udfe0", "#,
                    r#""fields": ["Street"]}}, "#,
                    r#"{"deleted": {"name": "profile", "object": "zo\u00eb"}}]"#,
                ),
                "Changed Title, Zip code and Größe. Added address “12 “Main” \\ \"St\"\n\t/\u{7f}\u{1}”. \
                 Changed Street for house “🏠”. Deleted profile “zoë”.",
            ),
        ] {
            assert_eq!(message.json(), json);
            assert_eq!(super::words(json, |_| true), words);
        }
    }

    #[test]
    fn what_is_no_message_of_djangos_is_shown_as_it_is() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "Changed title.",
            "[not JSON",
            "[1]",
            r#"[{"other": {}}]"#,
            r#"[{"added": {"name": "x"}}]"#,
            r#"[{"changed": {"fields": [1]}}]"#,
            r#"[{"changed": {}}]"#,
            &deep,
        ] {
            assert_eq!(words(text, |_| true), text);
        }
    }
}
