//! The parts of an application and its APIs that authorization needs.

mod granted;
mod targets;

use std::sync::Arc;

use m2m_jwt::UnixTime;

pub use granted::{GrantedScopes, ScopePosition};
pub use targets::{AssignedScopes, Target, Targets};

use crate::registry::{
    AddressBlock, Application, ApplicationSpec, GrantTypes, Lifetime, Organization, PropertyValue,
    Quota,
};

/// The part of an application that authorization needs: its grants, its restrictions, and its subject.
#[derive(Debug)]
pub struct Policy {
    targets: Arc<Targets>,
    grants: Vec<Grant>,
    pub(crate) default_audience: Option<Arc<str>>,
    pub(crate) grant_types: GrantTypes,
    pub(crate) organization: Option<OrganizationPolicy>,
    pub(crate) allowed_addresses: Vec<AddressBlock>,
    pub(crate) quota: Option<Quota>,
    pub(crate) system_user: Option<Box<str>>,
    pub(crate) system_user_allowed: bool,
    pub(crate) is_management: bool,
    pub(crate) token_lifetime: Option<Lifetime>,
    pub(crate) not_before: Option<UnixTime>,
    pub(crate) token_properties: Vec<(Box<str>, PropertyValue)>,
    pub(crate) feature_flags: Vec<(Box<str>, PropertyValue)>,
}

/// The scopes of one API that the application may request.
#[derive(Debug)]
pub(crate) struct Grant {
    /// The position of the API among all.
    pub(crate) target: usize,
    pub(crate) assigned: AssignedScopes,
}

/// The part of an organization that authorization needs.
#[derive(Debug)]
pub(crate) struct OrganizationPolicy {
    pub(crate) code: Box<str>,
    pub(crate) suspended: bool,
}

impl Policy {
    /// Returns the policy of `application`, which belongs to `organization`, among these APIs.
    ///
    /// An authorization for an audience that no API has, and a scope that its API does not define, grant nothing.
    #[must_use]
    pub fn of(
        application: &Application,
        organization: Option<&Organization>,
        targets: Arc<Targets>,
    ) -> Self {
        let spec = &application.spec;
        let mut grants: Vec<Grant> = spec
            .authorize
            .iter()
            .filter_map(|authorization| {
                let (target, api) = targets.find_declared(&authorization.audience)?;
                Some(Grant {
                    target,
                    assigned: api.assign(authorization.scopes.iter().map(|scope| &**scope)),
                })
            })
            .collect();
        // Most applications have few grants, and many applications are in memory.
        grants.shrink_to_fit();
        grants.sort_by_key(|grant| grant.target);
        let default_audience = spec.default_audience.as_deref();
        Self {
            grants,
            default_audience: default_audience.map(|audience| targets.spelled(audience)),
            grant_types: spec.grant_types,
            organization: organization.map(|organization| OrganizationPolicy {
                code: organization.code.clone(),
                suspended: organization.suspended,
            }),
            allowed_addresses: spec.allowed_addresses.clone(),
            quota: spec.token_quota,
            system_user: spec.system_user.clone(),
            system_user_allowed: spec.system_user_allowed,
            is_management: spec.takes_part_in_management(),
            token_lifetime: spec.token_lifetime,
            not_before: spec.not_before,
            token_properties: token_properties(spec),
            feature_flags: feature_flags(spec, organization),
            targets,
        }
    }

    /// Returns a policy that grants nothing, for deleted applications.
    #[must_use]
    pub fn nothing(targets: Arc<Targets>) -> Self {
        Self::of(&Application::new("", ""), None, targets)
    }

    /// All APIs.
    #[must_use]
    pub fn targets(&self) -> &Targets {
        &self.targets
    }

    /// Returns the scopes of the API at this position that are assigned to the application, if it is authorized for the API.
    #[must_use]
    pub fn assigned(&self, api: usize) -> Option<&AssignedScopes> {
        Some(&self.grant(api)?.assigned)
    }

    /// The quota, if the application has one.
    #[must_use]
    pub const fn quota(&self) -> Option<Quota> {
        self.quota
    }

    /// Returns the system user that the application acts as, if it may act as one.
    pub(crate) fn subject(&self) -> Option<&str> {
        let system_user = self.system_user.as_deref();
        system_user.filter(|_| self.system_user_allowed)
    }

    pub(crate) fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Returns the grant of the application on the API at this position, if it is authorized for it.
    pub(crate) fn grant(&self, target: usize) -> Option<&Grant> {
        let index = self
            .grants
            .binary_search_by_key(&target, |grant| grant.target)
            .ok()?;
        self.grants.get(index)
    }

    /// Returns true if at least one scope of any API is assigned to the application.
    pub(crate) fn assigns_any_scope(&self) -> bool {
        self.grants.iter().any(|grant| !grant.assigned.is_empty())
    }
}

/// Returns the feature flags that tokens carry: those of the application, then those of its organization that it names and does not have.
pub(crate) fn feature_flags(
    spec: &ApplicationSpec,
    organization: Option<&Organization>,
) -> Vec<(Box<str>, PropertyValue)> {
    let of_organization = spec.token_feature_flags.iter().filter_map(|key| {
        let flags = &organization?.feature_flags;
        let is_own = spec.feature_flags.contains_key(key);
        flags.get_key_value(key).filter(|_| !is_own)
    });
    carried(spec.feature_flags.iter().chain(of_organization))
}

/// Returns the values of the properties that tokens carry. A property without a value is left out.
pub(crate) fn token_properties(spec: &ApplicationSpec) -> Vec<(Box<str>, PropertyValue)> {
    let keys = spec.token_properties.iter();
    carried(keys.filter_map(|key| spec.properties.get_key_value(key)))
}

fn carried<'v>(
    values: impl Iterator<Item = (&'v Box<str>, &'v PropertyValue)>,
) -> Vec<(Box<str>, PropertyValue)> {
    values
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
