//! The export of a registry to a file, and its import.

use m2m_admin::{Prune, SecretHashes};
use m2m_authority::registry::{
    Api, Application, AuthenticationMethods, Authorization, ClaimSet, ClientType, GrantTypes,
    Lifetime, Organization, Period, Property, PropertyContext, PropertyKind, PropertyValue, Quota,
    QuotaMode, ScopeDefinition, SecretHash, StoredSecret, Text, Values, is_name,
};
use m2m_jwt::{Algorithm, UnixTime};
use m2m_store::{
    Action, Actor, AuditEvent, Backend as _, Change, RecordId, Stored, Subject, Version, Write,
};
use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::support::{NOW, Registry};

#[test]
fn an_export_is_the_file_that_people_would_write() {
    let registry = Registry::new();
    let hash = SecretHash::of(b"secret").to_base64();
    let source = format!(
        r#"
[[api]]
name = "Orders"
description = "What was \"ordered\""
audience = "https://orders.example/api"
scopes = ["read:orders", {{ key = "write:orders", description = "Change \"orders\"" }}]
token_lifetime = 1800
signing_alg = "EdDSA"
claims = "kinde"
introspection_clients = ["billing-job"]

[[organization]]
code = "org_acme"
name = "Acme"
handle = "acme"
external_id = "crm 7"
suspended = true
feature_flags = {{ plan = "gold", seats = 5 }}

[[property]]
key = "region"
name = "Region"

[[property]]
key = "cost.centre"
description = "Who pays"
private = true
type = "multi_line_text"
context = "org"
category_id = "cat_1"

[[application]]
name = "Billing job"
client_id = "billing-job"
secret_sha256 = "{hash}"
description = "Sends invoices\nat night"
owner = "Team \"Billing\""
contact = "https://billing.example/contact"
purpose = "Reads orders\nfor the invoices"
default_audience = "https://orders.example/api"
organization = "org_acme"
enabled = false
authentication_methods = ["client_secret_post"]
token_lifetime = 600
not_before = 2026-11-20T00:00:00Z
expires_at = 2027-06-30T00:00:00Z
allowed_addresses = ["10.0.0.0/8", "192.0.2.7/32"]
token_quota = {{ tokens = 1000, per = "1h", mode = "warn" }}
feature_flags = {{ beta = true, level = -3 }}
token_feature_flags = ["seats"]
properties = {{ "cost.centre" = 7, region = "eu" }}
token_properties = ["region"]
system_user = "svc.integration"
system_user_allowed = true
authorize = [{{ audience = "https://orders.example/api", scopes = ["read:orders"] }}]

[[application]]
name = "Plain"
client_id = "plain"
client_type = "public"
grant_types = []
"#
    );
    registry.apply(&source, Prune::Keep).unwrap();
    let exported = registry.export(SecretHashes::Included);
    let (_, body) = exported.split_once('\n').unwrap();
    assert_eq!(body, source);
    let without = registry.export(SecretHashes::LeftOut);
    assert!(!without.contains("secret_sha256") && !without.contains(&hash));
}

#[test]
fn the_latest_valid_secret_is_exported() {
    let registry = Registry::new();
    let source = |hash: SecretHash| {
        let hash = hash.to_base64();
        format!("[[application]]\nname = \"A\"\nclient_id = \"a\"\nsecret_sha256 = \"{hash}\"\n")
    };
    for secret in [b"one", b"two"] {
        registry
            .apply(&source(SecretHash::of(secret)), Prune::Keep)
            .unwrap();
    }
    let exported = registry.export(SecretHashes::Included);
    assert!(
        exported.contains(&SecretHash::of(b"two").to_base64()),
        "{exported}"
    );
    assert!(
        !exported.contains(&SecretHash::of(b"one").to_base64()),
        "{exported}"
    );
}

/// Names with all kinds of characters that are allowed in one.
fn name() -> impl Strategy<Value = Box<str>> {
    prop_oneof![
        "[a-z ]{0,11}[a-z]",
        any::<String>().prop_filter("it is a name", |text| is_name(text)),
        Just("quotes \" ' \\ and # = [[api]]".to_owned()),
        Just("ü 𝄞 ❤\u{fe0f}".to_owned()),
    ]
    .prop_map(String::into_boxed_str)
}

/// Texts with all kinds of characters that are allowed in a value.
fn text() -> impl Strategy<Value = Box<str>> {
    prop_oneof![
        "[a-z ]{1,12}",
        any::<String>(),
        Just("quotes \" ' \\ and\nlines\r\n\t# = [[api]]".to_owned()),
        Just("ü 𝄞 \u{202e}\u{feff}\u{0}\u{7f}\u{85}".to_owned()),
    ]
    .prop_map(String::into_boxed_str)
}

fn value() -> impl Strategy<Value = PropertyValue> {
    prop_oneof![
        any::<bool>().prop_map(PropertyValue::Boolean),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(PropertyValue::Integer),
        text().prop_map(PropertyValue::Text),
    ]
}

const SCOPES: [&str; 4] = ["read", "write", "a:b#c", "https://scope.example/x"];

fn api(number: usize) -> impl Strategy<Value = Api> {
    let scopes = subsequence(SCOPES.to_vec(), 0..=4);
    let kinds = (
        prop::sample::select(Algorithm::ALL),
        any::<bool>(),
        1..=Lifetime::MAX.as_seconds(),
    );
    (name(), scopes, text(), kinds).prop_map(
        move |(name, scopes, description, (algorithm, is_kinde, seconds))| Api {
            scopes: scopes
                .into_iter()
                .map(|key| ScopeDefinition {
                    key: key.into(),
                    description: description.parse().unwrap_or_default(),
                })
                .collect(),
            token_lifetime: Lifetime::from_seconds(seconds).unwrap(),
            signing_alg: algorithm,
            claims: if is_kinde {
                ClaimSet::Kinde
            } else {
                ClaimSet::Rfc9068
            },
            introspection_clients: vec!["client-0".into()],
            description: name.parse().ok(),
            ..Api::new(&name, &format!("https://api{number}.example/'"))
        },
    )
}

fn application(number: usize, apis: Vec<Api>) -> impl Strategy<Value = Application> {
    let apis = subsequence(apis.clone(), 0..=apis.len());
    let flags = prop::collection::btree_map(text(), value(), 0..3);
    let properties = prop::collection::btree_map(
        prop::sample::select(vec!["p-0", "p.1", "p\"2"]),
        value(),
        0..=3,
    );
    let who = (
        name(),
        any::<[bool; 7]>(),
        prop::option::of(0..=NOW.as_seconds()),
        prop::option::of(1..=Lifetime::MAX.as_seconds()),
    );
    let quota = prop::option::of((1..u64::from(u32::MAX), 1_u64..10_000_000, any::<bool>()));
    let addresses = subsequence(
        vec!["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1"],
        0..=4,
    );
    (who, apis, flags, properties, quota, addresses, 0..3_usize).prop_map(
        move |(
            (name, is, not_before, lifetime),
            apis,
            flags,
            properties,
            quota,
            addresses,
            secrets,
        )| {
            let [enabled, confidential, grant, basic, post, user, member] = is;
            let mut application = Application::new(&name, &format!("client-{number}"));
            application.spec.enabled = enabled;
            application.spec.description = name.parse().ok().filter(|_| enabled);
            if !confidential {
                application.spec.client_type = ClientType::Public;
            }
            application.spec.grant_types = GrantTypes {
                client_credentials: grant,
            };
            application.spec.authentication_methods = AuthenticationMethods {
                client_secret_basic: basic,
                client_secret_post: post,
            };
            application.spec.organization = member.then(|| "org\\0".into());
            if member && grant {
                application.spec.token_feature_flags = vec!["plan\"1".into(), "beta".into()];
            }
            application.spec.system_user = user.then(|| "svc\"1".into());
            application.spec.system_user_allowed = user;
            application.spec.not_before = not_before.map(UnixTime::from_seconds);
            application.spec.token_lifetime =
                lifetime.map(|seconds| Lifetime::from_seconds(seconds).unwrap());
            application.spec.token_quota = quota.map(|(tokens, seconds, enforce)| Quota {
                tokens,
                per: Period::from_seconds(seconds).unwrap(),
                mode: if enforce {
                    QuotaMode::Enforce
                } else {
                    QuotaMode::Warn
                },
            });
            application.spec.allowed_addresses =
                addresses.iter().map(|text| text.parse().unwrap()).collect();
            application.spec.token_properties = properties
                .keys()
                .filter(|key| **key != "p\"2")
                .rev()
                .map(|key| (*key).into())
                .collect();
            application.spec.properties = properties
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect();
            application.spec.feature_flags = flags;
            application.spec.default_audience = apis.first().map(|api| api.audience.clone());
            application.spec.authorize = apis
                .into_iter()
                .map(|api| Authorization {
                    audience: api.audience,
                    scopes: api
                        .scopes
                        .into_iter()
                        .map(|scope| scope.key)
                        .rev()
                        .collect(),
                })
                .collect();
            for secret in 0..secrets {
                let hash = SecretHash::of(&[u8::try_from(secret).unwrap()]);
                let id = format!("s{secret}");
                application.secrets.push(StoredSecret::new(&id, hash, NOW));
            }
            application
        },
    )
}

fn records() -> impl Strategy<Value = (Vec<Api>, Vec<Application>, Box<str>, bool)> {
    (api(0), api(1)).prop_flat_map(|(one, other)| {
        let apis = vec![one, other];
        let applications = (application(0, apis.clone()), application(1, apis.clone()));
        (Just(apis), applications, name(), any::<bool>())
            .prop_map(|(apis, (one, other), name, is)| (apis, vec![one, other], name, is))
    })
}

/// Writes records directly to the store, without a file and the operations.
fn store(
    registry: &Registry,
    (apis, applications, name, is): (Vec<Api>, Vec<Application>, Box<str>, bool),
) {
    let mut number = 0;
    let mut id = || {
        number += 1;
        RecordId::new(NOW, [number; 10])
    };
    let mut writes: Vec<Write> = Vec::new();
    let organization = Organization {
        suspended: is,
        handle: is.then(|| "a'b\"c".into()),
        external_id: (!is).then(|| "é \\ \" 🦀".into()),
        feature_flags: Values::from([
            (
                "plan\"1".into(),
                PropertyValue::Text(format!("{name}\n\u{202e}\0").into()),
            ),
            ("beta".into(), PropertyValue::Boolean(is)),
        ]),
        ..Organization::new("org\\0", &name)
    };
    writes.push(Write::PutOrganization(Stored::new(id(), organization, NOW)));
    for key in ["p-0", "p.1", "p\"2"] {
        let property = Property {
            private: key == "p\"2",
            description: if is {
                Text::default()
            } else {
                name.parse().unwrap_or_default()
            },
            kind: if is {
                PropertyKind::MultiLineText
            } else {
                PropertyKind::SingleLineText
            },
            context: match key {
                "p-0" => PropertyContext::Application,
                "p.1" => PropertyContext::Organization,
                _ => PropertyContext::User,
            },
            category_id: is.then(|| name.clone()),
            ..Property::new(key, if is { key } else { &name })
        };
        writes.push(Write::PutProperty(Stored::new(id(), property, NOW)));
    }
    for api in apis {
        writes.push(Write::PutApi(Stored::new(id(), api, NOW)));
    }
    for application in applications {
        writes.push(Write::PutApplication(Box::new(Stored::new(
            id(),
            application,
            NOW,
        ))));
    }
    let event = AuditEvent {
        time: NOW,
        actor: Actor::command("a test"),
        action: Action::Created,
        subject: Subject::Api,
        name: "all".into(),
        before: None,
        after: None,
    };
    let change = Change {
        writes,
        events: vec![event],
    };
    registry
        .wait(registry.backend().commit(Version(0), change))
        .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn applying_an_export_plans_nothing_and_exporting_again_gives_the_same(records in records()) {
        let registry = Registry::new();
        store(&registry, records);
        for secret_hashes in [SecretHashes::LeftOut, SecretHashes::Included] {
            let exported = registry.export(secret_hashes);
            let plan = registry.plan(&exported, Prune::Remove).unwrap();
            prop_assert!(plan.is_empty(), "{plan}\n{exported}");
            prop_assert_eq!(&registry.export(secret_hashes), &exported);
        }
        // In another store, the file creates the same registry.
        let exported = registry.export(SecretHashes::LeftOut);
        let copy = Registry::new();
        copy.apply(&exported, Prune::Keep).unwrap();
        prop_assert_eq!(copy.export(SecretHashes::LeftOut), exported);
    }
}
