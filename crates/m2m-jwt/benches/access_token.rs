//! Times of signing and verifying an access token with 350 bytes of claims.
//!
//! `constant` is the cost of this crate in addition to a signature; `raw` is the signature alone; `m2m_jwt` is the whole; `jsonwebtoken` is the
//! whole of another crate, with the same key and claims. It uses `aws-lc-rs`, so compare under the feature of that name.

#[path = "support/tokens.rs"]
mod tokens;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use m2m_jwt::{
    Algorithm, KeySet, Limits, Signature, Signer as _, Unverified, VerificationKey,
    VerifySignature as _, sign_access_token, verify,
};
use tokens::{Constant, NOW, claims, expectations, pem, signing_key};

/// The algorithms that a server signs with.
const ALGORITHMS: [Algorithm; 5] = [
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::EdDsa,
    Algorithm::Rs256,
    Algorithm::Ps256,
];

fn constant(criterion: &mut Criterion) {
    let signer = Constant::new();
    let token = sign_access_token(claims().as_bytes(), &signer).expect("it signs");
    let unverified = Unverified::parse(&token, &Limits::DEFAULT).expect("it is a token");
    assert_eq!(
        unverified.payload().len(),
        350,
        "the claims have the documented length"
    );
    let mut group = criterion.benchmark_group("constant");
    group.bench_function("sign", |bencher| {
        bencher.iter(|| sign_access_token(black_box(claims()).as_bytes(), black_box(&signer)));
    });
    let keys = Constant::keys();
    let expectations = expectations(&[Algorithm::Es256]);
    group.bench_function("verify", |bencher| {
        bencher.iter(|| {
            let unverified =
                Unverified::parse(black_box(&token), &Limits::DEFAULT).expect("it is a token");
            verify(&unverified, black_box(&keys), black_box(&expectations), NOW)
                .map(|claims| claims.expires_at())
        });
    });
    group.finish();
}

fn sign(criterion: &mut Criterion) {
    for algorithm in ALGORITHMS {
        let key = signing_key(algorithm);
        let token = sign_access_token(claims().as_bytes(), &key).expect("it signs");
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).expect("it is a token");
        let mut group = criterion.benchmark_group(format!("sign/{algorithm}"));
        group.bench_function("raw", |bencher| {
            bencher.iter(|| {
                let mut signature = Signature::new();
                key.sign(black_box(unverified.signing_input()), &mut signature)
                    .map(|()| signature)
            });
        });
        group.bench_function("m2m_jwt", |bencher| {
            bencher.iter(|| sign_access_token(black_box(claims()).as_bytes(), black_box(&key)));
        });
        let (header, claims, other) = other::signer(algorithm, key.key_id(), unverified.payload());
        group.bench_function("jsonwebtoken", |bencher| {
            bencher.iter(|| jsonwebtoken::encode(black_box(&header), black_box(&claims), &other));
        });
        group.finish();
    }
}

fn verify_tokens(criterion: &mut Criterion) {
    for algorithm in ALGORITHMS {
        let key = signing_key(algorithm);
        let public = VerificationKey::new(key.public_jwk()).expect("the key is good");
        let keys = KeySet::from(public.clone());
        let token = sign_access_token(claims().as_bytes(), &key).expect("it signs");
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).expect("it is a token");
        let expectations = expectations(Algorithm::ALL);
        let mut group = criterion.benchmark_group(format!("verify/{algorithm}"));
        group.bench_function("raw", |bencher| {
            bencher.iter(|| {
                public.verify(
                    algorithm,
                    black_box(unverified.signing_input()),
                    black_box(unverified.signature()),
                )
            });
        });
        group.bench_function("m2m_jwt", |bencher| {
            bencher.iter(|| {
                let unverified =
                    Unverified::parse(black_box(&token), &Limits::DEFAULT).expect("it is a token");
                verify(&unverified, &keys, &expectations, NOW).map(|claims| claims.expires_at())
            });
        });
        let (other, validation) = other::verifier(algorithm, &key.public_jwk().to_json());
        jsonwebtoken::decode::<serde_json::Value>(&token, &other, &validation)
            .expect("both accept the token");
        group.bench_function("jsonwebtoken", |bencher| {
            bencher.iter(|| {
                jsonwebtoken::decode::<serde_json::Value>(black_box(&token), &other, &validation)
            });
        });
        group.finish();
    }
}

/// The same with `jsonwebtoken`.
mod other {
    use jsonwebtoken::{Algorithm as Other, DecodingKey, EncodingKey, Header, Validation};
    use m2m_jwt::{Algorithm, KeyType};

    use super::pem;
    use crate::tokens::{AUDIENCE, ISSUER};

    fn algorithm(algorithm: Algorithm) -> Other {
        algorithm.as_str().parse().expect("it knows the same names")
    }

    pub(super) fn signer(
        own: Algorithm,
        key_id: &str,
        claims: &[u8],
    ) -> (Header, serde_json::Value, EncodingKey) {
        let mut header = Header::new(algorithm(own));
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(key_id.to_owned());
        let pem = pem(own).as_bytes();
        let key = match own.key_type() {
            KeyType::EcP256 | KeyType::EcP384 => EncodingKey::from_ec_pem(pem),
            KeyType::Ed25519 => EncodingKey::from_ed_pem(pem),
            KeyType::Rsa => EncodingKey::from_rsa_pem(pem),
        };
        (
            header,
            serde_json::from_slice(claims).expect("the claims are JSON"),
            key.expect("it reads the same key"),
        )
    }

    pub(super) fn verifier(own: Algorithm, jwk: &str) -> (DecodingKey, Validation) {
        let jwk = serde_json::from_str(jwk).expect("it reads the same JWK");
        let mut validation = Validation::new(algorithm(own));
        validation.set_audience(AUDIENCE);
        validation.set_issuer(&[ISSUER]);
        (
            DecodingKey::from_jwk(&jwk).expect("it reads the same key"),
            validation,
        )
    }
}

criterion_group!(benches, constant, sign, verify_tokens);
criterion_main!(benches);
