//! PostgreSQL restarts while the site answers requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rocket::tokio;
use rocket::tokio::task::JoinHandle;
use site_tests::{Cluster, DatabaseKind, ask};

use crate::program::Program;
use crate::workshop::Workshop;

/// Somebody who asks for a page over and over, until told to stop; the statuses of the answers.
fn visitor(port: u16, page: &'static str, stop: &Arc<AtomicBool>) -> JoinHandle<Vec<u16>> {
    let stop = Arc::clone(stop);
    tokio::spawn(async move {
        let mut statuses = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let answer = ask(port, "GET", page, &[]).await;
            statuses.push(answer.expect("the site answers, whatever it is").status);
        }
        statuses
    })
}

/// The statuses of some visitors, all in one.
async fn statuses(visitors: Vec<JoinHandle<Vec<u16>>>) -> Vec<u16> {
    let mut all = Vec::new();
    for visitor in visitors {
        all.extend(visitor.await.unwrap());
    }
    all
}

fn visitors(program: &Program, stop: &Arc<AtomicBool>) -> Vec<JoinHandle<Vec<u16>>> {
    let pages = ["/lettings/", "/lettings/1/", "/profiles/", "/lettings/"];
    pages.map(|page| visitor(program.port(), page, stop)).into()
}

#[rocket::async_test]
async fn while_postgres_is_away_pages_say_so_and_with_it_they_are_back() {
    let cluster = Cluster::start(20);
    let workshop = Workshop::with_linked_modules(DatabaseKind::Sqlite).await;
    let mut command = workshop.command(&[]);
    command.env("DATABASE_URL", cluster.url()).env("ROCKET_DEMO_DATA", "true");
    command.env("ROCKET_DATABASES", "{site={max_connections=4, connect_timeout=2}}");
    let program = Program::start(command);
    assert_eq!(program.get("/lettings/").await.status, 200);

    let stop = Arc::default();
    let during = visitors(&program, &stop);
    cluster.stop();
    for page in ["/lettings/", "/profiles/", "/readyz"] {
        program.answers(page, 503).await;
    }
    let away = program.get("/lettings/").await;
    assert_eq!(away.status, 503);
    assert_eq!(away.header("retry-after"), Some("5"));
    // What asks no database is served on.
    assert_eq!(program.get("/healthz").await.status, 200);
    assert_eq!(program.get("/").await.status, 200, "{}", program.log());
    cluster.start_again();
    for page in ["/lettings/", "/profiles/", "/readyz"] {
        program.answers(page, 200).await;
    }
    stop.store(true, Ordering::Relaxed);
    let during = statuses(during).await;
    assert!(during.iter().all(|status| matches!(status, 200 | 503)), "{during:?}");
    assert!(during.contains(&503));

    // Nobody started the site anew, and nothing of it is left.
    let stop = Arc::default();
    let after = visitors(&program, &stop);
    for _ in 0..50 {
        assert_eq!(program.get("/lettings/1/").await.status, 200, "{}", program.log());
    }
    stop.store(true, Ordering::Relaxed);
    let after = statuses(after).await;
    assert!(!after.is_empty() && after.iter().all(|status| *status == 200), "{after:?}");
    program.stop().await;
}

#[rocket::async_test]
async fn a_restart_between_two_requests_goes_unnoticed() {
    let cluster = Cluster::start(20);
    let workshop = Workshop::with_linked_modules(DatabaseKind::Sqlite).await;
    let mut command = workshop.command(&[]);
    command.env("DATABASE_URL", cluster.url()).env("ROCKET_DEMO_DATA", "true");
    let program = Program::start(command);
    for _ in 0..3 {
        assert_eq!(program.get("/lettings/").await.status, 200);
        cluster.stop();
        cluster.start_again();
        // A connection that was idle for longer is tested before it is used.
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    }
    assert_eq!(program.get("/lettings/").await.status, 200, "{}", program.log());
    program.stop().await;
}
