//! A data directory, and the commands on it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use m2m_api::operations::{ApplyRegistry, ExportRegistry, ListKeys};
use m2m_store::{AuditEvent, Backend as _, EventQuery, Snapshot, Sqlite};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fake::{Fake, ok};
use crate::support::{m2m, run, terminate, text};

/// An API and two applications, one without a client id.
pub(crate) const WORLD: &str = r#"
[[api]]
name = "Orders"
audience = "https://orders.example/api"
scopes = ["read:orders", "write:orders"]

[[application]]
name = "Billing job"
client_id = "billing-job"
authorize = [{ audience = "https://orders.example/api", scopes = ["read:orders"] }]

[[application]]
name = "Nameless"
"#;

/// A folder with a data directory in it, once a command creates it.
pub(crate) struct Data {
    pub(crate) folder: TempDir,
}

impl Data {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Returns a data directory to which this registry file was applied.
    pub(crate) fn with(world: &str) -> Self {
        let data = Self::new();
        let output = data.apply(world, &[]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        data
    }

    /// Returns the path of a file beside the data directory.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file beside the data directory, readable only by its owner.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> String {
        let path = self.file(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Returns the path of the data directory.
    pub(crate) fn path(&self) -> PathBuf {
        self.file("data")
    }

    /// Runs a command on it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let path = self.path();
        run(&[arguments, &["--data", path.to_str().unwrap()]].concat())
    }

    /// Applies a registry file to it.
    pub(crate) fn apply(&self, world: &str, more: &[&str]) -> Output {
        let file = self.write("world.toml", world.as_bytes());
        self.run(&[&["apply", "-f", &file], more].concat())
    }

    /// Runs a command that succeeds, and returns its standard output.
    #[track_caller]
    pub(crate) fn good(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// Runs a command that fails, and returns its standard error.
    #[track_caller]
    pub(crate) fn bad(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        stderr
    }

    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.good(&[arguments, &["--output", "json"]].concat())).unwrap()
    }

    /// Returns its content.
    pub(crate) fn look(&self) -> (Snapshot, Vec<AuditEvent>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let store = self.open();
        runtime.block_on(async {
            let snapshot = store.snapshot().await.unwrap();
            // The newest first; a page has as many as fit into a mebibyte.
            let mut events = Vec::new();
            let mut before = None;
            loop {
                let query = EventQuery {
                    before,
                    most: 100_000,
                    ..EventQuery::default()
                };
                let page = store.events(query).await.unwrap();
                events.extend(page.entries.into_iter().map(|numbered| numbered.entry));
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            (snapshot, events)
        })
    }

    /// Opens it, as a server does.
    pub(crate) fn open(&self) -> Sqlite {
        Sqlite::open(&self.path()).unwrap()
    }
}

pub(crate) fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_directory_in_use_is_refused_with_the_fix() {
    let data = Data::with(WORLD);
    let key = data.write("key.jwk", crate::keys::ED25519.as_bytes());
    let world = data.write("world.toml", WORLD.as_bytes());
    let _server = data.open();
    for arguments in [
        ["apply", "-f", &world].as_slice(),
        &["export"],
        &["key", "list"],
        &["key", "import", &key],
        &["key", "reseal"],
        &["application", "reset-management"],
    ] {
        let stderr = data.bad(1, arguments);
        assert!(
            stderr.contains("is in use") && stderr.contains("help: stop the server"),
            "{stderr}"
        );
        assert!(
            stderr.ends_with("= note: m2m explain data-directory-in-use\n"),
            "{stderr}"
        );
    }
}

#[test]
fn a_directory_of_a_newer_release_is_refused_and_left_alone() {
    let data = Data::with(WORLD);
    let database = data.path().join("m2m.db");
    let mut bytes = std::fs::read(&database).unwrap();
    // The `user_version` in the header of a SQLite file.
    bytes[60..64].copy_from_slice(&77_u32.to_be_bytes());
    std::fs::write(&database, &bytes).unwrap();
    for arguments in [["export"].as_slice(), &["key", "list"]] {
        let stderr = data.bad(1, arguments);
        assert!(stderr.contains("used by a newer release"), "{stderr}");
        assert!(stderr.contains("version 77"), "{stderr}");
        assert!(stderr.contains("help: use that release"), "{stderr}");
        assert!(
            stderr.ends_with("= note: m2m explain data-schema-newer\n"),
            "{stderr}"
        );
    }
    let output = data.apply(WORLD, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(std::fs::read(&database).unwrap(), bytes);
}

#[test]
fn another_directory_does_not_become_a_data_directory_when_it_is_read() {
    let data = Data::new();
    std::fs::create_dir(data.path()).unwrap();
    for arguments in [
        ["export"].as_slice(),
        &["key", "list"],
        &["key", "reseal"],
        &["application", "reset-management"],
    ] {
        let stderr = data.bad(2, arguments);
        assert!(stderr.contains("is not a data directory"), "{stderr}");
        assert!(
            stderr.ends_with("= note: m2m explain data-directory-missing\n"),
            "{stderr}"
        );
        assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0);
    }
    let stderr = text(&run(&["export", "--data", "nowhere"]).stderr);
    assert!(stderr.contains("the directory does not exist"), "{stderr}");
}

#[test]
fn a_file_that_is_not_a_database_is_reported_by_its_name() {
    let data = Data::new();
    std::fs::create_dir(data.path()).unwrap();
    std::fs::write(
        data.path().join("m2m.db"),
        "no database at all ".repeat(100),
    )
    .unwrap();
    let stderr = data.bad(1, &["export"]);
    assert!(stderr.contains("m2m.db"), "{stderr}");
    assert!(stderr.contains("help: restore a backup"), "{stderr}");
}

#[test]
fn a_data_directory_is_for_its_owner_alone() {
    let data = Data::with(WORLD);
    assert_eq!(mode(&data.path()), 0o700);
    for entry in std::fs::read_dir(data.path()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn the_variable_of_a_server_does_not_keep_commands_from_calling_it() {
    let data = Data::with(WORLD);
    let world = data.write("world.toml", WORLD.as_bytes());
    let _server = data.open();
    let fake = Fake::new([
        ok::<ExportRegistry>(&json!({ "world": "" })),
        ok::<ListKeys>(&json!({ "keys": [] })),
        ok::<ApplyRegistry>(
            &json!({ "plan": { "steps": [], "kept": [] }, "applied": false, "credentials": [] }),
        ),
    ]);
    for arguments in [
        ["export"].as_slice(),
        &["key", "list"],
        &["apply", "-f", &world],
    ] {
        let in_container = |mut command: Command| {
            command.env("M2M_DATA", data.path());
            command.output().unwrap()
        };
        let output = in_container(fake.command(arguments));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let output = in_container(m2m(arguments));
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        for expected in [
            "M2M_DATA is set, but it is for m2m serve",
            "M2M_ISSUER",
            "--data DIR",
        ] {
            assert!(stderr.contains(expected), "{stderr}");
        }
    }
}

#[test]
fn the_issuer_of_a_server_is_reported_not_to_be_the_server_to_call() {
    let output = m2m(&["application", "list"])
        .env("M2M_SERVE_ISSUER", "https://id.example")
        .output()
        .unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.contains("M2M_SERVE_ISSUER is set, but it is for m2m serve"),
        "{stderr}"
    );
    assert!(stderr.contains("M2M_ISSUER"), "{stderr}");
}

#[test]
fn an_empty_variable_names_no_data_directory() {
    let output = m2m(&["export"]).env("M2M_DATA", "").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    let data = Data::with(WORLD);
    let reset = ["application", "reset-management", "--secrets-to", "-"];
    let output = m2m(&reset).env("M2M_DATA", data.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_server_that_waits_for_its_sealing_key_can_be_ended() {
    let data = Data::new();
    let pipe = data.file("sealing.pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let mut child = m2m(&["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data.path())
        .arg("--sealing-key-file")
        .arg(&pipe)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut pauses = (0..2_000).map(|_| std::thread::sleep(Duration::from_millis(10)));
    // The server creates the data directory before it looks for the key.
    while !data.path().join("m2m.db").exists() {
        assert!(pauses.next().is_some(), "it does not start");
    }
    terminate(&child);
    while child.try_wait().unwrap().is_none() {
        if pauses.next().is_none() {
            child.kill().unwrap();
            panic!("it does not end");
        }
    }
}
