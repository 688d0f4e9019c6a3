//! Secrets that are shown once: their destination, and the failures if it cannot be written to.

use std::os::unix::fs::PermissionsExt as _;

use m2m_api::operations::{ApplyRegistry, CreateApplication, RotateApplicationSecret};
use serde_json::{Value, json};

use crate::fake::{Fake, Told, ok, refused, told};
use crate::management::samples::new_secret;
use crate::support::{file, text};

fn rotated() -> Told {
    let secret = new_secret("s2", "n3w", json!("2026-11-21T00:00:00Z"));
    ok::<RotateApplicationSecret>(&secret)
}

fn made() -> Told {
    ok::<CreateApplication>(
        &json!({ "application": { "id": "1", "client_id": "made-id", "client_secret": "n3w" } }),
    )
}

/// Returns the commands for which a server generates a secret, each with its answer.
fn commands() -> [(&'static [&'static str], Told); 2] {
    [
        (&["secret", "rotate", "billing-job"], rotated()),
        (&["application", "create", "Billing job"], made()),
    ]
}

#[test]
fn f14_a_secret_goes_into_a_file_that_is_there_before_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("secrets.jsonl");
    let to = to.to_str().unwrap();
    for (command, answer) in commands() {
        let wrong = refused(403, "", "FORBIDDEN", "It may not");
        let fake = Fake::new([wrong, answer.clone(), answer.clone(), answer]);
        let command = [command, &["--secrets-to", to]].concat();
        fake.bad(1, &command);
        assert!(!std::fs::exists(to).unwrap());

        let shown = fake.good(&command);
        assert!(shown.contains(to) && !shown.contains("n3w"), "{shown}");
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(to).unwrap()).unwrap();
        assert_eq!(kept["client_secret"], "n3w");
        let mode = std::fs::metadata(to).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        // Nothing is changed if the file exists already.
        assert!(fake.bad(2, &command).contains("nothing was changed"));
        assert_eq!(fake.lines().len(), 2);
        std::fs::remove_file(to).unwrap();

        let json = fake.good(&[&command[..], &["--output", "json"]].concat());
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["client_secret"], Value::Null);
        assert_eq!(json["secrets_to"], to);
        std::fs::remove_file(to).unwrap();
    }
}

#[test]
fn a_hyphen_shows_the_secret_and_creates_no_file() {
    for (command, answer) in commands() {
        let fake = Fake::new([answer]);
        let shown = fake.good(&[command, &["--secrets-to", "-"]].concat());
        assert!(shown.contains("client_secret n3w"), "{shown}");
    }
    assert!(!std::fs::exists("-").unwrap());
}

#[test]
fn f14_a_secret_that_could_not_be_shown_is_reported_with_the_command_that_replaces_it() {
    let expected = [
        "m2m secret revoke billing-job s2",
        "m2m secret rotate made-id",
    ];
    for format in ["text", "json"] {
        for ((command, answer), expected) in commands().into_iter().zip(expected) {
            let fake = Fake::new([answer]);
            let mut command = fake.command(&[command, &["--output", format]].concat());
            let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
            let output = command.stdout(full.unwrap()).output().unwrap();
            let stderr = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{stderr}");
            assert!(stderr.contains("the change was made"), "{stderr}");
            assert!(stderr.contains("is in force"), "{stderr}");
            assert!(stderr.contains(expected), "{stderr}");
            assert!(!stderr.contains("n3w"), "{stderr}");
        }
    }
}

#[test]
fn f14_apply_reports_each_secret_that_could_not_be_shown() {
    let (_folder, path) = file("world.toml", "");
    let plan = json!({ "steps": [], "kept": [] });
    let credentials =
        ["a", "b"].map(|id| json!({ "application": id, "client_id": id, "client_secret": "n3w" }));
    let fake = Fake::new([ok::<ApplyRegistry>(
        &json!({ "plan": plan, "applied": true, "credentials": credentials }),
    )]);
    let mut command = fake.command(&["apply", "-f", &path]);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let output = command.stdout(full.unwrap()).output().unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    for id in ["a", "b"] {
        let command = format!("help: m2m secret rotate {id} --overlap 0");
        assert!(stderr.contains(&command), "{stderr}");
    }
}

#[test]
fn f14_without_a_reader_of_standard_output_no_secret_is_created() {
    for (command, answer) in commands() {
        let fake = Fake::new([answer]);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = fake.command(command).stdout(writer).output().unwrap();
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("nothing was changed"), "{stderr}");
        assert_eq!(fake.lines(), [""; 0]);
    }
}

#[test]
fn f14_no_file_is_left_where_no_secret_was_created() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("secrets.jsonl");
    for format in ["text", "json"] {
        let public = json!({ "application": { "id": "1", "client_id": "made-id" } });
        let fake = Fake::new([ok::<CreateApplication>(&public)]);
        let to = to.to_str().unwrap();
        let shown = fake.good(&[
            "application",
            "create",
            "A",
            "--secrets-to",
            to,
            "--output",
            format,
        ]);
        assert!(shown.contains("made-id"), "{shown}");
        assert!(!std::fs::exists(to).unwrap());
    }
}

#[test]
fn f14_an_answer_that_cannot_be_read_may_have_a_secret_and_shows_none() {
    for (command, body) in [
        (
            &["secret", "rotate", "billing-job"][..],
            r#"{"secret":"n3w"}"#,
        ),
        (
            &["application", "create", "Billing job"],
            r#"{"application":"n3w"}"#,
        ),
    ] {
        let said = Fake::new([told(200, "", body)]).bad(3, command);
        assert!(
            said.contains("its secret is valid, and was not shown"),
            "{said}"
        );
        assert!(said.contains("m2m secret list"), "{said}");
        assert!(!said.contains("n3w"), "{said}");
    }
    // What a client needs is the secret.
    let fake = Fake::new([told(201, "", r#"{"secret":{"client_secret":"n3w"}}"#)]);
    let shown = fake.good(&["secret", "rotate", "billing-job"]);
    assert!(shown.contains("n3w"), "{shown}");
}
