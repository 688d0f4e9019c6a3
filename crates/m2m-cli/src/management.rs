//! The client of the management API of a running server.

mod refusal;

use std::cell::RefCell;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use m2m_admin::management;
use m2m_api::Body as _;
use m2m_api::{Content, Method, NoBody, NoNames, Operation, Paged};
use m2m_authority::registry::fill_in_issuer;
use m2m_client::{AccessToken, AccessTokenRequest, Client, HyperTransport};
use m2m_host::error::Failure;
use m2m_host::http_client::HttpClient;
use m2m_host::printable::printable;
use m2m_host::{clock, token_failure};
use oauth_proto::Issuer;

use crate::credentials::{credentials, issuer};
use crate::options::ServerOptions;

pub(crate) use refusal::Refusal;

/// A connection to a managed server, as the application that manages it.
///
/// Its token is requested at the start, and again when it has expired, so that a command may run for days.
#[derive(Debug)]
pub(crate) struct Management {
    issuer: Issuer,
    client_id: String,
    client: Client<HyperTransport>,
    http: HttpClient,
    runtime: tokio::runtime::Runtime,
    token: RefCell<AccessToken>,
}

/// The source of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// It was requested earlier, and may have become invalid in the meantime.
    Kept,
    /// It was requested just now.
    New,
}

impl Management {
    /// Requests a token for the management API of a server.
    ///
    /// # Errors
    ///
    /// If the options do not name a server or an application, the server cannot be reached, or there is no token.
    pub(crate) fn connect(options: &ServerOptions) -> Result<Self, Failure> {
        let issuer = issuer(options)?;
        let credentials = credentials(options)?;
        let client_id = credentials.client_id().to_owned();
        let http = HttpClient::of_management(&options.connection)?;
        let client = Client::new(issuer.clone(), credentials, http.transport());
        // A thread of its own serves the connections while the command does something else, such as asking the user.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| {
                Failure::refused("cannot start the command").because(error.to_string())
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

    /// Performs an operation, and returns its answer.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or refuses.
    pub(crate) fn call<O: Operation>(
        &self,
        names: &O::Names,
        query: &O::Query,
        body: &O::Body,
    ) -> Result<O::Answer, Failure> {
        self.try_call::<O>(names, query, body)?
            .map_err(|refusal| self.failure::<O>(&refusal))
    }

    /// Performs an operation, and returns its answer or its refusal, for commands that need more of a refusal than its text.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or its answer is unknown to this release.
    pub(crate) fn try_call<O: Operation>(
        &self,
        names: &O::Names,
        query: &O::Query,
        body: &O::Body,
    ) -> Result<Result<O::Answer, Box<Refusal>>, Failure> {
        let target = O::target(names, query);
        let response = self.send(O::SPEC.method, &target, body.content())?;
        if !response.status().is_success() {
            return Ok(Err(Box::new(Refusal::read(&response))));
        }
        match O::read_answer(response.body()) {
            Ok(answer) => Ok(Ok(answer)),
            Err(error) => Err(refusal::unreadable(
                &O::SPEC,
                &error,
                &response,
                &self.issuer,
            )),
        }
    }

    /// Returns the failure of a command whose operation was refused, with help for this server and this caller.
    pub(crate) fn failure<O: Operation>(&self, refusal: &Refusal) -> Failure {
        refusal.failure(&O::SPEC, &self.issuer, &self.client_id)
    }

    /// Returns all records of a list, page by page.
    ///
    /// # Errors
    ///
    /// As [`Management::call`]; also if the pages have no end.
    pub(crate) fn list<O>(&self, mut query: O::Query) -> Result<Vec<O::Record>, Failure>
    where
        O: Paged<Names = NoNames, Body = NoBody>,
    {
        if let Ok(page_size) = PAGE_SIZE.try_into() {
            O::set_page_size(&mut query, page_size);
        }
        let mut records = Vec::new();
        for _ in 0..MAX_PAGES {
            let (more, next) = O::into_page(self.call::<O>(&NoNames, &query, &NoBody)?);
            records.extend(more);
            match next {
                None => return Ok(records),
                Some(next) => O::go_on(&mut query, next),
            }
        }
        Err(Failure::refused(format!(
            "the list of {} does not end",
            printable(self.issuer.as_str())
        ))
        .because(format!("{MAX_PAGES} pages were read, and there are more")))
    }

    /// Waits, while connections are served.
    pub(crate) fn pause(&self, length: core::time::Duration) {
        // Created inside, since a timer needs the runtime around it when it is created.
        self.runtime
            .block_on(async move { tokio::time::sleep(length).await });
    }

    /// Sends a request, and repeats it with a new token if the server does not accept an earlier one.
    fn send(
        &self,
        method: Method,
        target: &str,
        content: Option<Content>,
    ) -> Result<Response<Bytes>, Failure> {
        let token = self.renew_if_ended()?;
        let (media_type, body) = match content {
            None => (None, Bytes::new()),
            Some(content) => (Some(content.media_type), Bytes::from(content.bytes)),
        };
        let response = self.exchange(method, target, media_type, body.clone())?;
        // The server may reject a token before it expires, as when its keys were changed.
        if response.status() == StatusCode::UNAUTHORIZED && token == Token::Kept {
            self.renew()?;
            return self.exchange(method, target, media_type, body);
        }
        Ok(response)
    }

    fn exchange(
        &self,
        method: Method,
        target: &str,
        media_type: Option<&'static str>,
        body: Bytes,
    ) -> Result<Response<Bytes>, Failure> {
        let mut request = Request::new(body);
        *request.method_mut() = method.into();
        *request.uri_mut() = self.uri(target)?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static(Content::JSON));
        headers.insert(AUTHORIZATION, self.token.borrow().to_authorization_header());
        if let Some(media_type) = media_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        self.runtime.block_on(self.http.send(request))
    }

    fn uri(&self, target: &str) -> Result<Uri, Failure> {
        let base = self.issuer.as_str().trim_end_matches('/');
        format!("{base}{target}").parse().map_err(|_| {
            Failure::usage("a name in the request is too long")
                .because("it is part of the URL of the request")
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

/// The number of records that fit into one answer without a noticeable wait. Unit: records.
const PAGE_SIZE: u64 = 100;

/// The maximum number of pages, enough for a million records.
const MAX_PAGES: usize = 10_000;

/// The time before expiry at which a token is renewed, so that it does not expire in transit. Unit: seconds.
const RENEWED_BEFORE_SECONDS: u64 = 5;
