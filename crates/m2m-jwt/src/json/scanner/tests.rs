//! JSON texts that are accepted, and those that are refused.

use super::*;

fn check(text: &str, expected: Result<(), InvalidJson>) {
    assert_eq!(
        JsonObject::parse(text.as_bytes()).map(|_| ()),
        expected,
        "{text}"
    );
}

#[test]
fn reads_every_kind_of_value() {
    check(
        r#" { "a" : [ 1 , -0.5e+3 , true , false , null , "x" , { } , [ ] ] } "#,
        Ok(()),
    );
    check("{}", Ok(()));
    check(r#"{"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00":"é😀"}"#, Ok(()));
}

#[test]
fn refuses_text_that_is_not_json() {
    for (text, offset) in [
        ("{", 1),
        ("{,}", 1),
        (r#"{"a":1,}"#, 7),
        (r#"{"a" 1}"#, 5),
        (r#"{"a":}"#, 5),
        (r#"{"a":1"b":2}"#, 6),
        ("{a:1}", 1),
        (r#"{"a":01}"#, 6),
        (r#"{"a":1.}"#, 7),
        (r#"{"a":.5}"#, 5),
        (r#"{"a":+1}"#, 5),
        (r#"{"a":-}"#, 6),
        (r#"{"a":1e}"#, 7),
        (r#"{"a":[1,]}"#, 8),
        (r#"{"a":[,1]}"#, 6),
        (r#"{"a":[1 2]}"#, 8),
        (r#"{"a":tru}"#, 5),
        (r#"{"a":NaN}"#, 5),
        (r#"{"a":True}"#, 5),
        (r#"{"a":"b}"#, 8),
        ("{\"a\":\"\n\"}", 6),
        (r#"{"a":"\x"}"#, 6),
        (r#"{"a":"\u12"}"#, 6),
        (r#"{"a":"\u+123"}"#, 6),
        (r#"{"a":1}x"#, 7),
        (r#"{"a":1}{}"#, 7),
        (r#"{"a":1} // c"#, 8),
        (r#"{'a':1}"#, 1),
    ] {
        check(text, Err(InvalidJson::Syntax { offset }));
    }
    for text in ["", "[]", "1", "null", "\"a\"", "\u{feff}{}"] {
        check(text, Err(InvalidJson::NotAnObject));
    }
    assert_eq!(
        JsonObject::parse(b"{\"a\":\"\xff\"}").map(|_| ()),
        Err(InvalidJson::NotUtf8)
    );
}

#[test]
fn refuses_half_a_surrogate_pair() {
    for text in [
        r#"{"a":"\ud83d"}"#,
        r#"{"a":"\ude00"}"#,
        r#"{"a":"\ud83d\ud83d"}"#,
        r#"{"a":"\ud83dx"}"#,
        r#"{"a":"\ud83d\n"}"#,
    ] {
        check(text, Err(InvalidJson::Syntax { offset: 6 }));
    }
}

#[test]
fn x4_refuses_a_duplicate_member_at_any_depth_however_it_is_written() {
    check(
        r#"{"a":1,"a":1}"#,
        Err(InvalidJson::DuplicateMember { offset: 7 }),
    );
    check(
        r#"{"a":1,"\u0061":1}"#,
        Err(InvalidJson::DuplicateMember { offset: 7 }),
    );
    check(
        r#"{"x":{"a":1,"b":[],"a":2}}"#,
        Err(InvalidJson::DuplicateMember { offset: 19 }),
    );
    check(
        r#"{"x":[[{"é":1,"\u00e9":2}]]}"#,
        Err(InvalidJson::DuplicateMember { offset: 15 }),
    );
    check(
        r#"{"😀":1,"\ud83d\ude00":2}"#,
        Err(InvalidJson::DuplicateMember { offset: 10 }),
    );
}

#[test]
fn the_same_name_in_different_objects_is_not_a_duplicate() {
    check(r#"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}"#, Ok(()));
}

#[test]
fn different_names_with_the_same_hash_are_not_duplicates() {
    // The hash pads a name with zeros, so a zero at its end does not change the hash.
    assert_eq!(NameHash::of("a"), NameHash::of("a\0"));
    check(r#"{"a":{"a":1},"a\u0000":1}"#, Ok(()));
    check(
        r#"{"a":1,"a\u0000":1,"a":2}"#,
        Err(InvalidJson::DuplicateMember { offset: 19 }),
    );
}

#[test]
fn a_name_has_the_same_hash_however_it_is_escaped() {
    for length in 0..40 {
        let name = "é".repeat(length) + "x";
        let escaped = "\\u00e9".repeat(length) + "\\u0078";
        let text = format!(r#"{{"{name}":1,"{escaped}":2}}"#);
        let offset = text.rfind(",\"").unwrap() + 1;
        check(&text, Err(InvalidJson::DuplicateMember { offset }));
        let text = format!(r#"{{"{name}":1,"{escaped}x":2}}"#);
        check(&text, Ok(()));
    }
}

#[test]
fn bounds_depth_and_members() {
    let nested = |depth: usize| {
        format!(
            "{{\"a\":{}{}}}",
            "[".repeat(depth - 1),
            "]".repeat(depth - 1)
        )
    };
    check(&nested(MAX_JSON_DEPTH), Ok(()));
    check(
        &nested(MAX_JSON_DEPTH + 1),
        Err(InvalidJson::TooDeep {
            offset: 5 + MAX_JSON_DEPTH - 1,
        }),
    );
    let wide = |members: usize| {
        let members: Vec<_> = (0..members)
            .map(|number| format!("\"{number:04}\":0"))
            .collect();
        format!("{{{}}}", members.join(","))
    };
    check(&wide(MAX_JSON_MEMBERS), Ok(()));
    check(
        &wide(MAX_JSON_MEMBERS + 1),
        Err(InvalidJson::TooManyMembers {
            offset: 1 + MAX_JSON_MEMBERS * 9,
        }),
    );
}
