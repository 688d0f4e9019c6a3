//! The management API of a server that runs, as commands call it.

mod answer;
mod api_path;
mod refusal;

use std::cell::RefCell;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use m2m_admin::management;
use m2m_authority::registry::fill_in_issuer;
use m2m_client::{AccessToken, AccessTokenRequest, Client, HyperTransport};
use m2m_host::error::Failure;
use m2m_host::http_client::HttpClient;
use m2m_host::printable::printable;
use m2m_host::{clock, token_failure};
use oauth_proto::Issuer;
use serde_json::Value;

use crate::credentials::{credentials, issuer};
use crate::options::ServerOptions;

pub(crate) use answer::Answer;
pub(crate) use api_path::ApiPath;

/// A server that is managed, and the application in whose name that is done.
///
/// Its token is requested when it is made, and again when it has ended, so that a command may run for days.
#[derive(Debug)]
pub(crate) struct Management {
    issuer: Issuer,
    client_id: String,
    client: Client<HyperTransport>,
    http: HttpClient,
    runtime: tokio::runtime::Runtime,
    token: RefCell<AccessToken>,
}

/// What a request carries.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content<'c> {
    /// Nothing.
    None,
    /// A JSON document.
    Json(&'c Value),
    /// The text of a `world.toml`.
    Toml(&'c str),
}

/// Where a token comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// It was there already, and may have ended in the meantime.
    Kept,
    /// It was requested just now.
    New,
}

impl Management {
    /// Gets a token for the management API of a server.
    ///
    /// # Errors
    ///
    /// If the options name no server or no application, the server cannot be reached, or there is no token.
    pub(crate) fn connect(options: &ServerOptions) -> Result<Self, Failure> {
        let issuer = issuer(options)?;
        let credentials = credentials(options)?;
        let client_id = credentials.client_id().to_owned();
        let http = HttpClient::of_management(&options.connection)?;
        let client = Client::new(issuer.clone(), credentials, http.transport());
        // A thread of its own: connections are looked after while nobody waits, as when somebody is asked.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| {
                Failure::refused("the command cannot be started").because(error.to_string())
            })?;
        let token = request_token(&client, &issuer, &client_id, &runtime)?;
        Ok(Self {
            issuer,
            client_id,
            client,
            http,
            runtime,
            token: token.into(),
        })
    }

    /// The server.
    pub(crate) const fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// What the server has under this path.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or refuses.
    pub(crate) fn get(&self, path: &ApiPath) -> Result<Value, Failure> {
        self.call(&Method::GET, path, Content::None)
    }

    /// Has something made or done.
    ///
    /// # Errors
    ///
    /// As [`Management::get`].
    pub(crate) fn post(&self, path: &ApiPath, body: Option<&Value>) -> Result<Value, Failure> {
        self.call(&Method::POST, path, body.into())
    }

    /// Has something changed.
    ///
    /// # Errors
    ///
    /// As [`Management::get`].
    pub(crate) fn patch(&self, path: &ApiPath, body: &Value) -> Result<Value, Failure> {
        self.call(&Method::PATCH, path, Content::Json(body))
    }

    /// Has something set.
    ///
    /// # Errors
    ///
    /// As [`Management::get`].
    pub(crate) fn put(&self, path: &ApiPath, body: &Value) -> Result<Value, Failure> {
        self.call(&Method::PUT, path, Content::Json(body))
    }

    /// Has something taken away.
    ///
    /// # Errors
    ///
    /// As [`Management::get`].
    pub(crate) fn delete(&self, path: &ApiPath) -> Result<Value, Failure> {
        self.call(&Method::DELETE, path, Content::None)
    }

    /// All records of a list that comes in one piece. `member` is its name in the answer.
    ///
    /// # Errors
    ///
    /// As [`Management::get`].
    pub(crate) fn all(&self, path: &ApiPath, member: &str) -> Result<Vec<Value>, Failure> {
        let mut answer = self.get(path)?;
        let records = answer.get_mut(member).and_then(Value::as_array_mut);
        Ok(records.map(core::mem::take).unwrap_or_default())
    }

    /// All records of a list, page by page. `member` is its name in the answers.
    ///
    /// # Errors
    ///
    /// As [`Management::get`]; also if there is no end to the pages.
    pub(crate) fn list(&self, path: &ApiPath, member: &str) -> Result<Vec<Value>, Failure> {
        let mut records = Vec::new();
        let path = path.clone().with("page_size", PAGE_SIZE);
        let mut page = path.clone();
        for _ in 0..MAX_PAGES {
            let mut answer = self.get(&page)?;
            if let Some(more) = answer.get_mut(member).and_then(Value::as_array_mut) {
                records.append(more);
            }
            match answer.get("next_token").and_then(Value::as_str) {
                None | Some("") => return Ok(records),
                Some(next_token) => page = path.clone().with("next_token", next_token),
            }
        }
        Err(Failure::refused(format!(
            "the list of {} has no end",
            printable(self.issuer.as_str())
        ))
        .because(format!("{MAX_PAGES} pages were read, and there are more")))
    }

    /// Sends a request, and gives the answer, whether it is a refusal or not.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached.
    pub(crate) fn send(
        &self,
        method: &Method,
        path: &ApiPath,
        content: Content<'_>,
    ) -> Result<Answer, Failure> {
        let token = self.renew_if_ended()?;
        let answer = self.exchange(method, path, content)?;
        // The server may have forgotten a token before its time, as when its keys were changed.
        if answer.status() == StatusCode::UNAUTHORIZED && token == Token::Kept {
            self.renew()?;
            return self.exchange(method, path, content);
        }
        Ok(answer)
    }

    /// What an answer says, if it is no refusal.
    ///
    /// # Errors
    ///
    /// The refusal, with what to do about it.
    pub(crate) fn accept(&self, path: &ApiPath, answer: Answer) -> Result<Value, Failure> {
        answer
            .into_document()
            .map_err(|refused| refusal::failure(&refused, path, &self.issuer, &self.client_id))
    }

    /// Waits, while connections are looked after.
    pub(crate) fn pause(&self, length: core::time::Duration) {
        // Inside, since a timer needs the runtime around it when it is made.
        self.runtime
            .block_on(async move { tokio::time::sleep(length).await });
    }

    fn call(
        &self,
        method: &Method,
        path: &ApiPath,
        content: Content<'_>,
    ) -> Result<Value, Failure> {
        let answer = self.send(method, path, content)?;
        self.accept(path, answer)
    }

    fn exchange(
        &self,
        method: &Method,
        path: &ApiPath,
        content: Content<'_>,
    ) -> Result<Answer, Failure> {
        let (content_type, body) = match content {
            Content::None => (None, Bytes::new()),
            Content::Json(document) => (Some("application/json"), document.to_string().into()),
            Content::Toml(text) => (
                Some("application/toml"),
                Bytes::copy_from_slice(text.as_bytes()),
            ),
        };
        let mut request = Request::new(body);
        *request.method_mut() = method.clone();
        *request.uri_mut() = self.uri(path)?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, self.token.borrow().to_authorization_header());
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        let response = self.runtime.block_on(self.http.send(request))?;
        Ok(Answer::read(&response))
    }

    fn uri(&self, path: &ApiPath) -> Result<Uri, Failure> {
        let base = self.issuer.as_str().trim_end_matches('/');
        format!("{base}{path}").parse().map_err(|_| {
            Failure::usage("the name of what is asked for is too long")
                .because("it stands in the URL of the request")
        })
    }

    fn renew_if_ended(&self) -> Result<Token, Failure> {
        let soon = clock::now().saturating_add_seconds(RENEWED_BEFORE_SECONDS);
        let ends_at = self.token.borrow().expires_at();
        if ends_at.is_some_and(|ends_at| ends_at <= soon) {
            self.renew()?;
            return Ok(Token::New);
        }
        Ok(Token::Kept)
    }

    fn renew(&self) -> Result<(), Failure> {
        let token = request_token(&self.client, &self.issuer, &self.client_id, &self.runtime)?;
        self.token.replace(token);
        Ok(())
    }
}

impl<'c> From<Option<&'c Value>> for Content<'c> {
    fn from(body: Option<&'c Value>) -> Self {
        body.map_or(Self::None, Self::Json)
    }
}

fn request_token(
    client: &Client<HyperTransport>,
    issuer: &Issuer,
    client_id: &str,
    runtime: &tokio::runtime::Runtime,
) -> Result<AccessToken, Failure> {
    let audience = fill_in_issuer(management::AUDIENCE, issuer.as_str());
    let request = AccessTokenRequest::new().with_audience(&*audience);
    let token = runtime.block_on(client.token(&request, clock::now()));
    token.map_err(|error| {
        let failure = token_failure::failure(&error, issuer);
        if token_failure::is_refusal_of_audience(&error) {
            return failure.help(refusal::authorize(client_id, &audience, None));
        }
        failure
    })
}

/// As much as fits into one answer without a wait. Unit: records.
const PAGE_SIZE: &str = "100";

/// As many as a million records have.
const MAX_PAGES: usize = 10_000;

/// So that no token ends on its way. Unit: seconds.
const RENEWED_BEFORE_SECONDS: u64 = 5;
