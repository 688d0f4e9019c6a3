//! The address, the limits and the times of a listener.

use core::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use crate::{AddressHeader, refusal};

/// The address, the limits and the times of a listener.
#[derive(Debug, Clone)]
pub struct ListenSettings {
    /// The address. Port 0 takes a free one.
    pub address: SocketAddr,
    /// The certificate and its key, if TLS ends here.
    pub tls: Option<TlsFiles>,
    /// The address blocks of proxies that are trusted to state the address of a caller.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether their connections begin with a header of the PROXY protocol.
    pub proxy_protocol: ProxyProtocol,
    /// The header field in which they state it. Without one the address of the peer counts.
    pub address_header: Option<AddressHeader>,
    /// The maximum number of concurrent connections. Beyond it the connection that has waited longest gives way, or the new one is refused.
    pub max_connections: usize,
    /// The maximum number of concurrent requests, those that are still being read included.
    pub max_requests: u32,
    /// The time that requests have to end after shutdown.
    pub drain: Duration,
    /// The bytes that a connection receives for which there is no place: an answer of HTTP/1.1.
    pub overloaded: &'static [u8],
    /// The times that callers have.
    pub times: Times,
}

/// The files of TLS.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificates: that of the server, and then those that lead to the root.
    pub cert: PathBuf,
    /// The private key of the first of them.
    pub key: PathBuf,
}

/// Whether connections begin with a header of the PROXY protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyProtocol {
    /// None does.
    Off,
    /// Those of trusted proxies do, and no others.
    Required,
}

/// The times that callers have for each part of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// The time from the connection to the first byte of a request, TLS and the header of a proxy included.
    pub opening: Duration,
    /// The time from the first byte of a request to the end of its header.
    pub head: Duration,
    /// The time from an answer to the next request.
    pub idle: Duration,
    /// The time to take an answer.
    pub write: Duration,
    /// The time to see that the connection ends.
    pub linger: Duration,
    /// The interval at which the files of the certificate are checked for changes.
    pub reload: Duration,
}

impl Times {
    /// The times that a slow link needs, and no more. An idle connection may stay longer: it is the first to go when its place is needed.
    pub const DEFAULT: Self = Self {
        opening: Duration::from_secs(10),
        head: Duration::from_secs(10),
        idle: Duration::from_secs(60),
        write: Duration::from_secs(10),
        linger: Duration::from_secs(5),
        reload: Duration::from_secs(5),
    };

    /// The same time for everything, for tests.
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

    /// The interval at which all connections are checked: no time is exceeded by more than a quarter of the least.
    pub(crate) fn sweep_interval(&self) -> Duration {
        let least = self.opening.min(self.head).min(self.idle).min(self.write);
        (least / 4).clamp(MIN_SWEEP_INTERVAL, MAX_SWEEP_INTERVAL)
    }
}

impl ListenSettings {
    /// The default settings at an address: plain HTTP, no proxies.
    #[must_use]
    pub const fn at(address: SocketAddr) -> Self {
        Self {
            address,
            tls: None,
            trusted_proxies: Vec::new(),
            proxy_protocol: ProxyProtocol::Off,
            address_header: None,
            max_connections: MAX_CONNECTIONS,
            max_requests: MAX_REQUESTS,
            drain: DRAIN_TIME,
            overloaded: refusal::OVERLOADED,
            times: Times::DEFAULT,
        }
    }
}

/// The default of [`ListenSettings::max_connections`]. A connection that has sent nothing costs some 2 KiB, an idle one some 10 KiB.
pub const MAX_CONNECTIONS: usize = 10_000;

/// The default of [`ListenSettings::max_requests`]: as many as there are connections, though one of HTTP/2 carries several. Each may hold a body.
pub const MAX_REQUESTS: u32 = 10_000;

/// The default of [`ListenSettings::drain`].
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// A shorter interval costs more than it gains.
const MIN_SWEEP_INTERVAL: Duration = Duration::from_millis(5);

/// The clock of the connections is as exact as this.
const MAX_SWEEP_INTERVAL: Duration = Duration::from_secs(1);
