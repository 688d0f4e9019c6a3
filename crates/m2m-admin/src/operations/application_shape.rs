//! The conversion between applications and the bodies of requests and answers.

use m2m_api::operations::{
    ApplicationChange, ApplicationShown, ApplicationSummary, AuthorizedApi, Kind, NewApplication,
};
use m2m_api::values::{Key, of_record, to_record};
use m2m_authority::registry::{Api, Application, fill_in_issuer, time_text};
use m2m_store::Stored;

use super::lookup;

/// A body that creates or changes an application.
pub(super) trait ApplyToApplication {
    /// Applies the members of the body to the application.
    fn apply(&self, application: &mut Application);
}

/// Implements this for the bodies, which have these members in common.
macro_rules! bodies {
    ($($name:ident),+) => {$(
        impl ApplyToApplication for $name {
            fn apply(&self, application: &mut Application) {
                let spec = &mut application.spec;
                self.description.apply(&mut spec.description, Clone::clone);
                self.owner.apply(&mut spec.owner, Clone::clone);
                self.contact.apply(&mut spec.contact, Clone::clone);
                self.purpose.apply(&mut spec.purpose, Clone::clone);
                self.default_audience.apply(&mut spec.default_audience, |text| text.into());
                self.org_code.apply(&mut spec.organization, |text| text.into());
                if let Some(is_enabled) = self.is_enabled.value().copied() {
                    spec.enabled = is_enabled;
                }
                if let Some(client_type) = self.client_type.value().copied() {
                    spec.client_type = client_type;
                }
                if let Some(grants) = self.grant_types.value() {
                    spec.grant_types = grants.iter().copied().collect();
                }
                if let Some(methods) = self.authentication_methods.value() {
                    spec.authentication_methods = methods.iter().copied().collect();
                }
                self.system_user.apply(&mut spec.system_user, |text| text.into());
                if let Some(is_allowed) = self.is_system_user_allowed.value().copied() {
                    spec.system_user_allowed = is_allowed;
                }
                self.access_token_lifetime.apply(&mut spec.token_lifetime, |lifetime| *lifetime);
                self.not_before.apply(&mut spec.not_before, |time| time.0);
                self.expires_at.apply(&mut spec.expires_at, |time| time.0);
                if let Some(addresses) = self.allowed_addresses.value() {
                    spec.allowed_addresses = addresses.to_vec();
                }
                let mode = spec.token_quota.map(|quota| quota.mode);
                self.token_quota.apply(&mut spec.token_quota, |quota| quota.with(mode));
                if let Some(flags) = self.feature_flags.value() {
                    spec.feature_flags = to_record(flags);
                }
                if let Some(keys) = self.token_feature_flags.value() {
                    spec.token_feature_flags = each_once(keys);
                }
                if let Some(properties) = self.properties.value() {
                    spec.properties = to_record(properties);
                }
                if let Some(keys) = self.token_properties.value() {
                    spec.token_properties = each_once(keys);
                }
            }
        }
    )+};
}

bodies!(NewApplication, ApplicationChange);

/// Returns an application as it appears in a list.
pub(super) fn summary(stored: &Stored<Application>) -> ApplicationSummary {
    ApplicationSummary {
        id: stored.id.to_string(),
        name: stored.value.spec.name.to_string(),
        r#type: Kind::M2m.into(),
        client_id: stored.value.client_id.to_string(),
        is_enabled: stored.value.spec.enabled,
        org_code: stored
            .value
            .spec
            .organization
            .as_deref()
            .map(ToOwned::to_owned),
    }
}

/// Returns an application with all its details.
pub(super) fn shown(
    stored: &Stored<Application>,
    apis: &[Stored<Api>],
    issuer: &str,
) -> ApplicationShown {
    let spec = &stored.value.spec;
    let text = |value: &Option<Box<str>>| value.as_deref().map(ToOwned::to_owned);
    let texts = |values: &[Box<str>]| values.iter().map(ToString::to_string).collect();
    let authorized = spec.authorize.iter().map(|authorization| {
        let api = lookup::api(apis, &authorization.audience, issuer).ok();
        AuthorizedApi {
            id: api.map(|api| api.id.to_string()),
            name: api.map(|api| api.value.name.to_string()),
            audience: fill_in_issuer(&authorization.audience, issuer).into_owned(),
            scopes: texts(&authorization.scopes),
        }
    });
    let addresses = spec.allowed_addresses.iter().copied();
    ApplicationShown {
        id: stored.id.to_string(),
        name: spec.name.to_string(),
        description: spec.description.clone().map(Into::into),
        owner: spec.owner.clone().map(Into::into),
        contact: spec.contact.clone().map(Into::into),
        purpose: spec.purpose.clone().map(Into::into),
        r#type: Kind::M2m.into(),
        client_id: stored.value.client_id.to_string(),
        client_type: spec.client_type.into(),
        is_enabled: spec.enabled,
        default_audience: spec
            .default_audience
            .as_deref()
            .map(|audience| fill_in_issuer(audience, issuer).into_owned()),
        org_code: text(&spec.organization),
        grant_types: spec.grant_types.into(),
        authentication_methods: spec.authentication_methods.into(),
        system_user: text(&spec.system_user),
        is_system_user_allowed: spec.system_user_allowed,
        access_token_lifetime: spec.token_lifetime.map(Into::into),
        not_before: spec.not_before.map(time_text),
        expires_at: spec.expires_at.map(time_text),
        allowed_addresses: addresses.map(Into::into).collect(),
        token_quota: spec.token_quota.map(Into::into),
        feature_flags: of_record(&spec.feature_flags),
        token_feature_flags: texts(&spec.token_feature_flags),
        properties: of_record(&spec.properties),
        token_properties: texts(&spec.token_properties),
        apis: authorized.collect(),
        created_on: time_text(stored.created_at),
        updated_on: time_text(stored.updated_at),
    }
}

fn each_once(keys: &[Key]) -> Vec<Box<str>> {
    let mut once: Vec<Box<str>> = Vec::with_capacity(keys.len());
    for key in keys {
        if !once.iter().any(|own| **own == *key.as_str()) {
            once.push(key.into());
        }
    }
    once
}
