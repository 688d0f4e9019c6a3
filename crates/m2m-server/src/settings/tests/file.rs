//! Mistakes in a file: each with its place and its fix.

use super::*;

#[test]
fn an_unknown_key_has_its_place_and_the_nearest_word() {
    let check = |text: &str, expected: &[&str]| {
        file(&format!("data = \"d\"\n{text}\n")).refused(expected);
    };
    check(
        "lisen = \"127.0.0.1:1\"",
        &["unknown setting \"lisen\"", "m2m.toml:2:1", "`listen`"],
    );
    check("behind-proxy = true", &["did you mean `behind_proxy`?"]);
    check("tls_cert = \"c\"", &["did you mean `tls.cert`?"]);
    check(
        "[tls]\ncrt = \"c\"",
        &["unknown setting \"tls.crt\"", "m2m.toml:3:1", "`tls.cert`"],
    );
    check(
        "nonsense = 1",
        &["the settings are data, world, keys, listen, issuer"],
    );
    check(
        "[server]\nlisten = \"127.0.0.1:1\"",
        &["at the top of the file"],
    );
    check(
        "[tls]\nprofile = \"rfc\"",
        &["write `profile` above the line [tls]"],
    );
    check(
        "tls = \"cert.pem\"",
        &["tls: expected a table", "write [tls]"],
    );
}

#[test]
fn a_value_of_another_form_has_its_place_and_the_right_form() {
    let check = |text: &str, expected: &[&str]| {
        file(&format!("data = \"d\"\n{text}\n")).refused(expected);
    };
    check(
        "listen = 8080",
        &[
            "listen: expected a string, in quotes, found a number",
            ":2:10",
        ],
    );
    check(
        "behind_proxy = \"true\"",
        &["expected true or false, without quotes", ":2:16"],
    );
    check(
        "max_connections = \"5\"",
        &["expected a number, without quotes, found a string"],
    );
    check("max_connections = 1.5", &["found a fraction"]);
    check(
        "max_connections = 0",
        &["from 1 to 1000000, found \"0\"", ":2:19"],
    );
    check(
        "drain_seconds = 99999999999999999999999",
        &["a number from 0 to 600"],
    );
    check(
        "trusted_proxies = \"10.0.0.1\"",
        &["expected a list, as in"],
    );
    check(
        "trusted_proxies = [\"10.0.0.1\", 5]",
        &["found a number", ":2:32"],
    );
    check(
        "address_header = \"forwarded\"\ntrusted_proxies = [\"10.0.0.1\",\n  \"10.0.0.1/8\"]",
        &[
            "trusted_proxies: expected a block",
            ":4:3",
            "write 10.0.0.0/8",
        ],
    );
    check(
        "profile = \"kind\"",
        &["found \"kind\"", ":2:11", "did you mean `kinde`?"],
    );
    check(
        "listen = \"8080\"",
        &["write an address before the port", ":2:10"],
    );
    check("listen = \"\"", &["found nothing"]);
    check("world = \"\"", &["world: expected a path, found nothing"]);
    check(
        "listen = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"",
        &["duplicate key", ":3:1"],
    );
}

#[test]
fn numbers_are_written_as_toml_has_them() {
    let settings = file("data = \"d\"\nmax_connections = 20_000\ndrain_seconds = 0x10\n");
    let settings = settings.resolve().unwrap();
    assert_eq!(settings.values.max_connections, 20_000);
    assert_eq!(settings.values.drain_seconds, 16);
}

#[test]
fn all_mistakes_are_reported() {
    let text = "lisen = 1\nprofile = \"x\"\nmax_connections = 0\ndrain_seconds = \"1\"\n";
    let mistakes = file(text).resolve().unwrap_err();
    assert_eq!(mistakes.len(), 4, "{mistakes:#?}");
    let mistakes = file("listen = \nprofile = \n").resolve().unwrap_err();
    assert_eq!(mistakes.len(), 2, "{mistakes:#?}");
}

#[test]
fn a_missing_file_is_reported() {
    flags(&["--config", "/nowhere/m2m.toml"])
        .refused(&["cannot read /nowhere/m2m.toml", "--config"]);
}

#[test]
fn x9_a_secret_in_a_file_is_refused_and_not_shown() {
    for line in [
        "bootstrap_client_secret = \"hunter2\"",
        "bootstrap = { client_secret = \"hunter2\" }",
        "client_secret = \"hunter2\"",
        "sealing_key = \"hunter2\"",
    ] {
        let mistake = file(line).refused(&["is a secret", "copied, committed", "environment"]);
        assert!(!mistake.contains("hunter2"), "{mistake}");
    }
    for line in [
        "password = \"hunter2\"",
        "api_key = \"hunter2\"",
        "api_key = hunter2",
        "api_key = \"hunter2",
        "issuer = \"https://me:hunter2@id.example\"",
        "[tls]\npassphrase = \"hunter2\"",
        "tls = { passphrase = \"hunter2\" }",
        "x = [\"hunter2\", ]]",
    ] {
        let mistakes = file(line).resolve().unwrap_err().concat();
        assert!(mistakes.contains("m2m.toml:"), "{mistakes}");
        assert!(!mistakes.contains("hunter2"), "{mistakes}");
    }
}

#[test]
fn no_file_makes_it_panic() {
    let good = "data = \"d\"\ntrusted_proxies = [\"10.0.0.1\"]\n[tls]\ncert = \"c\"\n";
    for cut in 0..good.len() {
        let (file, mistakes) =
            super::super::file::SettingsFile::parse("f", &good[..cut], "".as_ref());
        drop((file, mistakes));
        let mut changed = good.to_owned();
        changed.insert(cut, '"');
        let _ = super::super::file::SettingsFile::parse("f", &changed, "".as_ref());
    }
}
