//! The one test command: it runs every check that must pass before a change is merged.

use crate::command::{self, cargo};
use crate::failure::{Failure, Outcome};
use crate::steps::{self, Step};
use crate::workspace::{Package, Workspace};
use crate::{arrows, budget, codegen, install, readmes, tidy, torture};

/// The crates that are separate workspaces.
const APART: [&str; 4] = [
    "bench/compare/Cargo.toml",
    "bench/yardstick/Cargo.toml",
    "fuzz/Cargo.toml",
    "tests/clients/rust/Cargo.toml",
];

/// The crate with a feature per crypto library.
const JWT: &str = "m2m-jwt";

/// The files that every package contains in addition to its sources.
const PACKAGED: [&str; 3] = ["LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// The steps, cheap ones first.
const STEPS: &[Step] = &[
    Step {
        name: "install",
        title: "install missing programs",
        why: "later steps start them",
        run: install::run,
    },
    Step {
        name: "format",
        title: "the format of the sources",
        why: "a diff should not contain changes of the format",
        run: |_| format(),
    },
    Step {
        name: "tidy",
        title: "sizes, words, manifests, test ids, seeds, documents",
        why: "the compiler does not check them",
        run: tidy::run,
    },
    Step {
        name: "arrows",
        title: "dependencies between crates",
        why: "the core must not use clocks, sockets or async code, and each crate must be usable alone",
        run: arrows::run,
    },
    Step {
        name: "budget",
        title: "number of third-party dependencies of each library",
        why: "users of a small library get all of its dependencies as well",
        run: budget::run,
    },
    Step {
        name: "codegen",
        title: "docs/errors.md matches the taxonomy",
        why: "a copy that is not checked becomes outdated",
        run: |_| codegen::check(),
    },
    Step {
        name: "clippy",
        title: "lints, as errors",
        why: "the lints enforce the code style: no `as`, no indexing, no wildcard over an enum",
        run: |_| {
            command::run(
                &mut cargo(&[
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--",
                    "-D",
                    "warnings",
                ]),
                "fix the problems that clippy reports; an `#[expect]` needs a reason",
            )
        },
    },
    Step {
        name: "test",
        title: "all tests, including the examples in the documentation",
        why: "each test covers a requirement, a row of the seed documents, an attack or a property",
        run: |_| {
            command::run(
                cargo(&["test", "--workspace", "--no-fail-fast"])
                    .env(torture::SECONDS, torture::DEFAULT_SECONDS.to_string()),
                "run a single test with `cargo test -p CRATE NAME`",
            )
        },
    },
    Step {
        name: "crypto",
        title: "m2m-jwt with ring, with aws-lc-rs, and with neither",
        why: "either crypto library must suffice, and without one the error must name the features to choose from",
        run: crypto,
    },
    Step {
        name: "alone",
        title: "each public crate alone with its default features",
        why: "users of one crate do not get the features that the whole workspace enables",
        run: alone,
    },
    Step {
        name: "readmes",
        title: "the examples in the READMEs of the public crates, compiled outside of the workspace as printed",
        why: "new users paste these examples into their projects",
        run: readmes::run,
    },
    Step {
        name: "doc",
        title: "the documentation, without broken links",
        why: "users of the crates rely on their documentation",
        run: |_| doc(),
    },
    Step {
        name: "package",
        title: "the public crates as packages",
        why: "a crate that cannot be packaged cannot be published",
        run: package,
    },
    Step {
        name: "clients",
        title: "third-party clients against the binary",
        why: "the server must support the requests that existing clients send",
        run: clients,
    },
    Step {
        name: "pages",
        title: "the pages in Chromium, checked with axe-core",
        why: "pages must work for everyone: with a keyboard, a screen reader, without scripts, light and dark, and on a phone",
        run: pages,
    },
];

/// The first step if programs must not be installed.
const LOOK: Step = Step {
    name: "install",
    title: "check for missing programs, without installing them",
    why: "later steps start them",
    run: install::look,
};

/// Runs all steps, or those that the options choose.
pub(crate) fn run(options: &[&str]) -> Outcome {
    let mut only = Vec::new();
    let mut skip = Vec::new();
    let mut installs = true;
    let mut options = options.iter();
    while let Some(option) = options.next() {
        let names = match *option {
            "--list" => {
                list();
                return Ok(());
            }
            "--no-install" => {
                installs = false;
                continue;
            }
            "--only" => &mut only,
            "--skip" => &mut skip,
            other => return Err(Failure::usage(format!("`test` has no option `{other}`"))),
        };
        let name = options.next().copied().unwrap_or_default();
        if !STEPS.iter().any(|step| step.name == name) {
            return Err(Failure::usage(format!(
                "`{option}` takes the name of a step, not `{name}`; `--list` lists the steps"
            )));
        }
        names.push(name);
    }
    let chosen: Vec<&Step> = STEPS
        .iter()
        .map(|step| match step.name {
            "install" if !installs => &LOOK,
            _ => step,
        })
        .filter(|step| (only.is_empty() || only.contains(&step.name)) && !skip.contains(&step.name))
        .collect();
    steps::run(&chosen, &Workspace::read()?)?;
    if chosen.len() == STEPS.len() {
        println!("\nAll steps passed.");
    } else {
        println!(
            "\nThe selected steps passed; {} of {} were not run.",
            STEPS.len() - chosen.len(),
            STEPS.len()
        );
    }
    Ok(())
}

fn list() {
    for step in STEPS {
        println!(
            "{:<10} {}\n{:<10} Reason: {}",
            step.name, step.title, "", step.why
        );
    }
}

fn format() -> Outcome {
    command::run(&mut cargo(&["fmt", "--all", "--check"]), "cargo fmt --all")?;
    for manifest in APART {
        command::run(
            &mut cargo(&["fmt", "--manifest-path", manifest, "--check"]),
            &format!("cargo fmt --manifest-path {manifest}"),
        )?;
    }
    Ok(())
}

fn crypto(_: &Workspace) -> Outcome {
    for feature in ["ring", "aws-lc-rs"] {
        command::run(
            &mut cargo(&[
                "test",
                "-p",
                JWT,
                "--no-default-features",
                "--features",
                feature,
            ]),
            "if the tests fail with only one of the crypto libraries, check its module in crates/m2m-jwt/src/backend",
        )?;
    }

    println!("$ cargo check -p {JWT} --no-default-features   (must fail)");
    let output = command::output(&mut cargo(&["check", "-p", JWT, "--no-default-features"]))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return Err(Failure::new(
            format!("{JWT} compiles without a crypto library"),
            "add a `compile_error!` to its lib.rs for a build without one of the features",
        ));
    }
    match said.lines().find(|line| names_both_libraries(line)) {
        Some(line) => {
            println!("{line}");
            Ok(())
        }
        None => Err(Failure::new(
            format!(
                "without a crypto library {JWT} does not compile, but the error does not name the features to choose from:\n{said}"
            ),
            "name both `ring` and `aws-lc-rs` in the `compile_error!`",
        )),
    }
}

/// Returns true if this is an error that names both libraries to choose from.
fn names_both_libraries(line: &str) -> bool {
    line.starts_with("error") && line.contains("ring") && line.contains("aws-lc-rs")
}

/// The crates most of whose parts are behind features, which no other crate of the workspace enables.
const WITH_FEATURES: [&str; 2] = ["m2m-client", "m2m-guard"];

fn doc() -> Outcome {
    let mut with_features = vec!["doc", "--no-deps", "--all-features"];
    for name in WITH_FEATURES {
        with_features.extend(["-p", name]);
    }
    for arguments in [&["doc", "--workspace", "--no-deps"][..], &with_features] {
        command::run(
            cargo(arguments).env("RUSTDOCFLAGS", "-D warnings"),
            "fix the links and code blocks that rustdoc reports",
        )?;
    }
    Ok(())
}

/// Checks that each public crate compiles alone: as its users compile it, and with its tests and examples. They have run with the features that the
/// workspace enables.
fn alone(workspace: &Workspace) -> Outcome {
    for package in workspace.public() {
        if package.name == JWT && defaults_to_ring(package) {
            println!("{JWT}: ring is its only default feature, which the step `crypto` tests");
            continue;
        }
        for targets in [&[][..], &["--all-targets"]] {
            command::run(
                cargo(&["check", "-p", &package.name]).args(targets),
                "if the crate needs a feature that another member enables, enable it in its own Cargo.toml",
            )?;
        }
    }
    Ok(())
}

fn defaults_to_ring(package: &Package) -> bool {
    package
        .features
        .get("default")
        .is_some_and(|features| features.iter().eq(["ring"]))
}

fn package(workspace: &Workspace) -> Outcome {
    let mut arguments = vec!["package", "--quiet", "--no-verify", "--allow-dirty"];
    for package in workspace.public() {
        arguments.extend(["-p", &package.name]);
    }
    command::run(
        &mut cargo(&arguments),
        "a public crate needs a version for each dependency, a description and a license",
    )?;
    for package in workspace.public() {
        let arguments = ["package", "--list", "--allow-dirty", "-p", &package.name];
        let files = command::text(&mut cargo(&arguments))?;
        let missing = PACKAGED
            .iter()
            .find(|wanted| !files.lines().any(|file| file == **wanted));
        if let Some(missing) = missing {
            return Err(Failure::new(
                format!("the package {} has no {missing}", package.name),
                format!(
                    "add it to crates/{}; the license files are links to those of the workspace",
                    package.name
                ),
            ));
        }
    }
    Ok(())
}

fn clients(workspace: &Workspace) -> Outcome {
    // Two examples, as the step `test` built them: with the features of the whole workspace.
    command::run(
        &mut cargo(&["build", "--workspace", "--examples"]),
        "fix the compile errors above",
    )?;
    let help = "the output above names the client and the check that failed";
    with_the_binary(workspace, install::CLIENTS, &[], help)
}

/// Sends requests now and then through nginx, for five minutes.
///
/// # Errors
///
/// If a request was not answered, or something cannot be started.
pub(crate) fn trickle(workspace: &Workspace) -> Outcome {
    let help =
        "a 502 means that the server closed a connection that nginx had kept for later requests";
    with_the_binary(workspace, install::CLIENTS, &["trickle"], help)
}

fn pages(workspace: &Workspace) -> Outcome {
    let help = "the output above names the page and the check that failed; templates and style sheet are in crates/m2m-dashboard";
    with_the_binary(workspace, install::PAGES, &[], help)
}

/// Runs a script that takes the path of the binary, and these arguments.
fn with_the_binary(workspace: &Workspace, script: &str, arguments: &[&str], help: &str) -> Outcome {
    if !workspace.root.join(script).is_file() {
        println!("{script} does not exist; skipped");
        return Ok(());
    }
    command::run(
        &mut cargo(&["build", "-p", "m2m", "--bin", "m2m"]),
        "fix the compile errors above",
    )?;
    let binary = workspace.target_directory.join("debug").join("m2m");
    let mut bash = command::program("bash", &[script]);
    command::run(bash.arg(binary).args(arguments), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_an_error_that_names_both_libraries() {
        assert!(names_both_libraries(
            "error: turn on one of the features `ring` and `aws-lc-rs`"
        ));
        assert!(!names_both_libraries(
            "error[E0433]: cannot find module or crate `ring`"
        ));
        assert!(!names_both_libraries("warning: ring and aws-lc-rs"));
    }

    #[test]
    fn refuses_a_step_that_does_not_exist() {
        let failure = run(&["--only", "nothing"]).expect_err("refused");
        assert!(failure.to_string().contains("--list"), "{failure}");
    }

    #[test]
    fn step_names_are_unique() {
        for (index, step) in STEPS.iter().enumerate() {
            assert!(
                STEPS[..index].iter().all(|other| other.name != step.name),
                "{} is listed twice",
                step.name
            );
        }
    }
}
