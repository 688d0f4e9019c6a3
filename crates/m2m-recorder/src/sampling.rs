//! The choice of the refusals that are kept one by one, and the counts of the others.
//!
//! A stranger determines how many requests are refused. So each source of refusals has a budget, and all sources of one kind of caller together
//! have one, of which one block of addresses can use a part; refusals beyond it are counted by cause, block of addresses and client id. Each refusal is either admitted or counted, never
//! both, so that lines and counts add up to the number of refusals.

use std::collections::HashMap;
use std::sync::Arc;

use m2m_authority::RecordedClientId;
use m2m_authority::flow::RefusedEvent;
use m2m_errors::Cause;
use m2m_host::address_block::AddressBlock;
use m2m_jwt::UnixTime;

/// The degree to which the caller of a refused request proved its identity. Each has its own budget, so a flood of one hides no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// The request names no known application.
    Stranger,
    /// The request names an application, but did not authenticate as it.
    Named,
    /// The request authenticated, with a secret or with a token.
    Authenticated,
    /// The request authenticated, and tried to gain or to remove power over the server.
    Powerful,
}

/// Refusals that were not kept one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The cause of the refusals.
    pub cause: Cause,
    /// The block of addresses that they came from; `None` for those of all blocks for which there was no room.
    pub block: Option<AddressBlock>,
    /// The client id that they have in common, if it is that of an application.
    pub client_id: Option<Arc<str>>,
    /// The kind of their callers.
    pub caller: CallerKind,
    /// The number of refusals. At least 1.
    pub count: u64,
}

/// The budgets, and the refusals counted since the last call of `take`.
#[derive(Debug)]
pub(crate) struct Sampling([Class; 4]);

/// All sources of one kind of caller.
#[derive(Debug)]
struct Class {
    caller: CallerKind,
    bucket: Bucket,
    /// There are at most as many blocks as sources.
    blocks: HashMap<AddressBlock, Bucket>,
    sources: HashMap<Source, Tally>,
    /// Refusals of sources for which there was no room, by cause.
    others: HashMap<Cause, u64>,
}

/// The properties that refusals with a common budget have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Source {
    /// `None` for all causes of operations, so that a client with many kinds of mistakes has no larger budget than others.
    cause: Option<Cause>,
    block: AddressBlock,
    client_id: Option<Arc<str>>,
}

#[derive(Debug)]
struct Tally {
    bucket: Bucket,
    counted: HashMap<Cause, u64>,
}

/// A budget that is refilled each second.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: u64,
    at: u64,
}

/// A budget: how much can be spent at once, and how much is added each second.
#[derive(Debug, Clone, Copy)]
struct Budget {
    burst: u64,
    each_second: u64,
}

impl CallerKind {
    /// Returns the kind of the caller that the token endpoint refused.
    pub fn of(event: &RefusedEvent) -> Self {
        match &event.client_id {
            RecordedClientId::Known(_) if event.is_authenticated() => Self::Authenticated,
            RecordedClientId::Known(_) => Self::Named,
            RecordedClientId::None | RecordedClientId::Withheld { .. } => Self::Stranger,
        }
    }

    /// Returns the kind of the caller that the management API refused, with the client id of a valid token.
    pub const fn of_management(cause: Cause, client_id: Option<&str>) -> Self {
        match (client_id, cause) {
            (None, _) => Self::Stranger,
            (Some(_), Cause::ScopeBeyondToken | Cause::ManagementProtected) => Self::Powerful,
            (Some(_), _) => Self::Authenticated,
        }
    }

    /// Returns true if the caller authenticated as the application that the request names.
    pub(crate) const fn is_authenticated(self) -> bool {
        matches!(self, Self::Authenticated | Self::Powerful)
    }

    /// Returns its name in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stranger => "stranger",
            Self::Named => "named",
            Self::Authenticated => "authenticated",
            Self::Powerful => "powerful",
        }
    }

    /// Returns the budget of each source.
    const fn of_source(self) -> Budget {
        match self {
            Self::Stranger | Self::Named => Budget {
                burst: 50,
                each_second: 5,
            },
            Self::Authenticated | Self::Powerful => Budget {
                burst: 100,
                each_second: 10,
            },
        }
    }

    /// Returns the budget of all sources of one block of addresses, which leaves room for the other blocks.
    const fn of_block(self) -> Budget {
        match self {
            Self::Stranger | Self::Named => Budget {
                burst: 100,
                each_second: 6,
            },
            Self::Authenticated | Self::Powerful => Budget {
                burst: 200,
                each_second: 12,
            },
        }
    }

    /// Returns the budget of all sources together. A line with its diagnosis has about a kilobyte.
    const fn of_all(self) -> Budget {
        match self {
            Self::Stranger | Self::Named => Budget {
                burst: 200,
                each_second: 10,
            },
            Self::Authenticated | Self::Powerful => Budget {
                burst: 400,
                each_second: 20,
            },
        }
    }
}

impl Default for Sampling {
    fn default() -> Self {
        Self(
            [
                CallerKind::Stranger,
                CallerKind::Named,
                CallerKind::Authenticated,
                CallerKind::Powerful,
            ]
            .map(|caller| Class {
                caller,
                bucket: Bucket::full(caller.of_all()),
                blocks: HashMap::new(),
                sources: HashMap::new(),
                others: HashMap::new(),
            }),
        )
    }
}

impl Sampling {
    /// Returns true if the refusal is to be kept individually; otherwise it has been counted.
    pub(crate) fn admit(&mut self, caller: CallerKind, event: &RefusedEvent) -> bool {
        let [stranger, named, authenticated, powerful] = &mut self.0;
        let class = match caller {
            CallerKind::Stranger => stranger,
            CallerKind::Named => named,
            CallerKind::Authenticated => authenticated,
            CallerKind::Powerful => powerful,
        };
        class.admit(event)
    }

    /// Takes the counts. Sources without recent refusals are forgotten.
    pub(crate) fn take(&mut self, now: UnixTime) -> Vec<Summary> {
        let mut taken = Vec::new();
        for class in &mut self.0 {
            class.take(now, &mut taken);
        }
        taken
    }

    /// Returns the number of refusals that were counted since the last call of `take`.
    pub(crate) fn counted(&self) -> u64 {
        let counts = self.0.iter().flat_map(|class| {
            let sources = class.sources.values().map(|tally| &tally.counted);
            let counts = sources.chain([&class.others]);
            counts.flat_map(|counts| counts.values().copied())
        });
        counts.sum()
    }

    /// Puts back the count of a summary that could not be logged. Its block and client id are lost, its number is not.
    pub(crate) fn put_back(&mut self, summary: &Summary) {
        let class = self
            .0
            .iter_mut()
            .find(|class| class.caller == summary.caller);
        if let Some(class) = class {
            *class.others.entry(summary.cause).or_default() += summary.count;
        }
    }
}

impl Class {
    fn admit(&mut self, event: &RefusedEvent) -> bool {
        let now = event.time.as_seconds();
        let source = Source {
            cause: (!event.cause.is_of_an_operation()).then_some(event.cause),
            block: AddressBlock::of(event.address),
            client_id: match &event.client_id {
                RecordedClientId::Known(client_id) => Some(Arc::clone(client_id)),
                RecordedClientId::None | RecordedClientId::Withheld { .. } => None,
            },
        };
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&source) {
            *self.others.entry(event.cause).or_default() += 1;
            return false;
        }
        let budget = self.caller.of_source();
        let of_block = self.caller.of_block();
        let block = self.blocks.entry(source.block);
        let block = block.or_insert_with(|| Bucket::full(of_block));
        block.refill(of_block, now);
        let tally = self.sources.entry(source).or_insert_with(|| Tally {
            bucket: Bucket::full(budget),
            counted: HashMap::new(),
        });
        tally.bucket.refill(budget, now);
        self.bucket.refill(self.caller.of_all(), now);
        let mut buckets = [&mut tally.bucket, block, &mut self.bucket];
        if buckets.iter().all(|bucket| bucket.left > 0) {
            buckets.iter_mut().for_each(|bucket| bucket.left -= 1);
            return true;
        }
        *tally.counted.entry(event.cause).or_default() += 1;
        false
    }

    fn take(&mut self, now: UnixTime, taken: &mut Vec<Summary>) {
        let caller = self.caller;
        let budget = caller.of_source();
        self.sources.retain(|source, tally| {
            taken.extend(tally.counted.drain().map(|(cause, count)| Summary {
                cause,
                block: Some(source.block),
                client_id: source.client_id.clone(),
                caller,
                count,
            }));
            tally.bucket.refill(budget, now.as_seconds());
            tally.bucket.left < budget.burst
        });
        let of_block = caller.of_block();
        self.blocks.retain(|_, bucket| {
            bucket.refill(of_block, now.as_seconds());
            bucket.left < of_block.burst
        });
        taken.extend(self.others.drain().map(|(cause, count)| Summary {
            cause,
            block: None,
            client_id: None,
            caller,
            count,
        }));
    }
}

impl Bucket {
    const fn full(budget: Budget) -> Self {
        Self {
            left: budget.burst,
            at: 0,
        }
    }

    fn refill(&mut self, budget: Budget, now: u64) {
        // Requests overtake each other by a little; after a clock was set back by more, counting starts again.
        if now > self.at || self.at.saturating_sub(now) > MAX_SECONDS_BACK {
            let elapsed = now.saturating_sub(self.at);
            let added = elapsed.saturating_mul(budget.each_second);
            self.left = self.left.saturating_add(added).min(budget.burst);
            self.at = now;
        }
    }
}

/// The maximum number of sources that are distinguished, for each kind of caller, at some 200 bytes each. Each has at most one line for each of its causes in a summary.
const MAX_SOURCES: usize = 256;

/// Unit: seconds.
const MAX_SECONDS_BACK: u64 = 60;

#[cfg(test)]
mod tests {
    use core::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::tests::{KNOWN, OTHER, refused};

    const NOON: UnixTime = UnixTime::from_seconds(1_800_014_400);

    fn event(cause: Cause, address: [u8; 4], second: u64) -> RefusedEvent {
        RefusedEvent {
            time: NOON.saturating_add_seconds(second),
            address: Some(IpAddr::V4(Ipv4Addr::from(address))),
            cause,
            ..refused(OTHER)
        }
    }

    /// Returns the counts of some summaries, by cause and block.
    fn sums(summaries: &[Summary]) -> HashMap<(Cause, Option<AddressBlock>), u64> {
        let mut sums = HashMap::new();
        for summary in summaries {
            *sums.entry((summary.cause, summary.block)).or_default() += summary.count;
        }
        sums
    }

    #[test]
    fn x20_one_block_of_addresses_hides_no_other_whatever_the_causes() {
        let causes = [
            Cause::ClientUnknown,
            Cause::PathUnknown,
            Cause::MethodNotAllowed,
            Cause::ContentTypeWrong,
            Cause::GrantTypeMissing,
            Cause::CredentialsMissing,
            Cause::BasicMalformed,
        ];
        let mut sampling = Sampling::default();
        for second in 1..=60 {
            for cause in causes.iter().cycle().take(115) {
                let flood = event(*cause, [203, 0, 113, 7], second);
                sampling.admit(CallerKind::Stranger, &flood);
            }
            let other = event(Cause::ClientUnknown, [198, 51, 100, 7], second);
            assert!(sampling.admit(CallerKind::Stranger, &other), "{second}");
        }
    }

    #[test]
    fn x26_twenty_thousand_refusals_a_second_are_a_few_lines_and_exact_counts() {
        const SECONDS: u64 = 20;
        let causes = [
            Cause::ClientUnknown,
            Cause::AuthenticationThrottled,
            Cause::TokenMissing,
        ];
        let mut sampling = Sampling::default();
        let (mut sent, mut lines) = (HashMap::new(), HashMap::new());
        let mut summaries = Vec::new();
        for second in 1..=SECONDS {
            for number in 0..20_000_u32 {
                let [.., block, host] = number.to_be_bytes();
                let cause = causes[usize::from(host) % causes.len()];
                let event = event(cause, [203, 0, block, host], second);
                let key = (cause, Some(AddressBlock::of(event.address)));
                *sent.entry(key).or_insert(0_u64) += 1;
                let admitted = sampling.admit(CallerKind::Stranger, &event);
                *lines.entry(key).or_insert(0) += u64::from(admitted);
            }
            if second % 10 == 0 {
                summaries.extend(sampling.take(NOON.saturating_add_seconds(second)));
            }
        }
        let counted = sums(&summaries);
        for (key, sent) in &sent {
            let counted = counted.get(key).copied().unwrap_or_default();
            assert_eq!(lines[key] + counted, *sent, "{key:?}");
        }
        assert!(lines.values().sum::<u64>() <= 200 + SECONDS * 10);
        assert_eq!(sampling.counted(), 0);
    }

    #[test]
    fn x26_beyond_the_sources_that_have_room_the_counts_of_each_cause_stay_exact() {
        let mut sampling = Sampling::default();
        let mut admitted = 0;
        for number in 0..5_000_u32 {
            let [.., high, low] = number.to_be_bytes();
            for _ in 0..3 {
                let event = event(Cause::ClientUnknown, [10, high, low, 1], 0);
                admitted += u64::from(sampling.admit(CallerKind::Stranger, &event));
            }
        }
        assert_eq!(sampling.counted() + admitted, 15_000);
        let summaries = sampling.take(NOON);
        assert!(summaries.len() <= MAX_SOURCES + 1, "{}", summaries.len());
        let counted = sums(&summaries);
        assert_eq!(counted.values().sum::<u64>() + admitted, 15_000);
        assert!(counted.contains_key(&(Cause::ClientUnknown, None)));
    }

    #[test]
    fn x24_a_flood_of_one_standing_hides_none_of_another() {
        let mut sampling = Sampling::default();
        for number in 0..100_000_u32 {
            let event = event(Cause::ClientUnknown, number.to_be_bytes(), 0);
            sampling.admit(CallerKind::Stranger, &event);
        }
        let mut flood = refused(KNOWN);
        flood.cause = Cause::FieldInvalid;
        (0..100_000).for_each(|_| {
            sampling.admit(CallerKind::Authenticated, &flood);
        });
        for caller in [CallerKind::Named, CallerKind::Powerful] {
            assert!(sampling.admit(caller, &refused(KNOWN)), "{caller:?}");
        }
    }

    #[test]
    fn x24_a_client_that_makes_all_kinds_of_mistakes_hides_no_other_client() {
        const SENT: usize = 10_000;
        let mut sampling = Sampling::default();
        let mut event = refused(KNOWN);
        let causes = Cause::ALL.iter().filter(|cause| cause.is_of_an_operation());
        let mut admitted = 0;
        for cause in causes.cycle().take(SENT) {
            event.cause = *cause;
            admitted += usize::from(sampling.admit(CallerKind::Authenticated, &event));
        }
        assert_eq!(admitted, 100);
        event.client_id = RecordedClientId::Known("another".into());
        assert!(sampling.admit(CallerKind::Authenticated, &event));
        let counted = sums(&sampling.take(NOON));
        assert!(counted.len() > 50, "each cause is counted: {counted:?}");
        assert_eq!(counted.values().sum::<u64>(), 9_900);
    }

    #[test]
    fn a_source_that_has_been_quiet_has_its_whole_budget_again_and_is_forgotten() {
        let mut sampling = Sampling::default();
        let admitted = |sampling: &mut Sampling, second| {
            let event = event(Cause::SecretWrong, [192, 0, 2, 1], second);
            (0..1_000)
                .filter(|_| sampling.admit(CallerKind::Named, &event))
                .count()
        };
        assert_eq!(admitted(&mut sampling, 0), 50);
        assert_eq!(admitted(&mut sampling, 1), 5);
        assert_eq!(admitted(&mut sampling, 100), 50);
        assert_eq!(sampling.take(NOON.saturating_add_seconds(200)).len(), 1);
        let [_, named, ..] = &sampling.0;
        assert!(named.sources.is_empty());
    }

    #[test]
    fn a_clock_that_is_set_back_silences_nothing() {
        let mut sampling = Sampling::default();
        for second in [86_400, 0, 1] {
            let event = event(Cause::SecretWrong, [192, 0, 2, 1], second);
            let admitted = (0..100).filter(|_| sampling.admit(CallerKind::Named, &event));
            let admitted = admitted.count();
            assert!(
                admitted > 0 || second == 0,
                "{second}: nothing for a second"
            );
        }
    }

    #[test]
    fn unreported_counts_are_counted_again() {
        let mut sampling = Sampling::default();
        let event = event(Cause::SecretWrong, [192, 0, 2, 1], 0);
        (0..60).for_each(|_| {
            sampling.admit(CallerKind::Named, &event);
        });
        let summaries = sampling.take(NOON);
        summaries
            .iter()
            .for_each(|summary| sampling.put_back(summary));
        let again = sampling.take(NOON);
        assert!(matches!(&*again, [one] if one.count == 10 && one.block.is_none()));
    }
}
