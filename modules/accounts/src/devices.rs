//! Known browsers, in which a user logged in before. Each proves it with a key in a long-lived
//! cookie, and its failed logins are counted separately, so that failures elsewhere cannot keep the
//! user out.

use module_api::CookieRules;
use module_api::db::{Db, DbError, Transaction, query};
use module_api::now;
use module_api::time::Duration;
use rocket::Request;

use crate::expired::Expiring;
use crate::secret::Secret;

/// The time after which a browser without a login is forgotten.
const LIFETIME: Duration = Duration::weeks(52);

/// The maximum number of known browsers per user; the latest are kept.
const PER_USER: i64 = 20;

const EXPIRING: Expiring =
    Expiring { table: "accounts_device", key: "id", moment: "last_used", at_once: 100 };

/// The key in the browser's cookie; the database has only its hash.
#[derive(Clone)]
pub(crate) struct DeviceKey(Secret);

impl DeviceKey {
    /// The key that a request carries, not verified.
    pub(crate) fn of(request: &Request<'_>) -> Option<Self> {
        let cookie = request.cookies().get(cookie_name(CookieRules::of(request)))?;
        Secret::parse(cookie.value()).map(Self)
    }

    /// Sets the cookie in the browser that sent a request.
    pub(crate) fn give_to(&self, request: &Request<'_>) {
        let rules = CookieRules::of(request);
        let mut cookie = rules.cookie(cookie_name(rules), self.0.text());
        cookie.set_max_age(LIFETIME);
        request.cookies().add(cookie);
    }

    pub(crate) fn hash(&self) -> String {
        self.0.hash()
    }
}

const fn cookie_name(rules: CookieRules) -> &'static str {
    if rules.secure { "__Host-device" } else { "device" }
}

/// Returns `true` if the user with that name logged in before in the browser with that key.
pub(crate) async fn is_known(key: &DeviceKey, username: &str, db: &Db) -> Result<bool, DbError> {
    // PostgreSQL does not support null characters in text, and no username contains one.
    if username.contains('\0') {
        return Ok(false);
    }
    let known = query(
        "SELECT COUNT(*) AS value FROM accounts_device device \
         JOIN auth_user account ON account.id = device.user_id \
         WHERE device.key_hash = $1 AND account.username = $2 AND device.last_used > $3",
    );
    let known = known.bind(key.hash()).bind(username).bind(now() - LIFETIME);
    let (number,): (i64,) = known.fetch_one(&mut db.acquire().await?).await?;
    Ok(number > 0)
}

/// Records that a user logged in in a browser, which gets a new key in place of its previous one. A
/// stolen previous key is worthless then.
pub(crate) async fn remember(
    user_id: i64,
    former: Option<&DeviceKey>,
    on: &mut Transaction,
) -> Result<DeviceKey, DbError> {
    let key = DeviceKey(Secret::random());
    let now = now();
    if let Some(former) = former {
        let update = query("UPDATE accounts_device SET key_hash = $1 WHERE key_hash = $2");
        update.bind(key.hash()).bind(former.hash()).execute(&mut *on).await?;
    }
    query(
        "INSERT INTO accounts_device (key_hash, user_id, last_used) VALUES ($1, $2, $3) \
         ON CONFLICT (key_hash, user_id) DO UPDATE SET last_used = excluded.last_used",
    )
    .bind(key.hash())
    .bind(user_id)
    .bind(now)
    .execute(&mut *on)
    .await?;
    query(
        "DELETE FROM accounts_device WHERE user_id = $1 AND id NOT IN \
         (SELECT id FROM accounts_device WHERE user_id = $1 ORDER BY last_used DESC, id DESC \
          LIMIT $2)",
    )
    .bind(user_id)
    .bind(PER_USER)
    .execute(&mut *on)
    .await?;
    EXPIRING.clear(now - LIFETIME, on).await?;
    Ok(key)
}
