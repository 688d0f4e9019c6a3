//! `--output json`: one document, whatever the command.

use serde_json::{Value, json};

use crate::fake::{Fake, ok};
use crate::support::{file, text};

#[test]
fn f18_json_is_one_document_of_each_command() {
    let (_folder, world) = file("world.toml", "");
    let answer = json!({
        "application": { "client_id": "a", "client_secret": "s3" }, "applications": [], "api": {}, "apis": [], "key": {}, "keys": [],
        "organization": {}, "organizations": [], "secret": { "id": "1", "client_secret": "s3" }, "secrets": [], "diagnosis": {},
        "plan": { "steps": [], "kept": [] }, "applied": true, "credentials": [], "granted": true, "warning": "w",
    });
    let commands: [&[&str]; 28] = [
        &["application", "list"],
        &["application", "show", "a"],
        &["application", "create", "A", "--authorize", "x=y"],
        &["application", "update", "a", "--name", "B"],
        &["application", "delete", "a", "--yes"],
        &[
            "application",
            "authorize",
            "a",
            "--audience",
            "x",
            "--scope",
            "y",
        ],
        &["application", "deauthorize", "a", "--audience", "x"],
        &["api", "list"],
        &["api", "show", "x"],
        &["api", "create", "X", "x"],
        &["api", "update", "x", "--name", "Y"],
        &["api", "delete", "x", "--yes"],
        &["api", "scope", "add", "x", "y"],
        &["api", "scope", "remove", "x", "y"],
        &["organization", "list"],
        &["organization", "show", "o"],
        &["organization", "create", "O"],
        &["organization", "suspend", "o"],
        &["organization", "resume", "o"],
        &["organization", "delete", "o", "--yes"],
        &["secret", "list", "a"],
        &["secret", "rotate", "a"],
        &["secret", "revoke", "a", "1"],
        &["key", "list"],
        &["key", "rotate", "--alg", "ES256"],
        &["diagnose", "00000000000000000000000000000000"],
        &["maintenance", "on"],
        &["apply", "-f", &world],
    ];
    for command in commands {
        let fake = Fake::new(vec![ok(&answer); 6]);
        let output = fake.run(&[command, &["--output", "json"]].concat());
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{command:?}: {stderr}");
        let document: Result<Value, _> = serde_json::from_str(&stdout);
        assert!(document.is_ok(), "{command:?}: {stdout}");
    }
}

#[test]
fn a_number_of_lines_that_is_not_one_is_told_the_limits() {
    let fake = Fake::new([]);
    for number in ["0", "99999999", "-1", "many"] {
        let said = fake.bad(2, &["events", &format!("--lines={number}")]);
        assert!(said.contains("write a number from 1 to 65535"), "{said}");
    }
}
