//! How much a stranger may send.

use m2m_jwt::Limits;

/// The longest `Authorization` header with a token in it. Unit: bytes.
///
/// As long as the longest token that [`m2m_jwt`] reads, and the word `Bearer` before it.
pub const MAX_AUTHORIZATION_BYTES: usize = Limits::DEFAULT.max_token_bytes + "Bearer ".len();

/// The limits of the header.
pub(crate) const HEADER: oauth_proto::Limits = oauth_proto::Limits {
    max_header_bytes: MAX_AUTHORIZATION_BYTES,
    ..oauth_proto::Limits::DEFAULT
};
