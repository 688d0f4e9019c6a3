//! Refusals that need more than one request, or more than a row of the table in `refusals.rs`.

use m2m_authority::registry::{Api, MANAGEMENT_AUDIENCE, time_text};
use m2m_errors::{Cause, Profile};
use m2m_testkit::{
    BILLING, INVOICES, OLD_SECRET, ORDERS, PLAIN_ID, Request, SECRET, TRUSTED_ID, WRONG_SECRET,
    World,
};

/// The status and the code that the caller sees.
type Seen = (u16, &'static str);

const INVALID_CLIENT: Seen = (401, "invalid_client");
const INVALID_REQUEST: Seen = (400, "invalid_request");
const INVALID_TARGET: Seen = (400, "invalid_target");
const UNAUTHORIZED_CLIENT: Seen = (400, "unauthorized_client");

fn good() -> Request {
    Request::token(PLAIN_ID).audience(ORDERS)
}

#[test]
fn t7_t9_t10_t8_the_typical_messages_match_the_documentation() {
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
            answer.check_refusal(UNAUTHORIZED_CLIENT, "T6");
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
        *manager = manager
            .clone()
            .authorized(MANAGEMENT_AUDIENCE, &["read:apis"]);
        let api = Api::new("Management", MANAGEMENT_AUDIENCE).with_scopes(&["read:apis"]);
        records.apis.push(api);
    });
    assert_eq!(
        world
            .send(&Request::token("user-none").audience(ORDERS))
            .status(),
        200,
        "the management application is exempt"
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
                answer.check_refusal(seen, "K9");
            }
        }
    }
}

#[test]
fn k9_the_server_does_not_choose_between_several_audiences() {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(&Request::token(BILLING));
    answer.check_refusal(INVALID_TARGET, "K9");
    let evidence = answer.evidence().join("\n");
    assert!(
        evidence
            .contains("authorized for: https://orders.example/api, https://invoices.example/api"),
        "{evidence}"
    );
}

/// Returns a server on which this application has a default audience.
fn with_default(profile: Profile, client_id: &str, audience: &str) -> World {
    let mut world = World::standard(profile);
    world.set_records(|records| {
        let mut applications = records.applications.iter_mut();
        let application = applications.find(|own| *own.client_id == *client_id);
        application
            .expect("it is in the world")
            .spec
            .default_audience = Some(audience.into());
    });
    world
}

#[test]
fn a2_the_default_audience_is_used_when_a_request_names_none() {
    for profile in Profile::ALL {
        let mut world = with_default(profile, BILLING, INVOICES);
        let answer = world.send(&Request::token(BILLING));
        let claims = world.claims(&answer);
        let expected: &[&str] = &[INVOICES];
        let aud = &claims["aud"];
        assert!(
            *aud == INVOICES || *aud == serde_json::json!(expected),
            "{profile}: {aud}"
        );
        assert_eq!(claims["scope"], "read:invoices", "{profile}");
        for empty in ["audience", "resource"] {
            let answer = world.send(&Request::token(BILLING).with(empty, ""));
            assert_eq!(world.claims(&answer)["aud"], *aud, "{profile}: {empty}");
        }
        let named = world.send(&Request::token(BILLING).audience(ORDERS));
        let aud = world.claims(&named)["aud"].to_string();
        assert!(aud.contains(ORDERS) && !aud.contains(INVOICES), "{profile}");
        let scoped = world.send(&Request::token(BILLING).scope("read:orders"));
        assert_eq!(scoped.cause(), Some(Cause::ScopeUnknown), "{profile}");
    }
}

#[test]
fn a2_a_default_audience_without_authorization_is_named_by_the_diagnosis() {
    for profile in Profile::ALL {
        let mut world = with_default(profile, PLAIN_ID, INVOICES);
        let answer = world.send(&Request::token(PLAIN_ID));
        assert_eq!(answer.cause(), Some(Cause::AudienceNotAuthorized));
        answer.check_refusal(UNAUTHORIZED_CLIENT, "A2");
        let evidence = answer.evidence();
        assert_eq!(
            evidence.first().map(String::as_str),
            Some(
                "the request has no audience; the application's default_audience \
                 \"https://invoices.example/api\" was used"
            )
        );
        let remedies = answer.remedies();
        let commands = remedies.iter().map(|own| own.command.as_deref());
        let commands: Vec<&str> = commands.map(Option::unwrap_or_default).collect();
        assert!(
            commands[0].starts_with(
                "m2m application authorize plain-id --audience https://invoices.example/api"
            ) && commands[1].starts_with(
                "m2m application update plain-id --default-audience https://orders.example/api"
            ),
            "{commands:#?}"
        );
        // A request that names the audience itself has no such evidence.
        let named = world.send(&Request::token(PLAIN_ID).audience(INVOICES));
        assert_eq!(named.cause(), Some(Cause::AudienceNotAuthorized));
        let evidence = named.evidence().join("\n");
        assert!(!evidence.contains("default_audience"), "{evidence}");
    }
}

#[test]
fn a2_a_scope_of_another_api_than_the_default_one_is_explained() {
    let mut world = with_default(Profile::Rfc, BILLING, INVOICES);
    let answer = world.send(&Request::token(BILLING).scope("write:orders"));
    assert_eq!(answer.cause(), Some(Cause::ScopeUnknown));
    let evidence = answer.evidence().join("\n");
    assert!(
        evidence.contains("default_audience \"https://invoices.example/api\" was used")
            && evidence.contains("defined by another API, \"https://orders.example/api\""),
        "{evidence}"
    );
    let kinds: Vec<String> = answer.remedies().into_iter().map(|own| own.kind).collect();
    assert_eq!(kinds, ["request_scope", "change_default_audience"]);
}

#[test]
fn a2_a_default_audience_does_not_explain_a_refusal_for_another_reason() {
    let mut world = with_default(Profile::Rfc, "from-ten", ORDERS);
    let from_outside = "192.0.2.1".parse().unwrap();
    let answer = world.send(&Request::token("from-ten").from_address(from_outside));
    assert_eq!(answer.cause(), Some(Cause::AddressNotAllowed));
    let evidence = answer.evidence().join("\n");
    assert!(!evidence.contains("default_audience"), "{evidence}");
}

#[test]
fn a4_audiences_in_one_parameter_are_separated_by_single_spaces() {
    let both = format!("{ORDERS} {INVOICES}");
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        let repeated = Request::token(BILLING).audience(ORDERS).audience(INVOICES);
        let expected = world.send(&repeated);
        let expected = world.claims(&expected);
        assert_eq!(expected["aud"], serde_json::json!([ORDERS, INVOICES]));
        for request in [
            Request::token(BILLING).audience(&both),
            Request::token(BILLING).audience(&both).audience(ORDERS),
            Request::token(BILLING).audience(&format!("{both} {ORDERS}")),
            Request::token(BILLING).audience(ORDERS).audience(&both),
        ] {
            let answer = world.send(&request);
            let claims = world.claims(&answer);
            for claim in ["aud", "scope"] {
                assert_eq!(claims[claim], expected[claim], "{profile}");
            }
        }
        let refused = world.send(&Request::token(PLAIN_ID).audience(&both));
        assert_eq!(refused.cause(), Some(Cause::AudienceNotAuthorized));
        let evidence = refused.evidence().join("\n");
        assert!(evidence.contains("\"https://invoices.example/api\" is the audience of"));
        let unknown = world.send(&Request::token(BILLING).audience(&format!("{ORDERS} urn:x")));
        assert_eq!(unknown.cause(), Some(Cause::AudienceUnknown));
        let evidence = unknown.evidence().join("\n");
        assert!(evidence.contains("the audience \"urn:x\""), "{evidence}");
    }
}

#[test]
fn a4_other_spaces_around_audiences_are_refused_and_named() {
    let mut world = World::standard(Profile::Rfc);
    for (audience, evidence) in [
        (
            format!("{ORDERS}  {INVOICES}"),
            "separated by more than one space",
        ),
        (
            format!("{ORDERS} {INVOICES} "),
            "separated by more than one space",
        ),
        (format!("{ORDERS} "), "except for whitespace around it"),
        (format!(" {ORDERS}"), "except for whitespace around it"),
        (format!("{ORDERS}\n{INVOICES}"), "separated by line breaks"),
        (format!("{ORDERS}\t{INVOICES}"), "not allowed at byte"),
    ] {
        let answer = world.send(&Request::token(BILLING).audience(&audience));
        assert_eq!(
            answer.cause(),
            Some(Cause::AudienceMalformed),
            "{audience:?}"
        );
        answer.check_refusal(INVALID_TARGET, "A4");
        let found = answer.evidence().join("\n");
        assert!(found.contains(evidence), "{audience:?}: {found}");
    }
    for audience in [" ", "  "] {
        let answer = world.send(&Request::token(BILLING).audience(audience));
        assert_eq!(answer.cause(), Some(Cause::AudienceMalformed));
    }
    // A comma may be part of an audience, and so separates nothing.
    let commas = format!("{ORDERS},{INVOICES} {ORDERS}");
    let answer = world.send(&Request::token(BILLING).audience(&commas));
    assert_eq!(answer.cause(), Some(Cause::AudienceUnknown));
    let found = answer.evidence().join("\n");
    assert!(found.contains("separated by commas"), "{found}");
}

#[test]
fn a4_a_resource_is_one_uri() {
    let mut world = World::standard(Profile::Rfc);
    let both = format!("{ORDERS} {INVOICES}");
    let answer = world.send(&Request::token(BILLING).resource(&both));
    assert_eq!(answer.cause(), Some(Cause::AudienceMalformed));
    answer.check_refusal(INVALID_TARGET, "A4");
}

#[test]
fn a4_the_audiences_in_a_list_count_towards_the_maximum() {
    let mut world = World::standard(Profile::Rfc);
    let list = |count: usize| vec![ORDERS; count].join(" ");
    let sixteen = world.send(&Request::token(BILLING).audience(&list(16)));
    assert_eq!(world.claims(&sixteen)["aud"], ORDERS);
    for request in [
        Request::token(BILLING).audience(&list(17)),
        Request::token(BILLING).audience(&list(400)),
        Request::token(BILLING).audience(&list(16)).audience(ORDERS),
        Request::token(BILLING)
            .audience(&list(9))
            .audience(&list(9)),
        Request::token(BILLING).audience(&list(16)).resource(ORDERS),
    ] {
        let answer = world.send(&request);
        assert_eq!(answer.cause(), Some(Cause::AudiencesTooMany));
    }
}

#[test]
fn an_application_without_any_api_has_its_own_cause() {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(&Request::token("no-api"));
    assert_eq!(answer.cause(), Some(Cause::NoApiAuthorized));
    answer.check_refusal(UNAUTHORIZED_CLIENT, "no API");
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
        assert_eq!(
            world.send(&old).status(),
            200,
            "the last second of the overlap"
        );
        assert_eq!(world.send(&new).status(), 200);
        world.advance(1);
        let answer = world.send(&old);
        answer.check_refusal(INVALID_CLIENT, "K4");
        assert_eq!(answer.cause(), Some(Cause::SecretRotatedOut));
        let end = World::BEGINNING.saturating_add_seconds(86_400);
        let expected = format!(
            "the secret \"old\", which was rotated out at {} by \"operator\"",
            time_text(end)
        );
        assert!(
            answer.evidence().join("\n").contains(&expected),
            "{:?}",
            answer.evidence()
        );
        assert_eq!(world.send(&new).status(), 200);
    }
}

#[test]
fn g9_a_revoked_and_an_expired_secret_are_refused_with_different_causes() {
    let mut world = World::standard(Profile::Generic);
    for (secret, cause) in [
        ("revoked", Cause::SecretRevoked),
        ("expired", Cause::SecretExpired),
    ] {
        let secret = format!("{secret}-secret-0123456789abcdef0123456789");
        let answer = world.send(&Request::token("rotated").audience(ORDERS).secret(&secret));
        answer.check_refusal(INVALID_CLIENT, "G9");
        assert_eq!(answer.cause(), Some(cause));
    }
}

#[test]
fn a_method_that_is_not_allowed_gets_the_answer_of_a_wrong_secret() {
    let mut world = World::standard(Profile::Rfc);
    assert_eq!(
        world
            .send(&Request::token_by_header("basic-only", SECRET).audience(ORDERS))
            .status(),
        200
    );
    let answer = world.send(&Request::token("basic-only").audience(ORDERS));
    answer.check_refusal(INVALID_CLIENT, "method");
    assert_eq!(answer.cause(), Some(Cause::AuthenticationMethodNotAllowed));
}

#[test]
fn an_enforced_quota_states_when_to_retry() {
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
fn a_missing_key_is_a_server_error_without_details() {
    let mut world = World::standard(Profile::Rfc);
    world.set_keys(m2m_authority::registry::SigningKeys::default());
    let answer = world.send(&good());
    answer.check_refusal((500, "server_error"), "no key");
    assert_eq!(answer.cause(), Some(Cause::SigningKeyMissing));
    assert!(!answer.description().contains("key"));
}

#[test]
fn a_not_before_in_the_future_issues_no_token() {
    let mut world = World::standard(Profile::Rfc);
    let now = world.now();
    for (ahead, status) in [
        (0, 200),
        (5, 200),
        (6, 400),
        (2_300_000_000, 400),
        (u64::MAX, 400),
    ] {
        let not_before = now.saturating_add_seconds(ahead);
        world.set_records(|records| {
            let applications = records.applications.iter_mut();
            let plain = applications.filter(|application| &*application.client_id == PLAIN_ID);
            plain.for_each(|application| application.spec.not_before = Some(not_before));
        });
        let answer = world.send(&good());
        assert_eq!(answer.status(), status, "{ahead} seconds ahead");
        if status == 400 {
            assert_eq!(answer.cause(), Some(Cause::NotBeforeInFuture));
            answer.check_refusal(UNAUTHORIZED_CLIENT, "not before");
        }
    }
}
