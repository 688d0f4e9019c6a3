//! The meanings of the HTTP statuses for a caller that requests a token or calls an API with one.

use crate::{Advice, Source, StatusEntry};

pub(crate) const BAD_REQUEST: StatusEntry = StatusEntry {
    code: 400,
    reason: "Bad Request",
    meaning: "The request cannot be understood, or lacks what it needs.",
    advice: Advice {
        causes: &[
            "A parameter is missing or wrong, such as client_id, client_secret, grant_type or audience.",
            "The body has a wrong format or a wrong Content-Type.",
            "The client asks for something that it may not have; the error code of the body says what.",
        ],
        fixes: &[
            "Read error and error_description in the body: they name what to change.",
            "Check that every required parameter is there, once, with the value that was meant.",
            "Send the body as application/x-www-form-urlencoded.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.1")],
};

pub(crate) const UNAUTHORIZED: StatusEntry = StatusEntry {
    code: 401,
    reason: "Unauthorized",
    meaning: "The request carries no credentials, or none that are good.",
    advice: Advice {
        causes: &[
            "In a call to an API: the access token is missing, malformed, has expired, or was revoked.",
            "In a call to an API: the Authorization header is malformed.",
            "In a token request: client_id or client_secret is wrong.",
        ],
        fixes: &[
            "Send the header Authorization: Bearer, one space, and the token.",
            "Check the exp claim of the token, and request a new token if it has passed.",
            "In a token request: compare client_id and client_secret with those of the application.",
        ],
    },
    sources: &[
        Source::rfc("RFC 9110", "15.5.2"),
        Source::rfc("RFC 6750", "3"),
    ],
};

pub(crate) const FORBIDDEN: StatusEntry = StatusEntry {
    code: 403,
    reason: "Forbidden",
    meaning: "The credentials are good, and do not permit this.",
    advice: Advice {
        causes: &[
            "The token lacks a scope that the call needs.",
            "The org_code of the token is not that of the resource, or the token has none.",
            "The client is not permitted this action at all.",
        ],
        fixes: &[
            "Compare the scope claim of the token with what the call needs, and request a token with that scope.",
            "Compare the org_code claim of the token with the organization of the resource.",
            "Find out whether the resource asks for a further permission, and have it granted.",
        ],
    },
    sources: &[
        Source::rfc("RFC 9110", "15.5.4"),
        Source::rfc("RFC 6750", "3.1"),
    ],
};

pub(crate) const NOT_FOUND: StatusEntry = StatusEntry {
    code: 404,
    reason: "Not Found",
    meaning: "There is nothing at this address.",
    advice: Advice {
        causes: &[
            "The address of the endpoint or of the resource is wrong.",
            "The resource was deleted, or never existed.",
        ],
        fixes: &[
            "Compare the address with the documentation or with the server's metadata.",
            "List the resources and take the address of one that is there.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.5")],
};

pub(crate) const METHOD_NOT_ALLOWED: StatusEntry = StatusEntry {
    code: 405,
    reason: "Method Not Allowed",
    meaning: "The address exists, and does not take this method.",
    advice: Advice {
        causes: &[
            "A token is requested with GET instead of POST.",
            "The resource does not offer the operation that the method stands for.",
        ],
        fixes: &[
            "Request tokens with POST.",
            "Use a method that the Allow header or the documentation lists.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.6")],
};

pub(crate) const REQUEST_TIMEOUT: StatusEntry = StatusEntry {
    code: 408,
    reason: "Request Timeout",
    meaning: "The request did not arrive whole in the time that the server gives.",
    advice: Advice {
        causes: &["The connection is slow or broken, or the announced length is wrong."],
        fixes: &["Send the request again on a new connection."],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.9")],
};

pub(crate) const CONFLICT: StatusEntry = StatusEntry {
    code: 409,
    reason: "Conflict",
    meaning: "The request does not fit the current state of the record, or of the records that depend on it.",
    advice: Advice {
        causes: &[
            "In a call to the management API: another record has the name, the record is in use, or the change would leave the server without a manager.",
        ],
        fixes: &["Read code and message in the body: they name what the request conflicts with."],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.10")],
};

pub(crate) const CONTENT_TOO_LARGE: StatusEntry = StatusEntry {
    code: 413,
    reason: "Content Too Large",
    meaning: "The body is larger than the server reads.",
    advice: Advice {
        causes: &["The body holds more than the endpoint needs."],
        fixes: &["Send only the parameters that the endpoint documents."],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.14")],
};

pub(crate) const URI_TOO_LONG: StatusEntry = StatusEntry {
    code: 414,
    reason: "URI Too Long",
    meaning: "The address is longer than the server reads.",
    advice: Advice {
        causes: &["Parameters stand in the query that belong into the body."],
        fixes: &["Send the parameters in the body of a POST."],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.15")],
};

pub(crate) const TOO_MANY_REQUESTS: StatusEntry = StatusEntry {
    code: 429,
    reason: "Too Many Requests",
    meaning: "The caller has asked, or has failed, too often within a time.",
    advice: Advice {
        causes: &[
            "A service retries with wrong credentials without a pause.",
            "A service requests a token for each call instead of keeping one.",
        ],
        fixes: &[
            "Wait as long as the Retry-After header says.",
            "Correct the credentials, and keep each token until shortly before it expires.",
        ],
    },
    sources: &[Source::rfc("RFC 6585", "4")],
};

pub(crate) const REQUEST_HEADER_FIELDS_TOO_LARGE: StatusEntry = StatusEntry {
    code: 431,
    reason: "Request Header Fields Too Large",
    meaning: "The header fields are larger than the server reads.",
    advice: Advice {
        causes: &["Cookies or other header fields are sent along that the endpoint does not need."],
        fixes: &["Send fewer and smaller header fields, and no cookies."],
    },
    sources: &[Source::rfc("RFC 6585", "5")],
};

pub(crate) const INTERNAL_SERVER_ERROR: StatusEntry = StatusEntry {
    code: 500,
    reason: "Internal Server Error",
    meaning: "The server met an unexpected condition.",
    advice: Advice {
        causes: &[
            "Something is broken on the side of the server.",
            "The server, or something that it depends on, is out of service for a moment.",
        ],
        fixes: &[
            "Send the same request again later.",
            "If it stays, contact the operator of the server with the trace_id of the answer.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.6.1")],
};

pub(crate) const SERVICE_UNAVAILABLE: StatusEntry = StatusEntry {
    code: 503,
    reason: "Service Unavailable",
    meaning: "The server cannot answer for a while.",
    advice: Advice {
        causes: &[
            "The server is overloaded or in maintenance.",
            "The caller is slowed down, since it asks or fails too often.",
        ],
        fixes: &[
            "Wait as long as the Retry-After header says, or a few seconds and longer each time, then try again.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.6.4")],
};
