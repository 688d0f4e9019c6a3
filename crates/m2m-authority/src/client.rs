//! What authentication sees of an application.

use std::sync::{Arc, LazyLock};

use m2m_jwt::UnixTime;

use crate::registry::{
    Application, ApplicationState, AuthenticationMethods, ClientType, Deletion, Ending, SecretHash,
    StoredSecret,
};

/// How many secrets an application can have, ended ones included.
///
/// Every authentication compares as many, whatever the application has: the number of secrets is nobody's business.
pub const MAX_SECRETS: usize = 8;

/// What authentication sees of an application.
#[derive(Debug)]
pub struct Client {
    client_id: Arc<str>,
    state: State,
    client_type: ClientType,
    methods: AuthenticationMethods,
    slots: [Slot; MAX_SECRETS],
}

/// Whether a client may authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Enabled,
    Disabled,
    Deleted,
    /// It stands in for a client that does not exist.
    Nobody,
}

/// A place for a secret: an empty one holds a hash that no secret has.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) hash: SecretHash,
    /// From when it works.
    pub(crate) from: UnixTime,
    pub(crate) ending: Option<Ending>,
    pub(crate) occupied: bool,
}

impl Slot {
    /// The hash of an empty place. SHA-256 reaches it with a probability of 2⁻²⁵⁶, and `occupied` would still refuse.
    const EMPTY: Self = Self {
        hash: SecretHash::from_bytes([0; 32]),
        from: UnixTime::from_seconds(0),
        ending: None,
        occupied: false,
    };

    fn of(secret: &StoredSecret) -> Self {
        Self {
            hash: secret.hash,
            from: secret.created_at,
            ending: secret.ending.clone(),
            occupied: true,
        }
    }
}

/// The client that every unknown client id is compared with, so that it takes the same path and time.
static NOBODY: LazyLock<Client> = LazyLock::new(|| Client::empty("", State::Nobody));

impl Client {
    /// What authentication sees of `application`.
    #[must_use]
    pub fn of(application: &Application) -> Self {
        let state = match application.state {
            ApplicationState::Enabled => State::Enabled,
            ApplicationState::Disabled => State::Disabled,
        };
        let mut client = Self::empty(&application.client_id, state);
        client.client_type = application.client_type;
        client.methods = application.authentication_methods;
        for (slot, secret) in client.slots.iter_mut().zip(&application.secrets) {
            *slot = Slot::of(secret);
        }
        client
    }

    /// What authentication sees of an application that was deleted.
    #[must_use]
    pub fn deleted(deletion: &Deletion) -> Self {
        Self::empty(&deletion.client_id, State::Deleted)
    }

    pub(crate) fn nobody() -> &'static Self {
        &NOBODY
    }

    fn empty(client_id: &str, state: State) -> Self {
        Self {
            client_id: client_id.into(),
            state,
            client_type: ClientType::Confidential,
            methods: AuthenticationMethods {
                client_secret_basic: true,
                client_secret_post: true,
            },
            slots: [const { Slot::EMPTY }; MAX_SECRETS],
        }
    }

    /// The client identifier.
    #[must_use]
    pub const fn client_id(&self) -> &Arc<str> {
        &self.client_id
    }

    pub(crate) const fn state(&self) -> State {
        self.state
    }

    pub(crate) const fn client_type(&self) -> ClientType {
        self.client_type
    }

    pub(crate) const fn methods(&self) -> AuthenticationMethods {
        self.methods
    }

    pub(crate) const fn slots(&self) -> &[Slot; MAX_SECRETS] {
        &self.slots
    }
}
