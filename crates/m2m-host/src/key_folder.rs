//! The signing keys of a server without a data directory: from a folder, or for the life of the process.

mod directory;
mod file_name;
mod new_file;

use std::path::Path;

use crate::error::Failure;
use m2m_authority::registry::Api;
use m2m_errors::Cause;
use m2m_jwt::{Algorithm, KeyNotGenerated, Pkcs8Document, Signer as _, SigningKey};

pub use m2m_authority::registry::KeyState;

use directory::StoredKey;
use new_file::LockedFolder;

/// Returns the algorithms of all APIs, or ES256, the default of an API, if there are no APIs: each once, in the order of the list. Some verifiers reject a JWK
/// set for one key of an algorithm that they do not know, so that no others are in it.
pub fn served_algorithms(apis: &[Api]) -> Vec<Algorithm> {
    let is_served = |algorithm: &Algorithm| {
        apis.is_empty() && *algorithm == Algorithm::Es256
            || apis.iter().any(|api| api.signing_alg == *algorithm)
    };
    Algorithm::ALL.iter().copied().filter(is_served).collect()
}

/// Loads keys for these algorithms. Keys in the folder are read; missing keys are created and stored there. Without a folder all keys
/// are created, and last as long as the process.
///
/// # Errors
///
/// If the folder or a key in it cannot be read or written, or is open to others; if it has keys of an algorithm of which none or several
/// sign, or the same key id twice; or if a key cannot be created.
pub fn load(
    algorithms: &[Algorithm],
    folder: Option<&Path>,
) -> Result<Vec<(KeyState, SigningKey)>, Failure> {
    let mut keys: Vec<(KeyState, SigningKey)> = Vec::new();
    match folder {
        Some(folder) => {
            let kept = load_kept(algorithms, folder)?;
            keys.extend(kept.into_iter().map(|kept| (kept.state, kept.key)));
        }
        None => {
            for algorithm in algorithms {
                let (key, _) = generate(*algorithm)
                    .map_err(|error| not_generated(error, *algorithm, "keys", &[]))?;
                keys.push((KeyState::Active, key));
            }
        }
    }
    // By algorithm, whether a key was read or created, so that the JWK set is the same at the next start. Within an algorithm the order
    // of file names is kept.
    keys.sort_by_key(|(_, key)| key.algorithm());
    Ok(keys)
}

fn load_kept(algorithms: &[Algorithm], folder: &Path) -> Result<Vec<StoredKey>, Failure> {
    let keys = directory::read(folder)?;
    if lacking(algorithms, &keys)?.is_empty() {
        return Ok(keys);
    }
    let _locked = LockedFolder::lock(folder)?;
    // Read again: another server may have created the keys while this one waited.
    let mut keys = directory::read(folder)?;
    for algorithm in lacking(algorithms, &keys)? {
        let (key, document) = generate(algorithm).map_err(|error| {
            not_generated(error, algorithm, &folder.display().to_string(), &keys)
        })?;
        let name = file_name::of_active(algorithm, key.key_id());
        new_file::write(folder, &name, &document)?;
        keys.push(StoredKey {
            file: folder.join(name),
            state: KeyState::Active,
            key,
        });
    }
    Ok(keys)
}

/// Returns the algorithms without a key. If an algorithm has only announced keys, a new key would sign unannounced, so this is an error.
fn lacking(algorithms: &[Algorithm], keys: &[StoredKey]) -> Result<Vec<Algorithm>, Failure> {
    let mut lacking = Vec::new();
    for algorithm in algorithms {
        let mut own = keys
            .iter()
            .filter(|kept| kept.key.algorithm() == *algorithm);
        match own.clone().next() {
            None => lacking.push(*algorithm),
            Some(_) if own.clone().any(|kept| kept.state == KeyState::Active) => {}
            Some(first) => {
                let next = own
                    .find(|kept| kept.state == KeyState::Next)
                    .unwrap_or(first);
                return Err(none_signs(*algorithm, next));
            }
        }
    }
    Ok(lacking)
}

fn none_signs(algorithm: Algorithm, announced: &StoredKey) -> Failure {
    let StoredKey { file, key, .. } = announced;
    Failure::mistake(
        Cause::KeyFileMisnamed,
        format!("there is no active {algorithm} key"),
    )
    .because(format!(
        "{} is announced, but does not sign yet",
        file.display()
    ))
    .help(format!(
        "to let it sign, rename it to {}",
        file_name::if_active(file, key).display()
    ))
}

fn generate(algorithm: Algorithm) -> Result<(SigningKey, Pkcs8Document), KeyNotGenerated> {
    SigningKey::generate(algorithm, None)
}

/// Returns the failure for a key of this algorithm that cannot be created in this folder, which has these keys.
fn not_generated(
    error: KeyNotGenerated,
    algorithm: Algorithm,
    folder: &str,
    keys: &[StoredKey],
) -> Failure {
    let what = format!("there is no {algorithm} key, and one cannot be generated");
    let failure = Failure::mistake(Cause::KeyNotGenerated, what);
    if error != KeyNotGenerated::RsaUnsupported {
        return failure.because(error.to_string());
    }
    let is_free = |key_id: &String| keys.iter().all(|kept| kept.key.key_id() != key_id);
    let key_id = (1..u32::MAX).map(|number| number.to_string()).find(is_free);
    let name = file_name::of_active(algorithm, &key_id.unwrap_or_default());
    failure
        .because("this build signs with RSA keys, but cannot generate them")
        .help(format!(
            "create one: (umask 077; mkdir -p {folder}; openssl genpkey -algorithm RSA \
             -pkeyopt rsa_keygen_bits:2048 -out {folder}/{name}), and serve with --keys {folder}"
        ))
        .help("or build with the feature aws-lc-rs, which is on by default")
}

#[cfg(test)]
mod tests {
    use super::*;
    use m2m_authority::registry::SigningKeys;
    use tempfile::TempDir;

    /// Returns the keys as a server announces them.
    fn announced(keys: Vec<(KeyState, SigningKey)>) -> SigningKeys {
        let keys = keys.into_iter();
        keys.fold(SigningKeys::default(), |all, (state, key)| {
            all.with(state, key)
        })
    }

    #[test]
    fn f3_the_algorithms_of_the_apis_are_served_or_es256_if_there_are_none() {
        let eddsa = Api {
            signing_alg: Algorithm::EdDsa,
            ..Api::new("A", "a")
        };
        let both = [eddsa.clone(), Api::new("B", "b")];
        assert_eq!(
            served_algorithms(&both),
            [Algorithm::Es256, Algorithm::EdDsa]
        );
        assert_eq!(served_algorithms(&[eddsa]), [Algorithm::EdDsa]);
        assert_eq!(served_algorithms(&[]), [Algorithm::Es256]);
    }

    #[test]
    fn keys_in_a_folder_stay_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let load = || {
            let algorithms = [Algorithm::Es256, Algorithm::EdDsa];
            let keys = load(&algorithms, Some(&path)).unwrap();
            announced(keys).jwk_set().to_json()
        };
        let first = load();
        assert_eq!(first, load());
        assert_eq!(first.matches("\"kid\"").count(), 2);
    }

    #[test]
    fn without_a_folder_keys_are_new_each_time() {
        let load = || {
            let keys = load(&[Algorithm::Es256], None).unwrap();
            announced(keys).jwk_set().to_json()
        };
        assert_ne!(load(), load());
    }

    /// Returns a folder with a new ES256 key in each of these files.
    fn folder_of(files: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let (_, document) = generate(Algorithm::Es256).unwrap();
            new_file::write(folder.path(), file, &document).unwrap();
        }
        folder
    }

    #[test]
    fn a_key_that_is_next_or_retiring_is_announced_and_does_not_sign() {
        let folder = folder_of(&[
            "es256-a.next.pem",
            "es256-b.pem",
            "es256-c.retiring.pem",
            "es256-d.next.pem",
        ]);
        let keys = announced(load(&[Algorithm::Es256], Some(folder.path())).unwrap());
        assert_eq!(keys.signing(Algorithm::Es256).unwrap().key_id(), "b");
        let announced = keys.jwk_set();
        let key_ids: Vec<_> = announced
            .keys()
            .iter()
            .filter_map(m2m_jwt::Jwk::key_id)
            .collect();
        assert_eq!(key_ids, ["a", "b", "c", "d"]);
    }

    #[test]
    fn no_key_is_generated_where_announced_keys_do_not_sign() {
        let folder = folder_of(&["es256-a.retiring.pem", "es256-b.next.pem"]);
        let failure = load(&[Algorithm::Es256], Some(folder.path())).unwrap_err();
        let text = failure.to_string();
        assert!(text.contains("there is no active ES256 key"), "{text}");
        let rename = format!(
            "rename it to {}",
            folder.path().join("es256-b.pem").display()
        );
        assert!(text.contains(&rename), "{text}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        // No API needs a signature with ES256.
        assert!(load(&[Algorithm::EdDsa], Some(folder.path())).is_ok());
    }

    #[test]
    fn servers_that_start_at_once_on_an_empty_folder_have_the_same_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let load = || {
            let algorithms = [Algorithm::Es256, Algorithm::EdDsa];
            announced(load(&algorithms, Some(&path)).unwrap())
                .jwk_set()
                .to_json()
        };
        let all: Vec<String> = std::thread::scope(|scope| {
            let servers: Vec<_> = (0..8).map(|_| scope.spawn(load)).collect();
            servers
                .into_iter()
                .map(|server| server.join().unwrap())
                .collect()
        });
        assert!(all.iter().all(|keys| *keys == all[0]), "{all:?}");
    }

    #[test]
    fn an_rsa_key_that_cannot_be_generated_is_imported_under_a_free_key_id() {
        let folder = folder_of(&["es256-1.pem"]);
        let keys = directory::read(folder.path()).unwrap();
        let why = KeyNotGenerated::RsaUnsupported;
        let text = not_generated(why, Algorithm::Rs256, "keys", &keys).to_string();
        assert!(text.contains("-out keys/rs256-2.pem"), "{text}");
    }
}
