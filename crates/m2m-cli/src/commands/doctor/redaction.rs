//! The secret and the token, which a server can repeat anywhere, and which are printed nowhere.

use std::cell::RefCell;

use m2m_client::Credentials;
use zeroize::Zeroizing;

/// The text that replaces a token.
const REDACTED: &str = "[redacted]";

/// Removes the secret and the token from texts.
pub(super) struct Redaction {
    /// The credentials, and the same secret as it is spelled within a JSON string.
    credentials: Vec<Credentials>,
    token: RefCell<Option<Zeroizing<String>>>,
}

impl Redaction {
    pub(super) fn of(credentials: Option<&Credentials>, token: Option<&str>) -> Self {
        let in_json = |own: &Credentials| {
            let text = Zeroizing::new(serde_json::to_string(own.expose_secret()).ok()?);
            Credentials::new(own.client_id(), text.trim_matches('"')).ok()
        };
        let own = |own: &Credentials| Credentials::new(own.client_id(), own.expose_secret()).ok();
        Self {
            credentials: [credentials.and_then(own), credentials.and_then(in_json)]
                .into_iter()
                .flatten()
                .collect(),
            token: RefCell::new(token.map(|token| token.to_owned().into())),
        }
    }

    /// Removes this token from now on as well.
    pub(super) fn add_token(&self, token: &str) {
        self.token.replace(Some(token.to_owned().into()));
    }

    /// Returns the text without them.
    pub(super) fn of_text(&self, text: &str) -> String {
        let credentials = self.credentials.iter();
        let text = credentials.fold(text.to_owned(), |text, own| own.redact(&text));
        match &*self.token.borrow() {
            Some(token) if !token.is_empty() => text.replace(token.as_str(), REDACTED),
            Some(_) | None => text,
        }
    }
}
