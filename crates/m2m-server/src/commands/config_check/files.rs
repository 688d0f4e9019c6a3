//! What the files say that a configuration names, without starting anything and without writing anything.

use std::io::ErrorKind;
use std::path::Path;

use m2m_store::Sqlite;

use crate::clock;
use crate::data;
use crate::error::Failure;
use crate::listen::TlsFiles;
use crate::sealing::{self, Wanted};
use crate::settings::{Mistakes, RegistrySource, Settings};
use crate::world::World;

/// What is wrong with the files and folders.
pub(super) fn check(settings: &Settings) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let mut add = |checked: Result<(), Failure>| {
        if let Err(failure) = checked {
            mistakes.add(failure);
        }
    };
    let keys = match &settings.registry {
        RegistrySource::Data(path) => Some(path),
        RegistrySource::World { file, keys } => {
            add(world(file));
            keys.as_ref()
        }
    };
    if let Some(keys) = keys {
        add(folder(keys));
    }
    let values = &settings.values;
    // The settings report it if only one of them is given.
    if let (Some(cert), Some(key)) = (values.tls_cert.clone(), values.tls_key.clone()) {
        for mistake in (TlsFiles { cert, key }).mistakes() {
            add(Err(mistake));
        }
    }
    if let Some(file) = &values.sealing_key_file {
        let wanted = match keys.is_some_and(|keys| data::is_there(keys).unwrap_or(false)) {
            true => Wanted::Known,
            false => Wanted::New,
        };
        add(sealing::read(file, wanted).map(drop));
    }
    mistakes
}

/// What is not wrong yet, or is wrong for callers only.
pub(super) fn warnings(settings: &Settings) -> Vec<String> {
    let values = &settings.values;
    let tls = values.tls_cert.clone().zip(values.tls_key.clone());
    let warning = tls.and_then(|(cert, key)| TlsFiles { cert, key }.warning(clock::now()));
    warning.into_iter().collect()
}

/// The records as well: what is made up for them is thrown away.
fn world(file: &Path) -> Result<(), Failure> {
    let world = World::read(file)?;
    let store = Sqlite::in_memory().map_err(|error| Failure::refused(error.to_string()))?;
    data::wait(world.fill(&store, clock::now()))?.map(|_| ())
}

/// Whether there is such a folder, or it can be made: whether it can be written into is known when something is.
fn folder(path: &Path) -> Result<(), Failure> {
    let cannot = |why: String| {
        Failure::usage(format!("cannot use the folder {}", path.display())).because(why)
    };
    // The nearest that exists decides; a relative path without any begins in the present folder, which does.
    for ancestor in path.ancestors() {
        if ancestor.as_os_str().is_empty() {
            break;
        }
        match std::fs::metadata(ancestor) {
            Ok(metadata) if metadata.is_dir() => {
                let is_itself = ancestor == path;
                return if is_itself {
                    std::fs::read_dir(path)
                        .map(|_| ())
                        .map_err(|error| cannot(error.to_string()))
                } else {
                    Ok(())
                };
            }
            Ok(_) => {
                return Err(cannot(format!("{} is no folder", ancestor.display())));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(cannot(error.to_string())),
        }
    }
    Ok(())
}
