//! Names are read back as they are written, and no other text is accepted.

use m2m_errors::{
    Cause, ErrorCode, Profile, Status, UnknownCause, UnknownCode, UnknownProfile, UnknownStatus,
};

#[test]
fn reads_back_every_id_code_profile_and_number() {
    for &cause in Cause::ALL {
        assert_eq!(cause.to_string().parse(), Ok(cause));
    }
    for &code in ErrorCode::ALL {
        assert_eq!(code.to_string().parse(), Ok(code));
    }
    for profile in Profile::ALL {
        assert_eq!(profile.to_string().parse(), Ok(profile));
    }
    for &status in Status::ALL {
        assert_eq!(status.code().to_string().parse(), Ok(status));
        assert_eq!(Status::from_code(status.code()), Some(status));
    }
}

#[test]
fn unknown_names_are_refused() {
    for text in [
        "",
        " ",
        "Invalid_Client",
        "INVALID_CLIENT",
        "invalid_client ",
        "invalid-client",
        "invalid_dpop_proofs",
    ] {
        assert_eq!(text.parse::<ErrorCode>(), Err(UnknownCode), "{text:?}");
    }
    for text in ["", "ClientUnknown", "client_unknown", "client-unknown\n"] {
        assert_eq!(text.parse::<Cause>(), Err(UnknownCause), "{text:?}");
    }
    for text in ["", "RFC", "trusted_application", "kinde "] {
        assert_eq!(text.parse::<Profile>(), Err(UnknownProfile), "{text:?}");
    }
    for text in [
        "",
        "200",
        "-400",
        "40O",
        "400 Bad Request",
        "65936",
        "99999999999999999999",
    ] {
        assert_eq!(text.parse::<Status>(), Err(UnknownStatus), "{text:?}");
    }
}

#[test]
fn the_causes_of_a_code_are_those_that_the_profile_answers_with_it() {
    fn has(code: ErrorCode, profile: Profile, cause: Cause) -> bool {
        code.causes(profile).any(|found| found == cause)
    }
    assert!(has(
        ErrorCode::UnsupportedGrantType,
        Profile::Rfc,
        Cause::GrantTypeUnsupported
    ));
    assert!(!has(
        ErrorCode::UnsupportedGrantType,
        Profile::Kinde,
        Cause::GrantTypeUnsupported
    ));
    assert!(has(
        ErrorCode::InvalidRequest,
        Profile::Kinde,
        Cause::GrantTypeUnsupported
    ));
    // The same cause under two codes, by how the target was named.
    assert!(has(
        ErrorCode::UnauthorizedClient,
        Profile::Rfc,
        Cause::AudienceUnknown
    ));
    assert!(has(
        ErrorCode::InvalidTarget,
        Profile::Rfc,
        Cause::AudienceUnknown
    ));
    assert!(!has(
        ErrorCode::InvalidTarget,
        Profile::Kinde,
        Cause::AudienceUnknown
    ));
    // These codes have an entry but no cause: codes and refresh tokens belong to other servers.
    assert_eq!(ErrorCode::InvalidGrant.causes(Profile::Rfc).count(), 0);
    assert_eq!(ErrorCode::InvalidDpopProof.causes(Profile::Rfc).count(), 0);
}

#[test]
fn the_causes_of_a_status_are_those_that_the_profile_answers_with_it() {
    let throttled = |status: Status, profile| {
        status
            .causes(profile)
            .any(|cause| cause == Cause::AuthenticationThrottled)
    };
    assert!(throttled(Status::TooManyRequests, Profile::Rfc));
    assert!(!throttled(Status::TooManyRequests, Profile::Generic));
    assert!(throttled(Status::ServiceUnavailable, Profile::Generic));
}

#[test]
fn every_cause_with_an_answer_and_no_other_is_among_those_of_its_status_and_its_code() {
    for profile in Profile::ALL {
        for &cause in Cause::ALL {
            let wire = cause.entry().wire.of(profile);
            let of_status = wire.status.causes(profile).any(|found| found == cause);
            assert_eq!(of_status, cause.is_answered(), "{cause} in {profile}");
            if let Some(code) = wire.error {
                let of_code = code.causes(profile).any(|found| found == cause);
                assert_eq!(of_code, cause.is_answered(), "{cause} in {profile}");
            }
        }
    }
}

#[test]
fn causes_at_startup_and_of_clients_are_not_answered() {
    for (cause, is_answered) in [
        (Cause::DataDirectoryInUse, false),
        (Cause::DiskFull, false),
        (Cause::KeyMalformed, false),
        (Cause::ConnectionRefused, false),
        (Cause::CertificateUntrusted, false),
        (Cause::StoreUnavailable, true),
        (Cause::InternalError, true),
        (Cause::ApiNotFound, true),
    ] {
        assert_eq!(cause.is_answered(), is_answered, "{cause}");
    }
}
