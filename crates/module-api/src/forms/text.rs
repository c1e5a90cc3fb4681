//! Typed text as a page can show it.

/// Returns typed text as a page can show it: HTML has no zero character, and of other control characters
/// white space only.
pub fn shown_again(text: &str) -> String {
    let is_shown = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    text.chars().map(|c| if is_shown(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}
