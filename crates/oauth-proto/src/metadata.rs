//! The metadata that servers publish about themselves.

mod authorization_server;
mod protected_resource;

pub use authorization_server::{AuthorizationServerMetadata, MtlsEndpointAliases};
pub use protected_resource::ProtectedResourceMetadata;
