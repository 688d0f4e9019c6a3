#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! ## Where things are
//!
//! | for | use | source |
//! |---|---|---|
//! | forms, read strictly and written | [`Form`], [`FormWriter`], [`FormContentType`] | RFC 6749, appendix B |
//! | the token request | [`TokenRequest`], [`GrantType`], [`query_carries_credentials`] | RFC 6749, 4.4.2; RFC 8707; RFC 7521 |
//! | `Authorization` | [`BasicCredentials`], [`SecretReadings`], [`BearerToken`] | RFC 6749, 2.3.1; RFC 6750, 2.1 |
//! | single values | [`ClientId`], [`Scope`], [`Audience`], [`ResourceIndicator`], [`Issuer`], [`TokenType`], [`Secret`] | RFC 6749; RFC 8707; RFC 8414 |
//! | answers | [`TokenResponse`], [`ErrorResponse`], [`Challenge`], [`RecognizedChallenges`], [`clean_for_description`] | RFC 6749, 5; RFC 6750, 3; RFC 9110, 11.6.1 |
//! | introspection and revocation | [`IntrospectionRequest`], [`IntrospectionResponse`], [`RevocationRequest`] | RFC 7662; RFC 7009 |
//! | metadata | [`AuthorizationServerMetadata`], [`ProtectedResourceMetadata`], [`SkippedMember`] | RFC 8414; RFC 9728 |
//! | points in time | [`UnixTime`] | RFC 7519, 2 |
//! | bounds of what is read | [`MessageLimits`] | |

// Requests.
mod content_type;
mod form;
mod introspection;
mod parameters;
mod revocation;
mod token_request;

// Headers.
mod basic;
mod bearer;
mod challenge;
mod scheme;

// Values.
mod audience;
mod client_id;
mod grant_type;
mod issuer;
mod loopback;
mod resource_indicator;
mod scope;
mod secret;
mod token_type;
mod unique_members;
mod unix_time;
mod uri;

// Answers and documents.
mod description;
mod error_response;
mod json;
mod members;
mod metadata;
mod token_response;

mod error;
mod limits;

#[doc(hidden)]
pub mod fuzzing;

pub use m2m_errors::Cause;

pub use audience::Audience;
pub use basic::{BasicCredentials, SecretReadings};
pub use bearer::{BearerToken, query_carries_access_token};
pub use challenge::{Challenge, ChallengeParameter, RecognizedChallenges};
pub use client_id::ClientId;
pub use content_type::FormContentType;
pub use description::{MAX_ECHOED_BYTES, clean_for_description};
pub use error::{
    InvalidAudience, InvalidBasicCredentials, InvalidBearer, InvalidChallenge, InvalidClientId,
    InvalidContentType, InvalidDocument, InvalidForm, InvalidIssuer, InvalidMetadata,
    InvalidParameters, InvalidResourceIndicator, InvalidScope, InvalidTokenRequest, MemberProblem,
    SkippedMember,
};
pub use error_response::ErrorResponse;
pub use form::{Form, FormPairs, FormWriter};
pub use grant_type::{GrantType, GrantTypeReading, KnownGrantType};
pub use introspection::{ActiveToken, Extensions, IntrospectionRequest, IntrospectionResponse};
pub use issuer::Issuer;
pub use limits::MessageLimits;
pub use loopback::is_loopback_host;
pub use metadata::{AuthorizationServerMetadata, MtlsEndpointAliases, ProtectedResourceMetadata};
pub use resource_indicator::ResourceIndicator;
pub use revocation::RevocationRequest;
pub use scope::{Scope, ScopeToken, ScopeTokens};
pub use secret::Secret;
pub use token_request::{
    CLIENT_ASSERTION_TYPE_JWT_BEARER, TokenRequest, UnknownParameters, query_carries_credentials,
};
pub use token_response::TokenResponse;
pub use token_type::TokenType;
pub use unique_members::UniqueMembers;
pub use unix_time::UnixTime;

/// The former name of [`MessageLimits`], which `m2m-jwt` has for the limits of tokens.
#[deprecated = "renamed to MessageLimits"]
pub type Limits = MessageLimits;
