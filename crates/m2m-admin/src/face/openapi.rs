//! The OpenAPI document, read off the operations.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use http::Method;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::links::links;
use super::request::RequestBody as _;
use super::table::descriptions;
use crate::management;
use crate::operation::Operation;

/// True if the OpenAPI document has a field or a parameter of this name.
pub(crate) fn is_documented(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let mut names = HashSet::from(["body".to_owned(), "query".to_owned()]);
        collect_names(&openapi(), &mut names);
        names
    });
    NAMES.contains(name)
}

/// Collects the names of all fields and parameters of a document.
fn collect_names(value: &Value, names: &mut HashSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get("properties") {
                names.extend(properties.keys().cloned());
            }
            if let (Some(Value::String(name)), Some(_)) = (members.get("name"), members.get("in")) {
                names.insert(name.clone());
            }
            members
                .values()
                .for_each(|member| collect_names(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The OpenAPI 3.1 document of the management API.
///
/// Source: [OpenAPI Specification 3.1](https://spec.openapis.org/oas/v3.1.0).
#[must_use]
pub fn openapi() -> Value {
    let mut schemas = Schemas::new();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for description in descriptions() {
        let operation = (description.describe)(&mut schemas);
        let path = paths.entry(description.path).or_default();
        path.insert(description.method.as_str().to_lowercase(), operation);
    }
    let tags: Vec<Value> = TAGS
        .iter()
        .map(|(name, description)| json!({ "name": name, "description": description }))
        .collect();
    let scopes: BTreeMap<&str, &str> = management::SCOPES.iter().copied().collect();
    let refusals: Map<String, Value> = REFUSALS
        .iter()
        .map(|(status, name, description)| ((*name).to_owned(), refusal(*status, description)))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "m2m management API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Who may call what: APIs, applications, organizations, and what became of requests. Every \
                success carries `code` and `message`; every failure is `{\"errors\": [{\"code\", \"message\"}]}`.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The issuer" }],
        "security": [{ "management": [] }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas.definitions(),
            "responses": refusals,
            "securitySchemes": {
                "management": {
                    "type": "oauth2",
                    "description": "A token of this server for the audience `{issuer}/api`.",
                    "flows": { "clientCredentials": { "tokenUrl": "/oauth2/token", "scopes": scopes } },
                },
            },
        },
    })
}

/// The schemas that operations refer to.
pub(super) struct Schemas {
    /// Of what is read: what may be left out is optional.
    read: SchemaGenerator,
    /// Of what is answered: what is always there is required.
    written: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12()
                .with(|settings| settings.definitions_path = "/components/schemas".into())
        };
        Self {
            read: settings().into_generator(),
            written: settings().for_serialize().into_generator(),
        }
    }

    fn definitions(mut self) -> Map<String, Value> {
        let mut all = self.read.take_definitions(true);
        all.extend(self.written.take_definitions(true));
        all.insert("Refused".to_owned(), refused());
        all.insert("TokenRefused".to_owned(), token_refused());
        all
    }
}

/// The operation object of an operation.
pub(super) fn operation<O: Operation>(schemas: &mut Schemas) -> Value {
    let tag = O::PATH.split('/').nth(3).unwrap_or_default();
    let mut operation = json!({
        "operationId": O::ID,
        "summary": O::SUMMARY,
        "description": format!("{}. Needs the scope `{}`.", O::SUMMARY, O::SCOPE),
        "tags": [if tag == "organization" { "organizations" } else { tag }],
        "security": [{ "management": [O::SCOPE] }],
        "parameters": parameters::<O>(&mut schemas.read),
        "responses": responses::<O>(schemas),
    });
    let body = O::Body::describe(&mut schemas.read, O::EXAMPLE);
    if let (Some(body), Some(operation)) = (body, operation.as_object_mut()) {
        operation.insert("requestBody".to_owned(), body);
    }
    operation
}

fn parameters<O: Operation>(generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut parameters: Vec<Value> = O::PATH
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({
                "name": name, "in": "path", "required": true, "description": place(name),
                "schema": named(name),
            })
        })
        .collect();
    let query = O::Query::json_schema(generator);
    let required: Vec<&str> = query
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let properties = query.get("properties").and_then(Value::as_object);
    for (name, schema) in properties.into_iter().flatten() {
        let mut schema = schema.clone();
        without_null(&mut schema);
        let description = schema
            .as_object_mut()
            .and_then(|schema| schema.remove("description"));
        let is_required = required.contains(&&**name);
        let mut parameter = json!({
            "name": name, "in": "query", "required": is_required,
            "description": description, "schema": schema,
        });
        if let Some(parameter) = parameter.as_object_mut() {
            if !is_required {
                // One without a value counts as omitted.
                parameter.insert("allowEmptyValue".to_owned(), json!(true));
            }
            if schema.get("type").is_some_and(|kind| kind == "array") {
                // Each value in a parameter of its own.
                parameter.insert("explode".to_owned(), json!(true));
            }
        }
        parameters.push(parameter);
    }
    if O::REFUSALS.contains(&412) {
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": false,
            "description": "The `ETag` under which the record was read: if it has changed since, nothing is done.",
            "schema": { "type": "string" },
        }));
    }
    parameters
}

/// A parameter is there or not; it is never null.
fn without_null(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|one| one != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            schema.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|one| one != "null"));
        if let [Value::Object(choice)] = choices.as_slice() {
            let choice = choice.clone();
            schema.remove("anyOf");
            for (name, value) in choice {
                schema.entry(name).or_insert(value);
            }
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
}

fn responses<O: Operation>(schemas: &mut Schemas) -> Value {
    let answer = schemas.written.subschema_for::<O::Answer>();
    let schema = if O::ANSWERS_AS_TOKEN_ENDPOINT {
        json!(answer)
    } else {
        // The code of an organization stands where the code of an answer would.
        let own = schemas.written.root_schema_for::<O::Answer>();
        let code = match own.pointer("/properties/code") {
            Some(_) => json!({ "type": "string" }),
            None => json!({ "const": O::CODE }),
        };
        json!({
            "allOf": [
                {
                    "type": "object",
                    "properties": { "code": code, "message": { "type": "string" } },
                    "required": ["code", "message"],
                },
                answer,
            ],
        })
    };
    let mut success = json!({
        "description": O::MESSAGE,
        "content": { "application/json": { "schema": schema } },
    });
    if let Some(success) = success.as_object_mut() {
        if O::METHOD == Method::GET && O::HAS_ENTITY_TAG {
            let tag = json!({
                "description": "The version of the record, for `If-Match`.",
                "required": true,
                "schema": { "type": "string", "pattern": "^\"[A-Za-z0-9_-]+\"$" },
            });
            success.insert("headers".to_owned(), json!({ "ETag": tag }));
        }
        let links = links(O::ID);
        if !links.is_empty() {
            success.insert("links".to_owned(), links.into());
        }
    }
    let mut responses = Map::new();
    responses.insert(O::STATUS.to_string(), success);
    let takes_body = O::Body::describe(&mut schemas.read, None).is_some();
    let always = [400, 401, 403, 405, 408, 413, 414, 431, 500, 503];
    let of_body: &[u16] = if takes_body { &[415] } else { &[] };
    let statuses = always.iter().chain(of_body).chain(O::REFUSALS);
    for status in statuses {
        let found = REFUSALS.iter().find(|(own, _, _)| own == status);
        if let Some((_, name, description)) = found {
            let response = if O::ANSWERS_AS_TOKEN_ENDPOINT && FROM_TOKEN_ENDPOINT.contains(status) {
                refusal_of(
                    *status,
                    description,
                    &json!({ "anyOf": [reference("Refused"), reference("TokenRefused")] }),
                )
            } else {
                json!({ "$ref": format!("#/components/responses/{name}") })
            };
            responses.insert(status.to_string(), response);
        }
    }
    Value::Object(responses)
}

/// What a refusal may be, by status: its name in the document, and what it means.
const REFUSALS: &[(u16, &str, &str)] = &[
    (
        400,
        "Invalid",
        "Something in the request is none of its kind; the message names the member.",
    ),
    (
        401,
        "Unauthorized",
        "There is no token, or it is not good here (RFC 6750, section 3.1).",
    ),
    (
        403,
        "Forbidden",
        "The token lacks the scope of the operation.",
    ),
    (404, "NotFound", "There is no such record."),
    (
        405,
        "MethodNotAllowed",
        "The path has other methods; `Allow` names them.",
    ),
    (408, "TimedOut", "The body came too slowly."),
    (
        409,
        "Conflict",
        "It would break something that others rely on.",
    ),
    (
        412,
        "VersionChanged",
        "The record is no longer the one that `If-Match` names.",
    ),
    (
        413,
        "TooLarge",
        "The body is larger than the operation takes.",
    ),
    (
        414,
        "AddressTooLong",
        "The address is longer than 8000 bytes.",
    ),
    (
        415,
        "MediaTypeUnsupported",
        "The body is of a media type that the operation does not take.",
    ),
    (
        429,
        "TooManyRequests",
        "Too much of it; `Retry-After` says when to go on.",
    ),
    (
        431,
        "HeaderTooLarge",
        "The fields of the header are larger than 16 KiB together.",
    ),
    (
        500,
        "InternalError",
        "A defect of the server; its log has it under the trace id.",
    ),
    (
        503,
        "Unavailable",
        "The registry cannot be read or written now.",
    ),
];

/// The statuses with which the token endpoint refuses.
const FROM_TOKEN_ENDPOINT: [u16; 6] = [400, 401, 403, 429, 500, 503];

/// The statuses of requests that the server may not have read.
const UNREAD: [u16; 3] = [408, 414, 431];

/// What operations are about.
const TAGS: &[(&str, &str)] = &[
    ("environment", "What the server is."),
    ("apis", "What can be called, with which scopes, by whom."),
    (
        "applications",
        "Who calls, with what secrets and properties.",
    ),
    (
        "properties",
        "What applications can carry into their tokens.",
    ),
    ("organizations", "Whom applications can belong to."),
    ("keys", "What tokens are signed with."),
    ("events", "What was changed, by whom."),
    ("diagnoses", "Why requests were refused."),
    ("maintenance", "Whether callers are served."),
    ("apply", "The whole registry, from a file."),
    ("export", "The whole registry, as a file."),
];

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn refusal(status: u16, description: &str) -> Value {
    if UNREAD.contains(&status) {
        // Of these no more may have been read than that they are too much, and not what they ask for.
        let either = json!({ "anyOf": [reference("Refused"), reference("TokenRefused")] });
        return refusal_of(status, description, &either);
    }
    refusal_of(status, description, &reference("Refused"))
}

fn refusal_of(status: u16, description: &str, schema: &Value) -> Value {
    let header = |description: &str, is_required: bool| json!({ "description": description, "required": is_required, "schema": { "type": "string" } });
    let mut response = json!({
        "description": description,
        "content": { "application/json": { "schema": schema } },
    });
    let headers = match status {
        401 => json!({ "WWW-Authenticate": header("The challenge (RFC 6750, section 3).", true) }),
        403 => json!({ "WWW-Authenticate": header("The challenge (RFC 6750, section 3).", false) }),
        405 => json!({ "Allow": header("The methods of the path.", true) }),
        429 | 503 => json!({ "Retry-After": header("When to try again, in seconds.", false) }),
        _ => return response,
    };
    if let Some(response) = response.as_object_mut() {
        response.insert("headers".to_owned(), headers);
    }
    response
}

fn refused() -> Value {
    json!({
        "type": "object",
        "description": "Why nothing was done.",
        "properties": {
            "errors": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": { "code": { "type": "string" }, "message": { "type": "string" } },
                    "required": ["code", "message"],
                },
            },
            "trace_id": { "type": "string", "description": "The name under which the log has the refusal." },
            "mistake": {
                "type": "object",
                "description": "Where a world.toml is wrong, in bytes from its beginning.",
                "properties": {
                    "start": { "type": "integer", "minimum": 0 },
                    "end": { "type": "integer", "minimum": 0 },
                    "earlier": { "type": ["integer", "null"], "minimum": 0 },
                    "help": { "type": ["string", "null"] },
                },
                "required": ["start", "end", "earlier", "help"],
            },
        },
        "required": ["errors", "trace_id"],
    })
}

fn token_refused() -> Value {
    json!({
        "type": "object",
        "description": "Why there is no token (RFC 6749, section 5.2).",
        "properties": {
            "error": { "type": "string" },
            "error_description": { "type": "string" },
            "error_uri": { "type": "string" },
            "trace_id": { "type": "string", "description": "The name under which the log has the refusal." },
        },
        "required": ["error"],
    })
}

/// What a name in a path looks like. Another one names nothing.
fn named(name: &str) -> Value {
    match name {
        "api_id" => json!({
            "type": "string", "minLength": 1, "maxLength": 2048,
            "pattern": r#"^[^\s"\\\u0000-\u001f\u007f-\u009f]+$"#,
        }),
        "trace_id" => {
            json!({ "type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[0-9a-f-]+$" })
        }
        _ => json!({
            "type": "string", "minLength": 1, "maxLength": 256, "pattern": r"^[\x21-\x7e]{1,256}$",
        }),
    }
}

/// What stands at a place of a path.
fn place(name: &str) -> &'static str {
    match name {
        "api_id" => "The id of the API, or its audience, percent-encoded.",
        "scope_id" => "The id of the scope, or the scope itself, percent-encoded.",
        "application_id" => "The id of the application, or its client id, percent-encoded.",
        "property_id" => "The id of the property, or its key.",
        "property_key" => "The key of the property.",
        "org_code" => "The code of the organization.",
        "feature_flag_key" => "The key of the feature flag.",
        "secret_id" => "The id of the secret.",
        "trace_id" => "The trace id of a refusal.",
        _ => "",
    }
}
