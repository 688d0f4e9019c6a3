//! The counts and notes that arise while tokens are issued and requests refused.

use core::net::IpAddr;
use std::collections::BTreeMap;

use m2m_authority::diagnose::Ignored;
use m2m_authority::registry::Application;
use m2m_authority::{RequestId, TraceId};
use m2m_errors::Cause;
use m2m_jwt::UnixTime;

use crate::{Cursor, Stored};

/// The counts and notes that are written together.
#[derive(Debug, Clone, Default)]
pub struct UsageBatch {
    /// The counts of tokens issued.
    pub issued: Vec<IssuedCount>,
    /// The uses of secrets.
    pub secrets: Vec<SecretUse>,
    /// The uses of scopes.
    pub scopes: Vec<ScopeUse>,
    /// The requests refused.
    pub refused: Vec<Refused>,
    /// The diagnoses of requests that were refused, in this batch or in an earlier one.
    pub diagnosed: Vec<Diagnosed>,
}

impl UsageBatch {
    /// Returns true if there is nothing to write.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.issued.is_empty()
            && self.secrets.is_empty()
            && self.scopes.is_empty()
            && self.refused.is_empty()
            && self.diagnosed.is_empty()
    }
}

/// The number of tokens that an application was issued for an API in a minute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IssuedCount {
    /// The time. Unit: minutes since 1970.
    pub minute: u64,
    /// The application.
    pub client_id: Box<str>,
    /// The audience of the API; that of the first for a token for several APIs.
    pub audience: Box<str>,
    /// The number of tokens. They are added to those that are counted already.
    pub tokens: u64,
    /// The number of requests that got a token again, within the reuse window of the API. It is not stored.
    pub reused: u64,
    /// The number of tokens beyond a quota that only warns. It is not stored.
    pub beyond_quota: u64,
    /// A parameter that one of the requests had in vain. It is not stored.
    pub ignored: Option<Ignored>,
}

/// The tokens that an application was issued, for all APIs together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedTotal {
    /// The application.
    pub client_id: Box<str>,
    /// The number of tokens.
    pub tokens: u64,
    /// The number of requests that got a token again.
    pub reused: u64,
    /// The number of tokens beyond a quota that only warns.
    pub beyond_quota: u64,
    /// A parameter that one of the requests had in vain.
    pub ignored: Option<Ignored>,
}

impl IssuedTotal {
    /// The number of requests in a minute from which on an application probably asks for a token for each call that it makes.
    pub const FREQUENT: u64 = 60;

    /// Returns true if these are the requests of a minute, and so many that the application probably asks for a token for each of its calls, instead
    /// of using a token until it expires.
    #[must_use]
    pub const fn is_frequent(&self) -> bool {
        self.tokens.saturating_add(self.reused) >= Self::FREQUENT
    }

    /// Returns true if the operator or the owner of the application should read the line.
    const fn is_remarkable(&self) -> bool {
        self.ignored.is_some() || self.beyond_quota > 0 || self.is_frequent()
    }
}

impl IssuedCount {
    /// Returns the total of each application: first of those with an ignored parameter, with very many requests, or beyond a quota, each by client id.
    #[must_use]
    pub fn totals(counts: &[Self]) -> Vec<IssuedTotal> {
        let mut totals: BTreeMap<&str, IssuedTotal> = BTreeMap::new();
        for count in counts {
            let total = totals
                .entry(&count.client_id)
                .or_insert_with(|| IssuedTotal {
                    client_id: count.client_id.clone(),
                    tokens: 0,
                    reused: 0,
                    beyond_quota: 0,
                    ignored: None,
                });
            total.tokens += count.tokens;
            total.reused += count.reused;
            total.beyond_quota += count.beyond_quota;
            total.ignored = total.ignored.or(count.ignored);
        }
        let mut totals: Vec<IssuedTotal> = totals.into_values().collect();
        totals.sort_by_key(|total| !total.is_remarkable());
        totals
    }

    /// Returns one count for each application, API and minute.
    #[must_use]
    pub fn summed(mut counts: Vec<Self>) -> Vec<Self> {
        fn name(count: &IssuedCount) -> (u64, &str, &str) {
            (count.minute, &count.client_id, &count.audience)
        }
        counts.sort_unstable_by(|one, other| name(one).cmp(&name(other)));
        counts.dedup_by(|later, earlier| {
            let is_same = name(later) == name(earlier);
            if is_same {
                earlier.tokens += later.tokens;
                earlier.reused += later.reused;
                earlier.beyond_quota += later.beyond_quota;
            }
            is_same
        });
        counts
    }
}

/// The time at which a secret was last used.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecretUse {
    /// The application.
    pub client_id: Box<str>,
    /// The id of the secret among the secrets of the application.
    pub secret_id: Box<str>,
    /// The time. An earlier time than the one that is stored changes nothing.
    pub at: UnixTime,
}

impl SecretUse {
    /// Returns the latest use of each secret.
    #[must_use]
    pub fn latest(mut uses: Vec<Self>) -> Vec<Self> {
        fn name(used: &SecretUse) -> (&str, &str) {
            (&used.client_id, &used.secret_id)
        }
        uses.sort_unstable_by(|one, other| (name(one), other.at).cmp(&(name(other), one.at)));
        uses.dedup_by(|later, earlier| name(later) == name(earlier));
        uses
    }
}

impl ScopeUse {
    /// Returns the latest use of each scope.
    #[must_use]
    pub fn latest(mut uses: Vec<Self>) -> Vec<Self> {
        fn name(used: &ScopeUse) -> (&str, &str, Option<&str>) {
            (&used.client_id, &used.audience, used.scope.as_deref())
        }
        uses.sort_unstable_by(|one, other| (name(one), other.at).cmp(&(name(other), one.at)));
        uses.dedup_by(|later, earlier| name(later) == name(earlier));
        uses
    }
}

/// The time at which an application last used a scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScopeUse {
    /// The application.
    pub client_id: Box<str>,
    /// The audience or alias by which the record of the application names the API.
    pub audience: Box<str>,
    /// The scope that a request named. Absent for a request without `scope`, whose token has all assigned scopes of the API.
    pub scope: Option<Box<str>>,
    /// The time. An earlier time than the one that is stored changes nothing.
    pub at: UnixTime,
}

/// A page of applications with the times of their uses, as far as they were written.
#[derive(Debug, Clone)]
pub struct UsedPage {
    /// The applications.
    pub applications: Vec<UsedApplication>,
    /// The `after` of the next page; absent on the last page.
    pub next: Option<Cursor>,
    /// The time from which on uses of scopes are recorded. An earlier release did not record them.
    pub scopes_since: UnixTime,
}

/// An application with the times of its uses.
#[derive(Debug, Clone)]
pub struct UsedApplication {
    /// The application.
    pub stored: Stored<Application>,
    /// The time at which it last got a token that it requested itself.
    pub used_at: Option<UnixTime>,
    /// The last uses of its secrets, as far as they are in the record and were used, in the order of their ids.
    pub secrets: Vec<SecretUse>,
    /// The scopes that were used, or were assigned after the application was created, by audience and scope.
    pub scopes: Vec<ScopeTimes>,
}

/// The times of a scope that is assigned to an application.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScopeTimes {
    /// The audience or alias by which the record of the application names the API.
    pub audience: Box<str>,
    /// The scope. Absent for requests without `scope`, whose tokens have all assigned scopes of the API.
    pub scope: Option<Box<str>>,
    /// The time at which the scope was assigned, if that was after the application was created and is known.
    pub assigned_at: Option<UnixTime>,
    /// The time of its last use.
    pub used_at: Option<UnixTime>,
}

/// A request that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The trace id of the answer.
    pub trace_id: TraceId,
    /// The id that the caller gave the request.
    pub request_id: Option<RequestId>,
    /// The time of the refusal.
    pub time: UnixTime,
    /// The exact cause of the refusal.
    pub cause: Cause,
    /// The client id that the request named, if an application has it.
    pub client_id: Option<Box<str>>,
    /// True if the caller authenticated as this application. Any other caller only names it, and displaces no refusal of a caller that
    /// authenticated. It counts as false without a client id.
    pub authenticated: bool,
    /// The address that the request came from.
    pub address: Option<IpAddr>,
    /// The result of a diagnosis, as JSON; absent until there is one.
    pub diagnosis: Option<Box<str>>,
}

/// The result of the diagnosis of a request that was refused. It is dropped if the request is not kept any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosed {
    /// The trace id of the answer.
    pub trace_id: TraceId,
    /// The result, as JSON. It replaces an earlier result.
    pub diagnosis: Box<str>,
}

/// The room for refusals that wait to be written, part of which is only for callers that authenticated, and another part only for those
/// that at least name an application.
#[derive(Debug, Default)]
pub struct RefusalRoom {
    all: usize,
    unauthenticated: usize,
    nameless: usize,
}

impl RefusalRoom {
    /// The maximum number of refusals, at some 300 bytes each without their diagnoses.
    pub const MAX: usize = 5_000;

    /// The maximum number of refusals that did not authenticate, with and without a client id.
    pub const MAX_UNAUTHENTICATED: usize = 4_000;

    /// The maximum number of refusals without a client id.
    pub const MAX_NAMELESS: usize = 2_500;

    /// Takes the room of one refusal. Returns false if there is none.
    pub fn take(&mut self, is_named: bool, authenticated: bool) -> bool {
        let is_full = self.all >= Self::MAX
            || !authenticated && self.unauthenticated >= Self::MAX_UNAUTHENTICATED
            || !is_named && self.nameless >= Self::MAX_NAMELESS;
        self.all += usize::from(!is_full);
        self.unauthenticated += usize::from(!is_full && !authenticated);
        self.nameless += usize::from(!is_full && !is_named);
        !is_full
    }
}
