//! The words of programs that could not reach a server.

use m2m_errors::Cause;

use super::Meaning;
use crate::connection;

/// Markers in lower case, the most exact first.
pub(super) const KNOWN: &[(&str, Meaning)] = &[
    (
        "certificate has expired",
        Meaning::Cause(Cause::CertificateNotValidNow),
    ),
    (
        "certificate is not yet valid",
        Meaning::Cause(Cause::CertificateNotValidNow),
    ),
    (
        "cert_has_expired",
        Meaning::Cause(Cause::CertificateNotValidNow),
    ),
    (
        "no alternative certificate subject name",
        Meaning::Cause(Cause::CertificateNameMismatch),
    ),
    (
        "subject name does not match",
        Meaning::Cause(Cause::CertificateNameMismatch),
    ),
    (
        "hostname mismatch",
        Meaning::Cause(Cause::CertificateNameMismatch),
    ),
    (
        "err_tls_cert_altname_invalid",
        Meaning::Cause(Cause::CertificateNameMismatch),
    ),
    ("curl: (51)", Meaning::Cause(Cause::CertificateNameMismatch)),
    (
        "ssl certificate problem",
        Meaning::Cause(Cause::CertificateUntrusted),
    ),
    ("curl: (60)", Meaning::Cause(Cause::CertificateUntrusted)),
    (
        "certificate_verify_failed",
        Meaning::Cause(Cause::CertificateUntrusted),
    ),
    (
        "self-signed certificate",
        Meaning::Cause(Cause::CertificateUntrusted),
    ),
    (
        "self signed certificate",
        Meaning::Cause(Cause::CertificateUntrusted),
    ),
    (
        "unable to get local issuer certificate",
        Meaning::Cause(Cause::CertificateUntrusted),
    ),
    (
        "depth_zero_self_signed_cert",
        Meaning::Cause(Cause::CertificateUntrusted),
    ),
    (
        "unable to verify the first certificate",
        Meaning::Cause(Cause::CertificateUntrusted),
    ),
    (
        "x509: certificate signed by unknown authority",
        Meaning::Cause(Cause::CertificateUntrusted),
    ),
    (
        "pkix path building failed",
        Meaning::Cause(Cause::CertificateUntrusted),
    ),
    ("wrong version number", Meaning::Cause(Cause::TlsFailed)),
    ("curl: (35)", Meaning::Cause(Cause::TlsFailed)),
    ("handshake failure", Meaning::Cause(Cause::TlsFailed)),
    ("tlsv1 alert", Meaning::Cause(Cause::TlsFailed)),
    (
        "curl: (58)",
        Meaning::Connection(&connection::CLIENT_CERTIFICATE),
    ),
    ("curl: (7)", Meaning::Cause(Cause::ConnectionRefused)),
    (
        "connection refused",
        Meaning::Cause(Cause::ConnectionRefused),
    ),
    ("econnrefused", Meaning::Cause(Cause::ConnectionRefused)),
    (
        "could not resolve proxy",
        Meaning::Connection(&connection::PROXY),
    ),
    ("curl: (5)", Meaning::Connection(&connection::PROXY)),
    (
        "from proxy after connect",
        Meaning::Connection(&connection::PROXY),
    ),
    ("curl: (97)", Meaning::Connection(&connection::PROXY)),
    (
        "proxy authentication required",
        Meaning::Connection(&connection::PROXY),
    ),
    ("curl: (6)", Meaning::Cause(Cause::HostNameUnresolved)),
    (
        "could not resolve host",
        Meaning::Cause(Cause::HostNameUnresolved),
    ),
    ("enotfound", Meaning::Cause(Cause::HostNameUnresolved)),
    (
        "name or service not known",
        Meaning::Cause(Cause::HostNameUnresolved),
    ),
    ("no such host", Meaning::Cause(Cause::HostNameUnresolved)),
    (
        "nodename nor servname",
        Meaning::Cause(Cause::HostNameUnresolved),
    ),
    (
        "temporary failure in name resolution",
        Meaning::Cause(Cause::HostNameUnresolved),
    ),
    ("curl: (28)", Meaning::Cause(Cause::ConnectionTimedOut)),
    (
        "connection timed out",
        Meaning::Cause(Cause::ConnectionTimedOut),
    ),
    ("etimedout", Meaning::Cause(Cause::ConnectionTimedOut)),
    ("read timed out", Meaning::Cause(Cause::AnswerTimedOut)),
    ("i/o timeout", Meaning::Cause(Cause::ConnectionTimedOut)),
    ("curl: (52)", Meaning::Cause(Cause::ConnectionLost)),
    ("curl: (56)", Meaning::Cause(Cause::ConnectionLost)),
    (
        "empty reply from server",
        Meaning::Cause(Cause::ConnectionLost),
    ),
    (
        "connection reset by peer",
        Meaning::Cause(Cause::ConnectionLost),
    ),
    ("econnreset", Meaning::Cause(Cause::ConnectionLost)),
    ("received http/0.9", Meaning::Cause(Cause::AnswerNotHttp)),
    ("curl: (1)", Meaning::Cause(Cause::AnswerNotHttp)),
    ("curl: (3)", Meaning::Cause(Cause::ServerUrlInvalid)),
    ("curl: (47)", Meaning::Connection(&connection::REDIRECT)),
];
