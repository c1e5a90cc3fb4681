//! Connections without a request, or with an incomplete one.

use std::time::Duration;

use rocket::data::ToByteUnit;
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpStream;
use rocket::tokio::time::{sleep, timeout};
use rocket::{Data, tokio};
use site_tests::{DatabaseKind, HolidayHomes, LocalModule, ServedSite, parse};

/// The timeout of each wait.
const PATIENCE: Duration = Duration::from_mins(1);

/// Bytes of an answer that is longer than the operating system takes at once.
const LONG: usize = 8_000_000;

/// The bytes that are sent before the client falls silent.
const SILENT_AFTER: [&str; 5] = [
    "",
    "GET / HT",
    "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ",
    "GET / HTTP/1.1\r\nHost: localhost\r\n",
    "POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\
     Content-Type: application/x-www-form-urlencoded\r\n\r\nusername=",
];

static SLOW: LocalModule = LocalModule {
    routes: || rocket::routes![slow, upload, long],
    csrf_exempt: &["upload"],
    ..LocalModule::named("slow")
};

#[rocket::get("/page")]
async fn slow() -> &'static str {
    sleep(Duration::from_secs(4)).await;
    "after a while"
}

#[rocket::post("/upload", data = "<data>")]
async fn upload(data: Data<'_>) -> std::io::Result<String> {
    let bytes = data.open(1.mebibytes()).into_bytes().await?;
    Ok(format!("{} bytes", bytes.len()))
}

#[rocket::get("/long")]
fn long() -> String {
    "x".repeat(LONG)
}

/// A site on which a connection may have no request for a second.
async fn site() -> ServedSite {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).and_modules(&[&SLOW]);
    site.setting("idle_timeout", 1).setting("metrics", true).serve().await
}

async fn connect(site: &ServedSite, sent: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", site.port())).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    stream
}

/// All that comes until the site closes the connection.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    match timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("it is closed") {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
    rest
}

#[rocket::async_test]
async fn a_connection_without_a_request_is_closed_whatever_it_began_with() {
    let site = site().await;
    let mut silent = Vec::new();
    for sent in SILENT_AFTER {
        silent.push((sent, connect(&site, sent).await));
    }
    let kept = connect(&site, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    silent.push(("a whole request", kept));
    for (sent, stream) in &mut silent {
        let answer = rest(stream).await;
        let status = (!answer.is_empty()).then(|| parse(&answer).unwrap().status);
        let expected: &[Option<u16>] = match *sent {
            "a whole request" => &[Some(200)],
            // Rocket goes on with what has come of a body.
            sent if sent.starts_with("POST") => &[None, Some(400), Some(403)],
            _ => &[None],
        };
        assert!(expected.contains(&status), "{sent}: {}", String::from_utf8_lossy(&answer));
    }
    let numbers = site.get("/metrics").await;
    let closed = "\nhttp_connections_timed_out_total 6\n";
    assert!(numbers.text().contains(closed), "{}", numbers.text());
    site.stop().await;
}

#[rocket::async_test]
async fn a_head_that_drips_is_cut_off_in_time() {
    let site = site().await;
    let (mut reader, mut writer) =
        connect(&site, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").await.into_split();
    let dripping = tokio::spawn(async move {
        while writer.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    });
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, reader.read_to_end(&mut answer)).await.expect("it is closed");
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    timeout(PATIENCE, dripping).await.expect("nobody takes more").unwrap();
    site.stop().await;
}

#[rocket::async_test]
async fn what_takes_longer_than_a_connection_may_idle_is_not_cut_off() {
    let site = site().await;
    let close = "Host: localhost\r\nConnection: close\r\n";
    let page = async {
        let mut stream = connect(&site, &format!("GET /slow/page/ HTTP/1.1\r\n{close}\r\n")).await;
        parse(&rest(&mut stream).await).unwrap()
    };
    let upload = async {
        let head = format!("POST /slow/upload HTTP/1.1\r\n{close}Content-Length: 600\r\n\r\n");
        let mut stream = connect(&site, &head).await;
        for _ in 0..60 {
            stream.write_all(b"0123456789").await.unwrap();
            sleep(Duration::from_millis(70)).await;
        }
        parse(&rest(&mut stream).await).unwrap()
    };
    let download = async {
        let mut stream = connect(&site, &format!("GET /slow/long/ HTTP/1.1\r\n{close}\r\n")).await;
        let (mut answer, mut part) = (Vec::new(), vec![0; LONG / 40]);
        loop {
            match stream.read(&mut part).await.unwrap() {
                0 => break parse(&answer).unwrap(),
                length => answer.extend(&part[..length]),
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    let (page, upload, download) = tokio::join!(page, upload, download);
    assert_eq!((download.status, download.body.len()), (200, LONG));
    assert_eq!((page.status, page.text()), (200, "after a while"));
    assert_eq!((upload.status, upload.text()), (200, "600 bytes"));
    site.stop().await;
}
