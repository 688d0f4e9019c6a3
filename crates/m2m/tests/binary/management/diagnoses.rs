//! `m2m diagnose`: by trace id, and by what else is known of a request.

use m2m_api::operations::{GetDiagnosis, ListDiagnoses};
use serde_json::{Value, json};

use crate::fake::{Fake, Told, ok, refused};
use crate::management::samples::{diagnosis, with};
use crate::support::text;

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The number of looks at the newest requests, after which a server must have written a refusal.
const LOOKS: usize = 6;

const PAST: &str = "2020-01-01T00:00:00Z";

/// Returns the diagnosis that `GET /api/v1/diagnoses/{trace_id}` returns.
fn one(members: Value) -> Told {
    let diagnosis = with(diagnosis(), json!({ "trace_id": TRACE_ID }));
    ok::<GetDiagnosis>(&json!({ "diagnosis": with(diagnosis, members) }))
}

/// Returns a list of this many requests. The first has the trace id, and these members.
fn list(number: usize, members: &Value, next: Value) -> Told {
    let mut diagnoses = vec![diagnosis(); number];
    if let Some(first) = diagnoses.first_mut() {
        *first = with(diagnosis(), json!({ "trace_id": TRACE_ID }));
        *first = with(first.clone(), members.clone());
    }
    ok::<ListDiagnoses>(&json!({ "diagnoses": diagnoses, "next": next }))
}

fn not_found() -> Told {
    refused(404, "", "DIAGNOSIS_NOT_FOUND", "There is no such refusal")
}

#[test]
fn a_refusal_is_diagnosed() {
    let found = json!({
        "evidence": [{ "kind": "secret_differs", "text": "there is a line break\u{202e}" }],
        "fixes": [{ "kind": "deploy_secret", "text": "send it without", "command": "m2m secret rotate a" }],
    });
    // The newest requests do not have the one that is looked for.
    let lists = || std::iter::repeat_n(list(0, &Value::Null, Value::Null), LOOKS);
    let of_past = || lists().chain([one(found.clone())]);
    let fake = Fake::new(of_past().chain(of_past()));
    let shown = fake.good(&["diagnose", TRACE_ID]);
    for expected in [
        "secret-wrong\n",
        "client id   billing-job\n",
        "  - there is a line break\\u{202e}\n",
        "  - send it without\n    m2m secret rotate a\n",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let json = fake.good(&["diagnose", TRACE_ID, "--output", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["evidence"], found["evidence"]);
    let path = format!("GET /api/v1/diagnoses/{TRACE_ID}");
    let lines = fake.lines();
    assert_eq!(lines.len(), 2 * (LOOKS + 1));
    assert_eq!((&lines[LOOKS], &lines[2 * LOOKS + 1]), (&path, &path));
}

#[test]
fn an_unknown_trace_id_may_be_one_that_the_caller_chose() {
    let lists = std::iter::repeat_n(list(0, &Value::Null, Value::Null), LOOKS);
    let fake = Fake::new(lists.chain([not_found()]));
    let said = fake.bad(1, &["diagnose", TRACE_ID]);
    for expected in [
        "There is no such refusal",
        "stored for 30 days, and at most max_refusals of them (by default 100000)",
        &format!("m2m diagnose --request-id {TRACE_ID}"),
        "m2m events --refusals",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn a_refusal_that_is_not_written_yet_is_waited_for() {
    let pending = json!({ "pending": true });
    let fake = Fake::new([
        list(0, &Value::Null, Value::Null),
        list(1, &pending, Value::Null),
        one(pending.clone()),
        one(json!({})),
    ]);
    let shown = fake.good(&["diagnose", TRACE_ID]);
    assert!(shown.starts_with("secret-wrong\n"), "{shown}");
    // The server is not asked for the refusal before it has it, because that would be a refusal too.
    let newest = "GET /api/v1/diagnoses?page_size=100";
    let path = format!("GET /api/v1/diagnoses/{TRACE_ID}");
    assert_eq!(fake.lines(), [newest, newest, &path, &path]);

    let fake = Fake::new([
        list(0, &Value::Null, Value::Null),
        list(1, &pending, Value::Null),
        one(pending),
        one(json!({})),
    ]);
    fake.good(&["diagnose", "--request-id", "order/7"]);
    let search = "GET /api/v1/diagnoses?page_size=100&request_id=order%2F7";
    let path = format!("GET /api/v1/diagnoses/{TRACE_ID}");
    assert_eq!(fake.lines(), [search, search, &path, &path]);
}

#[test]
fn the_newest_request_that_matches_is_diagnosed_and_the_others_are_counted() {
    // Requests of the past are all stored, so that the command does not wait.
    let filters = ["--client-id", "billing-job", "--until", PAST];
    for (number, next, expected) in [
        (1, Value::Null, None),
        (2, Value::Null, Some("1 more request matches")),
        (4, Value::Null, Some("3 more requests match")),
        (100, json!(7), Some("more than 99 more requests match")),
    ] {
        let fake = Fake::new([list(number, &json!({}), next)]);
        let output = fake.run(&[&["diagnose", "--as", "manager"], &filters[..]].concat());
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        assert!(stdout.contains(TRACE_ID), "{stdout}");
        let expected = expected.map_or_else(String::new, |expected| {
            let filters = filters.join(" ");
            format!("{expected}: m2m events --refusals {filters}\n")
        });
        assert_eq!(stderr, expected);
        assert_eq!(
            fake.lines(),
            [
                "GET /api/v1/diagnoses?client_id=billing-job&page_size=100&until=2020-01-01T00%3A00%3A00Z"
            ]
        );
    }
    // The last request of all is one, whatever else there is.
    let of_command = json!({ "operation": "getDiagnosis" });
    let fake = Fake::new([list(3, &of_command, Value::Null)]);
    let output = fake.run(&["diagnose", "--last"]);
    assert_eq!(text(&output.stderr), "");
    let shown = text(&output.stdout);
    assert!(
        shown.contains("a/b") && !shown.contains(TRACE_ID),
        "{shown}"
    );
}

#[test]
fn a_search_without_a_result_says_what_was_searched_and_what_is_kept() {
    let search = |arguments: &[&str]| {
        let fake = Fake::new(std::iter::repeat_n(list(0, &Value::Null, Value::Null), 11));
        fake.bad(1, &[&["diagnose"], arguments].concat())
    };
    let said = search(&["--address", "192.0.2.7", "--until", PAST]);
    for expected in [
        "error: no refused request matches --address 192.0.2.7 --until 2020-01-01T00:00:00Z\n",
        "stored for 30 days, and at most max_refusals of them (by default 100000)",
        "1000 of each application",
        "m2m events --refusals",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let said = search(&["--cause", "secret-worng", "--until", PAST]);
    for expected in [
        "\"secret-worng\" is not a cause that this release knows",
        "did you mean `secret-wrong`?",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let said = search(&["--cause", "nosuch", "--until", PAST]);
    assert!(said.contains("use a cause such as secret-wrong"), "{said}");
    let said = search(&["--request-id", "order/7"]);
    assert!(said.contains("matches --request-id order/7\n"), "{said}");
    let said = search(&["--last"]);
    assert!(
        said.contains("error: there is no refused request\n"),
        "{said}"
    );
}

#[test]
fn the_guide_states_the_limits_of_the_store() {
    let limits = m2m_store::StoreLimits::default();
    let guide = include_str!("../../../../../docs/guide/production.md");
    let guide = guide.replace('\n', " ");
    let stored = format!(
        "for {} days: at most {} of each application, {} of callers that are not an application",
        limits.refusal_days, limits.refusals_of_a_client, limits.refusals_of_unknown
    );
    assert!(guide.contains(&stored), "{stored}");
}

#[test]
fn a_request_id_is_not_taken_for_a_trace_id() {
    let fake = Fake::new([]);
    for (wrong, expected) in [
        ("order/7", "use --request-id order/7"),
        (
            "4BF92F3577B34DA6A3CE929D0E0E4736",
            "32 lowercase hexadecimal digits",
        ),
        ("a b", "is not a trace id"),
    ] {
        let said = fake.bad(2, &["diagnose", wrong]);
        assert!(said.contains(expected), "{expected}: {said}");
    }
    for both in [
        &["--last"][..],
        &["--request-id", "order/7"],
        &["--client-id", "manager"],
    ] {
        fake.bad(2, &[&["diagnose", TRACE_ID], both].concat());
    }
    fake.bad(2, &["diagnose"]);
    fake.bad(2, &["diagnose", "--address", "10.0.0.0/8"]);
    assert_eq!(fake.lines(), [""; 0]);
}
