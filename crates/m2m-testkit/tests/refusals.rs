//! Every row of the seed documents that the token endpoint refuses, in every profile: status, code, header, body, cause.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use m2m_errors::{Cause, Profile};
use m2m_testkit::{
    BILLING, INVOICES, ORDERS, PLAIN_ID, Request, SECRET, TRUSTED_ID, WRONG_SECRET, World,
};

/// The status and the code that the caller sees.
type Seen = (u16, &'static str);

const INVALID_CLIENT: Seen = (401, "invalid_client");
const INVALID_REQUEST: Seen = (400, "invalid_request");
const INVALID_GRANT: Seen = (400, "invalid_grant");
const INVALID_SCOPE: Seen = (400, "invalid_scope");
const INVALID_TARGET: Seen = (400, "invalid_target");
const UNAUTHORIZED_CLIENT: Seen = (400, "unauthorized_client");
const UNSUPPORTED_GRANT_TYPE: Seen = (400, "unsupported_grant_type");

/// The status and the code that the caller sees in each profile.
struct InProfile {
    rfc: Seen,
    kinde: Seen,
    trusted_application: Seen,
    generic: Seen,
}

const fn everywhere(seen: Seen) -> InProfile {
    InProfile {
        rfc: seen,
        kinde: seen,
        trusted_application: seen,
        generic: seen,
    }
}

impl InProfile {
    const fn of(&self, profile: Profile) -> Seen {
        match profile {
            Profile::Rfc => self.rfc,
            Profile::Kinde => self.kinde,
            Profile::TrustedApplication => self.trusted_application,
            Profile::Generic => self.generic,
        }
    }
}

struct Row {
    /// The rows and requirement lines that this row tests.
    ids: &'static [&'static str],
    note: &'static str,
    request: fn() -> Request,
    seen: InProfile,
    cause: Cause,
}

fn good() -> Request {
    Request::token(PLAIN_ID).audience(ORDERS)
}

const fn row(
    ids: &'static [&'static str],
    note: &'static str,
    request: fn() -> Request,
    seen: InProfile,
    cause: Cause,
) -> Row {
    Row {
        ids,
        note,
        request,
        seen,
        cause,
    }
}

fn rows() -> Vec<Row> {
    let client = || everywhere(INVALID_CLIENT);
    let malformed = || InProfile {
        trusted_application: INVALID_GRANT,
        ..everywhere(INVALID_REQUEST)
    };
    let missing = || InProfile {
        rfc: INVALID_CLIENT,
        generic: INVALID_CLIENT,
        ..everywhere(INVALID_REQUEST)
    };
    let by_resource = || InProfile {
        rfc: INVALID_TARGET,
        ..everywhere(UNAUTHORIZED_CLIENT)
    };
    let other_grant = || InProfile {
        kinde: INVALID_REQUEST,
        ..everywhere(UNSUPPORTED_GRANT_TYPE)
    };
    let unknown_grant = || InProfile {
        trusted_application: INVALID_GRANT,
        ..other_grant()
    };
    let denied = || InProfile {
        generic: (403, "access_denied"),
        ..everywhere((400, "access_denied"))
    };
    vec![
        row(
            &["K1", "G9"],
            "",
            || good().replacing("client_id", "unknown"),
            client(),
            Cause::ClientUnknown,
        ),
        row(
            &["T1"],
            "",
            || Request::token("my.trusted.app/other"),
            client(),
            Cause::ClientUnknown,
        ),
        row(
            &["K2", "G9"],
            "",
            || good().secret(WRONG_SECRET),
            client(),
            Cause::SecretWrong,
        ),
        row(
            &["T3"],
            "",
            || Request::token(TRUSTED_ID).secret(WRONG_SECRET),
            client(),
            Cause::SecretWrong,
        ),
        row(
            &["K3"],
            "",
            || good().replacing("client_id", "deleted"),
            client(),
            Cause::ApplicationDeleted,
        ),
        row(
            &["T2"],
            "",
            || good().replacing("client_id", "disabled"),
            client(),
            Cause::ApplicationDisabled,
        ),
        row(
            &["T4", "A12"],
            "",
            || good().replacing("client_id", "public"),
            client(),
            Cause::ClientPublic,
        ),
        row(
            &["K5"],
            "",
            || Request::token("no-api").audience(ORDERS),
            everywhere(UNAUTHORIZED_CLIENT),
            Cause::AudienceNotAuthorized,
        ),
        row(
            &["K5"],
            "resource",
            || Request::token("no-api").resource(ORDERS),
            by_resource(),
            Cause::AudienceNotAuthorized,
        ),
        row(
            &["K6"],
            "",
            || good().replacing("audience", "https://orders.example/ap"),
            everywhere(UNAUTHORIZED_CLIENT),
            Cause::AudienceUnknown,
        ),
        row(
            &["K6", "A22"],
            "resource",
            || Request::token(PLAIN_ID).resource("https://orders.example/ap"),
            by_resource(),
            Cause::AudienceUnknown,
        ),
        row(
            &["K7", "G13"],
            "",
            || good().scope("shared:list"),
            everywhere(INVALID_SCOPE),
            Cause::ScopeNotAssigned,
        ),
        row(
            &["T7"],
            "",
            || Request::token(TRUSTED_ID).scope("update"),
            {
                InProfile {
                    kinde: INVALID_REQUEST,
                    ..everywhere(INVALID_SCOPE)
                }
            },
            Cause::ScopeNotAssigned,
        ),
        row(
            &["K8", "G13"],
            "",
            || good().scope("read:oders"),
            everywhere(INVALID_SCOPE),
            Cause::ScopeUnknown,
        ),
        row(
            &["G13", "A14"],
            "",
            || good().scope("read:orders  write:orders"),
            everywhere(INVALID_SCOPE),
            Cause::ScopeMalformed,
        ),
        row(
            &["K10", "T9", "G12"],
            "password",
            || good().replacing("grant_type", "password"),
            other_grant(),
            Cause::GrantTypeUnsupported,
        ),
        row(
            &["K10", "T9"],
            "authorization_code",
            || good().replacing("grant_type", "authorization_code"),
            other_grant(),
            Cause::GrantTypeUnsupported,
        ),
        row(
            &["K10", "T9"],
            "refresh_token",
            || good().replacing("grant_type", "refresh_token"),
            other_grant(),
            Cause::GrantTypeUnsupported,
        ),
        row(
            &["T8", "G10", "G12"],
            "client_credential",
            || good().replacing("grant_type", "client_credential"),
            unknown_grant(),
            Cause::GrantTypeUnknown,
        ),
        row(
            &["K11", "T8", "G8"],
            "",
            || good().without("grant_type"),
            malformed(),
            Cause::GrantTypeMissing,
        ),
        row(
            &["K12", "T10"],
            "client_id",
            || good().without("client_id"),
            missing(),
            Cause::CredentialsMissing,
        ),
        row(
            &["K12", "T10", "A12", "G9"],
            "client_secret",
            || good().without("client_secret"),
            missing(),
            Cause::CredentialsMissing,
        ),
        row(
            &["K12", "T10"],
            "both",
            || good().without("client_id").without("client_secret"),
            missing(),
            Cause::CredentialsMissing,
        ),
        row(
            &["A8"],
            "an empty secret",
            || good().secret(""),
            missing(),
            Cause::CredentialsMissing,
        ),
        row(
            &["K13", "A11", "G1"],
            "json",
            || good().content_type(Some("application/json")),
            malformed(),
            Cause::ContentTypeWrong,
        ),
        row(
            &["K13"],
            "none",
            || good().content_type(None),
            malformed(),
            Cause::ContentTypeWrong,
        ),
        row(
            &["K14", "T8", "G8"],
            "percent",
            || good().body(b"grant_type=client_credentials&scope=%zz"),
            malformed(),
            Cause::BodyMalformed,
        ),
        row(
            &["K14"],
            "UTF-8",
            || good().body(b"grant_type=client_credentials&scope=%ff"),
            malformed(),
            Cause::BodyMalformed,
        ),
        row(
            &["K14", "A10"],
            "repeated",
            || good().with("scope", "a").with("scope", "a"),
            malformed(),
            Cause::ParameterRepeated,
        ),
        row(
            &["A10"],
            "repeated unknown",
            || good().with("x", "1").with("x", "2"),
            malformed(),
            Cause::ParameterRepeated,
        ),
        row(
            &["G1", "G8"],
            "audience",
            || Request::token(BILLING),
            InProfile {
                rfc: INVALID_TARGET,
                ..everywhere(INVALID_REQUEST)
            },
            Cause::AudienceMissing,
        ),
        row(
            &["G11"],
            "",
            || good().replacing("client_id", "no-grant"),
            everywhere(UNAUTHORIZED_CLIENT),
            Cause::GrantNotAllowed,
        ),
        row(
            &["G11"],
            "no scope",
            || {
                good()
                    .replacing("client_id", "no-scope")
                    .scope("read:orders")
            },
            InProfile {
                rfc: UNAUTHORIZED_CLIENT,
                generic: UNAUTHORIZED_CLIENT,
                ..everywhere(INVALID_SCOPE)
            },
            Cause::NoScopeAssigned,
        ),
        row(
            &["G14"],
            "organization",
            || good().replacing("client_id", "of-suspended"),
            denied(),
            Cause::OrganizationSuspended,
        ),
        row(
            &["G14"],
            "address",
            || {
                good()
                    .replacing("client_id", "from-ten")
                    .from_address("192.0.2.1".parse().unwrap())
            },
            denied(),
            Cause::AddressNotAllowed,
        ),
        row(
            &["T5"],
            "",
            || good().replacing("client_id", "user-not-allowed"),
            everywhere(UNAUTHORIZED_CLIENT),
            Cause::SystemUserNotAllowed,
        ),
        row(
            &["K35"],
            "",
            || {
                Request::token(BILLING)
                    .audience(ORDERS)
                    .audience(INVOICES)
                    .scope("shared:list")
            },
            everywhere(INVALID_SCOPE),
            Cause::ScopeNotAssigned,
        ),
        row(
            &["K35"],
            "the other way round",
            || {
                Request::token(BILLING)
                    .audience(INVOICES)
                    .audience(ORDERS)
                    .scope("shared:list")
            },
            everywhere(INVALID_SCOPE),
            Cause::ScopeNotAssigned,
        ),
        row(
            &["A3", "X7"],
            "",
            || good().query("client_secret=abc"),
            everywhere(INVALID_REQUEST),
            Cause::CredentialsInUrl,
        ),
        row(
            &["A4"],
            "header and body",
            || Request::token_by_header(PLAIN_ID, SECRET).with("client_secret", SECRET),
            everywhere(INVALID_REQUEST),
            Cause::AuthenticationMethodsSeveral,
        ),
        row(
            &["A4"],
            "secret and assertion",
            || good().with("client_assertion", "a.b.c"),
            everywhere(INVALID_REQUEST),
            Cause::AuthenticationMethodsSeveral,
        ),
        row(
            &["A4"],
            "secret and the type of an assertion",
            || good().with("client_assertion_type", "x"),
            everywhere(INVALID_REQUEST),
            Cause::AuthenticationMethodsSeveral,
        ),
        row(
            &[],
            "a body that is too large and of another type",
            || {
                Request::empty()
                    .content_type(None)
                    .body(&[b'a'; 64 * 1024 + 1])
            },
            everywhere((413, "invalid_request")),
            Cause::BodyTooLarge,
        ),
        row(
            &[],
            "sixteen audiences are allowed",
            || {
                (0..16).fold(Request::token(PLAIN_ID), |request, _| {
                    request.audience("https://x.example")
                })
            },
            everywhere(UNAUTHORIZED_CLIENT),
            Cause::AudienceUnknown,
        ),
        row(
            &[],
            "seventeen are not",
            || {
                (0..17).fold(Request::token(PLAIN_ID), |request, _| {
                    request.audience("https://x.example")
                })
            },
            everywhere(INVALID_REQUEST),
            Cause::AudiencesTooMany,
        ),
        row(
            &["A4"],
            "two headers",
            || Request::token_by_header(PLAIN_ID, SECRET).authorization(b"Basic YTpi"),
            everywhere(INVALID_REQUEST),
            Cause::AuthenticationMethodsSeveral,
        ),
        row(
            &["A4"],
            "another client id",
            || Request::token_by_header(PLAIN_ID, SECRET).with("client_id", BILLING),
            everywhere(INVALID_REQUEST),
            Cause::ClientIdMismatch,
        ),
        row(
            &["A20"],
            "a broken header",
            || {
                Request::empty()
                    .with("grant_type", "client_credentials")
                    .authorization(b"Basic %%%")
            },
            client(),
            Cause::BasicMalformed,
        ),
        row(
            &["A20"],
            "another scheme",
            || {
                Request::empty()
                    .with("grant_type", "client_credentials")
                    .authorization(b"Bearer abc")
            },
            client(),
            Cause::AuthenticationSchemeUnsupported,
        ),
        row(
            &["A22"],
            "a fragment",
            || Request::token(PLAIN_ID).resource("https://orders.example/api#x"),
            InProfile {
                rfc: INVALID_TARGET,
                generic: INVALID_TARGET,
                ..everywhere(INVALID_REQUEST)
            },
            Cause::AudienceMalformed,
        ),
        row(
            &[],
            "an assertion",
            || {
                good()
                    .without("client_secret")
                    .with("client_assertion", "a.b.c")
            },
            missing(),
            Cause::AssertionUnsupported,
        ),
        row(
            &[],
            "two algorithms",
            || {
                Request::token("two-algorithms")
                    .audience(ORDERS)
                    .audience("https://stock.example/api")
            },
            InProfile {
                rfc: INVALID_TARGET,
                generic: INVALID_TARGET,
                ..everywhere(INVALID_REQUEST)
            },
            Cause::AudiencesIncompatible,
        ),
        row(
            &["A6", "G5"],
            "",
            || good().method("GET"),
            everywhere((405, "invalid_request")),
            Cause::MethodNotAllowed,
        ),
    ]
}

#[test]
fn each_row_is_refused_as_documented() {
    for profile in Profile::ALL {
        for row in rows() {
            // In the profile of trusted applications, a request without an audience means all audiences, so that it is complete.
            if row.note == "audience" && profile == Profile::TrustedApplication {
                continue;
            }
            // At Kinde a request has to name an audience; the row is about a profile that does not know audiences.
            let mut world = World::standard(profile);
            let answer = world.send(&(row.request)());
            let context = format!("{:?} {} in {profile}", row.ids, row.note);
            let cause = if row.ids == ["T7"] && profile == Profile::Kinde {
                Cause::AudienceMissing
            } else {
                row.cause
            };
            assert_eq!(answer.cause(), Some(cause), "{context}");
            answer.check_refusal(row.seen.of(profile), &context);
            assert!(!answer.remedies().is_empty(), "{context}");
        }
    }
}
