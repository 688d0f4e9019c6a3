//! Failures to reach a server, or to receive its answer.

use core::fmt;

use m2m_errors::{Advice, Cause};

use crate::excerpt::Cleaner;
use crate::limits::{MAX_DESCRIPTION_CHARACTERS, MAX_URL_CHARACTERS};

/// The reason why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError {
    failure: TransportFailure,
    target: String,
    detail: Option<String>,
}

/// A failure on the way to a server and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportFailure {
    /// The address is not an `http` or `https` URL with a host.
    UrlInvalid,
    /// The address is plain http and not on this machine.
    PlainHttp,
    /// The host name cannot be resolved.
    NameUnresolved,
    /// The host refuses the connection: nothing listens at the address.
    ConnectionRefused,
    /// The address cannot be reached, for another reason.
    ConnectFailed,
    /// The connection was not established in time.
    ConnectTimedOut,
    /// The certificate is not signed by an authority that this machine trusts.
    CertificateUntrusted,
    /// The certificate is for other names.
    CertificateNameMismatch,
    /// The certificate has expired, or is not valid yet.
    CertificateNotValidNow,
    /// The certificate is that of an authority, which must not be used as a server certificate.
    CertificateIsCa,
    /// The certificate is not for servers.
    CertificatePurposeMismatch,
    /// The certificate was revoked.
    CertificateRevoked,
    /// The certificate cannot be read.
    CertificateMalformed,
    /// The certificate needs an algorithm or an extension that is not supported.
    CertificateUnsupported,
    /// The certificate is refused for another reason.
    CertificateRejected,
    /// TLS with the server fails for another reason.
    TlsFailed,
    /// The answer was not complete in time.
    TimedOut,
    /// The answer is larger than the limit.
    AnswerTooLarge,
    /// The connection was closed before the answer was complete.
    ConnectionLost,
    /// The bytes of the answer are not HTTP.
    AnswerNotHttp,
    /// Another failure, described by the transport.
    Other,
}

impl TransportError {
    /// Returns a failure on the way to `target`, an address without user, password and query. `detail` is the message of the system or the
    /// library.
    #[must_use]
    pub fn new(failure: TransportFailure, target: &http::Uri, detail: Option<&str>) -> Self {
        let cleaner = Cleaner::without_secret();
        let detail = detail.map(|detail| cleaner.text(detail, MAX_DESCRIPTION_CHARACTERS));
        Self {
            failure,
            target: cleaner.url(&shown(target), MAX_URL_CHARACTERS),
            detail,
        }
    }

    /// The kind of failure.
    #[must_use]
    pub const fn failure(&self) -> TransportFailure {
        self.failure
    }

    /// The address that was called.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The message of the system or a library.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// Returns the same error without the secret of these credentials.
    pub(crate) fn cleaned(self, cleaner: &Cleaner) -> Self {
        let detail = self.detail.as_deref();
        Self {
            failure: self.failure,
            target: cleaner.text(&self.target, MAX_URL_CHARACTERS),
            detail: detail.map(|detail| cleaner.text(detail, MAX_DESCRIPTION_CHARACTERS)),
        }
    }
}

/// The address without user, password and query.
fn shown(target: &http::Uri) -> String {
    let authority = target.authority().map_or("", http::uri::Authority::as_str);
    let host = authority.rsplit('@').next().unwrap_or_default();
    match target.scheme_str() {
        Some(scheme) => format!("{scheme}://{host}{}", target.path()),
        None => format!("{host}{}", target.path()),
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.target, self.failure)?;
        match &self.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for TransportError {}

impl fmt::Display for TransportFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl TransportFailure {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(self) -> Cause {
        match self {
            Self::UrlInvalid => Cause::ServerUrlInvalid,
            Self::PlainHttp => Cause::PlainHttpRefused,
            Self::NameUnresolved => Cause::HostNameUnresolved,
            Self::ConnectionRefused => Cause::ConnectionRefused,
            Self::ConnectFailed => Cause::ConnectionFailed,
            Self::ConnectTimedOut => Cause::ConnectionTimedOut,
            Self::CertificateUntrusted => Cause::CertificateUntrusted,
            Self::CertificateNameMismatch => Cause::CertificateNameMismatch,
            Self::CertificateNotValidNow => Cause::CertificateNotValidNow,
            Self::CertificateIsCa => Cause::CertificateIsCa,
            Self::CertificatePurposeMismatch => Cause::CertificatePurposeMismatch,
            Self::CertificateRevoked => Cause::CertificateRevoked,
            Self::CertificateMalformed => Cause::CertificateMalformed,
            Self::CertificateUnsupported => Cause::CertificateUnsupported,
            Self::CertificateRejected => Cause::CertificateRejected,
            Self::TlsFailed => Cause::TlsFailed,
            Self::TimedOut => Cause::AnswerTimedOut,
            Self::AnswerTooLarge => Cause::AnswerTooLarge,
            Self::ConnectionLost => Cause::ConnectionLost,
            Self::AnswerNotHttp => Cause::AnswerNotHttp,
            Self::Other => Cause::RequestNotSent,
        }
    }

    /// Returns the usual causes, and the fixes.
    #[must_use]
    pub const fn advice(self) -> Advice {
        self.cause().entry().for_caller
    }

    /// Returns true if the next request may be answered: the failure is one of the network, and not of an address or a certificate.
    pub(super) const fn is_temporary(self) -> bool {
        match self {
            Self::NameUnresolved
            | Self::ConnectionRefused
            | Self::ConnectFailed
            | Self::ConnectTimedOut
            | Self::TlsFailed
            | Self::TimedOut
            | Self::ConnectionLost
            | Self::Other => true,
            Self::UrlInvalid
            | Self::PlainHttp
            | Self::CertificateUntrusted
            | Self::CertificateNameMismatch
            | Self::CertificateNotValidNow
            | Self::CertificateIsCa
            | Self::CertificatePurposeMismatch
            | Self::CertificateRevoked
            | Self::CertificateMalformed
            | Self::CertificateUnsupported
            | Self::CertificateRejected
            | Self::AnswerTooLarge
            | Self::AnswerNotHttp => false,
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::UrlInvalid => "the address is not an http or https URL with a host",
            Self::PlainHttp => "plain http would send secrets unencrypted",
            Self::NameUnresolved => "the host name cannot be resolved",
            Self::ConnectionRefused => "no server listens at this address",
            Self::ConnectFailed => "the connection failed",
            Self::ConnectTimedOut => "the connection timed out",
            Self::CertificateUntrusted => {
                "the certificate is not signed by an authority that this machine trusts"
            }
            Self::CertificateNameMismatch => "the certificate is not for this host",
            Self::CertificateNotValidNow => "the certificate has expired or is not valid yet",
            Self::CertificateIsCa => "the server presents a CA certificate as its own",
            Self::CertificatePurposeMismatch => "the certificate is not a server certificate",
            Self::CertificateRevoked => "the certificate was revoked",
            Self::CertificateMalformed => "the certificate cannot be read",
            Self::CertificateUnsupported => {
                "the certificate needs an algorithm or extension that this client does not support"
            }
            Self::CertificateRejected => "the certificate is not accepted",
            Self::TlsFailed => "the TLS handshake failed",
            Self::TimedOut => "the answer was not complete in time",
            Self::AnswerTooLarge => "the answer is larger than any token response or metadata",
            Self::ConnectionLost => "the connection was closed before the answer was complete",
            Self::AnswerNotHttp => "the answer is not HTTP",
            Self::Other => "the request could not be sent",
        }
    }
}
