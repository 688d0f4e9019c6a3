//! Causes that the caller must not tell apart have the same answer.

use m2m_errors::{Cause, Disclosure, ErrorCode, Fault, Profile, Status};

/// The causes of a failed authentication.
const AUTHENTICATION: [Cause; 11] = [
    Cause::ClientIdMalformed,
    Cause::ClientUnknown,
    Cause::ApplicationDeleted,
    Cause::ApplicationDisabled,
    Cause::ApplicationExpired,
    Cause::ClientPublic,
    Cause::AuthenticationMethodNotAllowed,
    Cause::SecretWrong,
    Cause::SecretRotatedOut,
    Cause::SecretRevoked,
    Cause::SecretExpired,
];

/// An API that does not exist, and one that the application may not call.
const AUDIENCE: [Cause; 2] = [Cause::AudienceUnknown, Cause::AudienceNotAuthorized];

/// A scope that does not exist, and one that the application lacks.
const SCOPE: [Cause; 2] = [Cause::ScopeUnknown, Cause::ScopeNotAssigned];

fn check_alike(group: &[Cause]) {
    let [first, others @ ..] = group else {
        panic!("a group has members")
    };
    for other in others {
        assert_eq!(
            first.entry().wire,
            other.entry().wire,
            "{first} and {other}"
        );
        assert_eq!(
            first.entry().for_caller,
            other.entry().for_caller,
            "{first} and {other}"
        );
        assert_ne!(
            first.entry().operator,
            other.entry().operator,
            "{first} and {other}"
        );
        assert_ne!(
            first.entry().for_operator,
            other.entry().for_operator,
            "{first} and {other}"
        );
    }
}

#[test]
fn x8_the_causes_of_a_failed_authentication_look_alike() {
    check_alike(&AUTHENTICATION);
}

#[test]
fn k6_an_unknown_audience_looks_like_one_that_is_not_authorized() {
    check_alike(&AUDIENCE);
}

#[test]
fn k8_an_unknown_scope_looks_like_one_that_is_not_assigned() {
    check_alike(&SCOPE);
}

#[test]
fn x8_each_concealed_cause_is_in_one_of_the_groups_and_no_other_cause_is() {
    for cause in Cause::ALL {
        let in_a_group =
            AUTHENTICATION.contains(cause) || AUDIENCE.contains(cause) || SCOPE.contains(cause);
        assert_eq!(
            cause.entry().disclosure == Disclosure::Concealed,
            in_a_group,
            "{cause}"
        );
    }
}

#[test]
fn x8_a_failed_authentication_repeats_nothing() {
    for cause in AUTHENTICATION {
        for profile in Profile::ALL {
            assert_eq!(
                cause.entry().wire.of(profile).description.with_value,
                None,
                "{cause}"
            );
        }
    }
}

#[test]
fn k6_a_refused_audience_is_not_repeated() {
    for cause in AUDIENCE {
        for profile in Profile::ALL {
            assert_eq!(
                cause.entry().wire.of(profile).description.with_value,
                None,
                "{cause}"
            );
            assert_eq!(
                cause
                    .entry()
                    .wire
                    .of_resource(profile)
                    .description
                    .with_value,
                None,
                "{cause}"
            );
        }
    }
}

#[test]
fn g6_a_fault_inside_looks_like_any_other() {
    for cause in ErrorCode::ServerError.causes(Profile::Rfc) {
        assert_eq!(
            cause.entry().wire,
            Cause::InternalError.entry().wire,
            "{cause}"
        );
        // The errors of a client are for the user of the client, and no server answers with them.
        if cause.entry().fault != Fault::Client {
            assert_eq!(
                cause.entry().for_caller,
                Cause::InternalError.entry().for_caller,
                "{cause}"
            );
        }
        assert_eq!(
            cause.entry().wire.rfc.status,
            Status::InternalServerError,
            "{cause}"
        );
    }
}

#[test]
fn a_kinde_or_trusted_caller_without_scopes_sees_an_unassigned_scope() {
    let none = &Cause::NoScopeAssigned.entry().wire;
    let not_assigned = &Cause::ScopeNotAssigned.entry().wire;
    for profile in [Profile::Kinde, Profile::TrustedApplication] {
        assert_eq!(none.of(profile), not_assigned.of(profile), "{profile}");
    }
    for profile in [Profile::Rfc, Profile::Generic] {
        assert_ne!(none.of(profile), not_assigned.of(profile), "{profile}");
    }
}
