//! The first administrator of a site on a developer's machine.

use module_api::db::{Db, DbError, query};
use module_api::rocket::figment::Figment;
use module_api::{LocalStartContext, ModuleFuture, Notice, Urls, now, program_name, route_name};

use crate::passwords::Hasher;
use crate::random_text::random_text;
use crate::settings::AccountsSettings;

const USERNAME: &str = "admin";

/// Letters and digits that are not mistaken for others: no `0` and `O`, no `1`, `l` and `I`.
/// Twenty of them have 116 bits of entropy.
const CHARACTERS: &[u8; 56] = b"23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";
const LENGTH: usize = 20;

/// Creates an administrator if the database had no user when the start began: demo data may have
/// added some since.
pub(crate) fn create(site: LocalStartContext<'_>) -> ModuleFuture<'_, Option<Notice>> {
    Box::pin(async move {
        if !site.is_new && has_users(site.db).await? {
            return Ok(None);
        }
        let password = random_text(CHARACTERS, LENGTH);
        if !insert(&password, site.figment, site.db).await? {
            return Ok(None);
        }
        Ok(Some(notice(password, site.urls)))
    })
}

async fn has_users(db: &Db) -> Result<bool, DbError> {
    let users = query("SELECT 1 AS value FROM auth_user LIMIT 1");
    let user: Option<(i64,)> = users.fetch_optional(&mut db.acquire().await?).await?;
    Ok(user.is_some())
}

/// Inserts the user; `false` if the username is taken, as by a member of the demo data.
async fn insert(
    password: &str,
    figment: &Figment,
    db: &Db,
) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
    let hash = Hasher::new(AccountsSettings::of(figment).passwords).encode(password).await?;
    let mut transaction = db.begin().await?;
    let inserted = query(
        "INSERT INTO auth_user (username, password, first_name, last_name, email, is_staff, \
         is_superuser, is_active, date_joined) \
         VALUES ($1, $2, '', '', '', TRUE, TRUE, TRUE, $3) ON CONFLICT DO NOTHING",
    )
    .bind(USERNAME)
    .bind(hash)
    .bind(now())
    .execute(&mut transaction)
    .await?;
    transaction.commit().await?;
    Ok(inserted > 0)
}

/// The notice with the administrator's name and password, and the address of the login.
fn notice(password: String, urls: &Urls) -> Notice {
    let admin = urls.url(route_name!("admin:index"), &[]).map(|path| ("Its admin is at", path));
    let place = admin
        .or_else(|_| urls.url(route_name!("accounts:login"), &[]).map(|path| ("Log in at", path)));
    Box::new(move |site| {
        let place = match place {
            Ok((words, path)) => format!("{words} {site}{path}"),
            Err(_) => "It has a first user".to_owned(),
        };
        format!(
            "{place}\n    username: {USERNAME}\n    password: {password}\n\
             The password is shown only now; `{} changepassword {USERNAME}` sets another.",
            program_name()
        )
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use module_api::{UrlPattern, Urls};

    use super::*;

    #[test]
    fn passwords_are_long_different_and_have_no_ambiguous_characters() {
        let passwords: Vec<String> = (0..200).map(|_| random_text(CHARACTERS, LENGTH)).collect();
        assert!(passwords.iter().all(|password| password.len() == LENGTH));
        let different: BTreeSet<&String> = passwords.iter().collect();
        assert_eq!(different.len(), passwords.len());
        let used: BTreeSet<char> = passwords.iter().flat_map(|password| password.chars()).collect();
        assert_eq!(used.len(), CHARACTERS.len(), "4000 draws miss none of 56");
        assert!("0O1lIo".chars().all(|ambiguous| !used.contains(&ambiguous)));
    }

    #[test]
    fn the_notice_names_the_admin_or_else_the_login_page() {
        let urls = |names: &[(&str, &str)]| {
            let pattern = |(name, path): &(&str, &str)| {
                ((*name).to_owned(), UrlPattern::new(path, "/", None))
            };
            Urls::new(names.iter().map(pattern).collect::<Vec<_>>())
        };
        let said = |names: &[(&str, &str)]| {
            let text = notice("pass".to_owned(), &urls(names))("http://localhost:8000");
            text.lines().next().unwrap_or_default().to_owned()
        };
        let login = ("accounts:login", "/accounts/login");
        let admin = ("admin:index", "/back-office");
        assert_eq!(said(&[login, admin]), "Its admin is at http://localhost:8000/back-office/");
        assert_eq!(said(&[login]), "Log in at http://localhost:8000/accounts/login/");
        assert_eq!(said(&[]), "It has a first user");
    }
}
