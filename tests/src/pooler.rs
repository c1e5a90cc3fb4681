//! A PgBouncer for a single test, in front of a PostgreSQL server.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::{Database, free_port, installed_program};

/// The pooling mode: when a session is given to another client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// At the end of the connection.
    Session,
    /// After each transaction.
    Transaction,
}

/// A pooler in front of the server of a database, stopped when dropped.
pub struct Pooler {
    process: Child,
    port: u16,
    database: String,
    _folder: TempDir,
}

impl Pooler {
    /// Starts a pooler with a number of sessions; `None` if `SKIP_PGBOUNCER` is set.
    pub fn start(database: &Database, pooling: Pooling, sessions: u16) -> Option<Self> {
        let program = installed_program("pgbouncer")?;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let place = database.url.split_once("://").unwrap().1.split_once('@').unwrap().1;
        let (server, name) = place.split_once('/').unwrap();
        let (host, server_port) = server.split_once(':').unwrap();
        let name = name.split('?').next().unwrap();
        let pool_mode = format!("{pooling:?}").to_lowercase();
        let port = free_port();
        // Root is whom it refuses to run as.
        let settings = format!(
            "[databases]\n* = host={host} port={server_port}\n[pgbouncer]\nuser = nobody\n\
             listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = {pool_mode}\ndefault_pool_size = {sessions}\n"
        );
        let settings = settings.replace("* = ", &format!("{name} = user=postgres "));
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, settings).unwrap();
        let mut process = Command::new(program);
        process.arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = process.spawn().unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert_eq!(process.try_wait().unwrap(), None, "PgBouncer starts");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self { process, port, database: name.to_owned(), _folder: folder })
    }

    /// The address of the database through the pooler.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}", self.port, self.database)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
