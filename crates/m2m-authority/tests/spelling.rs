//! The one spelling of each record: it is read as it was written, and the error for a wrong value names a right one.

use m2m_authority::registry::{
    Api, ApplicationSpec, AuthenticationMethods, ClaimSet, ClientType, GrantTypes, Lifetime,
    Organization, Period, Property, PropertyContext, PropertyKind, PropertyValue, Quota, QuotaMode,
    ScopeDefinition, Values,
};
use m2m_jwt::{Algorithm, UnixTime};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + core::fmt::Debug>(record: &T) -> Value {
    let value = serde_json::to_value(record).expect("a record is serialized");
    assert_eq!(
        serde_json::from_value::<T>(value.clone()).expect("a record is parsed"),
        *record
    );
    // Unlike a value, a text lets the reader borrow strings from it.
    let text = serde_json::to_string(record).expect("a record is serialized");
    assert_eq!(
        serde_json::from_str::<T>(&text).expect("a record is parsed"),
        *record
    );
    value
}

/// An application with a value in every field.
fn full() -> ApplicationSpec {
    let mut spec = ApplicationSpec::new("Näme \"quoted\"");
    spec.description = Some("Sends invoices\nat night".parse().expect("a text"));
    spec.owner = Some("Team Ä".parse().expect("an owner"));
    spec.contact = Some("mailto:a@example.com".parse().expect("a contact"));
    spec.purpose = Some("Reads\norders".parse().expect("a text"));
    spec.default_audience = Some("https://orders.example".into());
    spec.organization = Some("org".into());
    spec.enabled = false;
    spec.client_type = ClientType::Public;
    spec.grant_types = GrantTypes {
        client_credentials: false,
    };
    spec.authentication_methods = AuthenticationMethods {
        client_secret_basic: false,
        client_secret_post: true,
    };
    spec.token_lifetime = Lifetime::from_seconds(60).ok();
    spec.not_before = Some(UnixTime::from_seconds(1_795_132_800));
    spec.expires_at = Some(UnixTime::from_seconds(1_795_132_801));
    spec.allowed_addresses = vec!["10.0.0.0/8".parse().expect("a block")];
    spec.token_quota = Some(Quota {
        tokens: 7,
        per: Period::from_seconds(3600).expect("an hour"),
        mode: QuotaMode::Enforce,
    });
    spec.properties = Values::from([
        ("a".into(), PropertyValue::Text("\u{1f980}\n".into())),
        ("b".into(), PropertyValue::Boolean(true)),
        ("c".into(), PropertyValue::Integer(-9_007_199_254_740_991)),
    ]);
    spec.token_properties = vec!["b".into(), "a".into()];
    spec.feature_flags = Values::from([("f".into(), PropertyValue::Integer(7))]);
    spec.token_feature_flags = vec!["g".into()];
    spec.system_user = Some("user".into());
    spec.system_user_allowed = true;
    spec
}

#[test]
fn an_application_is_spelled_as_in_a_file() {
    let value = check(&full());
    assert_eq!(value["grant_types"], json!([]));
    assert_eq!(
        value["authentication_methods"],
        json!(["client_secret_post"])
    );
    assert_eq!(value["not_before"], "2026-11-20T00:00:00Z");
    assert_eq!(
        value["token_quota"],
        json!({ "tokens": 7, "per": "1h", "mode": "enforce" })
    );
    assert_eq!(value["properties"]["c"], -9_007_199_254_740_991_i64);
    // All of them differ from the default, so that a member that is forgotten is found.
    let plain = serde_json::to_value(ApplicationSpec::new("A")).unwrap();
    for (name, value) in value.as_object().unwrap() {
        if name != "authorize" {
            assert_ne!(plain[name], *value, "{name}");
        }
    }
}

#[test]
fn omitted_fields_have_their_defaults() {
    let plain: ApplicationSpec = serde_json::from_value(json!({ "name": "A" })).unwrap();
    assert_eq!(plain, ApplicationSpec::new("A"));
    let api: Api = serde_json::from_value(json!({ "name": "A", "audience": "a" })).unwrap();
    assert_eq!(api, Api::new("A", "a"));
    let organization = json!({ "code": "o", "name": "O" });
    let organization: Organization = serde_json::from_value(organization).unwrap();
    assert_eq!(organization, Organization::new("o", "O"));
    let property: Property = serde_json::from_value(json!({ "key": "k", "name": "K" })).unwrap();
    assert_eq!(property, Property::new("k", "K"));
}

#[test]
fn other_records_are_read_as_they_were_written() {
    let mut api = Api::new("Orders", "https://orders.example").with_scopes(&["read"]);
    api.scopes.push(ScopeDefinition {
        key: "write".into(),
        description: "Change orders".parse().unwrap(),
    });
    api.description = Some("What was ordered".parse().unwrap());
    api.aliases = vec!["urn:orders".into()];
    api.signing_alg = Algorithm::EdDsa;
    api.claims = ClaimSet::Kinde;
    api.introspection_clients = vec!["a".into()];
    let value = check(&api);
    assert_eq!(
        value["scopes"],
        json!(["read", { "key": "write", "description": "Change orders" }])
    );
    assert_eq!(
        (&value["signing_alg"], &value["claims"]),
        (&json!("EdDSA"), &json!("kinde"))
    );
    let mut organization = Organization::new("o", "O");
    organization.handle = Some("h".into());
    organization.external_id = Some("e".into());
    organization.suspended = true;
    organization.feature_flags = full().feature_flags;
    check(&organization);
    let mut property = Property::new("k", "K");
    property.description = "d".parse().unwrap();
    property.private = true;
    property.kind = PropertyKind::MultiLineText;
    property.context = PropertyContext::User;
    property.category_id = Some("c".into());
    assert_eq!(check(&property)["type"], "multi_line_text");
}

#[test]
fn a_number_may_have_a_zero_fraction() {
    let with = |number: Value| {
        let value = json!({ "name": "A", "token_lifetime": number, "properties": { "n": number } });
        serde_json::from_value::<ApplicationSpec>(value)
    };
    let spec = with(json!(60.0)).unwrap();
    assert_eq!(spec.token_lifetime, Lifetime::from_seconds(60).ok());
    assert_eq!(spec.properties["n"], PropertyValue::Integer(60));
    for wrong in [
        json!(60.5),
        json!(1e300),
        json!(0),
        json!(-1),
        json!(2_592_001),
    ] {
        assert!(with(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn the_error_for_bits_beyond_a_prefix_names_the_block() {
    let wrong = json!({ "name": "A", "allowed_addresses": ["127.0.0.1/8"] });
    let error = serde_json::from_value::<ApplicationSpec>(wrong).unwrap_err();
    assert!(
        error.to_string().contains("write 127.0.0.0/8, or"),
        "{error}"
    );
}

#[test]
fn the_error_for_an_unknown_word_lists_all_words() {
    let wrong = json!({ "name": "A", "authentication_methods": ["client_secret_basi"] });
    let error = serde_json::from_value::<ApplicationSpec>(wrong).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown authentication method \"client_secret_basi\", expected one of `client_secret_basic`, `client_secret_post`"
    );
}

proptest! {
    #[test]
    fn every_safe_integer_and_text_is_a_value(
        integer in -9_007_199_254_740_991_i64..=9_007_199_254_740_991,
        text in any::<String>(),
    ) {
        let mut spec = ApplicationSpec::new(&text);
        spec.properties = Values::from([
            (text.as_str().into(), PropertyValue::Integer(integer)),
            (format!("{text}.").into(), PropertyValue::Text(text.as_str().into())),
        ]);
        check(&spec);
    }

    #[test]
    fn every_time_of_the_calendar_is_read_back(seconds in 0_u64..253_402_207_200) {
        let time = UnixTime::from_seconds(seconds);
        let text = m2m_authority::registry::time_text(time);
        prop_assert_eq!(m2m_authority::registry::parse_time(&text), Some(time));
    }
}
