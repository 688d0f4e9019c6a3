//! The denial of a call.

use core::fmt;
use core::time::Duration;
use std::borrow::Cow;
use std::sync::Arc;

use m2m_errors::{Cause, ErrorCode, Wire};
use oauth_proto::{Challenge, ChallengeParameter, clean_for_description};

use crate::caller::Caller;
use crate::evidence::Evidence;
use crate::guard::Settings;

/// The denial of a call, with exactly one cause.
///
/// [`status`](Self::status) and [`challenge`](Self::challenge) are for the caller, [`evidence`](Self::evidence) and
/// [`client_id`](Self::client_id) are for the operator. `Display` is one line for a log.
///
/// Source: RFC 6750, section 3, <https://www.rfc-editor.org/rfc/rfc6750#section-3>.
#[derive(Clone)]
#[must_use = "a denied call has to be answered"]
pub struct Denied {
    settings: Arc<Settings>,
    cause: Cause,
    evidence: Evidence,
    client_id: Option<Box<str>>,
    keys_may_be_outdated: bool,
    retry_after: Option<Duration>,
    /// True if a `GuardLayer` reports the denial when the answer passes it.
    #[cfg(feature = "tower")]
    is_reported_by_layer: bool,
}

impl Denied {
    pub(crate) const fn new(settings: Arc<Settings>, cause: Cause, evidence: Evidence) -> Self {
        Self {
            settings,
            cause,
            evidence,
            client_id: None,
            keys_may_be_outdated: false,
            retry_after: None,
            #[cfg(feature = "tower")]
            is_reported_by_layer: false,
        }
    }

    /// Returns the same denial with evidence.
    #[cfg(feature = "issuer-keys")]
    pub(crate) fn because(mut self, evidence: Evidence) -> Self {
        self.evidence = evidence;
        self
    }

    /// Returns the same denial, for a call that can succeed after this time.
    #[cfg(feature = "issuer-keys")]
    pub(crate) const fn with_retry_after(mut self, time: Duration) -> Self {
        self.retry_after = Some(time);
        self
    }

    /// Returns the same denial with the settings of another guard.
    pub(crate) fn answered_by(mut self, settings: Arc<Settings>) -> Self {
        self.settings = settings;
        self
    }

    /// Returns the same denial, for a token that the issuer may have signed with a key that is newer than the keys.
    pub(crate) const fn with_outdated_keys(mut self, may_be: bool) -> Self {
        self.keys_may_be_outdated = may_be;
        self
    }

    /// Returns the same denial for a token that names this client and whose signature is valid.
    pub(crate) fn by(mut self, client_id: Option<&str>) -> Self {
        self.client_id = client_id.map(Into::into);
        self
    }

    /// Returns the same denial for a call of this caller.
    pub(crate) fn of(self, caller: &Caller) -> Self {
        let denied = self.by(Some(caller.client_id()));
        #[cfg(feature = "tower")]
        let denied = Self {
            is_reported_by_layer: caller.is_behind_layer(),
            ..denied
        };
        denied
    }

    /// Returns true if a layer reports the denial when the answer passes it.
    #[cfg(feature = "axum")]
    pub(crate) const fn is_reported_by_layer(&self) -> bool {
        self.is_reported_by_layer
    }

    /// The exact cause.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        self.cause
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.wire().status.code()
    }

    /// The `error` of the answer; `None` for a call without a token, whose sender may not know that a token is required.
    #[must_use]
    pub fn error_code(&self) -> Option<ErrorCode> {
        self.wire().error
    }

    /// The text for the caller. It contains only bytes that an `error_description` may have.
    #[must_use]
    pub fn description(&self) -> Cow<'static, str> {
        let text = self.wire().description;
        let missing = match &self.evidence {
            Evidence::Scope {
                missing: scopes, ..
            }
            | Evidence::AnyScope { needed: scopes } => scopes.first(),
            Evidence::None
            | Evidence::Header(_)
            | Evidence::Token(_)
            | Evidence::Scheme(_)
            | Evidence::HeaderParameter { .. }
            | Evidence::ClaimValue { .. }
            | Evidence::Claim { .. }
            | Evidence::Issuer { .. }
            | Evidence::Audience { .. }
            | Evidence::Keys { .. }
            | Evidence::Inactive
            | Evidence::Unanswered { .. }
            | Evidence::Organization { .. } => None,
        };
        match (
            missing.and_then(|scope| clean_for_description(scope)),
            text.split(),
        ) {
            (Some(scope), Some((before, after))) => Cow::Owned([before, scope, after].concat()),
            (None, _) | (_, None) => Cow::Borrowed(text.plain),
        }
    }

    /// Returns the value of the header `WWW-Authenticate`, for every answer with a status of 4xx.
    ///
    /// It has the realm, the page about the error and the address of the metadata if the guard knows them, `error` and `error_description` unless the call
    /// came without a token, all the scopes that are needed if the token lacks one, and the trace id if there is one.
    ///
    /// Source: RFC 6750, sections 3 and 3.1, <https://www.rfc-editor.org/rfc/rfc6750#section-3>; RFC 9728, section 5.1.
    #[must_use]
    pub fn challenge(&self, trace_id: Option<&str>) -> Option<String> {
        if !(400..500).contains(&self.status()) {
            return None;
        }
        let error = self.error_code();
        // RFC 6750, section 3.1: without credentials there is no "error code or other error information".
        let description = error.map(|_| self.description());
        let scope = self.needed_scopes().collect::<Vec<_>>().join(" ");
        let page = error.and_then(|_| self.page());
        let parameters = [
            (ChallengeParameter::Realm, self.settings.realm.as_deref()),
            (ChallengeParameter::Error, error.map(ErrorCode::as_str)),
            (ChallengeParameter::ErrorDescription, description.as_deref()),
            (ChallengeParameter::ErrorUri, page.as_deref()),
            (
                ChallengeParameter::Scope,
                Some(scope.as_str()).filter(|scope| !scope.is_empty()),
            ),
            (
                ChallengeParameter::ResourceMetadata,
                self.settings.resource_metadata.as_deref(),
            ),
            (ChallengeParameter::TraceId, trace_id),
        ];
        let challenge = parameters
            .into_iter()
            .filter_map(|(parameter, value)| Some((parameter, value?)))
            .fold(Challenge::bearer(), |challenge, (parameter, value)| {
                challenge.with(parameter, value)
            });
        Some(challenge.to_string())
    }

    /// The time after which the same call can succeed, for the header `Retry-After`. It is known if the issuer could not be asked for its keys, or about the token.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Returns the answer without a body: the status, the challenge in `WWW-Authenticate`, and `Retry-After` if the time is known.
    ///
    /// In the service behind a `GuardLayer`, the denial of a caller is in the extensions of the answer as well, where the layer finds it for its report.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn to_http(&self, trace_id: Option<&str>) -> http::Response<()> {
        let mut response = http::Response::new(());
        *response.status_mut() = http::StatusCode::from_u16(self.status())
            .unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(value) = self.challenge_field(trace_id) {
            let headers = response.headers_mut();
            headers.insert(http::header::WWW_AUTHENTICATE, value);
        }
        #[cfg(feature = "tower")]
        if self.is_reported_by_layer {
            response.extensions_mut().insert(self.clone());
        }
        if let Some(time) = self.retry_after {
            // A part of a second counts as one, so that no one comes back too early.
            let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
            let headers = response.headers_mut();
            headers.insert(http::header::RETRY_AFTER, seconds.into());
        }
        response
    }

    /// Returns the challenge as the value of a header field.
    #[cfg(feature = "http")]
    pub(crate) fn challenge_field(&self, trace_id: Option<&str>) -> Option<http::HeaderValue> {
        // A challenge contains visible ASCII and spaces only.
        self.challenge(trace_id)?.try_into().ok()
    }

    /// The scopes that the call needs, if the token lacks one of them. Of several of which one is enough, it is the first.
    pub fn needed_scopes(&self) -> impl Iterator<Item = &str> {
        let needed: &[Box<str>] = match &self.evidence {
            Evidence::Scope { needed, .. } => needed,
            // A challenge can only say that all scopes are needed.
            Evidence::AnyScope { needed } => needed.get(..1).unwrap_or_default(),
            Evidence::None
            | Evidence::Header(_)
            | Evidence::Token(_)
            | Evidence::Scheme(_)
            | Evidence::HeaderParameter { .. }
            | Evidence::ClaimValue { .. }
            | Evidence::Claim { .. }
            | Evidence::Issuer { .. }
            | Evidence::Audience { .. }
            | Evidence::Keys { .. }
            | Evidence::Inactive
            | Evidence::Unanswered { .. }
            | Evidence::Organization { .. } => &[],
        };
        needed.iter().map(AsRef::as_ref)
    }

    /// The evidence for the cause.
    #[must_use]
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The client that the token was issued to. It is known if the signature of the token is valid, even if the token is refused.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// Returns true if the issuer may have published the key of the token since the keys of the check were fetched. Then fetch them again, at a
    /// limited rate, since a forged token looks the same, and check the call once more.
    ///
    /// It is true for `token-key-unknown`, and also for `token-signature-wrong` or `token-algorithm-wrong` if the token or the keys have no
    /// key id, so that nothing else shows that the issuer has replaced a key ([`KeySet::may_be_outdated`](m2m_jwt::KeySet::may_be_outdated)).
    #[must_use]
    pub const fn keys_may_be_outdated(&self) -> bool {
        self.keys_may_be_outdated
    }

    /// Returns the URL of the page about the cause, if the guard knows such pages.
    fn page(&self) -> Option<String> {
        let pages = self.settings.error_pages.as_deref()?;
        Some([pages, self.cause.id()].concat())
    }

    fn wire(&self) -> &'static Wire {
        self.cause.entry().wire.of(self.settings.profile)
    }
}

impl fmt::Debug for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Denied")
            .field("cause", &self.cause)
            .field("evidence", &self.evidence)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cause)?;
        if self.evidence == Evidence::None {
            return Ok(());
        }
        write!(f, ": {}", self.evidence)
    }
}

impl core::error::Error for Denied {}
