//! The differences of a token from the usual one.

use serde::{Deserialize, Serialize};

use crate::claims::Claims;

/// The differences of a token from the usual one.
///
/// ```
/// use m2m_mock::TokenTemplate;
///
/// let json = r#"{"lifetime":60,"claims":{"org_code":"org_acme"},"without":["aud"]}"#;
/// let template: TokenTemplate = serde_json::from_str(json)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a token, such as { lifetime = 60, claims = { org_code = \"org_acme\" } }"
)]
pub struct TokenTemplate {
    /// The lifetime, from `iat` to `exp`. Unit: seconds. 0 is a token that has expired when it is issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lifetime: Option<u32>,
    /// The `typ` in the header. Empty for a header without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) typ: Option<Box<str>>,
    /// Claims, which are added or replace the usual ones.
    #[serde(default, skip_serializing_if = "Claims::is_empty")]
    pub(crate) claims: Claims,
    /// The names of usual claims that the token does not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) without: Vec<Box<str>>,
}

impl TokenTemplate {
    /// The memory that the template takes beside itself. Unit: bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        let without = self.without.iter();
        let without = without.map(|name| size_of::<Box<str>>() + name.len());
        self.claims.len() + self.typ.as_deref().map_or(0, str::len) + without.sum::<usize>()
    }
}
