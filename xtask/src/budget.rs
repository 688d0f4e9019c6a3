//! The number of third-party crates that each library depends on, compared with the table in the document on architecture.

use std::collections::BTreeMap;

use crate::arrows::{self, Arrows};
use crate::command;
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

/// The document with the table. It is the only place where the numbers are written.
const DOCUMENT: &str = "docs/architecture.md";

/// The beginning of the head of the table.
const HEAD: &str = "| library |";

/// The dependencies that are counted: those of one platform, so that every machine finds the same number, and without procedural macros, which
/// leave nothing in a binary.
const COUNTED: [&str; 4] = [
    "-e",
    "normal,no-proc-macro",
    "--target",
    "x86_64-unknown-linux-gnu",
];

/// Compares the table with the dependencies, and the crates without their default features with the list of crates that must be absent.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let path = command::root().join(DOCUMENT);
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
    let mut counted = BTreeMap::new();
    for package in workspace.public() {
        let others: Vec<String> = arrows::reached(&package.name, &COUNTED)?
            .into_iter()
            .filter(|line| workspace.package(name(line)).is_none())
            .collect();
        println!("{}: {} ({})", package.name, others.len(), others.join(", "));
        counted.insert(package.name.as_str(), others.len());
    }
    let mut wrong = differences(&table(&text), &counted);
    for (package, absent) in Arrows::read()?.absent_without_default_features {
        let options = ["-e", "normal,build", "--no-default-features"];
        let reached = arrows::reached(&package, &options)?;
        let found = reached
            .iter()
            .map(|line| name(line))
            .filter(|name| absent.iter().any(|absent| absent == name));
        wrong.extend(found.map(|name| {
            format!("{package} depends on {name} without its default features: `cargo tree -p {package} --no-default-features -i {name}` shows the path")
        }));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        wrong.join("\n        "),
        format!(
            "remove the new dependency or disable its default features; otherwise update the number in the table of {DOCUMENT}, and give the reason in the commit message"
        ),
    ))
}

/// The name in a line with a name and a version.
fn name(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

/// The libraries in the table and their numbers.
fn table(document: &str) -> BTreeMap<&str, &str> {
    document
        .lines()
        .skip_while(|line| !line.starts_with(HEAD))
        .skip(2)
        .map_while(|line| {
            let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
            Some((cells.next()?.trim_matches('`'), cells.next()?))
        })
        .collect()
}

fn differences(table: &BTreeMap<&str, &str>, counted: &BTreeMap<&str, usize>) -> Vec<String> {
    let mut differences = Vec::new();
    for (library, count) in counted {
        match table.get(library) {
            None => differences.push(format!(
                "{DOCUMENT}: the table lacks {library}, which has {count} third-party dependencies"
            )),
            Some(written) if *written != count.to_string() => differences.push(format!(
                "{DOCUMENT}: {library} has {count} third-party dependencies, but the table states {written}"
            )),
            Some(_) => {}
        }
    }
    let surplus = table.keys().filter(|name| !counted.contains_key(*name));
    differences.extend(surplus.map(|name| {
        format!("{DOCUMENT}: the table has {name}, which is not a public crate of the workspace")
    }));
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "| crate | x |\n|---|---|\n| `c` | 5 |\n\n| library | crates |\n|---|---|\n| `a` | 0 |\n| `b` | 12 |\n\n| `d` | 1 |\n";

    #[test]
    fn reads_only_the_table_of_libraries() {
        assert_eq!(table(TEXT), BTreeMap::from([("a", "0"), ("b", "12")]));
    }

    #[test]
    fn finds_each_difference() {
        let table = table(TEXT);
        assert!(differences(&table, &BTreeMap::from([("a", 0), ("b", 12)])).is_empty());
        let found = differences(&table, &BTreeMap::from([("b", 11), ("e", 3)]));
        let expected = ["b has 11", "lacks e, which has 3", "has a"];
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}");
        }
    }
}
