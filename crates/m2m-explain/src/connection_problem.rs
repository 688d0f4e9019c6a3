//! The problems of connections without a readable request, in words: each with the observation and the fix.

use m2m_authority::diagnose::{HandshakeProblem, HttpProblem};

/// Returns the observation, and the fix, for a request that is not valid HTTP.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a later release of m2m-authority may have more"
)]
pub(crate) const fn http_problem(problem: HttpProblem) -> (&'static str, &'static str) {
    match problem {
        HttpProblem::NotHttp => (
            "the bytes do not begin like an HTTP request",
            "if the caller is one of yours, use the scheme and the port of the issuer URL; otherwise a scanner probed the port",
        ),
        HttpProblem::ProxyHeaderUnexpected => (
            "the connection begins with a header of the PROXY protocol, which the server does not accept from this address",
            "if the proxy is one of yours, start the server with --proxy-protocol and the address of the proxy in --trusted-proxies, or configure the proxy not to send the header",
        ),
        HttpProblem::ProxyHeaderMissing => (
            "the connection comes from a trusted proxy and does not begin with a valid header of the PROXY protocol",
            "configure the proxy to send the PROXY protocol, version 1 or 2, or start the server without --proxy-protocol",
        ),
        HttpProblem::Method => (
            "the method in the request line is invalid",
            "send a method such as POST as the first word of the request, and send exactly as many bytes of the previous body as its Content-Length states",
        ),
        HttpProblem::Target => (
            "the target in the request line is invalid: it contains a space, a control character, or other bytes that a URL cannot have",
            "percent-encode the URL: a space is %20",
        ),
        HttpProblem::Version => (
            "the request line does not end in HTTP/1.1 or HTTP/1.0",
            "send HTTP/1.1, or HTTP/2 from the first byte on, and percent-encode spaces in the URL",
        ),
        HttpProblem::FoldedHeader => (
            "a line of the header begins with whitespace: a header field is folded over several lines, which is not accepted",
            "send each header field on one line; if it contains base64 from a shell, encode it with base64 -w0",
        ),
        HttpProblem::SpaceBeforeColon => (
            "there is whitespace between the name of a header field and its colon",
            "remove the whitespace before the colon",
        ),
        HttpProblem::ColonMissing => (
            "a line of the header has no colon",
            "send each header field as a name, a colon and a value, on one line; if it contains base64 from a shell, encode it with base64 -w0",
        ),
        HttpProblem::HeaderName => (
            "the name of a header field is empty, or contains a space or another byte that a name cannot have",
            "use only letters, digits and hyphens in the names of header fields",
        ),
        HttpProblem::BareCarriageReturn => (
            "the header contains a carriage return without a line feed",
            "end each line of the header with CR LF, and remove carriage returns from the values, such as those of a file with Windows line ends",
        ),
        HttpProblem::ControlCharacter => (
            "the value of a header field contains a control character, such as NUL",
            "remove control characters from the values of header fields",
        ),
        HttpProblem::HeaderIncomplete => (
            "the connection ended before the header of the request was complete",
            "end the header with an empty line, and keep the connection open until the response has arrived",
        ),
        HttpProblem::HostMissing => (
            "the request has no Host header",
            "send a Host header with the host and the port of the URL, as HTTP/1.1 requires",
        ),
        HttpProblem::HostRepeated => (
            "the request has several Host headers",
            "send one Host header; if a proxy adds one, configure it to replace the header of the caller instead",
        ),
        HttpProblem::HostMalformed => (
            "the Host header is not a host with an optional port",
            "send only the host and the port of the URL in the Host header, without scheme and path",
        ),
        HttpProblem::ContentLength => (
            "Content-Length is not a number, or the request has several with different values",
            "send one Content-Length header, and let the HTTP library compute it",
        ),
        HttpProblem::TransferEncoding => (
            "Transfer-Encoding is not the single value chunked, or the request is HTTP/1.0",
            "send a Content-Length header, or Transfer-Encoding: chunked with HTTP/1.1",
        ),
        HttpProblem::AddressHeaderMalformed => (
            "the trusted proxy sent something other than IP addresses in the header with the caller's address, such as the word unknown",
            "configure the proxy to send the IP address of the caller in the header that --address-header names; HAProxy does this with option forwardfor, nginx with $proxy_add_x_forwarded_for",
        ),
        HttpProblem::Chunk => (
            "a chunk of the body has an invalid length, or does not end where its length says",
            "let the HTTP library write the chunks, or send a Content-Length header instead of Transfer-Encoding: chunked",
        ),
        HttpProblem::BodyIncomplete => (
            "the connection ended before the body was complete",
            "let the HTTP library compute Content-Length, and keep the connection open until the response has arrived",
        ),
        _ => (
            "the request is not valid HTTP in a way that the server does not name",
            "use an HTTP library instead of writing to the socket",
        ),
    }
}

/// Returns the observation, and the fix, for a failed handshake.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a later release of m2m-authority may have more"
)]
pub(crate) const fn handshake_problem(problem: HandshakeProblem) -> (&'static str, &'static str) {
    match problem {
        HandshakeProblem::NotTls => (
            "the caller sent something that is not a TLS handshake",
            "if the caller is one of yours, use an https URL with the host and the port of the issuer; otherwise a scanner probed the port",
        ),
        HandshakeProblem::VersionUnsupported => (
            "the caller supports neither TLS 1.2 nor TLS 1.3; the server sent the alert protocol_version or handshake_failure",
            "update the TLS library of the caller, or enable TLS 1.2 in its settings",
        ),
        HandshakeProblem::NoSharedCipher => (
            "the caller has no cipher suite, key exchange group or signature algorithm in common with the server; the server sent the alert handshake_failure",
            "enable cipher suites with ECDHE and AES-GCM or ChaCha20 in the caller; if it supports only RSA certificates, use one with --tls-cert",
        ),
        HandshakeProblem::NoSharedProtocol => (
            "the caller offers only application protocols (ALPN) other than h2 and http/1.1; the server sent the alert no_application_protocol",
            "configure the caller to offer http/1.1 or h2 in ALPN, or no ALPN",
        ),
        HandshakeProblem::UnknownCa => (
            "the caller does not trust the authority that signed the certificate of the server: it sent the alert unknown_ca",
            "if the certificate is from a public authority, put its intermediate certificates into the file of --tls-cert; otherwise give the caller the certificate of the authority, as m2m token takes it with --ca-file",
        ),
        HandshakeProblem::BadCertificate => (
            "the caller rejected the certificate of the server: it sent the alert bad_certificate, as many clients do if the certificate is for another host name or from an unknown authority",
            "check that the certificate has the host name that the caller uses, and that the caller trusts the authority that signed it",
        ),
        HandshakeProblem::CertificateExpired => (
            "the certificate of the server has expired or is not valid yet, according to the clock of the caller: it sent the alert certificate_expired",
            "if the certificate has expired, replace the files of --tls-cert and --tls-key; otherwise correct the clock of the caller",
        ),
        HandshakeProblem::CertificateUnknown => (
            "the caller rejected the certificate of the server without a more exact reason: it sent the alert certificate_unknown or a similar one, as Java and browsers do for an unknown authority",
            "check that the caller trusts the authority that signed the certificate, and that the certificate has the host name that the caller uses",
        ),
        HandshakeProblem::DecryptError => (
            "the caller could not verify a signature: it sent the alert decrypt_error, as clients do that trust another certificate of the same name, such as an older one",
            "give the caller the current certificate of the authority, as m2m token takes it with --ca-file",
        ),
        HandshakeProblem::OtherAlert => (
            "the caller ended the handshake with an alert that is not about the certificate",
            "read the log of the caller, which has the reason for its alert",
        ),
        HandshakeProblem::Closed => (
            "the caller closed the connection during the handshake without an alert",
            "if the caller is one of yours, read its log; health checks and scanners close connections like this",
        ),
        HandshakeProblem::Timeout => (
            "the handshake did not end in time",
            "if the caller is one of yours, check the network between it and the server; otherwise a scanner held the connection open",
        ),
        HandshakeProblem::Broken => (
            "the connection broke during the handshake",
            "check the network, and the firewalls and proxies between the caller and the server",
        ),
        _ => (
            "the handshake failed for a reason that the server does not name",
            "read the log of the caller",
        ),
    }
}
