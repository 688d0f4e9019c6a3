//! How many crates stand behind the light ones.

use crate::arrows::{self, Arrows};
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

/// Counts the crates of others behind each crate that has a budget.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let mut over = Vec::new();
    for (package, budget) in Arrows::read()?.budget {
        let reached = arrows::reached(&package, &["-e", "normal,no-proc-macro"])?;
        let others: Vec<String> = reached
            .into_iter()
            .filter(|line| !is_ours(line, workspace))
            .collect();
        println!(
            "{package}: {} of at most {budget} ({})",
            others.len(),
            others.join(", ")
        );
        if others.len() > budget {
            over.push(package);
        }
    }
    if over.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!(
            "more crates stand behind {} than xtask/arrows.toml allows",
            over.join(" and ")
        ),
        "do without the new dependency, or without its default features",
    ))
}

fn is_ours(line: &str, workspace: &Workspace) -> bool {
    line.split(' ')
        .next()
        .is_some_and(|name| workspace.package(name).is_some())
}
