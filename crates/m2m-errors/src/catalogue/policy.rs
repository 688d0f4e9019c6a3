//! The reasons why an authenticated application gets no token, regardless of its request.

use super::forms::refused;
use super::sentences::{APPLY_WORLD, NEW_SECRET, TRUST_PROXIES};
use crate::{Advice, Disclosure, Entry, ErrorCode, Fault, Source, Status, Wire, WireForms};

/// The answer if the registration of the application does not allow it to use the grant.
const GRANT_REFUSED: Wire = refused(
    Status::BadRequest,
    ErrorCode::UnauthorizedClient,
    "The client is not authorized to use this grant type",
);

/// `access_denied`, which the generic table has under 403.
const fn denied(text: &'static str) -> WireForms {
    WireForms {
        generic: refused(Status::Forbidden, ErrorCode::AccessDenied, text),
        ..WireForms::same(refused(Status::BadRequest, ErrorCode::AccessDenied, text))
    }
}

pub(crate) const GRANT_NOT_ALLOWED: Entry = Entry {
    id: "grant-not-allowed",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(GRANT_REFUSED),
    operator: "The grant type is not among those that the application may use.",
    for_caller: Advice {
        causes: &["The application is not registered for the client credentials grant."],
        fixes: &[
            "Ask the operator to allow client_credentials for the application.",
            "Check that client_id is that of the application for services and not that of another.",
        ],
    },
    for_operator: Advice {
        causes: &["The application's grant types do not contain client_credentials."],
        fixes: &[
            "Add client_credentials to grant_types of the application in world.toml.",
            APPLY_WORLD,
            "Register another application for the service, if this one is for something else.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "5.2")],
};

pub(crate) const ORGANIZATION_SUSPENDED: Entry = Entry {
    id: "organization-suspended",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: denied(
        "The organization of the application is suspended. Contact the operator of this server",
    ),
    operator: "The organization that the application belongs to is suspended.",
    for_caller: Advice {
        causes: &[
            "The authorization server denies tokens to the organization that the application belongs to.",
        ],
        fixes: &[
            "Ask the operator why the organization is suspended, with the trace_id of the answer.",
        ],
    },
    for_operator: Advice {
        causes: &["Somebody set suspended = true for the organization."],
        fixes: &[
            "Leave it suspended, and tell the owner of the application why.",
            "Or set suspended = false for the organization in world.toml.",
            APPLY_WORLD,
        ],
    },
    sources: &[Source::rfc("RFC 6749", "4.1.2.1")],
};

pub(crate) const ADDRESS_NOT_ALLOWED: Entry = Entry {
    id: "address-not-allowed",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: denied(
        "The application may not request tokens from this address. Contact the operator of this server",
    ),
    operator: "The request comes from an address that is not among those that the application may use.",
    for_caller: Advice {
        causes: &[
            "The service moved to a network, a cloud region or an exit address that the operator does not know.",
            "The request was made from a workstation and not from where the service runs.",
        ],
        fixes: &[
            "Request the token from where the service runs.",
            "Tell the operator the address or network that the service now uses.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The application's allowed addresses do not contain that of the request, which the diagnosis names.",
            "The server stands behind a proxy, and takes the proxy's address for the caller's.",
            "Somebody uses the application's secret from elsewhere.",
        ],
        fixes: &[
            TRUST_PROXIES,
            "If the address is one of the service's, add it or its network to allowed_addresses of the application in world.toml.",
            "If nobody of yours is behind the address, treat the secret as leaked, and replace it.",
            NEW_SECRET,
            APPLY_WORLD,
        ],
    },
    sources: &[Source::rfc("RFC 6749", "4.1.2.1")],
};

pub(crate) const QUOTA_EXCEEDED: Entry = Entry {
    id: "quota-exceeded",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The fix, under two statuses.
        const TEXT: &str = "The application has used up its tokens for now. Reuse a token until it expires, and wait as Retry-After says";
        WireForms {
            generic: refused(
                Status::ServiceUnavailable,
                ErrorCode::TemporarilyUnavailable,
                TEXT,
            ),
            ..WireForms::same(refused(
                Status::TooManyRequests,
                ErrorCode::TemporarilyUnavailable,
                TEXT,
            ))
        }
    },
    operator: "The application has been issued as many tokens in this window as its quota allows.",
    for_caller: Advice {
        causes: &[
            "The service requests a token for each call instead of keeping one.",
            "Many instances of the service each request tokens of their own.",
        ],
        fixes: &[
            "Keep the token and use it until shortly before expires_in has passed.",
            "Wait as long as the Retry-After header says.",
            "Ask the operator for a larger quota if the service does keep its tokens.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller does not keep its tokens, and requests one for each call.",
            "The quota is smaller than the number of instances needs.",
        ],
        fixes: &[
            "Ask the owner of the caller to keep each token until shortly before it expires.",
            "If it does, raise token_quota of the application in world.toml, or set its mode to warn.",
            APPLY_WORLD,
        ],
    },
    sources: &[
        Source::rfc("RFC 6585", "4"),
        Source::rfc("RFC 6749", "4.1.2.1"),
    ],
};

pub(crate) const NOT_BEFORE_IN_FUTURE: Entry = Entry {
    id: "not-before-in-future",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::UnauthorizedClient,
        "The application may not have tokens yet. Ask its operator from when on it may",
    )),
    operator: "The tokens of the application are revoked up to a moment in the future, so that none could be valid now.",
    for_caller: Advice {
        causes: &["The operator has revoked all tokens of the application up to a later moment."],
        fixes: &["Ask the operator from when on the application may have tokens."],
    },
    for_operator: Advice {
        causes: &[
            "The field not_before of the application holds a time in the future; it was set while the clock of the server was ahead, or by a registry file.",
            "The clock of the server is behind.",
        ],
        fixes: &[
            "Compare the clock of the server with another one.",
            "Set not_before of the application in world.toml to a moment that has passed.",
            APPLY_WORLD,
            "To keep an application from getting tokens, set enabled = false instead.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "5.2")],
};

pub(crate) const ISSUED_TOKEN_TOO_LONG: Entry = Entry {
    id: "issued-token-too-long",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The token would be too long for APIs to accept. Request fewer scopes or audiences, or ask the operator",
    )),
    operator: "The token would be longer than 12 KiB, or carry more than 200 properties or feature flags, and APIs would refuse it.",
    for_caller: Advice {
        causes: &[
            "The request names many scopes or audiences, or names no scope and gets all that are assigned.",
            "The operator lets tokens of the application carry long properties or feature flags.",
        ],
        fixes: &[
            "Request one token for each audience, and only the scopes that the next calls need.",
            "If one scope for one audience is refused as well, contact the operator of the server.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The application has many scopes on the audiences that it asked for together.",
            "The properties, feature flags or scopes in its tokens are long, or the issuer has a long name.",
        ],
        fixes: &[
            "Remove what its APIs do not read from token_properties, feature_flags and token_feature_flags of the application in world.toml.",
            APPLY_WORLD,
            "Or have the caller request fewer scopes or audiences in one token.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "5.2"),
        Source::rfc("RFC 9110", "5.4"),
    ],
};

pub(crate) const SYSTEM_USER_NOT_ALLOWED: Entry = Entry {
    id: "system-user-not-allowed",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(GRANT_REFUSED),
    operator: "The application may not act as a system user.",
    for_caller: Advice {
        causes: &[
            "The application is not set up to act on its own, as the client credentials grant demands here.",
        ],
        fixes: &["Ask the operator to allow the application a system user and to assign one."],
    },
    for_operator: Advice {
        causes: &[
            "The application has no permission for a system user, whether or not one is assigned to it.",
        ],
        fixes: &[
            "Set system_user_allowed = true and a system_user for the application in world.toml.",
            APPLY_WORLD,
            "Use another profile than trusted-application if applications are to act for themselves.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "5.2")],
};

pub(crate) const SYSTEM_USER_MISSING: Entry = Entry {
    id: "system-user-missing",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(GRANT_REFUSED),
    operator: "The application may act as a system user, but none is assigned to it.",
    for_caller: Advice {
        causes: &[
            "The application is not set up to act on its own, as the client credentials grant demands here.",
        ],
        fixes: &["Ask the operator to assign a system user to the application."],
    },
    for_operator: Advice {
        causes: &["A system user is allowed, and the field that names it is empty."],
        fixes: &[
            "Set system_user of the application in world.toml.",
            APPLY_WORLD,
            "Use another profile than trusted-application if applications are to act for themselves.",
        ],
    },
    sources: &[Source::rfc("RFC 6749", "5.2")],
};
