//! Answers one request of a client in a given state, under an instruction counter: an unauthenticated caller must not be able to find out by
//! timing which client ids exist (attack X8). `cargo xtask timing` measures the times over HTTP.

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::hint::black_box;
use std::process::ExitCode;

use m2m_authority::flow::{
    Exchange, Header, RawRequest, Reply, accept, authenticate, record, respond,
};
use m2m_authority::registry::{
    Api, Application, ClientType, Deletion, Ending, Records, SecretHash, StoredSecret,
};
use m2m_authority::{Authority, Registry, TraceId};
use m2m_errors::Profile;
use m2m_jwt::UnixTime;

const SECRET: &str = "a-secret-of-more-than-thirty-two-characters";
const NOW: UnixTime = UnixTime::from_seconds(1_767_225_600);

/// The states that must not be distinguishable, with a client id and a secret for each. All client ids have the same length, and all secrets.
const STATES: [(&str, &str, &str); 7] = [
    ("unknown", "client-00", SECRET),
    ("disabled", "client-01", SECRET),
    ("deleted", "client-02", SECRET),
    ("public", "client-03", SECRET),
    (
        "wrong",
        "client-04",
        "b-secret-of-more-than-thirty-two-characters",
    ),
    ("ended", "client-05", SECRET),
    ("expired", "client-06", SECRET),
];

fn registry() -> Registry {
    let secret = || {
        StoredSecret::new(
            "s",
            SecretHash::of(SECRET.as_bytes()),
            UnixTime::from_seconds(0),
        )
    };
    let application = |client_id: &str| Application::new("A", client_id).with_secret(secret());
    let mut disabled = application("client-01");
    disabled.spec.enabled = false;
    let mut public = application("client-03");
    public.spec.client_type = ClientType::Public;
    let mut expired = application("client-06");
    expired.spec.expires_at = Some(NOW);
    let ended = secret().ending(Ending::RotatedOut {
        at: UnixTime::from_seconds(1),
        at_once: false,
        by: "operator".into(),
    });
    let records = Records {
        apis: vec![Api::new("API", "https://api.example")],
        applications: vec![
            disabled,
            public,
            expired,
            application("client-04"),
            Application {
                secrets: vec![ended],
                ..application("client-05")
            },
        ],
        deleted: vec![Deletion {
            client_id: "client-02".into(),
            at: NOW,
            by: "operator".into(),
        }],
        ..Records::default()
    };
    Registry::assemble(records).expect("the records are consistent")
}

fn body(client_id: &str, secret: &str) -> String {
    format!(
        "grant_type=client_credentials&client_id={client_id}&client_secret={secret}&scope=read%3Ausers"
    )
}

/// Answers the one request that the instruction counter measures.
#[inline(never)]
fn answer_once(registry: &Registry, authority: &Authority, body: &[u8]) -> Reply {
    answer(registry, authority, body)
}

/// Runs the steps from accept to respond, and returns the reply.
fn answer(registry: &Registry, authority: &Authority, body: &[u8]) -> Reply {
    let request = RawRequest {
        method: "POST",
        query: None,
        content_type: Header::Once(b"application/x-www-form-urlencoded"),
        authorization: Header::Absent,
        body,
        address: None,
    };
    let exchange = Exchange {
        trace_id: TraceId::from_random([7; 16]),
        request_id: None,
        address: None,
    };
    let accepted = accept(request, authority).expect("the request is well-formed");
    let client = registry.client(accepted.client_id());
    let refusal = authenticate(accepted, client, NOW).expect_err("every request is refused");
    black_box(record(Err(&refusal), &exchange, NOW));
    respond(Err(&refusal), &exchange, authority)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let registry = registry();
    let authority = Authority::new(
        "https://issuer.example",
        Profile::Rfc,
        oauth_proto::MessageLimits::DEFAULT,
    )
    .expect("the issuer is an issuer identifier");
    match *arguments.as_slice() {
        ["count", state] => {
            let Some((_, client_id, secret)) = STATES.iter().find(|(name, ..)| *name == state)
            else {
                println!("no such state: {state}");
                return ExitCode::from(2);
            };
            // Values that are created once for each process are not part of an answer.
            let _ = answer(&registry, &authority, body("client-99", secret).as_bytes());
            let reply = answer_once(&registry, &authority, body(client_id, secret).as_bytes());
            println!("{}", reply.status());
            ExitCode::SUCCESS
        }
        _ => {
            println!("usage: enumeration count STATE");
            ExitCode::from(2)
        }
    }
}
