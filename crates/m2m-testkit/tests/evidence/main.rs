//! The evidence and the fixes that the operator gets in addition to the cause.
//!
//! - `applications` has client ids, and what the records say about an application.
//! - `requests` has requests that are wrong in their form.
//! - `secrets` has wrong secrets.
//! - `targets` has audiences and scopes.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what a test takes for granted it may unwrap, in its helpers too"
)]

mod applications;
mod requests;
mod secrets;
mod targets;

use m2m_errors::{Cause, Profile};
use m2m_testkit::{ORDERS, PLAIN_ID, Request, World};

#[track_caller]
fn check(request: &Request, evidence: &str, fix: &str) {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(request);
    assert_ne!(answer.status(), 200);
    let found = answer.evidence();
    assert!(
        found.iter().any(|text| text.contains(evidence)),
        "{evidence:?} is not among {found:#?}"
    );
    let fixes: Vec<String> = answer
        .remedies()
        .into_iter()
        .map(|remedy| remedy.text + "\n" + remedy.command.as_deref().unwrap_or_default())
        .collect();
    assert!(
        fixes.iter().any(|text| text.contains(fix)),
        "{fix:?} is not among {fixes:#?}"
    );
}

fn good() -> Request {
    Request::token(PLAIN_ID).audience(ORDERS)
}

/// Returns a request with this body.
fn form(body: &str) -> Request {
    Request::empty().body(body.as_bytes())
}

/// Returns the cause, the observations and the fixes of a request.
fn observed(request: &Request) -> (Cause, String, Vec<String>) {
    let mut world = World::standard(Profile::Rfc);
    let answer = world.send(request);
    let texts = answer.evidence();
    let remedies: Vec<String> = answer
        .remedies()
        .into_iter()
        .map(|remedy| remedy.text)
        .collect();
    (answer.cause().unwrap(), texts.join("\n"), remedies)
}
