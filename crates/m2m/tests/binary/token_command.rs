//! `m2m token`, and the use of TLS by other commands.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::{Output, Stdio};

use crate::support::{SECRET, Serving, file, m2m, run, text};

/// Runs `m2m token` with these settings in the environment.
fn token(environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    m2m(&[&["token"], arguments].concat())
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Returns the settings of the application `plain-id` of this issuer.
fn settings<'s>(issuer: &'s str, secret: &'s str) -> [(&'s str, &'s str); 3] {
    [
        ("M2M_ISSUER", issuer),
        ("M2M_CLIENT_ID", "plain-id"),
        ("M2M_CLIENT_SECRET", secret),
    ]
}

/// Asserts the exit code, an empty standard output, and the texts on standard error, which must not contain the secret.
#[track_caller]
fn failed(output: &Output, code: i32, expected: &[&str]) {
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{stdout}{stderr}");
    assert_eq!(stdout, "");
    for expected in expected {
        assert!(stderr.contains(expected), "{expected}: {stderr}");
    }
    assert!(!stderr.contains(SECRET), "{stderr}");
}

#[test]
fn a_token_is_printed_alone() {
    let server = Serving::start(&[]);
    let issuer = server.issuer();
    for arguments in [&[][..], &["--auth-method", "post"]] {
        let output = token(&settings(&issuer, SECRET), arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "");
        let stdout = text(&output.stdout);
        let token = stdout.strip_suffix('\n').unwrap();
        assert_eq!(token.split('.').count(), 3, "{stdout}");
        assert!(!token.contains(char::is_whitespace), "{stdout}");
        let verified = run(&["jwt", "verify", token, "--issuer", &issuer]);
        assert_eq!(
            verified.status.code(),
            Some(0),
            "{}",
            text(&verified.stderr)
        );
    }
}

#[cfg(unix)]
#[test]
fn a_token_fits_into_a_command_substitution() {
    let server = Serving::start(&[]);
    let script = r#"printf '<%s>' "$("$M2M" token --audience https://orders.example/api)""#;
    let output = std::process::Command::new("sh")
        .args(["-c", script])
        .env("M2M", env!("CARGO_BIN_EXE_m2m"))
        .envs(settings(&server.issuer(), SECRET))
        .output()
        .unwrap();
    let stdout = text(&output.stdout);
    assert!(
        stdout.starts_with("<ey") && stdout.ends_with('>'),
        "{stdout}"
    );
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
}

#[test]
fn as_json_it_has_its_type_its_time_and_its_scope() {
    let server = Serving::start(&[]);
    let issuer = server.issuer();
    let arguments = [
        "--audience",
        "https://orders.example/api",
        "--scope",
        "read:orders",
        "--output",
        "json",
    ];
    let output = token(&settings(&issuer, SECRET), &arguments);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["token_type"], "Bearer");
    assert_eq!(json["expires_in"], 3600);
    assert_eq!(json["scope"], "read:orders");
    assert!(json["access_token"].as_str().unwrap().starts_with("ey"));
}

#[test]
fn the_secret_comes_from_a_flag_a_file_standard_input_or_the_environment_in_this_order() {
    let server = Serving::start(&[]);
    let issuer = server.issuer();
    let (_folder, path) = file("secret", &format!("{SECRET}\r\n"));
    let wrong = settings(&issuer, "another-secret-of-nobody");
    for arguments in [
        &["--client-secret", SECRET][..],
        &["--client-secret-file", &path],
    ] {
        let output = token(&wrong, arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
    let mut child = m2m(&["token", "--client-secret-file", "-"])
        .envs(wrong)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{SECRET}").unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    assert_eq!(token(&wrong, &[]).status.code(), Some(1));

    let both = ["--client-secret", SECRET, "--client-secret-file", &path];
    failed(&token(&wrong, &both), 2, &["cannot be used with"]);
    let (_folder, path) = file("secret", &format!("{SECRET}\nmore\n"));
    let output = token(&wrong, &["--client-secret-file", &path]);
    failed(&output, 2, &[&path, "more than one line"]);
    let (_folder, path) = file("secret", "\n");
    let output = token(&wrong, &["--client-secret-file", &path]);
    failed(&output, 2, &[&path, "there is no secret"]);
    let (_folder, path) = file("secret", &"x".repeat(5000));
    let output = token(&wrong, &["--client-secret-file", &path]);
    failed(&output, 2, &[&path, "longer than 4096 bytes"]);
}

#[test]
fn a_missing_option_is_named_as_a_flag_and_as_a_variable() {
    let all = settings("http://127.0.0.1:1", SECRET);
    for (missing, flag) in [
        ("M2M_ISSUER", "--issuer"),
        ("M2M_CLIENT_ID", "--as"),
        ("M2M_CLIENT_SECRET", "--client-secret-file"),
    ] {
        let some = all.map(|(name, value)| (name, if name == missing { "" } else { value }));
        failed(&token(&some, &[]), 2, &[missing, flag]);
        let some: Vec<_> = all
            .into_iter()
            .filter(|(name, _)| *name != missing)
            .collect();
        failed(&token(&some, &[]), 2, &[missing, flag]);
    }
    let output = token(&settings("id.example", SECRET), &[]);
    failed(&output, 2, &["id.example", "https://id.example"]);
}

#[test]
fn a_refusal_has_its_cause_its_fixes_and_its_trace_id() {
    let server = Serving::start(&[]);
    let issuer = server.issuer();
    let wrong = "another-secret-of-nobody";
    let output = token(&settings(&issuer, wrong), &[]);
    let expected = [
        "401 invalid_client",
        "trace_id ",
        "Compare client_id and client_secret",
        "/errors/invalid_client",
    ];
    failed(&output, 1, &expected);
    assert!(!text(&output.stderr).contains(wrong));
    let trace_id = text(&output.stderr);
    let trace_id = trace_id.split("trace_id ").nth(1).unwrap();
    server.wait_for_log(trace_id.split(':').next().unwrap());

    let output = token(&settings(&issuer, SECRET), &["--scope", "read:order"]);
    failed(
        &output,
        1,
        &["400 invalid_scope", "read:order", "trace_id "],
    );
    let other = format!("{issuer}/");
    let output = token(&settings(&other, SECRET), &[]);
    failed(&output, 1, &[&format!("--issuer {issuer}")]);
}

/// Starts a server that gives this answer to every request.
fn answering(answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn an_unreachable_server_is_reported_with_the_reason() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let ask = |issuer: &str| token(&settings(issuer, SECRET), &[]);
    failed(
        &ask(&format!("http://{free}")),
        3,
        &["no server listens at this address"],
    );
    let missing = format!("http://{}.example", "a".repeat(64));
    let output = token(&settings(&missing, SECRET), &["--allow-plain-http"]);
    failed(&output, 3, &["the host name cannot be resolved"]);
    failed(
        &ask("http://id.example"),
        2,
        &["plain http", "--allow-plain-http"],
    );
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<title>Sign in</title>";
    failed(
        &ask(&format!("http://{}", answering(page))),
        3,
        &["not issuer metadata"],
    );
    let gone = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    failed(&ask(&format!("http://{}", answering(gone))), 3, &["404"]);
    let not_tls = format!("https://{}", answering("HTTP/1.1 400 Bad Request\r\n\r\n"));
    failed(&ask(&not_tls), 3, &["the TLS handshake failed"]);
}

#[test]
fn the_help_warns_of_the_secret_in_the_process_list() {
    let output = m2m(&["token", "--help"])
        .env("M2M_CLIENT_SECRET", SECRET)
        .output()
        .unwrap();
    let stdout = text(&output.stdout);
    for expected in ["process list", "M2M_CLIENT_SECRET", "--client-secret-file"] {
        assert!(stdout.contains(expected), "{stdout}");
    }
    assert!(!stdout.contains(SECRET), "{stdout}");
}

/// Starts a TLS server with a self-signed certificate that answers every path with the result of `answer` for its address.
fn tls_server(answer: fn(&str) -> String) -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    let chain = vec![certificate.der().clone()];
    let private = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    #[cfg(feature = "aws-lc-rs")]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "aws-lc-rs"))]
    let provider = rustls::crypto::ring::default_provider();
    let config = rustls::ServerConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, private.into())
        .unwrap();
    let config = std::sync::Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let body = answer(&url);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream.unwrap());
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes());
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    (url, certificate.pem())
}

#[test]
fn a_token_comes_over_tls_from_an_authority_that_is_named() {
    let (issuer, pem) = tls_server(|url| {
        format!(
            r#"{{"issuer":"{url}","token_endpoint":"{url}/t","access_token":"a.b.c","token_type":"bearer"}}"#
        )
    });
    let (_folder, path) = file("ca.pem", &pem);
    let output = token(&settings(&issuer, SECRET), &[]);
    failed(
        &output,
        3,
        &[
            "not signed by an authority that this machine trusts",
            "--ca-file",
            "M2M_CA_FILE",
        ],
    );
    let output = token(&settings(&issuer, SECRET), &["--ca-file", &path]);
    assert_eq!(text(&output.stdout), "a.b.c\n", "{}", text(&output.stderr));
    let mut all = settings(&issuer, SECRET).to_vec();
    all.push(("M2M_CA_FILE", &path));
    assert_eq!(text(&token(&all, &[]).stdout), "a.b.c\n");

    let (_folder, broken) = file("ca.pem", "not a certificate");
    let output = token(&settings(&issuer, SECRET), &["--ca-file", &broken]);
    failed(&output, 2, &[&broken, "no certificate in PEM"]);
    let output = token(&settings(&issuer, SECRET), &["--ca-file", "no-such.pem"]);
    failed(&output, 2, &["no-such.pem", "M2M_CA_FILE"]);
}

#[test]
fn jwt_verify_finds_keys_over_tls_and_by_the_issuer() {
    let (issuer, pem) = tls_server(|url| {
        // Metadata and JWK set in one; the key is that of RFC 7517, appendix A.1.
        format!(
            r#"{{"issuer":"{url}","jwks_uri":"{url}/jwks","keys":[{{"kty":"EC","crv":"P-256","kid":"1","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}}]}}"#
        )
    });
    let (_folder, path) = file("ca.pem", &pem);
    let server = Serving::start(&[]);
    let token = server.token("plain-id", SECRET, "").access_token();
    let url = format!("{issuer}/jwks");
    for keys in [["--jwks", &url], ["--issuer", &issuer]] {
        let verify = |more: &[&str]| {
            let output = run(&[&["jwt", "verify", &token], &keys[..], more].concat());
            (output.status.code(), text(&output.stderr))
        };
        let (code, stderr) = verify(&[]);
        assert_eq!(code, Some(3), "{stderr}");
        assert!(stderr.contains("--ca-file"), "{stderr}");
        // The keys can be fetched, and are not those of the token.
        let (code, stderr) = verify(&["--ca-file", &path]);
        assert_eq!(code, Some(1), "{stderr}");
    }
    let output = run(&["jwt", "verify", &token]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("no keys are given to verify the token with")
            && stderr.contains("--issuer https://id.example")
            && stderr.contains("--jwks jwks.json"),
        "{stderr}"
    );
}

#[test]
fn f5_e12_jwt_verify_needs_only_the_keys_of_the_metadata() {
    type Answer = fn(&str) -> String;
    let server = Serving::start(&[]);
    let token = server.token("plain-id", SECRET, "").access_token();
    let verify = |answer: Answer| {
        let (issuer, pem) = tls_server(answer);
        let (_folder, path) = file("ca.pem", &pem);
        let output = run(&[
            "jwt",
            "verify",
            &token,
            "--issuer",
            &issuer,
            "--ca-file",
            &path,
        ]);
        (output.status.code(), text(&output.stderr))
    };
    // The keys are found, and are not those of the token.
    let (code, stderr) = verify(|url| {
        format!(
            r#"{{"issuer":"{url}","jwks_uri":"{url}/jwks","scopes_supported":{{}},"token_endpoint":7,"op_policy_uri":1,
            "keys":[{{"kty":"EC","crv":"P-256","kid":"1","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}}]}}"#
        )
    });
    assert_eq!(code, Some(1), "{stderr}");
    let (code, stderr) = verify(|url| format!(r#"{{"issuer":"{url}","jwks_uri":["{url}/jwks"]}}"#));
    assert_eq!(code, Some(3), "{stderr}");
    assert!(stderr.contains("is a list instead of a string"), "{stderr}");
    // The server is wrong, and not an argument.
    let answers: [(Answer, &str); 3] = [
        (
            |url| format!(r#"{{"issuer":"{url}","jwks_uri":"/jwks"}}"#),
            "/jwks, which is not an absolute URL",
        ),
        (
            |url| {
                format!(
                    r#"{{"issuer":"{url}","jwks_uri":"{url}/jwks","keys":[{{"kty":"oct","k":"AA"}}]}}"#
                )
            },
            "has no usable key",
        ),
        (
            |url| format!(r#"{{"issuer":"{url}","jwks_uri":"{url}/jwks","keys":{{}}}}"#),
            "is not a JWK set",
        ),
    ];
    for (answer, expected) in answers {
        let (code, stderr) = verify(answer);
        assert_eq!(code, Some(3), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
    }
    let (code, stderr) = verify(|_| r#"{"issuer":7}"#.to_owned());
    assert_eq!(code, Some(3), "{stderr}");
    assert!(
        stderr.contains("the member `issuer` is a number instead of a string"),
        "{stderr}"
    );
    assert!(!stderr.contains("token endpoint"), "{stderr}");
    let (code, stderr) =
        verify(|_| r#"{"issuer":"https://login.example/{tenantid}/v2.0"}"#.to_owned());
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.contains("{tenantid}") && stderr.contains("Name the tenant"),
        "{stderr}"
    );
    assert!(
        !stderr.contains("--issuer https://login.example"),
        "{stderr}"
    );
}
