//! Changes that the registry does not allow now: it is read-only, or others changed it.

use super::refusal::{ASK_OWNER, LOOK_UP, Refusal, entry, operators_entry};
use crate::{Cause, Entry, Status, Task};

pub(crate) const REGISTRY_READ_ONLY: Entry = operators_entry(Refusal {
    id: "registry-read-only",
    title: "Registry cannot be changed",
    status: Status::Conflict,
    meaning: "The server reads its registry from a file, so requests cannot change it.",
    causes: &["The server was started with a registry file instead of a data directory."],
    fixes: &[
        "Ask the operator of the server to change the registry file and to restart the server.",
    ],
    operator_fixes: &[
        "Make the change in the registry file, and restart the server.",
        "If requests should be able to change the registry, run the server with a data directory, and apply the file to it once.",
    ],
    related: &[Cause::ManagementProtected],
});

pub(crate) const REGISTRY_CHANGED: Entry = entry(Refusal {
    id: "registry-changed",
    title: "Registry changed concurrently",
    status: Status::Conflict,
    meaning: "Others changed the registry during every attempt to make the change.",
    causes: &[
        "Many clients change the registry at the same time, such as parallel jobs of a deployment.",
    ],
    fixes: &[
        "Send the same request again after a short pause; nothing was changed.",
        "If it happens often, make changes one after another, or put them into one registry file.",
    ],
    operator_fixes: &[
        LOOK_UP,
        "Look for the clients with the most changes in the audit events, and ask their owners to send changes one after another.",
    ],
    related: &[Cause::VersionChanged, Cause::RegistryInconsistent],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ListEvents]);

pub(crate) const REGISTRY_INCONSISTENT: Entry = entry(Refusal {
    id: "registry-inconsistent",
    title: "Change does not fit registry",
    status: Status::Conflict,
    meaning: "The change does not fit the records that others have changed in the meantime.",
    causes: &[
        "A record that the change refers to was deleted while the change was decided.",
        "Another change used the same identifier first.",
    ],
    fixes: &[
        "Read the records that the message names again, and repeat the change if it still applies.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::RegistryChanged, Cause::NameTaken],
});

pub(crate) const VERSION_CHANGED: Entry = entry(Refusal {
    id: "version-changed",
    title: "Record version changed",
    status: Status::PreconditionFailed,
    meaning: "The record has changed since the version that If-Match names.",
    causes: &[
        "Another client changed the record after this one had read it.",
        "An earlier attempt of the same change was successful, but its response was lost.",
    ],
    fixes: &[
        "Read the record again, and repeat the change with the new ETag if the change still applies.",
        "If the change is to be made regardless of other changes, omit the header If-Match.",
    ],
    operator_fixes: &[
        LOOK_UP,
        "Look in the audit events for the other change of the record.",
    ],
    related: &[Cause::VersionUnknown, Cause::RegistryChanged],
})
.with_tasks(&[Task::LookUpDiagnosis, Task::ListEvents]);

pub(crate) const VERSION_UNKNOWN: Entry = entry(Refusal {
    id: "version-unknown",
    title: "If-Match not supported",
    status: Status::PreconditionFailed,
    meaning: "The operation does not compare versions, so it does not accept the header If-Match.",
    causes: &["An HTTP client sends If-Match with every request."],
    fixes: &["Omit the header If-Match in requests of this operation."],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::VersionChanged],
});
