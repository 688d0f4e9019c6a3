//! The place of the token in a request for the management API.

use serde_json::Value;

use crate::server::{PROFILES, Server, bearer};

#[test]
fn k17_r1_r2_r7_the_token_is_accepted_in_one_header_only() {
    for profile in PROFILES {
        let server = Server::in_profile(profile);
        let token = &server.token;
        let ask = |path: &str, headers: &str| server.call_bare("GET", path, headers, &Value::Null);
        for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
            let answer = ask(
                "/api/v1/apis",
                &format!("authorization: {scheme} {token}\r\n"),
            );
            assert_eq!(answer.status, 200, "{scheme}: {answer:?}");
        }
        // By the row K17, the answer to a malformed header is 401 in the profile of Kinde.
        for (path, headers) in [
            ("/api/v1/apis", "authorization: Bearer\r\n".to_owned()),
            (
                "/api/v1/apis",
                format!("authorization: Bearer {token} {token}\r\n"),
            ),
            ("/api/v1/apis", bearer(token) + &bearer(token)),
            (
                "/api/v1/apis",
                format!("authorization: Bearer \"{token}\"\r\n"),
            ),
        ] {
            let answer = ask(path, &headers);
            let status = if profile == "kinde" { 401 } else { 400 };
            assert_eq!(answer.status, status, "{profile}: {headers}: {answer:?}");
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(
                challenge.contains("error=\"invalid_request\""),
                "{challenge}"
            );
            assert!(!answer.body.contains(&**token));
        }
        // A token in the URL, alone or in addition to the header, is refused.
        let path = format!("/api/v1/apis?access_token={token}");
        for headers in [String::new(), bearer(token)] {
            let answer = ask(&path, &headers);
            assert!(matches!(answer.status, 400 | 401), "{answer:?}");
            assert!(answer.header("www-authenticate").is_some(), "{answer:?}");
        }
        let log = format!("{:?}", server.log());
        assert!(!log.contains(&server.token));
    }
}
