//! Scopes guard fields: each pair of a scope and a field of a request, on every operation of the management API.

use std::collections::{BTreeMap, BTreeSet};

use crate::managed::ManagedServer;
use m2m_admin::http_api::{Description, descriptions, openapi};
use m2m_admin::management::SCOPES;
use m2m_admin::{Needs, Part, Prune};
use m2m_store::Version;
use serde_json::{Map, Value, json};

/// One part of a request for an operation, with a request that contains only this part and the required ones.
struct Sample {
    operation: Description,
    part: String,
    query: &'static str,
    body: Value,
    /// All scopes that the request needs.
    needs: BTreeSet<&'static str>,
}

#[test]
fn f8_each_pair_of_scope_and_field_is_allowed_or_refused_as_declared() {
    let samples = samples();
    let mut callers = Callers::of(&samples);
    let mut failures = Vec::new();
    for sample in &samples {
        let needs: Vec<&str> = sample.needs.iter().copied().collect();
        // With each scope alone, without each of the required scopes, and with exactly the required scopes.
        let alone = SCOPES.iter().map(|(scope, _)| vec![*scope]);
        let one_less = needs.iter().map(|scope| {
            let others = needs.iter().copied();
            others.filter(|own| own != scope).collect()
        });
        let exactly = core::iter::once(needs.clone());
        for scopes in alone.chain(one_less).chain(exactly) {
            if scopes.is_empty() {
                continue;
            }
            let is_allowed = needs.iter().all(|needed| scopes.contains(needed));
            let token = callers.token(&scopes);
            if sample.is_admitted(callers.server(), &token) != is_allowed {
                let expected = if is_allowed { "allowed" } else { "refused" };
                failures.push(format!(
                    "{} of {} with {scopes:?}: not {expected}",
                    sample.part, sample.operation.id
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(samples.len() > 100, "{} samples", samples.len());
}

/// A server with an application for each set of scopes, and the tokens of these applications.
struct Callers {
    first: ManagedServer,
    tokens: BTreeMap<Vec<&'static str>, String>,
    server: ManagedServer,
    untouched: Version,
}

impl Callers {
    fn of(samples: &[Sample]) -> Self {
        let mut sets: BTreeSet<Vec<&str>> = SCOPES.iter().map(|(scope, _)| vec![*scope]).collect();
        for sample in samples {
            sets.insert(sample.needs.iter().copied().collect());
            for scope in &sample.needs {
                let others = sample.needs.iter().copied();
                sets.insert(others.filter(|other| other != scope).collect());
            }
        }
        let mut file = WORLD.to_owned();
        for (number, scopes) in sets.iter().enumerate() {
            file.push_str(&format!(
                "[[application]]\nname = \"caller-{number}\"\nclient_id = \"caller-{number}\"\n\
                 authorize = [{{ audience = \"{{issuer}}/api\", scopes = {} }}]\n",
                json!(scopes)
            ));
        }
        let mut server = server(&file);
        let tokens = sets.into_iter().enumerate().map(|(number, scopes)| {
            let token = server.token(&format!("caller-{number}"));
            (scopes, token.unwrap())
        });
        Self {
            tokens: tokens.collect(),
            untouched: server.version(),
            server: server.copy(),
            first: server,
        }
    }

    fn token(&self, scopes: &[&'static str]) -> String {
        self.tokens
            .get(scopes)
            .expect("a token for each set of scopes")
            .clone()
    }

    /// Returns a server in the initial state. A token of one such server is valid at all of them.
    fn server(&mut self) -> &mut ManagedServer {
        if self.server.version() != self.untouched {
            self.server = self.first.copy();
        }
        &mut self.server
    }
}

const WORLD: &str = r#"
[[application]]
name = "target"
client_id = "target"
[[application]]
name = "connected"
client_id = "connected"
authorize = [{ audience = "https://orders.example", scopes = ["read"] }]
[[api]]
name = "Orders"
audience = "https://orders.example"
scopes = ["read", "write"]
[[organization]]
code = "org"
[[property]]
key = "region"
"#;

fn server(file: &str) -> ManagedServer {
    let mut server = ManagedServer::new();
    server.apply(file, Prune::Keep).unwrap();
    server
}

impl Sample {
    /// Returns true if the scopes of the token are enough for the request, whatever the outcome is otherwise.
    fn is_admitted(&self, server: &mut ManagedServer, token: &str) -> bool {
        let path = self
            .operation
            .path
            .replace("{api_id}", "https%3A%2F%2Forders.example")
            .replace("{scope_id}", "read")
            .replace("{application_id}", "target")
            .replace("{org_code}", "org")
            .replace("{property_id}", "region")
            .replace("{property_key}", "region")
            .replace("{feature_flag_key}", "beta")
            .replace("{secret_id}", "unknown")
            .replace("{trace_id}", "unknown");
        let body = if self.body.is_null() {
            String::new()
        } else {
            self.body.to_string()
        };
        let (status, answer) = server.call_bearing(
            token,
            None,
            self.operation.method.as_str(),
            &format!("{path}{}", self.query),
            "application/json",
            body,
        );
        let code = answer.pointer("/errors/0/code").and_then(Value::as_str);
        // Its members exclude each other, so that no request is valid with each of them.
        let is_exclusive = self.operation.id == "revokeToken";
        assert!(
            status < 500
                && (is_exclusive
                    || !matches!(
                        code,
                        Some("FIELD_INVALID" | "BODY_MALFORMED" | "SCOPE_BEYOND_TOKEN")
                    )),
            "{} of {}: {answer}",
            self.part,
            self.operation.id
        );
        if status != 403 {
            return true;
        }
        assert_eq!(code, Some("SCOPE_INSUFFICIENT"), "{answer}");
        false
    }
}

/// Returns every operation with its required fields only, and with each of its other fields.
fn samples() -> Vec<Sample> {
    let document = openapi();
    let mut samples = Vec::new();
    for operation in descriptions() {
        let schema = schema_of(&document, &operation);
        let required: BTreeSet<&str> = schema
            .and_then(|schema| schema.get("required")?.as_array())
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let least: Map<String, Value> = required
            .iter()
            .map(|name| ((*name).to_owned(), value_of(operation.id, name)))
            .collect();
        let members = schema.and_then(|schema| schema.get("properties")?.as_object());
        let optional = members.into_iter().flat_map(|members| members.keys());
        let optional = optional.filter(|name| !required.contains(&***name));
        let mut bodies = vec![("nothing more".to_owned(), least.clone())];
        for name in optional {
            let mut body = least.clone();
            body.insert(name.clone(), value_of(operation.id, name));
            bodies.push((name.clone(), body));
        }
        if operation.id == "updateApiApplications" {
            let gone = json!([{ "id": "connected", "operation": "delete" }]);
            let body = Map::from_iter([("applications".to_owned(), gone)]);
            bodies.push(("an item with operation".to_owned(), body));
        }
        for (part, body) in bodies {
            let body = match &schema {
                Some(_) => Value::Object(body),
                None => Value::Null,
            };
            samples.push(sample(&operation, part, query_of(operation.id), body));
        }
        if operation.id == "getReport" {
            for (part, query) in [
                ("kind=scopes", "?kind=scopes"),
                ("kind=secrets", "?kind=secrets"),
                ("kind=expiring", "?kind=expiring"),
            ] {
                samples.push(sample(&operation, part.to_owned(), query, Value::Null));
            }
        }
        if operation.id == "exportRegistry" {
            let part = "with_secret_hashes".to_owned();
            let query = "?with_secret_hashes=true";
            samples.push(sample(&operation, part, query, Value::Null));
        }
    }
    samples
}

fn sample(operation: &Description, part: String, query: &'static str, body: Value) -> Sample {
    let mut needs = BTreeSet::from([operation.scope]);
    for field in operation.fields {
        let is_set = match field.part {
            Part::Request => true,
            Part::Member(name) => body.get(name).is_some(),
            Part::Switch(name) => query.contains(name),
            Part::Choice { name, values } => values
                .iter()
                .any(|value| query.contains(&format!("{name}={value}"))),
            Part::ItemWith { list, member } => {
                items(&body, list).any(|item| item.get(member).is_some())
            }
            Part::ItemWithout { list, member } => {
                items(&body, list).any(|item| item.get(member).is_none())
            }
        };
        if is_set {
            needs.extend(match field.needs {
                Needs::Scopes(scopes) => scopes.to_vec(),
                Needs::EveryScope => SCOPES.iter().map(|(scope, _)| *scope).collect(),
            });
        }
    }
    Sample {
        operation: operation.clone(),
        part,
        query,
        body,
        needs,
    }
}

fn items<'b>(body: &'b Value, list: &str) -> impl Iterator<Item = &'b Value> {
    let items = body.get(list).and_then(Value::as_array);
    items.into_iter().flatten()
}

/// Returns the schema of the body, with its references resolved. A registry file is one field.
fn schema_of<'d>(document: &'d Value, operation: &Description) -> Option<&'d Value> {
    let method = operation.method.as_str().to_lowercase();
    let described = document.get("paths")?.get(operation.path)?.get(method)?;
    let schema = described.pointer("/requestBody/content/application~1json/schema")?;
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => document.pointer(reference.trim_start_matches('#')),
        None => Some(schema),
    }
}

/// Returns the parameters that a request for the operation requires.
fn query_of(operation: &str) -> &'static str {
    match operation {
        "getOrganization" => "?code=org",
        "setOrganizationFeatureFlag" => "?value=true",
        "applyRegistry" => "?dry_run=true",
        _ => "",
    }
}

/// Returns a valid value of the member. A member that is not known here is new: it needs a value here, and a decision about its scopes.
fn value_of(operation: &str, member: &str) -> Value {
    match (operation, member) {
        (_, "type") if operation.contains("Property") => json!("single_line_text"),
        (_, "type") => json!("m2m"),
        ("createOrganization", "feature_flags") => json!({ "beta": "bool" }),
        ("updateApiApplications", "applications") => json!([{ "id": "target" }]),
        (_, "scopes") => json!([{ "key": "read" }]),
        (_, "context") => json!("app"),
        ("createApplication", "apis") => {
            json!([{ "audience": "https://orders.example", "scopes": ["read"] }])
        }
        ("applyRegistry", "api" | "application" | "organization" | "property") => json!([]),
        (_, "is_enabled" | "is_private" | "is_system_user_allowed" | "is_suspended") => {
            json!(true)
        }
        (_, "on" | "emergency" | "in_token") => json!(false),
        (_, "client_type") => json!("confidential"),
        (_, "grant_types") => json!(["client_credentials"]),
        (_, "authentication_methods") => json!(["client_secret_basic"]),
        (_, "allowed_addresses" | "introspection_clients" | "token_properties") => json!([]),
        (_, "token_feature_flags") => json!([]),
        (_, "token_quota") => json!({ "tokens": 1, "per": "1h" }),
        (_, "not_before") => json!("2020-01-01T00:00:00Z"),
        (_, "expires_at") => json!("2100-01-01T00:00:00Z"),
        (_, "access_token_lifetime" | "token_lifetime") => json!(600),
        (_, "overlap_seconds" | "token_reuse_seconds") => json!(60),
        (_, "feature_flags") => json!({ "beta": true }),
        (_, "properties") => json!({ "region": "eu" }),
        (_, "secret_sha256") => json!("K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols="),
        (_, "signing_alg" | "algorithm") => json!("ES256"),
        (_, "claims") => json!("rfc9068"),
        (_, "org_code") => json!("org"),
        (_, "refresh_token_lifetime" | "id_token_lifetime" | "authenticated_session_lifetime") => {
            json!(60)
        }
        (_, "is_hasura_mapping_enabled") => json!(true),
        (_, "private_key") => json!("no key"),
        // The field decides, and whether the token is a valid one does not.
        (_, "token") => json!("a.b.c"),
        (_, "audience") => json!("https://new.example"),
        (_, "default_audience") => json!("https://orders.example"),
        (
            _,
            "name" | "description" | "owner" | "contact" | "purpose" | "key" | "code" | "handle"
            | "external_id" | "client_id" | "system_user" | "category_id" | "kid" | "value"
            | "scope" | "jti",
        ) => json!("some"),
        // These members may be present, and have no effect.
        (_, name) if is_ignored(name) => json!("some"),
        (operation, member) => {
            panic!("the scopes that {member} of {operation} requires are not declared")
        }
    }
}

/// Members that other servers know and that have no meaning for machines.
fn is_ignored(name: &str) -> bool {
    [
        "_color",
        "_dark",
        "_uri",
        "_uris",
        "_key",
        "_code",
        "sender_",
        "billing_",
        "is_allow_",
        "is_auto_",
        "is_create_",
        "is_enable_",
        "is_enforce_",
        "allowed_domains",
    ]
    .iter()
    .any(|part| name.contains(part))
}
