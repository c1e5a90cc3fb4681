//! The driver of Chromium: started on a free port, stopped with all its browsers.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

/// The variable with the path of the driver, if it is not the `chromedriver` in `PATH`.
const PROGRAM: &str = "TEST_CHROMEDRIVER";

/// The timeout for closing its browsers.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running chromedriver.
pub(crate) struct Chromedriver {
    process: Child,
    port: u16,
    // It goes on to write, and must find a reader.
    _output: BufReader<ChildStdout>,
}

impl Chromedriver {
    /// Starts the driver with a home folder for its browsers, whose output goes to the log.
    pub(crate) fn start(home: &Path, log: File) -> Self {
        let program = std::env::var_os(PROGRAM).unwrap_or_else(|| "chromedriver".into());
        let mut process = Command::new(&program)
            .arg("--port=0")
            .env("HOME", home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "{} cannot be started: {error}; run scripts/browser-tools, or set {PROGRAM}",
                    program.display(),
                )
            });
        let mut output = BufReader::new(process.stdout.take().expect("its output is piped"));
        let port = announced_port(&mut output);
        Self { process, port, _output: output }
    }

    /// Returns the address for commands.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks the driver to close its browsers and end: if it were killed, they would keep running.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port,
        )?;
        stream.read_to_end(&mut Vec::new())?;
        Ok(())
    }

    fn has_ended_in_time(&mut self) -> bool {
        let step = Duration::from_millis(10);
        let steps = PATIENCE.as_millis() / step.as_millis();
        (0..steps).any(|_| match self.process.try_wait() {
            Ok(None) => {
                thread::sleep(step);
                false
            }
            Ok(Some(_)) | Err(_) => true,
        })
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        if self.shut_down().is_err() || !self.has_ended_in_time() {
            eprintln!("chromedriver did not end by itself; a browser may be left behind");
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

/// Reads the output up to the announced port.
fn announced_port(output: &mut impl BufRead) -> u16 {
    let mut said = String::new();
    loop {
        let start = said.len();
        let length = output.read_line(&mut said).expect("chromedriver writes text");
        assert!(length > 0, "chromedriver ended at once: {said}");
        let line = said[start..].trim_end().trim_end_matches('.');
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return port.parse().expect("a port is a number");
        }
    }
}
