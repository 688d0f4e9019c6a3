//! Access: every operation of the OpenAPI document, with every kind of token that does not open it.

use std::collections::BTreeMap;

use m2m_authority::registry::SecretHash;
use m2m_jwt::{Algorithm, SigningKey};
use serde_json::{Value, json};

use crate::managed::keys::{ED25519, imported};
use crate::server::{Answer, OPERATOR, PROFILES, Server, bearer, claims, merge};
use m2m_testkit::SECRET;

/// An operation of the OpenAPI document.
pub(super) struct Operation {
    pub(super) method: String,
    /// The path as in the document.
    pub(super) form: String,
    /// The same path with a plausible value for every name in it.
    pub(super) path: String,
    pub(super) scope: String,
}

/// Returns all operations of the server's document. An operation that this function does not understand fails the test.
pub(super) fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (form, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let security = &operation["security"];
            let [scope] = security[0]["management"].as_array().unwrap().as_slice() else {
                panic!("{method} {form} does not require exactly one scope: {security}")
            };
            operations.push(Operation {
                method: method.to_ascii_uppercase(),
                form: form.clone(),
                path: plausible(form),
                scope: scope.as_str().unwrap().to_owned(),
            });
        }
    }
    operations
}

/// Returns the path with a value in the place of each name.
pub(super) fn plausible(form: &str) -> String {
    let part = |part: &str| match part.strip_prefix('{') {
        Some("trace_id}") => "0af7651916cd43dd8448eb211c80319c".to_owned(),
        Some(name) => format!("some-{}", name.trim_end_matches('}').replace('_', "-")),
        None => part.to_owned(),
    };
    form.split('/').map(part).collect::<Vec<_>>().join("/")
}

pub(super) fn document(server: &Server) -> Value {
    let answer = server.send("GET", "/api/v1/openapi.json", "", "");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Checks a refusal of the token: JSON with the trace id of the challenge. Returns the challenge without the trace id.
#[track_caller]
fn challenge(status: u16, answer: &Answer) -> String {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let json = answer.json();
    let mut members: Vec<_> = json.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["errors", "trace_id"]);
    let errors = json["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{json}");
    let members: Vec<_> = errors[0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["code", "message"]);
    assert!(!errors[0]["message"].as_str().unwrap().is_empty());
    let trace_id = answer.member("trace_id");
    assert_eq!(trace_id.len(), 32, "{trace_id}");
    let challenge = answer.header("www-authenticate").expect("a challenge");
    let end = format!(", trace_id=\"{trace_id}\"");
    let rest = challenge.strip_suffix(&end);
    rest.unwrap_or_else(|| panic!("no trace id at the end of {challenge}"))
        .to_owned()
}

/// Returns the challenge without its description, which is for people.
fn without_description(challenge: &str) -> String {
    let Some((before, after)) = challenge.split_once(", error_description=\"") else {
        return challenge.to_owned();
    };
    let (description, after) = after.split_once('"').unwrap();
    assert!(!description.is_empty());
    format!("{before}{after}")
}

/// Returns all applications that this test needs: for each scope one that has all other scopes, and one that has only this scope.
fn world(scopes: &[String]) -> String {
    let hash = SecretHash::of(SECRET.as_bytes()).to_base64();
    let application = |name: &str, audience: &str, scopes: &[&String]| {
        format!(
            "[[application]]\nname = \"{name}\"\nclient_id = \"{name}\"\nsecret_sha256 = \"{hash}\"\n\
             authorize = [{{ audience = \"{audience}\", scopes = {scopes:?} }}]\n"
        )
    };
    let mut world = "[[api]]\nname = \"Other\"\naudience = \"https://other.example\"\nsigning_alg = \"EdDSA\"\n".to_owned();
    world += &format!("scopes = {scopes:?}\n");
    world += &application(
        "elsewhere",
        "https://other.example",
        &scopes.iter().collect::<Vec<_>>(),
    );
    for (number, scope) in scopes.iter().enumerate() {
        let others: Vec<&String> = scopes.iter().filter(|own| *own != scope).collect();
        world += &application(&format!("without-{number}"), "{issuer}/api", &others);
        world += &application(&format!("with-{number}"), "{issuer}/api", &[scope]);
    }
    world
}

/// Returns tokens that the server must refuse, by their mistakes. They are signed with a key of the server, so that each has only one mistake.
fn bad_tokens(good: &Value, issuer: &str) -> BTreeMap<&'static str, String> {
    let key = SigningKey::from_jwk(Algorithm::EdDsa, ED25519).unwrap();
    let signed = |kind: &str, key: &SigningKey, change: Value| {
        let mut claims = good.clone();
        merge(&mut claims, &change);
        m2m_jwt::sign(Some(kind), claims.to_string().as_bytes(), key).unwrap()
    };
    let (other_key, _) = SigningKey::generate(Algorithm::EdDsa, Some("rfc8037")).unwrap();
    let (unknown_key, _) = SigningKey::generate(Algorithm::Es256, Some("unknown")).unwrap();
    let iat = good["iat"].as_u64().unwrap();
    let good = signed("at+jwt", &key, json!({}));
    let (header, rest) = good.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let none = m2m_jwt::base64url::encode(br#"{"alg":"none","typ":"at+jwt"}"#);
    assert_ne!(header, none);
    BTreeMap::from([
        (
            "expired",
            signed(
                "at+jwt",
                &key,
                json!({ "iat": iat - 4000, "exp": iat - 400 }),
            ),
        ),
        (
            "expires now",
            signed("at+jwt", &key, json!({ "iat": iat - 400, "exp": iat })),
        ),
        ("of type JWT", signed("JWT", &key, json!({}))),
        ("of an ID token's type", signed("id+jwt", &key, json!({}))),
        (
            "for another audience",
            signed("at+jwt", &key, json!({ "aud": "https://other.example" })),
        ),
        (
            "for a prefix of the audience",
            signed("at+jwt", &key, json!({ "aud": issuer })),
        ),
        (
            "for the audience with a slash",
            signed("at+jwt", &key, json!({ "aud": format!("{issuer}/api/") })),
        ),
        (
            "of another issuer",
            signed("at+jwt", &key, json!({ "iss": "https://evil.example" })),
        ),
        (
            "of the issuer with a slash",
            signed("at+jwt", &key, json!({ "iss": format!("{issuer}/") })),
        ),
        (
            "by another key with the same id",
            signed("at+jwt", &other_key, json!({})),
        ),
        (
            "by an unknown key",
            signed("at+jwt", &unknown_key, json!({})),
        ),
        ("without a signature", format!("{none}.{payload}.")),
        (
            "with the algorithm none and a signature",
            format!("{none}.{payload}.{signature}"),
        ),
        (
            "of an unknown client",
            signed(
                "at+jwt",
                &key,
                json!({ "client_id": "absent", "sub": "absent" }),
            ),
        ),
        ("truncated", good[..good.len() - 4].to_owned()),
    ])
}

#[test]
fn k15_k19_k32_g17_g18_every_operation_refuses_every_token_but_the_right_one() {
    for profile in PROFILES {
        let key = imported(ED25519, Algorithm::EdDsa, "rfc8037");
        let server = Server::with_key(profile, key);
        let issuer = server.issuer();
        let operations = operations(&document(&server));
        assert!(operations.len() > 40, "{}", operations.len());
        let mut scopes: Vec<String> = operations.iter().map(|own| own.scope.clone()).collect();
        scopes.sort();
        scopes.dedup();
        let world = world(&scopes);
        let applied = server.apply("", &world);
        assert_eq!(applied.status, 200, "{applied:?}");
        let elsewhere = server.ask_with("elsewhere", SECRET, "&audience=https://other.example");
        let mut bad = if profile == "trusted-application" {
            // Applications that do not manage the server need a system user there.
            BTreeMap::new()
        } else {
            BTreeMap::from([("for another API", elsewhere.access_token())])
        };
        let good = claims(&server.token);
        bad.append(&mut bad_tokens(&good, issuer));
        // The key of the server signs valid tokens: those below are refused only for their mistakes.
        let key = SigningKey::from_jwk(Algorithm::EdDsa, ED25519).unwrap();
        let forged = m2m_jwt::sign(Some("at+jwt"), good.to_string().as_bytes(), &key).unwrap();
        let ask = |path: &str, token: &str| server.call_as(token, "GET", path, &Value::Null).status;
        assert_eq!(ask("/api/v1/environment", &forged), 200);

        let realm = "Bearer realm=\"m2m management\"";
        let invalid = format!("{realm}, error=\"invalid_token\"");
        for Operation {
            method,
            form,
            path,
            scope,
        } in &operations
        {
            let number = scopes.iter().position(|own| own == scope).unwrap();
            let ask = |headers: &str| server.call_bare(method, path, headers, &Value::Null);
            assert_eq!(challenge(401, &ask("")), realm, "{method} {form}");
            assert_eq!(challenge(401, &ask("authorization: Basic YTpi\r\n")), realm);
            for (kind, token) in &bad {
                let challenge = challenge(401, &ask(&bearer(token)));
                assert_eq!(
                    without_description(&challenge),
                    invalid,
                    "{method} {form}, {kind}"
                );
            }
            let without = server.management_token(&format!("without-{number}"), SECRET);
            let insufficient = format!("{realm}, error=\"insufficient_scope\", scope=\"{scope}\"");
            let challenge = challenge(403, &ask(&bearer(&without)));
            assert_eq!(
                without_description(&challenge),
                insufficient,
                "{method} {form}"
            );
            let with = server.management_token(&format!("with-{number}"), SECRET);
            let answer = ask(&bearer(&with));
            assert!(
                ![401, 403, 405, 500, 503].contains(&answer.status),
                "{method} {form}: {answer:?}"
            );
        }
        assert_eq!(good["client_id"], OPERATOR);
    }
}
