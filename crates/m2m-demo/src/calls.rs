//! The steps in which a caller with the token calls an API: one call that it serves, and one that it denies.

use m2m_authority::diagnose::Fix;
use m2m_authority::registry::Application;
use m2m_client::http::{Method, Request, Uri, header};
use m2m_client::{AccessToken, Bytes};
use m2m_explain::{Operating, remedy};
use m2m_guard::Denied;
use m2m_host::curl::quoted;
use m2m_host::error::Failure;
use m2m_host::http_client::Response;

use super::orders_api::OrdersApi;
use super::steps::{AUDIENCE, Steps};

/// Returns the command that calls this URL with the token in the variable `TOKEN`.
pub(super) fn curl(options: &str, url: &str) -> String {
    let url = quoted(url);
    format!("curl{options} {url} -H \"Authorization: Bearer $TOKEN\"")
}

/// The options of curl that create something, and show the header of the answer.
pub(super) const CREATE: &str = " -si -X POST";

impl Steps<'_> {
    /// Runs step 5: calls the API, which serves the call.
    pub(super) async fn call(&self, api: &OrdersApi, token: &AccessToken) -> Result<(), Failure> {
        self.output
            .heading("\n5. A call with the token, to an API that m2m-guard protects");
        self.output.line(format!("  {}", curl("", &api.orders)));
        let response = self.call_with(token, Method::GET, &api.orders).await?;
        self.output.good(&format!("  {}", response.status()));
        let body = String::from_utf8_lossy(response.body());
        self.output.line(format!("  {}", body.trim_end()));
        expect(response.status().is_success(), "the API serves the call")
    }

    /// Runs step 6: calls the API for something that the token does not grant, and shows the denial as both sides see it.
    pub(super) async fn denied_call(
        &self,
        api: &OrdersApi,
        token: &AccessToken,
    ) -> Result<(), Failure> {
        self.output
            .heading("\n6. A call that the API denies: creating an order needs another scope");
        self.output.line(format!("  {}", curl(CREATE, &api.orders)));
        let response = self.call_with(token, Method::POST, &api.orders).await?;
        self.output.line("  What the caller sees:");
        self.output.line(format!("  {}", response.status()));
        for challenge in response.headers().get_all(header::WWW_AUTHENTICATE) {
            let challenge = String::from_utf8_lossy(challenge.as_bytes());
            self.output.line(format!("  WWW-Authenticate: {challenge}"));
        }
        let denied = api.denial();
        let denied = denied.ok_or_else(|| Failure::refused("the API did not deny the call"))?;
        self.output.line("  What the operator of the API sees:");
        let evidence = denied.evidence().to_string();
        let fix = self.missing_scope(&denied);
        let fix = fix.map(|fix| remedy(&fix, Operating::RegistryFile));
        self.diagnosis(denied.cause(), &[evidence], fix.as_ref());
        expect(response.status() == 403, "the API denies the call with 403")
    }

    async fn call_with(
        &self,
        token: &AccessToken,
        method: Method,
        url: &str,
    ) -> Result<Response, Failure> {
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = method;
        *request.uri_mut() = url.parse::<Uri>().map_err(|_| {
            Failure::refused(format!("the URL of the demo's API is not a URL: {url}"))
        })?;
        let value = token.to_authorization_header();
        request.headers_mut().insert(header::AUTHORIZATION, value);
        self.http.send(request).await
    }

    /// Returns the fix for a token that lacks a scope: the application gets it.
    fn missing_scope(&self, denied: &Denied) -> Option<Fix> {
        let scope = denied.needed_scopes().next()?;
        let is_caller = |own: &&Application| Some(&*own.client_id) == denied.client_id();
        let application = self.server.applications.iter().find(is_caller)?;
        let mut authorize = application.spec.authorize.clone();
        let api = authorize
            .iter_mut()
            .find(|api| &*api.audience == AUDIENCE)?;
        api.scopes.push(scope.into());
        Some(Fix::AssignScope {
            client_id: application.client_id.clone(),
            audience: AUDIENCE.into(),
            scope: scope.into(),
            authorize,
        })
    }
}

fn expect(is_as_expected: bool, expected: &str) -> Result<(), Failure> {
    if is_as_expected {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "the demo expected that {expected}"
    )))
}
