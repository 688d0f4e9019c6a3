//! Problems with the requested scopes of a token.

use super::forms::{refused, refused_naming};
use super::sentences::APPLY_WORLD;
use crate::{Advice, Disclosure, Entry, ErrorCode, Fault, Source, Status, WireForms};

/// The one answer for a scope that no API defines and for one that the application lacks.
///
/// It repeats the caller's own scope at most, so that no caller can list the scopes of an API.
const SCOPE_REFUSED: WireForms = WireForms {
    trusted_application: refused_naming(
        Status::BadRequest,
        ErrorCode::InvalidScope,
        "Invalid scope",
        "Invalid scope: {}",
    ),
    ..WireForms::same(refused_naming(
        Status::BadRequest,
        ErrorCode::InvalidScope,
        "Invalid scope. Ask only for scopes that are assigned to the application for every requested audience",
        "Invalid scope: {}. Ask only for scopes that are assigned to the application for every requested audience",
    ))
};

/// The one advice for both.
const SCOPE_ADVICE: Advice = Advice {
    causes: &[
        "The scope is not assigned to the application for this API.",
        "The API does not define the scope, or the scope is misspelled.",
        "Two audiences are requested, both define the scope, and it is assigned for one of them only.",
    ],
    fixes: &[
        "Leave out scope to get all scopes that are assigned.",
        "Ask the operator to assign the scope to the application.",
        "Check the spelling against the scopes that the API defines.",
        "Request one token for each audience if their scopes differ.",
    ],
};

/// The rules of scopes, and the answer to an invalid one.
const SOURCES: &[Source] = &[
    Source::rfc("RFC 6749", "3.3"),
    Source::rfc("RFC 6749", "5.2"),
];

pub(crate) const SCOPE_MALFORMED: Entry = Entry {
    id: "scope-malformed",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidScope,
        "The scope is not a list of scopes. Join them with one space, in visible ASCII without quote and backslash",
    )),
    operator: "The scope parameter is not a list of scope tokens.",
    for_caller: Advice {
        causes: &[
            "The scopes are joined with a newline or a tab, or stand in quotes as a JSON list.",
            "A scope holds a letter beyond ASCII, a quote or a backslash.",
            "The value was encoded twice.",
        ],
        fixes: &[
            "Join the scopes with one space: scope=read:users write:flags, and let the form library encode it.",
            "Leave out scope to get all scopes that are assigned.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller formats its list of scopes in a way that is not OAuth's."],
        fixes: &[
            "Tell the owner of the caller to join the scopes with one space, without quotes and brackets.",
        ],
    },
    sources: &[
        Source::rfc("RFC 6749", "3.3"),
        Source::rfc("RFC 6749", "appendix A.4"),
    ],
};

pub(crate) const SCOPE_UNKNOWN: Entry = Entry {
    id: "scope-unknown",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: SCOPE_REFUSED,
    operator: "No requested API defines this scope.",
    for_caller: SCOPE_ADVICE,
    for_operator: Advice {
        causes: &[
            "The scope is misspelled; the diagnosis names the nearest that the API defines.",
            "Another API defines the scope; the diagnosis names it.",
            "The scope was removed from the API.",
        ],
        fixes: &[
            "Tell the owner of the caller which scopes the API defines: they stand in its scopes in world.toml.",
            "If the scope is missing, add it to scopes of the API and to authorize of the application in world.toml.",
            APPLY_WORLD,
        ],
    },
    sources: SOURCES,
};

pub(crate) const SCOPE_NOT_ASSIGNED: Entry = Entry {
    id: "scope-not-assigned",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: SCOPE_REFUSED,
    operator: "The scope is not assigned to the application on every requested audience that defines it.",
    for_caller: SCOPE_ADVICE,
    for_operator: Advice {
        causes: &[
            "The API defines the scope, and nobody has assigned it to the application.",
            "Several audiences define the scope, and it is assigned on some of them: granted, it would open the others too.",
        ],
        fixes: &[
            "If the application is to have it, add the scope to its authorize in world.toml, under every requested audience that defines it.",
            APPLY_WORLD,
            "Ask the owner of the caller to request one token for each audience.",
        ],
    },
    sources: SOURCES,
};

pub(crate) const NO_SCOPE_ASSIGNED: Entry = Entry {
    id: "no-scope-assigned",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms {
        kinde: SCOPE_REFUSED.kinde,
        trusted_application: SCOPE_REFUSED.trusted_application,
        ..WireForms::same(refused(
            Status::BadRequest,
            ErrorCode::UnauthorizedClient,
            "No scope is assigned to the application here. Have scopes assigned, or request a token without scope",
        ))
    },
    operator: "A scope is asked for, and none at all is assigned to the application for the requested audiences.",
    for_caller: Advice {
        causes: &[
            "The application is authorized for the API, and no scope of the API is assigned to it.",
        ],
        fixes: &[
            "Ask the operator to assign the scopes to the application.",
            "Leave out scope if the API asks for none.",
        ],
    },
    for_operator: Advice {
        causes: &["The authorization was made without scopes, or the last one was taken away."],
        fixes: &[
            "Add scopes to authorize of the application in world.toml.",
            APPLY_WORLD,
        ],
    },
    sources: SOURCES,
};
