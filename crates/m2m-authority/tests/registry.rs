//! The rules that hold between records, and the message for the first mistake.

use m2m_authority::Registry;
use m2m_authority::registry::{
    Api, Application, InvalidRegistry, Kind, Organization, Period, Problem, Property,
    PropertyValue, Quota, QuotaMode, Records, SecretHash, StoredSecret,
};
use m2m_jwt::UnixTime;

const API: &str = "https://orders.example/api";

fn good() -> Records {
    Records {
        apis: vec![Api::new("Orders", API).with_scopes(&["read", "write"])],
        organizations: vec![Organization::new("org_acme", "Acme")],
        properties: vec![Property::new("region", "Region")],
        applications: vec![Application::new("Billing", "billing").authorized(API, &["read"])],
        deleted: Vec::new(),
    }
}

/// Returns the first mistake in the records after `change`.
fn mistake(change: impl FnOnce(&mut Records)) -> InvalidRegistry {
    let mut records = good();
    change(&mut records);
    Registry::assemble(records).expect_err("the records are invalid")
}

#[track_caller]
fn check(change: impl FnOnce(&mut Records), path: &str, problem: &str) {
    let error = mistake(change);
    assert_eq!(
        (&*error.path.to_string(), &*error.to_string()),
        (path, problem)
    );
}

fn app(records: &mut Records) -> &mut Application {
    records
        .applications
        .first_mut()
        .expect("there is an application")
}

#[test]
fn valid_records_form_a_registry() {
    let registry = Registry::assemble(good()).unwrap();
    assert_eq!(
        &*registry.application("billing").unwrap().spec.name,
        "Billing"
    );
    assert!(registry.application("Billing").is_none());
    assert!(registry.client("billing").is_some() && registry.policy("billing").is_some());
}

#[test]
fn an_audience_is_unique_among_audiences_and_aliases() {
    let taken = "\"https://orders.example/api\" is already in use";
    check(
        |r| r.apis.push(Api::new("Other", API)),
        "api[1].audience",
        taken,
    );
    let alias = |r: &mut Records| {
        let mut other = Api::new("Other", "https://other.example");
        other.aliases = vec!["https://alias.example".into(), API.into()];
        r.apis.push(other);
    };
    check(alias, "api[1].aliases[1]", taken);
}

#[test]
fn a_scope_is_a_scope_token_and_unique_on_its_api() {
    let place = "api[0].scopes[2]";
    let with = |scope: &'static str| {
        move |r: &mut Records| {
            r.apis[0] = Api::new("Orders", API).with_scopes(&["read", "write", scope])
        }
    };
    check(with("read"), place, "\"read\" is already in use");
    check(with("a b"), place, "\"a b\" is not a scope token");
    check(with(""), place, "\"\" is not a scope token");
}

#[test]
fn a_client_id_is_unique_and_well_formed() {
    let place = "application[1].client_id";
    let with = |id: &'static str| {
        move |r: &mut Records| r.applications.push(Application::new("Second", id))
    };
    check(with("billing"), place, "\"billing\" is already in use");
    for id in ["", "a b", "a+b", "a%20b", "a:b", "é"] {
        let error = mistake(with(id));
        assert_eq!(error.path.field(), Some("client_id"), "{id}");
        assert!(matches!(error.problem, Problem::Malformed { .. }), "{id}");
    }
}

#[test]
fn a_reference_to_a_missing_record_is_refused_with_the_nearest_name() {
    let unknown = mistake(|r| app(r).spec.organization = Some("org_acm".into()));
    let nearest = Some("org_acme".into());
    let value = "org_acm".into();
    assert_eq!(
        unknown.problem,
        Problem::Unknown {
            kind: Kind::Organization,
            value,
            nearest
        }
    );

    let audience = |r: &mut Records| {
        *app(r) = Application::new("B", "billing").authorized("https://order.example/api", &[]);
    };
    check(
        audience,
        "application[0].authorize[0].audience",
        "there is no API with the audience \"https://order.example/api\"",
    );
    check(
        |r| app(r).spec.default_audience = Some("https://order.example/api".into()),
        "application[0].default_audience",
        "there is no API with the audience \"https://order.example/api\"",
    );
    let scope = |r: &mut Records| {
        *app(r) = Application::new("B", "billing").authorized(API, &["read", "wirte"]);
    };
    check(
        scope,
        "application[0].authorize[0].scopes[1]",
        "there is no scope of this API with the name \"wirte\"",
    );
    check(
        |r| r.apis[0].introspection_clients = vec!["absent".into()],
        "api[0].introspection_clients[0]",
        "there is no application with the client id \"absent\"",
    );
    let twice = |r: &mut Records| {
        *app(r) = Application::new("B", "billing")
            .authorized(API, &[])
            .authorized(API, &["read"]);
    };
    let place = "application[0].authorize[1].audience";
    check(
        twice,
        place,
        "\"https://orders.example/api\" is already in use",
    );
    let by_an_alias = |r: &mut Records| {
        r.apis[0].aliases = vec!["https://alias.example".into()];
        *app(r) = Application::new("B", "billing")
            .authorized(API, &[])
            .authorized("https://alias.example", &["read"]);
    };
    check(
        by_an_alias,
        place,
        "\"https://alias.example\" is already in use",
    );
}

#[test]
fn a_private_property_is_not_allowed_in_tokens() {
    let place = "application[0].token_properties[0]";
    let with = |key: &'static str, private: bool| {
        move |r: &mut Records| {
            r.properties[0].private = private;
            app(r).spec.properties = [("region".into(), PropertyValue::Boolean(true))].into();
            app(r).spec.token_properties = vec![key.into()];
        }
    };
    assert!(matches!(
        mistake(with("region", true)).problem,
        Problem::Private { .. }
    ));
    check(with("reg", false), place, "there is no property \"reg\"");
}

#[test]
fn a_token_carries_a_property_once() {
    let twice = |r: &mut Records| {
        app(r).spec.properties = [("region".into(), PropertyValue::Boolean(true))].into();
        app(r).spec.token_properties = vec!["region".into(), "region".into()];
    };
    check(
        twice,
        "application[0].token_properties[1]",
        "\"region\" is already in use",
    );
}

#[test]
fn too_many_secrets_are_refused() {
    let secret = || StoredSecret::new("s", SecretHash::of(b"x"), UnixTime::from_seconds(0));
    let place = "application[0].secret_sha256";
    check(
        |r| app(r).secrets = vec![secret(); 9],
        place,
        "too many values: the maximum is 8",
    );
}

#[test]
fn a_quota_of_zero_tokens_is_refused() {
    let place = "application[0].token_quota";
    let quota = Quota {
        tokens: 0,
        per: Period::from_seconds(60).unwrap(),
        mode: QuotaMode::Warn,
    };
    check(
        |r| app(r).spec.token_quota = Some(quota),
        place,
        "the value must be at least 1",
    );
    assert_eq!(Period::from_seconds(0), None);
}

#[test]
fn a_code_and_a_key_are_unique() {
    check(
        |r| r.organizations.push(Organization::new("org_acme", "Again")),
        "organization[1].code",
        "\"org_acme\" is already in use",
    );
    check(
        |r| r.properties.push(r.properties[0].clone()),
        "property[1].key",
        "\"region\" is already in use",
    );
    check(
        |r| r.organizations.push(Organization::new("two words", "Two")),
        "organization[1].code",
        "\"two words\" is not a code: visible ASCII, at most 256 bytes, and neither . nor ..",
    );
}

#[test]
fn a_token_carries_flags_that_the_organization_has() {
    let with = |keys: &'static [&'static str]| {
        move |r: &mut Records| {
            let flags = ["beta", "seats"].map(|key| (key.into(), PropertyValue::Integer(1)));
            r.organizations[0].feature_flags = flags.into();
            let application = app(r);
            application.spec.organization = Some("org_acme".into());
            application.spec.token_feature_flags = keys.iter().map(|key| (*key).into()).collect();
        }
    };
    let mut records = good();
    with(&["seats", "beta"])(&mut records);
    Registry::assemble(records).unwrap();

    let place = |item: usize| format!("application[0].token_feature_flags[{item}]");
    let unknown = mistake(with(&["seats", "bata"]));
    assert_eq!(
        unknown.problem,
        Problem::Unknown {
            kind: Kind::FeatureFlag,
            value: "bata".into(),
            nearest: Some("beta".into()),
        }
    );
    check(
        with(&["seats", "bata"]),
        &place(1),
        "there is no feature flag of the application's organization with the key \"bata\"",
    );
    check(
        with(&["seats", "beta", "seats"]),
        &place(2),
        "\"seats\" is already in use",
    );
    let homeless = |r: &mut Records| {
        with(&["seats"])(r);
        app(r).spec.organization = None;
    };
    check(
        homeless,
        &place(0),
        "the application has no organization that could define the feature flag \"seats\"",
    );
}

#[test]
fn the_identifiers_of_an_organization_are_bounded() {
    let flags = |keys: &'static [&'static str]| {
        move |r: &mut Records| {
            let flags = keys.iter();
            let flags = flags.map(|key| ((*key).into(), PropertyValue::Boolean(true)));
            r.organizations[0].feature_flags = flags.collect();
        }
    };
    let place = "organization[0].feature_flags.two words";
    check(
        flags(&["beta", "two words"]),
        place,
        "\"two words\" is not the key of a feature flag: visible ASCII, at most 256 bytes, and neither . nor ..",
    );
    for handle in ["", "two words", "é", &"x".repeat(257)] {
        let error = mistake(|r| r.organizations[0].handle = Some(handle.into()));
        assert_eq!(error.path.field(), Some("handle"), "{handle}");
    }
    for external_id in ["", "a\nb", &"x".repeat(257)] {
        let error = mistake(|r| r.organizations[0].external_id = Some(external_id.into()));
        assert_eq!(error.path.field(), Some("external_id"), "{external_id}");
    }
    let mut records = good();
    records.organizations[0].handle = Some("x".repeat(256).into());
    records.organizations[0].external_id = Some("Größe 7 / 🦀".into());
    Registry::assemble(records).unwrap();
}
