//! The question to an issuer whether a token is active.

use core::time::Duration;
use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Uri, header};
use m2m_errors::{Advice, Cause};
use oauth_proto::{
    AuthorizationServerMetadata, BasicCredentials, FormContentType, FormWriter,
    IntrospectionResponse, InvalidDocument,
};

use crate::access_token_request::accept_json;
use crate::discovery::discover_cleaned;
use crate::excerpt::Cleaner;
use crate::limits::MAX_URL_CHARACTERS;
use crate::token_answer::read_refusal;
use crate::transport::send;
use crate::{
    AuthenticationMethod, Client, Credentials, Refused, TokenError, Transport, TransportError,
    retry_after,
};

/// The reason why an issuer has not answered whether a token is active.
///
/// None of its texts contains the secret or the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IntrospectionError {
    /// The metadata of the issuer could not be fetched.
    #[error(transparent)]
    Metadata(#[from] TokenError),
    /// The metadata name no introspection endpoint, or one that is not a URL, or is plain http while the issuer is https.
    #[error(
        "the metadata of {issuer} name {} introspection endpoint",
        no_usable(named)
    )]
    EndpointMissing {
        /// The issuer.
        issuer: String,
        /// The address in the metadata, if there is one.
        named: Option<String>,
    },
    /// The server did not answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server refuses to answer, such as for wrong credentials.
    #[error("{}", .0.told_of("introspection endpoint"))]
    Refused(Box<Refused>),
    /// The answer is an error without an OAuth error code.
    #[error("the introspection endpoint answered {status}, without an OAuth error code")]
    Status {
        /// The status.
        status: StatusCode,
        /// The time to wait before the next attempt, if the server states it in seconds.
        retry_after: Option<Duration>,
    },
    /// The answer is not that of an introspection endpoint.
    #[error("the answer is not that of an introspection endpoint: {0}")]
    Document(InvalidDocument),
}

fn no_usable(named: &Option<String>) -> Cow<'static, str> {
    match named {
        None => Cow::Borrowed("no"),
        Some(named) => Cow::Owned(format!("{named}, which is not a usable")),
    }
}

impl IntrospectionError {
    /// Returns the cause in the taxonomy of errors.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Metadata(error) => error.cause(),
            Self::EndpointMissing { .. } => Cause::MetadataNotFound,
            Self::Transport(error) => error.failure().cause(),
            Self::Refused(_) => Cause::TokenRequestRefused,
            Self::Status { .. } | Self::Document(_) => Cause::AnswerNotUnderstood,
        }
    }

    /// Returns the usual causes, and the fixes.
    #[must_use]
    pub fn advice(&self) -> Advice {
        match self {
            Self::Metadata(error) => error.advice(),
            Self::Refused(refused) => refused.advice(),
            Self::EndpointMissing { .. }
            | Self::Transport(_)
            | Self::Status { .. }
            | Self::Document(_) => self.cause().entry().for_caller,
        }
    }

    /// Returns the time to wait before the next attempt, if the server states it in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Metadata(error) => error.retry_after(),
            Self::Refused(refused) => refused.retry_after,
            Self::Status { retry_after, .. } => *retry_after,
            Self::EndpointMissing { .. } | Self::Transport(_) | Self::Document(_) => None,
        }
    }
}

impl<T: Transport> Client<T> {
    /// Asks the issuer whether a token is active: whether it is one of its tokens, has not expired, and was not revoked. The issuer also says no
    /// if this client may not ask about the token.
    ///
    /// The introspection endpoint is discovered with the first question, and kept.
    ///
    /// Source: RFC 7662, <https://www.rfc-editor.org/rfc/rfc7662>.
    ///
    /// # Errors
    /// [`IntrospectionError`]: the issuer has not answered.
    pub async fn is_active(&self, token: &str) -> Result<bool, IntrospectionError> {
        let credentials = self.credentials();
        let cleaner = Cleaner::of(credentials);
        let endpoint = match self.known_introspection_endpoint().get() {
            Some(endpoint) => endpoint,
            None => {
                let metadata = discover_cleaned(self.issuer(), self.transport(), &cleaner).await?;
                let discovered = introspection_endpoint(&metadata)?;
                // If another task was faster, its result is kept. Both are the same.
                self.known_introspection_endpoint()
                    .get_or_init(|| discovered)
            }
        };
        let request = introspection_request(endpoint, credentials, self.method(), token);
        let response = send(self.transport(), request, &cleaner).await?;
        read(&response, cleaner)
    }
}

/// Returns the introspection endpoint that the metadata name, if credentials may be sent to it.
///
/// # Errors
/// [`IntrospectionError::EndpointMissing`]: there is none, it is not a URL, or it is plain http while the issuer is https.
pub fn introspection_endpoint(
    metadata: &AuthorizationServerMetadata,
) -> Result<Uri, IntrospectionError> {
    let named = metadata.introspection_endpoint.as_deref();
    let endpoint = named.and_then(|named| named.parse().ok());
    endpoint
        .filter(|endpoint: &Uri| metadata.issuer.permits_scheme(endpoint.scheme_str()))
        .ok_or_else(|| IntrospectionError::EndpointMissing {
            issuer: metadata.issuer.as_str().to_owned(),
            named: named.map(|named| Cleaner::without_secret().url(named, MAX_URL_CHARACTERS)),
        })
}

/// Returns the question whether a token is active. It contains the secret: in a header that is marked sensitive, or in the body.
///
/// Source: RFC 7662, section 2.1, <https://www.rfc-editor.org/rfc/rfc7662#section-2.1>.
#[must_use]
pub fn introspection_request(
    endpoint: &Uri,
    credentials: &Credentials,
    method: AuthenticationMethod,
    token: &str,
) -> Request<Bytes> {
    let mut form = FormWriter::new();
    let mut request = Request::new(Bytes::new());
    let (client_id, secret) = (credentials.client_id(), credentials.expose_secret());
    match method {
        AuthenticationMethod::ClientSecretBasic => {
            let value = BasicCredentials::write(client_id, secret);
            // Base64 consists of visible ASCII.
            if let Ok(mut value) = http::HeaderValue::from_str(&value) {
                value.set_sensitive(true);
                request.headers_mut().insert(header::AUTHORIZATION, value);
            }
        }
        AuthenticationMethod::ClientSecretPost => {
            form.append("client_id", client_id);
            form.append("client_secret", secret);
        }
    }
    form.append("token", token);
    form.append("token_type_hint", "access_token");
    *request.method_mut() = Method::POST;
    *request.uri_mut() = endpoint.clone();
    let headers = request.headers_mut();
    let form_type = http::HeaderValue::from_static(FormContentType::AS_STR);
    headers.insert(header::CONTENT_TYPE, form_type);
    accept_json(headers);
    *request.body_mut() = Bytes::from(form.finish());
    request
}

fn read(response: &Response<Bytes>, cleaner: Cleaner) -> Result<bool, IntrospectionError> {
    let status = response.status();
    if !status.is_success() {
        return Err(match read_refusal(response, cleaner) {
            Some(refused) => IntrospectionError::Refused(Box::new(refused)),
            None => IntrospectionError::Status {
                status,
                retry_after: retry_after(response.headers()),
            },
        });
    }
    match IntrospectionResponse::parse(response.body()) {
        Ok(IntrospectionResponse::Active(_)) => Ok(true),
        Ok(IntrospectionResponse::Inactive) => Ok(false),
        Err(error) => Err(IntrospectionError::Document(error)),
    }
}
