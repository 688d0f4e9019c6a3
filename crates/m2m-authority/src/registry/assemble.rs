//! What must hold of the records together.

use std::collections::{HashMap, HashSet};

use oauth_proto::{Audience, ClientId, ScopeToken};

use crate::registry::{Application, Records};

/// The records are no registry: the first place that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
#[non_exhaustive]
pub struct InvalidRegistry {
    /// Where.
    pub place: Place,
    /// What.
    pub problem: Problem,
}

/// A value in the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Which list the record stands in.
    pub record: Record,
    /// Its position there, counted from 0.
    pub index: usize,
    /// The field.
    pub field: Field,
    /// The position in the field, for one that is a list, counted from 0.
    pub item: Option<usize>,
}

/// A list of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Record {
    /// `[[api]]`.
    Api,
    /// `[[organization]]`.
    Organization,
    /// `[[property]]`.
    Property,
    /// `[[application]]`.
    Application,
}

/// A field of a record, by its name in `world.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the field of the same name")]
pub enum Field {
    Audience,
    Aliases,
    Scopes,
    IntrospectionClients,
    Code,
    Handle,
    ExternalId,
    Key,
    ClientId,
    Organization,
    SecretSha256,
    SystemUser,
    Properties,
    TokenProperties,
    FeatureFlags,
    TokenFeatureFlags,
    Authorize,
    AuthorizeScopes,
    TokenQuota,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Two records have the same identifier.
    #[error("{value:?} is taken by an earlier record")]
    Taken {
        /// The identifier.
        value: Box<str>,
    },
    /// The value refers to a record that is not there.
    #[error("there is no {kind} {value:?}")]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// The identifier.
        value: Box<str>,
        /// The nearest one that is there.
        nearest: Option<Box<str>>,
    },
    /// The value does not have the form of its kind.
    #[error("{value:?} is not {expected}")]
    Malformed {
        /// The value.
        value: Box<str>,
        /// What it should be, as in "a scope token".
        expected: &'static str,
    },
    /// More values than the limit.
    #[error("more than {limit} values")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// A number is outside its range.
    #[error("the value is less than {least}")]
    TooSmall {
        /// The least value.
        least: u64,
    },
    /// A feature flag of an organization is named where there is no organization.
    #[error(
        "{value:?} would be a feature flag of its organization, and the application belongs to none"
    )]
    OfNoOrganization {
        /// The key of the flag.
        value: Box<str>,
    },
    /// A system user has the name of an application (RFC 9700, section 4.15).
    #[error("{value:?} is a client id, and tokens of the two could not be told apart")]
    SystemUserIsClient {
        /// The name.
        value: Box<str>,
    },
}

type Checked = Result<(), InvalidRegistry>;

/// Checks everything that the records must keep together, in the order of a file: APIs, organizations, properties,
/// applications.
pub(super) fn check(records: &Records) -> Checked {
    let mut names = Names::default();
    names.apis(records)?;
    names.organizations(records)?;
    names.properties(records)?;
    names.client_ids(records)?;
    for (index, application) in records.applications.iter().enumerate() {
        names.application(index, application)?;
    }
    introspection_clients(records, &names)
}

/// The identifiers seen so far.
#[derive(Default)]
struct Names<'r> {
    /// The scopes of each API, in the order of the records.
    scopes: Vec<HashSet<&'r str>>,
    /// The position of the API with each audience and alias.
    audiences: HashMap<&'r str, usize>,
    /// The feature flags of each organization.
    organizations: HashMap<&'r str, HashSet<&'r str>>,
    properties: HashMap<&'r str, bool>,
    client_ids: HashSet<&'r str>,
}

impl<'r> Names<'r> {
    fn apis(&mut self, records: &'r Records) -> Checked {
        for (index, api) in records.apis.iter().enumerate() {
            let mut scopes = HashSet::new();
            for (item, scope) in api.scopes.iter().enumerate() {
                let place = at(Record::Api, index, Field::Scopes).item(item);
                ScopeToken::parse(&scope.key)
                    .map_err(|_| place.malformed(&scope.key, "a scope token"))?;
                if !scopes.insert(&*scope.key) {
                    return Err(place.taken(&scope.key));
                }
            }
            let own = core::iter::once((&api.audience, at(Record::Api, index, Field::Audience)));
            let aliases = api.aliases.iter().enumerate();
            let aliases = aliases
                .map(|(item, alias)| (alias, at(Record::Api, index, Field::Aliases).item(item)));
            for (audience, place) in own.chain(aliases) {
                Audience::parse(audience).map_err(|_| place.malformed(audience, "an audience"))?;
                if self.audiences.insert(audience, index).is_some() {
                    return Err(place.taken(audience));
                }
            }
            self.scopes.push(scopes);
        }
        Ok(())
    }

    fn organizations(&mut self, records: &'r Records) -> Checked {
        for (index, organization) in records.organizations.iter().enumerate() {
            let place = at(Record::Organization, index, Field::Code);
            visible(&organization.code)
                .then_some(())
                .ok_or_else(|| place.malformed(&organization.code, "a code"))?;
            let mut flags = HashSet::new();
            for (item, (key, _)) in organization.feature_flags.iter().enumerate() {
                let place = at(Record::Organization, index, Field::FeatureFlags).item(item);
                visible(key)
                    .then_some(())
                    .ok_or_else(|| place.malformed(key, "the key of a feature flag"))?;
                if !flags.insert(&**key) {
                    return Err(place.taken(key));
                }
            }
            if self
                .organizations
                .insert(&organization.code, flags)
                .is_some()
            {
                return Err(place.taken(&organization.code));
            }
            if let Some(handle) = &organization.handle
                && !visible(handle)
            {
                let place = at(Record::Organization, index, Field::Handle);
                return Err(place.malformed(handle, "a handle: visible ASCII, at most 256 bytes"));
            }
            if let Some(external_id) = &organization.external_id
                && !legible(external_id)
            {
                let place = at(Record::Organization, index, Field::ExternalId);
                let expected =
                    "an external id: at most 256 characters, none of them a control character";
                return Err(place.malformed(external_id, expected));
            }
        }
        Ok(())
    }

    fn properties(&mut self, records: &'r Records) -> Checked {
        for (index, property) in records.properties.iter().enumerate() {
            let place = at(Record::Property, index, Field::Key);
            visible(&property.key)
                .then_some(())
                .ok_or_else(|| place.malformed(&property.key, "a property key"))?;
            if self
                .properties
                .insert(&property.key, property.private)
                .is_some()
            {
                return Err(place.taken(&property.key));
            }
        }
        Ok(())
    }

    fn client_ids(&mut self, records: &'r Records) -> Checked {
        for (index, application) in records.applications.iter().enumerate() {
            let place = at(Record::Application, index, Field::ClientId);
            let id = &*application.client_id;
            ClientId::parse(id).map_err(|_| {
                place.malformed(
                    id,
                    "a client id: visible ASCII without %, + and :, at most 256 bytes",
                )
            })?;
            if !self.client_ids.insert(id) {
                return Err(place.taken(id));
            }
        }
        Ok(())
    }

    fn application(&self, index: usize, application: &Application) -> Checked {
        if let Some(code) = &application.organization
            && !self.organizations.contains_key(&**code)
        {
            let place = at(Record::Application, index, Field::Organization);
            return Err(place.unknown("organization", code, self.organizations.keys().copied()));
        }
        if application.secrets.len() > crate::client::MAX_SECRETS {
            let problem = Problem::TooMany {
                limit: crate::client::MAX_SECRETS,
            };
            return Err(at(Record::Application, index, Field::SecretSha256).problem(problem));
        }
        if let Some(quota) = application.token_quota
            && (quota.tokens == 0 || quota.window_seconds == 0)
        {
            return Err(at(Record::Application, index, Field::TokenQuota)
                .problem(Problem::TooSmall { least: 1 }));
        }
        if let Some(user) = &application.system_user.name {
            let place = at(Record::Application, index, Field::SystemUser);
            visible(user)
                .then_some(())
                .ok_or_else(|| place.malformed(user, "a system user"))?;
            if self.client_ids.contains(&**user) {
                return Err(place.problem(Problem::SystemUserIsClient {
                    value: user.clone(),
                }));
            }
        }
        let mut valued = HashSet::new();
        for (item, (key, _)) in application.properties.iter().enumerate() {
            let place = at(Record::Application, index, Field::Properties).item(item);
            if !self.properties.contains_key(&**key) {
                return Err(place.unknown("property", key, self.properties.keys().copied()));
            }
            if !valued.insert(&**key) {
                return Err(place.taken(key));
            }
        }
        for (item, key) in application.token_properties.iter().enumerate() {
            let place = at(Record::Application, index, Field::TokenProperties).item(item);
            match self.properties.get(&**key) {
                Some(false) if valued.contains(&**key) => {}
                Some(false) => {
                    let valued = valued.iter().copied();
                    return Err(place.unknown("property of this application", key, valued));
                }
                Some(true) => {
                    return Err(
                        place.malformed(key, "a property that tokens may carry: it is private")
                    );
                }
                None => {
                    return Err(place.unknown("property", key, self.properties.keys().copied()));
                }
            }
        }
        self.feature_flags(index, application)?;
        self.authorizations(index, application)
    }

    fn feature_flags(&self, index: usize, application: &Application) -> Checked {
        let mut own = HashSet::new();
        for (item, (key, _)) in application.feature_flags.iter().enumerate() {
            if !own.insert(&**key) {
                let place = at(Record::Application, index, Field::FeatureFlags).item(item);
                return Err(place.taken(key));
            }
        }
        let code = application.organization.as_deref();
        let flags = code.and_then(|code| self.organizations.get(code));
        let mut carried = HashSet::new();
        for (item, key) in application.token_feature_flags.iter().enumerate() {
            let place = at(Record::Application, index, Field::TokenFeatureFlags).item(item);
            let Some(flags) = flags else {
                return Err(place.problem(Problem::OfNoOrganization { value: key.clone() }));
            };
            if !flags.contains(&**key) {
                let kind = "feature flag of its organization named";
                return Err(place.unknown(kind, key, flags.iter().copied()));
            }
            if !carried.insert(&**key) {
                return Err(place.taken(key));
            }
        }
        Ok(())
    }

    fn authorizations(&self, index: usize, application: &Application) -> Checked {
        let mut seen = HashSet::new();
        for (item, authorization) in application.authorizations.iter().enumerate() {
            let place = at(Record::Application, index, Field::Authorize).item(item);
            let api = self.audiences.get(&*authorization.audience).copied();
            let Some((api, scopes)) = api.and_then(|api| Some((api, self.scopes.get(api)?))) else {
                let audiences = self.audiences.keys().copied();
                return Err(place.unknown(
                    "API with the audience",
                    &authorization.audience,
                    audiences,
                ));
            };
            // An alias names the same API: of two authorizations for it neither would count for sure.
            if !seen.insert(api) {
                return Err(place.taken(&authorization.audience));
            }
            let place = at(Record::Application, index, Field::AuthorizeScopes).item(item);
            if let Some(scope) = authorization
                .scopes
                .iter()
                .find(|scope| !scopes.contains(&***scope))
            {
                return Err(place.unknown(
                    "scope on this API named",
                    scope,
                    scopes.iter().copied(),
                ));
            }
        }
        Ok(())
    }
}

fn introspection_clients(records: &Records, names: &Names<'_>) -> Checked {
    for (index, api) in records.apis.iter().enumerate() {
        for (item, client_id) in api.introspection_clients.iter().enumerate() {
            if !names.client_ids.contains(&**client_id) {
                let place = at(Record::Api, index, Field::IntrospectionClients).item(item);
                return Err(place.unknown(
                    "application with the client id",
                    client_id,
                    names.client_ids.iter().copied(),
                ));
            }
        }
    }
    Ok(())
}

/// One to 256 bytes of visible ASCII: what codes, keys and system users are made of.
fn visible(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// One to 256 characters without control characters: what another system calls something.
fn legible(text: &str) -> bool {
    (1..=256).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

const fn at(record: Record, index: usize, field: Field) -> Place {
    Place {
        record,
        index,
        field,
        item: None,
    }
}

impl Place {
    const fn item(mut self, item: usize) -> Self {
        self.item = Some(item);
        self
    }

    const fn problem(self, problem: Problem) -> InvalidRegistry {
        InvalidRegistry {
            place: self,
            problem,
        }
    }

    fn taken(self, value: &str) -> InvalidRegistry {
        self.problem(Problem::Taken {
            value: value.into(),
        })
    }

    fn malformed(self, value: &str, expected: &'static str) -> InvalidRegistry {
        self.problem(Problem::Malformed {
            value: value.into(),
            expected,
        })
    }

    fn unknown<'n>(
        self,
        kind: &'static str,
        value: &str,
        candidates: impl Iterator<Item = &'n str>,
    ) -> InvalidRegistry {
        let nearest = crate::diagnose::nearest(value, candidates).map(Into::into);
        self.problem(Problem::Unknown {
            kind,
            value: value.into(),
            nearest,
        })
    }
}
