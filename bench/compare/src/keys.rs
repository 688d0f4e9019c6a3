//! The number of fetches of the keys, and the calls that are served while the issuer is away.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tokio::task::JoinSet;

use crate::answers::call;
use crate::issuer::Issuer;
use crate::tokens::{Keys, Token};
use crate::{CRATES, Outcome, api};

/// The time after which a replaced key counts as not found.
const PATIENCE: Duration = Duration::from_secs(180);

/// Prints a column for each crate, which has an issuer of its own.
pub async fn print() -> Outcome {
    println!("\n| keys | {} |", CRATES.join(" | "));
    println!("|---|{}", "---|".repeat(CRATES.len()));
    let mut columns = Vec::new();
    for position in 0..CRATES.len() {
        columns.push(column(position).await?);
    }
    for row in 0..columns[0].len() {
        let name = columns[0][row].0;
        let values: String = columns
            .iter()
            .map(|column| format!(" {} |", column[row].1))
            .collect();
        println!("| {name} |{values}");
    }
    Ok(())
}

/// Returns the rows of a crate.
async fn column(position: usize) -> Outcome<Vec<(&'static str, String)>> {
    let mut rows = Vec::new();
    let issuer = Issuer::start().await?;
    let fetches = || issuer.state.fetches.swap(0, Ordering::Relaxed);
    let valid = |keys: &Keys| Token::valid(&issuer.url, keys).sign(keys);

    issuer.state.set_down(true);
    let early = api(position, &issuer.url).await;
    rows.push((
        "start while the keys cannot be fetched",
        match early {
            Ok(_) => "starts".to_owned(),
            Err(_) => "fails, by default".to_owned(),
        },
    ));
    issuer.state.set_down(false);
    fetches();

    let api = api(position, &issuer.url).await?;
    let token = valid(&issuer.keys);
    // A source that fetches at its start does so now.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut calls = JoinSet::new();
    for _ in 0..64 {
        let (api, token) = (api.clone(), token.clone());
        calls.spawn(async move { status(&api, &token).await });
    }
    let statuses = calls.join_all().await;
    let served = statuses
        .iter()
        .filter(|status| **status == StatusCode::OK)
        .count();
    rows.push((
        "64 calls at once after the start",
        format!("{served} served, {} fetch", fetches()),
    ));

    let mut answers = std::collections::BTreeMap::<u16, usize>::new();
    for number in 0..1000 {
        let forged =
            Token::valid(&issuer.url, &issuer.keys).header("kid", format!("forged-{number}"));
        let status = status(&api, &forged.sign(&issuer.keys)).await;
        *answers.entry(status.as_u16()).or_default() += 1;
    }
    let answers: Vec<_> = answers
        .iter()
        .map(|(status, number)| format!("{number} × {status}"))
        .collect();
    rows.push((
        "1,000 tokens with an unknown `kid`",
        format!("{}, {} fetch", answers.join(", "), fetches()),
    ));

    let next = Keys::generate("next");
    issuer.state.publish(&next);
    let rotated = valid(&next);
    let started_at = Instant::now();
    while status(&api, &rotated).await != StatusCode::OK && started_at.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let waited = started_at.elapsed().as_secs_f64();
    rows.push((
        "a new key, right after those tokens, is accepted after",
        format!("{waited:.0} s"),
    ));

    issuer.state.set_down(true);
    let known = status(&api, &valid(&next)).await;
    rows.push((
        "known key while the issuer answers 503",
        known.as_u16().to_string(),
    ));
    let unknown = status(&api, &valid(&Keys::generate("later"))).await;
    rows.push((
        "unknown key while the issuer answers 503",
        unknown.as_u16().to_string(),
    ));
    Ok(rows)
}

async fn status(api: &Router, token: &str) -> StatusCode {
    let request = Request::get("/orders").header("host", "orders.example");
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    call(api, request.body(Body::empty()).unwrap())
        .await
        .status()
}
