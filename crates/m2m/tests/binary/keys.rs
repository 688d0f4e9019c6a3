//! `m2m key`: signing keys in a data directory.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use m2m_jwt::{Algorithm, SigningKey};

use crate::data::{Data, WORLD, mode};
use crate::support::{m2m, text};

/// The key of RFC 8037, appendix A.1.
pub(crate) const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"rfc8037",
    "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

/// Returns a data directory with one imported key.
fn with_key() -> Data {
    let data = Data::new();
    let key = data.write("key.jwk", ED25519.as_bytes());
    let said = data.good(&["key", "import", &key]);
    assert_eq!(said, "EdDSA key rfc8037 is active\n");
    data
}

#[test]
fn x9_a_key_is_imported_sealed_and_listed_without_anything_private() {
    let data = with_key();
    assert_eq!(mode(&data.path().join("sealing.key")), 0o600);
    let listed = data.good(&["key", "list", "--output", "json"]);
    let document: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(document[0]["kid"], "rfc8037");
    assert_eq!(document[0]["state"], "active");
    assert_eq!(document[0]["public_jwk"]["crv"], "Ed25519");
    assert!(!listed.contains("\"d\"") && !listed.contains("nWGxne"));
    let text = data.good(&["key", "list"]);
    assert!(text.starts_with("KID      ALGORITHM  STATE"), "{text}");
    // The seed of the key is not stored in the clear anywhere.
    let seed = m2m_jwt::base64url::decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    for file in ["m2m.db", "sealing.key"] {
        let bytes = std::fs::read(data.path().join(file)).unwrap();
        assert!(!bytes.windows(seed.len()).any(|window| window == &*seed));
    }
    let (_, audit) = data.look();
    assert_eq!(
        (&*audit[0].actor.name, &*audit[0].name),
        ("m2m key import", "rfc8037")
    );
}

#[test]
fn keys_come_in_every_form_and_state() {
    let data = with_key();
    let (_, document) = SigningKey::generate(Algorithm::Es256, None).unwrap();
    let der = data.write("key.der", document.secret_der());
    let said = data.good(&["key", "import", &der, "--kid", "a", "--state", "retiring"]);
    assert_eq!(said, "ES256 key a is retiring\n");
    let (_, document) = SigningKey::generate(Algorithm::Rs256, None).unwrap();
    let rsa = data.write("rsa.der", document.secret_der());
    let stderr = data.bad(2, &["key", "import", &rsa]);
    assert!(stderr.contains("choose one: --alg RS256"), "{stderr}");
    assert_eq!(
        data.good(&["key", "import", &rsa, "--alg", "PS256", "--kid", "b"]),
        "PS256 key b is active\n"
    );
    let stderr = data.bad(1, &["key", "import", &der, "--kid", "b"]);
    assert!(stderr.contains("--kid KID"), "{stderr}");
    let garbage = data.write("garbage", b"-----BEGIN EC PRIVATE KEY-----\n");
    let stderr = data.bad(2, &["key", "import", &garbage]);
    assert!(stderr.contains("openssl pkcs8 -topk8"), "{stderr}");
    assert_eq!(data.json(&["key", "list"]).as_array().unwrap().len(), 3);
}

#[test]
fn the_sealing_key_comes_from_the_environment_or_a_file() {
    let data = Data::new();
    let key = data.write("key.jwk", ED25519.as_bytes());
    let sealing = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let path = data.path();
    let import = ["key", "import", &key, "--data", path.to_str().unwrap()];
    let output = m2m(&import)
        .env("M2M_SEALING_KEY", sealing)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!path.join("sealing.key").exists());
    // The same sealing key from a file, and no sealing key.
    let file = data.write("sealing", sealing.as_bytes());
    data.good(&["key", "import", &key, "--sealing-key-file", &file]);
    let stderr = data.bad(2, &["key", "import", &key]);
    assert!(stderr.contains("cannot read the sealing key"), "{stderr}");
    assert!(!path.join("sealing.key").exists());
}

#[test]
fn x9_a_sealing_key_that_is_wrong_or_open_to_others_is_refused_and_not_shown() {
    let data = with_key();
    let key = data.write("key.jwk", ED25519.as_bytes());
    let import = ["key", "import", &key, "--sealing-key-file"];
    let check = |content: &str, permissions: u32, code: i32, expected: &str| {
        let file = data.write("sealing", content.as_bytes());
        std::fs::set_permissions(&file, Permissions::from_mode(permissions)).unwrap();
        let stderr = data.bad(code, &[&import[..], &[&file]].concat());
        assert!(stderr.contains(expected), "{stderr}");
        assert!(!stderr.contains(content), "{stderr}");
    };
    let other = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    check(other, 0o600, 1, "sealed with another sealing key");
    check(other, 0o640, 2, "chmod 600");
    check("hunter2hunter2", 0o600, 2, "provide the sealing key");
    let path = data.path();
    let list = ["key", "import", &key, "--data", path.to_str().unwrap()];
    let output = m2m(&list)
        .env("M2M_SEALING_KEY", "hunter2")
        .output()
        .unwrap();
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("no sealing key in M2M_SEALING_KEY"),
        "{stderr}"
    );
    assert!(!stderr.contains("hunter2"), "{stderr}");
}

#[test]
fn f21_no_help_suggests_another_sealing_key_if_keys_are_sealed() {
    let data = with_key();
    let own = data.path().join("sealing.key");
    let key = data.write("key.jwk", ED25519.as_bytes());
    for content in [
        "",
        "\n",
        "AAEC",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "\u{0}",
    ] {
        std::fs::write(&own, content).unwrap();
        let stderr = data.bad(2, &["key", "import", &key]);
        assert!(stderr.contains("provide the sealing key that"), "{stderr}");
        assert!(stderr.contains("if it is lost"), "{stderr}");
        assert!(!stderr.contains("openssl"), "{stderr}");
    }
    std::fs::remove_file(&own).unwrap();
    let stderr = data.bad(2, &["key", "import", &key]);
    assert!(stderr.contains("put the file back"), "{stderr}");
    assert!(stderr.contains("if it is lost"), "{stderr}");
    // If nothing is sealed, any key is accepted.
    let new = data.write("sealing", b"hunter2");
    let import = ["key", "import", &key, "--sealing-key-file", &new];
    let stderr = Data::new().bad(2, &import);
    assert!(stderr.contains("openssl rand -base64 32"), "{stderr}");
}

#[test]
fn all_keys_are_sealed_anew() {
    let data = with_key();
    let own = data.path().join("sealing.key");
    let first = std::fs::read(&own).unwrap();
    data.good(&["key", "reseal"]);
    let second = std::fs::read(&own).unwrap();
    assert_ne!(first, second);
    let (_, document) = SigningKey::generate(Algorithm::Es256, None).unwrap();
    let der = data.write("key.der", document.secret_der());
    data.good(&["key", "import", &der]);

    let file = data.file("elsewhere");
    let said = data.good(&["key", "reseal", "--to", file.to_str().unwrap()]);
    assert!(
        said.contains("2 private keys") && said.contains("delete it"),
        "{said}"
    );
    assert_eq!(mode(&file), 0o600);
    let stderr = data.bad(1, &["key", "reseal"]);
    assert!(stderr.contains("another sealing key"), "{stderr}");
    data.good(&[
        "key",
        "import",
        &der,
        "--sealing-key-file",
        file.to_str().unwrap(),
    ]);
}

#[test]
fn a_reseal_that_was_interrupted_is_ended_by_the_next_command() {
    let data = with_key();
    let own = data.path().join("sealing.key");
    let next = data.path().join("sealing.key.next");
    let first = std::fs::read(&own).unwrap();
    data.good(&["key", "reseal"]);
    // As if the process had ended before the new key took its place …
    std::fs::rename(&own, &next).unwrap();
    data.write("data/sealing.key", &first);
    let key = data.write("key.jwk", ED25519.as_bytes());
    data.good(&["key", "import", &key]);
    assert!(!next.exists());
    // … and before anything was sealed with it.
    data.write(
        "data/sealing.key.next",
        b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
    );
    data.good(&["key", "import", &key]);
    data.write("data/sealing.key.next", b"half");
    data.good(&["key", "import", &key]);
    data.good(&["key", "reseal"]);
    data.good(&["key", "import", &key]);
}

#[test]
fn a_missing_sealing_key_is_not_created_again() {
    let data = with_key();
    std::fs::remove_file(data.path().join("sealing.key")).unwrap();
    let key = data.write("key.jwk", ED25519.as_bytes());
    let stderr = data.bad(2, &["key", "import", &key]);
    assert!(stderr.contains("put the file back"), "{stderr}");
    assert!(!data.path().join("sealing.key").exists());
    let empty = Data::with(WORLD);
    assert!(
        empty
            .good(&["key", "list"])
            .contains("there are no keys yet")
    );
}
