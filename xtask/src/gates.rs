//! The checks of a release beyond `cargo xtask test`: each takes minutes, or needs a program that the daily work does not. Each is a task of its own.

mod deny;
mod docs;
mod external_types;
mod minimal_versions;
mod msrv;
mod powerset;
mod semver;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use xtask::command::{self, cargo};
use xtask::failure::{Failure, Outcome};
use xtask::steps::Step;
use xtask::workspace::Workspace;

pub(crate) use semver::{Baseline, Change};

/// The gates, cheap ones first.
pub(crate) const GATES: &[Step] = &[
    Step {
        name: "deny",
        title: "licences, bans, sources and advisories of the dependencies (deny.toml)",
        why: "users of a crate get its dependencies, with their licences and their holes",
        run: |workspace| deny::run(&workspace.root),
    },
    Step {
        name: "msrv",
        title: "the Rust version that Cargo.toml names",
        why: "a project with an older compiler relies on that promise",
        run: |workspace| msrv::run(&workspace.root),
    },
    Step {
        name: "docs",
        title: "the documentation of the public crates, as docs.rs builds it",
        why: "a failed build on docs.rs is seen only after the release",
        run: |workspace| docs::run(&workspace.root, &public(workspace)),
    },
    Step {
        name: "external-types",
        title: "the types of other crates in the public API (xtask/external-types.toml)",
        why: "a new major version of such a crate is a breaking change of ours",
        run: |workspace| external_types::run(&workspace.root, &public(workspace)),
    },
    Step {
        name: "minimal-versions",
        title: "the public crates with the oldest dependencies that their manifests allow",
        why: "a project that holds a dependency back gets exactly these",
        run: |workspace| minimal_versions::run(&workspace.root, &public(workspace)),
    },
    Step {
        name: "powerset",
        title: "the public crates with each combination of features",
        why: "users choose features that are never chosen together here",
        run: |workspace| powerset::run(&workspace.root, &public(workspace)),
    },
    Step {
        name: "semver",
        title: "no breaking change that the next patch release would contain",
        why: "cargo updates to a patch release without asking",
        run: |workspace| {
            let baseline = Baseline::find(&workspace.root)?;
            semver::run(
                &workspace.root,
                &public(workspace),
                &baseline,
                Change::Compatible,
            )
        },
    },
];

/// Returns the gate with this name.
pub(crate) fn find(name: &str) -> Option<&'static Step> {
    GATES.iter().find(|gate| gate.name == name)
}

/// Runs gates, also after one that is red, and fails if one is.
pub(crate) fn all(gates: impl Iterator<Item = &'static Step>) -> Outcome {
    let workspace = Workspace::read()?;
    let mut red = Vec::new();
    for gate in gates {
        println!("\n== {}: {}", gate.name, gate.title);
        if let Err(failure) = (gate.run)(&workspace) {
            eprintln!("{failure}");
            red.push(gate.name);
        }
    }
    if red.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!("these gates are red: {}", red.join(", ")),
        "the messages above name the fixes; run one of them with `cargo xtask NAME`",
    ))
}

/// Runs the tests that plant a fault for each gate.
pub(crate) fn prove() -> Outcome {
    let arguments = [
        "test",
        "-p",
        "xtask",
        "--bin",
        "xtask",
        "gates::",
        "--",
        "--ignored",
    ];
    command::run(
        &mut cargo(&arguments),
        "the gate that the test names does not find the fault that it is for",
    )
}

/// The gates except the one about breaking changes, which a release may contain.
pub(crate) fn besides_semver() -> impl Iterator<Item = &'static Step> {
    GATES.iter().filter(|gate| gate.name != "semver")
}

/// Runs one gate.
pub(crate) fn run(gate: &Step) -> Outcome {
    (gate.run)(&Workspace::read()?)
}

/// Runs the gate about breaking changes for a release of this kind.
pub(crate) fn semver(workspace: &Workspace, baseline: &Baseline, change: Change) -> Outcome {
    semver::run(&workspace.root, &public(workspace), baseline, change)
}

/// Returns the names of the crates that are published.
fn public(workspace: &Workspace) -> Vec<String> {
    let public = workspace.public();
    public.map(|package| package.name.clone()).collect()
}

/// Checks that a subcommand of cargo is installed.
fn needs(subcommand: &str) -> Outcome {
    if command::succeeds(&mut cargo(&[subcommand, "--help"])) {
        return Ok(());
    }
    Err(Failure::new(
        format!("cargo-{subcommand} is not installed"),
        format!("cargo install --locked cargo-{subcommand}"),
    ))
}

/// Returns a folder in the target directory of the workspace at `root`, emptied.
fn empty_folder(root: &Path, name: &str) -> Result<PathBuf, Failure> {
    let folder = root.join("target").join(name);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::file(&folder, &error));
        }
        Ok(()) | Err(_) => {}
    }
    std::fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
    Ok(folder)
}

/// Writes the files of a revision into a folder.
fn extract(root: &Path, revision: &str, folder: &Path) -> Outcome {
    let archive = folder.join("archive.tar");
    let archived = archive.display().to_string();
    let arguments = ["archive", "--format=tar", "--output", &archived, revision];
    command::run(
        command::program("git", &arguments).current_dir(root),
        "fetch the history of the repository: git fetch --unshallow --tags",
    )?;
    command::run(
        command::program("tar", &["-xf", &archived]).current_dir(folder),
        "install tar",
    )?;
    std::fs::remove_file(&archive).map_err(|error| Failure::file(&archive, &error))
}
