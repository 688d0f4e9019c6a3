//! Other programs, started from the root of the workspace.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::failure::{Failure, Outcome};

/// The root of the workspace.
pub fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}

/// Returns a command for a program, run from the root.
///
/// The variables that `cargo run` sets about the package `xtask` are removed from the environment: build scripts watch them (ring's does), and a
/// crate would be rebuilt each time it is reached by `cargo` and by `cargo xtask` in turn.
pub fn program(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(root());
    for (variable, _) in std::env::vars_os() {
        if variable.to_str().is_some_and(describes_this_package) {
            command.env_remove(variable);
        }
    }
    command
}

/// `cargo` with these arguments.
pub fn cargo(arguments: &[&str]) -> Command {
    program("cargo", arguments)
}

/// Runs a program whose output goes to the output of this process.
///
/// # Errors
///
/// If the program cannot be started, or fails.
pub fn run(command: &mut Command, remedy: &str) -> Outcome {
    println!("$ {}", spoken(command));
    let status = command
        .status()
        .map_err(|error| cannot_start(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(
            format!("`{}` ({status})", spoken(command)),
            remedy,
        ))
    }
}

/// Runs a program and returns what it printed, whether it succeeded or not.
///
/// # Errors
///
/// If the program cannot be started.
pub fn output(command: &mut Command) -> Result<Output, Failure> {
    command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| cannot_start(command, &error))
}

/// Runs a program that has to succeed, and returns what it printed on standard output.
///
/// # Errors
///
/// If the program cannot be started, or fails.
pub fn text(command: &mut Command) -> Result<String, Failure> {
    let output = output(command)?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Failure::new(
            format!(
                "`{}` ({})\n{}",
                spoken(command),
                output.status,
                String::from_utf8_lossy(&output.stderr).trim_end()
            ),
            "run the command manually from the root of the workspace",
        ))
    }
}

/// Returns true if a program can be started and succeeds.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Returns the command as one would type it.
fn spoken(command: &Command) -> String {
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            words.push(format!(
                "{}={:?}",
                name.to_string_lossy(),
                value.to_string_lossy()
            ));
        }
    }
    words.push(command.get_program().to_string_lossy().into_owned());
    words.extend(
        command
            .get_args()
            .map(|argument| argument.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Failure {
    let name = command.get_program().to_string_lossy();
    Failure::new(
        format!("`{name}` cannot be started: {error}"),
        format!("install `{name}`, or add its directory to PATH"),
    )
}

fn describes_this_package(variable: &str) -> bool {
    variable == "CARGO"
        || [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
            "CARGO_PRIMARY_",
        ]
        .iter()
        .any(|prefix| variable.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_only_variables_that_describe_this_package() {
        assert!(describes_this_package("CARGO_PKG_NAME"));
        assert!(describes_this_package("CARGO_MANIFEST_DIR"));
        assert!(!describes_this_package("CARGO_TARGET_DIR"));
        assert!(!describes_this_package("CARGO_HOME"));
        assert!(!describes_this_package("M2M_VECTORS"));
    }

    #[test]
    fn the_failure_of_a_program_contains_its_command_line() {
        let failure = run(
            cargo(&["no-such-subcommand"]).stderr(Stdio::null()),
            "do this",
        )
        .expect_err("fails");
        let told = failure.to_string();
        assert!(told.contains("cargo no-such-subcommand"), "{told}");
        assert!(told.contains("do this"), "{told}");
    }
}
