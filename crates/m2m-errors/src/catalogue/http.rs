//! Problems that are found before a request is examined: method, path, size, time, framing.

use super::forms::refused;
use crate::{Advice, Disclosure, Entry, ErrorCode, Fault, Source, Status, WireForms};

pub(crate) const METHOD_NOT_ALLOWED: Entry = Entry {
    id: "method-not-allowed",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::MethodNotAllowed,
        ErrorCode::InvalidRequest,
        "This path does not take this method. Request a token with POST; the Allow header lists what is taken",
    )),
    operator: "The request uses a method that its path does not take.",
    for_caller: Advice {
        causes: &[
            "The token is requested with GET, and the token endpoint takes POST alone.",
            "A redirect from http to https turned the POST into a GET.",
            "The resource does not offer the operation that the method stands for.",
        ],
        fixes: &[
            "Request tokens with POST and put the parameters into the body.",
            "Call the https address directly, so that no redirect changes the method.",
            "Use one of the methods that the Allow header of the answer lists.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "A caller, a browser or a health check uses GET where POST is taken.",
            "A proxy in front of the server redirects, and the client repeats the request as GET.",
        ],
        fixes: &[
            "Point health checks to a path that takes GET, such as /.well-known/oauth-authorization-server.",
            "Let the proxy forward the request instead of redirecting it, or redirect with status 308.",
        ],
    },
    sources: &[
        Source::rfc("RFC 9110", "15.5.6"),
        Source::rfc("RFC 6749", "3.2"),
    ],
};

pub(crate) const PATH_UNKNOWN: Entry = Entry {
    id: "path-unknown",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::NotFound,
        ErrorCode::NotFound,
        "There is nothing at this path. Tokens are issued at POST /oauth2/token",
    )),
    operator: "The request asks for a path that the server does not serve, or for a resource that is not there.",
    for_caller: Advice {
        causes: &[
            "The address of the endpoint or of the resource is misspelled, or has a slash too many.",
            "The resource was deleted, or never existed.",
            "The address belongs to another environment or another server.",
        ],
        fixes: &[
            "Compare the address with the token_endpoint in /.well-known/oauth-authorization-server.",
            "List the resources and take the address of one that is there.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller has a wrong address.",
            "A proxy in front of the server adds or strips a path prefix.",
        ],
        fixes: &[
            "Compare the address that was asked for with the endpoints that /.well-known/oauth-authorization-server announces.",
            "Let the proxy forward the path as it came.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.5")],
};

pub(crate) const HEADERS_TOO_LARGE: Entry = Entry {
    id: "headers-too-large",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::RequestHeaderFieldsTooLarge,
        ErrorCode::InvalidRequest,
        "The header fields are too large. Send fewer or smaller ones",
    )),
    operator: "The header fields are larger than 16 KiB together, or more than 100.",
    for_caller: Advice {
        causes: &[
            "The client sends cookies that were meant for other services.",
            "A header field carries data that belongs into the body.",
        ],
        fixes: &[
            "Send no cookies to the token endpoint: it reads none.",
            "Leave out header fields that the endpoint does not document.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller shares a domain with services that set many cookies.",
            "A proxy in front of the server adds large header fields.",
        ],
        fixes: &[
            "Let the proxy drop cookies and its own large header fields on the way to the server.",
            "Give the server a host name of its own.",
        ],
    },
    sources: &[Source::rfc("RFC 6585", "5")],
};

pub(crate) const URI_TOO_LONG: Entry = Entry {
    id: "uri-too-long",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::UriTooLong,
        ErrorCode::InvalidRequest,
        "The address is too long. Send the parameters in the body",
    )),
    operator: "The request target is longer than 8000 bytes.",
    for_caller: Advice {
        causes: &[
            "The parameters stand in the query instead of the body.",
            "A redirect appends to the address again and again.",
        ],
        fixes: &["Send the parameters in the body of a POST, and nothing in the query."],
    },
    for_operator: Advice {
        causes: &[
            "The caller, or a proxy that rewrites the address, puts the form into the query.",
        ],
        fixes: &[
            "Look at the address that arrives at the proxy, and correct whichever of the two lengthens it.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.15")],
};

pub(crate) const BODY_TOO_LARGE: Entry = Entry {
    id: "body-too-large",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::ContentTooLarge,
        ErrorCode::InvalidRequest,
        "The body is too large. A token request holds a few short parameters",
    )),
    operator: "The body is larger than 64 KiB.",
    for_caller: Advice {
        causes: &[
            "Something else than a token request is sent to the token endpoint.",
            "The request asks for a very long list of scopes.",
        ],
        fixes: &[
            "Send only the parameters that the endpoint documents.",
            "Leave out scope to get all that are assigned, instead of listing them.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller sends a body that no request of its kind needs, by mistake or to use up the server.",
        ],
        fixes: &[
            "Tell the owner of the caller; the server itself has read no more than its limit.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.14")],
};

pub(crate) const REQUEST_TIMEOUT: Entry = Entry {
    id: "request-timeout",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::RequestTimeout,
        ErrorCode::InvalidRequest,
        "The request did not arrive in time. Send it again on a new connection",
    )),
    operator: "The header of the request, or its body, was not complete within 10 seconds; or the request was slow while no place was left for others.",
    for_caller: Advice {
        causes: &[
            "The connection is slow or was interrupted.",
            "Content-Length announces more bytes than the body has.",
        ],
        fixes: &[
            "Send the request again on a new connection.",
            "Let the HTTP library compute Content-Length.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "A caller announces a body and does not send all of it.",
            "Somebody opens many slow connections to exhaust the server.",
            "A proxy in front of the server holds requests back.",
        ],
        fixes: &[
            "Compare the addresses of such requests: one caller points to a defect there, many to an attack.",
            "Let the proxy buffer a request before it forwards it.",
            "If /metrics of the ops listener counts connections closed as displaced, raise --max-connections.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.9")],
};

pub(crate) const PLAIN_HTTP_ON_TLS_PORT: Entry = Entry {
    id: "plain-http-on-tls-port",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "This port speaks TLS, and the request is plain http. Call it by https",
    )),
    operator: "A caller sends plain http to the port on which this server speaks TLS.",
    for_caller: Advice {
        causes: &["The address begins with http, and the port is that of https."],
        fixes: &["Begin the address with https."],
    },
    for_operator: Advice {
        causes: &[
            "A caller, a proxy or a health check uses the wrong scheme for the port.",
            "A proxy ends TLS itself and passes on plain http.",
        ],
        fixes: &[
            "Have the caller use https.",
            "Behind a proxy that ends TLS, start the server without --tls-cert and --tls-key, and with --behind-proxy.",
        ],
    },
    sources: &[
        Source::rfc("RFC 9110", "4.2.2"),
        Source::rfc("RFC 9110", "15.5.1"),
    ],
};

pub(crate) const TLS_ON_PLAIN_HTTP_PORT: Entry = Entry {
    id: "tls-on-plain-http-port",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "This port speaks plain http, and the bytes received are TLS. Call it by http",
    )),
    operator: "A caller begins a TLS handshake on the port on which this server speaks plain http.",
    for_caller: Advice {
        causes: &["The address begins with https, and the port takes plain http."],
        fixes: &["Use the scheme and the port that the issuer's address has."],
    },
    for_operator: Advice {
        causes: &[
            "A caller uses https, and this server was started without a certificate.",
            "A proxy in front of the server connects to it by TLS.",
        ],
        fixes: &[
            "Start the server with --tls-cert and --tls-key if callers are to reach it by https.",
            "Let the proxy connect by plain http, or give the server a certificate that the proxy trusts.",
        ],
    },
    sources: &[
        Source::rfc("RFC 9112", "2.2"),
        Source::rfc("RFC 9110", "15.5.1"),
    ],
};

pub(crate) const HTTP_MALFORMED: Entry = Entry {
    id: "http-malformed",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The bytes received are not an HTTP request",
    )),
    operator: "The bytes on the connection are no HTTP request, or make one that can be read in two ways.",
    for_caller: Advice {
        causes: &[
            "The client speaks TLS to a port that takes plain http, or another protocol altogether.",
            "The request was put together by hand and is not framed as HTTP.",
        ],
        fixes: &[
            "Use the scheme and the port that the issuer's address has.",
            "Use an HTTP library instead of writing to the socket.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "A caller or a proxy uses the wrong scheme for the port.",
            "A scanner tries the port.",
            "The request has no Host, two of them, or a Transfer-Encoding other than chunked, or breaks off in its body.",
            "A proxy named in --trusted-proxies passes on the caller's address twice, garbled, or not as --address-header or --proxy-protocol says.",
        ],
        fixes: &[
            "Compare scheme and port of the address that the caller uses with those that m2m serve prints when it is ready.",
            "Let a trusted proxy set the caller's address once, and as --address-header or --proxy-protocol says.",
        ],
    },
    sources: &[
        Source::rfc("RFC 9112", "2.2"),
        Source::rfc("RFC 9110", "15.5.1"),
    ],
};

pub(crate) const FRAME_FLOOD: Entry = Entry {
    id: "frame-flood",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The connection carried far more frames of HTTP/2 than requests",
    )),
    operator: "A connection of HTTP/2 carried a flood of frames that are not requests, such as PING, SETTINGS, PRIORITY, WINDOW_UPDATE or empty DATA, and was closed with GOAWAY and ENHANCE_YOUR_CALM.",
    for_caller: Advice {
        causes: &[
            "The HTTP library sends PING or WINDOW_UPDATE without end, many for each request.",
        ],
        fixes: &[
            "Open a new connection.",
            "Let the HTTP library see whether the connection is alive every few seconds at most.",
            "Update the HTTP library.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "Somebody tries to keep the server busy with frames that cost the sender little.",
            "A client or a proxy has a defect.",
        ],
        fixes: &[
            "Compare the addresses of such connections: one caller points to a defect there, many to an attack.",
            "If /metrics of the ops listener counts many connections closed as flood, block their addresses in front of the server.",
        ],
    },
    sources: &[Source::rfc("RFC 9113", "10.5")],
};
