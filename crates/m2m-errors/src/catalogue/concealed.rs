//! The reasons why a client's credentials are not accepted, which the caller must not learn.
//!
//! A caller that could tell an unknown client from a wrong secret, or a wrong secret from an expired one, could look
//! for clients and for leaked secrets. So all of these share one answer and one advice; only the operator reads which
//! it was.

use super::forms::refused;
use crate::{Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, WireForms};

/// The one answer of the group, in every profile.
const CREDENTIALS_REFUSED: WireForms = WireForms::same(refused(
    Status::Unauthorized,
    ErrorCode::InvalidClient,
    "Invalid client_id or client_secret",
));

/// The one advice of the group: every possible cause, and its fix.
const CREDENTIALS_ADVICE: Advice = Advice {
    causes: &[
        "client_id or client_secret is wrong: mistyped, truncated, followed by a newline or a space, or swapped.",
        "The service still uses a secret that was rotated or revoked, or has expired.",
        "The application does not exist in this environment, was deleted, is disabled, or has expired.",
        "The application is a public client, or is not allowed to use this authentication method.",
    ],
    fixes: &[
        "Compare client_id and client_secret with those that were issued for the application, character by character.",
        "If the secret was rotated, deploy the new secret wherever the service runs.",
        "Check that the token is requested from the server and environment where the application is registered.",
        "Send the operator the trace_id of the response; the log has the exact cause under that trace_id.",
    ],
};

/// The sections that require these answers to be alike.
const SOURCES: &[Source] = &[
    Source::rfc("RFC 6749", "5.2"),
    Source::rfc("RFC 6749", "2.3.1"),
    Source::rfc("RFC 6749", "10.10"),
];

pub(crate) const CLIENT_ID_MALFORMED: Entry = Entry {
    id: "client-id-malformed",
    title: "Malformed client id",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The client id contains a character that is not allowed in client ids, or is longer than 256 bytes, so no application can have it.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The client id was pasted with a space, a newline or quotes.",
            "The client id was percent-encoded twice.",
        ],
        fixes: &[
            "Ask the owner of the caller to correct the client id: a client id consists of visible ASCII characters except the percent sign, the plus sign and the colon.",
        ],
    },
    tasks: &[],
    related: &[Cause::ClientUnknown, Cause::ClientIdMismatch],
    sources: &[
        Source::rfc("RFC 6749", "5.2"),
        Source::rfc("RFC 6749", "appendix A.1"),
    ],
};

pub(crate) const CLIENT_UNKNOWN: Entry = Entry {
    id: "client-unknown",
    title: "Unknown client id",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "No application has or ever had this client id.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The client id is misspelled; if a similar client id exists, the diagnosis names it.",
            "The caller sends its request to the wrong environment.",
            "client_id and client_secret are swapped.",
        ],
        fixes: &[
            "Compare the client id with those of the registered applications, and tell the owner of the caller the correct client id.",
            "If the application is not registered, register it.",
        ],
    },
    tasks: &[
        Task::ListApplications,
        Task::CreateApplication,
        Task::ApplyRegistryFile,
    ],
    related: &[
        Cause::ClientIdMalformed,
        Cause::ApplicationDeleted,
        Cause::SecretWrong,
    ],
    sources: SOURCES,
};

pub(crate) const APPLICATION_DELETED: Entry = Entry {
    id: "application-deleted",
    title: "Application deleted",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The application that had this client id was deleted.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The application was deleted while a service still used it; the diagnosis shows when and by whom.",
            "The application was missing from a registry file that was applied, and everything that was missing from the file was deleted.",
        ],
        fixes: &[
            "If the service is still needed, create an application with the same client_id and the same authorizations.",
            "Deploy the secret of the new application to the service.",
            "If the service is no longer needed, stop the service.",
        ],
    },
    tasks: &[
        Task::ListEvents,
        Task::RecreateApplication,
        Task::ApplyRegistryFile,
    ],
    related: &[Cause::ClientUnknown, Cause::ApplicationDisabled],
    sources: SOURCES,
};

pub(crate) const APPLICATION_DISABLED: Entry = Entry {
    id: "application-disabled",
    title: "Application disabled",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The application is disabled.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "An operator disabled the application because it is no longer needed or was misused.",
            "The application is disabled in the registry file that was applied last.",
        ],
        fixes: &[
            "Find out why the application was disabled before you enable it.",
            "If the application was disabled by mistake, enable it.",
        ],
    },
    tasks: &[
        Task::ListEvents,
        Task::EnableApplication,
        Task::ApplyRegistryFile,
    ],
    related: &[
        Cause::ApplicationDeleted,
        Cause::ApplicationExpired,
        Cause::OrganizationSuspended,
        Cause::SecretRevoked,
    ],
    sources: SOURCES,
};

pub(crate) const APPLICATION_EXPIRED: Entry = Entry {
    id: "application-expired",
    title: "Application expired",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The application has reached the expiration time that was set for it.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The application was set up for a limited time, which is over, while a service still uses it.",
            "The expiration time was set by mistake, or was not extended before it was reached.",
        ],
        fixes: &[
            "Ask the owner of the application whether its service is still needed.",
            "If the service is still needed, remove the application's expires_at, or set a later time.",
            "If the service is no longer needed, stop the service, and delete the application.",
        ],
    },
    tasks: &[
        Task::ListEvents,
        Task::ExtendApplication,
        Task::ApplyRegistryFile,
    ],
    related: &[
        Cause::ApplicationDisabled,
        Cause::ApplicationDeleted,
        Cause::SecretExpired,
    ],
    sources: SOURCES,
};

pub(crate) const CLIENT_PUBLIC: Entry = Entry {
    id: "client-public",
    title: "Client type is public",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The application's client type is public, and only a confidential client may use this grant.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The application was registered as a public client, which is meant for mobile and browser apps.",
        ],
        fixes: &[
            "If the application runs where it can keep a secret, change its client type to confidential.",
            "If the confidential application has no secret, create one for it.",
            "If a service uses the application of a mobile or browser app, create a separate application for the service.",
        ],
    },
    tasks: &[
        Task::MakeConfidential,
        Task::ApplyRegistryFile,
        Task::RotateSecret,
    ],
    related: &[
        Cause::AuthenticationMethodNotAllowed,
        Cause::GrantNotAllowed,
    ],
    sources: &[
        Source::rfc("RFC 6749", "4.4"),
        Source::rfc("RFC 6749", "2.1"),
    ],
};

pub(crate) const AUTHENTICATION_METHOD_NOT_ALLOWED: Entry = Entry {
    id: "authentication-method-not-allowed",
    title: "Authentication method not allowed",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The application is not allowed to use the authentication method of the request.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The application may only use a Basic header, but the caller sends the secret in the body, or the reverse.",
        ],
        fixes: &[
            "Ask the owner of the caller to use a method that is allowed for the application.",
            "If the caller cannot use another method, allow its method, client_secret_basic or client_secret_post, for the application.",
        ],
    },
    tasks: &[Task::AllowAuthenticationMethod, Task::ApplyRegistryFile],
    related: &[
        Cause::ClientPublic,
        Cause::AssertionUnsupported,
        Cause::AuthenticationSchemeUnsupported,
    ],
    sources: &[Source::rfc("RFC 6749", "5.2"), Source::rfc("RFC 7591", "2")],
};

pub(crate) const SECRET_WRONG: Entry = Entry {
    id: "secret-wrong",
    title: "Wrong client secret",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The secret does not match any current or previous secret of the application.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The secret belongs to another application or another environment.",
            "The secret is right except for a newline, spaces, quotes or its encoding; if the diagnosis finds such a difference, it names the difference.",
            "The secret was imported as a hash, and the hash was computed from another value, such as the secret with a newline.",
        ],
        fixes: &[
            "If the diagnosis names a difference that the caller can correct, tell the owner of the caller; otherwise, deploy the current secret to the caller.",
            "If the secret was imported as a hash, check that the hash was computed from the secret alone, without a newline.",
            "If the current secret is lost, create a new one, and deploy it to the caller.",
        ],
    },
    tasks: &[
        Task::RotateSecret,
        Task::SetSecretHash,
        Task::ApplyRegistryFile,
        Task::ResetManagement,
    ],
    related: &[
        Cause::SecretRotatedOut,
        Cause::SecretExpired,
        Cause::ClientUnknown,
        Cause::BasicMalformed,
    ],
    sources: SOURCES,
};

pub(crate) const SECRET_ROTATED_OUT: Entry = Entry {
    id: "secret-rotated-out",
    title: "Old secret after a rotation",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The secret was replaced in a rotation, and is no longer valid.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "A service, or one of its instances, did not get the new secret before the old one became invalid.",
            "The hash of a new secret was imported, which revoked the old secret at once.",
        ],
        fixes: &[
            "Deploy the current secret to the service; if the current secret is lost, create a new one.",
        ],
    },
    tasks: &[
        Task::RotateSecret,
        Task::SetSecretHash,
        Task::ApplyRegistryFile,
        Task::ResetManagement,
    ],
    related: &[
        Cause::SecretWrong,
        Cause::SecretExpired,
        Cause::SecretRevoked,
    ],
    sources: SOURCES,
};

pub(crate) const SECRET_REVOKED: Entry = Entry {
    id: "secret-revoked",
    title: "Revoked client secret",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The secret was revoked by an operator.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The secret was revoked, perhaps because it had leaked, while a service still used it.",
            "The secret has leaked, and an attacker is trying it.",
        ],
        fixes: &[
            "If the service does not use the address of the request, treat the request as an attack with a leaked secret.",
            "If the service needs a secret, create a new one, and deploy it to the service.",
        ],
    },
    tasks: &[
        Task::RotateSecret,
        Task::SetSecretHash,
        Task::ApplyRegistryFile,
        Task::ResetManagement,
    ],
    related: &[
        Cause::SecretRotatedOut,
        Cause::SecretExpired,
        Cause::ApplicationDisabled,
    ],
    sources: SOURCES,
};

pub(crate) const SECRET_EXPIRED: Entry = Entry {
    id: "secret-expired",
    title: "Expired client secret",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The secret has reached the expiration time that was set when it was created.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The secret was created with an expiration time, and was not rotated before then.",
        ],
        fixes: &[
            "Create a new secret, and deploy it to the service.",
            "Look up the expiration times of the other secrets, and rotate each secret before it expires.",
        ],
    },
    tasks: &[
        Task::RotateSecret,
        Task::SetSecretHash,
        Task::ApplyRegistryFile,
        Task::ResetManagement,
        Task::ListSecrets,
    ],
    related: &[
        Cause::SecretRotatedOut,
        Cause::SecretRevoked,
        Cause::ApplicationExpired,
    ],
    sources: SOURCES,
};
