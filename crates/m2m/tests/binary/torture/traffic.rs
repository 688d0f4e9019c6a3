//! A caller that requests tokens without end.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use super::writers::ask;

/// The results of its requests.
#[derive(Debug)]
pub(crate) struct Traffic {
    secret: String,
    pub(crate) issued: u64,
    pub(crate) refused: u64,
}

impl Traffic {
    pub(crate) const fn new(secret: String) -> Self {
        Self {
            secret,
            issued: 0,
            refused: 0,
        }
    }

    /// Requests tokens until `stop` is set. Each request has to get a token, unless `may_fail` is set.
    pub(crate) fn run(&mut self, address: SocketAddr, stop: &AtomicBool, may_fail: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let answer = ask(address, "caller", &self.secret, "");
            if answer.as_ref().is_some_and(|answer| answer.status == 200) {
                self.issued += 1;
                continue;
            }
            assert!(may_fail.load(Ordering::Relaxed), "no token: {answer:?}");
            assert!(
                answer.is_none_or(|answer| answer.status == 503),
                "a caller is blamed for a fault of the server"
            );
            self.refused += 1;
        }
    }
}
