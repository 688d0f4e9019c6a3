//! Secrets, and variables that look like a setting but are not.

use super::*;

const SECRET: &str = "0123456789-0123456789-0123456789";

fn with<'s>(variables: &'s [(&'s str, &'s str)]) -> Said<'s> {
    Said {
        flags: &["--data", "d"],
        variables,
        file: None,
    }
}

#[test]
fn x9_secrets_come_from_variables_and_are_not_shown() {
    let variables = [
        ("M2M_BOOTSTRAP_CLIENT_ID", "admin"),
        ("M2M_BOOTSTRAP_CLIENT_SECRET", SECRET),
        ("M2M_SEALING_KEY", SECRET),
    ];
    let settings = with(&variables).resolve().unwrap();
    let bootstrap = settings.bootstrap.as_ref().unwrap();
    assert_eq!(bootstrap.client_id, "admin");
    assert!(
        matches!(&bootstrap.client_secret, BootstrapSecret::Variable(secret) if secret.expose_secret() == SECRET)
    );
    let shown = format!("{settings:?} {:?}", settings.shown());
    assert!(shown.contains("M2M_SEALING_KEY") && shown.contains("admin"));
    assert!(!shown.contains(SECRET), "{shown}");
}

#[test]
fn an_id_has_a_secret_of_some_length() {
    with(&[("M2M_BOOTSTRAP_CLIENT_ID", "admin")])
        .refused(&["set without M2M_BOOTSTRAP_CLIENT_SECRET", "set both"]);
    with(&[("M2M_BOOTSTRAP_CLIENT_SECRET", SECRET)])
        .refused(&["set without M2M_BOOTSTRAP_CLIENT_ID"]);
    let mistake = with(&[
        ("M2M_BOOTSTRAP_CLIENT_ID", "admin"),
        ("M2M_BOOTSTRAP_CLIENT_SECRET", "hunter2"),
    ])
    .refused(&["too short: 7 characters", "openssl rand"]);
    assert!(!mistake.contains("hunter2"));
    let mistake = with(&[
        ("M2M_BOOTSTRAP_CLIENT_ID", "hunter2:x"),
        ("M2M_BOOTSTRAP_CLIENT_SECRET", SECRET),
    ])
    .refused(&["M2M_BOOTSTRAP_CLIENT_ID: expected a client id"]);
    assert!(!mistake.contains("hunter2"));
    let mistake = file("data = \"d\"\nbootstrap_client_id = \"hunter2:x\"\n");
    let mistake = mistake.refused(&["m2m.toml:2:"]);
    assert!(!mistake.contains("hunter2"), "{mistake}");
}

#[test]
fn the_secret_is_in_a_variable_or_in_a_file() {
    let (_folder, path) = secret_file(&format!("{SECRET}\n"));
    let both = [
        ("M2M_BOOTSTRAP_CLIENT_ID", "admin"),
        ("M2M_BOOTSTRAP_CLIENT_SECRET_FILE", &*path),
    ];
    let preset = |said: Said<'_>| said.resolve().unwrap().bootstrap.unwrap().preset();
    assert_eq!(preset(with(&both)).unwrap().client_id(), "admin");
    let said = Said {
        flags: &["--data", "d", "--bootstrap-client-id", "admin"],
        variables: &[("M2M_BOOTSTRAP_CLIENT_SECRET", SECRET)],
        file: None,
    };
    assert!(preset(said).is_ok());
    with(&[("M2M_BOOTSTRAP_CLIENT_SECRET_FILE", &path)])
        .refused(&["M2M_BOOTSTRAP_CLIENT_SECRET_FILE is set without M2M_BOOTSTRAP_CLIENT_ID"]);
    let [id, secret] = both;
    with(&[id, secret, ("M2M_BOOTSTRAP_CLIENT_SECRET", SECRET)]).refused(&[
        "M2M_BOOTSTRAP_CLIENT_SECRET_FILE and M2M_BOOTSTRAP_CLIENT_SECRET are both given",
    ]);
}

#[test]
fn a_file_with_the_secret_has_one_line_of_some_length() {
    let refused = |content: &str| {
        let (_folder, path) = secret_file(content);
        let variables = [
            ("M2M_BOOTSTRAP_CLIENT_ID", "admin"),
            ("M2M_BOOTSTRAP_CLIENT_SECRET_FILE", &*path),
        ];
        let bootstrap = with(&variables).resolve().unwrap().bootstrap.unwrap();
        let failure = bootstrap.preset().unwrap_err().to_string();
        assert!(
            failure.contains(&path) || failure.contains("of the first management application"),
            "{failure}"
        );
        assert!(!failure.contains("hunter2"), "{failure}");
        failure
    };
    assert!(refused("hunter2\n").contains("too short: 7 characters"));
    assert!(refused(&format!("{SECRET}\n{SECRET}\n")).contains("more than one line"));
    assert!(refused(&format!(" {SECRET}\n")).contains("whitespace"));
    let (folder, path) = secret_file("");
    drop(folder);
    let variables = [
        ("M2M_BOOTSTRAP_CLIENT_ID", "admin"),
        ("M2M_BOOTSTRAP_CLIENT_SECRET_FILE", &*path),
    ];
    let bootstrap = with(&variables).resolve().unwrap().bootstrap.unwrap();
    assert!(bootstrap.preset().unwrap_err().to_string().contains(&path));
}

fn secret_file(content: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, content).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn a_misspelled_variable_is_reported() {
    let notices = |variables: &[(&str, &str)]| with(variables).resolve().unwrap().notices;
    assert_eq!(
        notices(&[("M2M_LISTN", "x")]),
        ["unknown variable M2M_LISTN; did you mean M2M_LISTEN?"]
    );
    // Variables that orchestrators set for a service named m2m.
    let theirs = [
        ("M2M_SERVICE_HOST", "10.0.0.1"),
        ("M2M_SERVICE_PORT", "80"),
        ("M2M_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("M2M_CLIENT_ID", "a"),
    ];
    assert_eq!(notices(&theirs), [""; 0]);
    assert!(notices(&[("M2M_ISSUER", "x")])[0].contains("M2M_SERVE_ISSUER"));
}
