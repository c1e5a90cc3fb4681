//! All database connections of a module are in use.

use std::time::Duration;

use module_api::db::query;
use module_api::rocket_db_pools::Pool;
use rocket::tokio;
use site_tests::{DatabaseKind, ask, on_both_databases};

use crate::program::Program;
use crate::workshop::Workshop;

on_both_databases! {
    who_finds_no_connection_is_told_to_come_back_and_later_all_is_well,
    who_waits_for_a_connection_gets_one,
}

/// A program with four connections, of which a module has two, and one waits so many seconds for one.
async fn start(kind: DatabaseKind, connect_timeout: u32) -> (Workshop, Program) {
    let workshop = Workshop::with_notes(kind).await;
    for module in ["notes", "others"] {
        workshop.module(module, &[("routes", "")]);
    }
    let mut command = workshop.command(&[]);
    let pool = format!("{{site={{max_connections=4, connect_timeout={connect_timeout}}}}}");
    command.env("ROCKET_DATABASES", pool);
    command.env("ROCKET_METRICS", "true");
    let program = Program::start(command);
    (workshop, program)
}

/// Has requests hold a connection each, for as long.
fn hold(program: &Program, requests: usize, held: Duration) -> Vec<tokio::task::JoinHandle<u16>> {
    let port = program.port();
    let target = format!("/notes/count/{}/", held.as_millis());
    let ask_for = |target: String| async move {
        ask(port, "GET", &target, &[]).await.expect("an answer").status
    };
    (0..requests).map(|_| tokio::spawn(ask_for(target.clone()))).collect()
}

async fn who_finds_no_connection_is_told_to_come_back_and_later_all_is_well(kind: DatabaseKind) {
    let (_workshop, program) = start(kind, 1).await;
    let holders = hold(&program, 2, Duration::from_secs(8));
    // One of those that ask before both are held gets an answer.
    program.answers("/notes/count/", 503).await;
    let refused = program.get("/notes/count/").await;
    assert_eq!(refused.status, 503, "{}", program.log());
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert!(
        holders.iter().all(|holder| !holder.is_finished()),
        "it was not them who were waited for"
    );
    // Neither who waits in vain nor who holds one keeps other modules from the database, or those who
    // ask how the site is.
    for others in ["/others/count/", "/healthz", "/readyz"] {
        assert_eq!(program.get(others).await.status, 200, "{others}: {}", program.log());
    }
    let metrics = program.get("/metrics").await.text().to_owned();
    let refused = metrics.lines().find_map(|line| {
        line.strip_prefix("database_connections_refused_total ")?.parse::<u64>().ok()
    });
    assert!(refused >= Some(2), "{metrics}");
    for holder in holders {
        assert_eq!(holder.await.unwrap(), 200);
    }
    for _ in 0..10 {
        assert_eq!(program.get("/notes/count/").await.status, 200, "{}", program.log());
    }
    program.stop().await;
}

async fn who_waits_for_a_connection_gets_one(kind: DatabaseKind) {
    let (_workshop, program) = start(kind, 30).await;
    for holder in hold(&program, 20, Duration::from_millis(100)) {
        assert_eq!(holder.await.unwrap(), 200, "{}", program.log());
    }
    program.stop().await;
}

#[rocket::async_test]
async fn a_locked_table_keeps_nobody_from_others() {
    let (workshop, program) = start(DatabaseKind::Postgres, 30).await;
    let other = workshop.pool().await;
    let mut transaction = other.begin().await.unwrap();
    let lock = query("LOCK TABLE note IN ACCESS EXCLUSIVE MODE");
    lock.execute(&mut transaction).await.unwrap();
    let port = program.port();
    let ask = |method: &'static str, target: String| {
        tokio::spawn(
            async move { ask(port, method, &target, &[]).await.expect("an answer").status },
        )
    };
    let waiting: Vec<_> = (0..6)
        .flat_map(|id| {
            [ask("GET", "/notes/count/".to_owned()), ask("POST", format!("/notes/add/{id}/5/"))]
        })
        .collect();
    // Until some hold connections, and others wait for one.
    while !program.get("/metrics").await.text().lines().any(|line| {
        line.strip_prefix("database_connections_waiting ").is_some_and(|count| count != "0")
    }) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for others in ["/others/reached/", "/readyz"] {
        assert_eq!(program.get(others).await.status, 200, "{others}: {}", program.log());
    }
    assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
    transaction.commit().await.unwrap();
    for answered in waiting {
        assert_eq!(answered.await.unwrap(), 200, "{}", program.log());
    }
    other.close().await;
    program.stop().await;
}
