//! The transport of reports: a thread that no request waits for.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use sentry::transports::{UreqHttpTransport, UreqHttpTransportOptions};
use sentry::{Envelope, Transport, TransportFactory, TransportOptions};
use ureq::Agent;

/// The timeout of a request to the server.
const PATIENCE: Duration = Duration::from_secs(10);

/// Creates the transport.
pub(super) struct Factory;

impl TransportFactory for Factory {
    fn create_transport_with_options(&self, options: TransportOptions) -> Arc<dyn Transport> {
        let agent = Agent::config_builder().timeout_global(Some(PATIENCE)).build().new_agent();
        let transport = UreqHttpTransportOptions::from(options).with_agent(agent).build();
        // It lives until the process ends: dropping it would wait for the server.
        Arc::new(NonBlockingTransport(Box::leak(Box::new(transport))))
    }
}

/// Passes reports to the thread, or drops them if its queue is full.
struct NonBlockingTransport(&'static UreqHttpTransport);

impl Transport for NonBlockingTransport {
    fn send_envelope(&self, envelope: Envelope) {
        self.0.send_envelope(envelope);
    }

    fn shutdown(&self, timeout: Duration) -> bool {
        let (done, sent) = mpsc::channel();
        let transport = self.0;
        // With a full queue it would wait longer than the timeout.
        let flush = move || {
            // The receiver may have timed out.
            let _ = done.send(transport.flush(timeout));
        };
        let flushing = thread::Builder::new().name("sentry-flush".to_owned()).spawn(flush);
        flushing.is_ok() && sent.recv_timeout(timeout).unwrap_or(false)
    }
}
