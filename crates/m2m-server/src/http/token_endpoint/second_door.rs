//! What operators ask for in the name of an application: a test token, or whether it would get one.

use core::net::IpAddr;
use std::borrow::Cow;
use std::sync::Arc;

use m2m_authority::Refusal;
use m2m_authority::flow::{
    Authorized, Exchange, Operator, Reply, TestRequest, check_issue, vouched,
};
use m2m_authority::registry::Lifetime;
use m2m_errors::Cause;
use m2m_jwt::{Algorithm, ClaimSet, UnixTime};
use m2m_store::Entry;

use super::{Granted, TokenEndpoint, unless_it_panics};

/// What an operator asks for in the name of an application. An empty text counts as none, as at the token endpoint.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct InNameOf<'r> {
    /// The application.
    pub(crate) client_id: &'r str,
    /// For which API.
    pub(crate) audience: Option<&'r str>,
    /// With which scopes.
    pub(crate) scope: Option<&'r str>,
    /// From where the application would ask, if that is to be looked at.
    pub(crate) address: Option<IpAddr>,
}

impl<'r> InNameOf<'r> {
    fn request(self) -> TestRequest<'r> {
        let value = |text: Option<&'r str>| text.filter(|text| !text.is_empty()).map(Cow::Borrowed);
        TestRequest {
            audiences: value(self.audience).into_iter().collect(),
            scope: value(self.scope),
            address: self.address,
        }
    }
}

/// What an application would be granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WouldGrant {
    /// `aud` of the token.
    pub(crate) audiences: Arc<[Arc<str>]>,
    /// Its scopes.
    pub(crate) scopes: Box<[Box<str>]>,
    /// `sub`: the system user, or the application. The claim set `kinde` leaves it out for the latter.
    pub(crate) subject: Box<str>,
    /// `org_code`.
    pub(crate) organization_code: Option<Box<str>>,
    /// How long it would be good for.
    pub(crate) lifetime: Lifetime,
    /// What it would be signed with.
    pub(crate) algorithm: Algorithm,
    /// How its claims would be spelled.
    pub(crate) claim_set: ClaimSet,
    /// Whether a quota is used up that only warns.
    pub(crate) quota_exceeded: bool,
}

impl WouldGrant {
    fn of(authorized: &Authorized<'_>) -> Self {
        Self {
            audiences: authorized.audiences().into(),
            scopes: authorized
                .scopes()
                .iter()
                .map(|scope| Box::from(*scope))
                .collect(),
            subject: authorized.subject().into(),
            organization_code: authorized.organization_code().map(Box::from),
            lifetime: authorized.lifetime(),
            algorithm: authorized.algorithm(),
            claim_set: authorized.claim_set(),
            quota_exceeded: authorized.quota_exceeded(),
        }
    }
}

impl TokenEndpoint {
    /// Answers an operator as it would answer the application, which need not prove who it is: a test token, or the same refusal.
    ///
    /// The token is counted as one of the application, takes from its quota, and stands in the log with the operator. In maintenance
    /// there is none but for the management API.
    ///
    /// `operator` is the client id of a caller whom the guard has let in for [`Operator::SCOPE`].
    pub(crate) async fn vouch(
        &self,
        operator: &str,
        request: InNameOf<'_>,
        exchange: Exchange,
        now: UnixTime,
    ) -> Reply {
        let operator = Operator::danger_unchecked(operator);
        let decision = self.decide_vouched(&operator, request, now).await;
        let decision = decision.map_err(|refusal| refusal.asked_by(&operator));
        self.conclude(decision, &exchange, now)
    }

    /// Says whether an application would get a token, and with what in it. The same decision, but nothing is signed, counted, taken
    /// or logged.
    ///
    /// `operator` is as in [`vouch`](Self::vouch).
    ///
    /// # Errors
    ///
    /// The refusal that [`vouch`](Self::vouch) would answer with, and what its diagnosis starts from.
    pub(crate) async fn check(
        &self,
        operator: &str,
        request: InNameOf<'_>,
        now: UnixTime,
    ) -> Result<WouldGrant, Refusal> {
        let operator = Operator::danger_unchecked(operator);
        let gate = self.gate();
        let decision = async {
            let entry = self.load(request.client_id, now).await?;
            unless_it_panics(|| {
                let client = entry.as_deref().map(Entry::client);
                let authenticated =
                    vouched(&operator, request.client_id, client, request.request())?;
                let entry = entry.as_deref().ok_or(Cause::InternalError)?;
                let authorized = self.authorize(authenticated, entry, gate, now)?;
                let common = self.directory.common_guard();
                check_issue(
                    &authorized,
                    common.keys.signing(authorized.algorithm()),
                    now,
                )?;
                Ok(WouldGrant::of(&authorized))
            })
        };
        decision.await.map_err(|refusal| gate.refuse(refusal))
    }

    /// As `decide`, by the other door.
    async fn decide_vouched(
        &self,
        operator: &Operator,
        request: InNameOf<'_>,
        now: UnixTime,
    ) -> Result<Granted, Refusal> {
        let gate = self.gate();
        let decision = async {
            let entry = self.load(request.client_id, now).await?;
            unless_it_panics(|| {
                let client = entry.as_deref().map(Entry::client);
                let authenticated =
                    vouched(operator, request.client_id, client, request.request())?;
                self.grant(authenticated, entry.ok_or(Cause::InternalError)?, gate, now)
            })
        };
        decision.await.map_err(|refusal| gate.refuse(refusal))
    }
}
