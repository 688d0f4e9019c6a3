//! The registry is changed to match a file.

use m2m_admin::management::SCOPES;
use m2m_admin::{ApplyError, Plan, Prune, SecretHashes, World};
use m2m_authority::registry::{Ending, SecretHash};
use m2m_store::{Action, Backend as _, Subject};

use crate::support::{NOW, Registry};

const WORLD: &str = r#"
[[api]]
name = "Orders"
audience = "https://orders.example/api"
scopes = ["read:orders", { key = "write:orders", description = "Change orders" }]
token_lifetime = 1800
introspection_clients = ["billing-job"]

[[organization]]
code = "org_acme"
name = "Acme"

[[property]]
key = "region"

[[application]]
name = "Billing job"
client_id = "billing-job"
organization = "org_acme"
properties = { region = "eu" }
token_properties = ["region"]
feature_flags = { beta = true }
authorize = [{ audience = "https://orders.example/api", scopes = ["read:orders"] }]

[[application]]
name = "Nameless"
"#;

fn steps(plan: &Plan) -> Vec<(Action, Subject, &str)> {
    plan.steps
        .iter()
        .map(|step| {
            (
                step.action,
                step.subject,
                step.name.as_deref().unwrap_or("?"),
            )
        })
        .collect()
}

#[track_caller]
fn refused(error: ApplyError) -> String {
    let ApplyError::Mistake(mistake) = error else {
        panic!("{error}")
    };
    let help = mistake.help().unwrap_or_default();
    format!("{} | {help}", mistake.what())
}

#[test]
fn an_empty_registry_gets_everything_and_a_second_time_nothing() {
    let registry = Registry::new();
    let applied = registry.apply(WORLD, Prune::Keep).unwrap();
    assert_eq!(applied.plan.counts().created, 5);
    assert_eq!(applied.credentials.len(), 2);
    let version = applied.version;

    let again = registry.apply(WORLD, Prune::Keep).unwrap();
    assert!(again.plan.is_empty(), "{}", again.plan);
    assert_eq!(again.credentials.len(), 0);
    assert_eq!(again.version, version);
    assert!(
        registry
            .apply(WORLD, Prune::Remove)
            .unwrap()
            .plan
            .is_empty()
    );
}

#[test]
fn a_generated_secret_is_valid_and_stored_as_a_hash() {
    let registry = Registry::new();
    let applied = registry.apply(WORLD, Prune::Keep).unwrap();
    for credentials in &applied.credentials {
        let application = registry.application(&credentials.client_id);
        let kept = application.secrets[0].hash;
        assert!(bool::from(kept.constant_time_eq(&SecretHash::of(
            credentials.expose_secret().as_bytes()
        ))));
    }
    let shown = format!("{applied:?} {} {:?}", applied.plan, registry.audit());
    for credentials in &applied.credentials {
        assert!(!shown.contains(credentials.expose_secret()));
        assert!(!shown.contains(&credentials.hash().to_base64()));
    }
}

#[test]
fn a_plan_changes_nothing_and_promises_no_name() {
    let registry = Registry::new();
    let plan = registry.plan(WORLD, Prune::Keep).unwrap();
    assert_eq!(plan.counts().created, 5);
    assert_eq!(registry.snapshot().version.0, 0);
    let nameless = plan.steps.last().unwrap();
    assert_eq!(nameless.name, None);
    let text = plan.to_string();
    assert!(
        text.contains("+ application with a generated client id (Nameless), with a new secret"),
        "{text}"
    );
}

#[test]
fn a_change_is_shown_field_by_field_and_audited() {
    let registry = Registry::new();
    registry.apply(WORLD, Prune::Keep).unwrap();
    let changed = WORLD
        .replace("token_lifetime = 1800", "token_lifetime = 60")
        .replace("name = \"Acme\"", "name = \"Acme\"\nsuspended = true")
        .replace("beta = true", "beta = false");
    let applied = registry.apply(&changed, Prune::Keep).unwrap();
    assert_eq!(
        steps(&applied.plan),
        [
            (Action::Updated, Subject::Api, "https://orders.example/api"),
            (Action::Updated, Subject::Organization, "org_acme"),
            (Action::Updated, Subject::Application, "billing-job"),
        ]
    );
    let text = applied.plan.to_string();
    for line in [
        "~ api \"https://orders.example/api\" (Orders)\n    token_lifetime: 1800 → 60\n",
        "~ organization \"org_acme\" (Acme)\n    suspended: false → true\n",
        "    feature_flags: { beta = true } → { beta = false }\n",
        "0 to create, 3 to update, 0 to delete",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let events = registry.audit();
    assert_eq!(events.len(), 5 + 3);
    let event = events
        .iter()
        .find(|event| event.subject == Subject::Organization && event.action == Action::Updated)
        .unwrap();
    assert_eq!(&*event.actor.name, "a test");
    assert!(
        event
            .before
            .as_deref()
            .unwrap()
            .contains("\"suspended\":false")
    );
    assert!(
        event
            .after
            .as_deref()
            .unwrap()
            .contains("\"suspended\":true")
    );
}

#[test]
fn records_that_are_not_in_the_file_are_kept_unless_pruned() {
    let registry = Registry::new();
    registry.apply(WORLD, Prune::Keep).unwrap();
    let one = "[[api]]\nname = \"Reports\"\naudience = \"https://reports.example/\"\n";
    let kept = registry.apply(one, Prune::Keep).unwrap();
    assert_eq!(kept.plan.counts().deleted, 0);
    assert_eq!(registry.snapshot().applications.len(), 2);

    let pruned = registry.apply(one, Prune::Remove).unwrap();
    assert_eq!(pruned.plan.counts().deleted, 5);
    let snapshot = registry.snapshot();
    assert_eq!((snapshot.apis.len(), snapshot.applications.len()), (1, 0));
    let deleted = snapshot
        .deleted
        .iter()
        .find(|deletion| &*deletion.client_id == "billing-job")
        .unwrap();
    assert_eq!((&*deleted.by, deleted.at), ("a test", NOW));
}

#[test]
fn a_secret_in_the_file_replaces_the_existing_ones() {
    let registry = Registry::new();
    let with = |secret: &str| {
        let hash = SecretHash::of(secret.as_bytes()).to_base64();
        format!("[[application]]\nname = \"A\"\nclient_id = \"a\"\nsecret_sha256 = \"{hash}\"\n")
    };
    registry.apply(&with("one"), Prune::Keep).unwrap();
    // Without a hash, the secrets are unchanged.
    let without = "[[application]]\nname = \"A\"\nclient_id = \"a\"\n";
    assert!(
        registry
            .apply(without, Prune::Keep)
            .unwrap()
            .plan
            .is_empty()
    );

    let replaced = registry.apply(&with("two"), Prune::Keep).unwrap();
    assert!(
        replaced
            .plan
            .to_string()
            .contains("the earlier secrets end now"),
        "{}",
        replaced.plan
    );
    let secrets = registry.application("a").secrets;
    assert!(matches!(
        &secrets[0].ending,
        Some(Ending::RotatedOut { at: NOW, at_once: true, by }) if &**by == "a test"
    ));
    assert_eq!(secrets[1].ending, None);
    assert!(
        registry
            .apply(&with("two"), Prune::Keep)
            .unwrap()
            .plan
            .is_empty()
    );
    for secret in 0..20 {
        registry
            .apply(&with(&secret.to_string()), Prune::Keep)
            .unwrap();
    }
    assert_eq!(
        registry.application("a").secrets.len(),
        m2m_authority::MAX_SECRETS
    );
}

#[test]
fn an_application_without_a_client_id_is_the_one_of_its_name() {
    let registry = Registry::new();
    let first = registry.apply(WORLD, Prune::Keep).unwrap();
    let client_id = &first.credentials[1].client_id;
    let changed = WORLD.replace(
        "name = \"Nameless\"",
        "name = \"Nameless\"\nenabled = false",
    );
    let plan = registry.apply(&changed, Prune::Keep).unwrap().plan;
    assert_eq!(
        steps(&plan),
        [(Action::Updated, Subject::Application, client_id.as_str())]
    );
}

#[test]
fn a_name_that_several_have_is_refused_with_their_client_ids() {
    let registry = Registry::new();
    let two = "[[application]]\nname = \"A\"\nclient_id = \"x\"\n[[application]]\nname = \"A\"\nclient_id = \"y\"\n";
    registry.apply(two, Prune::Keep).unwrap();
    let error = registry
        .apply("[[application]]\nname = \"A\"\n", Prune::Keep)
        .unwrap_err();
    assert_eq!(
        refused(error),
        "2 applications in the registry have the name \"A\" | add the client_id of one of them: client_id = \"x\", or client_id = \"y\""
    );
    let twice = "[[application]]\nname = \"B\"\n[[application]]\nname = \"B\"\n";
    let error = registry.apply(twice, Prune::Keep).unwrap_err();
    assert!(refused(error).contains("the name of an earlier application"));
    // Of several applications with the same name, one may have no client id in the file.
    let rest = "[[application]]\nname = \"A\"\nclient_id = \"x\"\n[[application]]\nname = \"A\"\n";
    assert!(registry.apply(rest, Prune::Keep).unwrap().plan.is_empty());
}

#[test]
fn a_mistake_names_its_place_in_the_file_and_changes_nothing() {
    let registry = Registry::new();
    registry.apply(WORLD, Prune::Keep).unwrap();
    let version = registry.snapshot().version;
    let check = |source: &str, marked: &str, expected: &str| {
        let error = registry.apply(source, Prune::Keep).unwrap_err();
        let ApplyError::Mistake(mistake) = error else {
            panic!("{error}")
        };
        assert_eq!(&source[mistake.span().clone()], marked);
        assert!(
            format!("{} {:?}", mistake.what(), mistake.help()).contains(expected),
            "{mistake:?}"
        );
    };
    // The registry has records before those of the file.
    let application =
        |line: &str| format!("[[application]]\nname = \"B\"\nclient_id = \"b\"\n{line}\n");
    check(
        &application("organization = \"org_acne\""),
        "\"org_acne\"",
        "did you mean \\\"org_acme\\\"?",
    );
    check(
        &application("default_audience = \"https://orders.example/apo\""),
        "\"https://orders.example/apo\"",
        "did you mean \\\"https://orders.example/api\\\"?",
    );
    let flags = |carried: &str| {
        let organization =
            "[[organization]]\ncode = \"o\"\nfeature_flags = { beta = true, seats = 5 }\n";
        let member = format!("organization = \"o\"\ntoken_feature_flags = {carried}");
        format!("{organization}{}", application(&member))
    };
    check(
        &flags("[\"seats\", \"bata\"]"),
        "\"bata\"",
        "did you mean \\\"beta\\\"?",
    );
    check(
        &flags("[\"beta\", \"beta\"]"),
        "\"beta\"",
        "is already in use",
    );
    check(
        &application("token_feature_flags = [\"beta\"]"),
        "\"beta\"",
        "the application has no organization",
    );
    check(
        "[[organization]]\ncode = \"o\"\nfeature_flags = { beta = true, \"a b\" = 5 }\n",
        "\"a b\"",
        "is not the key of a feature flag",
    );
    check(
        "[[organization]]\ncode = \"o\"\nhandle = \"two words\"\n",
        "\"two words\"",
        "is not a handle",
    );
    check(
        "[[property]]\nkey = \"k\"\ntype = \"multi_line_txt\"\n",
        "\"multi_line_txt\"",
        "did you mean `multi_line_text`?",
    );
    check(
        "[[property]]\nkey = \"k\"\ncontext = \"organization\"\n",
        "\"organization\"",
        "expected one of app, org, usr",
    );
    check(
        &application("properties = { regiom = 1 }"),
        "regiom",
        "did you mean \\\"region\\\"?",
    );
    check(
        &application(
            "authorize = [{ audience = \"https://orders.example/api\", scopes = [\"red:orders\"] }]",
        ),
        "\"red:orders\"",
        "did you mean \\\"read:orders\\\"?",
    );
    check(
        &format!("{}{}", application(""), application("")).replace("\"B\"", "\"Twice\""),
        "\"b\"",
        "is already in use",
    );
    let api = "[[api]]\nname = \"Orders\"\naudience = \"https://orders.example/api\"\nscopes = [\"read:orders\"]\n";
    check(
        &format!("{api}{}", api.replace("Orders", "Same")),
        "\"https://orders.example/api\"",
        "is already in use",
    );
    assert_eq!(registry.snapshot().version, version);
}

#[test]
fn a_record_that_refers_to_something_deleted_by_the_file_is_named() {
    let registry = Registry::new();
    registry.apply(WORLD, Prune::Keep).unwrap();
    let fewer = "[[api]]\nname = \"Orders\"\naudience = \"https://orders.example/api\"\nscopes = [\"write:orders\"]\n";
    let error = registry.apply(fewer, Prune::Keep).unwrap_err();
    assert!(matches!(error, ApplyError::Left { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("application \"billing-job\", which is not in the file")
            && text.contains("read:orders"),
        "{text}"
    );
}

#[test]
fn the_server_always_has_a_manager() {
    let registry = Registry::new();
    let manager = registry.bootstrap(None).unwrap().credentials;
    let manager = &manager[0].client_id;
    let empty = registry.apply("", Prune::Remove).unwrap();
    assert!(empty.plan.is_empty(), "{}", empty.plan);
    assert_eq!(*empty.plan.kept, [manager.as_str().into()]);

    let change =
        |line: &str| format!("[[application]]\nname = \"M\"\nclient_id = {manager:?}\n{line}\n");
    let all: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    let authorize = format!("authorize = [{{ audience = \"{{issuer}}/api\", scopes = {all:?} }}]");
    let most = &all[1..];
    for line in [
        "",
        "authorize = [{ audience = \"{issuer}/api\" }]",
        &format!("authorize = [{{ audience = \"{{issuer}}/api\", scopes = {most:?} }}]"),
        &format!("enabled = false\n{authorize}"),
        &format!("client_type = \"public\"\n{authorize}"),
        &format!("grant_types = []\n{authorize}"),
        &format!("authentication_methods = []\n{authorize}"),
        &format!("allowed_addresses = [\"0.0.0.0\", \"224.0.0.0/4\"]\n{authorize}"),
        &format!("system_user = \"svc\"\n{authorize}"),
        &format!(
            "organization = \"o\"\n{authorize}\n[[organization]]\ncode = \"o\"\nsuspended = true\n"
        ),
    ] {
        for prune in [Prune::Keep, Prune::Remove] {
            let error = registry.apply(&change(line), prune).unwrap_err();
            assert!(
                refused(error).contains("the last application that manages"),
                "{line}"
            );
        }
    }
    // Another application may replace it.
    let successor = format!("[[application]]\nname = \"N\"\nclient_id = \"n\"\n{authorize}\n");
    let applied = registry.apply(&successor, Prune::Remove).unwrap();
    assert_eq!(applied.plan.counts().deleted, 1);
    assert_eq!(registry.snapshot().applications.len(), 1);
}

#[test]
fn ten_thousand_applications_are_planned_without_quadratic_work() {
    let registry = Registry::new();
    let mut source = String::from(WORLD);
    for number in 0..10_000 {
        let client_id = if number % 2 == 0 {
            format!("client_id = \"a-{number}\"")
        } else {
            String::new()
        };
        source.push_str(&format!(
            "[[application]]\nname = \"A {number}\"\n{client_id}\nauthorize = [{{ audience = \"https://orders.example/api\", scopes = [\"read:orders\"] }}]\n"
        ));
    }
    let world = World::parse(&source).unwrap();
    registry.apply_world(&world, Prune::Keep).unwrap();
    let plan = registry.apply_world(&world, Prune::Remove).unwrap().plan;
    assert!(plan.is_empty());
    let exported = registry.export(SecretHashes::LeftOut);
    assert!(
        registry
            .apply(&exported, Prune::Remove)
            .unwrap()
            .plan
            .is_empty()
    );
}

#[test]
fn a_management_application_is_recognized_by_its_scopes() {
    let registry = Registry::new();
    let source = "[[api]]\nname = \"M\"\naudience = \"{issuer}/api\"\nscopes = [\"apply:registry\"]\n[[application]]\nname = \"A\"\nclient_id = \"a\"\nauthorize = [{ audience = \"{issuer}/api\", scopes = [\"apply:registry\"] }]\n";
    registry.apply(source, Prune::Keep).unwrap();
    let spec = registry.application("a").spec;
    assert!(spec.takes_part_in_management());
    assert_eq!(&*spec.authorize[0].audience, "{issuer}/api");
    let snapshot = registry.snapshot();
    assert_eq!(*snapshot.apis[0].value.aliases, ["{issuer}/api/v1".into()]);
}

#[test]
fn a_concurrent_change_is_detected() {
    let registry = Registry::new();
    let world = World::parse(WORLD).unwrap();
    let prepared = registry.prepare(&world).unwrap();
    registry
        .apply("[[organization]]\ncode = \"o\"\n", Prune::Keep)
        .unwrap();
    let error = registry
        .wait(prepared.commit(registry.backend()))
        .unwrap_err();
    assert_eq!(error, m2m_store::CommitError::Conflict);
    assert_eq!(error.cause(), m2m_errors::Cause::RegistryChanged);
    assert_eq!(
        registry
            .wait(registry.backend().snapshot())
            .unwrap()
            .applications
            .len(),
        0
    );
}
