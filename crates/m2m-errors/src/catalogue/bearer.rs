//! Problems with a call to an API, except those of the token itself: the way in which it is sent, and missing
//! permissions.

use super::forms::{refused, refused_with_value};
use crate::{
    Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, Text, Wire, WireForms,
};

pub(crate) const TOKEN_MISSING: Entry = Entry {
    id: "token-missing",
    title: "Missing access token",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    // No code: a caller that sends no credentials may not know yet that it needs some (RFC 6750, section 3.1).
    wire: WireForms::same(Wire {
        status: Status::Unauthorized,
        error: None,
        description: Text::plain("Missing access token. Send it as Authorization: Bearer TOKEN"),
    }),
    operator: "The call has no access token.",
    for_caller: Advice {
        causes: &[
            "The call has no Authorization header, or the scheme in the header is not Bearer.",
            "A redirect to another host made the HTTP client drop the header.",
        ],
        fixes: &[
            "Request a token from the token endpoint, and send it in the header Authorization: Bearer TOKEN.",
            "Call the final URL directly, so that there is no redirect.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller does not attach its token.",
            "A proxy in front of the API removes the Authorization header.",
        ],
        fixes: &[
            "Send the call yourself with curl and a token of your own to see whether the caller omits the header or a proxy removes it.",
            "Configure the proxy to forward the Authorization header.",
        ],
    },
    tasks: &[],
    related: &[Cause::AuthorizationHeaderMalformed, Cause::TokenInUrl],
    sources: &[Source::rfc("RFC 6750", "3"), Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const AUTHORIZATION_HEADER_MALFORMED: Entry = Entry {
    id: "authorization-header-malformed",
    title: "Malformed Authorization header",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The required form of the header, under two statuses.
        const TEXT: &str =
            "The Authorization header is malformed. Send Bearer, one space and one token";
        WireForms {
            kinde: refused(Status::Unauthorized, ErrorCode::InvalidRequest, TEXT),
            ..WireForms::same(refused(Status::BadRequest, ErrorCode::InvalidRequest, TEXT))
        }
    },
    operator: "The Authorization: Bearer header contains no token, more than one, or characters that are not allowed in a token.",
    for_caller: Advice {
        causes: &[
            "The variable with the token is empty, so only the word Bearer is sent.",
            "The token is enclosed in quotes or angle brackets, or contains a newline.",
            "The whole JSON response of the token endpoint is sent instead of the value of access_token.",
        ],
        fixes: &[
            "Send the header as Authorization: Bearer, one space, and the value of access_token alone.",
            "Print the length of the token before the call to see whether the token is empty.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller builds the header from something that is not a token.",
            "A proxy in front of the API joins two Authorization headers into one.",
        ],
        fixes: &[
            "Ask the owner of the caller for the header with the token redacted, and check the characters before and after the token.",
            "Configure the proxy not to add an Authorization header of its own.",
        ],
    },
    tasks: &[],
    related: &[
        Cause::TokenMissing,
        Cause::TokenMalformed,
        Cause::TokenSentTwice,
    ],
    sources: &[
        Source::rfc("RFC 6750", "2.1"),
        Source::rfc("RFC 6750", "3.1"),
    ],
};

pub(crate) const TOKEN_SENT_TWICE: Entry = Entry {
    id: "token-sent-twice",
    title: "Token sent twice",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The token is sent in more than one way. Send it only in the Authorization header",
    )),
    operator: "The call sends its token by more than one method.",
    for_caller: Advice {
        causes: &["The token is in the Authorization header and also in the body or in the query."],
        fixes: &[
            "Send the token in the Authorization header, and remove access_token from the body and the query.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller's library sends the token, and the caller's own code sends it again.",
        ],
        fixes: &["Ask the owner of the caller to send the token only in the Authorization header."],
    },
    tasks: &[],
    related: &[Cause::TokenInUrl, Cause::AuthorizationHeaderMalformed],
    sources: &[Source::rfc("RFC 6750", "2"), Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const TOKEN_IN_URL: Entry = Entry {
    id: "token-in-url",
    title: "Token in the URL",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "A token must not be sent in the URL. Send it in the Authorization header",
    )),
    operator: "The token is in the query of the URL, which proxies and servers log.",
    for_caller: Advice {
        causes: &["The token is sent as the query parameter access_token."],
        fixes: &[
            "Send the token in the header Authorization: Bearer TOKEN.",
            "Request a new token, because the old one may be in logs.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller sends its token in the URL, so it may be in the log of every proxy and server on the way.",
        ],
        fixes: &[
            "Remove the URL from the logs of the proxies in front of the API: anyone who can read these logs can use the token until the token expires.",
            "Ask the owner of the caller to use the Authorization header.",
        ],
    },
    tasks: &[],
    related: &[
        Cause::TokenSentTwice,
        Cause::TokenMissing,
        Cause::CredentialsInUrl,
    ],
    sources: &[
        Source::rfc("RFC 6750", "2.3"),
        Source::rfc("RFC 9700", "4.3.2"),
    ],
};

pub(crate) const SCOPE_INSUFFICIENT: Entry = Entry {
    id: "scope-insufficient",
    title: "Insufficient scope",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused_with_value(
        Status::Forbidden,
        ErrorCode::InsufficientScope,
        "The token lacks a scope that this call needs. Request a token that has this scope",
        "The token lacks the scope {} that this call needs. Request a token that has this scope",
    )),
    operator: "The token is valid but lacks a scope that the call needs.",
    for_caller: Advice {
        causes: &[
            "The token was requested with a scope parameter that does not contain the required scope.",
            "The scope is not assigned to the application.",
            "The token was issued before the scope was assigned.",
        ],
        fixes: &[
            "Compare the token's scope claim with the scope that the WWW-Authenticate header names.",
            "Request a new token that has the required scope, or omit the scope parameter to get all assigned scopes.",
            "Ask the operator to assign the scope to the application.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The application is authorized for the API, but the scope is not assigned to it.",
            "The caller requests fewer scopes than it needs, or uses a token from before the scope was assigned.",
        ],
        fixes: &[
            "Decode the token, and compare its scope claim with the scope that the call needs.",
            "If the application should have the scope, assign the scope to it.",
            "Ask the owner of the caller to request a new token that has the scope.",
        ],
    },
    tasks: &[
        Task::DecodeToken,
        Task::AssignScope,
        Task::ApplyRegistryFile,
    ],
    related: &[
        Cause::ScopeNotAssigned,
        Cause::OrganizationMismatch,
        Cause::AudienceMismatch,
    ],
    sources: &[Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const ORGANIZATION_MISMATCH: Entry = Entry {
    id: "organization-mismatch",
    title: "Token of another organization",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::Forbidden,
        ErrorCode::InsufficientScope,
        "The token is for another organization. Use the application of the organization that owns this resource",
    )),
    operator: "The token's org_code claim does not match the organization of the route or of the resource.",
    for_caller: Advice {
        causes: &[
            "The token was requested by an application of another organization.",
            "The URL names the wrong organization, or the resource belongs to another organization.",
        ],
        fixes: &[
            "Compare the token's org_code claim with the organization of the resource.",
            "Request the token with the credentials of an application of that organization.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller uses one application for several organizations.",
            "The API reads the organization from a different part of the request than the caller expects.",
        ],
        fixes: &[
            "Decode the token, and compare its org_code claim with the organization of the route and of the resource.",
            "Create one application for each organization that the caller serves.",
        ],
    },
    tasks: &[
        Task::DecodeToken,
        Task::CreateOrganizationApplication,
        Task::ApplyRegistryFile,
    ],
    related: &[Cause::OrganizationMissing, Cause::ScopeInsufficient],
    sources: &[Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const ORGANIZATION_MISSING: Entry = Entry {
    id: "organization-missing",
    title: "Token without an organization",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::Forbidden,
        ErrorCode::InsufficientScope,
        "The token has no org_code, which this resource requires. Use an organization-scoped application",
    )),
    operator: "The resource belongs to an organization, but the token has no org_code claim, because its application does not belong to an organization.",
    for_caller: Advice {
        causes: &[
            "The token was requested by a global application, that is, one that does not belong to an organization.",
        ],
        fixes: &[
            "Ask the operator for an organization-scoped application, and request the token with its credentials.",
            "Decode the token and check that it has an org_code claim before calling routes of an organization.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The application does not belong to an organization, but calls a resource that does.",
        ],
        fixes: &[
            "Create an application that belongs to the resource's organization.",
            "Deploy the credentials of the new application to the caller, in place of those of the global application.",
        ],
    },
    tasks: &[
        Task::CreateOrganizationApplication,
        Task::ApplyRegistryFile,
        Task::DecodeToken,
    ],
    related: &[Cause::OrganizationMismatch, Cause::ScopeInsufficient],
    sources: &[Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const CALLER_NOT_ALLOWED: Entry = Entry {
    id: "caller-not-allowed",
    title: "Caller not allowed on this route",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::Forbidden,
        ErrorCode::InsufficientScope,
        "The token is valid, but its application may not make this call",
    )),
    operator: "The token is valid, and the route accepts only certain applications, or has a condition that this caller does not meet.",
    for_caller: Advice {
        causes: &[
            "The API serves this route only to certain applications.",
            "The API has a condition on this call that the caller does not meet.",
        ],
        fixes: &[
            "Request the token with the credentials of an application that may make this call.",
            "Ask the operator of the API to accept your application on this route.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The application is not in the list of the route.",
            "The condition of the route is not met, such as one on a claim of the token or on the method of the request.",
        ],
        fixes: &[
            "Add the client id of the application to the list of the route if it may make this call.",
            "Decode the token, and compare its claims with the condition of the route.",
        ],
    },
    tasks: &[Task::DecodeToken],
    related: &[Cause::ClientMismatch, Cause::ScopeInsufficient],
    sources: &[Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const KEYS_UNAVAILABLE: Entry = Entry {
    id: "keys-unavailable",
    title: "Keys of the issuer unavailable",
    fault: Fault::Dependency,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::ServiceUnavailable,
        ErrorCode::TemporarilyUnavailable,
        "The API cannot verify tokens at the moment. Try again after the time in Retry-After",
    )),
    operator: "The issuer's keys cannot be fetched, and the cached keys are missing or too old.",
    for_caller: Advice {
        causes: &["The API cannot reach the authorization server; the token itself may be valid."],
        fixes: &[
            "Wait for the time in the Retry-After header, then repeat the call with the same token.",
            "If the error persists, contact the operator or the support of the API.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The API cannot reach the issuer's JWK set because of the network, name resolution or a firewall.",
            "The issuer's certificate is not trusted where the API runs.",
            "The issuer URL in the API's configuration is wrong.",
        ],
        fixes: &[
            "Fetch the issuer's metadata and then its jwks_uri with curl on the machine where the API runs, to see which of the two fails and why.",
        ],
    },
    tasks: &[],
    related: &[Cause::TokenKeyUnknown, Cause::IssuerMismatch],
    sources: &[
        Source::rfc("RFC 9110", "15.6.4"),
        Source::rfc("RFC 8414", "3"),
    ],
};

pub(crate) const INTROSPECTION_UNAVAILABLE: Entry = Entry {
    id: "introspection-unavailable",
    title: "Status of the token unknown",
    fault: Fault::Dependency,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::ServiceUnavailable,
        ErrorCode::TemporarilyUnavailable,
        "The API cannot check at the moment whether the token was revoked. Try again after the time in Retry-After",
    )),
    operator: "The token is valid, and the API asks the issuer whether it was revoked, but the issuer has not answered.",
    for_caller: Advice {
        causes: &["The API cannot reach the authorization server; the token itself may be valid."],
        fixes: &[
            "Wait for the time in the Retry-After header, then repeat the call with the same token.",
            "If the error persists, contact the operator or the support of the API.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The API cannot reach the issuer's introspection endpoint because of the network, name resolution or a firewall.",
            "The credentials with which the API asks are wrong, or its application is disabled.",
            "The issuer has no introspection endpoint.",
        ],
        fixes: &[
            "Check the evidence in the log of the API: it has the answer of the issuer.",
            "Ask the issuer about a token with the credentials of the API, from the machine on which the API runs.",
        ],
    },
    tasks: &[],
    related: &[Cause::KeysUnavailable, Cause::TokenRevoked],
    sources: &[Source::rfc("RFC 7662", "2.3")],
};
