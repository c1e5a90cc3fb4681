//! Throttling of logins. Failures are counted in the database, which all replicas of a site share.
//!
//! Failed logins are throttled with growing delays, counted for the name in the network, for the
//! name from anywhere, and for the network with any name. The delay for a name from anywhere is at
//! most a minute, so that no account can be locked out; and a browser in which the user logged in
//! before is counted separately (`devices`).
//!
//! An attempt is counted before the password is verified, and withdrawn if that was right, so that
//! concurrent attempts are limited in the same way as consecutive ones.

mod counter;
mod network;

use std::net::IpAddr;

use module_api::db::{Db, DbError, Transaction, query};
use module_api::now;

use self::counter::{Entry, LONGEST_WAIT, Policy};
use self::network::network;
use crate::devices::DeviceKey;
use crate::expired::Expiring;
use crate::secret::fingerprint;

pub(crate) use self::counter::Wait;

/// For one name from one network.
const PAIR: Policy =
    Policy { free: 5, first_delay: 15, max_delay: 15 * 60, forgets_every: 15 * 60 };

/// For one network, which may be that of a whole office.
const NETWORK: Policy = Policy { free: 100, first_delay: 1, max_delay: 60, forgets_every: 30 };

/// For one name from any network.
const ACCOUNT: Policy = Policy { free: 10, first_delay: 5, max_delay: 60, forgets_every: 60 };

/// For a known browser.
const DEVICE: Policy = Policy { free: 10, ..PAIR };

/// For password resets requested from one network; and for one address, with or without an account.
const RESET_NETWORK: Policy =
    Policy { free: 20, first_delay: 15, max_delay: 15 * 60, forgets_every: 5 * 60 };
const RESET_ADDRESS: Policy =
    Policy { free: 3, first_delay: 60, max_delay: 15 * 60, forgets_every: 20 * 60 };

const EXPIRING: Expiring =
    Expiring { table: "accounts_throttle", key: "key_hash", moment: "expires", at_once: 20 };

/// A counter of failures.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Counter {
    key: String,
    policy: &'static Policy,
    /// `true` if a correct password clears it. Otherwise only the attempt itself is withdrawn.
    is_cleared: bool,
}

impl Counter {
    fn new(texts: &[&str], policy: &'static Policy) -> Self {
        Self { key: fingerprint(texts), policy, is_cleared: true }
    }
}

/// A counted attempt.
#[must_use = "an attempt that is neither taken back nor cleared is a failure"]
pub(crate) struct Attempt(Vec<Counter>);

impl Attempt {
    /// Counts an attempt to log in. An attempt that has to wait is not counted: the error is the time
    /// to wait. A known browser is one in which the user with that name logged in before.
    pub(crate) async fn to_sign_in(
        username: &str,
        from: IpAddr,
        known_browser: Option<&DeviceKey>,
        db: &Db,
    ) -> Result<Result<Self, Wait>, DbError> {
        Self::count(counters_of(username, from, known_browser), db).await
    }

    /// Counts an attempt of a signed-in user to confirm the password.
    pub(crate) async fn to_confirm_password(
        user_id: i64,
        db: &Db,
    ) -> Result<Result<Self, Wait>, DbError> {
        let counter = Counter::new(&["password", &user_id.to_string()], &PAIR);
        Self::count(vec![counter], db).await
    }

    /// Counts a request for a password reset. It is never withdrawn: neither the sender nor the
    /// recipient has proved anything.
    pub(crate) async fn to_reset_password(
        email: &str,
        from: IpAddr,
        db: &Db,
    ) -> Result<Result<Self, Wait>, DbError> {
        let counters = vec![
            Counter::new(&["reset network", &network(from)], &RESET_NETWORK),
            Counter::new(&["reset address", &email.to_lowercase()], &RESET_ADDRESS),
        ];
        Self::count(counters, db).await
    }

    async fn count(counters: Vec<Counter>, db: &Db) -> Result<Result<Self, Wait>, DbError> {
        let now = now().unix_timestamp();
        // A throttled attempt must not take the lock for writing, which only one transaction can
        // hold.
        if let Some(wait) = Wait::until(blocked_until(&counters, now, db).await?, now) {
            return Ok(Err(wait));
        }
        let mut transaction = db.begin().await?;
        let mut longest = None;
        for counter in &counters {
            match lock(counter, now, &mut transaction).await?.attempted(counter.policy, now) {
                Ok(entry) => write(counter, entry, &mut transaction).await?,
                Err(wait) => longest = longest.max(Some(wait)),
            }
        }
        if let Some(wait) = longest {
            return Ok(Err(wait));
        }
        EXPIRING.clear(now, &mut transaction).await?;
        transaction.commit().await?;
        Ok(Ok(Self(counters)))
    }

    /// Withdraws the attempt or clears the counters, since the password was right.
    pub(crate) async fn succeeded(self, db: &Db) -> Result<(), DbError> {
        let mut transaction = db.begin().await?;
        for counter in &self.0 {
            if counter.is_cleared {
                delete(counter, &mut transaction).await?;
            } else {
                take_back(counter, &mut transaction).await?;
            }
        }
        transaction.commit().await
    }

    /// Withdraws the attempt, since the password was not verified.
    pub(crate) async fn withdraw(self, db: &Db) -> Result<(), DbError> {
        let mut transaction = db.begin().await?;
        for counter in &self.0 {
            take_back(counter, &mut transaction).await?;
        }
        transaction.commit().await
    }
}

/// Clears the failures with a name, from any network and from that address, for a user who was
/// authenticated in another way.
///
/// # Errors
///
/// The database is out of reach.
pub async fn reset_failed_logins(username: &str, from: IpAddr, db: &Db) -> Result<(), DbError> {
    let mut transaction = db.begin().await?;
    for counter in counters_of(username, from, None).iter().filter(|counter| counter.is_cleared) {
        delete(counter, &mut transaction).await?;
    }
    transaction.commit().await
}

/// Returns the counters of an attempt, always in the same order, in which their rows are locked.
fn counters_of(username: &str, from: IpAddr, known_browser: Option<&DeviceKey>) -> Vec<Counter> {
    if let Some(browser) = known_browser {
        return vec![Counter::new(&["device", &browser.hash(), username], &DEVICE)];
    }
    let network = network(from);
    vec![
        Counter::new(&["pair", &network, username], &PAIR),
        // Otherwise an attacker with an account could try other users' passwords, and their own in
        // between.
        Counter { is_cleared: false, ..Counter::new(&["network", &network], &NETWORK) },
        Counter::new(&["account", username], &ACCOUNT),
    ]
}

/// The end of the longest wait; 0 if there is none.
async fn blocked_until(counters: &[Counter], now: i64, db: &Db) -> Result<i64, DbError> {
    let key = |index: usize| counters.get(index).map_or("", |counter| &counter.key);
    let longest = query(
        "SELECT COALESCE(MAX(blocked_until), 0) AS value FROM accounts_throttle \
         WHERE key_hash IN ($1, $2, $3) AND blocked_until <= $4",
    );
    let longest = longest.bind(key(0)).bind(key(1)).bind(key(2)).bind(now + LONGEST_WAIT);
    let (until,): (i64,) = longest.fetch_one(&mut db.acquire().await?).await?;
    Ok(until)
}

/// Reads and locks a counter until the end of the transaction.
async fn lock(counter: &Counter, now: i64, on: &mut Transaction) -> Result<Entry, DbError> {
    let row = query(
        "INSERT INTO accounts_throttle (key_hash, failures, counted, blocked_until, expires) \
         VALUES ($1, 0, $2, 0, $2) \
         ON CONFLICT (key_hash) DO UPDATE SET failures = accounts_throttle.failures \
         RETURNING failures, counted, blocked_until",
    );
    row.bind(counter.key.as_str()).bind(now).fetch_one(on).await
}

async fn write(counter: &Counter, entry: Entry, on: &mut Transaction) -> Result<(), DbError> {
    query(
        "UPDATE accounts_throttle SET failures = $1, counted = $2, blocked_until = $3, \
         expires = $4 WHERE key_hash = $5",
    )
    .bind(entry.failures)
    .bind(entry.counted)
    .bind(entry.blocked_until)
    .bind(entry.expires(counter.policy))
    .bind(counter.key.as_str())
    .execute(on)
    .await
    .map(drop)
}

async fn take_back(counter: &Counter, on: &mut Transaction) -> Result<(), DbError> {
    let now = now().unix_timestamp();
    let entry = lock(counter, now, on).await?;
    write(counter, entry.taken_back(), on).await
}

async fn delete(counter: &Counter, on: &mut Transaction) -> Result<(), DbError> {
    let delete = query("DELETE FROM accounts_throttle WHERE key_hash = $1");
    delete.bind(counter.key.as_str()).execute(on).await.map(drop)
}
