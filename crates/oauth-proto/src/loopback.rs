//! The hosts that are this machine.

use core::net::IpAddr;

/// Returns true if a host of a URL is this machine: a loopback address, `localhost`, or a name below it (RFC 6761, section 6.3). Plain http to such a
/// host stays on the machine.
///
/// ```
/// use oauth_proto::is_loopback_host;
///
/// assert!(is_loopback_host("127.0.0.1") && is_loopback_host("[::1]") && is_loopback_host("m2m.localhost"));
/// assert!(!is_loopback_host("localhost.example") && !is_loopback_host("10.0.0.1"));
/// ```
#[must_use]
pub fn is_loopback_host(host: &str) -> bool {
    let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
    if let Ok(address) = address {
        return address.is_loopback();
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let last = name.rsplit('.').next().unwrap_or_default();
    last.eq_ignore_ascii_case("localhost")
}
