//! `m2m api`, `m2m organization` and `m2m maintenance`.

use m2m_api::operations::{
    CreateApi, CreateApiScope, CreateOrganization, DeleteApiScope, GetApi, GetApplication,
    GetOrganization, ListApis, ListOrganizations, SetMaintenance, UpdateOrganization,
};
use serde_json::{Value, json};

use crate::fake::{Fake, Told, ok};
use crate::management::samples::{api, api_summary, application, organization, with};

#[test]
fn apis_are_listed_shown_and_made() {
    let fake = Fake::new([
        ok::<ListApis>(&json!({ "apis": [api_summary()], "next_token": null })),
        ok::<GetApi>(&json!({ "api": api() })),
        ok::<CreateApi>(&json!({ "api": { "id": "9" } })),
    ]);
    let shown = fake.good(&["api", "list"]);
    assert!(
        shown.contains("Orders  https://orders.example/api  read:orders  1"),
        "{shown}"
    );
    let shown = fake.good(&["api", "show", "https://orders.example/api"]);
    for expected in ["read:orders  Read", "Billing job  billing-job  yes     3"] {
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
    assert_eq!(shown, "created \"Orders\": id 9\n");
    assert_eq!(
        fake.lines(),
        [
            "GET /api/v1/apis?expand=scopes&page_size=100",
            "GET /api/v1/apis/https%3A%2F%2Forders.example%2Fapi",
            "POST /api/v1/apis",
        ]
    );
    // With all of its scopes, or not at all.
    assert_eq!(
        fake.json(2),
        json!({
            "name": "Orders", "audience": "https://orders.example/api", "scopes": [{ "key": "a" }, { "key": "b" }],
        })
    );
}

#[test]
fn scopes_are_added_and_removed() {
    let fake = Fake::new([
        ok::<CreateApiScope>(&json!({ "scope": { "id": "5" } })),
        ok::<DeleteApiScope>(&json!({})),
    ]);
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
    let acme = organization();
    let updated = ok::<UpdateOrganization>(&json!({}));
    let fake = Fake::new([
        ok::<ListOrganizations>(&json!({ "organizations": [acme], "next_token": null })),
        ok::<GetOrganization>(&acme),
        ok::<GetOrganization>(&acme),
        ok::<CreateOrganization>(&json!({ "organization": { "code": "org_1" } })),
        updated.clone(),
        updated.clone(),
        updated,
    ]);
    let shown = fake.good(&["organization", "list"]);
    assert!(shown.contains("Acme  org_acme  yes        crm"), "{shown}");
    let shown = fake.good(&["organization", "show", "org_acme"]);
    assert!(shown.contains("suspended    yes"), "{shown}");
    let json = fake.good(&["organization", "show", "org_acme", "--output", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), acme);
    let shown = fake.good(&["organization", "create", "Acme", "--external-id", "crm"]);
    assert_eq!(shown, "created \"Acme\": code org_1\n");
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
    let switched = |on: bool| ok::<SetMaintenance>(&json!({ "maintenance": { "on": on } }));
    let fake = Fake::new([switched(true), switched(false)]);
    let shown = fake.good(&["maintenance", "on"]);
    assert_eq!(shown, "maintenance is on: callers are answered with 503\n");
    let json = fake.good(&["maintenance", "off", "--output", "json"]);
    assert_eq!(
        serde_json::from_str::<Value>(&json).unwrap(),
        json!({
            "code": "MAINTENANCE_UPDATED", "message": "Maintenance mode successfully updated", "maintenance": { "on": false },
        })
    );
    assert_eq!(fake.json(0), json!({ "on": true }));
    assert_eq!(fake.json(1), json!({ "on": false }));
    assert_eq!(fake.lines(), ["PUT /api/v1/maintenance"; 2]);
}

#[test]
fn every_member_of_an_answer_is_shown() {
    let shown = |command: &str, answer: Told| Fake::new([answer]).good(&[command, "show", "one"]);
    // The APIs of an application are shown by their audience, which identifies them.
    let apis = json!([{
        "id": null, "name": null, "audience": "https://orders.example/api", "scopes": ["read:orders", "x"],
    }]);
    let application = with(application(), json!({ "apis": apis }));
    let records = [
        (
            application.clone(),
            shown(
                "application",
                ok::<GetApplication>(&json!({ "application": application })),
            ),
        ),
        (api(), shown("api", ok::<GetApi>(&json!({ "api": api() })))),
        (
            organization(),
            shown("organization", ok::<GetOrganization>(&organization())),
        ),
    ];
    for (record, shown) in records {
        let mut texts = Vec::new();
        texts_of(&record, &mut texts);
        for text in texts {
            assert!(shown.contains(&text), "{text}: {shown}");
        }
    }
}

/// Collects every text and number in a record.
fn texts_of(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Number(number) => texts.push(number.to_string()),
        Value::Array(values) => values.iter().for_each(|value| texts_of(value, texts)),
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| *name != "type");
            members.for_each(|(_, value)| texts_of(value, texts));
        }
        Value::Bool(_) | Value::Null => {}
    }
}
