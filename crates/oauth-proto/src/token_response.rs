//! The answer that carries a token.

use std::borrow::Cow;

use crate::json::{self, ObjectWriter};
use crate::members::{Members, Value, foreign_text};
use crate::{InvalidDocument, MemberProblem, Secret, TokenType};

/// A successful answer of the token endpoint.
///
/// It has no refresh token: the client credentials grant does not issue one (RFC 6749, section 4.4.3).
///
/// Source: RFC 6749, section 5.1, <https://www.rfc-editor.org/rfc/rfc6749#section-5.1>.
///
/// ```
/// use oauth_proto::TokenResponse;
///
/// let mut response = TokenResponse::bearer("2YotnFZFEjr1zCsicMWpAA");
/// response.expires_in = Some(3600);
/// assert_eq!(
///     response.to_json_with_secret(),
///     r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600}"#,
/// );
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TokenResponse<'a> {
    /// The token. It is as good as a password.
    pub access_token: Secret<'a>,
    /// The type of the token.
    pub token_type: TokenType<'a>,
    /// The lifetime of the token. Unit: seconds from the answer on. Absent if a server does not state it.
    pub expires_in: Option<u64>,
    /// The scopes of the token; required if they differ from the requested ones.
    pub scope: Option<Cow<'a, str>>,
}

impl<'a> TokenResponse<'a> {
    /// Returns an answer with this bearer token, without a lifetime and a scope.
    #[must_use]
    pub fn bearer(access_token: impl Into<Secret<'a>>) -> Self {
        Self {
            access_token: access_token.into(),
            token_type: TokenType::Bearer,
            expires_in: None,
            scope: None,
        }
    }

    /// Returns the body, for servers. It contains the token.
    #[must_use]
    pub fn to_json_with_secret(&self) -> String {
        let token = self.access_token.expose_secret();
        // The extra space is for names, punctuation, a number and the longest known type.
        let capacity = token.len() + self.scope.as_ref().map_or(0, |scope| scope.len()) + 96;
        let mut object = ObjectWriter::with_capacity(capacity);
        object
            .string("access_token", token)
            .string("token_type", self.token_type.as_str());
        if let Some(seconds) = self.expires_in {
            object.number("expires_in", seconds);
        }
        object.optional_string("scope", self.scope.as_deref());
        object.finish()
    }

    /// Reads a body, for clients. Members that this type does not have may have any value.
    ///
    /// Other spellings of servers are read: `expires_in` in a string, and with a fraction, which is rounded down; `scope` as a list. `null`
    /// is the same as an absent member. An `expires_in` or a `scope` of any other type counts as absent, and other entries in a list of
    /// scopes are left out: the token is there.
    ///
    /// # Errors
    /// - [`InvalidDocument::NotJson`]: the body is not JSON (cause `internal-error`);
    /// - [`InvalidDocument::WrongMembers`]: `access_token` or `token_type` is missing or not a string, `expires_in` is a number or a
    ///   string and not a number of seconds, or one of these members is repeated (`internal-error`).
    pub fn parse(json: &'a [u8]) -> Result<Self, InvalidDocument> {
        match foreign_text(json) {
            Cow::Borrowed(text) => Self::read(text),
            Cow::Owned(text) => TokenResponse::read(&text).map(TokenResponse::into_owned),
        }
    }

    fn read(text: &'a str) -> Result<Self, InvalidDocument> {
        let members = Members::parse(text)?;
        Ok(Self {
            access_token: members.required("access_token")?.into(),
            token_type: members.required("token_type")?.into(),
            expires_in: members.needed("expires_in", lifetime)?.flatten(),
            scope: members.needed("scope", scope)?.flatten(),
        })
    }

    fn into_owned(self) -> TokenResponse<'static> {
        let owned = |text: Cow<'_, str>| text.into_owned();
        TokenResponse {
            access_token: owned(self.access_token.into_exposed_secret()).into(),
            token_type: Cow::<str>::Owned(self.token_type.as_str().to_owned()).into(),
            expires_in: self.expires_in,
            scope: self.scope.map(|scope| owned(scope).into()),
        }
    }
}

/// A value that is neither a number nor a string states no lifetime.
fn lifetime(value: Value<'_>) -> Result<Option<u64>, MemberProblem> {
    match value.seconds() {
        Ok(seconds) => Ok(Some(seconds)),
        Err(MemberProblem::WrongType { .. }) => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// A list is joined to the string that RFC 6749, section 3.3 demands.
fn scope(value: Value<'_>) -> Result<Option<Cow<'_, str>>, MemberProblem> {
    if value.is_list() {
        let entries = value.entries("a list of scopes")?;
        let scopes = entries.into_iter().filter_map(|entry| entry.text().ok());
        return Ok(Some(scopes.collect::<Vec<_>>().join(" ").into()));
    }
    Ok(value.text().ok())
}

json::from_json!(TokenResponse);
