//! Changes one after the other, each decided at the registry that it is made for.

use m2m_api::Done;
use m2m_authority::registry::{Api, Application, Organization, Property, Records};
use m2m_jwt::UnixTime;
use m2m_store::{Backend as _, Stored, Version};
use tokio::sync::{Mutex, MutexGuard};

use crate::draft::Draft;
use crate::perform::Outcome;
use crate::{Access, Host, OperationError, Operator, standing};

/// Performs management operations on a server.
#[derive(Debug)]
pub struct Manager<H> {
    host: H,
    /// Held from the decision to the commit. Other nodes change the registry without it, which the version finds out.
    turn: Mutex<()>,
}

/// A change that is being decided. Nobody else on this node decides one meanwhile.
pub(crate) struct Decision<'m, H> {
    manager: &'m Manager<H>,
    _turn: MutexGuard<'m, ()>,
    /// The APIs, by age.
    pub(crate) apis: Vec<Stored<Api>>,
    /// The properties, by age.
    pub(crate) properties: Vec<Stored<Property>>,
    version: Version,
    /// The scopes of the operator that it still has.
    pub(crate) scopes: Box<[Box<str>]>,
    /// What is written.
    pub(crate) draft: Draft,
}

impl<H: Host> Manager<H> {
    /// A manager of this server. There is one per process: it is what puts changes in a row.
    #[must_use]
    pub fn new(host: H) -> Self {
        Self {
            host,
            turn: Mutex::default(),
        }
    }

    /// The server.
    #[must_use]
    pub const fn host(&self) -> &H {
        &self.host
    }

    /// Takes the turn, and reads what a change is decided at.
    pub(crate) async fn decide(
        &self,
        operator: &Operator,
    ) -> Result<Decision<'_, H>, OperationError> {
        self.writable()?;
        let turn = self.turn.lock().await;
        let scopes = self.stands(operator).await?;
        let outline = self.host.registry().outline().await?;
        Ok(Decision {
            manager: self,
            _turn: turn,
            apis: outline.apis,
            properties: outline.properties,
            version: outline.version,
            scopes,
            draft: Draft::new(&operator.actor(), operator.now),
        })
    }

    /// Takes the turn for a change that is decided elsewhere.
    pub(crate) async fn turn(
        &self,
        operator: &Operator,
    ) -> Result<MutexGuard<'_, ()>, OperationError> {
        self.writable()?;
        let turn = self.turn.lock().await;
        self.stands(operator).await?;
        Ok(turn)
    }

    /// Whether the operator may still do it: reading the request and waiting for the turn take time, in which much can be withdrawn.
    /// Returns the scopes that the operator still has.
    async fn stands(&self, operator: &Operator) -> Result<Box<[Box<str>]>, OperationError> {
        let standing = standing::of(&self.host, operator).await;
        standing.map_err(OperationError::lapsed)
    }

    fn writable(&self) -> Result<(), OperationError> {
        match self.host.access() {
            Access::ReadWrite => Ok(()),
            Access::ReadOnly => Err(OperationError::read_only()),
        }
    }

    /// Randomness, as operations take it.
    pub(crate) fn randomness(&self) -> impl FnMut(&mut [u8]) + Send + '_ {
        |bytes| self.host.fill(bytes)
    }
}

impl<H: Host> Decision<'_, H> {
    /// When the change is made.
    pub(crate) const fn now(&self) -> UnixTime {
        self.draft.now()
    }

    /// Who makes it.
    pub(crate) fn actor(&self) -> &str {
        &self.draft.actor().name
    }

    /// What the change reads.
    pub(crate) fn registry(&self) -> &H::Registry {
        self.manager.host.registry()
    }

    /// The issuer of the server.
    pub(crate) fn issuer(&self) -> &str {
        self.manager.host.issuer()
    }

    /// Makes it, durably and with its audit events.
    pub(crate) async fn commit(self) -> Result<Outcome<Done>, OperationError> {
        let registry = self.manager.host.registry();
        self.draft.prepared(self.version).commit(registry).await?;
        Ok(Done {}.into())
    }

    /// Whether the APIs and properties as they will be, with these records of applications and organizations, are a registry.
    pub(crate) fn check(
        &self,
        apis: Vec<Api>,
        organizations: Vec<Organization>,
        applications: Vec<Application>,
    ) -> Result<(), OperationError> {
        let mut records = Records {
            apis,
            organizations,
            properties: self
                .properties
                .iter()
                .map(|stored| stored.value.clone())
                .collect(),
            applications,
            deleted: Vec::new(),
        };
        // Who may introspect is among the applications, which are not all here, and is checked where it is changed.
        for api in &mut records.apis {
            api.introspection_clients.clear();
        }
        records
            .check()
            .map_err(|error| OperationError::misfit(&error))
    }

    /// Checks that the application does not set `not_before` to a time in the future.
    pub(crate) fn check_not_before(
        &self,
        before: Option<&Stored<Application>>,
        application: &Application,
    ) -> Result<(), OperationError> {
        let records = Records {
            applications: vec![application.clone()],
            ..Records::default()
        };
        let before = before.and_then(|before| before.value.spec.not_before);
        records
            .check_not_before(|_| before, self.now())
            .map_err(|error| OperationError::misfit(&error))
    }

    /// The APIs as they are.
    pub(crate) fn api_records(&self) -> Vec<Api> {
        self.apis
            .iter()
            .map(|stored| stored.value.clone())
            .collect()
    }
}
