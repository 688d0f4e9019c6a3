use m2m_authority::policy::Targets;
use m2m_authority::registry::{Api, SecretHash};

use super::*;

/// The number of scopes of each API: more than one word of a set has.
const SCOPES: usize = 70;

const NOW: UnixTime = UnixTime::from_seconds(1_800_014_400);

fn tally(all: &Arc<Tallies>, client_id: &str) -> Arc<Tally> {
    let secrets =
        ["s1", "s2"].map(|id| StoredSecret::new(id, SecretHash::from_bytes([1; 32]), NOW));
    let scopes: Vec<String> = (0..SCOPES).map(|number| number.to_string()).collect();
    let scopes: Vec<&str> = scopes.iter().map(|scope| &**scope).collect();
    let targets = Targets::of(&[Api::new("Many", "https://many").with_scopes(&scopes)]);
    let (_, target) = targets.find("https://many").unwrap();
    let apis = [(3, "https://a"), (5, "https://b")].map(|(position, audience)| TalliedApi {
        position,
        audience: Arc::from(audience),
        declared: Arc::from(audience),
        scopes: Arc::clone(target.scope_list()),
        // All except the first.
        assigned: target.assign(scopes.iter().skip(1).copied()),
    });
    let client_id = Arc::from(client_id);
    Arc::new(Tally::new(Arc::clone(all), client_id, &apis, &secrets))
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
    let UsageBatch {
        mut issued,
        secrets,
        ..
    } = all.take(NOW);
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
    assert!(all.take(NOW).is_empty());
}

#[test]
fn counts_outlive_the_cache_entry_of_their_application() {
    let all = Arc::default();
    let first = tally(&all, "a");
    first.count(3);
    drop(first);
    tally(&all, "a").count(3);
    assert_eq!(total(&all.take(NOW).issued), 2);
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
    let UsageBatch {
        issued, secrets, ..
    } = all.take(NOW);
    assert_eq!(total(&issued), u64::try_from(applications).unwrap() + 2);
    assert_eq!(secrets.len(), 1);
}

/// Returns the uses of scopes, as audience, scope and seconds since `NOW`.
fn scopes(batch: &UsageBatch) -> Vec<(&str, Option<&str>, u64)> {
    let mut scopes: Vec<_> = batch
        .scopes
        .iter()
        .map(|used| {
            let after = used.at.as_seconds() - NOW.as_seconds();
            (&*used.audience, used.scope.as_deref(), after)
        })
        .collect();
    scopes.sort_unstable();
    scopes
}

#[test]
fn the_last_use_of_each_scope_is_taken_once() {
    let all = Arc::default();
    let tally = tally(&all, "a");
    let later = |seconds| NOW.saturating_add_seconds(seconds);
    tally.used(3, 1, later(1));
    tally.used(3, 69, later(2));
    tally.used(3, 69, later(1));
    tally.used(5, 64, later(3));
    // A scope that is not assigned, one that does not exist, and an API that the application is not authorized for.
    [(3, 0), (3, 70), (4, 1)]
        .iter()
        .for_each(|(api, scope)| tally.used(*api, *scope, NOW));
    let taken = all.take(NOW);
    assert_eq!(
        scopes(&taken),
        [
            ("https://a", Some("1"), 1),
            ("https://a", Some("69"), 2),
            ("https://b", Some("64"), 3)
        ]
    );
    assert!(all.take(NOW).is_empty());
    tally.used(3, 1, later(60));
    assert_eq!(scopes(&all.take(NOW)), [("https://a", Some("1"), 60)]);
}

#[test]
fn the_last_uses_of_scopes_are_kept_when_too_many_tallies_wait() {
    let all = Arc::default();
    for number in 0..MAX_WAITING {
        tally(&all, &number.to_string()).used(3, 1, NOW);
    }
    let late = tally(&all, "late");
    late.used(3, 2, NOW.saturating_add_seconds(2));
    late.used(3, 2, NOW.saturating_add_seconds(1));
    let taken = all.take(NOW);
    assert_eq!(taken.scopes.len(), MAX_WAITING + 1);
    let of_late = taken.scopes.iter().find(|used| &*used.client_id == "late");
    assert_eq!(of_late.unwrap().at, NOW.saturating_add_seconds(2));
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
            taken += total(&all.take(NOW).issued);
        }
        taken
    });
    assert_eq!(taken + total(&all.take(NOW).issued), 3 * EACH);
}
