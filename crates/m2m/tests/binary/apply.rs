//! `m2m apply`, as operators and their scripts use it.

use m2m_authority::registry::SecretHash;
use serde_json::Value;

use crate::data::{Data, WORLD, mode};
use crate::support::{run, text};

#[test]
fn a_file_is_applied_once_and_a_second_time_there_is_nothing_to_do() {
    let data = Data::new();
    let first = text(&data.apply(WORLD, &[]).stdout);
    assert!(
        first.contains("+ api \"https://orders.example/api\" (Orders)\n"),
        "{first}"
    );
    assert!(first.contains("3 to create, 0 to update, 0 to delete\napplied\n"));
    assert_eq!(first.matches("(shown once)").count(), 2, "{first}");
    let second = data.apply(WORLD, &[]);
    assert_eq!(second.status.code(), Some(0));
    assert_eq!(
        text(&second.stdout),
        "nothing to do: the registry matches the file\n"
    );
}

#[test]
fn a_dry_run_changes_nothing_and_creates_no_folder() {
    let data = Data::new();
    let output = text(&data.apply(WORLD, &["--dry-run"]).stdout);
    assert!(output.contains("3 to create"), "{output}");
    assert!(output.contains("nothing was changed"), "{output}");
    assert!(!output.contains("client_secret"), "{output}");
    assert!(!data.path().exists());
    let data = Data::with(WORLD);
    data.apply(
        "[[organization]]\ncode = \"o\"\n",
        &["--dry-run", "--prune"],
    );
    assert_eq!(data.look().0.version.0, 1);
}

#[test]
fn x9_secrets_go_into_a_file_for_its_owner_alone_and_nowhere_else() {
    let data = Data::new();
    let file = data.file("secrets.jsonl");
    let to = ["--secrets-to", file.to_str().unwrap()];
    let output = data.apply(WORLD, &to);
    let written = std::fs::read_to_string(&file).unwrap();
    assert_eq!(mode(&file), 0o600);
    let (snapshot, audit) = data.look();
    let shown = format!("{}{}{audit:?}", text(&output.stdout), text(&output.stderr));
    let lines: Vec<Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    for (line, stored) in lines.iter().zip(&snapshot.applications) {
        let secret = line["client_secret"].as_str().unwrap();
        assert_eq!(line["client_id"], *stored.value.client_id);
        let hash = SecretHash::of(secret.as_bytes());
        assert!(bool::from(
            stored.value.secrets[0].hash.constant_time_eq(&hash)
        ));
        assert!(!shown.contains(secret) && !shown.contains(&hash.to_base64()));
    }
    // A second time no secret is generated, and the existing file does not matter.
    assert_eq!(data.apply(WORLD, &to).status.code(), Some(0));
}

#[test]
fn no_file_is_replaced_by_secrets_and_then_nothing_is_changed() {
    let data = Data::new();
    let file = data.write("secrets.jsonl", b"older");
    let output = data.apply(WORLD, &["--secrets-to", &file]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("nothing was changed"), "{stderr}");
    assert_eq!(std::fs::read(&file).unwrap(), b"older");
    assert_eq!(data.look().0.version.0, 0);
}

#[test]
fn a_script_gets_json() {
    let data = Data::new();
    let world = data.write("world.toml", WORLD.as_bytes());
    let document = data.json(&["apply", "-f", &world]);
    assert_eq!(document["applied"], true);
    assert_eq!(document["counts"]["created"], 3);
    assert_eq!(document["steps"][1]["name"], "billing-job");
    assert_eq!(document["steps"][1]["secret"], "generated");
    let credentials = document["credentials"].as_array().unwrap();
    assert!(
        credentials[1]["client_secret"]
            .as_str()
            .unwrap()
            .starts_with("m2m_")
    );
    let changed = WORLD.replace(
        "name = \"Orders\"",
        "name = \"Orders\"\ntoken_lifetime = 60",
    );
    let world = data.write("world.toml", changed.as_bytes());
    let document = data.json(&["apply", "-f", &world, "--dry-run"]);
    assert_eq!(document["applied"], false);
    let change = &document["steps"][0]["changes"][0];
    assert_eq!(change["field"], "token_lifetime");
    assert_eq!(
        (&change["before"], &change["after"]),
        (&3600.into(), &60.into())
    );
}

#[test]
fn nothing_is_deleted_without_being_asked_for() {
    let data = Data::with(WORLD);
    let less = "[[organization]]\ncode = \"o\"\n";
    let output = data.apply(less, &["--prune"]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("3 records would be deleted"), "{stderr}");
    assert!(stderr.contains("help: add --yes"), "{stderr}");
    assert_eq!(data.look().0.version.0, 1);
    assert_eq!(
        data.apply(less, &["--prune", "--yes"]).status.code(),
        Some(0)
    );
    let (snapshot, audit) = data.look();
    assert_eq!((snapshot.apis.len(), snapshot.applications.len()), (0, 0));
    assert!(audit.iter().all(|event| &*event.actor.name == "m2m apply"));
    assert_eq!(audit.len(), 3 + 4);
}

#[test]
fn a_mistake_in_the_file_is_shown_with_its_place_and_changes_nothing() {
    let data = Data::with(WORLD);
    for (wrong, place, help) in [
        (
            WORLD.replace(
                "audience = \"https://orders.example/api\"\n",
                "audince = 1\n",
            ),
            "4:1",
            "`audience`",
        ),
        (
            WORLD.replacen("[\"read:orders\"]", "[\"read:order\"]", 1),
            "10:67",
            "\"read:orders\"",
        ),
    ] {
        let output = data.apply(&wrong, &[]);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains(&format!("world.toml:{place}\n")),
            "{stderr}"
        );
        assert!(stderr.contains(&format!("did you mean {help}")), "{stderr}");
    }
    assert_eq!(data.look().0.version.0, 1);
}

#[test]
fn a_command_without_a_data_directory_is_refused_with_the_options() {
    let data = Data::new();
    let world = data.write("world.toml", WORLD.as_bytes());
    let output = run(&["apply", "-f", &world]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.contains(
            "help: for the data directory of a stopped server: m2m apply -f world.toml --data DIR"
        ),
        "{stderr}"
    );
}

#[test]
fn a_lost_management_secret_is_replaced() {
    let data = Data::with(WORLD);
    let made = data.json(&["application", "reset-management"]);
    let file = data.path().join("first-credentials");
    assert_eq!(made["secrets_to"], file.to_str().unwrap());
    assert_eq!(made["credentials"][0]["client_secret"], Value::Null);
    let kept = std::fs::read_to_string(&file).unwrap();
    let reset = ["application", "reset-management", "--secrets-to", "-"];
    let again = data.json(&reset);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), kept);
    let client_id = |document: &Value| document["credentials"][0]["client_id"].clone();
    assert_eq!(client_id(&made), client_id(&again));
    let (snapshot, _) = data.look();
    let application = &snapshot.applications[2].value;
    let live: Vec<_> = application
        .secrets
        .iter()
        .filter(|secret| secret.ending.is_none())
        .collect();
    let secret = again["credentials"][0]["client_secret"].as_str().unwrap();
    assert_eq!(live.len(), 1);
    assert!(bool::from(
        live[0]
            .hash
            .constant_time_eq(&SecretHash::of(secret.as_bytes()))
    ));
    // An operator who prunes keeps access to the server.
    let output = text(&data.apply(WORLD, &["--prune", "--yes"]).stdout);
    assert!(
        output.contains("is not in the file and is kept"),
        "{output}"
    );
}
