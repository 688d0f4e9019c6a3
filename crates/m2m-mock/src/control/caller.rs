//! The check that a control request comes from a test, and not from a page in a browser of the same machine.
//!
//! A page of any site can send requests to loopback. It cannot hide that it does: a browser states the origin of every request that
//! changes something, and sends the name under which the page reached the mock as `Host`, also after DNS rebinding.

use core::net::{IpAddr, Ipv6Addr};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use oauth_proto::Issuer;

use crate::refusal::Refusal;

/// Checks the signs of a browser, and the name by which the caller addresses the mock.
///
/// # Errors
///
/// `access_denied`, with the header that caused it.
pub(super) fn check(request: &Request<Bytes>, issuer: &Issuer) -> Result<(), Refusal> {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) {
        return Err(denied(
            "the header Origin is that of a page in a browser; control the mock from the program that runs the tests",
        ));
    }
    if comes_from_a_page(headers) {
        return Err(denied(
            "the header Sec-Fetch-Site is that of a page in a browser; control the mock from the program that runs the tests",
        ));
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
    let own = issuer
        .origin()
        .split_once("://")
        .map(|(_, host)| without_port(host));
    if is_loopback(host) || own.is_some_and(|own| own.eq_ignore_ascii_case(host)) {
        return Ok(());
    }
    Err(denied(
        "Host is neither a loopback address nor that of the issuer; set issuer in the script to the URL by which tests reach the mock",
    ))
}

/// True if a browser states that another page caused the request. `none` is a user who typed the URL.
fn comes_from_a_page(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    site.is_some_and(|site| site != "none")
}

fn denied(description: &'static str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "access_denied", description)
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

    fn check_headers(headers: &[(&str, &str)]) -> Result<(), Refusal> {
        let issuer = Issuer::parse("http://mock.test:8090/tenant").unwrap();
        let request = Request::post("/mock/reset");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        check(&request.body(Bytes::new()).unwrap(), &issuer)
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
            let refused = check_headers(&[("host", host)]).unwrap_err();
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{host}");
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
            let refused = check_headers(&[("host", "127.0.0.1"), (name, value)]);
            assert!(refused.is_err(), "{name}: {value}");
        }
        check_headers(&[("host", "127.0.0.1"), ("sec-fetch-site", "none")]).unwrap();
    }
}
