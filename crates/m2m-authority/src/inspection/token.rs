//! A token of this server, verified.

use core::fmt;

use m2m_jwt::{
    Algorithm, Claim, Claims, Expectations, KeySet, Limits, UnixTime, Unverified, VerifySignature,
    verify,
};
use oauth_proto::Extensions;

/// An access token that this server signed and that has not expired, with what an answer about it needs. A shell may keep it: what changes
/// after the signature is not part of it, except that its key has to be [one of the server](Self::key_id) still.
pub struct InspectedToken {
    pub(super) key_id: Box<str>,
    pub(super) issuer: Box<str>,
    pub(super) subject: Option<Box<str>>,
    pub(super) client_id: Box<str>,
    pub(super) audiences: Vec<Box<str>>,
    pub(super) scopes: Vec<Box<str>>,
    pub(super) issued_at: UnixTime,
    pub(super) expires_at: UnixTime,
    pub(super) jwt_id: Option<Box<str>>,
    pub(super) extensions: Extensions,
    /// The length of the claims, of which the extensions are a part.
    extension_bytes: usize,
}

/// The text is not an access token of this server: it is something else, was changed, was signed with a key that is not in use, or has expired.
/// Which of these it is does not matter to any answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is not a valid access token of this server")]
pub struct NotInspected;

impl InspectedToken {
    /// Verifies a token: its signature, type, issuer, and times. Its audience can be any.
    ///
    /// # Errors
    ///
    /// [`NotInspected`] if any check fails.
    pub fn verify<K: VerifySignature>(
        token: &str,
        keys: &KeySet<K>,
        issuer: &str,
        now: UnixTime,
    ) -> Result<Self, NotInspected> {
        let unverified = Unverified::parse(token, &Limits::DEFAULT).map_err(|_| NotInspected)?;
        let stated = unverified.unverified_claims().map_err(|_| NotInspected)?;
        let audiences: Vec<_> = stated.audience().collect();
        let expected: Vec<&str> = audiences.iter().map(|audience| &**audience).collect();
        let expectations = Expectations {
            // The claim set `kinde` has neither `sub` nor `client_id`.
            required_claims: &[Claim::IssuedAt],
            ..Expectations::access_token(issuer, &expected, Algorithm::ALL)
        };
        let claims = verify(&unverified, keys, &expectations, now).map_err(|_| NotInspected)?;
        let header = unverified.header().map_err(|_| NotInspected)?;
        Self::of(&claims, header.key_id().unwrap_or_default(), issuer).ok_or(NotInspected)
    }

    fn of(claims: &Claims<'_>, key_id: &str, issuer: &str) -> Option<Self> {
        let client_id = claims.client_id().or_else(|| claims.authorized_party())?;
        Some(Self {
            key_id: key_id.into(),
            issuer: issuer.into(),
            subject: claims.subject().map(Into::into),
            client_id: client_id.into(),
            audiences: claims.audience().map(Into::into).collect(),
            scopes: claims.scope().map(Into::into).collect(),
            issued_at: claims.issued_at()?,
            expires_at: claims.expires_at()?,
            jwt_id: claims.jwt_id().map(Into::into),
            extension_bytes: claims.raw().len(),
            extensions: Extensions::of_object(claims.raw(), &EXTENSIONS),
        })
    }

    /// The key that signed it. Once that key is not [published](crate::registry::KeyState::is_announced) any more, the token is not valid.
    #[must_use]
    pub const fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The client id of the application that it was issued to, by which its [`Standing`](super::Standing) is found.
    #[must_use]
    pub const fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Its `jti`.
    #[must_use]
    pub fn jwt_id(&self) -> Option<&str> {
        self.jwt_id.as_deref()
    }

    /// The memory that it takes, approximately. Unit: bytes.
    #[must_use]
    pub fn weight(&self) -> usize {
        let lists = self.audiences.iter().chain(&self.scopes);
        let lists: usize = lists.map(|text| text.len() + size_of::<Box<str>>()).sum();
        // The values of the other claims are small objects, which take some times the length of their text.
        size_of::<Self>()
            + lists
            + self.issuer.len()
            + self.client_id.len()
            + 4 * self.extension_bytes
    }

    /// The time at which it expires.
    #[must_use]
    pub const fn expires_at(&self) -> UnixTime {
        self.expires_at
    }
}

/// The claims of our tokens that RFC 7662 does not define, which an answer has as well.
const EXTENSIONS: [&str; 3] = ["org_code", "application_properties", "feature_flags"];

impl fmt::Debug for InspectedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InspectedToken")
            .field("client_id", &self.client_id)
            .field("audiences", &self.audiences)
            .finish_non_exhaustive()
    }
}
