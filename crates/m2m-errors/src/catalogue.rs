//! The texts: one file per topic, one constant per entry.

pub(crate) mod answer;
pub(crate) mod audience;
pub(crate) mod bearer;
pub(crate) mod certificate;
pub(crate) mod client;
pub(crate) mod codes;
pub(crate) mod concealed;
pub(crate) mod connection;
pub(crate) mod files;
mod forms;
pub(crate) mod http;
mod inside;
pub(crate) mod inspection;
pub(crate) mod key;
pub(crate) mod management;
pub(crate) mod policy;
pub(crate) mod request;
pub(crate) mod scope;
pub(crate) mod server;
pub(crate) mod settings;
pub(crate) mod statuses;
pub(crate) mod store;
pub(crate) mod tls;
pub(crate) mod token;
