//! Credentials that the file leaves out.

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use m2m_authority::registry::generate_secret;
use zeroize::Zeroizing;

use crate::random;

/// Credentials that were made because the file leaves them out. They are to be shown once, and last as long as the process.
pub(crate) struct GeneratedCredentials {
    /// The name of the application.
    pub(crate) application: String,
    /// Its client id, from the file or made up.
    pub(crate) client_id: String,
    secret: Zeroizing<String>,
}

impl GeneratedCredentials {
    /// A new secret for this application.
    pub(super) fn new(application: &str, client_id: &str) -> Self {
        Self {
            application: application.to_owned(),
            client_id: client_id.to_owned(),
            secret: generate_secret(&random::bytes()),
        }
    }

    /// The secret itself.
    pub(crate) fn expose_secret(&self) -> &str {
        &self.secret
    }
}

impl fmt::Debug for GeneratedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeneratedCredentials")
            .field("application", &self.application)
            .field("client_id", &self.client_id)
            .field("secret", &"[redacted]")
            .finish()
    }
}

/// A new client id: 128 random bits as base64url.
pub(super) fn generate_client_id() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<16>())
}
