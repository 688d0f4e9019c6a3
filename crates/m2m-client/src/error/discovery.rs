//! Errors of the discovery of a token endpoint.

use core::time::Duration;

use http::StatusCode;
use m2m_errors::{Advice, Cause};
use oauth_proto::{InvalidDocument, Issuer, MemberProblem};

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
        /// The time to wait before the next attempt, if the server states it in seconds.
        retry_after: Option<Duration>,
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
    #[error("the metadata of {issuer} names a different issuer: {named}{}", Naming::of(named).note())]
    OtherIssuer {
        /// The issuer.
        issuer: String,
        /// The issuer that the document names. It need not be a URL; see [`DiscoveryError::issuer_template`].
        named: String,
    },
    /// The metadata does not contain a token endpoint.
    #[error("the metadata of {issuer} has no member token_endpoint")]
    TokenEndpointMissing {
        /// The issuer.
        issuer: String,
    },
    /// The metadata has a token endpoint that is not a string, or several.
    #[error("the token_endpoint in the metadata of {issuer} {problem}")]
    TokenEndpointMalformed {
        /// The issuer.
        issuer: String,
        /// The problem.
        problem: MemberProblem,
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
            Self::TokenEndpointMissing { .. }
            | Self::TokenEndpointMalformed { .. }
            | Self::TokenEndpointUnusable { .. } => Cause::TokenEndpointMissing,
        }
    }

    /// Returns the usual causes, and the fixes.
    #[must_use]
    pub fn advice(&self) -> Advice {
        match self {
            Self::OtherIssuer { named, .. } => Naming::of(named).advice(),
            Self::Status { .. }
            | Self::Document { .. }
            | Self::TokenEndpointMissing { .. }
            | Self::TokenEndpointMalformed { .. }
            | Self::TokenEndpointUnusable { .. } => None,
        }
        .unwrap_or_else(|| self.cause().entry().for_caller)
    }

    /// Returns the time to wait before the next attempt, if the server states it in seconds.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Document { .. }
            | Self::OtherIssuer { .. }
            | Self::TokenEndpointMissing { .. }
            | Self::TokenEndpointMalformed { .. }
            | Self::TokenEndpointUnusable { .. } => None,
        }
    }

    /// Returns the issuer that the metadata names, if it is a template such as `https://login.microsoftonline.com/{tenantid}/v2.0`: the document
    /// is for all tenants of the provider, and each of them has an issuer of its own.
    #[must_use]
    pub fn issuer_template(&self) -> Option<&str> {
        self.named_as(Naming::Template)
    }

    /// Returns the issuer that the metadata names, if it is a valid one, which a client can use instead.
    #[must_use]
    pub fn usable_issuer(&self) -> Option<&str> {
        self.named_as(Naming::Issuer)
    }

    /// Returns the issuer that the metadata names, if it is of this kind.
    fn named_as(&self, naming: Naming) -> Option<&str> {
        let Self::OtherIssuer { named, .. } = self else {
            return None;
        };
        Some(&**named).filter(|named| Naming::of(named) == naming)
    }

    /// Returns the same error without the secret of a client, in case the metadata repeats it.
    pub(crate) fn cleaned(mut self, cleaner: &Cleaner) -> Self {
        match &mut self {
            Self::OtherIssuer { named: text, .. }
            | Self::TokenEndpointUnusable {
                token_endpoint: text,
                ..
            } => *text = cleaner.text(text, MAX_URL_CHARACTERS),
            Self::Status { .. }
            | Self::Document { .. }
            | Self::TokenEndpointMissing { .. }
            | Self::TokenEndpointMalformed { .. } => {}
        }
        self
    }

    /// Returns how far the server is from being the right one: of two failures the one with the smaller distance is
    /// more useful to report.
    pub(crate) fn distance(&self) -> u8 {
        match self {
            Self::TokenEndpointMissing { .. }
            | Self::TokenEndpointMalformed { .. }
            | Self::TokenEndpointUnusable { .. } => 0,
            Self::OtherIssuer { .. } => 1,
            Self::Document { .. } => 2,
            Self::Status { status, .. } if *status == StatusCode::NOT_FOUND => 4,
            Self::Status { .. } => 3,
        }
    }
}

/// The kind of an issuer that metadata names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// An issuer.
    Issuer,
    /// A template, in which the tenant is missing.
    Template,
    /// Another text, such as a URL with characters that a URL cannot have.
    Invalid,
}

impl Naming {
    fn of(named: &str) -> Self {
        let lower = named.to_ascii_lowercase();
        let is_template =
            |open, close| lower.find(open) < lower.rfind(close) && lower.contains(open);
        if is_template("{", "}") || is_template("%7b", "%7d") {
            Self::Template
        } else if Issuer::parse(named).is_ok() {
            Self::Issuer
        } else {
            Self::Invalid
        }
    }

    const fn note(self) -> &'static str {
        match self {
            Self::Issuer => "",
            Self::Template => ", a template for all tenants; each tenant has an issuer of its own",
            Self::Invalid => ", which is not a valid issuer",
        }
    }

    const fn advice(self) -> Option<Advice> {
        match self {
            Self::Issuer => None,
            Self::Template => Some(OF_TEMPLATE),
            Self::Invalid => Some(OF_INVALID),
        }
    }
}

/// The advice for a document that is for all tenants.
const OF_TEMPLATE: Advice = Advice {
    causes: &[
        "The issuer has a word for all tenants, such as common or organizations, in the place of a tenant.",
    ],
    fixes: &[
        "Name the tenant in the issuer, by its id, instead of common or organizations: https://login.microsoftonline.com/TENANT_ID/v2.0.",
        "Copy the issuer from the claim iss of a token of the tenant.",
    ],
};

/// The advice for an issuer that no client can use.
const OF_INVALID: Advice = Advice {
    causes: &[
        "The issuer in the metadata has characters that a URL cannot have, or a query, or is not an https URL.",
    ],
    fixes: &[
        "If it is your server, set its issuer to a URL in ASCII; a host with other letters is written with xn--.",
        "If it is not, send the operator of the server the issuer in its metadata.",
    ],
};
