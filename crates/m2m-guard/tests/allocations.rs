//! The number of allocations for a call.

#[path = "support/issuer.rs"]
mod issuer;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use issuer::{HEADER, NOW, RFC9068, guard, keys, signed};
use m2m_guard::testing::TestIssuer;
use m2m_guard::{Call, Requirement};
use m2m_jwt::UnixTime;

/// Returns the minimum of several runs, since the crypto library allocates more in the first.
fn allocations(mut run: impl FnMut()) -> u64 {
    (0..16)
        .map(|_| measure(&mut run).count_total)
        .min()
        .unwrap_or_default()
}

#[test]
fn a_call_costs_few_allocations() {
    let header = format!("Bearer {}", signed(HEADER, RFC9068));
    let authorization: [&[u8]; 1] = [header.as_bytes()];
    let call = Call::new(&authorization, Some(b"page=2"));
    let (guard, keys) = (guard(), keys());
    let required = Requirement::scope("read:orders").in_organization("org_acme");
    let whole = allocations(|| {
        let caller = guard.check(&call, &keys, required, UnixTime::from_seconds(NOW));
        assert!(caller.is_ok());
    });
    // There are allocations for the decoded token, the claims, the texts of the caller, the list of its audiences, and the caller.
    assert!(whole <= 5, "{whole} allocations");
}

#[test]
fn a_call_without_a_token_costs_no_allocation() {
    let (guard, keys) = (guard(), keys());
    for authorization in [&[][..], &[&b"Basic YTpi"[..]], &[b"Bearer a b"]] {
        let call = Call::new(authorization, None);
        let whole = allocations(|| {
            let now = UnixTime::from_seconds(NOW);
            assert!(
                guard
                    .check(&call, &keys, Requirement::token(), now)
                    .is_err()
            );
        });
        assert_eq!(whole, 0);
    }
}

#[tokio::test]
async fn a_token_that_was_verified_before_costs_no_allocation() {
    let issuer = TestIssuer::new();
    let guard = issuer.guard("https://orders.example/api");
    let token = issuer.token("https://orders.example/api");
    let bearer = token.scope("read:orders").bearer();
    let authorization = [bearer.as_bytes()];
    let call = Call::new(&authorization, None);
    let required = Requirement::scope("read:orders");
    assert!(guard.check(&call, required).await.is_ok());
    let whole = allocations(|| {
        let mut check = pin!(guard.check(&call, required));
        let outcome = check.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(outcome, Poll::Ready(Ok(_))));
    });
    assert_eq!(whole, 0);
}
