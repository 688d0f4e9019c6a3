//! The calls that many tests of the management API make.

use m2m_testkit::{Made, ManagementCalls, bearer, claims, encoded};
use serde_json::Value;

use super::{Answer, Server};

impl ManagementCalls for Server {
    fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call_with(method, path, "", body)
    }
}

impl Server {
    /// Calls the management API with further header fields.
    pub(crate) fn call_with(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &Value,
    ) -> Answer {
        let headers = format!("{}{headers}", bearer(&self.token));
        self.call_bare(method, path, &headers, body)
    }

    /// Calls the management API with another token.
    pub(crate) fn call_as(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        self.call_bare(method, path, &bearer(token), body)
    }

    /// Calls the management API with only these header fields. `Value::Null` means a request without a body.
    pub(crate) fn call_bare(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &Value,
    ) -> Answer {
        if body.is_null() {
            return self.send(method, path, headers, "");
        }
        let headers = format!("{headers}content-type: application/json\r\n");
        self.send(method, path, &headers, &body.to_string())
    }

    /// Applies a file.
    pub(crate) fn apply(&self, query: &str, text: &str) -> Answer {
        let headers = bearer(&self.token) + "content-type: application/toml\r\n";
        self.send("POST", &format!("/api/v1/apply{query}"), &headers, text)
    }

    /// Returns the cause of a refused token request in the log, and the diagnosis.
    #[track_caller]
    pub(crate) fn cause(&self, refused: &Answer) -> (String, String) {
        let cause = self.log().cause(&refused.member("trace_id"));
        let (cause, diagnosis) = cause.expect("every refusal is in the log");
        (cause.id().to_owned(), diagnosis)
    }

    /// Sends a form to the token endpoint.
    pub(crate) fn post(&self, headers: &str, form: &str) -> Answer {
        let headers = format!("content-type: application/x-www-form-urlencoded\r\n{headers}");
        self.send("POST", "/oauth2/token", &headers, form)
    }

    /// Requests a token with these credentials in the body.
    pub(crate) fn ask_with(&self, client_id: &str, secret: &str, more: &str) -> Answer {
        let (client_id, secret) = (encoded(client_id), encoded(secret));
        let form = format!(
            "grant_type=client_credentials&client_id={client_id}&client_secret={secret}{more}"
        );
        self.post("", &form)
    }

    /// Requests a token as this application.
    pub(crate) fn ask(&self, application: &Made, more: &str) -> Answer {
        self.ask_with(&application.client_id, &application.secret, more)
    }

    /// Requests a token as this application, and returns its claims.
    #[track_caller]
    pub(crate) fn claims(&self, application: &Made, more: &str) -> Value {
        claims(&self.ask(application, more).access_token())
    }

    /// Requests a token for the management API with all assigned scopes.
    #[track_caller]
    pub(crate) fn management_token(&self, client_id: &str, secret: &str) -> String {
        let audience = format!("&audience={}/api", self.issuer());
        self.ask_with(client_id, secret, &audience).access_token()
    }
}
