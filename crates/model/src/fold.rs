//! Case and accent folding, for searches: `Cádiz` becomes `cadiz`.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;

/// The combining marks: accents, umlauts, cedillas.
const MARKS: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';

/// The combining marks that occur in languages with Latin letters, as characters of their own.
const USUAL_MARKS: [u32; 13] =
    [0x300, 0x301, 0x302, 0x303, 0x304, 0x306, 0x307, 0x308, 0x30a, 0x30b, 0x30c, 0x327, 0x328];

/// The text in lower case, without combining marks.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|c| !MARKS.contains(c)).nfc().flat_map(char::to_lowercase).collect()
}

/// A `GLOB` pattern of SQLite that matches this text regardless of case and accents.
pub(crate) fn glob_pattern(text: &str) -> String {
    let mut pattern = String::new();
    for character in folded(text).chars() {
        match alike().get(&character) {
            Some(others) => {
                write!(pattern, "[{character}{others}]").expect("a string takes all");
            }
            None if matches!(character, '*' | '?' | '[') => {
                write!(pattern, "[{character}]").expect("a string takes all");
            }
            None => pattern.push(character),
        }
    }
    pattern
}

/// The SQL of SQLite before and after a column, to remove combining marks.
pub(crate) fn without_marks() -> &'static (String, String) {
    static AROUND: OnceLock<(String, String)> = OnceLock::new();
    AROUND.get_or_init(|| {
        let after = USUAL_MARKS.map(|mark| format!(", char({mark}), '')"));
        ("replace(".repeat(USUAL_MARKS.len()), after.concat())
    })
}

/// The SQL of PostgreSQL before and after a text, equivalent to [`folded`].
pub(crate) const POSTGRES: (&str, &str) =
    ("lower(normalize(regexp_replace(normalize(", ", NFD), '[\\u0300-\\u036F]', '', 'g'), NFC))");

/// The characters that fold to one character, by that character.
fn alike() -> &'static HashMap<char, String> {
    static ALIKE: OnceLock<HashMap<char, String>> = OnceLock::new();
    ALIKE.get_or_init(|| {
        let mut alike: HashMap<char, String> = HashMap::new();
        // Alphabets with upper case or accents.
        let letters = ('A'..='Z')
            .chain('\u{80}'..='\u{24ff}')
            .chain('\u{2c00}'..='\u{2dff}')
            .chain('\u{a640}'..='\u{a7ff}');
        for character in letters {
            let text = folded(character.encode_utf8(&mut [0; 4]));
            let mut characters = text.chars();
            if let (Some(folded), None) = (characters.next(), characters.next())
                && folded != character
            {
                alike.entry(folded).or_default().push(character);
            }
        }
        alike
    })
}

#[cfg(test)]
mod tests {
    use super::{folded, glob_pattern};

    #[test]
    fn neither_capitals_nor_accents_are_left() {
        for (text, expected) in [
            ("CÁDIZ", "cadiz"),
            ("Ca\u{301}diz", "cadiz"),
            ("Łódź İzmir", "łodz izmir"),
            ("ΆΝΔΡΟΣ Ёлка", "ανδροσ елка"),
            ("한국 が", "한국 が"),
            ("50 % [a]", "50 % [a]"),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn a_pattern_has_all_letters_that_are_alike() {
        let pattern = glob_pattern("ñ*");
        assert!(pattern.starts_with("[nN") && pattern.ends_with("][*]"), "{pattern}");
        assert!(pattern.contains('ñ') && pattern.contains('Ň'), "{pattern}");
        assert_eq!(glob_pattern("1-2]^?"), "1-2]^[?]");
    }
}
