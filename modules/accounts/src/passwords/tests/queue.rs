//! Many passwords at once.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::task::{Context, Waker};
use std::time::Duration;

use module_api::rocket::async_test;
use module_api::rocket::http::Status;
use module_api::rocket::tokio::task::{JoinSet, yield_now};

use crate::passwords::hasher::{run, until_next_multiple};
use crate::passwords::{Algorithm, Hasher, HasherError, Verification, encode};

/// `lètmein`, of parameters that take microseconds.
const CHEAP: &str = "argon2$argon2id$v=19$m=64,t=2,p=8$Z1Z6MUpvM2IyT2ZNdFVuTHZKdmhKcA\
                     $qM2Jo2uL8v0tvCfA2LLNUxWpSRwmSeBxHPfwVg6BUsk";

fn hasher(running: usize, waiting: usize) -> Hasher {
    Hasher::with_limits(Algorithm::Argon2.into(), running, waiting)
        .with_failure_time(Duration::ZERO)
}

/// Returns `true` if the future is ready when polled once.
fn is_ready<F: Future>(future: Pin<&mut F>) -> bool {
    future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn a_user_with_a_good_hash_is_told_right_from_wrong() {
    async_test(async {
        let hasher = hasher(1, 9);
        let new = hasher.encode("lètmein").await.unwrap();
        for (password, encoded, expected) in [
            ("lètmein", Some(new.as_str()), Verification::Right),
            ("lètmein", Some(CHEAP), Verification::RightButOld),
            ("letmein", Some(new.as_str()), Verification::Wrong),
            ("letmein", Some(CHEAP), Verification::Wrong),
        ] {
            let found = hasher.verify_or_pretend(password, encoded).await.unwrap();
            assert_eq!(found, expected, "{password} {encoded:?}");
        }
    });
}

#[test]
fn without_a_hash_that_can_be_read_every_password_is_wrong() {
    async_test(async {
        let hasher = hasher(1, 9);
        for encoded in [None, Some(""), Some("!abc"), Some("md5$a$b"), Some("argon2$")] {
            for password in ["", "lètmein"] {
                let found = hasher.verify_or_pretend(password, encoded).await.unwrap();
                assert_eq!(found, Verification::Wrong, "{encoded:?}");
            }
        }
    });
}

#[test]
fn fifty_people_log_in_at_once_and_nobody_is_sent_away() {
    async_test(async {
        let hasher = Hasher::new(Algorithm::Argon2);
        let mut logins = JoinSet::new();
        for _ in 0..50 {
            let hasher = hasher.clone();
            logins.spawn(async move {
                hasher.verify_or_pretend("lètmein", Some(CHEAP)).await.unwrap()
            });
        }
        assert_eq!(logins.join_all().await, [Verification::RightButOld; 50]);
    });
}

#[test]
fn who_comes_when_too_many_wait_is_sent_away_and_may_come_again() {
    async_test(async {
        let hasher = hasher(1, 1);
        let running = hasher.permits(false).await.unwrap();
        let mut waiting = pin!(hasher.permits(false));
        assert!(!is_ready(waiting.as_mut()));

        let error = hasher.encode("lètmein").await.unwrap_err();
        assert!(matches!(error, HasherError::Busy), "{error:?}");
        assert_eq!(error.status(), Status::ServiceUnavailable);
        let error = hasher.verify_or_pretend("lètmein", None).await.unwrap_err();
        assert!(matches!(error, HasherError::Busy), "{error:?}");

        drop(running);
        drop(waiting.await.unwrap());
        hasher.verify_or_pretend("lètmein", Some(CHEAP)).await.unwrap();
    });
}

#[test]
fn who_gives_up_waiting_makes_room() {
    async_test(async {
        let hasher = hasher(1, 1);
        let _running = hasher.permits(false).await.unwrap();
        {
            let mut waiting = pin!(hasher.permits(false));
            assert!(!is_ready(waiting.as_mut()));
            assert!(is_ready(pin!(hasher.permits(false))), "an error");
        }
        assert!(!is_ready(pin!(hasher.permits(false))));
    });
}

#[test]
fn no_more_run_at_once_than_there_are_cores() {
    async_test(async {
        let hasher = hasher(2, 20);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = JoinSet::new();
        for _ in 0..20 {
            let (hasher, now, most) = (hasher.clone(), Arc::clone(&now), Arc::clone(&most));
            tasks.spawn(async move {
                let permits = hasher.permits(false).await.unwrap();
                let work = move || {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(5));
                    now.fetch_sub(1, Ordering::SeqCst);
                };
                run(permits, work).await.unwrap();
            });
        }
        assert_eq!(tasks.join_all().await.len(), 20);
        assert_eq!(most.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn of_hashes_that_take_more_memory_than_new_ones_one_runs_at_a_time() {
    async_test(async {
        let hasher = hasher(4, 4);
        let large = hasher.permits(true).await.unwrap();
        let mut second = pin!(hasher.permits(true));
        assert!(!is_ready(second.as_mut()));
        let others = [hasher.permits(false).await, hasher.permits(false).await];
        let last = hasher.permits(false).await;
        assert!(others.iter().all(Result::is_ok) && last.is_ok(), "it holds no core meanwhile");
        drop(large);
        assert!(second.await.is_ok());
    });
}

#[test]
fn a_hash_of_djangos_memory_waits_for_its_turn_and_a_new_one_does_not() {
    const DJANGO: &str = "argon2$argon2id$v=19$m=102400,t=2,p=8$SFZSRE80SU0yNXZURjVOT2JuMG9wWA\
                          $llzxP+bzZBfJjWJXhsBhNcjZG39LXOB5Br3M0xSxExQ";
    async_test(async {
        let hasher = hasher(4, 4);
        let large = hasher.permits(true).await.unwrap();
        let mut verification = pin!(hasher.verify_or_pretend("lètmein", Some(DJANGO)));
        assert!(!is_ready(verification.as_mut()));
        let new = encode("lètmein", Algorithm::Argon2).unwrap();
        for encoded in [None, Some(new.as_str())] {
            hasher.verify_or_pretend("lètmein", encoded).await.unwrap();
        }
        assert!(!is_ready(verification.as_mut()));
        drop(large);
        assert_eq!(verification.await.unwrap(), Verification::Right);
    });
}

#[test]
fn a_visitor_who_leaves_does_not_make_room_for_another_hash_before_the_first_is_done() {
    async_test(async {
        let hasher = hasher(1, 1);
        let (finish, finished) = mpsc::channel::<()>();
        let permits = hasher.permits(false).await.unwrap();
        {
            let mut left = pin!(run(permits, move || finished.recv()));
            assert!(!is_ready(left.as_mut()));
        }
        assert!(!is_ready(pin!(hasher.permits(false))));
        finish.send(()).unwrap();
        assert!(hasher.permits(false).await.is_ok());
    });
}

#[test]
fn a_panic_is_an_error_and_does_not_use_a_core_up() {
    async_test(async {
        let hasher = hasher(1, 0);
        let permits = hasher.permits(false).await.unwrap();
        let error = run(permits, || panic!("on purpose")).await.unwrap_err();
        assert!(matches!(error, HasherError::Stopped(_)), "{error:?}");
        assert_eq!(error.status(), Status::InternalServerError);
        assert!(hasher.permits(false).await.is_ok());
    });
}

#[test]
fn what_is_wrong_waits_without_a_place_in_the_queue_and_what_is_right_does_not_wait() {
    async_test(async {
        let hasher = hasher(1, 0).with_failure_time(Duration::from_hours(24));
        let right = hasher.verify_or_pretend("lètmein", Some(CHEAP)).await.unwrap();
        assert_eq!(right, Verification::RightButOld);
        for encoded in [None, Some(CHEAP), Some("!")] {
            let mut wrong = pin!(hasher.verify_or_pretend("letmein", encoded));
            assert!(!is_ready(wrong.as_mut()));
            while hasher.permits(false).await.is_err() {
                yield_now().await;
            }
            assert!(!is_ready(wrong.as_mut()));
        }
    });
}

#[test]
fn a_failure_lasts_a_multiple_of_its_time() {
    let milliseconds = Duration::from_millis;
    for (elapsed, step, expected) in [
        (0, 1000, 1000),
        (25, 1000, 975),
        (999, 1000, 1),
        (1000, 1000, 1000),
        (2400, 1000, 600),
        (2400, 0, 0),
    ] {
        let wait = until_next_multiple(milliseconds(elapsed), milliseconds(step));
        assert_eq!(wait, milliseconds(expected), "{elapsed} {step}");
    }
}
