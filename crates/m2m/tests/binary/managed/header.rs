//! Where the token stands in a request for the management API, and what the log has of a refusal.

use serde_json::Value;

use crate::managed::{Managed, PROFILES, bearer, call};

#[test]
fn k17_r1_r2_r7_the_token_stands_in_one_header_and_nowhere_else() {
    for profile in PROFILES {
        let managed = Managed::start(&["--profile", profile]);
        let token = &managed.token;
        let ask = |path: &str, headers: &str| {
            call(managed.server.address, "GET", path, headers, &Value::Null)
        };
        for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
            let answer = ask(
                "/api/v1/apis",
                &format!("authorization: {scheme} {token}\r\n"),
            );
            assert_eq!(answer.status, 200, "{scheme}: {answer:?}");
        }
        // By the row K17, where the profile is Kinde's a header that is none is 401.
        for (path, headers) in [
            ("/api/v1/apis", "authorization: Bearer\r\n".to_owned()),
            (
                "/api/v1/apis",
                format!("authorization: Bearer {token} {token}\r\n"),
            ),
            ("/api/v1/apis", bearer(token) + &bearer(token)),
            (
                "/api/v1/apis",
                format!("authorization: Bearer \"{token}\"\r\n"),
            ),
        ] {
            let answer = ask(path, &headers);
            let status = if profile == "kinde" { 401 } else { 400 };
            assert_eq!(answer.status, status, "{profile}: {headers}: {answer:?}");
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(
                challenge.contains("error=\"invalid_request\""),
                "{challenge}"
            );
            assert!(!answer.body.contains(&**token));
        }
        // In the address, alone or beside the header, it opens nothing.
        let path = format!("/api/v1/apis?access_token={token}");
        for headers in [String::new(), bearer(token)] {
            let answer = ask(&path, &headers);
            assert!(matches!(answer.status, 400 | 401), "{answer:?}");
            assert!(answer.header("www-authenticate").is_some(), "{answer:?}");
        }
        let (_, log) = managed.server.stop();
        assert!(!log.contains(&managed.token));
    }
}

#[test]
fn g3_why_a_management_request_was_refused_is_found_under_its_trace_id() {
    let managed = Managed::start(&[]);
    let management = format!("{}/api", managed.server.issuer());
    let reader = managed.application(&serde_json::json!({}));
    managed.authorize(&management, &reader.id, &["read:apis"]);
    let token = super::management_token(&managed.server, &reader.client_id, &reader.secret);
    let refused = call(
        managed.server.address,
        "GET",
        "/api/v1/applications",
        &bearer(&token),
        &Value::Null,
    );
    assert_eq!(refused.status, 403, "{refused:?}");
    let trace_id = refused.member("trace_id");
    let line = managed.server.wait_for_log(&trace_id);
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&line["cause"], &line["client_id"]),
        (&"scope-insufficient".into(), &(*reader.client_id).into())
    );
    let path = format!("/api/v1/diagnoses/{trace_id}");
    let mut pauses = (0..2_000).map(|_| std::thread::sleep(std::time::Duration::from_millis(10)));
    let shown = loop {
        let answer = managed.call("GET", &path, &Value::Null);
        if answer.status == 200 {
            break answer.json();
        }
        assert_eq!(answer.status, 404, "{answer:?}");
        assert!(pauses.next().is_some(), "it is never written");
    };
    assert_eq!(shown["diagnosis"]["cause"], "scope-insufficient");
    assert_eq!(shown["diagnosis"]["client_id"], *reader.client_id);
    assert_eq!(shown["diagnosis"]["address"], "127.0.0.1");
    assert!(!shown["diagnosis"]["fixes"].as_array().unwrap().is_empty());
    let listed = managed.get(&format!(
        "/api/v1/diagnoses?client_id={}&cause=scope-insufficient",
        reader.client_id
    ));
    assert_eq!(listed["diagnoses"][0]["trace_id"], *trace_id);
    let none = managed.get(&format!(
        "/api/v1/diagnoses?client_id={}&cause=secret-wrong",
        reader.client_id
    ));
    assert_eq!(none["diagnoses"].as_array().unwrap().len(), 0);
}
