//! The request to the token endpoint.

use std::{borrow::Cow, collections::BTreeSet};

use crate::{
    InvalidTokenRequest, MessageLimits, Secret,
    form::{FormWriter, is_named, parameter_names},
    parameters::{
        self, CLIENT_ASSERTION, CLIENT_ASSERTION_TYPE, CLIENT_ID, CLIENT_SECRET, Repeats,
    },
};

/// The value of `client_assertion_type` for a JWT.
///
/// Source: RFC 7523, section 2.2, <https://www.rfc-editor.org/rfc/rfc7523#section-2.2>.
pub const CLIENT_ASSERTION_TYPE_JWT_BEARER: &str =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The parameters of the client credentials grant, as they were sent.
///
/// A parameter without a value counts as omitted. Values are text only: the caller that judges the request checks
/// whether they are a scope, an audience or a grant type, because it decides the order in which mistakes are reported.
/// Parameters of other grants and unknown ones are ignored.
///
/// Source: RFC 6749, sections 2.3.1, 3.2 and 4.4.2, <https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2>; RFC 8707,
/// section 2; RFC 7521, section 4.2.
///
/// ```
/// use oauth_proto::{MessageLimits, TokenRequest};
///
/// let body = b"grant_type=client_credentials&client_id=billing-job&client_secret=s3cr3t&scope=";
/// let request = TokenRequest::parse(body, &MessageLimits::DEFAULT)?;
/// assert_eq!(request.grant_type.as_deref(), Some("client_credentials"));
/// assert_eq!(request.client_id.as_deref(), Some("billing-job"));
/// assert_eq!(request.scope, None);
///
/// let request = TokenRequest::client_credentials().with_audience("https://orders.example/api").with_scope("read:orders");
/// assert_eq!(
///     request.to_form_with_secret(),
///     "grant_type=client_credentials&audience=https%3A%2F%2Forders.example%2Fapi&scope=read%3Aorders",
/// );
/// # Ok::<(), oauth_proto::InvalidTokenRequest>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TokenRequest<'a> {
    /// `grant_type`: the requested grant.
    pub grant_type: Option<Cow<'a, str>>,
    /// `client_id`: the id of the client, in the body.
    pub client_id: Option<Cow<'a, str>>,
    /// `client_secret`: the client's password, in the body.
    pub client_secret: Option<Secret<'a>>,
    /// `scope`: the list of scopes, unparsed.
    pub scope: Option<Cow<'a, str>>,
    /// `audience`, once for each API.
    pub audiences: Vec<Cow<'a, str>>,
    /// `resource`, once for each API (RFC 8707).
    pub resources: Vec<Cow<'a, str>>,
    /// `client_assertion`: a JWT that authenticates the client (RFC 7521).
    pub client_assertion: Option<Secret<'a>>,
    /// `client_assertion_type`: the kind of the assertion.
    pub client_assertion_type: Option<Cow<'a, str>>,
    /// The names of the other parameters of the body, which are ignored.
    pub unknown: UnknownParameters<'a>,
}

/// The names of parameters that an endpoint does not know, each once. `Debug` shows only their number: anything may be among them.
#[derive(Clone, Default)]
pub struct UnknownParameters<'a>(BTreeSet<Cow<'a, str>>);

impl UnknownParameters<'_> {
    /// Returns the names, decoded, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }
}

impl core::fmt::Debug for UnknownParameters<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("UnknownParameters")
            .field(&self.0.len())
            .finish()
    }
}

impl<'a> TokenRequest<'a> {
    /// Returns a request of the client credentials grant, for a client to complete.
    #[must_use]
    pub fn client_credentials() -> Self {
        Self {
            grant_type: Some(Cow::Borrowed(CLIENT_CREDENTIALS)),
            ..Self::default()
        }
    }

    /// Returns the request with the client's credentials in the body (`client_secret_post`).
    #[must_use]
    pub fn with_client_secret(
        mut self,
        client_id: impl Into<Cow<'a, str>>,
        client_secret: impl Into<Secret<'a>>,
    ) -> Self {
        self.client_id = Some(client_id.into());
        self.client_secret = Some(client_secret.into());
        self
    }

    /// Returns the request for one more API.
    #[must_use]
    pub fn with_audience(mut self, audience: impl Into<Cow<'a, str>>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Returns the request for one more API, named by `resource` (RFC 8707).
    #[must_use]
    pub fn with_resource(mut self, resource: impl Into<Cow<'a, str>>) -> Self {
        self.resources.push(resource.into());
        self
    }

    /// Returns the request with this list of scopes.
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<Cow<'a, str>>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Reads a body.
    ///
    /// The whole body has to be a form; only then is the first repeated parameter refused. `audience` and `resource` may repeat, all others
    /// may not, unknown ones included.
    ///
    /// # Errors
    /// - [`InvalidTokenRequest::Form`], with the cause of the [`InvalidForm`](crate::InvalidForm) in it;
    /// - [`InvalidTokenRequest::ParameterRepeated`] (cause `parameter-repeated`).
    pub fn parse(body: &'a [u8], limits: &MessageLimits) -> Result<Self, InvalidTokenRequest> {
        let mut request = Self::default();
        let unknown = parameters::read(body, limits, &PARAMETERS, |name, value| match name {
            GRANT_TYPE => request.grant_type = Some(value),
            CLIENT_ID => request.client_id = Some(value),
            CLIENT_SECRET => request.client_secret = Some(value.into()),
            SCOPE => request.scope = Some(value),
            AUDIENCE => request.audiences.push(value),
            RESOURCE => request.resources.push(value),
            CLIENT_ASSERTION => request.client_assertion = Some(value.into()),
            CLIENT_ASSERTION_TYPE => request.client_assertion_type = Some(value),
            _ => {}
        })?;
        request.unknown = UnknownParameters(unknown);
        Ok(request)
    }

    /// Returns the body, for clients. It contains the secrets of the request.
    #[must_use]
    pub fn to_form_with_secret(&self) -> String {
        let mut form = FormWriter::new();
        self.write_with_secret(&mut form);
        form.finish()
    }

    /// Appends the parameters to a form that has others too. They include the secrets of the request.
    pub fn write_with_secret(&self, form: &mut FormWriter) {
        let singles = [
            (GRANT_TYPE, self.grant_type.as_deref()),
            (CLIENT_ID, self.client_id.as_deref()),
            (
                CLIENT_SECRET,
                self.client_secret.as_ref().map(Secret::expose_secret),
            ),
            (CLIENT_ASSERTION_TYPE, self.client_assertion_type.as_deref()),
            (
                CLIENT_ASSERTION,
                self.client_assertion.as_ref().map(Secret::expose_secret),
            ),
        ];
        for (name, value) in singles {
            if let Some(value) = value {
                form.append(name, value);
            }
        }
        for audience in &self.audiences {
            form.append(AUDIENCE, audience);
        }
        for resource in &self.resources {
            form.append(RESOURCE, resource);
        }
        if let Some(scope) = &self.scope {
            form.append(SCOPE, scope);
        }
    }
}

/// Returns true if the query of a request target has a parameter that belongs in the body, by its name, encoded or not.
///
/// RFC 6749, section 2.3.1: the client's credentials "MUST NOT be included in the request URI", which logs, proxies and
/// browser histories keep. The check covers the parameters that authenticate a client and those that carry a token, an
/// assertion, a code or a password. Malformed escapes stay as they are: no query is malformed here.
///
/// ```
/// use oauth_proto::query_carries_credentials;
///
/// assert!(query_carries_credentials(b"x=1&client%5Fsecret=s3cr3t"));
/// assert!(!query_carries_credentials(b"scope=read"));
/// ```
#[must_use]
pub fn query_carries_credentials(query: &[u8]) -> bool {
    parameter_names(query).any(|name| {
        CREDENTIALS
            .iter()
            .any(|credential| is_named(name, credential))
    })
}

/// The value of `grant_type` that is served (RFC 6749, section 4.4.2).
const CLIENT_CREDENTIALS: &str = "client_credentials";

const GRANT_TYPE: &str = "grant_type";
const SCOPE: &str = "scope";
const AUDIENCE: &str = "audience";
const RESOURCE: &str = "resource";

const PARAMETERS: [(&str, Repeats); 8] = [
    (GRANT_TYPE, Repeats::Refused),
    (CLIENT_ID, Repeats::Refused),
    (CLIENT_SECRET, Repeats::Refused),
    (SCOPE, Repeats::Refused),
    (AUDIENCE, Repeats::Allowed),
    (RESOURCE, Repeats::Allowed),
    (CLIENT_ASSERTION, Repeats::Refused),
    (CLIENT_ASSERTION_TYPE, Repeats::Refused),
];

/// The parameters that a URL must not contain. The client id is there because RFC 6749, section 2.3.1 forbids both
/// parameters.
const CREDENTIALS: [&str; 10] = [
    CLIENT_ID,
    CLIENT_SECRET,
    CLIENT_ASSERTION,
    CLIENT_ASSERTION_TYPE,
    "assertion",
    "access_token",
    "refresh_token",
    "token",
    "code",
    "password",
];
