//! `world.toml`: a registry in a file.

mod locate;
mod mistake;
mod read;

use std::borrow::Cow;

use m2m_authority::registry::{
    Api, Application, ApplicationSpec, ClientType, InvalidRegistry, Organization, Property, Record,
    Records, SecretHash, StoredSecret,
};
use m2m_jwt::UnixTime;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

pub(crate) use locate::TIMES;
pub use mistake::Mistake;

use crate::credentials::generate_client_id;
use crate::{GeneratedCredentials, Randomness};
use locate::Source;

/// A registry file that was read and has a valid form. It is not yet known if its records fit together, or fit those of a registry.
///
/// `{issuer}` at the beginning of an audience is not replaced: the file describes a server, whatever its issuer is.
///
/// ```
/// use m2m_admin::World;
///
/// let world = World::parse("[[api]]\nname = \"Orders\"\naudience = \"https://orders.example/api\"\n");
/// assert!(world.is_ok());
/// let mistake = World::parse("[[api]]\nname = \"Orders\"\naudince = \"https://orders.example/api\"\n").unwrap_err();
/// assert_eq!(mistake.help(), Some("did you mean `audience`?"));
/// assert_eq!(mistake.path().to_string(), "api[0].audince");
/// ```
#[derive(Debug)]
pub struct World {
    source: Source,
    pub(crate) apis: Vec<Api>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) properties: Vec<Property>,
    pub(crate) applications: Vec<Declared>,
}

/// An application as a file declares it.
#[derive(Debug)]
pub(crate) struct Declared {
    /// The client id of the application, unless the file leaves it out.
    pub(crate) client_id: Option<Box<str>>,
    /// The hash of the secret, unless the file leaves it out.
    pub(crate) secret: Option<SecretHash>,
    /// All other fields.
    pub(crate) spec: ApplicationSpec,
}

/// The records of a file, and the credentials that were generated for them.
#[derive(Debug)]
pub struct Populated {
    /// The records. It is not checked yet that they fit together.
    pub records: Records,
    /// The generated credentials, which are to be shown once.
    pub generated: Vec<GeneratedCredentials>,
}

/// The schema of the document that [`World::from_json`] reads.
impl JsonSchema for World {
    fn schema_name() -> Cow<'static, str> {
        "World".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        read::Document::<Declared>::json_schema(generator)
    }
}

impl World {
    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// The first [`Mistake`], with its place and a suggestion.
    pub fn parse(source: &str) -> Result<Self, Mistake> {
        let value = locate::parse(source)?;
        Self::read(value, Source::Toml(source.into()))
    }

    /// Reads the same document as JSON.
    ///
    /// # Errors
    ///
    /// The first [`Mistake`], with its path and a suggestion.
    pub fn from_json(value: Value) -> Result<Self, Mistake> {
        Self::read(value, Source::Json)
    }

    fn read(value: Value, source: Source) -> Result<Self, Mistake> {
        match read::document(value) {
            Ok(document) => Ok(Self {
                source,
                apis: document.api,
                organizations: document.organization,
                properties: document.property,
                applications: document.application,
            }),
            Err(mistake) => Err(mistake.located(&source)),
        }
    }

    /// Returns the records of the file alone, in its order. Secrets and client ids that it leaves out are generated.
    pub fn populate(&self, randomness: &mut dyn Randomness) -> Populated {
        let mut generated = Vec::new();
        let applications = self.applications.iter().map(|declared| {
            let client_id = match &declared.client_id {
                Some(client_id) => client_id.clone(),
                None => generate_client_id(randomness).into(),
            };
            let spec = declared.spec.clone();
            let secret = match (declared.secret, spec.client_type) {
                (Some(hash), _) => Some(StoredSecret::new("secret_sha256", hash, ALWAYS)),
                (None, ClientType::Public) => None,
                (None, ClientType::Confidential) => {
                    let credentials = GeneratedCredentials::new(&spec.name, &client_id, randomness);
                    let secret = StoredSecret::new("generated", credentials.hash(), ALWAYS);
                    generated.push(credentials);
                    Some(secret)
                }
            };
            Application {
                client_id,
                spec,
                secrets: secret.into_iter().collect(),
            }
        });
        let applications = applications.collect();
        Populated {
            records: Records {
                apis: self.apis.clone(),
                organizations: self.organizations.clone(),
                properties: self.properties.clone(),
                applications,
                ..Records::default()
            },
            generated,
        }
    }

    /// Returns the mistake in the file for an error of its records. It has a place if the path of `error` is in the file.
    #[must_use]
    pub fn mistake(&self, error: &InvalidRegistry) -> Mistake {
        Mistake::of_registry(error).located(&self.source)
    }

    /// Returns the mistake of an application whose name several applications in the registry have, with these client ids.
    pub(crate) fn ambiguous_name(&self, index: usize, client_ids: &[&str]) -> Mistake {
        let what = format!(
            "{} applications in the registry have the name {:?}",
            client_ids.len(),
            self.name_of(index)
        );
        let known: Vec<String> = client_ids
            .iter()
            .take(MAX_LISTED)
            .map(|client_id| format!("client_id = {client_id:?}"))
            .collect();
        let others = if client_ids.len() > known.len() {
            ", or another"
        } else {
            ""
        };
        let help = format!(
            "add the client_id of one of them: {}{others}",
            known.join(", or ")
        );
        self.in_name(index, what, &help)
    }

    /// Returns the mistake of an application that has the name of an earlier one, if neither has a client id.
    pub(crate) fn repeated_name(&self, index: usize, earlier: usize) -> Mistake {
        let what = format!(
            "{:?} is the name of an earlier application, and neither has a client_id",
            self.name_of(index)
        );
        let help = "add a client_id to one of them: without a client_id, an application is identified by its name";
        let mistake = Mistake::at(name_at(index), what).with_help(help);
        mistake.with_earlier(name_at(earlier)).located(&self.source)
    }

    /// Returns the mistake of an application that is the last manager of the server, and would no longer manage it.
    pub(crate) fn last_management(&self, index: usize) -> Mistake {
        let what =
            "this is the last application that manages this server, and it would lose its access";
        let help = format!(
            "keep it enabled, confidential and authorized for {:?} with its scopes, or authorize another one first",
            crate::management::AUDIENCE
        );
        self.in_name(index, what.to_owned(), &help)
    }

    /// Returns the mistake of the application whose token applies the file, if it would lose its access to the management API.
    pub(crate) fn own_management(&self, index: usize) -> Mistake {
        let what = "the file is applied with a token of this application, which would lose its access to the management API";
        let help = format!(
            "keep it as m2m export prints it, with its authorization for {:?}, or apply the file as another application",
            crate::management::AUDIENCE
        );
        self.in_name(index, what.to_owned(), &help)
    }

    /// Returns the mistake of the management API if there is no key for its algorithm.
    pub(crate) fn unsigned_management(&self, index: usize) -> Mistake {
        let what = "no key signs with this algorithm, so tokens for the management API could not be issued";
        let place = m2m_authority::registry::Path::of(Record::Api, index).member("signing_alg");
        let mistake = Mistake::at(place, what.to_owned());
        let help = "import a key for it first (m2m key import), or keep the current algorithm";
        mistake.with_help(help).located(&self.source)
    }

    fn in_name(&self, index: usize, what: String, help: &str) -> Mistake {
        let mistake = Mistake::at(name_at(index), what);
        mistake.with_help(help).located(&self.source)
    }

    fn name_of(&self, index: usize) -> &str {
        let declared = self.applications.get(index);
        declared.map_or("", |declared| &declared.spec.name)
    }
}

fn name_at(index: usize) -> m2m_authority::registry::Path {
    m2m_authority::registry::Path::of(Record::Application, index).member("name")
}

/// The creation time of secrets: the file does not contain it, and secrets that last as long as the process must not stop working when the clock is
/// set back.
const ALWAYS: UnixTime = UnixTime::from_seconds(0);

/// The maximum number of client ids that are listed for the same name.
const MAX_LISTED: usize = 3;

#[cfg(test)]
mod tests;
