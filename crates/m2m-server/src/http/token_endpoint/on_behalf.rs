//! Requests of operators on behalf of an application: a test token, or whether it would get one.

use std::borrow::Cow;

use m2m_admin::{TestTokenParameters, WouldGrant};
use m2m_authority::Refusal;
use m2m_authority::flow::{
    Authorized, Exchange, Operator, Reply, TestRequest, check_issue, vouched,
};
use m2m_errors::Cause;
use m2m_store::CachedApplication;

use super::{Granted, TokenEndpoint, unless_it_panics};

impl TokenEndpoint {
    /// Answers an operator as it would answer the application, which need not authenticate: with a test token, or the same refusal.
    ///
    /// The token is counted as one of the application, counts against its quota, and is logged with the operator. In maintenance there are
    /// tokens for the management API only.
    ///
    /// The guard has authorized the operator for [`Operator::SCOPE`].
    pub(crate) async fn vouch(&self, ask: &TestTokenParameters<'_>) -> Reply {
        let operator = Operator::danger_unchecked(ask.operator);
        let exchange = Exchange {
            trace_id: ask.trace_id,
            request_id: None,
            address: ask.operator_address,
        };
        let gate = self.gate();
        let decision = async {
            let entry = self.load(ask.client_id, ask.now).await?;
            unless_it_panics(|| {
                let client = entry.as_deref().map(CachedApplication::client);
                let authenticated =
                    vouched(&operator, ask.client_id, client, request(ask), ask.now)?;
                let entry = entry.ok_or(Cause::InternalError)?;
                self.grant(authenticated, entry, gate, ask.now)
            })
        };
        let decision: Result<Granted, Refusal> = decision.await;
        let decision = decision.map_err(|refusal| self.refused(gate, refusal).asked_by(&operator));
        self.conclude(decision, &exchange, ask.now)
    }

    /// Returns the contents of the token that an application would get. The decision is the same, but nothing is signed, counted, taken from
    /// a quota or logged.
    ///
    /// The operator is authorized as for [`vouch`](Self::vouch).
    ///
    /// # Errors
    ///
    /// The refusal that [`vouch`](Self::vouch) would answer with, and the data that its diagnosis starts from.
    pub(crate) async fn check(&self, ask: &TestTokenParameters<'_>) -> Result<WouldGrant, Refusal> {
        let operator = Operator::danger_unchecked(ask.operator);
        let gate = self.gate();
        let decision = async {
            let entry = self.load(ask.client_id, ask.now).await?;
            unless_it_panics(|| {
                let client = entry.as_deref().map(CachedApplication::client);
                let authenticated =
                    vouched(&operator, ask.client_id, client, request(ask), ask.now)?;
                let entry = entry.as_deref().ok_or(Cause::InternalError)?;
                let authorized = self.authorize(authenticated, entry, gate, ask.now)?;
                let common = self.cache.common_guard();
                let key = common.keys.signing(authorized.algorithm());
                check_issue(&authorized, key, &self.authority, ask.now)?;
                Ok(would_grant(&authorized))
            })
        };
        decision
            .await
            .map_err(|refusal| self.refused(gate, refusal))
    }
}

fn request<'a>(ask: &TestTokenParameters<'a>) -> TestRequest<'a> {
    TestRequest {
        audiences: ask.audiences.iter().copied().map(Cow::Borrowed).collect(),
        scope: ask.scope.map(Cow::Borrowed),
        address: ask.address,
    }
}

fn would_grant(authorized: &Authorized<'_>) -> WouldGrant {
    let audiences = authorized.audiences().iter();
    WouldGrant {
        audiences: audiences.map(|audience| Box::from(&**audience)).collect(),
        scope: authorized.scope().into(),
        expires_in: authorized.lifetime().as_seconds(),
        quota_exceeded: authorized.quota_exceeded(),
    }
}
