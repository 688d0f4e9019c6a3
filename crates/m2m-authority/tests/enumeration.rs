//! The second half of attack X8: the number of instructions for a request in each state of a client.

use std::path::PathBuf;
use std::process::Command;

/// Returns the path of the example that answers one request, which is built with the tests.
fn example() -> PathBuf {
    let tests = std::env::current_exe().expect("the path of the test");
    let profile = tests
        .parent()
        .and_then(|dependencies| dependencies.parent())
        .expect("target/PROFILE/deps");
    profile.join("examples").join("enumeration")
}

/// Returns the number of instructions from accept to respond for a client in this state.
fn instructions(state: &str) -> u64 {
    let output = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            "--toggle-collect=*answer_once*",
        ])
        .arg(example())
        .args(["count", state])
        .output()
        .expect("valgrind runs");
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "401",
        "{state}"
    );
    let collected = report
        .lines()
        .find_map(|line| line.split_once("Collected : "))
        .expect("callgrind reports");
    collected
        .1
        .trim()
        .parse()
        .expect("a number of instructions")
}

#[test]
fn x8_every_state_of_a_client_costs_the_same_number_of_instructions() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("not counted: valgrind is not installed (`cargo xtask test` installs it)");
        return;
    }
    let wrong = instructions("wrong");
    assert!(wrong > 10_000, "the count includes the request: {wrong}");
    for state in [
        "unknown", "disabled", "deleted", "public", "ended", "expired",
    ] {
        let count = instructions(state);
        println!("{state}: {count}, wrong secret: {wrong}");
        assert!(
            count.abs_diff(wrong) * 100 <= wrong,
            "{state} costs {count} instructions, a wrong secret {wrong}"
        );
    }
}
