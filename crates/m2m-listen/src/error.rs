//! What can go wrong before a listener serves.

use core::net::SocketAddr;
use std::io;
use std::path::PathBuf;

/// A listener cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// The address cannot be had: another program has it, or it is not one of this machine.
    #[error("cannot listen on {address}: {error}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The error of the operating system.
        error: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A certificate or its key cannot be used. No text has a byte of the key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read the {kind} file {}: {error}", path.display())]
    Unreadable {
        /// The kind of file.
        kind: FileKind,
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        error: io::Error,
    },
    /// Users other than the owner and the group may read the key.
    #[error("{} can be read by others, its mode is {mode:03o}", path.display())]
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
    /// The private key is encrypted, and nobody is there to enter a passphrase.
    #[error("the key in {} is encrypted", path.display())]
    EncryptedKey {
        /// The file.
        path: PathBuf,
    },
    /// The key is not that of the first certificate.
    #[error("the key in {} is not that of the certificate in {}", key.display(), cert.display())]
    KeyMismatch {
        /// The file of the certificate.
        cert: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// The certificate is not one that a server can show.
    #[error("the certificate in {} cannot be used: {why}", path.display())]
    UnusableCertificate {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: Box<str>,
    },
    /// The key is of a kind that is not offered.
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

/// A file of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// The content of a file that is not what it should be.
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
    /// DER, which OpenSSL turns into PEM.
    Der,
    /// Something that is not in PEM.
    NotPem,
}

impl core::fmt::Display for Found {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::PrivateKey => "it holds a private key",
            Self::Certificate => "it holds a certificate",
            Self::CertificateRequest => "it holds a request for a certificate, which is not one yet",
            Self::OtherPem => "it holds something else in PEM",
            Self::Der => {
                "it is in DER: `openssl x509 -inform der` and `openssl pkey -inform der` turn it into PEM"
            }
            Self::NotPem => "it is not in PEM",
        })
    }
}
