//! A registry as a file.

mod text;

use m2m_authority::registry::{
    Api, Application, ApplicationState, ClientType, Lifetime, Organization, Property,
    PropertyContext, PropertyKind, ScopeDefinition,
};
use m2m_jwt::{Algorithm, ClaimSet, PropertyValue, UnixTime};
use m2m_store::{Backend, Snapshot, StoreError};

use crate::record::{by_key, claim_set_word, quota_mode_word, time_text};
use crate::secrets::newest_live;
use crate::world::seconds_text;

use text::{Table, inline, key, list, string};

/// Whether a file tells the hashes of secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretHashes {
    /// It does not: where it is applied, applications that are there keep their secrets, and others get new ones.
    LeftOut,
    /// It has, for each application, that of the secret that was made last and works.
    Included,
}

/// The registry as `world.toml`. What is as it is by default is left out; the same registry makes the same text. Applying it changes
/// nothing.
///
/// # Errors
///
/// If the store cannot be read.
pub async fn export<B: Backend>(
    backend: &B,
    secret_hashes: SecretHashes,
    now: UnixTime,
) -> Result<String, StoreError> {
    Ok(write(&backend.snapshot().await?, secret_hashes, now))
}

fn write(snapshot: &Snapshot, secret_hashes: SecretHashes, now: UnixTime) -> String {
    let mut file = String::from(match secret_hashes {
        SecretHashes::LeftOut => {
            "# A registry of m2m, without secrets: `m2m apply -f` leaves those that are there alone.\n"
        }
        SecretHashes::Included => {
            "# A registry of m2m, with hashes of secrets: keep it to yourself, since a secret that somebody chose can be guessed from its hash.\n"
        }
    });
    for stored in &snapshot.apis {
        api(&stored.value).write(&mut file);
    }
    for stored in &snapshot.organizations {
        organization(&stored.value).write(&mut file);
    }
    for stored in &snapshot.properties {
        property(&stored.value).write(&mut file);
    }
    for stored in &snapshot.applications {
        application(&stored.value, secret_hashes, now).write(&mut file);
    }
    file
}

fn api(api: &Api) -> Table {
    let mut table = Table::new("api");
    table.line("name", string(&api.name));
    table.line("audience", string(&api.audience));
    table.list("scopes", api.scopes.iter().map(scope));
    if api.token_lifetime != Lifetime::DEFAULT {
        table.line(
            "token_lifetime",
            api.token_lifetime.as_seconds().to_string(),
        );
    }
    if api.signing_algorithm != Algorithm::Es256 {
        table.line("signing_alg", string(api.signing_algorithm.as_str()));
    }
    if api.claim_set != ClaimSet::Rfc9068 {
        table.line("claims", string(claim_set_word(api.claim_set)));
    }
    table.strings("introspection_clients", &api.introspection_clients);
    table
}

fn scope(scope: &ScopeDefinition) -> String {
    if scope.description.is_empty() {
        string(&scope.key)
    } else {
        inline([
            ("key".to_owned(), string(&scope.key)),
            ("description".to_owned(), string(&scope.description)),
        ])
    }
}

fn organization(organization: &Organization) -> Table {
    let mut table = Table::new("organization");
    table.line("code", string(&organization.code));
    if organization.name != organization.code {
        table.line("name", string(&organization.name));
    }
    if let Some(handle) = &organization.handle {
        table.line("handle", string(handle));
    }
    if let Some(external_id) = &organization.external_id {
        table.line("external_id", string(external_id));
    }
    if organization.suspended {
        table.line("suspended", "true");
    }
    table.values("feature_flags", &organization.feature_flags);
    table
}

fn property(property: &Property) -> Table {
    let mut table = Table::new("property");
    table.line("key", string(&property.key));
    if property.name != property.key {
        table.line("name", string(&property.name));
    }
    if !property.description.is_empty() {
        table.line("description", string(&property.description));
    }
    if property.private {
        table.line("private", "true");
    }
    if property.kind != PropertyKind::default() {
        table.line("type", string(property.kind.as_str()));
    }
    if property.context != PropertyContext::default() {
        table.line("context", string(property.context.as_str()));
    }
    if let Some(category_id) = &property.category_id {
        table.line("category_id", string(category_id));
    }
    table
}

fn application(application: &Application, secret_hashes: SecretHashes, now: UnixTime) -> Table {
    let mut table = Table::new("application");
    table.line("name", string(&application.name));
    table.line("client_id", string(&application.client_id));
    if let Some(code) = &application.organization {
        table.line("organization", string(code));
    }
    match application.state {
        ApplicationState::Enabled => {}
        ApplicationState::Disabled => table.line("enabled", "false"),
    }
    match application.client_type {
        ClientType::Confidential => {}
        ClientType::Public => table.line("client_type", string("public")),
    }
    if !application.grant_types.client_credentials {
        table.line("grant_types", "[]");
    }
    let methods = application.authentication_methods;
    let allowed = [
        (methods.client_secret_basic, "client_secret_basic"),
        (methods.client_secret_post, "client_secret_post"),
    ];
    if allowed.iter().any(|(is_allowed, _)| !is_allowed) {
        let names = allowed.iter().filter(|(is_allowed, _)| *is_allowed);
        table.line(
            "authentication_methods",
            list(&names.map(|(_, name)| string(name)).collect::<Vec<_>>()),
        );
    }
    if let Some(lifetime) = application.token_lifetime {
        table.line("token_lifetime", lifetime.as_seconds().to_string());
    }
    if let Some(time) = application.not_before {
        table.line("not_before", time_text(time));
    }
    let addresses = application.allowed_addresses.iter();
    table.list(
        "allowed_addresses",
        addresses.map(|block| string(&block.to_string())),
    );
    if let Some(quota) = application.token_quota {
        table.line(
            "token_quota",
            inline([
                ("tokens".to_owned(), quota.tokens.to_string()),
                (
                    "per".to_owned(),
                    string(&seconds_text(quota.window_seconds)),
                ),
                ("mode".to_owned(), string(quota_mode_word(quota.mode))),
            ]),
        );
    }
    table.values("feature_flags", &application.feature_flags);
    table.strings("token_feature_flags", &application.token_feature_flags);
    match secret_hashes {
        SecretHashes::LeftOut => {}
        SecretHashes::Included => {
            if let Some(secret) = newest_live(&application.secrets, now) {
                table.line("secret_sha256", string(&secret.hash.to_base64()));
            }
        }
    }
    table.values("properties", &application.properties);
    table.strings("token_properties", &application.token_properties);
    if let Some(user) = &application.system_user.name {
        table.line("system_user", string(user));
    }
    if application.system_user.allowed {
        table.line("system_user_allowed", "true");
    }
    let authorizations = application.authorizations.iter().map(|authorization| {
        let scopes: Vec<String> = authorization
            .scopes
            .iter()
            .map(|scope| string(scope))
            .collect();
        let mut members = vec![("audience".to_owned(), string(&authorization.audience))];
        if !scopes.is_empty() {
            members.push(("scopes".to_owned(), list(&scopes)));
        }
        inline(members)
    });
    table.list("authorize", authorizations);
    table
}

impl Table {
    /// A list of strings, unless it is empty.
    fn strings(&mut self, name: &str, values: &[Box<str>]) {
        self.list(name, values.iter().map(|value| string(value)));
    }

    /// Values by key, unless there are none.
    fn values(&mut self, name: &str, values: &[(Box<str>, PropertyValue)]) {
        if values.is_empty() {
            return;
        }
        let members = by_key(values).into_iter().map(|(own, value)| {
            let value = match value {
                PropertyValue::Boolean(value) => value.to_string(),
                PropertyValue::Text(value) => string(value),
                PropertyValue::Integer(value) => value.to_string(),
            };
            (key(own), value)
        });
        self.line(name, inline(members));
    }
}
