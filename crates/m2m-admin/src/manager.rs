//! Changes that are made one after the other, each decided at the latest registry.

use m2m_api::Done;
use m2m_authority::registry::{Api, Application, Organization, Property, Records};
use m2m_jwt::UnixTime;
use m2m_store::{Backend as _, Stored, Version};
use tokio::sync::{Mutex, MutexGuard};

use crate::draft::Draft;
use crate::keys::settle_keys;
use crate::outcome::Outcome;
use crate::{Access, Host, OperationError, Operator, current_scopes};

/// Performs management operations on a server.
#[derive(Debug)]
pub struct Manager<H> {
    host: H,
    /// The lock that is held from the decision to the commit. Other nodes change the registry without it, which is detected by the version.
    turn: Mutex<()>,
}

/// A change that is being decided. This node does not decide another one in the meantime.
pub(crate) struct Decision<'m, H> {
    manager: &'m Manager<H>,
    _turn: MutexGuard<'m, ()>,
    /// The APIs, the oldest first.
    pub(crate) apis: Vec<Stored<Api>>,
    /// The properties, the oldest first.
    pub(crate) properties: Vec<Stored<Property>>,
    version: Version,
    /// The scopes of the token that the operator still has.
    pub(crate) scopes: Box<[Box<str>]>,
    /// The writes of the change.
    pub(crate) draft: Draft,
}

impl<H: Host> Manager<H> {
    /// Creates a manager of this server. A process has only one, because it serializes the changes.
    #[must_use]
    pub fn new(host: H) -> Self {
        Self {
            host,
            turn: Mutex::default(),
        }
    }

    /// Returns the server.
    #[must_use]
    pub const fn host(&self) -> &H {
        &self.host
    }

    /// Waits for its turn, and reads the records that a change is decided with.
    pub(crate) async fn decide(
        &self,
        operator: &Operator,
    ) -> Result<Decision<'_, H>, OperationError> {
        self.writable()?;
        let turn = self.turn.lock().await;
        let scopes = self.current_scopes(operator).await?;
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

    /// Waits for its turn, for a change that is decided elsewhere.
    pub(crate) async fn turn(
        &self,
        operator: &Operator,
    ) -> Result<MutexGuard<'_, ()>, OperationError> {
        self.writable()?;
        let turn = self.turn.lock().await;
        self.current_scopes(operator).await?;
        Ok(turn)
    }

    /// Checks that the operator may still make the change: reading the request and waiting for the turn take time, in which permissions can be
    /// revoked. Returns the scopes that the operator still has.
    async fn current_scopes(&self, operator: &Operator) -> Result<Box<[Box<str>]>, OperationError> {
        Ok(current_scopes::of(&self.host, operator).await?)
    }

    fn writable(&self) -> Result<(), OperationError> {
        match self.host.access() {
            Access::ReadWrite => Ok(()),
            Access::ReadOnly => Err(OperationError::RegistryReadOnly),
        }
    }

    /// Returns the randomness of the server, as operations take it.
    pub(crate) fn randomness(&self) -> impl FnMut(&mut [u8]) + Send + '_ {
        |bytes| self.host.fill(bytes)
    }
}

impl<H: Host> Decision<'_, H> {
    /// Returns the time of the change.
    pub(crate) const fn now(&self) -> UnixTime {
        self.draft.now()
    }

    /// Returns the client id of the application that makes the change.
    pub(crate) fn actor(&self) -> &str {
        &self.draft.actor().name
    }

    /// Returns the registry.
    pub(crate) fn registry(&self) -> &H::Registry {
        self.manager.host.registry()
    }

    /// Returns the issuer of the server.
    pub(crate) fn issuer(&self) -> &str {
        self.manager.host.issuer()
    }

    /// Commits the change, durably and with its audit events.
    pub(crate) async fn commit(self) -> Result<Outcome<Done>, OperationError> {
        let registry = self.manager.host.registry();
        let (actor, now) = (self.draft.actor().clone(), self.draft.now());
        let prepared = self.draft.prepared(self.version);
        let is_about_apis = prepared.is_about_apis();
        prepared.commit(registry).await?;
        if is_about_apis {
            // The change was made. If this fails, the server does it later.
            let _ = settle_keys(registry, &actor, now).await;
        }
        Ok(Done {}.into())
    }

    /// Checks that these APIs, organizations and applications form a valid registry, together with the current properties.
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
        // The client ids for introspection refer to applications that are not all here; they are checked where they are changed.
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

    /// Returns the current APIs.
    pub(crate) fn api_records(&self) -> Vec<Api> {
        self.apis
            .iter()
            .map(|stored| stored.value.clone())
            .collect()
    }
}
