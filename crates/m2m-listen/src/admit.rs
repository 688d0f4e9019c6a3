//! The check of a request before it is answered, and the address of its caller.

use core::net::{IpAddr, SocketAddr};

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Version, header};
use ipnet::IpNet;

use super::{HttpProblem, Refusal};

/// A header field in which a proxy states the address of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressHeader {
    /// `X-Forwarded-For`, the customary one.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl AddressHeader {
    /// All header fields.
    pub const ALL: &'static [Self] = &[Self::XForwardedFor, Self::Forwarded];

    /// The name of the header field in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }
}

/// The proxies that are trusted to state the address of a caller, and the header field in which they do.
#[derive(Debug, Clone, Default)]
pub(super) struct Trust {
    pub(super) proxies: Box<[IpNet]>,
    pub(super) header: Option<AddressHeader>,
}

impl Trust {
    /// Returns true if a trusted proxy has this address.
    pub(super) fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|block| block.contains(&address))
    }

    /// The address of the caller, on a connection with this peer.
    ///
    /// Several lines of the header field are one list (RFC 9110, section 5.3): a proxy may add a line, as HAProxy does, or extend the last one.
    ///
    /// # Errors
    ///
    /// [`Refusal::Malformed`] if a trusted proxy states something that is not an address: no answer is better than one for the wrong address.
    /// The header of a stranger is ignored.
    fn caller(&self, headers: &HeaderMap, peer: IpAddr) -> Result<IpAddr, Refusal> {
        let Some(header) = self.header else {
            return Ok(peer);
        };
        if !self.is_proxy(peer) {
            return Ok(peer);
        }
        let name = match header {
            AddressHeader::XForwardedFor => X_FORWARDED_FOR,
            AddressHeader::Forwarded => header::FORWARDED,
        };
        // Each hop appends the address of its peer: from the right, up to the first address that is not a trusted proxy, all are trusted.
        let lines = headers.get_all(name).iter().rev();
        let hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        hops.take(MAX_HOPS).try_fold(peer, |nearer, hop| {
            if !self.is_proxy(nearer) {
                return Ok(nearer);
            }
            let hop = core::str::from_utf8(hop).map_err(|_| MALFORMED_ADDRESS)?;
            match header {
                AddressHeader::XForwardedFor => address(hop.trim()),
                AddressHeader::Forwarded => forwarded_for(hop),
            }
            .ok_or(MALFORMED_ADDRESS)
        })
    }
}

/// The address of the caller of a request that can be answered.
///
/// # Errors
///
/// [`Refusal::Malformed`] if it can be read in more than one way.
pub(super) fn admit(parts: &Parts, peer: IpAddr, trust: &Trust) -> Result<IpAddr, Refusal> {
    if parts.version == Version::HTTP_11 {
        // RFC 9112, section 3.2.
        let host = only(&parts.headers, &header::HOST, HttpProblem::HostRepeated)?
            .ok_or(Refusal::Malformed(HttpProblem::HostMissing))?;
        if !host.as_bytes().iter().all(|&byte| is_of_host(byte)) {
            return Err(Refusal::Malformed(HttpProblem::HostMalformed));
        }
        // An unknown coding hides where the body ends, or what is in it. hyper has refused codings that do not end in `chunked`.
        let problem = HttpProblem::TransferEncoding;
        if let Some(coding) = only(&parts.headers, &header::TRANSFER_ENCODING, problem)?
            && !coding.as_bytes().eq_ignore_ascii_case(b"chunked")
        {
            return Err(Refusal::Malformed(problem));
        }
    }
    trust.caller(&parts.headers, peer)
}

/// The value of a header field that may occur once; to repeat it is this problem.
fn only<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
    repeated: HttpProblem,
) -> Result<Option<&'h HeaderValue>, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(Refusal::Malformed(repeated)),
    }
}

/// Returns true if a host and a port can contain this byte (RFC 3986, section 3.2.2).
const fn is_of_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'.' | b'-'
                | b':'
                | b'['
                | b']'
                | b'_'
                | b'~'
                | b'%'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
        )
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let address = text
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()))
        .or_else(|_| {
            let bracketed = text
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'));
            bracketed.unwrap_or_default().parse::<IpAddr>()
        });
    address.ok().map(|address| address.to_canonical())
}

/// The address in one element of `Forwarded`: exactly one `for`, and one that is an address (RFC 7239, section 4).
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in element.split(';') {
        let (name, value) = pair.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("for") {
            let value = value.trim();
            let unquoted = value
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
                .unwrap_or(value);
            if found.replace(address(unquoted)?).is_some() {
                return None;
            }
        }
    }
    found
}

const MALFORMED_ADDRESS: Refusal = Refusal::Malformed(HttpProblem::AddressHeaderMalformed);

pub(super) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The maximum number of proxies in a row. Addresses beyond them are ignored.
const MAX_HOPS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn request(version: Version, headers: &[(&str, &str)]) -> Parts {
        let mut request = http::Request::builder().version(version);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn trust(header: AddressHeader) -> Trust {
        Trust {
            proxies: ["10.0.0.0/8", "fd00::/8"]
                .map(|block| block.parse().unwrap())
                .into(),
            header: Some(header),
        }
    }

    fn caller(header: AddressHeader, peer: &str, values: &[&str]) -> Result<String, Refusal> {
        let name = match header {
            AddressHeader::XForwardedFor => "X-Forwarded-For",
            AddressHeader::Forwarded => "Forwarded",
        };
        let headers: Vec<_> = values.iter().map(|value| (name, *value)).collect();
        let parts = request(Version::HTTP_2, &headers);
        admit(&parts, peer.parse().unwrap(), &trust(header)).map(|address| address.to_string())
    }

    #[test]
    fn x16_the_rightmost_address_that_is_not_a_trusted_proxy_is_used() {
        use AddressHeader::{Forwarded, XForwardedFor};

        for (header, value, expected) in [
            (XForwardedFor, "192.0.2.7", "192.0.2.7"),
            (XForwardedFor, "192.0.2.66, 192.0.2.7", "192.0.2.7"),
            (
                XForwardedFor,
                "lies, 192.0.2.7,10.0.0.2 , 10.0.0.3",
                "192.0.2.7",
            ),
            (XForwardedFor, "10.0.0.9", "10.0.0.9"),
            (XForwardedFor, "2001:db8::7", "2001:db8::7"),
            (XForwardedFor, "[2001:db8::7]:4711", "2001:db8::7"),
            (XForwardedFor, "::ffff:192.0.2.7", "192.0.2.7"),
            (XForwardedFor, "192.0.2.7:4711", "192.0.2.7"),
            (Forwarded, "for=192.0.2.7", "192.0.2.7"),
            (
                Forwarded,
                "for=192.0.2.66;proto=http, For=\"[2001:db8::7]:4711\"; by=10.0.0.1",
                "2001:db8::7",
            ),
            (Forwarded, "for=192.0.2.7, for=10.0.0.2", "192.0.2.7"),
        ] {
            assert_eq!(
                caller(header, "10.0.0.1", &[value]).as_deref(),
                Ok(expected),
                "{value}"
            );
            assert_eq!(
                caller(header, "203.0.113.1", &[value]).as_deref(),
                Ok("203.0.113.1"),
                "{value}"
            );
        }
        assert_eq!(
            caller(XForwardedFor, "10.0.0.1", &[]).as_deref(),
            Ok("10.0.0.1")
        );
    }

    #[test]
    fn f5_x16_lines_of_the_header_are_one_list_that_is_read_from_the_right() {
        use AddressHeader::{Forwarded, XForwardedFor};

        let many = ["10.0.0.2"; 1000];
        for (header, values, expected) in [
            // HAProxy adds a line to that of the caller.
            (
                XForwardedFor,
                ["198.51.100.7", "203.0.113.5"].as_slice(),
                "203.0.113.5",
            ),
            (
                XForwardedFor,
                &["198.51.100.7", "203.0.113.5, 10.0.0.2"],
                "203.0.113.5",
            ),
            (
                XForwardedFor,
                &["198.51.100.7, 203.0.113.5", "10.0.0.3", "10.0.0.2"],
                "203.0.113.5",
            ),
            // What the caller sent is not read.
            (
                XForwardedFor,
                &["", "unknown", "\u{fc},", "203.0.113.5"],
                "203.0.113.5",
            ),
            (
                Forwarded,
                &["for=198.51.100.7", "for=203.0.113.5"],
                "203.0.113.5",
            ),
            (
                Forwarded,
                &["for=\"198.51.100.7", "for=\"[2001:db8::7]:1\""],
                "2001:db8::7",
            ),
            (XForwardedFor, &many, "10.0.0.2"),
        ] {
            assert_eq!(
                caller(header, "10.0.0.1", values).as_deref(),
                Ok(expected),
                "{values:?}"
            );
            assert_eq!(
                caller(header, "192.0.2.1", values).as_deref(),
                Ok("192.0.2.1")
            );
        }
    }

    #[test]
    fn x16_a_malformed_header_is_refused_from_a_proxy_and_ignored_from_others() {
        use AddressHeader::{Forwarded, XForwardedFor};

        for (header, values) in [
            (XForwardedFor, ["192.0.2.7", "unknown"].as_slice()),
            (XForwardedFor, &["192.0.2.7", ""]),
            (XForwardedFor, &["192.0.2.7", "", "10.0.0.2"]),
            (XForwardedFor, &["192.0.2.7", "\u{fc}"]),
            (XForwardedFor, &["192.0.2.7, "]),
            (XForwardedFor, &[""]),
            (XForwardedFor, &["unknown"]),
            (XForwardedFor, &["192.0.2.7, 10.0.0.256"]),
            (XForwardedFor, &["[2001:db8::7"]),
            (Forwarded, &["for=192.0.2.7", "by=10.0.0.1"]),
            (Forwarded, &["for=unknown"]),
            (Forwarded, &["for=_hidden"]),
            (Forwarded, &["by=10.0.0.1"]),
            (Forwarded, &["for=192.0.2.7;for=192.0.2.8"]),
            (Forwarded, &["192.0.2.7"]),
        ] {
            assert_eq!(
                caller(header, "10.0.0.1", values),
                Err(MALFORMED_ADDRESS),
                "{values:?}"
            );
            assert_eq!(
                caller(header, "192.0.2.1", values).as_deref(),
                Ok("192.0.2.1")
            );
        }
    }

    #[test]
    fn x17_an_ambiguous_request_is_refused() {
        use HttpProblem::{HostMalformed, HostMissing, HostRepeated, TransferEncoding};

        let check = |version, headers: &[(&str, &str)], problem: Option<HttpProblem>| {
            let parts = request(version, headers);
            let admitted = admit(&parts, IpAddr::from([192, 0, 2, 1]), &Trust::default());
            let refusal = problem.map(Refusal::Malformed);
            assert_eq!(admitted.err(), refusal, "{headers:?}");
        };
        let host = ("Host", "id.example:8080");
        check(Version::HTTP_11, &[host], None);
        check(Version::HTTP_11, &[("Host", "[::1]:8080")], None);
        check(Version::HTTP_11, &[], Some(HostMissing));
        check(Version::HTTP_11, &[host, host], Some(HostRepeated));
        check(Version::HTTP_11, &[("Host", "a b")], Some(HostMalformed));
        check(Version::HTTP_11, &[("Host", "a/b@c")], Some(HostMalformed));
        check(Version::HTTP_10, &[], None);
        check(Version::HTTP_2, &[], None);
        check(
            Version::HTTP_11,
            &[host, ("Transfer-Encoding", "Chunked")],
            None,
        );
        check(
            Version::HTTP_11,
            &[host, ("Transfer-Encoding", "gzip, chunked")],
            Some(TransferEncoding),
        );
        let chunked = ("Transfer-Encoding", "chunked");
        check(
            Version::HTTP_11,
            &[host, chunked, chunked],
            Some(TransferEncoding),
        );
    }
}
