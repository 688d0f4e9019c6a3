//! The check that a request comes from a program, and not from a page in a browser of the same machine.
//!
//! A page of any site can send requests to loopback. It cannot hide that it does: a browser states the origin of every request that
//! changes something, and sends the name under which the page reached the mock as `Host`, also after DNS rebinding.

use core::net::{IpAddr, Ipv6Addr};

use bytes::Bytes;
use http::{HeaderMap, Request, header};
use oauth_proto::Issuer;

use crate::error::DeniedCaller;

/// The names by which callers may address the mock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hosts {
    /// Loopback addresses and `localhost`, and the host of the issuer.
    Own,
    /// Any name: other machines reach the mock by names that it does not know.
    Any,
}

/// Checks the signs of a browser, and the name by which the caller addresses the mock.
///
/// # Errors
///
/// The header of a page.
pub(crate) fn check(
    request: &Request<Bytes>,
    issuer: &Issuer,
    hosts: Hosts,
) -> Result<(), DeniedCaller> {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) {
        return Err(DeniedCaller::Origin);
    }
    if comes_from_a_page(headers) {
        return Err(DeniedCaller::SecFetchSite);
    }
    let of_target = request
        .uri()
        .authority()
        .map(|authority| authority.as_str());
    let of_header = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = of_target
        .or(of_header)
        .map(without_port)
        .unwrap_or_default();
    let is_own = is_loopback(host) || host_of(issuer).eq_ignore_ascii_case(host);
    match hosts {
        Hosts::Own if !is_own => Err(DeniedCaller::Host),
        Hosts::Own | Hosts::Any => Ok(()),
    }
}

/// True if the host of an issuer is a loopback address or `localhost`.
pub(crate) fn is_at_loopback(issuer: &Issuer) -> bool {
    is_loopback(host_of(issuer))
}

fn host_of(issuer: &Issuer) -> &str {
    let origin = issuer.origin();
    let authority = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    without_port(authority)
}

/// True if a browser states that another page caused the request. `none` is a user who typed the URL.
fn comes_from_a_page(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    site.is_some_and(|site| site != "none")
}

/// Returns the host of `host:port`. An IPv6 address keeps its brackets.
fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => authority,
    }
}

fn is_loopback(host: &str) -> bool {
    let in_brackets = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match in_brackets {
        Some(host) => host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback()),
        None => {
            host.eq_ignore_ascii_case("localhost")
                || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_headers(headers: &[(&str, &str)]) -> Result<(), DeniedCaller> {
        check_at(Hosts::Own, headers)
    }

    fn check_at(hosts: Hosts, headers: &[(&str, &str)]) -> Result<(), DeniedCaller> {
        let issuer = Issuer::parse("http://mock.test:8090/tenant").unwrap();
        let request = Request::post("/mock/reset");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        check(&request.body(Bytes::new()).unwrap(), &issuer, hosts)
    }

    #[test]
    fn programs_that_reach_the_mock_at_loopback_or_at_its_issuer_are_accepted() {
        for host in [
            "127.0.0.1:8090",
            "127.9.9.9",
            "LOCALHOST:1",
            "[::1]:8090",
            "mock.test:8090",
            "Mock.Test",
        ] {
            assert!(check_headers(&[("host", host)]).is_ok(), "{host}");
        }
    }

    #[test]
    fn names_that_a_page_chooses_are_refused() {
        for host in [
            "",
            "rebound.example",
            "rebound.example:8090",
            "127.0.0.1.rebound.example",
            "localhost.rebound.example",
            "192.168.0.1:8090",
            "[2001:db8::1]:8090",
            "::1",
            "mock.test.rebound.example",
        ] {
            let refused = check_headers(&[("host", host)]);
            assert_eq!(refused, Err(DeniedCaller::Host), "{host}");
            assert_eq!(check_at(Hosts::Any, &[("host", host)]), Ok(()), "{host}");
        }
        check_headers(&[]).unwrap_err();
    }

    #[test]
    fn requests_of_pages_are_refused_whatever_their_host() {
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://127.0.0.1:8090"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-origin"),
        ] {
            for hosts in [Hosts::Own, Hosts::Any] {
                let refused = check_at(hosts, &[("host", "127.0.0.1"), (name, value)]);
                assert!(refused.is_err(), "{name}: {value}");
            }
        }
        check_headers(&[("host", "127.0.0.1"), ("sec-fetch-site", "none")]).unwrap();
    }
}
