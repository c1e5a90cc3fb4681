//! Search by the search fields of a registration: in the list of a model, in autocompletion and over
//! all models.

use module_api::PageNumber;
use module_api::admin::ModelAdmin;
use module_api::db::{Db, DbError, Executor, Value};
use module_api::model::{Candidates, FieldKind, Filter, Path, Record, Records, folded};

use crate::access::AdminContext;
use crate::labels::Label;
use crate::search_index;

/// The maximum length of a search text, in characters; the rest is ignored. Forms declare it to the
/// browser.
pub(crate) const MAX_LENGTH: usize = 200;

/// The maximum number of words in a search; further ones are ignored.
const MAX_WORDS: usize = 32;

/// The condition for a text: each word has to occur in one of the search fields, regardless of case and
/// accents. `None`, which matches all rows, if the text has no words or the model no search fields.
pub(crate) fn filter(admin: &ModelAdmin, text: &str) -> Option<Filter> {
    let words = words(text);
    if words.is_empty() || admin.search_fields.is_empty() {
        return None;
    }
    let in_any_field = |word: &String| {
        let found = admin.search_fields.iter().filter_map(|field| in_field(admin, field, word));
        Filter::any(found)
    };
    Some(Filter::all(words.iter().map(in_any_field)))
}

/// The candidates from the model's text index for a text, if the index can be used.
pub(crate) async fn candidates(
    cx: &AdminContext<'_>,
    db: &Db,
    admin: &ModelAdmin,
    text: &str,
    on: impl Into<Executor<'_>>,
) -> Option<Candidates> {
    let words = words(text);
    // No row contains this character, and PostgreSQL does not support it.
    let is_hopeless = words.iter().any(|word| word.contains('\0'));
    if words.is_empty() || is_hopeless || admin.search_fields.is_empty() {
        return None;
    }
    let groups = words.iter().map(|word| forms(admin, word)).collect();
    search_index::candidates(db, cx.upkeep, admin, groups, on).await
}

/// The forms of a word in the index: including the numbers that it is looked up as.
fn forms(admin: &ModelAdmin, word: &str) -> Vec<String> {
    let mut forms = vec![folded(word)];
    for name in admin.search_fields.iter().filter_map(|field| field.strip_prefix('=')) {
        let Ok(path) = Path::parse(admin.model, name) else { continue };
        if let Ok(number @ Value::Int(Some(_))) = path.field().parse(word) {
            let form = number.to_string();
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    forms
}

/// The rows of a model that match a text, in the order of the model's list.
pub(crate) fn records(admin: &ModelAdmin, text: &str) -> Records {
    let mut records = Records::of(admin.model);
    if let Some(filter) = filter(admin, text) {
        records = records.filter(filter);
    }
    if admin.ordering.is_empty() {
        return records.order_by(Path::of(admin.model.primary_key()), true);
    }
    for name in &admin.ordering {
        let bare = name.trim_start_matches('-');
        if let Ok(path) = Path::parse(admin.model, bare) {
            records = records.order_by(path, bare != *name);
        }
    }
    records
}

/// A search result.
pub(crate) struct Found {
    pub(crate) record: Record,
    /// The label.
    pub(crate) text: String,
}

/// A page of the results, and whether there are more.
pub(crate) async fn page_of(
    cx: &AdminContext<'_>,
    db: &Db,
    admin: &ModelAdmin,
    text: &str,
    page: PageNumber,
    size: u32,
    mut on: Executor<'_>,
) -> Result<(Vec<Found>, bool), DbError> {
    let offset = u64::try_from(page.offset(size)).unwrap_or(0);
    let candidates = candidates(cx, db, admin, text, on.reborrow()).await;
    // One more than is shown, to detect another page.
    let records = records(&cx.searchable(admin), text).among(candidates);
    let mut records = records.offset(offset).limit(size + 1);
    let label = Label::of(cx, &mut records);
    let mut rows = records.fetch(on).await?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let found = |record: Record| Found { text: label.link(cx, &record), record };
    Ok((rows.into_iter().map(found).collect(), more))
}

/// Returns the search text for redisplay: trimmed, without characters that no page can contain, and
/// cut to the maximum length of a search.
pub(crate) fn typed(text: Option<&str>) -> String {
    let text = text.unwrap_or_default().trim();
    text.chars().filter(|character| !character.is_control()).take(MAX_LENGTH).collect()
}

/// The words of a text. Text between two `"` or two `'` is one word, including spaces; `\` escapes a
/// quote.
pub(crate) fn words(text: &str) -> Vec<String> {
    let end = text.char_indices().nth(MAX_LENGTH).map_or(text.len(), |(place, _)| place);
    let mut rest = text[..end].trim_start();
    let mut words = Vec::new();
    while !rest.is_empty() && words.len() < MAX_WORDS {
        let (word, after) = quoted(rest).unwrap_or_else(|| {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            (rest[..end].to_owned(), &rest[end..])
        });
        if !word.is_empty() {
            words.push(word);
        }
        rest = after.trim_start();
    }
    words
}

/// The quoted word at the beginning of a text, and the rest.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let mut word = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((place, character)) = characters.next() {
        match character {
            '\\' => word.push(characters.next()?.1),
            _ if character == quote => {
                let after = &text[place + 1..];
                let is_end = after.chars().next().is_none_or(char::is_whitespace);
                return is_end.then_some((word, after));
            }
            _ => word.push(character),
        }
    }
    None
}

/// Returns the condition for a word in a search field; `None` if it cannot match.
fn in_field(admin: &ModelAdmin, field: &str, word: &str) -> Option<Filter> {
    let name = field.trim_start_matches(['^', '=']);
    if admin.password == Some(name) {
        return None;
    }
    let path = Path::parse(admin.model, name).ok()?;
    // PostgreSQL does not support it in text, and other values cannot contain it.
    if word.contains('\0') {
        return None;
    }
    if field.starts_with('^') {
        Some(Filter::starts_with_folded(path, word))
    } else if !field.starts_with('=') {
        Some(Filter::contains_folded(path, word))
    } else if path.field().is_text() {
        Some(Filter::equals_folded(path, word))
    } else {
        // A number is looked up as such, so that `0042` is 42.
        let value = path.field().parse(word).ok().filter(|value| !value.is_null())?;
        let is_good = match (&path.field().kind, &value) {
            (FieldKind::Integer, Value::Int(Some(number))) => i32::try_from(*number).is_ok(),
            _ => true,
        };
        is_good.then(|| Filter::is(path, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_part_words_and_quotes_keep_them_together() {
        for (text, expected) in [
            ("", &[] as &[&str]),
            ("  \t ", &[]),
            (" sea  view ", &["sea", "view"]),
            ("\"sea view\" cheap", &["sea view", "cheap"]),
            ("'sea view'", &["sea view"]),
            ("\"it's\" \"\"", &["it's"]),
            (r#""a \"b\" c""#, &[r#"a "b" c"#]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_quote_that_does_not_end_a_word_is_a_character_like_others() {
        for (text, expected) in [
            ("\"sea view", &["\"sea", "view"] as &[&str]),
            ("it's the owner's", &["it's", "the", "owner's"]),
            ("'tis season's", &["'tis", "season's"]),
            ("5\" 6\"", &["5\"", "6\""]),
            ("\"a\\", &["\"a\\"]),
            ("\"", &["\""]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_search_has_an_end() {
        assert_eq!(words(&"é".repeat(5_000)), ["é".repeat(MAX_LENGTH)]);
        assert_eq!(words(&"a ".repeat(MAX_LENGTH)).len(), MAX_WORDS);
    }
}
