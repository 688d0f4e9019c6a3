//! What authentication sees of an application.

use std::sync::{Arc, LazyLock};

use crate::registry::{
    Application, AuthenticationMethods, ClientType, Deletion, Ending, SecretHash,
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
    /// Only those that there are: a hundred thousand clients are in memory at once.
    secrets: Box<[Secret]>,
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

/// What is known of a secret.
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    hash: SecretHash,
    pub(crate) ending: Option<Ending>,
}

/// The hash of no secret. SHA-256 reaches it with a probability of 2⁻²⁵⁶, and there would still be no [`Secret`] at its position.
static NO_SECRET: SecretHash = SecretHash::from_bytes([0; 32]);

/// The client that every unknown client id is compared with, so that it takes the same path and time.
static NOBODY: LazyLock<Client> = LazyLock::new(|| Client::empty("", State::Nobody));

impl Client {
    /// What authentication sees of `application`.
    #[must_use]
    pub fn of(application: &Application) -> Self {
        let state = if application.spec.enabled {
            State::Enabled
        } else {
            State::Disabled
        };
        let mut client = Self::empty(&application.client_id, state);
        client.client_type = application.spec.client_type;
        client.methods = application.spec.authentication_methods;
        let secrets = application.secrets.iter().take(MAX_SECRETS);
        client.secrets = secrets
            .map(|secret| Secret {
                hash: secret.hash,
                ending: secret.ending.clone(),
            })
            .collect();
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
            methods: AuthenticationMethods::default(),
            secrets: Box::default(),
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

    /// The hashes of [`MAX_SECRETS`] secrets, whatever there are: those that are not there have the hash of no secret.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = &SecretHash> {
        (0..MAX_SECRETS).map(|position| {
            let secret = self.secrets.get(position);
            secret.map_or(&NO_SECRET, |secret| &secret.hash)
        })
    }

    /// What is known of the secret whose hash stands at this position.
    pub(crate) fn secret(&self, position: u8) -> Option<&Secret> {
        self.secrets.get(usize::from(position))
    }
}
