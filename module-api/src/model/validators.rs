//! Rules that Django has classes for.

use std::net::Ipv6Addr;

/// Whether a text is an e-mail address by the rules of Django's `EmailValidator`.
pub(crate) fn is_email(text: &str) -> bool {
    // Longer ones cannot be delivered, and cost time to look at.
    if text.chars().count() > 320 {
        return false;
    }
    let Some((user, domain)) = text.rsplit_once('@') else { return false };
    is_user(user) && (domain.eq_ignore_ascii_case("localhost") || is_domain(domain))
}

/// Words of certain characters with dots between them, or a quoted string.
fn is_user(user: &str) -> bool {
    let is_word_character =
        |c: char| c.is_ascii_alphanumeric() || "-!#$%&'*+/=?^_`{}|~".contains(c);
    let dotted =
        user.split('.').all(|word| !word.is_empty() && word.chars().all(is_word_character));
    dotted || user.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).is_some_and(is_quoted)
}

/// Characters of ASCII but for line breaks, tabs and zero; quotes and backslashes after a backslash.
fn is_quoted(inside: &str) -> bool {
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        let good = match character {
            '\\' => characters.next().is_some_and(
                |c| matches!(c, '\u{1}'..='\u{9}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{7f}'),
            ),
            '"' => false,
            c => {
                matches!(c, '\u{1}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '!'..='\u{7f}')
            }
        };
        if !good {
            return false;
        }
    }
    true
}

/// A host's name with at least two labels, in ASCII or not, or an address in brackets.
fn is_domain(domain: &str) -> bool {
    if let Some(address) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<std::net::Ipv4Addr>().is_ok()
            || address.parse::<Ipv6Addr>().is_ok();
    }
    let labels: Vec<&str> = domain.split('.').collect();
    let Some((top, rest)) = labels.split_last() else { return false };
    let is_inner = |c: char| c == '-' || c.is_alphanumeric();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().count() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(is_inner)
    };
    !rest.is_empty()
        && rest.iter().all(|label| is_label(label))
        && is_label(top)
        && top.chars().count() >= 2
        && !top.chars().all(|c| c.is_ascii_digit())
}
