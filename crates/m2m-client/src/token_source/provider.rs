//! The places where a token source finds its credentials.

use core::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{Credentials, CredentialsUnavailable, InvalidCredentials};

/// A place where a token source finds its credentials: it asks before each request for a token, so that a new secret is used without a restart.
///
/// [`Credentials`] are such a place themselves, with a secret that does not change.
pub trait CredentialsProvider: fmt::Debug + Send + Sync + 'static {
    /// Returns the credentials for the next request.
    ///
    /// # Errors
    /// [`CredentialsUnavailable`], with the place and the reason.
    fn credentials(&self) -> Result<Credentials, CredentialsUnavailable>;
}

impl CredentialsProvider for Credentials {
    fn credentials(&self) -> Result<Credentials, CredentialsUnavailable> {
        Ok(self.clone())
    }
}

/// A client id, and a file with its secret, which can be replaced while the program runs: a secret that Kubernetes or systemd mounts, or
/// that an agent writes.
///
/// The file is read before each request for a token. Line ends at its end are not part of the secret.
///
/// ```
/// use m2m_client::{CredentialsProvider as _, SecretFile};
///
/// let credentials = SecretFile::new("billing-job", "/run/secrets/billing-job");
/// let error = credentials.credentials().expect_err("there is no such file here");
/// assert!(error.to_string().starts_with("the client secret cannot be read from /run/secrets/billing-job: "));
/// ```
#[derive(Debug, Clone)]
pub struct SecretFile {
    client_id: String,
    path: PathBuf,
}

impl SecretFile {
    /// Returns the credentials of a client whose secret is in this file.
    #[must_use]
    pub fn new(client_id: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self {
            client_id: client_id.into(),
            path: path.into(),
        }
    }

    /// The file with the secret.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl CredentialsProvider for SecretFile {
    fn credentials(&self) -> Result<Credentials, CredentialsUnavailable> {
        let place = || format!("from {}", self.path.display());
        let unavailable = |reason: String| CredentialsUnavailable::new(place(), reason);
        let text = std::fs::read_to_string(&self.path)
            .map(Zeroizing::new)
            .map_err(|error| unavailable(error.to_string()))?;
        let secret = text.trim_end_matches(['\r', '\n']);
        Credentials::new(&*self.client_id, secret).map_err(|error| unavailable(error.to_string()))
    }
}

impl Credentials {
    /// Reads the client id and the secret from these variables of the environment.
    ///
    /// ```
    /// use m2m_client::Credentials;
    ///
    /// let error = Credentials::from_environment("BILLING_CLIENT_ID", "BILLING_CLIENT_SECRET");
    /// let error = error.expect_err("they are not set here");
    /// assert_eq!(error.to_string(), "the variable BILLING_CLIENT_ID is not set");
    /// ```
    ///
    /// # Errors
    /// [`InvalidVariable`]: a variable is not set, is empty, or is not Unicode.
    pub fn from_environment(
        client_id: &'static str,
        client_secret: &'static str,
    ) -> Result<Self, InvalidVariable> {
        let id = variable(client_id)?;
        let secret = variable(client_secret)?;
        Self::new(id, secret).map_err(|error| {
            InvalidVariable::Empty(match error {
                InvalidCredentials::ClientIdEmpty => client_id,
                InvalidCredentials::SecretEmpty => client_secret,
            })
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "reading the environment is the purpose of the method"
)]
fn variable(name: &'static str) -> Result<String, InvalidVariable> {
    std::env::var(name).map_err(|error| match error {
        std::env::VarError::NotPresent => InvalidVariable::Missing(name),
        std::env::VarError::NotUnicode(_) => InvalidVariable::NotUnicode(name),
    })
}

/// A variable of the environment that contains no part of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidVariable {
    /// The variable is not set.
    #[error("the variable {0} is not set")]
    Missing(&'static str),
    /// The variable is set to an empty text.
    #[error("the variable {0} is empty")]
    Empty(&'static str),
    /// The value of the variable is not Unicode.
    #[error("the variable {0} is not Unicode")]
    NotUnicode(&'static str),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_each_time_and_its_line_ends_are_not_part_of_the_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let file = SecretFile::new("billing-job", &path);
        let secret = || file.credentials().map(|own| own.expose_secret().to_owned());
        for (content, expected) in [
            ("first\n", "first"),
            ("second\r\n", "second"),
            (" third ", " third "),
        ] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(secret().unwrap(), expected);
        }
        std::fs::write(&path, "\n").unwrap();
        let empty = secret().unwrap_err().to_string();
        assert!(empty.ends_with("the client secret is empty"), "{empty}");
        std::fs::remove_file(&path).unwrap();
        assert!(secret().unwrap_err().to_string().contains("secret: "));
    }
}
