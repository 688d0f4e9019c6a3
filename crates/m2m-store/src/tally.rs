//! The tokens issued and the secrets used since the counts were last taken.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use m2m_authority::diagnose::Ignored;
use m2m_authority::registry::StoredSecret;
use m2m_jwt::UnixTime;

use crate::{IssuedCount, SecretUse};

/// The tallies that have counts to be taken.
///
/// Every memory ordering here is sequentially consistent: a count is added before the check whether the tally waits already, and a
/// tally is marked as not waiting before its counts are taken. So each count is either taken or announced.
#[derive(Debug, Default)]
pub(crate) struct Tallies(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    tallies: Vec<Arc<Tally>>,
    /// The counts of tallies that were announced while too many were waiting. It has at most one entry for each application and API, and
    /// for each application and secret.
    folded: Sums,
}

/// Counts, added up.
#[derive(Debug, Default)]
struct Sums {
    /// The tokens issued, by client id and audience.
    tokens: HashMap<(Arc<str>, Arc<str>), u64>,
    /// The time of the last use, by client id and id of the secret. Unit: seconds since 1970.
    secrets: HashMap<(Arc<str>, Arc<str>), u64>,
}

/// The counts of one application. They outlive its cache entry until they have been taken.
#[derive(Debug)]
pub(crate) struct Tally {
    all: Arc<Tallies>,
    client_id: Arc<str>,
    /// The tokens issued, in the order of the positions of the APIs.
    issued: Box<[Issued]>,
    secrets: Box<[Used]>,
    /// A parameter that a request had in vain.
    ignored: Mutex<Option<Ignored>>,
    /// True if it is in the list of tallies that have counts to be taken.
    waits: AtomicBool,
}

/// Tokens issued for one API.
#[derive(Debug)]
struct Issued {
    api: usize,
    audience: Arc<str>,
    tokens: AtomicU64,
}

/// A secret, and the time at which it was last used. Unit: seconds since 1970, 0 for not at all.
#[derive(Debug)]
struct Used {
    id: Arc<str>,
    at: AtomicU64,
}

impl Tallies {
    /// Takes the counts since the last call. An application that was read again in the meantime may occur twice.
    ///
    /// Everything counts for the minute of `now`. A caller that asks every few seconds gets no count further off than that; if a count
    /// falls into the next window of a quota, that window allows fewer tokens and never more.
    pub(crate) fn take(&self, now: UnixTime) -> (Vec<IssuedCount>, Vec<SecretUse>) {
        let Waiting { tallies, folded } = core::mem::take(&mut *self.lock());
        let minute = now.as_seconds() / 60;
        let mut issued = Vec::with_capacity(tallies.len());
        let mut secrets = Vec::with_capacity(tallies.len());
        let mut tell_issued = |client_id: &str, audience: &str, tokens, ignored| {
            issued.push(IssuedCount {
                minute,
                client_id: client_id.into(),
                audience: audience.into(),
                tokens,
                ignored,
            });
        };
        let mut tell_used = |client_id: &str, secret_id: &str, at| {
            secrets.push(SecretUse {
                client_id: client_id.into(),
                secret_id: secret_id.into(),
                at: UnixTime::from_seconds(at),
            });
        };
        for ((client_id, audience), tokens) in folded.tokens {
            tell_issued(&client_id, &audience, tokens, None);
        }
        for ((client_id, secret_id), at) in folded.secrets {
            tell_used(&client_id, &secret_id, at);
        }
        for tally in tallies {
            tally.empty(
                |audience, tokens| {
                    let ignored = tally.ignored.lock();
                    let ignored = ignored.unwrap_or_else(PoisonError::into_inner).take();
                    tell_issued(&tally.client_id, audience, tokens, ignored);
                },
                |secret_id, at| tell_used(&tally.client_id, secret_id, at),
            );
        }
        (issued, secrets)
    }

    fn wait(&self, tally: &Arc<Tally>) {
        let mut waiting = self.lock();
        if waiting.tallies.len() < MAX_WAITING {
            waiting.tallies.push(Arc::clone(tally));
        } else {
            waiting.folded.add(tally);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Counts are taken or added as a whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sums {
    fn add(&mut self, tally: &Tally) {
        let client_id = &tally.client_id;
        tally.empty(
            |audience, tokens| {
                let name = (Arc::clone(client_id), Arc::clone(audience));
                let sum = self.tokens.entry(name).or_default();
                *sum = sum.saturating_add(tokens);
            },
            |secret_id, at| {
                let name = (Arc::clone(client_id), Arc::clone(secret_id));
                let latest = self.secrets.entry(name).or_default();
                *latest = at.max(*latest);
            },
        );
    }
}

impl Tally {
    /// Returns an empty tally for APIs by their positions, which ascend, and audiences, and for these secrets.
    pub(crate) fn new(
        all: Arc<Tallies>,
        client_id: Arc<str>,
        apis: impl Iterator<Item = (usize, Arc<str>)>,
        secrets: &[StoredSecret],
    ) -> Self {
        Self {
            all,
            client_id,
            issued: apis
                .map(|(api, audience)| Issued {
                    api,
                    audience,
                    tokens: AtomicU64::new(0),
                })
                .collect(),
            secrets: secrets
                .iter()
                .map(|secret| Used {
                    id: Arc::from(&*secret.id),
                    at: AtomicU64::new(0),
                })
                .collect(),
            ignored: Mutex::default(),
            waits: AtomicBool::new(false),
        }
    }

    /// Notes a parameter that a request had in vain, for the next counts. It is called before the token of the request is counted.
    pub(crate) fn ignored(&self, parameter: Ignored) {
        if let Ok(mut ignored) = self.ignored.try_lock() {
            *ignored = Some(parameter);
        }
    }

    /// Counts one more token for the API at this position.
    pub(crate) fn count(self: &Arc<Self>, api: usize) {
        let found = self.issued.binary_search_by_key(&api, |issued| issued.api);
        if let Some(issued) = found.ok().and_then(|index| self.issued.get(index)) {
            issued.tokens.fetch_add(1, Ordering::SeqCst);
            self.announce();
        }
    }

    /// Notes a use of the secret at this position.
    pub(crate) fn secret_used(self: &Arc<Self>, position: usize, now: UnixTime) {
        let Some(secret) = self.secrets.get(position) else {
            return;
        };
        // Many uses in a second need one write.
        if secret.at.load(Ordering::SeqCst) < now.as_seconds() {
            secret.at.fetch_max(now.as_seconds(), Ordering::SeqCst);
            self.announce();
        }
    }

    /// Takes the counts: tokens by audience, and times by the id of the secret.
    fn empty(&self, mut issued: impl FnMut(&Arc<str>, u64), mut used: impl FnMut(&Arc<str>, u64)) {
        self.waits.store(false, Ordering::SeqCst);
        for api in &self.issued {
            match api.tokens.swap(0, Ordering::SeqCst) {
                0 => {}
                tokens => issued(&api.audience, tokens),
            }
        }
        for secret in &self.secrets {
            match secret.at.swap(0, Ordering::SeqCst) {
                0 => {}
                at => used(&secret.id, at),
            }
        }
    }

    fn announce(self: &Arc<Self>) {
        if !self.waits.load(Ordering::SeqCst) && !self.waits.swap(true, Ordering::SeqCst) {
            self.all.wait(self);
        }
    }
}

/// The maximum number of tallies that wait until their counts are taken. The counts of more are added up, which takes a lock at each
/// count. A waiting tally takes some 300 bytes if all else of the application is forgotten.
const MAX_WAITING: usize = 50_000;

#[cfg(test)]
mod tests {
    use m2m_authority::registry::SecretHash;

    use super::*;

    const NOW: UnixTime = UnixTime::from_seconds(1_800_014_400);

    fn tally(all: &Arc<Tallies>, client_id: &str) -> Arc<Tally> {
        let secrets =
            ["s1", "s2"].map(|id| StoredSecret::new(id, SecretHash::from_bytes([1; 32]), NOW));
        let apis = [(3, Arc::from("https://a")), (5, Arc::from("https://b"))];
        let client_id = Arc::from(client_id);
        Arc::new(Tally::new(
            Arc::clone(all),
            client_id,
            apis.into_iter(),
            &secrets,
        ))
    }

    fn total(issued: &[IssuedCount]) -> u64 {
        issued.iter().map(|issued| issued.tokens).sum()
    }

    #[test]
    fn each_token_and_each_use_is_reported_once() {
        let all = Arc::default();
        let tally = tally(&all, "a");
        [3, 5, 3, 4].iter().for_each(|api| tally.count(*api));
        tally.secret_used(1, NOW);
        tally.secret_used(1, UnixTime::from_seconds(1_800_014_399));
        tally.secret_used(7, NOW);
        tally.ignored(Ignored::Misspelled("scope"));
        let (mut issued, secrets) = all.take(NOW);
        let ignored: Vec<_> = issued.iter().filter_map(|one| one.ignored).collect();
        assert_eq!(ignored, [Ignored::Misspelled("scope")], "once for all APIs");
        issued.sort_by_key(|issued| issued.tokens);
        let counts: Vec<_> = issued
            .iter()
            .map(|one| (&*one.audience, one.tokens))
            .collect();
        assert_eq!(counts, [("https://b", 1), ("https://a", 2)]);
        assert!(issued.iter().all(|issued| issued.minute == 30_000_240));
        let used = SecretUse {
            client_id: "a".into(),
            secret_id: "s2".into(),
            at: NOW,
        };
        assert_eq!(secrets, [used]);
        assert_eq!(all.take(NOW), (vec![], vec![]));
    }

    #[test]
    fn counts_outlive_the_cache_entry_of_their_application() {
        let all = Arc::default();
        let first = tally(&all, "a");
        first.count(3);
        drop(first);
        tally(&all, "a").count(3);
        let (issued, _) = all.take(NOW);
        assert_eq!(total(&issued), 2);
    }

    #[test]
    fn counts_are_added_up_when_too_many_tallies_wait() {
        let all = Arc::default();
        let applications = MAX_WAITING + 10;
        for number in 0..applications {
            tally(&all, &number.to_string()).count(3);
        }
        let late = tally(&all, "late");
        late.count(3);
        late.count(3);
        late.secret_used(0, NOW);
        assert_eq!(all.lock().tallies.len(), MAX_WAITING);
        let (issued, secrets) = all.take(NOW);
        assert_eq!(total(&issued), u64::try_from(applications).unwrap() + 2);
        assert_eq!(secrets.len(), 1);
    }

    #[test]
    fn concurrent_counts_are_neither_lost_nor_taken_twice() {
        const EACH: u64 = 100_000;
        let all: Arc<Tallies> = Arc::default();
        let tally = tally(&all, "a");
        let taken = std::thread::scope(|scope| {
            let counting: Vec<_> = [3, 5, 3]
                .map(|api| {
                    let tally = &tally;
                    scope.spawn(move || (0..EACH).for_each(|_| tally.count(api)))
                })
                .into();
            let mut taken = 0;
            while counting.iter().any(|thread| !thread.is_finished()) {
                taken += total(&all.take(NOW).0);
            }
            taken
        });
        assert_eq!(taken + total(&all.take(NOW).0), 3 * EACH);
    }
}
