//! The id and the secret of a client.

use core::fmt;

use zeroize::Zeroizing;

use crate::InvalidCredentials;
use crate::excerpt::Cleaner;

/// A client id and its secret.
///
/// Neither is empty; otherwise any text is accepted, because servers have different grammars. `Debug` does not show the secret, and its
/// memory is wiped.
///
/// ```
/// use m2m_client::Credentials;
///
/// let credentials = Credentials::new("billing-job", "s3cr3t")?;
/// assert_eq!(
///     format!("{credentials:?}"),
///     r#"Credentials { client_id: "billing-job", secret: "[redacted]" }"#,
/// );
/// # Ok::<(), m2m_client::InvalidCredentials>(())
/// ```
#[derive(Clone)]
pub struct Credentials {
    client_id: String,
    secret: Zeroizing<String>,
}

impl Credentials {
    /// Creates credentials from a client id and its secret.
    ///
    /// # Errors
    /// [`InvalidCredentials`]: one of them is empty, often because of an unset variable.
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> Result<Self, InvalidCredentials> {
        let client_id = client_id.into();
        let secret = Zeroizing::new(client_secret.into());
        if client_id.is_empty() {
            return Err(InvalidCredentials::ClientIdEmpty);
        }
        if secret.is_empty() {
            return Err(InvalidCredentials::SecretEmpty);
        }
        Ok(Self { client_id, secret })
    }

    /// The client id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Returns the text with `[redacted]` in the place of the secret, in each spelling in which it is sent, for a program that shows what a server
    /// answered. A secret of fewer than six bytes may be part of any text, and is left in it.
    ///
    /// ```
    /// use m2m_client::Credentials;
    ///
    /// let credentials = Credentials::new("billing-job", "s3cr3t-of-the-job")?;
    /// assert_eq!(credentials.redact("scope s3cr3t-of-the-job"), "scope [redacted]");
    /// # Ok::<(), m2m_client::InvalidCredentials>(())
    /// ```
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        Cleaner::of(self).redacted(text.to_owned())
    }

    /// The secret itself.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.secret
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id)
            .field("secret", &"[redacted]")
            .finish()
    }
}
