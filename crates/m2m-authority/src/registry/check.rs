//! The rules that hold between records.

use std::collections::{HashMap, HashSet};

use m2m_jwt::UnixTime;
use oauth_proto::ClientId;

use super::at::{At, Checked};
use super::token_size::{self, TokenForm};
use crate::registry::text::is_part_of_paths;
use crate::registry::{
    Application, ApplicationSpec, InvalidRegistry, Kind, Organization, Path, Problem, Record,
    Records, time_text,
};

const CLIENT_ID_EXPECTED: &str =
    "a client id: visible ASCII without %, + and :, at most 256 bytes, and neither . nor ..";

impl Records {
    /// Checks everything that the records must keep together, in the order of a file: APIs, organizations, properties, applications.
    ///
    /// # Errors
    ///
    /// [`InvalidRegistry`] with the first place that is wrong, such as a name that is taken, a reference to something that does not exist, or
    /// a value that does not have the expected form.
    pub fn check(&self) -> Checked {
        let mut names = Names::default();
        names.apis(self)?;
        names.organizations(self)?;
        names.properties(self)?;
        names.client_ids(self)?;
        for (index, application) in self.applications.iter().enumerate() {
            let at = At::new(Record::Application, index);
            application.spec.check(at)?;
            if application.secrets.len() > crate::client::MAX_SECRETS {
                let limit = crate::client::MAX_SECRETS;
                return Err(at.problem("secret_sha256", Problem::TooMany { limit }));
            }
            names.application(at, &application.spec)?;
            names.token_size(at, application)?;
        }
        names.introspection_clients(self)
    }

    /// Checks that no application sets `not_before` to a time in the future, unless it had the same time `before`: after a clock was set back, a
    /// time that had passed can be in the future again, which is not a mistake in the record.
    ///
    /// # Errors
    ///
    /// [`InvalidRegistry`] with the first such application.
    pub fn check_not_before(
        &self,
        before: impl Fn(&Application) -> Option<UnixTime>,
        now: UnixTime,
    ) -> Checked {
        for (index, application) in self.applications.iter().enumerate() {
            let spec = &application.spec;
            if let Some(time) = spec.not_before
                && spec.is_not_before_in_future(now)
                && before(application) != Some(time)
            {
                let problem = Problem::NotBeforeInFuture {
                    time: time_text(time).into(),
                    now: time_text(now).into(),
                };
                return Err(At::new(Record::Application, index).problem("not_before", problem));
            }
        }
        Ok(())
    }
}

/// The identifiers seen so far, with the positions of their records.
#[derive(Default)]
struct Names<'r> {
    /// The scopes of each API.
    scopes: Vec<HashSet<&'r str>>,
    audiences: HashMap<&'r str, usize>,
    /// The form of the tokens of each API.
    forms: Vec<TokenForm<'r>>,
    organizations: HashMap<&'r str, (usize, &'r Organization)>,
    /// For each property, true if it is private.
    properties: HashMap<&'r str, (usize, bool)>,
    client_ids: HashMap<&'r str, usize>,
}

impl<'r> Names<'r> {
    fn apis(&mut self, records: &'r Records) -> Checked {
        for (index, api) in records.apis.iter().enumerate() {
            let at = At::new(Record::Api, index);
            self.scopes.push(api.check(at)?);
            let names = api.names(at).map(|(name, _)| name);
            self.forms.push(TokenForm {
                audience: names.max_by_key(|name| name.len()).unwrap_or_default(),
                claim_set: api.claims,
            });
            for (audience, place) in api.names(at) {
                if let Some(earlier) = self.audiences.insert(audience, index) {
                    // The whole record: its entry shows which of its names is the same.
                    let earlier = Path::of(Record::Api, earlier);
                    return Err(InvalidRegistry::taken(place(), audience, earlier));
                }
            }
        }
        Ok(())
    }

    fn organizations(&mut self, records: &'r Records) -> Checked {
        for (index, organization) in records.organizations.iter().enumerate() {
            let at = At::new(Record::Organization, index);
            organization.check(at)?;
            let code = &*organization.code;
            let before = self.organizations.insert(code, (index, organization));
            at.unique("code", code, before.map(|(earlier, _)| earlier))?;
        }
        Ok(())
    }

    fn properties(&mut self, records: &'r Records) -> Checked {
        for (index, property) in records.properties.iter().enumerate() {
            let at = At::new(Record::Property, index);
            property.check(at)?;
            let key = &*property.key;
            let before = self.properties.insert(key, (index, property.private));
            at.unique("key", key, before.map(|(earlier, _)| earlier))?;
        }
        Ok(())
    }

    fn client_ids(&mut self, records: &'r Records) -> Checked {
        for (index, application) in records.applications.iter().enumerate() {
            let at = At::new(Record::Application, index);
            let id = &*application.client_id;
            ClientId::parse(id).map_err(|_| {
                InvalidRegistry::malformed(at.member("client_id"), id, CLIENT_ID_EXPECTED)
            })?;
            if is_part_of_paths(id) {
                let place = at.member("client_id");
                return Err(InvalidRegistry::malformed(place, id, CLIENT_ID_EXPECTED));
            }
            at.name(&application.spec.name)?;
            let before = self.client_ids.insert(id, index);
            at.unique("client_id", id, before)?;
        }
        Ok(())
    }

    fn application(&self, at: At, spec: &ApplicationSpec) -> Checked {
        if let Some(code) = &spec.organization
            && !self.organizations.contains_key(&**code)
        {
            let codes = self.organizations.keys().copied();
            let place = at.member("organization");
            return Err(InvalidRegistry::unknown(
                place,
                Kind::Organization,
                code,
                codes,
            ));
        }
        if let Some(user) = &spec.system_user
            && self.client_ids.contains_key(&**user)
        {
            let value = user.clone();
            return Err(at.problem("system_user", Problem::SystemUserIsClient { value }));
        }
        let default = spec.default_audience.as_deref();
        if let Some(audience) = default.filter(|own| !self.audiences.contains_key(own)) {
            let (place, kind) = (at.member("default_audience"), Kind::Api);
            let audiences = self.audiences.keys().copied();
            return Err(InvalidRegistry::unknown(place, kind, audience, audiences));
        }
        self.property_values(at, spec)?;
        self.feature_flags(at, spec)?;
        self.authorizations(at, spec)
    }

    fn token_size(&self, at: At, application: &Application) -> Checked {
        let code = application.spec.organization.as_deref();
        let organization = code.and_then(|code| self.organizations.get(code));
        let organization = organization.map(|(_, organization)| *organization);
        let form = |audience: &str| self.forms.get(*self.audiences.get(audience)?).copied();
        token_size::check(at, application, organization, form)
    }

    fn property_values(&self, at: At, spec: &ApplicationSpec) -> Checked {
        let unknown = |place: Path, key: &str| {
            let keys = self.properties.keys().copied();
            InvalidRegistry::unknown(place, Kind::Property, key, keys)
        };
        for key in spec.properties.keys() {
            if !self.properties.contains_key(&**key) {
                return Err(unknown(at.member("properties").member(key), key));
            }
        }
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (item, key) in spec.token_properties.iter().enumerate() {
            let place = at.member("token_properties").item(item);
            if let Some(earlier) = seen.insert(key, item) {
                let earlier = at.member("token_properties").item(earlier);
                return Err(InvalidRegistry::taken(place, key, earlier));
            }
            let is_private = self.properties.get(&**key).map(|(_, private)| *private);
            if is_private == Some(true) {
                let problem = Problem::Private { value: key.clone() };
                return Err(InvalidRegistry {
                    path: place,
                    problem,
                });
            }
            if !spec.properties.contains_key(key) {
                let own = spec.properties.keys().map(|key| &**key);
                return Err(if is_private.is_none() && !self.properties.is_empty() {
                    unknown(place, key)
                } else {
                    InvalidRegistry::unknown(place, Kind::OwnProperty, key, own)
                });
            }
        }
        Ok(())
    }

    fn feature_flags(&self, at: At, spec: &ApplicationSpec) -> Checked {
        let code = spec.organization.as_deref();
        let organization = code.and_then(|code| self.organizations.get(code));
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (item, key) in spec.token_feature_flags.iter().enumerate() {
            let place = at.member("token_feature_flags").item(item);
            let Some((_, organization)) = organization else {
                let problem = Problem::WithoutOrganization { value: key.clone() };
                return Err(InvalidRegistry {
                    path: place,
                    problem,
                });
            };
            let flags = &organization.feature_flags;
            if !flags.contains_key(key) {
                let keys = flags.keys().map(|key| &**key);
                return Err(InvalidRegistry::unknown(
                    place,
                    Kind::FeatureFlag,
                    key,
                    keys,
                ));
            }
            if let Some(earlier) = seen.insert(key, item) {
                let earlier = at.member("token_feature_flags").item(earlier);
                return Err(InvalidRegistry::taken(place, key, earlier));
            }
        }
        Ok(())
    }

    fn authorizations(&self, at: At, spec: &ApplicationSpec) -> Checked {
        let mut seen: HashMap<usize, usize> = HashMap::new();
        for (item, authorization) in spec.authorize.iter().enumerate() {
            let place = |item: usize| at.member("authorize").item(item);
            let audience = &*authorization.audience;
            let api = self.audiences.get(audience).copied();
            let Some((api, scopes)) = api.and_then(|api| Some((api, self.scopes.get(api)?))) else {
                let place = place(item).member("audience");
                let audiences = self.audiences.keys().copied();
                return Err(InvalidRegistry::unknown(
                    place,
                    Kind::Api,
                    audience,
                    audiences,
                ));
            };
            // An alias names the same API. It would be unclear which of two authorizations for it counts.
            if let Some(earlier) = seen.insert(api, item) {
                let earlier = place(earlier);
                let place = place(item).member("audience");
                return Err(InvalidRegistry::taken(place, audience, earlier));
            }
            let mut assigned = authorization.scopes.iter();
            if let Some(position) = assigned.position(|scope| !scopes.contains(&**scope)) {
                let place = place(item).member("scopes").item(position);
                let scope = authorization.scopes.get(position).map_or("", |scope| scope);
                let defined = scopes.iter().copied();
                return Err(InvalidRegistry::unknown(place, Kind::Scope, scope, defined));
            }
        }
        Ok(())
    }

    fn introspection_clients(&self, records: &Records) -> Checked {
        for (index, api) in records.apis.iter().enumerate() {
            for (item, client_id) in api.introspection_clients.iter().enumerate() {
                if !self.client_ids.contains_key(&**client_id) {
                    let at = At::new(Record::Api, index);
                    let place = at.member("introspection_clients").item(item);
                    let client_ids = self.client_ids.keys().copied();
                    let kind = Kind::Application;
                    return Err(InvalidRegistry::unknown(place, kind, client_id, client_ids));
                }
            }
        }
        Ok(())
    }
}
