//! Submitted text, made safe for a page.

/// Returns submitted text with all control characters but white space replaced: HTML does not allow
/// them.
pub fn shown_again(text: &str) -> String {
    let is_shown = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    text.chars().map(|c| if is_shown(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}
