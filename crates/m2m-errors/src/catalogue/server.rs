//! Failures of the server itself. The caller learns that there was one, and never which.

use super::forms::refused;
use crate::{Advice, Cause, Disclosure, Entry, ErrorCode, Fault, Source, Status, Task, WireForms};

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
        "If the error persists, contact the operator or the support of the server, and include the trace_id of the response.",
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
    title: "Internal server error",
    fault: Fault::Bug,
    disclosure: Disclosure::Public,
    wire: BROKEN,
    operator: "The server encountered a condition that should be impossible.",
    for_caller: BROKEN_ADVICE,
    for_operator: Advice {
        causes: &["The server has a bug."],
        fixes: &[
            "Look up the trace_id in the log, and report the log line that has it as a bug.",
            "If every request fails, restart the server.",
        ],
    },
    tasks: &[Task::FindPanic],
    related: &[
        Cause::SigningFailed,
        Cause::SigningKeyMissing,
        Cause::StoreUnavailable,
    ],
    sources: BROKEN_SOURCES,
};

pub(crate) const SIGNING_KEY_MISSING: Entry = Entry {
    id: "signing-key-missing",
    title: "No active signing key",
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
            "Create or import a key for the algorithm. APIs accept tokens that are signed with the key as soon as they have fetched the JWK set again.",
            "If the API accepts another algorithm, configure the server to sign the API's tokens with an algorithm that has an active key.",
        ],
    },
    tasks: &[
        Task::CreateMissingKeys,
        Task::ImportKey,
        Task::ListKeys,
        Task::SetTokenFormat,
        Task::ApplyRegistryFile,
    ],
    related: &[Cause::SigningFailed, Cause::KeyUnsupported],
    sources: BROKEN_SOURCES,
};

pub(crate) const SIGNING_FAILED: Entry = Entry {
    id: "signing-failed",
    title: "Signature could not be created",
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
            "If only one key is affected, replace the key.",
        ],
    },
    tasks: &[Task::ReplaceKey],
    related: &[Cause::SigningKeyMissing, Cause::InternalError],
    sources: BROKEN_SOURCES,
};

pub(crate) const OVERLOADED: Entry = Entry {
    id: "overloaded",
    title: "Server at capacity",
    fault: Fault::Operator,
    disclosure: Disclosure::Public,
    wire: away("The server is at capacity. Wait for the time in Retry-After, then try again"),
    operator: "The server is processing as many requests as it accepts at the same time (10000 by default), and none of their connections is slow enough to be closed, or the management API is processing as many large requests and responses as it can at once.",
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
            "Look at the load of the machine and of the server, and run the server with more cores or on a machine of its own.",
        ],
    },
    tasks: &[Task::CheckOpsListener, Task::LimitRequests],
    related: &[
        Cause::QuotaExceeded,
        Cause::Maintenance,
        Cause::StoreUnavailable,
        Cause::RequestTimeout,
    ],
    sources: UNAVAILABLE_SOURCES,
};

pub(crate) const MAINTENANCE: Entry = Entry {
    id: "maintenance",
    title: "Server in maintenance",
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
        fixes: &["When the work is done, switch maintenance off."],
    },
    tasks: &[Task::EndMaintenance],
    related: &[Cause::Overloaded, Cause::StoreUnavailable],
    sources: UNAVAILABLE_SOURCES,
};

pub(crate) const STORE_UNAVAILABLE: Entry = Entry {
    id: "store-unavailable",
    title: "Database unavailable",
    fault: Fault::Dependency,
    disclosure: Disclosure::Public,
    wire: away(
        "The server cannot answer at the moment. Wait for the time in Retry-After, then try again",
    ),
    operator: "The server cannot read its database and cannot answer from memory: the outage has lasted longer than the server may answer from memory, or the application is not in memory.",
    for_caller: Advice {
        causes: &["Something that the server depends on is unavailable."],
        fixes: &[
            "Wait for the time in the Retry-After header, then send the same request again.",
            "If the error persists, contact the operator or the support of the server, and include the trace_id of the response.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The disk of the database is full, fails or is missing.",
            "The files of the database were deleted, moved, replaced or damaged while the server was running.",
            "Another program has locked the database.",
        ],
        fixes: &[
            "Look for the reason of the failure in the log of the server.",
            "Depending on the reason, free space on the disk, repair the disk, or stop the other program; the server then recovers by itself.",
            "If the files were moved or replaced, put the original files back; if they were deleted or damaged, stop the server and restore a backup.",
        ],
    },
    tasks: &[
        Task::CheckOpsListener,
        Task::FindStoreFailure,
        Task::LimitStoreOutage,
    ],
    related: &[
        Cause::ChangeUnknown,
        Cause::Maintenance,
        Cause::InternalError,
    ],
    sources: UNAVAILABLE_SOURCES,
};

pub(crate) const CHANGE_UNKNOWN: Entry = Entry {
    id: "change-unknown",
    title: "Result of a change unknown",
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
            "If the error persists, contact the operator or the support of the server, and include the trace_id of the response.",
        ],
    },
    for_operator: Advice {
        causes: &[
            "The disk of the database fails when data is flushed to it (fsync).",
            "The files of the database were deleted, moved or replaced during the change.",
        ],
        fixes: &[
            "Look for the reason of the failure in the log of the server.",
            "Read the record once the disk works again, or after the next start of the server, to see whether the change was stored.",
        ],
    },
    tasks: &[Task::FindStoreFailure, Task::FindChangeResult],
    related: &[Cause::StoreUnavailable],
    sources: UNAVAILABLE_SOURCES,
};
