//! The scopes that each change of an application requires, derived from the changed records and not from the request.

use std::collections::BTreeSet;

use m2m_authority::registry::{Application, ApplicationSpec};
use m2m_store::Snapshot;

/// Asserts that the scopes of the acting token include one that allows each change of an application.
pub(super) fn check(before: &Snapshot, after: &Snapshot, acting: &BTreeSet<String>, context: &str) {
    let may = |scopes: &[&str]| scopes.iter().any(|scope| acting.contains(*scope));
    for stored in &before.applications {
        let mut others = after.applications.iter();
        let Some(other) = others.find(|other| other.id == stored.id) else {
            assert!(may(&["delete:applications"]), "{context}: a deletion");
            continue;
        };
        for (change, scopes) in changes(&stored.value, &other.value) {
            assert!(
                may(scopes),
                "{context}: {} of {} changed without {scopes:?}, with {acting:?}",
                change,
                stored.value.client_id
            );
        }
    }
    for stored in &after.applications {
        let mut others = before.applications.iter();
        if others.all(|other| other.id != stored.id) {
            assert!(may(&["create:applications"]), "{context}: a creation");
            let mut blank = Application::new(&stored.value.spec.name, &stored.value.client_id);
            // Every new application has a secret that only its creator knows.
            blank.secrets.clone_from(&stored.value.secrets);
            for (change, scopes) in changes(&blank, &stored.value) {
                let scopes = [scopes, &["create:applications"]].concat();
                let scopes: &[&str] = match change {
                    "a restriction" | "the name" => &scopes,
                    _ => scopes.split_last().map_or(&[], |(_, own)| own),
                };
                assert!(
                    may(scopes),
                    "{context}: {change} of a new application without {scopes:?}"
                );
            }
        }
    }
}

type Changes = Vec<(&'static str, &'static [&'static str])>;

/// Returns the differences, each with the scopes of which one is required for it.
fn changes(before: &Application, after: &Application) -> Changes {
    let (own, other) = (&after.spec, &before.spec);
    let mut changes: Changes = Vec::new();
    let mut differs = |is: bool, change: &'static str, scopes: &'static [&'static str]| {
        if is {
            changes.push((change, scopes));
        }
    };
    let is_new = |secret: &m2m_authority::registry::StoredSecret| {
        before.secrets.iter().all(|had| had.id != secret.id)
    };
    differs(
        after.secrets.iter().any(is_new),
        "a secret",
        &["create:application_secrets"],
    );
    let ended = |application: &Application| -> Vec<bool> {
        let secrets = application.secrets.iter();
        secrets.map(|secret| secret.ending.is_some()).collect()
    };
    differs(
        ended(before) != ended(after) && before.secrets.len() == after.secrets.len(),
        "the end of a secret",
        &["delete:application_secrets", "create:application_secrets"],
    );
    differs(
        own.organization != other.organization,
        "the organization",
        &["update:organizations"],
    );
    differs(
        own.system_user != other.system_user
            || own.system_user_allowed != other.system_user_allowed,
        "the system user",
        &["update:application_system_users"],
    );
    differs(
        own.token_lifetime != other.token_lifetime,
        "the lifetime",
        &["update:application_tokens"],
    );
    differs(
        own.properties != other.properties
            || own.token_properties != other.token_properties
            || own.feature_flags != other.feature_flags
            || own.token_feature_flags != other.token_feature_flags,
        "a value in tokens",
        &[
            "update:application_properties",
            "update:properties",
            "delete:properties",
        ],
    );
    differs(
        pairs(own).difference(&pairs(other)).next().is_some(),
        "a gained scope",
        &["create:application_api_scopes"],
    );
    differs(
        pairs(other).difference(&pairs(own)).next().is_some(),
        "a lost scope",
        &[
            "delete:application_api_scopes",
            "delete:apis",
            "delete:api_scopes",
        ],
    );
    differs(own.name != other.name, "the name", &["update:applications"]);
    differs(
        own.enabled != other.enabled
            || own.client_type != other.client_type
            || own.grant_types != other.grant_types
            || own.authentication_methods != other.authentication_methods
            || own.allowed_addresses != other.allowed_addresses
            || own.not_before != other.not_before
            || own.token_quota != other.token_quota,
        "a restriction",
        &["update:applications"],
    );
    changes
}

/// Returns each audience, and each of its scopes.
fn pairs(spec: &ApplicationSpec) -> BTreeSet<(&str, &str)> {
    let authorizations = spec.authorize.iter();
    let pairs = authorizations.flat_map(|own| {
        let scopes = own.scopes.iter().map(|scope| &**scope);
        scopes
            .chain(core::iter::once(""))
            .map(|scope| (&*own.audience, scope))
    });
    pairs.collect()
}
