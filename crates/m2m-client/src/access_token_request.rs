//! The request for an access token.

use core::fmt;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri, header};
use oauth_proto::{BasicCredentials, FormContentType, FormWriter, TokenRequest};

use crate::{AuthenticationMethod, Credentials, ReservedParameter};

/// A request to the token endpoint, by the client credentials grant.
///
/// Without an audience or a resource the server chooses the API, if there is only one; without a scope it grants all
/// that are assigned, or another default that it documents.
///
/// Source: RFC 6749, section 4.4.2, <https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2>; RFC 8707, section 2.
///
/// ```
/// use m2m_client::{AccessTokenRequest, AuthenticationMethod, Credentials};
///
/// let request = AccessTokenRequest::new()
///     .with_audience("https://orders.example/api")
///     .with_scope("read:orders");
/// let http = request.to_http(
///     &"https://id.example/oauth2/token".parse()?,
///     &Credentials::new("billing-job", "s3cr3t")?,
///     AuthenticationMethod::ClientSecretBasic,
/// );
/// assert_eq!(http.headers()["authorization"], "Basic YmlsbGluZy1qb2I6czNjcjN0");
/// assert_eq!(
///     http.body(),
///     "grant_type=client_credentials&audience=https%3A%2F%2Forders.example%2Fapi&scope=read%3Aorders",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct AccessTokenRequest {
    audiences: Vec<String>,
    resources: Vec<String>,
    scope: Option<String>,
    parameters: Vec<(String, String)>,
}

impl AccessTokenRequest {
    /// Returns a request without an API and without scopes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the request for one more API.
    #[must_use]
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Returns the request for one more API, named by `resource` (RFC 8707).
    #[must_use]
    pub fn with_resource(mut self, resource: impl Into<String>) -> Self {
        self.resources.push(resource.into());
        self
    }

    /// Returns the request with one more scope, or several separated by single spaces.
    #[must_use]
    pub fn with_scope(mut self, scope: &str) -> Self {
        match &mut self.scope {
            None => self.scope = Some(scope.to_owned()),
            Some(own) => {
                own.push(' ');
                own.push_str(scope);
            }
        }
        self
    }

    /// Returns the request with a parameter that this crate does not know.
    ///
    /// # Errors
    /// [`ReservedParameter`]: the parameter has a method of its own here, or identifies the client.
    pub fn with_parameter(
        mut self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Result<Self, ReservedParameter> {
        let name = name.into();
        if let Some(name) = RESERVED.iter().find(|reserved| **reserved == name) {
            return Err(ReservedParameter { name });
        }
        self.parameters.push((name, value.into()));
        Ok(self)
    }

    /// The requested scopes, separated by spaces.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Returns the request on the wire. It contains the secret: in a header that is marked sensitive, or in the body.
    ///
    /// # Panics
    /// Never: a header can contain base64.
    #[must_use]
    pub fn to_http(
        &self,
        token_endpoint: &Uri,
        credentials: &Credentials,
        method: AuthenticationMethod,
    ) -> Request<Bytes> {
        let mut form = TokenRequest::client_credentials();
        let mut request = Request::new(Bytes::new());
        let (client_id, secret) = (credentials.client_id(), credentials.expose_secret());
        match method {
            AuthenticationMethod::ClientSecretBasic => {
                let value = BasicCredentials::write(client_id, secret);
                let mut value =
                    HeaderValue::from_str(&value).expect("base64 consists of visible ASCII");
                value.set_sensitive(true);
                request.headers_mut().insert(header::AUTHORIZATION, value);
            }
            AuthenticationMethod::ClientSecretPost => {
                form = form.with_client_secret(client_id, secret);
            }
        }
        for audience in &self.audiences {
            form = form.with_audience(audience);
        }
        for resource in &self.resources {
            form = form.with_resource(resource);
        }
        if let Some(scope) = &self.scope {
            form = form.with_scope(scope);
        }
        *request.body_mut() = Bytes::from(self.body_with_secret(&form));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = token_endpoint.clone();
        let headers = request.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(FormContentType::AS_STR),
        );
        accept_json(headers);
        request
    }

    fn body_with_secret(&self, form: &TokenRequest<'_>) -> String {
        let mut body = FormWriter::new();
        form.write_with_secret(&mut body);
        for (name, value) in &self.parameters {
            body.append(name, value);
        }
        body.finish()
    }
}

/// Sets the headers of every request of this crate: the user agent, and that it accepts JSON.
pub(crate) fn accept_json(headers: &mut http::HeaderMap) {
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
}

impl fmt::Debug for AccessTokenRequest {
    /// Prints only the names of parameters that are not known here: the values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters: Vec<_> = self.parameters.iter().map(|(name, _)| name).collect();
        f.debug_struct("AccessTokenRequest")
            .field("audiences", &self.audiences)
            .field("resources", &self.resources)
            .field("scope", &self.scope)
            .field("parameters", &parameters)
            .finish()
    }
}

/// The user agent: some servers refuse callers without one.
const USER_AGENT: &str = concat!("m2m-client/", env!("CARGO_PKG_VERSION"));

/// The parameters that [`AccessTokenRequest::to_http`] writes itself. No parameter may appear twice (RFC 6749, section
/// 3.2).
const RESERVED: [&str; 6] = [
    "grant_type",
    "client_id",
    "client_secret",
    "audience",
    "resource",
    "scope",
];
