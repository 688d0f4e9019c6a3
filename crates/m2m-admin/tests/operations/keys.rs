//! Signing keys are generated, imported and resealed.

use m2m_admin::{EnsuredKeys, ImportedKey, InvalidImport, KeyError};
use m2m_authority::registry::KeyState;
use m2m_errors::Cause;
use m2m_jwt::{
    Algorithm, InvalidKey, KeyNotGenerated, Pkcs8Document, Signer as _, SigningKey, UnixTime,
};
use m2m_store::{Actor, Backend as _, CommitError, KeyRecord, SealingKey, StoreError};

use crate::support::{NOW, Registry};

const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"rfc8037",
    "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

const RSA_1024: &str = include_str!("../../../m2m-jwt/tests/keys/rsa-1024.pem");
const RSA_2048: &str = include_str!("../../../m2m-jwt/tests/keys/rsa-2048.pem");
const EC_P521: &str = include_str!("../../../m2m-jwt/tests/keys/ec-p521.pem");
const X25519: &str = include_str!("../../../m2m-jwt/tests/keys/x25519.pem");

fn sealing(byte: u8) -> SealingKey {
    let mut key = zeroize::Zeroizing::new([0; SealingKey::BYTES]);
    key.fill(byte);
    SealingKey::from_bytes(key)
}

impl Registry {
    fn ensure(&self, algorithms: &[Algorithm], key: &SealingKey) -> Result<EnsuredKeys, KeyError> {
        let (actor, mut random) = (Actor::command("a test"), self.randomness());
        self.wait(m2m_admin::ensure_keys(
            self.backend(),
            algorithms,
            key,
            &actor,
            &mut random,
            NOW,
        ))
    }

    fn import(
        &self,
        key: &ImportedKey,
        state: Option<KeyState>,
        now: UnixTime,
    ) -> Result<KeyRecord, KeyError> {
        let (actor, mut random) = (Actor::command("a test"), self.randomness());
        self.wait(m2m_admin::import_key(
            self.backend(),
            key,
            state,
            &sealing(1),
            &actor,
            &mut random,
            now,
        ))
    }

    fn keys(&self) -> Vec<KeyRecord> {
        self.wait(m2m_admin::list_keys(self.backend())).unwrap()
    }
}

fn new_key(algorithm: Algorithm) -> (SigningKey, Pkcs8Document) {
    SigningKey::generate(algorithm, None).unwrap()
}

#[test]
fn missing_keys_are_generated_once() {
    let registry = Registry::new();
    let algorithms = [Algorithm::Es256, Algorithm::EdDsa];
    let made = registry.ensure(&algorithms, &sealing(1)).unwrap();
    assert_eq!(made.made, algorithms);
    assert_eq!(registry.audit().len(), 2);
    assert!(
        registry
            .ensure(&algorithms, &sealing(1))
            .unwrap()
            .made
            .is_empty()
    );
    for key in registry.keys() {
        assert_eq!(key.state, KeyState::Active);
        assert_eq!(key.open(&sealing(1)).unwrap().key_id(), &*key.kid);
    }
}

#[test]
fn a_build_that_cannot_generate_rsa_keys_reports_it_and_generates_the_others() {
    let registry = Registry::new();
    let ensured = registry
        .ensure(&[Algorithm::Rs256, Algorithm::Es384], &sealing(1))
        .unwrap();
    assert!(ensured.made.contains(&Algorithm::Es384));
    for (algorithm, why) in ensured.lacking {
        assert_eq!(
            (algorithm, why),
            (Algorithm::Rs256, KeyNotGenerated::RsaUnsupported)
        );
    }
}

#[test]
fn no_key_is_sealed_with_a_second_sealing_key() {
    let registry = Registry::new();
    registry.ensure(&[Algorithm::Es256], &sealing(1)).unwrap();
    let error = registry
        .ensure(&[Algorithm::EdDsa], &sealing(2))
        .unwrap_err();
    assert!(
        matches!(
            error,
            KeyError::Commit(CommitError::Store(StoreError::WrongSealingKey { .. }))
        ),
        "{error}"
    );
    assert_eq!(registry.keys().len(), 1);
}

#[test]
fn an_imported_key_signs_if_no_other_does_and_is_announced_otherwise() {
    let registry = Registry::new();
    let jwk = ImportedKey::read(ED25519.as_bytes(), None, None).unwrap();
    let record = registry.import(&jwk, None, NOW).unwrap();
    assert_eq!((&*record.kid, record.state), ("rfc8037", KeyState::Active));
    for state in [None, Some(KeyState::Active)] {
        assert_eq!(registry.import(&jwk, state, NOW).unwrap(), record);
    }
    let taken = KeyError::KeyIdTaken {
        kid: "rfc8037".into(),
    };
    let again = registry.import(&jwk, Some(KeyState::Retiring), NOW);
    assert_eq!(again.unwrap_err(), taken);
    assert_eq!(taken.cause(), Cause::KeyIdTaken);

    let (_, document) = new_key(Algorithm::EdDsa);
    let second = ImportedKey::read(document.secret_der(), None, Some("second")).unwrap();
    assert_eq!(
        registry.import(&second, None, NOW).unwrap().state,
        KeyState::Next
    );
}

#[test]
fn an_imported_key_that_is_to_sign_retires_the_one_that_does() {
    let registry = Registry::new();
    registry
        .ensure(&[Algorithm::EdDsa, Algorithm::Es256], &sealing(1))
        .unwrap();
    let jwk = ImportedKey::read(ED25519.as_bytes(), None, Some("mine")).unwrap();
    let later = NOW.saturating_add_seconds(60);
    registry
        .import(&jwk, Some(KeyState::Active), later)
        .unwrap();
    let states: Vec<_> = registry
        .keys()
        .into_iter()
        .map(|key| (key.algorithm, key.state, key.state_since))
        .collect();
    assert_eq!(
        states,
        [
            (Algorithm::EdDsa, KeyState::Retiring, later),
            (Algorithm::Es256, KeyState::Active, NOW),
            (Algorithm::EdDsa, KeyState::Active, later),
        ]
    );
    assert_eq!(
        registry.keys()[2].open(&sealing(1)).unwrap().key_id(),
        "mine"
    );
}

#[test]
fn an_unusable_private_key_is_refused_with_the_reason() {
    let read = |text: &[u8], algorithm, key_id| {
        ImportedKey::read(text, algorithm, key_id)
            .map(|_| ())
            .unwrap_err()
    };
    let (key, _) = new_key(Algorithm::Es256);
    let public = key.public_jwk().to_json();
    let key_error = InvalidImport::Key;
    assert_eq!(
        read(public.as_bytes(), None, None),
        key_error(InvalidKey::NotPrivate)
    );
    assert_eq!(
        read(b"garbage", None, None),
        key_error(InvalidKey::PrivateKeyMalformed)
    );
    assert_eq!(
        read(b"-----BEGIN EC PRIVATE KEY-----\n", None, None),
        key_error(InvalidKey::NotPkcs8)
    );
    for (pem, reason) in [
        (
            RSA_1024,
            InvalidKey::SizeUnsupported {
                bits: 1024,
                expected: "2048, 3072 or 4096 bits",
            },
        ),
        (
            EC_P521,
            InvalidKey::KindUnsupported {
                found: "an EC key on P-521",
            },
        ),
        (
            X25519,
            InvalidKey::KindUnsupported {
                found: "an X25519 key",
            },
        ),
    ] {
        for algorithm in [None, Some(Algorithm::Rs256), Some(Algorithm::Es256)] {
            let error = read(pem.as_bytes(), algorithm, None);
            assert_eq!(error, key_error(reason), "{algorithm:?}");
            assert_eq!(error.cause(), Cause::KeyUnsupported);
        }
    }
    let unclear = read(RSA_2048.as_bytes(), None, None);
    assert_eq!(unclear, InvalidImport::AlgorithmNeeded);
    assert_eq!(unclear.cause(), Cause::KeyAlgorithmUnclear);
    let es256 = Some(Algorithm::Es256);
    assert_eq!(
        read(ED25519.as_bytes(), es256, None),
        InvalidImport::OtherAlgorithm {
            algorithm: Algorithm::Es256
        }
    );
    for key_id in ["", "two words", "ü"] {
        let error = read(ED25519.as_bytes(), None, Some(key_id));
        assert_eq!(error, InvalidImport::KeyId);
        assert_eq!(error.cause(), Cause::KeyIdInvalid);
    }
}

#[test]
fn after_a_change_of_the_sealing_key_only_the_new_one_opens() {
    let registry = Registry::new();
    registry
        .ensure(&[Algorithm::Es256, Algorithm::EdDsa], &sealing(1))
        .unwrap();
    let reseal = |old: u8, new: u8| {
        let (actor, mut random) = (Actor::command("a test"), registry.randomness());
        let (old, new) = (sealing(old), sealing(new));
        registry.wait(m2m_admin::reseal(
            registry.backend(),
            &old,
            &new,
            &actor,
            &mut random,
            NOW,
        ))
    };
    assert!(reseal(2, 3).is_err());
    assert_eq!(reseal(1, 2).unwrap(), 2);
    for key in registry.keys() {
        assert!(key.open(&sealing(2)).is_ok());
        assert!(key.open(&sealing(1)).is_err());
    }
    assert_eq!(
        registry.wait(registry.backend().frame()).unwrap().version.0,
        2
    );
}
