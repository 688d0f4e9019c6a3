//! Failures of a client to reach a server, or to receive its answer.

use super::inside::{Inside, clients};
use crate::{Cause, Entry, Source};

pub(crate) const SERVER_URL_INVALID: Entry = clients(Inside {
    id: "server-url-invalid",
    title: "Server address invalid",
    meaning: "The address of the server is not an http or https URL with a host.",
    causes: &["The address is misspelled, or its scheme is missing."],
    fixes: &["Write the complete address, such as https://id.example."],
    tasks: &[],
    related: &[Cause::HostNameUnresolved, Cause::PlainHttpRefused],
    sources: &[Source::rfc("RFC 9110", "4.2")],
});

pub(crate) const PLAIN_HTTP_REFUSED: Entry = clients(Inside {
    id: "plain-http-refused",
    title: "Plain http refused",
    meaning: "The client does not send a secret over plain http to another machine.",
    causes: &["The address uses http, and the host is not this machine."],
    fixes: &[
        "Use the https address of the server.",
        "If the whole connection is protected by other means, allow plain http explicitly.",
    ],
    tasks: &[],
    related: &[Cause::ServerUrlInvalid, Cause::PlainHttpOnTlsPort],
    sources: &[Source::rfc("RFC 6749", "2.3.1")],
});

pub(crate) const HOST_NAME_UNRESOLVED: Entry = clients(Inside {
    id: "host-name-unresolved",
    title: "Host name not resolved",
    meaning: "The host name of the server cannot be resolved.",
    causes: &[
        "The host name is misspelled.",
        "The name is known only inside another network, such as a cluster or a VPN.",
        "The DNS server of this machine cannot be reached.",
    ],
    fixes: &[
        "Check the spelling of the host name.",
        "Look up the name on the same machine or in the same container, for example with getent hosts NAME.",
    ],
    tasks: &[],
    related: &[Cause::ServerUrlInvalid, Cause::ConnectionFailed],
    sources: &[Source::rfc("RFC 9110", "4.2")],
});

pub(crate) const CONNECTION_REFUSED: Entry = clients(Inside {
    id: "connection-refused",
    title: "Connection refused",
    meaning: "No server listens at the address.",
    causes: &[
        "The server is not running, listens on another port, or accepts connections from its own machine only.",
        "The port is missing in the address, or wrong.",
    ],
    fixes: &[
        "Start the server, or wait until it reports that it is ready.",
        "Compare the host and the port with those that the server prints at startup.",
    ],
    tasks: &[],
    related: &[Cause::ConnectionFailed, Cause::ConnectionTimedOut],
    sources: &[Source::rfc("RFC 9110", "4.2")],
});

pub(crate) const CONNECTION_FAILED: Entry = clients(Inside {
    id: "connection-failed",
    title: "Connection failed",
    meaning: "The address of the server cannot be reached.",
    causes: &["This machine has no route to the host, or a firewall rejects the connection."],
    fixes: &["Allow connections from this machine to the host and port, and test them with curl."],
    tasks: &[],
    related: &[Cause::ConnectionRefused, Cause::ConnectionTimedOut],
    sources: &[Source::rfc("RFC 9110", "4.2")],
});

pub(crate) const CONNECTION_TIMED_OUT: Entry = clients(Inside {
    id: "connection-timed-out",
    title: "Connection timed out",
    meaning: "The connection to the server was not established in time.",
    causes: &[
        "A firewall silently drops the packets.",
        "The host is down, or the address belongs to another network.",
    ],
    fixes: &["Allow connections from this machine to the host and port, and test them with curl."],
    tasks: &[],
    related: &[Cause::ConnectionFailed, Cause::AnswerTimedOut],
    sources: &[Source::rfc("RFC 9110", "4.2")],
});

pub(crate) const ANSWER_TIMED_OUT: Entry = clients(Inside {
    id: "answer-timed-out",
    title: "Answer timed out",
    meaning: "The answer of the server was not complete in time.",
    causes: &["The server, or a proxy in front of it, is overloaded or hangs."],
    fixes: &[
        "Try again, with a longer pause each time.",
        "If the problem persists, check the logs of the server and of the proxies in front of it.",
    ],
    tasks: &[],
    related: &[
        Cause::ConnectionTimedOut,
        Cause::ConnectionLost,
        Cause::Overloaded,
    ],
    sources: &[Source::rfc("RFC 9110", "9.2.2")],
});

pub(crate) const ANSWER_TOO_LARGE: Entry = clients(Inside {
    id: "answer-too-large",
    title: "Answer too large",
    meaning: "The answer is larger than any token response or metadata.",
    causes: &["The address is that of a web page or a download, not that of the server."],
    fixes: &["Check the address, and inspect the answer with curl."],
    tasks: &[],
    related: &[Cause::AnswerNotUnderstood],
    sources: &[Source::rfc("RFC 6749", "5.1")],
});

pub(crate) const CONNECTION_LOST: Entry = clients(Inside {
    id: "connection-lost",
    title: "Connection lost",
    meaning: "The connection was closed before the answer was complete.",
    causes: &["The server was restarted, or a proxy in front of it closes connections."],
    fixes: &[
        "Try again; if the problem persists, check the logs of the server and of the proxies in front of it.",
    ],
    tasks: &[],
    related: &[Cause::AnswerTimedOut, Cause::ConnectionRefused],
    sources: &[Source::rfc("RFC 9110", "9.2.2")],
});

pub(crate) const ANSWER_NOT_HTTP: Entry = clients(Inside {
    id: "answer-not-http",
    title: "Answer is not HTTP",
    meaning: "The bytes that the server sent are not HTTP.",
    causes: &[
        "The port speaks TLS, and the address uses http.",
        "The port belongs to another service.",
    ],
    fixes: &["Compare the scheme and the port of the address with those of the server."],
    tasks: &[],
    related: &[Cause::TlsFailed, Cause::AnswerNotUnderstood],
    sources: &[Source::rfc("RFC 9112", "2")],
});

pub(crate) const REQUEST_NOT_SENT: Entry = clients(Inside {
    id: "request-not-sent",
    title: "Request not sent",
    meaning: "The HTTP client could not send the request, for a reason of its own.",
    causes: &["The HTTP client failed for a reason of its own."],
    fixes: &["Try the address with curl from the same machine."],
    tasks: &[],
    related: &[Cause::ConnectionFailed],
    sources: &[Source::rfc("RFC 9110", "3.3")],
});
