//! The address of a caller behind a proxy: the PROXY protocol, and header fields.

use m2m_listen::{AddressHeader, Closed, HttpProblem, ListenSettings, ProxyProtocol};
use tokio::io::AsyncWriteExt as _;
use tokio::time::Instant;

use crate::support::{PROXY, Server, assert_took, exchange, get, rest};

/// The header of version 1.
const VERSION_1: &[u8] = b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n";

/// The header of version 2, for IPv4.
const VERSION_2: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\xc6\x33\x64\x01\xdc\x04\x01\xbb";

fn behind_a_proxy(settings: &mut ListenSettings) {
    settings.trusted_proxies = vec![PROXY.into()];
    settings.proxy_protocol = ProxyProtocol::Required;
}

#[tokio::test(start_paused = true)]
async fn the_proxy_protocol_states_the_address() {
    let server = Server::start(behind_a_proxy);
    for header in [VERSION_1, VERSION_2] {
        let bytes = [header, get("/", "").as_bytes()].concat();
        let answer = exchange(server.connect_from(PROXY), &bytes).await;
        assert!(answer.ends_with("\r\n\r\n192.0.2.7"), "{answer}");
        // In pieces, as slow networks have it.
        let mut stream = server.connect_from(PROXY);
        for byte in bytes {
            stream.write_all(&[byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        let answer = rest(stream).await;
        assert!(answer.ends_with("\r\n\r\n192.0.2.7"), "{answer}");
    }
    // The proxy itself, which checks that the server is there.
    let bytes = [b"PROXY UNKNOWN\r\n", get("/", "").as_bytes()].concat();
    let answer = exchange(server.connect_from(PROXY), &bytes).await;
    assert!(answer.ends_with("\r\n\r\n10.0.0.1"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_proxy_without_its_header_is_refused() {
    let server = Server::start(behind_a_proxy);
    for bytes in [
        &*get("/", ""),
        "PROXY TCP4 192.0.2.256 198.51.100.1 1 2\r\n",
    ] {
        let answer = exchange(server.connect_from(PROXY), bytes).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        let problem = HttpProblem::ProxyHeaderMissing;
        assert!(answer.ends_with(problem.as_str()), "{answer}");
    }
    let closed = server.report.until_closed(2).await;
    assert_eq!(closed, [Closed::ProxyHeader; 2]);
    let began = Instant::now();
    let mut late = server.connect_from(PROXY);
    late.write_all(b"PROXY TCP4 ").await.unwrap();
    assert_eq!(rest(late).await, "");
    assert_took(began, std::time::Duration::from_secs(10));
    let closed = server.report.until_closed(3).await;
    assert_eq!(closed, [Closed::ProxyHeader; 3]);
}

#[tokio::test(start_paused = true)]
async fn x16_an_untrusted_peer_does_not_state_its_address() {
    let server = Server::start(behind_a_proxy);
    let bytes = [VERSION_1, get("/", "").as_bytes()].concat();
    let answer = server.send(bytes).await;
    let problem = HttpProblem::ProxyHeaderUnexpected;
    assert!(answer.ends_with(problem.as_str()), "{answer}");
    let answer = server.send(get("/", "")).await;
    assert!(answer.ends_with("\r\n\r\n192.0.2.1"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn x16_a_header_field_is_used_from_a_trusted_proxy_only() {
    for (header, field) in [
        (AddressHeader::Forwarded, "forwarded: for=192.0.2.7\r\n"),
        (
            AddressHeader::XForwardedFor,
            "x-forwarded-for: 192.0.2.7\r\n",
        ),
    ] {
        let server = Server::start(|settings| {
            settings.trusted_proxies = vec![PROXY.into()];
            settings.address_header = Some(header);
        });
        let answer = exchange(server.connect_from(PROXY), get("/", field)).await;
        assert!(answer.ends_with("\r\n\r\n192.0.2.7"), "{answer}");
        let answer = server.send(get("/", field)).await;
        assert!(answer.ends_with("\r\n\r\n192.0.2.1"), "{answer}");
        let wrong = field.replace("192.0.2.7", "unknown");
        let wrong = exchange(server.connect_from(PROXY), get("/", &wrong)).await;
        assert!(wrong.starts_with("HTTP/1.1 400 "), "{wrong}");
    }
}

/// HAProxy with `option forwardfor` adds a line, whatever its caller has sent.
#[tokio::test(start_paused = true)]
async fn f5_x16_the_line_that_a_proxy_adds_to_that_of_its_caller_is_used() {
    for (header, lines) in [
        (
            AddressHeader::XForwardedFor,
            [
                "x-forwarded-for: lies\r\n",
                "x-forwarded-for: 192.0.2.7\r\n",
            ],
        ),
        (
            AddressHeader::Forwarded,
            ["forwarded: for=lies\r\n", "forwarded: for=192.0.2.7\r\n"],
        ),
    ] {
        let server = Server::start(|settings| {
            settings.trusted_proxies = vec![PROXY.into()];
            settings.address_header = Some(header);
        });
        let [of_caller, of_proxy] = lines;
        let both = get("/", &[of_caller, of_proxy].concat());
        let answer = exchange(server.connect_from(PROXY), both).await;
        assert!(answer.ends_with("\r\n\r\n192.0.2.7"), "{answer}");
        let swapped = get("/", &[of_proxy, of_caller].concat());
        let answer = exchange(server.connect_from(PROXY), swapped).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn x16_a_header_field_after_the_proxy_protocol_is_used_if_its_peer_is_trusted() {
    let server = Server::start(|settings| {
        behind_a_proxy(settings);
        settings.address_header = Some(AddressHeader::Forwarded);
    });
    let field = "forwarded: for=203.0.113.9\r\n";
    for (peer, expected) in [("10.0.0.1", "203.0.113.9"), ("192.0.2.7", "192.0.2.7")] {
        let header = format!("PROXY TCP4 {peer} 198.51.100.1 56324 443\r\n");
        let bytes = header + &get("/", field);
        let answer = exchange(server.connect_from(PROXY), bytes).await;
        assert!(answer.ends_with(expected), "{answer}");
    }
}
