//! The program is killed while it writes, and started again.

use rocket::tokio;
use site_tests::{DatabaseKind, ask, on_both_databases};

use crate::program::Program;
use crate::workshop::Workshop;

on_both_databases! { what_was_answered_as_written_is_there_after_a_kill }

/// The numbers of concurrent writers, and of notes that are written before each kill.
const WRITERS: i64 = 4;
const BEFORE_KILL: usize = 60;
const KILLS: i64 = 3;

async fn what_was_answered_as_written_is_there_after_a_kill(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    workshop.module("notes", &[("routes", "")]);
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut answered = Vec::new();
    for kill in 0..KILLS {
        let program = Program::start(workshop.command(&[]));
        let port = program.port();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let tell = tell.clone();
                tokio::spawn(async move {
                    for number in 0.. {
                        let id = 1 + (kill * WRITERS + writer) * 1_000_000 + number;
                        let target = format!("/notes/add/{id}/10000");
                        // Who gets no answer knows that the program is gone.
                        match ask(port, "POST", &target, &[]).await {
                            Ok(answer) if answer.status == 200 => tell.send(id).unwrap(),
                            Ok(answer) => panic!("{}: {}", answer.status, answer.text()),
                            Err(_) => return,
                        }
                    }
                })
            })
            .collect();
        let enough = answered.len() + BEFORE_KILL;
        while answered.len() < enough {
            answered.push(told.recv().await.unwrap());
        }
        program.signal("KILL");
        for writer in writers {
            writer.await.unwrap();
        }
        drop(program);
        while let Ok(id) = told.try_recv() {
            answered.push(id);
        }

        let mut there = workshop.values::<i64>("SELECT id AS value FROM note").await;
        there.sort_unstable();
        let lost: Vec<_> = answered.iter().filter(|id| there.binary_search(id).is_err()).collect();
        assert!(lost.is_empty(), "{lost:?} were answered, and are not there");
        // The last of each writer may be there without an answer, and none in part.
        assert!(there.len() <= answered.len() + usize::try_from(WRITERS * (kill + 1)).unwrap());
        let cut = "SELECT id AS value FROM note WHERE length(title) <> 10000";
        assert!(workshop.values::<i64>(cut).await.is_empty());
        if kind == DatabaseKind::Sqlite {
            let check = "SELECT integrity_check AS value FROM pragma_integrity_check";
            assert_eq!(workshop.values::<String>(check).await, ["ok"]);
        }
    }
    let program = Program::start(workshop.command(&[]));
    assert_eq!(program.post("/notes/add/999999999/5").await.status, 200);
    program.stop().await;
}
