//! The events of granted requests: the caller, the secret, the quota, and the operator of a test token.

use std::sync::Arc;

use m2m_authority::flow::{Event, Requester, Usage};
use m2m_authority::registry::{Api, Quota, QuotaMode};
use m2m_errors::Profile;
use m2m_testkit::{ORDERS, PLAIN_ID, Request, World};

#[test]
fn the_event_of_a_token_names_application_audience_and_secret() {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(
        &Request::token("rotated")
            .audience(ORDERS)
            .secret(m2m_testkit::OLD_SECRET),
    );
    let Event::Issued(event) = answer.event() else {
        panic!("{:?}", answer.event())
    };
    assert_eq!(
        (&*event.client_id, &*event.audiences),
        ("rotated", &[Arc::from(ORDERS)][..])
    );
    assert_eq!(event.requester, Requester::TokenEndpoint { secret: 1 });
}

#[test]
fn an_exceeded_quota_that_warns_is_in_the_event() {
    let mut world = World::standard(Profile::Rfc);
    world.set_records(|records| {
        let quota = Quota {
            tokens: 1,
            per: "1m".parse().expect("a minute"),
            mode: QuotaMode::Warn,
        };
        records.applications[0].spec.token_quota = Some(quota);
    });
    world.set_usage(Usage {
        tokens: 1,
        window_ends_in_seconds: 5,
    });
    let answer = world.send(&Request::token(PLAIN_ID).audience(ORDERS));
    assert!(matches!(answer.event(), Event::Issued(event) if event.quota_exceeded));
}

/// Returns the client id in the event of a refusal.
fn recorded(answer: &m2m_testkit::Answer) -> String {
    match answer.event() {
        Event::Refused(event) => event.client_id.to_string(),
        Event::Issued(event) => panic!("{event:?}"),
    }
}

#[test]
fn the_event_of_a_test_token_names_the_operator() {
    use m2m_authority::flow::{Operator, TestRequest};

    let mut world = World::standard(Profile::Rfc);
    world.set_records(|records| {
        records.apis.push(
            Api::new("Management", "https://issuer.example/api").with_scopes(&[Operator::SCOPE]),
        );
        let manager = m2m_authority::registry::Application::new("Manager", "manager")
            .with_secret(records.applications[0].secrets[0].clone())
            .authorized("https://issuer.example/api", &[Operator::SCOPE]);
        records.applications.push(manager);
    });
    let mut operator = |client_id: &str, audience: &str| {
        let token = world
            .send(&Request::token(client_id).audience(audience))
            .access_token();
        world.verify(&token, Operator::of)
    };
    assert!(
        operator(PLAIN_ID, ORDERS).is_none(),
        "an ordinary token has no operator"
    );
    let operator = operator("manager", "https://issuer.example/api").unwrap();

    let answer = world.vouch(
        &operator,
        PLAIN_ID,
        TestRequest {
            audiences: vec![ORDERS.into()],
            ..TestRequest::default()
        },
    );
    assert_eq!(world.claims(&answer)["client_id"], PLAIN_ID);
    let Event::Issued(event) = answer.event() else {
        panic!("{:?}", answer.event())
    };
    assert_eq!(
        event.requester,
        Requester::Vouched {
            operator: Arc::from("manager")
        }
    );
    for client_id in ["disabled", "deleted", "public", "unknown", "a%b"] {
        let answer = world.vouch(&operator, client_id, TestRequest::default());
        assert_eq!(answer.status(), 401, "{client_id}");
        let Event::Refused(event) = answer.event() else {
            panic!("{:?}", answer.event())
        };
        assert_eq!(event.operator.as_deref(), Some("manager"));
        // Apart from the secret, the refusal is the one that the application would get.
        let alone = world.send(&Request::token(client_id));
        assert_eq!(answer.cause(), alone.cause(), "{client_id}");
        assert_eq!(event.client_id.to_string(), recorded(&alone), "{client_id}");
    }
}
