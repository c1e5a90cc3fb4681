//! The pool of connections to a PostgreSQL server.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Postgres, Transaction};

use crate::Statements;
use crate::limits::ConnectionLimits;

/// The idle time after which a connection is tested before it is handed out.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// Connections to PostgreSQL. One that has been idle for over a second is tested before it is
/// handed out, so that no request meets a connection whose server was restarted meanwhile.
#[derive(Debug, Clone)]
pub struct PostgresPool {
    connections: sqlx::Pool<Postgres>,
    turns: Arc<Mutex<Turns>>,
    limits: ConnectionLimits,
    statements: Statements,
}

/// A connection out of the pool, which returns there when dropped.
pub struct PostgresConnection {
    on: On,
    pub(crate) statements: Statements,
}

enum On {
    /// The session belongs to this connection.
    Session(PoolConnection<Postgres>),
    /// The session is shared, and belongs to this connection only during a transaction, which is
    /// rolled back when dropped.
    Transaction(Transaction<'static, Postgres>),
}

impl Deref for PostgresConnection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match &self.on {
            On::Session(connection) => connection,
            On::Transaction(transaction) => transaction,
        }
    }
}

impl DerefMut for PostgresConnection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match &mut self.on {
            On::Session(connection) => connection,
            On::Transaction(transaction) => transaction,
        }
    }
}

impl PostgresConnection {
    /// Closes the connection instead of returning it to the pool.
    pub(crate) fn discard(self) {
        match self.on {
            On::Session(connection) => drop(connection.detach()),
            // It is closed when it cannot be rolled back.
            On::Transaction(transaction) => drop(transaction),
        }
    }
}

impl PostgresPool {
    /// A pool that opens connections on demand.
    pub(crate) fn new(
        options: PoolOptions<Postgres>,
        connect: PgConnectOptions,
        statements: Statements,
    ) -> Self {
        let max = options.get_max_connections();
        let turns = Turns::new(max, Instant::now());
        // Writers may wait for each other's rows, and leave the other connections to readers.
        let limits = ConnectionLimits::new(max, max / 2, options.get_acquire_timeout());
        let connections = options
            .test_before_acquire(false)
            .before_acquire(|connection: &mut PgConnection, idle| {
                Box::pin(async move {
                    if idle.idle_for > TRUSTED_IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(connect);
        Self { connections, turns: Arc::new(Mutex::new(turns)), limits, statements }
    }

    /// A pool of one additional connection to the same database.
    pub(crate) fn of_one_connection(&self) -> Self {
        let patience = self.options().get_acquire_timeout();
        let options = PoolOptions::new().max_connections(1).acquire_timeout(patience);
        Self::new(options, self.connect_options().as_ref().clone(), self.statements())
    }

    pub(crate) const fn limits(&self) -> &ConnectionLimits {
        &self.limits
    }

    /// The way in which statements are prepared.
    pub const fn statements(&self) -> Statements {
        self.statements
    }

    /// Waits for a connection. If sessions are shared, it is inside a transaction.
    ///
    /// # Errors
    ///
    /// The server is out of reach, or no connection became free in time.
    pub async fn acquire(&self) -> Result<PostgresConnection, sqlx::Error> {
        let on = match self.statements {
            Statements::Named => On::Session(self.session().await?),
            Statements::Unnamed => On::Transaction(Box::pin(self.connections.begin()).await?),
        };
        Ok(PostgresConnection { on, statements: self.statements })
    }

    async fn session(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        let idle = self.turns.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now());
        // What waits and tests is a future of many kilobytes, which sqlx copies several times.
        if idle <= TRUSTED_IDLE
            && let Some(connection) = self.connections.try_acquire()
        {
            return Ok(connection);
        }
        Box::pin(self.connections.acquire()).await
    }
}

impl Deref for PostgresPool {
    type Target = sqlx::Pool<Postgres>;

    fn deref(&self) -> &Self::Target {
        &self.connections
    }
}

/// Computes the maximum time that a connection can have been idle, without inspecting any.
///
/// The pool hands out the connection that has been idle for longest. So, once the maximum number of
/// connections has been taken, each one that was idle when the counting began has been taken since.
#[derive(Debug)]
struct Turns {
    connections: u32,
    taken: u32,
    began: Instant,
    /// The start of the previous counting: since then every connection was in use.
    all_used_since: Instant,
}

impl Turns {
    fn new(connections: u32, now: Instant) -> Self {
        Self { connections, taken: 0, began: now, all_used_since: now }
    }

    /// Counts a connection that is about to be taken, and returns the maximum time that any can
    /// have been idle.
    fn take(&mut self, now: Instant) -> Duration {
        if self.taken >= self.connections {
            self.all_used_since = self.began;
            self.began = now;
            self.taken = 0;
        }
        self.taken += 1;
        now.saturating_duration_since(self.all_used_since)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    #[test]
    fn nothing_is_said_to_be_idle_for_less_than_it_is() {
        let start = Instant::now();
        for connections in [1, 4, 16] {
            let mut turns = Turns::new(connections, start);
            let mut idle: VecDeque<Instant> = (0..connections).map(|_| start).collect();
            let mut now = start;
            for step in 0_u64..1000 {
                // In bursts, and now and then a pause.
                now += Duration::from_millis(if step % 97 == 0 { 5000 } else { step % 7 });
                let most = turns.take(now);
                let longest = idle.pop_front().expect("one is idle");
                assert!(now - longest <= most, "{connections}: {:?} > {most:?}", now - longest);
                idle.push_back(now);
            }
        }
    }

    #[test]
    fn connections_in_use_are_trusted_and_those_after_a_pause_are_not() {
        let start = Instant::now();
        let mut turns = Turns::new(4, start);
        let at = |millis| start + Duration::from_millis(millis);
        let under_load: Vec<Duration> = (0..100).map(|n| turns.take(at(2000 + n))).collect();
        assert!(under_load[0] > TRUSTED_IDLE);
        assert!(under_load[8..].iter().all(|idle| *idle <= TRUSTED_IDLE));
        let after_a_pause: Vec<Duration> = (0..10).map(|n| turns.take(at(60_000 + n))).collect();
        assert!(after_a_pause[..4].iter().all(|idle| *idle > TRUSTED_IDLE));
        assert!(after_a_pause[9] <= TRUSTED_IDLE);
    }
}
