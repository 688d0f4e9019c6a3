//! The files of the repository, read once.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

/// Folders without files of this project, or with build output only.
const NOT_OURS: [&str; 7] = [
    ".git",
    "target",
    "node_modules",
    ".venv",
    "artifacts",
    "coverage",
    "mutants.out",
];

/// The files of the repository.
#[derive(Debug)]
pub(super) struct Tree {
    files: Vec<File>,
}

/// A file of the repository.
#[derive(Debug)]
pub(super) struct File {
    /// The path from the root, with `/` between its parts.
    pub(super) path: String,
    /// The content; bytes that are not UTF-8 are replaced.
    pub(super) text: String,
}

impl Tree {
    /// Reads every file below `root`.
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let mut files = Vec::new();
        read_folder(root, root, &mut files)?;
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Self { files })
    }

    /// All files, by path.
    pub(super) fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// The Rust sources, by path.
    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files().filter(|file| file.path.ends_with(".rs"))
    }

    /// Returns the content of the file at this path.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files()
            .find(|file| file.path == path)
            .map(|file| file.text.as_str())
    }

    /// A tree for tests.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |&(path, text): &(&str, &str)| File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        Self {
            files: files.iter().map(file).collect(),
        }
    }
}

fn read_folder(root: &Path, folder: &Path, files: &mut Vec<File>) -> Outcome {
    for entry in std::fs::read_dir(folder).map_err(|error| Failure::file(folder, &error))? {
        let entry = entry.map_err(|error| Failure::file(folder, &error))?;
        let kind = entry
            .file_type()
            .map_err(|error| Failure::file(&entry.path(), &error))?;
        let is_ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| !NOT_OURS.contains(&name));
        if kind.is_dir() && is_ours {
            read_folder(root, &entry.path(), files)?;
        } else if kind.is_file() {
            let bytes = std::fs::read(entry.path())
                .map_err(|error| Failure::file(&entry.path(), &error))?;
            files.push(File {
                path: relative(root, &entry.path()),
                text: String::from_utf8_lossy(&bytes).into_owned(),
            });
        }
    }
    Ok(())
}

fn relative(root: &Path, path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(root).unwrap_or(path).to_owned();
    path.iter()
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}
