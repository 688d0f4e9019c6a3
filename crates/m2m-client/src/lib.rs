// The README has examples that need these features, and is compiled only with them.
#![cfg_attr(
    any(
        not(doctest),
        all(feature = "hyper", feature = "token-source", feature = "reqwest-middleware")
    ),
    doc = include_str!("../README.md")
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! ## Where things are
//!
//! | for | use |
//! |---|---|
//! | a client of one issuer | [`Client`], [`Issuer`], [`Credentials`], [`AuthenticationMethod`] |
//! | a request for a token, and the token | [`AccessTokenRequest`], [`AccessToken`] |
//! | the exchange | [`Transport`], [`exchange`], or [`AccessTokenRequest::to_http`] and [`read_token`] |
//! | metadata of a server | [`discover`], or [`discovery_requests`] and [`read_metadata`]; [`token_endpoint`] |
//! | whether a token is active | [`Client::is_active`], or [`introspection_request`]; [`IntrospectionError`] |
//! | what went wrong | [`TokenError`], [`DiscoveryError`], [`TransportError`], [`Refused`], [`UnexpectedAnswer`] |
#![cfg_attr(
    feature = "hyper",
    doc = "| a transport over hyper and rustls | [`HyperTransport`], [`HyperTransportBuilder`], [`PlainHttp`] |"
)]
#![cfg_attr(
    feature = "token-source",
    doc = "| tokens that are kept and renewed | [`TokenSource`], [`TokenSourceBuilder`], [`CredentialsProvider`], [`SecretFile`] |"
)]
#![cfg_attr(
    feature = "tower",
    doc = "| a tower layer that sends requests with a token | [`AuthorizeLayer`] |"
)]
#![cfg_attr(
    feature = "reqwest-middleware",
    doc = "| a middleware of reqwest that does the same | [`AuthorizeMiddleware`] |"
)]

// The request, and the credentials.
mod access_token_request;
mod authentication_method;
mod credentials;

// The answer.
mod access_token;
mod discovery;
mod introspection;
mod token_answer;

// The client, and the transport that it uses.
mod client;
#[cfg(feature = "hyper")]
mod hyper_transport;
mod transport;

mod error;
mod excerpt;
mod limits;
#[cfg(feature = "token-source")]
mod token_source;

pub use bytes::Bytes;
pub use http;
pub use m2m_errors::{Advice, ErrorCode};
pub use oauth_proto::{
    AuthorizationServerMetadata, InvalidDocument, InvalidIssuer, InvalidMetadata, Issuer,
    MemberProblem, SkippedMember, UnixTime,
};

pub use access_token::AccessToken;
pub use access_token_request::AccessTokenRequest;
pub use authentication_method::AuthenticationMethod;
pub use client::Client;
pub use credentials::Credentials;
pub use discovery::{discover, discovery_requests, read_metadata, token_endpoint};
#[cfg(feature = "hyper")]
pub use error::InvalidCaCertificates;
pub use error::{
    CredentialsUnavailable, DiscoveryError, InvalidCredentials, Refused, ReservedParameter,
    TokenError, TransportError, TransportFailure, UnexpectedAnswer, UnexpectedReason,
};
#[cfg(feature = "hyper")]
pub use hyper_transport::{HyperTransport, HyperTransportBuilder, PlainHttp};
pub use introspection::{IntrospectionError, introspection_endpoint, introspection_request};
pub use token_answer::{read_token, retry_after};
#[cfg(feature = "reqwest-middleware")]
pub use token_source::AuthorizeMiddleware;
#[cfg(feature = "tower")]
pub use token_source::{Authorize, AuthorizeLayer};
#[cfg(feature = "token-source")]
pub use token_source::{
    CredentialsProvider, InvalidVariable, SecretFile, TokenSource, TokenSourceBuilder,
};
pub use transport::{BoxError, Transport, exchange};
