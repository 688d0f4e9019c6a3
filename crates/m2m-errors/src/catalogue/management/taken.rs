//! Changes that would give two records the same identifier.

use super::refusal::{ASK_OWNER, LOOK_UP, Refusal, entry};
use crate::{Cause, Entry, Status, Task};

pub(crate) const AUDIENCE_TAKEN: Entry = entry(Refusal {
    id: "audience-taken",
    title: "Audience already in use",
    status: Status::Conflict,
    meaning: "Another API already has the audience.",
    causes: &[
        CREATED_BEFORE,
        "The audience is an additional one of another API.",
    ],
    fixes: &[
        "If it is the same API, change the existing one instead of creating another.",
        "If it is another API, choose another audience.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::NameTaken],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ListApis]);

pub(crate) const CLIENT_ID_TAKEN: Entry = entry(Refusal {
    id: "client-id-taken",
    title: "Client id already in use",
    status: Status::Conflict,
    meaning: "Another application already has the client id.",
    causes: &[
        CREATED_BEFORE,
        "The client id belongs to a deleted application, whose client id is never given to another.",
    ],
    fixes: &[
        "If it is the same application, change the existing one instead of creating another.",
        "If it is another application, choose another client id, or omit the field to have one generated.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::ClientIdOfSystemUser, Cause::NameTaken],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ListApplications]);

pub(crate) const CLIENT_ID_OF_SYSTEM_USER: Entry = entry(Refusal {
    id: "client-id-of-system-user",
    title: "Client id of system user",
    status: Status::Conflict,
    meaning: "The client id is the name of a system user, and tokens of the two could not be distinguished.",
    causes: &["Applications and system users are named by the same scheme."],
    fixes: &["Choose a client id that is not the name of a system user."],
    operator_fixes: &[
        LOOK_UP,
        "Give system users names with a prefix of their own, so that client ids do not collide with them.",
    ],
    related: &[Cause::SystemUserTaken, Cause::ClientIdTaken],
});

pub(crate) const ORGANIZATION_TAKEN: Entry = entry(Refusal {
    id: "organization-taken",
    title: "Organization code already in use",
    status: Status::Conflict,
    meaning: "Another organization already has the code.",
    causes: &[CREATED_BEFORE],
    fixes: &[
        "If it is the same organization, change the existing one instead of creating another.",
        "If it is another organization, choose another code.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::NameTaken],
});

pub(crate) const PROPERTY_TAKEN: Entry = entry(Refusal {
    id: "property-taken",
    title: "Property key already in use",
    status: Status::Conflict,
    meaning: "Another property already has the key.",
    causes: &[CREATED_BEFORE],
    fixes: &[
        "If it is the same property, change the existing one instead of creating another.",
        "If it is another property, choose another key.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::NameTaken],
});

pub(crate) const SCOPE_TAKEN: Entry = entry(Refusal {
    id: "scope-taken",
    title: "Scope already exists",
    status: Status::Conflict,
    meaning: "The API already has the scope.",
    causes: &[CREATED_BEFORE],
    fixes: &[
        "If only the description is to change, change the existing scope.",
        "If it is another permission, choose another key.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::TooManyScopes, Cause::NameTaken],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ShowApi]);

pub(crate) const KEY_ID_TAKEN: Entry = entry(Refusal {
    id: "key-id-taken",
    title: "Key id already in use",
    status: Status::Conflict,
    meaning: "Another signing key already has the key id.",
    causes: &[
        "The same key was imported before.",
        "Two keys have the same kid, because it is set by hand or is derived from a date.",
    ],
    fixes: &[
        "If the key was imported before, there is nothing to import; list the keys to see its state.",
        "If it is another key, give it another key id, or omit the key id to use the thumbprint.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::KeyRetired, Cause::KeyUnusable],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ListKeys]);

pub(crate) const NAME_TAKEN: Entry = entry(Refusal {
    id: "name-taken",
    title: "Identifier already in use",
    status: Status::Conflict,
    meaning: "Another record already has the identifier in the field that the message names.",
    causes: &[
        CREATED_BEFORE,
        "The same identifier occurs twice in one request.",
    ],
    fixes: &["Choose another identifier, or change the existing record."],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::AudienceTaken, Cause::ClientIdTaken],
});

pub(crate) const SYSTEM_USER_TAKEN: Entry = entry(Refusal {
    id: "system-user-taken",
    title: "System user is a client",
    status: Status::Conflict,
    meaning: "The name of the system user is the client id of an application.",
    causes: &[
        "The client id of the application itself was entered as its system user.",
        "Applications and system users are named by the same scheme.",
    ],
    fixes: &[
        "Choose a name for the system user that is not a client id.",
        "If the application needs no system user, omit the field.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::ClientIdOfSystemUser, Cause::SystemUserMissing],
});

const CREATED_BEFORE: &str =
    "The record was created before, for example by an earlier attempt whose response was lost.";
