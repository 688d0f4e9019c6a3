//! A small server on the listener, in memory and in a clock that runs ahead: what its callers and its observer see.

#![expect(clippy::unwrap_used, reason = "tests and their helpers may unwrap")]

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
