//! Tokens of every kind, as `m2m jwt decode` shows them and `m2m jwt verify` judges them.

use std::process::Output;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use m2m_jwt::{Algorithm, SigningKey, sign};
use serde_json::Value;

use crate::streams::piped;
use crate::support::{file, m2m, run, text};

fn part(json: &str) -> String {
    URL_SAFE_NO_PAD.encode(json)
}

fn all(output: &Output) -> String {
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn k28_f1_f12_a8_jwt_decode_shows_what_is_there_and_remarks_on_the_rest() {
    let header = part(r#"{"alg":"ES256","typ":"at+jwt"}"#);
    let with = |claims: &str| format!("{header}.{}.AA", part(claims));
    let wide: Vec<String> = (0..300)
        .map(|index| format!(r#""c{index}":{{"roles":["r"]}}"#))
        .collect();
    let wide = with(&format!(
        r#"{{"iss":"i","resource_access":{{{}}}}}"#,
        wide.join(",")
    ));
    let long = with(&format!(
        r#"{{"iss":"i","groups":"{}"}}"#,
        "x".repeat(700_000)
    ));
    let encrypted = part(r#"{"alg":"dir","enc":"A256GCM","iss":"https://x.example/"}"#);
    for (token, shown, remark) in [
        (
            with(r#"{"iss":"i","scope":["a","b"]}"#),
            r#"scope        ["a","b"]"#,
            "scope is an array; expected a string of scopes, separated by spaces",
        ),
        (
            with(r#"{"iss":"i","scp":"User.Read Mail.Read"}"#),
            r#"scp          "User.Read Mail.Read""#,
            "scp is the string \"User.Read Mail.Read\"; expected an array of strings",
        ),
        (
            with(r#"{"sub":4,"exp":"never"}"#),
            "sub          4",
            "exp is the string \"never\"; expected a number of seconds since 1970",
        ),
        (
            with(r#"{"sub":"a","sub":"b\u001b[2J"}"#),
            r#"sub          "a""#,
            "sub is in the payload 2 times",
        ),
        (
            with(r#"{"exp":1800003600000}"#),
            "exp          1800003600000\n",
            "exp is 1800003600000, which is probably in milliseconds; expected a number of seconds",
        ),
        (wide, "resource_access", "too many members"),
        (long, r#"iss          "i""#, "Nothing is verified"),
        (
            format!("{encrypted}..AAAA.BBBB.CCCC"),
            r#"iss          "https://x.example/""#,
            "token is encrypted (JWE)",
        ),
        (
            format!("e*.{}.AA", part(r#"{"iss":"i"}"#)),
            r#"iss          "i""#,
            "header has the character `*` at byte 1; expected base64url",
        ),
        (
            format!("\"Bearer {header}.{}=.AA\"", part(r#"{"iss":"i"}"#)),
            r#"iss          "i""#,
            "payload has padding (=) at byte",
        ),
    ] {
        let output = piped(m2m(&["jwt", "decode"]), &token);
        let stdout = text(&output.stdout);
        let start: String = stdout.chars().take(2000).collect();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(stdout.contains(shown) && stdout.contains(remark), "{start}");
        assert!(!stdout.contains('\u{1b}'), "{start}");
    }
    let token = with(r#"{"iss":"i","scope":["a","b"]}"#);
    let output = run(&["jwt", "decode", "--output", "json", &token]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["form"], "signed");
    assert_eq!(json["header"]["alg"], "ES256");
    assert_eq!(json["claims"]["scope"][1], "b");
    assert_eq!(json["remarks"][0]["name"], "scope");
    assert_eq!(json["remarks"][0]["found"], "is an array");
    let output = run(&["jwt", "decode", "2YotnFZFEjr1zCsicMWpAA"]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("is not a JWT") && stderr.contains("introspection"),
        "{stderr}"
    );
    assert!(!stderr.contains("Send the complete"), "{stderr}");
}

#[test]
fn e12_input_that_is_not_what_an_option_takes_is_named_as_what_it_is() {
    let token = "eyJhbGciOiJFUzI1NiJ9.e30.AA";
    for (arguments, expected) in [
        (
            &["verify", token, "--jwks", r#"{"keys":[]}"#][..],
            "not the keys themselves",
        ),
        (
            &["verify", token, "--jwks=-----BEGIN PUBLIC KEY-----"],
            "not the keys themselves",
        ),
        (
            &["verify", token, "--jwks", "id.example/jwks"],
            "which begins with https://",
        ),
        (
            &["verify", token, "--jwks", ""],
            "a value is required for '--jwks",
        ),
        (
            &["verify", token, "--jwks", "k", "--audience", ""],
            "a value is required for '--audience",
        ),
        (
            &["verify", token, "--jwks", "k", "--typ", ""],
            "a value is required for '--typ",
        ),
        (
            &[
                "verify",
                token,
                "--jwks",
                "k",
                "--typ",
                "JWT",
                "--issuer-profile",
                "okta",
            ],
            "cannot be used with",
        ),
        (
            &["verify", token, "--jwks", "k", "--issuer-profile", "Okta"],
            "'okta'",
        ),
        (&["decode", "Basic YTpi"], "credentials of the scheme Basic"),
        (&["decode", r#"{"error":"a","error":"b"}"#], "a refusal: a"),
        (
            &["decode", r#"{"access_token":"a","access_token":"b"}"#],
            "more than once",
        ),
    ] {
        let output = run(&[&["jwt"], arguments].concat());
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    }
    let (_folder, named) = file("token", token);
    let curl = format!("@{named}");
    for (arguments, expected) in [
        (&["decode", &named][..], "is a file, and not a token"),
        (&["decode", &curl], "is a file, and not a token"),
        (
            &["verify", token, "--jwks", "file:///tmp/jwks.json"],
            "--jwks /tmp/jwks.json",
        ),
        (
            &["verify", token, "--jwks", "k", "--leeway", "-5"],
            "a whole number of seconds, from 0 to 60",
        ),
        (
            &["verify", token, "--jwks", "k", "--alg", "hs256"],
            "HMAC is not supported",
        ),
    ] {
        let output = run(&[&["jwt"], arguments].concat());
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    }
    let output = run(&["explain", "302"]);
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("the HTTP status 302 is not an error"),
        "{stderr}"
    );
}

#[test]
fn e12_e13_f2_a8_jwt_verify_takes_tokens_of_other_types_and_names_what_is_wrong_with_them() {
    let (key, _) = SigningKey::generate(Algorithm::Es256, Some("1")).unwrap();
    let jwk = key.public_jwk().to_json();
    let (_folder, jwks) = file("jwks.json", &format!(r#"{{"keys":[{jwk}]}}"#));
    let now = m2m_host::clock::now().as_seconds();
    let signed = |typ: &str, more: &str| {
        let claims = format!(
            r#"{{"iss":"https://id.example","aud":"a","exp":{},{more}}}"#,
            now + 600
        );
        sign(Some(typ), claims.as_bytes(), &key).unwrap()
    };
    // A token of Entra, whose `scp` is a string, hears of its type first.
    let entra = signed("JWT", r#""scp":"User.Read","appid":"c""#);
    let rfc9068 = |more: &str| {
        let more = format!(r#""sub":"c","client_id":"c","jti":"1",{more}"#);
        signed("at+jwt", &more)
    };
    let fraction = rfc9068(&format!(r#""iat":{now}.999999,"nbf":{now}.999999"#));
    let milliseconds = rfc9068(&format!(r#""iat":{now}000"#));
    let scope = rfc9068(&format!(r#""iat":{now},"scope":["a"]"#));
    let encrypted = format!(
        "{}..AAAA.BBBB.CCCC",
        part(r#"{"alg":"dir","enc":"A256GCM"}"#)
    );
    let untyped = |more: &str| {
        let claims = format!(
            r#"{{"iss":"https://id.example","aud":"a","exp":{},"iat":{now},{more}}}"#,
            now + 600
        );
        sign(None, claims.as_bytes(), &key).unwrap()
    };
    let okta = untyped(r#""cid":"c","scp":["a"]"#);
    let plain = rfc9068(&format!(r#""iat":{now}"#));
    let odd = signed("a b", r#""sub":"c""#);
    let typ = ["--typ", "JWT"];
    let profile = ["--issuer-profile", "okta"];
    let slash = ["--issuer", "https://id.example/"];
    let other = ["--issuer", "https://other.example/"];
    let audience = ["--audience", "a/"];
    let exact = ["--leeway", "0"];
    for (token, more, code, expected) in [
        (&entra, &[][..], 1, "expected typ \"at+jwt\", got \"JWT\""),
        (&entra, &[], 1, "accept it with --typ JWT"),
        (&odd, &[], 1, "accept it with --typ 'a b'"),
        (&plain, &typ, 1, "accepted without the option --typ"),
        (&okta, &[], 1, "as in --issuer-profile okta"),
        (&okta, &typ, 1, "as in --issuer-profile okta"),
        (&okta, &profile, 0, "valid: signature, type"),
        (&entra, &profile, 1, "cid"),
        (&plain, &slash, 1, "--issuer https://id.example\n"),
        (&plain, &other, 1, "issuer-mismatch"),
        (&plain, &audience, 1, "--audience a\n"),
        (&entra, &typ, 0, "valid: signature, type"),
        (&fraction, &exact, 0, "valid: signature, type"),
        (&milliseconds, &exact, 1, "iat is"),
        (&milliseconds, &exact, 1, "probably in milliseconds"),
        (&scope, &[], 1, "scope is an array; expected a string"),
        (&encrypted, &[], 1, "token is encrypted (JWE)"),
    ] {
        let arguments = [&["jwt", "verify", token, "--jwks", &jwks], more].concat();
        let output = run(&arguments);
        let all = all(&output);
        assert_eq!(output.status.code(), Some(code), "{all}");
        assert!(all.contains(expected), "{all}");
        for untrue in ["Request a token from the issuer", "Send the"] {
            assert!(!all.contains(untrue), "{all}");
        }
    }
    let far = signed("JWT", r#""sub":"c""#);
    let piped_key = m2m(&["jwt", "verify", &far, "--typ", "jwt", "--jwks", "-"]);
    let output = piped(piped_key, &jwk);
    assert_eq!(output.status.code(), Some(0), "{}", all(&output));
}

#[test]
fn k30_k33_jwt_diff_shows_how_two_tokens_differ_and_what_matters() {
    let header = part(r#"{"alg":"ES256","typ":"at+jwt"}"#);
    let token = |claims: &str| format!("{header}.{}.AA", part(claims));
    let good = token(
        r#"{"iss":"i","aud":"https://orders.example/api","org_code":"org_acme","scope":"read:orders","jti":"1","exp":4000000000}"#,
    );
    let global = token(
        r#"{"iss":"i","aud":"https://reports.example","scope":"read:orders","jti":"2","exp":4000000001}"#,
    );
    let output = run(&["jwt", "diff", &global, &good]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let shown = all(&output);
    for expected in [
        "Differences that matter\n  aud: the token is for another API\n    refused   \"https://reports.example\"\n    accepted  \"https://orders.example/api\"\n",
        "  org_code: the application of the token is global: it belongs to no organization\n    refused   absent\n    accepted  \"org_acme\"\n",
        "Other differences\n  exp: each token has its own time\n",
        "error: 2 differences matter\n",
        "m2m explain audience-mismatch explains it, with its fixes",
        "m2m explain organization-missing explains it, with its fixes",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
    // The call needs no organization, and the token is for its API.
    let reports = ["--audience", "https://reports.example"];
    let output = run(&[
        &["jwt", "diff", &global, &good, "--output", "json"],
        &reports[..],
    ]
    .concat());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let effects: Vec<_> = document["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| {
            (
                own["name"].as_str().unwrap(),
                own["effect"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        effects,
        [
            ("org_code", "matters"),
            ("aud", "none"),
            ("exp", "none"),
            ("jti", "none")
        ]
    );
    let output = run(&["jwt", "diff", &good, &good]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(all(&output), "The tokens do not differ.\n");
    let output = run(&["jwt", "diff", "abc", &good]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        all(&output).contains("the refused token"),
        "{}",
        all(&output)
    );
}
