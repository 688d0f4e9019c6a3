//! Applications that expire: from a second on they cannot authenticate, and their tokens expire by then.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use m2m_authority::diagnose::{Evidence, Fix};
use m2m_authority::flow::{Operator, TestRequest};
use m2m_authority::registry::Lifetime;
use m2m_errors::{Cause, Profile};
use m2m_testkit::{Answer, ORDERS, PLAIN_ID, Request, WRONG_SECRET, World};
use proptest::prelude::*;

/// Returns a world in which the plain application expires after this time. Unit: seconds.
fn expiring(profile: Profile, seconds: u64) -> World {
    let mut world = World::standard(profile);
    world.set_records(|records| {
        let mut applications = records.applications.iter_mut();
        let plain = applications.find(|own| &*own.client_id == PLAIN_ID);
        let end = World::BEGINNING.saturating_add_seconds(seconds);
        plain.unwrap().spec.expires_at = Some(end);
    });
    world
}

fn good() -> Request {
    Request::token(PLAIN_ID).audience(ORDERS)
}

fn without_trace_id(answer: &Answer) -> String {
    let body = answer.json();
    let trace_id = body["trace_id"].as_str().unwrap();
    let text = String::from_utf8_lossy(answer.body()).replace(trace_id, "-");
    let headers = answer.headers().join("\n").replace(trace_id, "-");
    format!("{} {headers} {text}", answer.status())
}

#[test]
fn x8_an_expired_application_gets_the_answer_of_a_wrong_secret() {
    for profile in Profile::ALL {
        let mut world = expiring(profile, 600);
        world.advance(600);
        let expired = world.send(&good());
        let wrong = world.send(&good().secret(WRONG_SECRET));
        assert_eq!(expired.cause(), Some(Cause::ApplicationExpired));
        assert_eq!(
            wrong.cause(),
            Some(Cause::ApplicationExpired),
            "the state of the application is judged before its secret"
        );
        let mut standard = World::standard(profile);
        standard.advance(600);
        let other = standard.send(&good().secret(WRONG_SECRET));
        assert_eq!(other.cause(), Some(Cause::SecretWrong));
        for answer in [&expired, &wrong] {
            assert_eq!(
                without_trace_id(answer),
                without_trace_id(&other),
                "{profile}"
            );
        }
    }
}

#[test]
fn an_application_expires_in_its_second_and_no_token_outlives_it() {
    let mut world = expiring(Profile::Rfc, 600);
    let end = World::BEGINNING.as_seconds() + 600;
    for (advance, remaining) in [(0, 600), (300, 300), (299, 1)] {
        world.advance(advance);
        let answer = world.send(&good());
        assert_eq!(answer.status(), 200, "{remaining}");
        assert_eq!(answer.json()["expires_in"], remaining);
        let claims = world.claims(&answer);
        assert_eq!(claims["exp"], end);
        assert_eq!(claims["iat"], end - remaining);
    }
    world.advance(1);
    assert_eq!(world.send(&good()).cause(), Some(Cause::ApplicationExpired));
}

#[test]
fn an_expiry_beyond_the_lifetime_of_tokens_changes_nothing() {
    for seconds in [
        3600,
        3601,
        u64::from(Lifetime::MAX.as_seconds()) + 1,
        u64::MAX,
    ] {
        let mut world = expiring(Profile::Rfc, seconds);
        let mut standard = World::standard(Profile::Rfc);
        let lifetime = |world: &mut World| world.send(&good()).json()["expires_in"].clone();
        assert_eq!(lifetime(&mut world), lifetime(&mut standard), "{seconds}");
    }
}

#[test]
fn an_operator_gets_no_test_token_of_an_expired_application() {
    let operator = Operator::danger_unchecked("operator");
    let mut world = expiring(Profile::Rfc, 600);
    let request = || TestRequest {
        audiences: vec![ORDERS.into()],
        ..TestRequest::default()
    };
    let answer = world.vouch(&operator, PLAIN_ID, request());
    assert_eq!(answer.json()["expires_in"], 600);
    world.advance(600);
    let answer = world.vouch(&operator, PLAIN_ID, request());
    assert_eq!(answer.cause(), Some(Cause::ApplicationExpired));
}

#[test]
fn the_diagnosis_has_the_time_and_only_a_caller_with_the_secret_is_given_access_back() {
    let mut world = expiring(Profile::Rfc, 600);
    world.advance(7200);
    let answer = world.send(&good());
    let diagnosis = answer.diagnosis().unwrap();
    let at = World::BEGINNING.saturating_add_seconds(600);
    assert_eq!(diagnosis.evidence, [Evidence::ApplicationExpired { at }]);
    let client_id = PLAIN_ID.into();
    assert_eq!(diagnosis.fixes, [Fix::RemoveExpiry { client_id }]);
    let evidence = answer.evidence().join("\n");
    assert_eq!(evidence, "the application expired at 2026-01-01T00:10:00Z");
    let commands = |answer: &Answer| {
        let remedies = answer.remedies().into_iter();
        remedies.filter_map(|own| own.command).collect::<Vec<_>>()
    };
    assert!(
        commands(&answer)
            .iter()
            .any(|command| command.contains("--clear expires-at")),
        "{:?}",
        answer.remedies()
    );
    let stranger = world.send(&good().secret(WRONG_SECRET));
    assert_eq!(stranger.diagnosis().unwrap().fixes, []);
    assert!(
        commands(&stranger)
            .iter()
            .all(|command| !command.contains("expires-at"))
    );
}

proptest! {
    #[test]
    fn every_token_expires_after_it_is_issued_and_by_the_end_of_its_application(
        life in 1_u64..20, elapsed in 0_u64..20, revoked in prop::option::of(0_u64..26), profile in 0_usize..4,
    ) {
        let mut world = expiring(Profile::ALL[profile], life);
        world.set_records(|records| {
            for own in &mut records.applications {
                own.spec.not_before = revoked.map(|ahead| World::BEGINNING.saturating_add_seconds(ahead));
            }
        });
        world.advance(elapsed);
        let answer = world.send(&good());
        let end = World::BEGINNING.as_seconds() + life;
        if answer.status() == 200 {
            let claims = world.claims(&answer);
            let (iat, exp) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
            prop_assert!(iat < exp && exp <= end, "{claims}");
        } else if answer.cause() == Some(Cause::ApplicationExpired) {
            prop_assert!(life <= elapsed + 6, "{life} {elapsed}");
        } else {
            prop_assert_eq!(answer.cause(), Some(Cause::NotBeforeInFuture));
        }
        if life <= elapsed {
            prop_assert_eq!(answer.cause(), Some(Cause::ApplicationExpired));
        }
    }
}
