//! The names of key files: from the algorithm, the key id and, unless the key signs, its state.

use std::path::{Path, PathBuf};

use m2m_authority::registry::KeyState;
use m2m_jwt::{Algorithm, Signer as _, SigningKey};

/// The name of the file of a key, such as `es256-2026-11.pem` or `es256-2026-12.next.pem`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileName<'f> {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: &'f str,
    pub(super) state: KeyState,
}

/// Returns true if a file is a key file: `*.pem`, and not hidden. A hidden file is being written, or was when a server crashed.
pub(super) fn is_for_key(file: &Path) -> bool {
    let is_hidden = file
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let is_pem = file.extension().is_some_and(|extension| extension == "pem");
    is_pem && !is_hidden
}

/// Parses the name of a key file. Returns nothing if it has another form.
pub(super) fn parse(file: &Path) -> Option<FileName<'_>> {
    let (name, key_id) = file.file_stem()?.to_str()?.split_once('-')?;
    let algorithm = Algorithm::ALL
        .iter()
        .find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(name))?;
    let announced = STATES
        .iter()
        .find_map(|(suffix, state)| Some((key_id.strip_suffix(suffix)?, *state)));
    let (key_id, state) = announced.unwrap_or((key_id, KeyState::Active));
    (!key_id.is_empty()).then_some(FileName {
        algorithm: *algorithm,
        key_id,
        state,
    })
}

/// Returns the name of the file of a key that signs.
pub(super) fn of_active(algorithm: Algorithm, key_id: &str) -> String {
    format!("{}-{key_id}.pem", algorithm.as_str().to_ascii_lowercase())
}

/// Returns the path that this key in `file` would have if it signed.
pub(super) fn if_active(file: &Path, key: &SigningKey) -> PathBuf {
    file.with_file_name(of_active(key.algorithm(), key.key_id()))
}

/// The suffixes between key id and `.pem`. A key without a suffix signs.
const STATES: [(&str, KeyState); 2] =
    [(".next", KeyState::Next), (".retiring", KeyState::Retiring)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contains_algorithm_key_id_and_state() {
        for (file, key_id, state) in [
            ("es256-2026-11.pem", "2026-11", KeyState::Active),
            ("keys/ES256-a.next.pem", "a", KeyState::Next),
            ("es256-a.retiring.pem", "a", KeyState::Retiring),
            ("es256-a.b.pem", "a.b", KeyState::Active),
            ("es256-next.pem", "next", KeyState::Active),
        ] {
            let algorithm = Algorithm::Es256;
            let expected = FileName {
                algorithm,
                key_id,
                state,
            };
            assert_eq!(parse(Path::new(file)), Some(expected), "{file}");
        }
    }

    #[test]
    fn other_names_are_not_names_of_keys() {
        for file in ["key.pem", "hs256-1.pem", "es256-.pem", "es256-.next.pem"] {
            assert_eq!(parse(Path::new(file)), None, "{file}");
        }
    }

    #[test]
    fn hidden_files_and_files_other_than_pem_are_not_keys() {
        assert!(is_for_key(Path::new("keys/any.pem")));
        for file in [".tmp-es256-1.pem", "README", "es256-1.pem.old", ".lock"] {
            assert!(!is_for_key(&Path::new("keys").join(file)), "{file}");
        }
    }
}
