//! How reports are sent: by a thread of its own, which nobody waits for.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use sentry::transports::{UreqHttpTransport, UreqHttpTransportOptions};
use sentry::{Envelope, Transport, TransportFactory, TransportOptions};
use ureq::Agent;

/// After how long a server that does not answer is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes the transport.
pub(super) struct Factory;

impl TransportFactory for Factory {
    fn create_transport_with_options(&self, options: TransportOptions) -> Arc<dyn Transport> {
        let agent = Agent::config_builder().timeout_global(Some(PATIENCE)).build().new_agent();
        let transport = UreqHttpTransportOptions::from(options).with_agent(agent).build();
        // It is there until the process ends: dropping it would wait for the server.
        Arc::new(NonBlockingTransport(Box::leak(Box::new(transport))))
    }
}

/// Hands reports over to the thread, or drops them if it has too many.
struct NonBlockingTransport(&'static UreqHttpTransport);

impl Transport for NonBlockingTransport {
    fn send_envelope(&self, envelope: Envelope) {
        self.0.send_envelope(envelope);
    }

    fn shutdown(&self, timeout: Duration) -> bool {
        let (done, sent) = mpsc::channel();
        let transport = self.0;
        // With too many reports to send it would wait longer than it is told.
        let flush = move || {
            // Whoever waited may have given up.
            let _ = done.send(transport.flush(timeout));
        };
        let flushing = thread::Builder::new().name("sentry-flush".to_owned()).spawn(flush);
        flushing.is_ok() && sent.recv_timeout(timeout).unwrap_or(false)
    }
}
