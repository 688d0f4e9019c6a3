//! The one test command: everything that has to hold before a change lands.

use crate::command::{self, cargo};
use crate::failure::{Failure, Outcome};
use crate::steps::{self, Step};
use crate::workspace::{Package, Workspace};
use crate::{arrows, budget, codegen, install, readmes, tidy, torture};

/// The crates that are separate workspaces.
const APART: [&str; 3] = [
    "bench/yardstick/Cargo.toml",
    "fuzz/Cargo.toml",
    "tests/clients/rust/Cargo.toml",
];

/// The crate with a feature per crypto library.
const JWT: &str = "m2m-jwt";

/// The files that every package has beside its sources.
const PACKAGED: [&str; 3] = ["LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// The steps, cheap ones first.
const STEPS: &[Step] = &[
    Step {
        name: "install",
        title: "what the machine lacks",
        why: "later steps start these programs",
        run: install::run,
    },
    Step {
        name: "format",
        title: "the one format",
        why: "a change shows what it changes, and no spaces",
        run: |_| format(),
    },
    Step {
        name: "tidy",
        title: "sizes, words, manifests, ids and their tests, seeds, documents",
        why: "what no compiler checks decays",
        run: tidy::run,
    },
    Step {
        name: "arrows",
        title: "which crate may use which",
        why: "the core has no clock, no socket and no async, and each crate can be used alone",
        run: arrows::run,
    },
    Step {
        name: "budget",
        title: "how many crates of others are behind each library",
        why: "who takes a light crate takes all that is behind it",
        run: budget::run,
    },
    Step {
        name: "codegen",
        title: "docs/errors.md is what the taxonomy says",
        why: "a second copy of a truth is wrong sooner or later",
        run: |_| codegen::check(),
    },
    Step {
        name: "clippy",
        title: "lints, as errors",
        why: "the lints hold the house style: no `as`, no indexing, no wildcard over an enum",
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
                "mend what clippy points at; an `#[expect]` needs its reason",
            )
        },
    },
    Step {
        name: "test",
        title: "all tests, examples in documents included",
        why: "each test is a line of the requirements, a row of the seed documents, an attack or a property",
        run: |_| {
            command::run(
                cargo(&["test", "--workspace", "--no-fail-fast"])
                    .env(torture::SECONDS, torture::DEFAULT_SECONDS.to_string()),
                "`cargo test -p CRATE NAME` repeats one",
            )
        },
    },
    Step {
        name: "crypto",
        title: "m2m-jwt on ring, on aws-lc-rs, and on neither",
        why: "each crypto library alone must do, and without one the error must say what to choose",
        run: crypto,
    },
    Step {
        name: "alone",
        title: "each public crate alone with its default features",
        why: "who takes one crate does not get the features that the workspace turns on together",
        run: alone,
    },
    Step {
        name: "readmes",
        title: "the examples in the READMEs of the public crates, outside of the workspace as they are printed",
        why: "an example that is pasted into a new project is the first thing that others try",
        run: readmes::run,
    },
    Step {
        name: "doc",
        title: "the documentation, without a dead link",
        why: "the documentation is how others use the crates",
        run: |_| {
            command::run(
                cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"),
                "mend the links and code blocks that rustdoc points at",
            )
        },
    },
    Step {
        name: "package",
        title: "the public crates as packages",
        why: "a crate that cannot be packaged cannot be used by others",
        run: package,
    },
    Step {
        name: "clients",
        title: "the clients of others against the binary",
        why: "what real clients send is the specification that counts",
        run: clients,
    },
];

/// The first step if nothing may be installed.
const LOOK: Step = Step {
    name: "install",
    title: "what the machine lacks, without installing it",
    why: "later steps start these programs",
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
                "`{option}` wants the name of a step (`--list` shows them), not `{name}`"
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
        println!("\nEverything holds.");
    } else {
        println!(
            "\nThe chosen steps hold; {} of {} were not run.",
            STEPS.len() - chosen.len(),
            STEPS.len()
        );
    }
    Ok(())
}

fn list() {
    for step in STEPS {
        println!(
            "{:<10} {}\n{:<10} because {}",
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
            "the test passes on one crypto library and not on the other: look into crates/m2m-jwt/src/backend",
        )?;
    }

    println!("$ cargo check -p {JWT} --no-default-features   (has to fail)");
    let output = command::output(&mut cargo(&["check", "-p", JWT, "--no-default-features"]))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return Err(Failure::new(
            format!("{JWT} compiles without a crypto library"),
            "put a `compile_error!` into its lib.rs for the case that no feature is on",
        ));
    }
    match said.lines().find(|line| names_both_libraries(line)) {
        Some(line) => {
            println!("{line}");
            Ok(())
        }
        None => Err(Failure::new(
            format!(
                "without a crypto library {JWT} fails, but does not say which features to choose from:\n{said}"
            ),
            "name both `ring` and `aws-lc-rs` in the `compile_error!`",
        )),
    }
}

/// Returns true if this is an error that names both libraries to choose from.
fn names_both_libraries(line: &str) -> bool {
    line.starts_with("error") && line.contains("ring") && line.contains("aws-lc-rs")
}

fn alone(workspace: &Workspace) -> Outcome {
    for package in workspace.public() {
        if package.name == JWT && defaults_to_ring(package) {
            println!("{JWT}: its default is ring alone, which the step `crypto` tests");
            continue;
        }
        command::run(
            &mut cargo(&["test", "-p", &package.name]),
            "the crate leans on a feature that another member turns on: ask for it in its own Cargo.toml",
        )?;
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
        "a public crate needs a version for each dependency, a description and a licence",
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
                    "put it into crates/{}; licences are links to those of the workspace",
                    package.name
                ),
            ));
        }
    }
    Ok(())
}

fn clients(workspace: &Workspace) -> Outcome {
    if !workspace.root.join(install::CLIENTS).is_file() {
        println!("there is no {}", install::CLIENTS);
        return Ok(());
    }
    command::run(
        &mut cargo(&["build", "-p", "m2m", "--bin", "m2m"]),
        "the binary has to compile",
    )?;
    let binary = workspace.target_directory.join("debug").join("m2m");
    command::run(
        command::program("bash", &[install::CLIENTS]).arg(binary),
        "the output above names the client and the answer that it did not take",
    )
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
                "{} stands twice",
                step.name
            );
        }
    }
}
