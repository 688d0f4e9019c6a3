//! `world.toml`: a registry in a file.

mod convert;
mod document;
mod duration;
mod mistake;
mod place;
mod scalar;
mod wording;

use m2m_authority::registry::{
    Api, Application, ClientType, InvalidRegistry, Organization, Property, Records, SecretHash,
    StoredSecret,
};
use m2m_jwt::UnixTime;

pub use duration::parse_seconds;
pub(crate) use duration::seconds_text;
pub use mistake::Mistake;

use crate::credentials::generate_client_id;
use crate::{GeneratedCredentials, Randomness};
use document::Document;

/// A file that has been read and has the right form; whether its records fit together, or to others, is not known yet.
///
/// `{issuer}` at the beginning of an audience stays as it is written: the file is about a server, wherever that may be.
///
/// ```
/// use m2m_admin::World;
///
/// let world = World::parse("[[api]]\nname = \"Orders\"\naudience = \"https://orders.example/api\"\n");
/// assert!(world.is_ok());
/// let mistake = World::parse("[[api]]\nname = \"Orders\"\naudince = \"https://orders.example/api\"\n").unwrap_err();
/// assert_eq!(mistake.help(), Some("did you mean `audience`?"));
/// ```
#[derive(Debug)]
pub struct World {
    document: Document,
    pub(crate) apis: Vec<Api>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) properties: Vec<Property>,
    pub(crate) applications: Vec<Declared>,
}

/// An application as a file declares it.
#[derive(Debug)]
pub(crate) struct Declared {
    /// Its client id, unless the file leaves it out.
    pub(crate) client_id: Option<Box<str>>,
    /// The hash of its secret, unless the file leaves it out.
    pub(crate) secret: Option<SecretHash>,
    /// All the rest: here it has no client id and no secrets.
    pub(crate) application: Application,
}

/// The records of a file, and what it left out.
#[derive(Debug)]
pub struct Populated {
    /// The records. Nobody has checked yet that they fit together.
    pub records: Records,
    /// What was made up, to be shown once.
    pub generated: Vec<GeneratedCredentials>,
}

impl World {
    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// The first [`Mistake`], with its place and the nearest right word.
    pub fn parse(source: &str) -> Result<Self, Mistake> {
        let document: Document =
            toml::from_str(source).map_err(|error| Mistake::of_toml(&error, source))?;
        convert::convert(document)
    }

    /// The records of the file alone, in its order. Secrets and client ids that it leaves out are made.
    ///
    /// # Errors
    ///
    /// The first [`Mistake`]: an application has a property that the file does not declare, or its tokens have one that it lacks.
    pub fn populate(&self, randomness: &mut dyn Randomness) -> Result<Populated, Mistake> {
        self.check_properties(self.properties.iter().map(|property| &*property.key))?;
        let mut generated = Vec::new();
        let applications = self.applications.iter().map(|declared| {
            let mut application = declared.application.clone();
            application.client_id = match &declared.client_id {
                Some(client_id) => client_id.clone(),
                None => generate_client_id(randomness).into(),
            };
            let secret = match (declared.secret, application.client_type) {
                (Some(hash), _) => Some(StoredSecret::new("secret_sha256", hash, ALWAYS)),
                (None, ClientType::Public) => None,
                (None, ClientType::Confidential) => {
                    let credentials = GeneratedCredentials::new(
                        &application.name,
                        &application.client_id,
                        randomness,
                    );
                    let secret = StoredSecret::new("generated", credentials.hash(), ALWAYS);
                    generated.push(credentials);
                    Some(secret)
                }
            };
            application.secrets.extend(secret);
            application
        });
        let applications = applications.collect();
        Ok(Populated {
            records: Records {
                apis: self.apis.clone(),
                organizations: self.organizations.clone(),
                properties: self.properties.clone(),
                applications,
                ..Records::default()
            },
            generated,
        })
    }

    /// What is wrong in the file, where its records, in its order, are no registry. Of an `error` whose place is not in the file the
    /// mistake has none either.
    #[must_use]
    pub fn mistake(&self, error: &InvalidRegistry) -> Mistake {
        Mistake::of_registry(error, &self.document)
    }

    /// The application at this position has a name that several in the registry have, under these client ids.
    pub(crate) fn ambiguous_name(&self, index: usize, client_ids: &[&str]) -> Mistake {
        let name = |application: &document::Application| {
            let name = &application.name;
            let what = format!(
                "{} applications in the registry are called {:?}",
                client_ids.len(),
                name.get_ref()
            );
            let known: Vec<String> = client_ids
                .iter()
                .take(MOST_LISTED)
                .map(|client_id| format!("client_id = {client_id:?}"))
                .collect();
            Mistake::at(name, what).with_help(format!(
                "say which one is meant: {}{}",
                known.join(", or "),
                if client_ids.len() > known.len() {
                    ", or another"
                } else {
                    ""
                }
            ))
        };
        self.in_application(index, name)
    }

    /// The application at this position has the name of an earlier one, and neither has a client id.
    pub(crate) fn repeated_name(&self, index: usize, earlier: usize) -> Mistake {
        self.in_application(index, |application| {
            let name = &application.name;
            let what = format!(
                "{:?} is the name of an earlier application, and neither has a client_id",
                name.get_ref()
            );
            let mistake = Mistake::at(name, what).with_help(
                "give one of them a client_id: without it the name says which one is meant",
            );
            match self.document.application.get(earlier) {
                Some(earlier) => mistake.with_earlier(&earlier.get_ref().name),
                None => mistake,
            }
        })
    }

    /// The application at this position is the last one that manages the server, and would do so no longer.
    pub(crate) fn last_management(&self, index: usize) -> Mistake {
        self.in_application(index, |application| {
            let what = "this is the last application that manages this server, and would do so no longer";
            Mistake::at(&application.name, what).with_help(format!(
                "leave it enabled, confidential and authorized for {:?} with its scopes, or authorize another one first",
                crate::management::AUDIENCE
            ))
        })
    }

    /// The application at this position is the one whose token applies the file, and would lose what it does so with.
    pub(crate) fn own_management(&self, index: usize) -> Mistake {
        self.in_application(index, |application| {
            let what = "the file is applied with a token of this application, which would lose what it manages the server with";
            Mistake::at(&application.name, what).with_help(format!(
                "leave it as m2m export has it, with its authorization for {:?}; or apply the file as another application",
                crate::management::AUDIENCE
            ))
        })
    }

    fn in_application(
        &self,
        index: usize,
        mistake: impl FnOnce(&document::Application) -> Mistake,
    ) -> Mistake {
        let application = self
            .document
            .application
            .get(index)
            .map(toml::Spanned::get_ref);
        application.map_or_else(|| Mistake::nowhere("an application is wrong"), mistake)
    }

    /// Whether each application has only properties of these keys, and its tokens only properties that it has.
    ///
    /// # Errors
    ///
    /// The first one that is another.
    pub(crate) fn check_properties<'k>(
        &self,
        keys: impl Iterator<Item = &'k str>,
    ) -> Result<(), Mistake> {
        convert::check_properties(&self.document, keys)
    }
}

/// When secrets were made: the file does not say it of its own, and those that last as long as a process must not stop to work when
/// the clock is set back.
const ALWAYS: UnixTime = UnixTime::from_seconds(0);

/// So many client ids are listed of those that have the same name.
const MOST_LISTED: usize = 3;

#[cfg(test)]
mod tests;
