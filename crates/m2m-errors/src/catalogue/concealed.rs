//! The reasons why a client's credentials are not accepted, which the caller must not learn.
//!
//! A caller that could tell an unknown client from a wrong secret, or a wrong secret from an expired one, could look
//! for clients and for leaked secrets. So all of these share one answer and one advice; only the operator reads which
//! it was.

use super::forms::refused;
use super::sentences::{APPLY_WORLD, NEW_SECRET};
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
        "client_id or client_secret is wrong: mistyped, cut off, with a newline or a space at its end, or swapped.",
        "The secret was rotated, revoked or has expired, and the service still uses the old one.",
        "The application does not exist in this environment, was deleted, or is disabled.",
        "The application is a public client, or may not authenticate in the way that was used.",
    ],
    fixes: &[
        "Compare client_id and client_secret with those that were handed over for the application, character by character.",
        "If the secret was rotated, deploy the new one wherever the service runs.",
        "Check that the token is requested from the server and environment where the application is registered.",
        "Ask the operator to look up the trace_id of the answer: it names the exact cause.",
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
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The client id holds a byte that no client id has, so that no application can be meant.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The client id was pasted with a space, a newline or quotes.",
            "The client id was percent-encoded twice.",
        ],
        fixes: &[
            "Tell the owner of the caller which byte is wrong; client ids are visible ASCII without percent sign, plus and colon.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "5.2"),
        Source::rfc("RFC 6749", "appendix A.1"),
    ],
};

pub(crate) const CLIENT_UNKNOWN: Entry = Entry {
    id: "client-unknown",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "No application has this client id, and none had it.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The client id is misspelled; the diagnosis names one that is near, if there is one.",
            "The caller asks the wrong environment.",
            "client_id and client_secret are swapped.",
        ],
        fixes: &[
            "Compare the client id with those in world.toml, and give the right one to the owner of the caller.",
            "If the application is missing, add it to world.toml.",
            APPLY_WORLD,
        ],
    },
    sources: SOURCES,
};

pub(crate) const APPLICATION_DELETED: Entry = Entry {
    id: "application-deleted",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The application that had this client id was deleted.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The application was deleted while a service still used it; the diagnosis says when and by whom.",
            "It was missing from a file that m2m apply was given with --prune.",
        ],
        fixes: &[
            "If the service is still needed, add an application with the same client_id and authorize to world.toml again, and hand its new secret to the service.",
            APPLY_WORLD,
            "If the service was to end with its application, turn it off.",
        ],
    },
    sources: SOURCES,
};

pub(crate) const APPLICATION_DISABLED: Entry = Entry {
    id: "application-disabled",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The application is disabled.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "Somebody disabled the application, since it is no longer needed or was misused.",
            "enabled = false stands at the application in world.toml.",
        ],
        fixes: &[
            "Find out why it was disabled before you enable it.",
            "Set enabled = true for the application in world.toml.",
            APPLY_WORLD,
        ],
    },
    sources: SOURCES,
};

pub(crate) const CLIENT_PUBLIC: Entry = Entry {
    id: "client-public",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The application's client type is public, and only a confidential client may use this grant.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The application was registered as a public client, as apps on phones and in browsers are.",
        ],
        fixes: &[
            "If the application runs where it can keep a secret, set its client_type to confidential in world.toml.",
            APPLY_WORLD,
            "Give a service of yours an application of its own rather than sharing that of an app.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "4.4"),
        Source::rfc("RFC 6749", "2.1"),
    ],
};

pub(crate) const AUTHENTICATION_METHOD_NOT_ALLOWED: Entry = Entry {
    id: "authentication-method-not-allowed",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The application may not authenticate by the method that the request uses.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The application is limited to the Basic header, and the caller sends the secret in the body, or the reverse.",
        ],
        fixes: &[
            "Ask the owner of the caller to use a method that the application may use.",
            "Or add the other, client_secret_basic or client_secret_post, to authentication_methods of the application in world.toml.",
            APPLY_WORLD,
        ],
    },
    sources: &[Source::rfc("RFC 6749", "5.2"), Source::rfc("RFC 7591", "2")],
};

pub(crate) const SECRET_WRONG: Entry = Entry {
    id: "secret-wrong",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The secret is none that the application has or had.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The secret belongs to another application or another environment.",
            "The secret is right but for a newline, a space, quotes or an encoding; the diagnosis says so where it is.",
            "The secret was imported as a hash, and the hash was made of something else.",
        ],
        fixes: &[
            "If the evidence names no small difference, the secret is another one altogether: deploy the current one to the caller, or a new one.",
            "If the secret was imported, check that secret_sha256 is the base64 of its SHA-256, made without a newline.",
            NEW_SECRET,
            APPLY_WORLD,
        ],
    },
    sources: SOURCES,
};

pub(crate) const SECRET_ROTATED_OUT: Entry = Entry {
    id: "secret-rotated-out",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The secret was replaced by another one, and has ended.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "A service, or one of its instances, was not given the new secret before the old one ended.",
            "Another secret_sha256 in world.toml came into force, which ends the old secret at once.",
        ],
        fixes: &[
            "Deploy the current secret to the service, or a new one if that is lost.",
            NEW_SECRET,
            APPLY_WORLD,
        ],
    },
    sources: SOURCES,
};

pub(crate) const SECRET_REVOKED: Entry = Entry {
    id: "secret-revoked",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The secret was ended by an operator.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &[
            "The secret was ended at once, perhaps since it had leaked, while a service still used it.",
            "Somebody who is not its owner has the secret and tries it.",
        ],
        fixes: &[
            "Give the service a new secret.",
            NEW_SECRET,
            APPLY_WORLD,
            "If the address of the request is not that of the service, treat it as an attempt with a leaked secret.",
        ],
    },
    sources: SOURCES,
};

pub(crate) const SECRET_EXPIRED: Entry = Entry {
    id: "secret-expired",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: CREDENTIALS_REFUSED,
    operator: "The secret has reached the end that it was given when it was made.",
    for_caller: CREDENTIALS_ADVICE,
    for_operator: Advice {
        causes: &["The secret was made with an end, and nobody rotated it before."],
        fixes: &[
            "Make a new secret and deploy it.",
            NEW_SECRET,
            APPLY_WORLD,
            "Note when secrets end, and replace them before.",
        ],
    },
    sources: SOURCES,
};
