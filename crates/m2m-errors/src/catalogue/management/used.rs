//! Changes of records that other records use, and values that do not fit the record they are for.

use super::refusal::{ASK_OWNER, LOOK_UP, Refusal, entry};
use crate::{Cause, Entry, Status};

pub(crate) const RECORD_IN_USE: Entry = entry(Refusal {
    id: "record-in-use",
    title: "Record still in use",
    status: Status::Conflict,
    meaning: "The registry file would delete or change a record that other records use.",
    causes: &[
        "The file does not contain a record that applications outside of the file still use.",
        "An identifier was changed in the file, which deletes the record and creates another.",
    ],
    fixes: &[
        "Add the record that the message names to the file, with the change that it needs.",
        "If the record is to be deleted, first remove it from the records that use it.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::RegistryFileUnfit, Cause::DependentsTooMany],
});

pub(crate) const DEPENDENTS_TOO_MANY: Entry = entry(Refusal {
    id: "dependents-too-many",
    title: "Too many dependent applications",
    status: Status::Conflict,
    meaning: "More applications depend on the record than one change can check.",
    causes: &[
        "The record is used by thousands of applications, or by applications with large records.",
    ],
    fixes: &[
        "First remove the record from the applications, for example by applying a registry file, then repeat the request.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::RecordInUse, Cause::OrganizationInUse],
});

pub(crate) const ORGANIZATION_IN_USE: Entry = entry(Refusal {
    id: "organization-in-use",
    title: "Organization still has applications",
    status: Status::Conflict,
    meaning: "The organization still has applications, which would become global without it.",
    causes: &["The organization is deleted before its applications."],
    fixes: &[
        "Delete the applications of the organization, or move them to another organization, then delete the organization.",
        "If the applications should only stop working for now, suspend the organization instead.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::RecordInUse, Cause::OrganizationSuspended],
});

pub(crate) const APPLICATION_REPEATED: Entry = entry(Refusal {
    id: "application-repeated",
    title: "Application named twice",
    status: Status::Conflict,
    meaning: "The request names the same application more than once.",
    causes: &[
        "A list of applications was put together from several sources without removing duplicates.",
    ],
    fixes: &["Name each application once, with all of its scopes."],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::FieldInvalid],
});

pub(crate) const APPLICATION_NOT_AUTHORIZED: Entry = entry(Refusal {
    id: "application-not-authorized",
    title: "Application not authorized",
    status: Status::Conflict,
    meaning: "The application is not authorized for the API, so it cannot have scopes of it.",
    causes: &["A scope is assigned before the application is authorized for the API."],
    fixes: &[
        "Authorize the application for the API first, then assign the scope.",
        "If the scope belongs to another API, use the id of that API in the path.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::AudienceNotAuthorized, Cause::AssignmentNotFound],
});

pub(crate) const APPLICATION_PUBLIC: Entry = entry(Refusal {
    id: "application-public",
    title: "Public application without secrets",
    status: Status::Conflict,
    meaning: "A public application cannot have a secret.",
    causes: &[
        "The application was created as public, although it runs on a server that can keep a secret.",
    ],
    fixes: &[
        "If the application can keep a secret, set its client type to confidential first, then create the secret.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::ClientPublic],
});

pub(crate) const FEATURE_FLAG_TYPE: Entry = entry(Refusal {
    id: "feature-flag-type",
    title: "Feature flag of another type",
    status: Status::Conflict,
    meaning: "The value is not of the type that the feature flag has.",
    causes: &[
        "The value is a text such as true in quotation marks, and the flag is a boolean, or the reverse.",
        "The flag was created with a value of another type.",
    ],
    fixes: &[
        "Send a value of the type that the message names.",
        "If the type itself is to change, delete the flag and create it again.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::FeatureFlagNotFound, Cause::FieldInvalid],
});

pub(crate) const PROPERTY_NOT_FOR_APPLICATIONS: Entry = entry(Refusal {
    id: "property-not-for-applications",
    title: "Property not for applications",
    status: Status::Conflict,
    meaning: "The property is not for applications, so an application cannot have a value of it.",
    causes: &["The property was created for organizations, with another context than app."],
    fixes: &["Use a property whose context is app, or create one."],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::PropertyNotFound, Cause::PropertyPrivate],
});

pub(crate) const PROPERTY_PRIVATE: Entry = entry(Refusal {
    id: "property-private",
    title: "Private property in tokens",
    status: Status::Conflict,
    meaning: "The property is private, and private properties are never put into tokens.",
    causes: &["The property was created as private, and is now to be part of tokens."],
    fixes: &[
        "If APIs may read the value, put a property into tokens that is not private.",
        "If the value is confidential, let the API read it from another source.",
    ],
    operator_fixes: &[LOOK_UP, ASK_OWNER],
    related: &[Cause::PropertyNotForApplications],
});
