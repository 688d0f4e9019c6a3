//! Problems with a call to an API, except those of the token itself: the way in which it is sent, and missing
//! permissions.

use super::forms::{refused, refused_naming};
use super::sentences::APPLY_WORLD;
use crate::{Advice, Disclosure, Entry, ErrorCode, Fault, Source, Status, Text, Wire, WireForms};

pub(crate) const TOKEN_MISSING: Entry = Entry {
    id: "token-missing",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    // No code: a caller that sends no credentials may not know yet that it needs some (RFC 6750, section 3.1).
    wire: WireForms::same(Wire {
        status: Status::Unauthorized,
        error: None,
        description: Text::plain("Send an access token in the header Authorization: Bearer"),
    }),
    operator: "The call carries no access token.",
    for_caller: Advice {
        causes: &[
            "The call has no Authorization header, or one of another scheme than Bearer.",
            "A redirect to another host made the HTTP client drop the header.",
        ],
        fixes: &[
            "Get a token from the token endpoint, and send it in the header Authorization: Bearer, followed by a space and the token.",
            "Call the final address directly, without a redirect.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller does not attach its token.",
            "A proxy in front of the API removes the Authorization header.",
        ],
        fixes: &[
            "Let the proxy forward the Authorization header.",
            "Try the call yourself, with curl and a token of your own.",
        ],
    },
    sources: &[Source::rfc("RFC 6750", "3"), Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const AUTHORIZATION_HEADER_MALFORMED: Entry = Entry {
    id: "authorization-header-malformed",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The required form of the header, under two statuses.
        const TEXT: &str =
            "The Authorization header cannot be read. Send Bearer, one space and one token";
        WireForms {
            kinde: refused(Status::Unauthorized, ErrorCode::InvalidRequest, TEXT),
            ..WireForms::same(refused(Status::BadRequest, ErrorCode::InvalidRequest, TEXT))
        }
    },
    operator: "The Authorization: Bearer header holds no token, more than one, or bytes that no token has.",
    for_caller: Advice {
        causes: &[
            "The variable that should hold the token is empty, so that only the word Bearer is sent.",
            "The token stands in quotes or angle brackets, or has a newline in it.",
            "The whole JSON answer of the token endpoint is sent instead of its access_token.",
        ],
        fixes: &[
            "Send the header as Authorization: Bearer, one space, and the value of access_token alone.",
            "Print the length of the token before the call to see whether it is empty.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller builds the header from something that is not a token.",
            "A proxy in front of the API joins two Authorization headers into one.",
        ],
        fixes: &[
            "Ask the owner of the caller for the header with the token blackened, and look at what surrounds it.",
            "Let the proxy add no Authorization header of its own.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6750", "2.1"),
        Source::rfc("RFC 6750", "3.1"),
    ],
};

pub(crate) const TOKEN_SENT_TWICE: Entry = Entry {
    id: "token-sent-twice",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The token is sent in more than one way. Send it in the Authorization header alone",
    )),
    operator: "The call sends its token by more than one method.",
    for_caller: Advice {
        causes: &[
            "The token stands in the Authorization header and also in the body or in the query.",
        ],
        fixes: &[
            "Send the token in the Authorization header, and remove access_token from body and query.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller's library attaches the token, and its code attaches it again."],
        fixes: &["Ask the owner of the caller to keep the header and to drop the other."],
    },
    sources: &[Source::rfc("RFC 6750", "2"), Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const TOKEN_IN_URL: Entry = Entry {
    id: "token-in-url",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "A token must not stand in the address. Send it in the Authorization header",
    )),
    operator: "The token stands in the query of the call, where logs and proxies keep it.",
    for_caller: Advice {
        causes: &["The token is sent as the query parameter access_token."],
        fixes: &[
            "Send the token in the header Authorization: Bearer.",
            "Get a new token: the logs on the way may have kept the old one.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller puts its token into the address, so that it has reached every log on the way.",
        ],
        fixes: &[
            "Remove the address from the logs of proxies in front of the API: who reads them can use the token until it expires.",
            "Ask the owner of the caller to use the Authorization header.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6750", "2.3"),
        Source::rfc("RFC 9700", "4.3.2"),
    ],
};

pub(crate) const SCOPE_INSUFFICIENT: Entry = Entry {
    id: "scope-insufficient",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused_naming(
        Status::Forbidden,
        ErrorCode::InsufficientScope,
        "The token lacks a scope that this call needs. Request a token with it",
        "The token lacks the scope {} that this call needs. Request a token with it",
    )),
    operator: "The token is good and lacks a scope that the call needs.",
    for_caller: Advice {
        causes: &[
            "The token was requested with a scope parameter that leaves out the one that is needed.",
            "The scope is not assigned to the application.",
            "The token was issued before the scope was assigned.",
        ],
        fixes: &[
            "Compare the scope claim of the token with the scope that the WWW-Authenticate header names.",
            "Request a new token with that scope, or without scope to get all that are assigned.",
            "Ask the operator to assign the scope to the application.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The application may call the API, and the scope is not assigned to it.",
            "The caller asks for fewer scopes than it needs, or keeps a token from before the assignment.",
        ],
        fixes: &[
            "Compare the scope of the token, which m2m jwt decode shows, with the one that the call needs.",
            "If it is not assigned, add it to authorize of the application in world.toml, and have the caller request a new token afterwards.",
            APPLY_WORLD,
        ],
    },
    sources: &[Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const ORGANIZATION_MISMATCH: Entry = Entry {
    id: "organization-mismatch",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::Forbidden,
        ErrorCode::InsufficientScope,
        "The token is for another organization than this resource. Use the application of the resource's organization",
    )),
    operator: "The org_code of the token is not that of the route or of the resource.",
    for_caller: Advice {
        causes: &[
            "The token was requested by the application of another organization.",
            "The address names the wrong organization, or the resource belongs to another.",
        ],
        fixes: &[
            "Compare the org_code claim of the token with the organization of the resource.",
            "Request the token with the credentials of the application of that organization.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller uses one application for several organizations.",
            "The route reads the organization from another place than the caller thinks.",
        ],
        fixes: &[
            "Look at the token with m2m jwt decode, and compare its org_code with the route.",
            "Add an application for each organization that the caller serves to world.toml.",
            APPLY_WORLD,
        ],
    },
    sources: &[Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const ORGANIZATION_MISSING: Entry = Entry {
    id: "organization-missing",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::Forbidden,
        ErrorCode::InsufficientScope,
        "The token has no org_code, and this resource needs one. Use an organization-scoped application",
    )),
    operator: "The token has no org_code, since its application is global, and the resource belongs to an organization.",
    for_caller: Advice {
        causes: &[
            "The token was requested by a global application, which belongs to no organization.",
        ],
        fixes: &[
            "Have an organization-scoped application created, and request the token with its credentials.",
            "Decode the token and check that it has an org_code claim before calling routes of an organization.",
        ],
    },
    for_operator: Advice {
        causes: &["The application has no organization, and calls what belongs to one."],
        fixes: &[
            "Add an application whose organization is that of the resource to world.toml, and give its credentials to the caller instead of the global one's.",
            APPLY_WORLD,
        ],
    },
    sources: &[Source::rfc("RFC 6750", "3.1")],
};

pub(crate) const KEYS_UNAVAILABLE: Entry = Entry {
    id: "keys-unavailable",
    fault: Fault::Dependency,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::ServiceUnavailable,
        ErrorCode::TemporarilyUnavailable,
        "The API cannot check tokens now. Try again as Retry-After says",
    )),
    operator: "The keys of the issuer cannot be fetched, and those that are kept are missing or too old.",
    for_caller: Advice {
        causes: &["The API cannot reach the authorization server; the token may well be good."],
        fixes: &[
            "Wait as long as the Retry-After header says, then send the same call with the same token.",
            "If it stays, contact the operator of the API.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The network, the name resolution or a firewall keeps the API from the issuer's JWK set.",
            "The issuer's certificate is not trusted where the API runs.",
            "The address of the issuer in the API's configuration is wrong.",
        ],
        fixes: &[
            "On the machine that the API runs on, fetch the issuer's metadata and then its jwks_uri with curl, to see which of the two fails and why.",
        ],
    },
    sources: &[
        Source::rfc("RFC 9110", "15.6.4"),
        Source::rfc("RFC 8414", "3"),
    ],
};
