//! A small server on the listener, in memory and in a clock that runs ahead: what its callers and its observer see.

#![expect(
    clippy::unwrap_used,
    reason = "what a test takes for granted it may unwrap, in its helpers too"
)]

mod connections;
mod drain;
mod handlers;
mod http2;
mod observer;
mod proxies;
mod requests;
mod support;
mod tcp;
mod times;
mod tls;
