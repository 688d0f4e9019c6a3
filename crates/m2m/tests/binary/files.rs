//! The effect of a mistaken or hostile file on the command that reads it.

use std::path::Path;

use crate::support::{SECRET, Serving, file, run, text};

/// Returns the failure of `m2m serve` with this registry file, which it refuses.
#[track_caller]
fn refusal(world: &str) -> String {
    let (_folder, path) = file("world.toml", world);
    let output = run(&["serve", "--world", &path, "--listen", "127.0.0.1:0"]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    stderr
}

#[test]
fn x9_a_mistake_in_a_line_with_a_secret_does_not_show_it() {
    let application = |line: &str| format!("[[application]]\nname = \"A\"\n{line}\n");
    for world in [
        application("client_secret = \"hunter2\""),
        application("client_secret = \"hunter2"),
        application("client_secret = hunter2"),
        application("client_secret: hunter2"),
        application("\"client_secret\" = 'hunter2'"),
        application("secret_sha256 = \"hunter2\""),
        application("secret_sha256 = [\"hunter2\"]"),
        application("secret_sha256 = \"\"\"\nhunter2\\q\"\"\""),
        application("enabled = 1 # the secret is hunter2"),
        "application = [{ name = \"A\", secret_sha256 = \"hunter2\", audince = 1 }]".to_owned(),
    ] {
        let stderr = refusal(&world);
        assert!(stderr.contains("--> "), "{stderr}");
        assert!(!stderr.contains("hunter2"), "{world}\n{stderr}");
    }
}

#[test]
fn a_mistake_in_a_long_line_is_shown_in_a_short_one() {
    for world in [
        "a".repeat(300_000),
        format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("[[api]]\nname = {}5", " ".repeat(300_000)),
    ] {
        let stderr = refusal(&world);
        let longest = stderr.lines().map(|line| line.chars().count()).max();
        assert!(longest.unwrap() < 300, "{stderr}");
        assert!(stderr.contains('^'), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_without_an_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for path in [Path::new("/dev/zero"), folder.path()] {
        let path = path.to_str().unwrap();
        for arguments in [
            ["serve", "--world", path].as_slice(),
            &["jwt", "verify", "a.b.c", "--jwks", path],
        ] {
            let output = run(arguments);
            let stderr = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{stderr}");
            assert!(stderr.contains("it is not a regular file"), "{stderr}");
        }
    }
}

#[test]
fn a_process_substitution_is_read_like_a_file() {
    let script = format!(
        "'{}' jwt verify a.b.c --jwks <(echo '{{}}')",
        env!("CARGO_BIN_EXE_m2m")
    );
    let output = std::process::Command::new("bash")
        .args(["-c", &script])
        .output()
        .unwrap();
    let stderr = text(&output.stderr);
    assert!(stderr.contains("is not a JWK set"), "{stderr}");
}

#[test]
fn a_file_that_is_too_long_is_refused() {
    let (_folder, path) = file("long", &"#".repeat(17 * 1024 * 1024));
    for arguments in [
        ["serve", "--world", &path].as_slice(),
        &["jwt", "verify", "a.b.c", "--jwks", &path],
    ] {
        let output = run(arguments);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("it is longer than"), "{stderr}");
    }
}

#[test]
fn jwt_verify_names_the_keys_that_cannot_be_used() {
    let server = Serving::start(&[]);
    let token = server.token("plain-id", SECRET, "").access_token();
    let body = server.call("GET", "/.well-known/jwks.json", "").body;
    let mut set: serde_json::Value = serde_json::from_str(&body).unwrap();
    let keys = set["keys"].as_array_mut().unwrap();
    let es256 = keys.iter_mut().find(|key| key["alg"] == "ES256").unwrap();
    es256["use"] = "enc".into();
    let key_id = es256["kid"].as_str().unwrap().to_owned();
    let (_folder, path) = file("jwks.json", &set.to_string());
    let verify = |more: &[&str]| {
        let output = run(&[&["jwt", "verify", &token, "--jwks", &path], more].concat());
        assert_eq!(output.status.code(), Some(1));
        output
    };
    let stderr = text(&verify(&[]).stderr);
    let expected = format!(
        "{key_id:?}, cannot be used: the key's members `use` and `key_ops` must allow signatures"
    );
    assert!(stderr.contains(&expected), "{stderr}");
    let json = text(&verify(&["--output", "json"]).stdout);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["unusable_keys"][0]["kid"], *key_id);
}

#[test]
fn f3_x28_jwt_verify_uses_the_good_keys_of_a_set_and_names_the_others() {
    let server = Serving::start(&[]);
    let token = server.token("plain-id", SECRET, "").access_token();
    let body = server.call("GET", "/.well-known/jwks.json", "").body;
    let bad = r#"null,{"kty":"RSA","kid":"twice","kid":"twice"},{"kid":"number","a":01}"#;
    let (_folder, path) = file("jwks.json", &body.replacen('[', &format!("[{bad},"), 1));
    let output = run(&["jwt", "verify", &token, "--jwks", &path]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let (_folder, path) = file("jwks.json", &format!(r#"{{"keys":[{bad}]}}"#));
    let output = run(&["jwt", "verify", &token, "--jwks", &path]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(&output.stderr);
    for place in [
        "key 1 of the set cannot be used",
        r#"key 2 of the set, "twice", cannot be used"#,
        r#"key 3 of the set, "number", cannot be used"#,
    ] {
        assert!(stderr.contains(place), "{stderr}");
    }
    let (_folder, path) = file("jwks.json", "{}");
    let stderr = text(&run(&["jwt", "verify", &token, "--jwks", &path]).stderr);
    assert!(
        stderr.contains("the JWK set has no member `keys`"),
        "{stderr}"
    );
}
