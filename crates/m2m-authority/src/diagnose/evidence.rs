//! The evidence for a cause, as values. `m2m-explain` puts it into words.

use core::fmt;
use core::net::IpAddr;
use std::borrow::Cow;

use m2m_jwt::UnixTime;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::connection::{HandshakeProblem, HttpProblem};
use super::{Requested, mangled};
use crate::registry::AddressBlock;

/// One observation. It never contains a secret or a token.
///
/// As JSON, it is an object with the variant in `kind`, such as `{"kind": "similar_client_id", "client_id": "billing-job"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names of the fields describe them")]
pub enum Evidence {
    /// The TLS handshake failed, so that no request arrived.
    HandshakeFailed { problem: HandshakeProblem },
    /// The request is not HTTP, or can be read in more than one way.
    HttpMalformed { problem: HttpProblem },
    /// The body cannot be read from this byte on, counted from 0. It is in the name or the value of the parameter, if that is a known one.
    MalformedAt {
        offset: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parameter: Option<Cow<'static, str>>,
    },
    /// A parameter occurs a second time at this byte, counted from 0; it is named if the endpoint knows it.
    ParameterRepeated {
        parameter: Option<Cow<'static, str>>,
        offset: usize,
    },
    /// A parameter that the request needs is missing or empty.
    ParameterMissing { parameter: Cow<'static, str> },
    /// The server has nearly the requested path.
    SimilarPath {
        path: Cow<'static, str>,
        /// True if the paths differ by slashes only.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        only_slashes: bool,
    },
    /// The path is that of an endpoint with this name, which other authorization servers have.
    EndpointMissing { endpoint: Cow<'static, str> },
    /// The method of the request, if it is a usual one. The path supports only POST.
    MethodSent {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<Cow<'static, str>>,
    },
    /// The parameter is in the URL, where a token request has none.
    ParameterInUrl {
        parameter: Cow<'static, str>,
        /// True if the parameter has no value there, as far as it was read.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        is_empty: bool,
    },
    /// The body has a parameter with nearly this name, which is ignored.
    SimilarParameter { parameter: Cow<'static, str> },
    /// The `Content-Type` field is missing.
    ContentTypeMissing,
    /// The `Content-Type` field occurs more than once.
    ContentTypeRepeated,
    /// The `Content-Type` field has another value than a form has.
    ContentTypeSent {
        /// The media type, if it is one of a few. A form with a parameter such as a charset is one of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media_type: Option<Cow<'static, str>>,
        has_parameters: bool,
    },
    /// The `Content-Type` field has another charset than UTF-8, which is named if it is a usual one.
    CharsetSent {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        charset: Option<Cow<'static, str>>,
    },
    /// The `Content-Type` field has nearly this media type.
    SimilarContentType { media_type: Cow<'static, str> },
    /// The body begins like something other than a form.
    BodyLooksLike {
        form: BodyForm,
        /// The known parameters that it has in that form.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parameters: Vec<Cow<'static, str>>,
    },
    /// The scheme of the `Authorization` field, if it is a usual one.
    SchemeSent {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scheme: Option<Cow<'static, str>>,
    },
    /// The credentials of the Basic header cannot be read.
    BasicMalformed { problem: BasicProblem },
    /// The ways in which the request authenticates, of which there has to be one.
    MethodsPresent { methods: Vec<Cow<'static, str>> },
    /// The client ids in the Basic header and in the body differ, perhaps by a usual mistake only.
    ClientIdsDiffer {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        difference: Option<Difference>,
    },
    /// The value sent as the client id is one that programs send in place of a missing one.
    ClientIdPlaceholder {
        /// The word, if it is one of a few, such as `undefined`. Otherwise it is a variable that was not expanded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        word: Option<Cow<'static, str>>,
    },
    /// The value sent as the client id is a secret of this application.
    SecretAsClientId { client_id: Box<str> },
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
    /// The value sent as the secret is one that programs send in place of a missing one.
    SecretPlaceholder {
        /// The word, if it is one of a few, such as `undefined`. Otherwise it is a variable that was not expanded, such as `${SECRET}`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        word: Option<Cow<'static, str>>,
    },
    /// The value sent as the secret is the stored hash of this secret of the application.
    SecretHashSent { id: Box<str> },
    /// The value begins as generated secrets do, and is not one.
    SecretDamaged {
        /// The number of characters that are missing. 0 if the length is right, or the value too long.
        missing: usize,
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
    /// The application has expired.
    ApplicationExpired {
        #[serde(with = "seconds")]
        at: UnixTime,
    },
    /// The application was deleted.
    Deleted {
        #[serde(with = "seconds")]
        at: UnixTime,
        by: Box<str>,
    },
    /// The audience, the resource or the scope has a character that is not allowed at this byte, counted from 0.
    ValueMalformedAt {
        parameter: Cow<'static, str>,
        offset: usize,
    },
    /// No API has the audience, or one like it.
    UnknownAudience { requested: Requested },
    /// The value is the name of the API with this audience.
    AudienceIsName { audience: Box<str> },
    /// The audience is that of an API, apart from a usual mistake.
    AudienceDiffers {
        requested: Requested,
        audience: Box<str>,
        difference: Difference,
    },
    /// An API has nearly this audience.
    SimilarAudience {
        requested: Requested,
        audience: Box<str>,
    },
    /// The audience exists, and the application is not authorized for it.
    AudienceNotAuthorized { audience: Box<str>, api: Box<str> },
    /// The request has no audience, and the `default_audience` of the application was used.
    DefaultAudienceUsed { audience: Box<str> },
    /// The audiences that the application is authorized for; the first eight.
    AuthorizedFor { audiences: Vec<Box<str>> },
    /// No API defines the scope, or one like it.
    UnknownScope { requested: Requested },
    /// The scope begins with the audience of an API, as some other systems require it; the scope behind it, if it exists.
    AudienceInScope {
        audience: Box<str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<Box<str>>,
    },
    /// Another API defines the scope.
    ScopeOnOtherApi { scope: Box<str>, audience: Box<str> },
    /// The scope is one that a requested API defines, apart from a usual mistake.
    ScopeDiffers {
        requested: Requested,
        scope: Box<str>,
        difference: Difference,
    },
    /// The values of the parameter are separated by a character that does not separate them, and each of them exists.
    #[serde(alias = "separated_by_commas")]
    SeparatedBy {
        parameter: Cow<'static, str>,
        /// A comma in evidence of a release that knew no other character.
        #[serde(default = "comma")]
        separator: char,
    },
    /// A requested API defines nearly this scope.
    SimilarScope {
        requested: Requested,
        scope: Box<str>,
    },
    /// A requested API defines the scope, and it is not assigned there.
    ScopeNotAssigned { scope: Box<str>, audience: Box<str> },
    /// The grant type of the request is this one, which the server does not support.
    GrantTypeSent { grant_type: Cow<'static, str> },
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

/// The form of a body that is not that of a token request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names say it")]
pub enum BodyForm {
    Empty,
    Json,
    Xml,
    Multipart,
    /// Quotation marks around the form, as a shell leaves them that does not know them.
    Quoted,
    /// A question mark in front of the form.
    QuestionMark,
    ByteOrderMark,
    /// `&amp;` between the parameters.
    HtmlEntities,
    /// gzip, zlib or Zstandard.
    Compressed,
    /// UTF-16.
    Utf16,
    /// Line breaks, semicolons or commas between the parameters.
    OtherSeparators,
}

/// The reason why the credentials of a Basic header cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BasicProblem {
    /// There are no credentials after the name of the scheme.
    Empty,
    /// There is a colon after the name of the scheme.
    ColonAfterScheme,
    /// There is no space after the name of the scheme.
    SpaceMissing,
    /// The name of the scheme is missing.
    SchemeMissing,
    /// Client id and secret are encoded in base64 twice.
    EncodedTwice,
    /// Client id and secret are not encoded in base64.
    NotEncoded,
    /// The base64 has whitespace in it.
    Whitespace,
    /// The base64 has the characters of URLs, `-` and `_`.
    UrlSafeAlphabet,
    /// The length of the base64 is not a multiple of four: its padding is missing, or it was cut off.
    Length,
    /// The credentials have other bytes than base64 has.
    NotBase64,
    /// The decoded credentials are not UTF-8.
    NotUtf8,
    /// The decoded credentials have no colon between client id and secret.
    ColonMissing,
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
    /// Brackets or signs of a variable around it, such as `<…>` or `%…%`, as from a template.
    Brackets,
    /// A space in the place of each plus sign, as a form reads a plus sign that is not encoded.
    SpaceForPlus,
    /// Percent-encoding that was applied once too often.
    PercentEncoding,
    /// Entities of HTML, such as `&amp;`.
    HtmlEntities,
    /// Base64 that was applied once too often, as to a value that was copied from a Kubernetes secret.
    Base64,
    /// A percent sign that is not encoded in the body, so that it was read as the beginning of an escape.
    PercentNotEncoded,
    /// An ampersand that is not encoded in the body, so that the text ended there.
    CutAtAmpersand,
    /// A slash at the end, more or less.
    TrailingSlash,
    /// `http` instead of `https`, or the other way round.
    Scheme,
    /// Letters in another case.
    Case,
}

impl Difference {
    /// Returns `text` without one usual mistake, for each such mistake that it has, of those that a secret can have.
    pub(crate) fn variants(text: &str) -> impl Iterator<Item = (Self, Zeroizing<String>)> {
        let owned = |text: &str| Zeroizing::new(text.to_owned());
        let candidates = [
            (
                Self::TrailingNewline,
                Some(owned(text.trim_end_matches(['\r', '\n']))),
            ),
            (Self::SurroundingSpace, Some(owned(text.trim()))),
            (Self::Quotes, mangled::without_quotes(text).map(owned)),
            (Self::Brackets, mangled::without_brackets(text).map(owned)),
            (Self::SpaceForPlus, mangled::with_plus(text)),
            (Self::PercentEncoding, mangled::percent_decoded(text)),
            (Self::PercentEncoding, mangled::form_decoded(text)),
            (Self::HtmlEntities, mangled::html_unescaped(text)),
            (Self::Base64, mangled::base64_decoded(text)),
        ];
        candidates
            .into_iter()
            .filter_map(|(difference, variant)| Some((difference, variant?)))
            .filter(move |(_, variant)| **variant != *text)
    }

    /// Returns the candidate that `value` equals apart from a usual mistake, and the mistake.
    pub(crate) fn between<'c>(
        value: &str,
        candidates: impl Iterator<Item = &'c str>,
    ) -> Option<(&'c str, Self)> {
        let scheme = |candidate: &str| {
            let plain = |text: &str| text.replacen("https://", "http://", 1);
            plain(candidate) == plain(value)
        };
        let variants: Vec<_> = Self::variants(value).collect();
        let same = |candidate: &str| {
            if candidate == value {
                return None;
            }
            let slash = candidate.trim_end_matches('/') == value.trim_end_matches('/');
            let variant = variants.iter().find(|(_, variant)| **variant == *candidate);
            let case = candidate.eq_ignore_ascii_case(value);
            variant
                .map(|(difference, _)| *difference)
                .or_else(|| slash.then_some(Self::TrailingSlash))
                .or_else(|| scheme(candidate).then_some(Self::Scheme))
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
            Self::Brackets => "brackets around it",
            Self::SpaceForPlus => "a space in the place of each plus sign",
            Self::PercentEncoding => "percent-encoding",
            Self::HtmlEntities => "HTML entities such as &amp;",
            Self::Base64 => "base64",
            Self::PercentNotEncoded => "a percent sign that is not encoded",
            Self::CutAtAmpersand => "the part from an ampersand on, which is not encoded",
            Self::TrailingSlash => "a slash at the end",
            Self::Scheme => "http instead of https, or the other way round",
            Self::Case => "letter case",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const fn comma() -> char {
    ','
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f8_evidence_about_commas_that_an_earlier_release_stored_is_read() {
        let stored = r#"{"kind":"separated_by_commas","parameter":"scope"}"#;
        let evidence: Evidence = serde_json::from_str(stored).unwrap();
        let expected = Evidence::SeparatedBy {
            parameter: "scope".into(),
            separator: ',',
        };
        assert_eq!(evidence, expected);
    }
}
