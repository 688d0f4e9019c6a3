//! Why there is no token: what happened, what leads to it, and what to do.
//!
//! What a server refuses is explained by the catalogue of `m2m-errors`. What goes wrong on the way to a server has no form on
//! the wire, and so no entry there; its causes and fixes stand here, in the same shape.

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
pub use unexpected::{UnexpectedAnswer, UnexpectedBecause};
