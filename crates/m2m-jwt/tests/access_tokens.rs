//! Access tokens as they are made, and as they are read again.

#[path = "support/keys.rs"]
mod keys;

use keys::{keys_of, signing_key};
use m2m_jwt::{
    AccessTokenClaims, AccessTokenHeader, Algorithm, Claim, ClaimSet, Expectations,
    KeyNotGenerated, KeySet, Limits, PropertyValue, Signature, Signer, SigningFailed, SigningKey,
    UnixTime, Unverified, VerificationKey, sign_access_token, verify,
};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const ISSUER: &str = "https://as.example";
const AUDIENCE: &str = "https://orders.example/api";

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

/// What a token says, as JSON.
fn payload(claims: &AccessTokenClaims<'_>, claim_set: ClaimSet) -> String {
    let token = sign_access_token(claims, claim_set, &signing_key(Algorithm::EdDsa))
        .expect("the test keys sign");
    let unverified = Unverified::parse(&token, &Limits::DEFAULT).expect("it is a token");
    String::from_utf8(unverified.payload().to_vec()).expect("claims are text")
}

#[test]
fn a34_the_header_has_the_type_of_an_access_token_and_the_algorithm_of_the_key() {
    for algorithm in Algorithm::ALL {
        for claim_set in [ClaimSet::Rfc9068, ClaimSet::Kinde] {
            let key = signing_key(*algorithm);
            let token = sign_access_token(&claims(&[AUDIENCE]), claim_set, &key).unwrap();
            let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
            let header = unverified.header().unwrap();
            assert_eq!(header.token_type(), Some("at+jwt"));
            assert_eq!(header.algorithm(), algorithm.as_str());
            assert_eq!(header.key_id(), Some(key.key_id()));
            assert_eq!(header.raw(), key.access_token_header().to_json());
        }
    }
}

#[test]
fn a35_the_claims_of_rfc_9068_are_all_there_and_the_client_is_the_subject() {
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
fn organization_properties_and_flags_follow() {
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
fn every_algorithm_signs_what_its_public_key_verifies() {
    let audience = [AUDIENCE];
    for algorithm in Algorithm::ALL {
        for (claim_set, required_claims) in [
            (ClaimSet::Rfc9068, Claim::RFC9068),
            (ClaimSet::Kinde, Claim::KINDE),
        ] {
            let key = signing_key(*algorithm);
            let token = sign_access_token(&claims(&audience), claim_set, &key).unwrap();
            let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
            let algorithms = [*algorithm];
            let expectations = Expectations {
                required_claims,
                ..Expectations::access_token(ISSUER, &audience, &algorithms)
            };
            let claims = verify(&unverified, &keys_of(&key), &expectations, NOW).unwrap();
            assert_eq!(claims.client_id(), Some("billing-job"));
            assert_eq!(
                claims.scope().collect::<Vec<_>>(),
                ["read:orders", "write:orders"]
            );
            assert_eq!(claims.audience().collect::<Vec<_>>(), [AUDIENCE]);
        }
    }
}

#[test]
fn generated_keys_can_be_kept_and_read_again() {
    for algorithm in Algorithm::ALL {
        match SigningKey::generate(*algorithm, Some("2026-11")) {
            Ok((key, pkcs8)) => {
                let again =
                    SigningKey::from_pkcs8_der(*algorithm, Some("2026-11"), pkcs8.secret_der())
                        .unwrap();
                assert_eq!(again.public_jwk(), key.public_jwk());
                assert_eq!(format!("{pkcs8:?}"), "Pkcs8Document([redacted])");
            }
            Err(error) => {
                let made_by_library = cfg!(feature = "aws-lc-rs");
                assert_eq!(
                    (error, made_by_library),
                    (KeyNotGenerated::RsaUnsupported, false)
                );
                assert!(
                    error.to_string().contains("openssl genpkey"),
                    "it says how to get one"
                );
            }
        }
    }
}

#[test]
fn two_generated_keys_are_different() {
    let make = || SigningKey::generate(Algorithm::Es256, None).unwrap().0;
    assert_ne!(make().key_id(), make().key_id());
}

#[test]
fn reads_rsa_keys_of_every_size_that_it_signs_with() {
    for (pem, bytes) in [
        (include_str!("keys/rsa-2048.pem"), 256),
        (include_str!("keys/rsa-3072.pem"), 384),
        (include_str!("keys/rsa-4096.pem"), 512),
    ] {
        let key = SigningKey::from_pkcs8_pem(Algorithm::Ps256, None, pem).unwrap();
        assert_eq!(key.signature_bytes(), bytes);
        let token = m2m_jwt::sign(None, b"payload", &key).unwrap();
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        assert!(
            m2m_jwt::verify_signature(&unverified, &keys_of(&key), &[Algorithm::Ps256]).is_ok()
        );
    }
}

#[test]
fn a_key_is_read_for_its_own_type_only() {
    for algorithm in Algorithm::ALL {
        for other in Algorithm::ALL {
            let read = SigningKey::from_pkcs8_pem(*algorithm, None, keys::pem(*other));
            assert_eq!(
                read.is_ok(),
                algorithm.key_type() == other.key_type(),
                "{algorithm} from a key for {other}"
            );
        }
    }
}

#[test]
fn the_private_key_is_in_no_debug_form() {
    let key = signing_key(Algorithm::EdDsa);
    let shown = format!(
        "{key:?} {:?} {:?}",
        Signature::new(),
        VerificationKey::new(key.public_jwk()).unwrap()
    );
    assert!(shown.contains(key.key_id()));
    assert!(
        !shown.contains("seed") && !shown.contains("private"),
        "{shown}"
    );
}

/// A signer that is no [`SigningKey`], as one in a hardware module is.
struct Remote(AccessTokenHeader, usize);

impl Signer for Remote {
    fn access_token_header(&self) -> &AccessTokenHeader {
        &self.0
    }

    fn sign(&self, _: &[u8], signature: &mut Signature) -> Result<(), SigningFailed> {
        signature.set(&vec![1; self.1])
    }
}

#[test]
fn another_signer_can_stand_in() {
    let token = sign_access_token(
        &claims(&[AUDIENCE]),
        ClaimSet::Rfc9068,
        &Remote(AccessTokenHeader::new(Algorithm::Rs256, "hsm"), 512),
    )
    .unwrap();
    let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
    assert_eq!(unverified.signature(), [1; 512]);
    assert_eq!(unverified.header().unwrap().key_id(), Some("hsm"));
}

#[test]
fn no_token_leaves_when_the_signer_fails() {
    let signer = Remote(AccessTokenHeader::new(Algorithm::Rs256, "hsm"), 513);
    let refused = sign_access_token(&claims(&[AUDIENCE]), ClaimSet::Rfc9068, &signer);
    assert_eq!(refused, Err(SigningFailed::SignatureTooLong));
}

#[test]
fn a_set_of_all_keys_finds_each() {
    let signers: Vec<_> = [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::EdDsa,
        Algorithm::Rs256,
    ]
    .map(signing_key)
    .into();
    let set: m2m_jwt::JwkSet = signers.iter().map(|key| key.public_jwk().clone()).collect();
    let keys = KeySet::try_new(&m2m_jwt::JwkSet::parse(&set.to_json()).unwrap()).unwrap();
    let audience = [AUDIENCE];
    let expectations = Expectations::access_token(ISSUER, &audience, Algorithm::ALL);
    for signer in &signers {
        let token = sign_access_token(&claims(&audience), ClaimSet::Rfc9068, signer).unwrap();
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        assert!(verify(&unverified, &keys, &expectations, NOW).is_ok());
        assert!(keys.may_have(Some(signer.key_id())));
    }
}
