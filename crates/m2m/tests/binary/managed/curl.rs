//! The commands in the documentation of other services, run with another host.

use std::io::Write as _;
use std::process::{Command, Stdio};

use m2m_authority::registry::SecretHash;
use serde_json::{Value, json};

use crate::data::Data;
use crate::managed::{OPERATOR, OPERATOR_SECRET, PROFILES, claims};
use crate::support::{Serving, m2m, text};
use crate::tls::Files;

/// The command as it is documented, line by line.
const GET_TOKEN: &str = r"curl --request POST 'https://your-subdomain.kinde.com/oauth2/token' \
--header 'Content-Type: application/x-www-form-urlencoded' \
--data-urlencode 'grant_type=client_credentials' \
--data-urlencode 'client_id=your-client-id' \
--data-urlencode 'client_secret=your-client-secret' \
--data-urlencode 'audience=your-api-audience' \
--data-urlencode 'scope=read:users write:flags'
";

/// The command as it is documented.
const LIST_ORGANIZATIONS: &str = r#"curl https://your-subdomain.kinde.com/api/v1/organizations \
-H "Authorization: Bearer <token>"
"#;

/// Runs lines as a shell does, with another host, and returns the answer. The certificate is trusted by the environment, so that no
/// option is added to the command.
fn shell(lines: &str, host: &str, certificate: &std::path::Path) -> Value {
    let lines = lines.replace("your-subdomain.kinde.com", host);
    let mut sh = Command::new("sh")
        .env("CURL_CA_BUNDLE", certificate)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    sh.stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let output = sh.wait_with_output().unwrap();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}"))
}

fn world(system_user: &str) -> String {
    let hash = SecretHash::of(b"your-client-secret").to_base64();
    format!(
        r#"
[[api]]
name = "Users and flags"
audience = "your-api-audience"
scopes = ["read:users", "write:flags", "delete:users"]

[[organization]]
code = "org_acme"
name = "Acme"

[[application]]
name = "Yours"
client_id = "your-client-id"
secret_sha256 = "{hash}"
authorize = [{{ audience = "your-api-audience", scopes = ["read:users", "write:flags", "delete:users"] }}]
{system_user}
"#
    )
}

#[test]
fn k34_the_printed_commands_run_with_another_host() {
    let files = Files::new();
    for profile in PROFILES {
        let data = Data::with(&world(match profile {
            "trusted-application" => "system_user = \"svc\"\nsystem_user_allowed = true",
            _ => "",
        }));
        let mut command = m2m(&["serve", "--listen", "127.0.0.1:0", "--profile", profile]);
        command
            .args(files.arguments())
            .args(["--issuer", "https://localhost", "--data"])
            .arg(data.path())
            .env("M2M_BOOTSTRAP_CLIENT_ID", OPERATOR)
            .env("M2M_BOOTSTRAP_CLIENT_SECRET", OPERATOR_SECRET);
        let server = Serving::of_command(command, None);
        let host = format!("localhost:{}", server.address.port());
        let certificate = files.path("cert.pem");

        let answer = shell(GET_TOKEN, &host, &certificate);
        let claims = claims(answer["access_token"].as_str().unwrap());
        assert_eq!(claims["scope"], "read:users write:flags");
        assert_eq!(claims["aud"], "your-api-audience");
        assert_eq!(
            (&answer["token_type"], &answer["expires_in"]),
            (&json!("Bearer"), &json!(3600))
        );

        // A caller who may list the organizations gets a token by the same command.
        let as_operator = GET_TOKEN
            .replace("your-client-id", OPERATOR)
            .replace("your-client-secret", OPERATOR_SECRET)
            .replace("your-api-audience", "https://localhost/api/v1")
            .replace("read:users write:flags", "read:organizations");
        let answer = shell(&as_operator, &host, &certificate);
        let token = answer["access_token"].as_str().unwrap();
        let list = LIST_ORGANIZATIONS.replace("<token>", token);
        let answer = shell(&list, &host, &certificate);
        assert_eq!(answer["organizations"][0]["code"], "org_acme", "{answer}");
    }
}
