//! The examples in the READMEs of the public crates, compiled outside of the workspace exactly as they are printed.

use std::fmt::Write as _;
use std::path::Path;

use toml::{Table, Value};

use crate::command::{self, cargo};
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

/// The folder of the scratch workspace, below the target folder.
const FOLDER: &str = "readmes";

/// An example in a README.
#[derive(Debug)]
struct Example {
    /// The number of its first line, counted from 1.
    line: usize,
    code: String,
    /// The dependencies with which it is compiled: those above it, or else the first below it.
    dependencies: String,
}

/// A fenced block.
struct Block<'r> {
    language: &'r str,
    line: usize,
    text: &'r str,
}

/// A package of the scratch workspace: the examples of a README that share their dependencies.
struct Package {
    name: String,
    readme: String,
    dependencies: String,
    examples: Vec<Example>,
}

/// Compiles the examples of every public crate.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let mut failures = Vec::new();
    let mut packages = Vec::new();
    for package in workspace.public() {
        let readme = format!("crates/{}/README.md", package.name);
        let path = workspace.root.join(&readme);
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
        match examples(&text) {
            Ok(examples) => packages.extend(in_packages(&package.name, &readme, examples)),
            Err((line, why)) => failures.push(format!("{readme}:{line}: {why}")),
        }
    }
    let folder = workspace.target_directory.join(FOLDER);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
    }
    write(workspace, &folder, &packages)?;
    for package in &packages {
        failures.extend(compile(workspace, &folder, package)?);
    }
    if failures.is_empty() {
        let examples: usize = packages.iter().map(|package| package.examples.len()).sum();
        println!("{examples} examples compile as printed");
        return Ok(());
    }
    Err(Failure::new(
        failures.join("\n        "),
        "write each example as a complete program, below a `toml` block that names all of its dependencies",
    ))
}

/// Returns the Rust examples of a README, or the first line that is wrong, with the reason.
fn examples(readme: &str) -> Result<Vec<Example>, (usize, &'static str)> {
    let blocks = blocks(readme);
    let mut dependencies = blocks
        .iter()
        .find(|block| block.is_manifest())
        .map(|block| block.text);
    let mut examples = Vec::new();
    for block in &blocks {
        if block.is_manifest() {
            dependencies = Some(block.text);
        }
        if !block.is_rust() {
            continue;
        }
        let turbofish = block.text.lines().position(|line| line.contains("::<"));
        if let Some(line) = turbofish {
            return Err((block.line + line, "a turbofish: annotate the type instead"));
        }
        let Some(dependencies) = dependencies else {
            return Err((
                block.line,
                "the example has no `toml` block that names its dependencies",
            ));
        };
        examples.push(Example {
            line: block.line,
            code: block.text.to_owned(),
            dependencies: dependencies.to_owned(),
        });
    }
    if examples.is_empty() {
        return Err((1, "there is no example in Rust"));
    }
    Ok(examples)
}

/// The fenced blocks of a document.
fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, usize, usize)> = None;
    let mut offset = 0;
    for (index, line) in document.split_inclusive('\n').enumerate() {
        let end = offset;
        offset += line.len();
        let Some(rest) = line.strip_prefix("```") else {
            continue;
        };
        open = match open {
            None => Some((rest.trim(), index + 2, offset)),
            Some((language, line, start)) => {
                let text = document.get(start..end).unwrap_or_default();
                blocks.push(Block {
                    language,
                    line,
                    text,
                });
                None
            }
        };
    }
    blocks
}

impl Block<'_> {
    /// A block without a language is Rust for rustdoc.
    fn is_rust(&self) -> bool {
        matches!(self.language.split(',').next(), Some("" | "rust"))
    }

    fn is_manifest(&self) -> bool {
        self.language == "toml" && self.text.contains("[dependencies]")
    }
}

fn in_packages(name: &str, readme: &str, examples: Vec<Example>) -> Vec<Package> {
    let mut packages: Vec<Package> = Vec::new();
    for example in examples {
        match packages.last_mut() {
            Some(last) if last.dependencies == example.dependencies => last.examples.push(example),
            Some(_) | None => packages.push(Package {
                name: format!("readme-of-{name}-{}", packages.len() + 1),
                readme: readme.to_owned(),
                dependencies: example.dependencies.clone(),
                examples: vec![example],
            }),
        }
    }
    packages
}

/// Writes the scratch workspace: with the versions of third-party crates and the profiles of this workspace, so that compiled crates are reused.
fn write(workspace: &Workspace, folder: &Path, packages: &[Package]) -> Outcome {
    let root = read_toml(&workspace.root.join("Cargo.toml"))?;
    let mut manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\n".to_owned();
    if let Some(profile) = root.get("profile") {
        let profile = Table::from_iter([("profile".to_owned(), profile.clone())]);
        let _ = write!(manifest, "\n{profile}");
    }
    put(&folder.join("Cargo.toml"), &manifest)?;
    let lock = workspace.root.join("Cargo.lock");
    let text = std::fs::read_to_string(&lock).map_err(|error| Failure::file(&lock, &error))?;
    put(&folder.join("Cargo.lock"), &text)?;
    for package in packages {
        let home = folder.join(&package.name);
        let dependencies = dependencies(workspace, package)?;
        let manifest = format!(
            "[package]\nname = \"{}\"\nedition = \"2024\"\npublish = false\n\n[lints.rust]\nwarnings = \"deny\"\n\n{dependencies}",
            package.name
        );
        put(&home.join("Cargo.toml"), &manifest)?;
        for example in &package.examples {
            // The code begins at the same line as in the README, so that the compiler reports its lines.
            let code = "\n".repeat(example.line - 1) + &example.code;
            put(&home.join(format!("src/bin/{}.rs", example.bin())), &code)?;
        }
    }
    Ok(())
}

/// Returns the dependencies as in the README, with the crates of this workspace by path.
fn dependencies(workspace: &Workspace, package: &Package) -> Result<Table, Failure> {
    let wrong = |why: &dyn core::fmt::Display| {
        Failure::new(
            format!("{}: a `toml` block cannot be read: {why}", package.readme),
            "write it as in a Cargo.toml",
        )
    };
    let mut manifest: Table = package
        .dependencies
        .parse()
        .map_err(|error| wrong(&error))?;
    let dependencies = manifest
        .get_mut("dependencies")
        .and_then(Value::as_table_mut)
        .ok_or_else(|| wrong(&"it has no `[dependencies]`"))?;
    for (name, dependency) in dependencies.iter_mut() {
        if workspace.package(name).is_none() {
            continue;
        }
        let version = || Table::from_iter([("version".to_owned(), dependency.clone())]);
        let mut table = dependency.as_table().cloned().unwrap_or_else(version);
        let path = workspace.root.join("crates").join(name);
        table.insert("path".to_owned(), path.to_string_lossy().as_ref().into());
        *dependency = Value::Table(table);
    }
    Ok(manifest)
}

/// Compiles one package. Returns the examples that do not compile.
fn compile(
    workspace: &Workspace,
    folder: &Path,
    package: &Package,
) -> Result<Vec<String>, Failure> {
    let manifest = folder.join("Cargo.toml");
    let mut check = cargo(&["check", "--keep-going", "-p", &package.name]);
    check.arg("--manifest-path").arg(manifest);
    check.arg("--target-dir").arg(&workspace.target_directory);
    println!("{}: {}", package.readme, package.name);
    let output = command::output(&mut check)?;
    if output.status.success() {
        return Ok(Vec::new());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    println!("{}", said.trim_end());
    let failed: Vec<String> = package
        .examples
        .iter()
        .filter(|example| said.contains(&format!("(bin \"{}\")", example.bin())))
        .map(|example| {
            format!(
                "{}:{}: the example does not compile as printed",
                package.readme, example.line
            )
        })
        .collect();
    if failed.is_empty() {
        // A dependency cannot be fetched.
        return Ok(vec![format!(
            "{}: the dependencies do not compile",
            package.readme
        )]);
    }
    Ok(failed)
}

impl Example {
    /// The name of the program.
    fn bin(&self) -> String {
        format!("line_{}", self.line)
    }
}

fn read_toml(path: &Path) -> Result<Table, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    text.parse()
        .map_err(|error| Failure::new(format!("{}: {error}", path.display()), "fix the manifest"))
}

fn put(path: &Path, text: &str) -> Outcome {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
    }
    std::fs::write(path, text).map_err(|error| Failure::file(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# a\n\n```text\nx\n```\n\n```rust,no_run\nfn main() {}\n```\n\n```toml\n[dependencies]\na = \"1\"\n```\n\n```toml\n[dependencies]\nb = \"1\"\n```\n\n```\nfn main() {\n}\n```\n";

    #[test]
    fn an_example_has_its_line_and_the_dependencies_next_to_it() {
        let examples = examples(README).unwrap();
        let seen: Vec<(usize, &str, &str)> = examples
            .iter()
            .map(|example| (example.line, &*example.code, &*example.dependencies))
            .collect();
        let (a, b) = ("[dependencies]\na = \"1\"\n", "[dependencies]\nb = \"1\"\n");
        assert_eq!(
            seen,
            [(8, "fn main() {}\n", a), (22, "fn main() {\n}\n", b)]
        );
        let packages: Vec<String> = in_packages("a", "README.md", examples)
            .into_iter()
            .map(|package| package.name)
            .collect();
        assert_eq!(packages, ["readme-of-a-1", "readme-of-a-2"]);
    }

    #[track_caller]
    fn check_refused(readme: &str, line: usize) {
        let (refused, why) = examples(readme).unwrap_err();
        assert_eq!(refused, line, "{why}");
    }

    #[test]
    fn refuses_a_readme_without_examples_or_dependencies_and_a_turbofish() {
        let manifest = "```toml\n[dependencies]\n```\n";
        check_refused("# a\n", 1);
        check_refused("# a\n```sh\nx\n```\n", 1);
        check_refused("# a\n```rust\nfn main() {}\n```\n", 3);
        check_refused(
            &format!("{manifest}```rust\nfn main() {{\n    f::<u8>();\n}}\n```\n"),
            6,
        );
    }
}
