//! From the form of the file to the records of a registry.

use std::collections::{BTreeMap, HashSet};

use m2m_authority::registry::{
    Api, Application, ApplicationState, AuthenticationMethods, Authorization, ClientType,
    GrantTypes, Lifetime, Organization, Property, PropertyContext, PropertyKind, Quota, QuotaMode,
    ScopeDefinition, SecretHash, SystemUser,
};
use m2m_jwt::{Algorithm, ClaimSet, PropertyValue, UnixTime};
use toml::Spanned;
use toml::value::Datetime;

use super::document::{self, Document};
use super::duration::parse_seconds;
use super::mistake::Mistake;
use super::scalar::Scalar;
use super::{Declared, World};
use crate::management;

/// The records of the file.
pub(super) fn convert(document: Document) -> Result<World, Mistake> {
    let apis = document.api.iter().map(|api| self::api(api.get_ref()));
    let organizations = document
        .organization
        .iter()
        .map(|organization| self::organization(organization.get_ref()));
    let properties = document
        .property
        .iter()
        .map(|property| self::property(property.get_ref()));
    let applications = document
        .application
        .iter()
        .map(|application| declared(application.get_ref()));
    Ok(World {
        apis: apis.collect::<Result<_, _>>()?,
        organizations: organizations.collect(),
        properties: properties.collect::<Result<_, _>>()?,
        applications: applications.collect::<Result<_, _>>()?,
        document,
    })
}

/// Whether each application has only properties of these keys, and its tokens only properties that it has.
pub(super) fn check_properties<'k>(
    document: &Document,
    keys: impl Iterator<Item = &'k str>,
) -> Result<(), Mistake> {
    let defined: HashSet<&str> = keys.collect();
    for application in &document.application {
        let application = application.get_ref();
        let mut used = application.properties.keys();
        if let Some(key) = used.find(|key| !defined.contains(key.get_ref().as_str())) {
            let mut keys: Vec<&str> = defined.into_iter().collect();
            keys.sort_unstable();
            let declare = "declare it: [[property]] with its key";
            return Err(unknown_property(key, "property", &keys, declare));
        }
        let valued = || {
            application
                .properties
                .keys()
                .map(|key| key.get_ref().as_str())
        };
        let mut carried = application.token_properties.iter();
        if let Some(key) = carried.find(|key| valued().all(|valued| valued != key.get_ref())) {
            let give = "give the application its value: properties = { key = \"value\" }";
            let keys: Vec<&str> = valued().collect();
            return Err(unknown_property(
                key,
                "property of this application",
                &keys,
                give,
            ));
        }
    }
    Ok(())
}

/// What is wrong with a key that is none of `keys`; what helps if there is none at all.
fn unknown_property(key: &Spanned<String>, kind: &str, keys: &[&str], if_none: &str) -> Mistake {
    let mistake = Mistake::unknown_word(key, kind, keys);
    if keys.is_empty() {
        mistake.with_help(if_none)
    } else {
        mistake
    }
}

fn organization(organization: &document::Organization) -> Organization {
    let code = organization.code.get_ref();
    let text =
        |text: &Option<Spanned<String>>| text.as_ref().map(|text| text.get_ref().as_str().into());
    Organization {
        handle: text(&organization.handle),
        external_id: text(&organization.external_id),
        feature_flags: scalars(&organization.feature_flags),
        suspended: organization.suspended,
        ..Organization::new(code, organization.name.as_deref().unwrap_or(code))
    }
}

fn property(property: &document::Property) -> Result<Property, Mistake> {
    let key = property.key.get_ref();
    let mut converted = Property::new(key, property.name.as_deref().unwrap_or(key));
    converted.description = property.description.as_str().into();
    converted.private = property.private;
    if let Some(word) = &property.kind {
        let choices = [PropertyKind::SingleLineText, PropertyKind::MultiLineText]
            .map(|kind| (kind.as_str(), kind));
        converted.kind = choose(word, "property type", &choices)?;
    }
    if let Some(word) = &property.context {
        let choices = [
            PropertyContext::Application,
            PropertyContext::Organization,
            PropertyContext::User,
        ]
        .map(|context| (context.as_str(), context));
        converted.context = choose(word, "property context", &choices)?;
    }
    converted.category_id = property.category_id.as_deref().map(Into::into);
    Ok(converted)
}

fn api(api: &document::Api) -> Result<Api, Mistake> {
    let mut converted = Api::new(&api.name, api.audience.get_ref());
    if api.audience.get_ref() == management::AUDIENCE {
        converted.aliases.push(management::ALIAS.into());
    }
    let scopes = api.scopes.iter().map(|scope| ScopeDefinition {
        key: scope.get_ref().key.as_str().into(),
        description: scope.get_ref().description.as_str().into(),
    });
    converted.scopes = scopes.collect();
    if let Some(seconds) = &api.token_lifetime {
        converted.token_lifetime = lifetime(seconds)?;
    }
    if let Some(name) = &api.signing_alg {
        converted.signing_algorithm = signing_algorithm(name)?;
    }
    if let Some(name) = &api.claims {
        converted.claim_set = choose(
            name,
            "claim set",
            &[("rfc9068", ClaimSet::Rfc9068), ("kinde", ClaimSet::Kinde)],
        )?;
    }
    converted.introspection_clients = api
        .introspection_clients
        .iter()
        .map(|client_id| client_id.get_ref().as_str().into())
        .collect();
    Ok(converted)
}

fn lifetime(seconds: &Spanned<u32>) -> Result<Lifetime, Mistake> {
    Lifetime::from_seconds(*seconds.get_ref())
        .map_err(|error| Mistake::at(seconds, error.to_string()))
}

fn signing_algorithm(name: &Spanned<String>) -> Result<Algorithm, Mistake> {
    let all: Vec<(&str, Algorithm)> = Algorithm::ALL
        .iter()
        .map(|algorithm| (algorithm.as_str(), *algorithm))
        .collect();
    match name.get_ref().parse() {
        Ok(algorithm) => Ok(algorithm),
        Err(_) => choose(name, "signing algorithm", &all),
    }
}

/// The value of a word, or the words that can stand there.
fn choose<T: Copy>(
    word: &Spanned<String>,
    kind: &str,
    choices: &[(&str, T)],
) -> Result<T, Mistake> {
    let chosen = choices
        .iter()
        .find(|(name, _)| *name == word.get_ref())
        .map(|(_, value)| *value);
    chosen.ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        Mistake::unknown_word(word, kind, &names)
    })
}

fn declared(application: &document::Application) -> Result<Declared, Mistake> {
    // Names and secrets are given to it by whoever knows which application it is.
    let mut converted = Application::new(application.name.get_ref(), "");
    converted.organization = application
        .organization
        .as_ref()
        .map(|code| code.get_ref().as_str().into());
    if application.enabled == Some(false) {
        converted.state = ApplicationState::Disabled;
    }
    if let Some(word) = &application.client_type {
        let choices = [
            ("confidential", ClientType::Confidential),
            ("public", ClientType::Public),
        ];
        converted.client_type = choose(word, "client type", &choices)?;
    }
    converted.grant_types = grant_types(application)?;
    converted.authentication_methods = authentication_methods(application)?;
    converted.token_lifetime = application
        .token_lifetime
        .as_ref()
        .map(lifetime)
        .transpose()?;
    converted.not_before = application.not_before.as_ref().map(time).transpose()?;
    for block in &application.allowed_addresses {
        let parsed = block.get_ref().parse();
        converted.allowed_addresses.push(parsed.map_err(|_| {
            Mistake::at(
                block,
                format!(
                    "{:?} is no address and no block of addresses",
                    block.get_ref()
                ),
            )
            .with_help("write an address such as 192.0.2.7, or a block such as 10.0.0.0/8")
        })?);
    }
    converted.token_quota = application
        .token_quota
        .as_ref()
        .map(|quota| self::quota(quota.get_ref()))
        .transpose()?;
    converted.feature_flags = scalars(&application.feature_flags);
    converted.token_feature_flags = application
        .token_feature_flags
        .iter()
        .map(|key| key.get_ref().as_str().into())
        .collect();
    converted.properties = scalars(&application.properties);
    converted.token_properties = application
        .token_properties
        .iter()
        .map(|key| key.get_ref().as_str().into())
        .collect();
    converted.system_user = SystemUser {
        name: application
            .system_user
            .as_ref()
            .map(|name| name.get_ref().as_str().into()),
        allowed: application.system_user_allowed,
    };
    let authorizations = application
        .authorize
        .iter()
        .map(Spanned::get_ref)
        .map(|authorization| Authorization {
            audience: authorization.audience.get_ref().as_str().into(),
            scopes: authorization
                .scopes
                .iter()
                .map(|scope| scope.get_ref().as_str().into())
                .collect(),
        });
    converted.authorizations = authorizations.collect();
    converted.is_management = management::manages(&converted);
    let secret = application.secret_sha256.as_ref().map(|text| {
        SecretHash::from_base64(text.get_ref())
            .map_err(|error| Mistake::in_secret(text, error.to_string()))
    });
    Ok(Declared {
        client_id: application
            .client_id
            .as_ref()
            .map(|client_id| client_id.get_ref().as_str().into()),
        secret: secret.transpose()?,
        application: converted,
    })
}

fn grant_types(application: &document::Application) -> Result<GrantTypes, Mistake> {
    let Some(words) = &application.grant_types else {
        return Ok(GrantTypes {
            client_credentials: true,
        });
    };
    let mut grant_types = GrantTypes {
        client_credentials: false,
    };
    for word in words {
        choose(word, "grant type", &[("client_credentials", ())])?;
        grant_types.client_credentials = true;
    }
    Ok(grant_types)
}

fn authentication_methods(
    application: &document::Application,
) -> Result<AuthenticationMethods, Mistake> {
    let mut methods = AuthenticationMethods {
        client_secret_basic: false,
        client_secret_post: false,
    };
    let Some(words) = &application.authentication_methods else {
        methods.client_secret_basic = true;
        methods.client_secret_post = true;
        return Ok(methods);
    };
    for word in words {
        choose(word, "authentication method", METHODS)?(&mut methods);
    }
    Ok(methods)
}

/// Allows a method of authentication.
type Allow = fn(&mut AuthenticationMethods);

/// What each method is called, and what allows it.
const METHODS: &[(&str, Allow)] = &[
    ("client_secret_basic", |methods| {
        methods.client_secret_basic = true
    }),
    ("client_secret_post", |methods| {
        methods.client_secret_post = true
    }),
];

fn time(datetime: &Spanned<Datetime>) -> Result<UnixTime, Mistake> {
    let timestamp = datetime
        .get_ref()
        .to_string()
        .parse::<jiff::Timestamp>()
        .ok();
    // What was before 1970 was before everything here.
    let seconds = timestamp.map(|timestamp| u64::try_from(timestamp.as_second()).unwrap_or(0));
    seconds.map(UnixTime::from_seconds).ok_or_else(|| {
        Mistake::at(datetime, "this is not a point in time")
            .with_help("write date, time and offset, as in 2026-11-20T00:00:00Z")
    })
}

fn quota(quota: &document::TokenQuota) -> Result<Quota, Mistake> {
    let window_seconds = parse_seconds(quota.per.get_ref()).ok_or_else(|| {
        Mistake::at(
            &quota.per,
            format!("{:?} is no length of time", quota.per.get_ref()),
        )
        .with_help("write a number and a unit: s, m, h or d, as in 1h")
    })?;
    let mode = match &quota.mode {
        Some(word) => choose(
            word,
            "quota mode",
            &[("warn", QuotaMode::Warn), ("enforce", QuotaMode::Enforce)],
        )?,
        None => QuotaMode::Warn,
    };
    Ok(Quota {
        tokens: quota.tokens,
        window_seconds,
        mode,
    })
}

/// The values of properties or feature flags, by key.
fn scalars(values: &BTreeMap<Spanned<String>, Scalar>) -> Vec<(Box<str>, PropertyValue)> {
    values
        .iter()
        .map(|(key, value)| (key.get_ref().as_str().into(), value.into()))
        .collect()
}

impl From<&Scalar> for PropertyValue {
    fn from(value: &Scalar) -> Self {
        match value {
            Scalar::Boolean(value) => Self::Boolean(*value),
            Scalar::Integer(value) => Self::Integer(*value),
            Scalar::Text(value) => Self::Text(value.as_str().into()),
        }
    }
}
