//! The limits on the input of unauthenticated callers.

use m2m_jwt::Limits;
use oauth_proto::MessageLimits;

/// The maximum length of an `Authorization` header with a token, unless the guard has other limits. Unit: bytes.
///
/// It is the maximum length of a token that [`m2m_jwt`] reads, plus the word `Bearer` and a space before it.
pub const MAX_AUTHORIZATION_BYTES: usize = Limits::DEFAULT.max_token_bytes + BEARER_BYTES;

const BEARER_BYTES: usize = "Bearer ".len();

/// Returns the limits of the header, with these limits of the token in it.
pub(crate) const fn of_header(limits: &Limits) -> MessageLimits {
    MessageLimits {
        max_header_bytes: limits.max_token_bytes.saturating_add(BEARER_BYTES),
        ..MessageLimits::DEFAULT
    }
}

/// The maximum length of an issuer or an audience of a token in evidence. Unit: characters.
pub(crate) const MAX_IDENTIFIER_CHARACTERS: usize = 256;

/// The maximum number of audiences of a token in evidence.
pub(crate) const MAX_AUDIENCES: usize = 16;

/// The maximum length of a value of a header parameter in evidence. Unit: characters.
pub(crate) const MAX_PARAMETER_CHARACTERS: usize = 64;
