//! Error pages for browsers and for programs, and the refusals that browsers get.

use std::collections::BTreeMap;

use crate::support::{Answer, SECRET, Serving};

/// The header field of a browser.
const BROWSER: &str = "accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n";

#[track_caller]
fn assert_is_page(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(answer.header("vary"), Some("accept"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self';"),
        "{policy}"
    );
    assert!(answer.body.starts_with("<!doctype html>"));
    assert!(!answer.body.contains("<script") && !answer.body.contains(" style="));
}

#[test]
fn browsers_get_pages_and_programs_get_json() {
    let server = Serving::start(&["--support-url", "mailto:support@id.example"]);
    for path in [
        "/errors",
        "/errors?q=secret",
        "/errors/invalid_client",
        "/errors/secret-wrong",
        "/errors/503",
    ] {
        let page = server.call("GET", path, BROWSER);
        assert_is_page(&page, 200);
        assert!(page.body.contains("mailto:support@id.example"));
        let tag = page.header("etag").unwrap().to_owned();
        let again = server.call("GET", path, &format!("{BROWSER}if-none-match: {tag}\r\n"));
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        let head = server.call("HEAD", path, BROWSER);
        assert_eq!((head.status, head.body.as_str()), (200, ""));

        let json = server.call("GET", path, "");
        assert_eq!(json.header("content-type"), Some("application/json"));
        assert_eq!(json.header("vary"), Some("accept"));
        assert_ne!(json.header("etag"), Some(tag.as_str()));
        for accept in [
            "*/*",
            "application/json",
            "text/html;q=0.1, application/json",
        ] {
            let same = server.call("GET", path, &format!("accept: {accept}\r\n"));
            assert_eq!(same.body, json.body, "{accept}");
        }
        let refused = server.call("POST", path, &format!("content-length: 0\r\n{BROWSER}"));
        assert_is_page(&refused, 405);
        assert_eq!(refused.header("allow"), Some("GET, HEAD"));
    }
}

#[test]
fn the_style_sheet_is_cached_for_ever_under_its_name() {
    let server = Serving::start(&[]);
    let index = server.call("GET", "/errors", BROWSER);
    let path = index.body.split("stylesheet\" href=\"").nth(1).unwrap();
    let path = path.split('"').next().unwrap();
    let css = server.call("GET", path, "accept: text/css,*/*;q=0.1\r\n");
    assert_eq!(css.status, 200);
    assert_eq!(css.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(
        css.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    server
        .call("GET", "/assets/m2m.css", "")
        .assert_refused(404, "not_found");
}

#[test]
fn g4_a_browser_gets_each_refusal_as_a_page_and_programs_get_the_same_json_as_before() {
    let server = Serving::start(&[]);
    let long = format!("/{}", "a".repeat(9_000));
    let large = format!("x: {}\r\n", "a".repeat(20_000));
    let post = "content-length: 0\r\n";
    for (method, path, headers, status, cause) in [
        ("GET", "/nothing", "", 404, "path-unknown"),
        (
            "POST",
            "/.well-known/jwks.json",
            post,
            405,
            "method-not-allowed",
        ),
        ("GET", long.as_str(), "", 414, "uri-too-long"),
        ("GET", "/errors", large.as_str(), 431, "headers-too-large"),
    ] {
        let page = server.call(method, path, &format!("{headers}{BROWSER}"));
        assert_is_page(&page, status);
        assert!(
            page.body.contains(&format!("href=\"/errors/{cause}\"")),
            "{cause}"
        );
        assert_eq!(page.header("cache-control"), Some("no-store"));

        let json = server.call(method, path, headers);
        assert_eq!(json.status, status);
        assert_eq!(json.header("content-type"), Some("application/json"));
        let description = json.json()["error_description"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(page.body.contains(&description), "{description}");
        // All header fields of the refusal are those of its page, except those of the body.
        let kept = |answer: &Answer| -> BTreeMap<&str, Option<String>> {
            [
                "allow",
                "cache-control",
                "pragma",
                "retry-after",
                "www-authenticate",
                "x-request-id",
            ]
            .map(|name| (name, answer.header(name).map(str::to_owned)))
            .into()
        };
        assert_eq!(kept(&page), kept(&json));
    }
}

#[test]
fn an_unknown_error_is_a_page_with_near_names() {
    let server = Serving::start(&[]);
    let page = server.call("GET", "/errors/invalid_clinet", BROWSER);
    assert_is_page(&page, 404);
    assert!(page.body.contains("href=\"/errors/invalid_client\""));
    let hostile = server.call("GET", "/errors/%3Cscript%3E'\"<i>", BROWSER);
    assert!(!hostile.body.contains("<i>"), "{}", hostile.body);
}

#[test]
fn token_endpoint_and_management_api_answer_browsers_in_json() {
    let server = Serving::start(&[]);
    server
        .call("GET", "/oauth2/token", BROWSER)
        .assert_refused(405, "invalid_request");
    let form = format!("grant_type=client_credentials&client_id=plain-id&client_secret={SECRET}x");
    let refused = server.post("/oauth2/token", BROWSER, &form);
    refused.assert_refused(401, "invalid_client");
    let large = format!("x: {}\r\n{BROWSER}", "a".repeat(20_000));
    server
        .call("POST", "/oauth2/token", &large)
        .assert_refused(431, "invalid_request");
    for path in ["/api/v1/apis", "/api/v1/nothing"] {
        let refused = server.call("GET", path, BROWSER);
        assert!(refused.status >= 400);
        assert_eq!(refused.header("content-type"), Some("application/json"));
    }
}

#[test]
fn links_are_below_the_path_of_the_issuer() {
    let server = Serving::start(&["--issuer", "https://id.example/tenant"]);
    for path in ["/errors", "/tenant/errors", "/tenant/errors/401"] {
        let page = server.call("GET", path, BROWSER);
        assert_is_page(&page, 200);
        for target in page.body.split(" href=\"/").skip(1) {
            assert!(target.starts_with("tenant/"), "{target}");
        }
    }
    let css = server.call("GET", "/tenant/errors", BROWSER);
    let path = css.body.split("stylesheet\" href=\"").nth(1).unwrap();
    assert_eq!(
        server
            .call("GET", path.split('"').next().unwrap(), "")
            .status,
        200
    );
}
