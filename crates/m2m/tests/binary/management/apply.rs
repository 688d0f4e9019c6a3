//! `m2m apply` and `m2m export` on a running server.

use m2m_api::operations::{ApplyRegistry, ExportRegistry};
use serde_json::{Value, json};

use crate::fake::{Fake, ok, refused, told};
use crate::support::{file, registry_file, text};

fn plan(deleted: bool) -> Value {
    let mut steps = vec![json!({
        "action": "created", "subject": "application", "name": "a", "title": "A\u{202e}",
        "secret": "generated", "changes": [],
    })];
    if deleted {
        steps.push(json!({ "action": "deleted", "subject": "api", "name": "x", "title": "X", "changes": [] }));
    }
    json!({ "steps": steps, "kept": ["manager"] })
}

fn applied(deleted: bool) -> Value {
    json!({
        "plan": plan(deleted), "applied": true,
        "credentials": [{ "application": "A", "client_id": "a", "client_secret": "s3" }],
    })
}

#[test]
fn a_file_is_applied_and_new_secrets_are_shown_once() {
    let (_folder, path) = file("world.toml", &registry_file());
    let fake = Fake::new([
        ok::<ApplyRegistry>(&applied(false)),
        ok::<ApplyRegistry>(&applied(false)),
    ]);
    let shown = fake.good(&["apply", "-f", &path]);
    for expected in [
        "+ application \"a\" (A\\u{202e}), with a new secret\n",
        "1 to create, 0 to update, 0 to delete\n",
        "applied\n",
        "generated for \"A\": client_id a client_secret s3 (shown once)\n",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let asked = &fake.asked()[0];
    assert_eq!(asked.line, "POST /api/v1/apply");
    assert_eq!(asked.content_type, "application/toml");
    assert_eq!(asked.body, registry_file());
    let json = fake.good(&["apply", "-f", &path, "--output", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["applied"], true);
    assert_eq!(json["counts"]["created"], 1);
    assert_eq!(json["credentials"][0]["client_secret"], "s3");
}

#[test]
fn new_secrets_go_into_a_file_that_is_there_before_they_are() {
    let (folder, path) = file("world.toml", &registry_file());
    let secrets = folder.path().join("secrets.jsonl");
    let apply = [
        "apply",
        "-f",
        &path,
        "--secrets-to",
        secrets.to_str().unwrap(),
    ];
    let wrong = refused(409, "", "CONFLICT", "Another caller was faster");
    let dry = json!({ "plan": plan(false), "applied": false, "credentials": [] });
    let empty = json!({ "plan": { "steps": [], "kept": [] }, "applied": false, "credentials": [] });
    let nothing =
        json!({ "plan": { "steps": [], "kept": [] }, "applied": true, "credentials": [] });
    let fake = Fake::new([
        ok::<ApplyRegistry>(&dry),
        wrong,
        ok::<ApplyRegistry>(&dry),
        ok::<ApplyRegistry>(&applied(false)),
        ok::<ApplyRegistry>(&dry),
        ok::<ApplyRegistry>(&empty),
        ok::<ApplyRegistry>(&nothing),
    ]);
    assert!(fake.bad(1, &apply).contains("Another caller was faster"));
    assert!(!secrets.exists());
    let shown = fake.good(&apply);
    assert!(!shown.contains("s3"), "{shown}");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&secrets).unwrap()).unwrap();
    assert_eq!(kept["client_secret"], "s3");
    // An existing file is not overwritten, and nothing is changed.
    assert!(fake.bad(2, &apply).contains("secrets.jsonl"));
    // If there is nothing to write, the existing file does not matter.
    fake.good(&apply);
    let dry_runs = fake
        .lines()
        .iter()
        .filter(|line| line.contains("dry_run"))
        .count();
    assert_eq!((dry_runs, fake.lines().len()), (4, 7));
}

#[test]
fn nothing_is_pruned_before_it_is_confirmed() {
    let (_folder, path) = file("world.toml", &registry_file());
    let dry = json!({ "plan": plan(true), "applied": false, "credentials": [] });
    let fake = Fake::new([
        ok::<ApplyRegistry>(&dry),
        ok::<ApplyRegistry>(&applied(true)),
        ok::<ApplyRegistry>(&dry),
    ]);
    let output = fake.run(&["apply", "-f", &path, "--prune"]);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stdout.contains("- api \"x\" (X)"), "{stdout}");
    assert!(
        stderr.contains("1 record would be deleted") && stderr.contains("--yes"),
        "{stderr}"
    );
    let shown = fake.good(&["apply", "-f", &path, "--prune", "--yes"]);
    assert!(shown.contains("applied\n"), "{shown}");
    let shown = fake.good(&["apply", "-f", &path, "--prune", "--dry-run"]);
    assert!(shown.contains("this was a dry run"), "{shown}");
    assert_eq!(
        fake.lines(),
        [
            "POST /api/v1/apply?dry_run=true&prune=true",
            "POST /api/v1/apply?prune=true",
            "POST /api/v1/apply?dry_run=true&prune=true",
        ]
    );
}

#[test]
fn a_mistake_is_shown_with_its_place() {
    let source = registry_file();
    let (_folder, path) = file("world.toml", &source);
    let start = source.find("\"read:reports\"]").unwrap();
    let mistake = |start: usize, end: usize| {
        let body = json!({
            "errors": [{ "code": "MISTAKE", "message": "unknown scope" }],
            "mistake": { "start": start, "end": end, "earlier": 1, "help": "did you mean \"read:report\"?" },
        });
        told(400, "", &body.to_string())
    };
    let line = source[..start].matches('\n').count() + 1;
    let fake = Fake::new([mistake(start, start + 14), mistake(usize::MAX - 1, 0)]);
    let said = fake.bad(2, &["apply", "-f", &path]);
    for expected in [
        "error: unknown scope\n",
        &format!("world.toml:{line}:"),
        "^^^^^^^^^^^^^^",
        "the earlier one is in line 2",
        "help: did you mean \"read:report\"?",
        "note: m2m explain registry-file-invalid\n",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    // An invalid place in the refusal is harmless.
    assert!(
        fake.bad(2, &["apply", "-f", &path])
            .contains("unknown scope")
    );

    // A file that is not a registry file is refused without a server.
    let (_folder, path) = file("world.toml", "[[api]]\naudince = 1\n");
    let none = Fake::new([]);
    assert!(
        none.bad(2, &["apply", "-f", &path])
            .contains("did you mean `audience`?")
    );
    assert_eq!(none.lines(), [""; 0]);
}

#[test]
fn an_export_is_the_text_that_the_server_has() {
    let toml = "[[api]]\nname = \"Orders\"\n";
    let fake = Fake::new([
        ok::<ExportRegistry>(&json!({ "world": toml })),
        ok::<ExportRegistry>(&json!({ "world": "# \u{1b}[2J\n" })),
        told(200, "", "{}"),
    ]);
    assert_eq!(fake.good(&["export"]), toml);
    assert_eq!(
        fake.good(&["export", "--with-secret-hashes"]),
        "# \\U0000001B[2J\n"
    );
    let said = fake.bad(3, &["export"]);
    assert!(
        said.contains("cannot read the answer of") && said.contains("`world`"),
        "{said}"
    );
    assert_eq!(
        fake.lines(),
        [
            "GET /api/v1/export",
            "GET /api/v1/export?with_secret_hashes=true",
            "GET /api/v1/export",
        ]
    );
}
