//! The management API over HTTP.
//!
//! ```text
//! route → guard → read → perform → answer
//! ```
//!
//! It does not use sockets: requests and answers are values of the crate `http`.

mod answer;
mod fields;
mod form;
#[doc(hidden)]
pub mod fuzzing;
mod links;
mod openapi;
mod query;
mod reason;
mod request;
mod router;
mod share;
mod table;

use core::future::Future;
use core::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::request::Parts;
use http::{Response, header};
use m2m_api::Part;
use m2m_authority::TraceId;
use m2m_authority::registry::{SigningKeys, fill_in_issuer};
use m2m_errors::Cause;
use m2m_guard::{Call as GuardedCall, Caller, Denied, Guard, Requirement};
use m2m_jwt::{KeySet, UnixTime};

use crate::current_scopes::{self, AccessLost};
use crate::operator::Operator;
use crate::perform::Weight;
use crate::{Host, Manager, OperationError, management};

pub use openapi::openapi;
pub use table::{Description, descriptions};

use router::Routed;
use share::Share;
use table::Row;

/// The management API of a server.
#[derive(Debug)]
pub struct HttpApi<H> {
    manager: Arc<Manager<H>>,
    guard: Guard,
    rows: Vec<Row<H>>,
    share: Share,
    /// The keys with which tokens are verified, and the signing keys that they were derived from.
    keys: Mutex<Option<(Arc<SigningKeys>, Arc<KeySet>)>>,
}

/// The circumstances of a request.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// The trace id of the request.
    pub trace_id: TraceId,
    /// The address that the request came from.
    pub address: Option<IpAddr>,
    /// The time at which the request arrived.
    pub now: UnixTime,
}

/// An answer, and the entry for the log if it is a refusal.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub response: Response<Bytes>,
    /// The refusal or failure, found by the router, the guard, the reader of the body, or the operation. A refused test token is not included: the
    /// token endpoint records it.
    pub refused: Option<Refused>,
}

/// A refused request as the log stores it. It does not contain texts of the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The exact cause.
    pub cause: Cause,
    /// The client id that the token was issued to, if its signature is valid.
    pub client_id: Option<Box<str>>,
    /// The id of the operation, such as `createApi`. `None` if there is no operation with this path and method.
    pub operation: Option<&'static str>,
    /// The status of the answer.
    pub status: u16,
    /// The code of the answer, such as `FIELD_INVALID`.
    pub code: Box<str>,
    /// The reason, if it is more specific than the cause.
    pub reason: Option<Box<str>>,
}

impl<H: Host> HttpApi<H> {
    /// Creates the management API of this server.
    #[must_use]
    pub fn new(host: H) -> Self {
        let issuer = host.issuer();
        let audiences = [management::AUDIENCE, management::ALIAS]
            .map(|audience| fill_in_issuer(audience, issuer).into_owned());
        let guard = Guard::new(issuer, &audiences.each_ref().map(|audience| &**audience))
            .with_profile(host.profile())
            .with_realm("m2m management");
        Self {
            guard,
            manager: Arc::new(Manager::new(host)),
            rows: table::rows(),
            share: Share::new(),
            keys: Mutex::default(),
        }
    }

    /// Returns the manager, which performs the operations.
    #[must_use]
    pub const fn manager(&self) -> &Arc<Manager<H>> {
        &self.manager
    }

    /// Answers a request for a path of the management API. `path` is the path without that of the issuer. The body is read, up to the given number of
    /// bytes, only if the token permits the operation.
    pub async fn respond<F>(
        &self,
        parts: &Parts,
        path: &str,
        body: impl FnOnce(usize) -> F + Send,
        circumstances: Circumstances,
    ) -> Answered
    where
        F: Future<Output = Result<Bytes, Cause>> + Send,
    {
        let (row, names) = match router::find(&self.rows, &parts.method, path) {
            Routed::Operation(row, names) => (row, names),
            Routed::OtherMethod { allow } => {
                let caller = self.caller(parts, circumstances.now);
                let refusal = Refusal::of(Cause::MethodNotAllowed).by(caller);
                return self.refuse(refusal, circumstances, Some(&allow));
            }
            Routed::Unknown => {
                let caller = self.caller(parts, circumstances.now);
                return self.refuse(
                    Refusal::of(Cause::PathUnknown).by(caller),
                    circumstances,
                    None,
                );
            }
        };
        let (operator, caller) = match self.admit(row, parts, circumstances).await {
            Ok(admitted) => admitted,
            Err(refused) => return *refused,
        };
        let refusal = |cause| {
            let refusal = Refusal::of(cause).by(Some(operator.client_id.clone()));
            refusal.of_operation(row.description.id)
        };
        // A file is large before it is applied, so that memory is reserved before it is read. Other bodies are small, and do not reserve memory while
        // they arrive.
        let mut reserved = match row.weight {
            Weight::File => match self.share.reserve(row.weight).await {
                Some(reserved) => Some(reserved),
                None => return self.refuse(refusal(Cause::Overloaded), circumstances, None),
            },
            Weight::Record | Weight::Page | Weight::Registry => None,
        };
        let body = match body(row.description.max_body_bytes).await {
            Ok(body) => body,
            Err(cause) => return self.refuse(refusal(cause), circumstances, None),
        };
        if reserved.is_none() {
            reserved = self.share.reserve(row.weight).await;
        }
        let Some(reserved) = reserved else {
            return self.refuse(refusal(Cause::Overloaded), circumstances, None);
        };
        let client_id = operator.client_id.clone();
        let mut raw = request::Raw {
            operator,
            names,
            query: parts.uri.query().map(Into::into),
            content_type: parts.headers.get(header::CONTENT_TYPE).cloned(),
            if_match: if_match(parts),
            body,
        };
        if let Err(refused) = self.admit_fields(row, &caller, &mut raw, circumstances) {
            // An invalid request is answered with its mistakes, whatever the token permits.
            return match (row.read)(raw) {
                Ok(()) => *refused,
                Err(error) => failed(&error, row, client_id, circumstances),
            };
        }
        match (row.perform)(Arc::clone(&self.manager), raw).await {
            Ok(response) => Answered {
                response: reserved.hold(response),
                refused: None,
            },
            Err(error) => failed(&error, row, client_id, circumstances),
        }
    }

    /// Refuses a request for a path of the management API that is too large to be read.
    #[must_use]
    pub fn refuse_unread(
        &self,
        cause: Cause,
        parts: &Parts,
        circumstances: Circumstances,
    ) -> Answered {
        let caller = self.caller(parts, circumstances.now);
        self.refuse(Refusal::of(cause).by(caller), circumstances, None)
    }

    /// Returns the client id of a valid token, for the log entry of a request that is refused unread. The permissions of the token are not checked.
    fn caller(&self, parts: &Parts, now: UnixTime) -> Option<Box<str>> {
        let authorization = authorization(parts);
        let call = GuardedCall::new(&authorization, None);
        let checked = self
            .guard
            .check(&call, &self.keys(), Requirement::token(), now);
        checked.ok().map(|caller| caller.client_id().into())
    }

    /// Checks that the token of the request permits the operation now.
    async fn admit(
        &self,
        row: &Row<H>,
        parts: &Parts,
        circumstances: Circumstances,
    ) -> Result<(Operator, Caller), Box<Answered>> {
        let call = GuardedCall::from(parts);
        let scopes = [row.description.scope];
        let required = Requirement::scopes(&scopes);
        let checked = self
            .guard
            .check(&call, &self.keys(), required, circumstances.now);
        let caller = checked.map_err(|denied| {
            let refusal = Refusal::of(denied.cause()).by(denied.client_id().map(Into::into));
            let refusal = refusal.of_operation(row.description.id);
            deny(&denied, None, refusal, circumstances)
        })?;
        let mut operator = Operator {
            client_id: caller.client_id().into(),
            scopes: caller.scopes().map(Into::into).collect(),
            jwt_id: caller.jwt_id().into(),
            issued_at: caller.issued_at(),
            needs: vec![row.description.scope],
            trace_id: circumstances.trace_id,
            address: circumstances.address,
            now: circumstances.now,
        };
        match current_scopes::of(self.manager.host(), &operator).await {
            Ok(scopes) => {
                operator.scopes = scopes;
                Ok((operator, caller))
            }
            Err(lapsed) => Err(self.lapsed(lapsed, row, &operator, circumstances)),
        }
    }

    /// Checks that the token also permits the fields that the request sets.
    fn admit_fields(
        &self,
        row: &Row<H>,
        caller: &Caller,
        raw: &mut request::Raw,
        circumstances: Circumstances,
    ) -> Result<(), Box<Answered>> {
        let operator = &mut raw.operator;
        for field in fields::set(row.description.fields, raw.query.as_deref(), &raw.body) {
            operator.needs.extend(field.scopes());
            let required = Requirement::scopes(&operator.needs);
            if let Err(denied) = self.guard.check_caller(caller, required) {
                let refusal = Refusal::of(denied.cause()).by(Some(operator.client_id.clone()));
                let refusal = refusal.of_operation(row.description.id);
                return Err(deny(&denied, Some(field.part), refusal, circumstances));
            }
        }
        let mut needs = operator.needs.iter();
        if needs.all(|scope| operator.scopes.iter().any(|own| **own == **scope)) {
            Ok(())
        } else {
            let lapsed = AccessLost::Withdrawn(Cause::ScopeNotAssigned);
            Err(self.lapsed(lapsed, row, operator, circumstances))
        }
    }

    fn lapsed(
        &self,
        lapsed: AccessLost,
        row: &Row<H>,
        operator: &Operator,
        circumstances: Circumstances,
    ) -> Box<Answered> {
        let refusal = Refusal::of(lapsed.cause()).by(Some(operator.client_id.clone()));
        let refusal = refusal.of_operation(row.description.id);
        let denied = self.guard.deny(lapsed.answer());
        deny(&denied, None, refusal, circumstances)
    }

    /// Returns the keys with which tokens are verified.
    fn keys(&self) -> Arc<KeySet> {
        let signing = self.manager.host().keys();
        // A poisoned lock is harmless: the value is always replaced as a whole.
        let mut held = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        match &*held {
            Some((from, keys)) if Arc::ptr_eq(from, &signing) => Arc::clone(keys),
            Some(_) | None => {
                let keys = Arc::new(KeySet::new(&signing.signed()));
                *held = Some((signing, Arc::clone(&keys)));
                keys
            }
        }
    }

    fn refuse(
        &self,
        refusal: Refusal,
        circumstances: Circumstances,
        allow: Option<&str>,
    ) -> Answered {
        let profile = self.manager.host().profile();
        let cause = refusal.cause;
        let response = answer::refused(cause, profile, allow, circumstances.trace_id);
        let refused = refusal.answered(&response, cause);
        Answered {
            response,
            refused: Some(refused),
        }
    }
}

/// A refusal that was not decided by an operation.
#[derive(Debug)]
struct Refusal {
    cause: Cause,
    client_id: Option<Box<str>>,
    operation: Option<&'static str>,
}

impl Refusal {
    const fn of(cause: Cause) -> Self {
        Self {
            cause,
            client_id: None,
            operation: None,
        }
    }

    fn by(self, client_id: Option<Box<str>>) -> Self {
        Self { client_id, ..self }
    }

    fn of_operation(self, id: &'static str) -> Self {
        Self {
            operation: Some(id),
            ..self
        }
    }

    /// Returns the refusal as the log stores it, for a caller that was answered this cause.
    fn answered(self, response: &Response<Bytes>, answered: Cause) -> Refused {
        Refused {
            cause: self.cause,
            client_id: self.client_id,
            operation: self.operation,
            status: response.status().as_u16(),
            code: answer::code_of(answered).into(),
            reason: None,
        }
    }
}

/// Returns the answer of an operation that was refused, and its log entry.
fn failed<H>(
    error: &OperationError,
    row: &Row<H>,
    client_id: Box<str>,
    circumstances: Circumstances,
) -> Answered {
    Answered {
        response: answer::error(error, circumstances.trace_id),
        refused: Some(Refused {
            cause: error.cause(),
            client_id: Some(client_id),
            operation: Some(row.description.id),
            status: error.status(),
            code: error.code().as_str().into(),
            reason: Some(reason::reason(error)),
        }),
    }
}

/// Returns the answer of the guard, and its log entry.
fn deny(
    denied: &Denied,
    part: Option<Part>,
    refusal: Refusal,
    circumstances: Circumstances,
) -> Box<Answered> {
    let response = answer::denied(denied, part, circumstances.trace_id);
    let mut refused = refusal.answered(&response, denied.cause());
    refused.reason = part.map(|part| part.to_string().into());
    Box::new(Answered {
        response,
        refused: Some(refused),
    })
}

/// Returns the values of all `Authorization` headers.
fn authorization(parts: &Parts) -> Vec<&[u8]> {
    let fields = parts.headers.get_all(header::AUTHORIZATION).iter();
    fields.map(http::HeaderValue::as_bytes).collect()
}

/// Returns the values of all `If-Match` headers as one. A value that is not text does not match any tag.
fn if_match(parts: &Parts) -> Option<String> {
    let mut fields = parts.headers.get_all(header::IF_MATCH).iter();
    let first = fields.next()?;
    let texts = core::iter::once(first).chain(fields).map(|field| {
        let text = field.to_str();
        text.unwrap_or_default()
    });
    Some(texts.collect::<Vec<_>>().join(","))
}
