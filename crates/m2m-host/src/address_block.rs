//! The blocks of addresses by which calls are counted.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A block of addresses that one site uses: a /24 of IPv4, a /56 of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressBlock {
    /// The first three bytes of an IPv4 address.
    V4([u8; 3]),
    /// The first seven bytes of an IPv6 address.
    V6([u8; 7]),
    /// The address is not known.
    Unknown,
}

impl AddressBlock {
    /// Returns the block of an address.
    pub fn of(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => {
                let [a, b, c, _] = address.octets();
                Self::V4([a, b, c])
            }
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, e, f, g, ..] = address.octets();
                Self::V6([a, b, c, d, e, f, g])
            }
            None => Self::Unknown,
        }
    }
}

impl fmt::Display for AddressBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4([a, b, c]) => write!(f, "{}/24", Ipv4Addr::new(a, b, c, 0)),
            Self::V6([a, b, c, d, e, x, g]) => {
                let octets = [a, b, c, d, e, x, g, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                write!(f, "{}/56", Ipv6Addr::from(octets))
            }
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_a_24_or_a_56() {
        for (address, expected) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2ff::9", "2001:db8:1:200::/56"),
        ] {
            let block = AddressBlock::of(Some(address.parse().unwrap()));
            assert_eq!(block.to_string(), expected, "{address}");
        }
        assert_eq!(AddressBlock::of(None).to_string(), "unknown");
    }
}
