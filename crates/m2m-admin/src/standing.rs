//! Whether a good token still opens what it opened when it was issued.
//!
//! An API that verifies tokens on its own learns of a change when they expire. This one has the registry at hand.

use m2m_errors::Cause;
use m2m_store::{Backend as _, Named, StoreError};

use crate::{Host, OperationError, Operator, management};

/// Why a good token opens nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lapsed {
    /// It was withdrawn, with the application or from it: whoever asks for another token learns what it does not open any more. The cause
    /// is for the operator.
    Withdrawn(Cause),
    /// That cannot be known now.
    Unknown,
}

impl Lapsed {
    /// What the caller is told.
    pub(crate) const fn answer(self) -> Cause {
        match self {
            Self::Withdrawn(_) => Cause::TokenRevoked,
            Self::Unknown => Cause::StoreUnavailable,
        }
    }

    /// What the log keeps.
    pub(crate) const fn cause(self) -> Cause {
        match self {
            Self::Withdrawn(cause) => cause,
            Self::Unknown => Cause::StoreUnavailable,
        }
    }
}

/// Looks up what has become of the application since its token was issued, and returns those scopes of the token that are still assigned
/// to it.
///
/// # Errors
///
/// [`Lapsed`] if the token or all tokens of the application were revoked, it could not get one any more, or the scope is not assigned
/// any more; also if that cannot be known.
pub(crate) async fn of<H: Host>(host: &H, operator: &Operator) -> Result<Box<[Box<str>]>, Lapsed> {
    let registry = host.registry();
    let away = |_| Lapsed::Unknown;
    let client_id = &*operator.client_id;
    let revoked = registry.is_revoked(&operator.jwt_id).await;
    if revoked.map_err(away)? {
        return Err(Lapsed::Withdrawn(Cause::TokenRevoked));
    }
    let found = registry.application(Named::ClientId(client_id)).await;
    let Some(stored) = found.map_err(away)? else {
        return Err(Lapsed::Withdrawn(Cause::ApplicationDeleted));
    };
    let application = &stored.value;
    // Another application may have got the client id since. Its record has another name, whatever the clock says.
    if !stored.id.mark().is_in(&operator.jwt_id) {
        return Err(Lapsed::Withdrawn(Cause::ApplicationDeleted));
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
    Err(Lapsed::Withdrawn(cause))
}

impl From<Lapsed> for OperationError {
    fn from(lapsed: Lapsed) -> Self {
        match lapsed {
            Lapsed::Unknown => StoreError::Busy.into(),
            Lapsed::Withdrawn(cause) => Self::TokenRevoked(cause),
        }
    }
}
