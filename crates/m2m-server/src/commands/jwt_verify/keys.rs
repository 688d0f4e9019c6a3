//! The keys that a token is verified with: those of a file or a URL.

use std::path::Path;

use m2m_jwt::{InvalidToken, Jwk, JwkSet, VerificationKey};
use serde_json::Value;

use crate::commands::runtime;
use crate::error::Failure;
use crate::http_client;
use crate::printable::printable;
use crate::regular_file::{Pipes, RegularFile};

use super::unusable_key::UnusableKey;

/// The keys of a JWK set.
#[derive(Debug)]
pub(super) struct Keys {
    /// Those that a token can be verified with.
    pub(super) usable: JwkSet,
    unusable: Vec<UnusableKey>,
}

/// The JWK set in a file, or under an http URL.
///
/// # Errors
///
/// If it cannot be read, is no JWK set, or has no key that can be used.
pub(super) fn read(place: &str) -> Result<Keys, Failure> {
    let json = if place.contains("://") {
        let response = runtime()?.block_on(http_client::get(place))?;
        if !response.status().is_success() {
            return Err(Failure::unreachable(format!(
                "{place} answers with {}",
                response.status()
            ))
            .help("the metadata of the issuer name the address of its keys as jwks_uri"));
        }
        response.into_body().to_vec()
    } else {
        let bytes = RegularFile::open(Path::new(place), Pipes::Taken)
            .and_then(|file| file.read(MAX_FILE_BYTES));
        let bytes = bytes.map_err(|error| {
            Failure::usage(format!("cannot read {place}"))
                .because(error.to_string())
                .help("name a file with a JWK set, or its http URL")
        })?;
        bytes.to_vec()
    };
    let set = JwkSet::parse(&json).map_err(|error| {
        let failure = Failure::usage(format!("{place} is no JWK set"));
        match jwks_uri(&json) {
            Some(jwks_uri) => failure
                .because("it is the metadata of an issuer")
                .help(format!("its keys are elsewhere: --jwks {jwks_uri}")),
            None => failure.because(error.to_string()),
        }
    })?;
    let is_usable = |key: &&Jwk| VerificationKey::new(key).is_ok();
    let usable: JwkSet = set.keys().iter().filter(is_usable).cloned().collect();
    let unusable = UnusableKey::all_of(&json);
    if usable.keys().is_empty() {
        let failure = Failure::usage(format!("{place} has no key that can be used"));
        return Err(unusable
            .iter()
            .fold(failure, |failure, key| failure.because(key.to_string())));
    }
    Ok(Keys { usable, unusable })
}

impl Keys {
    /// The unusable keys that may be the reason for `error`, of a token with this key id: that which it names, or all.
    pub(super) fn suspects(&self, error: InvalidToken, key_id: Option<&str>) -> Vec<UnusableKey> {
        let is_of_keys = matches!(
            error,
            InvalidToken::KeyUnknown | InvalidToken::AlgorithmNotOfKey | InvalidToken::Signature
        );
        if !is_of_keys {
            return Vec::new();
        }
        let named = self
            .unusable
            .iter()
            .filter(|key| key_id.is_some() && key.key_id() == key_id);
        if named.clone().next().is_some() {
            named.cloned().collect()
        } else {
            self.unusable.clone()
        }
    }
}

/// Where the keys are, if the document is the metadata of an issuer (RFC 8414, section 2).
fn jwks_uri(json: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(json).ok()?;
    let jwks_uri = document.get("jwks_uri")?.as_str()?;
    Some(printable(jwks_uri).into_owned())
}

/// As much as is read from a URL, and twice what a JWK set may have. Unit: bytes.
const MAX_FILE_BYTES: u32 = 1024 * 1024;
