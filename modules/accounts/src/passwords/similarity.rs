//! Similarity of a password to attributes of its user.

use std::collections::HashMap;

/// Django's default, from 0 for no common characters to 1 for the same characters.
const MAX_SIMILARITY: f64 = 0.7;

/// Returns `true` if the password is similar to the value, or to one of its words.
///
/// Words consist of Unicode's `Alphabetic`, which keeps words together in scripts with vowel
/// signs that Python's `\w` splits.
pub(super) fn is_similar(password: &str, value: &str) -> bool {
    if value.is_empty() {
        return false;
    }
    let password = password.to_lowercase();
    let characters = Characters::of(&password);
    let value = value.to_lowercase();
    let words = value.split(|character: char| !(character.is_alphanumeric() || character == '_'));
    words.chain([value.as_str()]).any(|part| {
        let part_length = part.chars().count();
        !is_far_shorter(part_length, characters.length)
            && characters.quick_ratio(part, part_length) >= MAX_SIMILARITY
    })
}

/// Returns `true` if the value is too short, compared with the password, to be similar.
#[expect(clippy::cast_precision_loss, reason = "no text is that long")]
fn is_far_shorter(value: usize, password: usize) -> bool {
    password >= 10 * value && (value as f64) < MAX_SIMILARITY / 2.0 * password as f64
}

/// The number of occurrences of each character in a text.
struct Characters {
    counts: HashMap<char, usize>,
    length: usize,
}

impl Characters {
    fn of(text: &str) -> Self {
        let mut counts = HashMap::new();
        let mut length = 0;
        for character in text.chars() {
            *counts.entry(character).or_default() += 1;
            length += 1;
        }
        Self { counts, length }
    }

    /// The ratio of the common characters, in any order, to the whole: `quick_ratio` of Python's
    /// `difflib.SequenceMatcher`.
    #[expect(clippy::cast_precision_loss, reason = "no text is that long")]
    fn quick_ratio(&self, other: &str, other_length: usize) -> f64 {
        let length = self.length + other_length;
        if length == 0 {
            return 1.0;
        }
        let mut left = self.counts.clone();
        let mut common = 0;
        for character in other.chars() {
            if let Some(count) = left.get_mut(&character).filter(|count| **count > 0) {
                *count -= 1;
                common += 1;
            }
        }
        2.0 * f64::from(common) / length as f64
    }
}
