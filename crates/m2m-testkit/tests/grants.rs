//! Granted requests: the answer, the token, and its claims.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use m2m_authority::registry::{Api, Authorization, PropertyValue, SecretHash, Values};
use m2m_errors::{Cause, Profile};
use m2m_jwt::UnixTime;
use m2m_testkit::{
    ACME, BILLING, ERP, INVOICES, LEDGER, ORDERS, PLAIN_ID, Request, SECRET, TRUSTED_ID, World,
};
use serde_json::json;

/// Returns the names of the members of a body, sorted.
fn members(body: &serde_json::Value) -> Vec<&str> {
    let mut names: Vec<&str> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn k21_a17_a18_without_scope_all_assigned_scopes_are_granted() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        let answer = world.send(&Request::token(PLAIN_ID).audience(ORDERS));
        assert_eq!(answer.status(), 200);
        let body = answer.json();
        assert_eq!(
            (&body["token_type"], &body["expires_in"]),
            (&json!("Bearer"), &json!(3600))
        );
        if profile == Profile::Kinde {
            assert_eq!(members(&body), ["access_token", "expires_in", "token_type"]);
        } else {
            assert_eq!(
                members(&body),
                ["access_token", "expires_in", "scope", "token_type"]
            );
            assert_eq!(body["scope"], "read:orders write:orders");
        }
        assert_eq!(world.claims(&answer)["scope"], "read:orders write:orders");
        let expected = [
            "cache-control: no-store",
            "content-type: application/json",
            "pragma: no-cache",
        ];
        assert_eq!(answer.headers(), expected);
    }
}

#[test]
fn k22_a16_with_scope_exactly_that_scope_is_granted() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        let request = Request::token("of-acme")
            .audience(LEDGER)
            .scope("read:users write:flags");
        let answer = world.send(&request);
        assert_eq!(world.claims(&answer)["scope"], "read:users write:flags");
        let request = Request::token(PLAIN_ID)
            .audience(ORDERS)
            .scope("write:orders write:orders");
        let answer = world.send(&request);
        assert_eq!(world.claims(&answer)["scope"], "write:orders");
        let told = answer.json()["scope"].as_str().map(str::to_owned);
        assert_eq!(
            told.as_deref(),
            (profile != Profile::Kinde).then_some("write:orders")
        );
    }
}

#[test]
fn a22_an_audience_sent_with_a_resource_need_not_be_a_uri() {
    let mut world = World::standard(Profile::Rfc);
    world.set_records(|records| records.apis[0].aliases = vec!["orders".into()]);
    let request = Request::token(BILLING)
        .audience("orders")
        .resource(INVOICES);
    let answer = world.send(&request);
    assert_eq!(world.claims(&answer)["aud"], json!(["orders", INVOICES]));
    assert_eq!(
        world
            .send(&Request::token(BILLING).resource("orders"))
            .status(),
        400
    );
}

#[test]
fn many_scopes_are_granted_each_once_in_the_order_of_the_request() {
    let keys: Vec<String> = (0..40)
        .rev()
        .map(|number| format!("scope:{number}"))
        .collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let mut world = World::standard(Profile::Rfc);
    world.set_records(|records| {
        let api = Api::new("Many", "https://many.example");
        records.apis.push(api.with_scopes(&keys));
        let application = records.applications.remove(0);
        let application = application.authorized("https://many.example", &keys);
        records.applications.insert(0, application);
    });
    let twice = format!("{0} {0}", keys.join(" "));
    let request = Request::token(PLAIN_ID)
        .audience("https://many.example")
        .scope(&twice);
    let answer = world.send(&request);
    assert_eq!(world.claims(&answer)["scope"], keys.join(" "));
}

#[test]
fn k23_a23_a36_a_token_is_for_the_audiences_asked_for_and_no_other() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        let both = world.send(&Request::token(BILLING).audience(INVOICES).audience(ORDERS));
        assert_eq!(world.claims(&both)["aud"], json!([INVOICES, ORDERS]));
        let one = world.send(&Request::token(BILLING).resource(INVOICES));
        assert_eq!(world.claims(&one)["aud"], json!(INVOICES));
        assert_eq!(
            world.claims(&one)["scope"],
            "read:invoices",
            "the scopes are those of the audience"
        );
        let twice = world.send(&Request::token(BILLING).audience(ORDERS).audience(ORDERS));
        assert_eq!(world.claims(&twice)["aud"], json!(ORDERS));
    }
}

#[test]
fn k35_a_scope_that_one_of_two_audiences_withholds_is_left_out() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        for (first, second) in [(ORDERS, INVOICES), (INVOICES, ORDERS)] {
            let answer = world.send(&Request::token(BILLING).audience(first).audience(second));
            let claims = world.claims(&answer);
            let mut scopes: Vec<&str> = claims["scope"].as_str().unwrap().split(' ').collect();
            scopes.sort_unstable();
            assert_eq!(scopes, ["read:invoices", "read:orders"], "{profile}");
        }
        let alone = world.send(
            &Request::token(BILLING)
                .audience(ORDERS)
                .scope("shared:list"),
        );
        assert_eq!(
            world.claims(&alone)["scope"],
            "shared:list",
            "the scope is granted on its own API"
        );
    }
}

#[test]
fn k24_a_token_carries_organization_properties_and_flags() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        let answer = world.send(&Request::token("of-acme").audience(LEDGER));
        let claims = world.claims(&answer);
        assert_eq!(claims["org_code"], ACME);
        assert_eq!(
            claims["application_properties"],
            json!({"region": {"v": "eu"}})
        );
        assert_eq!(
            claims["feature_flags"],
            json!({"beta": {"t": "b", "v": true}})
        );
        let global = world.send(&Request::token(PLAIN_ID).audience(ORDERS));
        assert_eq!(world.claims(&global).get("org_code"), None);
    }
}

#[test]
fn a_token_carries_its_own_flags_before_those_of_its_organization() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        world.set_records(|records| {
            let mut organizations = records.organizations.iter_mut();
            let acme = organizations.find(|one| *one.code == *ACME).unwrap();
            acme.feature_flags = Values::from([
                ("plan".into(), PropertyValue::Text("gold".into())),
                ("beta".into(), PropertyValue::Boolean(false)),
                ("hidden".into(), PropertyValue::Boolean(true)),
                ("seats".into(), PropertyValue::Integer(5)),
            ]);
            let mut applications = records.applications.iter_mut();
            let application = applications
                .find(|one| &*one.client_id == "of-acme")
                .unwrap();
            application.spec.token_feature_flags = ["seats", "beta", "plan"].map(Into::into).into();
        });
        let answer = world.send(&Request::token("of-acme").audience(LEDGER));
        let claims = world.claims(&answer);
        // The application's own `beta` is on, whatever the value of the organization is.
        let expected =
            r#"{"beta":{"t":"b","v":true},"seats":{"t":"i","v":5},"plan":{"t":"s","v":"gold"}}"#;
        let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
        assert_eq!(claims["feature_flags"], expected, "{profile}");
        // A flag that the organization no longer has is not in tokens, nor is one of another organization.
        world.set_records(|records| {
            let mut applications = records.applications.iter_mut();
            let application = applications
                .find(|one| &*one.client_id == "of-acme")
                .unwrap();
            application.spec.feature_flags.clear();
            application.spec.token_feature_flags = ["beta"].map(Into::into).into();
        });
        let answer = world.send(&Request::token("of-acme").audience(LEDGER));
        let expected = json!({"beta": {"t": "b", "v": false}});
        assert_eq!(
            world.claims(&answer)["feature_flags"],
            expected,
            "{profile}"
        );
    }
}

#[test]
fn k25_a8_a15_an_empty_scope_counts_as_omitted() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        let answer = world.send(&Request::token(PLAIN_ID).audience(ORDERS).scope(""));
        assert_eq!(world.claims(&answer)["scope"], "read:orders write:orders");
    }
}

#[test]
fn a9_unknown_parameters_are_ignored() {
    let mut world = World::standard(Profile::Rfc);
    let request = Request::token(PLAIN_ID)
        .audience(ORDERS)
        .with("tenant", "x")
        .with("nonce", "");
    assert_eq!(world.send(&request).status(), 200);
}

#[test]
fn a13_no_answer_contains_a_refresh_token() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        let answer = world.send(&Request::token(PLAIN_ID).audience(ORDERS));
        assert_eq!(answer.json().get("refresh_token"), None);
    }
}

#[test]
fn a34_a35_the_token_has_the_form_of_rfc_9068() {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(&Request::token(PLAIN_ID).audience(ORDERS));
    let token = answer.access_token();
    let header = token.split('.').next().unwrap();
    let header: serde_json::Value = serde_json::from_slice(&base64_url(header)).unwrap();
    assert_eq!(
        (&header["typ"], &header["alg"]),
        (&json!("at+jwt"), &json!("ES256"))
    );
    let claims = world.claims(&answer);
    let now = world.now().as_seconds();
    assert_eq!(claims["iss"], World::ISSUER);
    assert_eq!(
        (&claims["sub"], &claims["client_id"]),
        (&json!(PLAIN_ID), &json!(PLAIN_ID))
    );
    assert_eq!(
        (&claims["iat"], &claims["exp"]),
        (&json!(now), &json!(now + 3600))
    );
    assert_eq!(claims["jti"].as_str().unwrap().len(), 22);
    let other = world.send(&Request::token(PLAIN_ID).audience(ORDERS));
    assert_ne!(claims["jti"], world.claims(&other)["jti"]);
}

fn base64_url(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(text)
        .unwrap()
}

#[test]
fn the_claim_set_kinde_matches_its_documentation() {
    let mut world = World::standard(Profile::Kinde);
    let answer = world.send(
        &Request::token("of-acme")
            .audience(LEDGER)
            .scope("read:users"),
    );
    let claims = world.claims(&answer);
    let expected = [
        "application_properties",
        "aud",
        "azp",
        "exp",
        "feature_flags",
        "gty",
        "iat",
        "iss",
        "jti",
        "org_code",
        "scope",
        "scp",
        "v",
    ];
    assert_eq!(members(&claims), expected);
    assert_eq!(claims["aud"], json!([LEDGER]));
    assert_eq!(claims["azp"], "of-acme");
    assert_eq!(claims["gty"], json!(["client_credentials"]));
    assert_eq!(
        (&claims["scp"], &claims["v"]),
        (&json!(["read:users"]), &json!("2"))
    );
}

#[test]
fn t11_a_trusted_application_without_audience_stands_for_its_system_user() {
    let mut world = World::standard(Profile::TrustedApplication);
    for request in [
        Request::token(TRUSTED_ID),
        Request::token_by_header(TRUSTED_ID, SECRET),
        Request::token_by_raw_header(TRUSTED_ID, SECRET),
    ] {
        let answer = world.send(&request);
        assert_eq!(
            members(&answer.json()),
            ["access_token", "expires_in", "scope", "token_type"]
        );
        assert_eq!(answer.json()["scope"], "read DomainApi");
        let claims = world.claims(&answer);
        assert_eq!(
            (&claims["sub"], &claims["aud"]),
            (&json!("svc.integration"), &json!(ERP))
        );
        assert_eq!(claims["client_id"], TRUSTED_ID);
    }
    let all = world.send(&Request::token(BILLING));
    assert_eq!(
        world.claims(&all)["aud"],
        json!([ORDERS, INVOICES]),
        "no audience means all authorized APIs"
    );
}

#[test]
fn t12_an_imported_hash_works_with_the_plain_secret_by_form_and_by_header() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        let imported =
            SecretHash::from_base64("INNzkiV0a+0RIu7XlXkK4Q0lesHh6hZW0hjVTIsAbsk=").unwrap();
        world.set_records(|records| {
            let application = &mut records.applications[0];
            application.secrets[0].hash = imported;
        });
        let secret = "bench-secret-0123456789abcdef0123456789abcdef";
        assert_eq!(
            world
                .send(&Request::token(PLAIN_ID).audience(ORDERS).secret(secret))
                .status(),
            200
        );
        assert_eq!(
            world
                .send(&Request::token_by_header(PLAIN_ID, secret).audience(ORDERS))
                .status(),
            200
        );
    }
}

#[test]
fn a1_a2_credentials_in_a_header_are_read_decoded_and_raw() {
    let mut world = World::standard(Profile::Rfc);
    let secret = "key+with %41:space é and more to be long";
    world.set_records(|records| {
        records.applications[0].secrets[0].hash = SecretHash::of(secret.as_bytes());
    });
    for request in [
        Request::token(PLAIN_ID).secret(secret),
        Request::token_by_header(PLAIN_ID, secret),
        Request::token_by_raw_header(PLAIN_ID, secret),
        Request::token_by_header(PLAIN_ID, secret).with("client_id", PLAIN_ID),
    ] {
        assert_eq!(world.send(&request.audience(ORDERS)).status(), 200);
    }
}

#[test]
fn a4_a12_an_empty_header_part_counts_as_missing() {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(&Request::token_by_raw_header(PLAIN_ID, ""));
    assert_eq!(
        (answer.status(), answer.error().as_deref()),
        (401, Some("invalid_client"))
    );
}

#[test]
fn the_shortest_lifetime_applies() {
    let mut world = World::standard(Profile::Rfc);
    let seconds = |seconds| m2m_authority::registry::Lifetime::from_seconds(seconds).unwrap();
    world.set_records(|records| {
        records.apis[0].token_lifetime = seconds(900);
        records.apis[1].token_lifetime = seconds(600);
        records.applications[0].spec.token_lifetime = Some(seconds(60));
    });
    let expires =
        |world: &mut World, request: Request| world.send(&request).json()["expires_in"].clone();
    assert_eq!(
        expires(&mut world, Request::token(BILLING).audience(ORDERS)),
        900
    );
    assert_eq!(
        expires(
            &mut world,
            Request::token(BILLING).audience(ORDERS).audience(INVOICES)
        ),
        600
    );
    assert_eq!(
        expires(&mut world, Request::token(PLAIN_ID).audience(ORDERS)),
        60
    );
}

#[test]
fn a_new_token_is_issued_later_than_not_before() {
    let mut world = World::standard(Profile::Rfc);
    let now = world.now();
    world.set_records(|records| records.applications[0].spec.not_before = Some(now));
    let request = Request::token(PLAIN_ID).audience(ORDERS);
    world.advance(1);
    let answer = world.send(&request);
    assert_eq!(world.claims(&answer)["iat"], now.as_seconds() + 1);
    world.set_records(|records| {
        records.applications[0].spec.not_before =
            Some(UnixTime::from_seconds(now.as_seconds() + 1));
    });
    let answer = world.send(&request);
    world.advance(1);
    assert_eq!(world.claims(&answer)["iat"], now.as_seconds() + 2);
}

#[test]
fn f17_x27_a_token_that_is_issued_is_accepted_at_once() {
    let mut world = World::standard(Profile::Rfc);
    let now = world.now();
    for ahead in 0..=5 {
        let not_before = now.saturating_add_seconds(ahead);
        world.set_records(|records| records.applications[0].spec.not_before = Some(not_before));
        let answer = world.send(&Request::token(PLAIN_ID).audience(ORDERS));
        let issued_at = world.claims(&answer)["iat"].as_u64().unwrap();
        assert_eq!(issued_at, not_before.as_seconds() + 1);
    }
}

#[test]
fn f17_a_token_for_several_apis_that_is_too_long_is_not_issued() {
    let mut world = World::standard(Profile::Rfc);
    let flag = |number: u8| {
        let key = format!("flag{number}").into();
        (key, PropertyValue::Text("x".repeat(1900).into()))
    };
    let flags: Values = (0..3).map(flag).collect();
    let names =
        ["one", "two", "three"].map(|name| format!("https://{name}.example/{}", "a".repeat(1500)));
    world.set_records(|records| {
        let application = &mut records.applications[0];
        application.spec.feature_flags = flags;
        for name in &names {
            records.apis.push(Api::new("Long", name));
            application.spec.authorize.push(Authorization {
                audience: name.as_str().into(),
                scopes: Vec::new(),
            });
        }
    });
    let all = names
        .iter()
        .fold(Request::token(PLAIN_ID), |request, name| {
            request.audience(name)
        });
    let answer = world.send(&all);
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.cause(), Some(Cause::IssuedTokenTooLong));
    // Each alone fits.
    let answer = world.send(&Request::token(PLAIN_ID).audience(ORDERS));
    assert_eq!(answer.status(), 200);
    assert!(answer.access_token().len() <= 12 * 1024);
}

#[test]
fn an_allowed_address_is_served() {
    let mut world = World::standard(Profile::Rfc);
    let request = Request::token("from-ten")
        .audience(ORDERS)
        .from_address("10.1.2.3".parse().unwrap());
    assert_eq!(world.send(&request).status(), 200);
}
