//! Delivery of mails for password resets: over SMTP or on the terminal, with the site's address.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use module_api::db::Value;
use rocket::http::Method;
use site_tests::{
    Answer, Browser, Database, DatabaseKind, Document, HolidayHomes, MailServer, Setup, TestSite,
    encoded, on_both_databases,
};

use super::{GOOD, execute, number, user};
use crate::workshop::Workshop;

on_both_databases! {
    without_settings_a_mail_is_printed_on_a_developer_s_machine,
    elsewhere_the_variables_say_how_to_send_and_where_the_site_is,
    elsewhere_a_site_without_settings_says_that_it_sends_no_mail,
    what_a_request_says_of_the_site_s_address_is_not_believed,
    a_mail_that_is_refused_is_logged_without_its_key,
    a_password_is_sent_to_the_server_for_mail_and_never_in_the_clear_against_the_settings,
    nobody_smuggles_a_header_into_a_mail,
}

/// A site that sends mail through a server, before it starts.
fn sending(on: DatabaseKind, server: &MailServer) -> Setup {
    HolidayHomes::on(on)
        .setting("email_url", server.url())
        .setting("email_from", "Holiday Homes <no-reply@example.org>")
}

/// Asks for a mail to an address.
async fn ask(browser: &Browser<'_>, email: &str) -> Answer {
    browser.post("/accounts/password_reset/", &[("email", email)]).await
}

/// A process that serves the site, killed when dropped, and what it prints, line by line.
struct Serving {
    process: Child,
    port: u16,
    lines: mpsc::Receiver<String>,
}

impl Serving {
    fn start(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(process.stdout.take().unwrap()), Box::new(process.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        let mut serving = Self { process, port: 0, lines };
        let address = serving.line(" is at http://localhost:");
        serving.port = address.rsplit(':').next().unwrap().parse().unwrap();
        serving
    }

    /// Waits for a line that contains a text.
    fn line(&self, text: &str) -> String {
        self.lines(text).pop().expect("the line itself is the last")
    }

    /// Waits for a line that contains a text: all until then, and that one.
    fn lines(&self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            match self.lines.recv_timeout(Duration::from_secs(30)) {
                Ok(line) => lines.push(line),
                Err(error) => panic!("no line with `{text}` ({error}): {lines:#?}"),
            }
            if lines.last().unwrap().contains(text) {
                return lines;
            }
        }
    }

    /// Sends a request; the head and the body of the answer.
    fn request(&self, method: &str, path: &str, headers: &str, body: &str) -> (String, String) {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        write!(
            connection,
            "{method} {path} HTTP/1.0\r\nHost: evil.example\r\n{headers}\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    /// Asks for a mail through the form.
    fn ask(&self, email: &str) {
        let (head, page) = self.request("GET", "/accounts/password_reset/", "", "");
        let cookie = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.split(';').next().unwrap())
        });
        let page = Document::parse(&page);
        let token = page.all("input").find(|input| input.attribute("name") == Some("csrf_token"));
        let token = token.unwrap().attribute("value").unwrap();
        let headers = format!(
            "Cookie: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
            cookie.unwrap()
        );
        let body = encoded(&[("csrf_token", token), ("email", email)]);
        let (head, page) = self.request("POST", "/accounts/password_reset/", &headers, &body);
        assert!(head.starts_with("HTTP/1.0 303"), "{head}\n{page}");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A workshop with a user who has a password and an address.
async fn with_tunde(kind: DatabaseKind) -> Workshop {
    let workshop = Workshop::with_linked_modules(kind).await;
    workshop.run(&["migrate"]);
    let arguments =
        ["createsuperuser", "--noinput", "--username", "tunde", "--email", "tunde@example.org"];
    let mut command = workshop.command(&arguments);
    let output = command.env("DJANGO_SUPERUSER_PASSWORD", GOOD).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    workshop
}

/// A command without the variables about mail of whoever runs the tests.
fn command(workshop: &Workshop, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = workshop.command(arguments);
    for name in ["EMAIL_URL", "EMAIL_FROM", "SITE_URL"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    command
}

async fn without_settings_a_mail_is_printed_on_a_developer_s_machine(kind: DatabaseKind) {
    let workshop = with_tunde(kind).await;
    let site = Serving::start(command(&workshop, &["serve"], &[]));
    site.ask("tunde@example.org");
    let printed = site.lines("The Holiday Homes team");
    let has = |text: &str| printed.iter().any(|line| line == text);
    assert!(has("To: tunde@example.org"), "{printed:#?}");
    assert!(has("Subject: Password reset on Holiday Homes"), "{printed:#?}");
    let here = format!("http://localhost:{}/", site.port);
    let link = printed.iter().find(|line| line.contains("/accounts/reset/")).unwrap();
    let path = link.strip_prefix(here.trim_end_matches('/')).unwrap();
    let (head, page) = site.request("GET", path, "", "");
    assert!(head.starts_with("HTTP/1.0 200"), "{head}");
    assert_eq!(Document::parse(&page).heading(), "Enter new password");
}

async fn elsewhere_the_variables_say_how_to_send_and_where_the_site_is(kind: DatabaseKind) {
    let server = MailServer::start().await;
    let workshop = with_tunde(kind).await;
    let url = server.url();
    let variables = [
        ("ROCKET_PROFILE", "heroku"),
        ("ROCKET_ADDRESS", "127.0.0.1"),
        ("EMAIL_URL", &*url),
        ("EMAIL_FROM", "Homes <homes@example.org>"),
        ("SITE_URL", "https://homes.example.org/"),
        ("ALLOWED_HOSTS", "*"),
    ];
    let site = Serving::start(command(&workshop, &["serve"], &variables));
    rocket::tokio::task::block_in_place(|| site.ask("tunde@example.org"));
    let mail = server.next().await;
    assert_eq!(
        (&*mail.from, &*mail.to),
        ("homes@example.org", &["tunde@example.org".to_owned()][..])
    );
    assert_eq!(mail.header("From"), Some("Homes <homes@example.org>"));
    assert!(mail.link().starts_with("https://homes.example.org/accounts/reset/"), "{mail:?}");

    // What is missing or wrong keeps the site from starting, and secrets to itself.
    let complete = variables;
    for (variable, value, problem) in [
        ("EMAIL_URL", "smtps://ann:secret@", "accounts.E001"),
        ("EMAIL_FROM", "", "accounts.E002"),
        ("SITE_URL", "", "accounts.E003"),
    ] {
        let mut check = command(&workshop, &["check"], &complete);
        let output = check.env(variable, value).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(said.contains(problem), "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
    let output = command(&workshop, &["check"], &complete).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

/// A site in another profile than `local`, on a database that was migrated.
async fn elsewhere(on: DatabaseKind, settings: &[(&str, &str)]) -> TestSite {
    let database = Database::fresh(on).await;
    HolidayHomes::on(on).database(&database).migrate().await.unwrap();
    let site = HolidayHomes::on(on).database(&database).profile("heroku");
    settings.iter().fold(site, |site, (key, value)| site.setting(key, *value)).start().await
}

async fn elsewhere_a_site_without_settings_says_that_it_sends_no_mail(on: DatabaseKind) {
    let site = elsewhere(on, &[]).await;
    let page = site.get("/accounts/password_reset/").await;
    assert_eq!(page.status, 200);
    assert!(page.page().main().contains("This site cannot send email"), "{}", page.text());
    assert_eq!(
        page.page().all("form").filter(|form| form.attribute("method").is_some()).count(),
        0
    );
    let answer = ask(&site.browser(), "tunde@example.org").await;
    assert!(answer.page().main().contains("This site cannot send email"), "{}", answer.text());
    assert_eq!(number(&site, "SELECT COUNT(*) AS value FROM accounts_throttle").await, 0);
    let plan = HolidayHomes::on(on).profile("heroku").plan().unwrap();
    let warnings: Vec<&str> = plan.warnings.iter().map(|warning| &*warning.id).collect();
    assert!(warnings.contains(&"accounts.W001"), "{warnings:?}");
    let local = HolidayHomes::on(on).plan().unwrap();
    assert!(local.warnings.iter().all(|warning| warning.id != "accounts.W001"));
}

async fn what_a_request_says_of_the_site_s_address_is_not_believed(on: DatabaseKind) {
    let server = MailServer::start().await;
    let (url, from) = (server.url(), "homes@example.org");
    let settings =
        [("email_url", &*url), ("email_from", from), ("site_url", "https://homes.example.org")];
    let settings = [&settings[..], &[("allowed_hosts", "*")]].concat();
    let elsewhere = elsewhere(on, &settings).await;
    let local = sending(on, &server).start().await;
    for (site, expected) in [
        (&elsewhere, "https://homes.example.org/accounts/reset/"),
        (&local, "http://localhost:8000/accounts/reset/"),
    ] {
        site_tests::NewUser { email: "t@example.org", ..user("tunde") }
            .add_to(site.db())
            .await
            .unwrap();
        let browser = site.browser();
        let token = browser.token();
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Host", "evil.example"),
            ("X-Forwarded-Host", "evil.example"),
            ("Forwarded", "host=evil.example"),
            ("Origin", "http://evil.example"),
        ];
        let body = encoded(&[("csrf_token", &token), ("email", "t@example.org")]);
        let path = "/accounts/password_reset/";
        let answer = browser.request(Method::Post, path, &headers, body.as_bytes()).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let mail = server.next().await;
        assert!(mail.link().starts_with(expected), "{mail:?}");
        assert!(!format!("{mail:?}").contains("evil"), "{mail:?}");
    }
}

async fn a_mail_that_is_refused_is_logged_without_its_key(kind: DatabaseKind) {
    let server = MailServer::start().await;
    server.refuse(true);
    let workshop = with_tunde(kind).await;
    let url = server.url();
    let variables = [("EMAIL_URL", &*url), ("EMAIL_FROM", "homes@example.org")];
    let site = Serving::start(command(&workshop, &["serve"], &variables));
    let logged = rocket::tokio::task::block_in_place(|| {
        site.ask("tunde@example.org");
        site.lines("a mail to reset a password was not sent")
    });
    let last = logged.last().unwrap();
    assert!(last.contains("ERROR") && last.contains("550"), "{last}");
    let hex = |word: &str| word.len() >= 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = logged.iter().flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric()));
    assert_eq!(words.into_iter().find(|word| hex(word)), None, "{logged:#?}");
    // The next one is sent.
    server.refuse(false);
    rocket::tokio::task::block_in_place(|| site.ask("tunde@example.org"));
    assert_eq!(server.next().await.to, ["tunde@example.org"]);
}

async fn a_password_is_sent_to_the_server_for_mail_and_never_in_the_clear_against_the_settings(
    on: DatabaseKind,
) {
    let server = MailServer::start().await;
    let with_password = server.url_with_password("ann:p%40ss%20word");
    let site = sending(on, &server).setting("email_url", with_password.as_str()).start().await;
    site_tests::NewUser { email: "t@example.org", ..user("tunde") }
        .add_to(site.db())
        .await
        .unwrap();
    assert_eq!(ask(&site.browser(), "t@example.org").await.status, 303);
    assert_eq!(server.next().await.to, ["t@example.org"]);
    // Base64 of `\0ann\0p@ss word`.
    let login = "AUTH PLAIN AGFubgBwQHNzIHdvcmQ=".to_owned();
    assert!(server.commands().contains(&login), "{:?}", server.commands());

    let plain = MailServer::start().await;
    let strict = format!("{}?tls=required", plain.url_with_password("ann:secret"));
    let site = sending(on, &plain).setting("email_url", strict).start().await;
    site_tests::NewUser { email: "t@example.org", ..user("tunde") }
        .add_to(site.db())
        .await
        .unwrap();
    assert_eq!(ask(&site.browser(), "t@example.org").await.status, 303);
    let commands = || plain.commands();
    while commands().is_empty() {
        rocket::tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let more = |line: &String| line.starts_with("AUTH") || line.starts_with("MAIL");
    assert_eq!(commands().iter().find(|line| more(line)), None, "{:?}", commands());
    assert_eq!(plain.rest().await, []);
}

async fn nobody_smuggles_a_header_into_a_mail(on: DatabaseKind) {
    let server = MailServer::start().await;
    let site = sending(on, &server).setting("site_name", "Homes\r\nBcc: eve@example.org");
    let site = site.start().await;
    let evil = "t@example.org\r\nBcc: eve@example.org";
    // No form takes them, and other programs may write into the tables.
    for (username, email) in [("evil", evil), ("x\r\nBcc: e@b.org", "t@example.org")] {
        let id = user("someone").add_to(site.db()).await.unwrap();
        let values = [Value::from(username), Value::from(email), Value::from(id)];
        let update = "UPDATE auth_user SET username = $1, email = $2 WHERE id = $3";
        assert_eq!(execute(&site, update, &values).await, 1);
    }
    assert_eq!(ask(&site.browser(), evil).await.status, 200, "it is no address");
    assert_eq!(ask(&site.browser(), "t@example.org").await.status, 303);
    let mail = server.next().await;
    assert_eq!(mail.to, ["t@example.org"]);
    assert_eq!(mail.header("Bcc"), None);
    assert_eq!(mail.header("Subject"), Some("Password reset on Homes  Bcc: eve@example.org"));
    assert_eq!(server.rest().await, []);
}
