//! A page as a browser reads it: elements with their attributes and text.

use std::collections::BTreeMap;

use html5gum::{DefaultEmitter, HtmlString, Token, Tokenizer};

/// Elements without an end tag.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// The document of a page.
///
/// ```
/// use module_test::Document;
///
/// let page = Document::parse("<h1>Lettings</h1><p><a href=\"/lettings/1/\">Sea view</a></p>");
/// assert_eq!(page.heading(), "Lettings");
/// assert_eq!(page.link("Sea view"), Some("/lettings/1/"));
/// ```
#[derive(Debug)]
pub struct Document {
    /// All elements, in document order.
    pub elements: Vec<Element>,
}

/// An element of a page.
///
/// ```
/// use module_test::Document;
///
/// let page = Document::parse(r#"<p id="title-error" class="error">Enter a <b>title</b>.</p>"#);
/// let error = page.id("title-error").unwrap();
/// assert_eq!((error.name.as_str(), error.attribute("class")), ("p", Some("error")));
/// assert_eq!(error.words(), "Enter a title.");
/// ```
#[derive(Debug)]
pub struct Element {
    /// The name of the tag.
    pub name: String,
    /// The attributes, with character references resolved.
    pub attributes: BTreeMap<String, String>,
    /// The text, including that of the elements inside it, with character references resolved.
    pub text: String,
    /// The index of the first element after it that is not inside it.
    pub(crate) end: usize,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// The text with each run of white space collapsed to one space.
    pub fn words(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Document {
    /// Parses a page.
    pub fn parse(html: &str) -> Self {
        let mut elements: Vec<Element> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        for token in Tokenizer::new_with_emitter(html, emitter) {
            match token.unwrap() {
                Token::StartTag(tag) => {
                    let name = text(&tag.name);
                    let place = elements.len();
                    if !VOID.contains(&name.as_str()) && !tag.self_closing {
                        open.push(place);
                    }
                    let attribute =
                        |(name, value): (HtmlString, html5gum::Spanned<HtmlString, ()>)| {
                            (text(&name), text(&value.value))
                        };
                    let attributes = tag.attributes.into_iter().map(attribute).collect();
                    elements.push(Element {
                        name,
                        attributes,
                        text: String::new(),
                        end: place + 1,
                    });
                }
                Token::EndTag(tag) => {
                    let name = text(&tag.name);
                    if let Some(last) = open.iter().rposition(|index| elements[*index].name == name)
                    {
                        let end = elements.len();
                        for closed in open.drain(last..) {
                            elements[closed].end = end;
                        }
                    }
                }
                Token::String(string) => {
                    for index in &open {
                        elements[*index].text.push_str(&text(&string));
                    }
                }
                Token::Comment(_) | Token::Doctype(_) => {}
                Token::Error(error) => panic!("the page is not well formed: {error:?}\n{html}"),
            }
        }
        Self { elements }
    }

    /// All elements with that tag name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(move |element| element.name == name)
    }

    /// The element with that id, which has to be unique.
    pub fn id(&self, id: &str) -> Option<&Element> {
        let mut found = self.elements.iter().filter(|e| e.attribute("id") == Some(id));
        let first = found.next();
        assert!(found.next().is_none(), "two elements have the id {id}");
        first
    }

    /// The page's title.
    pub fn title(&self) -> String {
        self.all("title").next().expect("a page has a title").text.clone()
    }

    /// The text of the first heading.
    pub fn heading(&self) -> String {
        self.all("h1").next().expect("a page has a heading").text.clone()
    }

    /// The text of the main content: `main`.
    pub fn main(&self) -> String {
        let main = self.all("main").next();
        main.unwrap_or_else(|| panic!("no main part in {:#?}", self.elements)).words()
    }

    /// All addresses the page links to or loads.
    pub fn addresses(&self) -> Vec<String> {
        let of = |element: &Element| {
            ["href", "src"].map(|name| element.attribute(name).map(str::to_owned))
        };
        self.elements.iter().flat_map(of).flatten().collect()
    }

    /// The address of the link with that text.
    pub fn link(&self, text: &str) -> Option<&str> {
        self.all("a").find(|link| link.words() == text)?.attribute("href")
    }
}

fn text(string: &HtmlString) -> String {
    String::from_utf8(string.to_vec()).expect("the page is UTF-8")
}
