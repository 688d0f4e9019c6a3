//! The reasons why an authenticated application gets no token, regardless of its request.

use super::forms::refused;
use crate::{
    Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, Wire, WireForms,
};

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
    title: "Grant type not allowed",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(GRANT_REFUSED),
    operator: "The application is not allowed to use the grant type.",
    for_caller: Advice {
        causes: &["The application is not registered for the client credentials grant."],
        fixes: &[
            "Ask the operator to allow client_credentials for the application.",
            "Check that client_id is that of the service's own application.",
        ],
    },
    for_operator: Advice {
        causes: &["The grant types of the application do not include client_credentials."],
        fixes: &[
            "If the application belongs to a service, add client_credentials to its grant types.",
            "If the application has another purpose, create a separate application for the service.",
        ],
    },
    tasks: &[Task::AllowGrantType, Task::ApplyRegistryFile],
    related: &[
        Cause::GrantTypeUnsupported,
        Cause::SystemUserNotAllowed,
        Cause::ClientPublic,
    ],
    sources: &[Source::rfc("RFC 6749", "5.2")],
};

pub(crate) const ORGANIZATION_SUSPENDED: Entry = Entry {
    id: "organization-suspended",
    title: "Organization suspended",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: denied(
        "The organization of the application is suspended. Contact the operator of this server",
    ),
    operator: "The organization that the application belongs to is suspended.",
    for_caller: Advice {
        causes: &["The operator suspended the organization that the application belongs to."],
        fixes: &[
            "Contact the operator or the support of the server to ask why the organization is suspended, and include the trace_id of the response.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "An operator suspended the organization, for example because of misuse or an unpaid bill.",
        ],
        fixes: &[
            "If the suspension is intended, tell the owner of the application the reason.",
            "If the organization's applications should get tokens again, resume the organization.",
        ],
    },
    tasks: &[
        Task::ListEvents,
        Task::ResumeOrganization,
        Task::ApplyRegistryFile,
    ],
    related: &[Cause::ApplicationDisabled, Cause::AddressNotAllowed],
    sources: &[Source::rfc("RFC 6749", "4.1.2.1")],
};

pub(crate) const ADDRESS_NOT_ALLOWED: Entry = Entry {
    id: "address-not-allowed",
    title: "IP address not allowed",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: denied(
        "The application is not allowed to request tokens from this IP address. Contact the operator of this server",
    ),
    operator: "The IP address of the request is not in the application's allowed_addresses.",
    for_caller: Advice {
        causes: &[
            "The service moved to a network, cloud region or outbound IP address that the operator has not allowed.",
            "The request was sent from a workstation instead of from where the service runs.",
        ],
        fixes: &[
            "Request the token from where the service runs.",
            "Contact the operator or the support of the server, and state which IP address or network the service uses now.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The service has a new address that is not in the application's allowed_addresses; the diagnosis names the address.",
            "A proxy is in front of the server, and the server does not trust it to report addresses, so all callers appear to have the proxy's address.",
            "The application's secret has leaked, and is used from another network.",
        ],
        fixes: &[
            "If the address belongs to the service, add the address or its network to the application's allowed addresses.",
            "If the address is that of your own proxy, configure both so that the server learns the addresses of callers from the proxy.",
            "If the address does not belong to any of your services, treat the secret as leaked: create a new secret, and revoke the others at once.",
        ],
    },
    tasks: &[
        Task::AllowAddress,
        Task::TrustProxies,
        Task::ReplaceLeakedSecret,
        Task::SetSecretHash,
        Task::ApplyRegistryFile,
    ],
    related: &[Cause::OrganizationSuspended, Cause::AuthenticationThrottled],
    sources: &[Source::rfc("RFC 6749", "4.1.2.1")],
};

pub(crate) const QUOTA_EXCEEDED: Entry = Entry {
    id: "quota-exceeded",
    title: "Token quota used up",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: {
        /// The fix, under two statuses.
        const TEXT: &str = "The application has used up its token quota. Reuse tokens until they expire, and wait for the time in Retry-After";
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
    operator: "The application has received as many tokens in the current period as its quota allows.",
    for_caller: Advice {
        causes: &[
            "The service requests a token for each call instead of reusing one.",
            "The service has many instances, each of which requests its own tokens.",
        ],
        fixes: &[
            "Reuse each token until shortly before it expires; expires_in in the response is its lifetime in seconds.",
            "Wait for the time in the Retry-After header before requesting another token.",
            "If the service already reuses its tokens, ask the operator for a larger quota.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The caller requests a token for each call instead of reusing one.",
            "The quota is too small for the number of instances of the caller.",
        ],
        fixes: &[
            "Ask the owner of the caller to reuse each token until shortly before it expires.",
            "If the caller already reuses its tokens, raise the application's quota, or let the server only warn about tokens beyond the quota.",
        ],
    },
    tasks: &[Task::SetTokenQuota, Task::ApplyRegistryFile],
    related: &[Cause::AuthenticationThrottled, Cause::Overloaded],
    sources: &[
        Source::rfc("RFC 6585", "4"),
        Source::rfc("RFC 6749", "4.1.2.1"),
    ],
};

pub(crate) const NOT_BEFORE_IN_FUTURE: Entry = Entry {
    id: "not-before-in-future",
    title: "Tokens revoked into the future",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::UnauthorizedClient,
        "The application cannot get tokens yet. Ask the operator of this server when it can get tokens again",
    )),
    operator: "The application's not_before is in the future: tokens issued before that time are revoked, so a token that is issued now would not be valid.",
    for_caller: Advice {
        causes: &[
            "All tokens issued to the application before a certain time are revoked, and that time is still in the future.",
        ],
        fixes: &["Ask the operator when the application can get tokens again."],
    },
    for_operator: Advice {
        causes: &[
            "The application's not_before was set while the server's clock was ahead, or was set to a time in the future by mistake.",
            "The server's clock is slow.",
        ],
        fixes: &[
            "Compare the server's clock with a time server.",
            "If the tokens should be revoked only up to now, set the application's not_before to the current time.",
            "If the application should not get tokens, disable it instead of setting not_before.",
        ],
    },
    tasks: &[
        Task::SetNotBefore,
        Task::DisableApplication,
        Task::ApplyRegistryFile,
    ],
    related: &[Cause::TokenRevoked, Cause::ApplicationDisabled],
    sources: &[Source::rfc("RFC 6749", "5.2")],
};

pub(crate) const ISSUED_TOKEN_TOO_LONG: Entry = Entry {
    id: "issued-token-too-long",
    title: "Issued token would be too long",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidRequest,
        "The token would be too long for APIs to accept. Request fewer scopes or audiences, or contact the operator",
    )),
    operator: "The token would be longer than 12 KiB, or contain more than 200 properties or feature flags, so APIs would reject it.",
    for_caller: Advice {
        causes: &[
            "The request names many scopes or audiences, or omits the scope parameter, which requests all assigned scopes.",
            "The operator configured long properties or feature flags for the tokens of the application.",
        ],
        fixes: &[
            "Request one token for each audience, and only the scopes that the next calls need.",
            "If a request for one scope and one audience is also refused, contact the operator or the support of the server.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The application has many scopes for the audiences that it requests together.",
            "The properties, feature flags or scopes in its tokens are long, or the issuer URL is long.",
        ],
        fixes: &[
            "Reduce the properties and feature flags in the application's tokens to those that its APIs read.",
            "Ask the owner of the caller to request fewer scopes or audiences in one token.",
        ],
    },
    tasks: &[Task::ReduceTokenValues, Task::ApplyRegistryFile],
    related: &[Cause::TokenTooLong, Cause::AudiencesTooMany],
    sources: &[
        Source::rfc("RFC 6749", "5.2"),
        Source::rfc("RFC 9110", "5.4"),
    ],
};

pub(crate) const SYSTEM_USER_NOT_ALLOWED: Entry = Entry {
    id: "system-user-not-allowed",
    title: "System user not allowed",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(GRANT_REFUSED),
    operator: "The application is not allowed to act as a system user.",
    for_caller: Advice {
        causes: &[
            "This server or the application's registration requires a system user, but the application is not allowed to act as one.",
        ],
        fixes: &["Ask the operator to allow a system user for the application, and to assign one."],
    },
    for_operator: Advice {
        causes: &[
            "The server requires a system user, as with the profile trusted-application, but the application may not act as one.",
            "A system user is assigned to the application, but the application may not act as one.",
        ],
        fixes: &[
            "If the application should act as a system user, allow it to, and assign a valid system user to it.",
            "If the application does not need a system user, remove the one that is assigned, and configure the server not to require one.",
        ],
    },
    tasks: &[
        Task::SetSystemUser,
        Task::ChooseProfile,
        Task::ApplyRegistryFile,
    ],
    related: &[Cause::SystemUserMissing, Cause::GrantNotAllowed],
    sources: &[Source::rfc("RFC 6749", "5.2")],
};

pub(crate) const SYSTEM_USER_MISSING: Entry = Entry {
    id: "system-user-missing",
    title: "No system user assigned",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms::same(GRANT_REFUSED),
    operator: "The application may act as a system user, but no system user is assigned to it.",
    for_caller: Advice {
        causes: &[
            "The application is not set up to act as a system user, which this server requires for the client credentials grant.",
        ],
        fixes: &["Ask the operator to assign a system user to the application."],
    },
    for_operator: Advice {
        causes: &[
            "The application was allowed to act as a system user, but no system user was assigned to it afterwards.",
        ],
        fixes: &[
            "Assign a valid system user to the application.",
            "If applications do not need a system user, configure the server not to require one.",
        ],
    },
    tasks: &[
        Task::SetSystemUser,
        Task::ChooseProfile,
        Task::ApplyRegistryFile,
    ],
    related: &[Cause::SystemUserNotAllowed, Cause::GrantNotAllowed],
    sources: &[Source::rfc("RFC 6749", "5.2")],
};
