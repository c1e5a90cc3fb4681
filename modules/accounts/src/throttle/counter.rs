//! The arithmetic of throttling: the number of failures, and the delay after them.

use module_api::db::FromRow;
use std::fmt;

/// The free failures of a counter, and the delays after them. Times are in seconds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Policy {
    /// The number of the first failure that causes a delay.
    pub(super) free: i64,
    /// The first delay; each further one is twice as long.
    pub(super) first_delay: i64,
    /// The maximum delay.
    pub(super) max_delay: i64,
    /// The time after which one failure is forgotten.
    pub(super) forgets_every: i64,
}

impl Policy {
    fn delay(&self, failures: i64) -> i64 {
        if failures < self.free {
            return 0;
        }
        let factor = 1_i64 << (failures - self.free).min(62);
        self.first_delay.saturating_mul(factor).min(self.max_delay)
    }
}

/// The maximum wait, in seconds: a later moment is due to a clock that was ahead and has been set
/// right. It is twice the longest delay, since the clocks of replicas differ a little.
pub(super) const LONGEST_WAIT: i64 = 30 * 60;

/// The time to wait, in seconds: at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wait(i64);

impl Wait {
    /// The wait until a moment; `None` if it has passed, or is implausible.
    pub(super) fn until(moment: i64, now: i64) -> Option<Self> {
        (moment > now && moment - now <= LONGEST_WAIT).then(|| Self(moment - now))
    }

    pub(crate) fn seconds(self) -> u64 {
        u64::try_from(self.0).unwrap_or_default()
    }
}

/// Formats the wait in words, rounded up: `15 seconds`, `2 minutes`.
impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.seconds();
        let (number, unit) =
            if seconds < 60 { (seconds, "second") } else { (seconds.div_ceil(60), "minute") };
        let plural = if number == 1 { "" } else { "s" };
        write!(f, "{number} {unit}{plural}")
    }
}

/// The state of a counter. Times are seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub(super) struct Entry {
    /// The number of failures at the moment `counted`.
    pub(super) failures: i64,
    pub(super) counted: i64,
    /// The end of the wait; 0 if there is none.
    pub(super) blocked_until: i64,
}

impl Entry {
    /// Returns the state after one more attempt, or the time to wait.
    pub(super) fn attempted(self, policy: &Policy, now: i64) -> Result<Self, Wait> {
        if let Some(wait) = Wait::until(self.blocked_until, now) {
            return Err(wait);
        }
        // After a clock that was ahead: nothing would be forgotten until that moment.
        let counted = self.counted.min(now);
        let forgotten = (now - counted) / policy.forgets_every;
        let left = (self.failures - forgotten).max(0);
        // The rest of the time is kept, or frequent failures would never be forgotten.
        let counted = if left == 0 { now } else { counted + forgotten * policy.forgets_every };
        let failures = left + 1;
        let delay = policy.delay(failures);
        // Not `now`: an attempt that began earlier and is counted later would have to wait until
        // then.
        let blocked_until = if delay == 0 { 0 } else { now + delay };
        Ok(Self { failures, counted, blocked_until })
    }

    /// Returns the state without the last attempt: it causes no delay, and there was none when it
    /// was made.
    pub(super) fn taken_back(self) -> Self {
        Self { failures: (self.failures - 1).max(0), blocked_until: 0, ..self }
    }

    /// The moment at which the counter expires.
    pub(super) fn expires(self, policy: &Policy) -> i64 {
        self.blocked_until.max(self.counted + self.failures * policy.forgets_every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { free: 3, first_delay: 10, max_delay: 60, forgets_every: 100 };
    const NEW: Entry = Entry { failures: 0, counted: 1000, blocked_until: 0 };

    /// Attempts at these moments: after each, for how long the next one has to wait.
    fn waits(moments: &[i64]) -> Vec<i64> {
        let mut entry = NEW;
        let attempt = |moment: &i64| {
            entry = entry.attempted(&POLICY, *moment).expect("nobody waits");
            (entry.blocked_until - moment).max(0)
        };
        moments.iter().map(attempt).collect()
    }

    #[test]
    fn delays_grow_from_the_first_that_is_not_free_up_to_the_longest() {
        assert_eq!(waits(&[1000, 1000, 1000]), [0, 0, 10]);
        let moments = [1000, 1000, 1000, 1010, 1030, 1070, 1130, 1190];
        assert_eq!(waits(&moments), [0, 0, 10, 20, 40, 60, 60, 60]);
        assert_eq!(POLICY.delay(i64::MAX), 60);
    }

    #[test]
    fn an_attempt_during_the_wait_changes_nothing() {
        let blocked = Entry { failures: 3, counted: 1000, blocked_until: 1010 };
        assert_eq!(blocked.attempted(&POLICY, 1004), Err(Wait(6)));
        assert!(blocked.attempted(&POLICY, 1010).is_ok());
    }

    #[test]
    fn a_moment_of_a_clock_that_was_far_ahead_makes_nobody_wait() {
        let blocked = Entry { failures: 5, counted: 900_000, blocked_until: 900_060 };
        let after = blocked.attempted(&POLICY, 1000).unwrap();
        assert_eq!(after, Entry { failures: 6, counted: 1000, blocked_until: 1060 });
        assert_eq!(Wait::until(1000 + LONGEST_WAIT, 1000), Some(Wait(LONGEST_WAIT)));
        assert_eq!(Wait::until(1001 + LONGEST_WAIT, 1000), None);
    }

    #[test]
    fn a_free_failure_makes_nobody_wait_whose_clock_is_behind() {
        let one = NEW.attempted(&POLICY, 1000).unwrap();
        assert_eq!(one.attempted(&POLICY, 999).unwrap().failures, 2);
    }

    #[test]
    fn failures_are_forgotten_one_by_one() {
        let two = Entry { failures: 2, counted: 1000, blocked_until: 0 };
        let after = |now: i64| two.attempted(&POLICY, now).unwrap();
        assert_eq!((after(1099).failures, after(1099).counted), (3, 1000));
        assert_eq!((after(1199).failures, after(1199).counted), (2, 1100));
        assert_eq!((after(1250).failures, after(1250).counted), (1, 1250));
        assert_eq!(after(900).failures, 3, "the clock of another replica may be ahead");
    }

    #[test]
    fn frequent_failures_are_forgotten_too() {
        let mut entry = NEW;
        let mut now = 1000;
        for _ in 0..100 {
            now = entry.blocked_until.max(now + 60);
            entry = entry.attempted(&POLICY, now).unwrap();
        }
        // One each 60 seconds, of which three in five are forgotten.
        assert!((20..=45).contains(&entry.failures), "{entry:?}");
    }

    #[test]
    fn what_is_taken_back_makes_nobody_wait() {
        let two = Entry { failures: 2, counted: 1000, blocked_until: 0 };
        let three = two.attempted(&POLICY, 1000).unwrap();
        assert_eq!(three.blocked_until, 1010);
        assert_eq!(three.taken_back(), two);
        assert_eq!(NEW.taken_back(), NEW);
    }

    #[test]
    fn an_entry_lasts_until_nothing_is_left_of_it() {
        let three = Entry { failures: 3, counted: 1000, blocked_until: 1010 };
        assert_eq!(three.expires(&POLICY), 1300);
        let gone = three.attempted(&POLICY, 1300).unwrap();
        assert_eq!(gone.failures, 1, "as if it had never been");
    }

    #[test]
    fn a_wait_is_told_in_words() {
        let words = |seconds| Wait(seconds).to_string();
        assert_eq!(words(1), "1 second");
        assert_eq!(words(59), "59 seconds");
        assert_eq!(words(60), "1 minute");
        assert_eq!(words(61), "2 minutes");
        assert_eq!(words(900), "15 minutes");
        assert_eq!(Wait::until(10, 10), None);
    }
}
