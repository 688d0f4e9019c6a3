//! Every row of the seed documents that the token endpoint refuses, in every profile: status, code, header, body, cause.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use m2m_errors::{Cause, Profile};
use m2m_testkit::{
    Answer, BILLING, INVOICES, OLD_SECRET, ORDERS, PLAIN_ID, Request, SECRET, TRUSTED_ID,
    WRONG_SECRET, World,
};

/// What the caller sees: status and code.
type Seen = (u16, &'static str);

const INVALID_CLIENT: Seen = (401, "invalid_client");
const INVALID_REQUEST: Seen = (400, "invalid_request");
const INVALID_GRANT: Seen = (400, "invalid_grant");
const INVALID_SCOPE: Seen = (400, "invalid_scope");
const INVALID_TARGET: Seen = (400, "invalid_target");
const UNAUTHORIZED_CLIENT: Seen = (400, "unauthorized_client");
const UNSUPPORTED_GRANT_TYPE: Seen = (400, "unsupported_grant_type");

/// What the caller sees in each profile.
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
    /// The rows and requirement lines that it answers.
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

/// What holds of every refusal, whatever its cause (A18, A19, A20, A21, G1, G9).
fn check_form(answer: &Answer, seen: Seen, context: &str) {
    let body = answer.json();
    assert_eq!(
        (answer.status(), body["error"].as_str().unwrap()),
        seen,
        "{context}: {body}"
    );
    let mut members: Vec<&str> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    members.sort_unstable();
    assert_eq!(
        members,
        ["error", "error_description", "error_uri", "trace_id"],
        "{context}"
    );
    let code = seen.1;
    assert_eq!(
        body["error_uri"],
        format!("https://issuer.example/errors/{code}"),
        "{context}"
    );
    let description = answer.description();
    let clean = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    assert!(
        !description.is_empty() && description.bytes().all(clean),
        "{context}: {description}"
    );
    let trace_id = body["trace_id"].as_str().unwrap();
    assert_eq!(trace_id.len(), 32, "{context}");

    let mut headers = vec![
        "cache-control: no-store".to_owned(),
        "pragma: no-cache".to_owned(),
    ];
    headers.push("content-type: application/json".to_owned());
    match seen.0 {
        401 => headers.push(format!(
            "www-authenticate: Basic realm=\"https://issuer.example\", error=\"{code}\", \
             error_description=\"{description}\", trace_id=\"{trace_id}\""
        )),
        405 => headers.push("allow: POST".to_owned()),
        _ => {}
    }
    headers.sort();
    assert_eq!(answer.headers(), headers, "{context}");
}

#[test]
fn each_row_is_refused_as_its_document_says() {
    for profile in Profile::ALL {
        for row in rows() {
            // In the profile of trusted applications no audience means all, so that nothing is missing.
            if row.note == "audience" && profile == Profile::TrustedApplication {
                continue;
            }
            // At Kinde an audience has to be named; the row is about a profile that does not know audiences.
            let mut world = World::standard(profile);
            let answer = world.send(&(row.request)());
            let context = format!("{:?} {} in {profile}", row.ids, row.note);
            let cause = if row.ids == ["T7"] && profile == Profile::Kinde {
                Cause::AudienceMissing
            } else {
                row.cause
            };
            assert_eq!(answer.cause(), Some(cause), "{context}");
            check_form(&answer, row.seen.of(profile), &context);
            let diagnosis = answer.diagnosis();
            assert!(
                diagnosis.is_none_or(|diagnosis| !diagnosis.fixes.is_empty()),
                "{context}"
            );
        }
    }
}

#[test]
fn t7_t9_t10_t8_the_typical_messages_are_those_of_the_document() {
    let mut world = World::standard(Profile::TrustedApplication);
    let trusted = || Request::token(TRUSTED_ID);
    for (request, message) in [
        (
            trusted().secret(WRONG_SECRET),
            "Invalid client_id or client_secret",
        ),
        (
            Request::token("user-not-allowed"),
            "The client is not authorized to use this grant type",
        ),
        (
            Request::token("user-missing"),
            "The client is not authorized to use this grant type",
        ),
        (trusted().scope("update"), "Invalid scope: update"),
        (
            trusted().without("grant_type"),
            "Client credentials are invalid or missing",
        ),
        (
            trusted().replacing("grant_type", "password"),
            "Unsupported grant type: password",
        ),
        (trusted().without("client_id"), "Missing client_id"),
        (trusted().without("client_secret"), "Missing client_secret"),
    ] {
        assert_eq!(world.send(&request).description(), message);
    }
}

#[test]
fn t6_an_allowed_system_user_that_is_missing_is_refused_to_trusted_applications_only() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        let answer = world.send(&Request::token("user-missing").audience(ORDERS));
        if profile == Profile::TrustedApplication {
            check_form(&answer, UNAUTHORIZED_CLIENT, "T6");
            assert_eq!(answer.cause(), Some(Cause::SystemUserMissing));
        } else {
            assert_eq!(answer.status(), 200, "{profile}");
        }
    }
}

#[test]
fn t5_an_application_without_any_system_user_is_refused_among_trusted_ones() {
    let mut world = World::standard(Profile::TrustedApplication);
    let answer = world.send(&Request::token("user-none"));
    assert_eq!(answer.cause(), Some(Cause::SystemUserNotAllowed));
    world.set_records(|records| {
        let manager = records
            .applications
            .iter_mut()
            .find(|application| &*application.client_id == "user-none")
            .unwrap();
        manager.is_management = true;
    });
    assert_eq!(
        world.send(&Request::token("user-none")).status(),
        200,
        "the management application is excepted"
    );
}

#[test]
fn k9_a_missing_audience_means_what_the_profile_says() {
    for (profile, expected) in [
        (Profile::Rfc, None),
        (Profile::Generic, None),
        (Profile::TrustedApplication, None),
        (Profile::Kinde, Some(INVALID_REQUEST)),
    ] {
        let mut world = World::standard(profile);
        let answer = world.send(&Request::token(PLAIN_ID));
        match expected {
            None => assert_eq!(world.claims(&answer)["aud"], ORDERS, "K9 in {profile}"),
            Some(seen) => {
                assert_eq!(answer.cause(), Some(Cause::AudienceMissing));
                check_form(&answer, seen, "K9");
            }
        }
    }
}

#[test]
fn k9_of_several_audiences_none_is_guessed() {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(&Request::token(BILLING));
    check_form(&answer, INVALID_TARGET, "K9");
    let evidence = answer.evidence().join("\n");
    assert!(
        evidence
            .contains("authorized for https://orders.example/api, https://invoices.example/api"),
        "{evidence}"
    );
}

#[test]
fn an_application_without_any_api_is_told_so() {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(&Request::token("no-api"));
    assert_eq!(answer.cause(), Some(Cause::NoApiAuthorized));
    check_form(&answer, UNAUTHORIZED_CLIENT, "no API");
}

#[test]
fn k4_a_rotated_secret_works_until_its_end_and_is_named_afterwards() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        let old = Request::token("rotated")
            .audience(ORDERS)
            .secret(OLD_SECRET);
        let new = Request::token("rotated").audience(ORDERS);
        world.advance(86_399);
        assert_eq!(world.send(&old).status(), 200, "the overlap's last second");
        assert_eq!(world.send(&new).status(), 200);
        world.advance(1);
        let answer = world.send(&old);
        check_form(&answer, INVALID_CLIENT, "K4");
        assert_eq!(answer.cause(), Some(Cause::SecretRotatedOut));
        let end = World::BEGINNING.as_seconds() + 86_400;
        let expected =
            format!("the secret \"old\", which was rotated out on {end} by \"operator\"");
        assert!(
            answer.evidence().join("\n").contains(&expected),
            "{:?}",
            answer.evidence()
        );
        assert_eq!(world.send(&new).status(), 200);
    }
}

#[test]
fn g9_a_revoked_and_an_expired_secret_are_refused_and_told_apart() {
    let mut world = World::standard(Profile::Generic);
    for (secret, cause) in [
        ("revoked", Cause::SecretRevoked),
        ("expired", Cause::SecretExpired),
    ] {
        let secret = format!("{secret}-secret-0123456789abcdef0123456789");
        let answer = world.send(&Request::token("rotated").audience(ORDERS).secret(&secret));
        check_form(&answer, INVALID_CLIENT, "G9");
        assert_eq!(answer.cause(), Some(cause));
    }
}

#[test]
fn a_method_that_is_not_allowed_is_not_told_apart_from_a_wrong_secret() {
    let mut world = World::standard(Profile::Rfc);
    assert_eq!(
        world
            .send(&Request::token_by_header("basic-only", SECRET).audience(ORDERS))
            .status(),
        200
    );
    let answer = world.send(&Request::token("basic-only").audience(ORDERS));
    check_form(&answer, INVALID_CLIENT, "method");
    assert_eq!(answer.cause(), Some(Cause::AuthenticationMethodNotAllowed));
}

#[test]
fn a_quota_is_enforced_and_says_when_to_come_back() {
    for (profile, status) in [
        (Profile::Rfc, 429),
        (Profile::Kinde, 429),
        (Profile::TrustedApplication, 429),
        (Profile::Generic, 503),
    ] {
        let mut world = World::standard(profile);
        let request = Request::token("with-quota").audience(ORDERS);
        world.set_usage(m2m_authority::flow::Usage {
            tokens: 9,
            window_ends_in_seconds: 17,
        });
        assert_eq!(world.send(&request).status(), 200);
        world.set_usage(m2m_authority::flow::Usage {
            tokens: 10,
            window_ends_in_seconds: 17,
        });
        let answer = world.send(&request);
        assert_eq!(
            (answer.status(), answer.cause()),
            (status, Some(Cause::QuotaExceeded))
        );
        assert_eq!(answer.header("retry-after").unwrap(), "17");
    }
}

#[test]
fn a_missing_key_is_our_fault_and_says_nothing() {
    let mut world = World::standard(Profile::Rfc);
    world.set_keys(m2m_authority::registry::SigningKeys::default());
    let answer = world.send(&good());
    check_form(&answer, (500, "server_error"), "no key");
    assert_eq!(answer.cause(), Some(Cause::SigningKeyMissing));
    assert!(!answer.description().contains("key"));
}
