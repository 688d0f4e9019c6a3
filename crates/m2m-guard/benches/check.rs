//! Times of the check of a call with a token of about 700 bytes, signed with ES256.
//!
//! `fresh/raw` is the verification of the signature alone, `fresh/m2m_guard` the whole check, and `fresh/jsonwebtoken` that of another crate with the same
//! key, claims, audience and issuer, and a comparison of the scope. It uses `aws-lc-rs`, so compare under the feature of that name.
//! `seen/m2m_guard` is a token among 10,000 that were verified before.

use std::future::Future as _;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use criterion::{Criterion, criterion_group, criterion_main};
use m2m_guard::testing::{TestIssuer, TestToken};
use m2m_guard::{
    Algorithm, ApiGuard, Call, Guard, JwkSet, KeySet, Limits, Requirement, VerifySignature as _,
};
use m2m_jwt::Unverified;

const API: &str = "https://orders.example/api";
const SEEN: usize = 10_000;

/// A token as long as those of an application with a few properties.
fn token(issuer: &TestIssuer, number: usize) -> TestToken {
    issuer
        .token(API)
        .client(&format!("billing-job-{number:05}"))
        .scope("read:orders write:orders read:customers")
        .organization("org_acme")
        .claim("department", &"accounting ".repeat(10))
}

fn fresh(criterion: &mut Criterion) {
    let issuer = TestIssuer::new();
    let token = token(&issuer, 0).sign();
    let bearer = format!("Bearer {token}");
    let document = issuer.jwk_set();
    let set = JwkSet::parse(&document).expect("the set is valid");
    let keys = KeySet::new(&set);
    let guard = Guard::new(&issuer.url(), &[API]);
    let now = issuer.now();
    let mut group = criterion.benchmark_group("fresh");

    let unverified = Unverified::parse(&token, &Limits::DEFAULT).expect("it is a token");
    let [key] = keys.keys() else {
        panic!("the issuer has one key")
    };
    group.bench_function("raw", |bencher| {
        bencher.iter(|| {
            key.verify(
                Algorithm::Es256,
                black_box(unverified.signing_input()),
                black_box(unverified.signature()),
            )
        });
    });
    group.bench_function("m2m_guard", |bencher| {
        bencher.iter(|| {
            let authorization = [black_box(bearer.as_bytes())];
            let call = Call::new(&authorization, None);
            guard.check(&call, &keys, Requirement::scope("read:orders"), now)
        });
    });

    let jwk = set.keys().first().expect("the set has a key").to_json();
    let jwk = serde_json::from_str(&jwk).expect("it reads the same JWK");
    let other = jsonwebtoken::DecodingKey::from_jwk(&jwk).expect("it reads the same key");
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.set_audience(&[API]);
    validation.set_issuer(&[issuer.url()]);
    // The clock of the test issuer is not that of the system.
    validation.leeway = 10 * 365 * 86_400;
    group.bench_function("jsonwebtoken", |bencher| {
        bencher.iter(|| {
            let token = black_box(bearer.as_str()).strip_prefix("Bearer ");
            let token = token.expect("the scheme is Bearer");
            let data = jsonwebtoken::decode::<serde_json::Value>(token, &other, &validation);
            let data = data.expect("it accepts the token");
            let scope = data.claims.get("scope").and_then(serde_json::Value::as_str);
            let granted =
                scope.is_some_and(|scope| scope.split(' ').any(|own| own == "read:orders"));
            assert!(granted, "the token has the scope");
            data
        });
    });
    group.finish();
}

fn seen(criterion: &mut Criterion) {
    let issuer = TestIssuer::new();
    let guard = issuer.guard(API).with_verified_tokens(2 * SEEN);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime starts");
    let bearers: Vec<String> = (0..SEEN)
        .map(|number| token(&issuer, number).bearer())
        .collect();
    for bearer in &bearers {
        runtime.block_on(async {
            let authorization = [bearer.as_bytes()];
            let call = Call::new(&authorization, None);
            let outcome = guard.check(&call, Requirement::token()).await;
            assert!(outcome.is_ok(), "the token is valid");
        });
    }
    let bytes = bearers.first().map_or(0, String::len);
    assert!((690..=720).contains(&bytes), "the token has {bytes} bytes");
    let mut next = bearers.iter().cycle();
    let mut group = criterion.benchmark_group("seen");
    group.bench_function("m2m_guard", |bencher| {
        bencher.iter(|| now_or_never(&guard, black_box(next.next())));
    });
    group.finish();
}

/// Checks a call whose keys are known, which needs no runtime.
fn now_or_never(guard: &ApiGuard<TestIssuer>, bearer: Option<&String>) -> bool {
    let authorization = [bearer.map_or(&b""[..], |bearer| bearer.as_bytes())];
    let call = Call::new(&authorization, None);
    let required = Requirement::scope("read:orders");
    let check = pin!(guard.check(&call, required));
    match check.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome.is_ok(),
        Poll::Pending => panic!("the keys are known"),
    }
}

criterion_group!(benches, fresh, seen);
criterion_main!(benches);
