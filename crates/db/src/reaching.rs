//! The first connection to a PostgreSQL server.

use std::io;
use std::time::Duration;

use rocket::tokio::time::timeout;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Executor, Row};

use crate::{DbError, Statements};

/// Connects to a server once, for a precise error if it cannot be reached; and, unless
/// `has_pooler` is given, detects a pooler that shares sessions.
pub(crate) async fn reach(
    options: &PgConnectOptions,
    within: Duration,
    has_pooler: Option<bool>,
) -> Result<Statements, DbError> {
    let Ok(connected) = timeout(within, options.connect()).await else {
        let message = format!("no answer within {} s", within.as_secs());
        let late = io::Error::new(io::ErrorKind::TimedOut, message);
        return Err(DbError::Unavailable(sqlx::Error::Io(late)));
    };
    let mut first = connected?;
    let is_shared = match has_pooler {
        Some(has_pooler) => has_pooler,
        None => match timeout(within, options.connect()).await {
            Ok(Ok(mut second)) => {
                let is_shared = share_sessions(&mut first, &mut second).await?;
                second.close().await?;
                is_shared
            }
            // Without a second one, there is no other session to compare with.
            _ => false,
        },
    };
    first.close().await?;
    if is_shared {
        tracing::debug!("a pooler shares sessions of the database: statements have no names");
    }
    Ok(if is_shared { Statements::Unnamed } else { Statements::Named })
}

/// Returns `true` if one session serves two connections that are open at the same time, or a
/// connection has more than one session, as behind a pooler in transaction mode. A pooler that
/// other clients keep busy may go undetected.
async fn share_sessions(
    first: &mut PgConnection,
    second: &mut PgConnection,
) -> Result<bool, sqlx::Error> {
    const ROUNDS: usize = 3;
    let session = "SELECT pg_backend_pid()";
    let mut sessions = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (connection, seen) in [&mut *first, &mut *second].into_iter().zip(&mut sessions) {
            // Behind such a pooler a prepared statement may be gone before it is run.
            let row = connection.fetch_one(sqlx::raw_sql(session)).await?;
            seen.push(row.try_get::<i32, _>(0)?);
        }
    }
    let [first, second] = sessions;
    Ok(first.iter().any(|session| *session != first[0] || second.contains(session)))
}
