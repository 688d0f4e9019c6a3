//! Failures of the server itself. The caller learns that there was one, and never which.

use super::forms::refused;
use super::sentences::{APPLY_WORLD, CHECK_OPS_LISTENER, IMPORT_KEY};
use crate::{Advice, Disclosure, Entry, ErrorCode, Fault, Source, Status, WireForms};

/// The one answer to all internal errors.
pub(super) const BROKEN: WireForms = WireForms::same(refused(
    Status::InternalServerError,
    ErrorCode::ServerError,
    "The server encountered an unexpected condition. Try again later, and report the trace_id if the error persists",
));

/// The one advice for all internal errors.
pub(super) const BROKEN_ADVICE: Advice = Advice {
    causes: &["An internal error occurred in the server; the request itself may be correct."],
    fixes: &[
        "Retry the same request after a pause, and increase the delay each time.",
        "If the error persists, contact the operator of the server and include the trace_id of the response.",
    ],
};

/// The sections about the answer of a server with an internal error.
const BROKEN_SOURCES: &[Source] = &[
    Source::rfc("RFC 9110", "15.6.1"),
    Source::rfc("RFC 6749", "4.1.2.1"),
];

/// The sections about the answer of a server that is temporarily unavailable.
const UNAVAILABLE_SOURCES: &[Source] = &[
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
    title: "Internal error",
    fault: Fault::Bug,
    disclosure: Disclosure::Public,
    wire: BROKEN,
    operator: "The server encountered a condition that should be impossible.",
    for_caller: BROKEN_ADVICE,
    for_operator: Advice {
        causes: &[
            "The server has a bug. If the bug caused a panic, the log event panicked names the place in the code.",
        ],
        fixes: &[
            "Look up the trace_id in the log, and report the log line that has it as a bug. If there is a log event panicked before that line, include it.",
            "If every request fails, restart the server.",
        ],
    },
    related: &[],
    sources: BROKEN_SOURCES,
};

pub(crate) const SIGNING_KEY_MISSING: Entry = Entry {
    id: "signing-key-missing",
    title: "Signing key missing",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: BROKEN,
    operator: "There is no active signing key for the algorithm that the API requires.",
    for_caller: BROKEN_ADVICE,
    for_operator: Advice {
        causes: &[
            "The API was switched to an algorithm for which no key was created, such as RS256 in a build that cannot generate RSA keys.",
            "The last key for the algorithm was retired.",
        ],
        fixes: &[
            "Restart a server with a data directory: at each start it creates the missing keys for the algorithms of the APIs, if this build can generate them. APIs accept their tokens as soon as they have fetched the JWK set again.",
            IMPORT_KEY,
            "If the API accepts another algorithm, set the API's signing_alg in world.toml to an algorithm that has an active key; m2m key list shows the keys.",
            APPLY_WORLD,
        ],
    },
    related: &[],
    sources: BROKEN_SOURCES,
};

pub(crate) const SIGNING_FAILED: Entry = Entry {
    id: "signing-failed",
    title: "Signing failed",
    fault: Fault::Bug,
    disclosure: Disclosure::Public,
    wire: BROKEN,
    operator: "The cryptography library failed to create a signature with a key that it had accepted.",
    for_caller: BROKEN_ADVICE,
    for_operator: Advice {
        causes: &[
            "The operating system did not provide random bytes to the cryptography library.",
            "The memory of the machine is faulty.",
        ],
        fixes: &[
            "Restart the server. If the error occurs again, move the server to another machine.",
            "If only one key is affected, replace the key: import another key, with the option --state active of m2m key import. If the server runs with --keys, rename the file of the old key so that its name ends in .retiring.pem, and put the new key into the same directory.",
            IMPORT_KEY,
        ],
    },
    related: &[],
    sources: BROKEN_SOURCES,
};

pub(crate) const OVERLOADED: Entry = Entry {
    id: "overloaded",
    title: "Overloaded",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: away("The server is at capacity. Wait for the time in Retry-After, then try again"),
    operator: "The server is processing as many requests as --max-requests allows (10000 by default), and none of their connections is slow enough to be closed, or the management API is processing as many large requests and responses as it can at once.",
    for_caller: Advice {
        causes: &["Many callers request tokens at the same time."],
        fixes: &[
            "Wait for the time in the Retry-After header, then send the same request again.",
            "Cache the token, and reuse it until shortly before expires_in has passed.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "Many services were restarted together and request tokens at the same time.",
            "Callers request a token for each call instead of caching one.",
            "The machine is too small, is busy with other work, or waits for a slow disk.",
            "Many programs list or export the records of the server at the same time.",
        ],
        fixes: &[
            "Ask the owners of the busiest applications to cache their tokens.",
            "Run the server with more cores, or on a machine of its own.",
            CHECK_OPS_LISTENER,
        ],
    },
    related: &[],
    sources: UNAVAILABLE_SOURCES,
};

pub(crate) const MAINTENANCE: Entry = Entry {
    id: "maintenance",
    title: "Maintenance",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: away("The server is in maintenance. Wait for the time in Retry-After, then try again"),
    operator: "The server is in maintenance mode: token requests are refused, except those for the management API.",
    for_caller: Advice {
        causes: &["The operator temporarily took the server out of service."],
        fixes: &[
            "Wait for the time in the Retry-After header, then send the same request again.",
            "Keep using the current token until it expires.",
        ],
    },
    for_operator: Advice {
        causes: &["Maintenance was switched on and has not been switched off since."],
        fixes: &["When the work is done, switch maintenance off with m2m maintenance off."],
    },
    related: &[],
    sources: UNAVAILABLE_SOURCES,
};

pub(crate) const STORE_UNAVAILABLE: Entry = Entry {
    id: "store-unavailable",
    title: "Store unavailable",
    fault: Fault::Dependency,
    disclosure: Disclosure::Public,
    wire: away(
        "The server cannot answer at the moment. Wait for the time in Retry-After, then try again",
    ),
    operator: "The server cannot read its database and cannot answer from memory: the outage has lasted longer than --max-store-outage-seconds allows, or the application is not in memory.",
    for_caller: Advice {
        causes: &["Something that the server depends on is unavailable."],
        fixes: &[
            "Wait for the time in the Retry-After header, then send the same request again.",
            "If the error persists, contact the operator of the server and include the trace_id of the response.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The disk with the data directory is full, fails or is missing.",
            "The files of the data directory were deleted, moved, replaced or damaged while the server was running.",
            "Another program has locked the database in the data directory.",
        ],
        fixes: &[
            CHECK_OPS_LISTENER,
            STORE_FAILED,
            "Depending on the reason, free space on the disk, repair the disk, or stop the other program; the server then recovers by itself.",
            "If the files were moved or replaced, put the original files back; if they were deleted or damaged, stop the server and restore a backup of the data directory.",
        ],
    },
    related: &[],
    sources: UNAVAILABLE_SOURCES,
};

pub(crate) const CHANGE_UNKNOWN: Entry = Entry {
    id: "change-unknown",
    title: "Change unknown",
    fault: Fault::Dependency,
    disclosure: Disclosure::Public,
    wire: away(
        "The server does not know whether the change was stored. Read the record before you try again",
    ),
    operator: "The database failed during a commit, so the change may or may not be on disk, and may take effect at the next start.",
    for_caller: Advice {
        causes: &["The disk of the server failed while the change was being stored."],
        fixes: &[
            "Read the record that you wanted to change, or the latest events, before you send the same request again.",
            "If the error persists, contact the operator of the server and include the trace_id of the response.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The disk with the data directory fails when data is flushed to it (fsync).",
            "The files of the data directory were deleted, moved or replaced during the change.",
        ],
        fixes: &[
            STORE_FAILED,
            "Look for the log event change_settled with the trace_id: once the disk works again, the server determines whether the change was stored, and logs the result.",
            "If the server was stopped before it logged that event, read the record after the next start.",
        ],
    },
    related: &[],
    sources: UNAVAILABLE_SOURCES,
};

/// The advice for an operator who looks for the reason of a store failure.
const STORE_FAILED: &str = "Look for the reason in the log event store_failed, or in the store field of the /readyz response; the metric m2m_store_failures_total counts the failures by kind.";
