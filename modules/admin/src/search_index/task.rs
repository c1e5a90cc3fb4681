//! The task that applies recorded changes.

use std::sync::Arc;

use module_api::rocket::tokio;
use tokio::sync::Semaphore;

/// The task that applies recorded changes; a site runs one at a time.
pub(crate) struct UpkeepTask(Arc<Semaphore>);

impl Default for UpkeepTask {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl UpkeepTask {
    /// Runs the work, unless the task is still running.
    pub(super) fn start(&self, work: impl Future<Output = ()> + Send + 'static) {
        let Ok(turn) = Arc::clone(&self.0).try_acquire_owned() else { return };
        tokio::spawn(async move {
            // Released when dropped, even if the work panics.
            let _turn = turn;
            work.await;
        });
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[rocket::async_test]
    async fn one_runs_at_a_time_and_after_a_panic_the_next() {
        let (task, (sender, mut runs)) = (UpkeepTask::default(), unbounded_channel());
        let held = sender.clone();
        task.start(async move {
            held.send("first").unwrap();
            held.closed().await;
            panic!("on purpose");
        });
        assert_eq!(runs.recv().await, Some("first"));
        let refused = sender.clone();
        task.start(async move { refused.send("refused").unwrap() });
        drop(sender);
        runs.close();
        assert_eq!(runs.recv().await, None, "the second did not run");
        let (sender, mut runs) = unbounded_channel();
        while runs.is_empty() {
            let next = sender.clone();
            task.start(async move { next.send("next").unwrap() });
            tokio::task::yield_now().await;
        }
        assert_eq!(runs.recv().await, Some("next"));
    }
}
