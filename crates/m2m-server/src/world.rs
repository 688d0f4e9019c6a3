//! `world.toml` as the commands read it: from a file, and with what is wrong shown where it stands.

use std::path::Path;

use m2m_admin::Mistake;
use m2m_authority::Registry;
use m2m_authority::registry::Records;

use crate::error::{Excerpt, Failure};
use crate::random;
use crate::regular_file::{Pipes, RegularFile};

pub(crate) use m2m_admin::GeneratedCredentials;

/// A file that has been read and has the right form; whether its records fit together is not known yet.
#[derive(Debug)]
pub(crate) struct World {
    file: String,
    source: String,
    world: m2m_admin::World,
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
        match m2m_admin::World::parse(source) {
            Ok(world) => Ok(Self {
                file: file.to_owned(),
                source: source.to_owned(),
                world,
            }),
            Err(mistake) => Err(report(file, source, &mistake)),
        }
    }

    /// The registry of the file, for a server with this issuer. Secrets and client ids that the file leaves out are made.
    ///
    /// # Errors
    ///
    /// If the records do not fit together: with line, column and the nearest right word.
    pub(crate) fn populate(&self, issuer: &str) -> Result<Populated, Failure> {
        let m2m_admin::Populated {
            mut records,
            generated,
        } = self
            .world
            .populate(&mut random::fill)
            .map_err(|mistake| self.report(&mistake))?;
        name_issuer(&mut records, issuer.trim_end_matches('/'));
        let registry = Registry::assemble(records)
            .map_err(|error| self.report(&self.world.mistake(&error)))?;
        Ok(Populated {
            registry,
            generated,
        })
    }

    /// What is wrong with the file, with its place.
    fn report(&self, mistake: &Mistake) -> Failure {
        report(&self.file, &self.source, mistake)
    }
}

/// Puts the issuer in the place of `{issuer}` at the beginning of every audience.
fn name_issuer(records: &mut Records, issuer: &str) {
    let name = |audience: &mut Box<str>| {
        if let Some(rest) = audience.strip_prefix("{issuer}") {
            *audience = format!("{issuer}{rest}").into();
        }
    };
    for api in &mut records.apis {
        name(&mut api.audience);
        api.aliases.iter_mut().for_each(name);
    }
    for application in &mut records.applications {
        let authorizations = application.authorizations.iter_mut();
        authorizations.for_each(|authorization| name(&mut authorization.audience));
    }
}

fn report(file: &str, source: &str, mistake: &Mistake) -> Failure {
    let excerpt = Excerpt::of(file, source, mistake.span().clone());
    let failure = Failure::usage(mistake.what()).at(excerpt);
    let before = mistake
        .earlier()
        .and_then(|offset| source.split_at_checked(offset));
    let failure = match before {
        Some((before, _)) => failure.because(format!(
            "the earlier one stands in line {}",
            before.matches('\n').count() + 1
        )),
        None => failure,
    };
    mistake.help().into_iter().fold(failure, Failure::help)
}

/// As much as tens of thousands of applications need. Unit: bytes.
const MAX_WORLD_BYTES: u32 = 16 * 1024 * 1024;

#[cfg(test)]
mod tests;
