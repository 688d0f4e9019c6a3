//! The reasons why there is no token: what happened, its usual causes, and its fixes.
//!
//! Refusals by a server are explained by the catalogue of `m2m-errors`. Failures on the way to a server have no form on
//! the wire, and so no entry there; their causes and fixes are listed here, in the same shape.

mod credentials;
mod discovery;
mod refused;
mod token;
mod transport;
mod unexpected;

#[cfg(feature = "hyper")]
pub use credentials::InvalidCaCertificates;
pub use credentials::{InvalidCredentials, ReservedParameter};
pub use discovery::DiscoveryError;
pub use refused::Refused;
pub use token::TokenError;
pub use transport::{TransportError, TransportFailure};
pub use unexpected::{UnexpectedAnswer, UnexpectedReason};
