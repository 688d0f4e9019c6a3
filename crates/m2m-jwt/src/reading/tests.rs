use super::*;
use crate::base64url;

fn token(header: &str, payload: &str) -> String {
    format!(
        "{}.{}.AA",
        base64url::encode(header),
        base64url::encode(payload)
    )
}

/// Asserts the form and the remarks of a text, each by its place and a part of its text.
#[track_caller]
fn check(text: &str, form: TokenForm, expected: &[(&str, &str)]) -> Reading {
    let reading = Reading::of(text);
    let remarks: Vec<String> = reading.remarks().iter().map(Remark::to_string).collect();
    assert_eq!(reading.form(), form, "{remarks:?}");
    assert_eq!(remarks.len(), expected.len(), "{remarks:?}");
    for (remark, (place, part)) in reading.remarks().iter().zip(expected) {
        assert_eq!(remark.place(), *place, "{remarks:?}");
        assert!(remark.to_string().contains(part), "{remark} {part}");
    }
    reading
}

const HEADER: &str = r#"{"alg":"ES256","typ":"at+jwt"}"#;

#[test]
fn f1_a_claim_of_another_type_is_shown_with_a_remark() {
    for (name, value, found) in [
        (
            "scope",
            r#"["a","b"]"#,
            "is an array; expected a string of scopes",
        ),
        (
            "scp",
            r#""User.Read Mail.Read""#,
            "is the string \"User.Read Mail.Read\"; expected an array",
        ),
        ("scp", "[1]", "is an array with other values than strings"),
        ("sub", "4", "is the number 4; expected a string"),
        ("iss", "null", "is null"),
        (
            "exp",
            r#""1800000000""#,
            "is the string \"1800000000\"; expected a number of seconds",
        ),
        ("iat", "-1", "is the number -1"),
        ("nbf", "1e400", "is the number 1e400"),
        ("aud", "{}", "is an object; expected a string or an array"),
        ("client_id", "true", "is true"),
    ] {
        let payload = format!(r#"{{"jti":"1","{name}":{value},"x":[1]}}"#);
        let reading = check(
            &token(HEADER, &payload),
            TokenForm::Signed,
            &[(name, found)],
        );
        assert_eq!(reading.claims().count(), 3, "{payload}");
        assert!(
            reading
                .claims()
                .any(|claim| claim == (name.into(), value.into()))
        );
    }
    let good = r#"{"iss":"i","sub":"s","aud":["a"],"exp":1.5e9,"scope":"","scp":[],"own":null}"#;
    check(&token(HEADER, good), TokenForm::Signed, &[]);
}

#[test]
fn f1_a_payload_beyond_the_limits_is_shown_with_a_remark() {
    let twice = check(
        &token(HEADER, r#"{"sub":"a","sub":"b"}"#),
        TokenForm::Signed,
        &[
            ("payload", "same member name twice"),
            ("sub", "is in the payload 2 times"),
        ],
    );
    assert_eq!(twice.claims().count(), 2);
    let wide: Vec<String> = (0..300).map(|index| format!(r#""c{index}":1"#)).collect();
    let wide = token(HEADER, &format!("{{{}}}", wide.join(",")));
    let wide = check(&wide, TokenForm::Signed, &[("payload", "too many members")]);
    assert_eq!(wide.claims().count(), 300);
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
    let deep = check(
        &token(HEADER, &deep),
        TokenForm::Signed,
        &[("payload", "nested too deeply")],
    );
    assert_eq!(deep.claims().count(), 1);
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(500_000));
    check(&token(HEADER, &long), TokenForm::Signed, &[]);
    let cut = check(
        &token(HEADER, r#"{"iss":"i","scope":"#),
        TokenForm::Signed,
        &[("payload", "is not valid JSON")],
    );
    assert_eq!(cut.claims().count(), 1);
    let odd: Vec<String> = (0..100)
        .map(|index| format!(r#""c{index}":1,"c{index}":1"#))
        .collect();
    let odd = Reading::of(&token(HEADER, &format!("{{{}}}", odd.join(","))));
    assert_eq!(odd.remarks().len(), MAX_REMARKS);
}

#[test]
fn f12_a_token_of_another_kind_is_named() {
    let jwe = base64url::encode(r#"{"alg":"dir","enc":"A256GCM","iss":"https://x.example/"}"#);
    let jwe = check(
        &format!("{jwe}..AAAA.BBBB.CCCC"),
        TokenForm::Encrypted,
        &[("token", "encrypted (JWE)")],
    );
    assert_eq!(jwe.header().count(), 3);
    assert_eq!(jwe.payload_text(), None);
    let part = base64url::encode;
    let nested = part(r#"{"alg":"dir","enc":"A256GCM","zip":"DEF","cty":"JWT"}"#);
    let nested = format!("{nested}.AA.AA.AA.AA");
    check(
        &nested,
        TokenForm::Encrypted,
        &[("token", "another token in it")],
    );
    let inner = token(HEADER, "{}");
    check(
        &token(HEADER, &inner),
        TokenForm::Signed,
        &[("payload", "nested JWT")],
    );
    let unsigned = format!("{}.{}.", part(r#"{"alg":"none"}"#), part("{}"));
    check(
        &unsigned,
        TokenForm::Signed,
        &[("signature", "is empty"), ("alg", "not signed")],
    );
    let selective = format!("{}~WyJhIl0~", token(HEADER, "{}"));
    check(
        &selective,
        TokenForm::SelectiveDisclosure,
        &[("token", "key bindings: 1)")],
    );
    let detached = format!("{}..AA", part(HEADER));
    check(&detached, TokenForm::Signed, &[("payload", "detached")]);
    let plain = format!("{}.$1.AA", part(r#"{"alg":"ES256","b64":false}"#));
    let plain = Reading::of(&plain);
    assert_eq!(plain.payload_text().as_deref(), Some("$1"));
    let (header, payload) = (part(HEADER), part(r#"{"sub":"s"}"#));
    for (json, form, more) in [
        (
            format!(r#"{{"payload":"{payload}","protected":"{header}","signature":"AA"}}"#),
            TokenForm::Json,
            0,
        ),
        (
            format!(
                r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}"}},{{"protected":"AA"}}]}}"#
            ),
            TokenForm::Json,
            1,
        ),
        (
            format!(r#"{{"protected":"{header}","ciphertext":"AA"}}"#),
            TokenForm::Encrypted,
            1,
        ),
    ] {
        let reading = Reading::of(&json);
        assert_eq!(reading.form(), form, "{json}");
        assert_eq!(reading.header().count(), 2, "{json}");
        assert_eq!(reading.remarks().len(), 1 + more, "{:?}", reading.remarks());
    }
    for (text, count) in [
        (header.clone(), "one part"),
        (format!("{header}.{payload}"), "2 parts"),
    ] {
        check(&text, TokenForm::Incomplete, &[("token", count)]);
    }
    for opaque in [
        "",
        "a",
        "2YotnFZFEjr1zCsicMWpAA",
        "a.b.c",
        "not.a-token",
        "{}",
        "~",
        "....",
        "é.é.é",
    ] {
        let reading = Reading::of(opaque);
        assert_eq!(reading.form(), TokenForm::Opaque, "{opaque}");
        assert_eq!(
            reading.remarks().len(),
            1,
            "{opaque}: {:?}",
            reading.remarks()
        );
    }
}

#[test]
fn f12_a_part_that_is_not_base64url_is_named_with_the_byte_and_the_others_are_shown() {
    // `?>~` is `Pz5-` in base64url, and `Pz5+` in the standard alphabet.
    let payload = base64url::encode(r#"{"iss":"?>~","x":"?"}"#);
    let header = base64url::encode(HEADER);
    let at = header.len() + 1;
    let standard = payload.replace('-', "+").replace('_', "/");
    assert_ne!(standard, payload);
    for (payload, found) in [
        (
            format!("{payload}="),
            format!("has padding (=) at byte {}", at + payload.len()),
        ),
        (
            format!("{payload}%3D"),
            format!("has the character `%` at byte {}", at + payload.len()),
        ),
        (
            format!("{payload}\n"),
            format!("has white space at byte {}", at + payload.len()),
        ),
        (
            standard,
            "of the standard alphabet of base64, at byte".to_owned(),
        ),
        (format!("{payload}A"), "may be cut off".to_owned()),
    ] {
        let reading = Reading::of(&format!("{header}.{payload}.AA"));
        let remark = reading.remarks()[0].to_string();
        assert_eq!(reading.remarks()[0].place(), "payload", "{remark}");
        assert!(remark.contains(&found), "{remark} {found}");
        assert_eq!(reading.header().count(), 2);
        assert_eq!(
            reading.claims().count(),
            if payload.contains('%') { 0 } else { 2 },
            "{payload}"
        );
    }
    let broken = Reading::of(&format!("e*.{}.AB", base64url::encode("{}")));
    let places: Vec<&str> = broken.remarks().iter().map(Remark::place).collect();
    assert_eq!(places, ["header", "signature"]);
    assert_eq!(broken.payload_text().as_deref(), Some("{}"));
}

#[test]
fn a8_a_time_that_is_a_number_out_of_range_is_named_as_such() {
    for iat in ["99999999999999999999999", "-1", "1e400"] {
        let claims = format!(r#"{{"iat":{iat}}}"#);
        let found = format!("is the number {iat}, which is out of range");
        check(
            &token(HEADER, &claims),
            TokenForm::Signed,
            &[("iat", &found)],
        );
    }
}

#[test]
fn a8_a_time_in_another_unit_is_named() {
    for (exp, found) in [
        (
            "1800003600000",
            "is 1800003600000, which is probably in milliseconds; expected a number of seconds since 1970 (RFC 7519",
        ),
        ("1800003600000000", "microseconds"),
        ("1800003600000000000", "nanoseconds"),
        ("99999999999", "days after iat"),
    ] {
        let claims = format!(r#"{{"iat":1800000000,"exp":{exp}}}"#);
        let reading = check(
            &token(HEADER, &claims),
            TokenForm::Signed,
            &[("exp", found)],
        );
        assert_eq!(
            reading.time("exp").is_some(),
            found.starts_with("days"),
            "{exp}"
        );
        assert_eq!(
            reading.time("iat"),
            Some(UnixTime::from_seconds(1_800_000_000))
        );
    }
}

#[test]
fn debug_does_not_contain_the_token() {
    let reading = Reading::of(&token(HEADER, r#"{"sub":"billing"}"#));
    assert_eq!(format!("{reading:?}"), "Reading { form: Signed, .. }");
}

#[test]
fn f12_signatures_within_signatures_are_not_read() {
    let header = base64url::encode(HEADER);
    let inner = format!(r#"{{"protected":"{header}"}}"#);
    for levels in [1, 2, 100_000] {
        let text = format!(
            "{}{inner}{}",
            r#"{"signatures":["#.repeat(levels),
            "]}".repeat(levels)
        );
        let reading = Reading::of(&text);
        assert_eq!(reading.header_text().is_some(), levels == 1, "{levels}");
    }
}
