//! The fixes of diagnoses: each command that one prints, run by a shell as it is printed, makes the next request succeed.

use std::process::{Command, Stdio};

use m2m_authority::registry::SecretHash;
use serde_json::Value;
use toml::Table;

use crate::managed::ManagementCalls as _;
use crate::managed::{Managed, OPERATOR, OPERATOR_SECRET};
use crate::support::{SECRET, Serving, m2m, text};

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
"#;

const AUDIENCE: &str = "https://orders.example/api";

/// The client id of the application that makes the mistakes. A shell and the command line would read it otherwise.
const JOB: &str = "-job$(id)";

/// A server, an application, and its secret.
struct Mistakes {
    managed: Managed,
    secret: String,
}

impl Mistakes {
    fn start() -> Self {
        let managed = Managed::start(&[
            "--trusted-proxies",
            "127.0.0.1",
            "--address-header",
            "x-forwarded-for",
        ]);
        let mut mistakes = Self {
            managed,
            secret: String::new(),
        };
        for api in [AUDIENCE, "https://other.example/api"] {
            mistakes.run(&format!(
                "m2m api create Orders {api} --scope read:orders --scope 'write:orders;x'"
            ));
        }
        mistakes.run("m2m organization create Acme --code org_acme");
        let created = mistakes.run(&format!(
            "m2m application create Job --client-id='{JOB}' --organization org_acme --authorize {AUDIENCE}=read:orders --output json"
        ));
        mistakes.secret = secret(&created);
        mistakes
    }

    /// Runs a command line in a shell, as an operator.
    fn run(&self, line: &str) -> String {
        let binary = m2m(&[]);
        let folder = std::path::Path::new(binary.get_program()).parent().unwrap();
        let output = Command::new("sh")
            .args(["-c", line])
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
            .env("M2M_ISSUER", self.managed.server.issuer())
            .env("M2M_CLIENT_ID", OPERATOR)
            .env("M2M_CLIENT_SECRET", OPERATOR_SECRET)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// Requests a token, and returns the trace id if it is refused.
    fn request(&self, secret: &str, more: &str) -> Option<String> {
        let form = format!(
            "grant_type=client_credentials&client_id=-job%24(id)&client_secret={secret}&audience={AUDIENCE}{more}"
        );
        let answer =
            self.managed
                .server
                .post("/oauth2/token", "x-forwarded-for: 192.0.2.7\r\n", &form);
        (answer.status != 200).then(|| answer.member("trace_id"))
    }

    /// Asserts that the request is refused for this cause, runs the first command of its fixes, and returns what that printed. The next request succeeds,
    /// with the secret that the command printed if it printed one.
    fn mend(&self, cause: &str, secret: &str, more: &str) -> String {
        let trace_id = self.request(secret, more).expect(cause);
        let shown = self.run(&format!("m2m diagnose {trace_id} --output json"));
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["cause"], cause, "{shown}");
        let mut fixes = shown["fixes"].as_array().unwrap().iter();
        let command = fixes.find_map(|fix| fix["command"].as_str());
        let command = command.unwrap_or_else(|| panic!("{cause} has no command: {shown}"));
        // The text for people has the command on a line of its own.
        let people = self.run(&format!("m2m diagnose {trace_id}"));
        assert!(
            people.lines().any(|line| line.trim() == command),
            "{people}"
        );
        self.run(command)
    }
}

fn secret(json: &str) -> String {
    let json: Value = serde_json::from_str(json).unwrap();
    let secret = json
        .pointer("/application/client_secret")
        .or_else(|| json.get("client_secret"));
    secret
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{json}"))
        .to_owned()
}

#[test]
fn each_command_of_a_fix_mends_the_mistake_as_it_is_printed() {
    let mut mistakes = Mistakes::start();
    let secret = mistakes.secret.clone();
    assert_eq!(mistakes.request(&secret, ""), None);
    for (mistake, cause, more) in [
        ("true", "scope-not-assigned", "&scope=write%3Aorders%3Bx"),
        (
            "true",
            "audience-not-authorized",
            "&audience=https%3A%2F%2Fother.example%2Fapi",
        ),
        (
            "m2m application update --disable -- '-job$(id)'",
            "application-disabled",
            "",
        ),
        (
            "m2m application update --client-type public -- '-job$(id)'",
            "client-public",
            "",
        ),
        (
            "m2m organization suspend org_acme",
            "organization-suspended",
            "",
        ),
        (
            "m2m application update --allowed-address 10.0.0.0/8 --allowed-address 2001:db8::/32 -- '-job$(id)'",
            "address-not-allowed",
            "",
        ),
    ] {
        mistakes.run(mistake);
        mistakes.mend(cause, &secret, more);
        assert_eq!(mistakes.request(&secret, more), None, "{cause}");
    }
    // The secret that the command prints is the one that works.
    mistakes.run("m2m secret rotate --overlap 0 -- '-job$(id)'");
    let printed = mistakes.mend("secret-rotated-out", &secret, "");
    let mut words = printed.split_whitespace();
    let new = words.find(|word| word.starts_with("m2m_"));
    mistakes.secret = new.unwrap_or_else(|| panic!("{printed}")).to_owned();
    assert_eq!(mistakes.request(&mistakes.secret, ""), None);
    // A diagnosis that is asked for right after the refusal is not a refusal itself.
    let events = mistakes.run("m2m events --refusals");
    assert!(!events.contains("diagnosis-not-found"), "{events}");
    let last = mistakes.run("m2m diagnose --last");
    assert!(last.starts_with("secret-rotated-out\n"), "{last}");
    assert!(
        !mistakes
            .managed
            .get("/api/v1/diagnoses")
            .to_string()
            .contains(&secret)
    );
}

#[test]
fn a_command_of_the_general_advice_names_the_application() {
    let mut mistakes = Mistakes::start();
    let printed = mistakes.mend("secret-wrong", "not-the-secret", "");
    let mut words = printed.split_whitespace();
    let new = words.find(|word| word.starts_with("m2m_"));
    mistakes.secret = new.unwrap_or_else(|| panic!("{printed}")).to_owned();
    assert_eq!(mistakes.request(&mistakes.secret, ""), None);
    let list = mistakes.managed.get("/api/v1/diagnoses?cause=secret-wrong");
    let fixes = list["diagnoses"][0]["fixes"].as_array().unwrap();
    let commands: Vec<&str> = fixes
        .iter()
        .filter_map(|fix| fix["command"].as_str())
        .collect();
    assert!(
        commands
            .iter()
            .any(|command| command.starts_with("m2m secret rotate --overlap 24h")),
        "{commands:?}"
    );
    assert!(
        !commands.iter().any(|command| command.contains("CLIENT_ID")),
        "{commands:?}"
    );
}

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
    let mistakes: Vec<&str> = WORLD
        .lines()
        .filter_map(|line| line.strip_prefix("client_id = \"")?.strip_suffix('"'))
        .collect();
    let request = |server: &Serving, client_id: &str| {
        let more = if client_id == "audience-not-authorized" {
            ""
        } else {
            "&scope=write:orders"
        };
        server.token(client_id, SECRET, &format!("&audience={AUDIENCE}{more}"))
    };
    let server = Serving::of(&world, &["--log-format", "json"]);
    for cause in &mistakes {
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
        let lines = fixes.find_map(|fix| fix["lines"].as_str());
        world = changed(&world, lines.unwrap_or_else(|| panic!("{line}")));
    }
    let server = Serving::of(&world, &[]);
    for cause in mistakes {
        assert_eq!(request(&server, cause).status, 200, "{cause}");
    }
}

#[test]
fn a_diagnosis_suggests_no_access_to_the_management_api_and_to_no_stranger() {
    let mistakes = Mistakes::start();
    let audience = format!("{}/api", mistakes.managed.server.issuer());
    let diagnosed =
        |trace_id: &str| mistakes.run(&format!("m2m diagnose {trace_id} --output json"));
    let trace_id = mistakes.request(&mistakes.secret, &format!("&audience={audience}"));
    let shown = diagnosed(&trace_id.unwrap());
    assert!(shown.contains("audience-not-authorized"), "{shown}");
    assert!(!shown.contains("m2m application authorize '"), "{shown}");
    // A caller without the secret cannot make an operator enable the application.
    mistakes.run("m2m application update --disable -- '-job$(id)'");
    let shown = diagnosed(&mistakes.request("a-guess", "").unwrap());
    assert!(shown.contains("application-disabled"), "{shown}");
    assert!(!shown.contains("--enable"), "{shown}");
    let shown = diagnosed(&mistakes.request(&mistakes.secret, "").unwrap());
    assert!(
        shown.contains("--enable") && shown.contains("by mistake"),
        "{shown}"
    );
}
