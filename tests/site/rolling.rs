//! A new release replaces an old one behind a router, without failed requests.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rocket::tokio;
use site_tests::{DatabaseKind, ask, free_port, installed_program};

use crate::program::Program;
use crate::workshop::Workshop;

/// How many visitors there are at any time, and how many pages they see before something changes.
const VISITORS: usize = 8;
const PAGES: [&str; 4] = ["/", "/lettings/", "/profiles/", "/accounts/login/"];
const SEEN: usize = 300;

/// A router in front of two instances, gone when dropped.
struct Router {
    process: Child,
    port: u16,
    instances: [u16; 2],
}

impl Router {
    /// Starts it before the instances. It tries nothing twice: whatever goes wrong, a visitor sees.
    fn start(program: &Path, folder: &Path) -> Self {
        let [port, first, second] = [free_port(), free_port(), free_port()];
        let settings = format!(
            "global\n maxconn 1000\n\
             defaults\n mode http\n retries 0\n timeout connect 5s\n timeout client 60s\n \
             timeout server 60s\n timeout check 5s\n\
             frontend router\n bind 127.0.0.1:{port}\n stats enable\n stats uri /router-status\n \
             http-request set-header X-Forwarded-Proto https\n default_backend site\n\
             backend site\n option httpchk GET /readyz\n http-check expect status 200\n \
             default-server check inter 100ms fall 1 rise 1\n \
             server first 127.0.0.1:{first}\n server second 127.0.0.1:{second}\n"
        );
        let file = folder.join("router.cfg");
        fs::write(&file, settings).unwrap();
        let mut command = Command::new(program);
        command.arg("-db").arg("-f").arg(file).stdin(Stdio::null());
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { process, port, instances: [first, second] }
    }

    /// Waits until it sends visitors to an instance.
    async fn sends_to(&self, name: &str) {
        for _ in 0..1200 {
            let status = ask(self.port, "GET", "/router-status;csv", &[]).await;
            let status = status.map(|status| status.text().to_owned()).unwrap_or_default();
            let line = status.lines().find(|line| line.starts_with(&format!("site,{name},")));
            if line.is_some_and(|line| line.contains(",UP,")) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the router never finds the instance {name}");
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[rocket::async_test]
async fn both_instances_are_replaced_under_load_and_every_request_is_answered() {
    let Some(router) = installed_program("haproxy") else { return };
    let workshop = Workshop::with_linked_modules(DatabaseKind::Postgres).await;
    let command = |arguments: &[&str], port: u16| {
        let mut command = workshop.command(arguments);
        command.env("ROCKET_PROFILE", "heroku").env("PORT", port.to_string());
        command.env("ROCKET_ADDRESS", "127.0.0.1").env("ROCKET_DRAIN", "1");
        command.env("RUST_LOG", "warn");
        command
    };
    assert!(command(&["migrate"], 0).status().unwrap().success());
    let router = Router::start(&router, workshop.folder());
    let start = |instance: usize| Program::start(command(&[], router.instances[instance]));
    let mut programs = [start(0), start(1)];
    router.sends_to("first").await;
    router.sends_to("second").await;

    let stop = Arc::<AtomicBool>::default();
    let seen = Arc::<AtomicUsize>::default();
    let visitors: Vec<_> = (0..VISITORS)
        .map(|visitor| {
            let (stop, seen, port) = (Arc::clone(&stop), Arc::clone(&seen), router.port);
            tokio::spawn(async move {
                let mut failed = Vec::new();
                for page in PAGES.iter().cycle().skip(visitor) {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    match ask(port, "GET", page, &[]).await {
                        Ok(answer) if (200..300).contains(&answer.status) => {}
                        Ok(answer) => failed.push(format!("{page}: {}", answer.status)),
                        Err(error) => failed.push(format!("{page}: {error}")),
                    }
                    seen.fetch_add(1, Ordering::Relaxed);
                }
                failed
            })
        })
        .collect();
    let some_are_seen = async || {
        let enough = seen.load(Ordering::Relaxed) + SEEN;
        while seen.load(Ordering::Relaxed) < enough {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    some_are_seen().await;
    for (instance, name) in ["first", "second"].into_iter().enumerate() {
        let old = &mut programs[instance];
        old.signal("TERM");
        assert!(old.ended().await.success(), "{}", old.log());
        some_are_seen().await;
        programs[instance] = start(instance);
        router.sends_to(name).await;
        some_are_seen().await;
    }
    stop.store(true, Ordering::Relaxed);
    for visitor in visitors {
        let failed = visitor.await.unwrap();
        assert!(failed.is_empty(), "{failed:?}");
    }
    for program in programs {
        program.stop().await;
    }
}
