//! Addresses that an application may call from.

use core::net::IpAddr;

use ipnet::IpNet;

/// A block of IP addresses, such as `10.0.0.0/8`, `2001:db8::/32` or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressBlock(IpNet);

/// The text is no address and no block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address block is an IP address with an optional prefix length, such as 10.0.0.0/8")]
pub struct InvalidAddressBlock;

impl AddressBlock {
    /// Whether the address is in the block. An IPv4 address that is mapped into IPv6 counts as itself.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl core::str::FromStr for AddressBlock {
    type Err = InvalidAddressBlock;

    fn from_str(text: &str) -> Result<Self, InvalidAddressBlock> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(IpNet::from(address)));
        }
        text.parse().map(Self).map_err(|_| InvalidAddressBlock)
    }
}

impl core::fmt::Display for AddressBlock {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(block: &str, address: &str) -> bool {
        block
            .parse::<AddressBlock>()
            .unwrap()
            .contains(address.parse().unwrap())
    }

    #[test]
    fn holds_its_own_addresses_and_no_other() {
        assert!(contains("10.0.0.0/8", "10.255.0.1"));
        assert!(!contains("10.0.0.0/8", "11.0.0.0"));
        assert!(contains("192.0.2.7", "192.0.2.7"));
        assert!(!contains("192.0.2.7", "192.0.2.8"));
        assert!(contains("2001:db8::/32", "2001:db8:1::1"));
    }

    #[test]
    fn takes_a_mapped_address_for_what_it_is() {
        assert!(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
    }

    #[test]
    fn refuses_what_is_no_block() {
        for text in ["", "10.0.0.0/33", "example.com", "10.0.0.0/", "10.0.0"] {
            assert_eq!(
                text.parse::<AddressBlock>(),
                Err(InvalidAddressBlock),
                "{text}"
            );
        }
    }
}
