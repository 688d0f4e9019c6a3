//! Tokens that were issued.

use core::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::values::{JwtIdText, Time, TokenText};
use crate::{ApplicationName, Method, NoBody, NoNames, NoQuery, Operation, Spec};

/// Revokes a token, whichever application it was issued to.
#[derive(Debug)]
pub struct RevokeToken;

/// Revokes all tokens that were issued to an application until now.
#[derive(Debug)]
pub struct RevokeApplicationTokens;

/// The token to revoke: exactly one of `token` and `jti`.
#[derive(Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRevocation {
    /// The token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenText>,
    /// The `jti` of the token, if the token itself is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<JwtIdText>,
    /// The time at which the token with this `jti` expires, until which the revocation is kept. If absent, the longest lifetime of a token from now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
}

/// The answer about a revoked token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenRevoked {
    /// The token that was revoked.
    pub token: RevokedTokenShown,
}

/// A revoked token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RevokedTokenShown {
    /// The `jti` of the token.
    pub jti: String,
    /// The application that the token was issued to. Absent if only the `jti` is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The time until which the revocation is kept: the time at which the token expires.
    pub expires_at: String,
}

impl fmt::Debug for TokenRevocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRevocation")
            .field("token", &self.token.as_ref().map(|_| "[redacted]"))
            .field("jti", &self.jti)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

impl Operation for RevokeToken {
    const SPEC: Spec = Spec {
        id: "revokeToken",
        method: Method::Post,
        path: "/api/v1/tokens/revoke",
        scope: "update:applications",
        summary: "Revoke a token at once; introspection and the management API refuse it, and APIs that verify tokens themselves accept it until it expires",
        code: "TOKEN_REVOKED",
        message: "Token successfully revoked",
        refusals: &[409, 503],
        example: Some(r#"{"jti": "AAECAwQFBgcICQoLDA0ODw"}"#),
        ..Spec::DEFAULT
    };
    type Names = NoNames;
    type Query = NoQuery;
    type Body = TokenRevocation;
    type Answer = TokenRevoked;
}

/// The answer about the tokens of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokensRevoked {
    /// The client id of the application.
    pub client_id: String,
    /// The time up to which its tokens are revoked, by their `iat`. New tokens get an `iat` after it.
    pub not_before: String,
}

impl Operation for RevokeApplicationTokens {
    const SPEC: Spec = Spec {
        id: "revokeApplicationTokens",
        method: Method::Post,
        path: "/api/v1/applications/{application_id}/revoke_tokens",
        scope: "update:applications",
        summary: "Revoke all tokens that were issued to an application until now; it can request new ones",
        code: "TOKENS_REVOKED",
        message: "Tokens successfully revoked",
        refusals: &[404, 409],
        ..Spec::DEFAULT
    };
    type Names = ApplicationName;
    type Query = NoQuery;
    type Body = NoBody;
    type Answer = TokensRevoked;
}
