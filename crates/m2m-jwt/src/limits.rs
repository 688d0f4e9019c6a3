//! Bounds on what a stranger sends.

/// Bounds on a token, checked before anything in it is used.
///
/// The defaults leave room for any token that fits into the header fields that common servers accept.
///
/// Exhaustive, so that a literal can name some limits and take the others from [`Limits::DEFAULT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest token. Unit: bytes. Default: 16,384, the largest header block that common HTTP servers take.
    pub max_token_bytes: usize,
    /// The longest key id in a header. Unit: bytes, unescaped. Default: 256; a thumbprint has 43.
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

/// The longest access token that is made. Unit: bytes.
///
/// A quarter less than [`Limits::max_token_bytes`], because a token travels in a header field, and many servers, this product's included, take 16 KiB of
/// header fields in all.
pub const MAX_ISSUED_TOKEN_BYTES: usize = 12 * 1024;

/// How deep objects and arrays may stand within each other. Enough for a JWK within a claim within a claim; recursion is bounded by it.
pub const MAX_JSON_DEPTH: usize = 16;

/// How many members all the objects that enclose one place may have together.
/// It bounds the search for duplicates; tokens with more claims than that do not fit into a header field.
pub const MAX_JSON_MEMBERS: usize = 256;

/// The longest key id in a key. Unit: bytes.
pub const MAX_KEY_ID_BYTES: usize = 256;

/// The longest JWK. Unit: bytes. A private RSA key of 4096 bits with a certificate chain has about 10,000.
pub const MAX_JWK_BYTES: usize = 64 * 1024;

/// The longest JWK set. Unit: bytes.
pub const MAX_JWK_SET_BYTES: usize = 512 * 1024;

/// The most keys in a JWK set.
pub const MAX_JWK_SET_KEYS: usize = 256;

/// The longest PEM text. Unit: bytes.
pub const MAX_PEM_BYTES: usize = 64 * 1024;

/// How many keys are tried on one token at most. Only keys without a key id, or tokens without one, make several fit; each trial
/// costs a verification, which a stranger must not be able to multiply.
pub const MAX_KEY_TRIALS: usize = 8;
