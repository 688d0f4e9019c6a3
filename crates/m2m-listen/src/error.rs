//! The errors of a listener.

use core::net::SocketAddr;
use std::io;
use std::path::PathBuf;

use crate::HandshakeProblem;

/// A listener cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// The address cannot be used: another program has it, it does not belong to this machine, or the port needs a privilege.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The error of the operating system.
        #[source]
        error: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A certificate or its key cannot be used. No text contains a byte of the key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read the {kind} file {}", path.display())]
    Unreadable {
        /// The kind of file.
        kind: FileKind,
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        #[source]
        error: io::Error,
    },
    /// Users other than the owner and the group may read the key.
    #[error("{} can be read by other users: its mode is {mode:03o}", path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// The mode of the file.
        mode: u32,
    },
    /// The file has no certificate in PEM.
    #[error("there is no certificate in {}: {found}", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
        /// The content of the file instead.
        found: Found,
    },
    /// A certificate in the file cannot be decoded.
    #[error("{} is damaged: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The error of the decoder.
        why: Box<str>,
    },
    /// The file has no private key in PEM.
    #[error("there is no private key in {}: {found}", path.display())]
    NoPrivateKey {
        /// The file.
        path: PathBuf,
        /// The content of the file instead.
        found: Found,
    },
    /// The private key is encrypted, and a listener does not ask for a passphrase.
    #[error("the key in {} is encrypted", path.display())]
    EncryptedKey {
        /// The file.
        path: PathBuf,
    },
    /// The key does not belong to the first certificate.
    #[error("the key in {} does not belong to the certificate in {}", key.display(), cert.display())]
    KeyMismatch {
        /// The file of the certificate.
        cert: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// The certificate cannot be used by a server.
    #[error("the certificate in {} cannot be used: {why}", path.display())]
    UnusableCertificate {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: Box<str>,
    },
    /// The key is of a kind that is not supported.
    #[error("the key in {} cannot be used: {why}", path.display())]
    UnusableKey {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: Box<str>,
    },
    /// The crypto library cannot be set up.
    #[error("TLS cannot be set up: {why}")]
    Setup {
        /// The reason.
        why: Box<str>,
    },
}

/// A TLS handshake failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The caller speaks plain HTTP, and receives [`Refusal::PlainOnTlsPort`](crate::Refusal::PlainOnTlsPort).
    #[error("the caller sent plain HTTP instead of TLS")]
    PlainHttp,
    /// The handshake did not end within [`Times::opening`](crate::Times::opening).
    #[error("the handshake timed out")]
    Timeout,
    /// The caller closed the connection.
    #[error("the caller closed the connection during the handshake")]
    Closed,
    /// The connection broke.
    #[error("the connection failed during the handshake")]
    Broken {
        /// The error of the operating system.
        #[source]
        error: io::Error,
    },
    /// One side did not accept what the other side sent. A received alert states the reason of the caller, for example that it does not
    /// trust the certificate.
    #[error("TLS failed: {why}")]
    Tls {
        /// The reason, as one of a few.
        problem: HandshakeProblem,
        /// The reason, as rustls states it.
        why: Box<str>,
    },
}

impl HandshakeError {
    /// The reason as one of a few, for metrics.
    #[must_use]
    pub const fn problem(&self) -> HandshakeProblem {
        match self {
            Self::PlainHttp => HandshakeProblem::PlainHttp,
            Self::Timeout => HandshakeProblem::Timeout,
            Self::Closed => HandshakeProblem::Closed,
            Self::Broken { .. } => HandshakeProblem::Broken,
            Self::Tls { problem, .. } => *problem,
        }
    }

    /// Sorts an error of a handshake: one of rustls, the end of the stream, or one of the operating system.
    pub(crate) fn of(error: io::Error) -> Self {
        let inner = error.get_ref();
        if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Self::Tls {
                problem: HandshakeProblem::of(tls),
                why: tls.to_string().into(),
            }
        } else if error.kind() == io::ErrorKind::UnexpectedEof {
            Self::Closed
        } else {
            Self::Broken { error }
        }
    }
}

/// The kind of a file of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileKind {
    /// The certificates.
    Certificate,
    /// The private key.
    Key,
}

impl core::fmt::Display for FileKind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate",
            Self::Key => "key",
        })
    }
}

/// The content of a file that should contain something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// A private key.
    PrivateKey,
    /// A certificate.
    Certificate,
    /// A request for a certificate.
    CertificateRequest,
    /// Something else in PEM.
    OtherPem,
    /// DER, which OpenSSL converts to PEM.
    Der,
    /// Something that is not in PEM.
    NotPem,
}

impl core::fmt::Display for Found {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::PrivateKey => "it contains a private key",
            Self::Certificate => "it contains a certificate",
            Self::CertificateRequest => "it contains a certificate signing request",
            Self::OtherPem => "it contains something else in PEM",
            Self::Der => {
                "it is in DER; convert it to PEM with `openssl x509 -inform der` or `openssl pkey -inform der`"
            }
            Self::NotPem => "it is not in PEM",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn the_error_of_the_operating_system_is_a_source() {
        let broken = || io::Error::from(io::ErrorKind::ConnectionReset);
        let error = HandshakeError::of(broken());
        assert_eq!(
            error.to_string(),
            "the connection failed during the handshake"
        );
        assert_eq!(error.source().unwrap().to_string(), broken().to_string());
    }
}
