//! The current time, which a test can move.

use std::cell::Cell;

use time::{Duration, UtcDateTime};

thread_local! {
    static AHEAD: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Returns the current time. Modules use it, so that the clock of a test site applies to them.
///
/// ```
/// use module_api::now;
/// use module_api::time::Duration;
///
/// let expires = now() + Duration::days(14);
/// assert!(expires > now());
/// ```
#[must_use]
pub fn now() -> UtcDateTime {
    UtcDateTime::now() + AHEAD.get()
}

/// Calls `work` with the clock of this thread, [`now`], moved by `ahead`, which may be negative.
pub fn at<T>(ahead: Duration, work: impl FnOnce() -> T) -> T {
    /// Restores the clock, also if the work panics.
    struct Restore(Duration);
    impl Drop for Restore {
        fn drop(&mut self) {
            AHEAD.set(self.0);
        }
    }
    let _restore = Restore(AHEAD.replace(ahead));
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_moved_while_its_work_lasts() {
        let start = now();
        at(Duration::days(-2), || {
            assert!(now() < start);
            at(Duration::days(30), || assert!(now() >= start + Duration::days(30)));
            assert!(now() < start);
        });
        assert!(now() >= start && now() < start + Duration::days(1));
    }
}
