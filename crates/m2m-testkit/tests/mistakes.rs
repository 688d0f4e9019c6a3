//! Real mistakes: each request in `mistakes.toml` is refused with its exact cause and evidence, and its caller learns nothing more than the
//! cause tells.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what a test takes for granted it may unwrap, in its helpers too"
)]

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use m2m_admin::DiagnosisRecord;
use m2m_authority::Refusal;
use m2m_authority::diagnose::{Evidence, similar_path};
use m2m_authority::flow::Event;
use m2m_authority::registry::{SecretHash, generate_secret};
use m2m_errors::{Cause, Profile};
use m2m_testkit::{Answer, BILLING, ORDERS, PLAIN_ID, Request, SECRET, World};
use toml::{Table, Value};

/// The table of mistakes. A request is written as its client sends it: the request line, the header fields, an empty line and the body, which
/// `body_base64` has if it is not text. `own_secret` is the secret of the application `plain-id`, where it is not the usual one.
const MISTAKES: &str = include_str!("mistakes.toml");

/// The paths that a server has.
const PATHS: [&str; 6] = [
    "/oauth2/token",
    "/connect/token",
    "/id/connect/token",
    "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
];

fn mistakes() -> Vec<Table> {
    let table: Table = MISTAKES.parse().unwrap();
    let mistakes = table["mistake"].as_array().unwrap().iter();
    mistakes
        .map(|mistake| mistake.as_table().unwrap().clone())
        .collect()
}

fn text<'t>(mistake: &'t Table, name: &str) -> Option<&'t str> {
    mistake.get(name).and_then(Value::as_str)
}

/// Returns the path, and the request.
fn request(mistake: &Table) -> (String, Request) {
    let sent = text(mistake, "request").unwrap();
    let (head, body) = sent.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let target = lines.next().unwrap().strip_prefix("POST ").unwrap();
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let body = match text(mistake, "body_base64") {
        Some(base64) => STANDARD.decode(base64).unwrap(),
        None => body.as_bytes().to_vec(),
    };
    let mut request = Request::empty().content_type(None).body(&body);
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        request = match name {
            "Content-Type" => request.another_content_type(value),
            "Authorization" => request.authorization(value.as_bytes()),
            _ => panic!("{line}"),
        };
    }
    if let Some(query) = query {
        request = request.query(query);
    }
    if let Some(address) = text(mistake, "address") {
        request = request.from_address(address.parse().unwrap());
    }
    (path.to_owned(), request)
}

fn send(mistake: &Table) -> Answer {
    let mut world = World::standard(Profile::Rfc);
    if let Some(secret) = text(mistake, "own_secret") {
        world.set_records(|records| {
            let mut applications = records.applications.iter_mut();
            let plain = applications.find(|own| *own.client_id == *PLAIN_ID);
            plain.unwrap().secrets[0].hash = SecretHash::of(secret.as_bytes());
        });
    }
    if let Some(seconds) = mistake.get("after_seconds").and_then(Value::as_integer) {
        world.advance(seconds.try_into().unwrap());
    }
    let (path, request) = request(mistake);
    if PATHS.contains(&&*path) {
        return world.send(&request);
    }
    let observed = similar_path(&path, &PATHS);
    world.refuse(Refusal::of(Cause::PathUnknown).observing(observed), None)
}

/// Returns the named application and the evidence, as the table has them.
fn found(answer: &Answer) -> (Option<&str>, serde_json::Value) {
    let diagnosis = answer.diagnosis().unwrap();
    let evidence = serde_json::to_value(&diagnosis.evidence).unwrap();
    (diagnosis.client_id.as_deref(), evidence)
}

#[test]
fn f7_f8_each_of_more_than_100_mistakes_has_its_exact_cause_and_evidence() {
    let mistakes = mistakes();
    assert!(mistakes.len() >= 100);
    let mut wrong = Vec::new();
    for mistake in mistakes {
        let id = text(&mistake, "id").unwrap();
        let answer = send(&mistake);
        let cause = answer.cause().map(Cause::id);
        let evidence = serde_json::to_value(mistake.get("evidence")).unwrap();
        let expected = (text(&mistake, "client_id"), evidence);
        if cause != text(&mistake, "cause") || found(&answer) != expected {
            let (client_id, evidence) = found(&answer);
            wrong.push(format!("{id}\t{cause:?}\t{client_id:?}\t{evidence}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn f7_f8_the_answer_to_a_mistake_is_that_of_its_cause_alone() {
    for mistake in mistakes() {
        let id = text(&mistake, "id").unwrap();
        let answer = send(&mistake);
        let wire = answer.cause().unwrap().entry().wire.of(Profile::Rfc);
        let code = wire.error.map_or("invalid_request", |code| code.as_str());
        answer.check_refusal((wire.status.code(), code), id);
        let description = answer.description();
        // The answer may repeat a value of the request.
        let repeats = wire.description.split().is_some_and(|(before, after)| {
            let value = description.strip_prefix(before);
            value.is_some_and(|value| value.ends_with(after))
        });
        assert!(
            description == wire.description.plain || repeats,
            "{id}: {description}"
        );
    }
}

/// The causes of mistakes for which the evidence suggests nothing more exact than the general advice.
const WITHOUT_FIX: [&str; 4] = [
    "audience-malformed",
    "body-malformed",
    "parameter-repeated",
    "scope-malformed",
];

#[test]
fn f7_f8_each_mistake_has_a_fix() {
    let mut without = BTreeSet::new();
    for mistake in mistakes() {
        let answer = send(&mistake);
        let remedies = answer.remedies();
        assert!(!remedies.is_empty(), "{mistake:?}");
        if remedies.iter().all(|remedy| remedy.kind == "general") {
            without.insert(answer.cause().unwrap().id());
        }
        let texts = answer.evidence().join("\n");
        assert!(!texts.contains("cannot explain"), "{texts}");
    }
    assert_eq!(without, BTreeSet::from(WITHOUT_FIX));
}

#[test]
fn f7a_the_application_of_a_header_that_was_not_read_is_named_if_it_exists() {
    let send = |client_id: &str| {
        let header = Request::token_by_raw_header(client_id, "x").content_type(None);
        World::standard(Profile::Rfc).send(&header)
    };
    assert_eq!(found(&send(BILLING)).0, Some(BILLING));
    let unknown = send("an-unknown-id");
    assert_eq!(found(&unknown).0, None);
    let kept = format!("{:?}{:?}", unknown.event(), unknown.diagnosis());
    assert!(!kept.contains("unknown-id"), "{kept}");
}

#[test]
fn a1_an_ignored_parameter_is_in_the_event_of_the_token() {
    let token = || Request::token(PLAIN_ID);
    for (request, expected) in [
        (token().audience(ORDERS).with("scopes", "x"), Some("scope")),
        (token().with("scope[0]", "x"), Some("scope")),
        (token().with("audience[]", ORDERS), Some("audience")),
        (token().query("audience=x"), Some("audience")),
        (token().with("tenant", "x"), None),
        (token(), None),
    ] {
        let answer = World::standard(Profile::Rfc).send(&request);
        let Event::Issued(event) = answer.event() else {
            panic!("{request:?} is refused");
        };
        let found = serde_json::to_value(event.ignored.map(Evidence::from)).unwrap();
        let found = found.get("parameter").and_then(|name| name.as_str());
        assert_eq!(found, expected, "{request:?}");
    }
}

/// Returns requests that have a text in each of their parts.
fn planted(text: &str) -> Vec<Request> {
    let basic = |joined: String| format!("Basic {}", STANDARD.encode(joined));
    let form = |body: String| Request::empty().body(body.as_bytes());
    let good = || Request::token(PLAIN_ID);
    let json = |body: String| form(body).content_type(Some("application/json"));
    let multipart =
        format!("--b\r\nContent-Disposition: form-data; name=\"{text}\"\r\n\r\n{text}\r\n--b--");
    let mut requests = vec![
        good().with(text, text),
        good().with(text, "x").without("grant_type"),
        good().with(text, "x").without("client_secret"),
        good().replacing("grant_type", text),
        good().replacing("client_id", text),
        good().replacing("client_id", &format!("{text}\n")),
        good().secret(text),
        good().secret(text).replacing("client_id", text),
        good().scope(text),
        good().scope(&format!("read:{text}")),
        good().scope(&format!("read:orders,{text}")),
        good().scope(&format!("\"{text}\"")),
        good().replacing("client_id", BILLING).scope(text),
        good().audience(text),
        good().audience(&format!("https://x.example/{text}")),
        good().audience(&format!("{text}\n")),
        good().resource(text),
        good().resource(&format!("https://x.example/{text}")),
        good().query(&format!("{text}={text}")),
        good().query(&format!("client_secret={text}")),
        good()
            .query(&format!("audience={text}"))
            .without("client_id"),
        good().method(text),
        good().content_type(Some(text)),
        good().content_type(Some(&format!("text/{text}; charset={text}"))),
        form("scope=%FF".to_owned()).content_type(Some(&format!(
            "application/x-www-form-urlencoded; charset={text}"
        ))),
        good().content_type(Some("application/json")),
        good().authorization(text.as_bytes()),
        form("grant_type=client_credentials&client_secret=%".to_owned() + text),
        form(format!("{text}=%zz")),
        form(format!("scope={text}&scope={text}")),
        form(format!("{text}=1&{text}=2")),
        form(format!("'grant_type={text}'")),
        form(format!("grant_type=client_credentials\nclient_id={text}")),
        json(format!(
            "{{\"client_id\":\"{text}\",\"{text}\":\"{text}\"}}"
        )),
        form(format!("{{\"client_id\":\"{text}\",\"{text}\":1}}")),
        form(multipart.clone()),
        form(multipart).content_type(Some("multipart/form-data; boundary=b")),
    ];
    for authorization in [
        basic(format!("{text}:x")),
        basic(format!("plain-id:{text}")),
        basic(text.to_owned()),
        basic(basic(format!("{text}:{text}"))),
        format!("Basic {text}"),
        format!("Basic {text}:{text}"),
        format!("Basic plain-id:{text}"),
        format!("Basic{text}"),
        format!("Bearer {text}"),
        format!("{text} {text}"),
    ] {
        let header = || form("grant_type=client_credentials".to_owned());
        let header = header().authorization(authorization.as_bytes());
        requests.push(header.clone().content_type(Some("application/json")));
        requests.push(header.clone().body(b"client_id=billing-job"));
        requests.push(header);
    }
    requests
}

#[test]
fn x29_a_secret_in_any_part_of_a_request_is_in_no_evidence_diagnosis_event_or_text() {
    let generated = generate_secret(&[7; 32]);
    let mut world = World::standard(Profile::Rfc);
    world.set_records(|records| {
        let mut applications = records.applications.iter_mut();
        let other = applications.find(|own| *own.client_id == *BILLING).unwrap();
        other.secrets[0].hash = SecretHash::of(b"Tr0ub4dor");
    });
    for secret in [SECRET, "Tr0ub4dor", &generated, &generated[..40]] {
        let mut answers: Vec<Answer> = planted(secret)
            .iter()
            .map(|request| world.send(request))
            .collect();
        for path in [
            format!("/{secret}"),
            format!("/oauth2/token/{secret}"),
            format!("/{secret}/token"),
        ] {
            let refusal = Refusal::of(Cause::PathUnknown);
            let refusal = refusal.observing(similar_path(&path, &PATHS));
            answers.push(world.refuse(refusal, None));
        }
        for (number, answer) in answers.iter().enumerate() {
            let diagnosis = answer.diagnosis();
            let record = diagnosis.map(|own| DiagnosisRecord::of(own).to_json());
            let texts = answer.evidence().join("\n");
            let remedies = answer.remedies();
            let kept = format!(
                "{:?}{diagnosis:?}{record:?}{texts}{remedies:?}",
                answer.event()
            );
            assert!(!kept.contains(secret), "{number} of {secret}: {kept}");
        }
    }
}
