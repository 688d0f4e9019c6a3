//! The steps that the model performs on a server.

use m2m_admin::Prune;
use m2m_admin::management::SCOPES;
use m2m_authority::registry::SecretHash;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::files::{File, file};

/// A step of a sequence.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// An application calls the management API.
    Call {
        actor: Actor,
        method: &'static str,
        path: String,
        body: Value,
    },
    /// An application revokes a secret of another one: the one at this position of those in force.
    Revoke {
        actor: Actor,
        of: &'static str,
        position: usize,
    },
    /// An application applies a file.
    Send {
        actor: Actor,
        file: File,
        prune: bool,
        format: Format,
    },
    /// A command applies a file to the folder.
    Apply { file: File, prune: Prune },
    /// The server starts.
    Bootstrap,
    /// The management is reset.
    Reset,
    /// Time passes. Unit: hours.
    Wait(u64),
}

/// The acting application: the one at this position, counted modulo their number, of those that can call the management API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Actor(pub(crate) usize);

/// The format in which a file is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Format {
    Toml,
    Json,
}

/// The applications that may exist, in addition to those whose client ids are generated.
pub(crate) const APPLICATIONS: [&str; 5] = ["manager", "second", "third", "helper", "other"];

/// Secrets that applications get by their hashes.
pub(crate) const SECRETS: [&str; 2] = [
    "first-chosen-secret-0123456789abcdef",
    "other-chosen-secret-0123456789abcdef",
];

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        23 => request(),
        2 => (actor(), application(), 0_usize..3)
            .prop_map(|(actor, of, position)| Step::Revoke { actor, of, position }),
        2 => (actor(), file(), any::<bool>(), select(vec![Format::Toml, Format::Json]))
            .prop_map(|(actor, file, prune, format)| Step::Send { actor, file, prune, format }),
        5 => (file(), select(vec![Prune::Keep, Prune::Keep, Prune::Remove]))
            .prop_map(|(file, prune)| Step::Apply { file, prune }),
        1 => Just(Step::Bootstrap),
        1 => Just(Step::Reset),
        3 => select(vec![1, 23, 24, 48]).prop_map(Step::Wait),
    ]
}

/// An application calls the management API, as often in one way as in [`step`].
pub(crate) fn request() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => change_of_application(),
        2 => new_application(),
        1 => call(application().prop_map(|id| ("DELETE", format!("/applications/{id}"), Value::Null))),
        2 => connection(),
        4 => single_scope(),
        2 => rotation(),
        3 => organization(),
        2 => management_api(),
        1 => values(),
    ]
}

pub(crate) fn application() -> impl Strategy<Value = &'static str> {
    select(APPLICATIONS.to_vec())
}

fn actor() -> impl Strategy<Value = Actor> {
    (0..12_usize).prop_map(Actor)
}

fn call(
    request: impl Strategy<Value = (&'static str, String, Value)>,
) -> impl Strategy<Value = Step> {
    (actor(), request).prop_map(|(actor, (method, path, body))| Step::Call {
        actor,
        method,
        path: format!("/api/v1{path}"),
        body,
    })
}

/// A field of an application: its name in requests, its name in files, and a value as TOML and as JSON.
pub(crate) fn field() -> impl Strategy<Value = (&'static str, &'static str, String, Value)> {
    let plain = |api: &'static str, file: &'static str, values: Vec<Value>| {
        select(values)
            .prop_map(move |value| (api, file, value.to_string(), value))
            .boxed()
    };
    let hashes = SECRETS.map(|secret| json!(SecretHash::of(secret.as_bytes()).to_base64()));
    let quota = |tokens: u64| {
        let text = format!("{{ tokens = {tokens}, per = \"1d\", mode = \"enforce\" }}");
        let value = json!({ "tokens": tokens, "per": "1d", "mode": "enforce" });
        ("token_quota", "token_quota", text, value)
    };
    prop_oneof![
        plain("is_enabled", "enabled", vec![json!(true), json!(false)]),
        plain(
            "client_type",
            "client_type",
            vec![json!("confidential"), json!("public")]
        ),
        plain(
            "grant_types",
            "grant_types",
            vec![json!(["client_credentials"]), json!([])]
        ),
        plain(
            "authentication_methods",
            "authentication_methods",
            vec![
                json!([]),
                json!(["client_secret_basic"]),
                json!(["client_secret_post"]),
            ],
        ),
        plain(
            "allowed_addresses",
            "allowed_addresses",
            vec![
                json!([]),
                json!(["0.0.0.0"]),
                json!(["224.0.0.0/4"]),
                json!(["10.0.0.0/8"]),
                json!(["2001:db8::/32", "0.0.0.0"]),
            ],
        ),
        plain("org_code", "organization", vec![json!("one"), json!("two")]),
        plain("system_user", "system_user", vec![json!("svc")]),
        plain(
            "is_system_user_allowed",
            "system_user_allowed",
            vec![json!(true), json!(false)]
        ),
        // Half an hour between the hours in which time passes: never within the minute that a token may be ahead.
        plain(
            "not_before",
            "not_before",
            vec![
                json!("2025-01-01T00:00:00Z"),
                json!("2026-01-02T00:30:00Z"),
                json!("2100-01-01T00:00:00Z")
            ],
        ),
        plain(
            "access_token_lifetime",
            "token_lifetime",
            vec![json!(1), json!(59), json!(60)]
        ),
        plain("secret_sha256", "secret_sha256", hashes.to_vec()),
        // The tests do not use up this many tokens.
        select(vec![quota(1_000_000), quota(0)]),
    ]
}

fn change_of_application() -> impl Strategy<Value = Step> {
    let cleared = select(vec!["org_code", "system_user", "not_before", "token_quota"]);
    let body = prop_oneof![
        4 => prop::collection::vec(field(), 1..=2).prop_map(|fields| {
            let fields = fields.into_iter();
            fields.map(|(name, _, _, value)| (name.to_owned(), value)).collect::<Value>()
        }),
        1 => cleared.prop_map(|name| json!({ name: null })),
        1 => Just(json!({ "is_enabled": true, "grant_types": ["client_credentials"], "client_type": "confidential" })),
    ];
    call(
        (application(), body).prop_map(|(id, body)| ("PATCH", format!("/applications/{id}"), body)),
    )
}

fn new_application() -> impl Strategy<Value = Step> {
    let fields = prop::collection::vec(field(), 0..=2);
    call((application(), fields).prop_map(|(id, fields)| {
        let own = [
            ("name", json!(id)),
            ("type", json!("m2m")),
            ("client_id", json!(id)),
        ];
        let fields = fields.into_iter().map(|(name, _, _, value)| (name, value));
        let body: Value = own
            .into_iter()
            .chain(fields)
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        ("POST", "/applications".to_owned(), body)
    }))
}

/// The management API as paths name it.
fn api() -> impl Strategy<Value = &'static str> {
    select(vec![
        "https%3A%2F%2Fissuer.example%2Fapi",
        "https%3A%2F%2Fissuer.example%2Fapi%2Fv1",
        "%7Bissuer%7D%2Fapi",
    ])
}

fn connection() -> impl Strategy<Value = Step> {
    call(
        (api(), application(), any::<bool>()).prop_map(|(api, id, leaves)| {
            let change = if leaves {
                json!({ "id": id, "operation": "delete" })
            } else {
                json!({ "id": id })
            };
            let body = json!({ "applications": [change] });
            ("PATCH", format!("/apis/{api}/applications"), body)
        }),
    )
}

/// A scope of the management API: those that matter most often.
pub(crate) fn scope() -> impl Strategy<Value = &'static str> {
    let all: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    prop_oneof![
        select(vec![
            "update:applications",
            "create:application_api_scopes",
            "create:application_secrets",
            "apply:registry",
            "read:applications",
            "added",
        ]),
        select::<&'static str>(all),
    ]
}

fn encoded(scope: &str) -> String {
    scope.replace(':', "%3A")
}

fn single_scope() -> impl Strategy<Value = Step> {
    let method = select(vec!["POST", "POST", "DELETE"]);
    call(
        (method, api(), application(), scope()).prop_map(|(method, api, id, scope)| {
            let path = format!("/apis/{api}/applications/{id}/scopes/{}", encoded(scope));
            (method, path, Value::Null)
        }),
    )
}

fn rotation() -> impl Strategy<Value = Step> {
    let overlap = select(vec![
        json!({}),
        json!({ "overlap_seconds": 3600 }),
        json!({ "overlap_seconds": 172_800 }),
    ]);
    call(
        (application(), overlap)
            .prop_map(|(id, body)| ("POST", format!("/applications/{id}/secrets"), body)),
    )
}

fn organization() -> impl Strategy<Value = Step> {
    let code = select(vec!["one", "two"]);
    call((code, 0..5_u8).prop_map(|(code, which)| {
        let path = format!("/organization/{code}");
        match which {
            0 => (
                "POST",
                "/organization".to_owned(),
                json!({ "name": code, "code": code }),
            ),
            1 | 2 => ("PATCH", path, json!({ "is_suspended": true })),
            3 => ("PATCH", path, json!({ "is_suspended": false })),
            _ => ("DELETE", path, Value::Null),
        }
    }))
}

/// Changes of the management API itself, and of an API that imitates it.
fn management_api() -> impl Strategy<Value = Step> {
    let change = select(vec![
        json!({ "signing_alg": "EdDSA" }),
        json!({ "signing_alg": "ES384" }),
        json!({ "signing_alg": "RS256" }),
        json!({ "claims": "kinde" }),
        json!({ "claims": "rfc9068" }),
        json!({ "token_lifetime": 59 }),
        json!({ "token_lifetime": 60 }),
        json!({ "introspection_clients": ["helper"] }),
        json!({ "name": "Another name" }),
    ]);
    let made = select(vec![
        "{issuer}/api/v1",
        "{issuer}/api",
        "https://issuer.example/api",
        "https://orders.example",
    ]);
    call(prop_oneof![
        2 => api().prop_map(|api| ("DELETE", format!("/apis/{api}"), Value::Null)),
        3 => (api(), change).prop_map(|(api, body)| ("PATCH", format!("/apis/{api}"), body)),
        1 => made.prop_map(|audience| {
            let body = json!({ "name": "API", "audience": audience, "scopes": [{ "key": "apply:registry" }] });
            ("POST", "/apis".to_owned(), body)
        }),
        1 => (api(), scope()).prop_map(|(api, scope)| {
            ("DELETE", format!("/apis/{api}/scopes/{}", encoded(scope)), Value::Null)
        }),
        1 => (api(), scope()).prop_map(|(api, scope)| ("POST", format!("/apis/{api}/scopes"), json!({ "key": scope }))),
        1 => (api(), scope()).prop_map(|(api, scope)| {
            ("PATCH", format!("/apis/{api}/scopes/{}", encoded(scope)), json!({ "description": "Other" }))
        }),
    ])
}

/// Properties, feature flags and lifetimes.
///
/// Their values are short, so that the tokens of an application do not become too long for verifiers.
fn values() -> impl Strategy<Value = Step> {
    let value = json!({ "value": "eu", "in_token": true });
    let property = json!({ "name": "Region", "key": "region", "type": "single_line_text", "context": "app", "is_private": false, "category_id": "cat_1" });
    call(prop_oneof![
        Just(("POST", "/properties".to_owned(), property)),
        Just(("DELETE", "/properties/region".to_owned(), Value::Null)),
        application().prop_map(move |id| (
            "PUT",
            format!("/applications/{id}/properties/region"),
            value.clone()
        )),
        Just((
            "PATCH",
            "/organizations/one/feature_flags/beta?value=true".to_owned(),
            Value::Null
        )),
        application().prop_map(|id| (
            "PATCH",
            format!("/applications/{id}"),
            json!({ "feature_flags": { "beta": true } })
        )),
        (application(), select(vec![1, 60])).prop_map(|(id, seconds)| (
            "PATCH",
            format!("/applications/{id}/tokens"),
            json!({ "access_token_lifetime": seconds })
        )),
    ])
}
