//! How much of what a server says is kept for people. The answers themselves are bounded by the transport.

/// The longest text for developers that is kept of a refusal. Unit: characters. Providers that put a trace, a time and a
/// link into it stay below.
pub(crate) const MAX_DESCRIPTION_CHARACTERS: usize = 1024;

/// The longest name that is kept: a code, an id, a media type, a token type. Unit: characters. Twice the longest that is
/// registered, and any id that a person would copy.
pub(crate) const MAX_NAME_CHARACTERS: usize = 128;

/// The longest address that is kept. Unit: characters. The length that URLs keep to in practice.
pub(crate) const MAX_URL_CHARACTERS: usize = 2048;

/// How much is shown of an answer that is none of a token endpoint. Unit: characters. Enough to know a proxy by its words.
pub(crate) const MAX_EXCERPT_CHARACTERS: usize = 160;

/// How much of such an answer is looked at. Unit: bytes. A page says what it is in its first lines.
pub(crate) const MAX_EXCERPT_SOURCE_BYTES: usize = 16 * 1024;

/// From here a run of letters and digits in such an answer may be a token, and is not shown. Unit: characters. Shorter than
/// every secret that is random enough, longer than words.
pub(crate) const SUSPICIOUS_WORD_CHARACTERS: usize = 24;

/// From here on a secret is looked for in what a server says. Unit: bytes. A shorter one stands in words by chance, and what is
/// left out of them would tell it.
pub(crate) const MIN_REDACTED_BYTES: usize = 6;
