//! Sessions, stored in rows that all replicas of a site share.

use module_api::CookieRules;
use module_api::ModuleFuture;
use module_api::db::{Db, DbError, Transaction, query};
use module_api::now;
use module_api::time::{Duration, UtcDateTime};
use rocket::Request;

use crate::expired::Expiring;
use crate::secret::{Secret, fingerprint};

/// The lifetime of a session without requests.
pub(crate) const IDLE: Duration = Duration::weeks(2);

const EXPIRING: Expiring =
    Expiring { table: "accounts_session", key: "id", moment: "last_used", at_once: 100 };

/// The key of a session, which authenticates its user. The browser keeps it in a cookie, the
/// database has only its hash.
///
/// Returned by [`begin`].
#[derive(Clone, PartialEq, Eq)]
pub struct SessionKey(Secret);

impl SessionKey {
    /// The key that a request carries, not verified.
    pub fn of(request: &Request<'_>) -> Option<Self> {
        let cookie = request.cookies().get(CookieRules::of(request).session_cookie())?;
        Secret::parse(cookie.value()).map(Self)
    }

    /// Sets the cookie in the browser that sent a request, for the lifetime of an unused session.
    pub fn give_to(&self, request: &Request<'_>) {
        let rules = CookieRules::of(request);
        let mut cookie = rules.cookie(rules.session_cookie(), self.0.text());
        cookie.set_max_age(IDLE);
        request.cookies().add(cookie);
        // The CSRF secret is that of the session from now on.
        request.cookies().remove(rules.cookie(rules.csrf_cookie(), String::new()));
    }

    pub(crate) fn hash(&self) -> String {
        self.0.hash()
    }
}

/// Removes the cookie from the browser that sent a request.
pub(crate) fn forget_key(request: &Request<'_>) {
    let rules = CookieRules::of(request);
    request.cookies().remove(rules.cookie(rules.session_cookie(), String::new()));
}

/// Begins a session of a user; `password` is the value of that column. The caller sets the cookie,
/// and ends the browser's previous session.
///
/// # Errors
///
/// The database is out of reach, or there is no such user.
pub async fn begin(
    user_id: i64,
    password: &str,
    on: &mut Transaction,
) -> Result<SessionKey, DbError> {
    EXPIRING.clear(expiry(), on).await?;
    let key = SessionKey(Secret::random());
    let now = now();
    query(
        "INSERT INTO accounts_session (key_hash, user_id, created, last_used, password_fingerprint) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(key.hash())
    .bind(user_id)
    .bind(now)
    .bind(now)
    .bind(password_fingerprint(password))
    .execute(on)
    .await?;
    Ok(key)
}

/// Ends the session of a key, if there is one.
///
/// # Errors
///
/// The database is out of reach.
pub async fn end(key: &SessionKey, on: &mut Transaction) -> Result<(), DbError> {
    let end = query("DELETE FROM accounts_session WHERE key_hash = $1").bind(key.hash());
    end.execute(on).await.map(drop)
}

/// Ends all sessions of a user, optionally except that of a key, and returns their number.
///
/// A change of the password ends them by itself, since each stores a fingerprint of it.
///
/// # Errors
///
/// The database is out of reach.
pub async fn end_all(
    user_id: i64,
    except: Option<&SessionKey>,
    on: &mut Transaction,
) -> Result<u64, DbError> {
    // No hash is empty.
    let kept = except.map(SessionKey::hash).unwrap_or_default();
    query("DELETE FROM accounts_session WHERE user_id = $1 AND key_hash <> $2")
        .bind(user_id)
        .bind(kept)
        .execute(on)
        .await
}

/// Keeps the sessions of a user whose unchanged password was hashed anew.
pub(crate) async fn keep_after_rehash(
    user_id: i64,
    (old, new): (&str, &str),
    on: &mut Transaction,
) -> Result<(), DbError> {
    query(
        "UPDATE accounts_session SET password_fingerprint = $1 \
         WHERE user_id = $2 AND password_fingerprint = $3",
    )
    .bind(password_fingerprint(new))
    .bind(user_id)
    .bind(password_fingerprint(old))
    .execute(on)
    .await
    .map(drop)
}

/// The moment of the last request before which a session has expired.
pub(crate) fn expiry() -> UtcDateTime {
    now() - IDLE
}

/// The number of valid sessions, for monitoring.
pub(crate) fn count(db: &Db) -> ModuleFuture<'_, f64> {
    Box::pin(async move {
        let mut connection = db.acquire().await?;
        let count = query("SELECT COUNT(*) AS value FROM accounts_session WHERE last_used > $1");
        let (count,): (i64,) = count.bind(expiry()).fetch_one(&mut connection).await?;
        // No site has more sessions than an `i32` can count.
        Ok(i32::try_from(count).unwrap_or(i32::MAX).into())
    })
}

/// Returns the fingerprint of a user's password that a session stores.
pub(crate) fn password_fingerprint(password: &str) -> String {
    fingerprint(&["password", password])
}
