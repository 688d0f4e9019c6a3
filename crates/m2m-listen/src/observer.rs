//! The interface to which a listener reports.

use core::net::IpAddr;
use std::io;

use crate::{HandshakeError, TlsError, TlsFiles, Validity};

/// Receives reports from a listener, for metrics and logs. It is called on threads that serve connections and must not block. Each method
/// does nothing by default.
#[expect(unused_variables, reason = "the names document the methods")]
pub trait Observer: Send + Sync + 'static {
    /// A connection was accepted.
    fn connection_opened(&self) {}

    /// A connection could not be accepted, for example because the process may not open more files. The listener closes the connection
    /// that has waited longest, and tries again after 50 milliseconds.
    fn accept_failed(&self, error: &io::Error) {}

    /// A connection was refused, because there is the maximum number of them.
    fn connection_refused(&self) {}

    /// The TLS handshake with this caller failed. [`Handler::refuse`](crate::Handler::refuse) and [`Self::connection_closed`] follow, with
    /// [`Closed::Handshake`].
    fn handshake_failed(&self, address: IpAddr, error: &HandshakeError) {}

    /// An accepted connection ended.
    fn connection_closed(&self, reason: Closed) {}

    /// A request began.
    fn request_began(&self) {}

    /// A request ended, or its connection broke.
    fn request_ended(&self) {}

    /// The certificate in use was checked: at the start, at each [`Times::reload`](crate::Times::reload), and after each reload.
    fn certificate_checked(&self, files: &TlsFiles, validity: Validity) {}

    /// A new certificate is in use.
    fn certificate_reloaded(&self, files: &TlsFiles) {}

    /// The files have changed and cannot be used. The previous certificate stays in use.
    fn certificate_not_reloaded(&self, files: &TlsFiles, error: &TlsError) {}
}

/// The observer of a listener without an observer.
pub(crate) struct Unobserved;

impl Observer for Unobserved {}

/// The reason why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Closed {
    /// The caller or the handler closed it.
    Done,
    /// No request came for too long.
    Idle,
    /// A request did not arrive in time.
    RequestTimeout,
    /// The caller did not read the answer.
    WriteTimeout,
    /// It was closed at the maximum of connections, in favor of a new one.
    Displaced,
    /// The bytes were not HTTP, or not within the limits.
    Malformed,
    /// The caller sent far more HTTP/2 frames than requests.
    Flood,
    /// The TLS handshake failed.
    Handshake,
    /// A trusted proxy sent no valid header of the PROXY protocol.
    ProxyHeader,
    /// The connection broke.
    Broken,
    /// The server stopped.
    Stopped,
}

impl Closed {
    /// All reasons, in their order.
    pub const ALL: &'static [Self] = &[
        Self::Done,
        Self::Idle,
        Self::RequestTimeout,
        Self::WriteTimeout,
        Self::Displaced,
        Self::Malformed,
        Self::Flood,
        Self::Handshake,
        Self::ProxyHeader,
        Self::Broken,
        Self::Stopped,
    ];

    /// The name of the reason, for metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Idle => "idle",
            Self::RequestTimeout => "request-timeout",
            Self::WriteTimeout => "write-timeout",
            Self::Displaced => "displaced",
            Self::Malformed => "malformed",
            Self::Flood => "flood",
            Self::Handshake => "handshake",
            Self::ProxyHeader => "proxy-header",
            Self::Broken => "broken",
            Self::Stopped => "stopped",
        }
    }
}
