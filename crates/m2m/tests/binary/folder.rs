//! The data directory of commands and servers: files that are lost, replaced, truncated or open to others, and a disk that fails.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::connections::counted;
use crate::data::{Data, WORLD};
use crate::managed::ManagementCalls as _;
use crate::managed::{Managed, fresh};
use crate::support::{Answer, m2m, send_to, text};

#[test]
fn f1_x21_a_directory_without_its_database_is_refused_by_every_command_with_the_fix() {
    let data = Data::with(WORLD);
    let key = data.write("key.jwk", crate::keys::ED25519.as_bytes());
    let world = data.write("world.toml", WORLD.as_bytes());
    fs::remove_file(data.path().join("m2m.db")).unwrap();
    for arguments in [
        ["serve", "--listen", "127.0.0.1:0"].as_slice(),
        &["apply", "-f", &world],
        &["apply", "--dry-run", "-f", &world],
        &["export"],
        &["key", "list"],
        &["key", "import", &key],
        &["application", "reset-management"],
    ] {
        let stderr = data.bad(1, arguments);
        for part in [
            "is lost",
            "m2m.id shows that the data directory contained a registry",
            "help: restore a backup",
            "rm -r ",
        ] {
            assert!(stderr.contains(part), "{arguments:?}: {stderr}");
        }
        assert!(!data.path().join("m2m.db").exists());
    }
}

#[test]
fn x21_a_folder_with_only_a_sealing_key_is_refused_with_the_place_for_a_new_one() {
    let data = Data::new();
    fs::create_dir(data.path()).unwrap();
    let file = data.path().join("sealing.key");
    fs::write(&file, "c2VjcmV0\n").unwrap();
    let stderr = data.bad(1, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        stderr.contains("sealing.key shows") && stderr.contains("--sealing-key-file FILE"),
        "{stderr}"
    );
}

#[test]
fn x21_a_backup_that_was_restored_is_served_and_reported() {
    let data = Data::with(WORLD);
    let backup = data.file("backup.db");
    fs::copy(data.path().join("m2m.db"), &backup).unwrap();
    let more = format!("{WORLD}\n[[application]]\nname = \"Another\"\nclient_id = \"another\"\n");
    assert_eq!(data.apply(&more, &[]).status.code(), Some(0));
    fs::copy(&backup, data.path().join("m2m.db")).unwrap();
    let export = data.run(&["export"]);
    let said = text(&export.stderr);
    assert!(said.contains("m2m.db is an older copy"), "{said}");
    let managed = Managed::over(data, &[]);
    let (_, said) = managed.server.stop();
    assert!(said.contains("\"event\":\"rolled_back\""), "{said}");
    let managed = Managed::over(managed.data, &[]);
    let (_, said) = managed.server.stop();
    assert!(!said.contains("rolled_back"), "it is reported once: {said}");
}

#[test]
fn a_database_that_everybody_may_read_is_refused_as_the_sealing_key_is() {
    let data = Data::with(WORLD);
    let database = data.path().join("m2m.db");
    let chmod = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode));
    for mode in [0o644, 0o602] {
        chmod(&database, mode).unwrap();
        let stderr = data.bad(2, &["export"]);
        assert!(
            stderr.contains("is open to others") && stderr.contains("help: run chmod 600"),
            "{stderr}"
        );
    }
    chmod(&database, 0o660).unwrap();
    chmod(&data.path(), 0o777).unwrap();
    let said = text(&data.run(&["export"]).stderr);
    assert!(said.contains("the group of"), "{said}");
    assert!(said.contains("every user can replace the files"), "{said}");
    chmod(&database, 0o600).unwrap();
    chmod(&data.path(), 0o1777).unwrap();
    let said = text(&data.run(&["export"]).stderr);
    assert_eq!(said, "");
}

fn readyz(ops: SocketAddr) -> Answer {
    send_to(
        ops,
        b"GET /readyz HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n",
    )
}

fn create(managed: &Managed, client_id: &str) -> Answer {
    let body = json!({ "name": "An application", "type": "m2m", "client_id": client_id });
    managed.call("POST", "/api/v1/applications", &body)
}

#[test]
fn f2_f6_x22_a_server_without_its_files_acknowledges_nothing_and_reports_why() {
    let managed = Managed::over(fresh(), &["--ops-listen", "127.0.0.1:0"]);
    let ops = managed.server.ops();
    let (path, elsewhere) = (managed.data.path(), managed.data.file("elsewhere"));
    assert_eq!(readyz(ops).status, 200);
    fs::rename(&path, &elsewhere).unwrap();
    let message = create(&managed, "lost").refusal((503, "STORE_UNAVAILABLE"));
    assert!(message.contains("nothing was changed"), "{message}");
    // The periodic check notices it without a change as well.
    let line = loop {
        let line = managed.server.wait_for_log("store_failed");
        let line: Value = serde_json::from_str(&line).unwrap();
        if line["access"] == "write" || readyz(ops).status == 503 {
            break line;
        }
    };
    assert_eq!(line["kind"], "displaced", "{line}");
    let why = line["why"].as_str().unwrap();
    assert!(why.contains("data was deleted or moved"), "{why}");
    let answer = loop {
        let answer = readyz(ops);
        if answer.status == 503 {
            break answer.json();
        }
    };
    assert_eq!(answer["reasons"], json!(["out-of-contact"]));
    let shown = answer["store"].to_string();
    assert!(shown.contains("deleted or moved"), "{shown}");
    assert!(counted(ops, "m2m_store_failures_total{kind=\"displaced\"}") > 0);
    // No other process can take the folder in the meantime, not even without its lock file.
    fs::remove_file(elsewhere.join("m2m.lock")).unwrap();
    let second = m2m(&["export", "--data"]).arg(&elsewhere).output().unwrap();
    let said = text(&second.stderr);
    assert!(
        second.status.code() == Some(1) && said.contains("is in use"),
        "{said}"
    );
}

#[test]
fn f2_f6_a_journal_that_was_cut_short_is_named_in_the_log() {
    let managed = Managed::over(fresh(), &["--ops-listen", "127.0.0.1:0"]);
    let ops = managed.server.ops();
    assert_eq!(create(&managed, "one").status, 201);
    let journal = fs::OpenOptions::new()
        .write(true)
        .open(managed.data.path().join("m2m.db-wal"));
    journal.unwrap().set_len(0).unwrap();
    loop {
        let line = managed.server.wait_for_log("store_failed");
        if line.contains("m2m.db-wal was truncated") {
            break;
        }
    }
    assert_eq!(readyz(ops).status, 503);
    assert_eq!(create(&managed, "two").status, 503);
}

/// A folder in which a file named after a system call makes that call fail, and a command that uses it.
struct Disk<'d>(&'d Data);

impl<'d> Disk<'d> {
    fn of(data: &'d Data) -> Self {
        fs::create_dir(data.file("faults")).unwrap();
        let source = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../m2m-store/tests/faults/faults.c"
        );
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(data.file("faults.so"))
            .args([source, "-ldl"])
            .status();
        assert!(compiled.unwrap().success());
        Self(data)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = m2m(arguments);
        command
            .arg("--data")
            .arg(self.0.path())
            .env("LD_PRELOAD", self.0.file("faults.so"))
            .env("M2M_FAULTS", self.0.file("faults"));
        command
    }
}

fn fails(data: &Data, call: &str) {
    fs::write(data.file("faults").join(call), "").unwrap();
}

fn works(data: &Data, call: &str) {
    fs::remove_file(data.file("faults").join(call)).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn f11_a_change_that_may_have_been_made_is_reported_as_unknown_and_its_outcome_logged() {
    let data = fresh();
    let command = Disk::of(&data).command(&["serve", "--listen", "127.0.0.1:0"]);
    let managed = Managed::of_command(command, data);
    fails(&managed.data, "fsync");
    let unknown = create(&managed, "unknown");
    let message = unknown.refusal((503, "CHANGE_UNKNOWN"));
    assert!(
        message.contains("may or may not have been saved"),
        "{message}"
    );
    assert!(unknown.header("retry-after").is_none(), "{unknown:?}");
    let trace_id = unknown.member("trace_id");
    let line = managed.server.wait_for_log(&trace_id);
    assert!(line.contains("\"cause\":\"change-unknown\""), "{line}");
    // The outcome of the next change is known.
    create(&managed, "certain").refusal((503, "STORE_UNAVAILABLE"));
    works(&managed.data, "fsync");
    let line = loop {
        let line = managed.server.wait_for_log(&trace_id);
        if line.contains("change_settled") {
            break line;
        }
    };
    assert!(line.contains("\"made\":false"), "{line}");
    managed.refused(
        (404, "APPLICATION_NOT_FOUND"),
        "GET",
        "/api/v1/applications/unknown",
        &Value::Null,
    );
    assert_eq!(create(&managed, "unknown").status, 201);
}

#[cfg(target_os = "linux")]
#[test]
fn f11_apply_reports_that_a_change_may_have_been_made() {
    let data = Data::with(WORLD);
    let more = format!("{WORLD}\n[[application]]\nname = \"Another\"\nclient_id = \"another\"\n");
    let file = data.write("more.toml", more.as_bytes());
    let secrets = data.file("secrets.jsonl");
    let mut command = Disk::of(&data).command(&["apply", "-f", &file]);
    command.arg("--secrets-to").arg(&secrets);
    // The file of secrets is synchronized as well, before the change.
    command.env("M2M_FAULTS_FILE", "m2m.db-wal");
    fails(&data, "fsync");
    let output = command.output().unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    for part in [
        "it is not known whether the change was made",
        "help: once the disk works",
        "keep it until you know",
    ] {
        assert!(stderr.contains(part), "{stderr}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_at_the_first_start_is_named() {
    let data = Data::new();
    let disk = Disk::of(&data);
    fails(&data, "write");
    let file = data.write("world.toml", WORLD.as_bytes());
    for arguments in [
        ["serve", "--listen", "127.0.0.1:0"].as_slice(),
        &["apply", "-f", &file],
    ] {
        let output = disk.command(arguments).output().unwrap();
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(
            stderr.contains("the disk of") && stderr.contains("help: free some space"),
            "{stderr}"
        );
    }
    works(&data, "write");
    assert_eq!(data.apply(WORLD, &[]).status.code(), Some(0));
}
