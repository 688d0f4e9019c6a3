//! Problems of TLS, which are found before there is a request.

use super::forms::refused;
use crate::{Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, WireForms};

pub(crate) const TLS_HANDSHAKE_FAILED: Entry = Entry {
    id: "tls-handshake-failed",
    title: "TLS handshake failed",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    // Not sent: without TLS there is no response.
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The TLS handshake failed",
    )),
    operator: "The TLS handshake of a connection failed, so that no request arrived. The evidence has the alert that the caller sent, or the reason why the server ended the handshake.",
    for_caller: Advice {
        causes: &[
            "The client does not trust the authority that signed the certificate of the server.",
            "The URL has another host name than the certificate, or the certificate has expired.",
            "The client supports neither TLS 1.2 nor TLS 1.3.",
        ],
        fixes: &[
            "Add the certificate of the authority to those that the client trusts.",
            "Use the host name of the issuer URL.",
            "Update the TLS library of the client, or enable TLS 1.2 in its settings.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The certificate was signed by an authority that the caller does not know, or the certificate file of the server lacks the intermediate certificates.",
            "The certificate has expired, or is for another host name than the one that the caller uses.",
            "The caller supports only old versions or cipher suites of TLS.",
            "A scanner or a health check opens connections without completing the handshake.",
        ],
        fixes: &[
            "Add the intermediate certificates to the certificate file, after the certificate of the server.",
            "Give callers the certificate of a private authority.",
            "If handshakes keep failing for one reason, compare the addresses that they come from: one address suggests a problem of that caller.",
        ],
    },
    tasks: &[Task::ServeTls, Task::WatchConnections],
    related: &[Cause::PlainHttpOnTlsPort, Cause::TlsOnPlainHttpPort],
    sources: &[Source::rfc("RFC 8446", "6.2")],
};
