//! Bounds of the texts of a server that are kept for people. The answers themselves are bounded by the transport.

/// The maximum length of a text for developers that is kept of a refusal. Unit: characters. Providers that put a trace, a time and a link
/// into it stay below.
pub(crate) const MAX_DESCRIPTION_CHARACTERS: usize = 1024;

/// The maximum length of a name that is kept: a code, an id, a media type, a token type. Unit: characters. Twice the longest registered
/// one, and any id that a person would copy.
pub(crate) const MAX_NAME_CHARACTERS: usize = 128;

/// The maximum length of an address that is kept. Unit: characters. The length that URLs keep to in practice.
pub(crate) const MAX_URL_CHARACTERS: usize = 2048;

/// The maximum length of an excerpt of an answer that is not that of a token endpoint. Unit: characters. Enough to
/// recognize a proxy by its words.
pub(crate) const MAX_EXCERPT_CHARACTERS: usize = 160;

/// The length of the part of such an answer that is searched. Unit: bytes. A page shows what it is in its first lines.
pub(crate) const MAX_EXCERPT_SOURCE_BYTES: usize = 16 * 1024;

/// The minimum length of a run of letters and digits in such an answer that may be a token, and is not shown. Unit: characters. Shorter
/// than every secret that is random enough, longer than words.
pub(crate) const SUSPICIOUS_WORD_CHARACTERS: usize = 24;

/// The minimum length of a secret that is redacted in texts of a server. Unit: bytes. A shorter one occurs in words by
/// chance, and the gaps that redaction leaves would reveal it.
pub(crate) const MIN_REDACTED_BYTES: usize = 6;
