//! The identifier of a client.

use core::fmt;

use crate::InvalidClientId;

/// A client id, such as `billing-job` or `my.trusted.app/service`.
///
/// 1 to 256 bytes of visible ASCII without `%`, `+` and `:`. RFC 6749, appendix A.1 allows any visible character; the
/// three are left out so that an id reads the same form-encoded, form-decoded and raw in a Basic header, and ends at the
/// colon. Compared byte for byte.
///
/// Source: RFC 6749, section 2.2 and appendix A.1, <https://www.rfc-editor.org/rfc/rfc6749#appendix-A.1>.
///
/// ```
/// use oauth_proto::ClientId;
///
/// assert_eq!(ClientId::parse("my.trusted.app/service")?.as_str(), "my.trusted.app/service");
/// assert!(ClientId::parse("a:b").is_err());
/// # Ok::<(), oauth_proto::InvalidClientId>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId<'a>(&'a str);

impl<'a> ClientId<'a> {
    /// The maximum length of a client id. Unit: bytes. RFC 6749, section 2.2 leaves the size undefined; 256 bytes are enough for a
    /// UUID, the URI of a service and generated ids, and bound every key and log line.
    pub const MAX_BYTES: usize = 256;

    /// Reads a client id.
    ///
    /// # Errors
    /// [`InvalidClientId::Empty`], [`InvalidClientId::TooLong`], [`InvalidClientId::ByteRefused`] (cause
    /// `client-id-malformed`).
    pub const fn parse(text: &'a str) -> Result<Self, InvalidClientId> {
        if text.is_empty() {
            return Err(InvalidClientId::Empty);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(InvalidClientId::TooLong);
        }
        let mut rest = text.as_bytes();
        while let [byte, tail @ ..] = rest {
            if !byte.is_ascii_graphic() || matches!(byte, b'%' | b'+' | b':') {
                return Err(InvalidClientId::ByteRefused {
                    offset: text.len() - rest.len(),
                });
            }
            rest = tail;
        }
        Ok(Self(text))
    }

    /// A client id that is written in the source.
    ///
    /// # Panics
    /// If the literal is not a client id: at compile time, in a `const`.
    #[must_use]
    pub const fn from_static(text: &'static str) -> ClientId<'static> {
        match ClientId::parse(text) {
            Ok(client_id) => client_id,
            Err(_) => panic!("the literal is not a client id"),
        }
    }

    /// The text.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> TryFrom<&'a str> for ClientId<'a> {
    type Error = InvalidClientId;

    fn try_from(text: &'a str) -> Result<Self, InvalidClientId> {
        Self::parse(text)
    }
}

impl AsRef<str> for ClientId<'_> {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl fmt::Display for ClientId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_every_byte_of_the_grammar_and_no_other() {
        for code in 0..=0x17Fu32 {
            let character = char::from_u32(code).unwrap();
            let allowed = matches!(code, 0x21..=0x7E) && !"%+:".contains(character);
            assert_eq!(
                ClientId::parse(&character.to_string()).is_ok(),
                allowed,
                "{code:#x}"
            );
        }
    }

    #[test]
    fn refuses_by_length_at_the_limit() {
        assert_eq!(ClientId::parse(""), Err(InvalidClientId::Empty));
        assert!(ClientId::parse(&"a".repeat(256)).is_ok());
        assert_eq!(
            ClientId::parse(&"a".repeat(257)),
            Err(InvalidClientId::TooLong)
        );
    }

    #[test]
    fn the_error_names_the_first_refused_byte() {
        assert_eq!(
            ClientId::parse("ab:c%"),
            Err(InvalidClientId::ByteRefused { offset: 2 })
        );
    }
}
