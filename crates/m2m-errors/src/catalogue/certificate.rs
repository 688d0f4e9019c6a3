//! Certificates that a client does not accept, and failures of TLS.

use super::inside::{Inside, clients};
use crate::{Cause, Entry, Source};

pub(crate) const CERTIFICATE_UNTRUSTED: Entry = clients(Inside {
    id: "certificate-untrusted",
    title: "Certificate not trusted",
    meaning: "The certificate of the server is not signed by an authority that this machine trusts.",
    causes: &[
        "The server has a certificate of a private authority, or a self-signed one.",
        "The server does not send the intermediate certificates between its own and the authority.",
        "A proxy intercepts TLS with a certificate of its own.",
        "This machine has no trusted authorities installed, as in a minimal container image.",
    ],
    fixes: &[
        "Get the certificate of the authority from its operator as a PEM file, and name the file as an additional CA or in SSL_CERT_FILE.",
        "Configure the server to send its whole certificate chain.",
        "Install the trusted authorities of the system, often a package named ca-certificates.",
    ],
    tasks: &[],
    related: &[Cause::CertificateNameMismatch, Cause::CertificateIsCa],
    sources: &[Source::rfc("RFC 5280", "6")],
});

pub(crate) const CERTIFICATE_NAME_MISMATCH: Entry = clients(Inside {
    id: "certificate-name-mismatch",
    title: "Certificate for other names",
    meaning: "The certificate of the server is not for the host name of the address.",
    causes: &[
        "The server is called by another name, or by its IP address.",
        "The address leads to another server, such as the default server of a proxy.",
    ],
    fixes: &[
        "Use a name that the certificate is for.",
        "Get a certificate that contains the host name of the address.",
    ],
    tasks: &[],
    related: &[Cause::CertificateUntrusted],
    sources: &[Source::rfc("RFC 9525", "6")],
});

pub(crate) const CERTIFICATE_NOT_VALID_NOW: Entry = clients(Inside {
    id: "certificate-not-valid-now",
    title: "Certificate not valid now",
    meaning: "The certificate of the server has expired or is not valid yet.",
    causes: &[
        "The certificate was not renewed in time.",
        "The clock of this machine is wrong.",
    ],
    fixes: &[
        "Ask the operator of the server to renew the certificate.",
        "Check the clock of this machine.",
    ],
    tasks: &[],
    related: &[Cause::CertificateRevoked, Cause::CertificateUntrusted],
    sources: &[Source::rfc("RFC 5280", "4.1.2.5")],
});

pub(crate) const CERTIFICATE_IS_CA: Entry = clients(Inside {
    id: "certificate-is-ca",
    title: "CA certificate as server certificate",
    meaning: "The server presents the certificate of an authority as its own.",
    causes: &[
        "The certificate was created by openssl req -x509, which creates a CA certificate by default.",
        "The server is configured with the certificate of the authority instead of its own.",
    ],
    fixes: &[
        "Run openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE -keyout key.pem -out cert.pem to create a self-signed certificate with the names of the server.",
        "Configure the server with key.pem and cert.pem, and the client with cert.pem as an additional CA.",
        "If an authority has issued a certificate for the server, put that certificate first in the certificate file of the server.",
    ],
    tasks: &[],
    related: &[
        Cause::CertificateUntrusted,
        Cause::CertificatePurposeMismatch,
    ],
    sources: &[Source::rfc("RFC 5280", "4.2.1.9")],
});

pub(crate) const CERTIFICATE_PURPOSE_MISMATCH: Entry = clients(Inside {
    id: "certificate-purpose-mismatch",
    title: "Certificate not for servers",
    meaning: "The certificate was not issued for servers.",
    causes: &["The certificate was issued for clients, for email or for signatures."],
    fixes: &[
        "Get a certificate whose extended key usage contains serverAuth, or one without an extended key usage.",
    ],
    tasks: &[],
    related: &[Cause::CertificateIsCa, Cause::CertificateRejected],
    sources: &[Source::rfc("RFC 5280", "4.2.1.12")],
});

pub(crate) const CERTIFICATE_REVOKED: Entry = clients(Inside {
    id: "certificate-revoked",
    title: "Certificate revoked",
    meaning: "The authority revoked the certificate of the server.",
    causes: &[
        "The authority revoked the certificate, because its key may be compromised or its names have changed.",
    ],
    fixes: &["Ask the operator of the server to install a new certificate with a new key."],
    tasks: &[],
    related: &[Cause::CertificateNotValidNow],
    sources: &[Source::rfc("RFC 5280", "5")],
});

pub(crate) const CERTIFICATE_MALFORMED: Entry = clients(Inside {
    id: "certificate-malformed",
    title: "Certificate malformed",
    meaning: "The certificate of the server cannot be read.",
    causes: &[
        "The certificate was created by a tool that does not follow RFC 5280.",
        "The certificate has version 1, as openssl x509 -req creates it without extensions.",
    ],
    fixes: &[
        "Get a certificate of version 3 with the names of the server in subjectAltName.",
        "Inspect the certificate with openssl s_client -connect HOST:PORT -showcerts.",
    ],
    tasks: &[],
    related: &[Cause::CertificateUnsupported, Cause::CertificateRejected],
    sources: &[Source::rfc("RFC 5280", "4.1")],
});

pub(crate) const CERTIFICATE_UNSUPPORTED: Entry = clients(Inside {
    id: "certificate-unsupported",
    title: "Certificate algorithm not supported",
    meaning: "The certificate of the server needs an algorithm or an extension that the client does not support.",
    causes: &[
        "Its signature uses SHA-1 or MD5, or its key is a short RSA key or is on an unusual curve.",
    ],
    fixes: &[
        "Get a certificate with an ECDSA key on P-256 or P-384, or an RSA key of 2048 bits or more, signed with SHA-256 or better.",
    ],
    tasks: &[],
    related: &[Cause::CertificateMalformed, Cause::CertificateRejected],
    sources: &[Source::rfc("RFC 5280", "4.1.1.2")],
});

pub(crate) const CERTIFICATE_REJECTED: Entry = clients(Inside {
    id: "certificate-rejected",
    title: "Certificate rejected",
    meaning: "The certificate of the server is not accepted, for a reason that has no cause of its own.",
    causes: &["The certificate, or one between it and its authority, violates RFC 5280."],
    fixes: &[
        "Check the certificate with openssl s_client -connect HOST:PORT -verify_return_error, and ask the operator of the server to replace the certificate that it reports.",
    ],
    tasks: &[],
    related: &[Cause::CertificateUntrusted, Cause::CertificateMalformed],
    sources: &[Source::rfc("RFC 5280", "6")],
});

pub(crate) const TLS_FAILED: Entry = clients(Inside {
    id: "tls-failed",
    title: "No TLS connection",
    meaning: "The TLS handshake with the server failed.",
    causes: &[
        "The port speaks plain http, or another protocol.",
        "The server supports only old versions of TLS.",
    ],
    fixes: &[
        "Compare the scheme and the port of the address with those of the server.",
        "Enable TLS 1.2 or 1.3 on the server.",
    ],
    tasks: &[],
    related: &[Cause::TlsOnPlainHttpPort, Cause::CertificateRejected],
    sources: &[Source::rfc("RFC 8446", "6.2")],
});

pub(crate) const CA_CERTIFICATES_INVALID: Entry = clients(Inside {
    id: "ca-certificates-invalid",
    title: "CA certificates invalid",
    meaning: "The file with additional authorities of a client contains no certificate that can be read.",
    causes: &[
        "The file is a private key, a certificate in DER, or a request for a certificate.",
        "A line of the file is missing, or the file was truncated.",
    ],
    fixes: &[
        "Use a PEM file in which each certificate is between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----.",
        "If the certificate is in DER, convert it with openssl x509 -inform der.",
    ],
    tasks: &[],
    related: &[Cause::CertificateUntrusted],
    sources: &[Source::rfc("RFC 7468", "5")],
});
