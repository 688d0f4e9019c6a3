//! Failures to reach a server, or to receive its answer.

use core::fmt;

use m2m_errors::Advice;

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
        f.write_str(self.entry().0)
    }
}

impl TransportFailure {
    /// Returns the usual causes, and the fixes.
    #[must_use]
    pub const fn advice(self) -> Advice {
        let (_, causes, fixes) = self.entry();
        Advice { causes, fixes }
    }

    /// Returns the message, the usual causes and the fixes.
    const fn entry(
        self,
    ) -> (
        &'static str,
        &'static [&'static str],
        &'static [&'static str],
    ) {
        match self {
            Self::UrlInvalid => (
                "the address is not an http or https URL with a host",
                &["The address is misspelled, or its scheme is missing."],
                &["Write the complete address, such as https://id.example."],
            ),
            Self::PlainHttp => (
                "plain http would send secrets unencrypted",
                &["The address uses http, and the host is not this machine."],
                &[
                    "Use the https address of the server.",
                    "If the whole connection is protected by other means, allow plain http explicitly.",
                ],
            ),
            Self::NameUnresolved => (
                "the host name cannot be resolved",
                &[
                    "The host name is misspelled.",
                    "The name is known only inside another network, such as a cluster or a VPN.",
                    "The DNS server of this machine cannot be reached.",
                ],
                &[
                    "Check the spelling of the host name.",
                    "Look up the name on the same machine or in the same container, for example with getent hosts NAME.",
                ],
            ),
            Self::ConnectionRefused => (
                "no server listens at this address",
                &[
                    "The server is not running, listens on another port, or accepts connections from its own machine only.",
                    "The port is missing in the address, or wrong.",
                ],
                &[
                    "Start the server, or wait until it reports that it is ready.",
                    "Compare the host and the port with those that the server prints at startup.",
                ],
            ),
            Self::ConnectFailed => (
                "the connection failed",
                &["This machine has no route to the host, or a firewall rejects the connection."],
                &[
                    "Allow connections from this machine to the host and port, and test them with curl.",
                ],
            ),
            Self::ConnectTimedOut => (
                "the connection timed out",
                &[
                    "A firewall silently drops the packets.",
                    "The host is down, or the address belongs to another network.",
                ],
                &[
                    "Allow connections from this machine to the host and port, and test them with curl.",
                ],
            ),
            Self::CertificateUntrusted => (
                "the certificate is not signed by an authority that this machine trusts",
                &[
                    "The server has a certificate of a private authority, or a self-signed one.",
                    "The server does not send the intermediate certificates between its own and the authority.",
                    "A proxy intercepts TLS with a certificate of its own.",
                    "This machine has no trusted authorities installed, as in a minimal container image.",
                ],
                &[
                    "Get the certificate of the authority from its operator as a PEM file, and name the file as an additional CA or in SSL_CERT_FILE.",
                    "Configure the server to send its whole certificate chain.",
                    "Install the trusted authorities of the system, often a package named ca-certificates.",
                ],
            ),
            Self::CertificateNameMismatch => (
                "the certificate is not for this host",
                &[
                    "The server is called by another name, or by its IP address.",
                    "The address leads to another server, such as the default server of a proxy.",
                ],
                &[
                    "Use a name that the certificate is for.",
                    "Get a certificate that contains the host name of the address.",
                ],
            ),
            Self::CertificateNotValidNow => (
                "the certificate has expired or is not valid yet",
                &[
                    "The certificate was not renewed in time.",
                    "The clock of this machine is wrong.",
                ],
                &[
                    "Ask the operator of the server to renew the certificate.",
                    "Check the clock of this machine.",
                ],
            ),
            Self::CertificateIsCa => (
                "the server presents a CA certificate as its own",
                &[
                    "The certificate was created by openssl req -x509, which creates a CA certificate by default.",
                    "The server is configured with the certificate of the authority instead of its own.",
                ],
                &[
                    "Create a self-signed certificate with the names of the server: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE -keyout key.pem -out cert.pem",
                    "Configure the server with key.pem and cert.pem, and the client with cert.pem as an additional CA.",
                    "If an authority has issued a certificate for the server, put that certificate first in the certificate file of the server.",
                ],
            ),
            Self::CertificatePurposeMismatch => (
                "the certificate is not a server certificate",
                &["The certificate was issued for clients, for email or for signatures."],
                &[
                    "Get a certificate whose extended key usage contains serverAuth, or one without an extended key usage.",
                ],
            ),
            Self::CertificateRevoked => (
                "the certificate was revoked",
                &[
                    "The authority revoked the certificate, because its key may be compromised or its names have changed.",
                ],
                &["Ask the operator of the server to install a new certificate with a new key."],
            ),
            Self::CertificateMalformed => (
                "the certificate cannot be read",
                &[
                    "The certificate was created by a tool that does not follow RFC 5280.",
                    "The certificate has version 1, as openssl x509 -req creates it without extensions.",
                ],
                &[
                    "Get a certificate of version 3 with the names of the server in subjectAltName.",
                    "Inspect the certificate with openssl s_client -connect HOST:PORT -showcerts.",
                ],
            ),
            Self::CertificateUnsupported => (
                "the certificate needs an algorithm or extension that this client does not support",
                &[
                    "Its signature uses SHA-1 or MD5, or its key is a short RSA key or is on an unusual curve.",
                ],
                &[
                    "Get a certificate with an ECDSA key on P-256 or P-384, or an RSA key of 2048 bits or more, signed with SHA-256 or better.",
                ],
            ),
            Self::CertificateRejected => (
                "the certificate is not accepted",
                &["The certificate, or one between it and its authority, violates RFC 5280."],
                &[
                    "Check the certificate with openssl s_client -connect HOST:PORT -verify_return_error, and ask the operator of the server to replace the certificate that it reports.",
                ],
            ),
            Self::TlsFailed => (
                "the TLS handshake failed",
                &[
                    "The port speaks plain http, or another protocol.",
                    "The server supports only old versions of TLS.",
                ],
                &[
                    "Compare the scheme and the port of the address with those of the server.",
                    "Enable TLS 1.2 or 1.3 on the server.",
                ],
            ),
            Self::TimedOut => (
                "the answer was not complete in time",
                &["The server, or a proxy in front of it, is overloaded or hangs."],
                &[
                    "Try again, with a longer pause each time.",
                    "If the problem persists, check the logs of the server and of the proxies in front of it.",
                ],
            ),
            Self::AnswerTooLarge => (
                "the answer is larger than any token response or metadata",
                &["The address is that of a web page or a download, not that of the server."],
                &["Check the address, and inspect the answer with curl."],
            ),
            Self::ConnectionLost => (
                "the connection was closed before the answer was complete",
                &["The server was restarted, or a proxy in front of it closes connections."],
                &[
                    "Try again; if the problem persists, check the logs of the server and of the proxies in front of it.",
                ],
            ),
            Self::AnswerNotHttp => (
                "the answer is not HTTP",
                &[
                    "The port speaks TLS, and the address uses http.",
                    "The port belongs to another service.",
                ],
                &["Compare the scheme and the port of the address with those of the server."],
            ),
            Self::Other => (
                "the request could not be sent",
                &["The HTTP client failed for a reason of its own."],
                &["Try the address with curl from the same machine."],
            ),
        }
    }
}
