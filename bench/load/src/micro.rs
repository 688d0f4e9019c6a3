//! The benches of single crates: times for people, and instruction counts that do not depend on the load of the machine.

use std::collections::BTreeMap;
use std::path::PathBuf;

use xtask::command::{self, cargo};
use xtask::failure::{Failure, Outcome};
use xtask::workspace::Workspace;

/// The crates that have benches.
const CRATES: [&str; 2] = ["m2m-jwt", "m2m-authority"];

/// The bench that counts instructions; the others measure time.
const COUNTS: &str = "instructions";

/// The amount by which a count may exceed the committed one. Unit: thousandths.
///
/// The same binary always gives the same count; another compiler or another processor moves it by less than this.
const TOLERANCE_PER_MILLE: u64 = 20;

/// Instruction counts by the name of the benchmark.
type Counts = BTreeMap<String, u64>;

/// The measurements of single crates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Micro {
    /// Times, then counts, which are compared with the committed ones.
    TimesAndCounts,
    /// Counts alone, compared with the committed ones.
    Counts,
    /// Counts alone, which become the committed ones.
    Bless,
}

/// Runs the benches.
pub(super) fn run(workspace: &Workspace, micro: Micro) -> Outcome {
    let packages = CRATES.iter().filter_map(|name| workspace.package(name));
    let mut worse = Vec::new();
    for package in packages {
        for bench in package.benches() {
            if bench == COUNTS {
                worse.extend(count(workspace, &package.name, micro)?);
            } else if micro == Micro::TimesAndCounts {
                command::run(
                    &mut cargo(&["bench", "-p", &package.name, "--bench", bench]),
                    "fix the error above",
                )?;
            }
        }
    }
    if worse.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        worse.join("\n        "),
        "remove the additional cost; if it is justified, run `cargo xtask bench --bless` and give the reason in the commit message",
    ))
}

/// Counts the instructions of one crate's benchmarks, and returns those that got worse.
fn count(workspace: &Workspace, package: &str, micro: Micro) -> Result<Vec<String>, Failure> {
    for (name, how) in [
        ("valgrind", "run `apt-get install valgrind`"),
        (
            "gungraun-runner",
            "run `cargo install gungraun-runner` with the version of gungraun in Cargo.lock",
        ),
    ] {
        if !command::succeeds(&mut command::program(name, &["--version"])) {
            return Err(Failure::new(
                format!("`{name}`, which counts instructions, is not installed"),
                how,
            ));
        }
    }
    println!("\n$ cargo bench -p {package} --bench {COUNTS}");
    let said = command::text(&mut cargo(&["bench", "-p", package, "--bench", COUNTS]))?;
    let measured = counts(&said);
    if measured.is_empty() {
        return Err(Failure::new(
            format!("no counts could be read from:\n{said}"),
            "check whether the output format of gungraun has changed",
        ));
    }

    let path = committed_path(workspace, package);
    match micro {
        Micro::Bless => {
            let text = serde_json::to_string_pretty(&measured).map_err(|error| {
                Failure::new(
                    format!("the counts cannot be written: {error}"),
                    "report it",
                )
            })?;
            std::fs::write(&path, text + "\n").map_err(|error| Failure::file(&path, &error))?;
            println!("wrote {}", path.display());
            Ok(Vec::new())
        }
        Micro::TimesAndCounts | Micro::Counts => {
            let text =
                std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
            let committed: Counts = serde_json::from_str(&text).map_err(|error| {
                Failure::new(
                    format!("{}: {error}", path.display()),
                    "run `cargo xtask bench --bless` to write it again",
                )
            })?;
            Ok(compare(&measured, &committed))
        }
    }
}

/// Returns the path of the committed counts of a crate: one JSON object, from names to counts.
fn committed_path(workspace: &Workspace, package: &str) -> PathBuf {
    workspace
        .root
        .join("crates")
        .join(package)
        .join("benches")
        .join(format!("{COUNTS}.json"))
}

/// Prints measured and committed counts, and returns those that exceed the tolerance.
fn compare(measured: &Counts, committed: &Counts) -> Vec<String> {
    let mut worse = Vec::new();
    for (name, &count) in measured {
        let Some(&before) = committed.get(name) else {
            worse.push(format!(
                "{name}: {count} instructions, but no committed count"
            ));
            continue;
        };
        println!("{name}: {count} instructions, committed {before}");
        if count > before + before * TOLERANCE_PER_MILLE / 1000 {
            worse.push(format!("{name}: {count} instructions, committed {before}"));
        }
    }
    worse.extend(
        committed
            .keys()
            .filter(|name| !measured.contains_key(*name))
            .map(|name| format!("{name}: committed, but not measured")),
    );
    worse
}

/// Reads gungraun's report: a line with the benchmark's path, then indented figures. The path contains the expression of an argument, whose spaces depend on the
/// compiler, so they are left out around `::`.
fn counts(said: &str) -> Counts {
    let mut counts = Counts::new();
    let mut name = None;
    for line in said.lines() {
        if !line.starts_with(' ') && line.contains("::") {
            name = Some(line.split(" -> ").next().unwrap_or(line).trim_end());
        } else if let Some(figures) = line.trim_start().strip_prefix("Instructions:") {
            let count = figures
                .trim_start()
                .split(['|', ' '])
                .next()
                .and_then(|count| count.parse().ok());
            if let (Some(name), Some(count)) = (name.take(), count) {
                counts.insert(name.replace(" :: ", "::"), count);
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_counts_of_a_report() {
        let said = "instructions::token::sign es256:signer(Key :: new())\n  Baselines: ...\n  Instructions:       12345|12000   (+2.8%)\n  L1 Hits: 1|1\n\
                    instructions::token::verify\n  Instructions:   77|N/A (*)\n\nGungraun result: Ok\n";
        let expected = Counts::from([
            (
                "instructions::token::sign es256:signer(Key::new())".to_owned(),
                12345,
            ),
            ("instructions::token::verify".to_owned(), 77),
        ]);
        assert_eq!(counts(said), expected);
    }

    #[test]
    fn reports_increased_and_unmatched_counts() {
        let of = |pairs: &[(&str, u64)]| -> Counts {
            pairs
                .iter()
                .map(|(name, count)| ((*name).to_owned(), *count))
                .collect()
        };
        assert!(compare(&of(&[("a", 1020)]), &of(&[("a", 1000)])).is_empty());
        assert!(compare(&of(&[("a", 1)]), &of(&[("a", 1000)])).is_empty());
        assert_eq!(compare(&of(&[("a", 1021)]), &of(&[("a", 1000)])).len(), 1);
        assert_eq!(compare(&of(&[("a", 1)]), &of(&[("b", 1)])).len(), 2);
    }
}
