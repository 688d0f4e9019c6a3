//! The address, the limits and the times of a listener.

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use ipnet::IpNet;

use crate::{AddressHeader, refusal};

/// The address, the limits and the times of a listener.
///
/// ```
/// use std::time::Duration;
///
/// use m2m_listen::ListenSettings;
///
/// let mut settings = ListenSettings::at(([127, 0, 0, 1], 8080).into());
/// settings.max_connections = 1_000;
/// settings.times.idle = Duration::from_secs(10);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ListenSettings {
    /// The address. Port 0 selects a free port.
    pub address: SocketAddr,
    /// Another address, at which the listener has the same port. The listener serves both, or the one that the machine has.
    pub second_address: Option<SocketAddr>,
    /// The certificate and its key. Without them the listener speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// The address blocks of proxies that are trusted to state the address of a caller.
    pub trusted_proxies: Vec<IpNet>,
    /// The use of the PROXY protocol on their connections.
    pub proxy_protocol: ProxyProtocol,
    /// The header field in which they state it. Without one the caller is the peer.
    pub address_header: Option<AddressHeader>,
    /// The maximum number of concurrent connections. Beyond it the connection that has waited longest is closed, or the new one is refused.
    pub max_connections: usize,
    /// The maximum number of concurrent requests, those that are still being read included.
    pub max_requests: u32,
    /// The time that requests have to end after shutdown.
    pub drain: Duration,
    /// The bytes that a refused connection receives, an HTTP/1.1 response: by default `503 Service Unavailable`.
    pub overloaded: Bytes,
    /// The time limits of a connection.
    pub times: Times,
}

/// The files of TLS, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsFiles {
    /// The certificates: that of the server, and then those that lead to the root.
    pub cert: PathBuf,
    /// The private key of the first of them.
    pub key: PathBuf,
}

impl TlsFiles {
    /// The files at these paths.
    pub fn new(cert: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self {
            cert: cert.into(),
            key: key.into(),
        }
    }
}

/// The use of the PROXY protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ProxyProtocol {
    /// Connections do not begin with a header.
    #[default]
    Off,
    /// Connections of trusted proxies begin with a header, and no others do.
    Required,
}

/// The time limits of the parts of a connection. A sweep checks them: none is over early, and each is over late by at most a quarter of the
/// shortest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Times {
    /// The time from the connection to the first byte of a request, which includes TLS and the header of a proxy.
    pub opening: Duration,
    /// The time from the first byte of a request to the end of its header.
    pub head: Duration,
    /// The time from an answer to the next request, on a connection of HTTP/1.1 or HTTP/2.
    ///
    /// A proxy or load balancer that pools its connections should be the one that closes them: if this time is shorter than its own, it may
    /// send a request on a connection that is being closed, and it cannot repeat a POST. AWS ALB and nginx keep a connection for 60 seconds
    /// by default, Azure for 4 minutes, Google Cloud for 10 minutes, and Envoy for an hour.
    pub idle: Duration,
    /// The maximum time for which a caller does not read its answer.
    pub write: Duration,
    /// The time in which a caller has to close its end of a connection after the last answer.
    pub linger: Duration,
    /// The interval at which the files of the certificate are checked for changes.
    pub reload: Duration,
}

impl Times {
    /// The times that a slow link needs, and no more. An idle connection may stay longer, since it is the first to be closed at the maximum:
    /// for 620 seconds, as Google Cloud recommends for servers behind its load balancers, which is longer than most proxies keep it.
    pub const DEFAULT: Self = Self {
        opening: Duration::from_secs(10),
        head: Duration::from_secs(10),
        idle: Duration::from_secs(620),
        write: Duration::from_secs(10),
        linger: Duration::from_secs(5),
        reload: Duration::from_secs(5),
    };

    /// The same time for all parts, for tests.
    #[must_use]
    pub const fn all(time: Duration) -> Self {
        Self {
            opening: time,
            head: time,
            idle: time,
            write: time,
            linger: time,
            reload: time,
        }
    }

    /// The interval at which all connections are checked: an eighth of the shortest time, since a time limit is over up to two intervals late.
    pub(crate) fn sweep_interval(&self) -> Duration {
        let least = self.opening.min(self.head).min(self.idle).min(self.write);
        (least / 8).clamp(MIN_SWEEP_INTERVAL, MAX_SWEEP_INTERVAL)
    }
}

impl Default for Times {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl ListenSettings {
    /// The default settings at an address: plain HTTP, no proxies.
    #[must_use]
    pub const fn at(address: SocketAddr) -> Self {
        Self {
            address,
            second_address: None,
            tls: None,
            trusted_proxies: Vec::new(),
            proxy_protocol: ProxyProtocol::Off,
            address_header: None,
            max_connections: MAX_CONNECTIONS,
            max_requests: MAX_REQUESTS,
            drain: DRAIN_TIME,
            overloaded: Bytes::from_static(refusal::OVERLOADED),
            times: Times::DEFAULT,
        }
    }
}

impl ListenSettings {
    /// The default settings at `localhost`, which means 127.0.0.1 and ::1. On a machine without one of them the listener serves the other.
    #[must_use]
    pub fn at_localhost(port: u16) -> Self {
        Self {
            second_address: Some((Ipv6Addr::LOCALHOST, port).into()),
            ..Self::at((Ipv4Addr::LOCALHOST, port).into())
        }
    }
}

/// The default of [`ListenSettings::max_connections`]. A connection that has sent nothing costs some 2 KiB, an idle one some 10 KiB.
pub const MAX_CONNECTIONS: usize = 10_000;

/// The default of [`ListenSettings::max_requests`]: one for each connection, although an HTTP/2 connection carries several.
pub const MAX_REQUESTS: u32 = 10_000;

/// The default of [`ListenSettings::drain`].
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// A shorter interval costs more than it gains.
const MIN_SWEEP_INTERVAL: Duration = Duration::from_millis(5);

/// The resolution of the clock of connections.
const MAX_SWEEP_INTERVAL: Duration = Duration::from_millis(500);
