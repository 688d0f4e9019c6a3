//! The cause of each mistake in settings, with the command that explains it.

use m2m_errors::Cause;

use super::*;

/// Asserts that this input has one mistake, with this cause.
#[track_caller]
fn check(said: &Said<'_>, cause: Cause) {
    let mistake = said.refused(&[" = help: "]);
    let note = format!(" = note: m2m explain {cause}");
    assert!(mistake.ends_with(&note), "{mistake}");
}

/// Returns an input of flags and variables for a data directory.
fn with<'s>(flags: &'s [&'s str], variables: &'s [(&'s str, &'s str)]) -> Said<'s> {
    Said {
        flags,
        variables,
        file: None,
    }
}

#[test]
fn a_mistake_in_a_configuration_file_has_its_cause() {
    for (text, cause) in [
        ("lisen = \"127.0.0.1:1\"", Cause::SettingUnknown),
        ("[server]\ndata = \"d\"", Cause::SettingUnknown),
        ("profile = \"kind\"", Cause::SettingInvalid),
        ("tls = 1", Cause::SettingInvalid),
        ("database = \"postgres://db\"", Cause::SettingInvalid),
        ("sealing_key = \"s\"", Cause::SecretInSettingsFile),
        ("client_secret = \"s\"", Cause::SecretInSettingsFile),
    ] {
        check(&file(text), cause);
    }
    for (text, cause) in [
        ("max_connections = \"1\"", Cause::SettingInvalid),
        ("data = ", Cause::SettingsFileMalformed),
    ] {
        let mistake = file(text).refused(&[]);
        let note = format!(" = note: m2m explain {cause}");
        assert!(mistake.ends_with(&note), "{mistake}");
    }
}

#[test]
fn a_value_of_a_flag_or_a_variable_has_its_cause() {
    for flags in [
        &["--data", "d", "--max-connections", "0"][..],
        &["--data", "d", "--listen", "8080"],
        &["--data", "d", "--trusted-proxies", "0.0.0.0/0"],
        &["--data", ""],
    ] {
        check(&with(flags, &[]), Cause::SettingInvalid);
    }
    let variables = [("M2M_DATA", "d"), ("M2M_PROFILE", "kind")];
    check(&with(&[], &variables), Cause::SettingInvalid);
}

#[test]
fn settings_that_conflict_have_that_cause() {
    for (flags, variables) in [
        (&["--world", "w"][..], &[][..]),
        (&["--keys", "k"], &[]),
        (&["--ops-listen", "127.0.0.1:8080"], &[]),
        (&["--sealing-key-file", "k"], &[("M2M_SEALING_KEY", "k")]),
        (
            &["--bootstrap-client-secret-file", "s"],
            &[("M2M_BOOTSTRAP_CLIENT_SECRET", "s")],
        ),
    ] {
        let flags = [&["--data", "d"], flags].concat();
        check(&with(&flags, variables), Cause::SettingsConflict);
    }
    let of_world = ["--world", "w", "--sealing-key-file", "k"];
    check(&with(&of_world, &[]), Cause::SettingsConflict);
}

#[test]
fn a_setting_that_is_required_has_the_cause_that_it_is_missing() {
    check(&with(&[], &[]), Cause::SettingMissing);
    for flags in [
        &["--tls-cert", "c"][..],
        &["--tls-key", "k"],
        &["--trusted-proxies", "10.0.0.1"],
        &["--proxy-protocol"],
        &["--address-header", "forwarded"],
        &["--behind-proxy"],
        &["--listen", "0.0.0.0:1", "--tls-cert", "c", "--tls-key", "k"],
        &["--bootstrap-client-id", "admin"],
        &["--bootstrap-client-secret-file", "s"],
    ] {
        let flags = [&["--data", "d"], flags].concat();
        check(&with(&flags, &[]), Cause::SettingMissing);
    }
}

#[test]
fn a7_plain_http_to_other_machines_has_its_cause() {
    let listen = ["--data", "d", "--listen", "0.0.0.0:0"];
    check(&with(&listen, &[]), Cause::PlainHttpExposed);
    let tls = ["--tls-cert", "c", "--tls-key", "k"];
    for more in [&[][..], &tls] {
        let issuer = ["--data", "d", "--issuer", "http://id.example"];
        let flags = [&issuer, more].concat();
        check(&with(&flags, &[]), Cause::IssuerNotHttps);
    }
}

#[test]
fn preset_credentials_that_cannot_be_used_have_their_cause() {
    let line_break = "0123456789-0123456789\n0123456789-0123456789";
    for secret in ["short", line_break] {
        let variables = [
            ("M2M_BOOTSTRAP_CLIENT_ID", "admin"),
            ("M2M_BOOTSTRAP_CLIENT_SECRET", secret),
        ];
        let mistake = with(&["--data", "d"], &variables).refused(&[]);
        let note = format!(" = note: m2m explain {}", Cause::PresetCredentialsInvalid);
        assert!(mistake.ends_with(&note), "{mistake}");
    }
}
