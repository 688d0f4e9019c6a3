//! The answer that carries a token.

use std::borrow::Cow;

use serde::Deserialize;

use crate::{
    InvalidDocument, Secret, TokenType,
    json::{self, ObjectWriter, Seconds, Text},
};

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

    /// Reads a body, for clients. Unknown members are ignored; `expires_in` may be a string of digits.
    ///
    /// # Errors
    /// - [`InvalidDocument::NotJson`]: the body is not JSON (cause `internal-error`);
    /// - [`InvalidDocument::WrongMembers`]: `access_token` or `token_type` is missing, or a member has a wrong type or is repeated
    ///   (`internal-error`).
    pub fn parse(json: &'a [u8]) -> Result<Self, InvalidDocument> {
        #[derive(Deserialize)]
        struct Members<'a> {
            #[serde(borrow)]
            access_token: Text<'a>,
            #[serde(borrow)]
            token_type: Text<'a>,
            expires_in: Option<Seconds>,
            #[serde(borrow)]
            scope: Option<Text<'a>>,
        }

        let members: Members<'a> = json::parse(json)?;
        Ok(Self {
            access_token: members.access_token.into_inner().into(),
            token_type: members.token_type.into_inner().into(),
            expires_in: members.expires_in.map(|seconds| seconds.0),
            scope: members.scope.map(Text::into_inner),
        })
    }
}

json::from_json!(TokenResponse);
