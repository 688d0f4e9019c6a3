//! What a caller hands over that cannot be used.

/// The credentials are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCredentials {
    /// There is no client id.
    #[error("the client id is empty")]
    ClientIdEmpty,
    /// There is no secret.
    #[error("the client secret is empty")]
    SecretEmpty,
}

/// The parameter is one that [`AccessTokenRequest`](crate::AccessTokenRequest) writes itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{name} cannot be set as a further parameter")]
#[non_exhaustive]
pub struct ReservedParameter {
    /// The name of the parameter.
    pub name: &'static str,
}

/// The bytes are not CA certificates as PEM.
#[cfg(feature = "hyper")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCaCertificates {
    /// There is no certificate in them.
    #[error("there is no PEM certificate in it: no line says -----BEGIN CERTIFICATE-----")]
    NoCertificate,
    /// A section is cut off, or is not base64.
    #[error("certificate {number} is not PEM: it is cut off, or not base64")]
    NotPem {
        /// Which one, counted from 1.
        number: usize,
    },
    /// A certificate is not X.509.
    #[error("certificate {number} is not an X.509 certificate that can be trusted")]
    NotX509 {
        /// Which one, counted from 1.
        number: usize,
    },
}
