//! The content of a request, as far as it can be read. A request with a mistake is recorded and can be given a forced answer as well.

use bytes::Bytes;
use http::{HeaderMap, Request, header};
use m2m_admin::reworded;
use m2m_errors::Cause;
use oauth_proto::{
    BasicCredentials, Form, FormContentType, IntrospectionRequest, MessageLimits, Secret,
    TokenRequest, query_carries_credentials,
};
use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::refusal::Refusal;
use crate::token_template::TokenTemplate;

/// The content of a request to an endpoint.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) client_id: Option<Box<str>>,
    pub(crate) method: AuthenticationMethod,
    /// The secret. A Basic header may mean two.
    pub(crate) secrets: Vec<Secret<'static>>,
    pub(crate) grant_type: Option<Box<str>>,
    pub(crate) scope: Option<Box<str>>,
    /// The values of `audience` and of `resource`.
    pub(crate) audience: Vec<Box<str>>,
    /// The token to introspect or to revoke.
    pub(crate) token: Option<Secret<'static>>,
    /// The parameter `mock_token`.
    pub(crate) template: Option<TokenTemplate>,
    /// The first mistake. The fields that follow it are empty.
    pub(crate) mistake: Option<Refusal>,
}

/// The way in which a client authenticates, as OAuth names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuthenticationMethod {
    /// Not at all.
    #[default]
    None,
    /// By a header.
    ClientSecretBasic,
    /// By the body.
    ClientSecretPost,
    /// By a client assertion, which the mock does not accept.
    ClientAssertion,
}

/// The credentials in a body.
struct BodyCredentials<'b> {
    client_id: Option<&'b str>,
    secret: Option<&'b Secret<'b>>,
    has_assertion: bool,
}

impl Asked {
    /// Reads a request to this endpoint.
    pub(crate) fn read(endpoint: Endpoint, request: &Request<Bytes>) -> Self {
        let mut asked = Self::default();
        let read = match endpoint {
            Endpoint::Metadata | Endpoint::Jwks => Ok(()),
            Endpoint::Token => asked.read_token_request(request),
            Endpoint::Introspection | Endpoint::Revocation => asked.read_inspection(request),
        };
        asked.mistake = read.err();
        asked
    }

    fn read_token_request(&mut self, request: &Request<Bytes>) -> Result<(), Refusal> {
        // The credentials of the header are recorded even if the body is malformed.
        let from_header = self.read_header(request.headers());
        check_form(request)?;
        let body = request.body();
        let form = TokenRequest::parse(body, &MessageLimits::DEFAULT);
        let form = form.map_err(|error| Refusal::from(error.cause()))?;
        self.grant_type = form.grant_type.as_deref().map(Box::from);
        self.scope = form.scope.as_deref().map(Box::from);
        let targets = form.audiences.iter().chain(&form.resources);
        self.audience = targets.map(|target| Box::from(&**target)).collect();
        from_header?;
        self.read_body(&BodyCredentials {
            client_id: form.client_id.as_deref(),
            secret: form.client_secret.as_ref(),
            has_assertion: form.client_assertion.is_some(),
        })?;
        let mut of_mock = form
            .unknown
            .names()
            .filter(|name| name.starts_with("mock_"));
        if let Some(unknown) = of_mock.find(|name| *name != TEMPLATE) {
            return Err(Refusal::invalid_request(format!(
                "unknown parameter {unknown}; the only parameter of the mock is {TEMPLATE}"
            )));
        }
        self.template = template(body)?;
        Ok(())
    }

    fn read_inspection(&mut self, request: &Request<Bytes>) -> Result<(), Refusal> {
        let from_header = self.read_header(request.headers());
        check_form(request)?;
        let form = IntrospectionRequest::parse(request.body(), &MessageLimits::DEFAULT);
        let form = form.map_err(|error| Refusal::from(error.cause()))?;
        self.token = form.token.as_ref().map(owned);
        from_header?;
        self.read_body(&BodyCredentials {
            client_id: form.client_id.as_deref(),
            secret: form.client_secret.as_ref(),
            has_assertion: form.client_assertion.is_some(),
        })
    }

    fn read_header(&mut self, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(header) = headers.get(header::AUTHORIZATION) else {
            return Ok(());
        };
        if BasicCredentials::is_empty_header(header.as_bytes()) {
            return Ok(());
        }
        let basic = BasicCredentials::parse(header.as_bytes(), &MessageLimits::DEFAULT)
            .map_err(|error| error.cause())?;
        self.method = AuthenticationMethod::ClientSecretBasic;
        self.client_id = Some(basic.client_id().into());
        let readings = basic.secret();
        let readings = [Some(readings.raw), readings.decoded];
        let readings = readings.into_iter().flatten();
        // A secret that is empty counts as missing, as it does in the body.
        let readings = readings.filter(|secret| !secret.is_empty());
        self.secrets = readings.map(|secret| secret.to_owned().into()).collect();
        Ok(())
    }

    fn read_body(&mut self, body: &BodyCredentials<'_>) -> Result<(), Refusal> {
        let by_header = self.method == AuthenticationMethod::ClientSecretBasic;
        if by_header && (body.secret.is_some() || body.has_assertion) {
            return Err(Cause::AuthenticationMethodsSeveral.into());
        }
        if by_header {
            let other = body
                .client_id
                .filter(|id| self.client_id.as_deref() != Some(id));
            return match other {
                Some(_) => Err(Cause::ClientIdMismatch.into()),
                None => Ok(()),
            };
        }
        self.client_id = body.client_id.map(Into::into);
        if body.has_assertion {
            self.method = AuthenticationMethod::ClientAssertion;
            return Err(Cause::AssertionUnsupported.into());
        }
        if let Some(secret) = body.secret {
            self.method = AuthenticationMethod::ClientSecretPost;
            self.secrets.push(owned(secret));
        }
        Ok(())
    }
}

/// The parameter of a token request with the differences of its token, as JSON.
const TEMPLATE: &str = "mock_token";

fn check_form(request: &Request<Bytes>) -> Result<(), Refusal> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    FormContentType::parse(content_type.map(|value| value.as_bytes()))
        .map_err(|error| error.cause())?;
    let query = request.uri().query().unwrap_or_default();
    if query_carries_credentials(query.as_bytes()) {
        return Err(Cause::CredentialsInUrl.into());
    }
    Ok(())
}

fn template(body: &[u8]) -> Result<Option<TokenTemplate>, Refusal> {
    let form = Form::parse(body, &MessageLimits::DEFAULT);
    let form = form.map_err(|error| Refusal::from(error.cause()))?;
    let mut values = form.pairs().filter(|(name, _)| name == TEMPLATE);
    let Some((_, json)) = values.next() else {
        return Ok(None);
    };
    serde_json::from_str(&json).map(Some).map_err(|error| {
        let (what, help) = reworded(&error.to_string());
        let help = help.map(|help| format!("; {help}")).unwrap_or_default();
        Refusal::invalid_request(format!("{TEMPLATE}: {what}{help}"))
    })
}

fn owned(secret: &Secret<'_>) -> Secret<'static> {
    secret.expose_secret().to_owned().into()
}
