#![doc = include_str!("../README.md")]

mod admit;
mod connection;
mod connection_state;
mod connection_table;
mod descriptors;
mod error;
mod frame_meter;
#[doc(hidden)]
pub mod fuzzing;
mod handler;
mod http1;
mod http2;
mod listener;
mod observer;
mod origin;
mod proxy_protocol;
mod refusal;
mod settings;
mod tls;
mod transport;
mod validity;

/// The types of requests and answers.
pub use http;
/// The body of a request, and the trait of bodies.
pub use hyper::body;
/// Address blocks.
pub use ipnet;

pub use admit::AddressHeader;
pub use descriptors::raise_limit;
pub use error::{FileKind, Found, ListenError, TlsError};
pub use handler::{Handler, Refusal};
pub use listener::Listener;
pub use observer::{Closed, Observer, Unobserved};
pub use settings::{ListenSettings, MAX_CONNECTIONS, MAX_REQUESTS, ProxyProtocol, Times, TlsFiles};
pub use tls::Reloader;
pub use validity::Validity;
