//! Generated and preset credentials.

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use m2m_authority::registry::{SecretHash, generate_secret};
use m2m_errors::Cause;
use oauth_proto::ClientId;
use zeroize::{Zeroize as _, Zeroizing};

use crate::Randomness;
use crate::randomness::bytes;

/// Generated credentials. They are to be shown once: only a hash of the secret is stored.
pub struct GeneratedCredentials {
    /// The name of the application.
    pub application: String,
    /// The client id of the application.
    pub client_id: String,
    secret: Zeroizing<String>,
}

/// The reason why preset credentials cannot be those of a management application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPreset {
    /// The client id is invalid.
    #[error(
        "a client id must be 1 to 256 visible ASCII characters other than %, + and :, and must not be . or .."
    )]
    ClientId,
    /// The secret is too short, so that it could be guessed.
    #[error(
        "the secret must have at least {} characters, but has {characters}",
        PresetCredentials::MIN_SECRET_CHARACTERS
    )]
    SecretTooShort {
        /// The number of characters that the secret has.
        characters: usize,
    },
    /// The secret contains a control character, or white space at its beginning or end, such as a line break of the file that it was read from.
    #[error(
        "the secret must not contain control characters such as line breaks, and must not begin or end with whitespace"
    )]
    SecretUnclean,
}

impl InvalidPreset {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::ClientId | Self::SecretTooShort { .. } | Self::SecretUnclean => {
                Cause::PresetCredentialsInvalid
            }
        }
    }
}

impl GeneratedCredentials {
    /// Generates a secret for this application.
    #[must_use]
    pub fn new(application: &str, client_id: &str, randomness: &mut dyn Randomness) -> Self {
        let mut random: [u8; 32] = bytes(randomness);
        let secret = generate_secret(&random);
        random.zeroize();
        Self {
            application: application.to_owned(),
            client_id: client_id.to_owned(),
            secret,
        }
    }

    /// Returns the secret itself.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.secret
    }

    /// Returns the hash of the secret, which is stored.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(self.secret.as_bytes())
    }
}

impl fmt::Debug for GeneratedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratedCredentials")
            .field("application", &self.application)
            .field("client_id", &self.client_id)
            .field("secret", &"[redacted]")
            .finish()
    }
}

/// Credentials that an operator chose for the first application that manages a server.
pub struct PresetCredentials {
    client_id: Box<str>,
    hash: SecretHash,
}

impl PresetCredentials {
    /// The minimum length of a secret. Unit: characters. There is no slow hash to compensate for a shorter one, and 32 characters of a password
    /// generator have more than 128 bits.
    pub const MIN_SECRET_CHARACTERS: usize = 32;

    /// Checks these credentials. Only the hash of the secret is kept.
    ///
    /// # Errors
    ///
    /// [`InvalidPreset`] if the client id is invalid, or the secret is too short or contains characters that look like a mistake.
    pub fn new(client_id: &str, secret: &str) -> Result<Self, InvalidPreset> {
        if ClientId::parse(client_id).is_err() || matches!(client_id, "." | "..") {
            return Err(InvalidPreset::ClientId);
        }
        if secret.contains(char::is_control) || secret.trim() != secret {
            return Err(InvalidPreset::SecretUnclean);
        }
        let characters = secret.chars().count();
        if characters < Self::MIN_SECRET_CHARACTERS {
            return Err(InvalidPreset::SecretTooShort { characters });
        }
        Ok(Self {
            client_id: client_id.into(),
            hash: SecretHash::of(secret.as_bytes()),
        })
    }

    /// Returns the client id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) const fn hash(&self) -> SecretHash {
        self.hash
    }
}

impl fmt::Debug for PresetCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresetCredentials")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Generates a client id: 128 random bits as base64url. It does not begin with a hyphen, because a shell command would take it for an option.
pub(crate) fn generate_client_id(randomness: &mut dyn Randomness) -> String {
    let mut random = bytes::<16>(randomness);
    if let [first, ..] = &mut random
        && *first >> 2 == HYPHEN
    {
        *first ^= 0x80;
    }
    URL_SAFE_NO_PAD.encode(random)
}

/// The value of the six bits that a hyphen encodes in base64url (RFC 4648, section 5).
const HYPHEN: u8 = 62;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_client_id_looks_like_an_option() {
        for byte in 0..=u8::MAX {
            let client_id = generate_client_id(&mut |into: &mut [u8]| into.fill(byte));
            assert!(!client_id.starts_with('-'), "{client_id}");
            assert_eq!(client_id.len(), 22);
            assert!(ClientId::parse(&client_id).is_ok());
        }
    }
}
