//! The size of each crate, without its tests: a crate that exceeds its limit probably contains more than one concept.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

/// Returns the number of lines of a crate's sources without tests: comments and blank lines count, test modules and their files do not.
pub(crate) fn of_crate(folder: &Path) -> Result<usize, Failure> {
    let mut lines = 0;
    for path in sources(folder)? {
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
        lines += before_tests(&text).count();
    }
    Ok(lines)
}

/// Returns the sources of a crate without those of tests.
pub(crate) fn sources(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut sources = Vec::new();
    let mut folders = vec![folder.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| Failure::file(&folder, &error))? {
            let path = entry
                .map_err(|error| Failure::file(&folder, &error))?
                .path();
            match kind(&path) {
                Kind::Folder => folders.push(path),
                Kind::Source => sources.push(path),
                Kind::Other => {}
            }
        }
    }
    Ok(sources)
}

/// Compares the crates with their limits, and prints both.
pub(crate) fn check<'b>(
    root: &Path,
    bounds: impl Iterator<Item = (&'b String, &'b usize)>,
) -> Outcome {
    let mut over = Vec::new();
    for (name, bound) in bounds {
        let lines = of_crate(&root.join("crates").join(name))?;
        println!("{name}: {lines} of at most {bound} lines without tests");
        if lines > *bound {
            over.push(name.as_str());
        }
    }
    if over.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!(
            "{} has more lines than xtask/arrows.toml allows",
            over.join(" and ")
        ),
        "move a separate concept into another crate, or raise the limit and give the reason in the commit message",
    ))
}

enum Kind {
    Folder,
    Source,
    Other,
}

fn kind(path: &Path) -> Kind {
    let stem = path.file_stem().unwrap_or_default();
    if stem == "tests" {
        Kind::Other
    } else if path.is_dir() {
        Kind::Folder
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        Kind::Source
    } else {
        Kind::Other
    }
}

/// Returns the lines of a file before its tests, which are at its end.
pub(crate) fn before_tests(text: &str) -> impl Iterator<Item = &str> {
    let mut lines = text.lines().peekable();
    core::iter::from_fn(move || {
        let line = lines.next()?;
        let begins_tests = line.starts_with("#[cfg(") && line.contains("test");
        let has_module = |next: &&str| next.starts_with("mod ") && next.ends_with('{');
        (!(begins_tests && lines.peek().is_some_and(has_module))).then_some(line)
    })
    .fuse()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        before_tests(text).count()
    }

    #[test]
    fn tests_at_the_end_of_a_file_do_not_count() {
        let text = "//! A file.\n\nfn a() {}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\n";
        assert_eq!(count(text), 4);
        assert_eq!(count("#[cfg(test)]\nmod tests;\n\nfn a() {}\n"), 4);
        assert_eq!(count("#[cfg(all(test, unix))]\nmod tests {\n}\n"), 0);
    }
}
