//! Paths, methods and scopes, as in the OpenAPI document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::access::{document, operations, plausible};
use crate::server::ManagementCalls as _;
use crate::server::{Server, claims};

/// Returns the scopes of all fields that require more than the scope of their operation.
fn field_scopes(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    let fields = operations.filter_map(|operation| operation["x-field-scopes"].as_array());
    let scopes = fields
        .flatten()
        .flat_map(|field| field["scopes"].as_array().unwrap());
    scopes
        .map(|scope| scope.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_scopes_of_the_document_are_those_of_the_management_api() {
    let server = Server::start();
    let document = document(&server);
    let mut needed: BTreeSet<String> = operations(&document)
        .into_iter()
        .map(|operation| operation.scope)
        .collect();
    needed.extend(field_scopes(&document));
    let flow =
        &document["components"]["securitySchemes"]["management"]["flows"]["clientCredentials"];
    let offered: BTreeSet<String> = flow["scopes"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let apis = server.get("/api/v1/apis?expand=scopes");
    let [record] = apis["apis"].as_array().unwrap().as_slice() else {
        panic!("expected one API: {apis}")
    };
    assert_eq!(record["is_management_api"], true);
    assert_eq!(record["audience"], format!("{}/api", server.issuer()));
    let scopes = record["scopes"].as_array().unwrap().iter();
    let recorded: BTreeSet<String> = scopes
        .map(|scope| scope["key"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(needed, recorded);
    assert_eq!(offered, recorded);
    // The first application has all scopes.
    let granted = claims(&server.token);
    let granted: BTreeSet<String> = granted["scope"]
        .as_str()
        .unwrap()
        .split(' ')
        .map(ToOwned::to_owned)
        .collect();
    assert_eq!(granted, recorded);
}

#[test]
fn g5_every_path_lists_its_methods_for_an_unsupported_one() {
    for profile in ["rfc", "generic"] {
        let server = Server::in_profile(profile);
        let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for operation in operations(&document(&server)) {
            let methods = allowed.entry(operation.form).or_default();
            if operation.method == "GET" {
                methods.insert("HEAD".to_owned());
            }
            methods.insert(operation.method);
        }
        for form in allowed.keys() {
            // A path without a placeholder may also be that of a record with this name.
            let path = plausible(form);
            let same = allowed.iter().filter(|(own, _)| is_of_form(&path, own));
            let methods: BTreeSet<&String> = same.flat_map(|(_, methods)| methods).collect();
            let allow = methods
                .iter()
                .map(|own| &***own)
                .collect::<Vec<_>>()
                .join(", ");
            for method in [
                "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW",
            ] {
                if methods.iter().any(|own| *own == method) {
                    continue;
                }
                let answer = server.call(method, &path, &Value::Null);
                assert_eq!(
                    answer.header("allow"),
                    Some(&*allow),
                    "{method} {form}: {answer:?}"
                );
                answer.refusal((405, "METHOD_NOT_ALLOWED"));
            }
        }
    }
}

/// Returns true if the path is one of this form.
fn is_of_form(path: &str, form: &str) -> bool {
    let (path, form): (Vec<&str>, Vec<&str>) =
        (path.split('/').collect(), form.split('/').collect());
    let mut parts = path.iter().zip(&form);
    path.len() == form.len() && parts.all(|(part, own)| part == own || own.starts_with('{'))
}

#[test]
fn g4_an_unknown_path_of_the_management_api_is_answered_in_json() {
    let server = Server::in_profile("generic");
    for operation in operations(&document(&server)) {
        let path = operation.path;
        for unknown in [
            format!("{path}/"),
            format!("{path}/nothing-at-all/here"),
            format!("{path}//"),
        ] {
            let answer = server.call(&operation.method, &unknown, &Value::Null);
            answer.refusal((404, "PATH_UNKNOWN"));
        }
    }
    for unknown in ["/api/v1/", "/api/v1/apis/%zz", "/api/v1/../v1/apis"] {
        let answer = server.call("GET", unknown, &Value::Null);
        assert_eq!(answer.status, 404, "{unknown} {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}
