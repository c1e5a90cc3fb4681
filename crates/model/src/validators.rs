//! The rules of Django's validators.

mod url;

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::de::IgnoredAny;

pub(crate) use url::is_url;

/// Returns `true` if a text is an email address by the rules of Django's `EmailValidator`.
pub(crate) fn is_email(text: &str) -> bool {
    // Longer ones cannot be delivered, and cost time to check.
    if text.chars().count() > 320 {
        return false;
    }
    let Some((user, domain)) = text.rsplit_once('@') else { return false };
    is_user(user) && (domain == "localhost" || is_domain(domain))
}

/// Returns `true` if a text is a slug by the rules of Django's `validate_slug`.
pub(crate) fn is_slug(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Returns the error of a text that is not JSON for both databases, if there is one.
pub(crate) fn json_problem(text: &str) -> Option<String> {
    // Lone surrogates in escapes are only detected when texts are parsed.
    let read = if text.contains("\\u") {
        serde_json::from_str::<serde_json::Value>(text).map(drop)
    } else {
        serde_json::from_str::<IgnoredAny>(text).map(drop)
    };
    match read {
        Err(error) => Some(format!("This is not valid JSON: {error}.")),
        Ok(()) if text.contains("\\u0000") => Some("Null characters are not allowed.".to_owned()),
        Ok(()) => None,
    }
}

/// Returns `true` for words of certain characters with dots between them, or a quoted string.
fn is_user(user: &str) -> bool {
    let is_word_character =
        |c: char| c.is_ascii_alphanumeric() || "-!#$%&'*+/=?^_`{}|~".contains(c);
    let dotted =
        user.split('.').all(|word| !word.is_empty() && word.chars().all(is_word_character));
    dotted || user.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).is_some_and(is_quoted)
}

/// Returns `true` for ASCII without line breaks, tabs and zero; quotes and backslashes after a
/// backslash.
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

/// Returns `true` for a host name with at least two labels, in ASCII or not, or an address in
/// brackets.
fn is_domain(domain: &str) -> bool {
    if let Some(address) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv4Addr>().is_ok() || address.parse::<Ipv6Addr>().is_ok();
    }
    let Some((hosts, top)) = domain.rsplit_once('.') else { return false };
    hosts.split('.').all(is_label) && is_top_label(top)
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{a1}'..='\u{ffff}')
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.chars().count())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| is_letter(c) || c.is_ascii_digit() || c == '-')
}

/// Returns `true` for a label without digits, or in Punycode.
fn is_top_label(label: &str) -> bool {
    let encoded = label.get(..4).filter(|start| start.eq_ignore_ascii_case("xn--"));
    is_label(label)
        && label.chars().count() >= 2
        && match encoded {
            Some(_) => label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
            None => label.chars().all(|c| is_letter(c) || c == '-'),
        }
}

#[cfg(test)]
mod tests {
    use super::is_email;

    /// Addresses that Django 5.2 accepts.
    const GOOD: &[&str] = &[
        "a@b.co",
        "email@here.com",
        "weirder-email@here.and.there.com",
        "!def!xyz%abc@example.com",
        "email@[127.0.0.1]",
        "email@[2001:dB8::1]",
        "email@[2001:dB8:0:0:0:0:0:1]",
        "email@[::fffF:127.0.0.1]",
        "example@valid-----hyphens.com",
        "example@valid-with-hyphens.com",
        "test@domain.with.idn.tld.उदाहरण.परीक्षा",
        "email@localhost",
        "\"test@test\"@example.com",
        "example@atm.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "example@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.atm",
        "example@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbb.atm",
        "\"\\\t\"@here.com",
        "\"\\\\011\"@here.com",
        "\"\\012\"@here.com",
        "zoe@exämple.com",
        "zoe@例え.テスト",
        "o'neil@example.com",
        "a+b@x-y.org",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com",
        "a@xn--80ak6aa92e.com",
        "a@example.xn--p1ai",
        "a@１.com",
        "a@b.１２",
        "\"a\u{1}\"@example.com",
        "a@[::1]",
        "a@b.c-d",
        "a@b.c--d",
    ];

    /// Addresses that Django 5.2 refuses.
    const BAD: &[&str] = &[
        "a@b.c",
        "email@LOCALHOST",
        "example@atm.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "",
        "abc",
        "abc@",
        "abc@bar",
        "a @x.cz",
        "abc@.com",
        "something@@somewhere.com",
        "email@127.0.0.1",
        "email@[127.0.0.256]",
        "email@[2001:db8::12345]",
        "email@[2001:db8:0:0:0:0:1]",
        "email@[::ffff:127.0.0.256]",
        "example@invalid-.com",
        "example@-invalid.com",
        "example@invalid.com-",
        "example@inv-.alid-.com",
        "example@inv-.-alid.com",
        "test@example.com\n\n<script src=\"x.js\">",
        "\"\\\n\"@here.com",
        "trailingdot@shouldfail.com.",
        "a@b.com\n",
        "a\n@b.com",
        "\"test@test\"\n@example.com",
        "a@[127.0.0.1]\n",
        "john.doe@example.com.",
        "john..doe@example.com",
        ".john@example.com",
        "john.@example.com",
        "zoë@example.com",
        "zoe@example.c",
        "zoe@example.c1",
        "zoe@example.1c",
        "zoe@example.123",
        "zoe@a_b.com",
        "\"quoted string\"@example.com",
        "\"quo\"ted\"@example.com",
        "a@example.com-",
        "a@exa mple.com",
        "\"a b\"@example.com",
        "@example.com",
        "a@",
        "a@b",
        "a@[]",
        "a@[1.2.3.4",
        "a@[1.2.3]",
        "a@[01.2.3.4]",
        "a@-b.com",
        "a@b-.com",
        "a@b..com",
        "a@b.-cd",
        "a@b.cd-",
    ];

    #[test]
    fn addresses_are_judged_as_django_does() {
        for address in GOOD {
            assert!(is_email(address), "{address}");
        }
        for address in BAD {
            assert!(!is_email(address), "{address}");
        }
        assert!(is_email(&format!("{}@example.com", "a".repeat(300))));
        assert!(!is_email(&format!("{}@example.com", "a".repeat(400))));
    }
}
