//! Failures of the server itself. The caller learns that there was one, and never which.

use super::forms::refused;
use super::sentences::{APPLY_WORLD, IMPORT_KEY, LOOK_AT_OPS};
use crate::{Advice, Disclosure, Entry, ErrorCode, Fault, Source, Status, WireForms};

/// The one answer to all internal errors.
pub(super) const BROKEN: WireForms = WireForms::same(refused(
    Status::InternalServerError,
    ErrorCode::ServerError,
    "The server met an unexpected condition. Try again later, and report the trace_id if it stays",
));

/// The one advice for all internal errors.
pub(super) const BROKEN_ADVICE: Advice = Advice {
    causes: &["Something went wrong inside the server; the request may well be right."],
    fixes: &[
        "Send the same request again after a pause, and pause longer each time.",
        "If it stays, contact the operator of the server with the trace_id of the answer.",
    ],
};

/// The sections about the answer of a server with an internal error.
const BROKEN_SOURCES: &[Source] = &[
    Source::rfc("RFC 9110", "15.6.1"),
    Source::rfc("RFC 6749", "4.1.2.1"),
];

/// The sections about the answer of a server that is temporarily unavailable.
const AWAY_SOURCES: &[Source] = &[
    Source::rfc("RFC 9110", "15.6.4"),
    Source::rfc("RFC 6749", "4.1.2.1"),
];

/// Returns an answer that asks the caller to try again later.
const fn away(text: &'static str) -> WireForms {
    WireForms::same(refused(
        Status::ServiceUnavailable,
        ErrorCode::TemporarilyUnavailable,
        text,
    ))
}

pub(crate) const INTERNAL_ERROR: Entry = Entry {
    id: "internal-error",
    fault: Fault::Bug,
    disclosure: Disclosure::Public,
    wire: BROKEN,
    operator: "The server met a condition that it holds impossible.",
    for_caller: BROKEN_ADVICE,
    for_operator: Advice {
        causes: &["A defect of the server; the log names its place in a line that says panicked."],
        fixes: &[
            "Look up the trace_id in the log, and report what stands there, and in the line before it that says panicked, as a defect.",
            "Restart the server if it happens with every request.",
        ],
    },
    sources: BROKEN_SOURCES,
};

pub(crate) const SIGNING_KEY_MISSING: Entry = Entry {
    id: "signing-key-missing",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: BROKEN,
    operator: "There is no active signing key of the algorithm that the API demands.",
    for_caller: BROKEN_ADVICE,
    for_operator: Advice {
        causes: &[
            "The API was switched to an algorithm for which no key was made, such as RS256 in a build that makes no RSA keys.",
            "The last key of the algorithm was retired.",
        ],
        fixes: &[
            IMPORT_KEY,
            "Or set signing_alg of the API in world.toml to an algorithm that has a key; m2m key list --data DIR shows them.",
            APPLY_WORLD,
        ],
    },
    sources: BROKEN_SOURCES,
};

pub(crate) const SIGNING_FAILED: Entry = Entry {
    id: "signing-failed",
    fault: Fault::Bug,
    disclosure: Disclosure::Public,
    wire: BROKEN,
    operator: "The crypto library refused to make a signature with a key that it had accepted.",
    for_caller: BROKEN_ADVICE,
    for_operator: Advice {
        causes: &[
            "The operating system gave the crypto library no randomness.",
            "The memory of the machine is damaged.",
        ],
        fixes: &[
            "Restart the server, on another machine if it happens again.",
            "If only one key is concerned, another has to take its place: give m2m key import the option --state active, or rename the old one in the folder that --keys names so that it ends in .retiring.pem.",
            IMPORT_KEY,
        ],
    },
    sources: BROKEN_SOURCES,
};

pub(crate) const OVERLOADED: Entry = Entry {
    id: "overloaded",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: away("The server is at its capacity. Try again as Retry-After says"),
    operator: "As many requests are in flight as max_requests allows, 10000 by default, and none of them is slow enough to be broken off; or as many large answers of the management API are being made as may be at once.",
    for_caller: Advice {
        causes: &["Many callers request tokens at the same time."],
        fixes: &[
            "Wait as long as the Retry-After header says, then send the same request again.",
            "Keep the token and use it until shortly before expires_in has passed.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "Services were restarted together and request tokens at once.",
            "Callers request a token for each call instead of keeping one.",
            "The machine is too small, is busy with something else, or waits for a slow disk.",
            "Many programs list or export the registry at the same time.",
        ],
        fixes: &[
            "Ask the owners of the busiest applications to keep their tokens.",
            "Give the server more cores, or a machine of its own.",
            LOOK_AT_OPS,
        ],
    },
    sources: AWAY_SOURCES,
};

pub(crate) const MAINTENANCE: Entry = Entry {
    id: "maintenance",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: away("The server is in maintenance. Try again as Retry-After says"),
    operator: "The server is in maintenance mode: callers are refused, management works.",
    for_caller: Advice {
        causes: &["The operator has taken the server out of service for a while."],
        fixes: &[
            "Wait as long as the Retry-After header says, then send the same request again.",
            "Go on with the token that you have until it expires.",
        ],
    },
    for_operator: Advice {
        causes: &["Somebody switched maintenance on, and nobody has switched it off since."],
        fixes: &["Switch maintenance off when the work is done."],
    },
    sources: AWAY_SOURCES,
};

pub(crate) const STORE_UNAVAILABLE: Entry = Entry {
    id: "store-unavailable",
    fault: Fault::Dependency,
    disclosure: Disclosure::Public,
    wire: away("The server cannot answer now. Try again as Retry-After says"),
    operator: "The server cannot read its database, for longer than --most-seconds-out-of-contact lets it serve from memory, or for an application that is not in memory.",
    for_caller: Advice {
        causes: &["Something that the server depends on is out of service."],
        fixes: &[
            "Wait as long as the Retry-After header says, then send the same request again.",
            "If it stays, contact the operator of the server with the trace_id of the answer.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The disk that holds the data directory is full, fails or is gone.",
            "The files of the data directory were deleted, moved, replaced or damaged under the server.",
            "Another program holds the database in the data directory.",
        ],
        fixes: &[
            LOOK_AT_OPS,
            STORE_FAILED,
            "Where the reason is the disk or another program, free or mend the disk, or end the program; the server recovers by itself.",
            "Where the reason is that files were deleted, moved, replaced or damaged, put them back, or stop the server and restore a backup of the data directory.",
        ],
    },
    sources: AWAY_SOURCES,
};

pub(crate) const CHANGE_UNKNOWN: Entry = Entry {
    id: "change-unknown",
    fault: Fault::Dependency,
    disclosure: Disclosure::Public,
    wire: away(
        "The server cannot tell whether the change was made. Read the record before you try again",
    ),
    operator: "The database failed at the moment of a commit, after the change may have reached the disk: it may be there after the next start.",
    for_caller: Advice {
        causes: &["The disk of the server failed while the change was made durable."],
        fixes: &[
            "Read the record that you wanted to change, or the latest events, before you send the same request again.",
            "If it stays, contact the operator of the server with the trace_id of the answer.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The disk that holds the data directory fails when it is asked to synchronize.",
            "The files of the data directory were deleted, moved or replaced while the change was made.",
        ],
        fixes: &[
            STORE_FAILED,
            "Look for change_settled in the log: once the disk works again, the server finds out whether the change was made, and says so under the trace_id.",
            "If the server was stopped before that, read the record after the next start.",
        ],
    },
    sources: AWAY_SOURCES,
};

/// The advice for an operator who looks for the reason of a store failure.
const STORE_FAILED: &str = "Look for store_failed in the log, or at \"store\" in the answer of /readyz, for the reason; m2m_store_failures counts them by kind.";
