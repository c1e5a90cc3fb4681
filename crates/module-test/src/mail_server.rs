//! A mail server on a port of this machine, which passes received mails to a test.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rocket::tokio;
use rocket::tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use rocket::tokio::net::{TcpListener, TcpStream};
use rocket::tokio::sync::{Mutex, mpsc};
use rocket::tokio::task::JoinHandle;
use rocket::tokio::time::timeout;

/// A mail received by the server.
///
/// Returned by [`MailServer::next`]: see [`MailServer`] for an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedMail {
    /// The sender in the envelope.
    pub from: String,
    /// The recipients in the envelope.
    pub to: Vec<String>,
    /// The headers, not decoded.
    pub head: String,
    /// The text, decoded.
    pub text: String,
}

impl ReceivedMail {
    /// The value of a header, not decoded.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.head.lines().filter_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        });
        let value = found.next();
        assert_eq!(found.next(), None, "{name} is there once");
        value
    }

    /// The only line of the text that is a link.
    pub fn link(&self) -> &str {
        let mut links = self.text.lines().filter(|line| line.starts_with("http"));
        let link = links.next().unwrap_or_else(|| panic!("a link in {}", self.text));
        assert_eq!(links.next(), None, "{}", self.text);
        link
    }
}

/// The server, which stops when dropped.
///
/// ```
/// use module_api::rocket::{State, get, routes};
/// use module_api::{Mail, Mailer};
/// use module_test::{DatabaseKind, LocalModule, MailServer, TestSite};
///
/// static NEWS: LocalModule =
///     LocalModule { routes: || routes![subscribe], ..LocalModule::named("news") };
///
/// #[get("/subscribe?<to>")]
/// async fn subscribe(to: String, mailer: &State<Mailer>) -> &'static str {
///     let (subject, text) = ("Daily News".to_owned(), "No news today.".to_owned());
///     mailer.send(Mail { to, subject, text }).await.map_or("Not now", |()| "Sent")
/// }
///
/// module_test::block_on(async {
///     let server = MailServer::start().await;
///     let setup = TestSite::on(DatabaseKind::Sqlite).modules(&[&NEWS]);
///     let setup = setup.setting("email_url", server.url()).setting("email_from", "news@example.org");
///     let answer = setup.start().await.get("/news/subscribe/?to=ann@example.com").await;
///     assert_eq!(answer.text(), "Sent");
///
///     let mail = server.next().await;
///     assert_eq!(mail.to, ["ann@example.com"]);
///     assert_eq!(mail.header("Subject"), Some("Daily News"));
///     assert_eq!(mail.text.trim_end(), "No news today.");
/// });
/// ```
pub struct MailServer {
    port: u16,
    mails: Mutex<mpsc::UnboundedReceiver<ReceivedMail>>,
    said: Arc<std::sync::Mutex<Vec<String>>>,
    refuses: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailServer {
    /// Starts a server.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, mails) = mpsc::unbounded_channel();
        let (said, refuses) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (all, refused) = (Arc::clone(&said), Arc::clone(&refuses));
        let task = tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                let talk = Conversation {
                    sender: sender.clone(),
                    said: Arc::clone(&all),
                    refuses: Arc::clone(&refused),
                };
                tokio::spawn(talk.hold(connection));
            }
        });
        Self { port, mails: Mutex::new(mails), said, refuses, task }
    }

    /// The address, for the setting `email_url`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The address with a name and a password.
    pub fn url_with_password(&self, credentials: &str) -> String {
        format!("smtp://{credentials}@127.0.0.1:{}", self.port)
    }

    /// Sets whether the server refuses all mails.
    pub fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }

    /// Waits for the next mail.
    pub async fn next(&self) -> ReceivedMail {
        let next = timeout(Duration::from_secs(30), async { self.mails.lock().await.recv().await });
        next.await.expect("a mail comes").expect("the server runs")
    }

    /// The mails that arrived since and were not read.
    pub async fn rest(&self) -> Vec<ReceivedMail> {
        let mut mails = self.mails.lock().await;
        std::iter::from_fn(|| mails.try_recv().ok()).collect()
    }

    /// All commands that the server received, in order.
    pub fn commands(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
}

/// An SMTP connection.
struct Conversation {
    sender: mpsc::UnboundedSender<ReceivedMail>,
    said: Arc<std::sync::Mutex<Vec<String>>>,
    refuses: Arc<AtomicBool>,
}

impl Conversation {
    async fn hold(self, connection: TcpStream) {
        let mut connection = BufReader::new(connection);
        let _ = self.talk(&mut connection).await;
    }

    async fn talk(&self, connection: &mut BufReader<TcpStream>) -> std::io::Result<()> {
        let (mut from, mut to) = (String::new(), Vec::new());
        connection.write_all(b"220 test ESMTP\r\n").await?;
        loop {
            let mut line = String::new();
            if connection.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            self.said.lock().unwrap().push(line.to_owned());
            let (verb, rest) = line.split_once([' ', ':']).unwrap_or((line, ""));
            let answer = match verb.to_ascii_uppercase().as_str() {
                "EHLO" => "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
                "AUTH" => "235 welcome",
                "MAIL" => {
                    from = address(rest);
                    "250 well"
                }
                "RCPT" if self.refuses.load(Ordering::SeqCst) => "550 nobody of that name",
                "RCPT" => {
                    to.push(address(rest));
                    "250 well"
                }
                "DATA" => {
                    connection.write_all(b"354 go on\r\n").await?;
                    let data = data(connection).await?;
                    let (from, to) = (std::mem::take(&mut from), std::mem::take(&mut to));
                    let _ = self.sender.send(mail(from, to, &data));
                    "250 taken"
                }
                "QUIT" => {
                    connection.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => "250 well",
            };
            connection.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }
}

/// The address in `FROM:<ann@example.org> SIZE=1`.
fn address(text: &str) -> String {
    let (_, rest) = text.split_once('<').unwrap();
    rest.split_once('>').unwrap().0.to_owned()
}

/// Reads until the line that is a dot.
async fn data(connection: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut data = Vec::new();
    while !data.ends_with(b"\r\n.\r\n") {
        data.push(connection.read_u8().await?);
    }
    data.truncate(data.len() - 3);
    Ok(String::from_utf8(data).expect("it is encoded for the way"))
}

fn mail(from: String, to: Vec<String>, data: &str) -> ReceivedMail {
    let (head, body) = data.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ").replace("\r\n", "\n");
    let received = ReceivedMail { from, to, head, text: String::new() };
    let text = match received.header("Content-Transfer-Encoding").unwrap() {
        "7bit" | "8bit" => body.replace("\r\n", "\n"),
        "quoted-printable" => from_quoted_printable(body),
        other => panic!("the encoding {other}"),
    };
    ReceivedMail { text, ..received }
}

fn from_quoted_printable(body: &str) -> String {
    let body = body.replace("=\r\n", "").replace("\r\n", "\n");
    let mut parts = body.split('=');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}
