//! The operations of the control endpoints.

use http::{Method, StatusCode};
use m2m_jwt::{Algorithm, UnixTime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::body::read;
use crate::answer::{Answer, marked, written};
use crate::clock::MockClock;
use crate::error::{ForcedAnswersFull, InvalidClock};
use crate::forced_answer::ForcedAnswer;
use crate::forced_answers::Pending;
use crate::keys::OldKey;
use crate::received::ReceivedRequests;
use crate::refusal::Refusal;
use crate::signing_algorithm::SigningAlgorithm;
use crate::state::State;
use crate::token_template::TokenTemplate;
use crate::tokens::Order;

/// An operation of a control endpoint.
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) run: fn(&mut State, &[u8], UnixTime) -> Result<Answer, Refusal>,
}

/// All operations. Those with the same path follow each other.
pub(super) static OPERATIONS: [Operation; 13] = [
    operation(Method::GET, "/mock", overview),
    operation(Method::GET, "/mock/forced-answers", forced_answers),
    operation(Method::POST, "/mock/forced-answers", force),
    operation(Method::DELETE, "/mock/forced-answers", force_none),
    operation(Method::GET, "/mock/requests", requests),
    operation(Method::DELETE, "/mock/requests", forget_requests),
    operation(Method::GET, "/mock/clock", clock),
    operation(Method::PUT, "/mock/clock", set_clock),
    operation(Method::DELETE, "/mock/clock", clock_of_machine),
    operation(Method::POST, "/mock/clock/advance", advance_clock),
    operation(Method::POST, "/mock/keys/rotate", rotate),
    operation(Method::POST, "/mock/tokens", token),
    operation(Method::POST, "/mock/reset", reset),
];

const fn operation(
    method: Method,
    path: &'static str,
    run: fn(&mut State, &[u8], UnixTime) -> Result<Answer, Refusal>,
) -> Operation {
    Operation { method, path, run }
}

fn overview(state: &mut State, _: &[u8], now: UnixTime) -> Result<Answer, Refusal> {
    let mut paths: Vec<_> = OPERATIONS.iter().map(|operation| operation.path).collect();
    paths.dedup();
    Ok(marked(json!({
        "issuer": state.issuer,
        "clock": shown_clock(state, now),
        "keys": state.keys.shown(),
        "forced_answers": state.forced.pending().len(),
        "requests": state.received.len(),
        "revoked_tokens": state.revoked.len(),
        "paths": paths,
    })))
}

fn forced_answers(state: &mut State, _: &[u8], _: UnixTime) -> Result<Answer, Refusal> {
    #[derive(Serialize)]
    struct Listed<'p> {
        forced_answers: &'p [Pending],
    }

    let forced_answers = state.forced.pending();
    Ok(written(StatusCode::OK, &Listed { forced_answers }))
}

fn force(state: &mut State, body: &[u8], _: UnixTime) -> Result<Answer, Refusal> {
    let forced: ForcedAnswer = read(body)?;
    Ok(written(StatusCode::CREATED, state.forced.add(forced)?))
}

fn force_none(state: &mut State, body: &[u8], now: UnixTime) -> Result<Answer, Refusal> {
    state.forced.clear();
    forced_answers(state, body, now)
}

fn requests(state: &mut State, _: &[u8], _: UnixTime) -> Result<Answer, Refusal> {
    Ok(marked(state.received.shown()))
}

fn forget_requests(state: &mut State, body: &[u8], now: UnixTime) -> Result<Answer, Refusal> {
    state.received = ReceivedRequests::default();
    requests(state, body, now)
}

fn clock(state: &mut State, _: &[u8], now: UnixTime) -> Result<Answer, Refusal> {
    Ok(marked(shown_clock(state, now)))
}

fn set_clock(state: &mut State, body: &[u8], now: UnixTime) -> Result<Answer, Refusal> {
    state.clock.set(read(body)?, now);
    clock(state, body, now)
}

fn advance_clock(state: &mut State, body: &[u8], now: UnixTime) -> Result<Answer, Refusal> {
    #[derive(Deserialize)]
    #[serde(
        deny_unknown_fields,
        expecting = "the seconds, as in {\"seconds\":3600}"
    )]
    struct Advance {
        seconds: u64,
    }

    let Advance { seconds } = read(body)?;
    state.clock.advance(seconds, now)?;
    clock(state, body, now)
}

fn clock_of_machine(state: &mut State, body: &[u8], now: UnixTime) -> Result<Answer, Refusal> {
    state.clock = MockClock::OF_MACHINE;
    clock(state, body, now)
}

fn rotate(state: &mut State, body: &[u8], _: UnixTime) -> Result<Answer, Refusal> {
    #[derive(Deserialize)]
    #[serde(
        deny_unknown_fields,
        expecting = "a rotation, as in {\"old\":\"dropped\"}"
    )]
    struct Rotation {
        #[serde(default)]
        old: OldKey,
        alg: Option<SigningAlgorithm>,
    }

    let Rotation { old, alg } = read(body)?;
    let algorithm: Option<Algorithm> = alg.map(|alg| alg.0);
    let rotated = state.keys.rotate(algorithm, old);
    rotated.map_err(|error| Refusal::invalid_request(error.to_string()))?;
    Ok(marked(state.keys.shown()))
}

/// Issues a token without a request of a client, for the tests of an API.
fn token(state: &mut State, body: &[u8], now: UnixTime) -> Result<Answer, Refusal> {
    #[derive(Deserialize)]
    #[serde(
        deny_unknown_fields,
        expecting = "a token, as in {\"client_id\":\"billing-job\"}"
    )]
    struct Wanted {
        client_id: Box<str>,
        #[serde(default)]
        audience: Vec<Box<str>>,
        scope: Option<Box<str>>,
        #[serde(default)]
        token: TokenTemplate,
    }

    let wanted: Wanted = read(body)?;
    let of_script = state.script.token.clone();
    let order = Order {
        client_id: &wanted.client_id,
        audience: &wanted.audience,
        scope: wanted.scope.as_deref(),
        templates: &[&of_script, &wanted.token],
    };
    let time = state.clock.time(now);
    state.issue(&order, time).map(marked)
}

fn reset(state: &mut State, body: &[u8], now: UnixTime) -> Result<Answer, Refusal> {
    state.reset(now);
    overview(state, body, now)
}

fn shown_clock(state: &State, now: UnixTime) -> Value {
    json!({
        "time": state.clock.time(now).as_seconds(),
        "frozen": state.clock.is_frozen(),
    })
}

impl From<InvalidClock> for Refusal {
    fn from(error: InvalidClock) -> Self {
        Self::invalid_request(error.to_string())
    }
}

impl From<ForcedAnswersFull> for Refusal {
    fn from(error: ForcedAnswersFull) -> Self {
        Self::new(StatusCode::CONFLICT, "invalid_request", error.to_string())
    }
}
