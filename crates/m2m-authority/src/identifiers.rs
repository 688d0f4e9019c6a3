//! Names that are given to a request and to a token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::registry::is_generated_secret;

/// The name under which an answer can be looked up: 128 random bits, made here and never taken from a caller, so that nobody
/// can collide with or bury another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId([u8; 16]);

/// The `jti` of a token (RFC 7519, section 4.1.7) as base64url: 96 random bits, then the mark of the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JwtId([u8; 22]);

/// The mark of an application in the `jti` of its tokens: 32 bits of the SHA-256 of the name of its record.
///
/// A client id can be used again after its application was deleted. By the mark a token of the first application is told from one of the second, without
/// comparing times, which a wrong clock makes meaningless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ApplicationMark([u8; 4]);

/// The name that the caller gave to a request, by `X-Request-Id` or `traceparent`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Box<str>);

impl TraceId {
    /// A name from randomness.
    #[must_use]
    pub const fn from_random(bits: [u8; 16]) -> Self {
        Self(bits)
    }

    /// Its 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The name as text: 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn encode(self) -> TraceIdText {
        let mut text = [0; 32];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            if let [high, low] = pair {
                *high = hex_digit(byte >> 4);
                *low = hex_digit(byte & 0x0f);
            }
        }
        TraceIdText(text)
    }
}

/// A [`TraceId`] as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceIdText([u8; 32]);

impl TraceIdText {
    /// The 32 digits.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "hexadecimal digits are UTF-8")]
    pub const fn as_str(&self) -> &str {
        match core::str::from_utf8(&self.0) {
            Ok(text) => text,
            Err(_) => panic!("hexadecimal digits are UTF-8"),
        }
    }
}

const fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 {
        b'0' + nibble
    } else {
        b'a' + nibble - 10
    }
}

impl core::fmt::Display for TraceId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.encode().as_str())
    }
}

impl core::str::FromStr for TraceId {
    type Err = InvalidTraceId;

    fn from_str(text: &str) -> Result<Self, InvalidTraceId> {
        if text.len() != 32
            || !text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        {
            return Err(InvalidTraceId);
        }
        u128::from_str_radix(text, 16)
            .map(|bits| Self(bits.to_be_bytes()))
            .map_err(|_| InvalidTraceId)
    }
}

/// The text is no trace id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a trace id is 32 lower-case hexadecimal digits")]
pub struct InvalidTraceId;

impl ApplicationMark {
    /// The mark of the application whose record has this name, which is never used again.
    #[must_use]
    pub fn of_record(id: &[u8; 16]) -> Self {
        let [a, b, c, d, ..] = m2m_jwt::sha256(id);
        Self([a, b, c, d])
    }

    /// Returns true if the `jti` is that of a token of the application.
    #[must_use]
    pub fn is_in(self, jwt_id: &str) -> bool {
        let mut text = [b'A'; 6];
        let _ = URL_SAFE_NO_PAD.encode_slice(self.0, &mut text);
        let random_characters = JwtId::CHARACTERS - text.len();
        jwt_id.len() == JwtId::CHARACTERS && jwt_id.as_bytes().split_at(random_characters).1 == text
    }
}

impl JwtId {
    /// The number of characters.
    const CHARACTERS: usize = 22;

    /// A name from randomness, with the mark of an application.
    #[must_use]
    pub fn new(random: [u8; 12], mark: ApplicationMark) -> Self {
        let mut bits = [0; 16];
        let all = random.into_iter().chain(mark.0);
        bits.iter_mut().zip(all).for_each(|(bit, all)| *bit = all);
        Self::from_random(bits)
    }

    /// A name from randomness alone, for tokens of applications that have no record.
    #[must_use]
    pub fn from_random(bits: [u8; 16]) -> Self {
        let mut text = [b'A'; 22];
        // 16 bytes are 22 characters of base64url, always.
        let _ = URL_SAFE_NO_PAD.encode_slice(bits, &mut text);
        Self(text)
    }

    /// The 22 characters.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "base64url is UTF-8")]
    pub const fn as_str(&self) -> &str {
        match core::str::from_utf8(&self.0) {
            Ok(text) => text,
            Err(_) => panic!("base64url is UTF-8"),
        }
    }
}

impl RequestId {
    /// The longest one that is echoed. Unit: bytes.
    pub const MAX_BYTES: usize = 128;

    /// A name that is short and clean enough to be echoed and stored: 1 to 128 bytes of `[A-Za-z0-9._:/+=@-]`.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let clean = |byte: &u8| byte.is_ascii_alphanumeric() || b"._:/+=@-".contains(byte);
        if value.is_empty() || value.len() > Self::MAX_BYTES || !value.iter().all(clean) {
            return None;
        }
        // Whoever puts a secret there by mistake does not find it in the log.
        core::str::from_utf8(value)
            .ok()
            .filter(|text| !is_generated_secret(text))
            .map(|text| Self(text.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::str::FromStr for RequestId {
    type Err = InvalidRequestId;

    fn from_str(text: &str) -> Result<Self, InvalidRequestId> {
        Self::parse(text.as_bytes()).ok_or(InvalidRequestId)
    }
}

/// The text is not a name that is echoed and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a request id is 1 to {} bytes of letters, digits and ._:/+=@-, and not a secret",
    RequestId::MAX_BYTES
)]
pub struct InvalidRequestId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_id_is_read_back() {
        let id = TraceId::from_random([0x01, 0x23, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xa9]);
        assert_eq!(id.to_string(), "0123ff000000000000000000000000a9");
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in [
            "",
            "0123",
            "0123FF000000000000000000000000A9",
            "+123ff000000000000000000000000a9",
        ] {
            assert_eq!(wrong.parse::<TraceId>(), Err(InvalidTraceId), "{wrong}");
        }
    }

    #[test]
    fn f12_a_jwt_id_has_the_mark_of_its_application() {
        let [one, two] = [[1; 16], [2; 16]].map(|id| ApplicationMark::of_record(&id));
        for random in [[0; 12], [0xff; 12]] {
            let jwt_id = JwtId::new(random, one);
            assert!(one.is_in(jwt_id.as_str()));
            assert!(!two.is_in(jwt_id.as_str()));
        }
        for other in [
            "",
            "AAAAAA",
            "\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}",
        ] {
            assert!(!one.is_in(other), "{other}");
        }
    }

    #[test]
    fn a_jwt_id_is_base64url_of_its_bits() {
        assert_eq!(
            JwtId::from_random([0; 16]).as_str(),
            "AAAAAAAAAAAAAAAAAAAAAA"
        );
        assert_eq!(
            JwtId::from_random([0xff; 16]).as_str(),
            "_____________________w"
        );
    }

    #[test]
    fn x20_only_a_clean_request_id_is_kept() {
        assert_eq!(RequestId::parse(b"req-1.2").unwrap().as_str(), "req-1.2");
        for unclean in [
            &b""[..],
            b"a b",
            b"a\r\nSet-Cookie: x",
            b"\xff",
            &[b'a'; 129],
        ] {
            assert_eq!(RequestId::parse(unclean), None);
        }
        let secret = crate::registry::generate_secret(&[7; 32]);
        assert_eq!(RequestId::parse(secret.as_bytes()), None);
    }
}
