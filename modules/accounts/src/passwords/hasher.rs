//! Hashing outside of the server's threads, at most one hash per core at a time.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use module_api::rocket::http::Status;
use module_api::rocket::tokio::sync::{OwnedSemaphorePermit, Semaphore};
use module_api::rocket::tokio::task::{JoinError, spawn_blocking};
use module_api::rocket::tokio::time::sleep;

use super::hash_memory::HashMemory;
use super::stored_hash::{StoredHash, UnreadableHash};
use super::{OutOfMemory, PasswordSettings, Verification, encode};

/// The maximum length of the queue per core, and its minimum in total. With Argon2 the last in the
/// queue waits about a second, with PBKDF2 about ten; further requests are refused.
const WAITING_PER_CORE: usize = 32;
const MIN_WAITING: usize = 64;

/// The response to a wrong password is delayed to a multiple of this time since hashing began. On
/// any machine fit to serve pages a hash of a Django with its defaults takes less.
const FAILURE_TIME: Duration = Duration::from_secs(1);

/// Hashes and verifies passwords. There is one for the whole program, as managed state.
///
/// Hashes are computed on blocking threads, so that pages are served meanwhile; never more at once
/// than there are cores, which bounds the memory, too: 19 MiB for each, and 128 MiB for a single
/// hash of Django's that needs more.
///
/// **The time of a response does not reveal whether an account exists.** Without a hash to compare
/// with — the username is unknown, or the hash is unusable or cannot be parsed — the password is
/// compared with a hash of the preferred algorithm that nothing matches. That is what a wrong
/// password costs once the user's hash is of that algorithm. Until then it costs what the old
/// algorithm does, more or less than the preferred one. Django's `harden_runtime` compensates
/// cheaper ones only, and only within one algorithm. Here each failure is answered a whole number
/// of seconds after its hashing began; a request that waits for that holds neither a thread nor a
/// place in the queue.
///
/// A remaining timing channel: a client that sends many passwords for one name at once can tell a
/// costly old hash by the length of the queue. Throttling logins by name, known or not, before
/// hashing prevents that, as it prevents guessing.
///
/// ```
/// use accounts::passwords::{Algorithm, Hasher, HasherError, Verification};
///
/// # fn main() -> Result<(), HasherError> {
/// # module_api::rocket::async_test(async {
/// let hasher = Hasher::new(Algorithm::Argon2);
/// let encoded = hasher.encode("correct horse").await?;
/// let verification = hasher.verify_or_pretend("correct horse", Some(&encoded)).await?;
/// assert_eq!(verification, Verification::Right);
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Hasher {
    settings: PasswordSettings,
    failure_time: Duration,
    /// Permits for computing a hash, or waiting in the queue.
    admitted: Arc<Semaphore>,
    running: Arc<Semaphore>,
    /// Permits for hashes that take more memory than new ones.
    large: Arc<Semaphore>,
}

/// An error of hashing or comparing a password.
///
/// Returned by [`Hasher::encode`] and [`Hasher::verify_or_pretend`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HasherError {
    /// The queue is full: 503.
    #[error("too many passwords are being checked at once; try again in a few seconds")]
    Busy,
    /// There is not enough memory: 503.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
    /// The thread panicked, or the program is being stopped: 500.
    #[error("a password could not be hashed")]
    Stopped(#[source] JoinError),
}

impl HasherError {
    /// The status of the response.
    pub fn status(&self) -> Status {
        if self.is_temporary() { Status::ServiceUnavailable } else { Status::InternalServerError }
    }

    /// Returns `true` for errors that may disappear within seconds.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Busy | Self::OutOfMemory(_))
    }
}

/// The permits to compute one hash, returned when dropped. While a task holds or waits for them,
/// the memory of other hashes is kept for reuse.
pub(super) struct Permits {
    _admitted: OwnedSemaphorePermit,
    _large: Option<OwnedSemaphorePermit>,
    _running: OwnedSemaphorePermit,
    _memory: Arc<HashMemory>,
}

impl Hasher {
    /// Creates a hasher for all cores of the machine.
    pub fn new(settings: impl Into<PasswordSettings>) -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        let waiting = (cores * WAITING_PER_CORE).max(MIN_WAITING);
        Self::with_limits(settings.into(), cores, waiting)
    }

    pub(super) fn with_limits(settings: PasswordSettings, running: usize, waiting: usize) -> Self {
        Self {
            settings,
            failure_time: FAILURE_TIME,
            admitted: Arc::new(Semaphore::new(running + waiting)),
            running: Arc::new(Semaphore::new(running)),
            large: Arc::new(Semaphore::new(1)),
        }
    }

    /// Sets the time of whose multiples responses to a wrong password take one. Zero, for tests,
    /// disables the delay.
    pub fn with_failure_time(self, failure_time: Duration) -> Self {
        Self { failure_time, ..self }
    }

    /// Hashes a new password: [`encode`] with the preferred algorithm.
    ///
    /// # Errors
    ///
    /// [`HasherError::Busy`] if the queue is full, [`HasherError::OutOfMemory`] if there is not
    /// enough memory.
    pub async fn encode(&self, password: &str) -> Result<String, HasherError> {
        let permits = self.permits(false).await?;
        let (password, settings) = (password.to_owned(), self.settings);
        logged(run(permits, move || encode(&password, settings)).await?)
    }

    /// Compares a password with the stored value of a user; without a user it takes the same time.
    ///
    /// After [`Verification::RightButOld`] the password should be hashed with [`Hasher::encode`]
    /// and the result stored, if the row still has the verified hash.
    ///
    /// # Errors
    ///
    /// [`HasherError::Busy`] if the queue is full, [`HasherError::OutOfMemory`] if there is not
    /// enough memory.
    pub async fn verify_or_pretend(
        &self,
        password: &str,
        encoded: Option<&str>,
    ) -> Result<Verification, HasherError> {
        let stored = encoded.and_then(readable);
        let large = stored.as_ref().is_some_and(StoredHash::is_large);
        let permits = self.permits(large).await?;
        let (password, settings) = (password.to_owned(), self.settings);
        let started = Instant::now();
        let computed = run(permits, move || match stored {
            Some(stored) => stored.verify(&password, settings),
            None => {
                let verified = StoredHash::of_nothing(settings).verify(&password, settings);
                verified.map(|_| Verification::Wrong)
            }
        });
        let verification = logged(computed.await?)?;
        if verification == Verification::Wrong {
            sleep(until_next_multiple(started.elapsed(), self.failure_time)).await;
        }
        Ok(verification)
    }

    pub(super) async fn permits(&self, large: bool) -> Result<Permits, HasherError> {
        const OPEN: &str = "the semaphores are never closed";
        let admitted =
            Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| HasherError::Busy)?;
        let memory = HashMemory::shared();
        // First, so that no core is held while waiting for it.
        let large = if large {
            Some(Arc::clone(&self.large).acquire_owned().await.expect(OPEN))
        } else {
            None
        };
        let running = Arc::clone(&self.running).acquire_owned().await.expect(OPEN);
        Ok(Permits { _admitted: admitted, _large: large, _running: running, _memory: memory })
    }
}

/// Runs `work` on a blocking thread, which holds the permits: a hash is computed to its end even if
/// its request is gone, and counts until then.
pub(super) async fn run<T: Send + 'static>(
    permits: Permits,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, HasherError> {
    let with_permits = move || {
        let _permits = permits;
        work()
    };
    spawn_blocking(with_permits).await.map_err(HasherError::Stopped)
}

/// Logs a lack of memory, which concerns the site's operators.
fn logged<T>(computed: Result<T, OutOfMemory>) -> Result<T, HasherError> {
    computed.map_err(|error| {
        tracing::error!("a password was neither hashed nor compared: {error}");
        error.into()
    })
}

/// Parses the hash, if it can be compared with. An unreadable one is logged.
fn readable(encoded: &str) -> Option<StoredHash> {
    match StoredHash::parse(encoded) {
        Ok(stored) => Some(stored),
        Err(UnreadableHash::Unusable) => None,
        Err(reason) => {
            tracing::warn!(
                "a user cannot log in, for the stored password cannot be read: {reason}; \
                 set a new one"
            );
            None
        }
    }
}

/// The time from `elapsed` until the next multiple of `step`.
pub(super) fn until_next_multiple(elapsed: Duration, step: Duration) -> Duration {
    match elapsed.as_nanos().checked_rem(step.as_nanos()) {
        Some(past) => step.saturating_sub(Duration::from_nanos_u128(past)),
        None => Duration::ZERO,
    }
}
