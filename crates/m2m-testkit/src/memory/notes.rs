//! The counts and notes of a store in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use m2m_authority::registry::Application;
use m2m_authority::{RequestId, TraceId};
use m2m_jwt::UnixTime;
use m2m_store::{
    LogPage, Numbered, NumberedRefusal, PageBudget, RecordId, RefusalPage, RefusalQuery, Refused,
    ScopeTimes, ScopeUse, SecretUse, Stored, UsageBatch, UsedApplication,
};

/// The counts and notes of a store in memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    /// The numbers of tokens, by client id, minute and audience.
    issued: BTreeMap<(Box<str>, u64, Box<str>), u64>,
    /// The times of the last uses, by client id and id of the secret.
    secrets_used: BTreeMap<(Box<str>, Box<str>), UnixTime>,
    /// The times of scopes, by application, audience and scope; without a scope for requests without one.
    scopes: BTreeMap<ScopeName, Times>,
    /// The refusals with their numbers, by trace id.
    refused: HashMap<TraceId, NumberedRefusal>,
    last_refusal: u64,
    /// The refusals of each client, and those of requests without a client id, by age; those that authenticated apart from the others.
    of_client: HashMap<(Option<Box<str>>, bool), VecDeque<TraceId>>,
}

/// An application, an audience and a scope.
type ScopeName = (RecordId, Box<str>, Option<Box<str>>);

/// The times of a scope.
#[derive(Debug, Clone, Copy, Default)]
struct Times {
    assigned_at: Option<UnixTime>,
    used_at: Option<UnixTime>,
}

impl Notes {
    pub(super) fn add(&mut self, batch: UsageBatch) {
        for issued in batch.issued.into_iter().filter(|issued| issued.tokens > 0) {
            let name = (issued.client_id, issued.minute, issued.audience);
            *self.issued.entry(name).or_default() += issued.tokens;
        }
        for used in batch.secrets {
            let name = (used.client_id, used.secret_id);
            let at = self.secrets_used.entry(name).or_insert(used.at);
            *at = used.at.max(*at);
        }
        for refused in batch.refused {
            self.add_refused(refused);
        }
        for diagnosed in batch.diagnosed {
            if let Some(refused) = self.refused.get_mut(&diagnosed.trace_id) {
                refused.entry.diagnosis = Some(diagnosed.diagnosis);
            }
        }
    }

    /// Notes the last use of a scope of an application.
    pub(super) fn scope_used(&mut self, application: RecordId, used: ScopeUse) {
        let name = (application, used.audience, used.scope);
        let times = self.scopes.entry(name).or_default();
        times.used_at = times.used_at.max(Some(used.at));
    }

    /// Notes which scopes of an application are assigned since a change, and forgets those that no longer are.
    pub(super) fn assign(
        &mut self,
        id: RecordId,
        before: Option<&Application>,
        after: Option<&Stored<Application>>,
    ) {
        let of_after = after
            .map(|stored| scopes(&stored.value))
            .unwrap_or_default();
        self.scopes.retain(|(own, audience, scope), _| {
            *own != id || of_after.contains(&(&**audience, scope.as_deref()))
        });
        let Some(before) = before else {
            return;
        };
        let Some(after) = after else {
            self.secrets_used
                .retain(|(own, _), _| *own != before.client_id);
            return;
        };
        for (audience, scope) in of_after.difference(&scopes(before)) {
            let times = Times {
                assigned_at: Some(after.updated_at),
                used_at: None,
            };
            let name = (id, Box::from(*audience), scope.map(Into::into));
            self.scopes.insert(name, times);
        }
    }

    /// Returns an application with the times of its uses.
    pub(super) fn with_uses(&self, stored: Stored<Application>) -> UsedApplication {
        let uses = self.secret_uses(&stored.value.client_id);
        let scopes = self.scopes.iter().filter(|((id, ..), _)| *id == stored.id);
        let scopes = scopes.map(|((_, audience, scope), times)| ScopeTimes {
            audience: audience.clone(),
            scope: scope.clone(),
            assigned_at: times.assigned_at,
            used_at: times.used_at,
        });
        let secrets = &stored.value.secrets;
        let is_own = |used: &SecretUse| secrets.iter().any(|secret| secret.id == used.secret_id);
        UsedApplication {
            used_at: uses.iter().map(|used| used.at).max(),
            scopes: scopes.collect(),
            secrets: uses.iter().filter(|used| is_own(used)).cloned().collect(),
            stored,
        }
    }

    fn add_refused(&mut self, refused: Refused) {
        if self.refused.contains_key(&refused.trace_id) {
            return;
        }
        let group = (refused.client_id.clone(), refused.authenticated);
        let own = self.of_client.entry(group).or_default();
        own.push_back(refused.trace_id);
        if own.len() > MAX_REFUSED
            && let Some(oldest) = own.pop_front()
        {
            self.refused.remove(&oldest);
        }
        self.last_refusal += 1;
        let number = self.last_refusal;
        self.refused.insert(
            refused.trace_id,
            Numbered {
                number,
                entry: refused,
            },
        );
    }

    pub(super) fn tokens_since(&self, client_id: &str, since: UnixTime) -> u64 {
        let first = since.as_seconds() / 60;
        let issued = self.issued.iter();
        issued
            .filter(|((own, minute, _), _)| **own == *client_id && *minute >= first)
            .map(|(_, tokens)| tokens)
            .sum()
    }

    pub(super) fn secret_uses(&self, client_id: &str) -> Vec<SecretUse> {
        let used = self.secrets_used.iter();
        used.filter(|((own, _), _)| **own == *client_id)
            .map(|((client_id, secret_id), at)| SecretUse {
                client_id: client_id.clone(),
                secret_id: secret_id.clone(),
                at: *at,
            })
            .collect()
    }

    pub(super) fn refused(&self, trace_id: TraceId) -> Option<Refused> {
        Some(self.refused.get(&trace_id)?.entry.clone())
    }

    pub(super) fn refusals(&self, query: &RefusalQuery<'_>) -> RefusalPage {
        let is_wanted = |refusal: &&NumberedRefusal| {
            let Refused {
                client_id,
                request_id,
                address,
                cause,
                time,
                ..
            } = &refusal.entry;
            let own = client_id.as_deref();
            let named = request_id.as_ref().map(RequestId::as_str);
            query.client_id.is_none_or(|client| own == Some(client))
                && query.request_id.is_none_or(|id| named == Some(id))
                && query.address.is_none_or(|from| *address == Some(from))
                && query.cause.is_none_or(|wanted| *cause == wanted)
                && query.since.is_none_or(|since| *time >= since)
                && query.until.is_none_or(|until| *time <= until)
                && query.before.is_none_or(|before| refusal.number < before)
                && query.after.is_none_or(|after| refusal.number > after)
        };
        let mut wanted: Vec<_> = self.refused.values().filter(is_wanted).cloned().collect();
        wanted.sort_by_key(|refusal| core::cmp::Reverse(refusal.number));
        let size = |refused: &Refused| refused.diagnosis.as_ref().map_or(0, |text| text.len());
        log_page(wanted, query.most, size)
    }
}

/// Returns the scopes of an application, and one without text for each API that it is authorized for.
fn scopes(application: &Application) -> BTreeSet<(&str, Option<&str>)> {
    let authorizations = application.spec.authorize.iter();
    let scopes = authorizations.flat_map(|authorization| {
        let scopes = authorization.scopes.iter().map(|scope| Some(&**scope));
        let scopes = scopes.chain([None]);
        scopes.map(|scope| (&*authorization.audience, scope))
    });
    scopes.collect()
}

/// Returns the page that begins with these entries of a log.
pub(super) fn log_page<T>(
    mut entries: Vec<Numbered<T>>,
    most: usize,
    size: impl Fn(&T) -> usize,
) -> LogPage<T> {
    let mut budget = PageBudget::default();
    let fitting = entries
        .iter()
        .take(most)
        .take_while(|numbered| budget.takes(size(&numbered.entry)))
        .count();
    let has_more = fitting < entries.len();
    entries.truncate(fitting);
    let next = entries.last().filter(|_| has_more).map(|last| last.number);
    LogPage { entries, next }
}

/// The maximum number of refusals of one client that are stored, of each kind.
const MAX_REFUSED: usize = 1_000;
