//! Links between the documents: each leads to a file of the repository, and to a heading that it has.

use super::Findings;
use super::tree::{File, Tree};

pub(super) fn check(tree: &Tree, findings: &mut Findings) {
    for file in tree.files().filter(|file| file.path.ends_with(".md")) {
        for (line, target) in links(&file.text) {
            if let Some(problem) = problem(tree, file, target) {
                findings.fail(format!(
                    "{}:{line}: the link to {target} {problem}",
                    file.path
                ));
            }
        }
    }
}

/// Returns the targets of the links in a document that are paths, each with its line. Targets of rustdoc and other sites are left out.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    let mut is_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        let inline = line
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let definition = line
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("]: "))
            .map(|(_, target)| target.trim());
        let targets = inline.chain(definition);
        links.extend(targets.map(|target| (index + 1, target)));
    }
    links.retain(|(_, target)| {
        !target.contains("://") && !target.contains("::") && target.contains(['.', '/', '#'])
    });
    links
}

/// Returns what is wrong with a link in this file, if anything is.
fn problem(tree: &Tree, file: &File, target: &str) -> Option<&'static str> {
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() {
        Some(file.path.clone())
    } else {
        resolve(&file.path, path)
    };
    let Some(path) = path else {
        return Some("leads out of the repository");
    };
    let is_folder = || {
        let folder = format!("{path}/");
        tree.files().any(|file| file.path.starts_with(&folder))
    };
    let Some(text) = tree.text(&path) else {
        return (!is_folder()).then_some("does not lead to a file of the repository");
    };
    let has_heading = || {
        let mut titles = text.lines().filter(|line| line.starts_with('#'));
        titles.any(|title| slug(title.trim_start_matches('#')) == heading)
    };
    let is_found =
        heading.is_empty() || text.contains(&format!("id=\"{heading}\"")) || has_heading();
    (!is_found).then_some("names a heading that does not exist")
}

/// Returns the path from the root that a link in the file at `from` means, unless it leads out of the repository.
fn resolve(from: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.trim_end_matches('/').split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Returns the anchor of a heading, as forges generate it.
fn slug(title: &str) -> String {
    let kept =
        |character: &char| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_');
    let title = title.trim().to_lowercase();
    let title: String = title.chars().filter(kept).collect();
    title.replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> usize {
        let tree = Tree::of(&[
            ("README.md", "# a\n"),
            ("docs/a.md", "# What it `is`\n"),
            ("docs/b.md", text),
        ]);
        let mut findings = Findings::default();
        check(&tree, &mut findings);
        findings.failures.len()
    }

    #[test]
    fn links_to_files_folders_and_headings_are_found() {
        for text in [
            "[a](a.md) and [b](../README.md)",
            "[docs](../docs)",
            "[a](a.md#what-it-is), [b](#here)\n\n## Here",
            "[site](https://example.org/none.md), [type](crate::None), `x[0](y)`",
            "[a]: a.md",
            "```\n[a](none.md)\n```",
        ] {
            assert_eq!(findings(text), 0, "{text}");
        }
    }

    #[test]
    fn links_that_lead_nowhere_are_reported() {
        for text in [
            "[a](c.md)",
            "[a](../../README.md)",
            "[a](a.md#none)",
            "[a](#none)",
            "[a]: none.md",
        ] {
            assert_eq!(findings(text), 1, "{text}");
        }
    }
}
