//! The keys that a token is verified with, from a file or a URL.

use std::path::Path;

use m2m_errors::Cause;
use m2m_host::error::Failure;
use m2m_host::http_client::HttpClient;
use m2m_host::issuer::parse_issuer;
use m2m_host::key_help::{Half, key_help, shell_word};
use m2m_host::printable::printable;
use m2m_host::regular_file::{Pipes, RegularFile, shown};
use m2m_host::runtime::runtime;
use m2m_host::token_failure;
use m2m_jwt::{InvalidToken, Jwk, JwkSet, KeySet, VerificationKey};
use oauth_proto::{Issuer, MemberProblem};
use serde_json::Value;

use crate::commands::jwt::verify::JwtVerifyOptions;
use crate::commands::jwt::verify::unusable_key::UnusableKey;

/// The keys of a JWK set.
#[derive(Debug)]
pub(super) struct Keys {
    /// The keys that can be used to verify a token.
    pub(super) usable: JwkSet,
    /// True if the document is a public key, and not a set to choose from.
    pub(super) is_chosen: bool,
    unusable: Vec<UnusableKey>,
}

/// Reads the JWK set from a file or a URL: the one in the options, or the one in the metadata of the issuer.
///
/// # Errors
///
/// If it cannot be found or read, is not a JWK set, or has no usable key.
pub(super) fn read(options: &JwtVerifyOptions) -> Result<Keys, Failure> {
    let mut file = Path::new("-");
    let mut is_of_server = true;
    let (place, json) = match (&options.jwks, &options.issuer) {
        (Some(place), _) if !place.contains("://") => {
            file = Path::new(place);
            is_of_server = false;
            (shown(file), of_file(place)?)
        }
        (Some(url), _) if url.starts_with("file:") => {
            let path = url.trim_start_matches("file:").replacen("//", "", 1);
            let name = printable(&path);
            let name = shell_word(&name).unwrap_or_default();
            return Err(
                Failure::usage("--jwks takes the path of a file, and not a file URL")
                    .help(format!("write it as --jwks {name}")),
            );
        }
        (Some(url), _) => {
            let http = HttpClient::new(&options.connection)?;
            let json = runtime()?.block_on(of_url(url, &http))?;
            (printable(url).into_owned(), json)
        }
        (None, Some(issuer)) => {
            let issuer = parse_issuer(issuer)?;
            let http = HttpClient::new(&options.connection)?;
            runtime()?.block_on(of_issuer(&issuer, &http))?
        }
        (None, None) => return Err(none_given()),
    };
    let keys = of_document(&place, file, &json).map_err(|failure| match &options.jwks {
        // The server named the place, so no argument has to be changed.
        None => failure.into_unreachable(),
        Some(_) => failure,
    })?;
    if !keys.usable.keys().is_empty() {
        return Ok(keys);
    }
    let what = format!("{place} has no usable key");
    let failure = match is_of_server {
        true => Failure::unreachable(what),
        false => Failure::usage(what),
    };
    let reasons = keys.unusable.iter();
    Err(reasons.fold(failure, |failure, key| failure.because(key.text())))
}

/// Returns the failure of a command that names no keys.
pub(super) fn none_given() -> Failure {
    Failure::usage("no keys are given to verify the token with")
        .help("use the keys of an issuer, as in --issuer https://id.example")
        .help("or a JWK set or a public key, as in --jwks jwks.json or --jwks https://id.example/.well-known/jwks.json")
}

fn of_file(place: &str) -> Result<Vec<u8>, Failure> {
    if place.starts_with('{') || place.starts_with("-----BEGIN") {
        return Err(
            Failure::usage("--jwks takes a file or a URL, and not the keys themselves").help(
                "pipe the keys into standard input: m2m jwt verify \"$TOKEN\" --jwks - < jwks.json",
            ),
        );
    }
    let bytes = RegularFile::open(Path::new(place), Pipes::Taken)
        .and_then(|file| file.read(MAX_FILE_BYTES));
    let bytes = bytes.map_err(|error| {
        Failure::of_io(format!("cannot read {}", shown(Path::new(place))), &error)
            .help("set --jwks to a file with a JWK set or a public key, or to the URL of a JWK set, which begins with https://")
    })?;
    Ok(bytes.to_vec())
}

async fn of_url(url: &str, http: &HttpClient) -> Result<Vec<u8>, Failure> {
    let response = http.get(url).await?;
    if !response.status().is_success() {
        let (url, status) = (printable(url), response.status());
        return Err(Failure::unreachable(format!("{url} answers with {status}"))
            .help("the metadata of the issuer contain the URL of its keys as jwks_uri"));
    }
    Ok(response.into_body().to_vec())
}

/// Fetches the JWK set that the metadata of the issuer name, and returns its URL and content.
async fn of_issuer(issuer: &Issuer, http: &HttpClient) -> Result<(String, Vec<u8>), Failure> {
    let metadata = m2m_client::discover(issuer, &http.transport())
        .await
        .map_err(|error| token_failure::missing(&error, issuer, "the keys"))?;
    let problem = metadata.problem_of("jwks_uri");
    let url = metadata.jwks_uri.ok_or_else(|| {
        let what = if matches!(problem, MemberProblem::Missing) {
            format!("the metadata of {issuer} contain no jwks_uri")
        } else {
            format!("the jwks_uri in the metadata of {issuer} {problem}")
        };
        Failure::unreachable(what)
            .help("if you know the URL or a file of its keys, use --jwks FILE|URL")
    })?;
    let json = of_url(&url, http).await.map_err(|failure| {
        if failure.cause() != Some(Cause::ServerUrlInvalid) {
            return failure;
        }
        let url = printable(&url);
        Failure::unreachable(format!(
            "the jwks_uri in the metadata of {issuer} is {url}, which is not an absolute URL"
        ))
        .help("if you know the URL or a file of its keys, use --jwks FILE|URL")
    })?;
    Ok((printable(&url).into_owned(), json))
}

/// Reads the document at this place: a JWK set, a single JWK, or a public key in PEM or DER. `file` is the file to convert, or `-`.
fn of_document(place: &str, file: &Path, bytes: &[u8]) -> Result<Keys, Failure> {
    let trimmed = bytes.trim_ascii();
    if trimmed.starts_with(b"{") {
        return match single_jwk(trimmed) {
            Some(set) => of_json(place, &set),
            None => of_json(place, trimmed),
        };
    }
    let key = match is_der(bytes) {
        true => Jwk::from_spki_der(None, None, bytes),
        false => Jwk::from_spki_pem(None, None, bytes),
    };
    match key {
        Ok(key) => Ok(Keys {
            usable: JwkSet::from_iter([key]),
            is_chosen: true,
            unusable: Vec::new(),
        }),
        Err(error) => Err(Failure::usage(format!(
            "{place} is not a JWK set, and not a public key"
        ))
        .because(error.to_string())
        .help(key_help(error, file, bytes, Half::Public))),
    }
}

/// Returns true for binary content, whose first byte is that of a DER sequence.
fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30) && !bytes.is_ascii()
}

/// Returns a set with this key, if the document is a single JWK.
fn single_jwk(json: &[u8]) -> Option<Vec<u8>> {
    let document: Value = serde_json::from_slice(json).ok()?;
    let is_single = document.get("kty").is_some() && document.get("keys").is_none();
    is_single.then(|| [b"{\"keys\":[", json, b"]}"].concat())
}

pub(super) fn of_json(place: &str, json: &[u8]) -> Result<Keys, Failure> {
    let set = JwkSet::parse(json).map_err(|error| {
        let failure = Failure::mistake(error.cause(), format!("{place} is not a JWK set"));
        match jwks_uri(json) {
            Some(jwks_uri) => failure
                .because("it is the metadata of an issuer")
                .help(format!("use the URL of its keys: --jwks {jwks_uri}")),
            None => failure.because(error.to_string()),
        }
    })?;
    let is_usable = |key: &&Jwk| VerificationKey::new(key).is_ok();
    let usable: JwkSet = set.keys().iter().filter(is_usable).cloned().collect();
    let unusable = UnusableKey::all_of(&KeySet::new(&set));
    Ok(Keys {
        usable,
        is_chosen: false,
        unusable,
    })
}

impl Keys {
    /// Returns the unusable keys that may be the reason for `error`: the one with the key id of the token, or all.
    pub(super) fn suspects(&self, error: InvalidToken, key_id: Option<&str>) -> Vec<UnusableKey> {
        let is_of_keys = matches!(
            error,
            InvalidToken::KeyUnknown
                | InvalidToken::TooManyCandidates
                | InvalidToken::AlgorithmNotOfKey
                | InvalidToken::Signature
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

/// Returns the URL of the keys as a word of a shell, if the document is the metadata of an issuer (RFC 8414, section 2).
fn jwks_uri(json: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(json).ok()?;
    let jwks_uri = document.get("jwks_uri")?.as_str()?;
    // It is part of a command, and its author may be a stranger.
    Some(shell_word(&printable(jwks_uri))?.into_owned())
}

/// The maximum size of a JWK set in a file, twice that of one that can be parsed. Unit: bytes.
const MAX_FILE_BYTES: u32 = 1024 * 1024;
