//! The address that a server listens on, as users write it.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The address that a server listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenAddress {
    /// An IP address and a port.
    Ip(SocketAddr),
    /// `localhost` and a port, which means 127.0.0.1 and ::1.
    Localhost(u16),
}

impl ListenAddress {
    /// Returns the port; 0 selects a free one.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::Ip(address) => address.port(),
            Self::Localhost(port) => port,
        }
    }

    /// Returns the same address with the port that was selected.
    #[must_use]
    pub const fn with_port(self, port: u16) -> Self {
        match self {
            Self::Ip(mut address) => {
                address.set_port(port);
                Self::Ip(address)
            }
            Self::Localhost(_) => Self::Localhost(port),
        }
    }

    /// Returns the IP addresses.
    pub fn ips(self) -> impl Iterator<Item = IpAddr> {
        let ips = match self {
            Self::Ip(address) => [Some(address.ip()), None],
            Self::Localhost(_) => LOCALHOST.map(Some),
        };
        ips.into_iter().flatten()
    }

    /// Returns true if only this machine reaches the address.
    #[must_use]
    pub fn is_loopback(self) -> bool {
        self.ips().all(|ip| ip.is_loopback())
    }

    /// Returns true if the address means all addresses of this machine.
    #[must_use]
    pub fn is_unspecified(self) -> bool {
        self.ips().all(|ip| ip.is_unspecified())
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Localhost(port) => write!(f, "localhost:{port}"),
        }
    }
}

/// The addresses that `localhost` means.
const LOCALHOST: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];

/// Parses the address to listen on: an IP address and a port, or `localhost` and a port.
///
/// # Errors
///
/// If the text has another form. The message shows the right one.
pub fn listen_address(text: &str) -> Result<ListenAddress, String> {
    if let Ok(address) = text.parse() {
        return Ok(ListenAddress::Ip(address));
    }
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    let is_ipv6 = text.parse::<Ipv6Addr>().is_ok() || host.parse::<Ipv6Addr>().is_ok();
    if is_ipv6 {
        return Err("write an IPv6 address in brackets, and a port behind it, as in [::1]:8080; IPv4 needs none, as in 127.0.0.1:8080".to_owned());
    }
    let is_localhost = host.eq_ignore_ascii_case("localhost");
    match port.parse::<u16>() {
        Ok(port) if is_localhost => Ok(ListenAddress::Localhost(port)),
        Ok(port) if host.is_empty() => Err(format!(
            "write an address before the port, as in 127.0.0.1:{port}"
        )),
        Ok(_) if text.contains("://") => Err(
            "write an address and a port alone, without a scheme, as in 127.0.0.1:8080".to_owned(),
        ),
        Ok(port) if host.contains(|character: char| character.is_alphabetic()) => Err(format!(
            "the server listens on an IP address of its machine, and no host name except localhost is looked up; write the address, as in \
             127.0.0.1:{port}, or 0.0.0.0:{port} for all IPv4 addresses"
        )),
        Err(_) if is_number(port) && (is_localhost || host.parse::<IpAddr>().is_ok()) => {
            Err("a port is a number up to 65535, as in 127.0.0.1:8080".to_owned())
        }
        Ok(_) | Err(_) => Err("write an address and a port, as in 127.0.0.1:8080".to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a8_takes_an_address_and_a_port_or_localhost_and_a_port() {
        let address = |text| listen_address(text).map(|address| address.to_string());
        assert_eq!(address("[::1]:0").as_deref(), Ok("[::1]:0"));
        assert_eq!(address("Localhost:80").as_deref(), Ok("localhost:80"));
        for text in [
            ":8080",
            "8080",
            "127.0.0.1",
            "example:8080",
            "",
            "localhost:",
            "::1",
        ] {
            assert!(
                address(text).unwrap_err().contains("as in 127.0.0.1:"),
                "{text}"
            );
        }
    }

    #[test]
    fn a8_an_address_that_is_almost_one_is_told_what_it_lacks() {
        for (text, expected) in [
            ("myhost.example:8080", "no host name except localhost"),
            ("myhost.example:8080", "as in 127.0.0.1:8080"),
            ("myhost.example:8080", "0.0.0.0:8080 for all"),
            ("*:80", "write an address and a port"),
            ("::1:8080", "in brackets"),
            ("::1", "in brackets"),
            ("127.0.0.1:65536", "a number up to 65535"),
            ("localhost:99999999999", "a number up to 65535"),
            ("http://127.0.0.1:80", "without a scheme"),
        ] {
            let refused = listen_address(text).unwrap_err();
            assert!(refused.contains(expected), "{text}: {refused}");
        }
    }

    #[test]
    fn a8_localhost_means_both_loopback_addresses() {
        let localhost = ListenAddress::Localhost(0);
        let ips: Vec<_> = localhost.ips().map(|ip| ip.to_string()).collect();
        assert_eq!(ips, ["127.0.0.1", "::1"]);
        assert!(localhost.is_loopback() && !localhost.is_unspecified());
        assert_eq!(localhost.with_port(8080).to_string(), "localhost:8080");
        let all = listen_address("0.0.0.0:0").unwrap();
        assert!(all.is_unspecified() && !all.is_loopback());
        assert_eq!(all.with_port(8080).port(), 8080);
    }
}
