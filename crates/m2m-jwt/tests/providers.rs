//! JWK sets in the shapes of public providers, with keys of our own: `providers/` has one file for each.

#[path = "support/keys.rs"]
mod keys;

use std::collections::BTreeSet;
use std::path::Path;

use keys::{keys_of, pem, signing_key};
use m2m_jwt::{
    Algorithm, Jwk, JwkSet, KeySet, Limits, SigningKey, Thumbprint, Tolerance, Unverified, sign,
    verify_signature,
};

/// A provider, the number of its keys that can be used, and the reasons why the others cannot.
type Row = (&'static str, usize, &'static [&'static str]);

const ROWS: &[Row] = &[
    ("ad-fs", 1, &[]),
    ("apigee-microgateway", 1, &["is not a JSON object"]),
    ("apple", 3, &[]),
    ("auth0", 2, &[]),
    ("authentik", 1, &[]),
    ("blizzard", 2, &[]),
    ("cognito", 2, &[]),
    ("dotnet-jsonwebkey", 2, &[]),
    ("duende", 1, &[]),
    ("entra", 3, &[]),
    ("entra-external-id", 1, &[]),
    ("firebase-app-check", 2, &[]),
    ("github-actions", 2, &[]),
    ("gitlab", 2, &[]),
    ("google", 2, &[]),
    ("hydra", 1, &[]),
    ("keycloak", 1, &["`use` is `enc`"]),
    ("kubernetes", 1, &[]),
    ("linkedin", 1, &[]),
    (
        "mixed-algorithms",
        1,
        &[
            "the key's curve is not supported",
            "`use` is `enc`",
            "the key type is not supported",
            "the key's curve is not supported",
        ],
    ),
    ("okta", 2, &[]),
    ("paypal", 4, &[]),
    ("salesforce", 2, &[]),
    (
        "spiffe-bundle",
        0,
        &["`use` is `x509-svid`", "`use` is `jwt-svid`"],
    ),
    ("spring-authorization-server", 1, &[]),
    ("twitch", 1, &[]),
    ("uaa", 1, &[]),
    (
        "yahoo",
        2,
        &["the key has 1024 bits", "the key has 1024 bits"],
    ),
    ("zitadel", 2, &[]),
];

fn read(provider: &str) -> JwkSet {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/providers/{provider}.json"));
    let json = std::fs::read(path).expect("there is a file for each provider");
    JwkSet::parse(&json).expect("it is a set")
}

#[test]
fn x28_every_set_has_a_row() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/providers");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let rows = ROWS
        .iter()
        .map(|(provider, _, _)| format!("{provider}.json"));
    assert_eq!(files, rows.collect());
    assert!(files.len() >= 15);
}

#[test]
fn f3_f4_f6_x28_the_sets_of_providers_are_read_without_a_loss_that_matters() {
    for (provider, usable, reasons) in ROWS {
        let set = read(provider);
        let keys = KeySet::new(&set);
        assert_eq!(
            keys.keys().len(),
            *usable,
            "{provider}: {:?}",
            keys.refused()
        );
        assert_eq!(keys.refused().len(), reasons.len(), "{provider}");
        for (refused, reason) in keys.refused().iter().zip(*reasons) {
            let text = refused.to_string();
            assert!(text.contains(reason), "{provider}: {text}");
        }
    }
}

#[test]
fn f6_tokens_verify_with_each_set() {
    let own = |algorithm: Algorithm| signing_key(algorithm).public_jwk().thumbprint();
    let thumbprints: [(Algorithm, Thumbprint); 2] =
        [Algorithm::Rs256, Algorithm::Es256].map(|algorithm| (algorithm, own(algorithm)));
    for (provider, usable, _) in ROWS {
        let set = read(provider);
        let found: Vec<(Algorithm, &Jwk)> = thumbprints
            .iter()
            .flat_map(|(algorithm, thumbprint)| {
                let same = set
                    .keys()
                    .iter()
                    .filter(|key| key.thumbprint() == *thumbprint);
                same.map(|key| (key.algorithm().unwrap_or(*algorithm), key))
            })
            .collect();
        assert_eq!(found.len(), usize::from(*usable > 0), "{provider}");
        for (algorithm, jwk) in found {
            let key = SigningKey::from_pkcs8_pem(algorithm, jwk.key_id(), pem(algorithm)).unwrap();
            let token = sign(None, b"payload", &key).unwrap();
            let token = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
            assert!(verify_signature(&token, &keys_of(&key), Algorithm::ALL).is_ok());
            let verified = verify_signature(&token, &KeySet::new(&set), Algorithm::ALL);
            assert!(verified.is_ok(), "{provider}: {verified:?}");
            // What is written has the only spelling, whatever was read.
            let mut members: serde_json::Map<_, _> = serde_json::from_str(&jwk.to_json()).unwrap();
            members.retain(|name, _| !["kid", "alg"].contains(&name.as_str()));
            let mut expected: serde_json::Map<_, _> =
                serde_json::from_str(&key.public_jwk().to_json()).unwrap();
            expected.retain(|name, _| !["kid", "alg"].contains(&name.as_str()));
            assert_eq!(members, expected, "{provider}");
        }
    }
}

#[test]
fn a2_f6_the_deviations_of_providers_are_listed() {
    for (provider, _, _) in ROWS {
        let set = read(provider);
        let found: Vec<(usize, &str, Tolerance)> = set
            .tolerated()
            .iter()
            .map(|own| (own.index(), own.member(), own.tolerance()))
            .collect();
        let expected: &[(usize, &str, Tolerance)] = match *provider {
            "blizzard" => &[
                (0, "n", Tolerance::Padding),
                (0, "n", Tolerance::OtherAlphabet),
                (0, "n", Tolerance::LeadingZeros),
                (1, "n", Tolerance::Padding),
                (1, "n", Tolerance::OtherAlphabet),
                (1, "n", Tolerance::LeadingZeros),
                (1, "e", Tolerance::Padding),
                (1, "e", Tolerance::LeadingZeros),
            ],
            "dotnet-jsonwebkey" => &[
                (0, "key_ops", Tolerance::EmptyArray),
                (0, "oth", Tolerance::EmptyArray),
                (1, "key_ops", Tolerance::EmptyArray),
            ],
            "firebase-app-check" => &[
                (0, "n", Tolerance::Padding),
                (0, "n", Tolerance::LeadingZeros),
                (1, "n", Tolerance::Padding),
                (1, "n", Tolerance::LeadingZeros),
            ],
            "paypal" => &[
                (0, "n", Tolerance::LeadingZeros),
                (1, "n", Tolerance::LeadingZeros),
                (2, "n", Tolerance::LeadingZeros),
            ],
            "uaa" => &[(0, "n", Tolerance::LeadingZeros)],
            _ => &[],
        };
        assert_eq!(found, expected, "{provider}");
    }
}
