//! The settings of a server, and the failures if they are wrong.

use std::path::Path;

use serde_json::Value;

use crate::data::Data;
use crate::support::{Serving, file, m2m, registry_file, run, text};

/// Asserts that the command reports a mistake and starts nothing, since it would print to standard output that it is ready.
#[track_caller]
fn refused(arguments: &[&str], expected: &[&str]) -> String {
    let output = run(arguments);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(text(&output.stdout), "");
    for expected in expected {
        assert!(stderr.contains(expected), "{expected:?} in {stderr}");
    }
    stderr
}

/// Asserts the same of both commands that take settings.
#[track_caller]
fn refused_by_both(arguments: &[&str], expected: &[&str]) {
    refused(&[&["serve"], arguments].concat(), expected);
    refused(&[&["config", "check"], arguments].concat(), expected);
}

#[test]
fn conflicting_settings_are_refused_and_start_nothing() {
    let (_folder, world) = file("world.toml", &registry_file());
    let check = |arguments: &[&str], expected: &[&str]| {
        refused_by_both(&[&["--world", &world], arguments].concat(), expected);
    };
    refused_by_both(&[], &["nothing to serve", "--data DIR"]);
    check(&["--data", "d"], &["--data and --world are both given"]);
    check(
        &["--database", "postgres://db"],
        &["PostgreSQL is not supported in this release; use --data DIR"],
    );
    check(&["--tls-cert", "c"], &["add --tls-key"]);
    check(
        &["--listen", "0.0.0.0:0"],
        &["plain http", "--behind-proxy"],
    );
    check(&["--behind-proxy"], &["the issuer must be set"]);
    check(
        &["--issuer", "http://id.example"],
        &["plain http, and does not name this machine"],
    );
    check(
        &["--trusted-proxies", "10.0.0.1"],
        &["without a way to report the address"],
    );
    check(&["--proxy-protocol"], &["without --trusted-proxies"]);
    check(&["--ops-listen", "127.0.0.1:8080"], &["another port"]);
    check(
        &["--listen", "8080"],
        &["--listen: expected an address and a port, found \"8080\""],
    );
    check(
        &["--max-connections", "many"],
        &["--max-connections: expected a number from 1"],
    );
    refused_by_both(&["--data", "d", "--keys", "k"], &["--keys and --data"]);
    assert!(!Path::new("d").exists());
}

#[test]
fn a_mistake_in_the_file_has_line_column_and_the_nearest_word() {
    let check = |content: &str, expected: &[&str]| {
        let (_folder, path) = file("m2m.toml", content);
        refused_by_both(&["--config", &path], expected);
    };
    check(
        "data = \"d\"\nlisen = \"127.0.0.1:8080\"\n",
        &[
            "unknown setting \"lisen\"",
            "m2m.toml:2:1",
            "2 | lisen = ",
            "^^^^^",
            "did you mean `listen`?",
        ],
    );
    check(
        "data = \"d\"\n[tls]\ncert = 5\n",
        &[
            "tls.cert: expected a string, in quotes, found a number",
            "m2m.toml:3:8",
        ],
    );
    check(
        "data = \"d\"\nlisten = 127.0.0.1\n",
        &["m2m.toml:2:", "listen = 127.0.0.1"],
    );
    refused_by_both(
        &["--config", "/nowhere.toml"],
        &["cannot read /nowhere.toml", "m2m explain file-not-found\n"],
    );
}

#[test]
fn a_mistake_in_a_variable_names_the_variable() {
    for command in [&["serve"][..], &["config", "check"]] {
        let output = m2m(command)
            .env("M2M_DATA", "d")
            .env("M2M_PROFILE", "kind")
            .output()
            .unwrap();
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains("M2M_PROFILE: expected a profile"),
            "{stderr}"
        );
        assert!(stderr.contains("did you mean `kinde`?"), "{stderr}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let (_folder, path) = file(
        "m2m.toml",
        "lisen = 1\nprofile = \"kind\"\ndrain_seconds = -1\n",
    );
    let stderr = refused(
        &["config", "check", "--config", &path],
        &[":1:1", ":2:11", ":3:17", "the configuration has 3 mistakes"],
    );
    assert_eq!(stderr.matches("error: ").count(), 4, "{stderr}");
    let order = [":1:1", ":2:11", ":3:17"].map(|place| stderr.find(place));
    assert!(order.is_sorted(), "{stderr}");
    refused(
        &["serve", "--config", &path],
        &[":1:1", "there are 2 more mistakes; `m2m config check`"],
    );
    let output = run(&["config", "check", "--config", &path, "--output", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["good"], false);
    assert_eq!(json["mistakes"][1]["line"], 2);
    assert_eq!(json["mistakes"][1]["column"], 11);
    assert_eq!(json["mistakes"][1]["help"][0], "did you mean `kinde`?");
    let causes: Vec<&Value> = json["mistakes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mistake| &mistake["cause"])
        .collect();
    assert_eq!(
        causes,
        ["setting-unknown", "setting-invalid", "setting-invalid"]
    );
}

#[test]
fn a_server_does_what_its_file_and_its_variables_say() {
    let (_folder, path) = file("m2m.toml", "profile = \"kinde\"\nops_listen = \"off\"\n");
    let server = Serving::start(&["--config", &path]);
    assert!(server.ready.contains("profile kinde"), "{}", server.ready);
    let server = Serving::start(&["--config", &path, "--profile", "generic"]);
    assert!(server.ready.contains("profile generic"), "{}", server.ready);
}

#[test]
fn config_check_shows_each_value_and_where_it_comes_from() {
    let (_world_folder, world) = file("world.toml", &registry_file());
    let (_folder, path) = file(
        "m2m.toml",
        &format!("world = {world:?}\nprofile = \"kinde\"\n"),
    );
    let check = |more: &[&str]| {
        let output = m2m(&[&["config", "check", "--config", &path], more].concat())
            .env("M2M_PROFILE", "")
            .env("M2M_DRAIN_SECONDS", "5")
            .env("M2M_LISTN", "x")
            .env("M2M_BOOTSTRAP_CLIENT_ID", "admin")
            .env(
                "M2M_BOOTSTRAP_CLIENT_SECRET",
                "hunter2-hunter2-hunter2-hunter2-hunter2",
            )
            .output()
            .unwrap();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        assert!(!format!("{stdout}{stderr}").contains("hunter2"), "{stdout}");
        (stdout, stderr)
    };
    let (stdout, stderr) = check(&["--listen", "127.0.0.1:0"]);
    let row = |name: &str| {
        let line = stdout.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace()
            .skip(1)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(row("profile"), format!("kinde {path}:2"));
    assert_eq!(row("drain_seconds"), "5 variable");
    assert_eq!(row("listen"), "127.0.0.1:0 flag");
    assert_eq!(row("max_connections"), "10000 default");
    assert_eq!(
        row("M2M_BOOTSTRAP_CLIENT_SECRET"),
        "set, not shown variable"
    );
    assert!(stderr.contains("did you mean M2M_LISTEN?"), "{stderr}");

    let json: Value = serde_json::from_str(&check(&["--output", "json"]).0).unwrap();
    assert_eq!(json["good"], true);
    let settings = json["settings"].as_array().unwrap();
    let profile = settings
        .iter()
        .find(|setting| setting["name"] == "profile")
        .unwrap();
    assert_eq!(profile["value"], "kinde");
    assert_eq!(profile["origin"]["kind"], "file");
    assert_eq!(profile["origin"]["line"], 2);
    assert!(json["notices"][0].as_str().unwrap().contains("M2M_LISTN"));
}

#[test]
fn config_check_reads_the_named_files_and_creates_none() {
    let check = |arguments: &[&str], expected: &[&str]| {
        refused(&[&["config", "check"], arguments].concat(), expected);
    };
    let (_folder, broken) = file("world.toml", "[[api]]\nname = \"A\"\naudince = \"b\"\n");
    check(
        &["--world", &broken],
        &["world.toml:3:1", "did you mean `audience`?"],
    );
    let unknown = "[[application]]\nname = \"A\"\nauthorize = [{ audience = \"x\" }]\n";
    let (_folder, unfit) = file("world.toml", unknown);
    check(&["--world", &unfit], &["world.toml:3:"]);
    check(
        &["--data", &broken],
        &[
            "cannot use the directory",
            "is not a directory",
            "m2m explain file-unusable\n",
        ],
    );
    check(
        &["--data", &format!("{broken}/below")],
        &["cannot use the directory"],
    );

    let folder = tempfile::tempdir().unwrap();
    let (_world_folder, world) = file("world.toml", &registry_file());
    let missing = folder.path().join("a/b");
    let missing = missing.to_str().unwrap();
    for arguments in [
        &["--data", missing][..],
        &["--world", &world, "--keys", missing],
    ] {
        let output = run(&[&["config", "check"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

/// No process can create files in `/proc`, whatever its permissions are.
#[cfg(target_os = "linux")]
#[test]
fn f15_config_check_reports_a_data_directory_that_cannot_be_created() {
    for (data, working_directory) in [("/proc/m2m/data", "/"), ("data", "/proc")] {
        let output = m2m(&["config", "check", "--data", data])
            .current_dir(working_directory)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        let stderr = text(&output.stderr);
        let expected = format!("cannot use the directory {data}");
        assert!(stderr.contains(&expected), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn config_check_reports_keys_that_others_can_read_and_all_other_mistakes() {
    use std::os::unix::fs::PermissionsExt as _;

    let (_folder, key) = file("key.pem", "");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let arguments = [
        "config",
        "check",
        "--data",
        "d",
        "--tls-cert",
        "/nowhere.pem",
        "--tls-key",
        &key,
    ];
    refused(
        &arguments,
        &[
            "cannot read the certificate file /nowhere.pem",
            "can be read by others",
            "chmod o=",
            "m2m explain file-open-to-others\n",
            "m2m explain file-not-found\n",
            "2 mistakes",
        ],
    );
    let check = ["config", "check", "--data", "d", "--sealing-key-file", &key];
    refused(
        &check,
        &[
            "is open to others",
            "chmod 600",
            "m2m explain file-open-to-others\n",
        ],
    );
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    refused(
        &check,
        &[
            "there is no sealing key in",
            "openssl rand",
            "m2m explain sealing-key-invalid\n",
        ],
    );
}

/// Returns the names of the files in a folder.
fn names(folder: &Path) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[test]
fn f15_config_check_opens_the_stored_keys_as_a_start_does_and_changes_nothing() {
    let data = Data::new();
    let key = data.write("key.jwk", crate::keys::ED25519.as_bytes());
    data.good(&["key", "import", &key]);
    let before = names(&data.path());
    data.good(&["config", "check"]);
    let server = data.open();
    data.good(&["config", "check"]);
    drop(server);

    let other = data.write(
        "other.key",
        format!("{}\n", "A".repeat(43) + "=").as_bytes(),
    );
    let wrong = data.bad(2, &["config", "check", "--sealing-key-file", &other]);
    assert!(wrong.contains("sealed with another sealing key"), "{wrong}");
    assert!(
        wrong.ends_with("m2m explain sealing-key-wrong\n"),
        "{wrong}"
    );
    let path = data.path();
    let check = ["config", "check", "--data", path.to_str().unwrap()];
    let of_variable = m2m(&check)
        .env("M2M_SEALING_KEY", "short")
        .output()
        .unwrap();
    assert_eq!(of_variable.status.code(), Some(2));
    assert!(text(&of_variable.stderr).contains("in M2M_SEALING_KEY"));
    assert_eq!(names(&data.path()), before);

    std::fs::remove_file(data.path().join("sealing.key")).unwrap();
    let missing = data.bad(2, &["config", "check"]);
    assert!(missing.contains("cannot read the sealing key"), "{missing}");
    assert!(!data.path().join("sealing.key").exists());

    std::fs::write(data.path().join("m2m.db"), "").unwrap();
    let lost = data.bad(2, &["config", "check"]);
    assert!(lost.contains("is lost"), "{lost}");
    assert!(lost.ends_with("m2m explain database-missing\n"), "{lost}");
}

#[test]
fn f15_config_check_reads_the_first_secret_and_knows_the_addresses_of_this_machine() {
    let (_folder, secret) = file("secret", "hunter2\n");
    let stderr = refused(
        &[
            "config",
            "check",
            "--data",
            "d",
            "--bootstrap-client-id",
            "admin",
            "--bootstrap-client-secret-file",
            &secret,
            "--listen",
            "192.0.2.1:8443",
            "--issuer",
            "https://id.example",
            "--behind-proxy",
        ],
        &[
            "too short: 7 characters",
            "m2m explain preset-credentials-invalid\n",
            "cannot listen on 192.0.2.1:8443",
            "m2m explain address-not-local\n",
            "2 mistakes",
        ],
    );
    assert!(!stderr.contains("hunter2"), "{stderr}");
}

#[test]
fn x9_no_secret_of_a_file_is_shown() {
    for line in [
        "bootstrap_client_secret = \"hunter2\"",
        "sealing_key = \"hunter2\"",
        "database = \"postgres://me:hunter2@db\"",
        "pasword = hunter2",
    ] {
        let (_folder, path) = file("m2m.toml", &format!("data = \"d\"\n{line}\n"));
        for command in [&["serve"][..], &["config", "check"]] {
            let stderr = refused(&[command, &["--config", &path]].concat(), &["m2m.toml:2:"]);
            assert!(!stderr.contains("hunter2"), "{stderr}");
        }
    }
}

#[test]
fn a_misspelled_argument_is_answered_with_the_nearest_one() {
    refused(&["sevre"], &["serve"]);
    refused(&["config", "chek"], &["check"]);
    refused(&["serve", "--lisen", "127.0.0.1:0"], &["--listen"]);
    refused(&["serve", "--profile", "kind"], &["kinde"]);
    refused(&["completions", "bsh"], &["bash"]);
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        let script = text(&output.stdout);
        assert!(script.contains("ops-listen"), "{shell}");
    }
    let (_folder, script) = file("m2m.bash", &text(&run(&["completions", "bash"]).stdout));
    let bash = std::process::Command::new("bash")
        .args(["-n", &script])
        .status();
    assert!(bash.unwrap().success());
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let output = run(&["man"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        text(&output.stdout).contains(".TH m2m 1"),
        "{}",
        text(&output.stdout)
    );
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let output = run(&["man", "--dir", pages.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for page in [
        "m2m.1",
        "m2m-serve.1",
        "m2m-config-check.1",
        "m2m-jwt-verify.1",
    ] {
        assert!(pages.join(page).is_file(), "{page}");
    }
    refused(
        &["man", "--dir", "/dev/null/man1"],
        &["cannot write the manual pages into"],
    );
}
