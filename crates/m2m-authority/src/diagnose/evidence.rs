//! The evidence for a cause, as values. `m2m-explain` puts it into words.

use core::fmt;
use core::net::IpAddr;
use std::borrow::Cow;

use m2m_jwt::UnixTime;
use serde::{Deserialize, Serialize};

use crate::registry::AddressBlock;

/// One observation. It never contains a secret or a token.
///
/// As JSON, it is an object with the variant in `kind`, such as `{"kind": "similar_client_id", "client_id": "billing-job"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names of the fields describe them")]
pub enum Evidence {
    /// The body cannot be read from this byte on, counted from 0.
    MalformedAt { offset: usize },
    /// A parameter occurs a second time at this byte, counted from 0; it is named if the endpoint knows it.
    ParameterRepeated {
        parameter: Option<Cow<'static, str>>,
        offset: usize,
    },
    /// A parameter that the request needs is missing or empty.
    ParameterMissing { parameter: Cow<'static, str> },
    /// The client id and the secret are swapped.
    CredentialsSwapped { client_id: Box<str> },
    /// The client id is that of an application, apart from a usual mistake.
    ClientIdDiffers {
        client_id: Box<str>,
        difference: Difference,
    },
    /// An application has nearly this client id.
    SimilarClientId { client_id: Box<str> },
    /// The secret is one of the application, apart from a usual mistake.
    SecretDiffers {
        id: Box<str>,
        difference: Difference,
    },
    /// The secret belongs to another application.
    SecretOfOtherApplication { client_id: Box<str> },
    /// The secret has expired.
    SecretExpired {
        id: Box<str>,
        #[serde(with = "seconds")]
        at: UnixTime,
    },
    /// The secret was replaced by another one in a rotation.
    SecretRotatedOut {
        id: Box<str>,
        #[serde(with = "seconds")]
        at: UnixTime,
        by: Box<str>,
    },
    /// An operator revoked the secret.
    SecretRevoked {
        id: Box<str>,
        #[serde(with = "seconds")]
        at: UnixTime,
        by: Box<str>,
    },
    /// The application was deleted.
    Deleted {
        #[serde(with = "seconds")]
        at: UnixTime,
        by: Box<str>,
    },
    /// The audience is that of an API, apart from a usual mistake.
    AudienceDiffers {
        requested: Box<str>,
        audience: Box<str>,
        difference: Difference,
    },
    /// An API has nearly this audience.
    SimilarAudience {
        requested: Box<str>,
        audience: Box<str>,
    },
    /// The audience exists, and the application is not authorized for it.
    AudienceNotAuthorized { audience: Box<str>, api: Box<str> },
    /// The audiences that the application is authorized for; the first eight.
    AuthorizedFor { audiences: Vec<Box<str>> },
    /// Another API defines the scope.
    ScopeOnOtherApi { scope: Box<str>, audience: Box<str> },
    /// A requested API defines nearly this scope.
    SimilarScope {
        requested: Box<str>,
        scope: Box<str>,
    },
    /// A requested API defines the scope, and it is not assigned there.
    ScopeNotAssigned { scope: Box<str>, audience: Box<str> },
    /// A grant type is nearly this one.
    SimilarGrantType { grant_type: Box<str> },
    /// The organization is suspended.
    OrganizationSuspended { code: Box<str> },
    /// The caller's address is not in any of the allowed blocks; the first eight of these.
    AddressOutside {
        address: IpAddr,
        allowed: Vec<AddressBlock>,
    },
}

/// A usual mistake that separates two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Difference {
    /// A line break at the end, as `echo` and editors leave it.
    TrailingNewline,
    /// Whitespace at the beginning or the end.
    SurroundingSpace,
    /// Quotation marks around it, as from a shell or an environment file.
    Quotes,
    /// A slash at the end, more or less.
    TrailingSlash,
    /// Letters in another case.
    Case,
}

impl Difference {
    /// Returns `text` without one usual mistake, for each such mistake that it has, of those that a secret can have.
    pub(crate) fn variants(text: &str) -> impl Iterator<Item = (Self, &str)> {
        let newline = text.trim_end_matches(['\r', '\n']);
        let space = text.trim();
        let quotes = ['"', '\'']
            .iter()
            .find_map(|mark| space.strip_prefix(*mark)?.strip_suffix(*mark));
        let candidates = [
            (Self::TrailingNewline, newline),
            (Self::SurroundingSpace, space),
            (Self::Quotes, quotes.unwrap_or(text)),
        ];
        candidates
            .into_iter()
            .filter(move |(_, variant)| *variant != text)
    }

    /// Returns the candidate that `value` equals apart from a usual mistake, and the mistake.
    pub(crate) fn between<'c>(
        value: &str,
        candidates: impl Iterator<Item = &'c str>,
    ) -> Option<(&'c str, Self)> {
        let same = |candidate: &str| {
            if candidate == value {
                return None;
            }
            let slash = candidate.trim_end_matches('/') == value.trim_end_matches('/');
            let variant = Self::variants(value).find(|(_, variant)| *variant == candidate);
            let case = candidate.eq_ignore_ascii_case(value);
            variant
                .map(|(difference, _)| difference)
                .or_else(|| slash.then_some(Self::TrailingSlash))
                .or_else(|| case.then_some(Self::Case))
        };
        candidates
            .filter_map(|candidate| Some((candidate, same(candidate)?)))
            .min_by_key(|(candidate, _)| *candidate)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::TrailingNewline => "a line break at the end",
            Self::SurroundingSpace => "whitespace around it",
            Self::Quotes => "quotation marks around it",
            Self::TrailingSlash => "a slash at the end",
            Self::Case => "letter case",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Times in seconds since 1970.
mod seconds {
    use m2m_jwt::UnixTime;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        time: &UnixTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(time.as_seconds())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<UnixTime, D::Error> {
        u64::deserialize(deserializer).map(UnixTime::from_seconds)
    }
}
