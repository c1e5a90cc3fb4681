//! Remedies for errors of PostgreSQL and of connecting to it.

use std::io;

use module_api::db::{quoted, server_address};
use sqlx::postgres::PgConnectOptions;

use super::migrate_first;

/// Returns the remedy for an error of a server.
pub(super) fn hint(error: &sqlx::Error, server: &PgConnectOptions) -> Option<String> {
    let place = server_address(server);
    Some(match error {
        sqlx::Error::Database(error) => {
            return hint_on_code(&error.code()?, error.message(), server);
        }
        sqlx::Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => format!(
                "nothing listens at {place}: start the PostgreSQL server, or correct the host and \
                 port in DATABASE_URL"
            ),
            io::ErrorKind::TimedOut
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable => format!(
                "see that {place} is a PostgreSQL server and that no firewall is before it; a slow \
                 one gets more time with the setting databases.site.connect_timeout"
            ),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::BrokenPipe => ended(&place),
            // A failed name lookup has no kind of its own.
            _ => format!(
                "see that the host in DATABASE_URL, {}, is the right one and that this machine \
                 can reach it",
                server.get_host(),
            ),
        },
        sqlx::Error::Tls(_) => {
            "DATABASE_URL asks for TLS, which could not be agreed on: turn on `ssl` in the server \
             and give it a certificate that this machine trusts (sslrootcert=FILE names its \
             authority), or, on a network that is trusted, write sslmode=prefer"
                .to_owned()
        }
        sqlx::Error::Protocol(_) => format!(
            "see that {place} is a PostgreSQL server, and not another program or one between them"
        ),
        sqlx::Error::PoolTimedOut => too_many(),
        _ => return None,
    })
}

fn hint_on_code(code: &str, message: &str, server: &PgConnectOptions) -> Option<String> {
    let user = server.get_username();
    // The default is the name of the user.
    let database = server.get_database().unwrap_or(user);
    let place = server_address(server);
    Some(match code {
        "42P01" | "42703" => migrate_first(),
        "28P01" => format!(
            "write the right user and password in DATABASE_URL (with %3A for `:`, %40 for `@`, %2F \
             for `/`), or let an administrator set one with `ALTER ROLE {} PASSWORD '…'`",
            quoted(user),
        ),
        "28000" => format!(
            "see that the role `{user}` exists and may log in, and that the server's pg_hba.conf \
             lets it into `{database}` from here"
        ),
        "3D000" => format!(
            "make it with `CREATE DATABASE {} OWNER {}`, or correct its name in DATABASE_URL",
            quoted(database),
            quoted(user),
        ),
        "42501" => may(message, user, database),
        "25006" => format!(
            "the server takes no changes: name the primary server in DATABASE_URL if {place} is a \
             standby; else see `default_transaction_read_only` of the database, the role and the \
             server"
        ),
        "53100" => {
            format!("the disk of the server {place} is full: make room there, and run this again")
        }
        "53300" => too_many(),
        "26000" | "42P05" => format!(
            "{place} seems to be a pooler that shares sessions between transactions, such as \
             PgBouncer in transaction mode: set databases.site.transaction_pooler = true"
        ),
        "57014" => format!(
            "a statement took longer than `statement_timeout` of the server, the database or the \
             role `{user}` allows, or somebody ended it: give it more time, and run this again"
        ),
        "57P03" => "the server starts or stops: run this again when it is up".to_owned(),
        code if code.starts_with("57P") || code.starts_with("08") => ended(&place),
        _ => return None,
    })
}

fn ended(place: &str) -> String {
    format!(
        "the server {place} ended the connection: see its log for why, and run this again when it \
         is up; what was done before is kept, and it goes on from there"
    )
}

fn too_many() -> String {
    "all connections that the server grants are taken: end other programs, raise its \
     `max_connections`, or lower databases.site.max_connections of the servers of this site"
        .to_owned()
}

/// The missing privilege, in SQL for an administrator.
fn may(message: &str, user: &str, database: &str) -> String {
    let role = quoted(user);
    let grant = |before: &str, rights: &str, on: &str| {
        let name = message.strip_prefix(before)?;
        let name = quoted(name.trim_matches('"'));
        Some(format!("GRANT {rights} ON {on} {name} TO {role}"))
    };
    let owner = || {
        let (kind, name) = message.strip_prefix("must be owner of ")?.split_once(' ')?;
        let kind = match kind {
            "table" | "relation" => "TABLE",
            "sequence" => "SEQUENCE",
            "view" => "VIEW",
            "index" => "INDEX",
            _ => return None,
        };
        Some(format!("ALTER {kind} {} OWNER TO {role}", quoted(name)))
    };
    let sql = grant("permission denied for schema ", "USAGE, CREATE", "SCHEMA")
        .or_else(|| {
            let rights = "SELECT, INSERT, UPDATE, DELETE, REFERENCES";
            grant("permission denied for table ", rights, "TABLE")
        })
        .or_else(|| grant("permission denied for sequence ", "USAGE, SELECT, UPDATE", "SEQUENCE"))
        .or_else(|| grant("permission denied for database ", "CONNECT", "DATABASE"))
        .or_else(owner);
    match sql {
        Some(sql) => format!("let an owner of it or an administrator run `{sql}` in `{database}`"),
        None => format!(
            "let an administrator grant `{user}` what the message names, or name another user in \
             DATABASE_URL"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_that_is_missing_is_written_as_sql() {
        let cases = [
            ("permission denied for schema public", "GRANT USAGE, CREATE ON SCHEMA \"public\""),
            (
                "permission denied for table host_migration",
                "GRANT SELECT, INSERT, UPDATE, DELETE, REFERENCES ON TABLE \"host_migration\"",
            ),
            (
                "permission denied for sequence auth_user_id_seq",
                "GRANT USAGE, SELECT, UPDATE ON SEQUENCE \"auth_user_id_seq\"",
            ),
            ("permission denied for database \"site\"", "GRANT CONNECT ON DATABASE \"site\""),
        ];
        for (message, sql) in cases {
            let hint = may(message, "an\"n", "site");
            assert!(hint.contains(&format!("`{sql} TO \"an\"\"n\"`")), "{hint}");
        }
        let hint = may("must be owner of table auth_user", "ann", "site");
        assert!(hint.contains("`ALTER TABLE \"auth_user\" OWNER TO \"ann\"`"), "{hint}");
    }

    #[test]
    fn a_message_in_another_language_names_the_right_itself() {
        let hint = may("keine Berechtigung für Schema public", "ann", "site");
        assert!(hint.starts_with("let an administrator grant `ann` what the message names"));
    }
}
