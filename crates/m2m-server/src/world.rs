//! `world.toml`: a registry in a file.

mod convert;
mod credentials;
mod document;
mod duration;
mod mistake;
mod place;
mod scalar;

use std::path::Path;

use m2m_authority::Registry;
use m2m_jwt::UnixTime;

use crate::error::{Excerpt, Failure};

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
        let source = std::fs::read_to_string(path).map_err(|error| {
            Failure::usage(format!("cannot read {file}"))
                .because(error.to_string())
                .help("`m2m serve --help` shows a smallest world.toml")
        })?;
        Self::parse(&file, &source)
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
            Err(error) => Err(report(file, source, Mistake::of_toml(&error))),
        }
    }

    /// The registry of the file, for a server with this issuer. Secrets and client ids that the file leaves out are made.
    ///
    /// # Errors
    ///
    /// If the records do not fit together: with line, column and the nearest right word.
    pub(crate) fn populate(&self, issuer: &str, now: UnixTime) -> Result<Populated, Failure> {
        let report = |mistake| report(&self.file, &self.source, mistake);
        let (records, generated) = convert::convert(&self.document, issuer, now).map_err(report)?;
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
    mistake.help.into_iter().fold(failure, Failure::help)
}

#[cfg(test)]
mod tests;
