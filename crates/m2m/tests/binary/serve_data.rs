//! `m2m serve --data`: a registry that outlasts the process.

use crate::data::{Data, WORLD, mode};
use crate::support::{Serving, m2m, text};

/// Applies a registry file with one application, and returns the secret that `m2m apply` generated for it.
fn applied() -> (Data, String) {
    let data = Data::new();
    let file = data.file("secrets.jsonl");
    let output = data.apply(WORLD, &["--secrets-to", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let secrets = std::fs::read_to_string(file).unwrap();
    let of_job = secrets.lines().find(|line| line.contains("billing-job"));
    let line: serde_json::Value = serde_json::from_str(of_job.unwrap()).unwrap();
    (
        data,
        line.get("client_secret")
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned(),
    )
}

#[test]
fn an_applied_file_is_served_and_tokens_still_verify_after_a_restart() {
    let (data, secret) = applied();
    let issuer = ["--issuer", "http://127.0.0.1:8080"];
    let server = Serving::of_data(&data.path(), &issuer);
    assert!(server.ready.contains("3 applications"), "{}", server.ready);
    let token = server.token("billing-job", &secret, "").access_token();
    server.stop();

    let server = Serving::of_data(&data.path(), &issuer);
    let jwks = server.call("GET", "/.well-known/jwks.json", "").body;
    let jwks = data.write("jwks.json", jwks.as_bytes());
    let verified = m2m(&["jwt", "verify", &token, "--jwks", &jwks])
        .args(issuer)
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", text(&verified.stderr));
}

#[test]
fn f14_credentials_for_the_management_are_in_a_file_at_the_first_start_alone_and_work() {
    let data = Data::new();
    let server = Serving::of_data(&data.path(), &[]);
    let file = data.path().join("first-credentials");
    assert_eq!(mode(&file), 0o600);
    let script = format!("set -a; . '{}'; \"$0\" token", file.display());
    let token = std::process::Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_m2m")])
        .output()
        .unwrap();
    assert!(token.status.success(), "{}", text(&token.stderr));
    let content = std::fs::read_to_string(&file).unwrap();
    assert!(content.contains(&format!("M2M_ISSUER={}\n", server.issuer())));
    let secret = content
        .lines()
        .find_map(|line| line.strip_prefix("M2M_CLIENT_SECRET="));
    let (_, log) = server.stop();
    assert!(!log.contains(secret.unwrap()), "{log}");
    assert_eq!(log.matches("\"first_credentials\"").count(), 1, "{log}");
    assert!(log.contains(file.to_str().unwrap()), "{log}");
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect(line);
        assert!(
            line.get("event").is_some() && line.get("time").is_some(),
            "{line}"
        );
    }
    let (_, log) = Serving::of_data(&data.path(), &[]).stop();
    assert!(!log.contains("first-credentials"), "{log}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), content);
}

#[test]
fn a_server_that_has_ended_leaves_nothing_outside_the_database() {
    let (data, secret) = applied();
    let server = Serving::of_data(&data.path(), &[]);
    server.token("billing-job", &secret, "").access_token();
    let (status, _) = server.stop();
    assert!(status.success());
    let mut left: Vec<_> = std::fs::read_dir(data.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    // No `m2m.db-wal`: a copy of the database of a stopped server is complete.
    assert_eq!(
        left,
        [
            "first-credentials",
            "m2m.db",
            "m2m.id",
            "m2m.lock",
            "sealing.key"
        ]
    );
    assert_eq!(mode(&data.path().join("sealing.key")), 0o600);
}

#[test]
fn a_file_is_not_a_data_directory_and_the_help_names_other_options() {
    let data = Data::new();
    let file = data.write("world.toml", WORLD.as_bytes());
    let output = m2m(&["serve", "--data", &file, "--listen", "127.0.0.1:0"]).output();
    let output = output.unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("it is a file"), "{stderr}");
    assert!(stderr.contains("--world FILE"), "{stderr}");
}

#[test]
fn the_file_with_the_first_secret_may_be_gone_at_later_starts() {
    let data = Data::new();
    let secret = data.write("secret", b"testkit-secret-0123456789abcdef0123456789\n");
    let options = [
        "--bootstrap-client-id",
        "admin",
        "--bootstrap-client-secret-file",
        &secret,
    ];
    Serving::of_data(&data.path(), &options).stop();
    std::fs::remove_file(&secret).unwrap();
    let server = Serving::of_data(&data.path(), &options);
    server.wait_for_log("this is ignored, because the secret is used only at the first start");
    let audience = format!("&audience={}/api", server.issuer());
    let token = server.token(
        "admin",
        "testkit-secret-0123456789abcdef0123456789",
        &audience,
    );
    token.access_token();
    // A first start needs the file.
    let stderr = Data::new().bad(2, &[&["serve"], &options[..]].concat());
    assert!(stderr.contains("cannot read the secret in"), "{stderr}");
}

#[test]
fn new_credentials_of_a_stopped_server_name_no_issuer_and_say_so() {
    let data = Data::new();
    Serving::of_data(&data.path(), &[]).stop();
    data.good(&["application", "reset-management"]);
    let content = std::fs::read_to_string(data.path().join("first-credentials")).unwrap();
    assert!(!content.contains("\nM2M_ISSUER="), "{content}");
    assert!(
        content.contains("# Commands also need M2M_ISSUER"),
        "{content}"
    );
}
