//! Known attacks on token endpoints that the decision alone can defend against.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use m2m_authority::flow::Event;
use m2m_errors::{Cause, Profile};
use m2m_testkit::{OLD_SECRET, ORDERS, PLAIN_ID, Request, SECRET, WRONG_SECRET, World};

/// Returns an answer without its trace id.
fn bytes_without_the_trace_id(answer: &m2m_testkit::Answer) -> String {
    let body = answer.json();
    let trace_id = body["trace_id"].as_str().unwrap();
    let text = format!(
        "{} {:?} {}",
        answer.status(),
        answer.headers(),
        String::from_utf8_lossy(answer.body())
    );
    text.replace(trace_id, "-")
}

/// One request for each state that a client can be in, all of the same length.
fn strangers() -> Vec<(&'static str, Request)> {
    let with =
        |client_id: &str, secret: &str| Request::token(client_id).audience(ORDERS).secret(secret);
    vec![
        ("unknown", with("unknown", SECRET)),
        ("disabled", with("disabled", SECRET)),
        ("deleted", with("deleted", SECRET)),
        ("public", with("public", SECRET)),
        ("wrong secret", with(PLAIN_ID, WRONG_SECRET)),
        (
            "ended secret",
            with("rotated", "revoked-secret-0123456789abcdef0123456789"),
        ),
        ("rotated out", with("rotated", OLD_SECRET)),
        ("no client id", with("a client id with spaces", SECRET)),
    ]
}

#[test]
fn x8_a_caller_without_valid_credentials_learns_nothing() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        world.advance(2 * 86_400);
        let answers: Vec<(&str, String)> = strangers()
            .iter()
            .map(|(state, request)| (*state, bytes_without_the_trace_id(&world.send(request))))
            .collect();
        for (state, answer) in &answers {
            assert_eq!(answer, &answers[0].1, "{state} in {profile}");
        }
        let malformed = world.send(&strangers().pop().unwrap().1);
        assert_eq!(
            malformed.cause(),
            Some(Cause::ClientIdMalformed),
            "the event has the cause"
        );
    }
}

#[test]
fn k6_k8_missing_and_ungranted_targets_get_the_same_answer() {
    for profile in Profile::ALL {
        let mut world = World::standard(profile);
        let mut same = |first: Request, second: Request| {
            let (first, second) = (world.send(&first), world.send(&second));
            assert_ne!(first.cause(), second.cause());
            assert_eq!(
                bytes_without_the_trace_id(&first),
                bytes_without_the_trace_id(&second),
                "{profile}"
            );
        };
        let plain = || Request::token(PLAIN_ID);
        same(
            plain().audience("https://invoices.example/api"),
            plain().audience("https://invoices.example/apx"),
        );
        same(
            plain().resource("https://invoices.example/api"),
            plain().resource("https://invoices.example/apx"),
        );
        // The answer echoes the requested scope, so the same scope is requested of an API that defines it and of one that does not.
        let mut without = World::standard(profile);
        without.set_records(|records| {
            records
                .applications
                .retain(|application| &*application.client_id == PLAIN_ID);
            records.apis[0]
                .scopes
                .retain(|scope| &*scope.key != "shared:list");
        });
        let mut world = World::standard(profile);
        let request = plain().audience(ORDERS).scope("shared:list");
        let (assigned, unknown) = (world.send(&request), without.send(&request));
        assert_ne!(assigned.cause(), unknown.cause());
        assert_eq!(
            bytes_without_the_trace_id(&assigned),
            bytes_without_the_trace_id(&unknown),
            "{profile}"
        );
    }
}

#[test]
fn x7_a_secret_in_the_url_is_refused_and_kept_nowhere() {
    let mut world = World::standard(Profile::Rfc);
    for query in [
        format!("client_secret={SECRET}"),
        format!("x=1&client%5Fsecret={SECRET}"),
        format!("client_assertion={SECRET}"),
    ] {
        let answer = world.send(&Request::token(PLAIN_ID).audience(ORDERS).query(&query));
        assert_eq!(
            (answer.status(), answer.error().as_deref()),
            (400, Some("invalid_request")),
            "{query}"
        );
        let kept = format!("{:?} {:?} {:?}", answer, answer.event(), answer.diagnosis());
        assert!(!kept.contains(SECRET), "{kept}");
    }
    let harmless = Request::token(PLAIN_ID).audience(ORDERS).query("tenant=1");
    assert_eq!(world.send(&harmless).status(), 200);
}

#[test]
fn x9_no_secret_and_no_token_is_in_an_event_a_diagnosis_or_a_debug_print() {
    let mut world = World::standard(Profile::Rfc);
    let swapped = Request::token(SECRET).secret(PLAIN_ID).audience(ORDERS);
    let requests = strangers().into_iter().map(|(_, request)| request);
    for request in requests.chain([swapped, Request::token(PLAIN_ID).audience(ORDERS)]) {
        let answer = world.send(&request);
        let kept = format!(
            "{answer:?} {:?} {:?} {:?}",
            answer.event(),
            answer.diagnosis(),
            answer.evidence()
        );
        for secret in [SECRET, WRONG_SECRET, OLD_SECRET, "revoked-secret"] {
            assert!(!kept.contains(secret), "{kept}");
        }
        if answer.status() == 200 {
            assert!(!kept.contains(&answer.access_token()), "{kept}");
        }
    }
}

#[test]
fn a46_a_client_id_that_equals_a_system_user_is_refused() {
    use m2m_authority::Registry;
    use m2m_authority::registry::{Application, Problem, Records};

    let mut user = Application::new("User", "user");
    user.spec.system_user = Some("svc.integration".into());
    let records = Records {
        applications: vec![user, Application::new("Thief", "svc.integration")],
        ..Records::default()
    };
    let error = Registry::assemble(records).unwrap_err();
    assert_eq!(
        error.problem,
        Problem::SystemUserIsClient {
            value: "svc.integration".into()
        }
    );
}

#[test]
fn a_refused_event_names_only_applications_that_were_looked_up() {
    let mut world = World::standard(Profile::Rfc);
    let mut client_id = |request: Request| match world.send(&request).event() {
        Event::Refused(event) => event.client_id.to_string(),
        Event::Issued(_) => panic!("issued"),
    };
    assert!(client_id(Request::token("unknown")).starts_with("(7 bytes, "));
    assert_eq!(client_id(Request::token(PLAIN_ID).secret("x")), PLAIN_ID);
    assert!(client_id(Request::token(SECRET)).starts_with("(41 bytes, "));
    assert_eq!(client_id(Request::token("").audience(ORDERS)), "-");
    // Before the client is looked up, its id can be any text.
    for request in [
        Request::token(PLAIN_ID).without("client_secret"),
        Request::token(PLAIN_ID).replacing("grant_type", "x"),
        Request::token(PLAIN_ID).without("grant_type"),
        Request::token(PLAIN_ID).query("client_secret=x"),
        Request::token(PLAIN_ID)
            .without("client_secret")
            .with("client_assertion", "a"),
    ] {
        assert!(client_id(request).starts_with("(8 bytes, "));
    }
}
