//! A check that each fix and each task with a command, and each fix with lines of a registry file, is run.

use std::collections::BTreeSet;

use m2m_authority::diagnose::Fix;
use m2m_errors::Task;
use m2m_explain::{Operating, TaskAdvice, remedy};
use serde_json::json;

use crate::managed::fixes::mistakes::{OF_EXPLANATIONS, OF_OTHERS, all};
use crate::managed::fixes::registry_file::MISTAKES;

/// Returns the kinds of all fixes, which the error of an unknown kind lists.
fn kinds() -> Vec<String> {
    let error = serde_json::from_value::<Fix>(json!({ "kind": "?" })).unwrap_err();
    let error = error.to_string();
    let (_, kinds) = error.split_once("expected one of ").unwrap();
    let kinds = kinds
        .split(", ")
        .map(|kind| kind.trim_matches('`').to_owned());
    kinds.collect()
}

/// Returns a fix of a kind. It has to be read from one of these values.
fn example(kind: &str) -> Fix {
    let quota = json!({ "tokens": 20, "per": "1h", "mode": "enforce" });
    let authorize = json!([{ "audience": "https://a.example", "scopes": ["read"] }]);
    let fields = |problem: &str| {
        json!({
            "kind": kind, "problem": problem, "path": "/", "parameter": "scope", "client_id": "job",
            "difference": "quotes", "audience": "https://a.example", "scope": "read",
            "grant_type": "client_credentials", "authorize": authorize, "address": "192.0.2.7",
            "allowed": ["10.0.0.0/8"], "methods": ["client_secret_post"], "quota": quota, "code": "org",
        })
    };
    let mut problems = ["not_tls", "not_http", "whitespace"].iter();
    let example = problems.find_map(|problem| serde_json::from_value(fields(problem)).ok());
    example.unwrap_or_else(|| panic!("add the fields of the fix {kind} to this test"))
}

#[test]
fn each_fix_and_each_task_with_a_command_is_run_as_it_is_printed() {
    let steps = all().flat_map(|mistake| mistake.steps);
    let steps = steps.chain(OF_EXPLANATIONS.iter().map(|(_, step)| step));
    let run: BTreeSet<&str> = steps
        .map(|step| step.kind)
        .chain(OF_OTHERS.iter().copied())
        .collect();
    let data = Operating::DataDirectory {
        issuer: "https://id.example",
    };
    let kinds = kinds();
    assert!(kinds.len() > 30, "{kinds:?}");
    let with_command = kinds
        .iter()
        .filter(|kind| remedy(&example(kind), data).command.is_some());
    let tasks = Task::ALL.iter().map(|task| TaskAdvice::of(*task));
    let tasks = tasks.filter(|advice| advice.command.is_some());
    let expected: BTreeSet<&str> = with_command
        .map(String::as_str)
        .chain(tasks.map(|advice| advice.task))
        .collect();
    assert_eq!(run, expected);
}

#[test]
fn each_fix_with_lines_of_a_registry_file_is_applied_as_it_is_printed() {
    let kinds = kinds();
    let with_lines = kinds.iter().filter(|kind| {
        let remedy = remedy(&example(kind), Operating::RegistryFile);
        remedy.lines.is_some()
    });
    let applied: BTreeSet<&str> = MISTAKES.iter().map(|own| own.kind).collect();
    assert_eq!(applied, with_lines.map(String::as_str).collect());
}
