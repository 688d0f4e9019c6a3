//! The reasons why a client's credentials are not accepted, which the caller must not learn.
//!
//! A caller that could tell an unknown client from a wrong secret, or a wrong secret from an expired one, could look
//! for clients and for leaked secrets. So all of these share one answer and one advice; only the operator reads which
//! it was.

use super::forms::refused;
use super::sentences::{APPLY_WORLD, NEW_SECRET, RESET_MANAGEMENT, SET_SECRET_HASH};
use crate::{Advice, Disclosure, Entry, ErrorCode, Fault, Source, Status, WireForms};

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
        "The application does not exist in this environment, was deleted, or is disabled.",
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
    title: "Client id malformed",
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
    related: &[],
    sources: &[
        Source::rfc("RFC 6749", "5.2"),
        Source::rfc("RFC 6749", "appendix A.1"),
    ],
};

pub(crate) const CLIENT_UNKNOWN: Entry = Entry {
    id: "client-unknown",
    title: "Client unknown",
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
            "Compare the client id with those in world.toml, and tell the owner of the caller the correct client id.",
            "If the application is missing from world.toml, add the application.",
            APPLY_WORLD,
        ],
    },
    related: &[],
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
            "The application was missing from a file that was applied with m2m apply --prune.",
        ],
        fixes: &[
            "If the service is still needed, add an application with the same client_id and the same authorize list to world.toml.",
            APPLY_WORLD,
            "Deploy the secret of the new application to the service.",
            "If the service is no longer needed, stop the service.",
        ],
    },
    related: &[],
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
            "The application has enabled = false in world.toml.",
        ],
        fixes: &[
            "Find out why the application was disabled before you enable it.",
            "Set enabled = true for the application in world.toml.",
            APPLY_WORLD,
        ],
    },
    related: &[],
    sources: SOURCES,
};

pub(crate) const CLIENT_PUBLIC: Entry = Entry {
    id: "client-public",
    title: "Client public",
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
            "If the application runs where it can keep a secret, set its client_type to confidential in world.toml.",
            APPLY_WORLD,
            "If the application has no secret, create one with m2m secret rotate CLIENT_ID.",
            "If a service uses the application of a mobile or browser app, create a separate application for the service.",
        ],
    },
    related: &[],
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
            "Add the caller's method, client_secret_basic or client_secret_post, to the application's authentication_methods in world.toml.",
            APPLY_WORLD,
        ],
    },
    related: &[],
    sources: &[Source::rfc("RFC 6749", "5.2"), Source::rfc("RFC 7591", "2")],
};

pub(crate) const SECRET_WRONG: Entry = Entry {
    id: "secret-wrong",
    title: "Secret wrong",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The secret does not match any current or previous secret of the application.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The secret belongs to another application or another environment.",
            "The secret is right except for a newline, spaces, quotes or its encoding; if the diagnosis finds such a difference, it names the difference.",
            "The secret was imported as secret_sha256, but the hash was computed from another value, such as the secret with a newline.",
        ],
        fixes: &[
            "If the diagnosis names a difference that the caller can correct, tell the owner of the caller; otherwise, deploy the current secret to the caller.",
            "If the secret was imported, check that secret_sha256 is the base64 of the 32 bytes of the secret's SHA-256, computed without a newline.",
            NEW_SECRET,
            SET_SECRET_HASH,
            APPLY_WORLD,
            RESET_MANAGEMENT,
        ],
    },
    related: &[],
    sources: SOURCES,
};

pub(crate) const SECRET_ROTATED_OUT: Entry = Entry {
    id: "secret-rotated-out",
    title: "Secret rotated out",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The secret was replaced in a rotation, and is no longer valid.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "A service, or one of its instances, did not get the new secret before the old one became invalid.",
            "A new secret_sha256 was applied from world.toml, which revokes the old secret at once.",
        ],
        fixes: &[
            "Deploy the current secret to the service; if the current secret is lost, create a new one.",
            NEW_SECRET,
            SET_SECRET_HASH,
            APPLY_WORLD,
            RESET_MANAGEMENT,
        ],
    },
    related: &[],
    sources: SOURCES,
};

pub(crate) const SECRET_REVOKED: Entry = Entry {
    id: "secret-revoked",
    title: "Secret revoked",
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
            NEW_SECRET,
            SET_SECRET_HASH,
            APPLY_WORLD,
            RESET_MANAGEMENT,
        ],
    },
    related: &[],
    sources: SOURCES,
};

pub(crate) const SECRET_EXPIRED: Entry = Entry {
    id: "secret-expired",
    title: "Secret expired",
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
            NEW_SECRET,
            SET_SECRET_HASH,
            APPLY_WORLD,
            RESET_MANAGEMENT,
            "Look up the expiration times with m2m secret list CLIENT_ID, and rotate each secret before it expires.",
        ],
    },
    related: &[],
    sources: SOURCES,
};
