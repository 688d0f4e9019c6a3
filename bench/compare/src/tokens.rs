//! Keys and tokens.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::AUDIENCE;

/// A key for each algorithm.
pub struct Keys {
    id: String,
    ec: EcdsaKeyPair,
    rsa: RsaKeyPair,
}

impl Keys {
    /// Generates keys with this id.
    pub fn generate(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
        }
    }

    /// The keys as an issuer publishes them.
    pub fn jwks(&self) -> [Value; 2] {
        let (x, y) = self.ec.public_key().as_ref()[1..].split_at(32);
        let (n, e) = self.rsa_parts();
        [
            json!({
                "kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": format!("{}-ec", self.id),
                "x": encode(x), "y": encode(y),
            }),
            json!({
                "kty": "RSA", "use": "sig", "alg": "RS256", "kid": format!("{}-rsa", self.id),
                "n": encode(n), "e": encode(e),
            }),
        ]
    }

    fn rsa_parts(&self) -> (Vec<u8>, Vec<u8>) {
        let key = self.rsa.public_key();
        let modulus = key.modulus().big_endian_without_leading_zero().to_vec();
        let exponent = key.exponent().big_endian_without_leading_zero().to_vec();
        (modulus, exponent)
    }

    /// The public key as text, which everyone knows.
    pub fn public_text(&self) -> String {
        encode(self.ec.public_key().as_ref())
    }
}

/// A token that is not signed yet.
#[derive(Clone)]
pub struct Token {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
}

impl Token {
    /// A valid token for reading orders.
    pub fn valid(issuer: &str, keys: &Keys) -> Self {
        let now = now();
        let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": format!("{}-ec", keys.id) });
        let claims = json!({
            "iss": issuer, "aud": AUDIENCE, "sub": "billing-job", "client_id": "billing-job",
            "iat": now, "exp": now + 3600, "jti": "a-token", "scope": "read:orders",
        });
        let map = |value: Value| value.as_object().unwrap().clone();
        Self {
            header: map(header),
            claims: map(claims),
        }
    }

    pub fn rsa(mut self, keys: &Keys) -> Self {
        self = self.header("alg", "RS256");
        let id = format!("{}-rsa", keys.id);
        self.header("kid", id)
    }

    /// Sets a parameter of the header, or removes it (null).
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.header, name, value.into());
        self
    }

    /// Sets a claim, or removes it (null).
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.claims, name, value.into());
        self
    }

    pub fn sign(&self, keys: &Keys) -> String {
        sign(
            &Value::from(self.header.clone()).to_string(),
            &Value::from(self.claims.clone()).to_string(),
            keys,
        )
    }
}

fn set(map: &mut Map<String, Value>, name: &str, value: Value) {
    if value.is_null() {
        map.remove(name);
    } else {
        map.insert(name.to_owned(), value);
    }
}

/// Signs these texts. The algorithm is that of the header.
pub fn sign(header: &str, claims: &str, keys: &Keys) -> String {
    let signed = format!("{}.{}", encode(header), encode(claims));
    let random = SystemRandom::new();
    let signature = if header.contains("RS256") {
        let mut signature = vec![0; keys.rsa.public_modulus_len()];
        let signed = signed.as_bytes();
        keys.rsa
            .sign(&RSA_PKCS1_SHA256, &random, signed, &mut signature)
            .unwrap();
        signature
    } else if header.contains("none") {
        Vec::new()
    } else if header.contains("HS256") {
        // The attack: the public key is the secret.
        let key = hmac::Key::new(hmac::HMAC_SHA256, keys.public_text().as_bytes());
        hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
    } else {
        keys.ec
            .sign(&random, signed.as_bytes())
            .unwrap()
            .as_ref()
            .to_vec()
    };
    format!("{signed}.{}", encode(signature))
}

/// Encodes bytes as base64url.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The time now. Unit: seconds.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}
