//! The rate limit of reports of one kind: an error of one visitor is an error of all.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::request::current;

/// The maximum number of reports of a kind in a [`WINDOW`].
const MOST: u32 = 10;
const WINDOW: Duration = Duration::from_mins(1);
/// The maximum number of kinds that are counted: several for each place in the program and each
/// route.
const KINDS: usize = 4096;

static LIMIT: LazyLock<Limit> = LazyLock::new(Limit::default);

/// Returns `true` if one more report of a kind may be sent now. If not, the request still counts as
/// reported.
pub(super) fn allows(kind: u64) -> bool {
    let allows = LIMIT.allows(kind, Instant::now());
    if !allows
        && let Some(request) = current().as_ref().and_then(|current| current.reported.as_ref())
    {
        request.count_as_reported();
    }
    allows
}

#[derive(Default)]
struct Limit(Mutex<HashMap<u64, Window>>);

struct Window {
    began: Instant,
    count: u32,
}

impl Limit {
    fn allows(&self, kind: u64, now: Instant) -> bool {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= KINDS {
            windows.retain(|_, window| now.duration_since(window.began) < WINDOW);
        }
        if windows.len() >= KINDS {
            return false;
        }
        let window = windows.entry(kind).or_insert(Window { began: now, count: 0 });
        if now.duration_since(window.began) >= WINDOW {
            *window = Window { began: now, count: 0 };
        }
        window.count = window.count.saturating_add(1);
        window.count <= MOST
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{KINDS, Limit, MOST, WINDOW};

    #[test]
    fn so_many_of_a_kind_are_sent_and_then_no_more_until_a_minute_is_over() {
        let (limit, now) = (Limit::default(), Instant::now());
        let sent = |kind, now| (0..100).filter(|_| limit.allows(kind, now)).count();
        assert_eq!(sent(1, now), MOST as usize);
        assert_eq!(sent(2, now), MOST as usize);
        assert_eq!(sent(1, now + WINDOW / 2), 0);
        assert_eq!(sent(1, now + WINDOW), MOST as usize);
    }

    #[test]
    fn the_kinds_that_are_remembered_are_limited() {
        let (limit, now) = (Limit::default(), Instant::now());
        assert_eq!((0..2 * KINDS as u64).filter(|kind| limit.allows(*kind, now)).count(), KINDS);
        assert!(limit.allows(u64::MAX, now + WINDOW));
        assert_eq!(limit.0.lock().unwrap().len(), 1);
    }
}
