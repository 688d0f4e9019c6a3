//! Step 2: the client is authenticated, or the request is refused.
//!
//! A caller without valid credentials learns nothing about clients. An unknown client, a wrong secret, an ended secret, and a disabled,
//! expired, deleted or public application have the same answer, by the same path: the same hashes, the same number of comparisons, each in
//! constant time.
//!
//! Source: RFC 6749, sections 2.3.1 and 5.2.

use core::net::IpAddr;
use std::borrow::Cow;
use std::sync::Arc;

use m2m_errors::Cause;
use m2m_jwt::{Claims, UnixTime, Verified};
use oauth_proto::ClientId;
use subtle::ConditionallySelectable as _;

use super::accept::{Accepted, Asked, Body, Credentials};
use super::record::Requester;
use crate::client::{Client, State};
use crate::diagnose::Suspect;
use crate::refusal::{RecordedClientId, Refusal, TargetParameter};
use crate::registry::{ClientType, Ending, Lifetime, SecretHash};

/// A request of an authenticated application, or of one that an operator vouches for. Only [`authenticate`] and [`vouched`] create one.
#[derive(Debug)]
#[must_use = "an authenticated request has to be authorized"]
pub struct Authenticated<'r> {
    pub(super) client_id: Arc<str>,
    pub(super) asked: Asked<'r>,
    pub(super) address: Option<IpAddr>,
    pub(super) requester: Requester,
    pub(super) remaining: Option<Remaining>,
}

/// The rest of the life of an application that expires.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Remaining {
    /// The first second at which the application cannot authenticate, and by which its tokens expire.
    pub(super) expires_at: UnixTime,
    /// The time until then, or the longest lifetime of tokens if that is shorter.
    pub(super) lifetime: Lifetime,
}

impl Authenticated<'_> {
    /// The client id of the application, as the registry spells it, by which the policy is loaded.
    #[must_use]
    pub const fn client_id(&self) -> &Arc<str> {
        &self.client_id
    }
}

/// Authenticates the client that the request states.
///
/// `client` is the client with the id [`Accepted::client_id`] in the registry, if there is one. `now` decides which secrets are in force,
/// and whether the application has expired.
///
/// # Errors
///
/// A [`Refusal`] with the exact cause, which the answer conceals, and with the [`Suspect`] that a diagnosis starts from.
pub fn authenticate<'r>(
    accepted: Accepted<'r>,
    client: Option<&Client>,
    now: UnixTime,
) -> Result<Authenticated<'r>, Refusal> {
    let Accepted {
        credentials,
        asked,
        address,
        body,
    } = accepted;
    let client = client.unwrap_or_else(|| Client::absent());
    let (secret, remaining) = authenticate_client(&credentials, body, client, now)?;
    Ok(Authenticated {
        client_id: Arc::clone(client.client_id()),
        asked,
        address,
        requester: Requester::TokenEndpoint { secret },
        remaining,
    })
}

/// Authenticates a client by the credentials of a request for anything, and returns the position of its secret, and the rest of its life if it
/// expires.
pub(crate) fn authenticate_client(
    credentials: &Credentials<'_>,
    body: Body<'_>,
    client: &Client,
    now: UnixTime,
) -> Result<(u8, Option<Remaining>), Refusal> {
    let (secret, other_reading) = credentials.secret_readings();
    let hash = SecretHash::of(secret.as_bytes());
    let matching = match other_reading {
        None => find(client, &hash, &hash),
        Some(reading) => find(client, &hash, &SecretHash::of(reading.as_bytes())),
    };
    judge(client, credentials, matching, now).map_err(|cause| {
        let client_id = match client.state() {
            State::Absent => RecordedClientId::presented(credentials.client_id()),
            State::Enabled | State::Disabled | State::Deleted => {
                RecordedClientId::Known(Arc::clone(client.client_id()))
            }
        };
        let client_id_sent = credentials.client_id();
        let suspect = Suspect::of_credentials(cause, client_id_sent, secret, other_reading, body.0);
        Refusal::of(cause).by(client_id).suspecting(suspect)
    })
}

/// Returns the position of the secret that either hash equals; [`NONE`] if there is no such secret.
///
/// The number of comparisons with both hashes is always the same, and no branch depends on their results.
fn find(client: &Client, hash: &SecretHash, other: &SecretHash) -> u8 {
    let mut found = NONE;
    for (position, secret) in (0_u8..).zip(client.hashes()) {
        let equal = secret.constant_time_eq(hash) | secret.constant_time_eq(other);
        found.conditional_assign(&position, equal);
    }
    found
}

/// The value for "no secret", which is not a position.
const NONE: u8 = u8::MAX;

/// Returns the position of the matching secret and the rest of the application's life, or the cause of the refusal. The state of the client is judged before that of its secret.
fn judge(
    client: &Client,
    credentials: &Credentials<'_>,
    matching: u8,
    now: UnixTime,
) -> Result<(u8, Option<Remaining>), Cause> {
    let remaining = judge_state(client, credentials.client_id(), now)?;
    let Some(secret) = client.secret(matching) else {
        return Err(Cause::SecretWrong);
    };
    if let Some(ending) = &secret.ending
        && ending.is_over(now)
    {
        return Err(match ending {
            Ending::Expires { .. } => Cause::SecretExpired,
            Ending::RotatedOut { .. } => Cause::SecretRotatedOut,
            Ending::Revoked { .. } => Cause::SecretRevoked,
        });
    }
    let permitted = match credentials {
        Credentials::Basic(_) => client.methods().client_secret_basic,
        Credentials::Post { .. } => client.methods().client_secret_post,
    };
    if permitted {
        Ok((matching, remaining))
    } else {
        Err(Cause::AuthenticationMethodNotAllowed)
    }
}

/// Checks that the client is in a state in which it can get tokens, by its own request or by that of an operator. Returns the rest of its life, if it
/// expires.
fn judge_state(
    client: &Client,
    client_id: &str,
    now: UnixTime,
) -> Result<Option<Remaining>, Cause> {
    let is_client_id = ClientId::parse(client_id).is_ok();
    match (client.state(), client.client_type()) {
        (State::Absent, _) if !is_client_id => Err(Cause::ClientIdMalformed),
        (State::Absent, _) => Err(Cause::ClientUnknown),
        (State::Deleted, _) => Err(Cause::ApplicationDeleted),
        (State::Disabled, _) => Err(Cause::ApplicationDisabled),
        (State::Enabled, client_type) => {
            let expires_at = client.expires_at();
            let remaining = expires_at.map(|expires_at| Remaining::until(expires_at, now));
            let remaining = remaining.transpose()?;
            match client_type {
                ClientType::Public => Err(Cause::ClientPublic),
                ClientType::Confidential => Ok(remaining),
            }
        }
    }
}

impl Remaining {
    /// Returns the rest of the life of an application that expires at this time, or the cause of the refusal if it has expired.
    fn until(expires_at: UnixTime, now: UnixTime) -> Result<Self, Cause> {
        let seconds = expires_at.as_seconds().saturating_sub(now.as_seconds());
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        Lifetime::from_seconds(seconds.min(Lifetime::MAX.as_seconds()))
            .map(|lifetime| Self {
                expires_at,
                lifetime,
            })
            .map_err(|_| Cause::ApplicationExpired)
    }
}

/// An operator who may request test tokens in the name of an application.
///
/// It is created from a verified management token that carries the scope `create:test_tokens`; only
/// [`danger_unchecked`](Self::danger_unchecked) trusts its caller instead.
#[derive(Debug)]
pub struct Operator {
    client_id: Arc<str>,
}

impl Operator {
    /// The scope that a management token needs for test tokens.
    pub const SCOPE: &'static str = "create:test_tokens";

    /// Returns the operator that a verified token authenticates, if the token carries [`Operator::SCOPE`].
    #[must_use]
    pub fn of(token: &Verified<Claims<'_>>) -> Option<Self> {
        let client_id = token.client_id()?.into();
        token
            .scope()
            .any(|scope| scope == Self::SCOPE)
            .then_some(Self { client_id })
    }

    /// Returns the operator with this client id without any check: for a shell whose guard has already accepted the call for
    /// [`Operator::SCOPE`], and has kept only the client id of the token.
    #[must_use]
    pub fn danger_unchecked(client_id: &str) -> Self {
        Self {
            client_id: client_id.into(),
        }
    }

    /// The client id of the operator.
    #[must_use]
    pub const fn client_id(&self) -> &Arc<str> {
        &self.client_id
    }
}

/// A request for a test token.
///
/// Exhaustive, since callers write it as a literal.
#[derive(Debug, Default)]
pub struct TestRequest<'r> {
    /// The audiences; without any, the profile decides.
    pub audiences: Vec<Cow<'r, str>>,
    /// The scope; `None` means all assigned scopes.
    pub scope: Option<Cow<'r, str>>,
    /// The address that the application would call from, if it is to be checked against the allowed addresses.
    pub address: Option<IpAddr>,
}

/// Accepts a request for a test token: an operator vouches for the application, which does not authenticate itself.
///
/// `client` is the client with the id `client_id` in the registry, if there is one. `now` decides whether the application has expired.
///
/// # Errors
///
/// A [`Refusal`] if the application could not get a token itself: it is unknown, deleted, disabled, expired or public. The answer is the one
/// that the application would get.
pub fn vouched<'r>(
    operator: &Operator,
    client_id: &str,
    client: Option<&Client>,
    request: TestRequest<'r>,
    now: UnixTime,
) -> Result<Authenticated<'r>, Refusal> {
    let client = client.unwrap_or_else(|| Client::absent());
    let remaining = judge_state(client, client_id, now).map_err(|cause| {
        let suspect = Suspect::of_cause(cause).naming(client_id);
        let client_id = match client.state() {
            State::Absent => RecordedClientId::presented(client_id),
            State::Enabled | State::Disabled | State::Deleted => {
                RecordedClientId::Known(Arc::clone(client.client_id()))
            }
        };
        Refusal::of(cause).by(client_id).suspecting(suspect)
    })?;
    Ok(Authenticated {
        client_id: Arc::clone(client.client_id()),
        asked: Asked {
            scope: request.scope,
            resources_from: request.audiences.len(),
            audiences: request.audiences,
            target: TargetParameter::Audience,
            ignored: None,
        },
        address: request.address,
        requester: Requester::Vouched {
            operator: Arc::clone(&operator.client_id),
        },
        remaining,
    })
}
