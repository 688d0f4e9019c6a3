//! A server that was switched to maintenance.

use m2m_authority::registry::SecretHash;
use m2m_jwt::UnixTime;
use m2m_store::{Action, Actor, AuditEvent, Backend as _, Change, Maintenance, Subject, Write};

use crate::connections::wait_for_count;
use crate::data::{Data, WORLD};
use crate::support::{SECRET, Serving, send_to};

/// Switches maintenance in a data directory that no server uses.
fn switch(data: &Data, maintenance: Maintenance) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let store = data.open();
    runtime.block_on(async {
        let mut change = Change::default();
        change.writes.push(Write::PutMaintenance(maintenance));
        change.events.push(AuditEvent {
            time: UnixTime::from_seconds(1_800_000_000),
            actor: Actor::command("a test"),
            action: Action::Updated,
            subject: Subject::Maintenance,
            name: "".into(),
            before: None,
            after: None,
        });
        let version = store.frame().await.unwrap().version;
        store.commit(version, change).await.unwrap();
    });
}

#[test]
fn g7_in_maintenance_callers_learn_when_to_retry_and_operators_get_in() {
    let hash = SecretHash::of(SECRET.as_bytes()).to_base64();
    let world = format!(
        r#"{WORLD}
[[api]]
name = "Management"
audience = "{{issuer}}/api"
scopes = ["update:maintenance"]

[[application]]
name = "Job"
client_id = "job"
secret_sha256 = "{hash}"
authorize = [{{ audience = "https://orders.example/api", scopes = ["read:orders"] }}]

[[application]]
name = "Operator"
client_id = "operator"
secret_sha256 = "{hash}"
authorize = [{{ audience = "{{issuer}}/api", scopes = ["update:maintenance"] }}]
"#
    );
    let data = Data::with(&world);
    switch(&data, Maintenance::On);
    let server = Serving::of_data(&data.path(), &["--ops-listen", "127.0.0.1:0"]);
    let ops = server.ops();
    for secret in [SECRET, "wrong"] {
        let answer = server.token("job", secret, "");
        answer.assert_refused(503, "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), Some("30"));
        assert_eq!(answer.header("www-authenticate"), None);
    }
    let log = server.wait_for_log("refused");
    assert!(log.contains(r#""cause":"maintenance""#), "{log}");
    let api = format!("&audience={}/api", server.issuer());
    server.token("operator", SECRET, &api).access_token();
    // Public documents stay available, and the server stays in rotation: callers have nowhere else to ask.
    assert_eq!(server.call("GET", "/.well-known/jwks.json", "").status, 200);
    let ready = send_to(
        ops,
        b"GET /readyz HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n",
    );
    assert_eq!(ready.status, 200);
    wait_for_count(ops, "m2m_maintenance", 1);
    server.stop();

    switch(&data, Maintenance::Off);
    let server = Serving::of_data(&data.path(), &[]);
    server.token("job", SECRET, "").access_token();
}
