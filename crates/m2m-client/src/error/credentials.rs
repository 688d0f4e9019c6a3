//! The errors of credentials and certificates that a caller passes in.

use m2m_errors::Cause;

/// The credentials cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCredentials {
    /// The client id is empty.
    #[error("the client id is empty")]
    ClientIdEmpty,
    /// The secret is empty.
    #[error("the client secret is empty")]
    SecretEmpty,
}

impl InvalidCredentials {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::ClientIdEmpty | Self::SecretEmpty => Cause::CredentialsMissing,
        }
    }
}

/// The credentials cannot be read now. The next request reads them again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the client secret cannot be read {place}: {reason}")]
pub struct CredentialsUnavailable {
    place: String,
    reason: String,
}

impl CredentialsUnavailable {
    /// Returns an error for a provider of your own. `place` completes "the client secret cannot be read …", as in "from the vault".
    #[must_use]
    pub fn new(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            reason: reason.into(),
        }
    }

    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        Cause::CredentialsMissing
    }
}

/// The parameter is one that [`AccessTokenRequest`](crate::AccessTokenRequest) writes itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the parameter {name} is reserved: it is set automatically")]
#[non_exhaustive]
pub struct ReservedParameter {
    /// The name of the parameter.
    pub name: &'static str,
}

impl ReservedParameter {
    /// Returns the cause in the taxonomy of errors: the request would have the parameter twice.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        Cause::ParameterRepeated
    }
}

/// The bytes are not CA certificates as PEM.
#[cfg(feature = "hyper")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCaCertificates {
    /// The text contains no certificate.
    #[error("there is no certificate in PEM: the line -----BEGIN CERTIFICATE----- is missing")]
    NoCertificate,
    /// A section is truncated, or is not base64.
    #[error("certificate {number} is not valid PEM: it is truncated or is not base64")]
    NotPem {
        /// The number of the certificate, counted from 1.
        number: usize,
    },
    /// A certificate is not X.509.
    #[error("certificate {number} is not a valid X.509 certificate")]
    NotX509 {
        /// The number of the certificate, counted from 1.
        number: usize,
    },
}

#[cfg(feature = "hyper")]
impl InvalidCaCertificates {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::NoCertificate | Self::NotPem { .. } | Self::NotX509 { .. } => {
                Cause::CaCertificatesInvalid
            }
        }
    }
}
