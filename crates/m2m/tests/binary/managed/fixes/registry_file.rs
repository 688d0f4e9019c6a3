//! The printed lines of a registry file, applied to it.

use m2m_authority::registry::SecretHash;
use serde_json::Value;
use toml::Table;

use super::AUDIENCE;
use crate::support::{SECRET, Serving};

/// The client ids of the applications, which are the causes of their refusals, and the kinds of the fixes.
pub(super) const MISTAKES: &[(&str, &str)] = &[
    ("scope-not-assigned", "assign_scope"),
    ("audience-not-authorized", "authorize"),
    ("application-disabled", "enable"),
    ("client-public", "make_confidential"),
    ("address-not-allowed", "allow_address"),
    ("organization-suspended", "resume_organization"),
    ("grant-not-allowed", "allow_grant_type"),
    (
        "authentication-method-not-allowed",
        "allow_authentication_method",
    ),
    ("quota-exceeded", "raise_quota"),
    ("system-user-not-allowed", "allow_system_user"),
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
    let request = |server: &Serving, client_id: &str| {
        let more = if client_id == "audience-not-authorized" {
            ""
        } else {
            "&scope=write:orders"
        };
        server.token(client_id, SECRET, &format!("&audience={AUDIENCE}{more}"))
    };
    let server = Serving::of(&world, &["--log-format", "json"]);
    // The only token of a quota.
    assert_eq!(request(&server, "quota-exceeded").status, 200);
    for (cause, kind) in MISTAKES {
        let refused = request(&server, cause);
        assert_ne!(refused.status, 200, "{cause}");
        let trace_id = refused.member("trace_id");
        let line = loop {
            let line: Value = serde_json::from_str(&server.wait_for_log("\"diagnosed\"")).unwrap();
            if line["trace_id"] == *trace_id {
                break line;
            }
        };
        assert_eq!(line["cause"], *cause, "{line}");
        let mut fixes = line["fixes"].as_array().unwrap().iter();
        let fix = fixes.find(|fix| fix["lines"].is_string());
        let fix = fix.unwrap_or_else(|| panic!("{line}"));
        assert_eq!(fix["kind"], *kind, "{line}");
        world = changed(&world, fix["lines"].as_str().unwrap());
    }
    let server = Serving::of(&world, &[]);
    request(&server, "quota-exceeded");
    for (cause, _) in MISTAKES {
        assert_eq!(request(&server, cause).status, 200, "{cause}");
    }
}
