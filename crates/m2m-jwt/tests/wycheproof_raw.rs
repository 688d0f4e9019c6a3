//! Project Wycheproof's raw signatures, through keys that are read from JWKs, for every algorithm.

use m2m_jwt::{Algorithm, Jwk, VerificationKey, VerifySignature as _, base64url};
use wycheproof::TestResult;

/// Compares one case with its label. If the label allows both results, both are right.
fn check(
    algorithm: Algorithm,
    jwk: &str,
    message: &[u8],
    signature: &[u8],
    label: TestResult,
    id: usize,
) {
    // Some keys are bad on purpose, such as points that are not on the curve.
    let key = Jwk::parse(jwk).and_then(|jwk| VerificationKey::new(&jwk));
    let verifies =
        key.is_ok_and(|key| key.permits(algorithm) && key.verify(algorithm, message, signature));
    match label {
        TestResult::Valid => assert!(verifies, "{algorithm} case {id} is valid"),
        TestResult::Invalid => assert!(!verifies, "{algorithm} case {id} is invalid"),
        TestResult::Acceptable => {}
    }
}

macro_rules! check_set {
    ($module:ident :: $name:ident, $algorithm:expr, $group:ident => $jwk:expr) => {{
        let set = wycheproof::$module::TestSet::load(wycheproof::$module::TestName::$name).unwrap();
        let mut cases = 0;
        for $group in &set.test_groups {
            let jwk: String = $jwk;
            for test in &$group.tests {
                check(
                    $algorithm,
                    &jwk,
                    &test.msg,
                    &test.sig,
                    test.result,
                    test.tc_id,
                );
                cases += 1;
            }
        }
        println!("{}: {cases} cases", stringify!($name));
        assert!(cases > 100);
    }};
}

fn ec_jwk(curve: &str, point: &[u8]) -> String {
    let coordinates = point.strip_prefix(&[4]).expect("the point is uncompressed");
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    format!(
        r#"{{"kty":"EC","crv":"{curve}","x":"{}","y":"{}"}}"#,
        base64url::encode(x),
        base64url::encode(y)
    )
}

fn rsa_jwk(n: &[u8], e: &[u8]) -> String {
    let minimal = |number: &[u8]| {
        let digits: Vec<u8> = number
            .iter()
            .copied()
            .skip_while(|byte| *byte == 0)
            .collect();
        base64url::encode(digits)
    };
    format!(
        r#"{{"kty":"RSA","n":"{}","e":"{}"}}"#,
        minimal(n),
        minimal(e)
    )
}

#[test]
fn ecdsa() {
    check_set!(
        ecdsa::EcdsaSecp256r1Sha256P1363,
        Algorithm::Es256,
        group => ec_jwk("P-256", &group.key.key)
    );
    check_set!(
        ecdsa::EcdsaSecp384r1Sha384P1363,
        Algorithm::Es384,
        group => ec_jwk("P-384", &group.key.key)
    );
}

#[test]
fn ed25519() {
    check_set!(
        eddsa::Ed25519,
        Algorithm::EdDsa,
        group => {
            format!(
                r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#,
                base64url::encode(&group.key.pk[..])
            )
        }
    );
}

#[test]
fn rsa_pkcs1() {
    macro_rules! check_all {
        ($($name:ident => $algorithm:ident,)*) => {
            $(check_set!(rsa_pkcs1_verify::$name, Algorithm::$algorithm, group => rsa_jwk(&group.key.n, &group.key.e));)*
        };
    }
    check_all! {
        Rsa2048Sha256 => Rs256,
        Rsa3072Sha256 => Rs256,
        Rsa4096Sha256 => Rs256,
        Rsa8192Sha256 => Rs256,
        Rsa2048Sha384 => Rs384,
        Rsa3072Sha384 => Rs384,
        Rsa4096Sha384 => Rs384,
        Rsa2048Sha512 => Rs512,
        Rsa3072Sha512 => Rs512,
        Rsa4096Sha512 => Rs512,
    }
}

#[test]
fn rsa_pss() {
    macro_rules! check_all {
        ($($name:ident => $algorithm:ident,)*) => {
            $(check_set!(rsa_pss_verify::$name, Algorithm::$algorithm, group => rsa_jwk(&group.key.n, &group.key.e));)*
        };
    }
    check_all! {
        RsaPss2048Sha256Mgf1SaltLen32 => Ps256,
        RsaPss3072Sha256Mgf1SaltLen32 => Ps256,
        RsaPss4096Sha256Mgf1SaltLen32 => Ps256,
        RsaPss2048Sha384Mgf1SaltLen48 => Ps384,
        RsaPss4096Sha384Mgf1SaltLen48 => Ps384,
        RsaPss4096Sha512Mgf1SaltLen64 => Ps512,
    }
}

#[test]
fn rsa_pss_with_another_salt_is_refused() {
    let set = wycheproof::rsa_pss_verify::TestSet::load(
        wycheproof::rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen0,
    )
    .unwrap();
    let mut valid = 0;
    for group in &set.test_groups {
        let jwk = rsa_jwk(&group.key.n, &group.key.e);
        for test in group
            .tests
            .iter()
            .filter(|test| test.result == TestResult::Valid)
        {
            check(
                Algorithm::Ps256,
                &jwk,
                &test.msg,
                &test.sig,
                TestResult::Invalid,
                test.tc_id,
            );
            valid += 1;
        }
    }
    assert!(valid > 10);
}
