//! Trusted applications: a client id with a slash, a system user, a hash that was computed elsewhere.

use m2m_authority::registry::SecretHash;
use oauth_proto::BasicCredentials;
use serde_json::{Value, json};

use crate::server::ManagementCalls as _;
use crate::server::{Answer, PROFILES, Server, claims, encoded};

const CLIENT_ID: &str = "my.trusted.app/service";
const SECRET: &str = "a plain secret: + % é, of the other system";

fn hash() -> String {
    SecretHash::of(SECRET.as_bytes()).to_base64()
}

/// Requests a token with the credentials in the form and in the header. The tests of the token endpoint check the paths of that system.
fn ask(server: &Server, more: &str) -> [Answer; 2] {
    let secret = encoded(SECRET);
    let form = format!(
        "grant_type=client_credentials&client_id=my.trusted.app%2Fservice&client_secret={secret}{more}"
    );
    let basic = BasicCredentials::write(CLIENT_ID, SECRET);
    let header = format!("authorization: {basic}\r\n");
    [
        server.post("", &form),
        server.post(&header, &format!("grant_type=client_credentials{more}")),
    ]
}

fn world() -> String {
    let hash = hash();
    format!(
        r#"
[[api]]
name = "ERP"
audience = "https://erp.example/"
scopes = ["read", "update", "DomainApi"]

[[api]]
name = "Files"
audience = "https://files.example/"
scopes = ["store"]

[[application]]
name = "Trusted"
client_id = "{CLIENT_ID}"
secret_sha256 = "{hash}"
system_user = "svc.integration"
system_user_allowed = true
authorize = [
    {{ audience = "https://erp.example/", scopes = ["read", "DomainApi"] }},
    {{ audience = "https://files.example/", scopes = ["store"] }},
]
"#
    )
}

#[test]
fn t11_t12_an_applied_hash_gets_tokens_for_the_system_user_by_form_and_by_header() {
    for profile in PROFILES {
        let server = Server::in_profile(profile);
        let applied = server.apply("", &world());
        assert_eq!(applied.status, 200, "{applied:?}");
        let without_audience = profile == "trusted-application";
        let more = match profile {
            "trusted-application" => "",
            _ => "&audience=https://erp.example/&audience=https://files.example/",
        };
        for answer in ask(&server, more) {
            let claims = claims(&answer.access_token());
            assert_eq!(claims["sub"], "svc.integration");
            assert_eq!(claims["client_id"], CLIENT_ID);
            assert_eq!(
                claims["aud"],
                json!(["https://erp.example/", "https://files.example/"])
            );
            assert_eq!(claims["scope"], "read DomainApi store");
            let mut body = answer.json();
            let members = body.as_object_mut().unwrap();
            members.remove("access_token");
            let mut expected = json!({ "token_type": "Bearer", "expires_in": 3600 });
            if profile != "kinde" {
                expected["scope"] = "read DomainApi store".into();
            }
            // There is no refresh token, or any other member.
            assert_eq!(body, expected, "{profile}");
        }
        if !without_audience {
            for answer in ask(&server, "") {
                assert_eq!(answer.status, 400, "{profile}: {answer:?}");
            }
        }
        let wrong = format!(
            "grant_type=client_credentials&client_id=my.trusted.app%2Fservice&client_secret={}{more}",
            encoded(&hash())
        );
        server
            .post("", &wrong)
            .assert_refused(401, "invalid_client");
    }
}

#[test]
fn t12_a_hash_set_over_the_management_api_works_too_and_replaces_others() {
    for profile in PROFILES {
        let server = Server::in_profile(profile);
        let api = server.api("https://erp.example/", &["read"]);
        let body = json!({
            "client_id": CLIENT_ID, "secret_sha256": hash(),
            "system_user": "svc.integration", "is_system_user_allowed": true,
        });
        let made = server.application(&body);
        assert_eq!(
            made.secret, "",
            "a secret that was generated elsewhere is not shown"
        );
        server.authorize(&api, CLIENT_ID, &["read"]);
        let more = "&audience=https://erp.example/";
        for answer in ask(&server, more) {
            assert_eq!(claims(&answer.access_token())["sub"], "svc.integration");
        }
        // The path has the client id with its slash.
        let path = "/api/v1/applications/my.trusted.app%2Fservice";
        assert_eq!(server.get(path)["application"]["id"], *made.id);
        let other = SecretHash::of(b"another one, of the same length or so");
        server.done(
            "PATCH",
            path,
            &json!({ "secret_sha256": other.to_base64() }),
        );
        for answer in ask(&server, more) {
            answer.assert_refused(401, "invalid_client");
        }
        server.done("PATCH", path, &json!({ "secret_sha256": hash() }));
        for answer in ask(&server, more) {
            answer.access_token();
        }
        let user = json!({ "is_system_user_allowed": false });
        server.done("PATCH", path, &user);
        for answer in ask(&server, more) {
            answer.assert_refused(400, "unauthorized_client");
        }
        let shown = server.get(path).to_string();
        let listed = server.call("GET", &format!("{path}/secrets"), &Value::Null);
        assert!(!shown.contains(&hash()) && !listed.body.contains(&hash()));
    }
}
