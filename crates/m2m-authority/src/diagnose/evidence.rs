//! The evidence for a cause, and the fixes.

use core::fmt::{self, Write as _};
use core::net::IpAddr;

use m2m_jwt::UnixTime;

use crate::registry::AddressBlock;

/// One observation. It never contains a secret or a token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names of the fields describe them")]
pub enum Evidence {
    /// The body cannot be read from this byte on, counted from 0.
    BrokenAt { offset: usize },
    /// A parameter occurs a second time at this byte, counted from 0; it is named if the endpoint knows it.
    RepeatedAt {
        parameter: Option<&'static str>,
        offset: usize,
    },
    /// A parameter that the request needs is missing or empty.
    Missing { parameter: &'static str },
    /// The client id and the secret are swapped.
    CredentialsSwapped { client_id: Box<str> },
    /// The client id is that of an application, apart from a usual mistake.
    ClientIdRightButFor {
        client_id: Box<str>,
        difference: Difference,
    },
    /// An application has nearly this client id.
    NearestClientId { client_id: Box<str> },
    /// The secret is one of the application, apart from a usual mistake.
    SecretRightButFor {
        id: Box<str>,
        difference: Difference,
    },
    /// The secret belongs to another application.
    SecretOfOtherApplication { client_id: Box<str> },
    /// The secret has expired.
    SecretExpired { id: Box<str>, at: UnixTime },
    /// The secret was replaced by another one in a rotation.
    SecretRotatedOut {
        id: Box<str>,
        at: UnixTime,
        by: Box<str>,
    },
    /// An operator revoked the secret.
    SecretRevoked {
        id: Box<str>,
        at: UnixTime,
        by: Box<str>,
    },
    /// The application was deleted.
    Deleted { at: UnixTime, by: Box<str> },
    /// The audience is that of an API, apart from a usual mistake.
    AudienceRightButFor {
        asked: Box<str>,
        audience: Box<str>,
        difference: Difference,
    },
    /// An API has nearly this audience.
    NearestAudience { asked: Box<str>, audience: Box<str> },
    /// The audience exists, and the application is not authorized for it.
    AudienceNotAuthorized { audience: Box<str>, api: Box<str> },
    /// The audiences that the application is authorized for; the first eight.
    AuthorizedFor { audiences: Vec<Box<str>> },
    /// Another API defines the scope.
    ScopeOnAnotherApi { scope: Box<str>, audience: Box<str> },
    /// A requested API defines nearly this scope.
    NearestScope { asked: Box<str>, scope: Box<str> },
    /// A requested API defines the scope, and it is not assigned there.
    ScopeNotAssignedOn { scope: Box<str>, audience: Box<str> },
    /// A grant type is nearly this one.
    NearestGrantType { grant_type: Box<str> },
    /// The organization is suspended.
    OrganizationSuspended { code: Box<str> },
    /// The caller's address is not in any of the allowed blocks; the first eight of these.
    AddressOutside {
        address: IpAddr,
        allowed: Vec<AddressBlock>,
    },
}

/// A usual mistake that separates two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// A step that fixes the problem.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fix {
    /// The step as a sentence.
    pub text: Box<str>,
    /// The command for the step, if there is one.
    pub command: Option<Box<str>>,
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

impl Evidence {
    /// Returns the observation as a sentence. `time` formats times, since the program that shows them decides about their format.
    #[must_use]
    pub fn text(&self, time: impl Fn(UnixTime) -> String) -> String {
        match self {
            Self::BrokenAt { offset } => format!("the body is malformed at byte {offset}"),
            Self::RepeatedAt {
                parameter: Some(name),
                offset,
            } => {
                format!("the parameter {name:?} is repeated at byte {offset} of the body")
            }
            Self::RepeatedAt {
                parameter: None,
                offset,
            } => {
                format!("a parameter is repeated at byte {offset} of the body")
            }
            Self::Missing { parameter } => {
                format!("the parameter {parameter} is missing or empty")
            }
            Self::CredentialsSwapped { client_id } => {
                format!(
                    "the client id and the secret are swapped: the value sent as the secret is the client id {client_id:?}"
                )
            }
            Self::ClientIdRightButFor {
                client_id,
                difference,
            } => {
                format!("the client id matches {client_id:?} except for {difference}")
            }
            Self::NearestClientId { client_id } => {
                format!("the most similar client id is {client_id:?}")
            }
            Self::SecretRightButFor { id, difference } => {
                format!("the presented secret matches the secret {id:?} except for {difference}")
            }
            Self::SecretOfOtherApplication { client_id } => {
                format!("the presented secret belongs to the application {client_id:?}")
            }
            Self::SecretExpired { id, at } => {
                format!(
                    "the presented secret is the secret {id:?}, which expired at {}",
                    time(*at)
                )
            }
            Self::SecretRotatedOut { id, at, by } => {
                format!(
                    "the presented secret is the secret {id:?}, which was rotated out at {} by {by:?}",
                    time(*at)
                )
            }
            Self::SecretRevoked { id, at, by } => {
                format!(
                    "the presented secret is the secret {id:?}, which was revoked at {} by {by:?}",
                    time(*at)
                )
            }
            Self::Deleted { at, by } => {
                format!("the application was deleted at {} by {by:?}", time(*at))
            }
            Self::AudienceRightButFor {
                asked,
                audience,
                difference,
            } => {
                format!(
                    "the requested audience {asked:?} matches {audience:?} except for {difference}"
                )
            }
            Self::NearestAudience { asked, audience } => {
                format!(
                    "no API has the audience {asked:?}; the most similar audience is {audience:?}"
                )
            }
            Self::AudienceNotAuthorized { audience, api } => {
                format!(
                    "{audience:?} is the audience of the API {api:?}, for which the application is not authorized"
                )
            }
            Self::AuthorizedFor { audiences } => {
                listed("the application is authorized for:", audiences)
            }
            Self::ScopeOnAnotherApi { scope, audience } => {
                format!("the scope {scope:?} is defined by another API, {audience:?}")
            }
            Self::NearestScope { asked, scope } => {
                format!(
                    "no requested API defines the scope {asked:?}; the most similar scope is {scope:?}"
                )
            }
            Self::ScopeNotAssignedOn { scope, audience } => {
                format!(
                    "the API {audience:?} defines the scope {scope:?}, which is not assigned to the application"
                )
            }
            Self::NearestGrantType { grant_type } => {
                format!("the most similar grant type is {grant_type:?}")
            }
            Self::OrganizationSuspended { code } => {
                format!("the organization {code:?} is suspended")
            }
            Self::AddressOutside { address, allowed } => listed(
                &format!("the address {address} is not allowed; the allowed addresses are:"),
                allowed,
            ),
        }
    }

    /// Returns the fix that this observation suggests, if there is one.
    pub(super) fn fix(&self, client_id: &str) -> Option<Fix> {
        let text = match self {
            Self::CredentialsSwapped { client_id } => {
                format!("send {client_id:?} as client_id and the other value as client_secret")
            }
            Self::ClientIdRightButFor { client_id, .. } | Self::NearestClientId { client_id } => {
                format!("send {client_id:?} as client_id")
            }
            Self::SecretRightButFor { difference, .. } => {
                format!("send the secret without {difference}")
            }
            Self::SecretOfOtherApplication { client_id: other } => {
                // The client id presented is not repeated: where no application has it, it may be a secret.
                format!(
                    "send the secret that belongs to the client_id, or send {other:?} as client_id"
                )
            }
            Self::SecretExpired { .. }
            | Self::SecretRotatedOut { .. }
            | Self::SecretRevoked { .. } => {
                format!(
                    "deploy the current secret to the caller; if the current secret is lost, run m2m secret rotate {client_id:?}, or set secret_sha256 of the application {client_id:?} in world.toml to the hash of a new secret, and {IN_FORCE}"
                )
            }
            Self::AudienceRightButFor { audience, .. } | Self::NearestAudience { audience, .. } => {
                format!("request the audience {audience:?}")
            }
            Self::AudienceNotAuthorized { audience, .. } => {
                format!(
                    "authorize the application for {audience:?}: in world.toml, add this audience to the authorize list of the application {client_id:?}, and {IN_FORCE}"
                )
            }
            Self::ScopeOnAnotherApi { scope, audience } => {
                format!("request the scope {scope:?} together with the audience {audience:?}")
            }
            Self::NearestScope { scope, .. } => format!("request the scope {scope:?}"),
            Self::ScopeNotAssignedOn { scope, audience } => {
                format!(
                    "assign the scope {scope:?} of the API {audience:?}: in world.toml, add this scope to the authorize list of the application {client_id:?}, and {IN_FORCE}"
                )
            }
            Self::NearestGrantType { grant_type } => format!("send grant_type={grant_type}"),
            Self::Missing { parameter } => format!("send the parameter {parameter}"),
            Self::BrokenAt { .. }
            | Self::RepeatedAt { .. }
            | Self::Deleted { .. }
            | Self::AuthorizedFor { .. }
            | Self::OrganizationSuspended { .. }
            | Self::AddressOutside { .. } => return None,
        };
        Some(Fix {
            text: text.into(),
            command: None,
        })
    }
}

/// The step that puts a change of `world.toml` into effect.
const IN_FORCE: &str = "run m2m apply -f world.toml, or restart the server if it runs with --world";

fn listed(text: &str, values: &[impl fmt::Display]) -> String {
    let mut list = text.to_owned();
    if values.is_empty() {
        list.push_str(" none");
    }
    for (index, value) in values.iter().enumerate() {
        let separator = if index == 0 { " " } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(list, "{separator}{value}");
    }
    list
}
