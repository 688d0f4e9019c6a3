//! Scripts, and the reports of mistakes in them.

use m2m_mock::Script;

use crate::support::World;

/// Asserts the mistake in a script, the text at its place, and the fix.
#[track_caller]
fn check(source: &str, what: &str, at: &str, help: Option<&str>) {
    let mistake = Script::parse(source).unwrap_err();
    let place = source.get(mistake.span.clone()).unwrap();
    let found = (&*mistake.what, place, mistake.help.as_deref());
    assert_eq!(found, (what, at, help), "{source}");
}

#[test]
fn a_mistake_is_reported_with_its_place_and_its_fix() {
    check(
        "[tokn]\nlifetime = 1",
        "unknown field `tokn`",
        "tokn",
        Some("did you mean `token`?"),
    );
    check(
        "[[forced_answer]]\nstauts = 503",
        "unknown field `stauts`",
        "stauts",
        Some("did you mean `status`?"),
    );
    check(
        "[token]\nlifetime = '1h'",
        "expected a whole number, found string",
        "'1h'",
        None,
    );
    check(
        "[[forced_answer]]\nbroken = 'htlm'",
        "unknown variant \"htlm\"",
        "'htlm'",
        Some("did you mean `html`?"),
    );
    check(
        "signing_alg = 'es256'",
        "unknown algorithm \"es256\"",
        "'es256'",
        Some("did you mean `ES256`?"),
    );
    check(
        "[[client]]\nclient_secret = 'x'",
        "missing field `client_id`",
        "[[client]]",
        None,
    );
    check(
        "clock = { time = 253402207201 }",
        "the time 253402207201 is beyond the calendar",
        "{ time = 253402207201 }",
        Some("the latest one is 253402207200"),
    );
}

#[test]
fn an_issuer_whose_requests_would_not_reach_the_endpoints_is_refused() {
    for path in ["/mock", "/mock/", "/mock/tenant"] {
        check(
            &format!("issuer = 'http://127.0.0.1:8090{path}'"),
            "the path /mock is that of the control endpoints",
            &format!("'http://127.0.0.1:8090{path}'"),
            Some("choose another path for the issuer"),
        );
    }
    for path in ["/a/../b", "/..", "/./a", "/%2e%2E/a", "/a/.%2e"] {
        check(
            &format!("issuer = 'http://mock.test{path}'"),
            "the path of an issuer has no segments . and ..",
            &format!("'http://mock.test{path}'"),
            Some("write the path without them"),
        );
    }
    for path in ["/mockery", "/a/mock", "/a..b/...", "/.well-known"] {
        Script::parse(&format!("issuer = 'http://mock.test{path}'")).unwrap();
    }
}

#[test]
fn forced_answers_beyond_the_maximum_of_bytes_are_refused_at_their_table() {
    let large = format!(
        "[[forced_answer]]\ntoken = {{ without = [{}] }}\n",
        "'',".repeat(60_000)
    );
    let source = large.repeat(5);
    let mistake = Script::parse(&source).unwrap_err();
    assert_eq!(
        &*mistake.what,
        "the forced answers take more than 4194304 bytes"
    );
    assert_eq!(
        mistake.help.as_deref(),
        Some("shorten their claims and texts")
    );
    assert_eq!(mistake.span.start / large.len(), 4);
}

#[test]
fn fields_that_contradict_each_other_are_reported_at_their_table() {
    let source = "[[forced_answer]]\nerror = 'invalid_client'\n\n[[forced_answer]]\nbroken = 'html'\nerror = 'x'\n";
    let mistake = Script::parse(source).unwrap_err();
    assert_eq!(&*mistake.what, "error and broken exclude each other");
    assert_eq!(mistake.help.as_deref(), Some("write two forced answers"));
    let before = source.get(..mistake.span.start).unwrap();
    assert_eq!(before.matches('\n').count(), 3, "{:?}", mistake.span);
}

#[test]
fn a_script_that_is_not_toml_is_reported_at_the_line() {
    let source = "[token]\nlifetime 60\n";
    let mistake = Script::parse(source).unwrap_err();
    assert!(mistake.span.start >= 8, "{mistake:?}");
}

#[test]
fn more_forced_answers_than_the_mock_keeps_are_refused() {
    let source = "[[forced_answer]]\nstatus = 503\n".repeat(1001);
    let mistake = Script::parse(&source).unwrap_err();
    assert_eq!(&*mistake.what, "more than 1000 forced answers");
}

#[test]
fn a_secret_is_not_shown() {
    let script = Script::parse("[[client]]\nclient_id = 'a'\nclient_secret = 'hunter2'").unwrap();
    assert!(!format!("{script:?}").contains("hunter2"));
}

#[test]
fn a_script_sets_the_issuer_with_a_path() {
    let mut world = World::of("issuer = 'http://mock.test:8090/tenant'");
    let metadata = world.get("/tenant/.well-known/openid-configuration").json;
    assert_eq!(metadata["issuer"], "http://mock.test:8090/tenant");
    let url = &metadata["token_endpoint"];
    assert_eq!(url, "http://mock.test:8090/tenant/oauth2/token");
}
