//! The key that private keys are sealed with: from the environment, from a file, or from the data directory.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use m2m_errors::Cause;
use m2m_store::{KeyRecord, SEALING_KEY_FILE as FILE, SealingKey};
use zeroize::Zeroizing;

use crate::error::Failure;
use crate::regular_file::{self, Pipes, RegularFile};
use crate::{data, private_file, random};

/// The source of the sealing key.
#[derive(Debug, Clone)]
pub enum SealingSource<'s> {
    /// The variable `M2M_SEALING_KEY`, which has this value.
    Environment(&'s str),
    /// A file that the operator manages.
    File(PathBuf),
    /// `sealing.key` in the data directory, which the server manages.
    Folder(PathBuf),
}

impl<'s> SealingSource<'s> {
    /// Returns the key itself if it is given, else the file, else the data directory. Empty values count as not given.
    pub fn new(key: Option<&'s str>, file: Option<&Path>, folder: &Path) -> Self {
        if let Some(key) = key.filter(|key| !key.is_empty()) {
            return Self::Environment(key);
        }
        match file.filter(|file| !file.as_os_str().is_empty()) {
            Some(file) => Self::File(file.to_owned()),
            None => Self::Folder(folder.to_owned()),
        }
    }

    /// Loads the sealing key, and checks that it opens these keys of the data directory. If there are no keys yet and it comes from the data
    /// directory, it is created.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is open to others, is invalid, or is not the one that the keys were sealed with.
    pub fn load(&self, keys: &[KeyRecord], folder: &Path) -> Result<SealingKey, Failure> {
        let wanted = match keys {
            [] => Wanted::New,
            [..] => Wanted::Known,
        };
        let sealing = match self {
            Self::Environment(text) => SealingKey::from_base64(text)
                .map_err(|error| wanted.invalid("M2M_SEALING_KEY", &error.to_string()))?,
            Self::File(file) => read(file, wanted)?,
            Self::Folder(folder) => {
                finish_reseal(folder, keys)?;
                let file = folder.join(FILE);
                if keys.is_empty() && !file.exists() {
                    make(&file)?
                } else {
                    read(&file, wanted)?
                }
            }
        };
        match keys.first().map(|key| opens(&sealing, key)) {
            None | Some(Ok(())) => Ok(sealing),
            Some(Err(error)) => Err(data::failure(&error, folder)),
        }
    }

    /// Returns the file in the data directory that has the key, once it was loaded. Any other file is managed by the operator, who may delete
    /// it while a server runs.
    pub fn kept_file(&self) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(folder.join(FILE)),
            Self::Environment(_) | Self::File(_) => None,
        }
    }

    /// Checks the same as [`load`](Self::load), and changes nothing.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn check(&self, keys: &[KeyRecord], folder: &Path) -> Result<(), Failure> {
        match self {
            Self::Environment(_) | Self::File(_) => self.load(keys, folder).map(drop),
            Self::Folder(own) => {
                let is_made_at_the_start = keys.is_empty() && !own.join(FILE).exists();
                if is_made_at_the_start || is_resealed(own, keys) {
                    return Ok(());
                }
                Self::File(own.join(FILE)).load(keys, folder).map(drop)
            }
        }
    }
}

/// The sealing key that is needed, which determines the help if there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Any key: nothing is sealed yet, or everything is going to be sealed again.
    New,
    /// The key that the existing keys were sealed with.
    Known,
}

impl Wanted {
    fn invalid(self, place: &str, why: &str) -> Failure {
        let what = format!("there is no sealing key in {place}");
        let failure = Failure::mistake(Cause::SealingKeyInvalid, what).because(why);
        match self {
            Self::New => failure.help("to create one, run openssl rand -base64 32"),
            Self::Known => failure.help(PROVIDE_SEALING_KEY).help(IF_LOST),
        }
    }
}

/// Creates a sealing key in a new file.
///
/// # Errors
///
/// If the file cannot be written, or exists already.
pub fn make(file: &Path) -> Result<SealingKey, Failure> {
    let sealing = SealingKey::from_bytes(Zeroizing::new(random::bytes()));
    let mut text = sealing.secret_to_base64();
    text.push('\n');
    private_file::create(file, text.as_bytes())
        .map_err(|error| Failure::of_io(format!("cannot write {}", file.display()), &error))?;
    Ok(sealing)
}

/// Reads the sealing key in a file.
///
/// # Errors
///
/// If it cannot be read, is open to others, or is invalid.
pub fn read(file: &Path, wanted: Wanted) -> Result<SealingKey, Failure> {
    let shown = regular_file::shown(file);
    let unreadable = |error: std::io::Error| {
        let failure = Failure::of_io(format!("cannot read the sealing key {shown}"), &error);
        if error.kind() == ErrorKind::NotFound {
            let failure = failure.help("put the file back, or provide the key in --sealing-key-file FILE (M2M_SEALING_KEY_FILE) or M2M_SEALING_KEY");
            match wanted {
                Wanted::New => failure,
                Wanted::Known => failure.help(IF_LOST),
            }
        } else {
            failure
        }
    };
    let opened = RegularFile::open(file, Pipes::Taken).map_err(unreadable)?;
    refuse_open(&shown, &opened)?;
    let bytes = opened.read(MAX_FILE_BYTES).map_err(unreadable)?;
    let text = str::from_utf8(&bytes).map_err(|_| wanted.invalid(&shown, "it is not text"))?;
    SealingKey::from_base64(text).map_err(|error| wanted.invalid(&shown, &error.to_string()))
}

/// Returns the path of a new sealing key until the keys are sealed with it.
pub fn next_file(folder: &Path) -> PathBuf {
    folder.join(format!("{FILE}.next"))
}

/// Replaces the sealing key by the new one, once the keys are sealed with it.
///
/// # Errors
///
/// If the file cannot be replaced.
pub fn take_place(folder: &Path) -> Result<(), Failure> {
    let file = folder.join(FILE);
    private_file::replace(&next_file(folder), &file)
        .map_err(|error| Failure::of_io(format!("cannot replace {}", file.display()), &error))
}

/// Completes a reseal that a crash interrupted, if the keys are already sealed with the next sealing key.
fn finish_reseal(folder: &Path, keys: &[KeyRecord]) -> Result<(), Failure> {
    if is_resealed(folder, keys) {
        take_place(folder)?;
    }
    Ok(())
}

/// Returns true if the keys are already sealed with the next sealing key.
fn is_resealed(folder: &Path, keys: &[KeyRecord]) -> bool {
    let next = next_file(folder);
    // A key that cannot be read opens nothing, and can be ignored.
    let is_used =
        |key| read(&next, Wanted::Known).is_ok_and(|sealing| opens(&sealing, key).is_ok());
    next.exists() && keys.first().is_some_and(is_used)
}

fn opens(sealing: &SealingKey, key: &KeyRecord) -> Result<(), m2m_store::StoreError> {
    sealing
        .unseal(&key.kid, key.algorithm, &key.sealed)
        .map(drop)
}

/// Help for a sealing key that is missing, damaged, or not the one that the keys were sealed with.
pub const PROVIDE_SEALING_KEY: &str = "provide the sealing key that they were sealed with: --sealing-key-file FILE (M2M_SEALING_KEY_FILE), or M2M_SEALING_KEY, or sealing.key in the data directory";
/// Help for an operator who has lost the sealing key.
pub const IF_LOST: &str = "if it is lost, the private keys are lost too: run (umask 077; m2m export --data DIR --with-secret-hashes > exported.toml), then m2m apply -f exported.toml --data NEW_DIR, whose server generates new keys";

#[cfg(unix)]
fn refuse_open(shown: &str, file: &RegularFile) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = file.metadata().permissions().mode();
    // The pipe that a shell creates for a command is private, whatever its mode.
    if mode & 0o077 == 0 || !file.metadata().is_file() {
        return Ok(());
    }
    Err(Failure::mistake(
        Cause::FileOpenToOthers,
        format!("the sealing key {shown} is open to others"),
    )
    .because(format!(
        "its mode is {:03o}, and anyone who has it and the database can sign tokens of this server",
        mode & 0o777
    ))
    .help(format!(
        "run chmod 600 {shown}; if others may have read it, run m2m key reseal"
    )))
}

#[cfg(not(unix))]
fn refuse_open(_shown: &str, _file: &RegularFile) -> Result<(), Failure> {
    Ok(())
}

/// The maximum size of the file, far more than the base64 of 32 bytes. Unit: bytes.
const MAX_FILE_BYTES: u32 = 1024;
