//! The part of an application that authentication needs.

use std::sync::{Arc, LazyLock};

use m2m_jwt::UnixTime;

use crate::registry::{
    Application, AuthenticationMethods, ClientType, Deletion, Ending, SecretHash,
};

/// The maximum number of secrets of an application, ended ones included.
///
/// Every authentication compares this many hashes, so that its time does not reveal how many secrets the application has.
pub const MAX_SECRETS: usize = 8;

/// The part of an application that authentication needs.
#[derive(Debug)]
pub struct Client {
    client_id: Arc<str>,
    state: State,
    client_type: ClientType,
    methods: AuthenticationMethods,
    /// The first second at which the client cannot authenticate.
    expires_at: Option<UnixTime>,
    /// Not padded to [`MAX_SECRETS`], since a hundred thousand clients are in memory at once.
    secrets: Box<[Secret]>,
}

/// The state of a client, which decides whether it may authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Enabled,
    Disabled,
    Deleted,
    /// A placeholder for a client that does not exist.
    Absent,
}

/// The hash of a secret, and its end.
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    hash: SecretHash,
    pub(crate) ending: Option<Ending>,
}

/// The hash at positions without a secret. A secret has it with a probability of 2⁻²⁵⁶, and even then there is no [`Secret`] at its position.
static NO_SECRET: SecretHash = SecretHash::from_bytes([0; 32]);

/// The client that every unknown client id is compared with, so that it takes the same path and time.
static ABSENT: LazyLock<Client> = LazyLock::new(|| Client::empty("", State::Absent));

impl Client {
    /// Returns the part of `application` that authentication needs.
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
        client.expires_at = application.spec.expires_at;
        let secrets = application.secrets.iter().take(MAX_SECRETS);
        client.secrets = secrets
            .map(|secret| Secret {
                hash: secret.hash,
                ending: secret.ending.clone(),
            })
            .collect();
        client
    }

    /// Returns the client of a deleted application.
    #[must_use]
    pub fn deleted(deletion: &Deletion) -> Self {
        Self::empty(&deletion.client_id, State::Deleted)
    }

    pub(crate) fn absent() -> &'static Self {
        &ABSENT
    }

    fn empty(client_id: &str, state: State) -> Self {
        Self {
            client_id: client_id.into(),
            state,
            client_type: ClientType::Confidential,
            methods: AuthenticationMethods::default(),
            expires_at: None,
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

    pub(crate) const fn expires_at(&self) -> Option<UnixTime> {
        self.expires_at
    }

    /// Returns always [`MAX_SECRETS`] hashes: those of the secrets, and [`NO_SECRET`] at the other positions.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = &SecretHash> {
        (0..MAX_SECRETS).map(|position| {
            let secret = self.secrets.get(position);
            secret.map_or(&NO_SECRET, |secret| &secret.hash)
        })
    }

    /// Returns the secret whose hash is at this position.
    pub(crate) fn secret(&self, position: u8) -> Option<&Secret> {
        self.secrets.get(usize::from(position))
    }
}
