//! `world.toml` as the commands read it: from a file, with each mistake shown at its place.

use std::path::Path;

use m2m_admin::{ApplyError, Mistake, Prune, apply};
use m2m_api::MistakePlace;
use m2m_errors::Cause;
use m2m_jwt::UnixTime;
use m2m_store::{Actor, Backend};

use crate::error::{Excerpt, Failure};
use crate::printable::printable;
use crate::random;
use crate::regular_file::{self, Pipes, RegularFile};

pub use m2m_admin::GeneratedCredentials;

/// A file that has been read and has the right form; whether its records fit together is not checked yet.
#[derive(Debug)]
pub struct World {
    file: String,
    source: String,
    world: m2m_admin::World,
}

impl World {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not a valid registry file: with line, column and the nearest right word.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let file = regular_file::shown(path);
        let what = || format!("cannot read {file}");
        let help = "`m2m serve --help` shows a minimal world.toml";
        let bytes = RegularFile::open(path, Pipes::Taken)
            .and_then(|opened| opened.read(MAX_WORLD_BYTES))
            .map_err(|error| Failure::of_io(what(), &error).help(help))?;
        let source = str::from_utf8(&bytes).map_err(|error| {
            Failure::mistake(Cause::RegistryFileInvalid, what())
                .because(error.to_string())
                .help(help)
        })?;
        Self::parse(&file, source)
    }

    /// Parses the text of a file with this name.
    ///
    /// # Errors
    ///
    /// As [`World::read`].
    pub fn parse(file: &str, source: &str) -> Result<Self, Failure> {
        match m2m_admin::World::parse(source) {
            Ok(world) => Ok(Self {
                file: file.to_owned(),
                source: source.to_owned(),
                world,
            }),
            Err(mistake) => Err(report(file, source, &mistake)),
        }
    }

    /// Fills a store with the content of the file. Missing secrets and client ids are generated, to be shown once.
    ///
    /// # Errors
    ///
    /// If the records do not fit together: with line, column and the nearest right word.
    pub async fn fill(
        &self,
        store: &impl Backend,
        now: UnixTime,
    ) -> Result<Vec<GeneratedCredentials>, Failure> {
        let actor = Actor::command("m2m serve");
        let randomness = &mut random::fill;
        let applied = apply(store, &self.world, Prune::Keep, &actor, randomness, now).await;
        match applied {
            Ok(applied) => Ok(applied.credentials),
            Err(ApplyError::Mistake(mistake)) => Err(self.report(&mistake)),
            Err(error) => Err(Failure::refused(format!("cannot serve {}", self.file))
                .because(error.to_string())
                .caused_by(error.cause())),
        }
    }

    /// Returns the content of the file, to be applied elsewhere.
    pub const fn declared(&self) -> &m2m_admin::World {
        &self.world
    }

    /// Returns the text of the file.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the failure for a mistake in the file, with its place.
    pub fn report(&self, mistake: &Mistake) -> Failure {
        report(&self.file, &self.source, mistake)
    }

    /// Returns the failure for a mistake that a server found in the file, with its place.
    pub fn report_from_server(&self, cause: Cause, what: &str, place: &MistakePlace) -> Failure {
        let MistakePlace {
            start,
            end,
            earlier,
            help,
        } = place;
        let excerpt = Excerpt::of(&self.file, &self.source, *start..*end);
        let failure = Failure::mistake(cause, printable(what)).at(excerpt);
        let failure = with_earlier(failure, &self.source, *earlier);
        let help = help.as_deref().map(printable);
        help.into_iter().fold(failure, Failure::help)
    }
}

fn report(file: &str, source: &str, mistake: &Mistake) -> Failure {
    let excerpt = Excerpt::of(file, source, mistake.span().clone());
    let failure = Failure::mistake(mistake.cause(), mistake.what()).at(excerpt);
    let failure = with_earlier(failure, source, mistake.earlier());
    mistake.help().into_iter().fold(failure, Failure::help)
}

fn with_earlier(failure: Failure, source: &str, earlier: Option<usize>) -> Failure {
    let before = earlier.and_then(|offset| source.split_at_checked(offset));
    match before {
        Some((before, _)) => failure.because(format!(
            "the earlier one is in line {}",
            before.matches('\n').count() + 1
        )),
        None => failure,
    }
}

/// The maximum size of the file, enough for tens of thousands of applications. Unit: bytes.
const MAX_WORLD_BYTES: u32 = 16 * 1024 * 1024;

#[cfg(test)]
mod tests;
