#![doc = include_str!("../README.md")]
//!
//! # The items
//!
//! | to | see |
//! |---|---|
//! | start a listener | [`Listener`], [`ListenSettings`], [`Times`], [`ListenError`] |
//! | answer requests | [`Handler`], [`ServiceHandler`] with [`CallerAddress`], [`read_body`] |
//! | choose the responses to refused requests | [`Handler::refuse`], [`Refusal`], [`HttpProblem`] |
//! | speak TLS | [`TlsFiles`], [`Reloader`], [`Validity`], [`TlsError`], [`HandshakeError`], [`HandshakeProblem`] |
//! | run behind a proxy | [`ListenSettings::trusted_proxies`], [`ProxyProtocol`], [`AddressHeader`] |
//! | observe what happens | [`Listener::observed_by`], [`Observer`], [`Closed`] |
//! | serve other streams than TCP | [`Listener::over`], [`Acceptor`] |
//! | open many files | [`raise_limit`] |

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
compile_error!(
    "m2m-listen needs a crypto library for TLS: enable the feature `ring`, which is on by default, or the feature `aws-lc-rs`"
);

mod acceptor;
mod admit;
mod body;
mod connection;
mod connection_state;
mod connection_table;
mod descriptors;
mod error;
mod frame_heads;
mod frame_meter;
#[doc(hidden)]
pub mod fuzzing;
mod handler;
mod handshake_problem;
mod http1;
mod http2;
mod http_problem;
mod interim;
mod listener;
mod observer;
mod origin;
mod proxy_protocol;
mod refusal;
mod settings;
mod sockets;
mod tls;
mod transport;
mod validity;

#[doc(no_inline)]
pub use bytes::Bytes;
#[doc(no_inline)]
pub use http;
#[doc(no_inline)]
pub use http::{Request, Response, StatusCode};
#[doc(no_inline)]
pub use http_body_util::Full;
#[doc(no_inline)]
pub use hyper::body::{Body, Incoming};
#[doc(no_inline)]
pub use hyper::service::{Service, service_fn};
#[doc(no_inline)]
pub use ipnet::IpNet;

pub use acceptor::Acceptor;
pub use admit::AddressHeader;
pub use body::read_body;
pub use descriptors::raise_limit;
pub use error::{FileKind, Found, HandshakeError, ListenError, TlsError};
pub use handler::{CallerAddress, Handler, ServiceHandler};
pub use handshake_problem::HandshakeProblem;
pub use http_problem::HttpProblem;
pub use listener::Listener;
pub use observer::{Closed, Observer};
pub use refusal::Refusal;
pub use settings::{ListenSettings, MAX_CONNECTIONS, MAX_REQUESTS, ProxyProtocol, Times, TlsFiles};
pub use tls::Reloader;
pub use validity::Validity;
