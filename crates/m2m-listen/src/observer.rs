//! The interface through which a listener reports what happens on it.

use crate::{TlsError, TlsFiles, Validity};

/// Receives reports from a listener, for metrics and logs. It is called on threads that serve connections and must not block. Each method
/// does nothing by default.
#[expect(unused_variables, reason = "the names are for who writes a method")]
pub trait Observer: core::fmt::Debug + Send + Sync + 'static {
    /// A connection was accepted.
    fn connection_opened(&self) {}

    /// A connection was refused, because there was no place for it.
    fn connection_refused(&self) {}

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

    /// The files have changed and cannot be used. The certificate from before stays in use.
    fn certificate_not_reloaded(&self, files: &TlsFiles, error: &TlsError) {}
}

/// Observes nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}

/// The reason why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closed {
    /// Either side had no more to say.
    Done,
    /// Nothing was asked for too long.
    Idle,
    /// A request did not arrive in time.
    RequestTimeout,
    /// The caller did not read the answer.
    WriteTimeout,
    /// Its place was needed for another.
    Displaced,
    /// The bytes were not HTTP, or not within the limits.
    Malformed,
    /// The caller sent far more frames of HTTP/2 than requests.
    Flood,
    /// TLS could not be agreed upon.
    Handshake,
    /// A proxy did not state the address of its caller, or not in order.
    ProxyHeader,
    /// The connection broke.
    Broken,
    /// The server stopped.
    Stopped,
}

impl Closed {
    /// All of them, in their order.
    pub const ALL: [Self; 11] = [
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
