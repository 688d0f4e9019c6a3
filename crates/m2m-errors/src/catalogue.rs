//! The texts: one file a topic, one constant a cause.

pub(crate) mod bearer;
pub(crate) mod client;
pub(crate) mod decision;
pub(crate) mod http;
pub(crate) mod key;
pub(crate) mod request;
pub(crate) mod server;
