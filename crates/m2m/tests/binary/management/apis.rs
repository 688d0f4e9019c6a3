//! `m2m api`, `m2m organization` and `m2m maintenance`.

use serde_json::{Value, json};

use crate::fake::{Fake, ok};

#[test]
fn apis_are_listed_shown_and_made() {
    let api = json!({
        "id": "1", "name": "Orders", "audience": "https://orders.example/api", "is_management_api": false,
        "scopes": [{ "id": "2", "key": "read:orders", "description": "Read" }],
        "applications": [{ "id": "3", "name": "Billing job", "type": "m2m", "is_active": true }],
    });
    let fake = Fake::new([
        ok(&json!({ "apis": [api], "next_token": null })),
        ok(&json!({ "api": api })),
        ok(&json!({ "api": { "id": "9" } })),
        ok(&json!({ "scope": { "id": "5" } })),
        ok(&json!({ "scope": { "id": "6" } })),
    ]);
    let shown = fake.good(&["api", "list"]);
    assert!(
        shown.contains("Orders  https://orders.example/api  read:orders  1"),
        "{shown}"
    );
    let shown = fake.good(&["api", "show", "https://orders.example/api"]);
    for expected in ["read:orders  Read", "Billing job  yes     3"] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let shown = fake.good(&[
        "api",
        "create",
        "Orders",
        "https://orders.example/api",
        "--scope",
        "a b",
    ]);
    assert_eq!(shown, "made \"Orders\": id 9\n");
    assert_eq!(
        fake.lines(),
        [
            "GET /api/v1/apis?expand=scopes&page_size=100",
            "GET /api/v1/apis/https%3A%2F%2Forders.example%2Fapi",
            "POST /api/v1/apis",
            "POST /api/v1/apis/9/scopes",
            "POST /api/v1/apis/9/scopes",
        ]
    );
    assert_eq!(
        fake.json(2),
        json!({ "name": "Orders", "audience": "https://orders.example/api" })
    );
    assert_eq!(fake.json(4), json!({ "key": "b" }));
}

#[test]
fn scopes_are_added_and_removed() {
    let fake = Fake::new(vec![ok(&json!({})); 2]);
    fake.good(&[
        "api",
        "scope",
        "add",
        "1",
        "cancel:orders",
        "--description",
        "Cancel",
    ]);
    fake.good(&["api", "scope", "remove", "1", "cancel:orders"]);
    assert_eq!(
        fake.lines(),
        [
            "POST /api/v1/apis/1/scopes",
            "DELETE /api/v1/apis/1/scopes/cancel%3Aorders"
        ]
    );
    assert_eq!(
        fake.json(0),
        json!({ "key": "cancel:orders", "description": "Cancel" })
    );
}

#[test]
fn organizations_are_looked_after() {
    let acme = json!({
        "code": "org_acme", "name": "Acme", "handle": null, "external_id": "crm", "is_suspended": true,
    });
    let fake = Fake::new([
        ok(&json!({ "organizations": [acme], "next_token": "" })),
        ok(&acme),
        ok(&acme),
        ok(&json!({ "organization": { "code": "org_1" } })),
        ok(&json!({})),
        ok(&json!({})),
        ok(&json!({})),
    ]);
    let shown = fake.good(&["organization", "list"]);
    assert!(shown.contains("Acme  org_acme  yes        crm"), "{shown}");
    let shown = fake.good(&["organization", "show", "org_acme"]);
    assert!(shown.contains("suspended    yes"), "{shown}");
    let json = fake.good(&["organization", "show", "org_acme", "--output", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), acme);
    let shown = fake.good(&["organization", "create", "Acme", "--external-id", "crm"]);
    assert_eq!(shown, "made \"Acme\": code org_1\n");
    fake.good(&["organization", "update", "org_acme", "--name", "B"]);
    fake.good(&["organization", "suspend", "org_acme"]);
    fake.good(&["organization", "resume", "org_acme"]);
    assert_eq!(fake.lines()[1], "GET /api/v1/organization?code=org_acme");
    assert_eq!(
        fake.json(3),
        json!({ "name": "Acme", "external_id": "crm" })
    );
    assert_eq!(fake.json(4), json!({ "name": "B" }));
    assert_eq!(fake.json(5), json!({ "is_suspended": true }));
    assert_eq!(fake.json(6), json!({ "is_suspended": false }));
    assert_eq!(fake.lines()[6], "PATCH /api/v1/organization/org_acme");
}

#[test]
fn maintenance_is_switched() {
    let fake = Fake::new(vec![ok(&json!({ "message": "Callers get 503" })); 2]);
    assert_eq!(fake.good(&["maintenance", "on"]), "Callers get 503\n");
    let json = fake.good(&["maintenance", "off", "--output", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["code"], "OK");
    assert_eq!(fake.json(0), json!({ "on": true }));
    assert_eq!(fake.json(1), json!({ "on": false }));
    assert_eq!(fake.lines(), ["PUT /api/v1/maintenance"; 2]);
}

/// An answer with every member that the OpenAPI document has under this pointer, and a text for each of them.
fn answer_of(schema: &str) -> Value {
    let document = m2m_admin::http_api::openapi();
    let pointer = format!("/components/schemas/{schema}/properties");
    let members = document.pointer(&pointer).unwrap().as_object().unwrap();
    let members = members.keys();
    members
        .map(|member| (member.clone(), json!(format!("the {member}"))))
        .collect()
}

#[test]
fn every_member_of_an_answer_is_shown() {
    for (command, member, schema, lists) in [
        (
            "application",
            "application",
            "ApplicationShown",
            &["apis"][..],
        ),
        ("api", "api", "ApiShown", &["applications", "scopes"]),
        ("organization", "", "OrganizationAnswer", &[]),
    ] {
        let mut record = answer_of(schema);
        for list in lists {
            assert!(record.as_object_mut().unwrap().remove(*list).is_some());
        }
        let answer = match member {
            "" => record.clone(),
            member => json!({ member: record }),
        };
        let shown = Fake::new([ok(&answer)]).good(&[command, "show", "one"]);
        for text in record.as_object().unwrap().values() {
            let text = text.as_str().unwrap();
            assert!(shown.contains(text), "{text}: {shown}");
        }
    }
}
