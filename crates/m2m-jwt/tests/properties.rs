//! Properties that hold for every input.

#[path = "support/keys.rs"]
mod keys;

use keys::{keys_of, signing_key};
use m2m_jwt::{
    Algorithm, Claims, Expectations, InvalidToken, JsonObject, JsonValue, Jwk, JwkSet, Limits,
    SigningKey, UnixTime, Unverified, base64url, sign_access_token, verify,
};
use proptest::prelude::*;

/// Scope tokens by RFC 6749, section 3.3: `1*( %x21 / %x23-5B / %x5D-7E )`.
fn scope_token() -> impl Strategy<Value = String> {
    "[!#-\\[\\]-~]{1,12}"
}

fn algorithm() -> impl Strategy<Value = Algorithm> {
    proptest::sample::select(Algorithm::ALL)
}

/// JSON by serde_json, so that this crate's reader is tested against another writer.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn to_serde(value: JsonValue<'_>) -> serde_json::Value {
    match value {
        JsonValue::Null => serde_json::Value::Null,
        JsonValue::Boolean(value) => value.into(),
        JsonValue::Number(number) => {
            serde_json::from_str(number.as_str()).expect("a number is a number to both")
        }
        JsonValue::String(string) => string.to_str().into_owned().into(),
        JsonValue::Array(array) => array.elements().map(to_serde).collect(),
        JsonValue::Object(object) => object
            .members()
            .map(|(name, value)| (name.to_str().into_owned(), to_serde(value)))
            .collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn a_signed_token_verifies_with_the_same_claims(
        algorithm in algorithm(),
        issuer in any::<String>(),
        subject in any::<String>(),
        client_id in any::<String>(),
        audience in proptest::collection::vec(any::<String>(), 1..4),
        jwt_id in any::<String>(),
        scope in proptest::collection::vec(scope_token(), 0..5),
        issued in 0..u64::MAX / 2,
        lifetime in 1..u64::MAX / 2,
    ) {
        let key = signing_key(algorithm);
        let claims = serde_json::json!({
            "iss": issuer, "sub": subject, "client_id": client_id, "aud": audience, "exp": issued + lifetime, "iat": issued, "jti": jwt_id,
            "scope": scope.join(" "),
        });
        let token = sign_access_token(claims.to_string().as_bytes(), &key).unwrap();
        let expected: Vec<&str> = audience.last().map(String::as_str).into_iter().collect();
        let algorithms = [algorithm];
        let expectations = Expectations::access_token(&issuer, &expected, &algorithms);
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        let verified = verify(&unverified, &keys_of(&key), &expectations, UnixTime::from_seconds(issued + lifetime - 1)).unwrap();
        prop_assert_eq!(verified.issuer(), Some(issuer.as_str()));
        prop_assert_eq!(verified.client_id(), Some(client_id.as_str()));
        prop_assert_eq!(verified.jwt_id(), Some(jwt_id.as_str()));
        prop_assert_eq!(verified.subject(), Some(subject.as_str()));
        prop_assert_eq!(&verified.audience().collect::<Vec<_>>(), &audience);
        prop_assert_eq!(verified.scope().collect::<Vec<_>>(), scope);
        // The token expires exactly at its second.
        let refused = verify(&unverified, &keys_of(&key), &expectations, UnixTime::from_seconds(issued + lifetime)).map(|_| ());
        prop_assert_eq!(refused, Err(InvalidToken::Expired { expired_at: UnixTime::from_seconds(issued + lifetime) }));
    }

    #[test]
    fn a_printed_key_is_the_same_key(algorithm in proptest::sample::select(&[Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa][..]), key_id in ".{0,60}") {
        let (key, _) = SigningKey::generate(algorithm, Some(&key_id)).unwrap();
        let jwk = key.public_jwk();
        prop_assert_eq!(&Jwk::parse(&jwk.to_json()).unwrap(), jwk);
        let set = JwkSet::from_iter([jwk.clone()]);
        prop_assert_eq!(JwkSet::parse(&set.to_json()).unwrap(), set);
    }

    #[test]
    fn reads_json_as_another_reader_does(value in json(), pretty in any::<bool>()) {
        let value = serde_json::json!({ "value": value });
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let object = JsonObject::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(to_serde(JsonValue::Object(object)), value);
    }

    #[test]
    fn accepts_only_json_that_another_parser_accepts(text in r#"[{}\[\]:,"\\aAu0-9eE+.\- tn\x{7f}é]{0,40}"#) {
        let text = format!("{{{text}}}");
        if let Ok(object) = JsonObject::parse(text.as_bytes()) {
            let read: Result<serde_json::Value, _> = serde_json::from_str(&text);
            // serde_json has no numbers beyond f64.
            if read.is_ok() || !text.contains(['e', 'E']) {
                prop_assert_eq!(to_serde(JsonValue::Object(object)), read.unwrap());
            }
        }
    }

    #[test]
    fn a_mutated_document_is_read_as_another_reader_does_or_refused(value in json(), position in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut text = serde_json::to_vec(&serde_json::json!({ "value": value })).unwrap();
        let position = position.index(text.len());
        text[position] = byte;
        if let Ok(object) = JsonObject::parse(&text)
            && let Ok(read) = serde_json::from_slice::<serde_json::Value>(&text)
        {
            prop_assert_eq!(to_serde(JsonValue::Object(object)), read);
        }
    }

    #[test]
    fn base64url_has_one_spelling(bytes in proptest::collection::vec(any::<u8>(), 0..64), text in "[A-Za-z0-9_=+/ -]{0,16}") {
        prop_assert_eq!(base64url::decode(base64url::encode(&bytes)).unwrap(), bytes);
        if let Ok(decoded) = base64url::decode(&text) {
            prop_assert_eq!(base64url::encode(decoded), text);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(data in proptest::collection::vec(any::<u8>(), 0..200), text in r#"[{}\[\]:,"a-z0-9.\\]{0,80}"#) {
        for data in [data.as_slice(), text.as_bytes()] {
            m2m_jwt::fuzzing::token(data);
            m2m_jwt::fuzzing::jwk(data);
            m2m_jwt::fuzzing::jwk_set(data);
            m2m_jwt::fuzzing::claims(data);
            m2m_jwt::fuzzing::pem(data);
        }
    }

    #[test]
    fn f7_a_key_in_pem_is_read_with_any_line_ends_and_text_around_it(
        der in proptest::collection::vec(any::<u8>(), 0..200),
        width in 1_usize..=76,
        ends in proptest::collection::vec(proptest::sample::select(&["\n", "\r\n", "\r", " \n", "\t\r", "\r\n\n"][..]), 1..5),
        before in "([A-Za-z0-9:# -]{0,20}[\n\r]){0,3}",
        after in "[A-Za-z0-9:# \n\r-]{0,40}",
        mark in any::<bool>(),
    ) {
        use base64::Engine as _;
        prop_assume!(!before.contains("-----") && !after.contains("-----"));
        let letters = base64::engine::general_purpose::STANDARD.encode(&der);
        let letters: Vec<_> = letters.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
        let mut ends = ends.iter().cycle();
        let mut text = format!("{}{before}", if mark { "\u{feff}" } else { "" });
        for line in ["-----BEGIN PRIVATE KEY-----".into()].into_iter().chain(letters).chain(["-----END PRIVATE KEY-----".into()]) {
            text.push_str(&line);
            text.push_str(ends.next().unwrap());
        }
        text.push_str(&after);
        let document = m2m_jwt::Pkcs8Document::from_pem(&text).unwrap();
        prop_assert_eq!(document.secret_der(), &der);
    }

    #[test]
    fn one_refused_byte_anywhere_refuses_the_token(position in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let key = signing_key(Algorithm::EdDsa);
        let mut token = m2m_jwt::sign(None, b"{\"iss\":\"x\"}", &key).unwrap().into_bytes();
        let position = position.index(token.len());
        prop_assume!(token[position] != byte);
        token[position] = byte;
        let read = Unverified::parse(&token, &Limits::DEFAULT)
            .and_then(|unverified| m2m_jwt::verify_signature(&unverified, &keys_of(&key), Algorithm::ALL).map(|_| ()));
        prop_assert!(read.is_err());
    }

    #[test]
    fn a_time_is_read_exactly(seconds in any::<u32>(), fraction in 0_u32..1000) {
        let json = format!(r#"{{"exp":{seconds}.{fraction:03},"nbf":{seconds}.{fraction:03}}}"#);
        let claims = Claims::parse(json.as_bytes()).unwrap();
        let seconds = u64::from(seconds);
        prop_assert_eq!(claims.expires_at(), Some(UnixTime::from_seconds(seconds)));
        prop_assert_eq!(claims.not_before(), Some(UnixTime::from_seconds(seconds)));
    }
}
