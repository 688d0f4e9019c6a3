//! The limits on the input of unauthenticated callers.

use m2m_jwt::Limits;

/// The maximum length of an `Authorization` header with a token. Unit: bytes.
///
/// It is the maximum length of a token that [`m2m_jwt`] reads, plus the word `Bearer` and a space before it.
pub const MAX_AUTHORIZATION_BYTES: usize = Limits::DEFAULT.max_token_bytes + "Bearer ".len();

/// The limits of the header.
pub(crate) const HEADER: oauth_proto::MessageLimits = oauth_proto::MessageLimits {
    max_header_bytes: MAX_AUTHORIZATION_BYTES,
    ..oauth_proto::MessageLimits::DEFAULT
};
