//! Keys with which somebody who forgot the password sets a new one. The mail has the key, the
//! database only its hash.

mod triggers;

use module_api::db::{DbConnection, DbError, DbPool, FromRow, query};
use module_api::now;
use module_api::time::Duration;

use crate::devices::{self, DeviceKey};
use crate::expired::Expiring;
use crate::new_password::store_password;
use crate::secret::{Secret, fingerprint};

pub(crate) use triggers::{are_there as triggers_are_there, restore as restore_triggers};

/// How long a key is good for.
const LIFETIME: Duration = Duration::hours(1);

const EXPIRING: Expiring =
    Expiring { table: "accounts_password_reset", key: "id", moment: "expires", at_once: 100 };

/// A user who may set a new password by mail.
#[derive(FromRow)]
pub(crate) struct Account {
    pub(crate) id: i64,
    pub(crate) username: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    password: String,
}

impl Account {
    /// Fingerprint that a key remembers: it is over as soon as the password or the address is
    /// another, whatever program changes it. A trigger deletes it then, so that it stays over; but
    /// SQLite drops triggers with the table when a Django rebuilds that, until `migrate` runs.
    fn fingerprint(&self) -> String {
        fingerprint(&["password reset", &self.password, &self.email])
    }

    /// Returns `true` if the account has a password. Others log in in another way, or not at all.
    fn has_password(&self) -> bool {
        !self.password.starts_with('!')
    }
}

/// A key with the account it is for.
#[derive(FromRow)]
struct IssuedKey {
    #[row(flatten)]
    account: Account,
    #[row(column = "account_fingerprint")]
    fingerprint: String,
}

/// Makes a key for each account that has this email address and may have a new password.
pub(crate) async fn issue(email: &str, pool: &DbPool) -> Result<Vec<(Account, Secret)>, DbError> {
    // PostgreSQL knows no texts with a zero byte.
    if email.is_empty() || email.contains('\0') {
        return Ok(Vec::new());
    }
    let accounts = query(
        "SELECT id, username, first_name, last_name, email, password FROM auth_user \
         WHERE LOWER(email) = LOWER($1) AND is_active ORDER BY id",
    );
    let mut accounts: Vec<Account> =
        accounts.bind(email).fetch_all(&mut pool.acquire().await?).await?;
    // A database may take letters for equal that are not, which would be another's address.
    let wanted = email.to_lowercase();
    accounts.retain(|account| account.has_password() && account.email.to_lowercase() == wanted);
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let mut transaction = pool.begin().await?;
    EXPIRING.clear(now(), &mut transaction).await?;
    let mut issued = Vec::new();
    for account in accounts {
        let key = Secret::random();
        query(
            "INSERT INTO accounts_password_reset (key_hash, user_id, expires, account_fingerprint) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(key.hash())
        .bind(account.id)
        .bind(now() + LIFETIME)
        .bind(account.fingerprint())
        .execute(&mut transaction)
        .await?;
        issued.push((account, key));
    }
    transaction.commit().await?;
    Ok(issued)
}

/// The account that a key is for, if it is good for anything.
pub(crate) async fn find(key: &Secret, on: &mut DbConnection) -> Result<Option<Account>, DbError> {
    let issued = query(
        "SELECT account.id, account.username, account.first_name, account.last_name, \
         account.email, account.password, reset.account_fingerprint \
         FROM accounts_password_reset reset JOIN auth_user account ON account.id = reset.user_id \
         WHERE reset.key_hash = $1 AND reset.expires > $2 AND account.is_active",
    );
    let issued: Option<IssuedKey> = issued.bind(key.hash()).bind(now()).fetch_optional(on).await?;
    let is_good = |issued: &IssuedKey| {
        issued.account.has_password() && issued.account.fingerprint() == issued.fingerprint
    };
    Ok(issued.filter(is_good).map(|issued| issued.account))
}

/// Gives an account that was found by a key its new password, which ends all its sessions and keys.
/// The browser, which may be known by a key already, is given one by which the user is known from
/// now on: nobody who goes on failing elsewhere keeps the user from logging in. None, if the key is
/// good for nothing any more.
pub(crate) async fn redeem(
    key: &Secret,
    account: &Account,
    hash: &str,
    browser: Option<&DeviceKey>,
    pool: &DbPool,
) -> Result<Option<DeviceKey>, DbError> {
    let mut transaction = pool.begin().await?;
    let used = query("DELETE FROM accounts_password_reset WHERE key_hash = $1 AND user_id = $2");
    let used = used.bind(key.hash()).bind(account.id).execute(&mut transaction).await?;
    if used == 0 {
        return Ok(None);
    }
    // Whoever changed one of these meanwhile ended the key.
    let changed = query(
        "UPDATE auth_user SET password = $1 \
         WHERE id = $2 AND password = $3 AND email = $4 AND is_active",
    )
    .bind(hash)
    .bind(account.id)
    .bind(account.password.as_str())
    .bind(account.email.as_str())
    .execute(&mut transaction)
    .await?;
    if changed == 0 {
        return Ok(None);
    }
    store_password(account.id, hash, &mut transaction).await?;
    let others = query("DELETE FROM accounts_password_reset WHERE user_id = $1");
    others.bind(account.id).execute(&mut transaction).await?;
    let device = devices::remember(account.id, browser, &mut transaction).await?;
    transaction.commit().await?;
    Ok(Some(device))
}
