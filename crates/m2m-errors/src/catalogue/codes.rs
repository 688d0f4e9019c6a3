//! The meanings of the codes, for all servers and all grants.

use crate::{Advice, CodeEntry, Source};

pub(crate) const INVALID_REQUEST: CodeEntry = CodeEntry {
    code: "invalid_request",
    meaning: "The request lacks a parameter, repeats one, has one that is not valid, or cannot be read.",
    advice: Advice {
        causes: &[
            "A parameter such as grant_type, client_id, client_secret or audience is missing or empty.",
            "The body is not a form, is encoded wrongly, or has another Content-Type than application/x-www-form-urlencoded.",
            "The grant type is not supported: some servers, Kinde among them, answer that with this code.",
            "A parameter is repeated, or the client authenticates in two ways at once.",
            "In a call to an API: the Authorization header is malformed, or the token is sent in two ways.",
        ],
        fixes: &[
            "Send grant_type=client_credentials, client_id, client_secret and audience, each once.",
            "Send them in the body of a POST, as application/x-www-form-urlencoded, encoded by a library.",
            "In a call to an API: send the header Authorization: Bearer, one space, and the token.",
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
            "client_id or client_secret is wrong, or missing.",
            "The secret was rotated, revoked or has expired.",
            "The application was deleted, is disabled, or is a public client.",
            "The method of authentication is not one that the server takes from this client.",
        ],
        fixes: &[
            "Compare client_id and client_secret with those of the application, and look for spaces and newlines.",
            "If the secret was rotated lately, use the new one.",
            "Check that the application is enabled, is confidential, and is registered with this very server.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "5.2")],
};

pub(crate) const INVALID_GRANT: CodeEntry = CodeEntry {
    code: "invalid_grant",
    meaning: "What the client presents for a token, such as a code or a refresh token, is not valid, has expired, or is not its own.",
    advice: Advice {
        causes: &[
            "The authorization code is wrong, has expired, or was used before.",
            "The refresh token is wrong, has expired, was revoked, or was issued to another client.",
            "The redirect URI is not the one that the code was requested with.",
            "From a server for trusted applications: the request is malformed, lacks a parameter, or has a wrong grant type.",
        ],
        fixes: &[
            "Send the user through the authorization again to get a new code or refresh token, and use a code once.",
            "Send the same redirect_uri as in the authorization request, character by character.",
            "As a service, send grant_type=client_credentials with client_id and client_secret as form fields.",
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
    meaning: "The client is known, and may not have what it asks for in this way.",
    advice: Advice {
        causes: &[
            "The application may not use this grant type.",
            "The application is not authorized for the API that the audience names.",
            "The application asks for scopes and has none at all.",
            "A trusted application has no system user, or may not act as one.",
        ],
        fixes: &[
            "Have the application allowed to use the grant type, and the scopes assigned that it asks for.",
            "Have the application authorized for the API that the audience names.",
            "For a trusted application, have a system user allowed and assigned.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "5.2")],
};

pub(crate) const UNSUPPORTED_GRANT_TYPE: CodeEntry = CodeEntry {
    code: "unsupported_grant_type",
    meaning: "The server does not offer the grant type.",
    advice: Advice {
        causes: &[
            "The grant type is misspelled.",
            "The grant type is for users, such as password or authorization_code, and the caller is a service.",
            "The server does not offer this grant type to anyone.",
        ],
        fixes: &[
            "Send grant_type=client_credentials, spelled exactly so.",
            "Look into grant_types_supported of the server's metadata for what it offers.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "5.2")],
};

pub(crate) const INVALID_SCOPE: CodeEntry = CodeEntry {
    code: "invalid_scope",
    meaning: "A requested scope is unknown, malformed, or more than the client may have.",
    advice: Advice {
        causes: &[
            "The scope is misspelled, or the API does not define it.",
            "The scope is not assigned to the application.",
            "The scopes are not joined with single spaces.",
        ],
        fixes: &[
            "Check that the API defines the scope, and that it is assigned to the application.",
            "Ask only for scopes that are assigned, or leave out scope to get all of them.",
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
    meaning: "The requested resource or audience is missing, malformed, unknown, or not for this client.",
    advice: Advice {
        causes: &[
            "The resource is not an absolute URI, or has a fragment.",
            "No API has this identifier, or the application is not authorized for it.",
            "No target is named, and the server cannot choose among several.",
            "One token cannot serve the requested targets together.",
        ],
        fixes: &[
            "Send the identifier of the API as it is registered, character by character.",
            "Have the application authorized for the API.",
            "Request one token for each API.",
        ],
    },
    sources: &[Source::rfc("RFC 8707", "2")],
};

pub(crate) const ACCESS_DENIED: CodeEntry = CodeEntry {
    code: "access_denied",
    meaning: "The user or the authorization server said no.",
    advice: Advice {
        causes: &[
            "In a flow with a user: the user declined to grant the permission.",
            "The authorization server denies the client access, such as for a suspended organization or from a foreign address.",
        ],
        fixes: &[
            "In a flow with a user: check the flow, explain to the user what the permission is for, and ask again.",
            "Contact the operator of the server with the trace_id of the answer if it stays.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "4.1.2.1"),
        Source::rfc("RFC 8628", "3.5"),
    ],
};

pub(crate) const SERVER_ERROR: CodeEntry = CodeEntry {
    code: "server_error",
    meaning: "The authorization server met an unexpected condition.",
    advice: Advice {
        causes: &["Something went wrong inside the server, and the request may well be right."],
        fixes: &[
            "Send the same request again later, with a longer pause each time.",
            "If it stays, contact the operator of the server with the trace_id of the answer.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "4.1.2.1")],
};

pub(crate) const TEMPORARILY_UNAVAILABLE: CodeEntry = CodeEntry {
    code: "temporarily_unavailable",
    meaning: "The authorization server cannot answer now and will be able to later.",
    advice: Advice {
        causes: &[
            "The server is in maintenance, overloaded, or out of service for a while.",
            "The caller asks too often, or has failed to authenticate too often.",
        ],
        fixes: &[
            "Wait as long as the Retry-After header says, or a few seconds and longer each time, then try again.",
            "Keep a token until shortly before it expires instead of requesting one for each call.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "4.1.2.1")],
};

pub(crate) const INVALID_TOKEN: CodeEntry = CodeEntry {
    code: "invalid_token",
    meaning: "The token is malformed, has expired, was revoked, or is not meant for this API.",
    advice: Advice {
        causes: &[
            "The access token has expired or was revoked.",
            "The token is cut off or changed, or is no access token.",
            "The token was issued to another client, or for another API.",
            "The token is from another issuer, or signed with a key that is none of the issuer's.",
            "A refresh token was presented, and it is malformed, has expired, was revoked, or does not belong into an API call.",
        ],
        fixes: &[
            "Request a new token with the audience of this API, and use it before it expires.",
            "Decode the token, and compare iss, aud and exp with what the API expects.",
            "Send the access token to APIs; a refresh token goes to the token endpoint only.",
        ],
    },
    sources: &[Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const INSUFFICIENT_SCOPE: CodeEntry = CodeEntry {
    code: "insufficient_scope",
    meaning: "The token is good, and does not open this resource.",
    advice: Advice {
        causes: &[
            "The token lacks a scope that the call needs; the WWW-Authenticate header may name it.",
            "The token belongs to another organization than the resource, or to none.",
        ],
        fixes: &[
            "Have the scope assigned to the application, and request a new token with it.",
            "In a flow with a user: send the user through the authorization again, with the scope.",
            "Compare the org_code of the token with the organization of the resource.",
        ],
    },
    sources: &[Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const UNSUPPORTED_TOKEN_TYPE: CodeEntry = CodeEntry {
    code: "unsupported_token_type",
    meaning: "The server does not revoke tokens of this kind.",
    advice: Advice {
        causes: &["A token that ends by itself only was sent to the revocation endpoint."],
        fixes: &[
            "Wait for the token to expire, or have all tokens of the application declared void by the operator.",
            "Check that the token is one of this server.",
        ],
    },
    sources: &[Source::rfc("RFC 7009", "2.2.1")],
};

pub(crate) const NOT_FOUND: CodeEntry = CodeEntry {
    code: "not_found",
    meaning: "There is nothing at this path.",
    advice: Advice {
        causes: &[
            "The address of the endpoint or of the resource is misspelled.",
            "The resource was deleted, or never existed.",
        ],
        fixes: &[
            "Compare the address with the server's metadata or with the documentation of the API.",
        ],
    },
    sources: &[Source::rfc("RFC 9110", "15.5.5")],
};
