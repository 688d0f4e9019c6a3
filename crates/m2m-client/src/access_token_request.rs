//! What is asked for.

use core::fmt;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri, header};
use oauth_proto::{BasicCredentials, FormContentType, FormWriter, TokenRequest};

use crate::{AuthenticationMethod, Credentials, ReservedParameter};

/// What a client asks the token endpoint for, by the client credentials grant.
///
/// Without an audience or a resource the server chooses the API, where there is only one; without a scope it gives all
/// that are assigned, or what else it documents.
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
    /// A request for nothing in particular.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, for one API more.
    #[must_use]
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// The same, for one API more, named as RFC 8707 has it.
    #[must_use]
    pub fn with_resource(mut self, resource: impl Into<String>) -> Self {
        self.resources.push(resource.into());
        self
    }

    /// The same with one scope more, or several parted by single spaces.
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

    /// The same with a parameter that this crate does not know.
    ///
    /// # Errors
    /// [`ReservedParameter`]: the parameter has a method of its own here, or says who asks.
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

    /// The scopes that are asked for, parted by spaces.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// The request on the wire. It holds the secret: in a header that is marked sensitive, or in the body.
    ///
    /// # Panics
    /// Never: base64 can stand in a header.
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

/// What every request of this crate says: who sends it, and that it reads JSON.
pub(crate) fn accept_json(headers: &mut http::HeaderMap) {
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
}

impl fmt::Debug for AccessTokenRequest {
    /// Of the parameters that are not known here only the names: they may be secrets.
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

/// Some servers refuse callers that do not say what they are.
const USER_AGENT: &str = concat!("m2m-client/", env!("CARGO_PKG_VERSION"));

/// What [`AccessTokenRequest::to_http`] writes itself. No parameter may stand twice (RFC 6749, section 3.2).
const RESERVED: [&str; 6] = [
    "grant_type",
    "client_id",
    "client_secret",
    "audience",
    "resource",
    "scope",
];
