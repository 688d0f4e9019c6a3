//! The bodies of the fuzz targets. They are called with arbitrary bytes and must return.

use crate::limits::MAX_PEM_BYTES;
use crate::{
    Algorithm, Claims, Expectations, InvalidToken, JsonObject, JsonValue, Jwk, JwkSet, KeySet,
    Limits, Pkcs8Document, Reading, SigningKey, UnixTime, Unverified, VerificationKey, verify,
    verify_signature,
};

/// The public key of RFC 7515, appendix A.3, whose private half is not used here.
const KEYS: &str = r#"{"keys":[
{"kty":"EC","crv":"P-256","kid":"1","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

/// Checks that no token is accepted: none has been issued for this audience.
pub fn token(data: &[u8]) {
    let reading = core::str::from_utf8(data).map(Reading::of);
    let Ok(unverified) = Unverified::parse(data, &Limits::DEFAULT) else {
        return;
    };
    if let (Ok(reading), Ok(header)) = (reading, unverified.header()) {
        let text = reading.header_text().unwrap_or_default();
        assert_eq!(text.trim(), header.raw(), "both readings see one header");
        let _ = (
            header.algorithm().len(),
            header.key_id(),
            header.token_type(),
            header.raw(),
        );
    }
    let keys = KeySet::new(&JwkSet::parse(KEYS).unwrap_or_default());
    let expectations = Expectations::access_token(
        "https://as.example",
        &["https://other.example"],
        Algorithm::ALL,
    );
    for now in [0, 1_800_000_000, u64::MAX] {
        let refused = verify(
            &unverified,
            &keys,
            &expectations,
            UnixTime::from_seconds(now),
        );
        assert!(
            refused.is_err(),
            "a token with a forged signature is accepted"
        );
    }
    // The vectors of the RFCs are signed with these keys, so a signature may be good.
    let _ = verify_signature(&unverified, &keys, Algorithm::ALL);
    let _ = unverified.unverified_claims();
}

/// Checks that a key that is printed and read again is the same key.
pub fn jwk(data: &[u8]) {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let _ = SigningKey::from_jwk(algorithm, data);
    }
    let Ok(key) = Jwk::parse(data) else { return };
    assert_eq!(
        Jwk::parse(&key.to_json()),
        Ok(key.clone()),
        "a printed key is the same key"
    );
    let _ = key.thumbprint();
    let _ = VerificationKey::new(&key);
}

/// Checks that a set that is printed and read again has the same keys.
pub fn jwk_set(data: &[u8]) {
    let Ok(set) = JwkSet::parse(data) else { return };
    let again = JwkSet::parse(&set.to_json()).unwrap_or_default();
    assert_eq!(again.keys(), set.keys(), "a printed set has the same keys");
    assert!(
        again.refused().is_empty(),
        "a printed set has only good keys"
    );
    assert!(again.tolerated().is_empty(), "a printed set is strict");
    let keys = KeySet::new(&set);
    assert_eq!(
        keys.keys().len() + keys.refused().len(),
        set.keys().len() + set.refused().len(),
        "each key is read or listed"
    );
    for refused in keys.refused() {
        let _ = refused.to_string();
    }
}

/// Checks that claims that have been read can be walked at every depth.
pub fn claims(data: &[u8]) {
    fn look(value: JsonValue<'_>) -> usize {
        match value {
            JsonValue::Null | JsonValue::Boolean(_) => 1,
            JsonValue::Number(number) => number.as_str().len(),
            JsonValue::String(string) => string.to_str().len() + 2,
            JsonValue::Array(array) => 2 + array.elements().map(look).sum::<usize>(),
            JsonValue::Object(object) => {
                2 + object
                    .members()
                    .map(|(name, value)| name.to_str().len() + 3 + look(value))
                    .sum::<usize>()
            }
        }
    }
    if let Ok(object) = JsonObject::parse(data) {
        assert!(
            look(JsonValue::Object(object)) <= data.len(),
            "no more is read than the input contains"
        );
    }
    match Claims::parse(data) {
        Ok(claims) => {
            let _ = claims
                .audience()
                .map(|audience| audience.len())
                .chain(claims.scope().map(|token| token.len()))
                .sum::<usize>();
            assert_eq!(
                claims.members().count(),
                JsonObject::parse(data).map_or(0, |object| object.members().count()),
                "all members are read"
            );
        }
        Err(InvalidToken::Claims(_)) => assert!(
            JsonObject::parse(data).is_err(),
            "one parser refuses a text that the other accepts"
        ),
        Err(_) => {}
    }
}

/// Reads a private and a public key in PEM and in DER, for each kind of key, and checks that text around a key changes nothing.
pub fn pem(data: &[u8]) {
    for algorithm in [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::EdDsa,
        Algorithm::Rs256,
    ] {
        let keys = [
            SigningKey::from_pkcs8_pem(algorithm, None, data),
            SigningKey::from_pkcs8_der(algorithm, None, data),
        ];
        for key in keys.into_iter().flatten() {
            let jwk = key.public_jwk();
            assert_eq!(
                jwk.key_type(),
                algorithm.key_type(),
                "a key has the requested type"
            );
            assert!(
                VerificationKey::new(jwk).is_ok(),
                "a key that signs verifies"
            );
        }
    }
    let around = [b"text\n", data, b"\ntext"].concat();
    if around.len() <= MAX_PEM_BYTES
        && let Ok(document) = Pkcs8Document::from_pem(data)
    {
        let same = Pkcs8Document::from_pem(&around);
        assert_eq!(
            same.as_ref().map(Pkcs8Document::secret_der),
            Ok(document.secret_der()),
            "text around a key changes nothing"
        );
    }
    let _ = Pkcs8Document::from_pem_or_der(data).map(|document| document.key_type());
    for key in [
        Jwk::from_spki_pem(None, None, data),
        Jwk::from_spki_der(None, None, data),
    ]
    .into_iter()
    .flatten()
    {
        assert_eq!(
            Jwk::parse(&key.to_json()),
            Ok(key.clone()),
            "a printed key is the same key"
        );
        assert!(
            VerificationKey::new(&key).is_ok(),
            "a key that is read can be used"
        );
    }
}
