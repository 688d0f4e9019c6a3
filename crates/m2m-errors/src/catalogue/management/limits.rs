//! Changes beyond a limit.

use super::refusal::{ASK_OWNER, LOOK_UP, Refusal, entry, operators_entry};
use super::refused;
use crate::{Cause, Entry, ErrorCode, Status, Task, WireForms};

pub(crate) const APPLICATION_TOKEN_TOO_LONG: Entry = entry(Refusal {
    id: "application-token-too-long",
    title: "Tokens would become too long",
    status: Status::Conflict,
    meaning: "After the change, tokens of an application would be longer than verifiers accept.",
    causes: &[
        "The application has many or long properties and feature flags in its tokens.",
        "The application has very many scopes on one API.",
    ],
    fixes: &[
        "Put fewer or shorter properties and feature flags into tokens.",
        "Assign fewer scopes, or replace many scopes with one that includes them.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::IssuedTokenTooLong, Cause::RecordTooLarge],
});

pub(crate) const RECORD_TOO_LARGE: Entry = entry(Refusal {
    id: "record-too-large",
    title: "Record too large",
    status: Status::Conflict,
    meaning: "The record would be larger than the maximum.",
    causes: &["Very many scopes, properties, secrets or feature flags were added to one record."],
    fixes: &[
        "Remove entries of the record that are not used any more.",
        "Distribute the entries over several records.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::TooManyScopes, Cause::BodyTooLarge],
});

pub(crate) const TOO_MANY_SCOPES: Entry = entry(Refusal {
    id: "too-many-scopes",
    title: "Too many scopes",
    status: Status::Conflict,
    meaning: "The API already has the maximum number of scopes.",
    causes: &["Scopes are created for single records or users, such as one for each order."],
    fixes: &[
        "Delete scopes that no application uses.",
        "Define a scope for each kind of access, and let the API decide about single records.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::RecordTooLarge, Cause::ScopeTaken],
});

pub(crate) const TOO_MANY_SECRETS: Entry = entry(Refusal {
    id: "too-many-secrets",
    title: "Too many secrets",
    status: Status::Conflict,
    meaning: "The application already has the maximum number of valid secrets.",
    causes: &[
        "A deployment creates a secret each time, and the earlier ones never expire.",
        "Secrets are rotated faster than the earlier ones expire.",
    ],
    fixes: &[
        "Revoke the secrets that no service uses any more, then create the new one.",
        "Create secrets with an expiration time, or rotate them with an overlap.",
    ],
    operator_fixes: &[
        LOOK_UP,
        "List the secrets of the application with the times of their last use, and revoke the unused ones.",
    ],
    related: &[Cause::SecretNotFound, Cause::ApplicationPublic],
});

pub(crate) const TOO_MANY_KEYS: Entry = entry(Refusal {
    id: "too-many-keys",
    title: "Too many signing keys",
    status: Status::Conflict,
    meaning: "The JWK set already has the maximum number of keys of the algorithm.",
    causes: &["Keys are rotated faster than the tokens of the earlier keys expire."],
    fixes: &[
        "Wait until the tokens of the oldest key have expired, then repeat the rotation.",
        "If others may know the current key, request an emergency rotation, which removes all earlier keys.",
    ],
    operator_fixes: &[
        "Rotate keys less often than tokens expire; once in some months is enough.",
        LOOK_UP,
    ],
    related: &[Cause::KeyTooNew, Cause::KeyIdTaken],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ListKeys]);

pub(crate) const REGISTRY_TOO_LARGE: Entry = entry(Refusal {
    id: "registry-too-large",
    title: "Export too large",
    status: Status::Conflict,
    meaning: "The exported registry is larger than a response may be.",
    causes: &["The registry has more records than fit into one file."],
    fixes: &[
        "List the records page by page instead.",
        "If you operate the server, stop it and export the records from the data directory.",
    ],
    operator_fixes: &[
        "Stop the server, and export the records from the data directory.",
        "For backups, copy the data directory instead of exporting the records.",
    ],
    related: &[Cause::QueryTooExpensive],
});

pub(crate) const TOO_MANY_REVOCATIONS: Entry = Entry {
    // The revocation endpoint has this answer as well, with an error code of OAuth.
    wire: WireForms::same(refused(
        Status::ServiceUnavailable,
        ErrorCode::TemporarilyUnavailable,
        "The server already stores the maximum number of revoked tokens",
    )),
    ..TOO_MANY_REVOCATIONS_OF_AN_OPERATION
};

const TOO_MANY_REVOCATIONS_OF_AN_OPERATION: Entry = operators_entry(Refusal {
    id: "too-many-revocations",
    title: "Too many revoked tokens",
    status: Status::ServiceUnavailable,
    meaning: "The server already stores the maximum number of revoked tokens.",
    causes: &[
        "A program revokes every token after its use.",
        "Very many tokens with a long lifetime were revoked one by one.",
    ],
    fixes: &[
        "Try again after some of the revoked tokens have expired; nothing was changed.",
        "To revoke all tokens of an application at once, revoke them up to a time instead.",
    ],
    operator_fixes: &[
        LOOK_UP,
        "If a program revokes tokens after their use, request shorter lifetimes instead.",
        "To revoke all tokens of an application at once, revoke them up to a time, which needs no list of tokens.",
    ],
    related: &[Cause::StoreUnavailable, Cause::TokenRevoked],
});
