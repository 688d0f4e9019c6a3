//! A fetch of the keys of an issuer.

use core::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use m2m_client::{Issuer, MemberProblem, TokenError, Transport, TransportError, discover};
use m2m_jwt::{InvalidJwkSet, JwkSet, KeySet};

use super::fetches::freshness;

/// The reason why the keys of an issuer could not be fetched.
///
/// Its texts name the issuer, and the address that was called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The metadata of the issuer could not be fetched, or are not those of the issuer.
    #[error(transparent)]
    Metadata(#[from] TokenError),
    /// The metadata do not state where the keys are.
    #[error("the jwks_uri in the metadata of {issuer} {problem}")]
    JwksUriMissing {
        /// The issuer.
        issuer: String,
        /// The problem of the member.
        problem: MemberProblem,
    },
    /// The address of the keys is not a URL, or is plain http while the issuer is https.
    #[error("the jwks_uri in the metadata of {issuer} is not an https URL: {jwks_uri:?}")]
    JwksUriUnusable {
        /// The issuer.
        issuer: String,
        /// The address in the metadata.
        jwks_uri: String,
    },
    /// The address of the keys did not answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The address of the keys answers with another status than 200.
    #[error("the request for the keys at {jwks_uri} was answered with {status}")]
    Status {
        /// The address.
        jwks_uri: String,
        /// The status.
        status: StatusCode,
        /// The time to wait before the next attempt, if the server states it in seconds.
        retry_after: Option<Duration>,
    },
    /// The answer is not a JWK set.
    #[error("the answer of {jwks_uri} is not a JWK set: {error}")]
    Document {
        /// The address.
        jwks_uri: String,
        /// The problem.
        error: InvalidJwkSet,
    },
    /// The fetch ended without an outcome, because its runtime ended.
    #[error("the fetch of the keys was interrupted")]
    Interrupted,
}

impl FetchError {
    /// Returns the time to wait before the next attempt, if a server states it in seconds.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Metadata(error) => error.retry_after(),
            Self::Status { retry_after, .. } => *retry_after,
            Self::JwksUriMissing { .. }
            | Self::JwksUriUnusable { .. }
            | Self::Transport(_)
            | Self::Document { .. }
            | Self::Interrupted => None,
        }
    }
}

/// The outcome of a fetch.
pub(super) struct Fetched {
    pub(super) keys: KeySet,
    /// The document that the keys are from.
    pub(super) document: Bytes,
    /// The time for which the keys are fresh.
    pub(super) freshness: Duration,
    pub(super) jwks_uri: Uri,
}

/// Fetches the keys. Without a known address, the metadata are fetched first.
pub(super) async fn fetch<T: Transport>(
    issuer: &Issuer,
    jwks_uri: Option<&Uri>,
    transport: &T,
) -> Result<Fetched, FetchError> {
    let jwks_uri = match jwks_uri {
        Some(known) => known.clone(),
        None => discovered(issuer, transport).await?,
    };
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = jwks_uri.clone();
    let response = m2m_client::exchange(transport, request).await?;
    let place = || jwks_uri.to_string();
    let status = response.status();
    if status != StatusCode::OK {
        return Err(FetchError::Status {
            jwks_uri: place(),
            status,
            retry_after: m2m_client::retry_after(response.headers()),
        });
    }
    let set = JwkSet::parse(response.body()).map_err(|error| FetchError::Document {
        jwks_uri: place(),
        error,
    })?;
    Ok(Fetched {
        keys: KeySet::new(&set),
        freshness: freshness(response.headers()),
        document: response.into_body(),
        jwks_uri,
    })
}

/// Returns the address of the keys, from the metadata of the issuer.
async fn discovered<T: Transport>(issuer: &Issuer, transport: &T) -> Result<Uri, FetchError> {
    let metadata = discover(issuer, transport).await?;
    let Some(jwks_uri) = metadata.jwks_uri.as_deref() else {
        return Err(FetchError::JwksUriMissing {
            issuer: issuer.as_str().to_owned(),
            problem: metadata.problem_of("jwks_uri"),
        });
    };
    jwks_uri
        .parse()
        .ok()
        .filter(|uri: &Uri| issuer.permits_scheme(uri.scheme_str()))
        .ok_or_else(|| FetchError::JwksUriUnusable {
            issuer: issuer.as_str().to_owned(),
            jwks_uri: jwks_uri.chars().take(MAX_SHOWN).collect(),
        })
}

/// The maximum length of an address of the metadata in an error. Unit: characters.
const MAX_SHOWN: usize = 256;
