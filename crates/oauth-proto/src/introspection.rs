//! The request to introspect a token, and the answer.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value as JsonValue};

use crate::{
    InvalidDocument, InvalidParameters, MemberProblem, MessageLimits, Secret, TokenType, json,
    members::{Members, Value},
    parameters::{
        self, CLIENT_ASSERTION, CLIENT_ASSERTION_TYPE, CLIENT_ID, CLIENT_SECRET, Repeats,
    },
};

/// The request to the introspection endpoint, as it was sent.
///
/// A parameter without a value counts as omitted; whether `token` may be missing is judged after the caller has
/// authenticated.
///
/// Source: RFC 7662, section 2.1, <https://www.rfc-editor.org/rfc/rfc7662#section-2.1>.
///
/// ```
/// use oauth_proto::{IntrospectionRequest, MessageLimits};
///
/// let request = IntrospectionRequest::parse(b"token=abc&token_type_hint=access_token", &MessageLimits::DEFAULT)?;
/// assert_eq!(request.token.expect("a token").expose_secret(), "abc");
/// # Ok::<(), oauth_proto::InvalidParameters>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct IntrospectionRequest<'a> {
    /// `token`: the token to introspect.
    pub token: Option<Secret<'a>>,
    /// `token_type_hint`: the type of token that the caller assumes. Only a hint.
    pub token_type_hint: Option<Cow<'a, str>>,
    /// `client_id`: the id of the caller, in the body.
    pub client_id: Option<Cow<'a, str>>,
    /// `client_secret`: the caller's password, in the body.
    pub client_secret: Option<Secret<'a>>,
    /// `client_assertion`: a JWT that authenticates the caller (RFC 7521).
    pub client_assertion: Option<Secret<'a>>,
    /// `client_assertion_type`: the kind of the assertion.
    pub client_assertion_type: Option<Cow<'a, str>>,
}

impl<'a> IntrospectionRequest<'a> {
    /// Reads a body. The whole body has to be a form; only then is a repeated parameter refused.
    ///
    /// # Errors
    /// - [`InvalidParameters::Form`], with the cause of the [`InvalidForm`](crate::InvalidForm) in it;
    /// - [`InvalidParameters::ParameterRepeated`] (cause `parameter-repeated`).
    pub fn parse(body: &'a [u8], limits: &MessageLimits) -> Result<Self, InvalidParameters> {
        let mut request = Self::default();
        parameters::read(body, limits, &PARAMETERS, |name, value| match name {
            TOKEN => request.token = Some(value.into()),
            TOKEN_TYPE_HINT => request.token_type_hint = Some(value),
            CLIENT_ID => request.client_id = Some(value),
            CLIENT_SECRET => request.client_secret = Some(value.into()),
            CLIENT_ASSERTION => request.client_assertion = Some(value.into()),
            CLIENT_ASSERTION_TYPE => request.client_assertion_type = Some(value),
            _ => {}
        })?;
        Ok(request)
    }
}

/// The answer of the authorization server about a token.
///
/// Exhaustive: RFC 7662 has these two, and a resource server has to handle both.
///
/// Source: RFC 7662, section 2.2, <https://www.rfc-editor.org/rfc/rfc7662#section-2.2>.
///
/// ```
/// use oauth_proto::IntrospectionResponse;
///
/// assert_eq!(IntrospectionResponse::Inactive.to_json(), r#"{"active":false}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntrospectionResponse<'a> {
    /// The token is unknown, expired or revoked, or the caller may not know about it. The answer does not state which.
    Inactive,
    /// The token is good, as far as the authorization server knows.
    Active(Box<ActiveToken<'a>>),
}

/// The claims of an active token. Times are in seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct ActiveToken<'a> {
    /// The scopes, separated by spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Cow<'a, str>>,
    /// The client that the token was issued to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Cow<'a, str>>,
    /// A human-readable name of the user who authorized the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<Cow<'a, str>>,
    /// The type of the token.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "serialize_token_type"
    )]
    pub token_type: Option<TokenType<'a>>,
    /// The time at which the token expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
    /// The time at which the token was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<u64>,
    /// The time before which the token must not be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    /// The subject of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<Cow<'a, str>>,
    /// The APIs that the token is for. One prints as a string, several as a list.
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "serialize_audiences"
    )]
    pub aud: Vec<Cow<'a, str>>,
    /// The issuer of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<Cow<'a, str>>,
    /// The identifier of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<Cow<'a, str>>,
    /// The other members, which RFC 7662 does not define, such as claims that the authorization server puts into its tokens.
    #[serde(flatten)]
    pub extensions: Cow<'a, Extensions>,
}

/// The members of an introspection response that RFC 7662 does not define.
///
/// ```
/// use oauth_proto::Extensions;
///
/// let claims = r#"{"org_code":"org_acme","exp":1800000000,"feature_flags":{}}"#;
/// let extensions = Extensions::of_object(claims, &["org_code", "application_properties"]);
/// assert_eq!(extensions.text("org_code"), Some("org_acme"));
/// assert_eq!(extensions.names().count(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Extensions(Map<String, JsonValue>);

impl Extensions {
    /// Returns the members of a JSON object that have one of these names. A text that is not a JSON object has none.
    #[must_use]
    pub fn of_object(json: &str, names: &[&str]) -> Self {
        let members = Members::parse(json);
        let all = members.map_or_else(|_| Map::new(), |members| members.others(&[]));
        let own = all.into_iter().filter(|(name, _)| names.contains(&&**name));
        Self(own.collect())
    }

    /// The names of the members.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }

    /// Returns the value of a member that is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// Returns the value of a member as JSON.
    #[must_use]
    pub fn json(&self, name: &str) -> Option<String> {
        Some(self.0.get(name)?.to_string())
    }
}

impl<'a> IntrospectionResponse<'a> {
    /// Returns true if the token is active.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        matches!(self, Self::Active(_))
    }

    /// Returns the body, for servers. An inactive token has no other member (RFC 7662, section 2.2).
    ///
    /// # Panics
    /// Never: the members are strings, lists and numbers.
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Members<'m, 'a> {
            active: bool,
            #[serde(flatten)]
            token: Option<&'m ActiveToken<'a>>,
        }

        let members = match self {
            Self::Inactive => Members {
                active: false,
                token: None,
            },
            Self::Active(token) => Members {
                active: true,
                token: Some(token),
            },
        };
        serde_json::to_string(&members).expect("strings, lists and numbers are always JSON")
    }

    /// Reads a body, for resource servers. Members that RFC 7662 does not define are in [`extensions`](ActiveToken::extensions). All other
    /// members of an inactive token are ignored.
    ///
    /// `null` is the same as an absent member, except for a time: an `exp` that is `null` is not a token without an end.
    ///
    /// # Errors
    /// - [`InvalidDocument::NotJson`]: the body is not JSON (cause `internal-error`);
    /// - [`InvalidDocument::WrongMembers`]: `active` is missing, or a member has a wrong type or is repeated (`internal-error`).
    pub fn parse(json: &'a [u8]) -> Result<Self, InvalidDocument> {
        let members = Members::parse_unique(json)?;
        let active = members.needed("active", Value::flag)?;
        if !active.ok_or_else(|| members.wrong("active", MemberProblem::Missing))? {
            return Ok(Self::Inactive);
        }
        let text = |name| members.needed(name, Value::text);
        let time = |name| {
            let value = members.present(name);
            value
                .and_then(|value| value.map(Value::whole_number).transpose())
                .map_err(|problem| members.wrong(name, problem))
        };
        Ok(Self::Active(Box::new(ActiveToken {
            scope: text("scope")?,
            client_id: text("client_id")?,
            username: text("username")?,
            token_type: text("token_type")?.map(Into::into),
            exp: time("exp")?,
            iat: time("iat")?,
            nbf: time("nbf")?,
            sub: text("sub")?,
            aud: members
                .needed("aud", Value::one_or_many)?
                .unwrap_or_default(),
            iss: text("iss")?,
            jti: text("jti")?,
            extensions: Cow::Owned(Extensions(members.others(&DEFINED))),
        })))
    }
}

json::from_json!(IntrospectionResponse);

fn serialize_token_type<S: serde::Serializer>(
    token_type: &Option<TokenType<'_>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    token_type
        .as_ref()
        .map(TokenType::as_str)
        .serialize(serializer)
}

fn serialize_audiences<S: serde::Serializer>(
    audiences: &[Cow<'_, str>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match audiences {
        [audience] => audience.serialize(serializer),
        audiences => audiences.serialize(serializer),
    }
}

/// The members that RFC 7662, section 2.2 defines.
const DEFINED: [&str; 12] = [
    "active",
    "scope",
    "client_id",
    "username",
    "token_type",
    "exp",
    "iat",
    "nbf",
    "sub",
    "aud",
    "iss",
    "jti",
];

const TOKEN: &str = "token";
const TOKEN_TYPE_HINT: &str = "token_type_hint";

const PARAMETERS: [(&str, Repeats); 6] = [
    (TOKEN, Repeats::Refused),
    (TOKEN_TYPE_HINT, Repeats::Refused),
    (CLIENT_ID, Repeats::Refused),
    (CLIENT_SECRET, Repeats::Refused),
    (CLIENT_ASSERTION, Repeats::Refused),
    (CLIENT_ASSERTION_TYPE, Repeats::Refused),
];
