//! Commands against a running server: the server sets, clears and checks what the command line states.

use std::process::{Output, Stdio};

use m2m_authority::registry::SecretHash;
use serde_json::{Value, json};

use crate::managed::ManagementCalls as _;
use crate::managed::{Managed, OPERATOR, OPERATOR_SECRET};
use crate::support::{m2m, run, text};

const A: &str = "https://a.example";
const B: &str = "https://b.example";
const C: &str = "https://c.example";

fn command(managed: &Managed, arguments: &[&str]) -> Output {
    m2m(arguments)
        .env("M2M_ISSUER", managed.server.issuer())
        .env("M2M_CLIENT_ID", OPERATOR)
        .env("M2M_CLIENT_SECRET", OPERATOR_SECRET)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Runs a command that succeeds, and returns its standard output.
#[track_caller]
fn good(managed: &Managed, arguments: &[&str]) -> String {
    let output = command(managed, arguments);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
    text(&output.stdout)
}

/// Runs a command that the server refuses, and returns its standard error.
#[track_caller]
fn refused(managed: &Managed, arguments: &[&str]) -> String {
    let output = command(managed, arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    text(&output.stderr)
}

/// Returns the words that `--clear` of a command accepts, as its help lists them.
fn clear_words(command: &str) -> Vec<String> {
    let help = text(&run(&[command, "update", "-h"]).stdout);
    let (_, of_clear) = help.split_once("\n      --clear <FIELD>").unwrap();
    let (_, words) = of_clear.split_once("[possible values:").unwrap();
    let (words, _) = words.split_once(']').unwrap();
    words
        .split(',')
        .map(|word| word.trim().to_owned())
        .collect()
}

/// Clears each field alone, and asserts that the record then equals one that never had the field.
fn assert_each_is_cleared(
    managed: &Managed,
    (command, name): (&str, &str),
    members: &[(&str, &str)],
    set: &[&str],
    look: impl Fn() -> Value,
) {
    let bare = look();
    let words: Vec<&str> = members.iter().map(|(word, _)| *word).collect();
    assert_eq!(clear_words(command), words);
    for (word, member) in members {
        good(managed, &[&[command, "update", name], set].concat());
        let full = look();
        assert_ne!(full[member], bare[member], "{word}");
        good(managed, &[command, "update", name, "--clear", word]);
        let cleared = look();
        assert_eq!(cleared[member], bare[member], "{word}");
        let others = members.iter().filter(|(other, _)| other != word);
        for (other, member) in others {
            assert_eq!(cleared[member], full[member], "{word} clears {other}");
        }
    }
}

#[test]
fn a_cleared_field_is_absent_afterwards() {
    let managed = Managed::start(&[]);
    good(
        &managed,
        &["organization", "create", "Acme", "--code", "org_acme"],
    );
    good(
        &managed,
        &["application", "create", "Job", "--client-id", "job"],
    );
    // Without the grant type that an application has at first.
    good(
        &managed,
        &["application", "update", "job", "--clear", "grant-types"],
    );
    good(&managed, &["api", "create", "A", A]);
    assert_each_is_cleared(
        &managed,
        ("application", "job"),
        &[
            ("description", "description"),
            ("owner", "owner"),
            ("contact", "contact"),
            ("purpose", "purpose"),
            ("default-audience", "default_audience"),
            ("organization", "org_code"),
            ("grant-types", "grant_types"),
            ("system-user", "system_user"),
            ("token-lifetime", "access_token_lifetime"),
            ("not-before", "not_before"),
            ("expires-at", "expires_at"),
            ("allowed-addresses", "allowed_addresses"),
            ("token-quota", "token_quota"),
        ],
        &[
            "--description=Sends invoices",
            "--owner=Team Billing",
            "--contact=billing@example.com",
            "--purpose=Reads orders",
            &format!("--default-audience={A}"),
            "--organization=org_acme",
            "--grant-type=client_credentials",
            "--system-user=svc",
            "--token-lifetime=600",
            "--not-before=2026-01-01T00:00:00Z",
            "--expires-at=90d",
            "--allowed-address=10.0.0.0/8",
            "--token-quota=1000/1h",
        ],
        || managed.get("/api/v1/applications/job")["application"].clone(),
    );
    assert_each_is_cleared(
        &managed,
        ("api", A),
        &[
            ("description", "description"),
            ("introspection-clients", "introspection_clients"),
            ("token-reuse-seconds", "token_reuse_seconds"),
        ],
        &[
            "--description=Orders",
            "--introspection-client=job",
            "--token-reuse-seconds=300",
        ],
        || managed.get("/api/v1/apis/https%3A%2F%2Fa.example")["api"].clone(),
    );
    assert_each_is_cleared(
        &managed,
        ("organization", "org_acme"),
        &[("external-id", "external_id"), ("handle", "handle")],
        &["--external-id=crm", "--handle=acme"],
        || managed.get("/api/v1/organization?code=org_acme"),
    );
}

#[test]
fn the_server_has_what_commands_set() {
    let managed = Managed::start(&[]);
    a_description_goes_from_the_shell_into_the_file_and_the_audit_log(&managed);
    a_new_quota_keeps_the_mode(&managed);
    a_reference_to_nothing_is_refused_with_the_command_that_lists_its_kind(&managed);
    an_application_is_created_with_every_field_that_an_update_can_set(&managed);
    an_api_is_changed_field_by_field(&managed);
    the_code_of_an_organization_can_be_chosen_once(&managed);
    an_application_that_cannot_be_authorized_is_not_created(&managed);
}

#[test]
fn applications_are_stopped_and_secrets_imported_from_the_shell() {
    let managed = Managed::start(&[]);
    managed.api(A, &["read"]);
    managed.api(B, &["read"]);
    for client_id in ["one", "two"] {
        job(&managed, client_id, &["--owner", "Team Billing"]);
    }
    hashes_are_imported(&managed);
    let stop = ["application", "stop", "--owner", "Team Billing"];
    let unasked = command(&managed, &stop);
    assert_eq!(unasked.status.code(), Some(2), "{unasked:?}");
    let said = text(&unasked.stderr);
    assert!(
        said.contains("2 applications of the owner \"Team Billing\" (")
            && said.contains("would be stopped")
            && said.contains("one")
            && said.contains("two"),
        "{said}"
    );
    assert!(said.contains("--yes"), "{said}");
    let shown = good(&managed, &["application", "stop", "two", "--yes"]);
    assert!(
        shown.starts_with("stopped ") && shown.contains("client_id two"),
        "{shown}"
    );
    let shown = good(&managed, &[&stop[..], &["--yes"]].concat());
    assert!(
        shown.contains("stopped ") && shown.contains("client_id one"),
        "{shown}"
    );
    assert!(
        shown.contains("already stopped: ") && shown.contains("client_id two"),
        "{shown}"
    );
    let shown = good(
        &managed,
        &[&stop[..], &["--yes", "--output", "json"]].concat(),
    );
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        shown["already_stopped"].as_array().unwrap().len(),
        2,
        "{shown}"
    );
    let said = refused(
        &managed,
        &["application", "stop", "--owner", "Team", "--yes"],
    );
    assert!(
        said.contains("no application has the owner \"Team\""),
        "{said}"
    );
    let said = refused(&managed, &["application", "stop", "operator", "--yes"]);
    assert!(
        said.contains("your token belongs to this application"),
        "{said}"
    );
    // What is protected is not stopped, and the command says so.
    good(
        &managed,
        &[
            "application",
            "update",
            "operator",
            "--owner",
            "Team Billing",
        ],
    );
    let output = command(&managed, &[&stop[..], &["--yes"]].concat());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stdout).contains("not stopped: "), "{output:?}");
    assert!(
        text(&output.stderr).contains("1 application was not stopped"),
        "{output:?}"
    );
}

fn hashes_are_imported(managed: &Managed) {
    let secret = "imported-secret-0123456789abcdef-0123456789";
    let hash = SecretHash::of(secret.as_bytes()).to_base64();
    let import = ["secret", "import", "one", "--sha256", &hash];
    let shown = good(managed, &[&import[..], &["--expires-in", "90d"]].concat());
    assert!(
        shown.starts_with("imported for \"one\": the secret with the id "),
        "{shown}"
    );
    assert!(
        shown.contains("it expires at ") && shown.contains("stay valid until"),
        "{shown}"
    );
    let more = format!("&audience={A}");
    managed.server.token("one", secret, &more).access_token();
    let listed = good(managed, &["secret", "list", "one"]);
    assert!(listed.contains("expires"), "{listed}");
    let usage = command(managed, &["secret", "import", "one", "--sha256", "x"]);
    assert_eq!(usage.status.code(), Some(2), "{usage:?}");
    let both = ["--expires-in", "1d", "--expires-at", "2100-01-01T00:00:00Z"];
    let usage = command(managed, &[&import[..], &both].concat());
    assert_eq!(usage.status.code(), Some(2), "{usage:?}");
    let rotated = good(managed, &["secret", "rotate", "two", "--expires-in", "90d"]);
    assert!(rotated.contains("it expires at "), "{rotated}");
}

fn a_description_goes_from_the_shell_into_the_file_and_the_audit_log(managed: &Managed) {
    let described = "--description=Sends the invoices";
    good(
        managed,
        &["api", "create", "A", A, "--description=What was ordered"],
    );
    good(
        managed,
        &[
            "application",
            "create",
            "Job",
            "--client-id",
            "job",
            described,
        ],
    );
    assert!(good(managed, &["application", "show", "job"]).contains("Sends the invoices"));
    assert!(good(managed, &["api", "show", A]).contains("What was ordered"));
    let exported = good(managed, &["export"]);
    assert!(exported.contains("\nclient_id = \"job\"\ndescription = \"Sends the invoices\"\n"));
    assert!(exported.contains("\nname = \"A\"\ndescription = \"What was ordered\"\n"));
    good(
        managed,
        &["application", "update", "job", "--clear", "description"],
    );
    let events = managed.get("/api/v1/events?subject=application&name=job");
    let event = &events["events"][0];
    assert_eq!(event["before"]["description"], "Sends the invoices");
    assert_eq!(event["after"]["description"], Value::Null);
}

fn a_new_quota_keeps_the_mode(managed: &Managed) {
    let quota =
        || managed.get("/api/v1/applications/quota-job")["application"]["token_quota"].clone();
    good(
        managed,
        &[
            "application",
            "create",
            "Job",
            "--client-id",
            "quota-job",
            "--token-quota",
            "1/1h",
        ],
    );
    assert_eq!(quota(), json!({ "tokens": 1, "per": "1h", "mode": "warn" }));
    let enforce = "--token-quota-mode=enforce";
    good(
        managed,
        &[
            "application",
            "update",
            "quota-job",
            "--token-quota",
            "2/1h",
            enforce,
        ],
    );
    good(
        managed,
        &[
            "application",
            "update",
            "quota-job",
            "--token-quota",
            "3/1d",
        ],
    );
    assert_eq!(
        quota(),
        json!({ "tokens": 3, "per": "1d", "mode": "enforce" })
    );
}

fn a_reference_to_nothing_is_refused_with_the_command_that_lists_its_kind(managed: &Managed) {
    let told = refused(
        managed,
        &["application", "create", "Job", "--organization", "org_bet"],
    );
    assert!(told.contains("m2m organization list"), "{told}");
}

fn an_application_is_created_with_every_field_that_an_update_can_set(managed: &Managed) {
    let create = [
        "application",
        "create",
        "--system-user-allowed",
        "Job",
        "--client-id",
        "created-job",
        "--system-user",
        "svc",
        "--token-quota",
        "1000/1h",
        "--token-quota-mode",
        "enforce",
        "--allowed-address",
        "10.0.0.0/8",
        "--not-before",
        "2026-01-01T01:00:00+01:00",
    ];
    good(managed, &create);
    let job = || managed.get("/api/v1/applications/created-job")["application"].clone();
    let created = job();
    assert_eq!(created["name"], "Job");
    assert_eq!(created["is_system_user_allowed"], true);
    assert_eq!(created["allowed_addresses"], json!(["10.0.0.0/8"]));
    assert_eq!(created["not_before"], "2026-01-01T00:00:00Z");
    let quota = json!({ "tokens": 1000, "per": "1h", "mode": "enforce" });
    assert_eq!(created["token_quota"], quota);
    let update = ["application", "update", "created-job"];
    good(
        managed,
        &[
            &update[..],
            &["--token-quota", "5/1d", "--system-user-allowed", "false"],
        ]
        .concat(),
    );
    let quota = json!({ "tokens": 5, "per": "1d", "mode": "enforce" });
    assert_eq!(job()["token_quota"], quota);
    assert_eq!(job()["is_system_user_allowed"], false);
    let wrong = command(
        managed,
        &[&update[..], &["--token-quota", "5 a day"]].concat(),
    );
    assert_eq!(wrong.status.code(), Some(2));
    let wrong = text(&wrong.stderr);
    assert!(wrong.contains("as in 1000/1h"), "{wrong}");
}

fn an_api_is_changed_field_by_field(managed: &Managed) {
    good(
        managed,
        &[
            "api",
            "create",
            "A",
            B,
            "--token-lifetime",
            "600",
            "--claims",
            "kinde",
        ],
    );
    let api = || managed.get("/api/v1/apis/https%3A%2F%2Fb.example")["api"].clone();
    assert_eq!(
        (&api()["token_lifetime"], &api()["claims"]),
        (&json!(600), &json!("kinde"))
    );
    let update = ["api", "update", B];
    let more = [
        "--name",
        "Orders",
        "--token-lifetime",
        "900",
        "--signing-alg",
        "EdDSA",
        "--claims",
        "rfc9068",
    ];
    good(managed, &[&update[..], &more].concat());
    let changed = api();
    for (member, value) in [
        ("name", json!("Orders")),
        ("token_lifetime", json!(900)),
        ("signing_alg", json!("EdDSA")),
        ("claims", json!("rfc9068")),
        ("audience", json!(B)),
    ] {
        assert_eq!(changed[member], value, "{member}");
    }
}

fn the_code_of_an_organization_can_be_chosen_once(managed: &Managed) {
    let create = ["organization", "create", "Acme", "--code", "org_acme"];
    assert_eq!(good(managed, &create), "created \"Acme\": code org_acme\n");
    let said = refused(managed, &create);
    assert!(said.contains("409") && said.contains("code: "), "{said}");
}

fn an_application_that_cannot_be_authorized_is_not_created(managed: &Managed) {
    let create = |authorized: &str| {
        let named = ["application", "create", "A", "--client-id", "a"];
        let create = [&named[..], &["--authorize", authorized]].concat();
        refused(managed, &create)
    };
    let said = create("https://none.example=read");
    assert!(said.contains("https://none.example"), "{said}");
    good(managed, &["api", "create", C, C, "--scope", "read"]);
    let said = create(&format!("{C}=raed"));
    assert!(said.contains("did you mean \"read\"?"), "{said}");
    refused(managed, &["application", "show", "a"]);
}

#[test]
fn a_check_reports_what_a_token_request_would_get() {
    let managed = Managed::start(&[]);
    for audience in [A, B] {
        good(
            &managed,
            &["api", "create", audience, audience, "--scope", "read"],
        );
    }
    a_check_accepts_several_audiences_like_a_token_request(&managed);
    a_check_lists_the_allowed_addresses(&managed);
    a_check_reports_an_exhausted_quota(&managed);
}

/// Creates an application that is authorized for both APIs.
fn job(managed: &Managed, client_id: &str, more: &[&str]) {
    let (of_a, of_b) = (
        format!("--authorize={A}=read"),
        format!("--authorize={B}=read"),
    );
    let create = [
        "application",
        "create",
        "Job",
        "--client-id",
        client_id,
        &of_a,
        &of_b,
    ];
    good(managed, &[&create[..], more].concat());
}

fn a_check_accepts_several_audiences_like_a_token_request(managed: &Managed) {
    job(managed, "job", &[]);
    let both = ["check", "--client", "job", "--audience", A, "--audience", B];
    let shown = good(managed, &both);
    assert!(shown.starts_with("a token would be granted\n"), "{shown}");
    assert!(shown.contains(A) && shown.contains(B), "{shown}");
    let said = refused(
        managed,
        &[&both[..], &["--audience", "https://c.example"]].concat(),
    );
    assert!(said.contains("audience-unknown"), "{said}");
}

fn a_check_lists_the_allowed_addresses(managed: &Managed) {
    job(
        managed,
        "bound",
        &[
            "--allowed-address",
            "10.0.0.0/8",
            "--allowed-address",
            "192.0.2.7",
        ],
    );
    let check = ["check", "--client", "bound", "--audience", A];
    let shown = good(managed, &check);
    assert!(
        shown.starts_with("a token would be granted to callers from 10.0.0.0/8, 192.0.2.7"),
        "{shown}"
    );
    let from = |address| [&check[..], &["--address", address]].concat();
    let shown = good(managed, &from("10.1.2.3"));
    assert!(shown.starts_with("a token would be granted\n"), "{shown}");
    let said = refused(managed, &from("192.0.2.8"));
    assert!(said.contains("address-not-allowed"), "{said}");
    assert!(said.contains("192.0.2.8"), "{said}");
}

fn a_check_reports_an_exhausted_quota(managed: &Managed) {
    job(managed, "metered", &["--token-quota", "1/1d"]);
    let check = ["check", "--client", "metered", "--audience", A];
    let shown = good(managed, &check);
    assert!(shown.contains("quota exceeded  no\n"), "{shown}");
    managed.done(
        "POST",
        "/api/v1/applications/metered/test_token",
        &json!({ "audience": A }),
    );
    let output = command(managed, &check);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(
        output.status.success() && stdout.contains("quota exceeded  yes\n"),
        "{stdout}"
    );
    assert!(
        stderr.contains("warning: ") && stderr.contains("quota"),
        "{stderr}"
    );
    let enforce = ["--token-quota", "1/1d", "--token-quota-mode", "enforce"];
    good(
        managed,
        &[&["application", "update", "metered"], &enforce[..]].concat(),
    );
    let said = refused(managed, &check);
    assert!(said.contains("quota-exceeded"), "{said}");
}
