//! The commands that do not serve.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{SECRET, Serving, file, m2m, run, text};

#[test]
fn explain_knows_codes_causes_and_statuses_in_every_dialect() {
    let explain = |arguments: &[&str]| {
        let output = run(&[&["explain"], arguments].concat());
        assert_eq!(output.status.code(), Some(0));
        text(&output.stdout)
    };
    assert!(explain(&["invalid_client"]).contains("secret-rotated-out"));
    assert!(explain(&["401"]).contains("401 Unauthorized"));
    assert!(explain(&["grant-type-unsupported"]).contains("400 unsupported_grant_type"));
    assert!(
        explain(&["--profile", "kinde", "grant-type-unsupported"]).contains("400 invalid_request")
    );
    let json: serde_json::Value =
        serde_json::from_str(&explain(&["--output", "json", "scope-not-assigned"])).unwrap();
    assert_eq!(json["answer"]["error"], "invalid_scope");
    assert!(!json["operator"]["fixes"].as_array().unwrap().is_empty());
}

#[test]
fn explain_shows_the_title_the_tasks_and_the_related_causes() {
    let shown = run(&["explain", "secret-wrong"]);
    let shown = text(&shown.stdout);
    for part in [
        "\n  Wrong client secret\n",
        "\nOn a server of m2m\n",
        "\n    m2m secret rotate CLIENT_ID --overlap 24h --issuer URL\n",
        "\n  - With a registry file (--world): To replace a secret, set secret_sha256",
        "\nRelated causes\n",
        "\n  secret-rotated-out  Old secret after a rotation\n",
    ] {
        assert!(shown.contains(part), "{part:?}: {shown}");
    }
    // A cause without tasks, and a code, which has no operator.
    for name in ["token-missing", "invalid_scope"] {
        let shown = run(&["explain", name]);
        assert!(
            !text(&shown.stdout).contains("On a server of m2m"),
            "{name}"
        );
    }
}

#[test]
fn explain_shows_no_response_for_a_cause_that_is_not_answered_and_its_advice_once() {
    let shown = text(&run(&["explain", "connection-refused"]).stdout);
    assert!(!shown.contains("Response to the caller"), "{shown}");
    assert_eq!(shown.matches("\nLikely causes").count(), 1, "{shown}");
    assert_eq!(shown.matches("\nFixes").count(), 1, "{shown}");
    let shown = text(&run(&["explain", "api-not-found"]).stdout);
    assert!(shown.contains("management API in errors[].code"), "{shown}");
}

#[test]
fn explain_names_the_nearest_word() {
    let output = run(&["explain", "invalid_clinet"]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("did you mean `invalid_client`"), "{stderr}");
    assert!(stderr.matches("` or `").count() <= 2, "{stderr}");
    assert_eq!(run(&["explain", "nothing like it"]).status.code(), Some(2));
}

#[test]
fn explain_reads_the_response_of_a_server() {
    let explain = |arguments: &[&str]| {
        let output = run(&[&["explain"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    assert!(explain(&["INVALID_CLIENT"]).contains("invalid_client (error code)"));
    let body = r#"{"error":"invalid_scope","error_description":"a\u202eb","trace_id":"t-1"}"#;
    let shown = explain(&[body]);
    assert!(shown.contains("invalid_scope (error code)"), "{shown}");
    assert!(
        shown.contains("a\\u{202e}b") && shown.contains("t-1"),
        "{shown}"
    );
    let challenge = "Bearer error=\"insufficient_scope\", scope=\"read:orders\"";
    assert!(explain(&[challenge]).contains("insufficient_scope (error code)"));
    let header = format!("WWW-Authenticate: {challenge}");
    assert!(explain(&[&header]).contains("insufficient_scope (error code)"));
    let foreign = explain(&["AADSTS7000222"]);
    assert!(foreign.contains("Microsoft Entra ID"), "{foreign}");
    assert!(
        foreign.contains("- The client secret has expired."),
        "{foreign}"
    );
    let unreachable = explain(&["curl: (6) Could not resolve host: as.exmaple"]);
    assert!(unreachable.contains("What curl said"), "{unreachable}");

    let server = Serving::start(&[]);
    let refusal = server.token("plain-id", "wrong", "");
    let answer = format!(
        "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: {}\r\n\r\n{}",
        refusal.header("www-authenticate").unwrap(),
        refusal.body
    );
    let mut child = m2m(&["explain", "--output", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    write!(child.stdin.take().unwrap(), "{answer}").unwrap();
    let json: serde_json::Value =
        serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(json["received"]["status"], 401);
    assert_eq!(json["received"]["trace_id"], refusal.member("trace_id"));
    assert_eq!(json["explanations"][0]["name"], "invalid_client");
    assert_eq!(json["explanations"].as_array().map(Vec::len), Some(1));
}

#[test]
fn f9_explain_says_where_a_challenge_leaves_the_grammar() {
    let value =
        r#"Bearer scope="" error="invalid_token" error_description="the token has expired""#;
    let output = run(&["explain", value]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let words: Vec<&str> = shown.split_whitespace().collect();
    let words = words.join(" ");
    assert!(
        words.contains("a comma is missing before byte 16"),
        "{shown}"
    );
    assert!(words.contains("invalid_token (error code)"), "{shown}");
}

#[test]
fn explain_refuses_what_is_too_long_or_no_error() {
    let long = "x".repeat(64 * 1024 + 1);
    for input in [long.as_str(), "{}", r#"{"error":"their_own"}"#, ""] {
        let output = run(&["explain", input]);
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stderr.len() < 1000);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn unwritable_output_fails_the_command() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = m2m(&["explain", "401"])
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("cannot write to standard output"));
}

#[test]
fn a_reader_that_went_away_is_not_an_error() {
    let mut child = m2m(&["explain"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    write!(child.stdin.take().unwrap(), "401").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn jwt_decode_reads_an_argument_or_standard_input_and_shows_times() {
    let server = Serving::start(&[]);
    let token = server.token("plain-id", SECRET, "").access_token();
    let output = run(&["jwt", "decode", &token]);
    assert_eq!(output.status.code(), Some(0));
    let stdout = text(&output.stdout);
    assert!(stdout.contains("client_id    \"plain-id\""), "{stdout}");
    assert!(
        stdout
            .lines()
            .any(|line| line.trim_start().starts_with("exp ") && line.contains("Z, in ")),
        "{stdout}"
    );

    let mut child = m2m(&["jwt", "decode", "--output", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{token}").unwrap();
    let json: serde_json::Value =
        serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(json["header"]["typ"], "at+jwt");
    assert_eq!(json["claims"]["client_id"], "plain-id");
    assert!(json["times"]["exp"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn jwt_decode_reports_why_it_cannot() {
    let output = run(&["jwt", "decode", "not.a-token"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("token-malformed"));
}

#[test]
fn jwt_verify_exits_0_for_a_good_token_and_1_with_the_cause_for_any_other() {
    let server = Serving::start(&[]);
    let token = server.token("plain-id", SECRET, "").access_token();
    let url = format!("{}/.well-known/jwks.json", server.issuer());
    let (_folder, path) = file(
        "jwks.json",
        &server.call("GET", "/.well-known/jwks.json", "").body,
    );
    let issuer = server.issuer();
    let check = |arguments: &[&str], code: i32, expected: &str| {
        let output = run(&[&["jwt", "verify"], arguments].concat());
        let all = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{all}");
        assert!(all.contains(expected), "{all}");
    };
    check(&[&token, "--jwks", &url], 0, "The audience was not checked");
    let bearer = format!("Bearer {token}");
    check(&[&bearer, "--jwks", &path], 0, "The issuer was not checked");
    let all = [
        "--audience",
        "https://orders.example/api",
        "--issuer",
        &issuer,
        "--alg",
        "ES256",
    ];
    check(
        &[&[token.as_str(), "--jwks", path.as_str()], &all[..]].concat(),
        0,
        "valid: signature",
    );
    check(
        &[&token, "--jwks", &path, "--output", "json"],
        0,
        "\"verified\": true",
    );
    check(
        &[
            &token,
            "--jwks",
            &path,
            "--audience",
            "https://orders.example/api/",
        ],
        1,
        "expected aud \"https://orders.example/api/\", got \"https://orders.example/api\", which differs only by a slash",
    );
    check(
        &[
            &token,
            "--jwks",
            &path,
            "--issuer",
            "https://id.example",
            "--output",
            "json",
        ],
        1,
        "\"https://id.example\"",
    );
    check(
        &[&token, "--jwks", &path, "--alg", "es256"],
        2,
        "did you mean ES256?",
    );
    check(
        &[&token, "--jwks", &path, "--alg", "eddsa"],
        2,
        "did you mean EdDSA?",
    );
    check(&["", "--jwks", &path], 2, "m2m jwt verify \"$TOKEN\"");
    let metadata = format!("{issuer}/.well-known/openid-configuration");
    check(&[&token, "--jwks", &metadata], 2, &format!("--jwks {url}"));
    check(
        &[
            &token,
            "--jwks",
            &path,
            "--audience",
            "https://orders.example",
        ],
        1,
        "audience-mismatch",
    );
    check(
        &[&token, "--jwks", &path, "--issuer", "https://id.example"],
        1,
        "issuer-mismatch",
    );
    check(
        &[&token, "--jwks", &path, "--alg", "RS256"],
        1,
        "token-algorithm-wrong",
    );
    check(
        &[&token, "--jwks", &path, "--alg", "none"],
        2,
        "expected one of ES256",
    );
    let (body, signature) = token.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{body}.{other}{}", &signature[1..]);
    check(&[&forged, "--jwks", &path], 1, "token-signature-wrong");
    check(
        &[&forged, "--jwks", &path, "--output", "json"],
        1,
        "\"verified\": false",
    );
}

#[test]
fn jwt_verify_reports_in_json_what_was_expected_and_what_was_not_checked() {
    let server = Serving::start(&[]);
    let answer = server.token("plain-id", SECRET, "");
    let url = format!("{}/.well-known/jwks.json", server.issuer());
    let verify = |arguments: &[&str]| -> serde_json::Value {
        let mut child = m2m(&[
            &["jwt", "verify", "--jwks", &url, "--output", "json"],
            arguments,
        ]
        .concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
        write!(child.stdin.take().unwrap(), "{}", answer.body).unwrap();
        serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap()
    };
    let good = verify(&[]);
    assert_eq!(
        good["not_checked"],
        serde_json::json!(["issuer", "audience"])
    );
    let other = verify(&["--issuer", "https://id.example"]);
    assert_eq!(other["not_checked"], serde_json::json!(["audience"]));
    assert_eq!(other["expected"], serde_json::json!(["https://id.example"]));
    assert_eq!(other["got"], serde_json::json!([server.issuer()]));
}

#[test]
fn jwt_verify_distinguishes_an_unreachable_server_from_a_missing_document() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let code = |jwks: &str| {
        let output = run(&["jwt", "verify", "a.b.c", "--jwks", jwks]);
        (output.status.code(), text(&output.stderr))
    };
    assert_eq!(code(&format!("http://{free}/jwks.json")).0, Some(3));
    let (exit, stderr) = code("http://id.example/jwks.json");
    assert_eq!(exit, Some(2));
    assert!(stderr.contains("--allow-plain-http"), "{stderr}");
    assert_eq!(code("no-such-file.json").0, Some(2));
}

#[test]
fn help_shows_examples_and_wrong_usage_exits_2() {
    for arguments in [
        &["help"][..],
        &["demo", "--help"],
        &["serve", "--help"],
        &["jwt", "verify", "--help"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(text(&output.stdout).contains("Examples:"));
    }
    assert_eq!(run(&["sevre"]).status.code(), Some(2));
    assert_eq!(run(&["serve"]).status.code(), Some(2));
}
