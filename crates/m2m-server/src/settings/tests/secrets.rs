//! Secrets, and what looks like a setting and is none.

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
    assert_eq!(bootstrap.client_secret.expose_secret(), SECRET);
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
    .refused(&["M2M_BOOTSTRAP_CLIENT_ID is no client id"]);
    assert!(!mistake.contains("hunter2"));
}

#[test]
fn a_variable_that_looks_like_ours_is_told_of() {
    let notices = |variables: &[(&str, &str)]| with(variables).resolve().unwrap().notices;
    assert_eq!(
        notices(&[("M2M_LISTN", "x")]),
        ["the variable M2M_LISTN means nothing here; did you mean M2M_LISTEN?"]
    );
    // What orchestrators set for a service of the name m2m.
    let theirs = [
        ("M2M_SERVICE_HOST", "10.0.0.1"),
        ("M2M_SERVICE_PORT", "80"),
        ("M2M_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("M2M_CLIENT_ID", "a"),
    ];
    assert_eq!(notices(&theirs), [""; 0]);
    assert!(notices(&[("M2M_ISSUER", "x")])[0].contains("M2M_SERVE_ISSUER"));
}
