//! A PostgreSQL server for a single test, which it may stop and start.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::free_port;

/// A server in a folder of its own, removed when dropped.
pub struct Cluster {
    programs: PathBuf,
    /// The user to run the server as if this process is root, as which PostgreSQL refuses to run.
    user: Option<&'static str>,
    folder: TempDir,
    port: u16,
}

impl Cluster {
    /// Creates and starts a server with a maximum number of connections.
    pub fn start(max_connections: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        let port = free_port();
        let user = (output("id", &["-u"]) == "0").then(|| {
            let has_user = Command::new("id").arg("postgres").output().unwrap().status.success();
            if has_user { "postgres" } else { "nobody" }
        });
        let cluster = Self { programs: programs(), user, folder, port };
        let data = cluster.data();
        let mut install = Command::new("install");
        install.args(["-d", "-m", "700"]).args(user.iter().flat_map(|user| ["-o", user]));
        succeed(install.arg(&data));
        let mut init = cluster.program("initdb");
        init.args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        succeed(init.arg("-D").arg(&data));
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\n\
             fsync = off\nmax_connections = {max_connections}\n"
        );
        fs::write(data.join("postgresql.auto.conf"), settings).unwrap();
        cluster.start_again();
        cluster
    }

    /// The address of the database `postgres`.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Returns the port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops the server like an administrator: its connections are terminated.
    pub fn stop(&self) {
        succeed(&mut self.control(&["-m", "fast", "-w", "stop"]));
    }

    /// Starts the stopped server.
    pub fn start_again(&self) {
        let mut start = self.control(&["-w", "-t", "60", "start"]);
        succeed(start.arg("-l").arg(self.data().join("log")));
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn control(&self, arguments: &[&str]) -> Command {
        let mut control = self.program("pg_ctl");
        control.arg("-D").arg(self.data()).args(arguments);
        control
    }

    /// One of PostgreSQL's programs, in a folder that the user may enter.
    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut program = match self.user {
            None => Command::new(path),
            Some(user) => {
                let mut program = Command::new("setpriv");
                let group = output("id", &["-g", user]);
                program.args(["--reuid", user, "--regid", &group, "--clear-groups", "--"]);
                program.arg(path);
                program
            }
        };
        program.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
        program
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may have been stopped by the test.
        let _ = self.control(&["-m", "immediate", "-s", "stop"]).stderr(Stdio::null()).status();
    }
}

/// Returns the folder of PostgreSQL's programs, which Debian keeps out of the path.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.reverse();
    folders.extend(std::env::split_paths(&path).filter_map(|folder| {
        folder.join("initdb").canonicalize().ok()?.parent().map(Path::to_path_buf)
    }));
    let has_all = |folder: &PathBuf| {
        ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file())
    };
    folders.into_iter().find(has_all).expect(
        "install the PostgreSQL server, which this test stops and starts (Debian: apt-get install \
         postgresql)",
    )
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn succeed(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}
