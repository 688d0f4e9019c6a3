//! The claims of the claim set `kinde` that are not registered claims.

use std::borrow::Cow;

use m2m_jwt::{Claim, Claims, JsonArray, JsonString, JsonValue};

/// The claims of a token that are not read with the registered ones. They are found in one pass, since each lookup would read all claims.
pub(crate) struct Extension<'c> {
    /// `scp`: the scopes, one by one, if there is no `scope`.
    pub(crate) scopes: Option<JsonArray<'c>>,
    /// `org_code`: the organization of the application. RFC 9068 tokens of the same server may carry it as well.
    pub(crate) organization_code: Option<Cow<'c, str>>,
    /// True if the token is bound to a certificate or a key, by `cnf` (RFC 7800, section 3.1).
    pub(crate) is_bound: bool,
}

impl<'c> Extension<'c> {
    /// Reads the claims, or returns the name of the claim that does not have the expected type.
    ///
    /// A claim that is `null` counts as absent, except for `cnf`. `scp` is not read if there is a `scope`, which takes precedence.
    pub(crate) fn read(claims: &Claims<'c>) -> Result<Self, &'static str> {
        let (mut list, mut organization_code) = (None, None);
        let (mut has_scope, mut is_bound) = (false, false);
        for (name, value) in claims.object().members() {
            let present = Some(value).filter(|value| !value.is_null());
            match &*name.to_str() {
                SCOPES => list = present,
                ORGANIZATION_CODE => organization_code = present,
                SCOPE => has_scope = true,
                CONFIRMATION => is_bound = true,
                _ => {}
            }
        }
        let organization_code = match organization_code.map(JsonValue::as_string) {
            None => None,
            Some(Some(text)) => Some(JsonString::to_str(text)),
            Some(None) => return Err(ORGANIZATION_CODE),
        };
        let scopes = match list.filter(|_| !has_scope).map(JsonValue::as_array) {
            None => None,
            Some(Some(array)) if array.contains_only_strings() => Some(array),
            Some(_) => return Err(SCOPES),
        };
        Ok(Self {
            scopes,
            organization_code,
            is_bound,
        })
    }
}

/// Returns the name of the claim that does not have the expected type, among those that only the claim set `kinde` defines: `scp` is a list
/// of strings, unless there is a `scope`, and `org_code` is a string. Either may be `null`. [`Guard::check`](crate::Guard::check) refuses tokens with such a claim; this function is for
/// programs that explain a token.
///
/// ```
/// # fn main() -> Result<(), m2m_jwt::InvalidToken> {
/// use m2m_jwt::Claims;
///
/// let claims = Claims::parse(br#"{"scp": "read:orders"}"#)?;
/// assert_eq!(m2m_guard::malformed_claim(&claims), Some("scp"));
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn malformed_claim(claims: &Claims<'_>) -> Option<&'static str> {
    Extension::read(claims).err()
}

const SCOPES: &str = "scp";
const SCOPE: &str = Claim::Scope.as_str();
/// The claim by which a token is bound.
pub(crate) const CONFIRMATION: &str = "cnf";
pub(crate) const ORGANIZATION_CODE: &str = "org_code";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(claims: &str) -> Result<(Option<String>, Vec<String>), &'static str> {
        let claims = Claims::parse(claims.as_bytes()).expect("the claims can be read");
        let read = Extension::read(&claims)?;
        let scopes = read.scopes.into_iter().flat_map(JsonArray::strings);
        Ok((
            read.organization_code.map(Cow::into_owned),
            scopes.map(|scope| scope.to_str().into_owned()).collect(),
        ))
    }

    #[test]
    fn reads_the_claims_that_are_present() {
        assert_eq!(read("{}"), Ok((None, vec![])));
        let claims = r#"{"scp":["x","\u0079"],"org_code":"a\/b"}"#;
        assert_eq!(
            read(claims),
            Ok((Some("a/b".to_owned()), vec!["x".to_owned(), "y".to_owned()]))
        );
    }

    #[test]
    fn a1_a_claim_that_is_not_needed_is_not_read() {
        assert_eq!(read(r#"{"scp":null,"org_code":null}"#), Ok((None, vec![])));
        for scp in ["null", "1", "{}", "[1]", "\"a b\"", "[\"a\"]"] {
            let claims = format!(r#"{{"scope":"read","scp":{scp}}}"#);
            assert_eq!(read(&claims), Ok((None, vec![])), "{scp}");
        }
    }

    #[test]
    fn x3_r15_refuses_a_claim_of_the_wrong_type() {
        for value in ["true", "[]", "{}", "[1]", "[\"x\"]", "1"] {
            assert_eq!(
                read(&format!("{{\"org_code\":{value}}}")),
                Err("org_code"),
                "{value}"
            );
        }
        for value in ["1", "{}", "[1]", "[\"a\",null]", "[[\"a\"]]", "\"a b\""] {
            assert_eq!(read(&format!("{{\"scp\":{value}}}")), Err("scp"), "{value}");
        }
    }
}
