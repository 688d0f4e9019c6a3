//! The check that a valid token still permits what it permitted when it was issued.
//!
//! An API that verifies tokens on its own notices a change only when they expire. The management API can read the registry.

use m2m_errors::Cause;
use m2m_store::{Backend as _, Named, RevokedToken, StoreError};

use crate::{Host, OperationError, Operator, management};

/// The reason why a valid token no longer permits anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessLost {
    /// The permission was revoked, with the application or from it. A caller that requests another token learns the details; the cause is for the
    /// operator.
    Withdrawn(Cause),
    /// The state cannot be read now.
    Unknown,
}

impl AccessLost {
    /// Returns the cause that the caller is answered.
    pub(crate) const fn answer(self) -> Cause {
        match self {
            Self::Withdrawn(_) => Cause::TokenRevoked,
            Self::Unknown => Cause::StoreUnavailable,
        }
    }

    /// Returns the cause that the log stores.
    pub(crate) const fn cause(self) -> Cause {
        match self {
            Self::Withdrawn(cause) => cause,
            Self::Unknown => Cause::StoreUnavailable,
        }
    }
}

/// Checks the application that the token was issued to, and returns those scopes of the token that are still assigned to it.
///
/// # Errors
///
/// [`AccessLost`] if the token or all tokens of the application were revoked, the application could not get a token any more, or the scope is not
/// assigned any more; also if this cannot be determined.
pub(crate) async fn of<H: Host>(
    host: &H,
    operator: &Operator,
) -> Result<Box<[Box<str>]>, AccessLost> {
    let registry = host.registry();
    let away = |_| AccessLost::Unknown;
    let client_id = &*operator.client_id;
    let token = RevokedToken::of(&operator.jwt_id);
    let revoked = registry.is_revoked(token).await;
    if revoked.map_err(away)? {
        return Err(AccessLost::Withdrawn(Cause::TokenRevoked));
    }
    let found = registry.application(Named::ClientId(client_id)).await;
    let Some(stored) = found.map_err(away)? else {
        return Err(AccessLost::Withdrawn(Cause::ApplicationDeleted));
    };
    let application = &stored.value;
    // Another application may have been created with the same client id. Its record has another id, whatever the clock says.
    if !stored.id.mark().is_in(&operator.jwt_id) {
        return Err(AccessLost::Withdrawn(Cause::ApplicationDeleted));
    }
    let organization = match &application.spec.organization {
        None => None,
        Some(code) => registry.organization(code).await.map_err(away)?,
    };
    let organization = organization.as_ref().map(|stored| &stored.value);
    let rule = host.profile().system_user();
    let not_before = application.spec.not_before;
    let is_revoked = not_before.is_some_and(|not_before| operator.issued_at <= not_before);
    let addresses = &application.spec.allowed_addresses;
    let is_elsewhere = !addresses.is_empty()
        && operator
            .address
            .is_some_and(|address| !addresses.iter().any(|block| block.contains(address)));
    let mut needs = operator.needs.iter();
    let cause = match application.token_obstacle(organization, rule, operator.now) {
        Some(obstacle) => obstacle.cause(),
        None if is_revoked => Cause::TokenRevoked,
        None if is_elsewhere => Cause::AddressNotAllowed,
        None if !needs.all(|scope| management::assigns(application, scope)) => {
            Cause::ScopeNotAssigned
        }
        None => {
            let scopes = operator.scopes.iter();
            let kept = scopes.filter(|scope| management::assigns(application, scope));
            return Ok(kept.cloned().collect());
        }
    };
    Err(AccessLost::Withdrawn(cause))
}

impl From<AccessLost> for OperationError {
    fn from(lapsed: AccessLost) -> Self {
        match lapsed {
            AccessLost::Unknown => StoreError::Busy.into(),
            AccessLost::Withdrawn(cause) => Self::TokenRevoked(cause),
        }
    }
}
