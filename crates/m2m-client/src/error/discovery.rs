//! Errors of the discovery of a token endpoint.

use http::StatusCode;
use m2m_errors::Advice;
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
    /// Returns the usual causes, and the fixes.
    #[must_use]
    pub const fn advice(&self) -> Advice {
        match self {
            Self::Status { .. } | Self::Document { .. } => NO_METADATA,
            Self::OtherIssuer { .. } => OTHER_ISSUER,
            Self::TokenEndpointMissing { .. } | Self::TokenEndpointUnusable { .. } => NO_ENDPOINT,
        }
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

const NO_METADATA: Advice = Advice {
    causes: &[
        "The issuer is misspelled, or is the address of something else, such as a dashboard, an API or a token endpoint.",
        "The path of the issuer, such as a tenant, is missing or wrong.",
        "A proxy, a firewall or a login page answers instead of the server.",
    ],
    fixes: &[
        "Copy the issuer exactly from the documentation of the server, or from the claim iss of one of its tokens.",
        "Fetch /.well-known/oauth-authorization-server or /.well-known/openid-configuration of the issuer with curl, and check which server answers.",
    ],
};

const OTHER_ISSUER: Advice = Advice {
    causes: &[
        "The issuer differs in a detail, such as a trailing slash, http instead of https, or another name of the same host.",
        "The server is behind a proxy and is not configured with its public address.",
    ],
    fixes: &[
        "If this is the intended server, use the issuer exactly as it is in its metadata.",
        "If it is your server, set its issuer to the address that callers use.",
    ],
};

const NO_ENDPOINT: Advice = Advice {
    causes: &[
        "The server does not issue tokens to machines, or its metadata is incomplete.",
        "The server is behind a proxy that terminates TLS, and is not configured with its https address.",
    ],
    fixes: &["Ask the operator of the server to publish a token_endpoint that is an https URL."],
};
