use super::*;

const GOOD: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"good","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

#[test]
fn e4_refuses_text_that_is_not_a_set_with_words_about_the_set() {
    let json = |error| InvalidJwkSet::Json(error);
    let syntax = |offset| json(InvalidJson::Syntax { offset });
    for (text, expected) in [
        ("", json(InvalidJson::NotAnObject)),
        ("[]", json(InvalidJson::NotAnObject)),
        ("null", json(InvalidJson::NotAnObject)),
        ("{}", InvalidJwkSet::KeysMissing),
        (GOOD, InvalidJwkSet::KeysMissing),
        (r#"{"Keys":[]}"#, InvalidJwkSet::KeysMissing),
        (r#"{"keys":{}}"#, InvalidJwkSet::KeysNotArray),
        (r#"{"keys":null}"#, InvalidJwkSet::KeysNotArray),
        (r#"{"keys":"[]"}"#, InvalidJwkSet::KeysNotArray),
        (
            r#"{"keys":[],"keys":[]}"#,
            json(InvalidJson::DuplicateMember { offset: 11 }),
        ),
        (
            r#"{"keys":[],"\u006beys":[]}"#,
            json(InvalidJson::DuplicateMember { offset: 11 }),
        ),
        (r#"{"keys":["#, syntax(9)),
        (r#"{"keys":[]"#, syntax(10)),
        (r#"{"keys":[],}"#, syntax(11)),
        (r#"{"keys":[{},]}"#, syntax(12)),
        (r#"{"keys":[{}{}]}"#, syntax(11)),
        (r#"{"keys":[]}{}"#, syntax(11)),
    ] {
        assert_eq!(JwkSet::parse(text), Err(expected), "{text}");
        let words = expected.to_string();
        assert!(words.contains("JWK set"), "{words}");
    }
    let many = |count| format!(r#"{{"keys":[{}]}}"#, vec!["{}"; count].join(","));
    assert_eq!(
        JwkSet::parse(&many(MAX_JWK_SET_KEYS + 1)),
        Err(InvalidJwkSet::TooManyKeys)
    );
    let set = JwkSet::parse(&many(MAX_JWK_SET_KEYS)).unwrap();
    assert_eq!(set.refused().len(), MAX_JWK_SET_KEYS);
    let long = format!(r#"{{"keys":[],"x":"{}"}}"#, "x".repeat(MAX_JWK_SET_BYTES));
    assert_eq!(JwkSet::parse(&long), Err(InvalidJwkSet::TooLong));
}

#[test]
fn an_empty_set_is_a_set() {
    assert_eq!(
        JwkSet::parse(r#"{"keys":[]}"#).unwrap().to_json(),
        r#"{"keys":[]}"#
    );
}

/// Parses a set with this entry between two good ones, checks that the good ones are read, and returns the refused one.
fn refused(entry: impl AsRef<[u8]>) -> RefusedKey {
    let good = GOOD.as_bytes();
    let json = [
        b"{\"keys\":[",
        good,
        b",",
        entry.as_ref(),
        b",",
        good,
        b"]}",
    ]
    .concat();
    let set = JwkSet::parse(&json).unwrap();
    assert_eq!(set.keys().len(), 2);
    let [refused] = set.refused() else {
        panic!("{:?}", set.refused())
    };
    assert_eq!(refused.index(), 1);
    let indices: Vec<_> = set.indexed().map(|(index, _)| index).collect();
    assert_eq!(indices, [0, 2]);
    refused.clone()
}

#[test]
fn f3_x28_a_set_loses_the_malformed_entry_alone() {
    let not_an_object = InvalidKey::Json(InvalidJson::NotAnObject);
    for entry in [
        "null",
        "true",
        "1",
        "01",
        "NaN",
        r#""key""#,
        "[]",
        "[{}]",
        "'a'",
        "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
    ] {
        assert_eq!(refused(entry).reason(), not_an_object, "{entry}");
    }
    for member in [
        r#""kid":"x""#,
        r#""k\u0069d":"x""#,
        r#""a":[{"b":1,"b":2}]"#,
    ] {
        let key = refused(format!(r#"{{"kty":"RSA","kid":"x",{member}}}"#));
        let reason = key.reason();
        assert!(
            matches!(
                reason,
                InvalidKey::Json(InvalidJson::DuplicateMember { .. })
            ),
            "{member}: {reason:?}"
        );
        assert_eq!(key.key_id(), Some("x"), "{member}");
    }
    for member in [
        r#""a":01"#,
        r#""a":.5"#,
        r#""a":1e"#,
        r#""a":-Infinity"#,
        r#""a":tru"#,
        r#""a":"\x""#,
        r#""a":"\ud800""#,
        "\"a\":\"\n\"",
        r#""a":"#,
        r#""a""#,
        "",
        r#""a":[1,]"#,
        r#""a":{]"#,
    ] {
        let key = refused(format!(r#"{{"kty":"RSA","kid":"x",{member}}}"#));
        let reason = key.reason();
        assert!(
            matches!(reason, InvalidKey::Json(InvalidJson::Syntax { .. })),
            "{member}: {reason:?}"
        );
        assert_eq!(key.key_id(), Some("x"), "{member}");
    }
    let deep = format!(
        r#"{{"kid":"x","a":{}{}}}"#,
        "[".repeat(9_000),
        "]".repeat(9_000)
    );
    let key = refused(deep);
    assert!(matches!(
        key.reason(),
        InvalidKey::Json(InvalidJson::TooDeep { .. })
    ));
    assert_eq!(key.key_id(), Some("x"));
    let members: Vec<String> = (0..300).map(|n| format!("\"m{n}\":0")).collect();
    let key = refused(format!(r#"{{{},"kid":"x"}}"#, members.join(",")));
    assert!(matches!(
        key.reason(),
        InvalidKey::Json(InvalidJson::TooManyMembers { .. })
    ));
    assert_eq!(key.key_id(), Some("x"));
    let long = format!(
        r#"{{"kid":"x","a":"{}"}}"#,
        "a".repeat(crate::limits::MAX_JWK_BYTES)
    );
    let key = refused(long);
    assert_eq!(
        (key.reason(), key.key_id()),
        (InvalidKey::TooLong, Some("x"))
    );
    let key = refused(b"{\"kid\":\"x\",\"a\":\"\xff\"}");
    assert_eq!(
        (key.reason(), key.key_id()),
        (InvalidKey::Json(InvalidJson::NotUtf8), Some("x"))
    );
}

#[test]
fn e3_a_key_id_is_listed_only_if_it_is_unambiguous_and_short() {
    for (entry, expected) in [
        (r#"{"kid":"a","kid":"a"}"#, Some("a")),
        (r#"{"kid":"a","kid":"b"}"#, None),
        (r#"{"kid":1}"#, None),
        (r#"{"kid":null}"#, None),
        (r#"{"jwk":{"kid":"a"}}"#, None),
        (r#"[{"kid":"a"}]"#, None),
        (r#"{"\u006bid":"\u0061"}"#, Some("a")),
    ] {
        assert_eq!(refused(entry).key_id(), expected, "{entry}");
    }
    let long = format!(r#"{{"kid":"{}"}}"#, "k".repeat(257));
    assert_eq!(refused(&long).key_id(), None);
    let long = format!(
        r#"{{{},"kid":"{}"}}"#,
        &GOOD[1..GOOD.len() - 1].replace(r#""kid":"good","#, ""),
        "k".repeat(257)
    );
    assert_eq!(refused(&long).reason(), InvalidKey::KeyIdTooLong);
}

#[test]
fn x28_other_members_of_a_set_are_ignored() {
    for members in [
        r#""a":1,"a":2,"#,
        r#""a":{"b":1,"b":2},"#,
        r#""a":01,"b":NaN,"#,
        "\"a\":\"\n\\x\",",
        r#""Keys":[],"KEYS":{},"#,
        r#""a":{"keys":[{"keys":1}]},"#,
        &format!("\"a\":{}{},", "[".repeat(1000), "]".repeat(1000)),
        &(0..1000)
            .map(|n| format!("\"m{n}\":0,"))
            .collect::<String>(),
    ] {
        let set = JwkSet::parse(&format!(
            r#"{{{members}"keys":[{GOOD}],{members}"z":null}}"#
        ))
        .unwrap();
        assert_eq!((set.keys().len(), set.refused().len()), (1, 0), "{members}");
    }
    let set = JwkSet::parse(&[b"{\"a\":\"\xff\",\"keys\":[", GOOD.as_bytes(), b"]}"].concat());
    assert_eq!(set.unwrap().keys().len(), 1);
}

#[test]
fn a2_f6_deviations_that_change_nothing_are_listed() {
    let set = JwkSet::parse(&format!(
        r#"{{"keys":[null,{},{}]}}"#,
        GOOD.replace(r#""kid""#, r#""use":"sig","key_ops":[],"kid""#),
        GOOD
    ))
    .unwrap();
    let [tolerated] = set.tolerated() else {
        panic!("{:?}", set.tolerated())
    };
    assert_eq!((tolerated.index(), tolerated.key_id()), (1, Some("good")));
    assert_eq!(
        (tolerated.member(), tolerated.tolerance()),
        ("key_ops", crate::Tolerance::EmptyArray)
    );
    assert_eq!(
        tolerated.to_string(),
        r#"key 2 of the set, "good", is used: its member `key_ops` is an empty array, which counts as absent"#
    );
}
