//! The current request of this thread, for log lines and reports.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use super::{Answering, ReportedRequest};

/// The request that log lines refer to.
#[derive(Debug)]
pub(crate) struct Current {
    /// The request ID.
    pub(crate) id: Arc<str>,
    /// The header `traceparent`, if the request has one.
    pub(crate) traceparent: Option<Arc<str>>,
    /// The module whose handler was called, if one was.
    pub(crate) answering: OnceLock<Arc<Answering>>,
    /// The data for reports; `None` if reports are off.
    pub(crate) reported: Option<ReportedRequest>,
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Current>>> = const { RefCell::new(None) };
}

/// Calls `work` for a request: log lines of this thread refer to it meanwhile.
pub(crate) fn during<T>(request: &Arc<Current>, work: impl FnOnce() -> T) -> T {
    /// Restores the previous request, also if the work panics.
    struct Restore(Option<Arc<Current>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(Some(Arc::clone(request))));
    work()
}

/// The current request of this thread.
pub(crate) fn current() -> Option<Arc<Current>> {
    // A thread that panics while it ends has no current request.
    CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::{Arc, OnceLock};

    use super::{Current, current, during};

    #[test]
    fn a_request_is_current_until_its_work_ends_or_panics() {
        let request = |id: &str| {
            Arc::new(Current {
                id: id.into(),
                traceparent: None,
                answering: OnceLock::new(),
                reported: None,
            })
        };
        let id = || current().map(|current| current.id.to_string());
        assert_eq!(id(), None);
        during(&request("outer"), || {
            let inner = catch_unwind(AssertUnwindSafe(|| {
                during(&request("inner"), || {
                    assert_eq!(id().as_deref(), Some("inner"));
                    panic!("as asked");
                });
            }));
            assert!(inner.is_err());
            assert_eq!(id().as_deref(), Some("outer"));
        });
        assert_eq!(id(), None);
    }
}
