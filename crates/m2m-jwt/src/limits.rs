//! The bounds of untrusted input.

/// Bounds on a token, checked before anything in it is used.
///
/// The defaults leave room for any token that fits into the header fields that common servers accept.
///
/// Exhaustive, so that a literal can name some limits and take the others from [`Limits::DEFAULT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The maximum length of a token. Unit: bytes. Default: 16,384, the largest header block that common HTTP servers accept.
    pub max_token_bytes: usize,
    /// The maximum length of a key id in a header. Unit: bytes, unescaped. Default: 256; a thumbprint has 43.
    pub max_key_id_bytes: usize,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        max_token_bytes: 16 * 1024,
        max_key_id_bytes: MAX_KEY_ID_BYTES,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The maximum length of an access token that this crate issues. Unit: bytes.
///
/// A quarter less than [`Limits::max_token_bytes`], because a token travels in a header field, and many servers, this product's included, take 16 KiB of
/// header fields in all.
pub const MAX_ISSUED_TOKEN_BYTES: usize = 12 * 1024;

/// The maximum nesting depth of objects and arrays. Enough for a JWK within a claim within a claim; it bounds recursion.
pub const MAX_JSON_DEPTH: usize = 16;

/// The maximum number of members in all the objects that enclose one position together. It bounds the search for duplicates; tokens with
/// more claims do not fit into a header field.
pub const MAX_JSON_MEMBERS: usize = 256;

/// The maximum length of a key id in a key. Unit: bytes.
pub const MAX_KEY_ID_BYTES: usize = 256;

/// The maximum length of a JWK. Unit: bytes. A private RSA key of 4096 bits with a certificate chain has about 10,000.
pub const MAX_JWK_BYTES: usize = 64 * 1024;

/// The maximum length of a JWK set. Unit: bytes.
pub const MAX_JWK_SET_BYTES: usize = 512 * 1024;

/// The maximum number of keys in a JWK set.
pub const MAX_JWK_SET_KEYS: usize = 256;

/// The maximum length of a PEM text. Unit: bytes.
pub const MAX_PEM_BYTES: usize = 64 * 1024;

/// The maximum number of keys that are tried on one token. Several keys match only if keys or tokens lack a key id; each trial costs a
/// verification, which a caller must not be able to multiply.
pub const MAX_KEY_TRIALS: usize = 8;
