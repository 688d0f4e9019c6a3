//! The texts: one file per topic, one constant per entry.

pub(crate) mod audience;
pub(crate) mod bearer;
pub(crate) mod client;
pub(crate) mod codes;
pub(crate) mod concealed;
mod forms;
pub(crate) mod http;
pub(crate) mod key;
pub(crate) mod management;
pub(crate) mod policy;
pub(crate) mod request;
pub(crate) mod scope;
pub(crate) mod server;
pub(crate) mod statuses;
pub(crate) mod tls;
pub(crate) mod token;
