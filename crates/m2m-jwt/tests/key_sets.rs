//! Properties of JWK sets: a malformed key, or a member that is to be ignored, changes nothing else.

#[path = "support/keys.rs"]
mod keys;

use keys::{keys_of, signing_key};
use m2m_jwt::{
    Algorithm, InvalidJson, InvalidKey, InvalidToken, Jwk, JwkSet, KeySet, Limits, MemberFault,
    SigningKey, Tolerance, Unverified, base64url, sign, verify_signature,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::from("sig")),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// The text of an entry of a set, with balanced brackets, that may be anything else.
fn any_entry() -> impl Strategy<Value = String> {
    let member = prop_oneof![
        Just("kty"),
        Just("use"),
        Just("key_ops"),
        Just("alg"),
        Just("kid"),
        Just("crv"),
        Just("x"),
        Just("y"),
        Just("n"),
        Just("e"),
        Just("oth"),
        Just("x5c"),
        Just("keys"),
    ];
    prop_oneof![
        any_json().prop_map(|value| value.to_string()),
        "[a-zA-Z0-9+.'/\\\\;-]{1,20}",
        // A good key in which one member is something else, missing, or there twice.
        (member.clone(), any_json()).prop_map(|(member, value)| {
            let mut key = public_key(Algorithm::Rs256);
            if let Value::Object(members) = &mut key {
                members.insert(member.to_owned(), value);
            }
            key.to_string()
        }),
        (member, any_json()).prop_map(|(member, value)| {
            let key = public_key(Algorithm::Es256).to_string();
            format!("{{{:?}:{value},{}", member, &key[1..])
        }),
        "[a-z0-9 ,:\\\\+.\u{7f}\n-]{0,30}".prop_map(|text| format!("{{{text}}}")),
        "[a-z0-9 ,:{\\[\\\\\n]{0,30}"
            .prop_map(|text| format!("{{\"kid\":\"x\",\"a\":\"{}\"}}", text.replace('\\', "\\\\"))),
    ]
}

fn public_key(algorithm: Algorithm) -> Value {
    serde_json::from_str(&signing_key(algorithm).public_jwk().to_json()).expect("a key is JSON")
}

/// Checks a token of this key against the set.
fn check(set: &JwkSet, key: &SigningKey) -> Result<(), InvalidToken> {
    let token = sign(None, b"payload", key).expect("the test keys sign");
    let token = Unverified::parse(&token, &Limits::DEFAULT)?;
    assert!(verify_signature(&token, &keys_of(key), Algorithm::ALL).is_ok());
    verify_signature(&token, &KeySet::new(set), Algorithm::ALL).map(|_| ())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn x28_one_bad_key_never_changes_what_the_others_verify(
        algorithm in proptest::sample::select(Algorithm::ALL),
        before in proptest::collection::vec(any_entry(), 0..3),
        after in proptest::collection::vec(any_entry(), 0..3),
    ) {
        let key = signing_key(algorithm);
        let good = key.public_jwk().to_json();
        let mut entries = before.clone();
        entries.push(good);
        entries.extend(after);
        let set = JwkSet::parse(&format!(r#"{{"keys":[{}]}}"#, entries.join(","))).unwrap();
        prop_assert!(set.keys().contains(key.public_jwk()));
        prop_assert_eq!(set.keys().len() + set.refused().len(), entries.len());
        prop_assert_eq!(check(&set, &key), Ok(()));
        prop_assert!(set.refused().iter().all(|refused| refused.index() != before.len()));
        prop_assert!(set.refused().is_sorted_by(|one, next| one.index() < next.index()));
    }

    #[test]
    fn x28_whatever_the_other_members_contain_the_keys_are_the_same(
        algorithm in proptest::sample::select(Algorithm::ALL),
        of_key in proptest::collection::btree_map("[a-z0-9_é\"]{4,12}|x5c|x5t|x5u|x5t#S256|nbf|d|p|qi|k", any_json(), 0..6),
        of_set in proptest::collection::vec(("[a-z0-9_\"]{0,12}", any_json()), 0..6),
        null in proptest::sample::select(&["use", "key_ops", "alg", "kid"][..]),
    ) {
        let mut key = public_key(algorithm);
        key[null] = Value::Null;
        let expected = Jwk::parse(&key.to_string()).unwrap();
        let known = ["kty", "use", "key_ops", "alg", "kid", "crv", "keys"];
        for (name, value) in of_key.into_iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            key[name] = value;
        }
        let of_set: String = of_set
            .into_iter()
            .filter(|(name, _)| name != "keys")
            .map(|(name, value)| format!("{}:{value},", Value::from(name)))
            .collect();
        let set = JwkSet::parse(&format!(r#"{{{of_set}"keys":[{key}],{of_set}"z":0}}"#)).unwrap();
        prop_assert_eq!(set.refused(), []);
        prop_assert_eq!(set.keys(), [expected]);
    }

    #[test]
    fn f6_every_spelling_of_a_number_is_the_same_key(
        zeros in (0_usize..6, 0_usize..6),
        padded in any::<(bool, bool)>(),
        standard in any::<(bool, bool)>(),
    ) {
        let own = signing_key(Algorithm::Rs256).public_jwk().clone();
        let mut key = public_key(Algorithm::Rs256);
        for (member, zeros, padded, standard) in
            [("n", zeros.0, padded.0, standard.0), ("e", zeros.1, padded.1, standard.1)]
        {
            key[member] = respelled(key[member].as_str().unwrap(), zeros, padded, standard).into();
        }
        let read = Jwk::parse(&key.to_string()).unwrap();
        prop_assert_eq!(&read, &own);
        prop_assert_eq!(read.thumbprint(), own.thumbprint());
        prop_assert_eq!(read.to_json(), own.to_json());
    }
}

/// Returns another spelling of a number.
fn respelled(number: &str, zeros: usize, padded: bool, standard: bool) -> String {
    let bytes = [
        vec![0; zeros],
        base64url::decode(number).expect("it is base64url"),
    ]
    .concat();
    let mut text = base64url::encode(bytes);
    while padded && !text.len().is_multiple_of(4) {
        text.push('=');
    }
    if standard {
        text = text.replace('-', "+").replace('_', "/");
    }
    text
}

#[test]
fn f6_e4_each_malformed_number_has_its_reason() {
    let check = |member: &'static str, value: Value, fault| {
        let mut key = public_key(Algorithm::Rs256);
        key[member] = value;
        let expected = InvalidKey::MemberMalformed { member, fault };
        assert_eq!(Jwk::parse(&key.to_string()), Err(expected), "{key}");
    };
    let n = public_key(Algorithm::Rs256)["n"]
        .as_str()
        .unwrap()
        .to_owned();
    for member in ["n", "e"] {
        check(member, json!(65537), MemberFault::NotAString);
        check(member, json!(""), MemberFault::Empty);
        check(member, json!("===="), MemberFault::NotBase64Url);
        check(member, json!("AAAA"), MemberFault::Zero);
        check(member, json!("AA=="), MemberFault::Zero);
        check(member, json!("AQ AB"), MemberFault::NotBase64Url);
        check(member, json!("AQAB==="), MemberFault::NotBase64Url);
        check(member, json!("AQ=AB"), MemberFault::NotBase64Url);
        check(member, json!("A"), MemberFault::NotBase64Url);
        check(member, json!("AR"), MemberFault::NotBase64Url);
        check(member, json!("0x10001"), MemberFault::NotBase64Url);
    }
    check("n", json!(format!("{n}\n")), MemberFault::NotBase64Url);
    check(
        "n",
        json!(base64url::encode([vec![0x80; 255], vec![2]].concat())),
        MemberFault::Even,
    );
    check("e", json!("Ag"), MemberFault::Even);
    check("e", json!("AQ"), MemberFault::TooSmall);
    check("e", json!("AAAAAQ"), MemberFault::TooSmall);
    check(
        "e",
        json!("AQAAAAE"),
        MemberFault::TooLarge { max_bits: 32 },
    );
    let mut key = public_key(Algorithm::Rs256);
    key["n"] = Value::Null;
    assert_eq!(
        Jwk::parse(&key.to_string()),
        Err(InvalidKey::MemberMissing { member: "n" })
    );
}

#[test]
fn f6_limits_apply_to_the_number_and_not_to_its_spelling() {
    let mut key = public_key(Algorithm::Rs256);
    for (bytes, zeros, bits) in [
        (128, 1, 1024),
        (128, 128, 1024),
        (255, 1, 2040),
        (1025, 0, 8200),
    ] {
        key["n"] = base64url::encode([vec![0; zeros], vec![0x81; bytes]].concat()).into();
        assert_eq!(
            Jwk::parse(&key.to_string()),
            Err(InvalidKey::SizeUnsupported {
                bits,
                expected: "2048 to 8192 bits"
            })
        );
    }
    key["n"] = base64url::encode([vec![0; 99], vec![0x81; 1024]].concat()).into();
    assert!(Jwk::parse(&key.to_string()).is_ok());
}

#[test]
fn e4_the_words_name_the_member_and_the_reason() {
    let mut key = public_key(Algorithm::Es256);
    key["x"] = base64url::encode([1; 31]).into();
    let words = |key: &Value| Jwk::parse(&key.to_string()).unwrap_err().to_string();
    assert_eq!(
        words(&key),
        "the key's member `x` has 31 bytes instead of 32"
    );
    key["use"] = "jwt-svid".into();
    assert_eq!(
        words(&key),
        "the key's members `use` and `key_ops` must allow signatures; `use` is `jwt-svid` instead of `sig`"
    );
    let set =
        JwkSet::parse(&json!({ "keys": [key, public_key(Algorithm::EdDsa)] }).to_string()).unwrap();
    let [refused] = KeySet::new(&set).refused().to_vec().try_into().unwrap();
    assert_eq!(
        (refused.index(), refused.key_id()),
        (0, key["kid"].as_str())
    );
    assert_eq!(
        JwkSet::parse("{}").unwrap_err().to_string(),
        "the JWK set has no member `keys`"
    );
}

#[test]
fn e3_a_set_of_which_all_keys_must_be_usable_names_the_first_that_is_not() {
    let keys =
        json!({ "keys": [public_key(Algorithm::EdDsa), null, { "kty": "oct", "kid": "a" }] });
    let set = JwkSet::parse(&keys.to_string()).unwrap();
    let refused = KeySet::try_new(&set).unwrap_err();
    assert_eq!(refused.index(), 1);
    assert_eq!(refused.reason(), InvalidKey::Json(InvalidJson::NotAnObject));
    assert_eq!(KeySet::new(&set).refused().len(), 2);
    let usable: JwkSet = set.keys().iter().cloned().collect();
    assert!(KeySet::try_new(&usable).is_ok());
}

#[test]
fn e3_a_key_that_the_library_refuses_is_listed() {
    // Of the two libraries, only `aws-lc-rs` refuses such a point as soon as it is read.
    let mut key = public_key(Algorithm::Es256);
    key["y"] = key["x"].clone();
    let good = public_key(Algorithm::EdDsa);
    let set = JwkSet::parse(&json!({ "keys": [null, key, good] }).to_string()).unwrap();
    let keys = KeySet::new(&set);
    assert_eq!((keys.keys().len(), keys.refused().len()), (1, 2));
    let refused = &keys.refused()[1];
    assert_eq!(
        (refused.index(), refused.key_id()),
        (1, key["kid"].as_str())
    );
    assert_eq!(refused.reason(), InvalidKey::PointNotOnCurve);
}

#[test]
fn x28_hostile_sets_cost_no_more_than_their_length() {
    let deep = format!(
        r#"{{"keys":[{}{}]}}"#,
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    assert_eq!(JwkSet::parse(&deep).unwrap().refused().len(), 1);
    assert!(JwkSet::parse(&"{\"keys\":[".repeat(50_000)).is_err());
    let names = format!(r#"{{"keys":[]{}}}"#, r#","a":"""#.repeat(60_000));
    assert!(JwkSet::parse(&names).is_ok());
    let key_ids = format!(
        r#"{{"keys":[{{"kty":1{}}}]}}"#,
        r#","kid":"a""#.repeat(40_000)
    );
    let set = JwkSet::parse(&key_ids).unwrap();
    assert_eq!(set.refused()[0].reason(), InvalidKey::TooLong);
    assert_eq!(set.refused()[0].key_id(), Some("a"));
}

#[test]
fn a2_f6_a_set_lists_what_it_tolerates_and_a_printed_set_has_nothing_to_tolerate() {
    let mut key = public_key(Algorithm::Rs256);
    key["n"] = respelled(key["n"].as_str().unwrap(), 1, true, false).into();
    key["oth"] = json!([]);
    key["key_ops"] = json!([]);
    let set = JwkSet::parse(&json!({ "keys": [key] }).to_string()).unwrap();
    let found: Vec<_> = set
        .tolerated()
        .iter()
        .map(|own| (own.member(), own.tolerance()))
        .collect();
    assert_eq!(
        found,
        [
            ("key_ops", Tolerance::EmptyArray),
            ("oth", Tolerance::EmptyArray),
            ("n", Tolerance::Padding),
            ("n", Tolerance::LeadingZeros),
        ]
    );
    let again = JwkSet::parse(&set.to_json()).unwrap();
    assert_eq!(
        (again.keys(), again.tolerated()),
        (set.keys(), [].as_slice())
    );
}
