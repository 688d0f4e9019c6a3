//! The issuer in audiences: it is part of the configuration, and records do not repeat it.

use std::borrow::Cow;

use crate::registry::{Api, Application};

/// The placeholder for the issuer at the beginning of an audience: the management API is stored as `{issuer}/api`, so that a registry
/// can later be served under another issuer.
pub const ISSUER_PLACEHOLDER: &str = "{issuer}";

/// Returns an audience with the issuer in place of [`ISSUER_PLACEHOLDER`] at its beginning, without the slash at the issuer's end.
/// Anywhere else the placeholder is ordinary text.
///
/// ```
/// use m2m_authority::registry::fill_in_issuer;
///
/// assert_eq!(fill_in_issuer("{issuer}/api", "https://id.example/"), "https://id.example/api");
/// assert_eq!(fill_in_issuer("https://api.example", "https://id.example"), "https://api.example");
/// ```
#[must_use]
pub fn fill_in_issuer<'t>(audience: &'t str, issuer: &str) -> Cow<'t, str> {
    match audience.strip_prefix(ISSUER_PLACEHOLDER) {
        Some(rest) => Cow::Owned(format!("{}{rest}", issuer.trim_end_matches('/'))),
        None => Cow::Borrowed(audience),
    }
}

impl Api {
    /// Fills in the issuer in its audience and its aliases.
    pub fn fill_in_issuer(&mut self, issuer: &str) {
        let identifiers = core::iter::once(&mut self.audience).chain(&mut self.aliases);
        identifiers.for_each(|identifier| fill_in(identifier, issuer));
    }
}

impl Application {
    /// Fills in the issuer in the audiences that it is authorized for.
    pub fn fill_in_issuer(&mut self, issuer: &str) {
        for authorization in &mut self.spec.authorize {
            fill_in(&mut authorization.audience, issuer);
        }
    }
}

fn fill_in(audience: &mut Box<str>, issuer: &str) {
    if let Cow::Owned(filled) = fill_in_issuer(audience, issuer) {
        *audience = filled.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_placeholder_is_replaced_at_the_beginning_only() {
        let issuer = "https://id.example";
        for (audience, filled) in [
            ("{issuer}", "https://id.example"),
            ("{issuer}/api", "https://id.example/api"),
            ("https://a.example/{issuer}", "https://a.example/{issuer}"),
            ("{Issuer}/api", "{Issuer}/api"),
            ("", ""),
        ] {
            assert_eq!(fill_in_issuer(audience, issuer), filled);
        }
    }

    #[test]
    fn apis_with_aliases_and_authorizations_are_filled_in() {
        let mut api = Api::new("Management", "{issuer}/api");
        api.aliases = vec!["{issuer}/api/v1".into(), "urn:management".into()];
        api.fill_in_issuer("https://id.example/");
        assert_eq!(&*api.audience, "https://id.example/api");
        assert_eq!(&*api.aliases[0], "https://id.example/api/v1");
        assert_eq!(&*api.aliases[1], "urn:management");
        let mut application = Application::new("A", "a").authorized("{issuer}/api", &[]);
        application.fill_in_issuer("https://id.example/");
        let [authorization] = &*application.spec.authorize else {
            panic!("one authorization")
        };
        assert_eq!(&*authorization.audience, "https://id.example/api");
    }
}
