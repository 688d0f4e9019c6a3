//! The OpenAPI document, generated from the operations.

mod scopes;

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use m2m_api::{Body as _, BodyForm, Content, Method, Operation, Versioning};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::links::links;
use super::request::Received;
use super::table::descriptions;
use crate::{World, management};

/// Returns true if the OpenAPI document has a field or a parameter of this name.
pub(super) fn is_documented(name: &str) -> bool {
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

/// Returns the OpenAPI 3.1 document of the management API.
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
            "description": "Manages the APIs, applications, organizations, properties and signing keys of a server, and shows its audit \
                log and the diagnoses of refused requests. Every success has `code` and `message`; every failure is \
                `{\"errors\": [{\"code\", \"message\"}]}`. Each operation needs the scope under `security`; the fields under \
                `x-field-scopes` need further scopes.",
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
    /// The schemas of requests: members that may be left out are optional.
    read: SchemaGenerator,
    /// The schemas of answers: members that are always present are required.
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
        let mut written = self.written.take_definitions(true);
        written.values_mut().for_each(absent_is_never_null);
        all.extend(written);
        all.insert("Refused".to_owned(), refused());
        all.insert("TokenRefused".to_owned(), token_refused());
        all
    }
}

/// Returns the operation object of an operation.
pub(super) fn operation<O: Operation>(schemas: &mut Schemas) -> Value {
    let tag = O::SPEC.path.split('/').nth(3).unwrap_or_default();
    let mut operation = json!({
        "operationId": O::SPEC.id,
        "summary": O::SPEC.summary,
        "description": format!("{}. {}", O::SPEC.summary, scopes::description::<O>()),
        "tags": [if tag == "organization" { "organizations" } else { tag }],
        "security": [{ "management": [O::SPEC.scope] }],
        "parameters": parameters::<O>(&mut schemas.read),
        "responses": responses::<O>(schemas),
    });
    let body = body::<O>(&mut schemas.read);
    if let Some(operation) = operation.as_object_mut() {
        if let Some(body) = body {
            operation.insert("requestBody".to_owned(), body);
        }
        if let Some(fields) = scopes::of_fields::<O>() {
            operation.insert("x-field-scopes".to_owned(), fields);
        }
    }
    operation
}

/// Returns the request body object of an operation, if it takes a body.
fn body<O: Operation>(generator: &mut SchemaGenerator) -> Option<Value> {
    let example: Option<Value> = O::SPEC
        .example
        .map(|example| serde_json::from_str(example).unwrap_or_default());
    match O::Body::FORM {
        BodyForm::Nothing => None,
        BodyForm::Json => {
            let mut content = json!({ "schema": O::Body::schema(generator) });
            if let (Some(example), Some(content)) = (example, content.as_object_mut()) {
                content.insert("example".to_owned(), example);
            }
            // A body without required members may be left out.
            let is_required = O::Body::read(Received::NOTHING).is_err();
            Some(json!({ "required": is_required, "content": { Content::JSON: content } }))
        }
        BodyForm::RegistryDocument => Some(json!({
            "required": true,
            "content": {
                Content::JSON: {
                    "schema": generator.subschema_for::<World>(),
                    "example": example,
                },
                Content::TOML: {
                    "schema": { "type": "string", "minLength": 1, "format": "world-toml", "description": "The text of a `world.toml`." },
                    "example": "[[organization]]\ncode = \"org_acme\"\nname = \"Acme\"\n",
                },
            },
        })),
    }
}

fn parameters<O: Operation>(generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut parameters: Vec<Value> = O::SPEC
        .places()
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
            if !is_required && schema.get("type").is_none_or(|kind| kind != "boolean") {
                // A parameter without a value counts as omitted, except for a boolean: the caller may have meant it to be true.
                parameter.insert("allowEmptyValue".to_owned(), json!(true));
            }
            if schema.get("type").is_some_and(|kind| kind == "array") {
                // Each value is sent in a parameter of its own.
                parameter.insert("explode".to_owned(), json!(true));
            }
        }
        parameters.push(parameter);
    }
    if O::SPEC.versioning == Versioning::Compared {
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": false,
            "description": "The `ETag` of the record when it was read. If the record has changed since, the request is refused with 412.",
            "schema": { "type": "string" },
        }));
    }
    parameters
}

/// Removes null from the schema: a parameter is present or absent, but never null.
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

/// Removes null from the members that an answer may leave out: such a member is present or absent, but never null.
fn absent_is_never_null(schema: &mut Value) {
    let required: Vec<Value> = schema
        .get("required")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let members = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, member) in members.into_iter().flatten() {
        if !required.contains(&json!(name)) {
            without_null(member);
        }
    }
}

fn responses<O: Operation>(schemas: &mut Schemas) -> Value {
    let answer = schemas.written.subschema_for::<O::Answer>();
    let schema = if O::SPEC.answers_as_token_endpoint {
        json!(answer)
    } else {
        // The code of an organization has the place of the code of an answer.
        let code = if O::SPEC.has_own_code {
            json!({ "type": "string" })
        } else {
            json!({ "const": O::SPEC.code })
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
        "description": O::SPEC.message,
        "content": { "application/json": { "schema": schema } },
    });
    if let Some(success) = success.as_object_mut() {
        if O::SPEC.method == Method::Get && O::SPEC.versioning == Versioning::Tagged {
            let tag = json!({
                "description": "The version of the record, for `If-Match`.",
                "required": true,
                "schema": { "type": "string", "pattern": "^\"[A-Za-z0-9_-]+\"$" },
            });
            success.insert("headers".to_owned(), json!({ "ETag": tag }));
        }
        let links = links(O::SPEC.id);
        if !links.is_empty() {
            success.insert("links".to_owned(), links.into());
        }
    }
    let mut responses = Map::new();
    responses.insert(O::SPEC.status.to_string(), success);
    let takes_body = O::Body::FORM != BodyForm::Nothing;
    let compares = O::SPEC.versioning == Versioning::Compared;
    let always = [400, 401, 403, 405, 408, 413, 414, 431, 500, 503];
    let of_body: &[u16] = if takes_body { &[415] } else { &[] };
    let of_version: &[u16] = if compares { &[412] } else { &[] };
    let own = of_body.iter().chain(of_version).chain(O::SPEC.refusals);
    let statuses = always.iter().chain(own);
    for status in statuses {
        let found = REFUSALS.iter().find(|(own, _, _)| own == status);
        if let Some((_, name, description)) = found {
            let response =
                if O::SPEC.answers_as_token_endpoint && FROM_TOKEN_ENDPOINT.contains(status) {
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

/// The refusals by status: the name in the document, and the description.
const REFUSALS: &[(u16, &str, &str)] = &[
    (
        400,
        "Invalid",
        "The request is malformed or contains an invalid value. The message names the field.",
    ),
    (
        401,
        "Unauthorized",
        "The token is missing, malformed, expired, or not valid for this API (RFC 6750, section 3.1).",
    ),
    (
        403,
        "Forbidden",
        "The token lacks a scope that the operation or a field of the request needs, or the change would grant more than the token permits.",
    ),
    (404, "NotFound", "The record does not exist."),
    (
        405,
        "MethodNotAllowed",
        "The path does not support the method. `Allow` lists the supported methods.",
    ),
    (408, "TimedOut", "The body was not received in time."),
    (
        409,
        "Conflict",
        "The request conflicts with other records or with the current state of the server.",
    ),
    (
        412,
        "VersionChanged",
        "The record has changed since the version that `If-Match` names.",
    ),
    (
        413,
        "TooLarge",
        "The body is larger than the operation accepts.",
    ),
    (
        414,
        "AddressTooLong",
        "The request URL is longer than 8000 bytes.",
    ),
    (
        415,
        "MediaTypeUnsupported",
        "The operation does not accept the media type of the body, or the body is compressed.",
    ),
    (
        429,
        "TooManyRequests",
        "There were too many requests, or a token quota is exceeded. `Retry-After` states when to try again.",
    ),
    (
        431,
        "HeaderTooLarge",
        "The header fields are larger than 16 KiB in total.",
    ),
    (
        500,
        "InternalError",
        "An internal error. The log of the server has the details under the trace id.",
    ),
    (
        503,
        "Unavailable",
        "The registry cannot be read or written at the moment, or the server is overloaded.",
    ),
];

/// The statuses with which the token endpoint refuses.
const FROM_TOKEN_ENDPOINT: [u16; 6] = [400, 401, 403, 429, 500, 503];

/// The statuses of requests that the server may not have read.
const UNREAD: [u16; 3] = [408, 414, 431];

/// The tags of operations, with their descriptions.
const TAGS: &[(&str, &str)] = &[
    ("environment", "The server itself."),
    (
        "apis",
        "APIs, their scopes, and the applications that are authorized for them.",
    ),
    (
        "applications",
        "Applications, their secrets and properties, and test tokens.",
    ),
    (
        "tokens",
        "Tokens that were issued, whichever application they were issued to.",
    ),
    (
        "properties",
        "Definitions of the properties that applications can have and tokens can carry.",
    ),
    (
        "organizations",
        "Organizations, which are labels in the tokens of their applications. They are not tenants of this API: an application \
         that manages the server manages all of it, even if it belongs to an organization.",
    ),
    ("keys", "Signing keys of tokens."),
    ("events", "The audit log of changes."),
    ("diagnoses", "The reasons why requests were refused."),
    ("report", "What is not used, and what expires next."),
    (
        "maintenance",
        "Maintenance mode, in which callers are answered with 503.",
    ),
    ("apply", "Changes the registry to match a file."),
    ("export", "Returns the registry as a file."),
];

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn refusal(status: u16, description: &str) -> Value {
    if UNREAD.contains(&status) {
        // Such a request may be refused before its path is known, so that the answer may have either form.
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
        405 => json!({ "Allow": header("The methods that the path supports.", true) }),
        429 | 503 => {
            json!({ "Retry-After": header("The number of seconds to wait before the next attempt.", false) })
        }
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
        "description": "A refusal. Nothing was changed, unless the code is `CHANGE_UNKNOWN`.",
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
            "trace_id": { "type": "string", "description": "The trace id, which identifies the refusal in the log of the server." },
            "mistake": {
                "type": "object",
                "description": "The place of a mistake in a `world.toml`. Unit: bytes from its beginning.",
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
        "description": "A refusal of the token endpoint (RFC 6749, section 5.2).",
        "properties": {
            "error": { "type": "string" },
            "error_description": { "type": "string" },
            "error_uri": { "type": "string" },
            "trace_id": { "type": "string", "description": "The trace id, which identifies the refusal in the log of the server." },
        },
        "required": ["error"],
    })
}

/// Returns the schema of a name in a path. Other names do not exist.
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

/// Returns the description of a placeholder in a path.
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
