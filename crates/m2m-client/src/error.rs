//! The reasons why there is no token: what happened, its usual causes, and its fixes.
//!
//! The catalogue of `m2m-errors` explains all of them, refusals by a server and failures on the way to one.

mod credentials;
mod discovery;
mod refused;
mod token;
mod transport;
mod unexpected;

#[cfg(feature = "hyper")]
pub use credentials::InvalidCaCertificates;
pub use credentials::{CredentialsUnavailable, InvalidCredentials, ReservedParameter};
pub use discovery::DiscoveryError;
pub use refused::Refused;
pub use token::TokenError;
pub use transport::{TransportError, TransportFailure};
pub use unexpected::{UnexpectedAnswer, UnexpectedReason};
