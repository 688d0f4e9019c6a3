//! The causes of refusals in the taxonomy of errors.

use m2m_errors::Cause;

use super::OperationError;

impl OperationError {
    /// Returns the cause under which the refusal is recorded. It is more exact than the code.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::FieldInvalid { .. } | Self::FormInvalid { .. } => Cause::FieldInvalid,
            Self::QueryMalformed { .. } => Cause::QueryMalformed,
            Self::BodyNotJson { .. } | Self::BodyNotUtf8 { .. } => Cause::ManagementBodyMalformed,
            Self::RegistryDocumentEmpty => Cause::RegistryFileEmpty,
            Self::MediaTypeUnsupported { .. } => Cause::MediaTypeUnsupported,
            Self::QueryTooExpensive => Cause::QueryTooExpensive,
            Self::RegistryMalformed(_) => Cause::RegistryFileInvalid,
            Self::RegistryUnfit(_) => Cause::RegistryFileUnfit,
            Self::TokenRevoked(cause) => *cause,
            Self::ScopeBeyondToken { .. } => Cause::ScopeBeyondToken,
            Self::ApiNotFound(_) => Cause::ApiNotFound,
            Self::ScopeNotFound(_) => Cause::ScopeNotFound,
            Self::ApplicationNotFound(_) => Cause::ApplicationNotFound,
            Self::OrganizationNotFound(_) => Cause::OrganizationNotFound,
            Self::PropertyNotFound(_) => Cause::PropertyNotFound,
            Self::SecretNotFound(_) => Cause::SecretNotFound,
            Self::FeatureFlagNotFound(_) => Cause::FeatureFlagNotFound,
            Self::DiagnosisNotFound(_) => Cause::DiagnosisNotFound,
            Self::ReferenceNotFound { .. } => Cause::ReferenceNotFound,
            Self::ScopeNotAssigned => Cause::AssignmentNotFound,
            Self::AudienceTaken { .. } => Cause::AudienceTaken,
            Self::ClientIdTaken(_) => Cause::ClientIdTaken,
            Self::ClientIdOfSystemUser => Cause::ClientIdOfSystemUser,
            Self::OrganizationTaken(_) => Cause::OrganizationTaken,
            Self::PropertyTaken(_) => Cause::PropertyTaken,
            Self::ScopeTaken(_) => Cause::ScopeTaken,
            Self::KeyIdTaken(_) => Cause::KeyIdTaken,
            Self::NameTaken { .. } => Cause::NameTaken,
            Self::SystemUserTaken { .. } => Cause::SystemUserTaken,
            Self::TokenTooLong { .. } => Cause::ApplicationTokenTooLong,
            Self::RecordTooLarge { .. } => Cause::RecordTooLarge,
            Self::RecordInUse { .. } => Cause::RecordInUse,
            Self::InUse { .. } => Cause::DependentsTooMany,
            Self::OrganizationInUse { .. } => Cause::OrganizationInUse,
            Self::ApplicationRepeated(_) => Cause::ApplicationRepeated,
            Self::ApplicationNotAuthorized => Cause::ApplicationNotAuthorized,
            Self::ApplicationPublic => Cause::ApplicationPublic,
            Self::FiltersConflict => Cause::FiltersConflict,
            Self::FeatureFlagType { .. } => Cause::FeatureFlagType,
            Self::PropertyNotForApplications => Cause::PropertyNotForApplications,
            Self::PropertyPrivate => Cause::PropertyPrivate,
            Self::TooManyScopes { .. } => Cause::TooManyScopes,
            Self::TooManySecrets { .. } => Cause::TooManySecrets,
            Self::TooManyKeys { .. } => Cause::TooManyKeys,
            Self::KeyUnusable { .. } => Cause::KeyUnusable,
            Self::KeyRetired { .. } => Cause::KeyRetired,
            Self::KeyTooNew { .. } => Cause::KeyTooNew,
            Self::KeyNotGenerated => Cause::KeyNotGenerated,
            Self::ManagementProtected(_) => Cause::ManagementProtected,
            Self::RegistryReadOnly => Cause::RegistryReadOnly,
            Self::RegistryTooLarge { .. } => Cause::RegistryTooLarge,
            Self::RegistryChanged => Cause::RegistryChanged,
            Self::RegistryInconsistent { .. } => Cause::RegistryInconsistent,
            Self::VersionChanged { .. } => Cause::VersionChanged,
            Self::VersionUnknown => Cause::VersionUnknown,
            Self::Internal { .. } => Cause::InternalError,
            Self::StoreUnavailable { .. } => Cause::StoreUnavailable,
            Self::TooManyRevocations { .. } => Cause::TooManyRevocations,
            Self::ChangeUnknown { .. } => Cause::ChangeUnknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use m2m_api::Code;
    use m2m_errors::Profile;
    use m2m_explain::{Explanation, Input};
    use m2m_jwt::UnixTime;

    use super::*;
    use crate::InvalidImport;
    use crate::operation_error::RegistryMistake;

    fn mistake() -> Box<RegistryMistake> {
        Box::new(RegistryMistake {
            message: String::new(),
            place: None,
        })
    }

    /// One error of each kind, except the one that has the cause of another check.
    fn kinds() -> Vec<OperationError> {
        use OperationError::*;
        let text = || Box::<str>::from("a");
        vec![
            FieldInvalid {
                field: text(),
                why: text(),
            },
            FormInvalid {
                place: text(),
                what: text(),
                help: text(),
            },
            QueryMalformed { why: text() },
            BodyNotJson { why: text() },
            BodyNotUtf8 { from: 0 },
            RegistryDocumentEmpty,
            MediaTypeUnsupported { taken: "a" },
            QueryTooExpensive,
            RegistryMalformed(mistake()),
            RegistryUnfit(mistake()),
            ScopeBeyondToken { scope: text() },
            ApiNotFound(text()),
            ScopeNotFound(text()),
            ApplicationNotFound(text()),
            OrganizationNotFound(text()),
            PropertyNotFound(text()),
            SecretNotFound(text()),
            FeatureFlagNotFound(text()),
            DiagnosisNotFound(text()),
            ReferenceNotFound {
                field: text(),
                what: text(),
            },
            ScopeNotAssigned,
            AudienceTaken {
                field: "a",
                audience: text(),
            },
            ClientIdTaken(text()),
            ClientIdOfSystemUser,
            OrganizationTaken(text()),
            PropertyTaken(text()),
            ScopeTaken(text()),
            KeyIdTaken(text()),
            NameTaken {
                field: text(),
                value: text(),
            },
            SystemUserTaken {
                field: text(),
                why: text(),
            },
            TokenTooLong {
                field: text(),
                why: text(),
            },
            RecordTooLarge { bytes: 2, most: 1 },
            RecordInUse { what: text() },
            InUse { most: 1 },
            OrganizationInUse { client_id: text() },
            ApplicationRepeated(text()),
            ApplicationNotAuthorized,
            ApplicationPublic,
            FiltersConflict,
            FeatureFlagType { wanted: "a" },
            PropertyNotForApplications,
            PropertyPrivate,
            TooManyScopes { most: 1 },
            TooManySecrets { most: 1 },
            TooManyKeys { most: 1 },
            KeyUnusable {
                field: "a",
                why: InvalidImport::KeyId,
            },
            KeyRetired { why: text() },
            KeyTooNew {
                signs_from: UnixTime::from_seconds(1),
            },
            KeyNotGenerated,
            ManagementProtected("a"),
            RegistryReadOnly,
            RegistryTooLarge { most: 1 },
            RegistryChanged,
            RegistryInconsistent { what: text() },
            VersionChanged { current: text() },
            VersionUnknown,
            Internal { why: text() },
            StoreUnavailable { why: text() },
            TooManyRevocations { why: text() },
            ChangeUnknown { why: text() },
        ]
    }

    #[test]
    fn the_cause_of_each_refusal_has_the_status_of_its_answer() {
        for error in kinds() {
            let cause = error.cause();
            for profile in Profile::ALL {
                let status = cause.entry().wire.of(profile).status;
                assert_eq!(status.code(), error.status(), "{cause}: {error}");
            }
        }
    }

    #[test]
    fn f7_the_answer_of_each_refusal_is_explained_by_a_cause_with_this_code() {
        for error in kinds() {
            let answer = format!(
                "HTTP/1.1 {} X\r\n\r\n{{\"errors\":[{{\"code\":\"{}\",\"message\":\"x\"}}]}}",
                error.status(),
                error.code(),
            );
            let Input::Received(received) = Input::recognize(&answer) else {
                panic!("{answer:?} is an answer");
            };
            let explanation = Explanation::of_received(&received, Profile::Rfc);
            let is_explained = |other: &OperationError| {
                (other.code(), other.status()) == (error.code(), error.status())
                    && explanation
                        .as_ref()
                        .is_some_and(|own| own.name == other.cause().id())
            };
            assert!(kinds().iter().any(is_explained), "{}", error.code());
            assert!(Explanation::of(error.code().as_str(), Profile::Rfc).is_some());
        }
    }

    #[test]
    fn every_code_and_every_cause_of_an_operation_is_that_of_a_refusal() {
        let codes: BTreeSet<_> = kinds().iter().map(OperationError::code).collect();
        let missing = |code: &&Code| !codes.contains(code) && **code != Code::TokenRevoked;
        assert_eq!(Code::ALL.iter().find(missing), None);
        let causes: BTreeSet<_> = kinds().iter().map(OperationError::cause).collect();
        let own = |cause: &&Cause| cause.is_of_an_operation();
        let missing = Cause::ALL
            .iter()
            .filter(own)
            .find(|own| !causes.contains(own));
        assert_eq!(missing, None);
    }

    #[test]
    fn f7_refusals_with_fixes_of_their_own_have_causes_of_their_own() {
        let mut causes: Vec<_> = kinds().iter().map(OperationError::cause).collect();
        let all = causes.len();
        causes.sort_unstable();
        causes.dedup();
        // A wrong value is the same mistake wherever it is found, and so is a body that is not JSON, or not even text.
        assert_eq!(causes.len(), all - 2);
    }
}
