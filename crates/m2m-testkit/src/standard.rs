//! The registry that most tests share: one application for each state or mistake that an application can have.

use m2m_authority::registry::{
    Api, Application, ApplicationSpec, AuthenticationMethods, ClaimSet, ClientType, Deletion,
    Ending, GrantTypes, Organization, Property, PropertyValue, Quota, QuotaMode, Records,
    SecretHash, StoredSecret, Values,
};
use m2m_errors::Profile;
use m2m_jwt::{Algorithm, UnixTime};

use crate::World;

/// The secret of every application.
pub const SECRET: &str = "testkit-secret-0123456789abcdef0123456789";
/// A secret that no application has, of the same length as [`SECRET`].
pub const WRONG_SECRET: &str = "testkit-secret-9876543210fedcba9876543210";
/// The secret of the application `rotated` that works until a day after the beginning.
pub const OLD_SECRET: &str = "testkit-secret-old-456789abcdef0123456789";

/// A client id that needs no escaping.
pub const PLAIN_ID: &str = "plain-id";
/// A client id with a slash, of a trusted application with the system user `svc.integration`.
pub const TRUSTED_ID: &str = "my.trusted.app/service";
/// An application that is authorized for two APIs.
pub const BILLING: &str = "billing-job";

/// An API with the scopes `read:orders`, `write:orders` and `shared:list`.
pub const ORDERS: &str = "https://orders.example/api";
/// An API with the scopes `read:invoices` and `shared:list`.
pub const INVOICES: &str = "https://invoices.example/api";
/// An API whose tokens are signed with EdDSA.
pub const STOCK: &str = "https://stock.example/api";
/// An API with the scopes `read`, `update` and `DomainApi`.
pub const ERP: &str = "https://erp.example/";
/// An API with the claim set `kinde` and the scopes `read:users`, `write:flags` and `read:ledger`.
pub const LEDGER: &str = "https://ledger.example/api";
/// The code of an organization.
pub const ACME: &str = "org_acme";

/// Returns the registry that most tests share, for a server that answers in this dialect. In the profile for trusted applications, each
/// application gets a system user unless its name says otherwise, since that profile requires one.
#[must_use]
pub fn standard_records(profile: Profile) -> Records {
    let mut applications = applications();
    if profile == Profile::TrustedApplication {
        for (number, application) in applications.iter_mut().enumerate() {
            let without = ["user-missing", "user-not-allowed", "user-none"]
                .contains(&&*application.client_id);
            if !without && application.spec.system_user.is_none() {
                system_user(&mut application.spec, &format!("svc.{number}"));
            }
        }
    }
    Records {
        apis: apis(),
        organizations: vec![
            Organization::new(ACME, "Acme"),
            Organization {
                suspended: true,
                ..Organization::new("org_suspended", "Suspended")
            },
        ],
        properties: vec![Property::new("region", "Region")],
        applications,
        deleted: vec![Deletion {
            client_id: "deleted".into(),
            at: World::BEGINNING,
            by: "operator".into(),
        }],
    }
}

fn apis() -> Vec<Api> {
    vec![
        Api::new("Orders", ORDERS).with_scopes(&["read:orders", "write:orders", "shared:list"]),
        Api::new("Invoices", INVOICES).with_scopes(&["read:invoices", "shared:list"]),
        Api {
            signing_alg: Algorithm::EdDsa,
            ..Api::new("Stock", STOCK).with_scopes(&["read:stock"])
        },
        Api::new("ERP", ERP).with_scopes(&["read", "update", "DomainApi"]),
        Api {
            claims: ClaimSet::Kinde,
            ..Api::new("Ledger", LEDGER).with_scopes(&["read:users", "write:flags", "read:ledger"])
        },
    ]
}

/// Returns a secret that was created at the beginning.
fn secret(id: &str, text: &str) -> StoredSecret {
    StoredSecret::new(id, SecretHash::of(text.as_bytes()), World::BEGINNING)
}

fn system_user(spec: &mut ApplicationSpec, name: &str) {
    spec.system_user = Some(name.into());
    spec.system_user_allowed = true;
}

fn with(mut application: Application, change: impl FnOnce(&mut ApplicationSpec)) -> Application {
    change(&mut application.spec);
    application
}

fn day_after_beginning() -> UnixTime {
    UnixTime::from_seconds(World::BEGINNING.as_seconds() + 86_400)
}

/// Returns an application with the usual permissions: to read and write orders.
fn ordinary(client_id: &str) -> Application {
    Application::new(client_id, client_id)
        .with_secret(secret("current", SECRET))
        .authorized(ORDERS, &["read:orders", "write:orders"])
}

fn bare(client_id: &str) -> Application {
    Application::new(client_id, client_id).with_secret(secret("current", SECRET))
}

fn applications() -> Vec<Application> {
    let mut rotated = ordinary("rotated");
    for (id, text, ending) in [
        (
            "old",
            OLD_SECRET,
            Ending::RotatedOut {
                at: day_after_beginning(),
                at_once: false,
                by: "operator".into(),
            },
        ),
        (
            "revoked",
            "revoked-secret-0123456789abcdef0123456789",
            Ending::Revoked {
                at: World::BEGINNING,
                by: "operator".into(),
            },
        ),
        (
            "expired",
            "expired-secret-0123456789abcdef0123456789",
            Ending::Expires {
                at: World::BEGINNING,
            },
        ),
    ] {
        rotated = rotated.with_secret(secret(id, text).ending(ending));
    }
    vec![
        ordinary(PLAIN_ID),
        with(
            bare(TRUSTED_ID).authorized(ERP, &["read", "DomainApi"]),
            |spec| system_user(spec, "svc.integration"),
        ),
        bare(BILLING)
            .authorized(ORDERS, &["read:orders", "shared:list"])
            .authorized(INVOICES, &["read:invoices"]),
        bare("two-algorithms")
            .authorized(ORDERS, &["read:orders"])
            .authorized(STOCK, &["read:stock"]),
        rotated,
        with(ordinary("disabled"), |spec| spec.enabled = false),
        with(ordinary("public"), |spec| {
            spec.client_type = ClientType::Public;
        }),
        with(ordinary("no-grant"), |spec| {
            spec.grant_types = GrantTypes {
                client_credentials: false,
            };
        }),
        with(
            bare("of-acme")
                .authorized(LEDGER, &["read:users", "write:flags"])
                .authorized(ORDERS, &["read:orders"]),
            |spec| {
                spec.organization = Some(ACME.into());
                spec.properties =
                    Values::from([("region".into(), PropertyValue::Text("eu".into()))]);
                spec.token_properties = vec!["region".into()];
                spec.feature_flags = Values::from([("beta".into(), PropertyValue::Boolean(true))]);
            },
        ),
        with(ordinary("of-suspended"), |spec| {
            spec.organization = Some("org_suspended".into());
        }),
        with(ordinary("from-ten"), |spec| {
            spec.allowed_addresses = vec!["10.0.0.0/8".parse().expect("a block")];
        }),
        with(ordinary("with-quota"), |spec| {
            spec.token_quota = Some(Quota {
                tokens: 10,
                per: "1h".parse().expect("an hour"),
                mode: QuotaMode::Enforce,
            });
        }),
        bare("no-scope").authorized(ORDERS, &[]),
        bare("no-api"),
        with(ordinary("user-not-allowed"), |spec| {
            spec.system_user = Some("svc.idle".into());
        }),
        with(ordinary("user-missing"), |spec| {
            spec.system_user_allowed = true;
        }),
        ordinary("user-none"),
        with(ordinary("basic-only"), |spec| {
            spec.authentication_methods = AuthenticationMethods {
                client_secret_basic: true,
                client_secret_post: false,
            };
        }),
    ]
}
