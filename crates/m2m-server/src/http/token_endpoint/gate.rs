//! The gate of the token endpoint in maintenance.

use m2m_admin::management;
use m2m_authority::Refusal;
use m2m_authority::flow::Authorized;
use m2m_authority::registry::fill_in_issuer;
use m2m_errors::Cause;
use m2m_store::Maintenance;

/// The identifiers of the management API, as tokens of this server contain them.
#[derive(Debug)]
pub(super) struct ManagementAudiences([Box<str>; 2]);

impl ManagementAudiences {
    pub(super) fn of(issuer: &str) -> Self {
        Self(
            [management::AUDIENCE, management::ALIAS]
                .map(|audience| fill_in_issuer(audience, issuer).into()),
        )
    }
}

/// A gate that is open for all, or in maintenance for tokens for the management API alone: operators have to get in to end it.
///
/// All other callers get the same answer, whether the request was malformed, the secret wrong, or everything in order: only a caller
/// with valid credentials of an operator sees a difference.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Gate<'m> {
    maintenance: Maintenance,
    management: &'m ManagementAudiences,
}

impl<'m> Gate<'m> {
    pub(super) const fn new(maintenance: Maintenance, management: &'m ManagementAudiences) -> Self {
        Self {
            maintenance,
            management,
        }
    }

    /// Lets an authorized request through, before the token is signed and before it counts against a quota.
    pub(super) fn check(self, authorized: &Authorized<'_>) -> Result<(), Refusal> {
        let is_management = |audience: &str| self.management.0.iter().any(|own| **own == *audience);
        match self.maintenance {
            Maintenance::Off => Ok(()),
            Maintenance::On
                if authorized
                    .audiences()
                    .iter()
                    .all(|audience| is_management(audience)) =>
            {
                Ok(())
            }
            Maintenance::On => Err(authorized.refuse(Refusal::of(Cause::Maintenance))),
        }
    }

    /// Lets a request through that is not for a token, unless the server is in maintenance.
    pub(in super::super) fn check_open(self) -> Result<(), Refusal> {
        match self.maintenance {
            Maintenance::Off => Ok(()),
            Maintenance::On => Err(Refusal::of(Cause::Maintenance)),
        }
    }

    /// Returns the refusal to answer with.
    pub(super) fn refuse(self, refusal: Refusal) -> Refusal {
        match self.maintenance {
            Maintenance::Off => refusal,
            Maintenance::On => refusal.in_maintenance(RETRY_AFTER_SECONDS),
        }
    }
}

/// The `Retry-After` value in maintenance, which takes minutes, while thousands of callers wait for its end. Unit: seconds.
const RETRY_AFTER_SECONDS: u32 = 30;
