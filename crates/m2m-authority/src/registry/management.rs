//! The management API of the server that the registry is for: an API like others, with an audience of its own.

use crate::registry::{Api, ApplicationSpec, Authorization, Lifetime};

/// The audience of the management API, as files and stores write it.
pub const MANAGEMENT_AUDIENCE: &str = "{issuer}/api";

/// The alias of the management API, which clients of the same API on other servers use.
pub const MANAGEMENT_ALIAS: &str = "{issuer}/api/v1";

/// The minimum lifetime of a usable token for the management API. Unit: seconds.
pub const MIN_MANAGEMENT_LIFETIME: u32 = 60;

impl Lifetime {
    /// Returns true if a token for the management API that lives this long can be used.
    #[must_use]
    pub const fn suits_management(self) -> bool {
        self.as_seconds() >= MIN_MANAGEMENT_LIFETIME
    }
}

impl Api {
    /// Returns true if this is the management API.
    #[must_use]
    pub fn is_management(&self) -> bool {
        *self.audience == *MANAGEMENT_AUDIENCE
    }
}

impl Authorization {
    /// Returns true if it is for the management API.
    #[must_use]
    pub fn is_for_management(&self) -> bool {
        [MANAGEMENT_AUDIENCE, MANAGEMENT_ALIAS].contains(&&*self.audience)
    }
}

impl ApplicationSpec {
    /// Returns true if the application's own limit on lifetimes allows tokens for the management API that can be used.
    #[must_use]
    pub fn has_usable_management_tokens(&self) -> bool {
        self.token_lifetime.is_none_or(Lifetime::suits_management)
    }

    /// The scopes of the management API that are assigned to the application.
    pub fn management_scopes(&self) -> impl Iterator<Item = &str> {
        let authorizations = self.authorize.iter();
        authorizations
            .filter(|authorization| authorization.is_for_management())
            .flat_map(|authorization| &authorization.scopes)
            .map(|scope| &**scope)
    }

    /// Returns true if a scope of the management API is assigned to the application. Such an application needs no system user, even in a
    /// profile that requires one of others.
    #[must_use]
    pub fn takes_part_in_management(&self) -> bool {
        self.management_scopes().next().is_some()
    }
}
