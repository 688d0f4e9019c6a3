//! Small checks that the compiler does not do.

mod coverage;
mod dependencies;
mod documents;
mod links;
mod manifests;
mod provoked;
mod seeds;
mod sources;
mod test_ids;
mod tree;
mod words;

use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;
use tree::Tree;

/// The findings of the checks.
#[derive(Debug, Default)]
struct Findings {
    /// Problems that need attention, but do not fail the task.
    warnings: Vec<String>,
    /// Problems that fail the task.
    failures: Vec<String>,
}

impl Findings {
    fn warn(&mut self, text: String) {
        self.warnings.push(text);
    }

    fn fail(&mut self, text: String) {
        self.failures.push(text);
    }
}

/// Runs all checks and reports all findings at once.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let tree = Tree::read(&workspace.root)?;
    let mut findings = Findings::default();
    sources::check(&tree, &mut findings);
    words::check(&tree, &mut findings);
    links::check(&tree, &mut findings);
    manifests::check(&tree, &mut findings);
    dependencies::check(&tree, &mut findings);
    seeds::check(&tree, &mut findings);
    documents::check(&tree, workspace, &mut findings);
    coverage::check(&tree, &mut findings);
    provoked::check(&tree, &mut findings);

    for warning in &findings.warnings {
        println!("warning: {warning}");
    }
    for failure in &findings.failures {
        println!("{failure}");
    }
    if findings.failures.is_empty() {
        println!("{} files are tidy", tree.files().count());
        return Ok(());
    }
    Err(Failure::new(
        format!("the tidy checks found {} problems", findings.failures.len()),
        "fix them; each line above names the place and the fix",
    ))
}
