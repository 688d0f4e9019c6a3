//! The management API: the operations over HTTP.
//!
//! ```text
//! route → guard → read → perform → answer
//! ```
//!
//! It knows no socket: requests come as values of the crate `http`, and so do the answers go.

mod answer;
mod entity_tag;
#[doc(hidden)]
pub mod fuzzing;
mod links;
mod openapi;
mod page_token;
mod query;
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
use m2m_authority::TraceId;
use m2m_authority::registry::{SigningKeys, fill_in_issuer};
use m2m_errors::Cause;
use m2m_guard::{Call as GuardedCall, Denied, Guard, Requirement};
use m2m_jwt::{KeySet, UnixTime};

use crate::operation::{Operator, Weight};
use crate::{Host, Manager, management, standing};

pub(crate) use entity_tag::entity_tag;
pub use openapi::openapi;
pub use page_token::PageToken;
pub use request::{Json, NoBody, RegistryDocument, RequestBody};
pub use router::Routed;
pub use table::{Description, descriptions};

use share::Share;
use table::Row;

/// The management API of a server.
#[derive(Debug)]
pub struct Face<H> {
    manager: Arc<Manager<H>>,
    guard: Guard,
    rows: Vec<Row<H>>,
    share: Share,
    /// The keys that tokens are verified with, and those that they were made from.
    keys: Mutex<Option<(Arc<SigningKeys>, Arc<KeySet>)>>,
}

/// What belongs to a request whatever becomes of it.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// The name of the answer.
    pub trace_id: TraceId,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// When it came.
    pub now: UnixTime,
}

/// An answer, and why it is none that was hoped for.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub response: Response<Bytes>,
    /// Why the request was refused before it was read, or failed for a reason of the server's own: what the log keeps.
    pub refused: Option<Refused>,
}

/// What the log keeps of a refused request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Exactly why.
    pub cause: Cause,
    /// Whose token it was, if it was a good one.
    pub client_id: Option<Box<str>>,
}

impl<H: Host> Face<H> {
    /// The management API of this server.
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

    /// The operations themselves.
    #[must_use]
    pub const fn manager(&self) -> &Arc<Manager<H>> {
        &self.manager
    }

    /// Answers a request for a path of the management API, which is `path` without what an issuer may have before it. The body is read, up to so many bytes, only if the token opens the
    /// operation.
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
                return self.refuse(Cause::MethodNotAllowed, circumstances, None, Some(&allow));
            }
            Routed::Unknown => {
                return self.refuse(Cause::PathUnknown, circumstances, None, None);
            }
        };
        let operator = match self.admit(row, parts, circumstances).await {
            Ok(operator) => operator,
            Err(refused) => return *refused,
        };
        let client_id = operator.client_id.clone();
        // A file is large before it is applied. What else is sent is small, and holds nothing back while it arrives.
        let mut reserved = match row.weight {
            Weight::File => match self.share.reserve(row.weight).await {
                Some(reserved) => Some(reserved),
                None => return self.overloaded(circumstances, client_id),
            },
            Weight::Record | Weight::Page | Weight::Registry => None,
        };
        let body = match body(row.description.max_body_bytes).await {
            Ok(body) => body,
            Err(cause) => return self.refuse(cause, circumstances, Some(client_id), None),
        };
        if reserved.is_none() {
            reserved = self.share.reserve(row.weight).await;
        }
        let Some(reserved) = reserved else {
            return self.overloaded(circumstances, client_id);
        };
        let raw = request::Raw {
            operator,
            names,
            query: parts.uri.query().map(Into::into),
            content_type: parts.headers.get(header::CONTENT_TYPE).cloned(),
            if_match: if_match(parts),
            body,
        };
        match (row.perform)(Arc::clone(&self.manager), raw).await {
            Ok(response) => Answered {
                response: reserved.hold(response),
                refused: None,
            },
            Err(error) => {
                let cause = error.cause();
                let trace_id = cause.map(|_| circumstances.trace_id);
                Answered {
                    response: answer::error(&error, trace_id),
                    refused: cause.map(|cause| Refused {
                        cause,
                        client_id: Some(client_id),
                    }),
                }
            }
        }
    }

    /// Refuses a request for a path of the management API that is too large to be looked at.
    #[must_use]
    pub fn refuse_unread(&self, cause: Cause, circumstances: Circumstances) -> Answered {
        self.refuse(cause, circumstances, None, None)
    }

    /// Whether the token of the request opens the operation, now.
    async fn admit(
        &self,
        row: &Row<H>,
        parts: &Parts,
        circumstances: Circumstances,
    ) -> Result<Operator, Box<Answered>> {
        let authorization: Vec<&[u8]> = parts
            .headers
            .get_all(header::AUTHORIZATION)
            .iter()
            .map(http::HeaderValue::as_bytes)
            .collect();
        let call = GuardedCall {
            authorization: &authorization,
            query: parts.uri.query().map(str::as_bytes),
        };
        let scopes = [row.description.scope];
        let required = Requirement::scopes(&scopes);
        let checked = self
            .guard
            .check(&call, &self.keys(), required, circumstances.now);
        let caller = checked.map_err(|denied| {
            let refused = Refused {
                cause: denied.cause(),
                client_id: denied.client_id().map(Into::into),
            };
            deny(&denied, refused, circumstances)
        })?;
        let operator = Operator {
            client_id: caller.client_id().into(),
            scopes: caller.scopes().map(Into::into).collect(),
            jwt_id: caller.jwt_id().into(),
            issued_at: caller.issued_at(),
            needs: row.description.scope,
            trace_id: circumstances.trace_id,
            address: circumstances.address,
            now: circumstances.now,
        };
        match standing::of(self.manager.host(), &operator, operator.needs).await {
            Ok(()) => Ok(operator),
            Err(lapsed) => {
                let refused = Refused {
                    cause: lapsed.cause(),
                    client_id: Some(operator.client_id),
                };
                Err(deny(
                    &self.guard.deny(lapsed.answer()),
                    refused,
                    circumstances,
                ))
            }
        }
    }

    /// The keys that tokens are verified with.
    fn keys(&self) -> Arc<KeySet> {
        let signing = self.manager.host().keys();
        // What it holds is replaced as a whole.
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

    fn overloaded(&self, circumstances: Circumstances, client_id: Box<str>) -> Answered {
        self.refuse(Cause::Overloaded, circumstances, Some(client_id), None)
    }

    fn refuse(
        &self,
        cause: Cause,
        circumstances: Circumstances,
        client_id: Option<Box<str>>,
        allow: Option<&str>,
    ) -> Answered {
        let profile = self.manager.host().profile();
        Answered {
            response: answer::refused(cause, profile, allow, circumstances.trace_id),
            refused: Some(Refused { cause, client_id }),
        }
    }
}

/// The answer of the guard, and what the log keeps of it.
fn deny(denied: &Denied, refused: Refused, circumstances: Circumstances) -> Box<Answered> {
    Box::new(Answered {
        response: answer::denied(denied, circumstances.trace_id),
        refused: Some(refused),
    })
}

/// All that `If-Match` says. What is not text matches nothing.
fn if_match(parts: &Parts) -> Option<String> {
    let mut fields = parts.headers.get_all(header::IF_MATCH).iter();
    let first = fields.next()?;
    let texts = core::iter::once(first).chain(fields).map(|field| {
        let text = field.to_str();
        text.unwrap_or_default()
    });
    Some(texts.collect::<Vec<_>>().join(","))
}
