//! The events on the listener, as counters and lines in the log.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use m2m_host::timestamp::rfc3339;
use m2m_host::{clock, output};
use m2m_jwt::UnixTime;
use m2m_listen::{Closed, HandshakeError, Observer, TlsError, TlsFiles, Validity};
use serde_json::json;

use crate::certificate::{Expiry, tls_failure};
use crate::metrics::Metrics;
use m2m_host::log_interval::LogInterval;

/// Counts the events on the listener, and logs those that concern its certificate.
#[derive(Debug)]
pub(crate) struct ListenObserver {
    metrics: Arc<Metrics>,
    expiry: Mutex<Expiry>,
    accept_failures: Mutex<LogInterval>,
}

impl ListenObserver {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self {
            metrics,
            expiry: Mutex::default(),
            accept_failures: Mutex::default(),
        })
    }

    fn with_expiry<T>(&self, act: impl FnOnce(&mut Expiry) -> T) -> T {
        act(&mut self.expiry.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for ListenObserver {
    fn connection_opened(&self) {
        self.metrics.connection_opened();
    }

    fn connection_refused(&self) {
        self.metrics.connection_refused();
    }

    fn accept_failed(&self, error: &std::io::Error) {
        self.metrics.accept_failed();
        let now = clock::now();
        let failures = self.accept_failures.lock();
        let mut failures = failures.unwrap_or_else(PoisonError::into_inner);
        // There may be many a second.
        if let Some(count) = failures.count(now, MINUTE) {
            output::log_line(&json!({
                "time": rfc3339(now),
                "event": "accept_failed",
                "error": error.to_string(),
                "count": count,
                "consequence": "new connections wait until they can be accepted",
            }));
        }
    }

    // The refusal that follows is in the log.
    fn handshake_failed(&self, _: IpAddr, error: &HandshakeError) {
        self.metrics.handshake_failed(error.problem());
    }

    fn connection_closed(&self, reason: Closed) {
        self.metrics.connection_closed(reason);
    }

    fn request_began(&self) {
        self.metrics.request_began();
    }

    fn request_ended(&self) {
        self.metrics.request_ended();
    }

    fn certificate_checked(&self, files: &TlsFiles, validity: Validity) {
        let ends = UnixTime::from_seconds(validity.not_after());
        self.metrics.certificate_expires(&files.cert, ends);
        let line = self.with_expiry(|expiry| expiry.line(files, validity, clock::now()));
        if let Some(line) = line {
            output::log_line(&line);
        }
    }

    fn certificate_reloaded(&self, files: &TlsFiles) {
        self.with_expiry(|expiry| *expiry = Expiry::default());
        self.metrics.tls_reloaded();
        output::log_line(&json!({
            "time": rfc3339(clock::now()),
            "event": "certificate_reloaded",
            "file": files.cert.display().to_string(),
        }));
    }

    fn certificate_not_reloaded(&self, _: &TlsFiles, error: &TlsError) {
        self.with_expiry(|expiry| *expiry = Expiry::default());
        self.metrics.tls_reload_failed();
        let failure = tls_failure(error);
        let report = failure.json();
        output::log_line(&json!({
            "time": rfc3339(clock::now()),
            "event": "certificate_not_reloaded",
            "error": failure.what(),
            "why": report.get("why"),
            "help": report.get("help"),
            "consequence": "the previous certificate stays in use",
        }));
    }
}

/// Unit: seconds.
const MINUTE: u64 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x24_an_accept_failure_is_counted() {
        let metrics = Arc::new(Metrics::new());
        let observer = ListenObserver::new(Arc::clone(&metrics));
        for _ in 0..3 {
            observer.accept_failed(&std::io::Error::other("too many open files"));
        }
        let text = metrics.text();
        assert!(text.contains("m2m_accept_failures_total 3"), "{text}");
    }
}
