//! The steps of the demo. Each shows what happens, and fails the demo if the result is not as expected.

use std::time::Duration;

use m2m_authority::TraceId;
use m2m_client::{AccessToken, AccessTokenRequest, AuthenticationMethod, Credentials};
use m2m_explain::{Operating, Remedy, observations, remedies};
use m2m_guard::Cause;
use m2m_host::curl;
use m2m_host::error::Failure;
use m2m_host::http_client::{HttpClient, Response};
use m2m_host::output::Output;
use m2m_host::world::GeneratedCredentials;
use m2m_host::{clock, token_failure, token_text};
use m2m_jwt::{Algorithm, Expectations, JwkSet, KeySet, Limits, Reading, Unverified, verify};
use m2m_server::Embedded;
use oauth_proto::AuthorizationServerMetadata;
use serde_json::Value;

/// The client, the server and the output that the steps use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps<'d> {
    pub(super) http: &'d HttpClient,
    pub(super) server: &'d Embedded,
    pub(super) output: &'d Output,
}

/// The audience of the API that the demo requests tokens for.
pub(super) const AUDIENCE: &str = "https://orders.example/api";

/// A scope that the API does not define, but nearly.
pub(super) const MISSPELLED_SCOPE: &str = "read:order";

/// The maximum time to wait for the diagnosis of a refusal. It is ready within milliseconds.
const DIAGNOSIS_TIME: Duration = Duration::from_secs(5);

impl Steps<'_> {
    /// Runs step 1: shows the server.
    pub(super) fn server(&self) {
        self.output.heading("1. A server");
        self.output.line(format!("  {}", self.server.summary));
        for application in &self.server.applications {
            self.output.line(format!(
                "  application {:?}, client_id {}",
                application.spec.name, application.client_id
            ));
        }
    }

    /// Runs step 2: requests a token over HTTP.
    pub(super) async fn token(&self) -> Result<AccessToken, Failure> {
        self.output.heading("\n2. A token, over HTTP");
        let line = self.curl(None)?;
        self.output.line(format!("  {line}"));
        let now = clock::now();
        let (credentials, response) = self
            .request_token(self.credentials()?.expose_secret(), None)
            .await?;
        self.show(&response);
        let token = m2m_client::read_token(&response, &credentials, now)
            .map_err(|error| token_failure::failure(&error, &self.server.issuer))?;
        self.output
            .line("  The same, into a variable for the commands below:");
        self.output.line(format!(
            r#"  TOKEN=$({line} -s | sed -E 's/.*"access_token":"([^"]+)".*/\1/')"#
        ));
        Ok(token)
    }

    /// Runs step 3: shows the claims of the token.
    pub(super) fn claims(&self, token: &str) {
        self.output
            .heading("\n3. The claims of the token, as m2m jwt decode shows them");
        token_text::print(&Reading::of(token), clock::now(), self.output);
    }

    /// Runs step 4: verifies the signature, starting from the issuer alone.
    pub(super) async fn signature(&self, token: &str) -> Result<(), Failure> {
        self.output.heading(
            "\n4. Its signature, verified with the JWK set that the metadata name, as m2m jwt verify does",
        );
        let url = AuthorizationServerMetadata::url(&self.server.issuer);
        self.output.line(format!("  curl {}", curl::quoted(&url)));
        let response = self.http.get(&url).await?;
        let metadata = AuthorizationServerMetadata::parse(response.body(), &self.server.issuer)
            .map_err(|error| {
                Failure::refused("cannot read the metadata").because(error.to_string())
            })?;
        let jwks_uri = metadata
            .jwks_uri
            .ok_or_else(|| Failure::refused("the metadata name no jwks_uri"))?;
        self.output
            .line(format!("  curl {}", curl::quoted(&jwks_uri)));
        let response = self.http.get(&jwks_uri).await?;
        let set = JwkSet::parse(response.body()).map_err(|error| {
            Failure::refused("cannot read the JWK set").because(error.to_string())
        })?;
        let token = Unverified::parse(token, &Limits::DEFAULT)
            .map_err(|error| token_text::failure(&error))?;
        let expectations =
            Expectations::access_token(self.server.issuer.as_str(), &[AUDIENCE], Algorithm::ALL);
        let keys = KeySet::new(&set);
        let claims = verify(&token, &keys, &expectations, clock::now())
            .map_err(|error| token_text::failure(&error))?;
        let client_id = claims.client_id().unwrap_or_default();
        self.output.good(&format!(
            "  valid: from {}, for {AUDIENCE}, to {client_id}",
            self.server.issuer
        ));
        Ok(())
    }

    /// Runs step 7: shows a refusal, and its diagnosis for the operator.
    pub(super) async fn refusal(&self) -> Result<(), Failure> {
        self.output
            .heading("\n7. A refusal: the scope is misspelled");
        let line = self.curl(Some(MISSPELLED_SCOPE))?;
        self.output.line(format!("  {line}"));
        let secret = self.credentials()?.expose_secret();
        let (_, response) = self.request_token(secret, Some(MISSPELLED_SCOPE)).await?;
        self.refused(&response, "invalid_scope")
    }

    /// Runs step 8: shows a refusal that tells the caller nothing, and its diagnosis for the operator.
    pub(super) async fn wrong_secret(&self) -> Result<(), Failure> {
        self.output.heading(
            "\n8. A refusal that reveals nothing, because the caller is unknown: the secret ends with a line break",
        );
        let secret = self.credentials()?.expose_secret();
        // In a form, `%0A` is a line break.
        let line = self.curl(None)?.replace(secret, &format!("{secret}%0A"));
        self.output.line(format!("  {line}"));
        let (_, response) = self.request_token(&format!("{secret}\n"), None).await?;
        self.refused(&response, "invalid_client")
    }

    fn credentials(&self) -> Result<&GeneratedCredentials, Failure> {
        self.server
            .generated
            .first()
            .ok_or_else(|| Failure::refused("the demo's world has no application"))
    }

    /// Returns the command that requests the token of the demo.
    fn curl(&self, scope: Option<&str>) -> Result<String, Failure> {
        let credentials = self.credentials()?;
        let issuer = &self.server.issuer;
        Ok(curl::token_request(
            issuer,
            credentials,
            Some(AUDIENCE),
            scope,
        ))
    }

    async fn request_token(
        &self,
        secret: &str,
        scope: Option<&str>,
    ) -> Result<(Credentials, Response), Failure> {
        let url = format!("{}/oauth2/token", self.server.issuer);
        let credentials = self.credentials()?;
        let credentials = Credentials::new(credentials.client_id.clone(), secret)
            .map_err(|error| Failure::refused(error.to_string()))?;
        let endpoint = url.parse().map_err(|_| {
            Failure::refused(format!("the demo's token endpoint is not a URL: {url}"))
        })?;
        let request = AccessTokenRequest::new().with_audience(AUDIENCE);
        let request = scope
            .into_iter()
            .fold(request, AccessTokenRequest::with_scope);
        // The request as the command shows it: with the credentials in the body.
        let request = request.to_http(
            &endpoint,
            &credentials,
            AuthenticationMethod::ClientSecretPost,
        );
        let response = self.http.send(request).await?;
        Ok((credentials, response))
    }

    fn show(&self, response: &Response) {
        self.output.line(format!("  {}", response.status()));
        for line in format!("{:#}", json_of(response)).lines() {
            self.output.line(format!("  {line}"));
        }
    }

    fn refused(&self, response: &Response, expected: &str) -> Result<(), Failure> {
        self.output.line("  What the caller sees:");
        self.show(response);
        let json = json_of(response);
        if json.get("error").and_then(Value::as_str) != Some(expected) {
            return Err(Failure::refused(format!("the demo expected {expected}")));
        }
        let trace_id: Option<TraceId> = json
            .get("trace_id")
            .and_then(Value::as_str)
            .and_then(|trace_id| trace_id.parse().ok());
        let trace_id = trace_id.ok_or_else(|| Failure::refused("the answer has no trace_id"))?;
        let diagnosis = self
            .server
            .diagnosis(trace_id, DIAGNOSIS_TIME)
            .ok_or_else(|| Failure::refused("the refusal was not diagnosed"))?;
        self.output
            .line(format!("  What the operator sees under {trace_id}:"));
        let evidence: Vec<String> = observations(&diagnosis)
            .into_iter()
            .map(|observation| observation.text)
            .collect();
        let fixes = remedies(&diagnosis, Operating::RegistryFile);
        self.diagnosis(diagnosis.cause, &evidence, fixes.first());
        Ok(())
    }

    /// Shows a cause, its evidence and a fix.
    pub(super) fn diagnosis(&self, cause: Cause, evidence: &[String], fix: Option<&Remedy>) {
        self.output.bad(&format!("    cause: {cause}"));
        self.output.line(format!("    {}", cause.entry().operator));
        for evidence in evidence {
            self.output.line(format!("    evidence: {evidence}"));
        }
        if let Some(fix) = fix {
            self.output.good(&format!("    fix: {}", fix.text));
            let lines = fix.lines.iter().flat_map(|lines| lines.lines());
            lines.for_each(|line| self.output.line(format!("         {line}")));
        }
    }
}

fn json_of(response: &Response) -> Value {
    serde_json::from_slice(response.body()).unwrap_or_default()
}
