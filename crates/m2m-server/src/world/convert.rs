//! From the form of the file to the records of a registry.

use m2m_authority::registry::{
    Api, Application, ApplicationState, Authorization, ClientType, GrantTypes, Lifetime,
    Organization, Property, Quota, QuotaMode, Records, ScopeDefinition, SecretHash, StoredSecret,
    SystemUser,
};
use m2m_jwt::{Algorithm, ClaimSet, PropertyValue, UnixTime};
use toml::Spanned;
use toml::value::Datetime;

use super::credentials::{GeneratedCredentials, generate_client_id};
use super::document::{self, Document};
use super::duration::parse_seconds;
use super::mistake::Mistake;
use super::scalar::Scalar;

/// The records of the file for a server with this issuer, and what was made up for them.
pub(super) fn convert(
    document: &Document,
    issuer: &str,
) -> Result<(Records, Vec<GeneratedCredentials>), Mistake> {
    let properties: Vec<Property> = document
        .property
        .iter()
        .map(|property| self::property(property.get_ref()))
        .collect();
    let organizations = document
        .organization
        .iter()
        .map(|organization| self::organization(organization.get_ref()));
    let apis = document
        .api
        .iter()
        .map(|api| self::api(api.get_ref(), issuer));
    let mut generated = Vec::new();
    let mut applications = Vec::with_capacity(document.application.len());
    for application in &document.application {
        let (application, credentials) =
            self::application(application.get_ref(), issuer, &properties)?;
        applications.push(application);
        generated.extend(credentials);
    }
    let records = Records {
        apis: apis.collect::<Result<_, _>>()?,
        organizations: organizations.collect(),
        properties,
        applications,
        ..Records::default()
    };
    Ok((records, generated))
}

fn organization(organization: &document::Organization) -> Organization {
    let code = organization.code.get_ref();
    Organization {
        suspended: organization.suspended,
        ..Organization::new(code, organization.name.as_deref().unwrap_or(code))
    }
}

fn property(property: &document::Property) -> Property {
    let key = property.key.get_ref();
    Property {
        key: key.as_str().into(),
        name: property.name.as_deref().unwrap_or(key).into(),
        private: property.private,
    }
}

fn api(api: &document::Api, issuer: &str) -> Result<Api, Mistake> {
    let mut converted = Api::new(&api.name, &audience(&api.audience, issuer));
    if api.audience.get_ref() == MANAGEMENT_AUDIENCE {
        converted
            .aliases
            .push(format!("{}/v1", converted.audience).into());
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

/// How files write the audience of the management API, whatever the issuer is.
const MANAGEMENT_AUDIENCE: &str = "{issuer}/api";

/// The audience, with `{issuer}` at its beginning replaced.
fn audience(text: &Spanned<String>, issuer: &str) -> String {
    match text.get_ref().strip_prefix("{issuer}") {
        Some(rest) => format!("{}{rest}", issuer.trim_end_matches('/')),
        None => text.get_ref().clone(),
    }
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

fn application(
    application: &document::Application,
    issuer: &str,
    properties: &[Property],
) -> Result<(Application, Option<GeneratedCredentials>), Mistake> {
    let client_id = match &application.client_id {
        Some(client_id) => client_id.get_ref().clone(),
        None => generate_client_id(),
    };
    let mut converted = Application::new(&application.name, &client_id);
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
            .help("write an address such as 192.0.2.7, or a block such as 10.0.0.0/8")
        })?);
    }
    converted.token_quota = application
        .token_quota
        .as_ref()
        .map(|quota| self::quota(quota.get_ref()))
        .transpose()?;
    converted.feature_flags = application
        .feature_flags
        .iter()
        .map(|(key, value)| (key.get_ref().as_str().into(), value.into()))
        .collect();
    converted.properties = self::properties(application, properties)?;
    converted.token_properties = token_properties(application)?;
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
            audience: audience(&authorization.audience, issuer).into(),
            scopes: authorization
                .scopes
                .iter()
                .map(|scope| scope.get_ref().as_str().into())
                .collect(),
        });
    converted.authorizations = authorizations.collect();
    // Who manages this server stands for nobody else, whatever the profile asks of others.
    converted.is_management = application
        .authorize
        .iter()
        .any(|authorization| authorization.get_ref().audience.get_ref() == MANAGEMENT_AUDIENCE);
    let generated = secret(application, &mut converted)?;
    Ok((converted, generated))
}

/// The secret of the file, or a new one where it has none and the application can keep one.
fn secret(
    application: &document::Application,
    converted: &mut Application,
) -> Result<Option<GeneratedCredentials>, Mistake> {
    if let Some(text) = &application.secret_sha256 {
        let hash = SecretHash::from_base64(text.get_ref())
            .map_err(|error| Mistake::in_secret(text, error.to_string()))?;
        let secret = StoredSecret::new("secret_sha256", hash, ALWAYS);
        converted.secrets.push(secret);
        return Ok(None);
    }
    match converted.client_type {
        ClientType::Public => Ok(None),
        ClientType::Confidential => {
            let credentials = GeneratedCredentials::new(&converted.name, &converted.client_id);
            let hash = SecretHash::of(credentials.expose_secret().as_bytes());
            let secret = StoredSecret::new("generated", hash, ALWAYS);
            converted.secrets.push(secret);
            Ok(Some(credentials))
        }
    }
}

/// When secrets were made: the file does not say it of its own, and generated ones must not stop to work when the clock is set back.
const ALWAYS: UnixTime = UnixTime::from_seconds(0);

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

fn time(datetime: &Spanned<Datetime>) -> Result<UnixTime, Mistake> {
    let timestamp = datetime
        .get_ref()
        .to_string()
        .parse::<jiff::Timestamp>()
        .ok();
    let seconds = timestamp.and_then(|timestamp| u64::try_from(timestamp.as_second()).ok());
    seconds.map(UnixTime::from_seconds).ok_or_else(|| {
        Mistake::at(datetime, "this is not a point in time")
            .help("write date, time and offset, as in 2026-11-20T00:00:00Z")
    })
}

fn quota(quota: &document::TokenQuota) -> Result<Quota, Mistake> {
    let window_seconds = parse_seconds(quota.per.get_ref()).ok_or_else(|| {
        Mistake::at(
            &quota.per,
            format!("{:?} is no length of time", quota.per.get_ref()),
        )
        .help("write a number and a unit: s, m, h or d, as in 1h")
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

/// The values of the properties, by key.
fn properties(
    application: &document::Application,
    defined: &[Property],
) -> Result<Vec<(Box<str>, PropertyValue)>, Mistake> {
    let mut values = Vec::with_capacity(application.properties.len());
    for (key, value) in &application.properties {
        if !defined
            .iter()
            .any(|property| *property.key == **key.get_ref())
        {
            let keys: Vec<&str> = defined.iter().map(|property| &*property.key).collect();
            let mistake = Mistake::unknown_word(key, "property", &keys);
            return Err(if keys.is_empty() {
                mistake.help("declare it: [[property]] with its key")
            } else {
                mistake
            });
        }
        values.push((key.get_ref().as_str().into(), value.into()));
    }
    Ok(values)
}

/// The keys of the properties that tokens carry, in the order of the file.
fn token_properties(application: &document::Application) -> Result<Vec<Box<str>>, Mistake> {
    let mut carried = Vec::with_capacity(application.token_properties.len());
    for key in &application.token_properties {
        let keys = application.properties.keys();
        let keys: Vec<&str> = keys.map(|key| key.get_ref().as_str()).collect();
        if !keys.contains(&key.get_ref().as_str()) {
            let mistake = Mistake::unknown_word(key, "property of this application", &keys);
            return Err(if keys.is_empty() {
                mistake.help("give the application its value: properties = { key = \"value\" }")
            } else {
                mistake
            });
        }
        carried.push(key.get_ref().as_str().into());
    }
    Ok(carried)
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
