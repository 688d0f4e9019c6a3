//! A store that cannot be written to.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::managed::ManagementCalls as _;
use crate::managed::{Managed, OPERATOR, OPERATOR_SECRET, fresh};
use crate::support::m2m;

/// Starts a server whose files may not grow beyond this. A write beyond it fails, as on a full disk. Unit: blocks of 512 bytes.
fn bounded(blocks: u64) -> Managed {
    let data = fresh();
    let server = m2m(&["serve", "--listen", "127.0.0.1:0", "--data"]);
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &script]).arg(server.get_program());
    command.args(server.get_args()).arg(data.path());
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("M2M_OPS_LISTEN", "off");
    Managed::of_command(command, data)
}

#[test]
fn x13_a_change_that_cannot_be_written_is_not_acknowledged_and_tokens_are_issued_all_the_same() {
    let managed = bounded(3_000);
    let api = managed.api("https://a.example", &["read:a"]);
    let application = managed.application(&json!({ "client_id": "before" }));
    managed.authorize(&api, &application.id, &["read:a"]);
    managed.ask(&application, "").access_token();
    // Each application takes some room.
    let name = "n".repeat(200);
    let description = "d".repeat(1_000);
    let mut acknowledged = 0;
    let refused = loop {
        let body = json!({
            "name": name, "type": "m2m", "client_id": format!("job-{acknowledged}"),
            "properties": {}, "feature_flags": { "note": description },
        });
        let answer = managed.call("POST", "/api/v1/applications", &body);
        if answer.status != 201 {
            break answer;
        }
        acknowledged += 1;
        assert!(acknowledged < 10_000, "it has room without end");
    };
    println!("{acknowledged} changes found room");
    assert!(acknowledged > 3, "{acknowledged}");
    let message = refused.refusal((503, "STORE_UNAVAILABLE"));
    assert!(message.contains("nothing was changed"), "{message}");
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    assert_eq!(refused.member("trace_id").len(), 32);

    // The application does not exist, nor does any other that was not acknowledged; authorized applications get tokens.
    let missing = format!("/api/v1/applications/job-{acknowledged}");
    managed.refused(
        (404, "APPLICATION_NOT_FOUND"),
        "GET",
        &missing,
        &Value::Null,
    );
    for _ in 0..20 {
        managed.ask(&application, "").access_token();
    }
    let scope = super::assigned(&api, &application.id, "read:a");
    // A large change, for which the rest of the last page is not enough.
    let large: Vec<Value> = (0..200)
        .map(|number| json!({ "name": name, "client_id": format!("large-{number}"), "feature_flags": { "note": description } }))
        .collect();
    let answer = managed.call("POST", "/api/v1/apply", &json!({ "application": large }));
    answer.refusal((503, "STORE_UNAVAILABLE"));
    let revoked = managed.call("DELETE", &scope, &Value::Null);
    // A small change may still find room. Its answer has to be right.
    let granted = super::claims(&managed.ask(&application, "").access_token());
    assert_eq!(
        granted["scope"].as_str().unwrap_or_default().is_empty(),
        revoked.status == 200,
        "{revoked:?}"
    );

    // With room again all acknowledged changes are present, and no others.
    let Managed { server, data, .. } = managed;
    server.stop();
    let (snapshot, events) = data.look();
    let of_test = snapshot
        .applications
        .iter()
        .filter(|stored| stored.value.client_id.starts_with("job-"))
        .count();
    assert_eq!(of_test, acknowledged);
    assert!(
        !snapshot
            .applications
            .iter()
            .any(|stored| stored.value.client_id.starts_with("large-"))
    );
    let told = events
        .iter()
        .filter(|event| event.name.starts_with("job-") || event.name.starts_with("large-"))
        .count();
    assert_eq!(
        told, acknowledged,
        "each has its event, and nothing else has one"
    );
    let managed = Managed::over(data, &[]);
    managed.application(&json!({ "client_id": format!("job-{acknowledged}") }));
    managed
        .server
        .token(OPERATOR, OPERATOR_SECRET, "")
        .access_token();
}

#[test]
fn x13_a_store_that_another_process_writes_to_is_waited_for_and_then_reported() {
    let managed = Managed::start(&[]);
    let api = managed.api("https://a.example", &[]);
    let application = managed.application(&json!({}));
    managed.authorize(&api, &application.id, &[]);
    managed.ask(&application, "").access_token();
    // As a tool does that keeps the database locked.
    let other = Connection::open(managed.data.path().join("m2m.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = managed.call(
        "PATCH",
        &format!("/api/v1/apis/{api}"),
        &json!({ "name": "Renamed" }),
    );
    answer.refusal((503, "STORE_UNAVAILABLE"));
    managed.ask(&application, "").access_token();
    other.execute_batch("ROLLBACK").unwrap();
    let shown = managed.get(&format!("/api/v1/apis/{api}"));
    assert_eq!(shown["api"]["name"], "An API");
    managed.done(
        "PATCH",
        &format!("/api/v1/apis/{api}"),
        &json!({ "name": "Renamed" }),
    );
}
