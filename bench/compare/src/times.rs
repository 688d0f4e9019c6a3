//! The time of a call that passes, without a socket: through the router, the guard and the handler.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};

use crate::answers::call;
use crate::issuer::Issuer;
use crate::tokens::Token;
use crate::{CRATES, Outcome, apis};

const ROUNDS: usize = 9;
const CALLS: usize = 1000;

/// Prints the medians of the rounds. In each round, all crates are measured in turn.
pub async fn print(issuer: &Issuer) -> Outcome {
    let apis = apis(&issuer.url).await?;
    let open = service_open::router();
    println!(
        "\n| time of a call, µs | no guard | {} |",
        CRATES.join(" | ")
    );
    println!("|---|---:|{}", "---:|".repeat(CRATES.len()));
    for algorithm in ["ES256", "RS256"] {
        let tokens = tokens(issuer, algorithm);
        let length = tokens[0].len();
        let mut fresh: [Vec<Duration>; 4] = Default::default();
        let mut seen: [Vec<Duration>; 4] = Default::default();
        for of_round in tokens.chunks(CALLS) {
            let all = [&open].into_iter().chain(&apis);
            for (position, api) in all.enumerate() {
                fresh[position].push(time(api, of_round.iter()).await);
                let last = of_round.last().unwrap();
                seen[position].push(time(api, std::iter::repeat_n(last, CALLS)).await);
            }
        }
        for (name, times) in [("new", fresh), ("seen before", seen)] {
            let columns = times.map(|times| format!(" {:.1} |", median(times)));
            println!(
                "| {algorithm}, token of {length} bytes, {name} |{}",
                columns.concat()
            );
        }
    }
    Ok(())
}

/// Returns different valid tokens for all rounds.
fn tokens(issuer: &Issuer, algorithm: &str) -> Vec<String> {
    let keys = &*issuer.keys;
    let valid = Token::valid(&issuer.url, keys);
    let valid = if algorithm == "RS256" {
        valid.rsa(keys)
    } else {
        valid
    };
    let numbers = 0..ROUNDS * CALLS;
    numbers
        .map(|number| {
            valid
                .clone()
                .claim("jti", format!("token-{number:06}"))
                .sign(keys)
        })
        .collect()
}

/// Returns the time of one call.
async fn time(api: &Router, tokens: impl Iterator<Item = &String>) -> Duration {
    let requests: Vec<_> = tokens
        .map(|token| {
            let request = Request::get("/orders").header("host", "orders.example");
            let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            request.body(Body::empty()).unwrap()
        })
        .collect();
    let calls = u32::try_from(requests.len()).unwrap();
    let started_at = Instant::now();
    for request in requests {
        let answer = call(api, request).await;
        assert_eq!(answer.status(), 200);
    }
    started_at.elapsed() / calls
}

/// The median. Unit: microseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}
