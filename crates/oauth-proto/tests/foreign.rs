//! Documents and answers of other servers: only what is used has to be right.

use m2m_errors::Cause;
use oauth_proto::{
    AuthorizationServerMetadata, ErrorResponse, IntrospectionResponse, InvalidDocument,
    InvalidMetadata, Issuer, MemberProblem, ProtectedResourceMetadata, ResourceIndicator,
    TokenResponse, TokenType,
};
use proptest::prelude::*;

fn issuer() -> Issuer {
    Issuer::parse("https://id.example").expect("an issuer")
}

/// Reads metadata of `https://id.example` with these members beside the issuer, and returns what was skipped.
fn metadata(members: &str) -> (AuthorizationServerMetadata, Vec<String>) {
    let json = format!("{{\"issuer\":\"https://id.example\"{members}}}");
    let metadata = AuthorizationServerMetadata::parse(json.as_bytes(), &issuer());
    let metadata = metadata.unwrap_or_else(|error| panic!("{members}: {error}"));
    let skipped = metadata.skipped().iter().map(ToString::to_string).collect();
    (metadata, skipped)
}

#[test]
fn f5_a_member_that_is_not_used_may_have_any_value() {
    let used = r#","token_endpoint":"https://id.example/t","jwks_uri":"https://id.example/k""#;
    for (members, expected) in [
        (
            r#","scopes_supported":{"a":1}"#,
            "`scopes_supported` is an object instead of a list of strings",
        ),
        (
            r#","scopes_supported":"read""#,
            "`scopes_supported` is a string instead of a list of strings",
        ),
        (
            r#","op_tos_uri":false"#,
            "`op_tos_uri` is true or false instead of a string",
        ),
        (
            r#","grant_types_supported":["a",null,"b"]"#,
            "`grant_types_supported[1]` is null instead of a string",
        ),
        (
            r#","tls_client_certificate_bound_access_tokens":"true""#,
            "`tls_client_certificate_bound_access_tokens` is a string instead of true or false",
        ),
        (
            r#","mtls_endpoint_aliases":{"token_endpoint":7}"#,
            "`mtls_endpoint_aliases.token_endpoint` is a number instead of a string",
        ),
        (
            r#","mtls_endpoint_aliases":[]"#,
            "`mtls_endpoint_aliases` is a list instead of an object",
        ),
        (
            r#","op_policy_uri":"a","op_policy_uri":"b""#,
            "`op_policy_uri` appears more than once",
        ),
        (
            r#","service_documentation":"\ud800""#,
            "`service_documentation` contains an escape that is not a character",
        ),
    ] {
        let (metadata, skipped) = metadata(&format!("{used}{members}"));
        let token_endpoint = metadata.token_endpoint.as_deref();
        assert_eq!(token_endpoint, Some("https://id.example/t"), "{members}");
        assert_eq!(skipped, [expected]);
    }
    // Null is the same as an absent member.
    let all_null = serde_json::to_value(metadata("").0).expect("it can be printed");
    let names = all_null.as_object().expect("an object").keys();
    let nulls = names.filter(|name| *name != "issuer");
    let nulls: String = nulls.map(|name| format!(",\"{name}\":null")).collect();
    assert_eq!(metadata(&nulls), metadata(""));
    let (listed, _) = metadata(r#","grant_types_supported":["a",null,"b"]"#);
    assert_eq!(listed.grant_types_supported, ["a", "b"]);
}

#[test]
fn f5_what_is_not_even_a_value_of_a_reader_is_ignored() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for unknown in [
        "1e999",
        "-0",
        "\"\\udead\"",
        "{\"a\":1,\"a\":2}",
        &deep,
        "123456789012345678901234567890",
    ] {
        let (metadata, skipped) = metadata(&format!(
            ",\"x\":{unknown},\"x\":{unknown},\"\\ud800\":1,\"jwks_uri\":\"https://id.example/k\""
        ));
        assert_eq!(metadata.jwks_uri.as_deref(), Some("https://id.example/k"));
        assert!(skipped.is_empty(), "{skipped:?}");
        let (_, skipped) = self::metadata(&format!(",\"scopes_supported\":{unknown}"));
        assert_eq!(skipped.len(), 1, "{skipped:?}");
    }
    // A byte order mark, and a text in another encoding.
    let json = b"\xEF\xBB\xBF{\"issuer\":\"https://id.example\",\"op_tos_uri\":\"\xE9\"}";
    assert!(AuthorizationServerMetadata::parse(json, &issuer()).is_ok());
}

#[test]
fn f5_a_needed_member_is_named_with_its_problem_and_place() {
    let refused = |json: &str| match AuthorizationServerMetadata::parse(json.as_bytes(), &issuer())
    {
        Err(InvalidMetadata::Document(error)) => error.to_string(),
        other => panic!("{json}: {other:?}"),
    };
    assert_eq!(
        refused("{\n \"issuer\": [\"https://id.example\"]}"),
        "the member `issuer` is a list instead of a string, at line 2, column 12"
    );
    assert_eq!(
        refused("{}"),
        "the member `issuer` is missing, at line 1, column 3"
    );
    assert_eq!(
        refused(r#"{"issuer":"a","issuer":"b"}"#),
        "the member `issuer` appears more than once, at line 1, column 24"
    );
    assert_eq!(
        refused("[]"),
        "the document is a list instead of an object, at line 1, column 0"
    );
    let (metadata, _) = metadata(r#","token_endpoint":{"url":"https://id.example/t"}"#);
    let problem = metadata.problem_of("token_endpoint");
    assert_eq!(problem.to_string(), "is an object instead of a string");
    assert_eq!(metadata.problem_of("jwks_uri"), MemberProblem::Missing);
}

#[test]
fn f5_one_odd_entry_of_authorization_servers_does_not_lose_the_document() {
    let expected = ResourceIndicator::parse("https://a.example").expect("a URL");
    let json = br#"{"resource":"https://a.example","authorization_servers":["id.example",null,"https://id.example",7],
        "scopes_supported":null,"resource_documentation":"","bearer_methods_supported":"header","resource_name":{"en":"x"}}"#;
    let metadata = ProtectedResourceMetadata::parse(json, expected).expect("it is usable");
    assert_eq!(metadata.authorization_servers, [issuer()]);
    assert_eq!(metadata.resource_documentation.as_deref(), Some(""));
    let skipped = metadata.skipped().iter().map(ToString::to_string);
    let skipped: Vec<String> = skipped.collect();
    assert_eq!(
        skipped,
        [
            "`authorization_servers[0]` is not an issuer: the issuer must be a URL",
            "`authorization_servers[1]` is null instead of a string",
            "`authorization_servers[3]` is a number instead of a string",
            "`bearer_methods_supported` is a string instead of a list of strings",
            "`resource_name` is an object instead of a string",
        ]
    );
    let json = br#"{"resource":["https://a.example"]}"#;
    let error = ProtectedResourceMetadata::parse(json, expected).expect_err("it is needed");
    assert!(
        error.to_string().contains("the member `resource`"),
        "{error}"
    );
}

#[test]
fn f5_the_list_of_skipped_members_is_bounded() {
    let nulls = vec!["null"; 10_000].join(",");
    let (_, skipped) = metadata(&format!(",\"scopes_supported\":[{nulls}]"));
    assert_eq!(skipped.len(), 64);
}

#[test]
fn f8_issuers_are_compared_before_the_document_is_called_wrong() {
    for named in [
        "https://login.example/{tenantid}/v2.0",
        "https://id.ex\u{e4}mple",
        "https://id.example?x",
        "id.example",
        "",
    ] {
        let json = serde_json::json!({ "issuer": named, "scopes_supported": 1 }).to_string();
        let error = AuthorizationServerMetadata::parse(json.as_bytes(), &issuer());
        assert_eq!(error, Err(InvalidMetadata::OtherIssuer));
        let found = AuthorizationServerMetadata::issuer_in(json.as_bytes());
        assert_eq!(found.as_deref(), Some(named));
    }
    assert_eq!(InvalidMetadata::OtherIssuer.cause(), Cause::IssuerMismatch);
}

#[test]
fn f10_a_scope_may_be_a_list_and_neighbours_may_be_anything() {
    let scope = |scope: &str| {
        let body = format!(r#"{{"access_token":"a","token_type":"BEARER","scope":{scope}}}"#);
        let response = TokenResponse::parse(body.as_bytes()).expect("the token is there");
        assert_eq!(response.token_type, TokenType::Bearer);
        response.scope.map(|scope| scope.into_owned())
    };
    assert_eq!(scope(r#"["a","b:c"]"#).as_deref(), Some("a b:c"));
    assert_eq!(scope(r#"["a",null,{},"b"]"#).as_deref(), Some("a b"));
    assert_eq!(scope("[]").as_deref(), Some(""));
    assert_eq!(scope("null"), None);
    assert_eq!(scope(r#"{"a":true}"#), None);
    for neighbours in [
        r#""of_others":1,"of_others":2"#,
        r#""of_others":[{"b":1,"\u0062":2}]"#,
        r#""expires_in":null,"scope":null,"refresh_token":null,"id_token":7"#,
        r#""error":null,"x":"\ud800","y":1e999"#,
        r#""expires_in":{"seconds":1}"#,
        r#""expires_in":true"#,
    ] {
        let body = format!(r#"{{"access_token":"a","token_type":"bearer",{neighbours}}}"#);
        let response = TokenResponse::parse(body.as_bytes()).expect("the token is there");
        assert_eq!(response.access_token.expose_secret(), "a");
        assert_eq!(response.expires_in, None);
    }
    let latin = b"{\"access_token\":\"a.b\",\"token_type\":\"bearer\",\"scope\":\"x\",\"user\":\"Andr\xE9\"}";
    let response = TokenResponse::parse(latin).expect("the token is there");
    assert_eq!(response.access_token.expose_secret(), "a.b");
    assert_eq!(response.scope.as_deref(), Some("x"));
}

#[test]
fn f10_what_cannot_be_a_token_is_refused_exactly() {
    for (body, expected) in [
        (
            r#"{"token_type":"Bearer"}"#,
            "the member `access_token` is missing",
        ),
        (
            r#"{"access_token":null,"token_type":"Bearer"}"#,
            "the member `access_token` is missing",
        ),
        (
            r#"{"access_token":["a"],"token_type":"Bearer"}"#,
            "the member `access_token` is a list instead of a string",
        ),
        (
            r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#,
            "the member `access_token` appears more than once",
        ),
        (
            r#"{"access_token":"a","token_type":1}"#,
            "the member `token_type` is a number instead of a string",
        ),
        (
            r#"{"access_token":"a","token_type":"Bearer","expires_in":-1}"#,
            "the member `expires_in` is not a number of seconds",
        ),
    ] {
        let error = TokenResponse::parse(body.as_bytes())
            .expect_err(body)
            .to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a14_a_lifetime_with_a_fraction_is_rounded_down() {
    for (written, seconds) in [
        ("3599.5", 3599),
        ("3599.999999", 3599),
        ("3600.0", 3600),
        ("0.9", 0),
        ("36e2", 3600),
        ("3.6e3", 3600),
        ("1E-5", 0),
        ("\"3599\"", 3599),
        ("\"3599.5\"", 3599),
        ("1e30", u64::MAX),
        ("1e999", u64::MAX),
        ("18446744073709551616", u64::MAX),
    ] {
        let body = format!(r#"{{"access_token":"a","token_type":"b","expires_in":{written}}}"#);
        let response = TokenResponse::parse(body.as_bytes()).expect(written);
        assert_eq!(response.expires_in, Some(seconds), "{written}");
    }
    for refused in [
        "-1", "-1e3", "-0.5", "\"\"", "\"+1\"", "\"1.\"", "\".5\"", "\"1h\"", "\"-1\"",
    ] {
        let body = format!(r#"{{"access_token":"a","token_type":"b","expires_in":{refused}}}"#);
        assert!(TokenResponse::parse(body.as_bytes()).is_err(), "{refused}");
    }
}

#[test]
fn f11_the_code_decides_whatever_is_beside_it() {
    for neighbours in [
        r#""trace_id":17"#,
        r#""error_description":["x"]"#,
        r#""error_description":{"en":"x"}"#,
        r#""error_uri":false"#,
        r#""error_uri":null"#,
        r#""error_description":"a","error_description":"b""#,
        r#""error_codes":[7],"error_codes":[8],"x":1e999"#,
    ] {
        let body = format!(r#"{{"error":"invalid_client",{neighbours}}}"#);
        let response = ErrorResponse::parse(body.as_bytes()).expect(neighbours);
        assert_eq!(response, ErrorResponse::new("invalid_client"), "{body}");
    }
    let latin =
        b"{\"error\":\"invalid_client\",\"error_description\":\"erron\xE9\",\"trace_id\":\"t\"}";
    let response = ErrorResponse::parse(latin).expect("the code is there");
    assert_eq!(response.error, "invalid_client");
    assert_eq!(response.error_description.as_deref(), Some("erron\u{fffd}"));
}

#[test]
fn f11_the_code_is_found_in_an_object() {
    for (body, error, description) in [
        (
            r#"{"error":{"code":"invalid_client","message":"No"}}"#,
            "invalid_client",
            Some("No"),
        ),
        (
            r#"{"error":{"code":401,"status":"UNAUTHENTICATED","message":"Bad"},"error_description":"outer"}"#,
            "UNAUTHENTICATED",
            Some("outer"),
        ),
        (
            r#"{"error":{"type":"OAuthException","code":190,"message":"Bad token"}}"#,
            "OAuthException",
            Some("Bad token"),
        ),
        (
            r#"{"error":[{"error":"invalid_scope"}]}"#,
            "invalid_scope",
            None,
        ),
        (r#"{"error":["invalid_scope","x"]}"#, "invalid_scope", None),
    ] {
        let response = ErrorResponse::parse(body.as_bytes()).expect(body);
        assert_eq!(response.error, error);
        assert_eq!(response.error_description.as_deref(), description);
    }
    for body in [
        r#"{"error":null}"#,
        r#"{"error":{}}"#,
        r#"{"error":{"code":401}}"#,
        r#"{"error":[]}"#,
        r#"{"error":true}"#,
        r#"{"error":"a","error":"b"}"#,
        r#"{"errors":["invalid_scope"]}"#,
    ] {
        let error = ErrorResponse::parse(body.as_bytes()).expect_err(body);
        assert!(error.to_string().contains("the member `error`"), "{error}");
    }
}

#[test]
fn a9_a_time_that_is_null_is_malformed() {
    let parse = |body: &'static str| IntrospectionResponse::parse(body.as_bytes());
    for (body, name) in [
        (r#"{"active":true,"exp":null}"#, "exp"),
        (r#"{"active":true,"exp":1,"nbf":null}"#, "nbf"),
        (r#"{"active":true,"exp":1,"iat":null}"#, "iat"),
        (r#"{"active":true,"exp":1.5}"#, "exp"),
        (r#"{"active":true,"exp":1e400}"#, "exp"),
        (r#"{"active":true,"scope":["a"]}"#, "scope"),
        (r#"{"active":"true"}"#, "active"),
        (r#"{"active":null}"#, "active"),
    ] {
        let error = parse(body).expect_err(body);
        let InvalidDocument::WrongMembers { member, .. } = error else {
            assert!(body.contains("1e400"), "{body}: {error}");
            continue;
        };
        assert_eq!(member, Some(name), "{body}: {error}");
    }
    assert_eq!(
        parse(r#"{"active":false,"exp":null}"#),
        Ok(IntrospectionResponse::Inactive)
    );
    assert!(parse(r#"{"active":true,"scope":null,"exp":1}"#).is_ok());
    assert!(parse(r#"{"active":true,"x":1,"x":2}"#).is_err());
}

/// Any JSON value, and what only some readers take for one.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        proptest::sample::select(vec![
            "null",
            "true",
            "false",
            "0",
            "-1",
            "1.5",
            "1e999",
            "\"\"",
            "\"a\"",
            "\"\\ud800\"",
            "\"https://x.example\"",
            "[]",
            "{}",
        ])
        .prop_map(str::to_owned),
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
        any::<f64>().prop_map(|number| serde_json::Value::from(number).to_string()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let entries = proptest::collection::vec(inner, 0..4);
        (entries, any::<bool>()).prop_map(|(entries, is_object)| {
            if is_object {
                let members = entries.iter().map(|entry| format!("\"a\":{entry}"));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            } else {
                format!("[{}]", entries.join(","))
            }
        })
    })
}

/// Members of these names and of any other, repeated too, for the place before and behind the ones that are used.
fn unused(names: &'static [&'static str]) -> impl Strategy<Value = [String; 2]> {
    let name = prop_oneof![
        2 => proptest::sample::select(names.to_vec()).prop_map(|name| format!("\"{name}\"")),
        1 => "[a-z]{1,3}_x".prop_map(|name| format!("\"{name}\"")),
        1 => Just("\"\\ud800\"".to_owned()),
    ];
    let members = || {
        let member = (name.clone(), json()).prop_map(|(name, value)| format!("{name}:{value},"));
        proptest::collection::vec(member, 0..4).prop_map(|members| members.concat())
    };
    [members(), members()]
}

proptest! {
    #[test]
    fn x28_unused_metadata_change_nothing([before, behind] in unused(&[
        "authorization_endpoint", "registration_endpoint", "scopes_supported", "response_types_supported",
        "grant_types_supported", "token_endpoint_auth_methods_supported", "service_documentation",
        "tls_client_certificate_bound_access_tokens", "mtls_endpoint_aliases", "protected_resources",
        "id_token_signing_alg_values_supported", "revocation_endpoint", "claims_supported", "signed_metadata",
    ])) {
        let json = format!(
            r#"{{{before}"issuer":"https://id.example","token_endpoint":"t","jwks_uri":"k",{behind}"last":0}}"#
        );
        let metadata = AuthorizationServerMetadata::parse(json.as_bytes(), &issuer()).expect(&json);
        prop_assert_eq!(metadata.token_endpoint.as_deref(), Some("t"));
        prop_assert_eq!(metadata.jwks_uri.as_deref(), Some("k"));
        prop_assert!(metadata.skipped().iter().all(|skipped| !skipped.path.is_empty()));
        let other = Issuer::parse("https://id.example/").expect("an issuer");
        let other = AuthorizationServerMetadata::parse(json.as_bytes(), &other);
        prop_assert_eq!(other, Err(InvalidMetadata::OtherIssuer));
    }

    #[test]
    fn x28_unused_metadata_of_an_api_change_nothing([before, behind] in unused(&[
        "jwks_uri", "scopes_supported", "bearer_methods_supported", "resource_name", "resource_documentation",
        "tls_client_certificate_bound_access_tokens", "dpop_bound_access_tokens_required",
    ])) {
        let json = format!(
            r#"{{{before}"resource":"https://a.example","authorization_servers":["https://id.example"],{behind}"last":0}}"#
        );
        let expected = ResourceIndicator::parse("https://a.example").expect("a URL");
        let metadata = ProtectedResourceMetadata::parse(json.as_bytes(), expected).expect(&json);
        prop_assert_eq!(metadata.authorization_servers, [issuer()]);
    }

    #[test]
    fn x28_unused_members_of_answers_change_nothing([before, behind] in unused(&[
        "refresh_token", "id_token", "error_description", "error_uri", "trace_id", "ext_expires_in", "resource",
    ])) {
        let json = format!(
            r#"{{{before}"access_token":"a","token_type":"bearer","expires_in":60,"scope":"x",{behind}"last":0}}"#
        );
        let token = TokenResponse::parse(json.as_bytes()).expect(&json);
        prop_assert_eq!(token.access_token.expose_secret(), "a");
        prop_assert_eq!((token.expires_in, token.scope.as_deref()), (Some(60), Some("x")));
        let json = format!(r#"{{{before}"error":"invalid_client",{behind}"last":0}}"#);
        let refusal = ErrorResponse::parse(json.as_bytes()).expect(&json);
        prop_assert_eq!(refusal.error, "invalid_client");
    }
}
