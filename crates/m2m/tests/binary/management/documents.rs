//! `--output json`: one document for each command.

use m2m_api::operations::{
    AddApiApplicationScope, ApplyRegistry, CreateApi, CreateApiScope, CreateApplication,
    CreateOrganization, DeleteApi, DeleteApiScope, DeleteApplication, DeleteOrganization, GetApi,
    GetApplication, GetOrganization, ListApis, ListApplicationSecrets, ListApplications,
    ListDiagnoses, ListKeys, ListOrganizations, RevokeApplicationSecret, RotateApplicationSecret,
    RotateKey, SetMaintenance, UpdateApi, UpdateApiApplications, UpdateApplication,
    UpdateOrganization,
};
use serde_json::{Value, json};

use crate::fake::{Fake, Told, ok};
use crate::management::samples::{
    api, api_summary, application, application_summary, credentials, diagnosis, key, new_secret,
    organization, secret, with,
};
use crate::support::{file, text};

/// The answers that a command gets, in the order of its requests.
type Answers = Vec<Told>;

fn applications<'a>() -> Vec<(&'a [&'a str], Answers)> {
    let nothing = json!({});
    let changed = json!({ "applications_connected": ["a"], "applications_disconnected": [] });
    let list = json!({ "applications": [application_summary()], "next_token": null });
    vec![
        (
            &["application", "list"],
            vec![ok::<ListApplications>(&list)],
        ),
        (
            &["application", "show", "a"],
            vec![ok::<GetApplication>(
                &json!({ "application": application() }),
            )],
        ),
        (
            &["application", "create", "A", "--authorize", "x=y"],
            vec![ok::<CreateApplication>(&credentials("s3"))],
        ),
        (
            &["application", "update", "a", "--name", "B"],
            vec![ok::<UpdateApplication>(&nothing)],
        ),
        (
            &["application", "delete", "a", "--yes"],
            vec![ok::<DeleteApplication>(&nothing)],
        ),
        (
            &[
                "application",
                "authorize",
                "a",
                "--audience",
                "x",
                "--scope",
                "y",
            ],
            vec![
                ok::<UpdateApiApplications>(&changed),
                ok::<AddApiApplicationScope>(&nothing),
            ],
        ),
        (
            &["application", "deauthorize", "a", "--audience", "x"],
            vec![ok::<UpdateApiApplications>(&changed)],
        ),
    ]
}

fn apis<'a>() -> Vec<(&'a [&'a str], Answers)> {
    let nothing = json!({});
    let list = json!({ "apis": [api_summary()], "next_token": null });
    vec![
        (&["api", "list"], vec![ok::<ListApis>(&list)]),
        (
            &["api", "show", "x"],
            vec![ok::<GetApi>(&json!({ "api": api() }))],
        ),
        (
            &["api", "create", "X", "x"],
            vec![ok::<CreateApi>(&json!({ "api": { "id": "1" } }))],
        ),
        (
            &["api", "update", "x", "--name", "Y"],
            vec![ok::<UpdateApi>(&nothing)],
        ),
        (
            &["api", "delete", "x", "--yes"],
            vec![ok::<DeleteApi>(&nothing)],
        ),
        (
            &["api", "scope", "add", "x", "y"],
            vec![ok::<CreateApiScope>(&json!({ "scope": { "id": "1" } }))],
        ),
        (
            &["api", "scope", "remove", "x", "y"],
            vec![ok::<DeleteApiScope>(&nothing)],
        ),
    ]
}

fn organizations<'a>() -> Vec<(&'a [&'a str], Answers)> {
    let nothing = json!({});
    let list = json!({ "organizations": [organization()], "next_token": null });
    vec![
        (
            &["organization", "list"],
            vec![ok::<ListOrganizations>(&list)],
        ),
        (
            &["organization", "show", "o"],
            vec![ok::<GetOrganization>(&organization())],
        ),
        (
            &["organization", "create", "O"],
            vec![ok::<CreateOrganization>(
                &json!({ "organization": { "code": "o" } }),
            )],
        ),
        (
            &["organization", "suspend", "o"],
            vec![ok::<UpdateOrganization>(&nothing)],
        ),
        (
            &["organization", "resume", "o"],
            vec![ok::<UpdateOrganization>(&nothing)],
        ),
        (
            &["organization", "delete", "o", "--yes"],
            vec![ok::<DeleteOrganization>(&nothing)],
        ),
    ]
}

fn credentials_and_keys<'a>() -> Vec<(&'a [&'a str], Answers)> {
    let new = new_secret("1", "s3", Value::Null);
    let rotated = json!({ "key": key("ES256", "next"), "warning": "w" });
    vec![
        (
            &["secret", "list", "a"],
            vec![ok::<ListApplicationSecrets>(
                &json!({ "secrets": [secret("1")] }),
            )],
        ),
        (
            &["secret", "rotate", "a"],
            vec![ok::<RotateApplicationSecret>(&new)],
        ),
        (
            &["secret", "revoke", "a", "1"],
            vec![ok::<RevokeApplicationSecret>(&json!({ "warning": "w" }))],
        ),
        (
            &["key", "list"],
            vec![ok::<ListKeys>(&json!({ "keys": [key("ES256", "active")] }))],
        ),
        (
            &["key", "rotate", "--alg", "ES256"],
            vec![ok::<RotateKey>(&rotated)],
        ),
        (
            &["diagnose", "00000000000000000000000000000000"],
            vec![ok::<ListDiagnoses>(&json!({
                "diagnoses": [with(
                    diagnosis(),
                    json!({ "trace_id": "00000000000000000000000000000000" }),
                )],
                "next": null,
            }))],
        ),
        (
            &["maintenance", "on"],
            vec![ok::<SetMaintenance>(
                &json!({ "maintenance": { "on": true } }),
            )],
        ),
    ]
}

#[test]
fn f18_json_is_one_document_of_each_command() {
    let (_folder, world) = file("world.toml", "");
    let applied =
        json!({ "plan": { "steps": [], "kept": [] }, "applied": true, "credentials": [] });
    let apply = ["apply", "-f", &world];
    let mut commands = applications();
    commands.extend(apis());
    commands.extend(organizations());
    commands.extend(credentials_and_keys());
    commands.push((&apply, vec![ok::<ApplyRegistry>(&applied)]));
    for (command, answers) in commands {
        let fake = Fake::new(answers);
        let output = fake.run(&[command, &["--output", "json"]].concat());
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{command:?}: {stderr}");
        let document: Result<Value, _> = serde_json::from_str(&stdout);
        assert!(document.is_ok(), "{command:?}: {stdout}");
    }
}

#[test]
fn an_invalid_number_of_lines_is_refused_with_the_limits() {
    let fake = Fake::new([]);
    for number in ["0", "99999999", "-1", "many"] {
        let said = fake.bad(2, &["events", &format!("--lines={number}")]);
        assert!(said.contains("write a number from 1 to 65535"), "{said}");
    }
}
