//! The contents of a file, and the failures for mistakes in it.

use m2m_authority::registry::{ClaimSet, PropertyValue, Records, Values};
use m2m_jwt::{Algorithm, UnixTime};
use m2m_store::Sqlite;

use super::*;

/// A file with every kind of content.
const EVERYTHING: &str = r#"
[[api]]
name = "Orders"
description = "What was ordered"
audience = "https://orders.example/api"
scopes = ["read:orders", { key = "write:orders", description = "Change orders" }]
token_lifetime = 1800
signing_alg = "EdDSA"
claims = "kinde"
introspection_clients = ["billing-job"]

[[api]]
name = "Management"
audience = "{issuer}/api"

[[organization]]
code = "org_acme"
name = "Acme"
suspended = true

[[property]]
key = "region"
name = "Region"

[[property]]
key = "cost_centre"
private = true

[[application]]
name = "Billing job"
description = """
Sends the invoices
at night"""
client_id = "billing-job"
organization = "org_acme"
enabled = false
client_type = "confidential"
grant_types = ["client_credentials"]
token_lifetime = 600
not_before = 2026-11-20T00:00:00Z
allowed_addresses = ["10.0.0.0/8", "192.0.2.7"]
token_quota = { tokens = 1000, per = "1h", mode = "enforce" }
feature_flags = { beta = true, level = 3, tier = "gold" }
secret_sha256 = "INNzkiV0a+0RIu7XlXkK4Q0lesHh6hZW0hjVTIsAbsk="
properties = { region = "eu", cost_centre = 7 }
token_properties = ["region"]
authorize = [{ audience = "https://orders.example/api", scopes = ["read:orders"] }, { audience = "{issuer}/api" }]

[[application]]
name = "Trusted"
client_id = "my.trusted.app/service"
system_user = "svc.integration"
system_user_allowed = true
"#;

/// The content of a store that was filled with a file.
#[derive(Debug)]
struct Populated {
    records: Records,
    generated: Vec<GeneratedCredentials>,
}

fn populate(source: &str) -> Result<Populated, Failure> {
    let world = World::parse("world.toml", source)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a thread");
    runtime.block_on(async {
        let store = Sqlite::in_memory().expect("a store");
        let generated = world
            .fill(&store, UnixTime::from_seconds(1_800_000_000))
            .await?;
        let snapshot = store.snapshot().await.expect("what was written");
        Ok(Populated {
            records: snapshot.records(),
            generated,
        })
    })
}

fn records(source: &str) -> Records {
    populate(source).unwrap().records
}

#[test]
fn reads_everything_that_a_file_can_contain() {
    let records = records(EVERYTHING);
    let [orders, management] = &*records.apis else {
        panic!("two APIs")
    };
    assert_eq!(&*orders.scopes[1].description, "Change orders");
    assert_eq!(orders.description.as_deref(), Some("What was ordered"));
    assert_eq!(orders.token_lifetime.as_seconds(), 1800);
    assert_eq!(
        (orders.signing_alg, orders.claims),
        (Algorithm::EdDsa, ClaimSet::Kinde)
    );
    assert_eq!(management.audience.as_ref(), "{issuer}/api");
    assert_eq!(management.aliases[0].as_ref(), "{issuer}/api/v1");
    assert!(records.organizations[0].suspended);
    assert!(records.properties[1].private);
    let [billing, trusted] = &*records.applications else {
        panic!("two applications")
    };
    let description = billing.spec.description.as_deref();
    assert_eq!(description, Some("Sends the invoices\nat night"));
    assert!(!billing.spec.enabled);
    assert_eq!(
        billing.spec.not_before,
        Some(UnixTime::from_seconds(1_795_132_800))
    );
    assert_eq!(billing.spec.allowed_addresses.len(), 2);
    assert_eq!(
        billing.spec.token_quota.map(|quota| quota.per.as_seconds()),
        Some(3600)
    );
    assert_eq!(
        billing.spec.properties,
        Values::from([
            ("cost_centre".into(), PropertyValue::Integer(7)),
            ("region".into(), PropertyValue::Text("eu".into()))
        ])
    );
    assert_eq!(*billing.spec.token_properties, ["region".into()]);
    assert_eq!(billing.spec.feature_flags.len(), 3);
    assert_eq!(billing.spec.authorize[1].audience, management.audience);
    assert_eq!(trusted.spec.system_user.as_deref(), Some("svc.integration"));
    assert!(trusted.spec.system_user_allowed);
}

#[test]
fn generates_the_credentials_that_a_file_leaves_out_and_does_not_show_them() {
    let Populated { records, generated } = populate(EVERYTHING).unwrap();
    let [trusted] = &*generated else {
        panic!("one application has no secret")
    };
    assert_eq!(trusted.client_id, "my.trusted.app/service");
    assert!(m2m_authority::registry::is_generated_secret(
        trusted.expose_secret()
    ));
    assert!(!format!("{records:?} {generated:?}").contains(trusted.expose_secret()));

    let nameless = populate("[[application]]\nname = \"A\"\n").unwrap();
    assert_eq!(nameless.generated[0].client_id.len(), 22);
    assert!(
        populate("[[application]]\nname = \"A\"\nclient_type = \"public\"\n")
            .unwrap()
            .generated
            .is_empty()
    );
}

/// Asserts that a file with one mistake is refused with the place of it and the right word.
#[track_caller]
fn check(source: &str, place: &str, what: &str, help: &str) {
    let failure = populate(source).unwrap_err();
    let text = failure.to_string();
    assert!(
        text.contains(&format!("--> world.toml:{place}\n")),
        "{text}"
    );
    assert!(text.contains(what), "{text}");
    assert!(text.contains(help), "{text}");
    assert_eq!(failure.exit(), crate::error::Exit::Usage);
}

#[test]
fn a_misspelled_field_is_reported_with_the_nearest_one() {
    check(
        "[[api]]\nname = \"A\"\naudince = \"a\"\n",
        "3:1",
        "unknown field `audince`",
        "did you mean `audience`?",
    );
    check(
        "[[aplication]]\nname = \"A\"\n",
        "1:3",
        "unknown field `aplication`",
        "did you mean `application`?",
    );
    let nested = "[[api]]\nname = \"A\"\naudience = \"a\"\nscopes = [{ kee = \"x\" }]\n";
    check(nested, "4:13", "unknown field `kee`", "did you mean `key`?");
}

#[test]
fn a_missing_field_is_named() {
    check(
        "[[api]]\nname = \"A\"\n",
        "1:1",
        "missing field `audience`",
        "",
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_reported_with_the_expected_ones() {
    let api = |line: &str| format!("[[api]]\nname = \"A\"\naudience = \"a\"\n{line}\n");
    check(
        &api("signing_alg = \"ES265\""),
        "4:15",
        "unknown signing algorithm \"ES265\"",
        "did you mean `ES256`?",
    );
    check(
        &api("claims = \"oidc\""),
        "4:10",
        "unknown claim set \"oidc\"",
        "expected one of rfc9068, kinde",
    );
    check(
        &api("token_lifetime = 0"),
        "4:18",
        "1 to 2592000 seconds",
        "",
    );
    check(&api("scopes = [1]"), "4:11", "a scope in quotes", "");
    check(
        &api("scopes = [\"a\", \"b c\"]"),
        "4:16",
        "\"b c\" is not a scope token",
        "",
    );

    let application = |line: &str| format!("[[application]]\nname = \"A\"\n{line}\n");
    check(
        &application(&format!("description = \"{}\"", "x".repeat(1001))),
        "3:15",
        "the text has 1001 characters",
        "write at most 1000",
    );
    check(
        &application("client_type = \"secret\""),
        "3:15",
        "unknown client type",
        "confidential, public",
    );
    check(
        &application("grant_types = [\"client_credential\"]"),
        "3:16",
        "grant type",
        "`client_credentials`",
    );
    check(
        &application("not_before = 2026-11-20T00:00:00"),
        "3:14",
        "is not a timestamp",
        "2026-11-20T00:00:00Z",
    );
    check(
        &application("allowed_addresses = [\"10.0.0.0/33\"]"),
        "3:22",
        "is not an IP address or CIDR block",
        "10.0.0.0/8",
    );
    check(
        &application("token_quota = { tokens = 1, per = \"hour\" }"),
        "3:35",
        "is not a duration",
        "1h",
    );
    check(
        &application("token_quota = { tokens = 0, per = \"1h\" }"),
        "3:26",
        "expected a number from 1 to 2^53 - 1, found integer 0",
        "",
    );
    check(
        &application("secret_sha256 = \"secret\""),
        "3:17",
        "base64 of 32 bytes",
        "openssl dgst",
    );
    check(
        &application("client_id = \"a:b\""),
        "3:13",
        "is not a client id",
        "",
    );
    check(
        &application("feature_flags = { a = [] }"),
        "3:23",
        "a string, an integer",
        "",
    );
}

#[test]
fn a_value_of_the_wrong_form_is_reported_in_words_of_the_file() {
    let api = |line: &str| format!("[[api]]\nname = \"A\"\naudience = \"a\"\n{line}\n");
    let seconds = "expected a number of seconds, 1 to 2592000, found";
    check(
        &api("token_lifetime = \"1h\""),
        "4:18",
        seconds,
        "found string",
    );
    check(
        &api("token_lifetime = -5"),
        "4:18",
        seconds,
        "found integer",
    );
    check(
        &api("token_lifetime = 1.5"),
        "4:18",
        seconds,
        "found fraction",
    );
    check(
        &api("scopes = \"x\""),
        "4:10",
        "expected a list",
        "write a list: [\"x\"]",
    );
    check(
        "[api]\nname = \"A\"\n",
        "1:1",
        "expected a list",
        "write [[api]]",
    );
    check(
        "api = [1]\n",
        "1:8",
        "expected [[api]] with name and audience",
        "",
    );

    let application = |line: &str| format!("[[application]]\nname = \"A\"\n{line}\n");
    check(
        &application("authorize = [\"https://a\"]"),
        "3:14",
        "expected { audience = \"…\", scopes = [\"…\"] }, found string",
        "",
    );
    check(
        &application("authorize = { audience = \"a\" }"),
        "3:13",
        "expected a list, found a table",
        "write a list: [{ … }]",
    );
    check(
        &application("token_quota = 5"),
        "3:15",
        "{ tokens = …, per = \"…\" }",
        "",
    );
    check(
        &application("token_quota = { tokens = -1, per = \"1h\" }"),
        "3:26",
        "expected a number from 1 to 2^53 - 1, found integer -1",
        "",
    );
    check(
        &application("enabled = \"yes\""),
        "3:11",
        "expected true or false",
        "",
    );
    check(
        &application("feature_flags = [\"a\"]"),
        "3:17",
        "expected a table",
        "found a list",
    );
    check(
        &application("not_before = \"x\""),
        "3:14",
        "is not a timestamp",
        "",
    );
    check(
        &application("client_id = 5"),
        "3:13",
        "expected a string, in quotes",
        "",
    );
}

#[test]
fn a_secret_in_the_file_is_refused_with_what_belongs_there() {
    for line in [
        "secret = \"hunter2-hunter2\"",
        "client_secret = \"hunter2-hunter2\"",
        "secret_sha256 = \"hunter2-hunter2\"",
    ] {
        let source = format!("[[application]]\nname = \"A\"\n{line}\n");
        let text = populate(&source).unwrap_err().to_string();
        assert!(text.contains("secret_sha256 = "), "{text}");
        assert!(text.contains("openssl dgst -sha256"), "{text}");
    }
}

#[test]
fn an_undeclared_property_is_refused_with_its_declaration() {
    let application = |line: &str| format!("[[application]]\nname = \"A\"\n{line}\n");
    check(
        &application("properties = { region = \"eu\" }"),
        "3:16",
        "there is no property",
        "[[property]]",
    );
    check(
        &application("token_properties = [\"region\"]"),
        "3:21",
        "there is no property of this application",
        "properties = {",
    );
}

#[test]
fn a_duplicate_is_reported_with_the_earlier_one() {
    let api = "[[api]]\nname = \"A\"\naudience = \"a\"\n";
    let check = |source: &str, place: &str, line: usize| {
        let earlier = format!("the earlier one is in line {line}\n");
        let text = format!("{}\n", populate(source).unwrap_err());
        assert!(
            text.contains(&format!("--> world.toml:{place}\n")),
            "{text}"
        );
        assert!(
            text.contains("is already in use") && text.contains(&earlier),
            "{text}"
        );
    };
    check(&format!("{api}{api}"), "6:12", 1);
    check(
        &format!("{api}scopes = [\n  \"b\",\n  \"b\",\n]\n"),
        "6:3",
        5,
    );
    let organization = "[[organization]]\ncode = \"o\"\n";
    check(&format!("\n{organization}{organization}"), "5:8", 2);
    let property = "[[property]]\nkey = \"o\"\n";
    check(&format!("{property}{property}"), "4:7", 1);
    let application = "[[application]]\nname = \"A\"\nclient_id = \"x\"\n";
    check(&format!("{application}{application}"), "6:13", 1);
    let authorize = "authorize = [\n  { audience = \"a\" },\n  { audience = \"a\" },\n]\n";
    check(&format!("{api}{application}{authorize}"), "9:16", 8);
}

/// Asserts that a file with everything, in which one word is replaced by a wrong one, is refused with the place of that and the right one.
#[track_caller]
fn check_reference(right: &str, wrong: &str, marked: &str, what: &str, nearest: &str) {
    let source = EVERYTHING.replacen(right, wrong, 1);
    let line = source
        .lines()
        .position(|line| line.contains(wrong))
        .unwrap();
    let column = source.lines().nth(line).unwrap().find(marked).unwrap();
    let place = format!("{}:{}", line + 1, column + 1);
    check(&source, &place, what, &format!("did you mean {nearest}?"));
}

#[test]
fn a_reference_to_nothing_is_refused_with_the_nearest_name() {
    check_reference(
        "authorize = [{ audience = \"https://orders.example/api\", scopes = [\"read:orders\"] }",
        "authorize = [{ audience = \"https://order.example/api\" }",
        "\"https://order.example/api\"",
        "there is no API with the audience",
        "\"https://orders.example/api\"",
    );
    check_reference(
        "scopes = [\"read:orders\"] }",
        "scopes = [\"read:order\"] }",
        "\"read:order\"",
        "there is no scope",
        "\"read:orders\"",
    );
    check_reference(
        "organization = \"org_acme\"",
        "organization = \"org_acne\"",
        "\"org_acne\"",
        "there is no organization",
        "\"org_acme\"",
    );
    check_reference(
        "[\"billing-job\"]",
        "[\"billing-jbo\"]",
        "\"billing-jbo\"",
        "there is no application with the client id",
        "\"billing-job\"",
    );
    check_reference(
        "token_properties = [\"region\"]",
        "token_properties = [\"regoin\"]",
        "\"regoin\"",
        "there is no property",
        "\"region\"",
    );
    check_reference(
        "properties = { region",
        "properties = { regiom",
        "regiom",
        "there is no property",
        "\"region\"",
    );
}

#[test]
fn text_that_is_not_toml_is_reported_with_its_place() {
    check("[[api]]\nname = \"A\n", "2:10", "", "");
    check("name", "1:5", "", "");
}
