//! Errors of metadata that do not lead to a token endpoint.

use http::StatusCode;
use m2m_errors::Advice;
use oauth_proto::InvalidDocument;

use crate::excerpt::Cleaner;
use crate::limits::MAX_URL_CHARACTERS;

/// The reason why the metadata of an issuer do not lead to a token endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// The metadata are missing from the URL where they belong.
    #[error("{issuer} answers with {status} where its metadata should be")]
    Status {
        /// The issuer.
        issuer: String,
        /// The status of HTTP.
        status: StatusCode,
    },
    /// The document at the URL is not metadata.
    #[error("what {issuer} answers is no metadata of an issuer: {error}")]
    Document {
        /// The issuer.
        issuer: String,
        /// The error in the document.
        error: InvalidDocument,
    },
    /// The metadata are those of another issuer, and must not be used (RFC 8414, section 3.3).
    #[error("the metadata are those of the issuer {named}, not of {issuer}")]
    OtherIssuer {
        /// The issuer.
        issuer: String,
        /// The issuer that the document names.
        named: String,
    },
    /// The metadata name no token endpoint.
    #[error("the metadata of {issuer} name no token_endpoint")]
    TokenEndpointMissing {
        /// The issuer.
        issuer: String,
    },
    /// The token endpoint is not a URL, or is plain http while the issuer is https.
    #[error(
        "the metadata of {issuer} name a token_endpoint that is no https URL: {token_endpoint}"
    )]
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

    /// Returns the same error without the secret of a client, in case the metadata repeat it.
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
        "The issuer is misspelled, or is the address of something else: a dashboard, an API, a token endpoint.",
        "The issuer has a path, such as a tenant, that is missing or one too many.",
        "A proxy, a firewall or a login page answers in the place of the server.",
    ],
    fixes: &[
        "Take the issuer from the documentation of the server, or from the claim iss of one of its tokens, character by character.",
        "Fetch the issuer with /.well-known/oauth-authorization-server or /.well-known/openid-configuration behind its host with curl, and look at who answers.",
    ],
};

const OTHER_ISSUER: Advice = Advice {
    causes: &[
        "The issuer is misspelled: a slash at its end more or less, http instead of https, another name of the same host.",
        "The server stands behind a proxy and does not know its public name.",
    ],
    fixes: &[
        "If the server is the one that you mean, use the issuer that its metadata name, character by character.",
        "If it is your server, set its issuer to the address that callers use.",
    ],
};

const NO_ENDPOINT: Advice = Advice {
    causes: &[
        "The server issues no tokens to machines, or its metadata are incomplete.",
        "The server stands behind a proxy that ends TLS and does not know that callers use https.",
    ],
    fixes: &["Have the operator of the server publish a token_endpoint that is an https URL."],
};
