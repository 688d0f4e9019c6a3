//! Problems that are found before a request is examined: method, path, size, time, framing.

use super::forms::{refused, refused_with_value};
use crate::{Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, WireForms};

pub(crate) const METHOD_NOT_ALLOWED: Entry = Entry {
    id: "method-not-allowed",
    title: "HTTP method not allowed",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused_with_value(
        Status::MethodNotAllowed,
        ErrorCode::InvalidRequest,
        "This path does not support the method; the Allow header lists the supported methods. Token requests use POST",
        "This path does not support the method. It supports {}",
    )),
    operator: "The request uses a method that its path does not support.",
    for_caller: Advice {
        causes: &[
            "The token is requested with GET, but the token endpoint accepts only POST.",
            "A redirect from http to https turned the POST into a GET.",
            "The resource does not support this operation.",
        ],
        fixes: &[
            "Request tokens with POST and send the parameters in the body.",
            "Call the https URL directly, so that no redirect changes the method.",
            "Use one of the methods in the Allow header of the response.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "A caller, a browser or a health check uses GET where POST is required.",
            "A proxy in front of the server redirects POST requests, and the client follows the redirect with GET.",
        ],
        fixes: &[
            "Point health checks to a path that supports GET, such as /.well-known/oauth-authorization-server.",
            "Configure the proxy to forward requests without a redirect, or to redirect with status 308, which keeps the method.",
        ],
    },
    tasks: &[],
    related: &[Cause::PathUnknown],
    sources: &[
        Source::rfc("RFC 9110", "15.5.6"),
        Source::rfc("RFC 6749", "3.2"),
    ],
};

pub(crate) const PATH_UNKNOWN: Entry = Entry {
    id: "path-unknown",
    title: "Unknown path or resource",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused_with_value(
        Status::NotFound,
        ErrorCode::NotFound,
        "There is nothing at this path. Tokens are issued at POST /oauth2/token",
        "This server has no {} endpoint. It serves the client credentials grant only, at POST /oauth2/token",
    )),
    operator: "The request is for a path that the server does not serve, or for a resource that does not exist.",
    for_caller: Advice {
        causes: &[
            "The URL of the endpoint or of the resource is misspelled, or has an extra slash.",
            "The resource was deleted, or never existed.",
            "The URL is that of an authorization endpoint, for the sign-in of users. A server that only issues tokens to applications does not have one.",
            "The URL belongs to another environment or another server.",
        ],
        fixes: &[
            "Compare the URL of a token request with the token_endpoint in /.well-known/oauth-authorization-server.",
            "List the resources, and use the URL of an existing resource.",
            "If the client sends users to the authorization endpoint, configure it to request tokens with the grant type client_credentials at the token endpoint instead.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller uses a wrong URL.",
            "A proxy in front of the server adds or strips a path prefix.",
        ],
        fixes: &[
            "Compare the requested URL with the endpoints in /.well-known/oauth-authorization-server.",
            "Configure the proxy to forward the path unchanged.",
        ],
    },
    tasks: &[],
    related: &[Cause::MethodNotAllowed],
    sources: &[Source::rfc("RFC 9110", "15.5.5")],
};

pub(crate) const HEADERS_TOO_LARGE: Entry = Entry {
    id: "headers-too-large",
    title: "Request headers too large",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::RequestHeaderFieldsTooLarge,
        ErrorCode::InvalidRequest,
        "The header fields are too large. Send fewer or smaller header fields",
    )),
    operator: "The request has more than 100 header fields, or its header fields are larger than 16 KiB in total.",
    for_caller: Advice {
        causes: &[
            "The client sends cookies that were set for other services.",
            "A header field contains data that belongs in the body.",
        ],
        fixes: &[
            "Do not send cookies: the token endpoint does not read cookies.",
            "Leave out header fields that the endpoint does not document.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The server shares a domain with services that set many cookies.",
            "A proxy in front of the server adds large header fields.",
        ],
        fixes: &[
            "Configure the proxy to remove cookies, and not to add large header fields.",
            "Use a separate host name for the server.",
        ],
    },
    tasks: &[],
    related: &[Cause::UriTooLong, Cause::BodyTooLarge],
    sources: &[Source::rfc("RFC 6585", "5")],
};

pub(crate) const URI_TOO_LONG: Entry = Entry {
    id: "uri-too-long",
    title: "Request URL too long",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::UriTooLong,
        ErrorCode::InvalidRequest,
        "The URL is too long. Send the parameters in the body",
    )),
    operator: "The request target is longer than 8000 bytes.",
    for_caller: Advice {
        causes: &[
            "The parameters are in the query instead of the body.",
            "A loop of redirects makes the URL longer each time.",
        ],
        fixes: &["Send the parameters in the body of a POST request, and leave the query empty."],
    },
    for_operator: Advice {
        causes: &[
            "The caller, or a proxy that rewrites the URL, puts the form parameters into the query.",
        ],
        fixes: &[
            "Compare the URL that the caller sends with the URL that the proxy forwards, and correct the program that lengthens the URL.",
        ],
    },
    tasks: &[],
    related: &[Cause::CredentialsInUrl, Cause::HeadersTooLarge],
    sources: &[Source::rfc("RFC 9110", "15.5.15")],
};

pub(crate) const BODY_TOO_LARGE: Entry = Entry {
    id: "body-too-large",
    title: "Request body too large",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::ContentTooLarge,
        ErrorCode::InvalidRequest,
        "The body is too large. A token request contains only a few short parameters",
    )),
    operator: "The body is larger than the limit, which is 64 KiB for a token request.",
    for_caller: Advice {
        causes: &[
            "Something other than a token request is sent to the token endpoint.",
            "The request lists very many scopes.",
        ],
        fixes: &[
            "Send only the parameters that the endpoint documents.",
            "Omit the scope parameter to get all assigned scopes without listing them.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller sends a much larger body than a token request needs, by mistake or to exhaust the server.",
        ],
        fixes: &[
            "Tell the owner of the caller the limit. The server itself is not affected: it reads no more than the limit.",
        ],
    },
    tasks: &[],
    related: &[
        Cause::ParametersTooMany,
        Cause::ParameterTooLong,
        Cause::ContentTypeWrong,
    ],
    sources: &[Source::rfc("RFC 9110", "15.5.14")],
};

pub(crate) const REQUEST_TIMEOUT: Entry = Entry {
    id: "request-timeout",
    title: "Request not received in time",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::RequestTimeout,
        ErrorCode::InvalidRequest,
        "The request did not arrive in time. Send it again on a new connection",
    )),
    operator: "The header or the body of the request was not complete within 10 seconds, or the request was slow to arrive when the server needed its connection for another caller.",
    for_caller: Advice {
        causes: &[
            "The connection is slow or was interrupted.",
            "Content-Length states more bytes than the body has.",
        ],
        fixes: &[
            "Send the request again on a new connection.",
            "Let the HTTP library compute Content-Length.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "A caller sends a shorter body than its Content-Length states.",
            "An attacker opens many slow connections to exhaust the server.",
            "A proxy in front of the server delays requests.",
        ],
        fixes: &[
            "Compare the IP addresses of these requests: one address suggests a defect in that caller, many addresses suggest an attack.",
            "Configure the proxy to buffer each request before forwarding it.",
            "If the server often closes connections because it has as many as it allows, allow it more connections.",
        ],
    },
    tasks: &[Task::WatchConnections],
    related: &[Cause::HttpMalformed, Cause::Overloaded],
    sources: &[Source::rfc("RFC 9110", "15.5.9")],
};

pub(crate) const PLAIN_HTTP_ON_TLS_PORT: Entry = Entry {
    id: "plain-http-on-tls-port",
    title: "Plain HTTP on a TLS port",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "This port requires TLS, but the request is plain http. Use an https URL",
    )),
    operator: "A caller sent a plain http request to a port on which this server requires TLS.",
    for_caller: Advice {
        causes: &["The URL starts with http, but the port is the one for https."],
        fixes: &["Use a URL that starts with https."],
    },
    for_operator: Advice {
        causes: &[
            "A caller, a proxy or a health check uses the wrong scheme for the port.",
            "A proxy terminates TLS and forwards plain http.",
        ],
        fixes: &[
            "Configure the caller to use https.",
            "If a proxy terminates TLS, configure the server to accept plain http from the proxy.",
        ],
    },
    tasks: &[Task::TerminateTlsAtProxy],
    related: &[Cause::TlsOnPlainHttpPort, Cause::HttpMalformed],
    sources: &[
        Source::rfc("RFC 9110", "4.2.2"),
        Source::rfc("RFC 9110", "15.5.1"),
    ],
};

pub(crate) const TLS_ON_PLAIN_HTTP_PORT: Entry = Entry {
    id: "tls-on-plain-http-port",
    title: "TLS on a plain HTTP port",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "This port accepts only plain http, but the request uses TLS. Use an http URL",
    )),
    operator: "A caller started a TLS handshake on a port on which this server accepts only plain http.",
    for_caller: Advice {
        causes: &["The URL starts with https, but the port accepts only plain http."],
        fixes: &["Use the scheme and the port of the issuer URL."],
    },
    for_operator: Advice {
        causes: &[
            "A caller uses https, but this server was started without a certificate.",
            "A proxy in front of the server connects to it over TLS.",
        ],
        fixes: &[
            "If callers should reach the server over https, give the server a certificate.",
            "Configure the proxy to connect over plain http, or start the server with a certificate that the proxy trusts.",
        ],
    },
    tasks: &[Task::ServeTls],
    related: &[Cause::PlainHttpOnTlsPort, Cause::HttpMalformed],
    sources: &[
        Source::rfc("RFC 9112", "2.2"),
        Source::rfc("RFC 9110", "15.5.1"),
    ],
};

pub(crate) const HTTP_MALFORMED: Entry = Entry {
    id: "http-malformed",
    title: "Malformed or ambiguous HTTP request",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The request is not valid HTTP, or is ambiguous. Send one Host header field, and each field on one line without folding",
    )),
    operator: "The request is not valid HTTP, or is ambiguous.",
    for_caller: Advice {
        causes: &[
            "The client uses a protocol other than the one that the port accepts, such as TLS instead of plain http.",
            "The request was built by hand and is not valid HTTP.",
            "A header field is folded over several lines, as the base64 command wraps its output after 76 characters.",
        ],
        fixes: &[
            "Use the scheme and the port of the issuer URL.",
            "Use an HTTP library instead of writing to the socket.",
            "Send each header field on one line; encode credentials with base64 -w0.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "A caller or a proxy uses the wrong scheme for the port.",
            "A scanner probes the port.",
            "The request has a header field that is folded over several lines, has no Host header or two Host headers, has a Transfer-Encoding other than chunked, or ends before its body is complete.",
            "A trusted proxy sends the caller's address twice, in an invalid form, or in another way than the server is configured for.",
        ],
        fixes: &[
            "Compare the scheme and the port that the caller uses with those of the server.",
            "Configure the trusted proxy to send the caller's address once, in the way that the server is configured for.",
        ],
    },
    tasks: &[Task::FindListener, Task::TrustProxies],
    related: &[
        Cause::PlainHttpOnTlsPort,
        Cause::TlsOnPlainHttpPort,
        Cause::RequestTimeout,
    ],
    sources: &[
        Source::rfc("RFC 9112", "2.2"),
        Source::rfc("RFC 9110", "15.5.1"),
    ],
};

pub(crate) const FRAME_FLOOD: Entry = Entry {
    id: "frame-flood",
    title: "Flood of HTTP/2 frames",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The connection carried far more HTTP/2 frames than requests",
    )),
    operator: "An HTTP/2 connection carried a flood of frames that are not requests, such as PING, SETTINGS, PRIORITY, WINDOW_UPDATE or empty DATA, and was closed with GOAWAY and ENHANCE_YOUR_CALM.",
    for_caller: Advice {
        causes: &["The HTTP library sends many PING or WINDOW_UPDATE frames for each request."],
        fixes: &[
            "Open a new connection.",
            "Configure the HTTP library to send keep-alive PING frames at most every few seconds.",
            "Update the HTTP library.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "An attacker tries to keep the server busy with frames that cost the sender little.",
            "A client or a proxy has a defect.",
        ],
        fixes: &[
            "Compare the IP addresses of these connections: one address suggests a defect in that caller, many addresses suggest an attack.",
            "If the floods become frequent, block these addresses in front of the server.",
        ],
    },
    tasks: &[Task::WatchConnections],
    related: &[Cause::HttpMalformed, Cause::RequestTimeout],
    sources: &[Source::rfc("RFC 9113", "10.5")],
};
