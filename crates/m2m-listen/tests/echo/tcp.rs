//! Real sockets.

use std::future::pending;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use m2m_listen::{Bytes, Full, Incoming, ListenError, ListenSettings, Listener, Request, Response};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{exchange, get};

async fn hello(_: Request<Incoming>, caller: IpAddr) -> Response<Full<Bytes>> {
    Response::new(caller.to_string().into())
}

fn settings() -> ListenSettings {
    ListenSettings::at((Ipv4Addr::LOCALHOST, 0).into())
}

#[tokio::test]
async fn a_request_over_tcp_is_answered() {
    let bound = TcpListener::bind(settings().address).await.unwrap();
    let address = bound.local_addr().unwrap();
    let own = Listener::bind(settings()).await.unwrap();
    assert_ne!(own.address().port(), 0);
    for (address, listener) in [
        (own.address(), own),
        (address, Listener::over(bound, settings()).unwrap()),
    ] {
        tokio::spawn(listener.serve(hello, pending()));
        let stream = TcpStream::connect(address).await.unwrap();
        let answer = exchange(stream, get("/", "")).await;
        assert!(answer.ends_with("\r\n\r\n127.0.0.1"), "{answer}");
    }
}

#[tokio::test]
async fn an_address_in_use_is_an_error_with_the_address_and_the_reason() {
    let bound = Listener::bind(settings()).await.unwrap();
    let taken = bound.address();
    let error = Listener::bind(ListenSettings::at(taken)).await;
    let error = error.unwrap_err();
    assert!(matches!(error, ListenError::Bind { .. }), "{error:?}");
    assert_eq!(error.to_string(), format!("cannot listen on {taken}"));
    let source = std::error::Error::source(&error).unwrap();
    let source = source.downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(source.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn a8_localhost_is_served_at_both_addresses_with_one_port() {
    let listener = Listener::bind(ListenSettings::at_localhost(0))
        .await
        .unwrap();
    let (first, second) = (listener.address(), listener.second_address().unwrap());
    assert_eq!(first.ip(), Ipv4Addr::LOCALHOST);
    assert_eq!(second.ip(), Ipv6Addr::LOCALHOST);
    assert_eq!(first.port(), second.port());
    tokio::spawn(listener.serve(hello, pending()));
    for address in [first, second, first, second] {
        let stream = TcpStream::connect(address).await.unwrap();
        let answer = exchange(stream, get("/", "")).await;
        assert!(
            answer.ends_with(&format!("\r\n\r\n{}", address.ip())),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a8_of_two_addresses_the_one_that_the_machine_has_is_served() {
    // An address for documentation, which no machine has.
    let absent = (Ipv4Addr::new(192, 0, 2, 1), 0).into();
    let present = (Ipv4Addr::LOCALHOST, 0).into();
    for (first, second) in [(absent, present), (present, absent)] {
        let mut settings = ListenSettings::at(first);
        settings.second_address = Some(second);
        let listener = Listener::bind(settings).await.unwrap();
        assert_eq!(listener.address().ip(), Ipv4Addr::LOCALHOST);
        assert_ne!(listener.address().port(), 0);
        assert_eq!(listener.second_address(), None);
    }
    let mut settings = ListenSettings::at(absent);
    settings.second_address = Some(absent);
    let error = Listener::bind(settings).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot listen on 192.0.2.1:0");
}

#[tokio::test]
async fn a8_a_port_that_another_program_has_at_one_of_two_addresses_is_an_error() {
    let other = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.unwrap();
    let taken = other.local_addr().unwrap();
    let error = Listener::bind(ListenSettings::at_localhost(taken.port())).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        format!("cannot listen on {taken}")
    );
}

#[tokio::test]
async fn x17_a_burst_of_connections_waits_to_be_accepted_and_is_not_dropped() {
    let limit = std::fs::read_to_string("/proc/sys/net/core/somaxconn");
    let limit = limit.map_or(128, |limit| limit.trim().parse().unwrap());
    let listener = Listener::bind(settings()).await.unwrap();
    let address = listener.address();
    // No connection is accepted yet. A connection that is dropped is tried again by the operating system after a second.
    let burst: Vec<_> = (0..limit.min(1000))
        .map(|_| std::net::TcpStream::connect_timeout(&address, PROMPT).unwrap())
        .collect();
    tokio::spawn(listener.serve(hello, pending()));
    let last = burst.into_iter().next_back().unwrap();
    last.set_nonblocking(true).unwrap();
    let answer = exchange(TcpStream::from_std(last).unwrap(), get("/", "")).await;
    assert!(answer.ends_with("\r\n\r\n127.0.0.1"), "{answer}");
}

/// Less than the time after which an operating system repeats an attempt to connect.
const PROMPT: Duration = Duration::from_millis(900);
