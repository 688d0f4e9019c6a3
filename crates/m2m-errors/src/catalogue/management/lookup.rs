//! Requests that name a record that does not exist.

use super::refusal::{ASK_OWNER, LOOK_UP, Refusal, entry};
use crate::{Cause, Entry, Status, Task};

pub(crate) const API_NOT_FOUND: Entry = entry(Refusal {
    id: "api-not-found",
    title: "API not found",
    status: Status::NotFound,
    meaning: "No API of the server has this id.",
    causes: &[
        "The id is misspelled, or is the name of the API instead of its audience.",
        "The audience is not percent-encoded in the path, so that its slashes end the id.",
        "The API was deleted, or exists on another server.",
    ],
    fixes: &[
        "List the APIs, and use the id of the response, percent-encoded in the path.",
        "If the API does not exist yet, create it first.",
    ],
    operator_fixes: &[LOOK_UP, DELETED],
    related: &[
        Cause::AudienceUnknown,
        Cause::ReferenceNotFound,
        Cause::PathUnknown,
    ],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ListApis]);

pub(crate) const SCOPE_NOT_FOUND: Entry = entry(Refusal {
    id: "scope-not-found",
    title: "Scope not found",
    status: Status::NotFound,
    meaning: "The API does not have the scope.",
    causes: &[
        "The scope is misspelled, or differs in case.",
        "The scope belongs to another API, or was deleted.",
    ],
    fixes: &[
        "List the scopes of the API, and use the key of the response.",
        "If the scope does not exist yet, add it to the API first.",
    ],
    operator_fixes: &[LOOK_UP, DELETED],
    related: &[
        Cause::ScopeUnknown,
        Cause::AssignmentNotFound,
        Cause::ApiNotFound,
    ],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ListApis, Task::ShowApi]);

pub(crate) const APPLICATION_NOT_FOUND: Entry = entry(Refusal {
    id: "application-not-found",
    title: "Application not found",
    status: Status::NotFound,
    meaning: "No application of the server has this client id.",
    causes: &[
        "The client id is misspelled, or is the name of the application instead.",
        "The application was deleted, or exists on another server.",
    ],
    fixes: &[
        "List the applications, and use the client id of the response.",
        "If the application does not exist yet, create it first.",
    ],
    operator_fixes: &[LOOK_UP, DELETED],
    related: &[Cause::ClientUnknown, Cause::ApplicationDeleted],
})
.with_tasks(&[
    Task::LookUpDiagnosis,
    Task::ListApplications,
    Task::ListEvents,
]);

pub(crate) const ORGANIZATION_NOT_FOUND: Entry = entry(Refusal {
    id: "organization-not-found",
    title: "Organization not found",
    status: Status::NotFound,
    meaning: "No organization of the server has this code.",
    causes: &[
        "The code is misspelled, or is the name of the organization instead.",
        "The organization was deleted, or exists on another server.",
    ],
    fixes: &[
        "List the organizations, and use the code of the response.",
        "If the organization does not exist yet, create it first.",
    ],
    operator_fixes: &[LOOK_UP, DELETED],
    related: &[Cause::ReferenceNotFound, Cause::OrganizationMismatch],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ListEvents]);

pub(crate) const PROPERTY_NOT_FOUND: Entry = entry(Refusal {
    id: "property-not-found",
    title: "Property not found",
    status: Status::NotFound,
    meaning: "No property of the server has this key.",
    causes: &[
        "The key is misspelled, or is the name of the property instead.",
        "The property was deleted.",
    ],
    fixes: &[
        "List the properties, and use the key of the response.",
        "If the property does not exist yet, create it before an application gets a value.",
    ],
    operator_fixes: &[LOOK_UP, DELETED],
    related: &[Cause::ReferenceNotFound, Cause::PropertyNotForApplications],
});

pub(crate) const SECRET_NOT_FOUND: Entry = entry(Refusal {
    id: "secret-not-found",
    title: "Secret not found",
    status: Status::NotFound,
    meaning: "The application does not have a secret with this id.",
    causes: &[
        "The secret belongs to another application.",
        "The secret has already been deleted.",
        "The value of a secret was sent instead of its id.",
    ],
    fixes: &[
        "List the secrets of the application, and use the id of the response.",
        "If you sent the value of a secret in a URL, rotate the secret, because URLs are logged.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::ApplicationNotFound, Cause::SecretRevoked],
});

pub(crate) const FEATURE_FLAG_NOT_FOUND: Entry = entry(Refusal {
    id: "feature-flag-not-found",
    title: "Feature flag not found",
    status: Status::NotFound,
    meaning: "The organization does not have the feature flag.",
    causes: &[
        "The key is too long or has characters that a key cannot have, so there is no such flag and none can be created.",
        "Another value, such as the name of the flag, was sent as its key.",
    ],
    fixes: &[
        "List the feature flags of the organization, and use the key of the response.",
        "If the flag does not exist yet, choose a short key of letters, digits and underscores.",
    ],
    operator_fixes: &[LOOK_UP, DELETED],
    related: &[Cause::FeatureFlagType, Cause::OrganizationNotFound],
});

pub(crate) const DIAGNOSIS_NOT_FOUND: Entry = entry(Refusal {
    id: "diagnosis-not-found",
    title: "Diagnosis not found",
    status: Status::NotFound,
    meaning: "No refused request with this trace_id is known.",
    causes: &[
        "The request was successful; only refused requests are diagnosed.",
        "The refusal is older than the server keeps diagnoses, or was only counted during a flood of refusals.",
        "The trace_id is misspelled, or belongs to another server.",
    ],
    fixes: &[
        "Copy the trace_id exactly from the response or from the log.",
        "If the refusal may have been only counted, look for a summary with its cause in the log.",
    ],
    operator_fixes: &[
        "Look for the trace_id in the log of the server, which is kept longer.",
        "If the caller can repeat the request, ask for the trace_id of a new response.",
    ],
    related: &[Cause::PathUnknown],
});

pub(crate) const REFERENCE_NOT_FOUND: Entry = entry(Refusal {
    id: "reference-not-found",
    title: "Referenced record not found",
    status: Status::NotFound,
    meaning: "A field of the request names a record that does not exist.",
    causes: &[
        "The identifier in the field is misspelled.",
        "The record has not been created yet, or was deleted.",
        "The record belongs to another API or another organization.",
    ],
    fixes: &[
        "Read the message in the response: it names the field, and a similar identifier if there is one.",
        "Create the named record first, then repeat the request.",
    ],
    operator_fixes: &[LOOK_UP, DELETED],
    related: &[
        Cause::ApiNotFound,
        Cause::ScopeNotFound,
        Cause::OrganizationNotFound,
        Cause::PropertyNotFound,
    ],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ListApplications, Task::ListApis]);

pub(crate) const ASSIGNMENT_NOT_FOUND: Entry = entry(Refusal {
    id: "assignment-not-found",
    title: "Scope assignment not found",
    status: Status::NotFound,
    meaning: "The scope that is to be removed is not assigned to the application.",
    causes: &[
        "The scope was removed before, or was never assigned.",
        "The scope is assigned to the application on another API.",
    ],
    fixes: &[
        "List the scopes of the application on this API; if the scope is absent, there is nothing to do.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::ScopeNotFound, Cause::ScopeNotAssigned],
});

/// The step after [`LOOK_UP`] if the record should exist.
const DELETED: &str =
    "If the record should exist, look for its deletion in the audit events, and create it again.";
