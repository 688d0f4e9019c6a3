//! The attempts of a coalition, and the changes of the owner of the server between them.

use m2m_admin::Prune;
use m2m_admin::management::SCOPES;
use m2m_authority::registry::SecretHash;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::forge::{PRIVATE_KEY, PRIVATE_RSA_KEY};
use crate::managers::files::{File, file};
use crate::managers::steps::{SECRETS, Step, application, request, scope};

/// An event of a scenario.
#[derive(Debug, Clone)]
pub(super) enum Attempt {
    /// The coalition calls the management API, with one of the tokens that it has: the one at this position, counted modulo their number.
    Call {
        token: usize,
        method: &'static str,
        path: String,
        body: Value,
    },
    /// The coalition revokes a secret: the one at this position of those of the application.
    Revoke {
        token: usize,
        of: &'static str,
        position: usize,
    },
    /// The coalition applies a file.
    Send {
        token: usize,
        text: String,
        is_pruned: bool,
    },
    /// The manager calls the management API.
    Manage {
        method: &'static str,
        path: String,
        body: Value,
    },
    /// A command applies a file to the folder.
    Apply(String),
    /// Time passes. Unit: seconds.
    Wait(u64),
}

pub(super) fn attempt() -> impl Strategy<Value = Attempt> {
    let revoke = (any::<usize>(), application(), 0..3_usize);
    let made = file().prop_filter_map("an export is not known", |file| match file {
        File::Made(text) => Some(text),
        File::WithoutBlock(_) | File::WithoutLine(_) | File::WithLine(..) => None,
    });
    prop_oneof![
        40 => (any::<usize>(), request()).prop_map(|(token, step)| called(token, step)),
        4 => (any::<usize>(), special()).prop_map(|(token, (method, path, body))| Attempt::Call { token, method, path, body }),
        2 => revoke.prop_map(|(token, of, position)| Attempt::Revoke { token, of, position }),
        2 => (any::<usize>(), declared(), any::<bool>())
            .prop_map(|(token, text, is_pruned)| Attempt::Send { token, text, is_pruned }),
        6 => request().prop_map(managed),
        2 => given().prop_map(|(method, path)| Attempt::Manage { method, path, body: Value::Null }),
        1 => prop_oneof![declared(), made].prop_map(Attempt::Apply),
        2 => select(vec![1, 60, 1800, 3600, 90_000]).prop_map(Attempt::Wait),
    ]
}

fn called(token: usize, step: Step) -> Attempt {
    match step.clone() {
        Step::Call {
            method, path, body, ..
        } => Attempt::Call {
            token,
            method,
            path,
            body,
        },
        Step::Revoke { .. }
        | Step::Send { .. }
        | Step::Apply { .. }
        | Step::Bootstrap
        | Step::Reset
        | Step::Wait(_) => panic!("expected a request, found {step:?}"),
    }
}

fn managed(step: Step) -> Attempt {
    match step.clone() {
        Step::Call {
            method, path, body, ..
        } => Attempt::Manage { method, path, body },
        Step::Revoke { .. }
        | Step::Send { .. }
        | Step::Apply { .. }
        | Step::Bootstrap
        | Step::Reset
        | Step::Wait(_) => panic!("expected a request, found {step:?}"),
    }
}

/// The manager assigns scopes, or removes them.
fn given() -> impl Strategy<Value = (&'static str, String)> {
    let method = select(vec!["POST", "DELETE", "DELETE"]);
    let to = select(vec!["helper", "third"]);
    (method, to, scope()).prop_map(|(method, to, scope)| {
        let scope = scope.replace(':', "%3A");
        let api = "/api/v1/apis/https%3A%2F%2Fissuer.example%2Fapi";
        (method, format!("{api}/applications/{to}/scopes/{scope}"))
    })
}

/// Requests that the other model does not send: keys, tokens, exports.
fn special() -> impl Strategy<Value = (&'static str, String, Value)> {
    let import = select(vec![(PRIVATE_KEY, "EdDSA"), (PRIVATE_RSA_KEY, "RS256")]);
    let import = import.prop_map(|(key, algorithm)| {
        let body = json!({ "private_key": key, "algorithm": algorithm });
        ("POST", "/api/v1/keys/import".to_owned(), body)
    });
    let algorithm = select(vec!["EdDSA", "RS256", "ES256"]);
    let rotate = (algorithm, any::<bool>()).prop_map(|(algorithm, emergency)| {
        let body = json!({ "algorithm": algorithm, "emergency": emergency });
        ("POST", "/api/v1/keys/rotate".to_owned(), body)
    });
    let audience = select(vec![
        json!({}),
        json!({ "audience": "https://issuer.example/api" }),
        json!({ "audience": ["https://orders.example", "https://issuer.example/api/v1"] }),
        json!({ "audience": "https://orders.example" }),
        json!({ "audience": "https://issuer.example/api", "scope": "read:applications" }),
    ]);
    let test = (application(), audience).prop_map(|(id, body)| {
        (
            "POST",
            format!("/api/v1/applications/{id}/test_token"),
            body,
        )
    });
    let hash = SecretHash::of(SECRETS[0].as_bytes()).to_base64();
    let fresh = select(vec![
        json!({ "name": "new", "type": "m2m" }),
        json!({ "name": "new", "type": "m2m", "secret_sha256": hash, "client_id": "helper" }),
    ]);
    let fresh = fresh.prop_map(|body| ("POST", "/api/v1/applications".to_owned(), body));
    let show = select(vec![
        "/api/v1/export?with_secret_hashes=true",
        "/api/v1/applications/third/check",
    ]);
    let show = show.prop_map(|path| ("GET", path.to_owned(), Value::Null));
    prop_oneof![3 => import, 2 => rotate, 4 => test, 2 => fresh, 1 => show]
}

/// A file that declares an application with some scopes.
fn declared() -> impl Strategy<Value = String> {
    (application(), some_scopes(12), select(SECRETS.to_vec())).prop_map(|(id, scopes, secret)| {
        declaration(id, &format!("secret_sha256 = {:?}", hash(secret)), &scopes)
    })
}

/// A file with the members of the coalition; an application with more scopes that cannot get a token, though its secret is known; and
/// others, whose secrets are not known.
pub(super) fn beginning() -> impl Strategy<Value = String> {
    let restriction = select(vec![
        "enabled = false",
        "client_type = \"public\"",
        "grant_types = []",
        "authentication_methods = []",
        "allowed_addresses = [\"0.0.0.0\"]",
        "system_user = \"svc\"",
        "organization = \"two\"",
        "enabled = false\nauthentication_methods = []",
        "organization = \"two\"\nallowed_addresses = [\"0.0.0.0\"]",
    ]);
    let members = (many_scopes(), some_scopes(12));
    (members, restriction, some_scopes(30), some_scopes(SCOPES.len())).prop_map(
        |((helper, other), restriction, third, second)| {
            let known = format!("secret_sha256 = {:?}", hash(SECRETS[0]));
            [
                "[[api]]\nname = \"Orders\"\naudience = \"https://orders.example\"\nscopes = [\"read\"]\n".to_owned(),
                "[[organization]]\ncode = \"one\"\n[[organization]]\ncode = \"two\"\nsuspended = true\n".to_owned(),
                "[[application]]\nname = \"job\"\nclient_id = \"job\"\n\
                 authorize = [{ audience = \"https://orders.example\", scopes = [\"read\"] }]\n".to_owned(),
                declaration("helper", &known, &helper),
                declaration("other", &known, &other),
                declaration("third", &format!("{restriction}\n{known}"), &third),
                declaration("second", "", &second),
            ]
            .concat()
        },
    )
}

/// Scopes that allow far-reaching changes, and others.
fn many_scopes() -> impl Strategy<Value = Vec<&'static str>> {
    let changing: Vec<&str> = SCOPES
        .iter()
        .map(|(scope, _)| *scope)
        .filter(|scope| !scope.starts_with("read:"))
        .collect();
    let most = changing.len() - 2;
    subsequence(changing, 8..=most)
}

/// An application of the coalition with every scope.
pub(super) fn with_everything(id: &str) -> String {
    let all: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    declaration(id, &format!("secret_sha256 = {:?}", hash(SECRETS[0])), &all)
}

fn some_scopes(most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    let all: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    subsequence(all, 0..=most)
}

fn declaration(id: &str, fields: &str, scopes: &[&str]) -> String {
    let scopes = json!(scopes);
    format!(
        "[[application]]\nname = {id:?}\nclient_id = {id:?}\n{fields}\n\
         authorize = [{{ audience = \"{{issuer}}/api\", scopes = {scopes} }}]\n"
    )
}

fn hash(secret: &str) -> String {
    SecretHash::of(secret.as_bytes()).to_base64()
}

/// Returns the query that decides whether records that are not in a file of the coalition are deleted.
pub(super) const fn query(is_pruned: bool) -> &'static str {
    if is_pruned { "?prune=true" } else { "" }
}

/// The choice for files of the owner, which never delete records.
pub(super) const OF_OWNER: Prune = Prune::Keep;
