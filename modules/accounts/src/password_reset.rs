//! Keys for password resets. The mail contains the key, the database only its hash.

mod triggers;

use module_api::db::{DbConnection, DbError, DbPool, FromRow, query};
use module_api::now;
use module_api::time::Duration;

use crate::devices::{self, DeviceKey};
use crate::expired::Expiring;
use crate::new_password::store_password;
use crate::secret::{Secret, fingerprint};

pub(crate) use triggers::{are_there as triggers_are_there, restore as restore_triggers};

/// The lifetime of a key.
const LIFETIME: Duration = Duration::hours(1);

const EXPIRING: Expiring =
    Expiring { table: "accounts_password_reset", key: "id", moment: "expires", at_once: 100 };

/// A user who may reset the password by mail.
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
    /// The fingerprint that is stored with a key: the key expires as soon as any program changes
    /// the password or the address. A trigger deletes it then, so that it cannot become valid
    /// again; but SQLite drops triggers when Django rebuilds their table, until `migrate` runs.
    fn fingerprint(&self) -> String {
        fingerprint(&["password reset", &self.password, &self.email])
    }

    /// Returns `true` if the account has a password. Others log in in another way, or not at all.
    fn has_password(&self) -> bool {
        !self.password.starts_with('!')
    }
}

/// A key with its account.
#[derive(FromRow)]
struct IssuedKey {
    #[row(flatten)]
    account: Account,
    #[row(column = "account_fingerprint")]
    fingerprint: String,
}

/// Creates a key for each account that has this email address and may reset its password.
pub(crate) async fn issue(email: &str, pool: &DbPool) -> Result<Vec<(Account, Secret)>, DbError> {
    // PostgreSQL does not support null characters in text.
    if email.is_empty() || email.contains('\0') {
        return Ok(Vec::new());
    }
    let accounts = query(
        "SELECT id, username, first_name, last_name, email, password FROM auth_user \
         WHERE LOWER(email) = LOWER($1) AND is_active ORDER BY id",
    );
    let mut accounts: Vec<Account> =
        accounts.bind(email).fetch_all(&mut pool.acquire().await?).await?;
    // A database may consider different letters equal, and the address would be another user's.
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

/// The account of a key, if the key is valid.
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

/// Sets the new password of an account that was found by a key, which ends all its sessions and
/// keys. The browser gets a key, in place of its own if it has one, by which it is a known browser
/// of the user: failed logins elsewhere do not keep the user out. Returns `None` if the key is no
/// longer valid.
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
    // A change of one of these meanwhile ended the key.
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
