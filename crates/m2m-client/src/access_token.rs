//! What is given.

use core::fmt;

use http::HeaderValue;
use oauth_proto::TokenType;
use oauth_proto::UnixTime;
use zeroize::Zeroizing;

/// An access token of the type `Bearer`, with what the server said about it.
///
/// It is as good as a password: `Debug` does not show it, and the memory that keeps it is wiped.
#[derive(Clone)]
pub struct AccessToken {
    secret: Zeroizing<String>,
    expires_at: Option<UnixTime>,
    scope: Option<String>,
}

impl AccessToken {
    /// The token that a server gave, if it can stand in a header (`access-token = 1*VSCHAR`, RFC 6749, appendix A.12).
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

    /// How it is used. No other type is taken.
    #[must_use]
    pub const fn token_type(&self) -> TokenType<'static> {
        TokenType::Bearer
    }

    /// When it ends, by the clock of the caller: `expires_in` counted from the moment before it was asked for, so that it
    /// is never held for longer than it lasts. `None` where the server did not say it.
    #[must_use]
    pub const fn expires_at(&self) -> Option<UnixTime> {
        self.expires_at
    }

    /// Its scopes, parted by spaces, where the server named them; it has to where they differ from those that were asked
    /// for.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// The value of `Authorization` for calls with it, marked sensitive.
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
