//! A release: checks, version, changelog, commit and tag, and the plan by which the crates are published.

mod changelog;
mod order;
mod version;

use std::path::Path;

use xtask::command::{self, cargo, program};
use xtask::failure::{Failure, Outcome};
use xtask::workspace::Workspace;

use crate::gates::{self, Baseline};

use version::{Level, Version};

/// The parsed options.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    level: Level,
    is_rehearsal: bool,
    publishes: bool,
}

impl Options {
    fn parse(words: &[&str]) -> Result<Self, Failure> {
        let (flags, levels): (Vec<&str>, Vec<&str>) =
            words.iter().partition(|word| word.starts_with("--"));
        let level = match *levels {
            [level] => Level::parse(level)?,
            _ => {
                return Err(Failure::usage(
                    "`release` takes one of major, minor and patch",
                ));
            }
        };
        let known = ["--dry-run", "--publish"];
        if let Some(unknown) = flags.iter().find(|flag| !known.contains(flag)) {
            return Err(Failure::usage(format!(
                "`release` has no option `{unknown}`"
            )));
        }
        Ok(Self {
            level,
            is_rehearsal: flags.contains(&"--dry-run"),
            publishes: flags.contains(&"--publish"),
        })
    }
}

/// Makes a release, or with `--dry-run` prints what would be done, and checks only that the kind of release fits its changes.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let options = Options::parse(words)?;
    let workspace = Workspace::read()?;
    let root = &workspace.root;
    clean(root)?;
    let manifest = read(&root.join("Cargo.toml"))?;
    let old = Version::of_workspace(&manifest)?;
    let new = old.next(options.level);
    let log = read(&root.join("CHANGELOG.md"))?;
    let day =
        command::text(program("git", &["show", "-s", "--format=%cs", "HEAD"]).current_dir(root))?;
    let log = changelog::released(&log, &new.to_string(), day.trim())?;
    let order = order::of(&workspace)?;
    let baseline = Baseline::find(root)?;
    print_plan(&old, &new, options.level, &baseline, &order);

    gates::semver(&workspace, &baseline, old.change(options.level))?;
    if options.is_rehearsal {
        println!("\nNothing was changed. Without --dry-run, the steps above are taken.");
        return Ok(());
    }
    command::run(
        &mut cargo(&["xtask", "test"]),
        "fix what fails, and commit it",
    )?;
    gates::all(gates::besides_semver())?;

    write(&root.join("Cargo.toml"), &old.replace(&manifest, &new)?)?;
    write(&root.join("CHANGELOG.md"), &log)?;
    let git = |arguments: &[&str]| {
        let mut git = program("git", arguments);
        command::run(
            git.current_dir(root),
            "the files have the new version already: git diff shows them",
        )
    };
    command::run(
        cargo(&["update", "--workspace"]).current_dir(root),
        "the files have the new version already: git diff shows them",
    )?;
    git(&["commit", "--all", "--message", &format!("Release {new}")])?;
    git(&[
        "tag",
        "--annotate",
        &format!("v{new}"),
        "--message",
        &format!("Release {new}"),
    ])?;
    for package in &order {
        if options.publishes {
            let arguments = ["publish", "-p", package];
            command::run(
                cargo(&arguments).current_dir(root),
                "after the cause is removed, publish this crate and those after it by hand",
            )?;
        } else {
            println!("to publish: cargo publish -p {package}");
        }
    }
    println!("to push:    git push --follow-tags");
    Ok(())
}

fn print_plan(old: &Version, new: &Version, level: Level, baseline: &Baseline, order: &[String]) {
    println!("Release {new}, after {old}:");
    println!(
        "  1. check     the public API against {}: {}",
        baseline.revision,
        match old.change(level) {
            gates::Change::Compatible => "no breaking change",
            gates::Change::Breaking => "breaking changes are allowed",
        }
    );
    println!("  2. test      cargo xtask test");
    for gate in gates::besides_semver() {
        println!("  3. gate      cargo xtask {}: {}", gate.name, gate.title);
    }
    println!("  4. version   {old} becomes {new} in Cargo.toml and Cargo.lock, for all crates");
    println!("  5. changelog the section Unreleased becomes {new}");
    println!("  6. commit    Release {new}, with the tag v{new}");
    for package in order {
        println!("  7. publish   cargo publish -p {package}   (only with --publish)");
    }
}

/// Checks that nothing is uncommitted: a release is a commit, and what was tested is what it contains.
fn clean(root: &Path) -> Outcome {
    let changed = command::text(program("git", &["status", "--porcelain"]).current_dir(root))?;
    if changed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!(
            "there are changes that are not committed:\n{}",
            changed.trim_end()
        ),
        "commit them, or put them aside with git stash",
    ))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))
}

fn write(path: &Path, text: &str) -> Outcome {
    std::fs::write(path, text).map_err(|error| Failure::file(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_a_level_and_flags_in_any_order() {
        let parsed = Options::parse(&["--dry-run", "minor"]).expect("valid");
        assert_eq!(
            (parsed.level, parsed.is_rehearsal, parsed.publishes),
            (Level::Minor, true, false)
        );
        for words in [
            &[][..],
            &["huge"],
            &["minor", "patch"],
            &["minor", "--dryrun"],
        ] {
            assert!(Options::parse(words).is_err(), "{words:?}");
        }
    }
}
