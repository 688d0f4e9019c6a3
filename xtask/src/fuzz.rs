//! Runs the fuzz targets from the committed seeds.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command::{self, cargo};
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

/// The default time for which a target runs. Unit: seconds.
const DEFAULT_SECONDS: u32 = 60;

/// The parsed options.
struct Plan {
    seconds: u32,
    targets: Vec<String>,
}

/// The result of one target.
struct TargetRun {
    target: String,
    at_start: Option<u64>,
    at_end: Option<u64>,
    executions: Option<u64>,
    finding: bool,
}

/// The compiler that instruments the targets. The options for it are unstable.
#[derive(Debug, Clone, Copy)]
enum Compiler {
    /// The nightly toolchain.
    Nightly,
    /// The installed toolchain, which is told to accept unstable options.
    Installed,
}

impl Compiler {
    fn find() -> Result<Self, Failure> {
        let mut compilers = [Self::Nightly, Self::Installed].into_iter();
        compilers
            .find(|compiler| command::succeeds(&mut compiler.cargo_fuzz(&["--version"])))
            .ok_or_else(|| {
                Failure::new(
                    "cargo-fuzz is not installed",
                    "run `cargo install cargo-fuzz`",
                )
            })
    }

    fn cargo_fuzz(self, arguments: &[&str]) -> Command {
        let mut command = cargo(&[]);
        match self {
            Self::Nightly => command.arg("+nightly"),
            Self::Installed => command.env("RUSTC_BOOTSTRAP", "1"),
        };
        command.arg("fuzz").args(arguments);
        command
    }

    /// The part of a command line that selects this compiler.
    const fn typed(self) -> &'static str {
        match self {
            Self::Nightly => "cargo +nightly",
            Self::Installed => "RUSTC_BOOTSTRAP=1 cargo",
        }
    }
}

/// Runs one target or all, and fails if there is a finding.
pub(crate) fn run(options: &[&str]) -> Outcome {
    let workspace = Workspace::read()?;
    let plan = plan(options, &all_targets(&workspace.root)?)?;
    let compiler = Compiler::find()?;

    let mut results = Vec::new();
    for target in plan.targets {
        results.push(run_target(&workspace, compiler, target, plan.seconds)?);
    }
    println!(
        "\n{:<14} {:>10} {:>10} {:>12}",
        "target", "edges", "after", "executions"
    );
    for result in &results {
        println!(
            "{:<14} {:>10} {:>10} {:>12}  {}",
            result.target,
            or_unknown(result.at_start),
            or_unknown(result.at_end),
            or_unknown(result.executions),
            if result.finding {
                "FINDING"
            } else {
                "no finding"
            }
        );
    }
    let found: Vec<&str> = results
        .iter()
        .filter(|result| result.finding)
        .map(|result| result.target.as_str())
        .collect();
    if found.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!("findings in {}", found.join(", ")),
        format!(
            "run `{} fuzz run TARGET FILE` with a FILE that is printed above, fix the problem, and add the file to fuzz/corpus/TARGET",
            compiler.typed()
        ),
    ))
}

fn plan(options: &[&str], all: &[String]) -> Result<Plan, Failure> {
    let mut plan = Plan {
        seconds: DEFAULT_SECONDS,
        targets: Vec::new(),
    };
    let mut options = options.iter();
    while let Some(&option) = options.next() {
        if option == "--time" {
            plan.seconds = options
                .next()
                .and_then(|seconds| seconds.parse().ok())
                .filter(|seconds| *seconds > 0)
                .ok_or_else(|| Failure::usage("`--time` needs a number of seconds above 0"))?;
        } else if all.iter().any(|target| target == option) {
            plan.targets.push(option.to_owned());
        } else {
            return Err(Failure::usage(format!(
                "there is no fuzz target `{option}`; the targets are {}",
                all.join(", ")
            )));
        }
    }
    if plan.targets.is_empty() {
        plan.targets = all.to_vec();
    }
    Ok(plan)
}

/// Returns the targets, by name.
fn all_targets(root: &Path) -> Result<Vec<String>, Failure> {
    let mut targets: Vec<String> = names_in(&root.join("fuzz/fuzz_targets"))?
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    targets.sort();
    Ok(targets)
}

fn run_target(
    workspace: &Workspace,
    compiler: Compiler,
    target: String,
    seconds: u32,
) -> Result<TargetRun, Failure> {
    println!("\n== {target}");
    let corpus = copy_of_seeds(workspace, &target)?;
    let mut command = compiler.cargo_fuzz(&["run", &target]);
    command.arg(&corpus);
    command.args([
        "--",
        &format!("-max_total_time={seconds}"),
        "-timeout=10",
        "-rss_limit_mb=1024",
        "-print_final_stats=1",
    ]);
    let (said, finding) = said(&mut command)?;

    let result = TargetRun {
        at_start: coverage(&said, "INITED"),
        at_end: coverage(&said, "DONE"),
        executions: said.lines().find_map(|line| {
            line.strip_prefix("stat::number_of_executed_units:")?
                .trim()
                .parse()
                .ok()
        }),
        finding,
        target,
    };
    if finding {
        println!("{said}");
    } else {
        println!(
            "{} edges at the start, {} after {seconds} s",
            or_unknown(result.at_start),
            or_unknown(result.at_end)
        );
    }
    Ok(result)
}

/// Copies the committed corpus, because the fuzzer writes its findings into the corpus that it gets.
fn copy_of_seeds(workspace: &Workspace, target: &str) -> Result<PathBuf, Failure> {
    let copy = workspace.target_directory.join("fuzz-corpus").join(target);
    std::fs::create_dir_all(&copy).map_err(|error| Failure::file(&copy, &error))?;
    for seed in names_in(&workspace.root.join("fuzz/corpus").join(target))? {
        if let Some(name) = seed.file_name() {
            std::fs::copy(&seed, copy.join(name)).map_err(|error| Failure::file(&seed, &error))?;
        }
    }
    Ok(copy)
}

fn names_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| Failure::file(folder, &error))?;
    entries
        .map(|entry| {
            entry
                .map(|entry| entry.path())
                .map_err(|error| Failure::file(folder, &error))
        })
        .collect()
}

/// Returns the output of the fuzzer, and true if it ended because of a finding.
fn said(command: &mut Command) -> Result<(String, bool), Failure> {
    let output = command::output(command.stdout(Stdio::piped()))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() && !said.contains("Test unit written to") {
        return Err(Failure::new(
            format!("the fuzzer did not run:\n{said}"),
            "fix the errors above",
        ));
    }
    Ok((said, !output.status.success()))
}

/// The edges that the fuzzer reports on the line with this mark, as in `#31 INITED cov: 245 ft: 510`.
fn coverage(said: &str, mark: &str) -> Option<u64> {
    let line = said
        .lines()
        .rfind(|line| line.starts_with('#') && line.contains(mark))?;
    line.split_once("cov: ")?.1.split(' ').next()?.parse().ok()
}

fn or_unknown(count: Option<u64>) -> String {
    count.map_or_else(|| "?".to_owned(), |count| count.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "#2\tREAD\n#31\tINITED cov: 245 ft: 510 corp: 30/1Kb\n#99\tNEW    cov: 250 ft: 520\n#4096\tDONE   cov: 301 ft: 700\n";

    #[test]
    fn reads_the_coverage_at_the_start_and_at_the_end() {
        assert_eq!(coverage(SAID, "INITED"), Some(245));
        assert_eq!(coverage(SAID, "DONE"), Some(301));
        assert_eq!(coverage("", "DONE"), None);
    }

    #[test]
    fn without_a_name_all_targets_run() {
        let all = ["form".to_owned(), "token".to_owned()];
        assert_eq!(plan(&[], &all).expect("plan").targets, all);
        let plan_of_one = plan(&["--time", "5", "token"], &all).expect("plan");
        assert_eq!(
            (plan_of_one.seconds, plan_of_one.targets),
            (5, vec!["token".to_owned()])
        );
    }

    #[test]
    fn refuses_an_unknown_target_and_an_invalid_time() {
        let all = ["form".to_owned()];
        for options in [
            &["forms"][..],
            &["--time"],
            &["--time", "soon"],
            &["--time", "0"],
        ] {
            assert!(plan(options, &all).is_err(), "{options:?}");
        }
    }
}
