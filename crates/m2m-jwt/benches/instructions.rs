//! Instructions of signing and verifying an access token with 350 bytes of claims, without the signature itself.
//!
//! They do not depend on the load of the machine, only on the compiler and on whether the processor has AVX2; `instructions.json` next to
//! this file has the committed counts.

#![expect(
    missing_docs,
    unused_qualifications,
    reason = "what gungraun's macros generate"
)]

#[path = "support/tokens.rs"]
mod tokens;

use std::hint::black_box;

use gungraun::{library_benchmark, library_benchmark_group, main};
use m2m_jwt::{
    Algorithm, InvalidToken, JwkSet, KeySet, Limits, SigningFailed, UnixTime, Unverified,
    sign_access_token, verify,
};
use tokens::{Constant, NOW, claims, expectations, signing_key};

fn token() -> String {
    sign_access_token(claims().as_bytes(), &Constant::new()).expect("it signs")
}

fn verifier() -> (String, KeySet<Constant>) {
    (token(), Constant::keys())
}

fn jwk_set() -> String {
    let key = signing_key(Algorithm::Es256);
    JwkSet::from_iter([key.public_jwk().clone()]).to_json()
}

#[library_benchmark]
#[bench::constant(Constant::new())]
fn sign(signer: Constant) -> Result<String, SigningFailed> {
    sign_access_token(black_box(claims()).as_bytes(), black_box(&signer))
}

#[library_benchmark]
#[bench::constant(verifier())]
fn check((token, keys): (String, KeySet<Constant>)) -> Result<Option<UnixTime>, InvalidToken> {
    let unverified = Unverified::parse(black_box(&token), &Limits::DEFAULT)?;
    verify(&unverified, &keys, &expectations(&[Algorithm::Es256]), NOW)
        .map(|claims| claims.expires_at())
}

#[library_benchmark]
#[bench::of_one_key(jwk_set())]
fn read_jwk_set(json: String) -> usize {
    JwkSet::parse(black_box(&json)).map_or(0, |set| set.keys().len())
}

library_benchmark_group!(
    name = access_token,
    benchmarks = [sign, check, read_jwk_set]
);
main!(library_benchmark_groups = access_token);
