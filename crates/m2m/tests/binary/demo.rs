//! The demo, to its end, and while it serves.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use crate::support::{m2m, run, terminate, text};

#[test]
fn the_demo_shows_every_step_and_ends_well() {
    let output = run(&["demo", "--once"]);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stdout}{stderr}");
    let mut rest = stdout.as_str();
    // In this order.
    for expected in [
        "1. A server",
        "2. A token, over HTTP\n  curl http://127.0.0.1:",
        "\"access_token\"",
        "3. The claims of the token",
        "client_id    \"billing-job\"",
        "4. Its signature",
        "valid: from http://127.0.0.1:",
        "5. A call with the token, to an API that m2m-guard protects\n  curl http://127.0.0.1:",
        "  200 OK\n  ten anvils for org_acme\n",
        "6. A call that the API denies",
        "  403 Forbidden\n  WWW-Authenticate: Bearer error=\"insufficient_scope\"",
        "scope=\"write:orders\"",
        "cause: scope-insufficient",
        "evidence: the token lacks [\"write:orders\"]",
        "fix: assign the scope \"write:orders\" of the API \"https://orders.example/api\" to the application \"billing-job\"",
        "scopes = [\"read:orders\", \"write:orders\"]",
        "7. A refusal",
        "\"error\": \"invalid_scope\"",
        "cause: scope-unknown",
        "fix: request the scope \"read:orders\"",
        "8. A refusal",
        "\"error\": \"invalid_client\"",
        "cause: secret-wrong",
        "a line break at the end",
        "fix: send the secret without a line break at the end",
    ] {
        let place = rest.find(expected);
        let place = place.unwrap_or_else(|| panic!("{expected}: {stdout}"));
        rest = rest.get(place + expected.len()..).unwrap();
    }
    let is_expiry_shown = ["in 59 minutes", "in 1 hour"].map(|time| stdout.contains(time));
    assert!(is_expiry_shown.contains(&true), "{stdout}");
    assert!(!stdout.contains('\u{1b}'), "no colour but on a terminal");
    assert_eq!(stderr, "");
}

/// Returns the output of a shell that runs these commands.
fn shell(commands: &str) -> String {
    let script = format!("set -euo pipefail\n{commands}");
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    let stderr = text(&output.stderr);
    assert!(output.status.success(), "{commands}: {stderr}");
    text(&output.stdout)
}

#[test]
fn each_command_that_the_demo_prints_works_while_it_serves() {
    let mut demo = m2m(&["demo", "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let mut commands: Vec<String> = Vec::new();
    for line in lines {
        let line = line.unwrap();
        let command = line.strip_prefix("  ").unwrap_or_default();
        let is_own = command.starts_with(env!("CARGO_BIN_EXE_m2m"));
        if is_own
            || ["curl ", "TOKEN="]
                .iter()
                .any(|start| command.starts_with(start))
        {
            commands.push(command.to_owned());
        }
        if command.ends_with("explain scope-unknown") {
            break;
        }
    }
    let token = commands
        .iter()
        .find(|command| command.starts_with("TOKEN="));
    let token = token.unwrap().clone();
    let outputs: Vec<(String, String)> = commands
        .into_iter()
        .filter(|command| *command != token)
        .map(|command| (shell(&format!("{token}\n{command}")), command))
        .map(|(output, command)| (command, output))
        .collect();
    let all: String = outputs.iter().map(|(_, output)| &**output).collect();
    let number = |part: &str| all.matches(part).count();
    // Two applications get a token; two documents; and the calls and refusals of the steps.
    assert_eq!(number("\"access_token\":"), 2, "{all}");
    assert_eq!(number("\"jwks_uri\":"), 1, "{all}");
    assert_eq!(number("\"keys\":"), 1, "{all}");
    assert_eq!(number("ten anvils for org_acme\n"), 1, "{all}");
    assert_eq!(number("HTTP/1.1 403 Forbidden"), 1, "{all}");
    assert_eq!(number("\"error\":\"invalid_scope\""), 1, "{all}");
    assert_eq!(number("\"error\":\"invalid_client\""), 1, "{all}");
    // What the explanations begin with.
    for (command, output) in &outputs {
        if command.contains(" explain") {
            let is_of_scope = ["scope", "invalid_scope"].map(|part| output.contains(part));
            assert!(is_of_scope.contains(&true), "{command}: {output}");
        }
    }
    terminate(&demo);
    assert!(demo.wait().unwrap().success());
    let mut log = String::new();
    demo.stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    // The API denied the call of step 6 twice more: without and with its explanation.
    let denied = log.lines().filter(|line| line.contains("\"call_denied\""));
    let denied: Vec<&str> = denied.collect();
    assert_eq!(denied.len(), 2, "{log}");
    for line in denied {
        for part in ["billing-job", "scope-insufficient", "write:orders"] {
            assert!(line.contains(part), "{line}");
        }
    }
}
