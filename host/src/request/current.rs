//! The request that this thread is working on: for lines that are logged meanwhile, and reports.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use super::{Answering, ReportedRequest};

/// The request that log lines refer to.
#[derive(Debug)]
pub(crate) struct Current {
    /// Its id.
    pub(crate) id: Arc<str>,
    /// Its header `traceparent`, if it has one.
    pub(crate) traceparent: Option<Arc<str>>,
    /// The module whose handler was called, if one was.
    pub(crate) answering: OnceLock<Arc<Answering>>,
    /// Its data for reports; `None` if reports are off.
    pub(crate) reported: Option<ReportedRequest>,
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Current>>> = const { RefCell::new(None) };
}

/// Does something for a request: what is logged meanwhile on this thread is about it.
pub(crate) fn during<T>(request: &Arc<Current>, work: impl FnOnce() -> T) -> T {
    /// Puts back what was there, also if the work panics.
    struct Restore(Option<Arc<Current>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(Some(Arc::clone(request))));
    work()
}

/// The request that this thread is working on.
pub(crate) fn current() -> Option<Arc<Current>> {
    // A thread that ends, and panics meanwhile, works on none.
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
