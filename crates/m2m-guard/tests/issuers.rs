//! Tokens in the shape of other issuers: accepted with the profile of their issuer, and with no other.

#[path = "support/calls.rs"]
mod calls;
#[path = "support/issuer.rs"]
mod issuer;

use calls::{KINDE, call, call_with, with};
use issuer::{RFC9068, guard, signed};
use m2m_guard::{Caller, Cause, Denied, Evidence, Guard, IssuerProfile, Requirement};
use proptest::prelude::*;

const TOKEN: Requirement<'static> = Requirement::token();

/// A token of an issuer: names and keys are ours, the shape is the issuer's.
struct Sample {
    profile: IssuerProfile,
    header: &'static str,
    claims: &'static str,
    client_id: &'static str,
    scopes: &'static [&'static str],
    /// The claims without which a token is refused.
    required: &'static [&'static str],
    /// The claims of other tokens of the issuer, above all ID tokens, with the same keys.
    others: &'static [&'static str],
}

const BARE: &str = r#"{"alg":"EdDSA"}"#;
const JWT: &str = r#"{"alg":"EdDSA","typ":"JWT"}"#;

const SAMPLES: &[Sample] = &[
    Sample {
        profile: IssuerProfile::Entra,
        header: JWT,
        claims: r#"{"aud":"https://orders.example/api","iss":"https://as.example","iat":1800000000,"nbf":1800000000,"exp":1800003600,"aio":"E2","azp":"job","azpacr":"1","idtyp":"app","oid":"o","rh":"0.A","roles":["read:orders","list:orders"],"sub":"o","tid":"t-1","uti":"u-1","ver":"2.0"}"#,
        client_id: "job",
        scopes: &["read:orders", "list:orders"],
        required: &["iss", "aud", "exp", "iat", "azp"],
        others: &[
            r#"{"aud":"https://orders.example/api","iss":"https://as.example","iat":1800000000,"nbf":1800000000,"exp":1800003600,"name":"A","nonce":"n","oid":"o","preferred_username":"a@b.example","roles":["read:orders"],"sub":"s","tid":"t-1","uti":"u","ver":"2.0"}"#,
            r#"{"aud":"https://orders.example/api","iss":"https://as.example","iat":1800000000,"exp":1800003600,"azp":"job","nonce":"n","sub":"s","ver":"2.0"}"#,
        ],
    },
    Sample {
        profile: IssuerProfile::Entra,
        header: JWT,
        claims: r#"{"aud":"https://orders.example/api","iss":"https://as.example","iat":1800000000,"nbf":1800000000,"exp":1800003600,"appid":"job","appidacr":"1","roles":["admin:orders"],"scp":"read:orders list:orders","sub":"o","tid":"t-1","uti":"u-1","ver":"1.0"}"#,
        client_id: "job",
        scopes: &["read:orders", "list:orders"],
        required: &["iss", "aud", "exp", "iat", "appid"],
        others: &[],
    },
    Sample {
        profile: IssuerProfile::Okta,
        header: BARE,
        claims: r#"{"ver":1,"jti":"AT.1","iss":"https://as.example","aud":"https://orders.example/api","iat":1800000000,"exp":1800003600,"cid":"job","scp":["read:orders","list:orders"],"sub":"job"}"#,
        client_id: "job",
        scopes: &["read:orders", "list:orders"],
        required: &["iss", "aud", "exp", "iat", "cid", "scp"],
        others: &[
            r#"{"sub":"u","ver":1,"iss":"https://as.example","aud":"https://orders.example/api","iat":1800000000,"exp":1800003600,"jti":"ID.1","amr":["pwd"],"idp":"i","auth_time":1799999990,"at_hash":"h"}"#,
        ],
    },
    Sample {
        profile: IssuerProfile::Cognito,
        header: BARE,
        claims: r#"{"sub":"job","token_use":"access","scope":"orders/read orders/list","auth_time":1800000000,"iss":"https://as.example","exp":1800003600,"iat":1800000000,"version":2,"jti":"j-1","client_id":"job"}"#,
        client_id: "job",
        scopes: &["orders/read", "orders/list"],
        required: &["iss", "exp", "iat", "client_id", "token_use"],
        others: &[
            r#"{"sub":"u","aud":"https://orders.example/api","token_use":"id","auth_time":1800000000,"iss":"https://as.example","exp":1800003600,"iat":1800000000,"jti":"j","client_id":"job"}"#,
        ],
    },
    Sample {
        profile: IssuerProfile::Kubernetes,
        header: BARE,
        claims: r#"{"aud":["https://orders.example/api"],"exp":1800003600,"iat":1800000000,"iss":"https://as.example","jti":"j-1","kubernetes.io":{"namespace":"shop","node":{"name":"n1","uid":"1"},"serviceaccount":{"name":"billing","uid":"2"}},"nbf":1800000000,"sub":"system:serviceaccount:shop:billing"}"#,
        client_id: "system:serviceaccount:shop:billing",
        scopes: &[],
        required: &["iss", "aud", "exp", "iat", "sub"],
        others: &[
            r#"{"aud":["https://orders.example/api"],"exp":1800003600,"iat":1800000000,"iss":"https://as.example","sub":"system:serviceaccount:shop:billing"}"#,
            r#"{"aud":["https://orders.example/api"],"exp":1800003600,"iat":1800000000,"iss":"https://as.example","kubernetes.io":{},"sub":"system:admin"}"#,
        ],
    },
    Sample {
        profile: IssuerProfile::Auth0,
        header: JWT,
        claims: r#"{"iss":"https://as.example","sub":"job@clients","aud":"https://orders.example/api","iat":1800000000,"exp":1800003600,"scope":"read:orders list:orders","gty":"client-credentials","azp":"job","permissions":["read:orders"]}"#,
        client_id: "job",
        scopes: &["read:orders", "list:orders"],
        required: &["iss", "aud", "exp", "iat", "azp"],
        others: &[
            r#"{"nickname":"a","name":"A","iss":"https://as.example","aud":"https://orders.example/api","iat":1800000000,"exp":1800003600,"sub":"auth0|1","sid":"s","nonce":"n"}"#,
        ],
    },
    Sample {
        profile: IssuerProfile::Keycloak,
        header: JWT,
        claims: r#"{"exp":1800003600,"iat":1800000000,"jti":"trrtcc:1","iss":"https://as.example","aud":["https://orders.example/api","account"],"sub":"s","typ":"Bearer","azp":"job","acr":"1","realm_access":{"roles":["offline_access"]},"resource_access":{"orders":{"roles":["reader"]}},"scope":"read:orders list:orders","clientHost":"192.0.2.1","client_id":"job"}"#,
        client_id: "job",
        scopes: &["read:orders", "list:orders"],
        required: &["iss", "aud", "exp", "iat", "typ"],
        others: &[
            r#"{"exp":1800003600,"iat":1800000000,"jti":"1","iss":"https://as.example","aud":"https://orders.example/api","sub":"s","typ":"ID","azp":"job","at_hash":"h"}"#,
            r#"{"exp":1800003600,"iat":1800000000,"jti":"1","iss":"https://as.example","aud":"https://orders.example/api","sub":"s","typ":"Refresh","azp":"job","scope":"read:orders"}"#,
        ],
    },
    Sample {
        profile: IssuerProfile::Duende,
        header: r#"{"alg":"EdDSA","typ":"at+jwt"}"#,
        claims: r#"{"iss":"https://as.example","nbf":1800000000,"iat":1800000000,"exp":1800003600,"aud":"https://orders.example/api","scope":["read:orders","list:orders"],"client_id":"job","jti":"J1"}"#,
        client_id: "job",
        scopes: &["read:orders", "list:orders"],
        required: &["iss", "aud", "exp", "iat", "client_id"],
        others: &[
            r#"{"iss":"https://as.example","iat":1800000000,"exp":1800003600,"aud":"https://orders.example/api","sub":"s","at_hash":"h"}"#,
        ],
    },
];

fn check(guard: &Guard, header: &str, claims: &str) -> Result<Caller, Denied> {
    call(guard, &format!("Bearer {}", signed(header, claims)), TOKEN)
}

fn with_profile(profile: IssuerProfile) -> Guard {
    guard().with_issuer_profile(profile)
}

#[test]
fn e7_a_token_of_each_issuer_is_accepted_with_its_profile_and_refused_without() {
    for sample in SAMPLES {
        let name = sample.profile;
        let caller = check(&with_profile(name), sample.header, sample.claims)
            .unwrap_or_else(|denied| panic!("{name}: {denied}"));
        assert_eq!(caller.client_id(), sample.client_id, "{name}");
        assert_eq!(caller.scopes().collect::<Vec<_>>(), sample.scopes, "{name}");
        let denied = check(&guard(), sample.header, sample.claims).unwrap_err();
        let cause = denied.cause();
        assert!(
            cause == Cause::TokenTypeWrong || name == IssuerProfile::Duende,
            "{name}: {denied}"
        );
    }
    let names: Vec<_> = IssuerProfile::ALL
        .iter()
        .map(|name| name.as_str())
        .collect();
    for name in names {
        assert!(
            SAMPLES.iter().any(|sample| sample.profile.as_str() == name),
            "{name}"
        );
        assert_eq!(name.parse::<IssuerProfile>().unwrap().as_str(), name);
    }
    assert!("Entra".parse::<IssuerProfile>().is_err());
}

#[test]
fn e7_a_claim_by_which_an_access_token_is_recognized_is_required() {
    for sample in SAMPLES {
        for claim in sample.required {
            for value in ["", "null"] {
                let claims = with(sample.claims, claim, value);
                // Keycloak names the client twice.
                let claims = if *claim == "azp" {
                    with(&claims, "client_id", "")
                } else {
                    claims
                };
                let denied = check(&with_profile(sample.profile), sample.header, &claims);
                let cause = denied.unwrap_err().cause();
                assert!(
                    matches!(
                        cause,
                        Cause::TokenClaimMissing
                            | Cause::TokenClaimMalformed
                            | Cause::TokenTypeWrong
                    ),
                    "{}: {claim} {value:?}: {cause}",
                    sample.profile
                );
            }
        }
    }
}

#[test]
fn e7_other_tokens_of_the_issuer_are_refused() {
    for sample in SAMPLES {
        for claims in sample.others {
            let denied = check(&with_profile(sample.profile), sample.header, claims).unwrap_err();
            assert!(
                matches!(
                    denied.cause(),
                    Cause::TokenTypeWrong | Cause::TokenClaimMissing
                ),
                "{}: {denied}",
                sample.profile
            );
        }
    }
    let [entra, .., keycloak, _] = SAMPLES else {
        panic!("there are samples")
    };
    let cognito = SAMPLES
        .iter()
        .find(|sample| sample.profile == IssuerProfile::Cognito)
        .unwrap();
    for (sample, text) in [
        (
            cognito,
            r#"token-type-wrong: the claim `token_use` is "id" instead of "access""#,
        ),
        (
            keycloak,
            r#"token-type-wrong: the claim `typ` is "ID" instead of "Bearer""#,
        ),
        (
            entra,
            "token-type-wrong: the token has the claim `nonce`, which access tokens of the issuer do not have",
        ),
    ] {
        let denied = check(
            &with_profile(sample.profile),
            sample.header,
            sample.others[0],
        );
        assert_eq!(denied.unwrap_err().to_string(), text);
    }
}

#[test]
fn e7_an_audience_that_is_present_is_compared_even_where_it_may_be_absent() {
    for sample in SAMPLES {
        let claims = with(sample.claims, "aud", r#""https://other.example""#);
        let denied = check(&with_profile(sample.profile), sample.header, &claims).unwrap_err();
        assert_eq!(
            denied.cause(),
            Cause::AudienceMismatch,
            "{}",
            sample.profile
        );
        for aud in ["[]", "\"\"", "null", "1"] {
            let claims = with(sample.claims, "aud", aud);
            assert!(check(&with_profile(sample.profile), sample.header, &claims).is_err());
        }
    }
}

#[test]
fn e7_a_type_that_the_issuer_does_not_write_is_refused() {
    for sample in SAMPLES {
        for typ in [
            "id_token+jwt",
            "logout+jwt",
            "client-authentication+jwt",
            "dpop+jwt",
            "okta-internal-at+jwt",
            "",
        ] {
            let header = format!(r#"{{"alg":"EdDSA","typ":"{typ}"}}"#);
            let denied = check(&with_profile(sample.profile), &header, sample.claims).unwrap_err();
            assert_eq!(
                denied.cause(),
                Cause::TokenTypeWrong,
                "{} {typ}",
                sample.profile
            );
        }
        let bare = check(&with_profile(sample.profile), BARE, sample.claims);
        let may_lack = sample.profile.without_type() == m2m_jwt::WithoutType::Accepted;
        assert_eq!(bare.is_ok(), may_lack, "{}", sample.profile);
    }
}

#[test]
fn a1_a_claim_with_scopes_may_be_a_text_or_a_list_in_a_profile_only() {
    let okta = SAMPLES
        .iter()
        .find(|sample| sample.profile == IssuerProfile::Okta)
        .unwrap();
    let scopes = |scp: &str| {
        let caller = check(
            &with_profile(okta.profile),
            okta.header,
            &with(okta.claims, "scp", scp),
        );
        caller.map(|caller| caller.scopes().map(str::to_owned).collect::<Vec<_>>())
    };
    assert_eq!(scopes(r#""a b""#).unwrap(), ["a", "b"]);
    assert_eq!(scopes(r#"["a","b c","d"]"#).unwrap(), ["a", "d"]);
    for scp in ["1", "[1]", "{}", r#"["a",null]"#, "true"] {
        let denied = scopes(scp).unwrap_err();
        assert_eq!(denied.cause(), Cause::TokenClaimMalformed, "{scp}");
        assert_eq!(denied.evidence(), &Evidence::Claim { name: "scp" });
        assert_eq!(denied.client_id(), Some("job"));
    }
}

#[test]
fn e7_without_a_profile_both_claim_sets_are_accepted_and_with_one_only_those_of_the_issuer() {
    for claims in [RFC9068, KINDE] {
        assert!(call_with(&guard(), claims, TOKEN).is_ok());
    }
    for profile in [
        IssuerProfile::Okta,
        IssuerProfile::Cognito,
        IssuerProfile::Kubernetes,
    ] {
        assert!(
            call_with(&with_profile(profile), KINDE, TOKEN).is_err(),
            "{profile}"
        );
    }
}

#[test]
fn e7_an_empty_client_is_refused() {
    for sample in SAMPLES {
        let mut is_named = false;
        for claim in sample.profile.client_claims() {
            let claims = with(sample.claims, claim, "\"\"");
            let outcome = check(&with_profile(sample.profile), sample.header, &claims);
            assert_eq!(outcome.is_ok(), is_named, "{} {claim}", sample.profile);
            is_named |= sample.claims.contains(&format!("\"{claim}\":"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn e7_no_profile_accepts_a_token_without_exp_or_iss_or_signature(
        sample in 0..SAMPLES.len(),
        profile in proptest::sample::select(IssuerProfile::ALL),
        lacks in proptest::sample::select(&["exp", "iss"][..]),
        replacement in proptest::sample::select(&["", "null", "\"1800003600\"", "1800000000", "\"https://b.example\""][..]),
        extra in "[a-z]{1,4}",
        flipped in 0..64_usize,
    ) {
        let sample = &SAMPLES[sample];
        let claims = with(sample.claims, &format!("x_{extra}"), "[1,{\"a\":null}]");
        let guard = with_profile(profile);
        prop_assert!(check(&with_profile(sample.profile), sample.header, &claims).is_ok());
        let without = with(&claims, lacks, replacement);
        prop_assert!(check(&guard, sample.header, &without).is_err());
        let token = signed(sample.header, &claims);
        let (input, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = m2m_jwt::base64url::decode(signature).unwrap();
        bytes[flipped] ^= 1;
        for signature in [String::new(), m2m_jwt::base64url::encode(&bytes), m2m_jwt::base64url::encode(&bytes[1..])] {
            let header = format!("Bearer {input}.{signature}");
            prop_assert!(call(&guard, &header, TOKEN).is_err());
        }
        for algorithm in ["none", "HS256", "ES256"] {
            let header = sample.header.replace("EdDSA", algorithm);
            prop_assert!(check(&guard, &header, &claims).is_err());
        }
    }
}
