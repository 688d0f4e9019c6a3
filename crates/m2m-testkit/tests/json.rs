//! The two readers of JSON, that of tokens and that of documents, accept and refuse the same texts.

use m2m_jwt::{InvalidJson, JsonObject};
use oauth_proto::UniqueMembers;
use proptest::collection::vec;
use proptest::prelude::*;

/// Reads a document with both, and returns which of them accept it, that of tokens first.
fn taken(document: &[u8]) -> (bool, bool) {
    (
        JsonObject::parse(document).is_ok(),
        serde_json::from_slice::<UniqueMembers>(document).is_ok(),
    )
}

#[test]
fn both_accept_an_object_without_a_repeated_member() {
    for document in [
        "{}",
        " {\t\"a\"\r:\n[ 1 , -0.5e+3 , true , false , null , \"x\" , { } , [ ] ] } ",
        r#"{"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00":"é😀"}"#,
        r#"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}"#,
        r#"{"a":1,"A":2,"a\u0000":3,"":4," ":5}"#,
        r#"{"a":0,"b":-0,"c":18446744073709551616,"d":1e-999,"e":1E+2}"#,
        "{\"a\":\"\u{7f}\u{2028}\u{fffe}\"}",
    ] {
        assert_eq!(taken(document.as_bytes()), (true, true), "{document}");
    }
}

#[test]
fn x4_both_refuse_a_repeated_member_however_it_is_written() {
    for document in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"b":2,"a":1}"#,
        r#"{"a":1,"\u0061":1}"#,
        r#"{"":1,"":1}"#,
        r#"{"x":{"a":1,"b":[],"a":2}}"#,
        r#"{"x":[[{"é":1,"\u00e9":2}]]}"#,
        r#"{"😀":1,"\ud83d\ude00":2}"#,
        r#"{"x":[{"a":{},"a":{}}]}"#,
    ] {
        assert_eq!(taken(document.as_bytes()), (false, false), "{document}");
    }
}

#[test]
fn both_refuse_what_is_not_one_object() {
    for document in [
        "",
        " ",
        "[]",
        "1",
        "null",
        "\"a\"",
        "[{}]",
        "{} {}",
        "{}x",
        "{},",
        "\u{feff}{}",
        "{",
        "{,}",
        r#"{"a":1,}"#,
        r#"{"a" 1}"#,
        r#"{"a":}"#,
        r#"{"a":1"b":2}"#,
        "{a:1}",
        "{'a':1}",
        r#"{1:1}"#,
        r#"{"a":01}"#,
        r#"{"a":1.}"#,
        r#"{"a":.5}"#,
        r#"{"a":+1}"#,
        r#"{"a":-}"#,
        r#"{"a":1e}"#,
        r#"{"a":0x1}"#,
        r#"{"a":NaN}"#,
        r#"{"a":-Infinity}"#,
        r#"{"a":True}"#,
        r#"{"a":tru}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":[,1]}"#,
        r#"{"a":[1 2]}"#,
        r#"{"a":"b}"#,
        "{\"a\":\"\n\"}",
        r#"{"a":"\x"}"#,
        r#"{"a":"\u12"}"#,
        r#"{"a":"\u+123"}"#,
        r#"{"a":"\ud83d"}"#,
        r#"{"a":"\ude00"}"#,
        r#"{"a":"\ud83d\ud83d"}"#,
        r#"{"a":"\ud83dx"}"#,
        r#"{"\ud83d":1}"#,
        "{\"a\":1} // c",
        "{\u{a0}}",
        "{\u{b}}",
    ] {
        assert_eq!(taken(document.as_bytes()), (false, false), "{document}");
    }
    for document in [
        &b"{\"a\":\"\xff\"}"[..],
        b"{\"\xc0\x80\":1}",
        b"{\"a\":\"\xed\xa0\x80\"}",
        b"{\xff}",
    ] {
        assert_eq!(taken(document), (false, false), "{document:?}");
    }
}

/// Tokens are small, and their numbers are kept as they are written; those of documents are read as `f64`.
#[test]
fn they_differ_in_their_limits_only() {
    let nested = |depth| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(
        taken(nested(m2m_jwt::limits::MAX_JSON_DEPTH - 1).as_bytes()),
        (true, true)
    );
    assert_eq!(
        taken(nested(m2m_jwt::limits::MAX_JSON_DEPTH).as_bytes()),
        (false, true)
    );
    assert_eq!(taken(nested(126).as_bytes()), (false, true));
    assert_eq!(taken(nested(127).as_bytes()), (false, false));

    let wide = |members| {
        let members: Vec<_> = (0..members)
            .map(|number| format!("\"{number}\":0"))
            .collect();
        format!("{{{}}}", members.join(","))
    };
    assert_eq!(
        taken(wide(m2m_jwt::limits::MAX_JSON_MEMBERS).as_bytes()),
        (true, true)
    );
    let too_wide = wide(m2m_jwt::limits::MAX_JSON_MEMBERS + 1);
    assert_eq!(taken(too_wide.as_bytes()), (false, true));
    assert!(matches!(
        JsonObject::parse(too_wide.as_bytes()),
        Err(InvalidJson::TooManyMembers { .. })
    ));

    assert_eq!(taken(br#"{"a":1e999}"#), (true, false));
}

proptest! {
    #[test]
    fn both_agree_on_text_that_resembles_json(
        pieces in vec(
            proptest::sample::select(vec![
                "{", "}", "[", "]", ":", ",", "\"a\"", "\"b\"", "\"\\u0061\"", "\"", "\\", "1", "-", ".5", "e3", "0",
                "true", "null", " ", "\n", "é", "\u{1}", "{\"a\":", "\"a\":1", ",\"b\":{}",
            ]),
            0..24,
        )
    ) {
        let document = pieces.concat();
        let (token, document_reader) = taken(document.as_bytes());
        prop_assert_eq!(token, document_reader, "{}", document);
    }

    #[test]
    fn both_agree_on_objects(document in object(3)) {
        let (token, document_reader) = taken(document.as_bytes());
        prop_assert_eq!(token, document_reader, "{}", document);
    }
}

/// An object of few different names, so that about half of them repeat one.
fn object(depth: u32) -> BoxedStrategy<String> {
    let name = prop::sample::select(vec![
        "\"a\"",
        "\"\\u0061\"",
        "\"b\"",
        "\"c\"",
        "\"é\"",
        "\"\\u00e9\"",
        "\"\"",
    ]);
    let leaf = prop::sample::select(vec!["1", "\"a\"", "null", "[]", "{}", "-1.5e3", "tru"]);
    let value = leaf.prop_map(str::to_owned).boxed();
    let value = if depth == 0 {
        value
    } else {
        let list = vec(object(depth - 1), 0..3).prop_map(|items| format!("[{}]", items.join(",")));
        prop_oneof![4 => value, 1 => object(depth - 1), 1 => list].boxed()
    };
    let member = (name, value).prop_map(|(name, value)| format!("{name}:{value}"));
    vec(member, 0..4)
        .prop_map(|members| format!("{{{}}}", members.join(",")))
        .boxed()
}
