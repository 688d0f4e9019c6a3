//! Tests of the log of refused requests, by each field of a query and by several of them.

use core::net::IpAddr;

use m2m_authority::{RequestId, TraceId};
use m2m_errors::Cause;

use super::NOW;
use crate::{Backend, RefusalQuery, Refused, UsageBatch};

/// Tests that refused requests are found by client, request id, address, cause and time, page by page.
///
/// # Panics
///
/// If the backend violates the contract.
pub async fn refusals<B: Backend>(make: impl AsyncFn() -> B) {
    let backend = make().await;
    let numbers = fill(&backend).await;
    let log = Log { backend, numbers };
    log.finds_each().await;
    log.finds_by_time_and_number().await;
    log.finds_by_several().await;
}

/// All refused requests of a page.
const ALL: RefusalQuery<'_> = RefusalQuery {
    client_id: None,
    request_id: None,
    address: None,
    cause: None,
    since: None,
    until: None,
    before: None,
    after: None,
    most: 9,
};

const ONE: [u8; 4] = [192, 0, 2, 1];
const TWO: [u8; 4] = [192, 0, 2, 2];
const THREE: [u16; 8] = [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1];

/// The refused requests, in the order in which they arrive.
fn all() -> Vec<Refused> {
    let refused = |number, seconds, client: Option<&str>, cause| Refused {
        trace_id: TraceId::from_random([number; 16]),
        request_id: None,
        time: NOW.saturating_add_seconds(seconds),
        cause,
        client_id: client.map(Into::into),
        authenticated: number == 3,
        address: None,
        diagnosis: (number == 1).then(|| "{}".into()),
    };
    let from = |address: Option<IpAddr>, request_id: &[u8], refused| Refused {
        address,
        request_id: RequestId::parse(request_id),
        ..refused
    };
    let [one, two, three] = [ONE.into(), TWO.into(), THREE.into()].map(Some);
    vec![
        from(one, b"r-1", refused(1, 1, Some("a"), Cause::SecretWrong)),
        // A client may send an id that another one has sent.
        from(two, b"r-1", refused(2, 2, Some("b"), Cause::SecretWrong)),
        // A clock was set back.
        from(
            three,
            b"",
            refused(3, 1, Some("a"), Cause::ScopeNotAssigned),
        ),
        from(one, b"R-1", refused(4, 4, None, Cause::ClientUnknown)),
        from(one, b"r-2", refused(5, 5, Some("a"), Cause::SecretWrong)),
        from(None, b"", refused(6, 6, None, Cause::ClientUnknown)),
    ]
}

/// Adds the refused requests, and returns their numbers.
async fn fill(backend: &impl Backend) -> Vec<u64> {
    // In several batches, as they arrive.
    for refused in all().chunks(2) {
        let batch = UsageBatch {
            refused: refused.to_vec(),
            ..UsageBatch::default()
        };
        backend.add_usage(batch).await.expect("room");
    }
    let told = backend.refusals(ALL).await.expect("refusals").entries;
    let numbers: Vec<u64> = told.iter().rev().map(|refusal| refusal.number).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    let entries: Vec<_> = told.iter().rev().map(|told| told.entry.clone()).collect();
    assert_eq!(entries, all());
    numbers
}

/// A log with the refused requests in it.
struct Log<B> {
    backend: B,
    /// Their numbers, in the order in which they arrived.
    numbers: Vec<u64>,
}

impl<B: Backend> Log<B> {
    /// Asserts that queries find these requests, which are counted from 1.
    async fn check(&self, expected: &[(RefusalQuery<'_>, &[usize])]) {
        for (query, expected) in expected {
            let found = self.backend.refusals(*query).await.expect("refusals");
            let positions = found.entries.iter().map(|told| {
                let mut numbers = self.numbers.iter();
                1 + numbers.position(|own| *own == told.number).unwrap_or(99)
            });
            assert_eq!(positions.collect::<Vec<_>>(), *expected, "{query:?}");
        }
    }

    async fn finds_each(&self) {
        let client = |id| RefusalQuery {
            client_id: Some(id),
            ..ALL
        };
        let request = |id| RefusalQuery {
            request_id: Some(id),
            ..ALL
        };
        let address = |address: IpAddr| RefusalQuery {
            address: Some(address),
            ..ALL
        };
        let cause = |cause| RefusalQuery {
            cause: Some(cause),
            ..ALL
        };
        self.check(&[
            (client("a"), &[5, 3, 1]),
            (client("A"), &[]),
            (client(""), &[]),
            (request("r-1"), &[2, 1]),
            (request("R-1"), &[4]),
            (request("r-"), &[]),
            (request(""), &[]),
            (address(ONE.into()), &[5, 4, 1]),
            (address(TWO.into()), &[2]),
            (address(THREE.into()), &[3]),
            (address([192, 0, 2, 0].into()), &[]),
            (cause(Cause::SecretWrong), &[5, 2, 1]),
            (cause(Cause::ClientUnknown), &[6, 4]),
            (cause(Cause::SecretExpired), &[]),
        ])
        .await;
    }

    async fn finds_by_time_and_number(&self) {
        let at = |seconds| Some(NOW.saturating_add_seconds(seconds));
        let time = |since, until| RefusalQuery {
            since,
            until,
            ..ALL
        };
        let [_, second, _, fourth, ..] = *self.numbers else {
            panic!("expected six refusals, found {:?}", self.numbers);
        };
        let number = |after, before| RefusalQuery {
            after,
            before,
            ..ALL
        };
        let most = |most| RefusalQuery { most, ..ALL };
        self.check(&[
            (most(0), &[]),
            (most(1), &[6]),
            (time(at(2), None), &[6, 5, 4, 2]),
            (time(at(9), None), &[]),
            (time(None, at(2)), &[3, 2, 1]),
            (time(None, at(0)), &[]),
            (time(None, at(99)), &[6, 5, 4, 3, 2, 1]),
            (time(at(2), at(5)), &[5, 4, 2]),
            (time(at(5), at(5)), &[5]),
            (time(at(5), at(4)), &[]),
            (number(None, Some(second)), &[1]),
            (number(Some(fourth), None), &[6, 5]),
            (number(Some(second), Some(fourth)), &[3]),
            (number(Some(fourth), Some(second)), &[]),
        ])
        .await;
    }

    async fn finds_by_several(&self) {
        let at = |seconds| Some(NOW.saturating_add_seconds(seconds));
        let [_, second, ..] = *self.numbers else {
            panic!("expected six refusals, found {:?}", self.numbers);
        };
        let of_client = RefusalQuery {
            client_id: Some("a"),
            ..ALL
        };
        let of_request = RefusalQuery {
            request_id: Some("r-1"),
            ..ALL
        };
        let from = |query: RefusalQuery<'static>| RefusalQuery {
            address: Some(ONE.into()),
            ..query
        };
        self.check(&[
            (from(of_client), &[5, 1]),
            (from(of_request), &[1]),
            (
                RefusalQuery {
                    cause: Some(Cause::ClientUnknown),
                    ..from(ALL)
                },
                &[4],
            ),
            (
                RefusalQuery {
                    client_id: Some("b"),
                    ..of_request
                },
                &[2],
            ),
            (
                RefusalQuery {
                    until: at(1),
                    ..of_request
                },
                &[1],
            ),
            (
                RefusalQuery {
                    until: at(4),
                    most: 1,
                    ..from(ALL)
                },
                &[4],
            ),
            (
                RefusalQuery {
                    cause: Some(Cause::SecretWrong),
                    since: at(1),
                    after: Some(second),
                    ..of_client
                },
                &[5],
            ),
            (
                RefusalQuery {
                    client_id: Some("a"),
                    cause: Some(Cause::SecretWrong),
                    since: at(1),
                    until: at(1),
                    before: Some(second),
                    ..from(of_request)
                },
                &[1],
            ),
        ])
        .await;
    }
}
