//! The access token that a client obtains.

use core::fmt;

use http::HeaderValue;
use oauth_proto::TokenType;
use oauth_proto::UnixTime;
use zeroize::Zeroizing;

/// An access token of the type `Bearer`, with its expiration time and scopes.
///
/// It has to be protected like a password: `Debug` does not show it, and its memory is wiped.
#[derive(Clone)]
pub struct AccessToken {
    secret: Zeroizing<String>,
    expires_at: Option<UnixTime>,
    scope: Option<String>,
}

impl AccessToken {
    /// Returns the token of a server, if it can be sent in a header (`access-token = 1*VSCHAR`, RFC 6749, appendix A.12).
    pub(crate) fn new(
        secret: Zeroizing<String>,
        expires_at: Option<UnixTime>,
        scope: Option<String>,
    ) -> Option<Self> {
        let is_visible = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
        is_visible.then_some(Self {
            secret,
            expires_at,
            scope,
        })
    }

    /// The token itself, which consists of visible ASCII.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.secret
    }

    /// The type of the token. No other type is accepted.
    #[must_use]
    pub const fn token_type(&self) -> TokenType<'static> {
        TokenType::Bearer
    }

    /// The time at which the token expires, by the clock of the caller: `expires_in` counted from the moment before it
    /// was requested, so that it is never kept beyond its lifetime. `None` if the server did not state it.
    #[must_use]
    pub const fn expires_at(&self) -> Option<UnixTime> {
        self.expires_at
    }

    /// The scopes of the token, separated by spaces, if the server stated them. It has to if they differ from the requested ones.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Returns the value of the `Authorization` header for calls with this token. It is marked as sensitive.
    ///
    /// # Panics
    /// Never: the token was checked to consist of visible ASCII.
    #[must_use]
    pub fn to_authorization_header(&self) -> HeaderValue {
        let value = Zeroizing::new(format!("Bearer {}", self.expose_secret()));
        let mut value = HeaderValue::from_str(&value).expect("a token is visible ASCII");
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("secret", &"[redacted]")
            .field("expires_at", &self.expires_at)
            .field("scope", &self.scope)
            .finish()
    }
}
