//! The answers that clients of another server's management API read: their members have the types that those clients declare (row K31).

use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::Server;

/// Two organizations, of which the first has feature flags of each type, and an application with a property of each type.
fn server() -> (Server, String) {
    let server = Server::start();
    let body = json!({
        "organization": [
            { "code": "org_acme", "name": "Acme", "feature_flags": { "beta": true, "seats": -12, "theme": "dark", "digits": "12", "empty": "" } },
            { "code": "org_other", "name": "Other" },
        ],
        "property": [
            { "key": "active", "name": "Active" },
            { "key": "shards", "name": "Shards" },
            { "key": "region", "name": "Region" },
        ],
        "application": [{
            "name": "Billing job", "client_id": "billing-job",
            "properties": { "active": false, "shards": 3, "region": "eu" },
        }],
    });
    server.done("POST", "/api/v1/apply", &body);
    let listed = server.get("/api/v1/applications?search=billing-job");
    let id = listed["applications"][0]["id"].as_str().unwrap().to_owned();
    (server, id)
}

/// The text of an answer.
fn text(server: &Server, path: &str) -> String {
    server.call("GET", path, &Value::Null).body
}

#[test]
fn k31_the_last_page_has_no_next_token() {
    let (server, _) = server();
    for list in ["apis", "applications", "organizations"] {
        let path = format!("/api/v1/{list}?page_size=1&sort=name_asc");
        let mut page = server.get(&path);
        while let Some(token) = page.get("next_token") {
            let token = token.as_str().unwrap();
            page = server.get(&format!("{path}&next_token={token}"));
        }
        let whole = server.get(&format!("/api/v1/{list}?page_size=100"));
        assert_eq!(whole.get("next_token"), None, "{whole}");
    }
}

#[test]
fn k31_the_value_of_a_feature_flag_is_a_string() {
    let (server, _) = server();
    let flags = server.get("/api/v1/organizations/org_acme/feature_flags");
    let expected = json!({
        "beta": { "type": "bool", "value": "true" },
        "seats": { "type": "int", "value": "-12" },
        "theme": { "type": "str", "value": "dark" },
        "digits": { "type": "str", "value": "12" },
        "empty": { "type": "str", "value": "" },
    });
    assert_eq!(flags["feature_flags"], expected);
    // The value can be sent as it was read.
    for (key, flag) in expected.as_object().unwrap() {
        let value = flag["value"].as_str().unwrap();
        let path = format!("/api/v1/organizations/org_acme/feature_flags/{key}?value={value}");
        server.done("PATCH", &path, &Value::Null);
    }
    let flags = server.get("/api/v1/organizations/org_acme/feature_flags");
    assert_eq!(flags["feature_flags"], expected);
}

#[test]
fn k31_the_value_of_a_property_is_a_string() {
    let (server, id) = server();
    let listed = server.get(&format!("/api/v1/applications/{id}/properties"));
    let values: Vec<(&Value, &Value)> = listed["properties"]
        .as_array()
        .unwrap()
        .iter()
        .map(|property| (&property["key"], &property["value"]))
        .collect();
    assert_eq!(
        values,
        [
            (&json!("active"), &json!("false")),
            (&json!("shards"), &json!("3")),
            (&json!("region"), &json!("eu")),
        ]
    );
    // The application has the values with their types, as its tokens do.
    let shown = server.get(&format!("/api/v1/applications/{id}"));
    assert_eq!(
        shown["application"]["properties"],
        json!({ "active": false, "shards": 3, "region": "eu" })
    );
}

#[test]
fn k31_the_code_of_an_organization_is_in_its_answer_once() {
    let (server, _) = server();
    let text = text(&server, "/api/v1/organization?code=org_acme");
    assert_eq!(text.matches(r#""code":"#).count(), 1, "{text}");
    let shown = server.get("/api/v1/organization?code=org_acme");
    assert_eq!(shown["code"], "org_acme");
    assert_eq!(shown["message"], "Success");
}
