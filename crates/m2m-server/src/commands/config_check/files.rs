//! What the files say that a configuration names, without starting anything and without writing anything.

use std::io::ErrorKind;
use std::path::Path;

use m2m_store::Sqlite;

use crate::clock;
use crate::data;
use crate::error::Failure;
use crate::regular_file::{Pipes, RegularFile};
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
    match &settings.registry {
        RegistrySource::Data(path) => add(folder(path)),
        RegistrySource::World { file, keys } => {
            add(world(file));
            if let Some(keys) = keys {
                add(folder(keys));
            }
        }
    }
    let values = &settings.values;
    if let Some(cert) = &values.tls_cert {
        add(readable(cert).map(|_| ()));
    }
    for key in values.tls_key.iter().chain(&values.sealing_key_file) {
        add(private(key));
    }
    mistakes
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

fn readable(path: &Path) -> Result<RegularFile, Failure> {
    RegularFile::open(path, Pipes::Refused).map_err(|error| {
        Failure::usage(format!("cannot read {}", path.display())).because(error.to_string())
    })
}

/// Whether a file with a private key can be read by us and by nobody else.
#[cfg(unix)]
fn private(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = readable(path)?.metadata().permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::usage(format!("{path} can be read by others"))
        .because(format!(
            "its mode is {:03o}, and it holds a key",
            mode & 0o777
        ))
        .help(format!(
            "chmod 600 {path}; and if somebody may have read it, make a new one"
        )))
}

#[cfg(not(unix))]
fn private(path: &Path) -> Result<(), Failure> {
    readable(path).map(|_| ())
}
