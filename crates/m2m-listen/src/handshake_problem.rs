//! The reasons why TLS handshakes fail, as few enough words for metrics.

use rustls::{AlertDescription, Error, PeerIncompatible};

/// A reason why a TLS handshake failed. It contains nothing that the caller sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HandshakeProblem {
    /// The caller sent plain HTTP.
    PlainHttp,
    /// The caller sent something that is not a TLS handshake, or a malformed one.
    NotTls,
    /// The caller supports no version of TLS that this listener supports.
    VersionUnsupported,
    /// The caller and this listener have no cipher suite, group or signature algorithm in common.
    NoSharedCipher,
    /// The caller offers only application protocols (ALPN) that this listener does not speak.
    NoSharedProtocol,
    /// The caller does not trust the authority that signed the certificate: it sent the alert `unknown_ca`.
    UnknownAuthority,
    /// The caller considers the certificate invalid, for example for another name: it sent the alert `bad_certificate`.
    BadCertificate,
    /// The certificate has expired for the caller: it sent the alert `certificate_expired`.
    CertificateExpired,
    /// The caller rejects the certificate without a more exact reason: it sent the alert `certificate_unknown`, or a rarer one about certificates.
    CertificateUnknown,
    /// The caller could not verify a signature, for example because it trusts another certificate of the same name: it sent the alert `decrypt_error`.
    DecryptError,
    /// The caller sent another alert.
    OtherAlert,
    /// The caller closed the connection.
    Closed,
    /// The handshake did not end in time.
    Timeout,
    /// The connection broke.
    Broken,
    /// Another reason.
    Other,
}

impl HandshakeProblem {
    /// All reasons, in their order.
    pub const ALL: &'static [Self] = &[
        Self::PlainHttp,
        Self::NotTls,
        Self::VersionUnsupported,
        Self::NoSharedCipher,
        Self::NoSharedProtocol,
        Self::UnknownAuthority,
        Self::BadCertificate,
        Self::CertificateExpired,
        Self::CertificateUnknown,
        Self::DecryptError,
        Self::OtherAlert,
        Self::Closed,
        Self::Timeout,
        Self::Broken,
        Self::Other,
    ];

    /// The name of the reason, for logs and metrics. A received alert has its name in RFC 8446, section 6, such as `unknown_ca`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PlainHttp => "plain_http",
            Self::NotTls => "not_tls",
            Self::VersionUnsupported => "version_unsupported",
            Self::NoSharedCipher => "no_shared_cipher",
            Self::NoSharedProtocol => "no_shared_protocol",
            Self::UnknownAuthority => "unknown_ca",
            Self::BadCertificate => "bad_certificate",
            Self::CertificateExpired => "certificate_expired",
            Self::CertificateUnknown => "certificate_unknown",
            Self::DecryptError => "decrypt_error",
            Self::OtherAlert => "other_alert",
            Self::Closed => "closed",
            Self::Timeout => "timeout",
            Self::Broken => "broken",
            Self::Other => "other",
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other errors are rare in the handshake of a server"
    )]
    pub(crate) const fn of(error: &Error) -> Self {
        match error {
            Error::InvalidMessage(_)
            | Error::InappropriateMessage { .. }
            | Error::InappropriateHandshakeMessage { .. }
            | Error::PeerSentOversizedRecord => Self::NotTls,
            Error::PeerIncompatible(
                PeerIncompatible::Tls12NotOffered
                | PeerIncompatible::Tls12NotOfferedOrEnabled
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
                | PeerIncompatible::SupportedVersionsExtensionRequired
                // rustls checks this before the version, and clients without TLS 1.2 do not send it.
                | PeerIncompatible::SignatureAlgorithmsExtensionRequired,
            ) => Self::VersionUnsupported,
            Error::PeerIncompatible(_) => Self::NoSharedCipher,
            Error::NoApplicationProtocol => Self::NoSharedProtocol,
            Error::AlertReceived(alert) => match alert {
                AlertDescription::UnknownCA => Self::UnknownAuthority,
                AlertDescription::BadCertificate => Self::BadCertificate,
                AlertDescription::CertificateExpired => Self::CertificateExpired,
                AlertDescription::CertificateUnknown
                | AlertDescription::CertificateRevoked
                | AlertDescription::UnsupportedCertificate
                | AlertDescription::BadCertificateStatusResponse
                | AlertDescription::AccessDenied => Self::CertificateUnknown,
                AlertDescription::DecryptError => Self::DecryptError,
                AlertDescription::CloseNotify | AlertDescription::UserCanceled => Self::Closed,
                _ => Self::OtherAlert,
            },
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_the_names_differ() {
        let all = HandshakeProblem::ALL;
        assert!(all.is_sorted() && all.windows(2).all(|pair| pair[0] != pair[1]));
        let names: std::collections::BTreeSet<_> = all.iter().map(|own| own.name()).collect();
        assert_eq!(names.len(), all.len());
    }

    #[test]
    fn f9_an_alert_of_the_caller_has_its_name() {
        for (alert, name) in [
            (AlertDescription::UnknownCA, "unknown_ca"),
            (AlertDescription::BadCertificate, "bad_certificate"),
            (AlertDescription::CertificateExpired, "certificate_expired"),
            (AlertDescription::CertificateUnknown, "certificate_unknown"),
            (AlertDescription::CertificateRevoked, "certificate_unknown"),
            (AlertDescription::DecryptError, "decrypt_error"),
            (AlertDescription::IllegalParameter, "other_alert"),
            (AlertDescription::Unknown(200), "other_alert"),
        ] {
            let problem = HandshakeProblem::of(&Error::AlertReceived(alert));
            assert_eq!(problem.name(), name, "{alert:?}");
        }
    }
}
