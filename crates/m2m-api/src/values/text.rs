//! The texts in management requests. Each type states its limits, to callers and in the OpenAPI document.

use core::str::FromStr;
use std::borrow::Cow;

use m2m_authority::RequestId;
use m2m_authority::registry::{NAME_EXPECTED, NAME_PATTERN, is_name};
use oauth_proto::{Audience, ClientId, Scope, ScopeToken};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};

/// A text that does not have the form of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not {expected}")]
#[non_exhaustive]
pub struct InvalidValue {
    /// The expected value, in words.
    pub expected: &'static str,
}

/// Returns true if the text is a dot segment of a path (RFC 3986, section 3.3), which clients and proxies resolve before a server receives it.
fn is_step(text: &str) -> bool {
    matches!(text, "." | "..")
}

/// Defines the types of texts: name, minimum and maximum length in characters, pattern, description, and the function that decides.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $least:literal..=$most:literal, $pattern:expr, $expected:expr, $is:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// Returns the text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::try_from(text).map_err(D::Error::custom)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidValue;

            fn try_from(text: String) -> Result<Self, InvalidValue> {
                let characters = text.chars().count();
                let is: fn(&str) -> bool = $is;
                if ($least..=$most).contains(&characters) && is(&text) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidValue { expected: $expected })
                }
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for Box<str> {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl From<&$name> for Box<str> {
            fn from(text: &$name) -> Self {
                text.0.clone()
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "minLength": $least,
                    "maxLength": $most,
                    "pattern": $pattern,
                    "description": format!("Must be {}.", $expected),
                })
            }
        }
    )+};
}

texts! {
    /// A `jti`.
    JwtIdText: 1..=1024, "^[ -~]{1,1024}$", "1 to 1024 visible ASCII characters or spaces", |text| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    /// A token in compact serialization.
    TokenText: 1..=16384, r"^[A-Za-z0-9._-]{1,16384}$", "a token: 1 to 16384 letters, digits and ._-", |text| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    /// A display name.
    Name: 1..=256, NAME_PATTERN, NAME_EXPECTED, is_name;
    /// A value of a property. It can be empty.
    Value: 0..=2000, r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$",
        "a value: at most 2000 characters, without control characters other than line breaks and tabs",
        |text| !text.contains(|character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t'));
    /// The identifier of an API.
    AudienceText: 1..=512, r#"^[^\s"\\\u0000-\u001f\u007f-\u009f]+$"#,
        "an audience: 1 to 512 characters without spaces, control characters, quotes and backslashes",
        |text| Audience::parse(text).is_ok();
    /// The key of a scope.
    ScopeKey: 1..=256, r"^[\x21\x23-\x5b\x5d-\x7e]{1,256}$",
        "a scope: 1 to 256 visible ASCII characters without quotes and backslashes (RFC 6749, section 3.3)",
        |text| ScopeToken::parse(text).is_ok();
    /// A client id.
    ClientIdText: 1..=256,
        r"^([\x21-\x24\x26-\x2a\x2c\x2d\x2f-\x39\x3b-\x7e][\x21-\x24\x26-\x2a\x2c-\x39\x3b-\x7e]{0,255}|\.[\x21-\x24\x26-\x2a\x2c\x2d\x2f-\x39\x3b-\x7e][\x21-\x24\x26-\x2a\x2c-\x39\x3b-\x7e]{0,254}|\.\.[\x21-\x24\x26-\x2a\x2c-\x39\x3b-\x7e]{1,254})$",
        "a client id: 1 to 256 visible ASCII characters without %, + and :, and neither . nor ..",
        |text| ClientId::parse(text).is_ok() && !is_step(text);
    /// A text to search for.
    Search: 1..=256, r"^[^\u0000-\u001f\u007f-\u009f]+$",
        "a string of 1 to 256 characters without control characters",
        |text| !text.contains(char::is_control);
    /// The identifier of a record of any kind.
    Identifier: 1..=2048, r#"^[^\s"\\\u0000-\u001f\u007f-\u009f]+$"#,
        "an identifier: 1 to 2048 characters without spaces, control characters, quotes and backslashes",
        |text| !text.contains(|character: char| {
            character.is_control() || character.is_whitespace() || matches!(character, '"' | '\\')
        });
    /// A list of scopes, separated by spaces.
    ScopeText: 1..=8192, r"^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$",
        "a list of scopes with one space between them (RFC 6749, section 3.3)",
        |text| Scope::parse(text).is_ok();
    /// A code, a key, or the name of a system user.
    Key: 1..=256, r"^[\x21-\x7e]{1,256}$",
        "a string of 1 to 256 visible ASCII characters",
        |text| text.bytes().all(|byte| byte.is_ascii_graphic());
    /// A code or a key that appears in paths.
    PathKey: 1..=256,
        r"^([\x21-\x2d\x2f-\x7e][\x21-\x7e]{0,255}|\.[\x21-\x2d\x2f-\x7e][\x21-\x7e]{0,254}|\.\.[\x21-\x7e]{1,254})$",
        "a string of 1 to 256 visible ASCII characters, and neither . nor ..",
        |text| text.bytes().all(|byte| byte.is_ascii_graphic()) && !is_step(text);
    /// The id that a caller gives to a request. A text that looks like a generated secret is not kept as one.
    RequestIdText: 1..=128, r"^[A-Za-z0-9._:/+=@-]{1,128}$",
        "a request id: 1 to 128 ASCII letters, digits and characters of ._:/+=@-, and not a secret",
        |text| RequestId::parse(text.as_bytes()).is_some();
    /// The hash of a secret.
    SecretSha256: 44..=44, r"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$",
        "the base64-encoded SHA-256 hash of a secret (44 characters)",
        |text| m2m_authority::registry::SecretHash::from_base64(text).is_ok();
}
