//! Addresses that an application may call from.

use core::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::spelling;

/// A block of IP addresses, such as `10.0.0.0/8`, `2001:db8::/32` or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressBlock(IpNet);

/// The error for a text that is neither an IP address nor a block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an address block must be an IP address with an optional prefix length and no bits set beyond the prefix, such as 10.0.0.0/8"
)]
pub struct InvalidAddressBlock;

impl AddressBlock {
    /// Returns true if the address is in the block. An IPv4 address that is mapped into IPv6 counts as the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// Returns true if every address of the other block is in this one.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Returns true if a caller can have an address of the block. No caller has one of "this network", a multicast group, or what is reserved
    /// (RFC 6890).
    #[must_use]
    pub fn has_callers(&self) -> bool {
        match self.0 {
            IpNet::V4(block) => {
                let (first, last) = (block.network(), block.broadcast());
                last.octets() >= [1, 0, 0, 0] && first.octets() < [224, 0, 0, 0]
            }
            IpNet::V6(block) => {
                let (first, last) = (block.network(), block.broadcast());
                last != core::net::Ipv6Addr::UNSPECIFIED && !first.is_multicast()
            }
        }
    }
}

impl core::str::FromStr for AddressBlock {
    type Err = InvalidAddressBlock;

    fn from_str(text: &str) -> Result<Self, InvalidAddressBlock> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(IpNet::from(address.to_canonical())));
        }
        let block: IpNet = text.parse().map_err(|_| InvalidAddressBlock)?;
        // Bits beyond the prefix show that another block was meant.
        if block.addr() != block.network() {
            return Err(InvalidAddressBlock);
        }
        Ok(Self(canonical(block)))
    }
}

/// Returns the block of IPv4 addresses for one that is mapped into IPv6, and any other block unchanged.
fn canonical(block: IpNet) -> IpNet {
    let mapped = match block.network().to_canonical() {
        IpAddr::V4(address) if matches!(block, IpNet::V6(_)) => block
            .prefix_len()
            .checked_sub(MAPPED_PREFIX)
            .and_then(|bits| IpNet::new(address.into(), bits).ok()),
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    };
    mapped.unwrap_or(block)
}

/// The number of bits before the IPv4 address in `::ffff:0:0` (RFC 4291, section 2.5.5.2).
const MAPPED_PREFIX: u8 = 96;

impl core::fmt::Display for AddressBlock {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for AddressBlock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AddressBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        spelling::from_text(deserializer, "an IP address or CIDR block", |text| {
            text.parse().map_err(|_| {
                // Bits beyond the prefix: the message can name the block without them.
                if let Ok(block) = text.parse::<IpNet>() {
                    let whole = block.trunc();
                    return format!("{text:?} has bits beyond its prefix length; write {whole}, or the address without a prefix length");
                }
                format!(
                    "{text:?} is not an IP address or CIDR block; write an address such as 192.0.2.7, or a block such as 10.0.0.0/8"
                )
            })
        })
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
    fn a_block_contains_its_own_addresses_only() {
        assert!(contains("10.0.0.0/8", "10.255.0.1"));
        assert!(!contains("10.0.0.0/8", "11.0.0.0"));
        assert!(contains("192.0.2.7", "192.0.2.7"));
        assert!(!contains("192.0.2.7", "192.0.2.8"));
        assert!(contains("2001:db8::/32", "2001:db8:1::1"));
    }

    #[test]
    fn a_block_without_unicast_addresses_has_no_callers() {
        let has_callers = |block: &str| block.parse::<AddressBlock>().unwrap().has_callers();
        for block in [
            "0.0.0.0/0",
            "127.0.0.1",
            "10.0.0.0/8",
            "223.255.255.255",
            "::/0",
            "::1",
            "fe80::1",
        ] {
            assert!(has_callers(block), "{block}");
        }
        for block in [
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.0/4",
            "255.255.255.255",
            "::",
            "ff02::1",
        ] {
            assert!(!has_callers(block), "{block}");
        }
    }

    #[test]
    fn a_mapped_address_is_treated_as_ipv4() {
        assert!(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(contains("::ffff:127.0.0.1", "127.0.0.1"));
        assert!(contains("::ffff:10.0.0.0/104", "10.1.2.3"));
        assert!(!contains("::ffff:10.0.0.0/104", "11.1.2.3"));
    }

    #[test]
    fn a_text_that_is_not_a_block_is_refused() {
        for text in [
            "",
            "10.0.0.0/33",
            "example.com",
            "10.0.0.0/",
            "10.1.2.3/8",
            "10.0.0",
        ] {
            assert_eq!(
                text.parse::<AddressBlock>(),
                Err(InvalidAddressBlock),
                "{text}"
            );
        }
    }
}
