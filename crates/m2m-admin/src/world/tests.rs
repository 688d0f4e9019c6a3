//! The records of registry files. The messages about mistakes are tested in the crate that prints them.

use m2m_authority::registry::{Application, AuthenticationMethods};

use super::*;

fn populate(source: &str) -> Populated {
    // The bytes are not random, so that generated values can be predicted.
    let mut next = 0;
    let mut counted = |bytes: &mut [u8]| {
        next += 1;
        bytes.fill(next);
    };
    World::parse(source).unwrap().populate(&mut counted)
}

fn application(line: &str) -> Application {
    let source = format!("[[application]]\nname = \"A\"\n{line}\n");
    let [application] = <[_; 1]>::try_from(populate(&source).records.applications)
        .expect("the file has one application");
    application
}

#[test]
fn the_issuer_stays_a_placeholder() {
    let source = "[[api]]\nname = \"Management\"\naudience = \"{issuer}/api\"\n[[api]]\nname = \"Other\"\naudience = \"{issuer}/x\"\n";
    let apis = populate(source).records.apis;
    assert_eq!(&*apis[0].audience, "{issuer}/api");
    assert_eq!(*apis[0].aliases, ["{issuer}/api/v1".into()]);
    assert_eq!(&*apis[1].audience, "{issuer}/x");
    assert_eq!(apis[1].aliases.len(), 0);
}

#[test]
fn an_application_with_a_scope_of_the_management_api_is_a_partial_manager() {
    let authorized = |audience: &str| {
        application(&format!(
            "authorize = [{{ audience = \"{audience}\", scopes = [\"read:apis\"] }}]"
        ))
    };
    assert!(authorized("{issuer}/api").spec.takes_part_in_management());
    assert!(
        authorized("{issuer}/api/v1")
            .spec
            .takes_part_in_management()
    );
    assert!(!authorized("{issuer}/apis").spec.takes_part_in_management());
    assert!(
        !application("authorize = [{ audience = \"{issuer}/api\" }]")
            .spec
            .takes_part_in_management()
    );
    assert!(!application("").spec.takes_part_in_management());
}

#[test]
fn every_method_of_authentication_is_allowed_unless_some_are_named() {
    let methods = |line: &str| application(line).spec.authentication_methods;
    let both = AuthenticationMethods {
        client_secret_basic: true,
        client_secret_post: true,
    };
    assert_eq!(methods(""), both);
    let all = "authentication_methods = [\"client_secret_post\", \"client_secret_basic\"]";
    assert_eq!(methods(all), both);
    let basic = AuthenticationMethods {
        client_secret_post: false,
        ..both
    };
    assert_eq!(
        methods("authentication_methods = [\"client_secret_basic\"]"),
        basic
    );
    let wrong =
        "[[application]]\nname = \"A\"\nauthentication_methods = [\"client_secret_basi\"]\n";
    let mistake = World::parse(wrong).unwrap_err();
    assert_eq!(
        mistake.what(),
        "unknown authentication method \"client_secret_basi\""
    );
    assert_eq!(mistake.help(), Some("did you mean `client_secret_basic`?"));
    assert_eq!(&wrong[mistake.span().clone()], "\"client_secret_basi\"");
}

#[test]
fn generated_values_come_from_the_given_randomness() {
    let source = "[[application]]\nname = \"A\"\n";
    let (one, same) = (populate(source), populate(source));
    assert_eq!(one.generated[0].client_id, same.generated[0].client_id);
    assert_eq!(
        one.generated[0].expose_secret(),
        same.generated[0].expose_secret()
    );
    let kept = one.records.applications[0].secrets[0].hash;
    assert!(bool::from(kept.constant_time_eq(&one.generated[0].hash())));
}

#[test]
fn the_documented_world_has_every_field_and_may_have_all_at_once() {
    let documented = include_str!("../../../../docs/world.toml");
    populate(documented);
    // A commented-out line is an optional field if there is no space after its `#`, and prose otherwise.
    let uncommented: Vec<_> = documented
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(field) if !field.starts_with(' ') => field,
            Some(_) | None => line,
        })
        .collect();
    let everything = uncommented.join("\n");
    populate(&everything);
    let everything: toml::Table = everything.parse().unwrap();
    for (table, records) in &everything {
        let record = records[0].as_table().unwrap();
        let missing: Vec<_> = fields(table)
            .into_iter()
            .filter(|name| !record.contains_key(name))
            .collect();
        assert!(missing.is_empty(), "docs/world.toml lacks {missing:?}");
    }
    assert_eq!(
        everything.len(),
        4,
        "api, organization, property, application"
    );
}

#[test]
fn a_file_and_the_same_document_as_json_have_the_same_records() {
    let documented = include_str!("../../../../docs/world.toml");
    let world = World::parse(documented).unwrap();
    let same = World::from_json(locate::parse(documented).unwrap()).unwrap();
    assert_eq!(world.apis, same.apis);
    assert_eq!(world.organizations, same.organizations);
    assert_eq!(world.properties, same.properties);
    let specs = |world: &World| -> Vec<_> {
        let declared = world.applications.iter();
        declared
            .map(|one| (one.client_id.clone(), one.spec.clone()))
            .collect()
    };
    assert_eq!(specs(&world), specs(&same));
}

#[test]
fn a_mistake_in_json_has_the_path_that_it_has_in_a_file() {
    for (source, path) in [
        ("[[api]]\nname = 1\naudience = \"a\"\n", "api[0].name"),
        (
            "[[application]]\nname = \"A\"\nclient_id = 1\n",
            "application[0].client_id",
        ),
        (
            "[[application]]\nname = \"A\"\nauthorize = [{ audience = \"a\", scopes = [\"b\", 1] }]\n",
            "application[0].authorize[0].scopes[1]",
        ),
        (
            "[[application]]\nname = \"A\"\ntoken_quota = { tokens = 1, per = \"1w\" }\n",
            "application[0].token_quota.per",
        ),
    ] {
        let mistake = World::parse(source).unwrap_err();
        assert_eq!(mistake.path().to_string(), path);
        assert!(!mistake.span().is_empty());
        let same = World::from_json(locate::parse(source).unwrap()).unwrap_err();
        assert_eq!((same.path(), same.what()), (mistake.path(), mistake.what()));
        assert!(same.span().is_empty());
    }
}

#[test]
fn an_unsupported_value_is_refused_at_its_place() {
    let check = |source: &str, marked: &str, what: &str| {
        let mistake = World::parse(source).unwrap_err();
        assert_eq!(&source[mistake.span().clone()], marked, "{mistake:?}");
        assert!(mistake.what().contains(what), "{mistake:?}");
    };
    let api = "[[api]]\nname = \"A\"\naudience = \"{issuer}/api\"\n";
    check(
        &format!("{api}aliases = [\"urn:a\"]\n"),
        "aliases",
        "unknown field `aliases`",
    );
    check(
        "application = [{ name = \"A\", client_id = \"a\" }, 1]\n",
        "1",
        "expected [[application]] with name, found integer",
    );
    let application = "[[application]]\nname = \"A\"\n";
    for line in ["client_id", "token_lifetime"] {
        check(
            &format!("{application}{line} = 2026-11-20\n"),
            "2026-11-20",
            "a date or time is not allowed here",
        );
    }
    check(
        &format!("{application}client_type = \"foo at line 3\"\n"),
        "\"foo at line 3\"",
        "unknown client type \"foo at line 3\"",
    );
}

/// Returns the fields of a record, from the schema.
fn fields(table: &str) -> Vec<String> {
    let schema = schemars::schema_for!(World).to_value();
    let items = &schema["properties"][table]["items"];
    let record = items["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
    let fields = schema["$defs"][record]["properties"].as_object().unwrap();
    fields.keys().cloned().collect()
}
