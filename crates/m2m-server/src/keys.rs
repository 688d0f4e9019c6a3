//! The keys that tokens are signed with: one for each algorithm that is served, from a folder or for as long as the process.

mod directory;

use std::path::Path;

use m2m_authority::registry::{KeyState, Records, SigningKeys};
use m2m_jwt::{Algorithm, KeyNotGenerated, Pkcs8Document, Signer, SigningKey};

use crate::error::Failure;

/// The algorithms of all APIs, and ES256, which an API has that names none: each once, in the order of the list.
pub(crate) fn served_algorithms(records: &Records) -> Vec<Algorithm> {
    let is_served = |algorithm: &Algorithm| {
        *algorithm == Algorithm::Es256
            || records
                .apis
                .iter()
                .any(|api| api.signing_algorithm == *algorithm)
    };
    Algorithm::ALL.iter().copied().filter(is_served).collect()
}

/// Keys for these algorithms. Those that the folder has are read; those that it lacks are made, and kept there. Without a folder
/// all are made, and last as long as the process.
///
/// # Errors
///
/// If the folder or a key in it cannot be read or written, is open to others, or a key cannot be made.
pub(crate) fn load(
    algorithms: &[Algorithm],
    folder: Option<&Path>,
) -> Result<SigningKeys, Failure> {
    let mut keys = match folder {
        Some(folder) => directory::read(folder)?,
        None => Vec::new(),
    };
    for algorithm in algorithms {
        if keys.iter().any(|key| key.algorithm() == *algorithm) {
            continue;
        }
        let (key, document) = generate(*algorithm, folder)?;
        if let Some(folder) = folder {
            directory::write(folder, &key, &document)?;
        }
        keys.push(key);
    }
    // By algorithm, whether a key was read or made, so that the JWK set is the same the next time. Within an algorithm the order
    // of file names stays: the first signs, the others are announced.
    keys.sort_by_key(Signer::algorithm);
    Ok(keys.into_iter().fold(SigningKeys::default(), |keys, key| {
        let state = match keys.signing(key.algorithm()) {
            None => KeyState::Active,
            Some(_) => KeyState::Next,
        };
        keys.with(state, key)
    }))
}

fn generate(
    algorithm: Algorithm,
    folder: Option<&Path>,
) -> Result<(SigningKey, Pkcs8Document), Failure> {
    SigningKey::generate(algorithm, None).map_err(|error| {
        let failure = Failure::usage(format!("there is no {algorithm} key, and none can be made"));
        if error != KeyNotGenerated::RsaUnsupported {
            return failure.because(error.to_string());
        }
        let folder = folder.map_or_else(|| "keys".into(), |folder| folder.display().to_string());
        let file = format!("{folder}/{}-1.pem", algorithm.as_str().to_ascii_lowercase());
        failure
            .because("this build signs with RSA keys and makes none")
            .help(format!(
                "import one: (umask 077; mkdir -p {folder}; openssl genpkey -algorithm RSA \
                 -pkeyopt rsa_keygen_bits:2048 -out {file}), and serve with --keys {folder}"
            ))
            .help("or build with the feature aws-lc-rs, which is on by default")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use m2m_authority::registry::Api;

    #[test]
    fn serves_the_algorithms_of_the_apis_and_es256() {
        let eddsa = Api {
            signing_algorithm: Algorithm::EdDsa,
            ..Api::new("A", "a")
        };
        let records = Records {
            apis: vec![eddsa],
            ..Records::default()
        };
        assert_eq!(
            served_algorithms(&records),
            [Algorithm::Es256, Algorithm::EdDsa]
        );
    }

    #[test]
    fn keys_in_a_folder_stay_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let load = || {
            load(&[Algorithm::Es256, Algorithm::EdDsa], Some(&path))
                .unwrap()
                .jwk_set()
                .to_json()
        };
        let first = load();
        assert_eq!(first, load());
        assert_eq!(first.matches("\"kid\"").count(), 2);
    }

    #[test]
    fn without_a_folder_keys_are_new_each_time() {
        let load = || load(&[Algorithm::Es256], None).unwrap().jwk_set().to_json();
        assert_ne!(load(), load());
    }

    #[test]
    fn a_second_key_of_an_algorithm_is_announced_and_does_not_sign() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let (key, document) = SigningKey::generate(Algorithm::Es256, None).unwrap();
            directory::write(folder.path(), &key, &document).unwrap();
        }
        let keys = load(&[Algorithm::Es256], Some(folder.path())).unwrap();
        assert_eq!(keys.jwk_set().keys().len(), 2);
        let signing = keys.signing(Algorithm::Es256).unwrap().key_id();
        assert!(
            keys.jwk_set()
                .keys()
                .iter()
                .filter_map(m2m_jwt::Jwk::key_id)
                .all(|kid| signing <= kid)
        );
    }
}
