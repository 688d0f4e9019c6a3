//! The authenticated caller of an API.

use core::fmt;
use core::ops::Range;
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
#[derive(Clone)]
#[must_use = "an accepted call should be served"]
pub struct Caller {
    token: Arc<Token>,
    /// True in the service behind a `GuardLayer`, which reports the denials of the service.
    #[cfg(feature = "tower")]
    is_behind_layer: bool,
}

/// Compares the tokens.
impl PartialEq for Caller {
    fn eq(&self, other: &Self) -> bool {
        self.token == other.token
    }
}

impl Eq for Caller {}

/// The claims of a valid token, and the guard that has checked it.
#[derive(Debug, PartialEq, Eq)]
struct Token {
    /// The texts below, in one allocation.
    texts: String,
    client_id: Place,
    subject: Option<Place>,
    audiences: Vec<Place>,
    /// Scope tokens, one space between two.
    scope: Place,
    organization_code: Option<Place>,
    jwt_id: Place,
    issued_at: UnixTime,
    expires_at: UnixTime,
    claims: JsonDocument,
    /// The guard that has checked the token, for requirements that are known later.
    guard: Guard,
}

/// The place of a text among others. Unit: bytes.
type Place = Range<usize>;

/// Enough for the texts of most tokens, so that they are allocated once. Unit: bytes.
const TEXTS_BYTES: usize = 256;

/// Prints the claims.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("client_id", &self.client_id())
            .field("claims", &self.token.claims)
            .finish_non_exhaustive()
    }
}

impl Caller {
    fn new(token: Token) -> Self {
        Self {
            token: Arc::new(token),
            #[cfg(feature = "tower")]
            is_behind_layer: false,
        }
    }

    /// Returns the same caller for the service behind a layer, which reports the denials of the service.
    #[cfg(feature = "tower")]
    pub(crate) fn behind_layer(mut self) -> Self {
        self.is_behind_layer = true;
        self
    }

    /// Returns true in the service behind a layer.
    #[cfg(feature = "tower")]
    pub(crate) const fn is_behind_layer(&self) -> bool {
        self.is_behind_layer
    }

    /// The client that the token was issued to: `client_id`, or `azp` in the claim set `kinde`; with an issuer profile, the first of
    /// [`client_claims`](m2m_jwt::IssuerProfile::client_claims).
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.text(&self.token.client_id)
    }

    /// `sub`: the client, or the system user that it acts as. The claim set `kinde` has a `sub` for system users only.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.token.subject.as_ref().map(|place| self.text(place))
    }

    /// `aud`: the audiences of the token, this API among them. It is empty only if the issuer profile accepts tokens without an audience.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.token.audiences.iter().map(|place| self.text(place))
    }

    /// The scopes that the token grants, one by one: those of `scope`, or those of `scp` if `scope` is absent; with an issuer profile, those
    /// of the first of [`scope_claims`](m2m_jwt::IssuerProfile::scope_claims).
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.text(&self.token.scope)
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
        let place = self.token.organization_code.as_ref()?;
        Some(self.text(place)).filter(|code| !code.is_empty())
    }

    /// `jti`: the identifier of this token, or `uti` in tokens of Entra. It is empty only if the issuer profile accepts tokens without one.
    #[must_use]
    pub fn jwt_id(&self) -> &str {
        self.text(&self.token.jwt_id)
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
        self.token.guard.deny(cause).of(self)
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
        read: &IssuerClaims<'_>,
    ) -> Result<Self, InvalidToken> {
        let organization_code = read.organization_code.as_deref();
        let names = (&*read.client_id, &*read.jwt_id, organization_code);
        Self::read(guard, claims, names, |texts| texts.push_str(&read.scope))
    }

    /// Returns the caller that these claims name.
    ///
    /// A token with `client_id` has the claim set of RFC 9068 and must have a `sub`; a token with only `azp` has the claim set `kinde` and need
    /// not have one.
    pub(crate) fn of(
        guard: &Guard,
        claims: &Verified<Claims<'_>>,
        extension: &Extension<'_>,
    ) -> Result<Self, InvalidToken> {
        if claims.subject().is_none() && claims.get(Claim::ClientId.as_str()).is_some() {
            return Err(InvalidToken::ClaimMissing(Claim::Subject));
        }
        let client_id = there(claims.client_id(), Claim::ClientId)?;
        let jwt_id = there(claims.jwt_id(), Claim::JwtId)?;
        let organization_code = extension.organization_code.as_deref();
        let names = (client_id, jwt_id, organization_code);
        Self::read(guard, claims, names, |texts| {
            add_scopes(texts, claims, extension);
        })
    }

    /// Returns the caller with this client id, token id and organization, and the scopes that `add_scope` adds to the texts.
    fn read(
        guard: &Guard,
        claims: &Verified<Claims<'_>>,
        (client_id, jwt_id, organization_code): (&str, &str, Option<&str>),
        add_scope: impl FnOnce(&mut String),
    ) -> Result<Self, InvalidToken> {
        let mut texts = String::with_capacity(TEXTS_BYTES);
        let mut add = |text: &str| {
            let start = texts.len();
            texts.push_str(text);
            start..texts.len()
        };
        let client_id = add(client_id);
        let subject = claims.subject().map(&mut add);
        let audiences = claims.audience().map(|audience| add(&audience)).collect();
        let organization_code = organization_code.map(&mut add);
        let jwt_id = add(jwt_id);
        let start = texts.len();
        add_scope(&mut texts);
        let scope = start..texts.len();
        Ok(Self::new(Token {
            texts,
            client_id,
            subject,
            audiences,
            scope,
            organization_code,
            jwt_id,
            issued_at: there(claims.issued_at(), Claim::IssuedAt)?,
            expires_at: there(claims.expires_at(), Claim::ExpiresAt)?,
            claims: claims.object().into(),
            guard: guard.clone(),
        }))
    }

    fn text(&self, place: &Place) -> &str {
        self.token.texts.get(place.clone()).unwrap_or_default()
    }
}

fn there<T>(value: Option<T>, claim: Claim) -> Result<T, InvalidToken> {
    value.ok_or(InvalidToken::ClaimMissing(claim))
}

/// Adds the scopes of the token to the texts: those of `scope`, or else those of `scp`. An element of `scp` that is not a scope token, such as one
/// with a space in it, is ignored.
fn add_scopes(texts: &mut String, claims: &Claims<'_>, extension: &Extension<'_>) {
    let elements = extension.scopes.into_iter().flat_map(JsonArray::strings);
    let tokens = claims.scope().map(Cow::Borrowed);
    let start = texts.len();
    for token in tokens.chain(elements.map(JsonString::to_str)) {
        add(texts, start, &token);
    }
}
