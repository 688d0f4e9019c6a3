//! `m2m key` on a running server.

use m2m_api::operations::{ListKeys, RotateKey};
use serde_json::{Value, json};

use crate::fake::{Fake, ok};
use crate::management::samples::{key, with};
use crate::support::{run, text};

#[test]
fn keys_of_a_server_are_listed_and_rotated() {
    let one =
        ok::<ListKeys>(&json!({ "keys": [key("ES256", "active"), key("RS256", "retiring")] }));
    let next = with(
        key("ES256", "next"),
        json!({ "signs_from": "2026-11-20T01:00:00Z" }),
    );
    let rotated = json!({ "key": next, "warning": "fetch the keys again" });
    let fake = Fake::new([
        one.clone(),
        one,
        ok::<RotateKey>(&rotated),
        ok::<RotateKey>(&rotated),
    ]);
    let shown = fake.good(&["key", "list"]);
    assert!(shown.contains("UNTIL"), "{shown}");
    assert!(
        shown.contains("ES256-active    ES256      active"),
        "{shown}"
    );
    let rotation = fake.run(&["key", "rotate"]);
    let shown = text(&rotation.stdout);
    assert!(
        shown.contains("signs from   2026-11-20T01:00:00Z"),
        "{shown}"
    );
    assert_eq!(text(&rotation.stderr), "warning: fetch the keys again\n");
    assert_eq!(
        fake.json(2),
        json!({ "algorithm": "ES256", "emergency": false })
    );
    let emergency = ["key", "rotate", "--alg", "EdDSA", "--emergency"];
    assert!(fake.bad(2, &emergency).contains("help: add --yes"));
    let json = fake.good(&[&emergency[..], &["--yes", "--output", "json"]].concat());
    assert_eq!(
        serde_json::from_str::<Value>(&json).unwrap(),
        rotated["key"]
    );
    assert_eq!(
        fake.json(3),
        json!({ "algorithm": "EdDSA", "emergency": true })
    );

    let rotation = json!({ "origin": "generated", "next_rotation_at": "2027-02-18T00:00:00Z" });
    let removal = json!({ "retires_at": "2026-12-20T00:10:00Z" });
    let scheduled = json!([
        with(key("ES256", "active"), rotation.clone()),
        with(key("ES256", "next"), rotation),
        with(key("RS256", "retiring"), removal),
        key("EdDSA", "spare"),
    ]);
    let listed = ok::<ListKeys>(&json!({ "keys": scheduled }));
    let fake = Fake::new([listed.clone(), listed]);
    let shown = fake.good(&["key", "list"]);
    let until: Vec<&str> = shown
        .lines()
        .map(|line| line.split_ascii_whitespace().last().unwrap())
        .collect();
    let rotation = "2027-02-18T00:00:00Z";
    let expected = ["UNTIL", rotation, rotation, "2026-12-20T00:10:00Z", "-"];
    assert_eq!(until, expected, "{shown}");
    let json = fake.good(&["key", "list", "--output", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), scheduled);

    let two = ok::<ListKeys>(&json!({ "keys": [key("ES256", "active"), key("RS256", "active")] }));
    let said = Fake::new([two]).bad(2, &["key", "rotate"]);
    assert!(
        said.contains("ES256, RS256") && said.contains("--alg"),
        "{said}"
    );
}

#[test]
fn a_command_without_a_place_names_both_options() {
    for command in [&["key", "list"][..], &["export"]] {
        let output = run(command);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains("--issuer URL") && stderr.contains("--data DIR"),
            "{stderr}"
        );
    }
}
