//! The introspection and the revocation endpoint (RFC 7662, RFC 7009).
//!
//! ```text
//! accept → load the application that asks → authenticate → verify the token, or find it → load its application → introspect, or revoke
//! ```
//!
//! Their refusals have the answers, the limits, the evidence and the log lines of refusals of the token endpoint.

mod listed;
mod verified_tokens;

use core::net::IpAddr;
use std::sync::Arc;

use http::Method;
use http::request::Parts;
use hyper::body::Incoming;
use m2m_authority::Refusal;
use m2m_authority::flow::{Exchange, RawRequest, Reply, refuse_coding};
use m2m_authority::inspection::{
    InspectedToken, Inspector, Standing, accept_inspection, authenticate_inspector, introspect,
    revoke,
};
use m2m_errors::Cause;
use m2m_host::clock;
use m2m_jwt::UnixTime;
use m2m_store::{
    Action, Actor, AuditEvent, CachedApplication, Revocation, RevokedToken, StoreError, Subject,
};
use serde_json::json;

use super::reply::{self, Response};
use super::token_endpoint::{TokenEndpoint, unless_it_panics};
use super::{body, exchange};

pub(super) use listed::Listed;
pub(super) use verified_tokens::VerifiedTokens;

/// The kind of request about a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// The caller asks if the token is active, and for what.
    Introspection,
    /// The caller asks that the token is made invalid.
    Revocation,
}

/// An application that asks, and the token that it presents, if it is a valid one of this server.
type Presented<'r> = (Inspector<'r>, Option<Arc<InspectedToken>>);

impl TokenEndpoint {
    /// Answers a request about a token.
    pub(super) async fn answer(
        &self,
        question: Question,
        parts: &Parts,
        body: Incoming,
        address: IpAddr,
    ) -> Response {
        let body = self.read(parts, body).await;
        let now = clock::now();
        let exchange = exchange(parts, address);
        let gate = self.gate();
        let decision = async {
            let body = body?;
            let request = RawRequest::from_http(parts, &body, Some(address));
            if parts.method == Method::POST && body::is_coded(parts) {
                return Err(refuse_coding(&request));
            }
            let presented = self.presented(request, now).await?;
            gate.check_open()?;
            match question {
                Question::Introspection => self.introspect(&presented, &exchange, now).await,
                Question::Revocation => self.revoke(&presented, &exchange, now).await,
            }
        };
        match decision.await {
            Ok(reply) => reply::of(reply),
            Err(refusal) => {
                let refusal = self.throttled(self.refused(gate, refusal), address, now);
                self.refuse(refusal, &exchange)
            }
        }
    }

    /// Authenticates the application that asks, and verifies the token that it presents.
    async fn presented<'r>(
        &self,
        request: RawRequest<'r>,
        now: UnixTime,
    ) -> Result<Presented<'r>, Refusal> {
        let stated = unless_it_panics(|| accept_inspection(request, self.authority()))?;
        let entry = self.load(stated.client_id(), now).await?;
        let inspector = unless_it_panics(|| {
            let client = entry.as_deref();
            let client = client.map(|entry| (entry.client(), entry.policy()));
            authenticate_inspector(stated, client, now)
        })?;
        if let Some(entry) = &entry {
            entry.secret_used(inspector.secret().into(), now);
        }
        let common = self.cache().common_guard();
        let issuer = self.authority().issuer();
        let token = inspector.token_secret();
        let token = unless_it_panics(|| Ok(self.verified.find(token, &common, issuer, now)))?;
        Ok((inspector, token))
    }

    /// Answers whether the token is active for the application that asks.
    async fn introspect(
        &self,
        (inspector, token): &Presented<'_>,
        exchange: &Exchange,
        now: UnixTime,
    ) -> Result<Reply, Refusal> {
        let entry = match token {
            Some(token) => self.load(token.client_id(), now).await?,
            None => None,
        };
        let token = token.as_deref().zip(entry.as_deref());
        let token = token.map(|(token, entry)| (token, self.standing(token, entry, now)));
        let common = self.cache().common_guard();
        let response = introspect(inspector, token, &common.targets);
        self.metrics().introspected(response.is_active());
        Ok(Reply::introspected(&response, exchange))
    }

    fn standing<'e>(
        &self,
        token: &InspectedToken,
        entry: &'e CachedApplication,
        now: UnixTime,
    ) -> Standing<'e> {
        let jwt_id = token.jwt_id();
        Standing {
            client: entry.client(),
            policy: entry.policy(),
            mark: entry.mark(),
            is_revoked: jwt_id.is_some_and(|jwt_id| self.cache().is_token_revoked(jwt_id)),
            now,
        }
    }

    /// Revokes the token durably before the answer.
    async fn revoke(
        &self,
        (inspector, token): &Presented<'_>,
        exchange: &Exchange,
        now: UnixTime,
    ) -> Result<Reply, Refusal> {
        let token = token.as_deref();
        let jwt_id = revoke(inspector, token, self.revocation)?;
        let is_new = |jwt_id: &&str| !self.cache().is_token_revoked(jwt_id);
        if let Some((token, jwt_id)) = token.zip(jwt_id.filter(is_new)) {
            let revocation = Revocation {
                token: RevokedToken::of(jwt_id),
                expires_at: token.expires_at(),
                is_by_operator: false,
                event: self
                    .listed
                    .next(inspector.client_id(), now)
                    .map(|is_last| event(inspector, token, jwt_id, is_last, exchange, now)),
            };
            let revoked = self.cache().revoke_token(revocation, now, clock::uptime());
            revoked.await.map_err(|error| {
                // The observer of the store has recorded any other failure itself.
                let cause = if error == StoreError::TooManyRevocations {
                    Cause::TooManyRevocations
                } else {
                    Cause::StoreUnavailable
                };
                inspector.refuse(cause)
            })?;
            self.metrics().token_revoked();
        }
        Ok(Reply::revoked(exchange))
    }
}

fn event(
    inspector: &Inspector<'_>,
    token: &InspectedToken,
    jwt_id: &str,
    is_last: bool,
    exchange: &Exchange,
    now: UnixTime,
) -> AuditEvent {
    let after = json!({
        "client_id": token.client_id(),
        "expires_at": m2m_authority::registry::time_text(token.expires_at()),
        // The next ones of this hour are not listed.
        "is_last_listed": is_last.then_some(true),
    });
    AuditEvent {
        time: now,
        actor: Actor {
            name: (**inspector.client_id()).into(),
            trace_id: Some(exchange.trace_id),
            address: exchange.address,
        },
        action: Action::Revoked,
        subject: Subject::Token,
        name: jwt_id.into(),
        before: None,
        after: Some(after.to_string().into()),
    }
}
