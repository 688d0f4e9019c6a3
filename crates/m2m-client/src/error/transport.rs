//! Nobody answers.

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
    /// The name of the host has no address.
    NameUnresolved,
    /// The host refuses the connection: nothing listens at the address.
    ConnectionRefused,
    /// The address cannot be reached, for another reason.
    ConnectFailed,
    /// There was no connection in time.
    ConnectTimedOut,
    /// The certificate is not signed by an authority that this machine trusts.
    CertificateUntrusted,
    /// The certificate is for other names.
    CertificateOfOtherName,
    /// The certificate has expired, or is not valid yet.
    CertificateOutOfTime,
    /// The certificate is that of an authority, which must not be used as a server certificate.
    CertificateOfAuthority,
    /// The certificate is not for servers.
    CertificateOfOtherPurpose,
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
    /// There was no whole answer in time.
    TimedOut,
    /// The answer is larger than the limit.
    AnswerTooLarge,
    /// The connection ended before the answer did.
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
                "the address is no http or https URL with a host",
                &["The address is misspelled, or lacks its scheme."],
                &["Write the whole address, as in https://id.example."],
            ),
            Self::PlainHttp => (
                "plain http would carry what is secret in the clear",
                &["The address begins with http, and the host is not this machine."],
                &[
                    "Use the https address of the server.",
                    "If all of the way is protected by other means, allow plain http explicitly.",
                ],
            ),
            Self::NameUnresolved => (
                "the name of the host has no address",
                &[
                    "The host is misspelled.",
                    "The name is known only inside another network, such as a cluster or a VPN.",
                    "The resolver of this machine cannot be reached.",
                ],
                &[
                    "Compare the host with the one that you mean.",
                    "Look the name up on the same machine, in the same container, as in getent hosts NAME.",
                ],
            ),
            Self::ConnectionRefused => (
                "nobody listens there",
                &[
                    "The server is not running, or listens on another port or only on its own machine.",
                    "The port is missing in the address, or wrong.",
                ],
                &[
                    "Start the server, or wait until it says that it is ready.",
                    "Compare host and port with those that the server prints at its start.",
                ],
            ),
            Self::ConnectFailed => (
                "there is no way to connect",
                &["This machine has no route to the host, or a firewall refuses the connection."],
                &["Open the way from this machine to the host and port, and try it with curl."],
            ),
            Self::ConnectTimedOut => (
                "there was no connection in time",
                &[
                    "A firewall drops the packets without a word.",
                    "The host is down, or the address is that of another network.",
                ],
                &["Open the way from this machine to the host and port, and try it with curl."],
            ),
            Self::CertificateUntrusted => (
                "the certificate is signed by no authority that this machine trusts",
                &[
                    "The server has a certificate of a private authority, or one that it signed itself.",
                    "The server does not send the intermediate certificates between its own and the authority.",
                    "A proxy on the way opens TLS with a certificate of its own.",
                    "This machine has no list of authorities, as in a bare container.",
                ],
                &[
                    "Name the PEM file with the certificate of the authority, got from its operator, as an additional CA, or in SSL_CERT_FILE.",
                    "Have the server send its whole chain of certificates.",
                    "Install the list of authorities of the system, often a package named ca-certificates.",
                ],
            ),
            Self::CertificateOfOtherName => (
                "the certificate is not for this host",
                &[
                    "The host is reached under another name, or under its bare address.",
                    "The address leads to another server, such as a default one of a proxy.",
                ],
                &[
                    "Use the name that the certificate is for.",
                    "Have a certificate issued that names the host as it is called.",
                ],
            ),
            Self::CertificateOutOfTime => (
                "the certificate has expired or is not valid yet",
                &[
                    "The certificate was not renewed in time.",
                    "The clock of this machine is wrong.",
                ],
                &[
                    "Have the operator of the server renew the certificate.",
                    "Compare the clock of this machine with another one.",
                ],
            ),
            Self::CertificateOfAuthority => (
                "the server shows the certificate of an authority as its own",
                &[
                    "The certificate was made by openssl req -x509, which makes the certificate of an authority unless told otherwise.",
                    "The server was given the certificate of the authority in the place of its own.",
                ],
                &[
                    "For a certificate of your own: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE -keyout key.pem -out cert.pem, with the names of the server.",
                    "Give the server key.pem and cert.pem, and name cert.pem as an additional CA for the client.",
                    "Where an authority has issued a certificate for the server, put that first into the file of the server.",
                ],
            ),
            Self::CertificateOfOtherPurpose => (
                "the certificate is not for servers",
                &["It was issued for clients, for mail or for signatures."],
                &[
                    "Have a certificate issued whose extended key usage has serverAuth, or which has no extended key usage.",
                ],
            ),
            Self::CertificateRevoked => (
                "the certificate was revoked",
                &[
                    "The authority withdrew it, because its key may be known to others or its names have changed.",
                ],
                &["Have the operator of the server install a new certificate with a new key."],
            ),
            Self::CertificateMalformed => (
                "the certificate cannot be read",
                &[
                    "It was made by a tool that does not keep to RFC 5280.",
                    "It is of version 1, as openssl x509 -req makes it without extensions.",
                ],
                &[
                    "Have a certificate of version 3 issued, with the names of the server in subjectAltName.",
                    "Look at it with openssl s_client -connect HOST:PORT -showcerts.",
                ],
            ),
            Self::CertificateUnsupported => (
                "the certificate needs what this client does not support",
                &[
                    "Its signature is by SHA-1 or MD5, or its key is a short RSA key or on an unusual curve.",
                ],
                &[
                    "Have a certificate issued with an ECDSA key on P-256 or P-384, or with RSA of 2048 bits or more, signed with SHA-256 or better.",
                ],
            ),
            Self::CertificateRejected => (
                "the certificate is not accepted",
                &[
                    "The certificate, or one between it and its authority, breaks a rule of RFC 5280.",
                ],
                &[
                    "Check it with openssl s_client -connect HOST:PORT -verify_return_error, and have its operator replace what that names.",
                ],
            ),
            Self::TlsFailed => (
                "there is no TLS with the server",
                &[
                    "The port takes plain http, or another protocol altogether.",
                    "The server speaks only versions of TLS that are too old.",
                ],
                &[
                    "Compare the scheme and the port of the address with those of the server.",
                    "Have the server offer TLS 1.2 or 1.3.",
                ],
            ),
            Self::TimedOut => (
                "there was no whole answer in time",
                &["The server, or something between, is overloaded or hangs."],
                &[
                    "Try again, with a longer pause each time.",
                    "If it stays, look at the log of the server and of the proxies before it.",
                ],
            ),
            Self::AnswerTooLarge => (
                "the answer is larger than any token response or metadata",
                &["The address is that of a page or of a download, not that of the server."],
                &[
                    "Compare the address with the one that you mean, and look at the answer with curl.",
                ],
            ),
            Self::ConnectionLost => (
                "the connection ended before the answer did",
                &["The server was restarted, or something between closes connections."],
                &[
                    "Try again; if it stays, look at the log of the server and of the proxies before it.",
                ],
            ),
            Self::AnswerNotHttp => (
                "what answers does not speak HTTP",
                &[
                    "The port takes TLS, and the address begins with http.",
                    "The port is that of another service.",
                ],
                &["Compare the scheme and the port of the address with those of the server."],
            ),
            Self::Other => (
                "the request cannot be made",
                &["The transport failed in a way of its own."],
                &["Try the address with curl, from the same machine."],
            ),
        }
    }
}
