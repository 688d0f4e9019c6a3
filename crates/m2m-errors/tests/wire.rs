//! The causes on the wire, row by row of the seed documents, and the rules of the RFCs for every form.

#[path = "support/table.rs"]
mod table;

use m2m_errors::{Cause, ErrorCode, Profile, Status, Wire};
use table::answers;

/// Writes a form as the table does: the number and the code.
fn short(wire: &Wire) -> String {
    let code = wire.error.map_or("-", ErrorCode::as_str);
    format!("{} {code}", wire.status.code())
}

/// The row, the cause, and the forms in the order of `Profile::ALL`: rfc, kinde, trusted-application, generic.
type Row = (&'static str, Cause, [&'static str; 4]);

/// Four times the same form.
const fn same(form: &'static str) -> [&'static str; 4] {
    [form; 4]
}

fn check(rows: &[Row]) {
    for (row, cause, expected) in rows {
        let forms = Profile::ALL.map(|profile| short(cause.entry().wire.of(profile)));
        assert_eq!(&forms, expected, "{row}, {cause}");
        assert!(
            answers(cause.id(), row),
            "the table does not say that {cause} answers {row}"
        );
    }
}

#[test]
fn k1_to_k14_refusals_of_the_token_endpoint() {
    check(&[
        ("K1", Cause::ClientUnknown, same("401 invalid_client")),
        ("K2", Cause::SecretWrong, same("401 invalid_client")),
        ("K3", Cause::ApplicationDeleted, same("401 invalid_client")),
        ("K4", Cause::SecretRotatedOut, same("401 invalid_client")),
        (
            "K5",
            Cause::AudienceNotAuthorized,
            same("400 unauthorized_client"),
        ),
        (
            "K5",
            Cause::NoApiAuthorized,
            same("400 unauthorized_client"),
        ),
        (
            "K6",
            Cause::AudienceUnknown,
            same("400 unauthorized_client"),
        ),
        ("K7", Cause::ScopeNotAssigned, same("400 invalid_scope")),
        ("K8", Cause::ScopeUnknown, same("400 invalid_scope")),
        (
            "K9",
            Cause::AudienceMissing,
            [
                "400 invalid_target",
                "400 invalid_request",
                "400 invalid_request",
                "400 invalid_request",
            ],
        ),
        (
            "K10",
            Cause::GrantTypeUnsupported,
            [
                "400 unsupported_grant_type",
                "400 invalid_request",
                "400 unsupported_grant_type",
                "400 unsupported_grant_type",
            ],
        ),
        (
            "K11",
            Cause::GrantTypeMissing,
            [
                "400 invalid_request",
                "400 invalid_request",
                "400 invalid_grant",
                "400 invalid_request",
            ],
        ),
        (
            "K12",
            Cause::CredentialsMissing,
            [
                "401 invalid_client",
                "400 invalid_request",
                "400 invalid_request",
                "401 invalid_client",
            ],
        ),
        (
            "K13",
            Cause::ContentTypeWrong,
            [
                "400 invalid_request",
                "400 invalid_request",
                "400 invalid_grant",
                "400 invalid_request",
            ],
        ),
        (
            "K14",
            Cause::BodyMalformed,
            [
                "400 invalid_request",
                "400 invalid_request",
                "400 invalid_grant",
                "400 invalid_request",
            ],
        ),
        (
            "K14",
            Cause::ParameterRepeated,
            [
                "400 invalid_request",
                "400 invalid_request",
                "400 invalid_grant",
                "400 invalid_request",
            ],
        ),
        ("K35", Cause::ScopeNotAssigned, same("400 invalid_scope")),
    ]);
}

#[test]
fn k15_to_k33_refusals_of_an_api() {
    check(&[
        ("K15", Cause::TokenMissing, same("401 -")),
        ("K16", Cause::TokenExpired, same("401 invalid_token")),
        (
            "K17",
            Cause::AuthorizationHeaderMalformed,
            [
                "400 invalid_request",
                "401 invalid_request",
                "400 invalid_request",
                "400 invalid_request",
            ],
        ),
        (
            "K18",
            Cause::OrganizationMismatch,
            same("403 insufficient_scope"),
        ),
        (
            "K19",
            Cause::ScopeInsufficient,
            same("403 insufficient_scope"),
        ),
        (
            "K20",
            Cause::OrganizationMissing,
            same("403 insufficient_scope"),
        ),
        ("K32", Cause::AudienceMismatch, same("401 invalid_token")),
        (
            "K33",
            Cause::OrganizationMissing,
            same("403 insufficient_scope"),
        ),
    ]);
}

#[test]
fn g1_to_g18_the_generic_table() {
    let throttled = [
        "429 temporarily_unavailable",
        "429 temporarily_unavailable",
        "429 temporarily_unavailable",
        "503 temporarily_unavailable",
    ];
    let denied = [
        "400 access_denied",
        "400 access_denied",
        "400 access_denied",
        "403 access_denied",
    ];
    check(&[
        ("G1", Cause::BodyTooLarge, same("413 invalid_request")),
        ("G1", Cause::HttpMalformed, same("400 invalid_request")),
        ("G1", Cause::FrameFlood, same("400 invalid_request")),
        ("G1", Cause::TlsHandshakeFailed, same("400 invalid_request")),
        ("G2", Cause::SecretWrong, same("401 invalid_client")),
        ("G2", Cause::TokenMissing, same("401 -")),
        ("G2", Cause::TokenExpired, same("401 invalid_token")),
        ("G2", Cause::TokenRevoked, same("401 invalid_token")),
        (
            "G3",
            Cause::ScopeInsufficient,
            same("403 insufficient_scope"),
        ),
        ("G4", Cause::PathUnknown, same("404 not_found")),
        ("G5", Cause::MethodNotAllowed, same("405 invalid_request")),
        ("G6", Cause::InternalError, same("500 server_error")),
        ("G7", Cause::Overloaded, same("503 temporarily_unavailable")),
        (
            "G7",
            Cause::Maintenance,
            same("503 temporarily_unavailable"),
        ),
        (
            "G7",
            Cause::StoreUnavailable,
            same("503 temporarily_unavailable"),
        ),
        (
            "G7",
            Cause::ChangeUnknown,
            same("503 temporarily_unavailable"),
        ),
        (
            "G7",
            Cause::KeysUnavailable,
            same("503 temporarily_unavailable"),
        ),
        ("G7", Cause::AuthenticationThrottled, throttled),
        ("G7", Cause::QuotaExceeded, throttled),
        ("G8", Cause::CredentialsInUrl, same("400 invalid_request")),
        (
            "G8",
            Cause::AuthenticationMethodsSeveral,
            same("400 invalid_request"),
        ),
        ("G8", Cause::TokenSentTwice, same("400 invalid_request")),
        ("G9", Cause::BasicMalformed, same("401 invalid_client")),
        (
            "G9",
            Cause::AuthenticationSchemeUnsupported,
            same("401 invalid_client"),
        ),
        ("G9", Cause::SecretRevoked, same("401 invalid_client")),
        ("G9", Cause::SecretExpired, same("401 invalid_client")),
        (
            "G11",
            Cause::GrantNotAllowed,
            same("400 unauthorized_client"),
        ),
        (
            "G11",
            Cause::NoScopeAssigned,
            [
                "400 unauthorized_client",
                "400 invalid_scope",
                "400 invalid_scope",
                "400 unauthorized_client",
            ],
        ),
        (
            "G12",
            Cause::GrantTypeUnknown,
            [
                "400 unsupported_grant_type",
                "400 invalid_request",
                "400 invalid_grant",
                "400 unsupported_grant_type",
            ],
        ),
        ("G13", Cause::ScopeMalformed, same("400 invalid_scope")),
        ("G14", Cause::OrganizationSuspended, denied),
        ("G14", Cause::AddressNotAllowed, denied),
        ("G15", Cause::SigningFailed, same("500 server_error")),
        ("G15", Cause::SigningKeyMissing, same("500 server_error")),
        (
            "G16",
            Cause::Maintenance,
            same("503 temporarily_unavailable"),
        ),
        ("G17", Cause::TokenMalformed, same("401 invalid_token")),
        ("G17", Cause::TokenSignatureWrong, same("401 invalid_token")),
        ("G17", Cause::TokenKeyUnknown, same("401 invalid_token")),
        ("G17", Cause::IssuerMismatch, same("401 invalid_token")),
        ("G17", Cause::ClientMismatch, same("401 invalid_token")),
        (
            "G3",
            Cause::CallerNotAllowed,
            same("403 insufficient_scope"),
        ),
        (
            "G18",
            Cause::ScopeInsufficient,
            same("403 insufficient_scope"),
        ),
    ]);
}

#[test]
fn t1_to_t10_trusted_applications() {
    check(&[
        ("T1", Cause::ClientUnknown, same("401 invalid_client")),
        ("T2", Cause::ApplicationDisabled, same("401 invalid_client")),
        ("T3", Cause::SecretWrong, same("401 invalid_client")),
        ("T4", Cause::ClientPublic, same("401 invalid_client")),
        (
            "T5",
            Cause::SystemUserNotAllowed,
            same("400 unauthorized_client"),
        ),
        (
            "T6",
            Cause::SystemUserMissing,
            same("400 unauthorized_client"),
        ),
        ("T7", Cause::ScopeNotAssigned, same("400 invalid_scope")),
        (
            "T8",
            Cause::GrantTypeUnknown,
            [
                "400 unsupported_grant_type",
                "400 invalid_request",
                "400 invalid_grant",
                "400 unsupported_grant_type",
            ],
        ),
        (
            "T9",
            Cause::GrantTypeUnsupported,
            [
                "400 unsupported_grant_type",
                "400 invalid_request",
                "400 unsupported_grant_type",
                "400 unsupported_grant_type",
            ],
        ),
        (
            "T10",
            Cause::CredentialsMissing,
            [
                "401 invalid_client",
                "400 invalid_request",
                "400 invalid_request",
                "401 invalid_client",
            ],
        ),
    ]);
}

#[test]
fn t1_to_t10_the_messages_are_those_that_trusted_applications_know() {
    for (row, cause, value, expected) in [
        (
            "T1",
            Cause::ClientUnknown,
            None,
            "Invalid client_id or client_secret",
        ),
        (
            "T2",
            Cause::ApplicationDisabled,
            None,
            "Invalid client_id or client_secret",
        ),
        (
            "T3",
            Cause::SecretWrong,
            None,
            "Invalid client_id or client_secret",
        ),
        (
            "T4",
            Cause::ClientPublic,
            None,
            "Invalid client_id or client_secret",
        ),
        (
            "T5",
            Cause::SystemUserNotAllowed,
            None,
            "The client is not authorized to use this grant type",
        ),
        (
            "T6",
            Cause::SystemUserMissing,
            None,
            "The client is not authorized to use this grant type",
        ),
        (
            "T7",
            Cause::ScopeNotAssigned,
            Some("update"),
            "Invalid scope: update",
        ),
        (
            "T8",
            Cause::BodyMalformed,
            None,
            "Client credentials are invalid or missing",
        ),
        (
            "T8",
            Cause::GrantTypeMissing,
            None,
            "Client credentials are invalid or missing",
        ),
        (
            "T8",
            Cause::GrantTypeUnknown,
            None,
            "Client credentials are invalid or missing",
        ),
        (
            "T9",
            Cause::GrantTypeUnsupported,
            Some("password"),
            "Unsupported grant type: password",
        ),
        (
            "T10",
            Cause::CredentialsMissing,
            Some("client_id"),
            "Missing client_id",
        ),
        (
            "T10",
            Cause::CredentialsMissing,
            Some("client_secret"),
            "Missing client_secret",
        ),
    ] {
        let text = cause.entry().wire.trusted_application.description;
        let said = match (value, text.split()) {
            (Some(value), Some((before, after))) => format!("{before}{value}{after}"),
            (None, None) => text.plain.to_owned(),
            (Some(_), None) | (None, Some(_)) => {
                panic!("{row}, {cause}: a value too many or too few")
            }
        };
        assert_eq!(said, expected, "{row}, {cause}");
    }
}

#[test]
fn k5_and_k6_a_target_named_by_resource_is_an_invalid_target() {
    for cause in [
        Cause::AudienceNotAuthorized,
        Cause::AudienceUnknown,
        Cause::AudienceMalformed,
    ] {
        let wire = &cause.entry().wire;
        assert_eq!(
            short(wire.of_resource(Profile::Rfc)),
            "400 invalid_target",
            "{cause}"
        );
        for profile in [
            Profile::Kinde,
            Profile::TrustedApplication,
            Profile::Generic,
        ] {
            assert_eq!(
                wire.of_resource(profile),
                wire.of(profile),
                "{cause} in {profile}"
            );
        }
    }
}

/// Every form of every cause.
fn all_forms() -> impl Iterator<Item = (Cause, Profile, &'static Wire)> {
    Cause::ALL.iter().flat_map(|&cause| {
        let wire = &cause.entry().wire;
        Profile::ALL.into_iter().flat_map(move |profile| {
            [
                (cause, profile, wire.of(profile)),
                (cause, profile, wire.of_resource(profile)),
            ]
        })
    })
}

#[test]
fn a19_codes_are_those_of_rfc_6749_or_registered() {
    use ErrorCode::*;
    for (cause, profile, wire) in all_forms() {
        let registered = match wire.error {
            None => cause == Cause::TokenMissing || cause.is_of_an_operation(),
            Some(NotFound) => cause == Cause::PathUnknown,
            Some(UnsupportedTokenType) => cause == Cause::TokenNotRevocable,
            Some(InvalidToken | InsufficientScope) => {
                matches!(wire.status, Status::Unauthorized | Status::Forbidden)
            }
            Some(code) => [
                InvalidRequest,
                InvalidClient,
                InvalidGrant,
                UnauthorizedClient,
                UnsupportedGrantType,
                InvalidScope,
                InvalidTarget,
                AccessDenied,
                ServerError,
                TemporarilyUnavailable,
            ]
            .contains(&code),
        };
        assert!(registered, "{cause} in {profile}: {}", short(wire));
    }
}

#[test]
fn a20_a_401_is_about_the_client_or_the_token() {
    for (cause, profile, wire) in all_forms() {
        if wire.status == Status::Unauthorized {
            let fits = matches!(
                wire.error,
                None | Some(ErrorCode::InvalidClient | ErrorCode::InvalidToken)
            ) || (cause == Cause::AuthorizationHeaderMalformed
                && profile == Profile::Kinde);
            assert!(fits, "{cause} in {profile}: {}", short(wire));
        }
    }
}

#[test]
fn a20_invalid_client_is_401_in_every_form() {
    for (cause, profile, wire) in all_forms() {
        if wire.error == Some(ErrorCode::InvalidClient) {
            assert_eq!(wire.status, Status::Unauthorized, "{cause} in {profile}");
        }
    }
}

#[test]
fn a20_errors_of_a_token_request_are_400() {
    for (cause, profile, wire) in all_forms() {
        if matches!(
            wire.error,
            Some(
                ErrorCode::InvalidGrant
                    | ErrorCode::UnauthorizedClient
                    | ErrorCode::UnsupportedGrantType
                    | ErrorCode::InvalidScope
                    | ErrorCode::InvalidTarget
            )
        ) {
            assert_eq!(wire.status, Status::BadRequest, "{cause} in {profile}");
        }
    }
}

#[test]
fn r4_and_r5_bad_tokens_are_401_and_weak_ones_403() {
    for (cause, profile, wire) in all_forms() {
        if wire.error == Some(ErrorCode::InvalidToken) {
            assert_eq!(wire.status, Status::Unauthorized, "{cause} in {profile}");
        }
        assert_eq!(
            wire.error == Some(ErrorCode::InsufficientScope),
            wire.status == Status::Forbidden && wire.error != Some(ErrorCode::AccessDenied),
            "{cause} in {profile}"
        );
    }
}

#[test]
fn g15_a_500_is_always_a_server_error_and_the_reverse() {
    for (cause, profile, wire) in all_forms() {
        assert_eq!(
            wire.status == Status::InternalServerError,
            wire.error == Some(ErrorCode::ServerError),
            "{cause} in {profile}"
        );
    }
}
