//! Real sockets.

use std::future::pending;
use std::net::{IpAddr, Ipv4Addr};

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
