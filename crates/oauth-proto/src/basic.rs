//! HTTP Basic, with the readings that existing clients need.

use core::fmt;
use std::borrow::Cow;

use base64::{DecodeError, Engine, engine::general_purpose::STANDARD};

use crate::{
    InvalidBasicCredentials, MessageLimits,
    form::{decode, push_encoded},
    scheme,
};

/// The client id and the secret of an `Authorization: Basic` header.
///
/// RFC 6749 requires both to be form-encoded before they are joined by a colon, and half of the clients do it. So each part is read
/// form-decoded; the raw reading is used if decoding fails, and in addition for the secret, where both may be meant ([`SecretReadings`]).
/// The base64 is the standard alphabet with canonical padding and no bits left over: clients pad, and one spelling of a credential is
/// enough.
///
/// Source: RFC 6749, section 2.3.1, <https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1>; RFC 7617, section 2.
///
/// ```
/// use oauth_proto::{BasicCredentials, MessageLimits};
///
/// let header = BasicCredentials::write("my.app/service", "s3 cr3t");
/// let credentials = BasicCredentials::parse(header.as_bytes(), &MessageLimits::DEFAULT)?;
/// assert_eq!(credentials.client_id(), "my.app/service");
/// assert_eq!(credentials.secret().decoded, Some("s3 cr3t"));
/// assert_eq!(credentials.secret().raw, "s3+cr3t");
/// # Ok::<(), oauth_proto::InvalidBasicCredentials>(())
/// ```
#[derive(Clone)]
pub struct BasicCredentials {
    /// Id and secret as they were joined, which is all that most clients need.
    joined: String,
    /// The offset of the colon between them.
    colon: usize,
    /// The id form-decoded, where it differs.
    decoded_client_id: Option<String>,
    /// The secret form-decoded, where it differs.
    decoded_secret: Option<String>,
}

/// The one or two secrets that a Basic header may mean. `Debug` shows neither.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct SecretReadings<'a> {
    /// The secret as sent after the colon, for clients that do not encode it.
    pub raw: &'a str,
    /// The secret form-decoded, where that is possible and differs from `raw`.
    pub decoded: Option<&'a str>,
}

impl BasicCredentials {
    /// Reads the value of an `Authorization` header.
    ///
    /// The scheme is matched in any case; the id ends at the first colon.
    ///
    /// # Errors
    /// - [`InvalidBasicCredentials::OtherScheme`] (cause `authentication-scheme-unsupported`);
    /// - [`InvalidBasicCredentials::BrokenBase64`], [`InvalidBasicCredentials::NotUtf8`],
    ///   [`InvalidBasicCredentials::ColonMissing`] (`basic-malformed`);
    /// - [`InvalidBasicCredentials::TooLong`] (`headers-too-large`).
    pub fn parse(
        header_value: &[u8],
        limits: &MessageLimits,
    ) -> Result<Self, InvalidBasicCredentials> {
        if header_value.len() > limits.max_header_bytes {
            return Err(InvalidBasicCredentials::TooLong);
        }
        let Some((offset, encoded)) = scheme::credentials_of(header_value, "Basic") else {
            return Err(InvalidBasicCredentials::OtherScheme);
        };
        let joined = STANDARD.decode(encoded).map_err(|error| {
            let within = match error {
                DecodeError::InvalidByte(within, _) => within,
                DecodeError::InvalidLastSymbol { offset, .. } => offset,
                DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => encoded.len(),
            };
            InvalidBasicCredentials::BrokenBase64 {
                offset: offset + within,
            }
        })?;
        let joined = String::from_utf8(joined).map_err(|_| InvalidBasicCredentials::NotUtf8)?;
        let (client_id, secret) = joined
            .split_once(':')
            .ok_or(InvalidBasicCredentials::ColonMissing)?;
        Ok(Self {
            colon: client_id.len(),
            decoded_client_id: Self::other_reading(client_id),
            decoded_secret: Self::other_reading(secret),
            joined,
        })
    }

    /// Returns true if a header value has the scheme Basic and authenticates nothing: the client id and the secret are both empty (`Basic Og==`),
    /// or there are no credentials at all. Libraries send such a header if they have no credentials for it.
    #[must_use]
    pub fn is_empty_header(header_value: &[u8]) -> bool {
        let credentials = scheme::credentials_of(header_value, "Basic");
        matches!(credentials, Some((_, b"" | b"Og==")))
    }

    /// Returns the part form-decoded, if that is possible and the result differs.
    fn other_reading(part: &str) -> Option<String> {
        match decode(part) {
            Ok(Cow::Owned(decoded)) if decoded != part => Some(decoded),
            Ok(Cow::Owned(_) | Cow::Borrowed(_)) | Err(_) => None,
        }
    }

    /// The client id, form-decoded where that is possible. It can be any text: [`ClientId`](crate::ClientId) checks whether it is a client
    /// id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        let raw = || self.joined.get(..self.colon).unwrap_or_default();
        self.decoded_client_id.as_deref().unwrap_or_else(raw)
    }

    /// The secret in both readings. A caller that checks it tries both where there are two, for unknown clients as
    /// well.
    #[must_use]
    pub fn secret(&self) -> SecretReadings<'_> {
        SecretReadings {
            raw: self.joined.get(self.colon + 1..).unwrap_or_default(),
            decoded: self.decoded_secret.as_deref(),
        }
    }

    /// Returns the header value for a client id and a secret, both form-encoded as RFC 6749 requires.
    #[must_use]
    pub fn write(client_id: &str, secret: &str) -> String {
        let mut joined = String::with_capacity(client_id.len() + secret.len() + 1);
        push_encoded(&mut joined, client_id);
        joined.push(':');
        push_encoded(&mut joined, secret);
        let mut value = String::from("Basic ");
        STANDARD.encode_string(joined, &mut value);
        value
    }
}

impl fmt::Debug for BasicCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicCredentials")
            .field("client_id", &self.client_id())
            .field("secret", &self.secret())
            .finish()
    }
}

impl fmt::Debug for SecretReadings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
