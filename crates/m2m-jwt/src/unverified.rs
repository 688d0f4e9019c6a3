//! Decoded tokens that have not been verified.

use core::fmt;

use crate::base64url;
use crate::claims::Claims;
use crate::error::InvalidToken;
use crate::expectations::ClaimForms;
use crate::header::Header;
use crate::limits::Limits;

/// A token in compact serialization, decoded, and not to be trusted.
///
/// Header, payload and signature share one buffer; the values that are read from the token later borrow from it.
/// [`verify()`](crate::verify()) turns it into [`Verified`](crate::Verified) claims; the other methods are for displaying the content of a
/// token.
///
/// Source: [RFC 7515, sections 3.1 and 5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2).
///
/// ```
/// use m2m_jwt::{InvalidToken, Limits, Unverified};
///
/// let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-\
///              09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
/// let unverified = Unverified::parse(token, &Limits::DEFAULT)?;
/// assert_eq!(unverified.header()?.algorithm(), "EdDSA");
/// assert_eq!(unverified.payload(), b"Example of Ed25519 signing");
/// # Ok::<(), InvalidToken>(())
/// ```
pub struct Unverified<'t> {
    /// Header and payload as they are signed: the token up to its second dot.
    signing_input: &'t [u8],
    /// Header, payload and signature, decoded, one after the other.
    decoded: Vec<u8>,
    header_end: usize,
    payload_end: usize,
    limits: Limits,
}

impl<'t> Unverified<'t> {
    /// Decodes a token: three parts, each base64url.
    ///
    /// # Errors
    /// - [`InvalidToken::TooLong`] ([`Cause::TokenTooLong`](m2m_errors::Cause)).
    /// - [`InvalidToken::NotCompact`] unless there are exactly two dots ([`Cause::TokenMalformed`](m2m_errors::Cause)).
    /// - [`InvalidToken::Encoding`] ([`Cause::TokenMalformed`](m2m_errors::Cause)).
    pub fn parse<T: AsRef<[u8]> + ?Sized>(
        token: &'t T,
        limits: &Limits,
    ) -> Result<Self, InvalidToken> {
        let token = token.as_ref();
        if token.len() > limits.max_token_bytes {
            return Err(InvalidToken::TooLong {
                limit: limits.max_token_bytes,
            });
        }
        let text = core::str::from_utf8(token).map_err(|_| InvalidToken::Encoding)?;
        let (header, rest) = text.split_once('.').ok_or(InvalidToken::NotCompact)?;
        let (payload, signature) = rest.rsplit_once('.').ok_or(InvalidToken::NotCompact)?;
        // Another dot is not a base64url character either, but this error distinguishes a JWE from a wrong character.
        if payload.contains('.') {
            return Err(InvalidToken::NotCompact);
        }
        let signing_input = token
            .get(..header.len() + 1 + payload.len())
            .unwrap_or_default();
        let mut decoded = vec![0; base64url::decoded_length(token.len())];
        let mut end = 0;
        let mut decode = |part: &str| {
            let space = decoded.get_mut(end..).unwrap_or_default();
            end += base64url::decode_into(part.as_bytes(), space)
                .map_err(|_| InvalidToken::Encoding)?;
            Ok(end)
        };
        let header_end = decode(header)?;
        let payload_end = decode(payload)?;
        let signature_end = decode(signature)?;
        decoded.truncate(signature_end);
        Ok(Self {
            signing_input,
            decoded,
            header_end,
            payload_end,
            limits: *limits,
        })
    }

    /// Reads the header.
    ///
    /// # Errors
    /// [`InvalidToken::Header`], [`InvalidToken::HeaderMember`] or [`InvalidToken::KeyIdTooLong`] if it cannot be read
    /// ([`Cause::TokenMalformed`](m2m_errors::Cause)).
    pub fn header(&self) -> Result<Header<'_>, InvalidToken> {
        Header::parse(
            self.decoded.get(..self.header_end).unwrap_or_default(),
            &self.limits,
        )
    }

    /// The payload, decoded. Its origin has not been checked.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.decoded
            .get(self.header_end..self.payload_end)
            .unwrap_or_default()
    }

    /// Returns the payload as claims. Their origin has not been checked.
    ///
    /// # Errors
    /// As [`Claims::parse`].
    pub fn unverified_claims(&self) -> Result<Claims<'_>, InvalidToken> {
        self.unverified_claims_in(ClaimForms::Specified)
    }

    /// Returns the payload as claims, with these forms of claims accepted. Their origin has not been checked.
    ///
    /// # Errors
    /// As [`Claims::parse`].
    pub fn unverified_claims_in(&self, forms: ClaimForms) -> Result<Claims<'_>, InvalidToken> {
        Claims::parse_within(self.payload(), forms, &self.limits)
    }

    /// The signature, decoded.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.decoded.get(self.payload_end..).unwrap_or_default()
    }

    /// The bytes that the signature covers.
    #[must_use]
    pub const fn signing_input(&self) -> &'t [u8] {
        self.signing_input
    }
}

/// A token grants access to its bearer, so it is not printed.
impl fmt::Debug for Unverified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unverified([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(token: &str, expected: InvalidToken) {
        assert_eq!(
            Unverified::parse(token, &Limits::DEFAULT).map(|_| ()),
            Err(expected),
            "{token}"
        );
    }

    #[test]
    fn r4_refuses_a_token_without_three_parts() {
        for token in [
            "",
            "e30",
            "e30.e30",
            "e30.e30.AA.AA",
            "e30.e30.AA.AA.AA",
            "...",
            "e30..e30.",
        ] {
            check(token, InvalidToken::NotCompact);
        }
    }

    #[test]
    fn r4_refuses_a_part_that_is_not_base64url() {
        for token in [
            "e30=.e30.AA",
            "e30.e30=.AA",
            "e30.e30.AA==",
            "e31.e30.AA",
            "e30.e30.AB",
            "e 0.e30.AA",
            "e30.e30.AA\n",
            "e30.e3\u{e4}.AA",
        ] {
            check(token, InvalidToken::Encoding);
        }
    }

    #[test]
    fn r16_refuses_an_oversized_token_before_it_is_read() {
        check(
            &".".repeat(16 * 1024 + 1),
            InvalidToken::TooLong { limit: 16 * 1024 },
        );
    }

    #[test]
    fn debug_does_not_contain_the_token() {
        let token = Unverified::parse("e30.e30.AA", &Limits::DEFAULT).unwrap();
        assert_eq!(format!("{token:?}"), "Unverified([redacted])");
    }
}
