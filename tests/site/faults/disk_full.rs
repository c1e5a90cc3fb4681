//! The disk with SQLite's file is full.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use site_tests::DatabaseKind;

use crate::program::Program;
use crate::sqlite_faults::through;
use crate::workshop::{Workshop, values_at};

const NONE_BUT_THE_FIRST: &str = "SELECT id AS value FROM note WHERE id <> 1";

/// A program whose database is in the folder `data`, run by another.
async fn start(through_program: &[&str]) -> (Workshop, Program) {
    let workshop = Workshop::with_notes(DatabaseKind::Sqlite).await;
    workshop.module("notes", &[("routes", "")]);
    fs::create_dir(workshop.folder().join("data")).unwrap();
    let mut command = workshop.command(&[]);
    command.env("DATABASE_URL", "sqlite:data/site.db");
    let program = Program::start(through(through_program, &command));
    (workshop, program)
}

/// Asserts how the program survives while it cannot write.
async fn is_survived(program: &Program, take_room: impl FnOnce(), give_room: impl FnOnce()) {
    assert_eq!(program.post("/notes/add/1/1000").await.status, 200, "{}", program.log());
    take_room();
    for id in 2..5 {
        let refused = program.post(&format!("/notes/add/{id}/500000")).await;
        assert_eq!(refused.status, 503, "{}", program.log());
        assert!(refused.text().contains("<html"), "an error page: {}", refused.text());
        assert_eq!(refused.header("retry-after"), Some("5"));
        // Reading goes on, and finds nothing that was half written.
        let count = program.get("/notes/count/").await;
        assert_eq!((count.status, count.text()), (200, "1"), "{}", program.log());
    }
    give_room();
    let added = program.post("/notes/add/2/500000").await;
    assert_eq!(added.status, 200, "{}", program.log());
    assert_eq!(program.get("/notes/count/").await.text(), "2");
}

async fn is_whole(file: &Path) {
    let check = "SELECT integrity_check AS value FROM pragma_integrity_check";
    let url = format!("sqlite:{}", file.display());
    assert_eq!(values_at::<String>(&url, check).await, ["ok"]);
    assert_eq!(values_at::<i64>(&url, NONE_BUT_THE_FIRST).await, [2]);
}

#[rocket::async_test]
async fn beyond_a_limit_of_files_nothing_is_written_and_below_it_all_is_well_again() {
    // Without the trap the system would end the program for it.
    let (workshop, program) = start(&["bash", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).await;
    let limit = |size: &str| {
        let pid = program.id().to_string();
        let mut limit = Command::new("prlimit");
        limit.args(["--pid", &pid, &format!("--fsize={size}")]);
        assert!(limit.status().unwrap().success());
    };
    is_survived(&program, || limit("0:unlimited"), || limit("unlimited:unlimited")).await;
    program.stop().await;
    is_whole(&workshop.folder().join("data/site.db")).await;
}

#[rocket::async_test]
async fn on_a_full_disk_nothing_is_written_and_with_room_all_is_well_again() {
    // A disk of its own, which is gone with the program, and which only it sees.
    let disk = "mount -t tmpfs -o size=2m tmpfs data && exec \"$0\" \"$@\"";
    let unshare: &[&str] = if is_root() { &["unshare", "-m"] } else { &["unshare", "-Urm"] };
    let probe = Command::new(unshare[0])
        .args(&unshare[1..])
        .args(["sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"])
        .output()
        .unwrap();
    if !probe.status.success() {
        // The test above has the same with a limit in place of a disk.
        eprintln!("no disk can be made here: {}", String::from_utf8_lossy(&probe.stderr));
        return;
    }
    let (workshop, program) = start(&[unshare, &["sh", "-c", disk]].concat()).await;
    let data = PathBuf::from(format!("/proc/{}/root", program.id()))
        .join(workshop.folder().strip_prefix("/").unwrap())
        .join("data");
    let filler = data.join("filler");
    let fill = || {
        let full = fs::write(&filler, vec![0; 4_000_000]).unwrap_err();
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    };
    is_survived(&program, fill, || fs::remove_file(&filler).unwrap()).await;
    // With the disk the database would be gone.
    let kept = workshop.folder().join("kept.db");
    for end in ["", "-wal"] {
        fs::copy(data.join(format!("site.db{end}")), format!("{}{end}", kept.display())).unwrap();
    }
    is_whole(&kept).await;
    program.stop().await;
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout.trim_ascii() == b"0"
}
