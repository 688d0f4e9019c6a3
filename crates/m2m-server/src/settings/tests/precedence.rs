//! Each setting from each source.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

/// A setting with a different value for each source: as text for flags and variables, as TOML for the file.
struct Row {
    setting: Setting,
    flag: &'static str,
    variable: &'static str,
    file: &'static str,
    /// Flags that the setting requires.
    beside: &'static [&'static str],
}

fn row(
    setting: Setting,
    [flag, variable, file]: [&'static str; 3],
    beside: &'static [&'static str],
) -> Row {
    Row {
        setting,
        flag,
        variable,
        file,
        beside,
    }
}

const DATA: &[&str] = &["--data", "/d"];
const WORLD: &[&str] = &["--world", "/w"];
const PROXY: &[&str] = &["--data", "/d", "--address-header", "forwarded"];
const TRUSTED: &[&str] = &["--data", "/d", "--trusted-proxies", "10.0.0.1"];
const HEADED: &[&str] = &[
    "--data",
    "/d",
    "--trusted-proxies",
    "10.0.0.1",
    "--address-header",
    "forwarded",
];

fn table() -> Vec<Row> {
    vec![
        row(Setting::Data, ["/f", "/v", "\"/t\""], &[]),
        row(Setting::World, ["/f", "/v", "\"/t\""], &[]),
        row(Setting::Keys, ["/f", "/v", "\"/t\""], WORLD),
        row(
            Setting::Listen,
            ["127.0.0.1:1", "127.0.0.1:2", "\"127.0.0.1:3\""],
            DATA,
        ),
        row(
            Setting::Issuer,
            [
                "https://f.example",
                "https://v.example",
                "\"https://t.example\"",
            ],
            DATA,
        ),
        row(
            Setting::Profile,
            ["kinde", "generic", "\"trusted-application\""],
            DATA,
        ),
        row(
            Setting::TlsCert,
            ["/f", "/v", "\"/t\""],
            &["--data", "/d", "--tls-key", "/k"],
        ),
        row(
            Setting::TlsKey,
            ["/f", "/v", "\"/t\""],
            &["--data", "/d", "--tls-cert", "/c"],
        ),
        row(
            Setting::BehindProxy,
            ["true", "false", "true"],
            &["--data", "/d", "--issuer", "https://id.example"],
        ),
        row(
            Setting::TrustedProxies,
            [
                "10.0.0.1, 10.1.0.0/16",
                "10.0.0.2",
                "[\"10.0.0.3\", \"::1\"]",
            ],
            PROXY,
        ),
        row(Setting::ProxyProtocol, ["true", "false", "true"], HEADED),
        row(
            Setting::AddressHeader,
            ["forwarded", "x-forwarded-for", "\"forwarded\""],
            TRUSTED,
        ),
        row(
            Setting::OpsListen,
            ["off", "127.0.0.1:2", "\"127.0.0.1:3\""],
            DATA,
        ),
        row(Setting::LogFormat, ["json", "text", "\"json\""], DATA),
        row(
            Setting::SupportUrl,
            [
                "mailto:f@id.example",
                "https://v.example",
                "\"https://t.example/m2m\"",
            ],
            DATA,
        ),
        row(Setting::SealingKeyFile, ["/f", "/v", "\"/t\""], DATA),
        row(Setting::KeyRotationDays, ["0", "7", "30"], DATA),
        row(
            Setting::BootstrapClientId,
            ["f", "v", "\"t\""],
            &["--data", "/d", "--bootstrap-client-secret-file", "/s"],
        ),
        row(
            Setting::BootstrapClientSecretFile,
            ["/f", "/v", "\"/t\""],
            &["--data", "/d", "--bootstrap-client-id", "a"],
        ),
        row(Setting::MaxConnections, ["1", "2", "3"], DATA),
        row(Setting::MaxRequests, ["1", "2", "3"], DATA),
        row(Setting::IdleTimeoutSeconds, ["1", "2", "3"], DATA),
        row(Setting::CacheApplications, ["1", "2", "3"], DATA),
        row(Setting::MaxAuditEvents, ["1", "2", "3"], DATA),
        row(Setting::MaxRefusals, ["1", "2", "3"], DATA),
        row(Setting::DrainSeconds, ["1", "2", "3"], DATA),
        row(Setting::MaxStoreOutageSeconds, ["1", "2", "3"], DATA),
    ]
}

/// Returns the value of this text in a flag, as it is shown.
fn shown(setting: Setting, text: &str) -> Value {
    match setting.form() {
        Form::Boolean | Form::Number => serde_json::from_str(text).unwrap(),
        Form::List => {
            let blocks = text.split(',').map(str::trim);
            let with_length = blocks.map(|block| match block {
                block if block.contains('/') => block.to_owned(),
                block if block.contains(':') => format!("{block}/128"),
                block => format!("{block}/32"),
            });
            json!(with_length.collect::<Vec<_>>())
        }
        Form::Text | Form::Path => json!(text),
    }
}

/// Returns the value of this TOML.
fn shown_toml(setting: Setting, toml: &str) -> Value {
    let value: Value = serde_json::from_str(toml).unwrap();
    let Some(list) = value.as_array() else {
        return value;
    };
    let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
    shown(setting, &texts.join(","))
}

fn toml(setting: Setting, value: &str) -> String {
    format!("# a comment\n{} = {value}\n", setting.name())
}

#[test]
fn the_table_has_every_setting() {
    let rows: BTreeSet<Setting> = table().iter().map(|row| row.setting).collect();
    assert_eq!(rows, Setting::offered().collect());
}

#[test]
fn flags_come_before_variables_before_the_file_before_the_default() {
    for Row {
        setting,
        flag,
        variable,
        file,
        beside,
    } in table()
    {
        let name = setting.variable();
        let flag_text = format!("{}={flag}", setting.flag());
        let toml = toml(setting, file);
        for places in 1..8 {
            let [has_flag, has_variable, has_file] = [1, 2, 4].map(|place| places & place != 0);
            let mut flags = beside.to_vec();
            flags.extend(has_flag.then_some(flag_text.as_str()));
            let said = Said {
                flags: &flags,
                variables: &[(&*name, if has_variable { variable } else { "" })],
                file: has_file.then_some(toml.as_str()),
            };
            let settings = said.resolve().unwrap();
            let all = settings.shown();
            let found = all
                .iter()
                .find(|shown| shown.name == setting.name())
                .unwrap();
            let (value, is_from) = if has_flag {
                (shown(setting, flag), found.origin == Origin::Flag)
            } else if has_variable {
                (shown(setting, variable), found.origin == Origin::Variable)
            } else {
                let is_from = matches!(&found.origin, Origin::File { line: 2, file } if file.ends_with("m2m.toml"));
                (shown_toml(setting, file), is_from)
            };
            assert_eq!(found.value, value, "{} {places}", setting.name());
            assert!(is_from, "{} {places}: {:?}", setting.name(), found.origin);
        }
    }
}

#[test]
fn without_a_word_there_are_defaults() {
    let settings = flags(DATA).resolve().unwrap();
    for Shown {
        name,
        value,
        origin,
    } in settings.shown()
    {
        let expected = match name {
            "data" => continue,
            "listen" => json!("127.0.0.1:8080"),
            "issuer" => json!("http://127.0.0.1:8080"),
            "profile" => json!("rfc"),
            "behind_proxy" | "proxy_protocol" => json!(false),
            "trusted_proxies" => json!([]),
            "ops_listen" => json!("127.0.0.1:9090"),
            "max_connections" => json!(m2m_listen::MAX_CONNECTIONS),
            "max_requests" => json!(m2m_listen::MAX_REQUESTS),
            "idle_timeout_seconds" => json!(m2m_listen::Times::DEFAULT.idle.as_secs()),
            "cache_applications" => json!(100_000),
            "max_audit_events" => json!(1_000_000),
            "max_refusals" => json!(100_000),
            "key_rotation_days" => json!(90),
            "drain_seconds" => json!(10),
            "max_store_outage_seconds" => json!(300),
            _ => Value::Null,
        };
        assert_eq!((value, origin), (expected, Origin::Default), "{name}");
    }
}

#[test]
fn a_flag_overrides_a_value_of_the_file() {
    let said = Said {
        flags: &["--behind-proxy=false", "--trusted-proxies", ""],
        variables: &[],
        file: Some("data = \"d\"\nbehind_proxy = true\ntrusted_proxies = [\"10.0.0.1\"]\n"),
    };
    let settings = said.resolve().unwrap();
    assert!(!settings.values.behind_proxy);
    assert_eq!(settings.values.trusted_proxies, []);
}

#[test]
fn overridden_values_must_be_valid_as_well() {
    let said = Said {
        flags: &["--data", "/d", "--profile", "rfc"],
        variables: &[("M2M_PROFILE", "rcf")],
        file: None,
    };
    said.refused(&["M2M_PROFILE: expected a profile", "did you mean `rfc`?"]);
}

#[test]
fn a_path_in_a_file_begins_at_the_folder_of_the_file() {
    let settings = file("data = \"state\"").resolve().unwrap();
    let RegistrySource::Data(folder) = settings.registry else {
        panic!("{:?}", settings.registry)
    };
    assert!(
        folder.is_absolute() && folder.ends_with("state"),
        "{folder:?}"
    );
    let settings = flags(&["--data", "state"]).resolve().unwrap();
    assert!(matches!(settings.registry, RegistrySource::Data(folder) if folder.is_relative()));
}

#[test]
fn the_file_may_be_named_by_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m2m.toml");
    std::fs::write(&path, "data = \"/d\"").unwrap();
    let said = Said {
        flags: &[],
        variables: &[("M2M_CONFIG", path.to_str().unwrap())],
        file: None,
    };
    assert!(said.resolve().is_ok());
}

#[test]
fn with_tls_the_issuer_is_https() {
    let settings = flags(&["--data", "d", "--tls-cert", "c", "--tls-key", "k"]);
    let settings = settings.resolve().unwrap();
    let issuer = settings
        .shown()
        .into_iter()
        .find(|shown| shown.name == "issuer");
    assert_eq!(issuer.unwrap().value, "https://127.0.0.1:8080");
}
