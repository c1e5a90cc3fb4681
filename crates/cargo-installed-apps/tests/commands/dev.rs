//! `dev`, with a site that has no dependencies: a program that answers each connection with one line.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The time that anything may take that is waited for.
const PATIENCE: Duration = Duration::from_mins(2);

const PROGRAM: &str = r#"
use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    if std::fs::read_to_string("templates/page.html").unwrap() == "broken" {
        eprintln!("the template is broken");
        std::process::exit(1);
    }
    let port = std::env::args().nth(1).unwrap().parse().unwrap();
    let reload = std::env::var("ROCKET_BROWSER_RELOAD").unwrap_or_default();
    let settings = std::fs::read_to_string("Rocket.toml").unwrap();
    for connection in TcpListener::bind(("127.0.0.1", port)).unwrap().incoming() {
        let mut connection = connection.unwrap();
        let answer = format!("{} {} {} {reload}", news::title(), news::WORDS, settings);
        connection.write_all(answer.as_bytes()).unwrap();
    }
}
"#;

/// A site in an empty folder, and `dev` that runs it.
struct Developed {
    folder: TempDir,
    child: Child,
    port: u16,
}

impl Developed {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| write(folder.path(), file, text);
        let site = "[workspace]\n\n[package]\nname = \"my-site\"\nedition = \"2024\"\n\n[dependencies]\n\
                    installed-apps = { path = \"host\" }\nnews = { path = \"modules/news\" }\n";
        write("Cargo.toml", site);
        write("src/main.rs", PROGRAM);
        write("Rocket.toml", "settings");
        write("templates/page.html", "fine");
        write("host/Cargo.toml", "[package]\nname = \"installed-apps\"\nedition = \"2024\"\n");
        write("host/src/lib.rs", "");
        write("modules/news/Cargo.toml", "[package]\nname = \"news\"\nedition = \"2024\"\n");
        write("modules/news/src/lib.rs", &titled("\"first\""));
        write("modules/news/words.txt", "words");

        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_cargo-installed-apps"))
            .args(["installed-apps", "dev", "--", &port.to_string()])
            .current_dir(folder.path().join("modules/news"))
            .env("CARGO_TARGET_DIR", folder.path().join("built"))
            .env("CARGO_NET_OFFLINE", "true")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { folder, child, port }
    }

    fn write(&self, file: &str, text: &str) {
        write(self.folder.path(), file, text);
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// The answer of the program; `None` if none runs.
    fn answer(&self) -> Option<String> {
        let mut answer = String::new();
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        connection.flush().ok()?;
        connection.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    #[track_caller]
    fn answers(&self, expected: &str) {
        self.until(expected, || self.answer().as_deref() == Some(expected));
    }

    #[track_caller]
    fn says(&self, text: &str) {
        self.until(text, || self.log().contains(text));
    }

    #[track_caller]
    fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let since = Instant::now();
        while !is_so() {
            let (answer, log) = (self.answer(), self.log());
            assert!(since.elapsed() < PATIENCE, "{what}: {answer:?}\n{log}");
            sleep(Duration::from_millis(20));
        }
    }

    fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        assert!(kill.args(["-s", name, &self.child.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Developed {
    fn drop(&mut self) {
        // Killed, it would leave the program behind.
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.signal("TERM");
            let _ = self.child.wait();
        }
    }
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The library of a module whose title is this expression.
fn titled(expression: &str) -> String {
    format!(
        "pub const WORDS: &str = include_str!(\"../words.txt\");\n\n\
         pub fn title() -> &'static str {{\n    {expression}\n}}\n"
    )
}

#[test]
fn edits_are_built_while_the_program_before_them_serves() {
    let site = Developed::start();
    let source = "modules/news/src/lib.rs";
    site.answers("first words settings true");
    site.write(source, &titled("\"second\""));
    site.answers("second words settings true");

    site.write(source, &titled("missing"));
    site.says("cannot find value `missing`");
    site.says("the build has failed; the program before it serves on");
    assert_eq!(site.answer().unwrap(), "second words settings true");

    site.write("modules/news/src/title.rs", "pub const TITLE: &str = \"third\";\n");
    site.write(source, &format!("mod title;\n{}", titled("title::TITLE")));
    site.answers("third words settings true");
    site.write("modules/news/src/title.rs", "pub const TITLE: &str = \"fourth\";\n");
    site.answers("fourth words settings true");
    site.write("modules/news/words.txt", "included");
    site.answers("fourth included settings true");
    site.write("Rocket.toml", "edited");
    site.answers("fourth included edited true");
}

#[test]
fn a_program_that_has_ended_is_started_after_the_next_edit() {
    let site = Developed::start();
    site.answers("first words settings true");
    site.write("templates/page.html", "broken");
    site.write("Rocket.toml", "edited");
    site.says("the program has ended (exit status: 1); the next edit starts it");
    assert_eq!(site.answer(), None);
    site.write("templates/page.html", "mended");
    site.answers("first words edited true");
}

#[test]
fn a_signal_ends_the_program_too() {
    for name in ["INT", "TERM"] {
        let mut site = Developed::start();
        site.answers("first words settings true");
        site.signal(name);
        let status = site.child.wait().unwrap();
        assert!(status.success(), "SIG{name}: {status}\n{}", site.log());
        assert_eq!(site.answer(), None, "SIG{name}");
    }
}
