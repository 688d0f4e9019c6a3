//! What can be wrong with the arguments of this crate.

use oauth_proto::InvalidIssuer;

/// The values are none of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAuthority {
    /// The issuer identifier is none (RFC 8414, section 2).
    #[error("the issuer is not an issuer identifier: {0}")]
    Issuer(InvalidIssuer),
}
