//! Settings that conflict: one failure each, with its fix.

use super::*;

/// Asserts that these flags, with a data directory, are refused with these texts.
#[track_caller]
fn check(more: &[&str], expected: &[&str]) {
    let all = [&["--data", "d"], more].concat();
    flags(&all).refused(expected);
}

#[test]
fn the_registry_is_in_one_place() {
    flags(&[]).refused(&["nothing to serve", "--data DIR", "--world FILE"]);
    flags(&["--data", "d", "--world", "w"])
        .refused(&["--data and --world are both given", "leave one of them out"]);
    let said = Said {
        flags: &["--data", "d"],
        variables: &[],
        file: Some("\nworld = \"w.toml\"\n"),
    };
    said.refused(&[
        "--data and world are both given",
        "m2m.toml:2:9",
        "^^^^^^^^",
    ]);
    let said = Said {
        flags: &[],
        variables: &[("M2M_DATA", "d"), ("M2M_WORLD", "w")],
        file: None,
    };
    said.refused(&["M2M_DATA and M2M_WORLD are both given"]);
    check(
        &["--keys", "k"],
        &["--keys and --data", "leave out the directory of keys"],
    );
}

#[test]
fn a_database_is_refused_without_showing_its_url() {
    let url = "postgres://me:hunter2@db.example/m2m";
    let expected = ["PostgreSQL is not supported in this release; use --data DIR"];
    let entry = format!("database = \"{url}\"\n");
    for said in [
        flags(&["--database", url]),
        file(&entry),
        Said {
            flags: &[],
            variables: &[("M2M_DATABASE", url)],
            file: None,
        },
    ] {
        let mistake = said.refused(&expected);
        assert!(!mistake.contains("hunter2"), "{mistake}");
    }
}

#[test]
fn a_certificate_has_a_key() {
    check(
        &["--tls-cert", "c"],
        &["--tls-cert is given without --tls-key", "add --tls-key"],
    );
    check(&["--tls-key", "k"], &["add --tls-cert"]);
    file("data = \"d\"\n[tls]\ncert = \"c\"\n").refused(&[
        "tls.cert is given without tls.key",
        "m2m.toml:3:8",
        "add tls.key to the file",
    ]);
}

#[test]
fn x16_only_trusted_proxies_report_addresses_of_callers() {
    let unused = [
        "--trusted-proxies is given",
        "--proxy-protocol",
        "--address-header",
    ];
    check(&["--trusted-proxies", "10.0.0.1"], &unused);
    let fix = ["given without --trusted-proxies", "add --trusted-proxies"];
    check(&["--proxy-protocol"], &fix);
    check(&["--address-header", "forwarded"], &fix);
}

#[test]
fn callers_and_operators_have_separate_addresses() {
    let expected = ["--ops-listen conflict", "another port"];
    check(&["--ops-listen", "127.0.0.1:8080"], &expected);
    check(&["--ops-listen", "0.0.0.0:8080"], &expected);
    check(
        &["--listen", "127.0.0.1:9090"],
        &["--listen and ops_listen"],
    );
    for more in [
        ["--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"],
        ["--listen", "127.0.0.1:9090", "--ops-listen", "off"],
        ["--listen", "[::1]:9090", "--ops-listen", "0.0.0.0:9090"],
    ] {
        assert!(
            flags(&[&["--data", "d"], &more[..]].concat())
                .resolve()
                .is_ok()
        );
    }
}

#[test]
fn the_sealing_key_has_one_source_and_a_use() {
    flags(&["--world", "w", "--sealing-key-file", "k"]).refused(&[
        "--sealing-key-file and --world",
        "leave out the sealing key",
    ]);
    let said = Said {
        flags: &["--world", "w"],
        variables: &[("M2M_SEALING_KEY_FILE", "k")],
        file: None,
    };
    assert!(
        said.resolve().is_ok(),
        "the variable may be set for other commands"
    );
    let said = Said {
        flags: &["--data", "d", "--sealing-key-file", "k"],
        variables: &[("M2M_SEALING_KEY", "hunter2")],
        file: None,
    };
    let mistake = said.refused(&["M2M_SEALING_KEY are both given"]);
    assert!(!mistake.contains("hunter2"));
}

#[test]
fn on_loopback_no_issuer_is_required() {
    let issuer = |more: &[&str]| {
        let settings = flags(&[&["--world", "w"], more].concat()).resolve();
        settings
            .unwrap()
            .values
            .issuer
            .map(|issuer| issuer.as_str().to_owned())
    };
    assert_eq!(issuer(&[]), None);
    assert_eq!(issuer(&["--listen", "[::1]:0"]), None);
    for named in [
        "http://localhost:8080",
        "http://127.0.0.1:8080/tenant",
        "http://[::1]:8080",
        "https://id.example",
    ] {
        assert_eq!(issuer(&["--issuer", named]).as_deref(), Some(named));
    }
}

#[test]
fn a7_settings_that_would_send_secrets_unencrypted_are_refused_with_the_fix() {
    check(
        &["--listen", "0.0.0.0:0"],
        &["plain http", "--behind-proxy", "--tls-cert"],
    );
    check(&["--listen", "[::]:0"], &["plain http", "--issuer"]);
    check(
        &["--listen", "0.0.0.0:0", "--issuer", "https://id.example"],
        &["plain http", "--behind-proxy"],
    );
    check(
        &["--issuer", "http://id.example:8080/x"],
        &["plain http", "--issuer https://id.example:8080/x"],
    );
    check(
        &["--issuer", "http://localhost.example"],
        &["plain http", "https://"],
    );
    let tls = ["--tls-cert", "c", "--tls-key", "k"];
    check(
        &[&tls[..], &["--issuer", "http://localhost:8080"]].concat(),
        &["the server uses TLS", "--issuer https://localhost:8080"],
    );
}

#[test]
fn a7_with_tls_any_address_will_do_once_it_can_be_reached() {
    let tls = ["--data", "d", "--tls-cert", "c", "--tls-key", "k"];
    let resolve = |more: &[&str]| flags(&[&tls[..], more].concat()).resolve();
    assert!(resolve(&["--listen", "192.0.2.1:8443"]).is_ok());
    assert!(resolve(&["--listen", "0.0.0.0:8443", "--issuer", "https://id.example"]).is_ok());
    let mistakes = resolve(&["--listen", "0.0.0.0:8443"]).unwrap_err();
    assert!(
        mistakes.concat().contains("the issuer must be set"),
        "{mistakes:?}"
    );
}

#[test]
fn behind_a_proxy_the_issuer_is_required() {
    let expected = ["--issuer https://id.example"];
    check(&["--listen", "0.0.0.0:0", "--behind-proxy"], &expected);
    check(&["--behind-proxy"], &expected);
    for issuer in ["https://id.example", "http://id.internal"] {
        let all = ["--data", "d", "--behind-proxy", "--issuer", issuer];
        assert!(flags(&all).resolve().is_ok());
    }
}

#[test]
fn several_contradictions_are_all_reported() {
    let all = ["--tls-cert", "c", "--proxy-protocol", "--keys", "k"];
    let mistakes = flags(&all).resolve().unwrap_err();
    assert_eq!(mistakes.len(), 3, "{mistakes:#?}");
}

#[test]
fn errors_name_variables_to_operators_who_set_only_variables() {
    let certificate = ("M2M_TLS_CERT", "c");
    let cases: [&[(&str, &str)]; 8] = [
        &[],
        &[("M2M_DATA", "d"), ("M2M_LISTEN", "0.0.0.0:8080")],
        &[("M2M_DATA", "d"), ("M2M_BEHIND_PROXY", "true")],
        &[
            ("M2M_DATA", "d"),
            ("M2M_TLS_KEY", "k"),
            certificate,
            ("M2M_LISTEN", "0.0.0.0:443"),
        ],
        &[("M2M_DATA", "d"), certificate],
        &[("M2M_DATA", "d"), ("M2M_SERVE_ISSUER", "http://id.example")],
        &[("M2M_DATA", "d"), ("M2M_PROXY_PROTOCOL", "true")],
        &[("M2M_DATABASE", "postgres://db")],
    ];
    for variables in cases {
        let said = Said {
            flags: &[],
            variables,
            file: None,
        };
        let mistake = said.refused(&["M2M_"]);
        for setting in Setting::offered() {
            let is_named = mistake
                .split([' ', ',', '='])
                .any(|word| word == setting.flag());
            assert!(
                !is_named || mistake.contains(&setting.variable()),
                "{mistake}"
            );
        }
    }
}

#[test]
fn the_issuer_that_commands_call_is_not_taken_for_that_of_the_server() {
    let said = Said {
        flags: &["--data", "d", "--behind-proxy"],
        variables: &[("M2M_ISSUER", "https://id.example")],
        file: None,
    };
    said.refused(&[
        "M2M_ISSUER is set, but it names the server that commands call",
        "M2M_SERVE_ISSUER",
    ]);
}

#[test]
fn keys_are_not_replaced_more_often_than_the_jwk_set_has_room_for() {
    let days = |days: &str| flags(&["--data", "d", "--key-rotation-days", days]).resolve();
    for (written, expected) in [("0", 0), ("7", 7), ("3650", 3650)] {
        assert_eq!(days(written).unwrap().values.key_rotation_days, expected);
    }
    let default = flags(&["--data", "d"]).resolve().unwrap();
    assert_eq!(default.values.key_rotation_days, 90);
    for too_often in ["1", "6"] {
        check(
            &["--key-rotation-days", too_often],
            &[
                &format!("--key-rotation-days is {too_often}, which is too often"),
                "30 days",
                "choose a number from 7, or 0",
            ],
        );
    }
    for invalid in ["90d", "3651", "-1", ""] {
        let flag = format!("--key-rotation-days={invalid}");
        assert!(flags(&["--data", "d", &flag]).resolve().is_err());
    }
    let said = Said {
        flags: &["--data", "d"],
        variables: &[],
        file: Some("\nkey_rotation_days = 3\n"),
    };
    said.refused(&["key_rotation_days is 3", "m2m.toml:2:"]);
}

#[test]
fn a_schedule_of_keys_has_no_effect_with_a_registry_file() {
    let given = flags(&["--world", "w", "--key-rotation-days", "30"]).resolve();
    let notices = given.unwrap().notices;
    assert_eq!(notices.len(), 1, "{notices:?}");
    let notice = &notices[0];
    assert!(
        notice.contains("--key-rotation-days has no effect"),
        "{notice}"
    );
    let default = flags(&["--world", "w"]).resolve().unwrap();
    assert_eq!(default.notices, [""; 0]);
}
