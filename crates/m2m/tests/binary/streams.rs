//! `-`, which is standard input in place of a file.

use std::io::Write as _;
use std::process::{Output, Stdio};

use m2m_api::operations::ListApplications;
use serde_json::json;

use crate::data::{Data, WORLD};
use crate::fake::{Fake, ok};
use crate::support::{SECRET, file, m2m, registry_file, text};

/// Runs a command with this text on standard input.
pub(crate) fn piped(mut command: std::process::Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses may have ended before it reads.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn a_file_is_applied_from_standard_input() {
    let data = Data::new();
    let path = data.path();
    let apply = || {
        let mut command = m2m(&["apply", "-f", "-", "--data"]);
        command.arg(&path).current_dir(data.folder.path());
        command
    };
    let output = piped(apply(), WORLD);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let output = piped(apply(), "[[api]]\nname = 1\n");
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("standard input:2:8"), "{stderr}");

    // A file with that name is given with its folder.
    std::fs::write(data.file("-"), WORLD).unwrap();
    let mut command = m2m(&["apply", "-f", "./-", "--data"]);
    let output = command.arg(&path).current_dir(data.folder.path()).output();
    let stdout = text(&output.unwrap().stdout);
    assert!(stdout.contains("nothing to do"), "{stdout}");
}

#[test]
fn standard_input_is_read_for_one_thing() {
    let fake = Fake::new([]);
    let command = fake.command(&["apply", "-f", "-", "--client-secret-file", "-"]);
    let output = piped(command, &registry_file());
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("standard input was already"), "{stderr}");
    for token in [&["-"][..], &[]] {
        let command = m2m(&[&["jwt", "verify", "--jwks", "-"], token].concat());
        let output = piped(command, "a.b.c");
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains("the token and the keys would both be read from standard input")
                && stderr.contains("--jwks - < jwks.json"),
            "{stderr}"
        );
    }
}

#[test]
fn a_secret_or_a_jwk_set_comes_from_standard_input() {
    let fake = Fake::new([ok::<ListApplications>(
        &json!({ "applications": [], "next_token": null }),
    )]);
    let mut command = fake.command(&["application", "list", "--client-secret-file", "-"]);
    command.env_remove("M2M_CLIENT_SECRET");
    let output = piped(command, SECRET);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let output = piped(m2m(&["jwt", "verify", "a.b.c", "--jwks", "-"]), "[]");
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.contains("standard input is not a JWK set"),
        "{stderr}"
    );
}

#[test]
fn settings_and_worlds_come_from_standard_input() {
    let output = piped(m2m(&["config", "check", "--world", "-"]), &registry_file());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let (_folder, path) = file("world.toml", &registry_file());
    let settings = format!("world = {path:?}\n");
    let output = piped(m2m(&["config", "check", "--config", "-"]), &settings);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(stdout.contains("standard input:1"), "{stdout}");
}
