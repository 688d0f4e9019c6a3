#![doc = include_str!("../README.md")]

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
pub use challenge::{Challenge, ChallengeParameter};
pub use client_id::ClientId;
pub use content_type::FormContentType;
pub use description::{MAX_ECHOED_BYTES, clean_for_description};
pub use error::{
    InvalidAudience, InvalidBasicCredentials, InvalidBearer, InvalidChallenge, InvalidClientId,
    InvalidContentType, InvalidDocument, InvalidForm, InvalidIssuer, InvalidMetadata,
    InvalidParameters, InvalidResourceIndicator, InvalidScope, InvalidTokenRequest,
};
pub use error_response::ErrorResponse;
pub use form::{Form, FormPairs, FormWriter};
pub use grant_type::{GrantType, GrantTypeReading, KnownGrantType};
pub use introspection::{ActiveToken, IntrospectionRequest, IntrospectionResponse};
pub use issuer::Issuer;
pub use limits::Limits;
pub use metadata::{AuthorizationServerMetadata, MtlsEndpointAliases, ProtectedResourceMetadata};
pub use resource_indicator::ResourceIndicator;
pub use revocation::RevocationRequest;
pub use scope::{Scope, ScopeToken, ScopeTokens};
pub use secret::Secret;
pub use token_request::{
    CLIENT_ASSERTION_TYPE_JWT_BEARER, TokenRequest, query_carries_credentials,
};
pub use token_response::TokenResponse;
pub use token_type::TokenType;
pub use unique_members::UniqueMembers;
pub use unix_time::UnixTime;
