//! Usernames: their normal form, in which they are stored and looked up, and their validation.

use module_api::db::{Db, DbError, query};
use module_api::{ModuleFuture, Problem};
use unicode_normalization::UnicodeNormalization;

/// The maximum length of a username, in characters, as in the column.
pub(crate) const MAX_USERNAME: usize = 150;

/// The number of users listed in a problem.
const NAMED: usize = 10;

/// The normal form of a username: trimmed, and with equivalent characters replaced by one, as in
/// Django (NFKC).
pub(crate) fn normalized_username(typed: &str) -> String {
    let normal: String = typed.nfkc().collect();
    normal.trim().to_owned()
}

/// Django's rule for usernames: letters and digits of any script, and `@ . + - _`.
pub(crate) fn validate_username(username: &str) -> Result<(), String> {
    if username.chars().all(|c| c.is_alphanumeric() || "@.+-_".contains(c)) {
        return Ok(());
    }
    Err("Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ \
         characters."
        .to_owned())
}

/// Reports users who cannot log in, since their stored names are not normalized: they are from
/// before names were normalized, or were written by another program.
pub(crate) fn check_usernames(db: &Db) -> ModuleFuture<'_, Vec<Problem>> {
    Box::pin(async move {
        let users = unnormalized_usernames(db).await?;
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let count = users.len();
        let mut named = Vec::new();
        for (id, username) in users.iter().take(NAMED) {
            named.push(describe(*id, username, db).await?);
        }
        if count > NAMED {
            named.push(format!("and {} more", count - NAMED));
        }
        let message = format!(
            "{} cannot log in, since a name is looked for in another form than it is stored in: {}",
            if count == 1 { "a user".to_owned() } else { format!("{count} users") },
            named.join(", "),
        );
        let hint = "give them other names in the admin";
        Ok(vec![Problem::warning("accounts.W002", message).hint(hint)])
    })
}

/// The users whose names are not in their normal form.
async fn unnormalized_usernames(db: &Db) -> Result<Vec<(i64, String)>, DbError> {
    // Names in ASCII differ from their normal form only in white space.
    let suspects = query(
        "SELECT id, username FROM auth_user WHERE octet_length(username) <> length(username) \
         OR username <> trim(username, $1) OR length(username) NOT BETWEEN 1 AND 150 ORDER BY id",
    );
    let suspects = suspects.bind(" \t\n\r\u{b}\u{c}");
    let mut users: Vec<(i64, String)> = suspects.fetch_all(&mut db.acquire().await?).await?;
    users.retain(|(_, username)| {
        username.is_empty()
            || username.chars().count() > MAX_USERNAME
            || normalized_username(username) != *username
    });
    Ok(users)
}

/// The description of a user, with the normalized name and the user with that name.
async fn describe(id: i64, username: &str, db: &Db) -> Result<String, DbError> {
    let normal = normalized_username(username);
    let other = query("SELECT id FROM auth_user WHERE username = $1").bind(normal.as_str());
    let other: Option<(i64,)> = other.fetch_optional(&mut db.acquire().await?).await?;
    let taken = other.filter(|(other,)| *other != id);
    let taken = taken.map_or_else(String::new, |(other,)| format!(", which user {other} has"));
    Ok(format!("user {id}, {username:?} (typed as {normal:?}{taken})"))
}

#[cfg(test)]
mod tests {
    use super::normalized_username;

    #[test]
    fn a_username_is_read_as_django_reads_it() {
        assert_eq!(normalized_username("  ann\n"), "ann");
        // As one character, as a letter with an accent of its own, and in full width.
        for typed in ["zoë", "zoe\u{308}", "ｚｏë"] {
            assert_eq!(normalized_username(typed), "zoë");
        }
        assert_eq!(normalized_username("ﬂora"), "flora");
        assert_eq!(normalized_username("x²"), "x2");
        assert_eq!(normalized_username("Ann"), "Ann", "its case counts");
    }

    #[test]
    fn a_normal_form_is_its_own() {
        // White space that only normalisation makes of it.
        for typed in ["\u{a8}a", " \u{a0}ann\u{2003}", "ﬂ\u{308} ", "\u{fdfa}"] {
            let normal = normalized_username(typed);
            assert_eq!(normalized_username(&normal), normal, "{typed:?}");
        }
    }
}
