//! The problems of a connection that carried no request that could be read. A shell observes them, and names them here.

use serde::{Deserialize, Serialize};

/// A problem of a request that is not HTTP, or that can be read in more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HttpProblem {
    /// The bytes do not begin like an HTTP request.
    NotHttp,
    /// The connection begins with a header of the PROXY protocol that is not expected.
    ProxyHeaderUnexpected,
    /// A trusted proxy sent no valid header of the PROXY protocol.
    ProxyHeaderMissing,
    /// The method of the request line is invalid.
    Method,
    /// The target of the request line is invalid.
    Target,
    /// The version of the request line is missing or unknown.
    Version,
    /// A line of the header begins with whitespace.
    FoldedHeader,
    /// There is whitespace before the colon of a header field.
    SpaceBeforeColon,
    /// A line of the header has no colon.
    ColonMissing,
    /// The name of a header field is invalid.
    HeaderName,
    /// There is a carriage return without a line feed.
    BareCarriageReturn,
    /// A header field has a control character.
    ControlCharacter,
    /// The connection ended within the header.
    HeaderIncomplete,
    /// The `Host` field is missing.
    HostMissing,
    /// The `Host` field is repeated.
    HostRepeated,
    /// The `Host` field is not a host.
    HostMalformed,
    /// `Content-Length` is invalid or contradictory.
    ContentLength,
    /// `Transfer-Encoding` is not exactly `chunked`.
    TransferEncoding,
    /// A trusted proxy states something that is not an address.
    AddressHeaderMalformed,
    /// A chunk of the body is malformed.
    Chunk,
    /// The connection ended within the body.
    BodyIncomplete,
    /// Another problem.
    Other,
}

/// A reason why a TLS handshake failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HandshakeProblem {
    /// The caller sent something other than a TLS handshake.
    NotTls,
    /// The caller supports none of the supported versions of TLS.
    VersionUnsupported,
    /// The caller has no cipher suite, group or signature algorithm in common with the server.
    NoSharedCipher,
    /// The caller has no application protocol in common with the server.
    NoSharedProtocol,
    /// The caller sent the alert `unknown_ca`.
    UnknownCa,
    /// The caller sent the alert `bad_certificate`.
    BadCertificate,
    /// The caller sent the alert `certificate_expired`.
    CertificateExpired,
    /// The caller sent the alert `certificate_unknown`, or a rarer one about certificates.
    CertificateUnknown,
    /// The caller sent the alert `decrypt_error`.
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
