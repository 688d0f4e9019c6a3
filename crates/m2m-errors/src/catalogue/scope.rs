//! Problems with the requested scopes of a token.

use super::forms::{refused, refused_with_value};
use crate::{Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, WireForms};

/// The one answer for a scope that no API defines and for one that the application lacks.
///
/// It repeats the caller's own scope at most, so that no caller can list the scopes of an API.
const SCOPE_REFUSED: WireForms = WireForms {
    trusted_application: refused_with_value(
        Status::BadRequest,
        ErrorCode::InvalidScope,
        "Invalid scope",
        "Invalid scope: {}",
    ),
    ..WireForms::same(refused_with_value(
        Status::BadRequest,
        ErrorCode::InvalidScope,
        "Invalid scope. Request only scopes that are assigned to the application for every requested audience",
        "Invalid scope: {}. Request only scopes that are assigned to the application for every requested audience",
    ))
};

/// The one advice for both.
const SCOPE_ADVICE: Advice = Advice {
    causes: &[
        "The scope is not assigned to the application for this API.",
        "The API does not define the scope, or the scope is misspelled.",
        "Two APIs are requested, and both define the scope, but the scope is assigned to the application for only one of them.",
    ],
    fixes: &[
        "Omit the scope parameter to get all assigned scopes.",
        "Ask the operator to assign the scope to the application.",
        "Compare the spelling with the scopes that the API defines.",
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
    title: "Malformed scope",
    fault: Fault::Client,
    disclosure: Disclosure::Public,
    wire: WireForms::same(refused(
        Status::BadRequest,
        ErrorCode::InvalidScope,
        "The scope is malformed. Separate scopes with one space, and use visible ASCII without quotes or backslashes",
    )),
    operator: "The scope parameter is not a valid list of scopes.",
    for_caller: Advice {
        causes: &[
            "The scopes are separated by newlines, tabs or more than one space, or formatted as a JSON list.",
            "A scope contains a character outside ASCII, a quote or a backslash.",
            "There is a space at the start or the end of the value.",
        ],
        fixes: &[
            "Separate the scopes with one space, as in scope=read:users write:flags, and encode the form with a library.",
            "Omit the scope parameter to get all assigned scopes.",
        ],
    },
    for_operator: Advice {
        causes: &["The caller does not format its list of scopes as OAuth requires."],
        fixes: &[
            "Tell the owner of the caller to separate the scopes with one space, without quotes or brackets.",
        ],
    },
    tasks: &[],
    related: &[Cause::ScopeUnknown, Cause::ParameterRepeated],
    sources: &[
        Source::rfc("RFC 6749", "3.3"),
        Source::rfc("RFC 6749", "appendix A.4"),
    ],
};

pub(crate) const SCOPE_UNKNOWN: Entry = Entry {
    id: "scope-unknown",
    title: "Unknown scope",
    fault: Fault::Client,
    disclosure: Disclosure::Concealed,
    wire: SCOPE_REFUSED,
    operator: "No requested API defines this scope.",
    for_caller: SCOPE_ADVICE,
    for_operator: Advice {
        causes: &[
            "The scope is misspelled; the diagnosis names the closest scope that the API defines.",
            "Another API defines the scope; the diagnosis names that API.",
            "The scope was removed from the API.",
        ],
        fixes: &[
            "Tell the owner of the caller which scopes the API defines.",
            "If the API should define the scope, add the scope to the API, and assign it to the application.",
        ],
    },
    tasks: &[
        Task::ShowApi,
        Task::AddScope,
        Task::AssignScope,
        Task::ApplyRegistryFile,
    ],
    related: &[Cause::ScopeNotAssigned, Cause::ScopeMalformed],
    sources: SOURCES,
};

pub(crate) const SCOPE_NOT_ASSIGNED: Entry = Entry {
    id: "scope-not-assigned",
    title: "Scope not assigned",
    fault: Fault::Operator,
    disclosure: Disclosure::Concealed,
    wire: SCOPE_REFUSED,
    operator: "The scope is not assigned to the application for every requested API that defines the scope.",
    for_caller: SCOPE_ADVICE,
    for_operator: Advice {
        causes: &[
            "The API defines the scope, but it is not assigned to the application.",
            "Several requested APIs define the scope, but the scope is assigned for only some of them; a token with the scope would grant access to all of them.",
        ],
        fixes: &[
            "If the application should have the scope, assign it to the application, for every requested API that defines it.",
            "Ask the owner of the caller to request one token for each audience.",
        ],
    },
    tasks: &[Task::AssignScope, Task::ApplyRegistryFile],
    related: &[
        Cause::ScopeUnknown,
        Cause::NoScopeAssigned,
        Cause::ScopeInsufficient,
    ],
    sources: SOURCES,
};

pub(crate) const NO_SCOPE_ASSIGNED: Entry = Entry {
    id: "no-scope-assigned",
    title: "No scope assigned",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: WireForms {
        kinde: SCOPE_REFUSED.kinde,
        trusted_application: SCOPE_REFUSED.trusted_application,
        ..WireForms::same(refused(
            Status::BadRequest,
            ErrorCode::UnauthorizedClient,
            "No scope is assigned to the application for the requested audience. Have scopes assigned, or omit the scope parameter",
        ))
    },
    operator: "A scope is requested, but the application has no scope for the requested audiences.",
    for_caller: Advice {
        causes: &[
            "The application is authorized for the API, but no scope of the API is assigned to the application.",
        ],
        fixes: &[
            "Ask the operator to assign the scopes to the application.",
            "Omit the scope parameter if the API does not require a scope.",
        ],
    },
    for_operator: Advice {
        causes: &["The authorization was created without scopes, or its last scope was removed."],
        fixes: &["If the application should have scopes of the API, assign them to it."],
    },
    tasks: &[Task::AssignScope, Task::ApplyRegistryFile],
    related: &[Cause::ScopeNotAssigned, Cause::NoApiAuthorized],
    sources: SOURCES,
};
