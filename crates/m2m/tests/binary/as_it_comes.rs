//! HTTP as clients, browsers and proxies send it: slashes, charsets, codings, preflights, and the name `localhost`.

use std::io::Read as _;
use std::net::{Ipv6Addr, SocketAddr, TcpStream};

use crate::support::{Answer, SECRET, Serving, file, m2m, post_to, registry_file, send_to};

const FORM: &str = "grant_type=client_credentials&client_id=plain-id&client_secret=";

fn form() -> String {
    format!("{FORM}{SECRET}")
}

/// Sends a form with another type, or with other header fields.
fn send_form(server: &Serving, path: &str, headers: &str, body: &[u8]) -> Answer {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        server.address,
        body.len(),
    );
    server.send(&[head.as_bytes(), body].concat())
}

#[test]
fn a5_a_slash_too_many_in_a_path_of_clients_is_ignored() {
    let server = Serving::start(&[]);
    for path in [
        "/oauth2/token/",
        "//oauth2/token",
        "/oauth2//token",
        "/connect/token/",
        "//id/connect/token",
    ] {
        server.post(path, "", &form()).access_token();
        let wrong = server.post(path, "", &format!("{FORM}wrong"));
        wrong.assert_refused(401, "invalid_client");
        let get = server.call("GET", path, "");
        get.assert_refused(405, "invalid_request");
        assert_eq!(get.header("allow"), Some("POST"), "{path}");
    }
    for (path, twin) in [
        (
            "//.well-known/openid-configuration",
            "/.well-known/openid-configuration",
        ),
        (
            "/.well-known/oauth-authorization-server/",
            "/.well-known/oauth-authorization-server",
        ),
        ("/.well-known//jwks.json", "/.well-known/jwks.json"),
    ] {
        let (served, expected) = (server.call("GET", path, ""), server.call("GET", twin, ""));
        assert_eq!((served.status, &served.body), (200, &expected.body));
    }
}

#[test]
fn a5_no_other_path_is_changed() {
    let server = Serving::start(&[]);
    for path in [
        "/oauth2/token///",
        "/oauth2/./token",
        "/oauth2/../oauth2/token",
        "/oauth2%2ftoken",
        "/%6fauth2/token",
        "//errors",
        "//api/v1/apis",
        "//assets/x",
    ] {
        let refused = server.post(path, "", &form());
        refused.assert_refused(404, "not_found");
        assert_eq!(refused.header("location"), None);
    }
    // The management API asks for a token, whatever follows its prefix.
    for path in ["/api/v1//apis", "/api/v1/apis/"] {
        assert_eq!(server.call("GET", path, "").status, 404, "{path}");
    }
}

#[test]
fn a5_failures_at_a_path_with_a_slash_are_throttled_with_the_others() {
    let server = Serving::start(&[]);
    let paths = ["/oauth2/token", "/oauth2/token/", "//oauth2/token"];
    let mut statuses = paths
        .iter()
        .cycle()
        .take(100)
        .map(|path| server.post(path, "", &format!("{FORM}wrong")).status);
    assert!(statuses.any(|status| status == 429));
    let each = paths.map(|path| server.post(path, "", &format!("{FORM}wrong")).status);
    assert_eq!(each, [429; 3]);
}

#[test]
fn f6_the_charset_of_a_form_says_nothing_about_its_bytes() {
    let server = Serving::start(&[]);
    for charset in [
        "ISO-8859-1",
        "us-ascii",
        "'utf-8'",
        "UTF_8",
        "\"windows-1252\"",
        "",
        "\"\"",
        "utf-8; charset=latin1",
    ] {
        let headers =
            format!("content-type: application/x-www-form-urlencoded; charset={charset}\r\n");
        let send = |body: &str| send_form(&server, "/oauth2/token", &headers, body.as_bytes());
        send(&form()).access_token();
        let latin = send(&format!("{}&x=%FC", form()));
        latin.assert_refused(400, "invalid_request");
        assert!(
            latin.member("error_description").contains("UTF-8"),
            "{latin:?}"
        );
    }
    let headers = "content-type: application/x-www-form-urlencoded; charset=iso-8859-1\r\n";
    send_form(&server, "/oauth2/token", headers, b"scope=%FC");
    let logged = server.wait_for_log("charset iso-8859-1");
    assert!(logged.contains("body-malformed"), "{logged}");
}

#[test]
fn f7f_a_body_with_a_content_coding_is_415_and_the_log_says_that_it_is_compressed() {
    let server = Serving::start(&[]);
    let form = form();
    for coding in [
        "gzip",
        "x-gzip",
        "deflate",
        "br",
        "zstd",
        "identity, gzip",
        "GZIP",
        "own",
    ] {
        let headers = format!(
            "content-type: application/x-www-form-urlencoded\r\ncontent-encoding: {coding}\r\n"
        );
        let refused = send_form(&server, "/oauth2/token", &headers, b"\x1f\x8b\x08");
        refused.assert_refused(415, "invalid_request");
        assert_eq!(refused.header("accept-encoding"), Some("identity"));
    }
    server.wait_for_log("content-coding-unsupported");
    server.wait_for_log("compressed");
    for coding in ["identity", "Identity", "identity, identity", ""] {
        let headers = format!("content-encoding: {coding}\r\n");
        server.post("/oauth2/token", &headers, &form).access_token();
    }
    let lines = "content-encoding: identity\r\ncontent-encoding: gzip\r\n";
    let refused = server.post("/oauth2/token", lines, &form);
    refused.assert_refused(415, "invalid_request");
    // Another method is refused for that.
    let get = server.call("GET", "/oauth2/token", "content-encoding: gzip\r\n");
    get.assert_refused(405, "invalid_request");
}

#[test]
fn a7_a_browser_may_request_public_documents_with_any_header_field() {
    let server = Serving::start(&[]);
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/.well-known/jwks.json",
        "/api/v1/openapi.json",
        "/errors",
        "/errors/invalid_client",
        "/",
    ] {
        let asked = "origin: https://app.example\r\naccess-control-request-method: GET\r\n\
                     access-control-request-headers: traceparent,x-own\r\n";
        let allowed = server.call("OPTIONS", path, asked);
        assert_eq!((allowed.status, &*allowed.body), (204, ""), "{path}");
        for (name, value) in [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "GET, HEAD"),
            ("access-control-allow-headers", "traceparent, x-own"),
            ("access-control-max-age", "86400"),
        ] {
            assert_eq!(allowed.header(name), Some(value), "{path}");
        }
        assert_eq!(server.call("OPTIONS", path, "").status, 204);
        let document = server.call("GET", path, "");
        assert_eq!(document.header("access-control-allow-origin"), Some("*"));
        let post = server.post(path, "", &form());
        post.assert_refused(405, "invalid_request");
        let description = post.member("error_description");
        assert!(description.contains("GET and HEAD"), "{description}");
        assert!(!description.contains("POST"), "{description}");
    }
}

#[test]
fn a7_the_token_endpoint_and_the_management_api_are_for_no_page() {
    let server = Serving::start(&[]);
    let asked = "origin: https://app.example\r\naccess-control-request-method: POST\r\n";
    for (path, status) in [("/oauth2/token", 405), ("/api/v1/apis", 405), ("/x", 404)] {
        let refused = server.call("OPTIONS", path, asked);
        assert_eq!(refused.status, status, "{path}");
        assert_eq!(refused.header("access-control-allow-origin"), None);
    }
}

#[test]
fn a8_localhost_stays_in_the_issuer_and_is_served_at_both_addresses() {
    let (folder, path) = file("world.toml", &registry_file());
    let mut command = m2m(&["serve", "--listen", "localhost:0", "--world", &path]);
    command.args(["--ops-listen", "localhost:0"]);
    let server = Serving::of_command(command, Some(folder));
    let port = server.address.port();
    let issuer = format!("http://localhost:{port}");
    assert!(
        server.ready.contains(&format!("issuer {issuer},")),
        "{}",
        server.ready
    );
    let both = format!("listening on 127.0.0.1:{port} and [::1]:{port}\n");
    assert!(server.ready.ends_with(&both), "{}", server.ready);
    for address in [
        SocketAddr::from(([127, 0, 0, 1], port)),
        SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
    ] {
        post_to(address, "/oauth2/token", "", &form()).access_token();
        let request = "GET /.well-known/openid-configuration HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let metadata = send_to(address, request.as_bytes());
        assert_eq!(metadata.member("issuer"), issuer);
        assert_eq!(
            metadata.member("token_endpoint"),
            format!("{issuer}/oauth2/token")
        );
    }
    let line = server.wait_for_log("\"ops_listening\"");
    assert!(
        line.contains("127.0.0.1:") && line.contains(" and [::1]:"),
        "{line}"
    );
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test measures the time of a real server"
)]
fn f1_the_idle_timeout_is_a_setting() {
    let server = Serving::start(&["--idle-timeout-seconds", "1"]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    let request = "GET /.well-known/jwks.json HTTP/1.1\r\nhost: x\r\n\r\n";
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let began = std::time::Instant::now();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert!(bytes.starts_with(b"HTTP/1.1 200 "));
    assert!(
        began.elapsed().as_secs_f64() >= 1.0,
        "{:?}",
        began.elapsed()
    );
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
}
