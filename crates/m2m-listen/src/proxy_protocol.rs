//! The PROXY protocol, versions 1 and 2: a header before the first byte of a connection, with the address of the proxy's caller.
//!
//! Source: <https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt>, section 2.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The first bytes of a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ProxyHeader {
    /// The header is incomplete.
    Incomplete,
    /// The header is complete.
    Complete {
        /// The number of its bytes.
        length: usize,
        /// The address of the proxy's caller; `None` if the proxy speaks for itself, as in a health check.
        address: Option<IpAddr>,
    },
    /// The header is missing, or has no usable address.
    Wrong,
}

/// Reads the header that a connection begins with.
pub(super) fn read(bytes: &[u8]) -> ProxyHeader {
    if begins(bytes, VERSION_1) {
        read_text(bytes)
    } else if begins(bytes, VERSION_2) {
        read_binary(bytes)
    } else {
        ProxyHeader::Wrong
    }
}

/// Version 1: one line.
///
/// ```text
/// PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n
/// ```
fn read_text(bytes: &[u8]) -> ProxyHeader {
    let line = bytes.get(..MAX_LINE_BYTES).unwrap_or(bytes);
    let Some(end) = line.windows(2).position(|pair| pair == b"\r\n") else {
        return if bytes.len() < MAX_LINE_BYTES {
            ProxyHeader::Incomplete
        } else {
            ProxyHeader::Wrong
        };
    };
    let (line, _) = line.split_at(end);
    match core::str::from_utf8(line).ok().and_then(named) {
        Some(address) => ProxyHeader::Complete {
            length: end + 2,
            address: address.map(|address| address.to_canonical()),
        },
        None => ProxyHeader::Wrong,
    }
}

/// The address in the line, if there is one; `None` if the line is malformed.
fn named(line: &str) -> Option<Option<IpAddr>> {
    let mut words = line.split(' ').skip(1);
    let family = words.next()?;
    if family == "UNKNOWN" {
        // The rest is ignored by the specification.
        return Some(None);
    }
    let addresses = [words.next()?, words.next()?];
    let ports = [words.next()?, words.next()?];
    let addresses = addresses.map(|address| match family {
        "TCP4" => address.parse::<Ipv4Addr>().ok().map(IpAddr::from),
        "TCP6" => address.parse::<Ipv6Addr>().ok().map(IpAddr::from),
        _ => None,
    });
    let are_ports = ports.iter().all(|port| port.parse::<u16>().is_ok());
    match (addresses, words.next()) {
        ([Some(source), Some(_)], None) if are_ports => Some(Some(source)),
        ([_, _], _) => None,
    }
}

/// Version 2: a signature, version and command, family and transport, a length, and that many bytes, which begin with the addresses.
fn read_binary(bytes: &[u8]) -> ProxyHeader {
    let Some((head, rest)) = bytes.split_first_chunk::<HEAD_BYTES>() else {
        return ProxyHeader::Incomplete;
    };
    let [.., command, family, high, low] = *head;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if HEAD_BYTES + length > MAX_HEADER_BYTES {
        return ProxyHeader::Wrong;
    }
    let Some(addresses) = rest.get(..length) else {
        return ProxyHeader::Incomplete;
    };
    let address = match (command, family) {
        // The proxy speaks for itself, and addresses are ignored.
        (0x20, _) => None,
        (0x21, 0x11 | 0x12) => match addresses.split_first_chunk::<4>() {
            Some((source, rest)) if rest.len() >= 8 => Some(IpAddr::from(*source)),
            Some(_) | None => return ProxyHeader::Wrong,
        },
        (0x21, 0x21 | 0x22) => match addresses.split_first_chunk::<16>() {
            Some((source, rest)) if rest.len() >= 20 => Some(IpAddr::from(*source)),
            Some(_) | None => return ProxyHeader::Wrong,
        },
        // A family without IP addresses.
        (0x21, 0x00 | 0x31 | 0x32) => None,
        _ => return ProxyHeader::Wrong,
    };
    ProxyHeader::Complete {
        length: HEAD_BYTES + length,
        address: address.map(|address| address.to_canonical()),
    }
}

/// Returns true if the shorter one is a prefix of the other.
fn begins(one: &[u8], other: &[u8]) -> bool {
    one.iter().zip(other).all(|(one, other)| one == other)
}

const VERSION_1: &[u8] = b"PROXY ";
const VERSION_2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// The longest line of version 1, which its specification computes. Unit: bytes.
const MAX_LINE_BYTES: usize = 107;

/// The part before the addresses in version 2. Unit: bytes.
const HEAD_BYTES: usize = 16;

/// The addresses and the fields that proxies add: host names, subjects of certificates. Unit: bytes.
pub(super) const MAX_HEADER_BYTES: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    fn v2_header(command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
        let length = u16::try_from(addresses.len()).unwrap().to_be_bytes();
        let mut header = b"\r\n\r\n\0\r\nQUIT\n".to_vec();
        header.extend([0x20 | command, family]);
        header.extend(length);
        header.extend(addresses);
        header
    }

    #[track_caller]
    fn check(header: &[u8], address: Option<&str>) {
        let address = address.map(|address| address.parse().unwrap());
        let length = header.len();
        let with_more = [header, b"GET / HTTP/1.1\r\n"].concat();
        let complete = ProxyHeader::Complete { length, address };
        assert_eq!(read(header), complete);
        assert_eq!(read(&with_more), complete);
        for end in 0..length {
            assert_eq!(read(&header[..end]), ProxyHeader::Incomplete, "at {end}");
        }
    }

    #[test]
    fn x16_reads_the_text_of_version_1() {
        check(
            b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n",
            Some("192.0.2.7"),
        );
        check(
            b"PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n",
            Some("2001:db8::7"),
        );
        check(b"PROXY UNKNOWN\r\n", None);
    }

    #[test]
    fn x16_reads_the_bytes_of_version_2() {
        let v4 = [192, 0, 2, 7, 198, 51, 100, 1, 0xdc, 4, 1, 187];
        check(&v2_header(1, 0x11, &v4), Some("192.0.2.7"));
        let with_more = [v4.as_slice(), &[3, 0, 4, 1, 2, 3, 4]].concat();
        check(&v2_header(1, 0x11, &with_more), Some("192.0.2.7"));
        let mut v6 = [0; 36];
        v6[10..16].copy_from_slice(&[0xff, 0xff, 192, 0, 2, 7]);
        check(&v2_header(1, 0x21, &v6), Some("192.0.2.7"));
        check(&v2_header(0, 0x11, &v4), None);
        check(&v2_header(0, 0, &[]), None);
    }

    #[test]
    fn x16_bytes_that_are_not_a_header_are_refused_at_once() {
        for wrong in [
            b"GET / HTTP/1.1\r\n".as_slice(),
            b"PROXX",
            b"PROXY TCP4 192.0.2.256 198.51.100.1 1 2\r\n",
            b"PROXY TCP4 192.0.2.7 198.51.100.1 1\r\n",
            b"PROXY TCP9 192.0.2.7 198.51.100.1 1 2\r\n",
            b"\r\n\r\n\0\r\nQUIT\n\x11\x11\0\0",
            &v2_header(1, 0x11, &[1, 2, 3]),
            &v2_header(1, 0x11, &[0; 4000]),
            &[b"PROXY TCP4 ".as_slice(), &[b'1'; 3000]].concat(),
        ] {
            assert_eq!(
                read(wrong),
                ProxyHeader::Wrong,
                "{:?}",
                String::from_utf8_lossy(wrong)
            );
        }
    }
}
