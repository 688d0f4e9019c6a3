//! Credentials that were just made, which are shown once.

use m2m_admin::GeneratedCredentials;
use serde_json::{Value, json};

use super::apply::insert;
use crate::output::Output;
use crate::printable::printable;

/// Credentials that were just made, here or by a server.
#[derive(Clone, Copy)]
pub(super) struct NewCredentials<'c> {
    /// The name of the application.
    pub(super) application: &'c str,
    /// Its client id.
    pub(super) client_id: &'c str,
    /// The secret.
    pub(super) client_secret: &'c str,
}

impl NewCredentials<'_> {
    /// A secret, where its owner sees it the only time.
    pub(super) fn show_once(&self, output: &Output) {
        output.line(format!(
            "generated for {:?}: client_id {} client_secret {} (shown once)",
            self.application,
            printable(self.client_id),
            printable(self.client_secret),
        ));
    }

    /// Credentials as JSON.
    pub(super) fn described(&self, with_secret: bool) -> Value {
        let mut document = json!({
            "application": self.application,
            "client_id": self.client_id,
        });
        if with_secret {
            insert(&mut document, "client_secret", json!(self.client_secret));
        }
        document
    }
}

impl<'c> From<&'c GeneratedCredentials> for NewCredentials<'c> {
    fn from(credentials: &'c GeneratedCredentials) -> Self {
        Self {
            application: &credentials.application,
            client_id: &credentials.client_id,
            client_secret: credentials.expose_secret(),
        }
    }
}
