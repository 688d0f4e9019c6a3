//! The bounds of untrusted input.

/// Bounds on a token, checked before anything in it is used.
///
/// The defaults leave room for the tokens that fit into the header fields that common servers accept. A token with hundreds of roles can fit, and still
/// exceed `max_json_members`: an API that expects such tokens raises it.
///
/// Exhaustive, so that a literal can name some limits and take the others from [`Limits::DEFAULT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The maximum length of a token. Unit: bytes. Default: 16,384, the largest header block that common HTTP servers accept.
    pub max_token_bytes: usize,
    /// The maximum length of a key id in a header. Unit: bytes, unescaped. Default: 256; a thumbprint has 43. Keys of JWK sets have ids of at
    /// most [`MAX_KEY_ID_BYTES`], so a higher limit has an effect only for other implementations of [`VerifySignature`](crate::VerifySignature).
    pub max_key_id_bytes: usize,
    /// The maximum number of members in all the objects that enclose one position of the header or the claims together. Default: 256;
    /// values above 4,096 have the same effect as 4,096, because the search for duplicates takes time with the square of it.
    pub max_json_members: usize,
    /// The maximum nesting depth of objects and arrays in the header or the claims. Default: 16; values above 64 have the same effect as 64,
    /// because it bounds recursion.
    pub max_json_depth: usize,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        max_token_bytes: 16 * 1024,
        max_key_id_bytes: MAX_KEY_ID_BYTES,
        max_json_members: MAX_JSON_MEMBERS,
        max_json_depth: MAX_JSON_DEPTH,
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

/// The maximum nesting depth of objects and arrays, unless [`Limits`] has another one. Enough for a JWK within a claim within a claim; it
/// bounds recursion.
pub const MAX_JSON_DEPTH: usize = 16;

/// The maximum number of members in all the objects that enclose one position together, unless [`Limits`] has another one. It bounds the
/// search for duplicates. A token with more, such as one with 300 roles of a name each, can fit into a header field.
pub const MAX_JSON_MEMBERS: usize = 256;

/// The highest effective [`Limits::max_json_members`].
pub(crate) const MOST_JSON_MEMBERS: usize = 4096;

/// The highest effective [`Limits::max_json_depth`].
pub(crate) const MOST_JSON_DEPTH: usize = 64;

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
