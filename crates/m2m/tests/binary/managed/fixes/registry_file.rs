//! The printed lines of a registry file, applied to it.

use m2m_authority::registry::SecretHash;
use serde_json::Value;
use toml::Table;

use crate::support::{SECRET, Serving};

/// A mistake in the record of an application.
#[derive(Debug)]
pub(super) struct Mistake {
    /// The client id of the application.
    client_id: &'static str,
    /// The cause of the refusal.
    cause: &'static str,
    /// The kind of the fix.
    pub(super) kind: &'static str,
    /// The further parameters of the request.
    request: &'static str,
}

/// A mistake of the application whose client id is the cause of the refusal.
const fn of(cause: &'static str, kind: &'static str) -> Mistake {
    Mistake {
        client_id: cause,
        cause,
        kind,
        request: "&audience=https://orders.example/api",
    }
}

/// The mistakes in [`WORLD`].
pub(super) const MISTAKES: &[Mistake] = &[
    Mistake {
        request: "&audience=https://orders.example/api&scope=write:orders",
        ..of("scope-not-assigned", "assign_scope")
    },
    of("audience-not-authorized", "authorize"),
    of("application-disabled", "enable"),
    of("client-public", "make_confidential"),
    of("address-not-allowed", "allow_address"),
    of("organization-suspended", "resume_organization"),
    of("grant-not-allowed", "allow_grant_type"),
    of(
        "authentication-method-not-allowed",
        "allow_authentication_method",
    ),
    of("quota-exceeded", "raise_quota"),
    of("system-user-not-allowed", "allow_system_user"),
    Mistake {
        client_id: "default-audience",
        cause: "scope-unknown",
        kind: "change_default_audience",
        request: "&scope=read:other",
    },
];

/// A registry file in which each application has one mistake.
const WORLD: &str = r#"
[[api]]
name = "Orders"
audience = "https://orders.example/api"
scopes = ["read:orders", "write:orders"]

[[api]]
name = "Other"
audience = "https://other.example/api"
scopes = ["read:other"]

[[organization]]
code = "org_acme"
name = "Acme"
suspended = true

[[application]]
name = "Scope"
client_id = "scope-not-assigned"
authorize = [{ audience = "https://orders.example/api", scopes = ["read:orders"] }]

[[application]]
name = "Audience"
client_id = "audience-not-authorized"
authorize = [{ audience = "https://other.example/api", scopes = ["read:other"] }]

[[application]]
name = "Disabled"
client_id = "application-disabled"
enabled = false
authorize = [{ audience = "https://orders.example/api", scopes = ["write:orders"] }]

[[application]]
name = "Public"
client_id = "client-public"
client_type = "public"
authorize = [{ audience = "https://orders.example/api", scopes = ["write:orders"] }]

[[application]]
name = "Address"
client_id = "address-not-allowed"
allowed_addresses = ["10.0.0.0/8"]
authorize = [{ audience = "https://orders.example/api", scopes = ["write:orders"] }]

[[application]]
name = "Organization"
client_id = "organization-suspended"
organization = "org_acme"
authorize = [{ audience = "https://orders.example/api", scopes = ["write:orders"] }]

[[application]]
name = "Grant"
client_id = "grant-not-allowed"
grant_types = []
authorize = [{ audience = "https://orders.example/api", scopes = ["write:orders"] }]

[[application]]
name = "Method"
client_id = "authentication-method-not-allowed"
authentication_methods = ["client_secret_basic"]
authorize = [{ audience = "https://orders.example/api", scopes = ["write:orders"] }]

[[application]]
name = "Quota"
client_id = "quota-exceeded"
token_quota = { tokens = 1, per = "1d", mode = "enforce" }
authorize = [{ audience = "https://orders.example/api", scopes = ["write:orders"] }]

[[application]]
name = "Default"
client_id = "default-audience"
default_audience = "https://orders.example/api"
authorize = [
  { audience = "https://orders.example/api", scopes = ["read:orders"] },
  { audience = "https://other.example/api", scopes = ["read:other"] },
]

[[application]]
name = "User"
client_id = "system-user-not-allowed"
system_user = "svc.a"
authorize = [{ audience = "https://orders.example/api", scopes = ["write:orders"] }]
"#;

/// Returns the registry file with the members that the printed lines have.
fn changed(world: &str, lines: &str) -> String {
    let mut world: Table = world.parse().unwrap();
    let lines: Table = lines.parse().unwrap();
    for (kind, records) in lines {
        let record = records[0].as_table().unwrap();
        let identity = if kind == "organization" {
            "code"
        } else {
            "client_id"
        };
        let own = world[&kind].as_array_mut().unwrap().iter_mut();
        let mut own = own.map(|own| own.as_table_mut().unwrap());
        let own = own.find(|own| own[identity] == record[identity]).unwrap();
        own.extend(record.clone());
    }
    world.to_string()
}

#[test]
fn the_lines_of_a_fix_mend_the_mistake_in_a_registry_file() {
    let hash = SecretHash::of(SECRET.as_bytes()).to_base64();
    let with_secrets = format!("secret_sha256 = \"{hash}\"\nclient_id");
    let mut world = WORLD.replace("client_id", &with_secrets);
    let request = |server: &Serving, mistake: &Mistake| {
        server.token(mistake.client_id, SECRET, mistake.request)
    };
    let is_quota = |mistake: &&Mistake| mistake.kind == "raise_quota";
    let quota = MISTAKES.iter().find(is_quota).unwrap();
    let server = Serving::of(&world, &["--log-format", "json"]);
    // The only token of a quota.
    assert_eq!(request(&server, quota).status, 200);
    for mistake in MISTAKES {
        let refused = request(&server, mistake);
        assert_ne!(refused.status, 200, "{mistake:?}");
        let trace_id = refused.member("trace_id");
        let line = loop {
            let line: Value = serde_json::from_str(&server.wait_for_log("\"diagnosed\"")).unwrap();
            if line["trace_id"] == *trace_id {
                break line;
            }
        };
        assert_eq!(line["cause"], mistake.cause, "{line}");
        let mut fixes = line["fixes"].as_array().unwrap().iter();
        let fix = fixes.find(|fix| fix["lines"].is_string());
        let fix = fix.unwrap_or_else(|| panic!("{line}"));
        assert_eq!(fix["kind"], mistake.kind, "{line}");
        world = changed(&world, fix["lines"].as_str().unwrap());
    }
    let server = Serving::of(&world, &[]);
    request(&server, quota);
    for mistake in MISTAKES {
        assert_eq!(request(&server, mistake).status, 200, "{mistake:?}");
    }
}
