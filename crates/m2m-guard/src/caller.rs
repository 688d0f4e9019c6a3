//! The authenticated caller of an API.

use core::fmt;
use std::borrow::Cow;
use std::sync::Arc;

use m2m_errors::Cause;
use m2m_jwt::{
    Claim, Claims, InvalidToken, JsonArray, JsonDocument, JsonObject, JsonString, JsonValue,
    UnixTime, Verified,
};

use crate::denied::Denied;
#[cfg(feature = "issuer-keys")]
use crate::evidence::Evidence;
use crate::extension::Extension;
use crate::guard::Guard;
#[cfg(feature = "issuer-keys")]
use crate::introspection::Unanswered;
use crate::issuer_claims::{IssuerClaims, add};
use crate::requirement::Requirement;

/// The caller of an API, and the scopes that the token grants: the claims of a valid token.
///
/// Only [`Guard::check`](crate::Guard::check) creates one, so a function that takes a caller cannot be reached without a valid
/// token. It does not contain the token, and can outlive the call. A clone is cheap.
///
/// Source: RFC 9068, section 2.2, <https://www.rfc-editor.org/rfc/rfc9068#section-2.2>.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "an accepted call should be served"]
pub struct Caller {
    token: Arc<Token>,
}

/// The claims of a valid token, and the guard that has checked it.
#[derive(Debug, PartialEq, Eq)]
struct Token {
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
    /// The guard that has checked the token, for requirements that are known later.
    guard: Guard,
}

/// Prints the claims.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("client_id", &self.token.client_id)
            .field("claims", &self.token.claims)
            .finish_non_exhaustive()
    }
}

impl Caller {
    fn new(token: Token) -> Self {
        let token = Arc::new(token);
        Self { token }
    }

    /// The client that the token was issued to: `client_id`, or `azp` in the claim set `kinde`; with an issuer profile, the first of
    /// [`client_claims`](m2m_jwt::IssuerProfile::client_claims).
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.token.client_id
    }

    /// `sub`: the client, or the system user that it acts as. The claim set `kinde` has a `sub` for system users only.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.token.subject.as_deref()
    }

    /// `aud`: the audiences of the token, this API among them. It is empty only if the issuer profile accepts tokens without an audience.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.token.audiences.iter().map(AsRef::as_ref)
    }

    /// The scopes that the token grants, one by one: those of `scope`, or those of `scp` if `scope` is absent; with an issuer profile, those
    /// of the first of [`scope_claims`](m2m_jwt::IssuerProfile::scope_claims).
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.token
            .scope
            .split(' ')
            .filter(|scope| !scope.is_empty())
    }

    /// Returns true if the token grants this scope.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|own| own == scope)
    }

    /// `org_code`: the organization of the application, if it belongs to one. An empty text is not an organization.
    #[must_use]
    pub fn organization_code(&self) -> Option<&str> {
        let code = self.token.organization_code.as_deref();
        code.filter(|code| !code.is_empty())
    }

    /// `jti`: the identifier of this token, or `uti` in tokens of Entra. It is empty only if the issuer profile accepts tokens without one.
    #[must_use]
    pub fn jwt_id(&self) -> &str {
        &self.token.jwt_id
    }

    /// `iat`: the time at which the token was issued.
    #[must_use]
    pub fn issued_at(&self) -> UnixTime {
        self.token.issued_at
    }

    /// `exp`: the time at which the token expires.
    #[must_use]
    pub fn expires_at(&self) -> UnixTime {
        self.token.expires_at
    }

    /// All claims of the token, in their order.
    #[must_use]
    pub fn claims(&self) -> JsonObject<'_> {
        self.token.claims.object()
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

    /// Checks a requirement that was not known before the call was checked, such as a scope that only some requests need. The answer to a denied
    /// call is that of the guard that has checked the token.
    ///
    /// ```
    /// use m2m_guard::{Caller, Denied, Requirement};
    ///
    /// fn cancel_order(caller: &Caller, is_shipped: bool) -> Result<(), Denied> {
    ///     if is_shipped {
    ///         caller.require(Requirement::scope("cancel:shipped"))?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Denied`]: `organization-missing` or `organization-mismatch`, then `scope-insufficient`.
    pub fn require(&self, required: Requirement<'_>) -> Result<(), Denied> {
        self.token.guard.check_caller(self, required)
    }

    /// Checks that the caller belongs to the organization of a loaded resource.
    ///
    /// ```
    /// use m2m_guard::{Caller, Denied};
    ///
    /// struct Order {
    ///     organization: String,
    /// }
    ///
    /// fn show(caller: &Caller, order: &Order) -> Result<(), Denied> {
    ///     caller.require_organization(&order.organization)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Denied`]: `organization-missing` or `organization-mismatch`.
    pub fn require_organization(&self, code: &str) -> Result<(), Denied> {
        self.require(Requirement::token().in_organization(code))
    }

    /// Denies the call for a cause that the program found itself, such as a token that was revoked.
    pub fn deny(&self, cause: Cause) -> Denied {
        self.token.guard.deny(cause).by(Some(self.client_id()))
    }

    /// Denies the call because the issuer says that the token is not active.
    #[cfg(feature = "issuer-keys")]
    pub(crate) fn inactive(&self) -> Denied {
        self.deny(Cause::TokenRevoked).because(Evidence::Inactive)
    }

    /// Denies the call because the issuer does not say whether the token is active.
    #[cfg(feature = "issuer-keys")]
    pub(crate) fn of_unknown_status(&self, unanswered: Unanswered) -> Denied {
        let reason = unanswered.reason;
        self.deny(Cause::IntrospectionUnavailable)
            .because(Evidence::Unanswered { reason })
            .with_retry_after(unanswered.retry_after)
    }

    /// Returns the caller that these claims of a named issuer name.
    pub(crate) fn of_issuer(
        guard: &Guard,
        claims: &Verified<Claims<'_>>,
        read: IssuerClaims<'_>,
    ) -> Result<Self, InvalidToken> {
        Ok(Self::new(Token {
            client_id: read.client_id.into(),
            subject: claims.subject().map(Into::into),
            audiences: claims.audience().map(Into::into).collect(),
            scope: read.scope.into_boxed_str(),
            organization_code: read.organization_code.map(Into::into),
            jwt_id: read.jwt_id.into(),
            issued_at: there(claims.issued_at(), Claim::IssuedAt)?,
            expires_at: there(claims.expires_at(), Claim::ExpiresAt)?,
            claims: claims.object().into(),
            guard: guard.clone(),
        }))
    }

    /// Returns the caller that these claims name.
    ///
    /// A token with `client_id` has the claim set of RFC 9068 and must have a `sub`; a token with only `azp` has the claim set `kinde` and need
    /// not have one.
    pub(crate) fn of(
        guard: &Guard,
        claims: &Verified<Claims<'_>>,
        extension: Extension<'_>,
    ) -> Result<Self, InvalidToken> {
        let subject = claims.subject();
        if subject.is_none() && claims.get(Claim::ClientId.as_str()).is_some() {
            return Err(InvalidToken::ClaimMissing(Claim::Subject));
        }
        Ok(Self::new(Token {
            client_id: there(claims.client_id(), Claim::ClientId)?.into(),
            subject: subject.map(Into::into),
            audiences: claims.audience().map(Into::into).collect(),
            scope: scope(claims, &extension),
            organization_code: extension.organization_code.map(Into::into),
            jwt_id: there(claims.jwt_id(), Claim::JwtId)?.into(),
            issued_at: there(claims.issued_at(), Claim::IssuedAt)?,
            expires_at: there(claims.expires_at(), Claim::ExpiresAt)?,
            claims: claims.object().into(),
            guard: guard.clone(),
        }))
    }
}

fn there<T>(value: Option<T>, claim: Claim) -> Result<T, InvalidToken> {
    value.ok_or(InvalidToken::ClaimMissing(claim))
}

/// Returns the scopes of the token: those of `scope`, or else those of `scp`. An element of `scp` that is not a scope token, such as one
/// with a space in it, is ignored.
fn scope(claims: &Claims<'_>, extension: &Extension<'_>) -> Box<str> {
    let elements = extension.scopes.into_iter().flat_map(JsonArray::strings);
    let tokens = claims.scope().map(Cow::Borrowed);
    let mut scope = String::with_capacity(claims.scope_text().map_or(0, str::len));
    for token in tokens.chain(elements.map(JsonString::to_str)) {
        add(&mut scope, &token);
    }
    scope.into_boxed_str()
}
