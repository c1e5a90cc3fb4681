//! Pages of a debug build that reload themselves: only if the program is told so, and nothing else of
//! them is changed.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use site_tests::{DatabaseKind, request};

use crate::program::Program;
use crate::workshop::Workshop;

const PAGE: &str = "/lettings/";

async fn workshop() -> Workshop {
    Workshop::with_linked_modules(DatabaseKind::Sqlite).await
}

fn start(workshop: &Workshop, reloads: bool) -> Program {
    let mut command = workshop.command(&[]);
    command.env("ROCKET_BROWSER_RELOAD", reloads.to_string());
    Program::start(command)
}

/// The stream of states of a program, as the script in a page reads it.
struct States(BufReader<TcpStream>);

impl States {
    fn of(program: &Program) -> Self {
        let mut connection = TcpStream::connect(("127.0.0.1", program.port())).unwrap();
        connection.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        connection.write_all(request("GET", "/_reload", &[], 0).as_bytes()).unwrap();
        Self(BufReader::new(connection))
    }

    fn next(&mut self) -> String {
        let mut lines = (&mut self.0).lines().map(Result::unwrap);
        lines.find_map(|line| line.strip_prefix("data:").map(str::to_owned)).expect("a state")
    }
}

/// The state that a page was made in.
async fn state_of_page(program: &Program) -> String {
    let answer = program.get(PAGE).await;
    let page = answer.page();
    let script = page.all("script").find(|script| script.attribute("src") == Some("/_reload.js"));
    script.expect("the page has the script").attribute("data-state").unwrap().to_owned()
}

#[cfg(debug_assertions)]
#[rocket::async_test]
async fn a_page_is_told_of_an_edited_template() {
    let workshop = workshop().await;
    let program = start(&workshop, true);
    let shown = state_of_page(&program).await;
    let mut states = States::of(&program);
    assert_eq!(states.next(), shown);

    let folder = workshop.folder().join("templates/lettings");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html.j2"), "{% extends \"base\" %}").unwrap();
    let edited = states.next();
    assert_ne!(edited, shown);
    assert_eq!(state_of_page(&program).await, edited);

    // The page that explains a broken template shows its mending, too.
    fs::write(folder.join("index.html.j2"), "{% endfor %}").unwrap();
    let broken = states.next();
    assert_eq!(program.get(PAGE).await.status, 500);
    assert_eq!(state_of_page(&program).await, broken);
    assert!(!program.log().contains("/_reload"), "{}", program.log());
}

#[cfg(debug_assertions)]
#[rocket::async_test]
async fn a_page_is_told_of_another_start() {
    let workshop = workshop().await;
    let program = start(&workshop, true);
    let shown = state_of_page(&program).await;
    program.stop().await;
    let program = start(&workshop, true);
    assert_ne!(States::of(&program).next(), shown);
}

#[cfg(debug_assertions)]
#[rocket::async_test]
async fn a_page_that_listens_does_not_keep_the_program_from_stopping() {
    let workshop = workshop().await;
    let program = start(&workshop, true);
    let mut states = States::of(&program);
    states.next();
    // In good order: had it waited for the stream, that would be a request that was cut off.
    program.stop().await;
    let mut rest = String::new();
    states.0.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("data:"), "{rest}");
}

#[cfg(debug_assertions)]
#[rocket::async_test]
async fn the_script_is_all_that_is_added_to_a_page() {
    let workshop = workshop().await;
    let with_script = start(&workshop, true);
    let state = state_of_page(&with_script).await;
    let without = start(&workshop, false);
    for page in [PAGE, "/nowhere/"] {
        let (long, short) = (with_script.get(page).await, without.get(page).await);
        assert_eq!(long.status, short.status);
        let tag = format!("<script src=\"/_reload.js\" data-state=\"{state}\"></script>\n");
        assert_eq!(long.text(), format!("{}{tag}", short.text()));
    }
    for file in ["/static/site/style.css", "/healthz"] {
        assert_eq!(with_script.get(file).await.body, without.get(file).await.body, "{file}");
    }
    let script = with_script.get("/_reload.js").await;
    assert!(script.header("content-type").unwrap().starts_with("text/javascript"));
    assert!(script.text().contains("EventSource(\"/_reload\")"));
    let policy = script.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'self'"), "{policy}");
}

#[rocket::async_test]
async fn a_program_that_is_not_told_so_and_a_release_have_neither_script_nor_stream() {
    let workshop = workshop().await;
    let told: &[bool] = if cfg!(debug_assertions) { &[false] } else { &[false, true] };
    for told in told {
        let program = start(&workshop, *told);
        assert!(!program.get(PAGE).await.text().contains("_reload"));
        for address in ["/_reload", "/_reload.js"] {
            assert_eq!(program.get(address).await.status, 404, "{address}");
        }
    }
}
