//! The record of a refused request: it contains the client, the operation and the reason, but no text that the caller sent.

use m2m_admin::Prune;
use m2m_admin::http_api::{descriptions, openapi};
use m2m_authority::registry::generate_secret;
use m2m_errors::Cause;
use serde_json::{Map, Value, json};

use crate::managed::{MANAGER, ManagedServer};

const API: &str = "/api/v1/apis/https%3A%2F%2Fissuer.example%2Fapi";

/// A registry with one record of each kind, and an application with one scope of the management API.
const WORLD: &str = r#"
[[api]]
name = "Orders"
audience = "https://orders.example/api"
scopes = ["read:orders"]

[[organization]]
code = "org_a"
name = "A"

[[property]]
key = "region"
name = "Region"

[[property]]
key = "iban"
name = "Account"
private = true

[[application]]
name = "narrow"
client_id = "narrow"
authorize = [{ audience = "{issuer}/api", scopes = ["create:application_api_scopes"] }]

[[application]]
name = "target"
client_id = "target"
properties = { region = "eu", iban = "DE02 1203 0000 0000 2020 51" }
"#;

fn server() -> ManagedServer {
    let mut server = ManagedServer::new();
    server.apply(WORLD, Prune::Keep).unwrap();
    server
}

#[test]
fn f7_x24_every_refusal_of_an_authenticated_caller_is_logged_with_trace_id_caller_operation_and_cause()
 {
    let mut server = server();
    let own = format!("{API}/applications/narrow/scopes/apply%3Aregistry");
    let null = Value::Null;
    for (client_id, method, path, body, expected) in [
        (
            "narrow",
            "POST",
            &*own,
            &null,
            (403, "SCOPE_BEYOND_TOKEN", Cause::ScopeBeyondToken),
        ),
        (
            MANAGER,
            "DELETE",
            "/api/v1/applications/manager",
            &null,
            (409, "MANAGEMENT_PROTECTED", Cause::ManagementProtected),
        ),
        (
            MANAGER,
            "POST",
            "/api/v1/apis",
            &json!({ "name": 1 }),
            (400, "FIELD_INVALID", Cause::FieldInvalid),
        ),
        (
            MANAGER,
            "GET",
            "/api/v1/apis/x",
            &null,
            (404, "API_NOT_FOUND", Cause::ApiNotFound),
        ),
        (
            MANAGER,
            "GET",
            "/api/v1/nothing",
            &null,
            (404, "PATH_UNKNOWN", Cause::PathUnknown),
        ),
        (
            MANAGER,
            "PUT",
            "/api/v1/apis",
            &null,
            (405, "METHOD_NOT_ALLOWED", Cause::MethodNotAllowed),
        ),
        (
            "narrow",
            "GET",
            "/api/v1/apis",
            &null,
            (403, "SCOPE_INSUFFICIENT", Cause::ScopeInsufficient),
        ),
    ] {
        let (status, answer) = server.call(client_id, method, path, body);
        let (expected_status, code, cause) = expected;
        assert_eq!(status, expected_status, "{method} {path}: {answer}");
        assert_eq!(answer["errors"][0]["code"], code, "{answer}");
        assert_eq!(answer["trace_id"].as_str().unwrap().len(), 32, "{answer}");
        let refused = server.refused().unwrap();
        assert_eq!((refused.cause, &*refused.code), (cause, code));
        assert_eq!(refused.status, status);
        assert_eq!(refused.client_id.as_deref(), Some(client_id));
        let has_operation = !matches!(cause, Cause::PathUnknown | Cause::MethodNotAllowed);
        assert_eq!(refused.operation.is_some(), has_operation, "{refused:?}");
    }
    let (status, answer) = server.call_with(
        MANAGER,
        "POST",
        "/api/v1/apis",
        "text/plain",
        "name".to_owned(),
    );
    assert_eq!(status, 415, "{answer}");
    let refused = server.refused().unwrap();
    assert_eq!(&*refused.code, "MEDIA_TYPE_UNSUPPORTED");
    assert_eq!(refused.operation, Some("createApi"));
}

#[test]
fn f7_a_refusal_names_the_wrong_field_if_it_is_a_field_of_the_api() {
    let mut server = server();
    for (body, expected) in [
        (json!({ "name": 1 }), "name: expected a string"),
        (
            json!({ "name": "a", "type": "m2m", "my-own": 1 }),
            "…: unknown field",
        ),
        (json!({ "type": "m2m" }), "name: is missing"),
    ] {
        server.call(MANAGER, "POST", "/api/v1/applications", &body);
        let reason = server.refused().unwrap().reason.clone().unwrap();
        assert!(reason.starts_with(expected), "{body}: {reason}");
    }
}

/// Sends a text in each place of each operation, and returns the stored records of the refusals.
fn planted(server: &mut ManagedServer, text: &str) -> Vec<String> {
    let document = openapi();
    let mut kept = Vec::new();
    let mut send = |method: &str, path: &str, content_type: &str, body: &Value| {
        let raw = body.as_str().map(str::to_owned);
        let body = match raw {
            Some(raw) => raw,
            None if body.is_null() => String::new(),
            None => body.to_string(),
        };
        server.call_with(MANAGER, method, path, content_type, body);
        kept.extend(server.refused().map(|refused| format!("{refused:?}")));
    };
    for description in descriptions() {
        let method = description.method.as_str();
        let named = |value: &dyn Fn(&str) -> String| {
            let parts = description.path.split('/').map(|part| {
                let name = part
                    .strip_prefix('{')
                    .and_then(|part| part.strip_suffix('}'));
                name.map_or_else(|| part.to_owned(), value)
            });
            parts.collect::<Vec<_>>().join("/")
        };
        let of_text = named(&|_| text.to_owned());
        let real = named(&|name| match name {
            "application_id" => "target".to_owned(),
            "api_id" => "https%3A%2F%2Forders.example%2Fapi".to_owned(),
            "scope_id" => "read%3Aorders".to_owned(),
            "org_code" => "org_a".to_owned(),
            "property_key" | "property_id" => "region".to_owned(),
            _ => text.to_owned(),
        });
        // A query with the text as a name and as a value.
        send(
            method,
            &format!("{of_text}?{text}={text}"),
            "application/json",
            &Value::Null,
        );
        let operation = &document["paths"][description.path][method.to_lowercase()];
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] == "query" {
                let name = parameter["name"].as_str().unwrap();
                send(
                    method,
                    &format!("{real}?{name}={text}"),
                    "application/json",
                    &Value::Null,
                );
            }
        }
        send(method, &real, &format!("text/{text}"), &json!(text));
        let content = &operation["requestBody"]["content"]["application/json"];
        if content.is_null() || method == "DELETE" {
            continue;
        }
        let example = content["example"].as_object().cloned().unwrap_or_default();
        let fields = fields(&document, &content["schema"]);
        let names = fields
            .iter()
            .map(String::as_str)
            .chain([text, "client_secret"]);
        for name in names {
            for value in [
                json!(text),
                json!({ text: text }),
                json!([{ text: text, "id": text, "name": text, "audience": text }]),
            ] {
                let mut body: Map<String, Value> = example.clone();
                body.insert(name.to_owned(), value);
                for path in [&of_text, &real] {
                    send(
                        method,
                        path,
                        "application/json",
                        &Value::Object(body.clone()),
                    );
                }
            }
        }
        for raw in [
            format!("{{\"{text}\": 1, \"{text}\": 2}}"),
            format!("{{\"name\": {text}}}"),
            format!("[\"{text}\"]"),
        ] {
            send(method, &real, "application/json", &Value::String(raw));
        }
    }
    for world in [
        format!("[[application]]\nname = \"a\"\n{text} = \"{text}\""),
        format!("[[application]]\nname = \"a\"\nproperties = {{ \"{text}\" = \"{text}\" }}"),
        format!("[[application]]\nname = \"a\"\nauthorize = \"{text}\""),
        format!("[[application]]\nname = \"a\"\nauthorize = [{{ audience = \"{text}\" }}]"),
        format!("[[api]]\nname = \"a\"\naudience = \"{text}\"\nscopes = [\"a b {text}\"]"),
        format!("\"{text}"),
    ] {
        send(
            "POST",
            "/api/v1/apply",
            "application/toml",
            &Value::String(world),
        );
    }
    kept
}

/// Returns the names of the fields of a body.
fn fields(document: &Value, schema: &Value) -> Vec<String> {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let properties = schema["properties"].as_object();
    properties
        .into_iter()
        .flat_map(Map::keys)
        .cloned()
        .collect()
}

#[test]
fn x29_a_refusal_keeps_nothing_that_the_caller_sent() {
    for text in [
        "hunter2-CorrectHorse".to_owned(),
        generate_secret(&[9; 32]).to_string(),
    ] {
        let mut server = server();
        let kept = planted(&mut server, &text);
        assert!(kept.len() > 300, "{}", kept.len());
        for kept in kept {
            assert!(!kept.contains(&text), "{kept}");
        }
        if text.starts_with("m2m_") {
            // Accepted values are in the audit log.
            let events = events(&mut server);
            assert!(events.contains("[redacted]"), "{events}");
            assert!(!events.contains(&text), "{events}");
        }
    }
}

fn events(server: &mut ManagedServer) -> String {
    let path = "/api/v1/events?page_size=500";
    let (status, events) = server.call(MANAGER, "GET", path, &Value::Null);
    assert_eq!(status, 200, "{events}");
    events.to_string()
}

#[test]
fn x29_no_credential_is_in_the_audit_log_wherever_it_was_sent() {
    let mut server = server();
    let secret = generate_secret(&[9; 32]);
    let body = json!({
        "name": format!("job {}", *secret), "type": "m2m",
        "description": "Bearer abcDEF123456ghi",
        "feature_flags": { "flag": &*secret },
    });
    let (status, answer) = server.call(MANAGER, "POST", "/api/v1/applications", &body);
    assert_eq!(status, 201, "{answer}");
    let events = events(&mut server);
    assert!(events.contains("job [redacted]"), "{events}");
    assert!(events.contains("Bearer [redacted]"), "{events}");
    assert!(!events.contains(&*secret));
}

#[test]
fn x29_values_of_private_properties_are_not_in_the_events() {
    let mut server = server();
    let (_, events) = server.call(MANAGER, "GET", "/api/v1/events?name=target", &Value::Null);
    let after = &events["events"][0]["after"];
    assert_eq!(after["properties"]["region"], "eu", "{events}");
    assert_eq!(after["properties"]["iban"], "[private]", "{events}");
    // The value of a property that no longer exists, and may have been private, is not kept either.
    server.call(
        MANAGER,
        "PATCH",
        "/api/v1/applications/target",
        &json!({ "properties": {} }),
    );
    let (status, answer) =
        server.call(MANAGER, "DELETE", "/api/v1/properties/region", &Value::Null);
    assert_eq!(status, 200, "{answer}");
    let (_, events) = server.call(MANAGER, "GET", "/api/v1/events?name=target", &Value::Null);
    assert!(!events.to_string().contains("2020 51"), "{events}");
    assert!(!events.to_string().contains("\"eu\""), "{events}");
}

#[test]
fn x29_reading_the_hashes_of_secrets_leaves_an_event() {
    let mut server = server();
    let hashes = |server: &mut ManagedServer| {
        let path = "/api/v1/events?subject=secret_hashes";
        let (_, events) = server.call(MANAGER, "GET", path, &Value::Null);
        events["events"].as_array().unwrap().clone()
    };
    server.call(MANAGER, "GET", "/api/v1/export", &Value::Null);
    assert!(hashes(&mut server).is_empty());
    let path = "/api/v1/export?with_secret_hashes=true";
    let (status, answer) = server.call(MANAGER, "GET", path, &Value::Null);
    assert_eq!(status, 200, "{answer}");
    let events = hashes(&mut server);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["action"], "read");
    assert_eq!(events[0]["actor"], MANAGER);
    assert_eq!(events[0]["trace_id"].as_str().unwrap().len(), 32);
}
