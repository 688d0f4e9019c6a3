//! The codes of the token endpoint.

use crate::{Advice, CodeEntry, Source};

pub(crate) const INVALID_REQUEST: CodeEntry = CodeEntry {
    code: "invalid_request",
    meaning: "The request lacks a parameter, repeats one, has an invalid value, or is otherwise malformed.",
    advice: Advice {
        causes: &[
            "A parameter such as grant_type, client_id, client_secret, audience or scope is missing, empty or invalid.",
            "The body is not a form, is wrongly encoded, or has a Content-Type other than application/x-www-form-urlencoded.",
            "The grant type is not supported; some servers, such as Kinde, return this code for unsupported grant types.",
            "A parameter is repeated, or the client authenticates in two ways at once.",
            "In a call to an API: the Authorization header is malformed, or the token is sent in two ways.",
        ],
        fixes: &[
            "Send grant_type=client_credentials, client_id, client_secret and audience, each once.",
            "Send the parameters in the body of a POST request, as application/x-www-form-urlencoded, and let a library encode them.",
            "If the request is a call to an API, send the header Authorization: Bearer TOKEN.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "5.2"),
        Source::rfc("RFC 6750", "3.1"),
    ],
};

pub(crate) const INVALID_CLIENT: CodeEntry = CodeEntry {
    code: "invalid_client",
    meaning: "The client could not be authenticated.",
    advice: Advice {
        causes: &[
            "client_id or client_secret is wrong or missing.",
            "The secret was rotated or revoked, or has expired.",
            "The application does not exist, was deleted, is disabled, or is a public client.",
            "The server does not accept this authentication method from the client.",
        ],
        fixes: &[
            "Compare client_id and client_secret with those of the application, and look for spaces and newlines.",
            "If the secret was rotated recently, use the new one.",
            "Send both client_id and client_secret, either in the body or in an Authorization: Basic header.",
            "Check that the application is enabled and confidential, and is registered with this server.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "5.2")],
};

pub(crate) const INVALID_GRANT: CodeEntry = CodeEntry {
    code: "invalid_grant",
    meaning: "The authorization code, refresh token or other grant is invalid, has expired, was revoked, or was issued to another client.",
    advice: Advice {
        causes: &[
            "The authorization code is wrong, has expired, or was used before.",
            "The refresh token is wrong, has expired, was revoked, or was issued to another client.",
            "The redirect URI differs from the one in the authorization request.",
            "The request is malformed, lacks a parameter, or has an unknown grant type; some servers return this code for such requests.",
        ],
        fixes: &[
            "Send the user through authorization again to get a new code or refresh token, and use each code only once.",
            "Send the same redirect_uri as in the authorization request, character by character.",
            "If the caller is a service, send grant_type=client_credentials with client_id and client_secret as form fields.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "5.2"),
        Source::rfc("RFC 6749", "4.1.3"),
        Source::rfc("RFC 6749", "6"),
    ],
};

pub(crate) const UNAUTHORIZED_CLIENT: CodeEntry = CodeEntry {
    code: "unauthorized_client",
    meaning: "The client is authenticated, but is not authorized for the grant type, API or scope that it requests.",
    advice: Advice {
        causes: &[
            "The application is not allowed to use this grant type.",
            "The application is not authorized for the API that the audience names.",
            "The application requests a scope, but no scope is assigned to it.",
            "The server requires a system user, but the application has none or is not allowed to act as one.",
        ],
        fixes: &[
            "Ask the operator to allow the grant type for the application, and to assign the requested scopes.",
            "Ask the operator to authorize the application for the API that the audience names.",
            "If the server requires a system user, ask the operator to allow and assign one.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "5.2")],
};

pub(crate) const UNSUPPORTED_GRANT_TYPE: CodeEntry = CodeEntry {
    code: "unsupported_grant_type",
    meaning: "The server does not support the grant type.",
    advice: Advice {
        causes: &[
            "The grant type is misspelled.",
            "The grant type is for users, such as password or authorization_code, and the caller is a service.",
            "The server does not support this grant type for any client.",
        ],
        fixes: &[
            "Send grant_type=client_credentials, spelled exactly like this.",
            "Check grant_types_supported in the server's metadata for the supported grant types.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "5.2")],
};

pub(crate) const INVALID_SCOPE: CodeEntry = CodeEntry {
    code: "invalid_scope",
    meaning: "A requested scope is unknown, malformed, or not allowed for the client.",
    advice: Advice {
        causes: &[
            "The scope is misspelled, or the API does not define it.",
            "The scope is not assigned to the application.",
            "The scopes are not joined with single spaces.",
        ],
        fixes: &[
            "Check that the API defines the scope, and that it is assigned to the application.",
            "Request only assigned scopes, or omit the scope parameter to get all of them.",
            "Join several scopes with one space: scope=read:users write:flags.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "5.2"),
        Source::rfc("RFC 6749", "3.3"),
    ],
};

pub(crate) const INVALID_TARGET: CodeEntry = CodeEntry {
    code: "invalid_target",
    meaning: "The requested resource or audience is missing, malformed, unknown, or not allowed for the client.",
    advice: Advice {
        causes: &[
            "The resource parameter is not an absolute URI, or the URI has a fragment (#...).",
            "No API has this identifier, or the application is not authorized for it.",
            "The request does not name a resource or an audience, and the server cannot choose one.",
            "The requested resources or audiences cannot share one token.",
        ],
        fixes: &[
            "Send the API's identifier exactly as it is registered, character by character.",
            "Ask the operator to authorize the application for the API.",
            "Request one token for each API.",
        ],
    },
    sources: &[Source::rfc("RFC 8707", "2")],
};

pub(crate) const ACCESS_DENIED: CodeEntry = CodeEntry {
    code: "access_denied",
    meaning: "The user or the authorization server denied the request.",
    advice: Advice {
        causes: &[
            "The authorization server denies the client access, for example because its organization is suspended or its IP address is not allowed.",
            "In a flow with a user, the user declined to grant the permission.",
        ],
        fixes: &[
            "If the error persists, contact the operator or the support of the server, and include the trace_id of the response.",
            "If a user declined the permission, explain what the permission is for, and ask again.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "4.1.2.1"),
        Source::rfc("RFC 8628", "3.5"),
    ],
};

pub(crate) const SERVER_ERROR: CodeEntry = CodeEntry {
    code: "server_error",
    meaning: "The authorization server encountered an unexpected condition.",
    advice: Advice {
        causes: &["An error occurred inside the server; the request itself may be correct."],
        fixes: &[
            "Retry the same request later, and increase the delay each time.",
            "If the error persists, contact the operator or the support of the server, and include the trace_id of the response.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "4.1.2.1")],
};

pub(crate) const TEMPORARILY_UNAVAILABLE: CodeEntry = CodeEntry {
    code: "temporarily_unavailable",
    meaning: "The authorization server is temporarily unable to handle the request.",
    advice: Advice {
        causes: &[
            "The server is in maintenance, overloaded, or temporarily out of service.",
            "The caller requests tokens too often, or has failed to authenticate too often.",
        ],
        fixes: &[
            "Wait for the time in the Retry-After header before trying again; without the header, start with a few seconds and increase the delay each time.",
            "Reuse a token until shortly before it expires instead of requesting one for each call.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "4.1.2.1")],
};
