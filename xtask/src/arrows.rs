//! The allowed dependencies between crates, and the crates that the core must not reach.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::command::{self, cargo};
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;
use crate::{circles, lines};

/// The path of the table of allowed dependencies.
const TABLE: &str = "xtask/arrows.toml";

/// The table of allowed dependencies, and of other limits of the crates.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arrows {
    /// Crates without clock, socket, environment and async.
    core: Vec<String>,
    /// The crates that no core crate may reach.
    absent_from_core: Vec<String>,
    /// The crates that the tests of any crate may use.
    for_tests: Vec<String>,
    /// The members, and the members that each may use.
    may_use: BTreeMap<String, BTreeSet<String>>,
    /// The features that only tests enable: the binary must not have them.
    for_tests_only: BTreeSet<String>,
    /// The maximum number of lines of a crate, without its tests.
    lines: BTreeMap<String, usize>,
    /// The crates whose modules do not use each other in a circle.
    without_circles: Vec<String>,
    /// The third-party crates that a crate must not depend on without its default features.
    pub(crate) absent_without_default_features: BTreeMap<String, BTreeSet<String>>,
}

impl Arrows {
    /// Reads the table.
    pub(crate) fn read() -> Result<Self, Failure> {
        let path = command::root().join(TABLE);
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
        toml::from_str(&text)
            .map_err(|error| Failure::new(format!("{TABLE}: {error}"), "fix the table"))
    }

    /// Returns true if the table allows one crate to use another, directly or indirectly. Tests of a thin crate use the crates behind it.
    fn reaches(&self, from: &str, to: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = vec![from];
        while let Some(name) = next.pop() {
            let used = self.may_use.get(name).into_iter().flatten();
            next.extend(used.map(String::as_str).filter(|used| seen.insert(*used)));
        }
        seen.contains(to)
    }

    /// Returns the uses that the manifests have and the table does not allow, and the reverse.
    fn violations(&self, workspace: &Workspace) -> Vec<String> {
        let mut violations = Vec::new();
        for package in &workspace.packages {
            let Some(allowed) = self.may_use.get(&package.name) else {
                violations.push(format!("{} has no line in {TABLE}", package.name));
                continue;
            };
            for dependency in &package.dependencies {
                let name = &dependency.name;
                let for_tests = dependency.is_dev()
                    && (self.for_tests.contains(name) || self.reaches(&package.name, name));
                if workspace.package(name).is_some() && !allowed.contains(name) && !for_tests {
                    violations.push(format!(
                        "{} uses {name}, which {TABLE} does not allow",
                        package.name
                    ));
                }
            }
        }
        let named = self
            .may_use
            .keys()
            .chain(self.may_use.values().flatten())
            .chain(&self.core)
            .chain(&self.for_tests)
            .chain(self.lines.keys());
        let strangers: BTreeSet<&String> = named
            .chain(self.absent_without_default_features.keys())
            .filter(|name| workspace.package(name).is_none())
            .collect();
        violations.extend(
            strangers.iter().map(|name| {
                format!("{TABLE} names {name}, which is not a member of the workspace")
            }),
        );
        violations
    }
}

/// Compares the manifests and the dependency trees with the table.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let arrows = Arrows::read()?;
    let mut violations = arrows.violations(workspace);
    for name in &arrows.core {
        let reached = reached(name, &["-e", "normal,build", "--all-features"])?;
        for absent in &arrows.absent_from_core {
            if reached
                .iter()
                .any(|line| line.split(' ').next() == Some(absent))
            {
                violations.push(format!("{name} is a core crate, but depends on {absent}: `cargo tree -p {name} --all-features -i {absent}` shows the path"));
            }
        }
    }
    let lines = features(BINARY)?;
    let enabled = lines
        .iter()
        .filter(|line| names_one_of(line, &arrows.for_tests_only));
    violations.extend(enabled.map(|line| {
        format!("{BINARY} is built with {line}, which is for tests: `cargo tree -p {BINARY} -e normal,build,features` shows the path")
    }));
    if violations.is_empty() {
        println!(
            "the dependencies of {} crates match {TABLE}; the core depends on none of {}",
            workspace.packages.len(),
            arrows.absent_from_core.join(", ")
        );
        lines::check(&command::root(), arrows.lines.iter())?;
        return without_circles(&arrows.without_circles);
    }
    Err(Failure::new(
        violations.join("\n        "),
        "remove the dependency; if the design has changed, update the table and record the reason in docs/decisions.md",
    ))
}

/// The package whose binary is released.
const BINARY: &str = "m2m";

/// Returns the features with which the dependencies of a package are built in a release, as lines such as `m2m-host feature "ring"`.
fn features(package: &str) -> Result<Vec<String>, Failure> {
    let arguments = [
        "tree",
        "--quiet",
        "-p",
        package,
        "--prefix",
        "none",
        "-e",
        "normal,build,features",
    ];
    let tree = command::text(&mut cargo(&arguments))?;
    Ok(tree.lines().map(str::to_owned).collect())
}

/// Returns true if the line is about one of these features.
fn names_one_of(line: &str, features: &BTreeSet<String>) -> bool {
    let feature = line.split(" feature \"").nth(1);
    feature.is_some_and(|rest| {
        let name = rest.split('"').next().unwrap_or_default();
        features.contains(name)
    })
}

/// Reports crates with modules that use each other.
fn without_circles(crates: &[String]) -> Outcome {
    let mut circles = Vec::new();
    for name in crates {
        let found = circles::of_crate(&command::root().join("crates").join(name))?;
        circles.extend(found.iter().map(|modules| {
            let first = modules.first().map_or("", String::as_str);
            format!("{name}: {} -> {first}", modules.join(" -> "))
        }));
    }
    if circles.is_empty() {
        println!("no import circles in {}", crates.join(", "));
        return Ok(());
    }
    Err(Failure::new(
        circles.join("\n        "),
        "move the items that these modules share into a separate module that uses none of them",
    ))
}

/// Returns the packages that a crate depends on, itself included, as `name version`.
pub(crate) fn reached(package: &str, options: &[&str]) -> Result<BTreeSet<String>, Failure> {
    let mut arguments = vec![
        "tree", "--quiet", "-p", package, "--prefix", "none", "--format", "{p}",
    ];
    arguments.extend_from_slice(options);
    let tree = command::text(&mut cargo(&arguments))?;
    Ok(tree
        .lines()
        .filter(|line| !line.is_empty())
        .map(name_and_version)
        .collect())
}

/// Returns the first two words of a line of `cargo tree`; a path or a mark follows them.
fn name_and_version(line: &str) -> String {
    line.split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(dependency: &str) -> Workspace {
        let text = format!(
            r#"{{"workspace_root": "/", "target_directory": "/", "packages": [
                {{"name": "low", "dependencies": [{dependency}], "features": {{}}, "publish": null, "targets": []}},
                {{"name": "high", "dependencies": [], "features": {{}}, "publish": null, "targets": []}},
                {{"name": "kit", "dependencies": [], "features": {{}}, "publish": [], "targets": []}}]}}"#
        );
        serde_json::from_str(&text).expect("reads as cargo's metadata")
    }

    fn arrows() -> Arrows {
        toml::from_str(
            r#"
            core = ["low"]
            absent_from_core = []
            for_tests = ["kit"]
            without_circles = []
            may_use = { low = [], high = ["low"], kit = ["high"] }
            lines = {}
            for_tests_only = ["faults"]
            absent_without_default_features = {}
            "#,
        )
        .expect("reads")
    }

    #[track_caller]
    fn check(dependency: &str, expected: &[&str]) {
        let violations = arrows().violations(&workspace(dependency));
        assert_eq!(violations.len(), expected.len(), "{violations:?}");
        for (violation, expected) in violations.iter().zip(expected) {
            assert!(violation.contains(expected), "{violation}");
        }
    }

    #[test]
    fn refuses_an_arrow_that_the_table_does_not_have() {
        check(r#"{"name": "high", "kind": null}"#, &["low uses high"]);
        check(r#"{"name": "high", "kind": "build"}"#, &["low uses high"]);
        check(r#"{"name": "high", "kind": "dev"}"#, &["low uses high"]);
    }

    #[test]
    fn allows_the_testkit_in_tests_only() {
        check(r#"{"name": "kit", "kind": "dev"}"#, &[]);
        check(r#"{"name": "kit", "kind": null}"#, &["low uses kit"]);
    }

    #[test]
    fn tests_may_use_indirect_dependencies() {
        let arrows = arrows();
        assert!(arrows.reaches("kit", "low"));
        assert!(!arrows.reaches("low", "high"));
        assert!(!arrows.reaches("low", "low"));
    }

    #[test]
    fn g6_finds_a_feature_that_is_for_tests_only() {
        let features = BTreeSet::from(["faults".to_owned()]);
        assert!(names_one_of("high feature \"faults\" (*)", &features));
        assert!(!names_one_of("high feature \"default\"", &features));
        assert!(!names_one_of("faults v0.1.0 (/faults)", &features));
    }

    #[test]
    fn third_party_crates_are_not_checked() {
        check(r#"{"name": "serde", "kind": null}"#, &[]);
    }

    #[test]
    fn refuses_a_member_without_a_line_and_a_line_without_a_member() {
        let mut arrows = arrows();
        arrows.may_use.remove("high");
        arrows.may_use.insert("gone".to_owned(), BTreeSet::new());
        let violations = arrows.violations(&workspace(""));
        assert!(
            violations
                .iter()
                .any(|violation| violation.starts_with("high has no line")),
            "{violations:?}"
        );
        assert!(
            violations
                .iter()
                .any(|violation| violation.contains("names gone")),
            "{violations:?}"
        );
    }
}
