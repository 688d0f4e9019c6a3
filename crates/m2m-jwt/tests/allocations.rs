//! The number of allocations per token, beyond those of the signature itself.

#[path = "support/keys.rs"]
mod keys;

use std::cell::Cell;

use allocation_counter::measure;
use keys::{keys_of, signing_key};
use m2m_jwt::{
    AccessTokenHeader, Algorithm, Expectations, Limits, Signature, Signer, SigningFailed,
    SigningKey, UnixTime, Unverified, VerificationKey, VerifySignature as _, sign_access_token,
    verify,
};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const AUDIENCE: &[&str] = &["https://orders.example/api"];

const CLAIMS: &[u8] = br#"{"iss":"https://as.example","sub":"billing-job","client_id":"billing-job","aud":"https://orders.example/api","exp":1800003600,"iat":1800000000,"jti":"id-1","scope":"read:orders write:orders"}"#;

/// Returns the minimum of several runs: the crypto library initializes itself in the first, and with one of the libraries allocations
/// depend on the signature.
fn allocations(mut run: impl FnMut()) -> u64 {
    (0..16)
        .map(|_| measure(&mut run).count_total)
        .min()
        .unwrap_or_default()
}

/// A key that counts the allocations of its own signatures: with one of the crypto libraries their number depends on the signature.
struct Counted<'k> {
    key: &'k SigningKey,
    allocations: Cell<u64>,
}

impl Signer for Counted<'_> {
    fn access_token_header(&self) -> &AccessTokenHeader {
        self.key.access_token_header()
    }

    fn sign(&self, signing_input: &[u8], signature: &mut Signature) -> Result<(), SigningFailed> {
        let mut outcome = Ok(());
        let count = measure(|| outcome = self.key.sign(signing_input, signature));
        self.allocations.set(count.count_total);
        outcome
    }
}

#[test]
fn signing_takes_one_allocation_beyond_the_signature() {
    for algorithm in Algorithm::ALL {
        let key = signing_key(*algorithm);
        let counted = Counted {
            key: &key,
            allocations: Cell::new(0),
        };
        let whole = measure(|| drop(sign_access_token(CLAIMS, &counted).unwrap()));
        let whole = whole.count_total;
        let raw = counted.allocations.get();
        assert!(
            (raw..=raw + 1).contains(&whole),
            "{algorithm}: {whole} allocations, {raw} of them for the signature"
        );
    }
}

#[test]
fn verifying_takes_one_allocation_beyond_the_signature() {
    for algorithm in Algorithm::ALL {
        let key = signing_key(*algorithm);
        let token = sign_access_token(CLAIMS, &key).unwrap();
        let (keys, algorithms) = (keys_of(&key), [*algorithm]);
        let expectations = Expectations::access_token("https://as.example", AUDIENCE, &algorithms);
        let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
        let public = VerificationKey::new(key.public_jwk()).unwrap();
        let raw = allocations(|| {
            assert!(public.verify(
                *algorithm,
                unverified.signing_input(),
                unverified.signature()
            ));
        });
        let whole = allocations(|| {
            let unverified = Unverified::parse(&token, &Limits::DEFAULT).unwrap();
            let claims = verify(&unverified, &keys, &expectations, NOW).unwrap();
            assert!(claims.has_scope("write:orders"));
        });
        assert!(
            whole == raw + 1,
            "{algorithm}: {whole} allocations, {raw} of them for the signature"
        );
    }
}
