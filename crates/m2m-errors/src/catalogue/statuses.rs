//! The meanings of the HTTP statuses for a caller that requests a token or calls an API with one.

use crate::{Advice, Source, StatusEntry};

pub(crate) const BAD_REQUEST: StatusEntry = StatusEntry {
    code: 400,
    reason: "Bad Request",
    meaning: "The server cannot understand the request, or a required part of it is missing.",
    advice: Advice {
        causes: &[
            "A parameter is missing or wrong, such as client_id, client_secret, grant_type or audience.",
            "The body has the wrong format or the wrong Content-Type.",
            "The client requests a token that it is not allowed to have; the error code in the body states why.",
        ],
        fixes: &[
            "Read the fields error and error_description in the body: they state what to change.",
            "Check that every required parameter is present, once, with the intended value.",
            "Send the body as application/x-www-form-urlencoded.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.1")],
};

pub(crate) const UNAUTHORIZED: StatusEntry = StatusEntry {
    code: 401,
    reason: "Unauthorized",
    meaning: "The request has no credentials, or its credentials are not valid.",
    advice: Advice {
        causes: &[
            "In a call to an API: the access token is missing or malformed, has expired, or was revoked.",
            "In a call to an API: the Authorization header is malformed.",
            "In a token request: client_id or client_secret is wrong.",
        ],
        fixes: &[
            "Send the header Authorization: Bearer TOKEN with each call to an API.",
            "Check the exp claim of the token. If the time in the claim has passed, request a new token.",
            "Compare the client_id and client_secret of a token request with those of the application.",
            "Decode a token that is refused and a token that works, and compare their claims.",
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
    meaning: "The credentials are valid, but they do not permit this request.",
    advice: Advice {
        causes: &[
            "The token lacks a scope that the call needs.",
            "The token's org_code is not the organization of the resource, or the token has no org_code.",
            "The user or the client is not allowed to perform this action.",
        ],
        fixes: &[
            "Compare the scope claim of the token with the scopes that the call needs, and request a token that has these scopes.",
            "Compare the org_code claim of the token with the organization of the resource.",
            "Check whether the resource requires another permission, and ask the operator to grant that permission.",
            "Decode a token that is refused and a token that works, and compare their claims.",
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
    meaning: "There is nothing at this URL.",
    advice: Advice {
        causes: &[
            "The URL of the endpoint or of the resource is wrong.",
            "The resource was deleted, or never existed.",
        ],
        fixes: &[
            "Compare the URL with the documentation or with the server's metadata.",
            "List the resources, and use the URL of an existing resource.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.5")],
};

pub(crate) const METHOD_NOT_ALLOWED: StatusEntry = StatusEntry {
    code: 405,
    reason: "Method Not Allowed",
    meaning: "The URL exists, but does not support this method.",
    advice: Advice {
        causes: &[
            "A token is requested with GET instead of POST.",
            "The resource does not support this operation.",
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
    meaning: "The request did not arrive completely within the time limit of the server.",
    advice: Advice {
        causes: &["The connection is slow or broken, or Content-Length is wrong."],
        fixes: &["Send the request again on a new connection."],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.9")],
};

pub(crate) const CONFLICT: StatusEntry = StatusEntry {
    code: 409,
    reason: "Conflict",
    meaning: "The request conflicts with the current state of the record, or of records that depend on it.",
    advice: Advice {
        causes: &[
            "In a call to the management API: another record has the same name, the record is in use, or the change would leave the server without an application that can manage it.",
        ],
        fixes: &[
            "Read code and message in the response: they name what the request conflicts with.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.10")],
};

pub(crate) const PRECONDITION_FAILED: StatusEntry = StatusEntry {
    code: 412,
    reason: "Precondition Failed",
    meaning: "The record does not have the version that a header of the request names.",
    advice: Advice {
        causes: &[
            "In a call to the management API: another client changed the record after this one had read it.",
            "In a call to the management API: the operation does not support the header If-Match.",
        ],
        fixes: &[
            "Read the record again, and repeat the change with the new ETag if the change still applies.",
            "Omit the header If-Match if the change is to be made in any case.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.13")],
};

pub(crate) const CONTENT_TOO_LARGE: StatusEntry = StatusEntry {
    code: 413,
    reason: "Content Too Large",
    meaning: "The body is larger than the server accepts.",
    advice: Advice {
        causes: &["The body contains more than the endpoint needs."],
        fixes: &["Send only the parameters that the endpoint documents."],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.14")],
};

pub(crate) const URI_TOO_LONG: StatusEntry = StatusEntry {
    code: 414,
    reason: "URI Too Long",
    meaning: "The URL is longer than the server accepts.",
    advice: Advice {
        causes: &["Parameters that belong in the body are in the query."],
        fixes: &["Send the parameters in the body of a POST."],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.15")],
};

pub(crate) const UNSUPPORTED_MEDIA_TYPE: StatusEntry = StatusEntry {
    code: 415,
    reason: "Unsupported Media Type",
    meaning: "The body has a format that the server does not accept for this request.",
    advice: Advice {
        causes: &[
            "The header Content-Type is missing, or does not match the body.",
            "The body is compressed, or has a format that the endpoint does not support.",
        ],
        fixes: &[
            "Send the header Content-Type that the endpoint documents, and a body in that format.",
            "Send the body without compression.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.16")],
};

pub(crate) const TOO_MANY_REQUESTS: StatusEntry = StatusEntry {
    code: 429,
    reason: "Too Many Requests",
    meaning: "The caller sent too many requests, or failed to authenticate too often, within a period of time.",
    advice: Advice {
        causes: &[
            "A service retries with wrong credentials without a pause.",
            "A service requests a token for each call instead of caching one.",
        ],
        fixes: &[
            "Wait for the time in the Retry-After header.",
            "Correct the credentials, and cache each token until shortly before it expires.",
        ],
    },
    sources: &[Source::rfc("RFC 6585", "4")],
};

pub(crate) const REQUEST_HEADER_FIELDS_TOO_LARGE: StatusEntry = StatusEntry {
    code: 431,
    reason: "Request Header Fields Too Large",
    meaning: "The header fields are larger than the server accepts.",
    advice: Advice {
        causes: &[
            "The request has cookies or other header fields that the endpoint does not need.",
        ],
        fixes: &["Send fewer and smaller header fields, and no cookies."],
    },
    sources: &[Source::rfc("RFC 6585", "5")],
};

pub(crate) const INTERNAL_SERVER_ERROR: StatusEntry = StatusEntry {
    code: 500,
    reason: "Internal Server Error",
    meaning: "The server encountered an unexpected condition.",
    advice: Advice {
        causes: &[
            "An internal error occurred in the server.",
            "The server, or something that it depends on, is temporarily unavailable.",
        ],
        fixes: &[
            "Retry the same request later.",
            "If the error persists, contact the operator or the support of the server, and include the trace_id of the response.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.6.1")],
};

pub(crate) const SERVICE_UNAVAILABLE: StatusEntry = StatusEntry {
    code: 503,
    reason: "Service Unavailable",
    meaning: "The server is temporarily unable to handle the request.",
    advice: Advice {
        causes: &[
            "The server is overloaded or in maintenance.",
            "The caller is throttled, because it sends too many requests or fails to authenticate too often.",
        ],
        fixes: &[
            "Wait for the time in the Retry-After header before you try again. If there is no such header, wait a few seconds, and increase the delay after each attempt.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.6.4")],
};
