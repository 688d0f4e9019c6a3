//! Every file of the RFCs' vectors is verified, or listed in `exceptions.json` with its reason and then does not verify.

#[path = "support/check_jws.rs"]
mod check_jws;
#[path = "support/vectors.rs"]
mod vectors;

use std::path::Path;

use m2m_jwt::{Algorithm, Jwk, JwkSet, MacAlgorithm, MacKey, SigningKey, base64url, sha256};
use serde_json::Value;

const FOLDERS: [&str; 5] = [
    "rfc-examples",
    "rfc-jose",
    "rfc7520/curve25519",
    "rfc7520/jwk",
    "rfc7520/jws",
];

#[test]
fn every_file_is_verified_or_an_exception() {
    let Some(root) = vectors::folder() else {
        println!("not found: {FOLDERS:?} (set M2M_VECTORS to the folder that has them)");
        return;
    };
    let mut exceptions = vectors::exceptions("rfc");
    let mut verified = 0;
    let mut named = 0;
    for folder in FOLDERS {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
            println!("not found: {}", root.join(folder).display());
            exceptions.retain(|name, _| !name.starts_with(folder));
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
            let is_verified = verifies(&path).is_some();
            if let Some(reason) = exceptions.remove(&name) {
                assert!(
                    !is_verified,
                    "{name} verifies, but is an exception: {reason}"
                );
                named += 1;
            } else {
                assert!(
                    is_verified,
                    "{name} does not verify, and is not an exception"
                );
                verified += 1;
            }
        }
    }
    println!("{verified} files verified, {named} exceptions");
    assert!(
        exceptions.is_empty(),
        "exceptions without a file: {exceptions:?}"
    );
}

fn verifies(path: &Path) -> Option<()> {
    let text = std::fs::read_to_string(path).ok()?;
    let text = text.trim();
    match path.extension()?.to_str()? {
        "jwk" => key(text),
        "jwkset" => key_set(text),
        "thp" => (Jwk::parse(&beside(path, "jwk")?)
            .ok()?
            .thumbprint()
            .to_string()
            == text)
            .then_some(()),
        "jwsc" => check_jws::payload(&beside(path, "jwk")?, text).map(drop),
        // JSON serializations are passed on as they are: this crate does not read them.
        "jwsf" | "jwsg" => check_jws::payload(&beside(path, "jwk")?, text).map(drop),
        "json" => document(&serde_json::from_str(text).ok()?),
        _ => None,
    }
}

/// Returns the file of the same name with this extension.
fn beside(path: &Path, extension: &str) -> Option<String> {
    std::fs::read_to_string(path.with_extension(extension)).ok()
}

/// A key, read; printed and read again it is the same, and a private half belongs to it. A shared secret is one for HS256.
fn key(text: &str) -> Option<()> {
    let Ok(jwk) = Jwk::parse(text) else {
        return MacKey::from_jwk(MacAlgorithm::Hs256, text).ok().map(drop);
    };
    if text.contains("\"d\"") {
        let algorithm = jwk.algorithm().or_else(|| {
            Algorithm::ALL
                .iter()
                .copied()
                .find(|algorithm| algorithm.key_type() == jwk.key_type())
        })?;
        let private = SigningKey::from_jwk(algorithm, text).ok()?;
        assert_eq!(private.public_jwk().thumbprint(), jwk.thumbprint());
    }
    (Jwk::parse(&jwk.to_json()).ok()? == jwk).then_some(())
}

fn key_set(text: &str) -> Option<()> {
    let set = JwkSet::parse(text).ok()?;
    let printed = JwkSet::parse(&set.to_json()).ok()?;
    (!set.keys().is_empty() && printed.keys() == set.keys()).then_some(())
}

/// Documents of the cookbook, and those of the other RFCs.
fn document(document: &Value) -> Option<()> {
    if document.get("kty").is_some() {
        return key(&document.to_string());
    }
    if let Some(input) = document.get("input") {
        let compact = document.pointer("/output/compact")?.as_str()?;
        let payload = check_jws::payload(&input.get("key")?.to_string(), compact)?;
        return (payload == input.get("payload")?.as_str()?.as_bytes()).then_some(());
    }
    if let Some(private) = document.get("private_jwk") {
        return rfc8037(document, &private.to_string());
    }
    if let Some(chain) = document.get("x5c") {
        let certificate = chain
            .get(0)?
            .as_str()?
            .replace('+', "-")
            .replace('/', "_")
            .replace('=', "");
        let hash = base64url::encode(sha256(&base64url::decode(certificate).ok()?));
        Jwk::parse(&document.get("jwk")?.to_string()).ok()?;
        return (hash == document.get("x5t#S256")?.as_str()?).then_some(());
    }
    rfc9449(document)
}

/// Ed25519 signatures are deterministic, so the JWS itself can be created again.
fn rfc8037(document: &Value, private: &str) -> Option<()> {
    let public = Jwk::parse(private).ok()?;
    let key = SigningKey::from_jwk(Algorithm::EdDsa, private).ok()?;
    let jws = document.get("jws")?.as_str()?;
    let (input, expected) = jws.rsplit_once('.')?;
    let mut signature = m2m_jwt::Signature::new();
    m2m_jwt::Signer::sign(&key, input.as_bytes(), &mut signature).ok()?;
    let same = base64url::encode(signature.as_bytes()) == expected;
    let thumbprint = public.thumbprint().to_string() == document.get("thumbprint")?.as_str()?;
    check_jws::payload(private, jws)?;
    (same && thumbprint).then_some(())
}

/// DPoP proofs are signed with the key that they carry, and a verifier has to take the key from them.
fn rfc9449(document: &Value) -> Option<()> {
    let example = document.get("ath_example")?;
    let hash = base64url::encode(sha256(example.get("access_token")?.as_str()?.as_bytes()));
    if hash != example.get("ath")?.as_str()? {
        return None;
    }
    for vector in document.get("vectors")?.as_array()? {
        let jwk = vector.pointer("/header/jwk")?.to_string();
        let payload = check_jws::payload(&jwk, vector.get("compact")?.as_str()?)?;
        let read: Value = serde_json::from_slice(&payload).ok()?;
        if &read != vector.get("payload")?
            || Jwk::parse(&jwk).ok()?.thumbprint().to_string() != document.get("jkt")?.as_str()?
        {
            return None;
        }
    }
    Some(())
}
