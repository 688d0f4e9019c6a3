//! The authenticated caller of an API.

use std::borrow::Cow;

use m2m_jwt::{
    Claim, Claims, InvalidToken, JsonArray, JsonDocument, JsonObject, JsonString, JsonValue,
    UnixTime, Verified,
};

use crate::extension::Extension;
use crate::issuer_claims::{IssuerClaims, add};

/// The caller of an API, and the scopes that the token grants: the claims of a valid token.
///
/// Only [`Guard::check`](crate::Guard::check) creates one, so a function that takes a caller cannot be reached without a valid
/// token. It does not contain the token, and can outlive the call.
///
/// Source: RFC 9068, section 2.2, <https://www.rfc-editor.org/rfc/rfc9068#section-2.2>.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an accepted call should be served"]
pub struct Caller {
    client_id: Box<str>,
    subject: Option<Box<str>>,
    audiences: Box<[Box<str>]>,
    /// Scope tokens, one space between two.
    scope: Box<str>,
    organization_code: Option<Box<str>>,
    jwt_id: Box<str>,
    issued_at: UnixTime,
    expires_at: UnixTime,
    claims: JsonDocument,
}

impl Caller {
    /// The client that the token was issued to: `client_id`, or `azp` in the claim set `kinde`; with an issuer profile, the first of
    /// [`client_claims`](m2m_jwt::IssuerProfile::client_claims).
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// `sub`: the client, or the system user that it acts as. The claim set `kinde` has a `sub` for system users only.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// `aud`: the audiences of the token, this API among them. It is empty only if the issuer profile accepts tokens without an audience.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.audiences.iter().map(AsRef::as_ref)
    }

    /// The scopes that the token grants, one by one: those of `scope`, or those of `scp` if `scope` is absent; with an issuer profile, those
    /// of the first of [`scope_claims`](m2m_jwt::IssuerProfile::scope_claims).
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.split(' ').filter(|scope| !scope.is_empty())
    }

    /// Returns true if the token grants this scope.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|own| own == scope)
    }

    /// `org_code`: the organization of the application, if it belongs to one.
    #[must_use]
    pub fn organization_code(&self) -> Option<&str> {
        self.organization_code.as_deref()
    }

    /// `jti`: the identifier of this token, or `uti` in tokens of Entra. It is empty only if the issuer profile accepts tokens without one.
    #[must_use]
    pub fn jwt_id(&self) -> &str {
        &self.jwt_id
    }

    /// `iat`: the time at which the token was issued.
    #[must_use]
    pub const fn issued_at(&self) -> UnixTime {
        self.issued_at
    }

    /// `exp`: the time at which the token expires.
    #[must_use]
    pub const fn expires_at(&self) -> UnixTime {
        self.expires_at
    }

    /// All claims of the token, in their order.
    #[must_use]
    pub fn claims(&self) -> JsonObject<'_> {
        self.claims.object()
    }

    /// A claim of the token, as JSON.
    ///
    /// ```
    /// use m2m_guard::Caller;
    ///
    /// fn is_editor_of(caller: &Caller, tenant: &str) -> bool {
    ///     let roles = caller.claim("roles").and_then(|roles| roles.as_strings()).unwrap_or_default();
    ///     let own_tenant = caller.claim("tid").and_then(|tid| tid.as_str());
    ///     own_tenant.as_deref() == Some(tenant) && roles.iter().any(|role| role == "editor")
    /// }
    /// ```
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<JsonValue<'_>> {
        self.claims().get(name)
    }

    /// Returns the caller that these claims of a named issuer name.
    pub(crate) fn of_issuer(
        claims: &Verified<Claims<'_>>,
        read: IssuerClaims<'_>,
    ) -> Result<Self, InvalidToken> {
        Ok(Self {
            client_id: read.client_id.into(),
            subject: claims.subject().map(Into::into),
            audiences: claims.audience().map(Into::into).collect(),
            scope: read.scope.into_boxed_str(),
            organization_code: read.organization_code.map(Into::into),
            jwt_id: read.jwt_id.into(),
            issued_at: there(claims.issued_at(), Claim::IssuedAt)?,
            expires_at: there(claims.expires_at(), Claim::ExpiresAt)?,
            claims: claims.object().into(),
        })
    }

    /// Returns the caller that these claims name.
    ///
    /// A token with `client_id` has the claim set of RFC 9068 and must have a `sub`; a token with only `azp` has the claim set `kinde` and need
    /// not have one.
    pub(crate) fn of(
        claims: &Verified<Claims<'_>>,
        extension: Extension<'_>,
    ) -> Result<Self, InvalidToken> {
        let subject = claims.subject();
        if subject.is_none() && claims.get(Claim::ClientId.as_str()).is_some() {
            return Err(InvalidToken::ClaimMissing(Claim::Subject));
        }
        Ok(Self {
            client_id: there(claims.client_id(), Claim::ClientId)?.into(),
            subject: subject.map(Into::into),
            audiences: claims.audience().map(Into::into).collect(),
            scope: scope(claims, &extension),
            organization_code: extension.organization_code.map(Into::into),
            jwt_id: there(claims.jwt_id(), Claim::JwtId)?.into(),
            issued_at: there(claims.issued_at(), Claim::IssuedAt)?,
            expires_at: there(claims.expires_at(), Claim::ExpiresAt)?,
            claims: claims.object().into(),
        })
    }
}

fn there<T>(value: Option<T>, claim: Claim) -> Result<T, InvalidToken> {
    value.ok_or(InvalidToken::ClaimMissing(claim))
}

/// Returns the scopes of the token: those of `scope`, or else those of `scp`. An element of `scp` that is not a scope token, such as one
/// with a space in it, is ignored.
fn scope(claims: &Claims<'_>, extension: &Extension<'_>) -> Box<str> {
    let text = claims.get(Claim::Scope.as_str());
    let array = extension.scopes.filter(|_| text.is_none());
    let elements = array.into_iter().flat_map(JsonArray::strings);
    let tokens = claims.scope().map(Cow::Borrowed);
    // Nearly always this is the text of `scope`, unchanged.
    let bytes = text
        .and_then(JsonValue::as_str)
        .map_or(0, |text| text.len());
    let mut scope = String::with_capacity(bytes);
    for token in tokens.chain(elements.map(JsonString::to_str)) {
        add(&mut scope, &token);
    }
    scope.into_boxed_str()
}
