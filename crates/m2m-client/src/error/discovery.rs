//! Errors of the discovery of a token endpoint.

use http::StatusCode;
use m2m_errors::{Advice, Cause};
use oauth_proto::InvalidDocument;

use crate::excerpt::Cleaner;
use crate::limits::MAX_URL_CHARACTERS;

/// The reason why the token endpoint of an issuer could not be discovered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// There is no metadata at the URL where it belongs.
    #[error("the request for the metadata of {issuer} was answered with {status}")]
    Status {
        /// The issuer.
        issuer: String,
        /// The status of HTTP.
        status: StatusCode,
    },
    /// The document at the URL is not metadata.
    #[error("the response of {issuer} is not issuer metadata: {error}")]
    Document {
        /// The issuer.
        issuer: String,
        /// The error in the document.
        error: InvalidDocument,
    },
    /// The metadata names another issuer, and must not be used (RFC 8414, section 3.3).
    #[error("the metadata of {issuer} names a different issuer: {named}")]
    OtherIssuer {
        /// The issuer.
        issuer: String,
        /// The issuer that the document names.
        named: String,
    },
    /// The metadata does not contain a token endpoint.
    #[error("the metadata of {issuer} has no member token_endpoint")]
    TokenEndpointMissing {
        /// The issuer.
        issuer: String,
    },
    /// The token endpoint is not a URL, or is plain http while the issuer is https.
    #[error("the token_endpoint in the metadata of {issuer} is not an https URL: {token_endpoint}")]
    TokenEndpointUnusable {
        /// The issuer.
        issuer: String,
        /// The token endpoint in the metadata.
        token_endpoint: String,
    },
}

impl DiscoveryError {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Status { .. } | Self::Document { .. } => Cause::MetadataNotFound,
            Self::OtherIssuer { .. } => Cause::MetadataIssuerMismatch,
            Self::TokenEndpointMissing { .. } | Self::TokenEndpointUnusable { .. } => {
                Cause::TokenEndpointMissing
            }
        }
    }

    /// Returns the usual causes, and the fixes.
    #[must_use]
    pub const fn advice(&self) -> Advice {
        self.cause().entry().for_caller
    }

    /// Returns the same error without the secret of a client, in case the metadata repeats it.
    pub(crate) fn cleaned(mut self, cleaner: &Cleaner) -> Self {
        match &mut self {
            Self::OtherIssuer { named: text, .. }
            | Self::TokenEndpointUnusable {
                token_endpoint: text,
                ..
            } => *text = cleaner.text(text, MAX_URL_CHARACTERS),
            Self::Status { .. } | Self::Document { .. } | Self::TokenEndpointMissing { .. } => {}
        }
        self
    }

    /// Returns how far the server is from being the right one: of two failures the one with the smaller distance is
    /// more useful to report.
    pub(crate) fn distance(&self) -> u8 {
        match self {
            Self::TokenEndpointMissing { .. } | Self::TokenEndpointUnusable { .. } => 0,
            Self::OtherIssuer { .. } => 1,
            Self::Document { .. } => 2,
            Self::Status { status, .. } if *status == StatusCode::NOT_FOUND => 4,
            Self::Status { .. } => 3,
        }
    }
}
