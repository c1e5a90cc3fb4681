//! Suggestions for misspelled names.

/// The candidate most similar to `name`, or `None` if none is similar.
///
/// ```
/// use module_api::nearest;
///
/// assert_eq!(nearest("letings", ["home", "lettings"]), Some("lettings"));
/// assert_eq!(nearest("letings", ["home"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// A hint about an unknown name: `did you mean …?`, or the list of known names.
///
/// ```
/// use module_api::suggestion;
///
/// assert_eq!(suggestion("letings", ["home", "lettings"]), "did you mean `lettings`?");
/// assert_eq!(suggestion("colour", ["home"]), "known: `home`");
/// ```
pub fn suggestion<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(nearest) = nearest(name, candidates.clone()) {
        return format!("did you mean `{nearest}`?");
    }
    let known: Vec<String> = candidates.into_iter().map(|known| format!("`{known}`")).collect();
    if known.is_empty() {
        "there are none".to_owned()
    } else {
        format!("known: {}", known.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelling_finds_what_was_meant() {
        assert_eq!(nearest("page_sze", ["page_size", "mount"]), Some("page_size"));
        assert_eq!(nearest("letings", ["home", "lettings"]), Some("lettings"));
        assert_eq!(nearest("colour", ["page_size", "mount"]), None);
        assert_eq!(suggestion("colour", ["mount"]), "known: `mount`");
    }
}
