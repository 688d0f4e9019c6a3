//! The claims of a token, as they are written and as verifiers read them.

use m2m_authority::registry::{ClaimSet, PropertyValue};
use m2m_authority::{AccessTokenClaims, IssueFailed, check_access_token, sign_access_token};
use m2m_errors::Cause;
use m2m_jwt::{
    Algorithm, Expectations, KeySet, Limits, SigningKey, UnixTime, Unverified, VerificationKey,
    verify,
};
use proptest::prelude::*;

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const ISSUER: &str = "https://as.example";
const AUDIENCE: &str = "https://orders.example/api";

fn key() -> SigningKey {
    SigningKey::generate(Algorithm::EdDsa, None)
        .expect("an Ed25519 key can be generated")
        .0
}

fn claims<'a>(audience: &'a [&'a str]) -> AccessTokenClaims<'a> {
    AccessTokenClaims {
        issuer: ISSUER,
        subject: None,
        client_id: "billing-job",
        audience,
        expires_at: NOW.saturating_add_seconds(3600),
        issued_at: NOW,
        jwt_id: "id-1",
        scope: "read:orders write:orders",
        organization_code: None,
        properties: &[],
        feature_flags: &[],
    }
}

/// The claims of a token, as JSON.
fn payload(claims: &AccessTokenClaims<'_>, claim_set: ClaimSet) -> String {
    let token = sign_access_token(claims, claim_set, &key()).expect("the key signs");
    let unverified = Unverified::parse(&token, &Limits::DEFAULT).expect("it is a token");
    String::from_utf8(unverified.payload().to_vec()).expect("claims are text")
}

#[test]
fn a35_a_token_has_all_claims_of_rfc_9068_and_the_client_as_subject() {
    assert_eq!(
        payload(&claims(&[AUDIENCE]), ClaimSet::Rfc9068),
        r#"{"iss":"https://as.example","sub":"billing-job","client_id":"billing-job","aud":"https://orders.example/api","exp":1800003600,"iat":1800000000,"jti":"id-1","scope":"read:orders write:orders"}"#
    );
}

#[test]
fn a35_without_a_granted_scope_there_is_no_scope_claim() {
    let claims = AccessTokenClaims {
        scope: "",
        ..claims(&[AUDIENCE])
    };
    assert!(!payload(&claims, ClaimSet::Rfc9068).contains("scope"));
    assert!(payload(&claims, ClaimSet::Kinde).contains(r#""scp":[]"#));
}

#[test]
fn several_audiences_are_an_array() {
    let payload = payload(
        &claims(&["https://a.example", "https://b.example"]),
        ClaimSet::Rfc9068,
    );
    assert!(
        payload.contains(r#""aud":["https://a.example","https://b.example"]"#),
        "{payload}"
    );
}

#[test]
fn the_claim_set_kinde_has_its_own_names_and_always_an_array() {
    assert_eq!(
        payload(&claims(&[AUDIENCE]), ClaimSet::Kinde),
        r#"{"aud":["https://orders.example/api"],"azp":"billing-job","gty":["client_credentials"],"iss":"https://as.example","exp":1800003600,"iat":1800000000,"jti":"id-1","scope":"read:orders write:orders","scp":["read:orders","write:orders"],"v":"2"}"#
    );
}

#[test]
fn a_system_user_is_the_subject_in_both_claim_sets() {
    let claims = AccessTokenClaims {
        subject: Some("svc.integration"),
        ..claims(&[AUDIENCE])
    };
    for claim_set in [ClaimSet::Rfc9068, ClaimSet::Kinde] {
        assert!(payload(&claims, claim_set).contains(r#","sub":"svc.integration""#));
    }
}

#[test]
fn a_token_carries_organization_properties_and_flags() {
    let properties = [
        (Box::from("region"), PropertyValue::Text(Box::from("eu"))),
        (Box::from("tier"), PropertyValue::Integer(-3)),
    ];
    let feature_flags = [
        (Box::from("beta"), PropertyValue::Boolean(true)),
        (Box::from("theme"), PropertyValue::Text(Box::from("dark"))),
        (Box::from("max"), PropertyValue::Integer(7)),
    ];
    let claims = AccessTokenClaims {
        organization_code: Some("org_acme"),
        properties: &properties,
        feature_flags: &feature_flags,
        ..claims(&[AUDIENCE])
    };
    let expected = r#","org_code":"org_acme","application_properties":{"region":{"v":"eu"},"tier":{"v":-3}},"feature_flags":{"beta":{"t":"b","v":true},"theme":{"t":"s","v":"dark"},"max":{"t":"i","v":7}}}"#;
    for claim_set in [ClaimSet::Rfc9068, ClaimSet::Kinde] {
        let payload = payload(&claims, claim_set);
        assert!(payload.ends_with(expected), "{payload}");
    }
}

#[test]
fn texts_are_escaped() {
    let claims = AccessTokenClaims {
        client_id: "a\"b\\c\n\u{1}é",
        ..claims(&[AUDIENCE])
    };
    let payload = payload(&claims, ClaimSet::Rfc9068);
    assert!(
        payload.contains(r#""client_id":"a\"b\\c\n\u0001é""#),
        "{payload}"
    );
}

#[test]
fn more_values_than_verifiers_read_are_refused_and_nothing_is_signed() {
    let values: Vec<(Box<str>, PropertyValue)> = (0..201)
        .map(|number: i64| (number.to_string().into(), PropertyValue::Integer(number)))
        .collect();
    let claims = AccessTokenClaims {
        feature_flags: &values,
        ..claims(&[AUDIENCE])
    };
    let refused = sign_access_token(&claims, ClaimSet::Rfc9068, &key()).unwrap_err();
    assert_eq!(refused, IssueFailed::TooManyValues { count: 201 });
    assert_eq!(refused.cause(), Cause::IssuedTokenTooLong);
    assert_eq!(
        check_access_token(&claims, ClaimSet::Rfc9068, &key()),
        Err(refused)
    );
}

/// Scope tokens by RFC 6749, section 3.3: `1*( %x21 / %x23-5B / %x5D-7E )`.
fn scope_token() -> impl Strategy<Value = String> {
    "[!#-\\[\\]-~]{1,12}"
}

fn property() -> impl Strategy<Value = PropertyValue> {
    prop_oneof![
        any::<bool>().prop_map(PropertyValue::Boolean),
        any::<String>().prop_map(|text| PropertyValue::Text(text.into())),
        any::<i64>().prop_map(PropertyValue::Integer),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn a_signed_token_verifies_with_the_same_claims(
        kinde in any::<bool>(),
        issuer in any::<String>(),
        subject in proptest::option::of(any::<String>()),
        client_id in any::<String>(),
        audience in proptest::collection::vec(any::<String>(), 1..4),
        jwt_id in any::<String>(),
        scope in proptest::collection::vec(scope_token(), 0..5),
        organization in proptest::option::of(any::<String>()),
        properties in proptest::collection::btree_map(any::<String>(), property(), 0..4),
        issued in 0..u64::MAX / 2,
        lifetime in 1..u64::MAX / 2,
    ) {
        let key = key();
        let keys = KeySet::from(VerificationKey::new(key.public_jwk()).unwrap());
        let scope_text = scope.join(" ");
        let properties: Vec<(Box<str>, PropertyValue)> = properties.into_iter().map(|(key, value)| (key.into(), value)).collect();
        let claims = AccessTokenClaims {
            issuer: &issuer,
            subject: subject.as_deref(),
            client_id: &client_id,
            audience: &audience,
            expires_at: UnixTime::from_seconds(issued + lifetime),
            issued_at: UnixTime::from_seconds(issued),
            jwt_id: &jwt_id,
            scope: &scope_text,
            organization_code: organization.as_deref(),
            properties: &properties,
            feature_flags: &properties,
        };
        let claim_set = if kinde { ClaimSet::Kinde } else { ClaimSet::Rfc9068 };
        let token = sign_access_token(&claims, claim_set, &key).unwrap();
        let expected: Vec<&str> = audience.last().map(String::as_str).into_iter().collect();
        let expectations = Expectations { required_claims: &[], ..Expectations::access_token(&issuer, &expected, &[Algorithm::EdDsa]) };
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        let verified = verify(&unverified, &keys, &expectations, UnixTime::from_seconds(issued)).unwrap();
        prop_assert_eq!(verified.issuer(), Some(issuer.as_str()));
        prop_assert_eq!(verified.client_id(), Some(client_id.as_str()));
        prop_assert_eq!(verified.jwt_id(), Some(jwt_id.as_str()));
        prop_assert_eq!(verified.subject(), if kinde { subject.as_deref() } else { Some(subject.as_ref().unwrap_or(&client_id).as_str()) });
        prop_assert_eq!(&verified.audience().collect::<Vec<_>>(), &audience);
        prop_assert_eq!(verified.scope().collect::<Vec<_>>(), scope);
        // Another reader reads the same.
        let read: serde_json::Value = serde_json::from_str(verified.raw()).unwrap();
        prop_assert_eq!(&read["iss"], &issuer);
        prop_assert_eq!(read.get("org_code").and_then(|code| code.as_str()), organization.as_deref());
        for (name, value) in &properties {
            let expected = match value {
                PropertyValue::Boolean(value) => serde_json::json!({"t": "b", "v": value}),
                PropertyValue::Text(value) => serde_json::json!({"t": "s", "v": &**value}),
                PropertyValue::Integer(value) => serde_json::json!({"t": "i", "v": value}),
            };
            prop_assert_eq!(&read["feature_flags"][&**name], &expected);
            prop_assert_eq!(&read["application_properties"][&**name]["v"], &expected["v"]);
        }
    }
}
