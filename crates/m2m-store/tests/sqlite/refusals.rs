//! The refusals that the store keeps, and those that it deletes to make room.

use super::*;

#[tokio::test]
async fn x20_clients_that_flood_displace_only_their_own_refusals() {
    let store = in_memory_with(StoreLimits {
        refusals: 1_000,
        refusals_of_a_client: 200,
        refusals_of_unknown: 300,
        ..StoreLimits::default()
    });
    let quiet = (0..5).map(|number| refused(number, Some("quiet"), NOW));
    add_refused(&store, quiet.collect()).await;
    // Twenty clients at their limit have four times the number of refusals that are kept of all clients.
    for client in 1..=20_u32 {
        let name = format!("loud{client}");
        let flood = (0..200).map(|number| refused(client * 1_000 + number, Some(&name), NOW));
        add_refused(&store, flood.collect()).await;
    }
    let strangers = (0..1_000).map(|number| refused(90_000 + number, None, NOW));
    add_refused(&store, strangers.collect()).await;
    for number in 0..5 {
        assert!(is_there(&store, number).await, "{number}");
    }
    let mut kept = 0;
    for number in 0..91_000 {
        kept += u32::from(is_there(&store, number).await);
    }
    assert_eq!(kept, 1_000);
}

#[tokio::test]
async fn x20_requests_that_only_name_a_client_displace_none_that_authenticated() {
    let store = in_memory_with(StoreLimits {
        refusals: 1_000,
        refusals_of_a_client: 100,
        refusals_of_unknown: 300,
        ..StoreLimits::default()
    });
    let of = |number: u32, client: u32, authenticated| Refused {
        authenticated,
        ..refused(number, Some(&format!("client{client}")), NOW)
    };
    for client in 0..5 {
        let own = (0..100).map(|number| of(client * 100 + number, client, true));
        add_refused(&store, own.collect()).await;
    }
    // A stranger that knows the ids of twenty clients floods the log of each.
    for client in 0..20 {
        for batch in 0..3 {
            let first = 10_000 + client * 1_000 + batch * 300;
            let flood = (first..first + 300).map(|number| of(number, client, false));
            add_refused(&store, flood.collect()).await;
        }
    }
    let unknown = (40_000..41_000).map(|number| refused(number, None, NOW));
    add_refused(&store, unknown.collect()).await;
    for number in 0..500 {
        assert!(is_there(&store, number).await, "{number}");
    }
    let mut of_the_flood = 0;
    for number in 10_000..41_000 {
        of_the_flood += u32::from(is_there(&store, number).await);
    }
    assert_eq!(of_the_flood, 500, "the other half of the room");

    // Nor do clients that authenticate displace the others.
    for client in 0..20 {
        let own = (0..200).map(|number| of(50_000 + client * 200 + number, client, true));
        add_refused(&store, own.collect()).await;
    }
    for number in 10_000..41_000 {
        of_the_flood -= u32::from(is_there(&store, number).await);
    }
    assert_eq!(of_the_flood, 0, "all of it is still there");
}

#[tokio::test]
async fn x20_each_kind_of_caller_has_a_limit_for_a_client() {
    let store = in_memory_with(StoreLimits {
        refusals_of_a_client: 10,
        ..StoreLimits::default()
    });
    let both = (0..100).map(|number| Refused {
        authenticated: number % 2 == 0,
        ..refused(number, Some("one"), NOW)
    });
    add_refused(&store, both.collect()).await;
    for number in 0..100 {
        assert_eq!(is_there(&store, number).await, number >= 80, "{number}");
    }
    // Only a client can authenticate.
    let unknown = Refused {
        authenticated: true,
        ..refused(100, None, NOW)
    };
    add_refused(&store, vec![unknown.clone()]).await;
    let kept = store.refused(unknown.trace_id).await.unwrap();
    assert_eq!(kept, Some(refused(100, None, NOW)));
}

#[tokio::test]
async fn x24_a_client_does_not_bury_its_attempts_to_gain_power() {
    let limits = StoreLimits {
        refusals_of_a_client: 20,
        ..StoreLimits::default()
    };
    let store = in_memory_with(limits);
    let mut attempt = refused(1, Some("narrow"), NOW);
    attempt.cause = Cause::ScopeBeyondToken;
    add_refused(&store, vec![attempt.clone()]).await;
    for number in 0..10 {
        let flood = (0..20).map(|of| refused(100 + number * 20 + of, Some("narrow"), NOW));
        add_refused(&store, flood.collect()).await;
    }
    let kept = store.refused(attempt.trace_id).await.unwrap();
    assert_eq!(kept, Some(attempt));
}

#[tokio::test]
async fn old_refusals_are_deleted() {
    let store = in_memory_with(StoreLimits {
        refusal_days: 1,
        ..StoreLimits::default()
    });
    let day = 24 * 60 * 60;
    add_refused(&store, vec![refused(1, Some("a"), NOW)]).await;
    add_refused(
        &store,
        vec![refused(2, Some("b"), NOW.saturating_add_seconds(day))],
    )
    .await;
    assert!(is_there(&store, 1).await && is_there(&store, 2).await);
    add_refused(
        &store,
        vec![refused(3, Some("b"), NOW.saturating_add_seconds(day + 1))],
    )
    .await;
    assert!(!is_there(&store, 1).await);
    assert!(is_there(&store, 2).await && is_there(&store, 3).await);
}
