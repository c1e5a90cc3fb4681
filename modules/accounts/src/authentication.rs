//! Authentication by username and password.

use module_api::db::{Db, DbError, FromRow, Transaction, query};
use module_api::now;

use crate::devices::{self, DeviceKey};
use crate::passwords::{Hasher, HasherError, Verification};
use crate::sessions::{self, SessionKey};
use crate::usernames::MAX_USERNAME;

/// The maximum length of a password, in bytes, which bounds the time of hashing.
pub(crate) const MAX_PASSWORD: usize = 4096;

/// The number of attempts when the account changes while its password is verified.
const ATTEMPTS: usize = 3;

/// An error of authentication other than a wrong password.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthenticationError {
    /// The password could not be verified.
    #[error(transparent)]
    Hasher(#[from] HasherError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// The keys that a browser sent, not verified.
pub(crate) struct BrowserKeys {
    pub(crate) session: Option<SessionKey>,
    pub(crate) device: Option<DeviceKey>,
}

/// The user who logged in, and the new keys for the browser.
pub(crate) struct SignedIn {
    pub(crate) is_staff: bool,
    pub(crate) session: SessionKey,
    pub(crate) device: DeviceKey,
}

/// The columns of an account that a login needs.
#[derive(FromRow)]
struct Account {
    id: i64,
    password: String,
    is_staff: bool,
}

/// Begins a session if there is an active account with that name and password, and ends the
/// browser's previous session, if any. Neither the result nor the time it takes reveals whether
/// there is such an account, or whether it is active.
pub(crate) async fn sign_in(
    username: &str,
    password: &str,
    former: &BrowserKeys,
    hasher: &Hasher,
    db: &Db,
) -> Result<Option<SignedIn>, AuthenticationError> {
    // A password that is far too long is not hashed.
    let too_long = password.len() > MAX_PASSWORD;
    let password = if too_long { "" } else { password };
    for _ in 0..ATTEMPTS {
        let account = if too_long { None } else { active_account(username, db).await? };
        let stored = account.as_ref().map(|account| account.password.as_str());
        let verification = hasher.verify_or_pretend(password, stored).await?;
        let (Some(account), false) = (account, verification == Verification::Wrong) else {
            return Ok(None);
        };
        let new_hash = match verification {
            // A hash that is not replaced today is replaced at a later login.
            Verification::RightButOld => hasher.encode(password).await.ok(),
            _ => None,
        };
        let mut transaction = db.begin().await?;
        if let Some(session) = begin(&account, new_hash.as_deref(), &mut transaction).await? {
            if let Some(former) = &former.session {
                sessions::end(former, &mut transaction).await?;
            }
            let former = former.device.as_ref();
            let device = devices::remember(account.id, former, &mut transaction).await?;
            transaction.commit().await?;
            return Ok(Some(SignedIn { is_staff: account.is_staff, session, device }));
        }
    }
    Ok(None)
}

async fn active_account(username: &str, db: &Db) -> Result<Option<Account>, DbError> {
    // PostgreSQL does not support null characters in text.
    if username.contains('\0') || username.chars().count() > MAX_USERNAME {
        return Ok(None);
    }
    let account =
        query("SELECT id, password, is_staff FROM auth_user WHERE username = $1 AND is_active");
    account.bind(username).fetch_optional(&mut db.acquire().await?).await
}

/// Begins a session, unless the account was changed after its password was verified.
async fn begin(
    account: &Account,
    new_hash: Option<&str>,
    on: &mut Transaction,
) -> Result<Option<SessionKey>, DbError> {
    let password = new_hash.unwrap_or(&account.password);
    let update = query(
        "UPDATE auth_user SET last_login = $1, password = $2 \
         WHERE id = $3 AND password = $4 AND is_active",
    );
    let update = update.bind(now()).bind(password);
    let updated = update.bind(account.id).bind(account.password.as_str()).execute(&mut *on).await?;
    if updated == 0 {
        return Ok(None);
    }
    if new_hash.is_some() {
        sessions::keep_after_rehash(account.id, (&account.password, password), on).await?;
    }
    sessions::begin(account.id, password, on).await.map(Some)
}
