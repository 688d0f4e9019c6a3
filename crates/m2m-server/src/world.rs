//! `world.toml`: a registry in a file.

mod convert;
mod credentials;
mod document;
mod duration;
mod mistake;
mod place;
mod scalar;
mod wording;

use std::path::Path;

use m2m_authority::Registry;

use crate::error::{Excerpt, Failure};
use crate::regular_file::{Pipes, RegularFile};

pub(crate) use credentials::GeneratedCredentials;

use document::Document;
use mistake::Mistake;

/// A file that has been read and has the right form; whether its records fit together is not known yet.
#[derive(Debug)]
pub(crate) struct World {
    file: String,
    source: String,
    document: Document,
}

/// The registry that a file describes.
#[derive(Debug)]
pub(crate) struct Populated {
    /// The registry.
    pub(crate) registry: Registry,
    /// What the file left out and was made up, to be shown once.
    pub(crate) generated: Vec<GeneratedCredentials>,
}

impl World {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not a world: with line, column and the nearest right word.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let file = path.display().to_string();
        let unreadable = |why: String| {
            Failure::usage(format!("cannot read {file}"))
                .because(why)
                .help("`m2m serve --help` shows a smallest world.toml")
        };
        let bytes = RegularFile::open(path, Pipes::Taken)
            .and_then(|opened| opened.read(MAX_WORLD_BYTES))
            .map_err(|error| unreadable(error.to_string()))?;
        let source = str::from_utf8(&bytes).map_err(|error| unreadable(error.to_string()))?;
        Self::parse(&file, source)
    }

    /// Reads the text of a file of this name.
    ///
    /// # Errors
    ///
    /// As [`World::read`].
    pub(crate) fn parse(file: &str, source: &str) -> Result<Self, Failure> {
        match toml::from_str(source) {
            Ok(document) => Ok(Self {
                file: file.to_owned(),
                source: source.to_owned(),
                document,
            }),
            Err(error) => Err(report(file, source, Mistake::of_toml(&error, source))),
        }
    }

    /// The registry of the file, for a server with this issuer. Secrets and client ids that the file leaves out are made.
    ///
    /// # Errors
    ///
    /// If the records do not fit together: with line, column and the nearest right word.
    pub(crate) fn populate(&self, issuer: &str) -> Result<Populated, Failure> {
        let report = |mistake| report(&self.file, &self.source, mistake);
        let (records, generated) = convert::convert(&self.document, issuer).map_err(report)?;
        let registry = Registry::assemble(records)
            .map_err(|error| report(Mistake::of_registry(&error, &self.document)))?;
        Ok(Populated {
            registry,
            generated,
        })
    }
}

fn report(file: &str, source: &str, mistake: Mistake) -> Failure {
    let failure = Failure::usage(mistake.what).at(Excerpt::of(file, source, mistake.span));
    let before = mistake
        .earlier
        .and_then(|offset| source.split_at_checked(offset));
    let failure = match before {
        Some((before, _)) => failure.because(format!(
            "the earlier one stands in line {}",
            before.matches('\n').count() + 1
        )),
        None => failure,
    };
    mistake.help.into_iter().fold(failure, Failure::help)
}

/// As much as tens of thousands of applications need. Unit: bytes.
const MAX_WORLD_BYTES: u32 = 16 * 1024 * 1024;

#[cfg(test)]
mod tests;
