//! The clients of a script, without which every client is accepted.

use core::fmt;

use m2m_errors::Cause;
use serde::Deserialize;

use crate::asked::Asked;
use crate::error::InvalidClient;
use crate::limits::MAX_CLIENT_ID_BYTES;

/// A client that may get tokens, if a script lists clients.
#[derive(Clone)]
pub(crate) struct Client {
    client_id: Box<str>,
    /// Its secret. Without one, every secret is accepted.
    secret: Option<Box<str>>,
}

/// The fields of a client in a script.
#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a client, such as { client_id = \"billing-job\" }"
)]
pub(crate) struct ClientFields {
    client_id: Box<str>,
    client_secret: Option<Box<str>>,
}

impl TryFrom<ClientFields> for Client {
    type Error = InvalidClient;

    fn try_from(fields: ClientFields) -> Result<Self, InvalidClient> {
        if !(1..=MAX_CLIENT_ID_BYTES).contains(&fields.client_id.len()) {
            return Err(InvalidClient::ClientId);
        }
        if fields.client_secret.as_deref() == Some("") {
            return Err(InvalidClient::EmptySecret);
        }
        Ok(Self {
            client_id: fields.client_id,
            secret: fields.client_secret,
        })
    }
}

/// Returns the client id of a request, if it authenticates one of these clients, or any client if there are none.
///
/// The comparison does not take constant time: there is nothing behind the secrets of a mock.
///
/// # Errors
///
/// The cause for which `m2m serve` would refuse the request.
pub(crate) fn authenticate<'a>(asked: &'a Asked, clients: &[Client]) -> Result<&'a str, Cause> {
    let (Some(client_id), false) = (asked.client_id.as_deref(), asked.secrets.is_empty()) else {
        return Err(Cause::CredentialsMissing);
    };
    if client_id.len() > MAX_CLIENT_ID_BYTES {
        return Err(Cause::ClientIdMalformed);
    }
    if clients.is_empty() {
        return Ok(client_id);
    }
    let known = clients
        .iter()
        .find(|client| *client.client_id == *client_id);
    let known = known.ok_or(Cause::ClientUnknown)?;
    let mut presented = asked.secrets.iter().map(|secret| secret.expose_secret());
    match &known.secret {
        Some(secret) if !presented.any(|presented| presented == &**secret) => {
            Err(Cause::SecretWrong)
        }
        Some(_) | None => Ok(client_id),
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("client_id", &self.client_id)
            .field("secret", &"[redacted]")
            .finish()
    }
}
