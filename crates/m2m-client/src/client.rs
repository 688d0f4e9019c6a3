//! A client that requests tokens, and keeps the token endpoint that it has discovered.

use std::sync::OnceLock;

use http::Uri;
use oauth_proto::Issuer;
use oauth_proto::UnixTime;

use crate::discovery::{discover_cleaned, token_endpoint};
use crate::excerpt::Cleaner;
use crate::transport::send;
use crate::{
    AccessToken, AccessTokenRequest, AuthenticationMethod, Credentials, TokenError, Transport,
    read_token,
};

/// A client of one issuer, with its credentials.
///
/// The token endpoint is discovered with the first request, and kept. The client waits only for its transport: it needs no runtime of its
/// own and reads no clock. Each call of [`Client::token`] requests a token.
#[derive(Debug)]
pub struct Client<T> {
    issuer: Issuer,
    credentials: Credentials,
    method: AuthenticationMethod,
    transport: T,
    token_endpoint: OnceLock<Uri>,
    introspection_endpoint: OnceLock<Uri>,
}

impl<T> Client<T> {
    /// Returns a client that authenticates with a Basic header.
    #[must_use]
    pub const fn new(issuer: Issuer, credentials: Credentials, transport: T) -> Self {
        Self {
            issuer,
            credentials,
            method: AuthenticationMethod::ClientSecretBasic,
            transport,
            token_endpoint: OnceLock::new(),
            introspection_endpoint: OnceLock::new(),
        }
    }

    /// Returns the client with another authentication method.
    #[must_use]
    pub fn with_authentication_method(mut self, method: AuthenticationMethod) -> Self {
        self.method = method;
        self
    }

    /// The issuer.
    #[must_use]
    pub const fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    pub(crate) const fn method(&self) -> AuthenticationMethod {
        self.method
    }

    pub(crate) const fn known_introspection_endpoint(&self) -> &OnceLock<Uri> {
        &self.introspection_endpoint
    }

    pub(crate) const fn transport(&self) -> &T {
        &self.transport
    }

    /// The credentials that it sends.
    pub(crate) const fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Returns the client with a known token endpoint, so that none is discovered.
    #[must_use]
    pub fn with_token_endpoint(mut self, token_endpoint: Uri) -> Self {
        self.token_endpoint = token_endpoint.into();
        self
    }
}

impl<T: Transport> Client<T> {
    /// Requests a token. `now` is the time before the call.
    ///
    /// # Errors
    /// [`TokenError`], which contains the fixes. None of its texts contains the secret.
    pub async fn token(
        &self,
        request: &AccessTokenRequest,
        now: UnixTime,
    ) -> Result<AccessToken, TokenError> {
        self.token_as(&self.credentials, request, now).await
    }

    /// Requests a token with other credentials than those of the client.
    pub(crate) async fn token_as(
        &self,
        credentials: &Credentials,
        request: &AccessTokenRequest,
        now: UnixTime,
    ) -> Result<AccessToken, TokenError> {
        let cleaner = Cleaner::of(credentials);
        let token_endpoint = match self.token_endpoint.get() {
            Some(token_endpoint) => token_endpoint,
            None => {
                let metadata = discover_cleaned(&self.issuer, &self.transport, &cleaner).await?;
                let discovered =
                    token_endpoint(&metadata).map_err(|error| error.cleaned(&cleaner))?;
                // If another task was faster, its result is kept. Both are the same.
                self.token_endpoint.get_or_init(|| discovered)
            }
        };
        let request = request.to_http(token_endpoint, credentials, self.method);
        let response = send(&self.transport, request, &cleaner).await?;
        read_token(&response, credentials, now)
    }
}
