//! The pages as a browser and a program get them.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use m2m_dashboard::{ErrorPages, Page, Refused, Representation, asset};
use m2m_errors::{Cause, Disclosure, ErrorCode, Profile, Status};
use m2m_explain::Explanation;
use oauth_proto::{FormWriter, Issuer};

fn pages_of(profile: Profile, issuer: &str) -> ErrorPages {
    let support = "mailto:support@id.example".parse().unwrap();
    ErrorPages::new(profile, &Issuer::parse(issuer).unwrap(), Some(support))
}

fn pages() -> ErrorPages {
    pages_of(Profile::Rfc, "https://id.example")
}

fn html(page: Page) -> String {
    assert_eq!(page.content_type, "text/html; charset=utf-8");
    page.body
}

fn search(text: &str) -> String {
    let query = FormWriter::new().append("q", text).clone().finish();
    html(pages().index(Some(&query), Representation::Html))
}

/// The names of all codes, statuses and causes.
fn names() -> impl Iterator<Item = String> {
    let codes = ErrorCode::ALL.iter().map(|code| code.as_str().to_owned());
    let statuses = Status::ALL.iter().map(|status| status.code().to_string());
    let causes = Cause::ALL.iter().map(|cause| cause.id().to_owned());
    codes.chain(statuses).chain(causes)
}

/// Returns a text as it is written in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

/// Checks the rules that every page keeps.
#[track_caller]
fn check_rules(body: &str) {
    assert!(body.starts_with("<!doctype html>"));
    assert!(body.contains("<html lang=\"en\">"));
    assert_eq!(body.matches("<h1").count(), 1);
    assert_eq!(body.matches("<main").count(), 1);
    assert_eq!(body.matches("<title>").count(), 1);
    for banned in [
        "<script",
        "<style",
        " style=",
        " onclick=",
        "javascript:",
        "<iframe",
    ] {
        assert!(!body.contains(banned), "{banned}");
    }
    for source in ["src=\"", "srcset=", "@import", "url("] {
        assert!(!body.contains(source), "{source}");
    }
}

#[test]
fn every_error_has_a_page_with_its_title_and_every_fix() {
    for profile in Profile::ALL {
        let pages = pages_of(profile, "https://id.example");
        for name in names() {
            let page = pages.entry(&name, Representation::Html).unwrap();
            assert_eq!(page.status, 200);
            let body = html(page);
            check_rules(&body);
            let explanation = Explanation::of(&name, profile).unwrap();
            let title = explanation.title.unwrap_or(&explanation.name);
            assert!(
                body.contains(&format!("<title>{}", escaped(title))),
                "{name}"
            );
            assert!(!explanation.fixes.is_empty());
            let operator = explanation.operator.iter();
            let operator = operator.flat_map(|own| own.causes.iter().chain(own.fixes));
            let advice = explanation
                .causes
                .iter()
                .chain(&explanation.fixes)
                .chain(operator);
            for text in advice.copied().chain([explanation.meaning]) {
                assert!(body.contains(&escaped(text)), "{name}: {text}");
            }
            let exact = explanation.exact_causes.iter().map(|exact| exact.cause);
            let operator = explanation.operator.iter();
            let related = operator.flat_map(|own| own.related.iter().map(|own| own.cause));
            let linked: Vec<&str> = exact.chain(related).collect();
            for cause in &linked {
                assert!(body.contains(&format!("href=\"/errors/{cause}\"")));
            }
        }
    }
}

#[test]
fn every_error_is_in_the_index_and_every_link_leads_to_a_page() {
    let pages = pages();
    let index = html(pages.index(None, Representation::Html));
    check_rules(&index);
    for name in names() {
        assert!(
            index.contains(&format!("href=\"/errors/{name}\"")),
            "{name}"
        );
    }
    let all = names().map(|name| html(pages.entry(&name, Representation::Html).unwrap()));
    for body in all.chain([index]) {
        for target in body.split("href=\"").skip(1) {
            let target = target.split('"').next().unwrap();
            let is_known = match target.strip_prefix("/errors/") {
                Some(name) => pages.entry(name, Representation::Html).is_some(),
                None => match target.strip_prefix("/assets/") {
                    Some(name) => asset(name).is_some(),
                    None => {
                        target == "/errors"
                            || target.starts_with("/errors?q=")
                            || target.starts_with("https://www.rfc-editor.org/rfc/rfc")
                            || target.starts_with("data:image/svg+xml,")
                            || target == "mailto:support@id.example"
                            || target
                                .strip_prefix('#')
                                .is_some_and(|id| body.contains(&format!("id=\"{id}\"")))
                    }
                },
            };
            assert!(is_known, "{target}");
        }
    }
}

#[test]
fn no_two_pages_share_a_title() {
    let pages = pages();
    let title = |name: String| {
        let body = html(pages.entry(&name, Representation::Html).unwrap());
        body.split("<title>")
            .nth(1)
            .unwrap()
            .split("</title>")
            .next()
            .unwrap()
            .to_owned()
    };
    let titles: std::collections::BTreeSet<String> = names().map(title).collect();
    assert_eq!(titles.len(), names().count());
}

#[test]
fn x18_texts_of_a_caller_are_shown_as_text() {
    let pages = pages();
    let index = html(pages.index(None, Representation::Html));
    for hostile in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onfocus='alert(1)",
        "{{ 7 * 7 }}{% raw %}",
        "{\"error\":\"<b>\",\"error_description\":\"<i>\",\"trace_id\":\"`id`\"}",
        "\u{202e}dilavni",
        "🔑".repeat(10_000).as_str(),
        "a".repeat(10_000).as_str(),
    ] {
        let pages = [pages.unknown(hostile).body, search(hostile)];
        for body in pages {
            check_rules(&body);
            assert!(!body.contains("<img") && !body.contains("<b>") && !body.contains("<i>"));
            assert!(!body.contains("onfocus='") && !body.contains("m2m diagnose `id`"));
            // A query that is too long asks for nothing, and gets the list of all errors.
            assert!(body == index || body.len() < 60_000, "{}", body.len());
        }
    }
    let body = pages.unknown("<b>").body;
    assert!(body.contains("“&#60;b&#62;”"), "{body}");
}

#[test]
fn the_search_works_without_a_script() {
    let body = search("invalid_scope");
    assert!(body.contains("name=\"q\" type=\"search\" value=\"invalid_scope\""));
    assert!(body.contains("href=\"/errors/invalid_scope\""));
    assert!(search("invalid_clinet").contains("Did you mean one of these?"));
    assert!(search("invalid_clinet").contains("href=\"/errors/invalid_client\""));
    assert!(search("   ").contains("id=\"causes\""));
    // A search may contain anything, and is not for caches.
    let page = pages().index(Some("q=secret"), Representation::Html);
    assert!(page.fields.contains(&("cache-control", "no-store")));
    // A query that is not a form, or has other parameters only, shows the list.
    for query in ["q=%zz", "page=2", ""] {
        let index = html(pages().index(Some(query), Representation::Html));
        assert!(index.contains("id=\"causes\""), "{query}");
    }
}

#[test]
fn a_pasted_response_is_explained() {
    let trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let body = search(&format!(
        "{{\"error\":\"invalid_scope\",\"error_description\":\"No scope\",\"trace_id\":\"{trace_id}\"}}"
    ));
    assert!(body.contains("href=\"/errors/invalid_scope\""));
    assert!(body.contains(&format!("m2m diagnose {trace_id}")));
    let fixes = ErrorCode::InvalidScope.entry().advice.fixes;
    assert!(fixes.iter().all(|fix| body.contains(&escaped(fix))));
    let body = search("WWW-Authenticate: Bearer error=\"insufficient_scope\"");
    assert!(body.contains("href=\"/errors/insufficient_scope\""));
    assert!(search(trace_id).contains(&format!("m2m diagnose {trace_id}")));
}

#[test]
fn links_begin_with_the_path_of_the_issuer() {
    let pages = pages_of(Profile::Kinde, "https://id.example/tenant");
    let entry = html(pages.entry("secret-wrong", Representation::Html).unwrap());
    for body in [html(pages.index(None, Representation::Html)), entry] {
        for target in body
            .split(" href=\"/")
            .skip(1)
            .chain(body.split(" action=\"/").skip(1))
        {
            assert!(target.starts_with("tenant/"), "{target}");
        }
    }
    let index = pages.index(None, Representation::Json).body;
    assert!(index.contains("\"https://id.example/tenant/errors/invalid_client\""));
}

#[test]
fn a_refusal_names_its_cause_only_if_callers_may_know_it() {
    for profile in Profile::ALL {
        let pages = pages_of(profile, "https://id.example");
        for cause in Cause::ALL.iter().filter(|cause| cause.is_answered()) {
            let wire = cause.entry().wire.of(profile);
            let page = pages.refusal(&Refused {
                cause: *cause,
                status: wire.status.code(),
                trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
            });
            assert_eq!(page.status, wire.status.code());
            let body = html(page);
            check_rules(&body);
            assert!(body.contains(&escaped(wire.description.plain)), "{cause}");
            assert!(body.contains("m2m diagnose 4bf92f3577b34da6a3ce929d0e0e4736"));
            let is_named = body.contains(&format!("/errors/{cause}\""));
            let is_public = cause.entry().disclosure == Disclosure::Public;
            assert_eq!(is_named, is_public, "{cause}");
            let fixes = cause.entry().for_caller.fixes;
            assert!(
                fixes.iter().all(|fix| body.contains(&escaped(fix))),
                "{cause}"
            );
        }
    }
}

#[test]
fn a_cause_without_an_answer_has_no_response_and_one_advice() {
    let page = |name: &str| html(pages().entry(name, Representation::Html).unwrap());
    for name in ["certificate-untrusted", "data-directory-in-use"] {
        let body = page(name);
        for absent in [
            "id=\"response\"",
            "m2m diagnose",
            "<dt>Profile",
            "<dt>Status",
            "Visible to",
            "For callers",
        ] {
            assert!(!body.contains(absent), "{name}: {absent}");
        }
        assert!(body.contains("Causes and fixes") && body.contains("Reported by"));
        assert_eq!(body.matches("<h3>Likely causes").count(), 1, "{name}");
    }
    let body = page("secret-wrong");
    for present in [
        "id=\"response\"",
        "m2m diagnose",
        "<dt>Profile",
        "For callers",
    ] {
        assert!(body.contains(present), "{present}");
    }
}

#[test]
fn the_index_groups_causes_by_the_place_of_their_code() {
    let body = html(pages().index(None, Representation::Html));
    let parts = |from: &str, to: &str| -> String {
        let (_, rest) = body.split_once(from).unwrap();
        rest.split_once(to).unwrap().0.to_owned()
    };
    let without_code = parts("<h3 id=\"no-code\">", "<h3 id=\"management\">");
    assert!(without_code.contains("/errors/token-missing\""));
    assert!(!without_code.contains("/errors/api-not-found\""));
    let management = parts(
        "<h3 id=\"management\">Management API",
        "<h2 id=\"unanswered\"",
    );
    assert!(management.contains("<code>errors[].code</code>"));
    assert!(management.contains("/errors/api-not-found\""));
    let unanswered = parts("<h2 id=\"unanswered\"", "<h2 id=\"before\"");
    for cause in Cause::ALL {
        let is_listed = unanswered.contains(&format!("/errors/{cause}\""));
        assert_eq!(is_listed, !cause.is_answered(), "{cause}");
    }
    let page = html(
        pages()
            .entry("api-not-found", Representation::Html)
            .unwrap(),
    );
    assert!(page.contains("a code of the management API in errors[].code"));
    assert!(!page.contains("<dt><code>error_description"));
}

#[test]
fn support_is_named_if_it_is_configured() {
    let issuer = Issuer::parse("https://id.example").unwrap();
    let without = ErrorPages::new(Profile::Rfc, &issuer, None);
    let advises = |pages: &ErrorPages| {
        let body = html(pages.entry("server_error", Representation::Html).unwrap());
        body.contains("<a href=\"mailto:support@id.example\">Contact support@id.example</a>")
    };
    assert!(advises(&pages()));
    assert!(!advises(&without));
}

#[test]
fn pages_load_only_the_style_sheet_of_this_server() {
    let page = pages().entry("401", Representation::Html).unwrap();
    let field = |page: &Page, name: &str| {
        let found = page.fields.iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| *value)
    };
    let policy = field(&page, "content-security-policy").unwrap();
    for rule in [
        "default-src 'none'",
        "style-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(rule), "{rule}");
    }
    assert!(!policy.contains("unsafe"));
    assert_eq!(field(&page, "x-content-type-options"), Some("nosniff"));
    assert_eq!(field(&page, "referrer-policy"), Some("no-referrer"));
    assert_eq!(field(&page, "vary"), Some("accept"));
    let name = page
        .body
        .split("/assets/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let asset = asset(name).unwrap();
    assert_eq!(asset.content_type, "text/css; charset=utf-8");
    assert!(
        field(&asset, "cache-control")
            .unwrap()
            .ends_with("immutable")
    );
    assert!(!asset.body.contains("url(") && !asset.body.contains("@import"));
}

#[test]
fn json_has_all_names_and_no_markup() {
    let pages = pages();
    let index: serde_json::Value =
        serde_json::from_str(&pages.index(Some("q=x"), Representation::Json).body).unwrap();
    for (list, count) in [
        ("errors", ErrorCode::ALL.len()),
        ("statuses", Status::ALL.len()),
        ("causes", Cause::ALL.len()),
    ] {
        assert_eq!(index.get(list).unwrap().as_array().unwrap().len(), count);
    }
    let entry = pages.entry("secret-wrong", Representation::Json).unwrap();
    assert_eq!(entry.content_type, "application/json");
    let explanation = Explanation::of("secret-wrong", Profile::Rfc).unwrap();
    assert_eq!(
        entry.body,
        serde_json::to_string_pretty(&explanation).unwrap()
    );
    assert_eq!(pages.entry("nothing", Representation::Json), None);
}

#[test]
fn pages_weigh_little() {
    let index = html(pages().index(None, Representation::Html));
    assert!(index.len() < 100_000, "{}", index.len());
}
